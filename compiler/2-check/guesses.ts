/**
 * Types of what is first computed from itself: `@bytes = @bytes + args.len`. A walk that stands still with a map that
 * is assigned and yet has no type is repeated; there, an operand whose type nothing tells takes that of the other.
 */
import type * as Ast from "../1-parse/ast.ts";
import { BOOL, I64 } from "../lang/types.ts";
import type { Type } from "../types/type.ts";
import type { Context, MapSlot, VarSlot } from "./context.ts";
import { widenValue } from "./maps.ts";
import { isError } from "./nodes.ts";
import { widenVar } from "./scopes.ts";
import { resolveType } from "./type-names.ts";

/** Gives a map the type that its value would have if the value's unknown parts were zero. */
export function guessMap(ctx: Context, slot: MapSlot, value: Ast.Expr): void {
  if (!ctx.program.guessing || slot.value !== undefined) return;
  const type = valueGuess(ctx, value);
  if (type === undefined) return;
  widenValue(ctx, slot, type, value.span);
  ctx.program.dirty = true;
}

/** The same of a variable, so that a map may be assigned by way of it. */
export function guessVar(ctx: Context, slot: VarSlot, value: Ast.Expr): void {
  if (!ctx.program.guessing || slot.type !== undefined) return;
  const type = valueGuess(ctx, value);
  if (type === undefined) return;
  widenVar(ctx, slot, type, value.span, true);
  ctx.program.dirty = true;
}

/** A type that a map or variable can have by an assignment. */
function valueGuess(ctx: Context, value: Ast.Expr): Type | undefined {
  const type = guess(ctx, value);
  return type?.kind === "aggregate" || type?.kind === "none" || type?.kind === "opaque" ? undefined : type;
}

/** undefined: nothing in the expression tells. */
function guess(ctx: Context, ast: Ast.Expr): Type | undefined {
  switch (ast.kind) {
    case "paren":
      return guess(ctx, ast.operand);
    case "cast": {
      const type = resolveType(ctx, ast.type);
      return type.kind === "error" ? undefined : type;
    }
    case "unary":
      return ast.op === "!" ? BOOL : guess(ctx, ast.operand);
    case "binary":
      return guessBinary(ctx, ast);
    case "ternary":
      return (ast.then === undefined ? undefined : guess(ctx, ast.then)) ?? guess(ctx, ast.else);
    default: {
      const expr = ctx.expr(ast);
      return isError(expr) ? undefined : expr.type;
    }
  }
}

function guessBinary(ctx: Context, ast: Ast.Expr & { kind: "binary" }): Type | undefined {
  switch (ast.op) {
    case "==":
    case "!=":
    case "<":
    case ">":
    case "<=":
    case ">=":
    case "&&":
    case "||":
      return BOOL;
    case "-":
      return I64;
    default:
      return guess(ctx, ast.left) ?? guess(ctx, ast.right);
  }
}
