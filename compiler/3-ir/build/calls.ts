/** Calls of the script's own functions: expanded where they stand, so that each program counts and reports by itself. */
import type { Expr, Fn } from "../../2-check/typed.ts";
import { sizeOf } from "../../types/layout.ts";
import type { ValueId } from "../ir.ts";
import type { Place } from "./draft.ts";
import type { Fill, Lowering } from "./lowering.ts";
import { scalarShape } from "./storage.ts";
import { variablePlace, writeVariable } from "./variables.ts";

type Call = Extract<Expr, { readonly kind: "call-fn" }>;

/** A call for its scalar value (0 where it has none). */
export function callFunction(cx: Lowering, expr: Call): ValueId {
  const { fn } = cx;
  const result = fn.local();
  fn.write(result, fn.const(0));
  if (scalarShape(expr.type) === undefined && expr.type.kind !== "none") {
    const place = cx.temps.take(sizeOf(expr.type), "result");
    callFunctionInto(cx, expr, place, "value");
    return place.base;
  }
  expand(cx, expr, (inner, value) => {
    if (value !== undefined) fn.write(result, inner.steps.scalar(inner, value));
  });
  return fn.read(result);
}

/** A call whose value is memory. */
export function callFunctionInto(cx: Lowering, expr: Call, to: Place, fill: Fill): void {
  expand(cx, expr, (inner, value) => {
    if (value !== undefined) inner.steps.into(inner, value, to, fill);
  });
}

function expand(cx: Lowering, expr: Call, onValue: (inner: Lowering, value: Expr | undefined) => void): void {
  const { fn, program } = cx;
  const callee: Fn | undefined = cx.functions.get(expr.fn);
  if (callee === undefined || program.expanding.has(expr.fn)) {
    cx.module.report("recursive-function", expr.span, { name: expr.fn });
    return;
  }
  const args = expr.args.map((arg) =>
    scalarShape(arg.type) !== undefined ? { value: cx.steps.scalar(cx, arg) } : { write: cx.steps.prepare(cx, arg) },
  );
  for (const [i, param] of callee.params.entries()) {
    const arg = args[i];
    if (arg?.value !== undefined) writeVariable(cx, param.id, param.type, arg.value);
    else arg?.write?.(variablePlace(cx, param.id), "value");
  }
  const end = fn.block();
  const inner: Lowering = {
    ...cx,
    exits: {
      onBreak: undefined,
      onContinue: undefined,
      onReturn: (value) => {
        onValue(inner, value);
        fn.jump(end);
      },
    },
  };
  program.expanding.add(expr.fn);
  cx.steps.body(inner, callee.body);
  program.expanding.delete(expr.fn);
  fn.jump(end);
  fn.enter(end);
}
