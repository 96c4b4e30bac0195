/**
 * The verifier's walk: thousands of lines, in blocks that the browser lays out only when they are seen. A line that is
 * pointed at marks the script's.
 */
import type { WalkLine } from "../worker/protocol.ts";
import { el } from "./dom.ts";
import type { PanelHost } from "./panel.ts";

export type WalkView = {
  readonly element: HTMLElement;
  /** @param refused slot of the instruction at which the walk ended in a refusal */
  readonly show: (lines: readonly WalkLine[], refused: number | undefined) => void;
  readonly mark: (line: number | undefined) => void;
};

const BLOCK = 200;

export function createWalkView(host: PanelHost): WalkView {
  const element = el("div", {
    class: "p-walk",
    tabindex: 0,
    role: "region",
    "aria-label": "States, instruction by instruction",
  });
  let rows: readonly HTMLElement[] = [];
  let lines: readonly WalkLine[] = [];
  let marked: readonly HTMLElement[] = [];
  const lineAt = (target: EventTarget | null): number | undefined => {
    const row = target instanceof Element ? target.closest("[data-line]") : null;
    return row === null ? undefined : Number(row.getAttribute("data-line"));
  };
  const mark = (line: number | undefined): void => {
    for (const row of marked) row.classList.remove("p-linked");
    marked = line === undefined ? [] : rows.filter((_, at) => lines[at]?.line === line);
    for (const row of marked) row.classList.add("p-linked");
  };
  element.addEventListener("pointerover", (event) => {
    const line = lineAt(event.target);
    mark(line);
    host.focus(line === undefined ? undefined : { line, program: undefined, slot: undefined, from: "verifier" });
  });
  element.addEventListener("pointerleave", () => {
    mark(undefined);
    host.focus(undefined);
  });
  element.addEventListener("dblclick", (event) => {
    const line = lineAt(event.target);
    if (line !== undefined) host.goTo(line, 1);
  });
  return {
    element,
    show(next, refused) {
      lines = next;
      marked = [];
      const last = next.length - 1;
      rows = next.map(({ line, text, insn }, at) => {
        const bad = refused !== undefined && at === last && insn === refused;
        return el("div", { class: bad ? "p-row p-refused" : "p-row", "data-line": line }, ...stateParts(text));
      });
      const blocks: HTMLElement[] = [];
      for (let at = 0; at < rows.length; at += BLOCK)
        blocks.push(el("div", { class: "p-block" }, ...rows.slice(at, at + BLOCK)));
      element.replaceChildren(...blocks);
      element.hidden = rows.length === 0;
      element.scrollTop = 0;
    },
    mark,
  };
}

/** "7: r1 = 5     ; R1=5": the instruction, and what it changed. Other lines are the script's, or a path that begins. */
function stateParts(text: string): readonly (HTMLElement | string)[] {
  const [, insn, change] = /^(\d+: .*?)(\s+; .*)$/.exec(text) ?? [];
  if (insn !== undefined && change !== undefined) return [insn, el("span", { class: "p-comment" }, change)];
  if (/^(\d+: |from \d+ to \d+: )/.test(text)) return [text];
  return [el("span", { class: "p-source" }, text)];
}
