/** Statements: scopes, assignments, loops and jumps. Code that can never run is dropped; literal conditions choose. */
import type * as Ast from "../1-parse/ast.ts";
import type { Span } from "../source/span.ts";
import { printType } from "../types/print.ts";
import { assignable, isIntegral } from "../types/relations.ts";
import { unreachable } from "../util/assert.ts";
import { assign, letStmt } from "./assignments.ts";
import { bodyOf } from "./bodies.ts";
import { asStatements } from "./branches.ts";
import type { Context } from "./context.ts";
import { convert } from "./convert.ts";
import { forMap, forRange, unrollStmt, whileStmt } from "./loops.ts";
import { constantValue, isError, readAggregate, widen } from "./nodes.ts";
import { condition } from "./operators.ts";
import { inScope } from "./scopes.ts";
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
    case "identifier":
      return false;
    case "ternary":
      return wantsUse(ast.else);
    default:
      return true;
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
