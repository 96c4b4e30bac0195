/** Where a statement that is too long is broken: at a call's commas, or after the operators of its weakest level. */
import type * as Ast from "./ast.ts";
import { precedence } from "./precedence.ts";

export const maxWidth = 80;

export type PrintOperand = (operand: Ast.Expr | Ast.TypeName) => string;

/**
 * Lines of `lead expr close`, without indentation; continuation lines are aligned with what was opened. One line where
 * it fits, or where there is no place to break.
 */
export function wrap(lead: string, expr: Ast.Expr, close: string, width: number, print: PrintOperand): string[] {
  const flat = `${lead}${print(expr)}${close}`;
  if (flat.length <= width || flat.includes("\n")) return [flat];
  if (expr.kind === "paren") return wrap(`${lead}(`, expr.operand, `)${close}`, width, print);
  if (expr.kind === "call" && expr.args.length > 1) {
    const args = expr.args.map(print);
    // A format has a line of its own: its arguments are read together.
    const isFormat = expr.args[0]?.kind === "string";
    return fill(`${lead}${expr.name}(`, args, ",", `)${close}`, width, isFormat);
  }
  if (expr.kind === "binary") {
    const level = precedence[expr.op];
    const operands: string[] = [];
    let left: Ast.Expr = expr;
    const ops: string[] = [];
    while (left.kind === "binary" && precedence[left.op] === level) {
      operands.unshift(operandText(left.right, level + 1, print));
      ops.unshift(left.op);
      left = left.left;
    }
    operands.unshift(operandText(left, level, print));
    const pieces = operands.map((text, i) => (i < ops.length ? `${text} ${ops[i]}` : text));
    return fill(lead, pieces, "", close, width, false);
  }
  return [flat];
}

/** As many pieces per line as fit, each line aligned after `head`. */
function fill(
  head: string,
  pieces: readonly string[],
  separator: string,
  close: string,
  width: number,
  firstAlone: boolean,
): string[] {
  const pad = " ".repeat(head.length);
  const lines: string[] = [];
  let line = head;
  pieces.forEach((text, i) => {
    const piece = i < pieces.length - 1 ? `${text}${separator}` : `${text}${close}`;
    const isStart = line === head || line === pad;
    const breaks = !isStart && ((firstAlone && i === 1) || line.length + 1 + piece.length > width);
    if (breaks) {
      lines.push(line);
      line = `${pad}${piece}`;
    } else line += isStart ? piece : ` ${piece}`;
  });
  return [...lines, line];
}

/** Trees that were built, not parsed, may lack the parentheses that their shape needs. */
function operandText(expr: Ast.Expr, level: number, print: PrintOperand): string {
  const wraps = expr.kind === "ternary" || (expr.kind === "binary" && precedence[expr.op] < level);
  return wraps ? `(${print(expr)})` : print(expr);
}
