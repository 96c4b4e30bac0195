/** Conditions as jumps: no 0 or 1 is made where only the way matters. */
import type { Expr } from "../../2-check/typed.ts";
import type { BlockId } from "../ir.ts";
import { compareMemory } from "./compare.ts";
import type { Lowering } from "./lowering.ts";
import { mapGetOr, mapLookupOf } from "./map-access.ts";
import { comparedLeft, comparison } from "./scalars.ts";
import { scalarShape } from "./storage.ts";

/** Jumps to `then` if the expression is not zero, else to `otherwise`. Enters neither. */
export function lowerCondition(
  cx: Lowering,
  expr: Expr,
  then: BlockId,
  otherwise: BlockId,
  unlikely?: "then" | "else",
): void {
  const { fn } = cx;
  const outer = fn.span;
  fn.span = expr.span;
  switch (expr.kind) {
    case "constant":
      fn.jump(expr.value !== 0n ? then : otherwise);
      break;
    case "unary":
      if (expr.op === "!") lowerCondition(cx, expr.operand, otherwise, then, opposite(unlikely));
      else notZero(cx, expr, then, otherwise, unlikely);
      break;
    case "logical": {
      const second = fn.block();
      if (expr.op === "&&") lowerCondition(cx, expr.left, second, otherwise, unlikely);
      else lowerCondition(cx, expr.left, then, second, unlikely);
      fn.enter(second);
      lowerCondition(cx, expr.right, then, otherwise, unlikely);
      break;
    }
    case "compare": {
      const left = comparedLeft(cx, expr);
      const right = cx.steps.scalar(cx, expr.right);
      fn.branch(comparison(expr.op, expr.signed), left, right, then, otherwise, { unlikely });
      break;
    }
    case "compare-memory":
      if (expr.op === "==") compareMemory(cx, expr, then, otherwise);
      else compareMemory(cx, expr, otherwise, then);
      break;
    case "binary":
      if (expr.op === "&") {
        const left = cx.steps.scalar(cx, expr.left);
        fn.branch("set", left, cx.steps.scalar(cx, expr.right), then, otherwise, { unlikely });
      } else {
        notZero(cx, expr, then, otherwise, unlikely);
      }
      break;
    case "cast":
      if (expr.type.kind === "bool" && scalarShape(expr.operand.type) !== undefined) {
        lowerCondition(cx, expr.operand, then, otherwise, unlikely);
      } else {
        notZero(cx, expr, then, otherwise, unlikely);
      }
      break;
    case "map-get":
      fn.branch("ne", mapGetOr(cx, expr, otherwise), fn.const(0), then, otherwise, { unlikely });
      break;
    case "map-has":
      fn.branch("ne", mapLookupOf(cx, expr.map, expr.key), fn.const(0), then, otherwise, { unlikely });
      break;
    default:
      notZero(cx, expr, then, otherwise, unlikely);
  }
  fn.span = outer;
}

function notZero(
  cx: Lowering,
  expr: Expr,
  then: BlockId,
  otherwise: BlockId,
  unlikely: "then" | "else" | undefined,
): void {
  const { fn } = cx;
  fn.branch("ne", cx.steps.scalar(cx, expr), fn.const(0), then, otherwise, { unlikely });
}

function opposite(side: "then" | "else" | undefined): "then" | "else" | undefined {
  return side === undefined ? undefined : side === "then" ? "else" : "then";
}
