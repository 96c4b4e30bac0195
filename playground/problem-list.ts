/** Diagnostics as a list under the editor: each leads to its place, and offers what can be put right. */
import { button, el } from "./panels/dom.ts";
import type { Fix, Problem } from "./worker/protocol.ts";

export type ProblemActions = {
  readonly goTo: (line: number, column: number) => void;
  readonly apply: (fix: Fix) => void;
};

const MOST = 100;

export function showProblems(root: HTMLElement, problems: readonly Problem[], actions: ProblemActions): void {
  root.replaceChildren(...problems.slice(0, MOST).map((problem) => item(problem, actions)));
}

function item(problem: Problem, { goTo, apply }: ProblemActions): HTMLElement {
  const { severity, message, hint, line, column, whole, fixes } = problem;
  const go = button("", () => goTo(line, column), { class: "problem-go" });
  const place = whole ? severity : `${line}:${column}`;
  go.append(el("span", { class: "problem-place" }, place), el("span", { class: "problem-text" }, message));
  const made = el("div", { class: "problem", "data-severity": severity, "data-code": problem.code }, go);
  if (hint !== undefined) made.append(el("p", { class: "problem-hint" }, hint));
  for (const note of problem.notes) made.append(el("p", { class: "problem-hint" }, note.text));
  if (fixes.length > 0) {
    made.append(
      el(
        "div",
        { class: "problem-fixes" },
        ...fixes.map((fix) => button(fix.label, () => apply(fix), { class: "button" })),
      ),
    );
  }
  return made;
}
