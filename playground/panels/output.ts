/**
 * Output: the script (or a dropped object) run on the chosen events, or a dropped stream rendered. Runs anew whenever
 * typing has stopped and something that matters changed; what was there stays until the new run says something.
 */
import { sameChoice } from "../state.ts";
import type { EventChoice, OutputAnswer, OutputProgress, RunProblem } from "../worker/protocol.ts";
import { button, count, duration, el, groupDigits } from "./dom.ts";
import { createEventsPicker } from "./events-picker.ts";
import { answerOf, type Panel, type PanelHost, type Workbench } from "./panel.ts";
import { createRunPictures } from "./run-pictures.ts";
import { createRunText } from "./run-text.ts";

/** All that a run depends on: equal values, equal text. */
type Job =
  | { readonly kind: "stream"; readonly name: string; readonly bytes: Uint8Array }
  | {
      readonly kind: "object";
      readonly object: Uint8Array;
      readonly kernel: string;
      readonly events: EventChoice;
      readonly cpus: number;
      readonly seconds: number;
      readonly pace: number | undefined;
      readonly positional: readonly string[] | undefined;
    };

const SAMPLE = 200;

export function mount(root: HTMLElement, host: PanelHost): Panel {
  const text = createRunText();
  const pictures = createRunPictures(host);
  const status = el("p", { class: "p-status" });
  const problems = el("ul", { class: "p-problems", "aria-label": "What went wrong" });
  let job: Job | undefined;
  const picker = createEventsPicker(host, {
    changed: () => update(host.workbench()),
    async sample(events) {
      const { compiled, dropped, script } = host.workbench();
      const object = dropped?.kind === "object" ? dropped.bytes : compiled?.object;
      if (object === undefined) return undefined;
      const outcome = await host.ask({
        kind: "sample-events",
        object,
        kernel: script.kernel,
        events,
        count: SAMPLE,
      });
      const answer = answerOf(outcome);
      if (answer !== undefined && answer.problems.length > 0) showProblems(answer.problems);
      return answer?.text;
    },
  });
  const again = button(
    "Run again",
    () => {
      job = undefined;
      update(host.workbench());
    },
    { class: "button p-small" },
  );
  const copy = button("Copy text", () => host.copy(text.text(), "the text of the run"), { class: "button p-small" });
  root.classList.add("p-output");
  root.append(
    picker.element,
    el("div", { class: "p-bar-row p-run" }, status, again, copy),
    problems,
    el("div", { class: "p-results" }, text.element, pictures.element),
  );

  function update(workbench: Workbench): void {
    picker.update(workbench);
    picker.element.hidden = workbench.dropped?.kind === "stream";
    const next = jobOf(workbench, picker.seconds(), picker.pace());
    if (next === undefined) {
      if (!workbench.pending && workbench.dropped === undefined) showNothing(workbench);
      return;
    }
    root.classList.toggle("p-stale", false);
    if (job !== undefined && sameJob(job, next)) return;
    job = next;
    void start(next);
  }

  async function start(mine: Job): Promise<void> {
    text.restart();
    status.textContent = mine.kind === "stream" ? `reading ${mine.name} …` : "running …";
    root.setAttribute("aria-busy", "true");
    const progress = (part: OutputProgress): void => {
      if (job !== mine) return;
      text.append(part.pieces);
      if (part.pictures !== undefined) pictures.show(part.pictures);
      status.textContent = `running: ${count(part.events, "event")}, ${part.seconds.toFixed(1)} s of the host's time`;
    };
    const outcome =
      mine.kind === "stream"
        ? await host.ask({ kind: "render", name: mine.name, bytes: mine.bytes }, { lane: "output", progress })
        : await host.ask({ ...mine, kind: "simulate" }, { lane: "output", progress });
    if (job !== mine) return;
    root.removeAttribute("aria-busy");
    text.append([]);
    if (outcome.ok) return finish(mine, outcome.answer);
    const { failure } = outcome;
    if (failure.kind === "superseded") {
      job = undefined;
      return;
    }
    status.textContent = "";
    pictures.show(undefined);
    const hint = failure.kind === "refused" ? failure.hint : undefined;
    showProblems([{ message: failure.message, hint, line: undefined, eventLine: undefined }]);
  }

  function finish(mine: Job, answer: OutputAnswer): void {
    showProblems(answer.problems);
    pictures.show(answer.pictures);
    status.textContent = statusOf(mine, answer);
    const silent = !text.printed() && answer.problems.length === 0;
    text.append(silent ? [{ stream: "stderr", text: quietReason(mine, answer) }] : []);
  }

  function showProblems(found: readonly RunProblem[]): void {
    problems.replaceChildren(...found.map((problem) => problemItem(problem)));
    problems.hidden = found.length === 0;
    const first = found[0];
    if (first !== undefined)
      host.announce(first.line === undefined ? first.message : `line ${first.line}: ${first.message}`);
  }
  function problemItem({ message, hint, line, eventLine }: RunProblem): HTMLElement {
    const where =
      line !== undefined
        ? button(`line ${line}`, () => host.goTo(line, 1), { class: "p-link" })
        : eventLine !== undefined
          ? button(`event line ${eventLine}`, () => picker.reveal(eventLine), { class: "p-link" })
          : undefined;
    return el(
      "li",
      {},
      where,
      where === undefined ? undefined : " ",
      el("span", { class: "p-message" }, message),
      hint === undefined ? undefined : el("span", { class: "p-hint" }, hint),
    );
  }

  /** The script has errors: they stand at the editor, what was last run stays, marked as old. */
  function showNothing({ compiled }: Workbench): void {
    if (compiled === undefined || compiled.object !== undefined) return;
    job = undefined;
    const errors = compiled.problems.filter((problem) => problem.severity === "error");
    const first = errors[0];
    root.classList.add("p-stale");
    status.textContent =
      first === undefined
        ? "nothing to run yet"
        : `not run: ${count(errors.length, "error")}, the first in line ${first.line}: ${first.message}`;
  }

  return { update, focus: () => undefined, hide: () => pictures.stop() };
}

/** undefined: there is nothing to run, or somebody is typing. */
function jobOf(workbench: Workbench, seconds: number, pace: number | undefined): Job | undefined {
  const { dropped, compiled, kernel, script, events, cpus } = workbench;
  if (dropped?.kind === "stream") return { kind: "stream", name: dropped.name, bytes: dropped.bytes };
  if (kernel === undefined || (dropped === undefined && (workbench.pending || !workbench.settled))) return undefined;
  const object = dropped?.kind === "object" ? dropped.bytes : compiled?.object;
  if (object === undefined) return undefined;
  const positional = script.options.positional;
  return { kind: "object", object, kernel: script.kernel, events, cpus, seconds, pace, positional };
}

function sameJob(a: Job, b: Job): boolean {
  if (a.kind === "stream") return b.kind === "stream" && a.bytes === b.bytes;
  return (
    b.kind === "object" &&
    sameBytes(a.object, b.object) &&
    a.kernel === b.kernel &&
    a.cpus === b.cpus &&
    a.seconds === b.seconds &&
    a.pace === b.pace &&
    JSON.stringify(a.positional) === JSON.stringify(b.positional) &&
    sameChoice(a.events, b.events)
  );
}

/** A comment that was typed makes a new object; its text is in it, so that only a real repetition is equal. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && a.every((byte, at) => byte === b[at]));
}

function statusOf(job: Job, answer: OutputAnswer): string {
  const { ledger } = answer;
  const lost = ledger === undefined || ledger.dropped === 0 ? "" : `, ${groupDigits(ledger.dropped)} records lost`;
  const cut = answer.cut ? "; the text was too long and is cut" : "";
  if (job.kind === "stream") return `${job.name}: read in ${duration(answer.ran)}${lost}${cut}`;
  const times = `translated in ${duration(answer.translated)}, ran in ${duration(answer.ran)}`;
  return `${count(answer.events, "event")} in ${answer.seconds.toFixed(1)} s of the host's time; ${times}${lost}${cut}`;
}

function quietReason(job: Job, answer: OutputAnswer): string {
  if (job.kind === "stream") return "the stream has nothing to show: no text and no maps\n";
  if (answer.events === 0) return "nothing happened: no event fits the script's probes\n";
  return `${count(answer.events, "event")} came, and the script printed nothing\n`;
}
