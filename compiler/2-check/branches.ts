/** Expressions that choose: `? :`, `?:`, `if` with a value, blocks. Literal conditions choose while compiling. */
import type * as Ast from "../1-parse/ast.ts";
import type { Span } from "../source/span.ts";
import { printType } from "../types/print.ts";
import { isIntegral, join, settle } from "../types/relations.ts";
import type { Type } from "../types/type.ts";
import type { Context } from "./context.ts";
import { convert } from "./convert.ts";
import { constantValue, errorExpr, isError, readAggregate } from "./nodes.ts";
import { condition } from "./operators.ts";
import { declareVar, inScope } from "./scopes.ts";
import type * as Typed from "./typed.ts";

export function ternary(ctx: Context, ast: Ast.Expr & { kind: "ternary" }): Typed.Expr {
  const { span } = ast;
  if (ast.then === undefined) return elvis(ctx, ast.condition, ast.else, span);
  const test = condition(ctx, ctx.expr(ast.condition));
  const known = constantValue(test);
  if (known !== undefined) return { ...ctx.expr(known !== 0n ? ast.then : ast.else), span };
  return choose(ctx, test, ctx.expr(ast.then), ctx.expr(ast.else), span);
}

/** `c ?: b` evaluates c once: through a variable of its own. */
function elvis(ctx: Context, first: Ast.Expr, otherwise: Ast.Expr, span: Span): Typed.Expr {
  const value = readAggregate(ctx.expr(first));
  if (isError(value)) return errorExpr(span);
  const known = constantValue(value);
  if (known !== undefined) return { ...(known !== 0n ? value : ctx.expr(otherwise)), span };
  return inScope(ctx, () => {
    const slot = declareVar(ctx, `?:${ctx.unit.vars.length}`, span, settle(value.type));
    slot.assigned = true;
    const copy: Typed.Expr = { kind: "var", var: slot.id, type: settle(value.type), span: value.span };
    const result = choose(ctx, condition(ctx, copy), copy, ctx.expr(otherwise), span);
    if (isError(result)) return result;
    const assign: Typed.Stmt = {
      kind: "assign-var",
      span: value.span,
      var: slot.id,
      value: convert(value, settle(value.type)),
    };
    return { kind: "block", body: [assign], result, type: result.type, span };
  });
}

function choose(ctx: Context, test: Typed.Expr, thenArm: Typed.Expr, elseArm: Typed.Expr, span: Span): Typed.Expr {
  const left = readAggregate(thenArm);
  const right = readAggregate(elseArm);
  if (isError(test) || isError(left) || isError(right)) return errorExpr(span);
  const both = join(left.type, right.type) ?? mixed(left.type, right.type);
  if (both === undefined) {
    ctx.report("branch-mismatch", span, { left: printType(left.type), right: printType(right.type) });
    return errorExpr(span);
  }
  if (both.kind === "none") {
    const arms = { then: asStatements(left), else: asStatements(right) };
    return {
      kind: "block",
      body: [{ kind: "if", span, condition: test, ...arms }],
      result: undefined,
      type: both,
      span,
    };
  }
  return { kind: "ternary", condition: test, then: convert(left, both), else: convert(right, both), type: both, span };
}

/** Bools and integers mix as integers. */
function mixed(a: Type, b: Type): Type | undefined {
  if (!isIntegral(a) || !isIntegral(b)) return undefined;
  return a.kind === "bool" ? b : a;
}

/** Statements of an expression without a value. */
export function asStatements(expr: Typed.Expr): readonly Typed.Stmt[] {
  if (expr.kind === "block" && expr.result === undefined) return expr.body;
  return [{ kind: "expr", span: expr.span, expr }];
}

export function ifExpr(ctx: Context, ast: Ast.Expr & { kind: "if-expr" }): Typed.Expr {
  const { span } = ast;
  const test = condition(ctx, ctx.expr(ast.condition));
  const arm = (part: Ast.Block | Ast.Expr): Typed.Expr =>
    part.kind === "block" ? blockExpr(ctx, part, part.span) : ctx.expr(part);
  const known = constantValue(test);
  if (known !== undefined) return { ...arm(known !== 0n ? ast.then : ast.else), span };
  return choose(ctx, test, arm(ast.then), arm(ast.else), span);
}

export function blockExpr(ctx: Context, block: Ast.Block, span: Span): Typed.Expr {
  const { body, result } = ctx.stmts(block);
  if (body.length === 0 && result !== undefined) return { ...result, span };
  return { kind: "block", body, result, type: result?.type ?? { kind: "none" }, span };
}
