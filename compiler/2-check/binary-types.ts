/**
 * What a traced binary's debug information adds to a probe of it: `args` by name, and the binary's own types. It is asked for
 * only when a script needs it.
 */
import type { Attach } from "../5-object/manifest.ts";
import type { TypeId } from "../btf/types.ts";
import { U8, U64 } from "../lang/types.ts";
import { matcher } from "../snapshot/glob.ts";
import type { Span } from "../source/span.ts";
import type { BinaryFunction, BinaryParameter, ParameterPlace } from "../types/binary.ts";
import { type BtfSource, fromBtf } from "../types/from-btf.ts";
import { isMemory } from "../types/layout.ts";
import type { Type } from "../types/type.ts";
import { unreachable } from "../util/assert.ts";
import type { Context, Unit } from "./context.ts";
import { register, stackAddress } from "./context-words.ts";
import type { CheckEnv } from "./env.ts";
import { cast, errorExpr, readAt } from "./nodes.ts";
import { similar } from "./similar.ts";
import type { Target } from "./target.ts";
import type { TypeTable } from "./type-table.ts";
import type * as Typed from "./typed.ts";

/** Types by name in a probe: with those of the binary that it traces. */
export function typesIn(types: TypeTable, env: CheckEnv, unit: Unit): TypeTable {
  const attach = unit.target?.attach;
  const { binaries } = env;
  if (binaries === undefined) return types;
  if (attach?.kind !== "uprobe" && attach?.kind !== "uretprobe" && attach?.kind !== "usdt") return types;
  return types.inBinary(() => {
    const found = binaries(attach.path);
    if ("problem" in found) return undefined;
    unit.uses.add("binary");
    return found.typesFor("symbol" in attach ? attach.symbol : undefined);
  });
}

/**
 * Functions of a binary that a pattern stands for, each with a program of its own: those whose arguments are known. A pattern
 * of which nothing is known stays one.
 */
export function expandBinary(env: CheckEnv, target: Target): readonly Target[] {
  const { attach } = target;
  if (!target.pattern || attach.kind !== "uprobe" || attach.symbol === undefined) return [target];
  const binary = env.binaries?.(attach.path);
  if (binary === undefined || "problem" in binary) return [target];
  const members = binary
    .symbols()
    .filter(matcher(attach.symbol))
    .filter((symbol) => typeof binary.functionOf(symbol) === "object")
    .sort()
    .map((symbol) => ({
      ...target,
      attach: { ...attach, symbol },
      text: `${target.row.name}:${attach.path}:${symbol}`,
      pattern: false,
    }));
  return members.length > 0 ? members : [target];
}

/** What a program reads by a binary's debug information is so in this very binary; the attach point says which, and what. */
export function boundToBinary(ctx: Context, attach: Attach): Attach {
  if (attach.kind !== "uprobe" && attach.kind !== "uretprobe" && attach.kind !== "usdt") return attach;
  const binary = ctx.env.binaries?.(attach.path);
  if (binary === undefined || "problem" in binary) return attach;
  const bound = binary.buildId === undefined ? attach : { ...attach, buildId: binary.buildId };
  if (bound.kind !== "uprobe" || bound.symbol === undefined || !ctx.unit.uses.has("args")) return bound;
  const fn = binary.functionOf(bound.symbol);
  return typeof fn === "object" ? { ...bound, argumentNames: wordNames(fn, ctx.arch.fnArgs.length) } : bound;
}

/** Names of the words that begin a parameter: registers, then what is on the stack. */
function wordNames(fn: BinaryFunction, registers: number): readonly string[] {
  const names: string[] = [];
  for (const { name, place } of fn.parameters) {
    const at = place.kind === "reference" ? place.at : place;
    const word = at.kind === "registers" ? at.indices[0] : at.kind === "stack" ? registers + at.offset / 8 : undefined;
    if (word === undefined) continue;
    while (names.length <= word) names.push("");
    names[word] = name;
  }
  return names;
}

/** `args.name` of a uprobe. */
export function binaryArgument(ctx: Context, name: string, span: Span): Typed.Expr {
  const found = tracedFunction(ctx, span);
  if (found === undefined) return errorExpr(span);
  const parameter = found.fn.parameters.find((one) => one.name === name);
  if (parameter !== undefined) return parameterValue(ctx, found.source, parameter, span);
  const names = found.fn.parameters.map((one) => one.name);
  ctx.report("unknown-parameter", span, { name, similar: similar(name, names) });
  return errorExpr(span);
}

/** All of a uprobe's arguments, for `print(args)`. */
export function binaryArguments(ctx: Context, span: Span): Typed.Expr {
  const found = tracedFunction(ctx, span);
  if (found === undefined) return errorExpr(span);
  const { parameters } = found.fn;
  const elements = parameters.map((one) => parameterValue(ctx, found.source, one, span));
  if (elements.some((one) => one.type.kind === "error")) return errorExpr(span);
  const fields = parameters.map(({ name }, i) => ({ name, type: elements[i]?.type ?? U64 }));
  return { kind: "tuple", elements, type: { kind: "record", fields }, span };
}

/** The function that the probe traces, as its binary describes it; what is in the way is reported. */
function tracedFunction(
  ctx: Context,
  span: Span,
): { readonly source: BtfSource; readonly fn: BinaryFunction } | undefined {
  const { target } = ctx.unit;
  const attach = target?.attach;
  if (attach?.kind !== "uprobe") return undefined;
  const { path, symbol } = attach;
  if (symbol === undefined) {
    ctx.report("args-address", span, {});
    return undefined;
  }
  if (target?.pattern === true) {
    ctx.report("unsupported-wildcard", span, { provider: "uprobe", why: "args are those of one function" });
    return undefined;
  }
  const binary = ctx.env.binaries?.(path) ?? { problem: "unavailable", name: path, why: "" };
  if ("problem" in binary) {
    switch (binary.problem) {
      case "missing":
        ctx.report("binary-missing", span, { name: binary.name });
        break;
      case "no-debug-info":
        ctx.report("binary-debug-info", span, { name: binary.name });
        break;
      case "unreadable":
        ctx.report("binary-unreadable", span, { name: binary.name, why: binary.why });
        break;
      case "unavailable":
        ctx.report("unsupported-dwarf", span, { name: binary.name });
        break;
      default:
        unreachable(binary.problem);
    }
    return undefined;
  }
  if (binary.arch !== ctx.arch.name) {
    ctx.report("binary-unreadable", span, { name: binary.path, why: `it is for ${binary.arch}, not ${ctx.arch.name}` });
    return undefined;
  }
  const fn = binary.functionOf(symbol);
  if (fn === undefined) {
    ctx.report("binary-function", span, {
      name: binary.path,
      symbol,
      similar: similar(
        symbol,
        binary.symbols().filter((name) => name !== symbol),
      ),
    });
    return undefined;
  }
  if (typeof fn === "string") {
    ctx.report("args-unknown", span, { symbol, why: fn });
    return undefined;
  }
  ctx.unit.uses.add("binary");
  return { source: { kind: "binary", btf: binary.typesFor(symbol), module: undefined }, fn };
}

function parameterValue(ctx: Context, source: BtfSource, parameter: BinaryParameter, span: Span): Typed.Expr {
  const type = fromBtf(source, parameter.type, "user");
  const value = valueAt(ctx, source, parameter.type, type, parameter.place, span);
  if (value !== undefined) return value;
  const why = parameter.place.kind === "hidden" ? parameter.place.why : "its place is not known";
  ctx.report("argument-hidden", span, { name: parameter.name, why });
  return errorExpr(span);
}

function valueAt(
  ctx: Context,
  source: BtfSource,
  id: TypeId,
  type: Type,
  place: ParameterPlace,
  span: Span,
): Typed.Expr | undefined {
  switch (place.kind) {
    case "hidden":
      return undefined;
    case "stack": {
      const address = stackAddress(ctx, place.offset, "user", span);
      return address === undefined || !isValue(type) ? undefined : readAt(address, type, "user", span);
    }
    case "reference": {
      const word: Type = { kind: "pointer", to: type, space: "user" };
      const address = valueAt(ctx, source, id, word, place.at, span);
      return address === undefined ? undefined : readAt(address, type, "user", span);
    }
    case "registers": {
      const words = place.indices.map((index) => register(ctx, ctx.arch.fnArgs[index] ?? "", span));
      if (!words.every((word) => word !== undefined)) return undefined;
      const [first] = words;
      if (first === undefined || !isValue(type)) return undefined;
      if (!isMemory(type)) {
        // Above a narrow argument stands anything. Casts cut it off; a bool is its low byte.
        const operand = type.kind === "bool" ? cast(first, U8) : first;
        return { kind: "cast", operand, type, span };
      }
      const elements: readonly Typed.Expr[] = words.map((word) => cast(word, U64));
      const all: Typed.Expr = {
        kind: "tuple",
        elements,
        type: { kind: "tuple", fields: elements.map(() => U64) },
        span,
      };
      return { kind: "convert", operand: all, type, span };
    }
    default:
      return unreachable(place);
  }
}

/** Whether an argument of the type is a value of the language at all. */
function isValue(type: Type): boolean {
  return type.kind !== "opaque" && type.kind !== "none" && type.kind !== "error";
}
