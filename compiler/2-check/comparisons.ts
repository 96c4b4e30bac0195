/** Comparisons: of integers by the sign of their join, of pointers, of values in memory by content (L2.14, L2.32, L2.41, L2.72). */
import { resolveType } from "../btf/layout.ts";
import { BOOL, I64, U64 } from "../lang/types.ts";
import type { Span } from "../source/span.ts";
import { printType } from "../types/print.ts";
import { isIntegral, join, joinIntegers } from "../types/relations.ts";
import type { Type } from "../types/type.ts";
import type { Context } from "./context.ts";
import { convert } from "./convert.ts";
import { asInteger, extend, warnSign } from "./integers.ts";
import { bool, cast, constantValue, errorExpr } from "./nodes.ts";
import type * as Typed from "./typed.ts";

export function compare(
  ctx: Context,
  op: Typed.CompareOp,
  left: Typed.Expr,
  right: Typed.Expr,
  span: Span,
): Typed.Expr {
  if (left.kind === "string" && right.kind === "string")
    return bool(holds(op, cut(left.value), cut(right.value)), span);
  const pointers = left.type.kind === "pointer" || right.type.kind === "pointer";
  if (pointers && isComparable(left.type) && isComparable(right.type))
    return comparePointers(ctx, op, left, right, span);
  if (isIntegral(left.type) && isIntegral(right.type)) return compareIntegers(ctx, op, left, right, span);
  if (op === "==" || op === "!=") {
    const memory = compareMemory(op, left, right, span);
    if (memory !== undefined) return memory;
  }
  const params = { op, left: printType(left.type), right: printType(right.type) };
  const same = left.type.kind === right.type.kind;
  const notes = [
    { text: `left (${params.left})`, span: left.span },
    { text: `right (${params.right})`, span: right.span },
  ];
  ctx.report(same && op !== "==" && op !== "!=" ? "operator-mismatch" : "comparison-mismatch", span, params, notes);
  return errorExpr(span);
}

function isComparable(type: Type): boolean {
  return type.kind === "pointer" || isIntegral(type) || type.kind === "ksym";
}

function cut(value: string): string {
  const nul = value.indexOf("\0");
  return nul < 0 ? value : value.slice(0, nul);
}

function holds<T extends string | bigint>(op: Typed.CompareOp, a: T, b: T): boolean {
  switch (op) {
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
}

function comparePointers(
  ctx: Context,
  op: Typed.CompareOp,
  left: Typed.Expr,
  right: Typed.Expr,
  span: Span,
): Typed.Expr {
  if (left.type.kind === "pointer" && right.type.kind === "pointer" && join(left.type, right.type) === undefined) {
    ctx.report("pointer-comparison", span, { left: printType(left.type), right: printType(right.type) });
  }
  return { kind: "compare", op, signed: false, left: cast(left, U64), right: cast(right, U64), type: BOOL, span };
}

function compareIntegers(
  ctx: Context,
  op: Typed.CompareOp,
  left: Typed.Expr,
  right: Typed.Expr,
  span: Span,
): Typed.Expr {
  const l = constantValue(left);
  const r = constantValue(right);
  const both = joinIntegers(asInteger(left.type), asInteger(right.type));
  if (l !== undefined && r !== undefined) {
    // As a program would: (uint64)-1 equals -1.
    const width = both.signed ? BigInt.asIntN : BigInt.asUintN;
    return bool(holds(op, width(64, l), width(64, r)), span);
  }
  warnSign(ctx, left, both);
  warnSign(ctx, right, both);
  warnConstant(ctx, op, left, right, span);
  // Signedness only matters to order; either reading of 64 equal bits is equal.
  const type = both.signed ? I64 : U64;
  return {
    kind: "compare",
    op,
    signed: both.signed,
    left: cast(extend(left), type),
    right: cast(extend(right), type),
    type: BOOL,
    span,
  };
}

/** An unsigned value is never below zero: the usual mistake is a return value that was not cast (L11.61). */
function warnConstant(ctx: Context, op: Typed.CompareOp, left: Typed.Expr, right: Typed.Expr, span: Span): void {
  const flipped: Readonly<Record<Typed.CompareOp, Typed.CompareOp>> = {
    "==": "==",
    "!=": "!=",
    "<": ">",
    ">": "<",
    "<=": ">=",
    ">=": "<=",
  };
  const zeroRight = constantValue(right) === 0n;
  if (!zeroRight && constantValue(left) !== 0n) return;
  const value = zeroRight ? left : right;
  const direction = zeroRight ? op : flipped[op];
  if (value.type.kind !== "integer" || value.type.signed) return;
  const name = ctx.unit.uses.has("retval") && isReturnValue(value) ? "retval" : undefined;
  if (direction === "<" || direction === ">=") {
    ctx.report("comparison-constant", span, {
      text: ctx.source.text.slice(span.start, span.end),
      holds: direction === ">=",
      type: name ?? printType(value.type),
      cast: returnCast(ctx),
    });
  } else if (name !== undefined && (direction === ">" || direction === "<=")) {
    ctx.report("comparison-unsigned", span, { name, op: direction, cast: returnCast(ctx) });
  }
}

/**
 * The type that shows a return value's sign. A function that returns an int leaves the upper half of the register zero
 * (-32 is 0x00000000ffffffe0), so a cast to int64 would not do.
 */
function returnCast(ctx: Context): "int32" | "int64" {
  const attach = ctx.unit.target?.attach;
  if (attach?.kind !== "kretprobe") return "int64";
  const known = ctx.env.snapshot.functionType(attach.function, attach.module);
  if (known === undefined) return "int64";
  const proto = known.btf.type(known.proto);
  const result = proto.kind === "func_proto" ? resolveType(known.btf, proto.returns) : undefined;
  return (result?.kind === "int" || result?.kind === "enum") && result.size === 4 ? "int32" : "int64";
}

function isReturnValue(expr: Typed.Expr): boolean {
  return expr.kind === "context" && expr.field === undefined;
}

/** Strings, tuples, arrays and other values in memory, by content (L2.32, L2.72). */
function compareMemory(op: "==" | "!=", left: Typed.Expr, right: Typed.Expr, span: Span): Typed.Expr | undefined {
  if (left.type.kind === "string" && right.type.kind === "string") {
    return { kind: "compare-memory", op, how: "string", left, right, type: BOOL, span };
  }
  if (left.type.kind !== right.type.kind) return undefined;
  switch (left.type.kind) {
    case "ksym":
    case "username":
    case "cgroup_path":
    case "timestamp":
      return { kind: "compare", op, signed: false, left: cast(left, U64), right: cast(right, U64), type: BOOL, span };
    case "tuple":
    case "record":
    case "array":
    case "buffer":
    case "inet":
    case "mac":
    case "usym":
    case "stack":
    case "struct": {
      const both = join(left.type, right.type);
      if (both === undefined) return undefined;
      return {
        kind: "compare-memory",
        op,
        how: "bytes",
        left: convert(left, both),
        right: convert(right, both),
        type: BOOL,
        span,
      };
    }
    default:
      return undefined;
  }
}
