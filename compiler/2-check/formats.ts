/** Format strings of printf and its kin: conversions checked against the types of their arguments (L7.46–L7.64). */
import type * as Ast from "../1-parse/ast.ts";
import type { Span } from "../source/span.ts";
import { printType } from "../types/print.ts";
import { isCastable, isIntegral } from "../types/relations.ts";
import type { Type } from "../types/type.ts";
import type { Context } from "./context.ts";
import { isError, readAggregate } from "./nodes.ts";
import { isTypeName } from "./type-names.ts";
import type * as Typed from "./typed.ts";

const SPECIFIER = /%(%|[-+ #0]*(?:\*|\d+)?(?:\.\d+)?(hh|h|ll|l|L|j|z|t)?(rx|rh|gr|[a-zA-Z]))/g;
const INTEGERS = "diouxXcp";

/** Conversions of a format in order ("d", "s", "rh" …); `%%` is none. */
export function conversions(format: string): readonly string[] {
  const out: string[] = [];
  for (const match of format.matchAll(SPECIFIER)) if (match[1] !== "%") out.push(match[3] ?? "");
  return out;
}

/**
 * The arguments of a format, ready to be copied into an event: aggregations read as integers.
 * @returns undefined if something does not fit (reported at the call)
 */
export function formatArguments(
  ctx: Context,
  format: string,
  args: readonly (Ast.Expr | Ast.TypeName)[],
  span: Span,
): readonly Typed.Expr[] | undefined {
  const wanted = conversions(format);
  const values = args.map((arg) => (isTypeName(arg) ? undefined : ctx.expr(arg)));
  const counts = { supplied: args.length, expected: wanted.length };
  if (args.length < wanted.length) ctx.report("format-too-few", span, counts);
  if (args.length > wanted.length) ctx.report("format-too-many", span, counts);
  if (args.length !== wanted.length) return undefined;
  const out: Typed.Expr[] = [];
  for (const [index, specifier] of wanted.entries()) {
    const value = values[index];
    if (value === undefined) {
      ctx.report("type-as-value", span, { name: "a type" });
      continue;
    }
    if (isError(value)) continue;
    if (!known(specifier)) {
      ctx.report("format-unknown", span, { specifier });
      continue;
    }
    if (fits(specifier, value.type)) out.push(readAggregate(value));
    else ctx.report("format-type", span, { type: printType(value.type), specifier });
  }
  return out.length === wanted.length ? out : undefined;
}

function known(specifier: string): boolean {
  return (
    specifier === "s" ||
    specifier === "r" ||
    specifier === "rx" ||
    specifier === "rh" ||
    specifier === "gr" ||
    INTEGERS.includes(specifier)
  );
}

function fits(specifier: string, type: Type): boolean {
  if (specifier === "s") return isPrintable(type);
  if (specifier === "r" || specifier === "rx" || specifier === "rh") return type.kind === "buffer";
  if (specifier === "p")
    return isIntegral(type) || type.kind === "pointer" || type.kind === "ksym" || type.kind === "usym";
  return isIntegral(type) || type.kind === "pointer" || type.kind === "ksym";
}

/** Whether a value of the type can be shown: histograms and stats only as whole maps. */
export function isPrintable(type: Type): boolean {
  switch (type.kind) {
    case "none":
    case "opaque":
      return false;
    case "aggregate":
      return isCastable(type);
    case "tuple":
      return type.fields.every(isPrintable);
    default:
      return true;
  }
}
