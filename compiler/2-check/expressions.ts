/** Expressions: one case per form; what needs more than a few lines is in the file of its family. */
import type * as Ast from "../1-parse/ast.ts";
import { aggregations } from "../lang/aggregations.ts";
import { builtins } from "../lang/builtins.ts";
import { cConstants } from "../lang/c-constants.ts";
import { foreignNames } from "../lang/foreign-names.ts";
import { functions } from "../lang/functions.ts";
import { BOOL, I64, U64 } from "../lang/types.ts";
import type { Span } from "../source/span.ts";
import { printType } from "../types/print.ts";
import { isCastable } from "../types/relations.ts";
import type { Type } from "../types/type.ts";
import { unreachable } from "../util/assert.ts";
import { iteratorContext, namedArgument } from "./arguments.ts";
import { blockExpr, ifExpr, ternary } from "./branches.ts";
import { allowedHere, readBuiltin } from "./builtins.ts";
import { offsetOfField, sizeOfOperand } from "./call-compile-time.ts";
import { callExpr } from "./calls.ts";
import { castTo } from "./casts.ts";
import type { Context } from "./context.ts";
import { dereference, fieldOf, indexOf, tupleElement } from "./fields.ts";
import { expandMacro, inCaller, macroArgument, resolveVar } from "./macros.ts";
import { accessKey, mapSlot, readMap, useKeyed, valueType, widenValue } from "./maps.ts";
import { bool, constant, errorExpr, integer, isConstant, isError, readAggregate, text } from "./nodes.ts";
import { binary, strideOf, unary } from "./operators.ts";
import { positional, positionalCount } from "./params.ts";
import { capture, widenVar } from "./scopes.ts";
import { similar } from "./similar.ts";
import { isTypeName, resolveType } from "./type-names.ts";
import type * as Typed from "./typed.ts";

export function checkExpr(ctx: Context, ast: Ast.Expr): Typed.Expr {
  const { span } = ast;
  switch (ast.kind) {
    case "integer":
      return integer(ast.value, span);
    case "string":
      if (ast.value.length > ctx.settings.maxStrlen) {
        ctx.report("string-too-long", span, { limit: ctx.settings.maxStrlen, length: ast.value.length });
        return errorExpr(span);
      }
      return text(ast.value, span);
    case "boolean":
      return bool(ast.value, span);
    case "variable":
      return readVariable(ctx, ast.name, span);
    case "positional":
      return positional(ctx, ast.index, span);
    case "positional-count":
      return positionalCount(ctx, span);
    case "map":
      return scalarMap(ctx, ast.name, span);
    case "map-access":
      return mapAccess(ctx, ast);
    case "identifier":
      return identifier(ctx, ast.name, span);
    case "call":
      return callExpr(ctx, ast);
    case "unary":
      return unaryExpr(ctx, ast);
    case "update":
      return update(ctx, ast);
    case "binary":
      return binaryExpr(ctx, ast);
    case "ternary":
      return ternary(ctx, ast);
    case "if-expr":
      return ifExpr(ctx, ast);
    case "cast":
      return castTo(ctx, ctx.expr(ast.operand), castType(ctx, ast), span);
    case "field":
      return field(ctx, ast);
    case "tuple-field":
      return tupleField(ctx, ast);
    case "index":
      return indexOf(ctx, ctx.expr(ast.base), ctx.expr(ast.index), span);
    case "tuple":
      return tuple(ctx, ast.elements, span);
    case "record":
      return record(ctx, ast);
    case "sizeof":
      return sizeOfOperand(ctx, ast.operand, span);
    case "offsetof":
      return offsetOfField(ctx, ast.operand, ast.path, span);
    case "typeof":
      ctx.report("type-as-value", span, { name: "typeof" });
      return errorExpr(span);
    case "typeinfo":
      if (ctx.settings.unstable.typeinfo === "error")
        ctx.report("unstable-refused", span, { name: "typeinfo", key: "unstable_typeinfo" });
      else ctx.report("unsupported-typeinfo", span, {});
      return errorExpr(span);
    case "comptime": {
      const value = ctx.expr(ast.operand);
      if (isError(value) || isConstant(value)) return value;
      ctx.report("comptime-unresolved", span, {});
      return errorExpr(span);
    }
    case "block-expr":
      return blockExpr(ctx, ast.block, span);
    case "paren":
      return ctx.expr(ast.operand);
    default:
      return unreachable(ast);
  }
}

/** A cast's type; a bare name may be a macro's type parameter. */
function castType(ctx: Context, ast: Ast.Expr & { kind: "cast" }): Type {
  return resolveType(ctx, ast.type);
}

// --- Names ----------------------------------------------------------------------------------------------------------

function readVariable(ctx: Context, name: string, span: Span): Typed.Expr {
  const slot = resolveVar(ctx, name);
  if (slot === undefined) {
    ctx.report("undefined-variable", span, { name, outer: ctx.unit.declaredNames.has(name) });
    return errorExpr(span);
  }
  capture(ctx, slot);
  if (!slot.assigned) ctx.report("variable-unassigned", span, { name });
  if (slot.type === undefined) return errorExpr(span);
  return { kind: "var", var: slot.id, type: slot.type, span };
}

function scalarMap(ctx: Context, name: string, span: Span): Typed.Expr {
  const slot = mapSlot(ctx, name, span);
  if (slot === undefined || !useKeyed(ctx, slot, false, span)) return errorExpr(span);
  return readMap(ctx, slot, undefined, span);
}

function mapAccess(ctx: Context, ast: Ast.Expr & { kind: "map-access" }): Typed.Expr {
  const slot = mapSlot(ctx, ast.map, ast.mapSpan);
  if (slot === undefined) return errorExpr(ast.span);
  // `@t[0]` on a scalar map that holds a tuple or an array is an index into its value (L1.102).
  const only = ast.keys.length === 1 ? ast.keys[0] : undefined;
  if (slot.keyed === false && only !== undefined && (slot.value?.kind === "tuple" || slot.value?.kind === "array")) {
    return indexOf(ctx, readMap(ctx, slot, undefined, ast.mapSpan), ctx.expr(only), ast.span);
  }
  const key = accessKey(ctx, slot, ast.keys, ast.span);
  const type = valueType(ctx, slot, ast.span);
  if (key === undefined || type.kind === "error") return errorExpr(ast.span);
  return readMap(ctx, slot, key, ast.span);
}

/** Bare names, nearest meaning first: a macro's parameter, macro, builtin, #define, enumerator, kernel constant. */
function identifier(ctx: Context, name: string, span: Span): Typed.Expr {
  const bound = macroArgument(ctx, name);
  if (bound !== undefined) {
    const { argument } = bound;
    if (!isTypeName(argument)) return inCaller(ctx, bound.frame, () => ctx.expr(argument));
    ctx.report("type-as-value", span, { name });
    return errorExpr(span);
  }
  if (ctx.program.macros.has(name)) return expandMacro(ctx, name, [], span);
  const builtin = readBuiltin(ctx, name, span);
  if (builtin !== undefined) return builtin;
  const define = ctx.program.defines.get(name);
  if (define !== undefined) return expandDefine(ctx, define, span);
  const enumerator = ctx.types.enumerator(name);
  if (enumerator !== undefined) return constant(enumerator.value, enumerator.type, span);
  const known = ctx.env.snapshot.constant(name) ?? cConstants.get(name);
  if (known !== undefined) return integer(known, span);
  const names = [...builtins.map((row) => row.name), ...ctx.program.macros.keys(), ...ctx.program.defines.keys()];
  const near = similar(name, names);
  const suggestions = near.length > 0 ? near : ctx.env.snapshot.suggest("constant", name);
  const header = ctx.program.includes[0];
  const call = [...functions, ...aggregations].some((row) => row.name === name);
  ctx.report("unknown-identifier", span, {
    name,
    similar: suggestions,
    ...(header === undefined ? {} : { header }),
    called: call ? `${name}()` : foreignNames.get(name),
  });
  return errorExpr(span);
}

function expandDefine(ctx: Context, define: Ast.Define, span: Span): Typed.Expr {
  // The parser has refused what names itself.
  if (ctx.expanding.has(define.name)) return errorExpr(span);
  if (define.value === undefined || define.functionLike) {
    ctx.report("define-not-expression", span, { name: define.name, body: define.body });
    return errorExpr(span);
  }
  ctx.expanding.add(define.name);
  const value = ctx.expr(define.value);
  ctx.expanding.delete(define.name);
  return { ...value, span };
}

// --- Operators ------------------------------------------------------------------------------------------------------

function unaryExpr(ctx: Context, ast: Ast.Expr & { kind: "unary" }): Typed.Expr {
  const { span, op } = ast;
  if (op === "&") return addressOf(ctx, ast.operand, span);
  if (op !== "*") return unary(ctx, op, ctx.expr(ast.operand), span);
  return isArgs(ast.operand) ? ctx.expr(ast.operand) : dereference(ctx, ctx.expr(ast.operand), span);
}

/** `args`, parenthesised or dereferenced: all the same (L2.47). */
function isArgs(ast: Ast.Expr): boolean {
  if (ast.kind === "paren") return isArgs(ast.operand);
  if (ast.kind === "unary" && ast.op === "*") return isArgs(ast.operand);
  return ast.kind === "identifier" && ast.name === "args";
}

function isContext(ast: Ast.Expr): boolean {
  return ast.kind === "paren" ? isContext(ast.operand) : ast.kind === "identifier" && ast.name === "ctx";
}

function addressOf(ctx: Context, operand: Ast.Expr, span: Span): Typed.Expr {
  const inner = operand.kind === "paren" ? operand.operand : operand;
  if (inner.kind === "variable") {
    const slot = resolveVar(ctx, inner.name);
    const value = readVariable(ctx, inner.name, inner.span);
    if (slot === undefined || isError(value)) return errorExpr(span);
    slot.addressTaken = true;
    return { kind: "var-address", var: slot.id, type: { kind: "pointer", to: value.type, space: "kernel" }, span };
  }
  if (inner.kind === "map" || inner.kind === "map-access") {
    const value = ctx.expr(inner);
    if (isError(value) || value.kind !== "map-get") return errorExpr(span);
    return {
      kind: "map-address",
      map: value.map,
      key: value.key,
      type: { kind: "pointer", to: value.type, space: "kernel" },
      span,
    };
  }
  ctx.report("address-of", span, {});
  return errorExpr(span);
}

/** `x++` and its kin: by one, or by what a pointer points to. A map's element starts at 0. */
function update(ctx: Context, ast: Ast.Expr & { kind: "update" }): Typed.Expr {
  const { span, op, prefix } = ast;
  const target = ast.target.kind === "paren" ? ast.target.operand : ast.target;
  const sign = op === "++" ? 1n : -1n;
  if (target.kind === "variable") {
    const slot = resolveVar(ctx, target.name);
    const value = readVariable(ctx, target.name, target.span);
    if (slot === undefined || isError(value)) return errorExpr(span);
    const step = stepOf(ctx, value.type, op, span);
    if (step === undefined) return errorExpr(span);
    // Stepping assigns a 64-bit number: a variable without a declared type widens to it.
    const type =
      slot.fixed || value.type.kind !== "integer"
        ? value.type
        : (widenVar(ctx, slot, updateType(value.type, op), span) ?? value.type);
    return { kind: "update-var", var: slot.id, step: step * sign, prefix, type, span };
  }
  if (target.kind !== "map" && target.kind !== "map-access") {
    ctx.report("update-target", span, { op });
    return errorExpr(span);
  }
  const slot = mapSlot(ctx, target.kind === "map" ? target.name : target.map, span);
  if (slot === undefined) return errorExpr(span);
  let key: Typed.Expr | undefined;
  if (target.kind === "map-access") {
    key = accessKey(ctx, slot, target.keys, target.span);
    if (key === undefined) return errorExpr(span);
  } else if (!useKeyed(ctx, slot, false, target.span)) return errorExpr(span);
  const type = slot.value === undefined ? widenValue(ctx, slot, I64, span) : slot.value;
  if (type === undefined) return errorExpr(span);
  const step = stepOf(ctx, type, op, span);
  if (step === undefined) return errorExpr(span);
  const wide =
    type.kind === "integer" ? (widenValue(ctx, slot, type.signed || op === "--" ? I64 : U64, span) ?? type) : type;
  return { kind: "update-map", map: slot.id, key, step: step * sign, prefix, type: wide, span };
}

function stepOf(ctx: Context, type: Type, op: string, span: Span): bigint | undefined {
  if (type.kind === "pointer") return strideOf(type);
  if (type.kind === "integer") return 1n;
  ctx.report("unary-mismatch", span, { op, type: printType(type) });
  return undefined;
}

/** L2.8: `++` is 64 bits of the operand's sign, `--` is int64. */
function updateType(type: Type, op: "++" | "--"): Type {
  if (type.kind !== "integer") return type;
  return type.signed || op === "--" ? I64 : U64;
}

function binaryExpr(ctx: Context, ast: Ast.Expr & { kind: "binary" }): Typed.Expr {
  const left = ctx.expr(ast.left);
  return binary(ctx, ast.op, left, ctx.expr(ast.right), ast.span);
}

// --- Parts ----------------------------------------------------------------------------------------------------------

function field(ctx: Context, ast: Ast.Expr & { kind: "field" }): Typed.Expr {
  if (isArgs(ast.base)) {
    if (!allowedHere(ctx, "args", true, ast.span)) return errorExpr(ast.span);
    return namedArgument(ctx, ast.name, ast.span, ast.nameSpan);
  }
  if (ctx.unit.row?.context === "iter" && isContext(ast.base)) {
    if (!allowedHere(ctx, "ctx", true, ast.span)) return errorExpr(ast.span);
    return iteratorContext(ctx, ast.name, ast.span, ast.nameSpan);
  }
  return fieldOf(ctx, ctx.expr(ast.base), ast.name, ast.span, ast.nameSpan);
}

function tupleField(ctx: Context, ast: Ast.Expr & { kind: "tuple-field" }): Typed.Expr {
  const base = ctx.expr(ast.base);
  if (isError(base)) return base;
  const fields =
    base.type.kind === "tuple"
      ? base.type.fields
      : base.type.kind === "record"
        ? base.type.fields.map((f) => f.type)
        : undefined;
  const type = fields?.[ast.index];
  if (type !== undefined) return tupleElement(base, ast.index, type, ast.span);
  if (fields !== undefined) ctx.report("tuple-index", ast.span, { index: ast.index, count: fields.length });
  else ctx.report("no-field", ast.span, { field: String(ast.index), type: printType(base.type) });
  return errorExpr(ast.span);
}

function element(ctx: Context, ast: Ast.Expr): Typed.Expr {
  const value = ctx.expr(ast);
  if (value.type.kind === "none") {
    ctx.report("not-printable", ast.span, { type: "none", fn: "tuple" });
    return errorExpr(ast.span);
  }
  if (value.type.kind === "aggregate" && !isCastable(value.type)) {
    ctx.report("aggregate-in-tuple", ast.span, { type: printType(value.type) });
    return errorExpr(ast.span);
  }
  return readAggregate(value);
}

function tuple(ctx: Context, asts: readonly Ast.Expr[], span: Span): Typed.Expr {
  const elements = asts.map((ast) => element(ctx, ast));
  if (elements.some(isError)) return errorExpr(span);
  return { kind: "tuple", elements, type: { kind: "tuple", fields: elements.map((one) => one.type) }, span };
}

function record(ctx: Context, ast: Ast.Expr & { kind: "record" }): Typed.Expr {
  const elements = ast.fields.map((part) => element(ctx, part.value));
  if (elements.some(isError)) return errorExpr(ast.span);
  const fields = ast.fields.map((part, i) => ({ name: part.name, type: elements[i]?.type ?? BOOL }));
  return { kind: "tuple", elements, type: { kind: "record", fields }, span: ast.span };
}
