/** Makers of typed expressions: constants in range, casts that fold, and questions that many rules ask. */
import { I64, U64 } from "../lang/types.ts";
import type { Span } from "../source/span.ts";
import { equal, isCastable } from "../types/relations.ts";
import type { AddressSpace, IntegerType, Type } from "../types/type.ts";
import type * as Typed from "./typed.ts";

export const ERROR_TYPE: Type = { kind: "error" };

export function errorExpr(span: Span): Typed.Expr {
  return { kind: "constant", value: 0n, span, type: ERROR_TYPE };
}

export function isError(expr: Typed.Expr): boolean {
  return expr.type.kind === "error";
}

/** Two's complement within a type's range. */
export function wrap(value: bigint, type: Type): bigint {
  switch (type.kind) {
    case "bool":
      return value === 0n ? 0n : 1n;
    case "integer":
    case "enum":
      return type.signed ? BigInt.asIntN(type.size * 8, value) : BigInt.asUintN(type.size * 8, value);
    default:
      return BigInt.asUintN(64, value);
  }
}

export function constant(value: bigint, type: Type, span: Span): Typed.Expr {
  return { kind: "constant", value: wrap(value, type), type, span };
}

export function bool(value: boolean, span: Span): Typed.Expr {
  return { kind: "constant", value: value ? 1n : 0n, type: { kind: "bool" }, span };
}

export function text(value: string, span: Span): Typed.Expr {
  return { kind: "string", value, type: { kind: "string", size: value.length + 1 }, span };
}

/** What stands at an address, as `type`. */
export function readAt(pointer: Typed.Expr, type: Type, space: AddressSpace, span: Span): Typed.Expr {
  const read = { kind: "read", pointer, index: undefined, scale: 0, space, direct: false, span } as const;
  return { ...read, type: foundIn(type, space) };
}

/** A word of a process's memory may be an address there: its use as one reads where it came from (L2.45, L2.46). */
export function foundIn(type: Type, space: AddressSpace): Type {
  return type.kind === "integer" && type.size === 8 && space === "user" ? { ...type, space } : type;
}

type Size = 1 | 2 | 4 | 8;

/** The smallest type of a literal (L2.3): signed, or uint64 above int64's range. */
export function literalType(value: bigint): IntegerType {
  if (value < 0n) return { kind: "integer", size: signedSize(value), signed: true };
  const literal = unsignedSize(value);
  if (value > 0x7fff_ffff_ffff_ffffn) return { kind: "integer", size: 8, signed: false, literal };
  return { kind: "integer", size: signedSize(value), signed: true, literal };
}

function signedSize(value: bigint): Size {
  for (const size of [1, 2, 4] as const) if (BigInt.asIntN(size * 8, value) === value) return size;
  return 8;
}

function unsignedSize(value: bigint): Size {
  for (const size of [1, 2, 4] as const) if (BigInt.asUintN(size * 8, value) === value) return size;
  return 8;
}

export function integer(value: bigint, span: Span): Typed.Expr {
  return { kind: "constant", value, type: literalType(value), span };
}

/** Value of a compile-time integer, bool or enumerator. */
export function constantValue(expr: Typed.Expr): bigint | undefined {
  return expr.kind === "constant" && expr.type.kind !== "error" ? expr.value : undefined;
}

/** Whether the expression is known at compile time: the walk folds as it goes. */
export function isConstant(expr: Typed.Expr): boolean {
  return expr.kind === "constant" || expr.kind === "string" || expr.kind === "bytes";
}

/** A constant of the type that its value alone would have: written, or folded from such. */
export function isLiteral(expr: Typed.Expr): boolean {
  const value = constantValue(expr);
  return value !== undefined && expr.type.kind === "integer" && equal(expr.type, literalType(value));
}

/** A scalar as another scalar type; constants fold; the same type stays. */
export function cast(expr: Typed.Expr, type: Type): Typed.Expr {
  if (expr.type.kind === "error" || type.kind === "error") return { ...expr, type: ERROR_TYPE };
  if (expr.kind === "constant") return { kind: "constant", value: wrap(expr.value, type), type, span: expr.span };
  if (sameScalar(expr.type, type)) return expr;
  return { kind: "cast", operand: expr, type, span: expr.span };
}

function sameScalar(a: Type, b: Type): boolean {
  if (a.kind === "integer" && b.kind === "integer") {
    return a.size === b.size && a.signed === b.signed && (b.space === undefined || a.space === b.space);
  }
  return a.kind === "bool" && b.kind === "bool";
}

/** The integer of an aggregation read out of its map: all CPUs summed. Other expressions as they are. */
export function readAggregate(expr: Typed.Expr): Typed.Expr {
  if (!isCastable(expr.type) || expr.type.kind !== "aggregate") return expr;
  const signed = "signed" in expr.type ? expr.type.signed : false;
  const type = signed ? I64 : U64;
  if (expr.kind === "map-get") return { kind: "map-aggregate", map: expr.map, key: expr.key, type, span: expr.span };
  return { kind: "cast", operand: expr, type, span: expr.span };
}

/** 64-bit integer of the same signedness: an operand. */
export function widen(expr: Typed.Expr): Typed.Expr {
  const value = readAggregate(expr);
  return cast(value, isSigned(value.type) ? I64 : U64);
}

export function isSigned(type: Type): boolean {
  return (type.kind === "integer" || type.kind === "enum") && type.signed;
}

/** A place that can be written again and again costs nothing: no calls, updates or deletes inside. */
export function isPure(expr: Typed.Expr): boolean {
  switch (expr.kind) {
    case "constant":
    case "string":
    case "bytes":
    case "var":
    case "param":
    case "context":
    case "context-address":
    case "context-pointer":
    case "note-argument":
    case "builtin":
      return true;
    case "cast":
    case "convert":
    case "unary":
      return isPure(expr.operand);
    case "binary":
    case "compare":
      return isPure(expr.left) && isPure(expr.right);
    case "member":
    case "member-address":
      return isPure(expr.pointer);
    case "tuple":
      return expr.elements.every(isPure);
    case "tuple-element":
    case "value-member":
      return isPure(expr.base);
    default:
      return false;
  }
}
