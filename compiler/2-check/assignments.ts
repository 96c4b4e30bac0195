/** Assignments: to variables and maps, plain and compound, and declarations with `let`. */
import type * as Ast from "../1-parse/ast.ts";
import { aggregationRow } from "../lang/aggregations.ts";
import { I64 } from "../lang/types.ts";
import type { Span } from "../source/span.ts";
import { printType } from "../types/print.ts";
import { isCastable, settle } from "../types/relations.ts";
import type { Type } from "../types/type.ts";
import { unreachable } from "../util/assert.ts";
import { aggregateStmt } from "./aggregates.ts";
import type { Context, MapSlot, VarSlot } from "./context.ts";
import { convert } from "./convert.ts";
import { guessMap, guessVar } from "./guesses.ts";
import { resolveVar } from "./macros.ts";
import { accessKey, mapSlot, readMap, useKeyed, widenValue } from "./maps.ts";
import { constant, isError, isPure } from "./nodes.ts";
import { binary } from "./operators.ts";
import { capture, declareVar, findVar, isConverted, widenVar } from "./scopes.ts";
import { resolveType } from "./type-names.ts";
import type * as Typed from "./typed.ts";

function unwrap(ast: Ast.Expr): Ast.Expr {
  return ast.kind === "paren" ? unwrap(ast.operand) : ast;
}

export function assign(ctx: Context, stmt: Ast.Stmt & { kind: "assign" }): readonly Typed.Stmt[] {
  const target = unwrap(stmt.target);
  switch (target.kind) {
    case "variable":
      return assignVar(ctx, stmt, target.name, target.span);
    case "map":
    case "map-access":
      return assignMap(ctx, stmt, target);
    default: {
      const inside = target.kind === "field" || target.kind === "tuple-field" || target.kind === "index";
      const of = inside ? ctx.expr(target.base).type.kind : "none";
      if (of === "tuple" || of === "record") ctx.report("immutable-field", stmt.target.span, {});
      else if (of !== "error")
        ctx.report("not-assignable", stmt.target.span, {
          name: target.kind === "identifier" ? target.name : undefined,
        });
      ctx.expr(stmt.value);
      return [];
    }
  }
}

function assignVar(
  ctx: Context,
  stmt: Ast.Stmt & { kind: "assign" },
  name: string,
  nameSpan: Span,
): readonly Typed.Stmt[] {
  const { span } = stmt;
  const op = operatorOf(stmt.op);
  const existing = resolveVar(ctx, name);
  if (op !== undefined && existing === undefined) {
    ctx.report("undefined-variable", nameSpan, { name, outer: ctx.unit.declaredNames.has(name) });
    ctx.expr(stmt.value);
    return [];
  }
  let value = ctx.expr(stmt.value);
  if (op !== undefined && existing?.type !== undefined) {
    capture(ctx, existing);
    if (!existing.assigned) ctx.report("variable-unassigned", nameSpan, { name });
    value = binary(ctx, op, { kind: "var", var: existing.id, type: existing.type, span: nameSpan }, value, span);
  }
  const slot = existing ?? declareVar(ctx, name, nameSpan, undefined);
  capture(ctx, slot);
  if (op === undefined && isError(value)) guessVar(ctx, slot, stmt.value);
  return storeVar(ctx, slot, value, stmt.value, span);
}

function storeVar(ctx: Context, slot: VarSlot, value: Typed.Expr, ast: Ast.Expr, span: Span): readonly Typed.Stmt[] {
  if (isError(value)) {
    slot.assigned = true;
    return [];
  }
  if (value.type.kind === "none" || value.type.kind === "aggregate" || value.type.kind === "opaque") {
    const call = unwrap(ast);
    if (value.type.kind === "none" && call.kind === "call") ctx.report("assign-none", ast.span, { name: call.name });
    else ctx.report("assign-to-variable", ast.span, { type: printType(value.type) });
    slot.assigned = true;
    return [];
  }
  if (value.kind === "context-pointer" && value.type.kind !== "pointer") return [];
  const type = widenVar(ctx, slot, value.type, ast.span, value.kind === "constant" && unwrap(ast).kind !== "cast");
  if (type === undefined) return [];
  if (slot.fixed && isConverted(value.type, type))
    ctx.report("sign-change", value.span, { from: printType(value.type), to: printType(type) });
  else warnSign(ctx, value, type);
  return [{ kind: "assign-var", span, var: slot.id, value: convert(value, type) }];
}

/** An unsigned 64-bit value that a signed place holds from now on may turn negative, and the other way round. */
function warnSign(ctx: Context, value: Typed.Expr, to: Type): void {
  const from = value.type;
  if (value.kind === "constant" || from.kind !== "integer" || to.kind !== "integer" || from.literal !== undefined)
    return;
  if (from.signed === to.signed || (to.signed && from.size < to.size)) return;
  ctx.report("sign-change", value.span, { from: printType(from), to: printType(to) });
}

function operatorOf(op: Ast.AssignOp): Typed.BinaryOp | undefined {
  switch (op) {
    case "=":
      return undefined;
    case "+=":
      return "+";
    case "-=":
      return "-";
    case "*=":
      return "*";
    case "/=":
      return "/";
    case "%=":
      return "%";
    case "&=":
      return "&";
    case "|=":
      return "|";
    case "^=":
      return "^";
    case "<<=":
      return "<<";
    case ">>=":
      return ">>";
    default:
      return unreachable(op);
  }
}

type MapTarget = Ast.Expr & { readonly kind: "map" | "map-access" };

function assignMap(ctx: Context, stmt: Ast.Stmt & { kind: "assign" }, target: MapTarget): readonly Typed.Stmt[] {
  const { span } = stmt;
  const slot = mapSlot(ctx, target.kind === "map" ? target.name : target.map, target.span);
  const source = unwrap(stmt.value);
  const isAggregation =
    stmt.op === "=" &&
    source.kind === "call" &&
    aggregationRow(source.name) !== undefined &&
    !ctx.program.macros.has(source.name);
  if (slot === undefined) return [];
  const key = target.kind === "map-access" ? accessKey(ctx, slot, target.keys, target.span) : undefined;
  if (target.kind === "map" ? !useKeyed(ctx, slot, false, target.span) : key === undefined) {
    if (!isAggregation) ctx.expr(stmt.value);
    return [];
  }
  if (isAggregation) return aggregateStmt(ctx, slot, key, source, span);
  const op = operatorOf(stmt.op);
  if (op !== undefined) return compoundMap(ctx, slot, key, op, stmt);
  const value = ctx.expr(stmt.value);
  if (isError(value)) guessMap(ctx, slot, stmt.value);
  return storeMap(ctx, slot, key, value, stmt.value, span);
}

/** `@m[k] op= e`: the key is evaluated once. */
function compoundMap(
  ctx: Context,
  slot: MapSlot,
  key: Typed.Expr | undefined,
  op: Typed.BinaryOp,
  stmt: Ast.Stmt & { kind: "assign" },
): readonly Typed.Stmt[] {
  const { span } = stmt;
  const before: Typed.Stmt[] = [];
  const once = key === undefined || isPure(key) ? key : keepKey(ctx, key, before);
  const right = ctx.expr(stmt.value);
  if (isError(right)) return [];
  if (slot.value === undefined) widenValue(ctx, slot, op === "-" ? I64 : right.type, span);
  if (slot.value?.kind === "aggregate") {
    ctx.report("map-type-mismatch", span, {
      name: slot.name,
      type: printType(right.type),
      existing: printType(slot.value),
      aggregate: true,
    });
    return [];
  }
  const old = readMap(ctx, slot, once, stmt.target.span);
  const value = binary(ctx, op, old, right, span);
  return [...before, ...storeMap(ctx, slot, once, value, stmt.value, span)];
}

/** A key with side effects, kept in a variable so that reading and writing name the same element. */
function keepKey(ctx: Context, key: Typed.Expr, before: Typed.Stmt[]): Typed.Expr {
  const type = settle(key.type);
  const kept = declareVar(ctx, `key:${ctx.unit.vars.length}`, key.span, type);
  kept.assigned = true;
  before.push({ kind: "assign-var", span: key.span, var: kept.id, value: convert(key, type) });
  return { kind: "var", var: kept.id, type, span: key.span };
}

function storeMap(
  ctx: Context,
  slot: MapSlot,
  key: Typed.Expr | undefined,
  value: Typed.Expr,
  ast: Ast.Expr,
  span: Span,
): readonly Typed.Stmt[] {
  if (isError(value)) return [];
  if (value.type.kind === "none" || value.type.kind === "opaque") {
    const call = unwrap(ast);
    if (call.kind === "call") ctx.report("assign-none", ast.span, { name: call.name });
    else ctx.report("assign-to-map", ast.span, { type: printType(value.type) });
    return [];
  }
  if (value.type.kind === "aggregate") {
    const source = unwrap(ast);
    const name = source.kind === "map" || source.kind === "map-access" ? sourceText(source) : "@map";
    if (isCastable(value.type)) {
      ctx.report("aggregate-copy", ast.span, { target: slot.name, source: name, type: printType(value.type) });
    } else ctx.report("assign-to-map", ast.span, { type: printType(value.type) });
    return [];
  }
  const type = widenValue(ctx, slot, value.type, ast.span);
  if (type === undefined) return [];
  warnSign(ctx, value, type);
  return [{ kind: "assign-map", span, map: slot.id, key, value: convert(value, type) }];
}

function sourceText(source: MapTarget): string {
  return source.kind === "map" ? `@${source.name}` : `@${source.map}[…]`;
}

export function letStmt(ctx: Context, stmt: Ast.Stmt & { kind: "let" }): readonly Typed.Stmt[] {
  const { name, span } = stmt;
  const given = stmt.type === undefined ? undefined : resolveType(ctx, stmt.type);
  const value = stmt.value === undefined ? undefined : ctx.expr(stmt.value);
  if (findVar(ctx.unit.scope, name) !== undefined) {
    ctx.report("variable-shadowed", span, { name });
    return [];
  }
  const slot = declareVar(ctx, name, span, given?.kind === "error" ? undefined : given);
  if (value !== undefined && stmt.value !== undefined) return storeVar(ctx, slot, value, stmt.value, span);
  // Reads as zero until it is assigned: loops and branches must not see what an earlier turn left.
  return slot.type === undefined ? [] : [{ kind: "assign-var", span, var: slot.id, value: zero(slot.type, span) }];
}

/** The zero value of a type. */
function zero(type: Type, span: Span): Typed.Expr {
  switch (type.kind) {
    case "string":
      return { kind: "string", value: "", type, span };
    case "tuple":
      return { kind: "tuple", elements: type.fields.map((field) => zero(field, span)), type, span };
    case "record":
      return { kind: "tuple", elements: type.fields.map((field) => zero(field.type, span)), type, span };
    case "array":
    case "buffer":
    case "struct":
    case "inet":
    case "mac":
    case "usym":
    case "aggregate":
      return { kind: "bytes", value: new Uint8Array(0), type, span };
    default:
      return constant(0n, type, span);
  }
}
