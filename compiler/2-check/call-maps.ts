/** Functions of maps: print, clear, zero, delete, has_key, find, len (section 6 of the language). */
import type * as Ast from "../1-parse/ast.ts";
import { BOOL, I64, NONE } from "../lang/types.ts";
import type { Span } from "../source/span.ts";
import { printType } from "../types/print.ts";
import { isCastable } from "../types/relations.ts";
import { type Call, callNode, type Row, valueArgument } from "./call-arguments.ts";
import type { Context, MapSlot } from "./context.ts";
import { isPrintable } from "./formats.ts";
import { describe, integerLiteral } from "./literals.ts";
import { inCaller, macroArgument, resolveVar } from "./macros.ts";
import { accessKey, fitKey, mapSlot, reportUndefined, useKeyed } from "./maps.ts";
import { bool, errorExpr, isError, readAggregate } from "./nodes.ts";
import { capture, declareVar, widenVar } from "./scopes.ts";
import { isTypeName } from "./type-names.ts";
import type * as Typed from "./typed.ts";

type Argument = Ast.Expr | Ast.TypeName;

/** A call of this family; undefined: of another. */
export function mapCall(ctx: Context, call: Call, row: Row): Typed.Expr | undefined {
  switch (row.name) {
    case "print":
      return printCall(ctx, call);
    case "clear":
    case "zero":
      return emptyCall(ctx, call, row.name);
    case "delete":
      return deleteCall(ctx, call);
    case "has_key":
      return hasKeyCall(ctx, call);
    case "find":
      return findCall(ctx, call);
    case "len":
      return lenCall(ctx, call);
    case "is_scalar": {
      const slot = mapArgument(ctx, call.args[0], row.name, call.span);
      if (slot === undefined || !known(ctx, slot, call.span)) return errorExpr(call.span);
      return bool(slot.keyed !== true, call.span);
    }
    default:
      return undefined;
  }
}

/** An event without a value, as an expression. */
export function action(event: Typed.Emit, span: Span): Typed.Expr {
  return { kind: "block", body: [{ kind: "emit", span, event }], result: undefined, type: NONE, span };
}

function unwrap(argument: Argument | undefined): Argument | undefined {
  return argument?.kind === "paren" ? unwrap(argument.operand) : argument;
}

/** The map that an argument names as a whole; an element of it, or anything else, is not one. */
function mapArgument(ctx: Context, argument: Argument | undefined, name: string, span: Span): MapSlot | undefined {
  const inner = unwrap(argument);
  if (inner?.kind === "map") return mapSlot(ctx, inner.name, inner.span);
  if (inner?.kind === "identifier") {
    const bound = macroArgument(ctx, inner.name);
    if (bound !== undefined) return inCaller(ctx, bound.frame, () => mapArgument(ctx, bound.argument, name, span));
  }
  ctx.report("argument-map", span, { name });
  return undefined;
}

/** Maps that events name must exist: something has to assign them. */
function known(ctx: Context, slot: MapSlot, span: Span): boolean {
  if (slot.value !== undefined) return true;
  reportUndefined(ctx, slot, span);
  return false;
}

function printCall(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const first = unwrap(args[0]);
  if (first?.kind === "map") return printMap(ctx, first, args, span);
  if (args.length > 1) {
    if (first?.kind === "map-access") {
      const slot = mapSlot(ctx, first.map, first.mapSpan);
      if (slot?.value?.kind === "aggregate" && !isCastable(slot.value)) return refuseKey(ctx, slot.value, span);
    }
    ctx.report("print-arguments", span, { got: args.length });
    return errorExpr(span);
  }
  if (first?.kind === "identifier") {
    const bound = macroArgument(ctx, first.name);
    if (bound?.argument.kind === "map")
      return inCaller(ctx, bound.frame, () => printCall(ctx, { ...call, args: [bound.argument] }));
  }
  const value = valueArgument(ctx, args[0]);
  if (value === undefined) return errorExpr(span);
  if (value.type.kind === "aggregate" && !isCastable(value.type)) return refuseKey(ctx, value.type, span);
  if (!isPrintable(value.type)) {
    ctx.report("not-printable", span, {
      type: printType(value.type) === "void" ? "none" : printType(value.type),
      fn: "print",
    });
    return errorExpr(span);
  }
  return action({ kind: "print", value: readAggregate(value) }, span);
}

function refuseKey(ctx: Context, type: Typed.Expr["type"], span: Span): Typed.Expr {
  ctx.report("print-map-key", span, { type: printType(type) });
  return errorExpr(span);
}

function printMap(ctx: Context, map: Ast.Expr & { kind: "map" }, args: readonly Argument[], span: Span): Typed.Expr {
  const slot = mapSlot(ctx, map.name, map.span);
  if (slot === undefined || !known(ctx, slot, map.span)) return errorExpr(span);
  if (ctx.unit.loops.length > 0) ctx.report("print-in-loop", span, {});
  const numbers: (number | undefined)[] = [];
  for (const argument of args.slice(1)) {
    const value = integerLiteral(ctx, argument);
    if (value === undefined || value < 0n || value > 0xffff_ffffn) {
      ctx.report("argument-integer-literal", span, {
        name: "print",
        what: numbers.length === 0 ? "top" : "div",
        got: describe(ctx, argument),
      });
      return errorExpr(span);
    }
    numbers.push(Number(value));
  }
  const type = slot.value;
  if (numbers.length > 0 && type?.kind === "aggregate" && type.fn === "stats")
    ctx.report("print-stats-arguments", span, {});
  return action({ kind: "print-map", map: slot.id, top: numbers[0], div: numbers[1] }, span);
}

function emptyCall(ctx: Context, call: Call, name: "clear" | "zero"): Typed.Expr {
  const slot = mapArgument(ctx, call.args[0], name, call.span);
  if (slot === undefined || !known(ctx, slot, call.args[0]?.span ?? call.span)) return errorExpr(call.span);
  return action({ kind: name, map: slot.id }, call.span);
}

/** delete(@m[k]) is delete(@m, k); delete(@scalar) unsets (L6.11–L6.14). */
function deleteCall(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const first = unwrap(args[0]);
  if (first?.kind === "map-access") {
    if (args.length > 1) {
      ctx.report("argument-map", span, { name: "delete" });
      return errorExpr(span);
    }
    const slot = mapSlot(ctx, first.map, first.mapSpan);
    if (slot === undefined || !known(ctx, slot, first.span)) return errorExpr(span);
    const key = accessKey(ctx, slot, first.keys, first.span);
    return key === undefined ? errorExpr(span) : removal(slot, key, span);
  }
  const slot = mapArgument(ctx, args[0], "delete", span);
  if (slot === undefined || !known(ctx, slot, args[0]?.span ?? span)) return errorExpr(span);
  const second = args[1];
  if (second === undefined) {
    if (slot.keyed !== true) return removal(slot, undefined, span);
    ctx.report("argument-map-scalar", span, { name: "delete" });
    return errorExpr(span);
  }
  const key = keyArgument(ctx, slot, second, "delete", span);
  return key === undefined ? errorExpr(span) : removal(slot, key, span);
}

function removal(slot: MapSlot, key: Typed.Expr | undefined, span: Span): Typed.Expr {
  return { kind: "map-delete", map: slot.id, key, warn: false, type: BOOL, span };
}

function keyArgument(
  ctx: Context,
  slot: MapSlot,
  argument: Argument,
  name: string,
  span: Span,
): Typed.Expr | undefined {
  if (slot.keyed === false) {
    ctx.report("argument-map-keyed", span, { name });
    return undefined;
  }
  const value = valueArgument(ctx, argument);
  if (value === undefined) return undefined;
  useKeyed(ctx, slot, true, span);
  return fitKey(ctx, slot, value, span);
}

function hasKeyCall(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const slot = mapArgument(ctx, args[0], "has_key", span);
  const second = args[1];
  if (slot === undefined || second === undefined || !known(ctx, slot, args[0]?.span ?? span)) return errorExpr(span);
  const key = keyArgument(ctx, slot, second, "has_key", span);
  return key === undefined ? errorExpr(span) : { kind: "map-has", map: slot.id, key, type: BOOL, span };
}

function findCall(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const slot = mapArgument(ctx, args[0], "find", span);
  const [, second] = args;
  const third = unwrap(args[2]);
  if (slot === undefined || second === undefined || !known(ctx, slot, args[0]?.span ?? span)) return errorExpr(span);
  const key = keyArgument(ctx, slot, second, "find", span);
  if (third?.kind !== "variable") {
    ctx.report("argument-variable", span, { name: "find" });
    return errorExpr(span);
  }
  const variable = resolveVar(ctx, third.name) ?? declareVar(ctx, third.name, third.span, undefined);
  capture(ctx, variable);
  const value = slot.value;
  if (key === undefined || value === undefined) return errorExpr(span);
  const type = isCastable(value) ? I64 : value;
  if (widenVar(ctx, variable, type, third.span) === undefined) return errorExpr(span);
  return { kind: "map-find", map: slot.id, key, var: variable.id, type: BOOL, span };
}

/** Entries of a map, frames of a stack; elements of an array are known. */
function lenCall(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const first = unwrap(args[0]);
  if (first?.kind === "map") {
    const slot = mapSlot(ctx, first.name, first.span);
    if (slot === undefined || !known(ctx, slot, first.span)) return errorExpr(span);
    if (slot.keyed !== false) return { kind: "map-length", map: slot.id, type: I64, span };
    if (slot.value?.kind !== "stack") {
      ctx.report("argument-map-keyed", span, { name: "len" });
      return errorExpr(span);
    }
  }
  if (first !== undefined && isTypeName(first)) return errorExpr(span);
  const value = valueArgument(ctx, args[0]);
  if (value === undefined || isError(value)) return errorExpr(span);
  if (value.type.kind === "stack") return callNode("len", [value], [], I64, span);
  ctx.report("argument-map", span, { name: "len" });
  return errorExpr(span);
}
