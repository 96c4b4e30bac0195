/** Functions of text and memory: str, buf, comparisons and searches, name tables (section 5.2 of the language). */

import { TEXT_SIZE, textTable } from "../lang/texts.ts";
import { BOOL, I64, U8, U64 } from "../lang/types.ts";
import type { Span } from "../source/span.ts";
import { sizeOf } from "../types/layout.ts";
import { printType } from "../types/print.ts";
import { isIntegral } from "../types/relations.ts";
import type { Type } from "../types/type.ts";
import { type Argument, type Call, callNode, integerArgument, type Row, valueArgument } from "./call-arguments.ts";
import type { Context } from "./context.ts";
import { integerLiteral } from "./literals.ts";
import { bool, cast, constant, constantValue, errorExpr, readAggregate, text, widen } from "./nodes.ts";
import { asPositional, positionalText } from "./params.ts";
import { defaultSpace } from "./type-names.ts";
import type * as Typed from "./typed.ts";

/** Largest result of str_concat. */
const CONCAT_LIMIT = 1024;

/** A call of this family; undefined: of another. */
export function textCall(ctx: Context, call: Call, row: Row): Typed.Expr | undefined {
  const { span, args } = call;
  switch (row.name) {
    case "str":
      return strCall(ctx, call);
    case "buf":
      return bufCall(ctx, call);
    case "strncmp":
      return compareCall(ctx, call, "strncmp");
    case "memcmp":
      return compareCall(ctx, call, "memcmp");
    case "strstr":
    case "strcontains":
      return searchCall(ctx, call, row.name);
    case "str_concat": {
      const pair = twoStrings(ctx, row.name, args, span);
      if (pair === undefined) return errorExpr(span);
      const [a, b] = pair;
      if (a.kind === "string" && b.kind === "string") return text(cut(a.value) + cut(b.value), span);
      const size = Math.min(CONCAT_LIMIT, sizeOf(a.type) + sizeOf(b.type) - 1);
      return callNode("str_concat", [a, b], [], { kind: "string", size }, span);
    }
    case "strlen":
    case "strcap":
      return lengthCall(ctx, call, row.name);
    case "strerror":
    case "signal_name":
    case "syscall_name":
      return tableCall(ctx, call, row.name);
    case "bswap": {
      const value = valueArgument(ctx, args[0]);
      if (value === undefined) return errorExpr(span);
      const number = readAggregate(value);
      if (number.type.kind !== "integer") {
        ctx.report("argument-type", span, { name: row.name, kind: "integer", got: printType(number.type) });
        return errorExpr(span);
      }
      const size = number.type.size;
      const type: Type = { kind: "integer", size, signed: false };
      const known = constantValue(number);
      if (known !== undefined) return constant(swap(BigInt.asUintN(size * 8, known), size), type, span);
      return size === 1 ? cast(number, U8) : callNode("bswap", [cast(number, type)], [], type, span);
    }
    default:
      return undefined;
  }
}

function swap(value: bigint, size: number): bigint {
  let out = 0n;
  for (let i = 0; i < size; i++) out = (out << 8n) | ((value >> BigInt(8 * i)) & 0xffn);
  return out;
}

function cut(value: string): string {
  const nul = value.indexOf("\0");
  return nul < 0 ? value : value.slice(0, nul);
}

/** A length argument: capped at the limit, with a warning; never negative. */
function lengthArgument(
  ctx: Context,
  name: string,
  argument: Argument,
  limit: number,
  span: Span,
): Typed.Expr | undefined {
  const value = integerArgument(ctx, name, argument, span);
  if (value === undefined) return undefined;
  const known = constantValue(value);
  if (known === undefined) return value;
  if (known < 0n) {
    ctx.report("length-negative", span, { name, length: String(known) });
    return undefined;
  }
  if (known > BigInt(limit)) {
    ctx.report("length-too-long", span, { length: String(known), limit });
    return constant(BigInt(limit), U64, value.span);
  }
  return value;
}

function strCall(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const [first, second] = args;
  if (first === undefined) return errorExpr(span);
  const limit = ctx.settings.maxStrlen;
  const parameter = asPositional(first);
  if (parameter !== undefined && second === undefined) {
    const skip = parameter.skip === undefined ? undefined : ctx.expr(parameter.skip);
    if (skip === undefined || skip.type.kind === "integer") return positionalText(ctx, parameter.index, skip, span);
  }
  const source = valueArgument(ctx, first);
  const length = second === undefined ? undefined : lengthArgument(ctx, "str", second, limit, span);
  if (source === undefined || (second !== undefined && length === undefined)) return errorExpr(span);
  const known = length === undefined ? undefined : constantValue(length);
  const size = known === undefined ? limit : Math.max(1, Number(known));
  const type: Type = { kind: "string", size };
  const address = textAddress(ctx, source);
  if (address !== undefined)
    return callNode("str", length === undefined ? [address] : [address, length], [], type, span);
  if (source.type.kind === "string") return shortened(source, length, span);
  if (source.type.kind === "array" && source.type.element.kind === "integer" && source.type.element.size === 1) {
    return shortened(
      { kind: "convert", operand: source, type: { kind: "string", size: source.type.length }, span },
      length,
      span,
    );
  }
  ctx.report("str-type", span, { name: "str", got: printType(source.type) });
  return errorExpr(span);
}

/** Pointers and integers are addresses; text that is itself str() of a record's field is read anew, with the length given. */
function textAddress(ctx: Context, source: Typed.Expr): Typed.Expr | undefined {
  if (source.type.kind === "pointer") return source;
  if (source.kind === "call" && source.name === "str" && source.args[0]?.kind === "context") return source.args[0];
  if (!isIntegral(source.type)) return undefined;
  const value = readAggregate(source);
  // Without a trace of where a number came from it is taken for an address of what the probe looks at.
  const usual = defaultSpace(ctx) === "user" ? "user" : undefined;
  const space = value.type.kind === "integer" ? (value.type.space ?? usual) : undefined;
  const wide = widen(value);
  return space === undefined || wide.type.kind !== "integer" ? wide : { ...wide, type: { ...wide.type, space } };
}

/** Text that is at hand already, at most `length` bytes of it with the NUL. */
function shortened(value: Typed.Expr, limit: Typed.Expr | undefined, span: Span): Typed.Expr {
  const length = limit === undefined ? undefined : constantValue(limit);
  if (limit !== undefined && length === undefined) return callNode("str", [value, limit], [], value.type, span);
  if (length === undefined || value.type.kind !== "string" || length >= BigInt(value.type.size))
    return { ...value, span };
  const size = Math.max(1, Number(length));
  // A literal loses what is too much; of other text the length counts a NUL.
  if (value.kind === "string") return { ...text(value.value.slice(0, Number(length)), span), span };
  return { kind: "convert", operand: value, type: { kind: "string", size }, span };
}

function bufCall(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const source = valueArgument(ctx, args[0]);
  const limit = Math.max(1, ctx.settings.maxStrlen - 4);
  const length = args[1] === undefined ? undefined : lengthArgument(ctx, "buf", args[1], limit, span);
  if (source === undefined || (args[1] !== undefined && length === undefined)) return errorExpr(span);
  const known = length === undefined ? undefined : constantValue(length);
  const memory = source.type.kind === "string" || source.type.kind === "array" || source.type.kind === "buffer";
  if (memory) {
    const whole = sizeOf(source.type);
    const size = Math.min(limit, known === undefined ? whole : Math.min(whole, Number(known)));
    return callNode(
      "buf",
      length === undefined ? [source] : [source, length],
      [],
      { kind: "buffer", size: Math.max(1, size) },
      span,
    );
  }
  const address = source.type.kind === "pointer" || isIntegral(source.type) ? textAddress(ctx, source) : undefined;
  if (address === undefined) {
    ctx.report("str-type", span, { name: "buf", got: printType(source.type) });
    return errorExpr(span);
  }
  if (length === undefined) {
    ctx.report("buf-length", span, {});
    return errorExpr(span);
  }
  const size = known === undefined ? limit : Math.max(1, Number(known));
  return callNode("buf", [address, length], [], { kind: "buffer", size }, span);
}

/** Text in memory: a string, or an array of bytes. */
function stringArgument(
  ctx: Context,
  name: string,
  argument: Argument | undefined,
  span: Span,
): Typed.Expr | undefined {
  const value = valueArgument(ctx, argument);
  if (value === undefined) return undefined;
  if (value.type.kind === "string") return value;
  if (value.type.kind === "array" && sizeOf(value.type.element) === 1) {
    return { kind: "convert", operand: value, type: { kind: "string", size: value.type.length }, span: value.span };
  }
  ctx.report("argument-type", span, { name, kind: "string", got: printType(value.type) });
  return undefined;
}

function twoStrings(
  ctx: Context,
  name: string,
  args: readonly Argument[],
  span: Span,
): readonly [Typed.Expr, Typed.Expr] | undefined {
  const a = stringArgument(ctx, name, args[0], span);
  const b = stringArgument(ctx, name, args[1], span);
  return a === undefined || b === undefined ? undefined : [a, b];
}

function compareCall(ctx: Context, call: Call, name: "strncmp" | "memcmp"): Typed.Expr {
  const { span, args } = call;
  const count = args[2] === undefined ? undefined : integerLiteral(ctx, args[2]);
  if (count === undefined || count < 0n) {
    ctx.report("literal-needed", span, { name });
    return errorExpr(span);
  }
  if (name === "memcmp") {
    const a = valueArgument(ctx, args[0]);
    const b = valueArgument(ctx, args[1]);
    for (const value of [a, b]) {
      if (value === undefined) return errorExpr(span);
      const kind = value.type.kind;
      if (kind === "string" || kind === "array" || kind === "buffer" || kind === "pointer") continue;
      ctx.report("argument-type", span, { name, kind: "string, array or pointer", got: printType(value.type) });
      return errorExpr(span);
    }
    return a === undefined || b === undefined ? errorExpr(span) : callNode(name, [a, b], [count], I64, span);
  }
  const pair = twoStrings(ctx, name, args, span);
  if (pair === undefined) return errorExpr(span);
  const [a, b] = pair;
  if (a.kind === "string" && b.kind === "string") {
    const same = cut(a.value).slice(0, Number(count)) === cut(b.value).slice(0, Number(count));
    return constant(same ? 0n : 1n, U64, span);
  }
  return callNode(name, [a, b], [count], U64, span);
}

function searchCall(ctx: Context, call: Call, name: "strstr" | "strcontains"): Typed.Expr {
  const { span, args } = call;
  const pair = twoStrings(ctx, name, args, span);
  if (pair === undefined) return errorExpr(span);
  const [hay, needle] = pair;
  if (hay.kind === "string" && needle.kind === "string") {
    const found = BigInt(cut(hay.value).indexOf(cut(needle.value)));
    return name === "strstr" ? constant(found, I64, span) : bool(found >= 0n, span);
  }
  return callNode(name, [hay, needle], [], name === "strstr" ? I64 : BOOL, span);
}

function lengthCall(ctx: Context, call: Call, name: "strlen" | "strcap"): Typed.Expr {
  const { span, args } = call;
  const value = valueArgument(ctx, args[0]);
  if (value === undefined) return errorExpr(span);
  const type = value.type;
  const inMemory = type.kind === "string" || (type.kind === "array" && sizeOf(type.element) === 1);
  if (!inMemory && type.kind !== "pointer") {
    const parameter = args[0]?.kind === "positional" ? `$${args[0].index}` : undefined;
    ctx.report("string-like", span, { name, got: printType(type), parameter });
    return errorExpr(span);
  }
  if (value.kind === "string")
    return constant(BigInt(name === "strlen" ? cut(value.value).length : value.value.length + 1), U64, span);
  if (name === "strcap" && inMemory) return constant(BigInt(sizeOf(type)), U64, span);
  return callNode("strlen", [value], [BigInt(ctx.settings.maxStrlen)], U64, span);
}

/** Names of numbers: known ones fold, others are looked up in a table of the object. */
function tableCall(ctx: Context, call: Call, name: "strerror" | "signal_name" | "syscall_name"): Typed.Expr {
  const { span, args } = call;
  const value = integerArgument(ctx, name, args[0], span);
  if (value === undefined) return errorExpr(span);
  const known = constantValue(value);
  if (known === undefined) return callNode(name, [value], [name], { kind: "string", size: TEXT_SIZE[name] }, span);
  const entry = textTable(name, ctx.env.arch)[Number(known)];
  const found =
    entry === undefined || entry === "" ? (name === "strerror" ? `Unknown error ${known}` : String(known)) : entry;
  return { kind: "string", value: found, type: { kind: "string", size: TEXT_SIZE[name] }, span };
}
