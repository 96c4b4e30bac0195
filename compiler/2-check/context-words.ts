/** Words of a program's context: what registers held, at fixed offsets. */
import type { Span } from "../source/span.ts";
import type { AddressSpace, IntegerType } from "../types/type.ts";
import type { Context } from "./context.ts";
import { defaultSpace } from "./type-names.ts";
import type * as Typed from "./typed.ts";

/** A 64-bit word of the context. */
export function contextWord(offset: number, space: AddressSpace, span: Span): Typed.Expr {
  const type: IntegerType = { kind: "integer", size: 8, signed: false, space };
  return { kind: "context", offset, size: 8, signed: false, field: undefined, type, span };
}

/** `reg("name")`, or undefined for a name that the architecture lacks. */
export function register(ctx: Context, name: string, span: Span): Typed.Expr | undefined {
  const offset = ctx.arch.registers[name];
  return offset === undefined ? undefined : contextWord(offset, defaultSpace(ctx), span);
}

/** The address of an argument on the stack, so many bytes above the first, at function entry. */
export function stackAddress(ctx: Context, offset: number, space: AddressSpace, span: Span): Typed.Expr | undefined {
  const sp = register(ctx, ctx.arch.sp, span);
  if (sp === undefined) return undefined;
  const type: IntegerType = { kind: "integer", size: 8, signed: false, space };
  const right: Typed.Expr = {
    kind: "constant",
    value: BigInt(ctx.arch.stackArgs + offset),
    type: { kind: "integer", size: 8, signed: false },
    span,
  };
  return { kind: "binary", op: "+", left: sp, right, type, span };
}
