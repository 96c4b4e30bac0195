/** Loops: unroll, while, and `for` over maps and ranges, whose bodies are functions of their own. */
import type * as Ast from "../1-parse/ast.ts";
import { I64, U64 } from "../lang/types.ts";
import { printType } from "../types/print.ts";
import { isCastable, isIntegral } from "../types/relations.ts";
import type { Type } from "../types/type.ts";
import { bodyOf } from "./bodies.ts";
import type { Context, Loop } from "./context.ts";
import { mapSlot, valueType } from "./maps.ts";
import { cast, constantValue, isError, readAggregate, widen } from "./nodes.ts";
import { condition } from "./operators.ts";
import { declareVar, findVar, inScope } from "./scopes.ts";
import type * as Typed from "./typed.ts";

function inLoop<T>(ctx: Context, kind: Loop["kind"], body: (loop: Loop) => T): T {
  const loop: Loop = { kind, captured: new Set() };
  ctx.unit.loops.push(loop);
  try {
    return body(loop);
  } finally {
    ctx.unit.loops.pop();
  }
}

export function unrollStmt(ctx: Context, stmt: Ast.Stmt & { kind: "unroll" }): readonly Typed.Stmt[] {
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

export function whileStmt(ctx: Context, stmt: Ast.Stmt & { kind: "while" }): readonly Typed.Stmt[] {
  ctx.report("while-deprecated", stmt.span, {});
  const test = condition(ctx, ctx.expr(stmt.condition));
  const body = inLoop(ctx, "while", () => bodyOf(ctx, stmt.body));
  return isError(test) ? [] : [{ kind: "while", span: stmt.span, condition: test, body }];
}

/** `for ($kv : @map)`: the variable is a tuple of key and value; aggregations are read as integers. */
export function forMap(ctx: Context, stmt: Ast.Stmt & { kind: "for-map" }): readonly Typed.Stmt[] {
  const { span } = stmt;
  const target = stmt.map.kind === "paren" ? stmt.map.operand : stmt.map;
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
  if (value.kind === "aggregate" && !isCastable(value)) {
    ctx.report("loop-over-type", target.span, { type: printType(value) });
    return [];
  }
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

export function forRange(ctx: Context, stmt: Ast.Stmt & { kind: "for-range" }): readonly Typed.Stmt[] {
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
