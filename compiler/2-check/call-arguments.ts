/** Arguments of calls: one value of an asked kind, or a report and undefined. */
import type * as Ast from "../1-parse/ast.ts";
import type { FunctionName, FunctionRow } from "../lang/functions.ts";
import type { Span } from "../source/span.ts";
import { printType } from "../types/print.ts";
import { isIntegral } from "../types/relations.ts";
import type { Type } from "../types/type.ts";
import type { Context } from "./context.ts";
import { describe, stringLiteral } from "./literals.ts";
import { isError, widen } from "./nodes.ts";
import { isTypeName } from "./type-names.ts";
import type * as Typed from "./typed.ts";

export type Argument = Ast.Expr | Ast.TypeName;
export type Call = Ast.Expr & { readonly kind: "call" };
export type Row = FunctionRow & { readonly name: FunctionName };

/** A value; a type, or an erroneous expression, gives undefined. */
export function valueArgument(ctx: Context, argument: Argument | undefined): Typed.Expr | undefined {
  if (argument === undefined) return undefined;
  if (isTypeName(argument)) {
    ctx.report("type-as-value", argument.span, { name: "a type" });
    return undefined;
  }
  const value = ctx.expr(argument);
  return isError(value) ? undefined : value;
}

/** An integer as a 64-bit operand. */
export function integerArgument(
  ctx: Context,
  name: string,
  argument: Argument | undefined,
  span: Span,
): Typed.Expr | undefined {
  const value = valueArgument(ctx, argument);
  if (value === undefined) return undefined;
  if (isIntegral(value.type)) return widen(value);
  ctx.report("argument-type", span, { name, kind: "integer", got: printType(value.type) });
  return undefined;
}

/** An integer or pointer, with its address space; aggregations as integers. */
export function addressArgument(
  ctx: Context,
  name: string,
  argument: Argument | undefined,
  span: Span,
): Typed.Expr | undefined {
  const value = valueArgument(ctx, argument);
  if (value === undefined) return undefined;
  if (value.type.kind === "pointer") return value;
  if (isIntegral(value.type)) {
    const space = value.type.kind === "integer" ? value.type.space : undefined;
    const wide = widen(value);
    return space === undefined || wide.type.kind !== "integer" ? wide : { ...wide, type: { ...wide.type, space } };
  }
  ctx.report("argument-type", span, { name, kind: "int or pointer", got: printType(value.type) });
  return undefined;
}

const PLACES = ["first", "second", "third", "fourth"];

/** A string known at compile time. */
export function literalArgument(
  ctx: Context,
  name: string,
  args: readonly Argument[],
  index: number,
  span: Span,
): string | undefined {
  const argument = args[index];
  const value = argument === undefined ? undefined : stringLiteral(ctx, argument);
  if (value !== undefined || argument === undefined) return value;
  ctx.report("argument-string-literal", span, { name, got: describe(ctx, argument), place: PLACES[index] ?? "last" });
  return undefined;
}

/** A node of a function's row. */
export function callNode(
  name: (Typed.Expr & { kind: "call" })["name"],
  args: readonly Typed.Expr[],
  literals: readonly (bigint | string | boolean)[],
  type: Type,
  span: Span,
): Typed.Expr {
  return { kind: "call", name, args, literals, type, span };
}
