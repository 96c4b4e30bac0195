/** Parameters of a script: positional ones ($1, $#) and named ones (getopt), given at compile time or left to the loader. */
import type * as Ast from "../1-parse/ast.ts";
import { BOOL, I64, U64 } from "../lang/types.ts";
import { parseParameter } from "../lang/units.ts";
import type { Span } from "../source/span.ts";
import type { Context } from "./context.ts";
import { stringLiteral } from "./literals.ts";
import { bool, constant, constantValue, errorExpr, integer, text } from "./nodes.ts";
import { isTypeName } from "./type-names.ts";
import type * as Typed from "./typed.ts";

/** `$N` as a number, or as text where it is none. */
export function positional(ctx: Context, index: number, span: Span): Typed.Expr {
  const given = ctx.env.options.params[index - 1];
  if (given === undefined || given === "") {
    if (ctx.env.options.runtimeParams) return runTime(ctx, { kind: "positional", index, type: "int" }, span);
    ctx.report("positional-missing", span, { index });
    return integer(0n, span);
  }
  const number = parseParameter(given);
  return number === undefined ? text(latin1(given), span) : integer(number, span);
}

/** `str($N)`, `str($N + skip)`: the text, even of a number. */
export function positionalText(ctx: Context, index: number, skip: Typed.Expr | undefined, span: Span): Typed.Expr {
  const given = ctx.env.options.params[index - 1];
  if (given === undefined && ctx.env.options.runtimeParams) {
    const param: Typed.Param = { kind: "positional", index, type: "string" };
    remember(ctx, `$${index}:string`, param);
    return { kind: "param", param, skip, type: { kind: "string", size: ctx.settings.maxStrlen }, span };
  }
  if (given === undefined || given === "") ctx.report("positional-missing", span, { index });
  const value = given ?? "";
  const offset = skip === undefined ? 0n : constantValue(skip);
  if (offset === undefined || offset < 0n || offset > BigInt(value.length)) {
    ctx.report("positional-offset", span, {
      index,
      offset: String(offset ?? "a value unknown before run time"),
      length: value.length,
    });
    return errorExpr(span);
  }
  const rest = latin1(value).slice(Number(offset));
  if (rest.length > ctx.settings.maxStrlen) {
    ctx.report("string-too-long", span, { limit: ctx.settings.maxStrlen, length: rest.length });
    return errorExpr(span);
  }
  return text(rest, span);
}

/** UTF-8 bytes as one character each, as string literals are held. */
function latin1(value: string): string {
  return String.fromCharCode(...new TextEncoder().encode(value));
}

export function positionalCount(ctx: Context, span: Span): Typed.Expr {
  const { params, runtimeParams } = ctx.env.options;
  if (params.length > 0 || !runtimeParams) return integer(BigInt(params.length), span);
  return runTime(ctx, { kind: "count" }, span);
}

function runTime(ctx: Context, param: Typed.Param, span: Span): Typed.Expr {
  remember(ctx, param.kind === "positional" ? `$${param.index}` : param.kind, param);
  return { kind: "param", param, skip: undefined, type: param.kind === "count" ? U64 : I64, span };
}

function remember(ctx: Context, key: string, param: Typed.Param): void {
  if (!ctx.program.params.has(key)) ctx.program.params.set(key, param);
}

/** `$N`, or `$N + n`, under str(). */
export function asPositional(
  argument: Ast.Expr | Ast.TypeName,
): { readonly index: number; readonly skip: Ast.Expr | undefined } | undefined {
  if (argument.kind === "paren") return asPositional(argument.operand);
  if (argument.kind === "positional") return { index: argument.index, skip: undefined };
  if (argument.kind === "binary" && argument.op === "+" && argument.left.kind === "positional")
    return { index: argument.left.index, skip: argument.right };
  return undefined;
}

/** `getopt("name"[, default[, "description"]])`: the default gives the type; without one it is a bool. */
export function namedOption(ctx: Context, args: readonly (Ast.Expr | Ast.TypeName)[], span: Span): Typed.Expr {
  const [nameArg, defaultArg, descriptionArg] = args;
  const name = nameArg === undefined ? undefined : stringLiteral(ctx, nameArg);
  if (name === undefined || nameArg === undefined) {
    ctx.report("argument-string-literal", span, { name: "getopt", got: "another expression", place: "first" });
    return errorExpr(span);
  }
  const fallback =
    defaultArg === undefined ? bool(false, span) : isTypeName(defaultArg) ? undefined : ctx.expr(defaultArg);
  if (fallback === undefined || (fallback.kind !== "constant" && fallback.kind !== "string")) {
    ctx.report("literal-needed", defaultArg?.span ?? span, { name: "getopt" });
    return errorExpr(span);
  }
  const description = descriptionArg === undefined ? undefined : stringLiteral(ctx, descriptionArg);
  const type =
    fallback.kind === "string"
      ? "string"
      : fallback.type.kind === "bool"
        ? "bool"
        : fallback.value < 0n
          ? "int"
          : "uint";
  const written =
    fallback.kind === "string"
      ? fallback.value
      : type === "bool"
        ? String(fallback.value !== 0n)
        : String(fallback.value);
  const earlier = ctx.program.options.get(name);
  if (earlier !== undefined && (earlier.default !== written || earlier.kind !== type)) {
    ctx.report("option-inconsistent", span, { name });
    return errorExpr(span);
  }
  ctx.program.options.set(name, { default: written, kind: type });
  const given = ctx.env.options.named[name];
  if (given !== undefined) return parseOption(ctx, name, type, given, span);
  if (ctx.env.options.runtimeParams) {
    const param: Typed.Param = { kind: "named", name, type, default: written, description };
    remember(ctx, `--${name}`, param);
    return { kind: "param", param, skip: undefined, type: optionType(ctx, type), span };
  }
  return parseOption(ctx, name, type, written, span);
}

function optionType(ctx: Context, type: "bool" | "int" | "uint" | "string"): Typed.Expr["type"] {
  if (type === "string") return { kind: "string", size: ctx.settings.maxStrlen };
  return type === "bool" ? BOOL : type === "int" ? I64 : U64;
}

function parseOption(
  ctx: Context,
  name: string,
  type: "bool" | "int" | "uint" | "string",
  given: string,
  span: Span,
): Typed.Expr {
  switch (type) {
    case "string":
      return text(latin1(given), span);
    case "bool":
      if (given === "true" || given === "1" || given === "") return bool(true, span);
      if (given === "false" || given === "0") return bool(false, span);
      ctx.report("option-bad-bool", span, { name, text: given });
      return errorExpr(span);
    case "int":
    case "uint": {
      const number = parseParameter(given);
      if (number === undefined) {
        ctx.report("option-bad-integer", span, { name, text: given });
        return errorExpr(span);
      }
      return constant(number, type === "int" ? I64 : U64, span);
    }
  }
}
