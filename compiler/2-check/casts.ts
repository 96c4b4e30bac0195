/** Explicit casts (L2.19–L2.28). */
import type { Span } from "../source/span.ts";
import { isMemory, sizeOf } from "../types/layout.ts";
import { printType } from "../types/print.ts";
import { equal, isCastable } from "../types/relations.ts";
import type { Type } from "../types/type.ts";
import type { Context } from "./context.ts";
import { elementPointer } from "./fields.ts";
import { spaceOf } from "./integers.ts";
import { cast, constantValue, errorExpr, isError, isLiteral, readAggregate, readAt } from "./nodes.ts";
import type * as Typed from "./typed.ts";

/** `(to)operand`; what cannot be cast is reported. */
export function castTo(ctx: Context, operand: Typed.Expr, to: Type, span: Span): Typed.Expr {
  if (isError(operand) || to.kind === "error") return errorExpr(span);
  const value = isCastable(operand.type) && !isMemory(to) ? readAggregate(operand) : operand;
  const result = converted(ctx, value, to, span);
  if (result === undefined) {
    ctx.report("invalid-cast", span, { from: printType(operand.type), to: printType(to) });
    return errorExpr(span);
  }
  return { ...result, span };
}

function converted(ctx: Context, value: Typed.Expr, to: Type, span: Span): Typed.Expr | undefined {
  const from = value.type;
  switch (to.kind) {
    case "integer":
      if (from.kind === "array" || (from.kind === "string" && from.exact === true))
        return sizeOf(from) === to.size ? memory(value, to, span) : undefined;
      if (!isScalar(from)) return undefined;
      warnUseless(ctx, value, to, span);
      return cast(value, { ...to, ...(spaceOf(from) === undefined ? {} : { space: spaceOf(from) ?? "none" }) });
    case "bool":
      return isScalar(from) ? cast(value, to) : undefined;
    case "pointer": {
      if (from.kind === "array" || from.kind === "string") {
        const address = addressOf(value);
        return address === undefined ? undefined : cast(address, placed(to, spaceOf(address.type) ?? "none"));
      }
      if (!isScalar(from) || from.kind === "bool") return undefined;
      const space = spaceOf(from);
      return cast(value, space === undefined ? to : placed(to, space));
    }
    case "enum": {
      if (!isScalar(from) || from.kind === "pointer") return undefined;
      const known = constantValue(value);
      if (known !== undefined && !to.values.some((one) => one.value === known)) {
        ctx.report("enum-no-variant", span, { name: to.name, value: String(known) });
        return errorExpr(span);
      }
      return cast(value, to);
    }
    case "array":
      return castToArray(value, to, span);
    case "string":
      if (from.kind === "string" || from.kind === "array") return memory(value, to, span);
      if (from.kind === "pointer" || from.kind === "integer")
        return { kind: "call", name: "str", args: [value], literals: [], type: to, span };
      return undefined;
    case "buffer":
      return from.kind === "buffer" ? memory(value, to, span) : undefined;
    case "struct":
      if (from.kind === "struct" && equal(from, to)) return value;
      ctx.report("cast-to-struct", span, { to: printType(to) });
      return errorExpr(span);
    case "tuple":
    case "record":
    case "inet":
    case "mac":
    case "timestamp":
    case "ksym":
    case "usym":
    case "stack":
    case "username":
    case "cgroup_path":
    case "aggregate":
    case "none":
    case "opaque":
    case "error":
      return equal(from, to) ? value : undefined;
  }
}

/** Where an array or text that a pointer leads to begins: as in C, that is what it is as a pointer. */
function addressOf(value: Typed.Expr): Typed.Expr | undefined {
  const { type, span } = value;
  if (value.kind === "read") return elementPointer(value);
  if (value.kind !== "member") return undefined;
  const { pointer, path, space, direct } = value;
  return { kind: "member-address", pointer, path, space, direct, type: { kind: "pointer", to: type, space }, span };
}

/** The pointer type with another address space, all the way down. */
export function placed(type: Type, space: "kernel" | "user" | "none"): Type {
  return type.kind === "pointer" ? { kind: "pointer", to: placed(type.to, space), space } : type;
}

function isScalar(type: Type): boolean {
  return (
    type.kind === "integer" ||
    type.kind === "bool" ||
    type.kind === "pointer" ||
    type.kind === "enum" ||
    type.kind === "ksym"
  );
}

function memory(operand: Typed.Expr, type: Type, span: Span): Typed.Expr {
  return { kind: "convert", operand, type, span };
}

/** Integers and strings to byte arrays of the same size; `[]` takes the size of the operand. */
function castToArray(value: Typed.Expr, to: Type & { kind: "array" }, span: Span): Typed.Expr | undefined {
  const from = value.type;
  const unit = Math.max(1, sizeOf(to.element));
  const available =
    from.kind === "integer" && value.kind === "constant" && to.length > 0 ? unit * to.length : sizeOf(from);
  const length = to.length === 0 ? Math.floor(available / unit) : to.length;
  const type: Type = { kind: "array", element: to.element, length };
  if (from.kind === "integer") {
    const size = length * unit;
    if (value.kind === "constant" && isLiteral(value) && size > 0 && size < 8 && ![1, 2, 4].includes(size))
      return { kind: "bytes", value: littleEndian(value.value, size), type, span };
    if (size !== 1 && size !== 2 && size !== 4 && size !== 8) return undefined;
    if (value.kind !== "constant" && size !== from.size) return undefined;
    return memory(cast(value, { kind: "integer", size, signed: false }), type, span);
  }
  if (from.kind === "string")
    return unit === 1 && (to.length === 0 || to.length >= 1) ? memory(value, type, span) : undefined;
  if (from.kind === "array") return sizeOf(from) === length * unit ? memory(value, type, span) : undefined;
  if (from.kind === "pointer") return readAt(value, type, from.space, span);
  return undefined;
}

/** So many bytes of a number, extended by its sign. */
function littleEndian(value: bigint, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => Number(BigInt.asUintN(8, value >> BigInt(8 * i))));
}

/** Same type: harmless, but worth saying; not for constants, nor for what older releases typed otherwise. */
function warnUseless(ctx: Context, value: Typed.Expr, to: Type, span: Span): void {
  if (value.kind === "constant" || value.kind === "context" || value.kind === "map-aggregate" || !equal(value.type, to))
    return;
  if (value.kind !== "builtin" && value.kind !== "cast") return;
  ctx.report("useless-cast", span, { type: printType(to) });
}
