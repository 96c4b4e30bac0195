/** Arguments that must be known at compile time: strings, integers and bare words. */
import type * as Ast from "../1-parse/ast.ts";
import { printType } from "../types/print.ts";
import type { Context } from "./context.ts";
import { inCaller, macroArgument } from "./macros.ts";
import { constantValue } from "./nodes.ts";
import { isTypeName } from "./type-names.ts";

type Argument = Ast.Expr | Ast.TypeName;

/** Text of a string literal (or what folds to one); undefined for anything else. Its length is not limited. */
export function stringLiteral(ctx: Context, argument: Argument): string | undefined {
  if (argument.kind === "string") return argument.value;
  if (isTypeName(argument)) return undefined;
  if (argument.kind === "paren") return stringLiteral(ctx, argument.operand);
  if (argument.kind === "identifier") {
    const bound = macroArgument(ctx, argument.name);
    if (bound !== undefined) return inCaller(ctx, bound.frame, () => stringLiteral(ctx, bound.argument));
  }
  const expr = ctx.expr(argument);
  return expr.kind === "string" ? expr.value : undefined;
}

/** Value of an integer that is known at compile time. */
export function integerLiteral(ctx: Context, argument: Argument): bigint | undefined {
  return isTypeName(argument) ? undefined : constantValue(ctx.expr(argument));
}

/** A bare word, such as a mode; undefined where the argument is something else. */
export function wordArgument(ctx: Context, argument: Argument): string | undefined {
  if (argument.kind === "type-name") return argument.name;
  if (argument.kind !== "identifier") return undefined;
  const bound = macroArgument(ctx, argument.name);
  return bound === undefined ? argument.name : inCaller(ctx, bound.frame, () => wordArgument(ctx, bound.argument));
}

/** How a message names what was given instead of a literal. */
export function describe(ctx: Context, argument: Argument): string {
  if (isTypeName(argument)) return "type";
  const type = ctx.expr(argument).type;
  return type.kind === "integer" ? "integer" : printType(type);
}
