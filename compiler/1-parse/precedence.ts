/** Folds `a op b op c …` into a tree by C's precedence; every binary level is left-associative. */
import type { BinaryOp, Expr } from "./ast.ts";

/** Higher binds tighter (L1.84 … L1.93). */
export const precedence: { readonly [op in BinaryOp]: number } = {
  "||": 1,
  "&&": 2,
  "|": 3,
  "^": 4,
  "&": 5,
  "==": 6,
  "!=": 6,
  "<": 7,
  ">": 7,
  "<=": 7,
  ">=": 7,
  "<<": 8,
  ">>": 8,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
  "%": 10,
};

/** `tail` in source order. */
export function foldBinary(first: Expr, tail: readonly { readonly op: BinaryOp; readonly right: Expr }[]): Expr {
  const operands = [first];
  const operators: BinaryOp[] = [];
  const reduce = (): void => {
    const op = operators.pop();
    const right = operands.pop();
    const left = operands.pop();
    if (op === undefined || right === undefined || left === undefined) return;
    operands.push({ kind: "binary", op, left, right, span: { start: left.span.start, end: right.span.end } });
  };
  for (const { op, right } of tail) {
    for (let top = operators.at(-1); top !== undefined && precedence[top] >= precedence[op]; top = operators.at(-1)) {
      reduce();
    }
    operators.push(op);
    operands.push(right);
  }
  while (operators.length > 0) reduce();
  return operands[0] ?? first;
}
