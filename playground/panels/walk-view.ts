/**
 * The verifier's walk: thousands of lines, in blocks that the browser lays out only when they are seen. A line that is
 * pointed at marks the script's.
 */
import type { WalkLine } from "../worker/protocol.ts";
import { el } from "./dom.ts";
import type { PanelHost } from "./panel.ts";

export type WalkView = {
  readonly element: HTMLElement;
  /**
   * @param refused slot of the instruction at which the walk ended in a refusal
   * @param source the script's lines, set between where another begins
   */
  readonly show: (lines: readonly WalkLine[], refused: number | undefined, source: readonly string[]) => void;
  readonly mark: (line: number | undefined) => void;
};

type Shown = { readonly line: number | undefined; readonly element: HTMLElement };

const BLOCK = 200;

export function createWalkView(host: PanelHost): WalkView {
  const element = el("div", {
    class: "p-walk",
    tabindex: 0,
    role: "region",
    "aria-label": "States, instruction by instruction",
  });
  let rows: readonly Shown[] = [];
  let marked: readonly HTMLElement[] = [];
  const lineAt = (target: EventTarget | null): number | undefined => {
    const row = target instanceof Element ? target.closest("[data-line]") : null;
    return row === null ? undefined : Number(row.getAttribute("data-line"));
  };
  const mark = (line: number | undefined): void => {
    for (const row of marked) row.classList.remove("p-linked");
    marked = line === undefined ? [] : rows.filter((row) => row.line === line).map((row) => row.element);
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
    show(next, refused, source) {
      marked = [];
      const last = next[next.length - 1];
      const shown: Shown[] = [];
      let before: number | undefined;
      for (const { line, text, insn } of next) {
        if (line !== undefined && line !== before) {
          before = line;
          shown.push({ line, element: sourceRow(line, source[line - 1] ?? "") });
        }
        const bad = insn === refused && insn === last?.insn && text === last.text;
        const row = el("div", { class: bad ? "p-row p-refused" : "p-row", "data-line": line }, ...stateParts(text));
        shown.push({ line, element: row });
      }
      rows = shown;
      const elements = shown.map(({ element: row }) => row);
      const blocks: HTMLElement[] = [];
      for (let at = 0; at < elements.length; at += BLOCK) {
        blocks.push(el("div", { class: "p-block" }, ...elements.slice(at, at + BLOCK)));
      }
      element.replaceChildren(...blocks);
      element.hidden = rows.length === 0;
      element.scrollTop = 0;
    },
    mark,
  };
}

function sourceRow(line: number, text: string): HTMLElement {
  const place = el("span", { class: "p-walk-place" }, `line ${line}`);
  return el("div", { class: "p-row p-walk-source", "data-line": line }, place, " ", text.trim());
}

/** "7: r1 = 5     ; R1=5": the instruction, and what it changed. Other lines tell of paths that begin. */
function stateParts(text: string): readonly (HTMLElement | string)[] {
  const [, insn, change] = /^(\d+: .*?)(\s+; .*)$/.exec(text) ?? [];
  return insn === undefined || change === undefined ? [text] : [insn, el("span", { class: "p-comment" }, change)];
}
