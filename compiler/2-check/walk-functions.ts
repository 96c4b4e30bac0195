/** The script's own functions. */
import type * as Ast from "../1-parse/ast.ts";
import { checkCatalog } from "../diagnostics/catalog/check.ts";
import type { Type } from "../types/type.ts";
import { bodyOf } from "./bodies.ts";
import type { CheckReport, Program } from "./context.ts";
import { declareVar } from "./scopes.ts";
import { resolveType } from "./type-names.ts";
import type * as Typed from "./typed.ts";
import { type Base, finishVars, makeContext, makeUnit } from "./unit.ts";

/** User functions: all signatures first, so that order does not matter, then the bodies. */
export function walkFunctions(base: Base, program: Program, report: CheckReport): readonly Typed.Fn[] {
  const fns = base.ast.items.filter((item) => item.kind === "fn");
  if (fns.length === 0) return [];
  const signatures = new Map<
    string,
    { readonly ast: Ast.Fn; readonly params: readonly Type[]; readonly returns: Type }
  >();
  const outside = makeContext(base, program, makeUnit("fn", "", undefined, undefined), report);
  for (const fn of fns) {
    if (signatures.has(fn.name)) report("fn-duplicate", fn.span, { name: fn.name });
    const params = fn.params.map((param) => resolveType(outside, param.type));
    signatures.set(fn.name, { ast: fn, params, returns: resolveType(outside, fn.returns) });
  }
  program.fns = signatures;
  return fns.map((fn) =>
    walkFn(base, program, fn, signatures.get(fn.name)?.params ?? [], signatures.get(fn.name)?.returns, report),
  );
}

function walkFn(
  base: Base,
  program: Program,
  fn: Ast.Fn,
  params: readonly Type[],
  returns: Type | undefined,
  report: CheckReport,
): Typed.Fn {
  const unit = makeUnit("fn", fn.name, undefined, returns);
  let failed = false;
  const noting: CheckReport = (code, span, params, notes) => {
    failed ||= checkCatalog[code].severity === "error";
    report(code, span, params, notes);
  };
  const ctx = makeContext(base, program, unit, noting);
  fn.params.forEach((param, i) => {
    declareVar(ctx, param.name, param.span, params[i]).assigned = true;
  });
  const body = bodyOf(ctx, fn.body);
  // A statement that is wrong leaves no trace: whether it was the return is not known.
  if (!failed && returns !== undefined && returns.kind !== "none" && !alwaysReturns(body))
    report("fn-no-return", fn.span, { name: fn.name });
  const vars = finishVars(unit);
  return {
    name: fn.name,
    params: vars.slice(0, fn.params.length),
    returns: returns ?? { kind: "none" },
    body,
    vars,
    span: fn.span,
  };
}

function alwaysReturns(body: readonly Typed.Stmt[]): boolean {
  const last = body[body.length - 1];
  if (last === undefined) return false;
  if (last.kind === "return") return true;
  return last.kind === "if" && alwaysReturns(last.then) && alwaysReturns(last.else);
}
