/**
 * Assembly: each program's instructions under the places of the script that they come from. Pointing at one side marks
 * the other: the pointer, or the arrow keys, mark the editor's line; the editor's line marks its instructions.
 */
import { type AssemblyProgram, type AssemblyRow, assemblyPrograms, tokens } from "./assembly-rows.ts";
import { count, el } from "./dom.ts";
import type { Focus, Panel, PanelHost } from "./panel.ts";
import { createSubjectReader, type Subject } from "./subject.ts";

type Placed = { readonly program: AssemblyProgram; readonly row: AssemblyRow; readonly element: HTMLElement };

export function mount(root: HTMLElement, host: PanelHost): Panel {
  root.classList.add("p-assembly");
  let shown: Uint8Array | undefined;
  let placed: readonly Placed[] = [];
  let current = 0;
  let marked: readonly HTMLElement[] = [];
  const list = el("div", {
    class: "p-code-list",
    role: "listbox",
    tabindex: 0,
    "aria-label": "Instructions by program; arrows move, Enter goes to the script's line",
  });
  const head = el("p", { class: "p-status" });
  root.append(head, list);

  const read = createSubjectReader(host, "inspect-assembly", (subject) => show(subject));
  function show(subject: Subject): void {
    root.classList.toggle("p-stale", subject.kind === "object" && subject.old);
    if (subject.kind === "object" && subject.bytes === shown) return;
    current = 0;
    marked = [];
    placed = [];
    list.removeAttribute("aria-activedescendant");
    const programs = subject.kind === "object" && subject.inspection ? assemblyPrograms(subject.inspection) : [];
    shown = subject.kind === "object" ? subject.bytes : undefined;
    head.textContent = headText(subject, programs);
    list.hidden = programs.length === 0;
    const [groups, all] = build(programs);
    placed = all;
    list.replaceChildren(...groups);
  }
  function build(programs: readonly AssemblyProgram[]): readonly [readonly HTMLElement[], readonly Placed[]] {
    const all: Placed[] = [];
    const groups = programs.map((program, at) => {
      const id = `assembly-program-${at}`;
      const rows = program.rows.map((row) => {
        const element = rowElement(row, `assembly-row-${all.length}`, all.length);
        all.push({ program, row, element });
        return element;
      });
      const title = el(
        "div",
        { class: "p-code-title", id, role: "presentation" },
        el("strong", {}, program.title),
        el("span", { class: "p-note" }, ` ${program.section}, ${count(program.instructions, "instruction")}`),
      );
      return el("div", { role: "group", "aria-labelledby": id, class: "p-code-group" }, title, ...rows);
    });
    return [groups, all];
  }

  const indexAt = (target: EventTarget | null): number | undefined => {
    const element = target instanceof Element ? target.closest("[data-at]") : null;
    return element === null ? undefined : Number(element.getAttribute("data-at"));
  };
  function point(at: number | undefined): void {
    const each = at === undefined ? undefined : placed[at];
    if (each === undefined) return;
    const { row, program } = each;
    const slot = row.kind === "insn" ? row.slot : undefined;
    host.focus(row.line === undefined ? undefined : { line: row.line, program: program.name, slot, from: "assembly" });
    mark(row.line);
  }
  function activate(at: number): void {
    placed[current]?.element.classList.remove("p-active");
    current = Math.min(Math.max(0, at), placed.length - 1);
    const each = placed[current];
    if (each === undefined) return;
    each.element.classList.add("p-active");
    list.setAttribute("aria-activedescendant", each.element.id);
    each.element.scrollIntoView({ block: "nearest" });
    point(current);
  }
  function goTo(at: number | undefined): void {
    const row = at === undefined ? undefined : placed[at]?.row;
    if (row?.line !== undefined) host.goTo(row.line, row.kind === "source" ? row.column : 1);
  }
  function mark(line: number | undefined): void {
    for (const element of marked) element.classList.remove("p-linked");
    marked = line === undefined ? [] : placed.filter(({ row }) => row.line === line).map(({ element }) => element);
    for (const element of marked) element.classList.add("p-linked");
  }
  list.addEventListener("pointerover", (event) => {
    if (event.pointerType !== "touch") point(indexAt(event.target));
  });
  list.addEventListener("pointerleave", () => {
    mark(undefined);
    host.focus(undefined);
  });
  list.addEventListener("click", (event) => {
    const at = indexAt(event.target);
    if (at !== undefined) activate(at);
  });
  list.addEventListener("dblclick", (event) => goTo(indexAt(event.target)));
  list.addEventListener("keydown", (event) => {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 };
    const step = steps[event.key];
    if (step !== undefined) activate(list.hasAttribute("aria-activedescendant") ? current + step : 0);
    else if (event.key === "Home") activate(0);
    else if (event.key === "End") activate(placed.length - 1);
    else if (event.key === "Enter") goTo(current);
    else return;
    event.preventDefault();
  });

  return {
    update: (workbench) => read(workbench),
    focus(focus: Focus | undefined) {
      if (focus?.from === "assembly") return;
      mark(focus?.line);
      // only the list moves, not the page around it
      const first = marked[0];
      if (first !== undefined) scrollInto(list, first);
    },
    hide: () => undefined,
  };
}

function scrollInto(box: HTMLElement, element: HTMLElement): void {
  const [outer, inner] = [box.getBoundingClientRect(), element.getBoundingClientRect()];
  if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - outer.height / 3;
}

function rowElement(row: AssemblyRow, id: string, at: number): HTMLElement {
  const attributes = { id, role: "option", "aria-selected": "false", "data-at": at, class: `p-row p-row-${row.kind}` };
  switch (row.kind) {
    case "source": {
      const place = el("span", { class: "p-place" }, `${row.line}:${row.column}`);
      return el("div", attributes, place, " ", el("span", { class: "p-source" }, row.text));
    }
    case "label":
      return el("div", attributes, row.text);
    case "insn": {
      const code = tokens(row.text).map(({ kind, text }) =>
        kind === "plain" ? text : el("span", { class: `p-${kind}` }, text),
      );
      const slot = el("span", { class: "p-slot" }, String(row.slot));
      const relocation =
        row.relocation === undefined ? undefined : el("span", { class: "p-relocation" }, `← ${row.relocation}`);
      return el("div", attributes, slot, el("span", { class: "p-insn" }, ...code), relocation);
    }
  }
}

function headText(subject: Subject, programs: readonly AssemblyProgram[]): string {
  if (subject.kind === "nothing") return subject.why;
  if (subject.inspection === undefined)
    return `${subject.name} was made by another compiler: see its sections under Object`;
  const total = programs.reduce((sum, program) => sum + program.instructions, 0);
  const old = subject.old ? " (of the text before)" : "";
  return `${count(total, "instruction")} in ${count(programs.length, "function")}, for ${subject.inspection.arch}${old}`;
}
