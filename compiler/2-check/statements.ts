/** Statements: scopes, assignments, loops and jumps. Code that can never run is dropped; literal conditions choose. */
import type * as Ast from "../1-parse/ast.ts";
import { aggregationRow } from "../lang/aggregations.ts";
import { I64, U64 } from "../lang/types.ts";
import type { Span } from "../source/span.ts";
import { printType } from "../types/print.ts";
import { assignable, isCastable, isIntegral, settle } from "../types/relations.ts";
import type { Type } from "../types/type.ts";
import { unreachable } from "../util/assert.ts";
import { aggregateStmt } from "./aggregates.ts";
import type { Context, Loop, MapSlot, VarSlot } from "./context.ts";
import { convert } from "./convert.ts";
import { asStatements } from "./expressions.ts";
import { resolveVar } from "./macros.ts";
import { accessKey, mapSlot, readMap, useKeyed, valueType, widenValue } from "./maps.ts";
import { cast, constant, constantValue, isError, isPure, readAggregate, widen } from "./nodes.ts";
import { binary, condition } from "./operators.ts";
import { capture, declareVar, findVar, inScope, widenVar } from "./scopes.ts";
import { resolveType } from "./type-names.ts";
import type * as Typed from "./typed.ts";

type Checked = { readonly body: readonly Typed.Stmt[]; readonly result: Typed.Expr | undefined };

/** A block in a scope of its own, with its value if its last expression has no `;`. */
export function checkBlock(ctx: Context, block: Ast.Block): Checked {
  return inScope(ctx, () => {
    const body: Typed.Stmt[] = [];
    let ended = false;
    for (const stmt of block.statements) {
      if (ended) {
        ctx.report("unreachable", stmt.span, {});
        break;
      }
      const made = checkStmt(ctx, stmt);
      body.push(...made);
      ended = endsBlock(stmt, made);
    }
    if (block.result === undefined || ended) return { body, result: undefined };
    const result = ctx.expr(block.result);
    return { body, result };
  });
}

/** As a statement's body: a value at the end is evaluated and dropped. */
export function bodyOf(ctx: Context, block: Ast.Block): readonly Typed.Stmt[] {
  const { body, result } = checkBlock(ctx, block);
  if (result === undefined || isError(result) || result.kind === "constant") return body;
  return [...body, ...asStatements(result)];
}

function endsBlock(stmt: Ast.Stmt, made: readonly Typed.Stmt[]): boolean {
  if (stmt.kind === "return" || stmt.kind === "break" || stmt.kind === "continue") return true;
  const last = made[made.length - 1];
  return stmt.kind === "expr-stmt" && last?.kind === "emit" && last.event.kind === "exit";
}

function checkStmt(ctx: Context, stmt: Ast.Stmt): readonly Typed.Stmt[] {
  const { span } = stmt;
  switch (stmt.kind) {
    case "expr-stmt":
      return expressionStmt(ctx, stmt.expr, span);
    case "assign":
      return assign(ctx, stmt);
    case "discard": {
      const value = ctx.expr(stmt.value);
      return isError(value) ? [] : asStatements(value);
    }
    case "let":
      return letStmt(ctx, stmt);
    case "if":
      return ifStmt(ctx, stmt);
    case "unroll":
      return unrollStmt(ctx, stmt);
    case "while":
      return whileStmt(ctx, stmt);
    case "for-map":
      return forMap(ctx, stmt);
    case "for-range":
      return forRange(ctx, stmt);
    case "break":
    case "continue":
      if (ctx.unit.loops.length === 0 || ctx.unit.loops[ctx.unit.loops.length - 1]?.kind === "unroll") {
        const place = ctx.unit.loops.length > 0 ? "unroll" : ctx.unit.kind === "fn" ? "function" : "probe";
        ctx.report("misplaced-jump", span, { name: stmt.kind, place });
        return [];
      }
      return [{ kind: stmt.kind, span }];
    case "return":
      return returnStmt(ctx, stmt.value, span);
    case "block-stmt":
      return bodyOf(ctx, stmt.block);
    case "import-stmt":
      if (ctx.settings.unstable.importStatement === "error") {
        ctx.report("unstable-refused", span, { name: "import as a statement", key: "unstable_import_statement" });
      } else ctx.report("unsupported-import", span, { path: stmt.path });
      return [];
    default:
      return unreachable(stmt);
  }
}

function expressionStmt(ctx: Context, ast: Ast.Expr, span: Span): readonly Typed.Stmt[] {
  const value = ctx.expr(ast);
  if (isError(value)) return [];
  if (value.kind === "map-delete") return [{ kind: "expr", span, expr: { ...value, warn: true } }];
  if (value.type.kind !== "none" && wantsUse(ast)) ctx.report("value-discarded", span, {});
  if (value.kind === "constant" || value.kind === "string") return [];
  return asStatements(value);
}

/** Updates and macros are worth their effect; a value that is computed for nothing is said. */
function wantsUse(ast: Ast.Expr): boolean {
  switch (ast.kind) {
    case "paren":
      return wantsUse(ast.operand);
    case "update":
    case "block-expr":
    case "if-expr":
    case "map":
    case "map-access":
    case "identifier":
      return false;
    case "ternary":
      return wantsUse(ast.else);
    default:
      return true;
  }
}

// --- Assignment -----------------------------------------------------------------------------------------------------

function unwrap(ast: Ast.Expr): Ast.Expr {
  return ast.kind === "paren" ? unwrap(ast.operand) : ast;
}

function assign(ctx: Context, stmt: Ast.Stmt & { kind: "assign" }): readonly Typed.Stmt[] {
  const target = unwrap(stmt.target);
  switch (target.kind) {
    case "variable":
      return assignVar(ctx, stmt, target.name, target.span);
    case "map":
    case "map-access":
      return assignMap(ctx, stmt, target);
    default:
      ctx.report("not-assignable", stmt.target.span, {});
      ctx.expr(stmt.value);
      return [];
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
    value = binary(ctx, op, { kind: "var", var: existing.id, type: existing.type, span: nameSpan }, value, span);
  }
  const slot = existing ?? declareVar(ctx, name, nameSpan, undefined);
  capture(ctx, slot);
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
  const type = widenVar(ctx, slot, value.type, ast.span);
  if (type === undefined) return [];
  warnSign(ctx, value, type);
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
  if (op === undefined) return storeMap(ctx, slot, key, ctx.expr(stmt.value), stmt.value, span);
  return compoundMap(ctx, slot, key, op, stmt);
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

// --- Declarations ---------------------------------------------------------------------------------------------------

function letStmt(ctx: Context, stmt: Ast.Stmt & { kind: "let" }): readonly Typed.Stmt[] {
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
    case "stack":
    case "aggregate":
      return { kind: "bytes", value: new Uint8Array(0), type, span };
    default:
      return constant(0n, type, span);
  }
}

// --- Branches and loops ---------------------------------------------------------------------------------------------

function ifStmt(ctx: Context, stmt: Ast.Stmt & { kind: "if" }): readonly Typed.Stmt[] {
  const { span } = stmt;
  const test = condition(ctx, ctx.expr(stmt.condition));
  const known = isError(test) ? undefined : constantValue(test);
  const otherwise = (): readonly Typed.Stmt[] => {
    if (stmt.else === undefined) return [];
    return stmt.else.kind === "block" ? bodyOf(ctx, stmt.else) : checkStmt(ctx, stmt.else);
  };
  // What a literal condition rules out is not even looked at: it may not compile here (L5.89).
  if (known !== undefined) return known !== 0n ? bodyOf(ctx, stmt.then) : otherwise();
  const then = bodyOf(ctx, stmt.then);
  const other = otherwise();
  return isError(test) ? [] : [{ kind: "if", span, condition: test, then, else: other }];
}

function inLoop<T>(ctx: Context, kind: Loop["kind"], body: (loop: Loop) => T): T {
  const loop: Loop = { kind, captured: new Set() };
  ctx.unit.loops.push(loop);
  try {
    return body(loop);
  } finally {
    ctx.unit.loops.pop();
  }
}

function unrollStmt(ctx: Context, stmt: Ast.Stmt & { kind: "unroll" }): readonly Typed.Stmt[] {
  const { span } = stmt;
  const count = constantValue(ctx.expr(stmt.count));
  if (count === undefined) ctx.report("unroll-literal", span, {});
  else if (count > 100n) ctx.report("unroll-max", span, { count: String(count) });
  else if (count < 1n) ctx.report("unroll-min", span, { count: String(count) });
  const body = inLoop(ctx, "unroll", () => bodyOf(ctx, stmt.body));
  return count === undefined || count < 1n || count > 100n
    ? []
    : [{ kind: "unroll", span, count: Number(count), body }];
}

function whileStmt(ctx: Context, stmt: Ast.Stmt & { kind: "while" }): readonly Typed.Stmt[] {
  ctx.report("while-deprecated", stmt.span, {});
  const test = condition(ctx, ctx.expr(stmt.condition));
  const body = inLoop(ctx, "while", () => bodyOf(ctx, stmt.body));
  return isError(test) ? [] : [{ kind: "while", span: stmt.span, condition: test, body }];
}

/** `for ($kv : @map)`: the variable is a tuple of key and value; aggregations are read as integers. */
function forMap(ctx: Context, stmt: Ast.Stmt & { kind: "for-map" }): readonly Typed.Stmt[] {
  const { span } = stmt;
  const target = unwrap(stmt.map);
  if (target.kind !== "map") {
    ctx.report("loop-over-value", stmt.map.span, {});
    return [];
  }
  const slot = mapSlot(ctx, target.name, target.span);
  if (slot === undefined) return [];
  if (slot.keyed === false) {
    ctx.report("loop-over-scalar", target.span, { name: slot.name });
    return [];
  }
  const value = valueType(ctx, slot, target.span);
  const item: Type | undefined =
    slot.key === undefined || value.kind === "error"
      ? undefined
      : { kind: "tuple", fields: [slot.key, isCastable(value) ? aggregateInteger(value) : value] };
  return loopBody(ctx, stmt, item, (id, body, captured) => ({
    kind: "for-map",
    span,
    var: id,
    map: slot.id,
    body,
    captured,
  }));
}

function aggregateInteger(type: Type): Type {
  return type.kind === "aggregate" && "signed" in type && type.signed ? I64 : U64;
}

function forRange(ctx: Context, stmt: Ast.Stmt & { kind: "for-range" }): readonly Typed.Stmt[] {
  const { span } = stmt;
  const from = readAggregate(ctx.expr(stmt.from));
  const to = readAggregate(ctx.expr(stmt.to));
  for (const bound of [from, to]) {
    if (isError(bound) || isIntegral(bound.type)) continue;
    ctx.report("range-type", bound.span, { type: printType(bound.type) });
    return [];
  }
  const wide = (bound: Typed.Expr): Typed.Expr => cast(widen(bound), I64);
  return loopBody(ctx, stmt, I64, (id, body, captured) => ({
    kind: "for-range",
    span,
    var: id,
    from: wide(from),
    to: wide(to),
    body,
    captured,
  }));
}

/** The body of a `for`, a function of its own: the loop's variable, and what it uses of the outside. */
function loopBody(
  ctx: Context,
  stmt: Ast.Stmt & { kind: "for-map" | "for-range" },
  type: Type | undefined,
  make: (id: Typed.VarId, body: readonly Typed.Stmt[], captured: readonly Typed.VarId[]) => Typed.Stmt,
): readonly Typed.Stmt[] {
  if (findVar(ctx.unit.scope, stmt.variable) !== undefined) {
    ctx.report("loop-variable-shadowed", stmt.variableSpan, { name: stmt.variable });
    return [];
  }
  return inLoop(ctx, "for", (loop) =>
    inScope(ctx, () => {
      const slot = declareVar(ctx, stmt.variable, stmt.variableSpan, type);
      slot.assigned = true;
      const body = bodyOf(ctx, stmt.body);
      if (type === undefined) return [];
      return [
        make(
          slot.id,
          body,
          [...loop.captured].filter((id) => id !== slot.id),
        ),
      ];
    }),
  );
}

function returnStmt(ctx: Context, ast: Ast.Expr | undefined, span: Span): readonly Typed.Stmt[] {
  const { unit } = ctx;
  if (unit.frame !== undefined) {
    ctx.report("misplaced-jump", span, { name: "return", place: "macro" });
    return [];
  }
  const value = ast === undefined ? undefined : readAggregate(ctx.expr(ast));
  if (value !== undefined && isError(value)) return [];
  if (unit.kind === "probe") {
    if (value !== undefined && !isIntegral(value.type)) {
      ctx.report("return-type", span, { type: printType(value.type) });
      return [];
    }
    return [{ kind: "return", span, value: value === undefined ? undefined : widen(value) }];
  }
  const expected = unit.returns ?? { kind: "none" };
  const type = value?.type ?? { kind: "none" as const };
  const fits =
    expected.kind === "none"
      ? type.kind === "none"
      : assignable(type, expected) || (isIntegral(type) && isIntegral(expected));
  if (!fits) {
    ctx.report("fn-return-type", span, { name: unit.key, type: printType(type), expected: printType(expected) });
    return [];
  }
  return [{ kind: "return", span, value: value === undefined ? undefined : convert(value, expected) }];
}
