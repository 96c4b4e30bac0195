/** Statements. */
import type { Expr, Stmt, VarId } from "../../2-check/typed.ts";
import { sizeOf } from "../../types/layout.ts";
import { unreachable } from "../../util/assert.ts";
import { copyValue } from "./access.ts";
import { lowerAggregate } from "./aggregates.ts";
import { lowerEmit } from "./emit.ts";
import { lowerLoop } from "./loops.ts";
import type { Lowering } from "./lowering.ts";
import { assignMap } from "./map-access.ts";
import { scalarShape } from "./storage.ts";
import { variablePlace, writeVariable } from "./variables.ts";
import { operandsOf } from "./walk.ts";

/** Lowers statements in order; those that cannot be reached leave no trace. */
export function lowerBody(cx: Lowering, body: readonly Stmt[]): void {
  const { fn, point, temps } = cx;
  point.list((each) => {
    for (const stmt of body) {
      if (!fn.reachable) return;
      if (point.splits) each(fn.anchor());
      const outer = fn.span;
      fn.span = stmt.span;
      temps.statement(() => lowerStatement(cx, stmt));
      fn.span = outer;
    }
  });
}

function lowerStatement(cx: Lowering, stmt: Stmt): void {
  const { fn } = cx;
  switch (stmt.kind) {
    case "expr":
      evaluate(cx, stmt.expr);
      return;
    case "assign-var":
      assignVariable(cx, stmt.var, stmt.value);
      return;
    case "assign-map":
      assignMap(cx, stmt);
      return;
    case "aggregate":
      lowerAggregate(cx, stmt);
      return;
    case "if": {
      const [yes, no, onward] = [fn.block(), fn.block(), fn.block()];
      cx.steps.condition(cx, stmt.condition, yes, stmt.else.length > 0 ? no : onward);
      fn.enter(yes);
      cx.steps.body(cx, stmt.then);
      fn.jump(onward);
      if (stmt.else.length > 0) {
        fn.enter(no);
        cx.steps.body(cx, stmt.else);
        fn.jump(onward);
      }
      fn.enter(onward);
      return;
    }
    case "unroll":
    case "while":
    case "for-map":
    case "for-range":
      cx.point.loop(() => lowerLoop(cx, stmt));
      return;
    case "break":
      cx.exits.onBreak?.();
      return;
    case "continue":
      cx.exits.onContinue?.();
      return;
    case "return":
      cx.exits.onReturn(stmt.value);
      return;
    case "emit":
      lowerEmit(cx, stmt);
      return;
    default:
      unreachable(stmt);
  }
}

/** Evaluates for the effects. */
function evaluate(cx: Lowering, expr: Expr): void {
  if (expr.kind === "block" && expr.result === undefined) {
    cx.steps.body(cx, expr.body);
  } else if (scalarShape(expr.type) !== undefined || expr.type.kind === "none") {
    cx.steps.scalar(cx, expr);
  } else {
    cx.steps.prepare(cx, expr);
  }
}

function assignVariable(cx: Lowering, id: VarId, value: Expr): void {
  const { type } = value;
  if (type.kind === "none") {
    evaluate(cx, value);
    return;
  }
  if (scalarShape(type) !== undefined) {
    writeVariable(cx, id, type, cx.steps.scalar(cx, value));
    return;
  }
  if (value.kind === "var" && value.var === id) return;
  if (!mentions(value, id)) {
    cx.steps.into(cx, value, variablePlace(cx, id), "value");
    return;
  }
  const copy = cx.temps.take(sizeOf(type), "value");
  cx.steps.into(cx, value, copy, "value");
  copyValue(cx.fn, type, variablePlace(cx, id), copy, "value");
}

/** Whether the variable may be read while the expression is evaluated. */
function mentions(expr: Expr, id: VarId): boolean {
  if (expr.kind === "block" || expr.kind === "call-fn") return true;
  return (expr.kind === "var" && expr.var === id) || operandsOf(expr).some((operand) => mentions(operand, id));
}
