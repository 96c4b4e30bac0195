/**
 * Verifier: for each kernel a verdict on each program, why it is refused and at which line, what it costs; and the walk
 * of one program on one kernel, a state per instruction. Judged when typing has stopped.
 */
import type { KernelVerdict, Problem, ProgramVerdictView, WalkLine } from "../worker/protocol.ts";
import { button, byteSize, type Child, count, duration, el, groupDigits, table } from "./dom.ts";
import { answerOf, type Focus, type Panel, type PanelHost, type Workbench } from "./panel.ts";
import { createSubjectReader, emptyNote, type Subject } from "./subject.ts";
import { createWalkView } from "./walk-view.ts";

/** Instructions that a kernel's verifier walks at most, and a program's stack: what costs are shown against. */
const MOST_PROCESSED = 1_000_000;
const MOST_STACK = 512;

export const VERDICTS: Readonly<
  Record<ProgramVerdictView["verdict"], { readonly sign: string; readonly text: string }>
> = {
  accepted: { sign: "✓", text: "accepted" },
  refused: { sign: "✗", text: "refused" },
  unknown: { sign: "?", text: "not known" },
  "cannot-attach": { sign: "⊘", text: "can't attach" },
};

export function mount(root: HTMLElement, host: PanelHost): Panel {
  root.classList.add("p-verifier");
  const status = el("p", { class: "p-status" });
  const verdicts = el("div", { class: "p-verdicts" });
  const program = el("select", { id: "walk-program" });
  const kernel = el("select", { id: "walk-kernel" });
  const walkNote = el("span", { class: "p-note", role: "status" });
  const view = createWalkView(host);
  const form = el(
    "div",
    { class: "p-bar-row" },
    el("h3", {}, "The walk"),
    el("label", { class: "p-field", for: program.id }, el("span", {}, "Program"), program),
    el("label", { class: "p-field", for: kernel.id }, el("span", {}, "Kernel"), kernel),
    walkNote,
  );
  const walk = el("section", { class: "p-section", "aria-label": "The verifier's walk" }, form, view.element);
  root.append(status, verdicts, walk);

  let subject: Subject = { kind: "nothing", why: "" };
  let judged: { readonly bytes: Uint8Array; readonly kernels: string } | undefined;
  let walked: { readonly bytes: Uint8Array; readonly program: string; readonly kernel: string } | undefined;
  program.addEventListener("change", () => void walkProgram());
  kernel.addEventListener("change", () => void walkProgram());
  const read = createSubjectReader(host, "inspect-verifier", (next) => {
    subject = next;
    consider(host.workbench());
  });

  function consider(workbench: Workbench): void {
    root.classList.toggle("p-stale", subject.kind === "object" && subject.old);
    if (subject.kind === "nothing") {
      judged = undefined;
      status.textContent = "";
      verdicts.replaceChildren(emptyNote(subject.why));
      walk.hidden = true;
      return;
    }
    const kernels = workbench.kernels.map(({ id }) => id).join(" ");
    const ready = subject.dropped || (workbench.settled && !workbench.pending);
    if (!ready || (judged?.bytes === subject.bytes && judged.kernels === kernels)) return;
    void judge(subject.bytes, workbench, kernels);
  }
  async function judge(bytes: Uint8Array, workbench: Workbench, kernels: string): Promise<void> {
    const mine = { bytes, kernels };
    judged = mine;
    status.textContent = "judging …";
    root.setAttribute("aria-busy", "true");
    const found: KernelVerdict[] = [];
    const outcome = await host.ask(
      { kind: "verify", object: bytes, kernels: workbench.kernels.map(({ id }) => id), walk: undefined },
      {
        lane: "verify",
        progress: (one) => {
          if (judged !== mine) return;
          found.push(one);
          show(found, kernels.split(" ").length);
        },
      },
    );
    if (judged !== mine) return;
    root.removeAttribute("aria-busy");
    if (outcome.ok) {
      show(outcome.answer.kernels, outcome.answer.kernels.length);
      host.announce(status.textContent ?? "");
      void walkProgram();
    } else if (outcome.failure.kind === "superseded") judged = undefined;
    else {
      status.textContent = "";
      verdicts.replaceChildren(emptyNote(outcome.failure.message));
      walk.hidden = true;
    }
  }
  function show(kernels: readonly KernelVerdict[], expected: number): void {
    status.textContent = summary(kernels, expected);
    verdicts.replaceChildren(...kernels.map((one) => kernelCard(one, host)));
    fill(program, kernels[0]?.programs.map(({ name, probe }) => [name, probe ?? name]) ?? []);
    fill(
      kernel,
      kernels.map((one) => [one.kernel.id, one.kernel.release]),
    );
    walk.hidden = kernels.length === 0 || program.options.length === 0;
  }
  async function walkProgram(): Promise<void> {
    if (subject.kind !== "object" || walk.hidden) return;
    const mine = { bytes: subject.bytes, program: program.value, kernel: kernel.value };
    if (walked?.bytes === mine.bytes && walked.program === mine.program && walked.kernel === mine.kernel) return;
    walked = mine;
    walkNote.textContent = "walking …";
    const request = { kind: "verify", object: mine.bytes, kernels: [mine.kernel], walk: mine.program } as const;
    const outcome = await host.ask(request, { lane: "walk" });
    if (walked !== mine) return;
    const found = answerOf(outcome)?.kernels[0]?.programs.find(({ name }) => name === mine.program);
    const lines: readonly WalkLine[] = found?.walk ?? [];
    if (!outcome.ok && outcome.failure.kind === "superseded") walked = undefined;
    const failed =
      !outcome.ok && outcome.failure.kind !== "superseded"
        ? outcome.failure.message
        : "no walk: the program was judged without one";
    walkNote.textContent = lines.length > 0 ? count(lines.length, "line") : failed;
    view.show(lines, found?.insn, sourceLines(subject));
  }

  return {
    update: (workbench) => read(workbench),
    focus(focus: Focus | undefined) {
      if (focus?.from !== "verifier") view.mark(focus?.line);
    },
    hide: () => undefined,
  };

  function summary(kernels: readonly KernelVerdict[], expected: number): string {
    const good = kernels.filter(({ verdict }) => verdict === "accepted").length;
    const took = kernels.reduce((sum, one) => sum + one.took, 0);
    if (kernels.length < expected) return `judged for ${kernels.length} of ${count(expected, "kernel")} …`;
    return `accepted by ${good} of ${count(kernels.length, "kernel")}, judged in ${duration(took)}`;
  }
}

function sourceLines(subject: Subject): readonly string[] {
  return subject.kind === "object" ? (subject.inspection?.manifest.source.text ?? "").split("\n") : [];
}

function kernelCard(verdict: KernelVerdict, host: PanelHost): HTMLElement {
  const { kernel, programs } = verdict;
  const rows = programs.map((program): readonly Child[] => [
    program.probe ?? program.name,
    badge(program.verdict),
    groupDigits(program.instructions),
    meter(program.processed, MOST_PROCESSED, "instructions that the verifier walks, of a million"),
    groupDigits(program.states),
    meter(program.stack, MOST_STACK, "bytes of stack, of 512"),
  ]);
  const reasons = programs.filter((program) => program.verdict !== "accepted").map((program) => reason(program, host));
  // what is said of maps, or of the object as a whole
  const told = new Set(programs.map((program) => program.explanation));
  const others = verdict.problems
    .filter(({ message }) => !told.has(message))
    .map((problem) => otherReason(problem, host));
  const head = ["program", "verdict", "instructions", "walked", "states", "stack"];
  return el(
    "section",
    { class: "p-card", "aria-label": `Linux ${kernel.release}` },
    el(
      "div",
      { class: "p-bar-row" },
      el("h3", {}, `Linux ${kernel.release}`),
      badge(verdict.verdict),
      verdict.since === undefined ? undefined : el("span", { class: "p-note" }, `would pass from ${verdict.since} on`),
      el("span", { class: "p-note" }, kernel.arch),
    ),
    ...reasons,
    ...others,
    table(`Programs on Linux ${kernel.release}`, head, rows, [2, 3, 4, 5]),
    mapMemory(verdict),
  );
}

function badge(verdict: ProgramVerdictView["verdict"]): HTMLElement {
  const { sign, text } = VERDICTS[verdict];
  return el("span", { class: `p-badge p-is-${verdict}` }, el("span", { "aria-hidden": "true" }, `${sign} `), text);
}

/** A number over a thin bar that says how much of the limit it is. */
function meter(value: number, limit: number, what: string): HTMLElement {
  const bar = el("progress", {
    class: value > limit * 0.8 ? "p-meter p-high" : "p-meter",
    max: limit,
    value: Math.min(value, limit),
    "aria-label": what,
  });
  return el("span", { class: "p-metered", title: `${groupDigits(value)} ${what}` }, groupDigits(value), bar);
}

function reason(program: ProgramVerdictView, host: PanelHost): HTMLElement {
  const { line, column } = program;
  const where =
    line === undefined ? undefined : button(`line ${line}`, () => host.goTo(line, column ?? 1), { class: "p-link" });
  const told = program.explanation ?? program.message ?? "the verifier gives no reason";
  const kernelLine =
    program.message === undefined || program.message === told
      ? undefined
      : el("code", { class: "p-kernel-line" }, program.message);
  return el(
    "div",
    { class: `p-reason p-is-${program.verdict}` },
    el(
      "p",
      {},
      el("strong", {}, program.probe ?? program.name),
      " ",
      where,
      " ",
      el("span", { class: "p-message" }, told),
    ),
    program.hint === undefined ? undefined : el("p", { class: "p-hint" }, program.hint),
    kernelLine,
  );
}

function otherReason({ message, hint, whole, line, column, severity }: Problem, host: PanelHost): HTMLElement {
  const where = whole ? undefined : button(`line ${line}`, () => host.goTo(line, column), { class: "p-link" });
  return el(
    "div",
    { class: severity === "error" ? "p-reason p-is-refused" : "p-reason p-is-unknown" },
    el("p", {}, where, " ", el("span", { class: "p-message" }, message)),
    hint === undefined ? undefined : el("p", { class: "p-hint" }, hint),
  );
}

/** Kernel memory of the maps, opened by who wants to know. */
function mapMemory({ kernel, maps, mapBytes }: KernelVerdict): HTMLElement | undefined {
  if (maps.length === 0) return undefined;
  const rows = maps.map(({ name, type, entries, bytes }): readonly Child[] => [
    name,
    type,
    groupDigits(entries),
    byteSize(bytes),
  ]);
  return el(
    "details",
    { class: "p-memory" },
    el("summary", {}, `${count(maps.length, "map")}, up to ${byteSize(mapBytes)} of the kernel's memory when full`),
    table(`Maps on Linux ${kernel.release}`, ["map", "kind", "entries", "memory"], rows, [2, 3]),
  );
}

/** Keeps what is chosen where it is still there. */
function fill(select: HTMLSelectElement, rows: readonly (readonly [value: string, text: string])[]): void {
  const before = select.value;
  const same =
    rows.length === select.options.length && rows.every(([value], at) => select.options[at]?.value === value);
  if (same) return;
  select.replaceChildren(...rows.map(([value, text]) => el("option", { value }, text)));
  if (rows.some(([value]) => value === before)) select.value = before;
}
