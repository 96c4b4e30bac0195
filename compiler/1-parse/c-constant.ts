/** Constant integer expressions of C definitions: array lengths, bit widths, enumerator values. */
import type { Expr } from "./ast.ts";
import { type Constants, evaluateCondition } from "./c-condition.ts";
import { applyOperator } from "./c-operators.ts";
import type { Context } from "./context.ts";

/** The value, wrapped to 64 bits; on an error it is reported and the value is 0. */
export function cConstant(expr: Expr, ctx: Context): bigint {
  const fail = (at: Expr, why: string): bigint => {
    ctx.report("c-constant", at.span, { why });
    return 0n;
  };
  switch (expr.kind) {
    case "integer":
      return BigInt.asIntN(64, expr.value);
    case "boolean":
      return expr.value ? 1n : 0n;
    case "paren":
      return cConstant(expr.operand, ctx);
    case "identifier":
      return named(expr.name, ctx) ?? fail(expr, `${expr.name} is not known here`);
    case "unary": {
      const value = cConstant(expr.operand, ctx);
      if (expr.op === "-") return BigInt.asIntN(64, -value);
      if (expr.op === "~") return BigInt.asIntN(64, ~value);
      if (expr.op === "+") return value;
      if (expr.op === "!") return value === 0n ? 1n : 0n;
      return fail(expr, `operator ${expr.op}`);
    }
    case "ternary": {
      const condition = cConstant(expr.condition, ctx);
      if (condition === 0n) return cConstant(expr.else, ctx);
      return expr.then === undefined ? condition : cConstant(expr.then, ctx);
    }
    case "binary":
      return (
        applyOperator(expr.op, cConstant(expr.left, ctx), cConstant(expr.right, ctx)) ?? fail(expr, "division by zero")
      );
    default:
      return fail(expr, "only integers, enumerators and operators are");
  }
}

/** An enumerator of the script, a macro with an integer body, or a constant of the kernel. */
function named(name: string, ctx: Context): bigint | undefined {
  const known: Constants = (word) => ctx.enumerators.get(word) ?? ctx.constants(word);
  const macro = ctx.macros.get(name);
  if (macro === undefined || macro.params !== undefined) return known(name);
  const result = evaluateCondition(macro.body, ctx.macros, known);
  return result.kind === "value" ? result.value : undefined;
}
