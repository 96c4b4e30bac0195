/**
 * Calls: macros of the user first, then functions by their rows. Arity, literal arguments, types and the --unsafe rule
 * come from lang/functions.ts; what a call means beyond its recipe is in the file of its family.
 */
import { aggregationRow, aggregations } from "../lang/aggregations.ts";
import { builtinRow, builtins } from "../lang/builtins.ts";
import { foreignNames } from "../lang/foreign-names.ts";
import { functionRow, functions } from "../lang/functions.ts";
import { printType } from "../types/print.ts";
import { isIntegral } from "../types/relations.ts";
import { readBuiltin } from "./builtins.ts";
import { actionCall } from "./call-actions.ts";
import { addressCall } from "./call-addresses.ts";
import type { Call, Row } from "./call-arguments.ts";
import { compileTimeCall } from "./call-compile-time.ts";
import { mapCall } from "./call-maps.ts";
import { textCall } from "./call-text.ts";
import type { Context } from "./context.ts";
import { convert } from "./convert.ts";
import { expandMacro } from "./macros.ts";
import { errorExpr, isError } from "./nodes.ts";
import { similar } from "./similar.ts";
import { isTypeName } from "./type-names.ts";
import type * as Typed from "./typed.ts";

/** Value of a call; an action is a block of its event, without a value. */
export function callExpr(ctx: Context, call: Call): Typed.Expr {
  const { name, span } = call;
  if (ctx.program.macros.has(name)) return expandMacro(ctx, name, call.args, span);
  const fn = ctx.program.fns.get(name);
  if (fn !== undefined) return callFn(ctx, call, fn.params, fn.returns);
  if (aggregationRow(name) !== undefined) {
    ctx.report("aggregate-not-assigned", span, { name });
    return errorExpr(span);
  }
  const row = functionRow(name);
  if (row === undefined) return notAFunction(ctx, call);
  if (call.args.length === 0 && builtinRow(name) !== undefined) return readBuiltin(ctx, name, span) ?? errorExpr(span);
  if (!checkCall(ctx, call, row)) return errorExpr(span);
  return (
    mapCall(ctx, call, row) ??
    actionCall(ctx, call, row) ??
    textCall(ctx, call, row) ??
    addressCall(ctx, call, row) ??
    compileTimeCall(ctx, call, row) ??
    errorExpr(span)
  );
}

/** A builtin may be called with empty parentheses; any other name is unknown. */
function notAFunction(ctx: Context, call: Call): Typed.Expr {
  const { name, span } = call;
  if (builtinRow(name) !== undefined || /^s?arg\d+$/.test(name)) {
    if (call.args.length === 0) return readBuiltin(ctx, name, span) ?? errorExpr(span);
    ctx.report("argument-count", span, { name, least: 0, most: 0, got: call.args.length });
    return errorExpr(span);
  }
  if (name === "dw_ustack") {
    ctx.report("unsupported-function", span, { name, why: "stacks are unwound by frame pointers only" });
    return errorExpr(span);
  }
  const names = [...functions, ...aggregations, ...builtins].map((row) => row.name);
  const near = similar(name, [...names, ...ctx.program.macros.keys()]);
  ctx.report("unknown-function", span, { name, similar: near, called: foreignNames.get(name) });
  return errorExpr(span);
}

/** Arity, --unsafe, and where a row may be called. */
function checkCall(ctx: Context, call: Call, row: Row): boolean {
  const { span } = call;
  const most = row.args.length;
  const least = most - row.optional;
  const got = call.args.length;
  if (got < least || (got > most && !row.variadic)) {
    const tooMany = row.name === "print" && got > most && call.args[0]?.kind !== "map";
    if (tooMany) ctx.report("print-arguments", span, { got });
    else
      ctx.report("argument-count", span, {
        name: row.name,
        least,
        most: row.variadic ? Number.MAX_SAFE_INTEGER : most,
        got,
      });
    return false;
  }
  if (row.name === "override" && ctx.unit.row !== undefined && ctx.unit.row.name !== "kprobe") {
    ctx.report("override-kprobe", span, {});
    return false;
  }
  if (row.unsafe && !ctx.env.options.unsafe) {
    const isSignal =
      row.name === "signal" || row.name === "signal_thread" || row.name === "override" || row.name === "write_user";
    ctx.report(isSignal ? "unsafe-signal" : "unsafe-function", span, { name: row.name });
    return false;
  }
  if (row.where === "registers" && ctx.unit.row?.context !== "registers") {
    if (ctx.unit.row === undefined) ctx.report("outside-probe", span, { name: row.name });
    else ctx.report("probe-builtin", span, { name: row.name, provider: ctx.unit.row.name });
    return false;
  }
  return true;
}

function callFn(
  ctx: Context,
  call: Call,
  params: readonly Typed.Expr["type"][],
  returns: Typed.Expr["type"],
): Typed.Expr {
  const { name, span } = call;
  if (call.args.length !== params.length) {
    ctx.report("argument-count", span, { name, least: params.length, most: params.length, got: call.args.length });
    return errorExpr(span);
  }
  const args: Typed.Expr[] = [];
  for (const [index, arg] of call.args.entries()) {
    const wanted = params[index];
    const value = isTypeName(arg) ? errorExpr(arg.span) : ctx.expr(arg);
    if (wanted === undefined || isError(value)) return errorExpr(span);
    const fits = isIntegral(value.type)
      ? isIntegral(wanted) || wanted.kind === "pointer"
      : value.type.kind === wanted.kind;
    if (!fits) {
      ctx.report("argument-type", span, { name, kind: printType(wanted), got: printType(value.type) });
      return errorExpr(span);
    }
    args.push(convert(value, wanted));
  }
  return { kind: "call-fn", fn: name, args, type: returns, span };
}
