/** Operands as integers: their type, their 64-bit form, and the warning about a sign that changes (L2.2, L2.14). */
import { I64, U64 } from "../lang/types.ts";
import { printType } from "../types/print.ts";
import type { AddressSpace, IntegerType, Type } from "../types/type.ts";
import type { Context } from "./context.ts";
import { cast, isConstant, isSigned } from "./nodes.ts";
import type * as Typed from "./typed.ts";

/** Where the memory is that an integer or pointer names. */
export function spaceOf(type: Type): AddressSpace | undefined {
  if (type.kind === "pointer") return type.space;
  return type.kind === "integer" ? type.space : undefined;
}

/** To 64 bits by the operand's own sign, before it is read as another sign. */
export function extend(expr: Typed.Expr): Typed.Expr {
  return cast(expr, isSigned(expr.type) ? I64 : U64);
}

export function warnSign(ctx: Context, operand: Typed.Expr, to: IntegerType): void {
  const from = operand.type;
  if (isConstant(operand) || from.kind !== "integer" || from.signed || from.size < 8 || !to.signed) return;
  ctx.report("sign-change", operand.span, { from: printType(from), to: printType(I64) });
}

/** The integer type that an operand has in arithmetic: bools are unsigned, enums their integer. */
export function asInteger(type: Type): IntegerType {
  if (type.kind === "integer") return type;
  if (type.kind === "enum") return { kind: "integer", size: type.size, signed: type.signed };
  return { kind: "integer", size: 1, signed: false };
}
