/**
 * Macros: an expansion is the body walked in a frame of its own. Names mean what the frame says: `$v` and `@m` parameters
 * are the caller's, an expression parameter is walked in the caller's frame at each use, and all other variables are the
 * body's own, so nothing is renamed and nothing leaks (L1.116–L1.121).
 */
import type * as Ast from "../1-parse/ast.ts";
import type { Span } from "../source/span.ts";
import type { Context, Frame, VarSlot } from "./context.ts";
import { errorExpr } from "./nodes.ts";
import { childScope, findVar } from "./scopes.ts";
import type * as Typed from "./typed.ts";

/** Name of a map in the program for a name as written here; a map that a macro was not given is an error. */
export function resolveMapName(ctx: Context, written: string, span: Span): string | undefined {
  let name = written;
  for (let frame = ctx.unit.frame; frame !== undefined; frame = frame.caller) {
    const argument = frame.arguments.get(`@${name}`);
    if (argument === undefined || argument.kind !== "map") {
      ctx.report("unhygienic-map", span, { name: `@${name}` });
      return undefined;
    }
    name = argument.name;
  }
  return name;
}

/** The variable that a name stands for here, if any is in scope. */
export function resolveVar(ctx: Context, name: string): VarSlot | undefined {
  const { frame } = ctx.unit;
  const argument = frame?.arguments.get(`$${name}`);
  if (frame !== undefined && argument !== undefined && argument.kind === "variable") {
    return inCaller(ctx, frame, () => resolveVar(ctx, argument.name));
  }
  return findVar(ctx.unit.scope, name);
}

/** Walks something in the place that a frame was called from. */
export function inCaller<T>(ctx: Context, frame: Frame, body: () => T): T {
  const { unit } = ctx;
  const inner = { scope: unit.scope, frame: unit.frame };
  unit.scope = childScope(frame.callerScope);
  unit.frame = frame.caller;
  try {
    return body();
  } finally {
    unit.scope = inner.scope;
    unit.frame = inner.frame;
  }
}

/** The argument given for an expression parameter of the macro being expanded. */
export function macroArgument(
  ctx: Context,
  name: string,
): { readonly frame: Frame; readonly argument: Ast.Expr | Ast.TypeName } | undefined {
  const { frame } = ctx.unit;
  const argument = frame?.arguments.get(name);
  return frame === undefined || argument === undefined ? undefined : { frame, argument };
}

/** Expands a call of a user's macro. */
export function expandMacro(
  ctx: Context,
  name: string,
  args: readonly (Ast.Expr | Ast.TypeName)[],
  span: Span,
): Typed.Expr {
  const overloads = ctx.program.macros.get(name) ?? [];
  // A parameter that asks for a variable or a map fits one better than a parameter for any expression.
  const fitting = overloads.filter((one) => matches(one, args));
  const macro = fitting.reduce<Ast.Macro | undefined>(
    (best, one) => (best === undefined || demands(one) > demands(best) ? one : best),
    undefined,
  );
  if (macro === undefined) {
    const only = overloads.length === 1 ? overloads[0] : undefined;
    if (only !== undefined && only.params.length !== args.length) {
      ctx.report("macro-argument-count", span, { name, expected: only.params.length, got: args.length });
    } else ctx.report("macro-arguments", span, { name });
    return errorExpr(span);
  }
  for (let frame = ctx.unit.frame; frame !== undefined; frame = frame.caller) {
    if (frame.macro === macro) {
      ctx.report("macro-recursive", span, { name });
      return errorExpr(span);
    }
  }
  return expand(ctx, macro, args, span);
}

/** Walks a macro's body with its parameters bound to arguments. */
export function expand(
  ctx: Context,
  macro: Ast.Macro,
  args: readonly (Ast.Expr | Ast.TypeName)[],
  span: Span,
): Typed.Expr {
  const bound = new Map<string, Ast.Expr | Ast.TypeName>();
  macro.params.forEach((param, i) => {
    const argument = args[i];
    if (argument !== undefined) bound.set(parameterKey(param), unwrap(argument));
  });
  const { unit } = ctx;
  const outer = { scope: unit.scope, frame: unit.frame };
  unit.scope = childScope(undefined);
  unit.frame = { macro, callSpan: span, arguments: bound, callerScope: outer.scope, caller: outer.frame };
  try {
    const { body, result } = ctx.stmts(macro.body);
    if (body.length === 0 && result !== undefined) return { ...result, span };
    return { kind: "block", body, result, type: result?.type ?? { kind: "none" }, span };
  } finally {
    unit.scope = outer.scope;
    unit.frame = outer.frame;
  }
}

function parameterKey(param: Ast.MacroParam): string {
  return param.mode === "variable" ? `$${param.name}` : param.mode === "map" ? `@${param.name}` : param.name;
}

/** Looks through parentheses, so that `(@m)` is a map. */
function unwrap(argument: Ast.Expr | Ast.TypeName): Ast.Expr | Ast.TypeName {
  return argument.kind === "paren" ? unwrap(argument.operand) : argument;
}

function matches(macro: Ast.Macro, args: readonly (Ast.Expr | Ast.TypeName)[]): boolean {
  if (macro.params.length !== args.length) return false;
  return macro.params.every((param, i) => {
    const argument = args[i];
    const kind = argument === undefined ? undefined : unwrap(argument).kind;
    return param.mode === "variable" ? kind === "variable" : param.mode === "map" ? kind === "map" : true;
  });
}

/** How many parameters ask for more than an expression. */
function demands(macro: Ast.Macro): number {
  return macro.params.filter((param) => param.mode === "variable" || param.mode === "map").length;
}

/** Macros of a script by name; same signatures and repeated parameters are reported. */
export function collectMacros(
  items: readonly Ast.Item[],
  report: Context["report"],
): ReadonlyMap<string, readonly Ast.Macro[]> {
  const macros = new Map<string, Ast.Macro[]>();
  for (const item of items) {
    if (item.kind !== "macro") continue;
    const seen = new Set<string>();
    for (const param of item.params) {
      if (seen.has(param.name)) report("macro-parameter-reused", param.span, { name: param.name });
      seen.add(param.name);
    }
    const overloads = macros.get(item.name) ?? [];
    const signature = item.params.map((param) => param.mode).join();
    if (overloads.some((one) => one.params.map((param) => param.mode).join() === signature))
      report("macro-duplicate", item.span, { name: item.name });
    else overloads.push(item);
    macros.set(item.name, overloads);
  }
  return macros;
}
