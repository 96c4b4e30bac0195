/** Operators: result types, 64-bit operands, folding of constants, and the warnings about signs (L2.2–L2.16, L2.40). */
import type * as Ast from "../1-parse/ast.ts";
import { BOOL, I64, U64 } from "../lang/types.ts";
import type { Span } from "../source/span.ts";
import { sizeOf } from "../types/layout.ts";
import { printType } from "../types/print.ts";
import { isIntegral } from "../types/relations.ts";
import type { IntegerType, Type } from "../types/type.ts";
import { compare } from "./comparisons.ts";
import type { Context } from "./context.ts";
import { asInteger, extend, spaceOf, warnSign } from "./integers.ts";
import {
  bool,
  cast,
  constant,
  constantValue,
  errorExpr,
  integer,
  isConstant,
  isError,
  isLiteral,
  isSigned,
  readAggregate,
  text,
} from "./nodes.ts";
import type * as Typed from "./typed.ts";

/** An expression as a condition: bool; integers and pointers are compared with zero. */
export function condition(ctx: Context, expr: Typed.Expr): Typed.Expr {
  const value = readAggregate(expr);
  if (isError(value) || value.type.kind === "bool") return value;
  if (isIntegral(value.type) || value.type.kind === "pointer") return cast(value, BOOL);
  ctx.report("invalid-condition", expr.span, { type: value.type.kind === "string" ? "string" : printType(value.type) });
  return errorExpr(expr.span);
}

export function binary(ctx: Context, op: Ast.BinaryOp, left: Typed.Expr, right: Typed.Expr, span: Span): Typed.Expr {
  if (op === "&&" || op === "||") return logical(ctx, op, left, right, span);
  const l = readAggregate(left);
  const r = readAggregate(right);
  if (isError(l) || isError(r)) return errorExpr(span);
  switch (op) {
    case "==":
    case "!=":
    case "<":
    case ">":
    case "<=":
    case ">=":
      return compare(ctx, op, l, r, span);
    default:
      return arithmetic(ctx, op, l, r, span);
  }
}

function logical(ctx: Context, op: "&&" | "||", left: Typed.Expr, right: Typed.Expr, span: Span): Typed.Expr {
  const l = condition(ctx, left);
  const r = condition(ctx, right);
  if (isError(l) || isError(r)) return errorExpr(span);
  const known = constantValue(l);
  if (known !== undefined) {
    if ((known !== 0n) === (op === "||")) return bool(op === "||", span);
    return { ...r, span };
  }
  return { kind: "logical", op, left: l, right: r, type: BOOL, span };
}

// --- Arithmetic -----------------------------------------------------------------------------------------------------

function arithmetic(ctx: Context, op: Typed.BinaryOp, left: Typed.Expr, right: Typed.Expr, span: Span): Typed.Expr {
  if (left.kind === "string" || right.kind === "string") {
    const folded = foldStrings(op, left, right, span);
    if (folded !== undefined) {
      const none = folded.kind === "string" && folded.value === "";
      if (none && (left.type.kind === "integer" || right.type.kind === "integer"))
        ctx.report("string-always-empty", span, {});
      return folded;
    }
    if (isConstant(left) && isConstant(right)) {
      ctx.report("string-literal-operator", span, { op });
      return errorExpr(span);
    }
  }
  if (left.type.kind === "pointer" || right.type.kind === "pointer")
    return pointerArithmetic(ctx, op, left, right, span);
  if (!isIntegral(left.type) || !isIntegral(right.type)) {
    ctx.report("operator-mismatch", span, { op, left: printType(left.type), right: printType(right.type) });
    return errorExpr(span);
  }
  if (left.type.kind === "bool" && right.type.kind === "bool" && (op === "&" || op === "|" || op === "^"))
    return cast(bitwise(op, left, right, span), BOOL);
  const l = constantValue(left);
  const r = constantValue(right);
  if (l !== undefined && r !== undefined) return foldIntegers(ctx, op, left, right, l, r, span);
  const signed = op === "-" ? true : joinSign(left.type, right.type);
  const space = spaceOf(left.type) ?? spaceOf(right.type);
  const type: IntegerType = { kind: "integer", size: 8, signed, ...(space === undefined ? {} : { space }) };
  if (op === "/" || op === "%") {
    if (r === 0n) {
      ctx.report("literal-overflow", span, {});
      return errorExpr(span);
    }
    if (signed) ctx.report("signed-division", span, { op });
  }
  if (signed && op !== "-" && op !== "<<" && op !== ">>") {
    warnSign(ctx, left, type);
    warnSign(ctx, right, type);
  }
  return { kind: "binary", op, left: cast(extend(left), type), right: cast(extend(right), type), type, span };
}

/** Booleans stay booleans under `& | ^`. */
function bitwise(op: "&" | "|" | "^", left: Typed.Expr, right: Typed.Expr, span: Span): Typed.Expr {
  const l = constantValue(left);
  const r = constantValue(right);
  if (l !== undefined && r !== undefined) return constant(evaluate(op, l, r) ?? 0n, U64, span);
  return { kind: "binary", op, left: cast(left, U64), right: cast(right, U64), type: U64, span };
}

function joinSign(left: Type, right: Type): boolean {
  const l = asInteger(left);
  const r = asInteger(right);
  const leftSigned = l.signed && l.literal === undefined;
  const rightSigned = r.signed && r.literal === undefined;
  if (l.literal !== undefined && r.literal !== undefined) return l.signed && r.signed;
  return leftSigned || rightSigned;
}

function foldStrings(op: Typed.BinaryOp, left: Typed.Expr, right: Typed.Expr, span: Span): Typed.Expr | undefined {
  if (op !== "+") return undefined;
  if (left.kind === "string" && right.kind === "string") return text(left.value + right.value, span);
  const [string, offset] = left.kind === "string" ? [left, constantValue(right)] : [right, constantValue(left)];
  if (string.kind !== "string" || offset === undefined || offset < 0n) return undefined;
  return text(offset > BigInt(string.value.length) ? "" : string.value.slice(Number(offset)), span);
}

/** Literals fold as C does (truncating division, arithmetic shift) to the smallest type; typed constants keep theirs. */
function foldIntegers(
  ctx: Context,
  op: Typed.BinaryOp,
  left: Typed.Expr,
  right: Typed.Expr,
  l: bigint,
  r: bigint,
  span: Span,
): Typed.Expr {
  const value = evaluate(op, l, r);
  if (value === undefined || value < -0x8000_0000_0000_0000n || value > 0xffff_ffff_ffff_ffffn) {
    const wraps = !(isLiteral(left) && isLiteral(right)) && value !== undefined;
    if (!wraps) {
      ctx.report("literal-overflow", span, {});
      return errorExpr(span);
    }
  }
  if (isLiteral(left) && isLiteral(right)) return integer(value ?? 0n, span);
  const signed = op === "-" ? true : joinSign(left.type, right.type);
  const space = spaceOf(left.type) ?? spaceOf(right.type);
  return constant(value ?? 0n, { kind: "integer", size: 8, signed, ...(space === undefined ? {} : { space }) }, span);
}

function evaluate(op: Typed.BinaryOp, l: bigint, r: bigint): bigint | undefined {
  switch (op) {
    case "+":
      return l + r;
    case "-":
      return l - r;
    case "*":
      return l * r;
    case "/":
      return r === 0n ? undefined : l / r;
    case "%":
      return r === 0n ? undefined : l % r;
    case "&":
      return l & r;
    case "|":
      return l | r;
    case "^":
      return l ^ r;
    case "<<":
      return r < 0n || r > 63n ? undefined : l << r;
    case ">>":
      return r < 0n || r > 63n ? undefined : l >> r;
  }
}

/** Bytes that a step of one moves a pointer by. */
export function strideOf(pointer: Type & { kind: "pointer" }): bigint {
  return BigInt(Math.max(1, sizeOf(pointer.to)));
}

function pointerArithmetic(
  ctx: Context,
  op: Typed.BinaryOp,
  left: Typed.Expr,
  right: Typed.Expr,
  span: Span,
): Typed.Expr {
  const [pointer, number] = left.type.kind === "pointer" ? [left, right] : [right, left];
  const allowed = op === "+" || (op === "-" && pointer === left);
  if (pointer.type.kind !== "pointer" || !allowed || !isIntegral(number.type)) {
    ctx.report("operator-mismatch", span, { op, left: printType(left.type), right: printType(right.type) });
    return errorExpr(span);
  }
  return addToPointer(pointer, op, number, span);
}

/** Pointer plus or minus so many of what it points to. */
export function addToPointer(pointer: Typed.Expr, op: "+" | "-", number: Typed.Expr, span: Span): Typed.Expr {
  const type = pointer.type;
  if (type.kind !== "pointer") return errorExpr(span);
  const stride = strideOf(type);
  const base = constantValue(pointer);
  const steps = constantValue(number);
  if (base !== undefined && steps !== undefined)
    return constant(op === "+" ? base + steps * stride : base - steps * stride, type, span);
  if (steps === 0n) return { ...pointer, span };
  const offset: Typed.Expr =
    steps !== undefined
      ? constant(steps * stride, U64, number.span)
      : stride === 1n
        ? cast(extend(number), U64)
        : {
            kind: "binary",
            op: "*",
            left: cast(extend(number), U64),
            right: constant(stride, U64, number.span),
            type: U64,
            span: number.span,
          };
  const sum: Typed.Expr = { kind: "binary", op, left: cast(pointer, U64), right: offset, type: U64, span };
  return cast(sum, type);
}

// --- Unary ----------------------------------------------------------------------------------------------------------

export function unary(ctx: Context, op: "!" | "~" | "-" | "+", operand: Typed.Expr, span: Span): Typed.Expr {
  const value = readAggregate(operand);
  if (isError(value)) return errorExpr(span);
  const known = constantValue(value);
  if (op === "!") {
    const test = condition(ctx, value);
    if (isError(test)) return test;
    if (known !== undefined) return bool(known === 0n, span);
    return { kind: "unary", op: "!", operand: test, type: BOOL, span };
  }
  const refused = !isIntegral(value.type) || (op === "~" && value.type.kind === "bool");
  if (refused) {
    ctx.report("unary-mismatch", span, { op, type: printType(value.type) });
    return errorExpr(span);
  }
  if (op === "+") return { ...value, span };
  if (known !== undefined) {
    if (op === "-" && isLiteral(value)) {
      if (known > 0x8000_0000_0000_0000n) {
        ctx.report("literal-overflow", span, {});
        return errorExpr(span);
      }
      return integer(-known, span);
    }
    if (op === "~" && isLiteral(value)) return constant(~known, U64, span);
    return constant(op === "-" ? -known : ~known, op === "-" ? I64 : isSigned(value.type) ? I64 : U64, span);
  }
  const type = op === "-" || isSigned(value.type) ? I64 : U64;
  return { kind: "unary", op, operand: cast(extend(value), type), type, span };
}
