/** Maps: one key type and one value type for the whole program, widened by every use (L2.85–L2.98). */
import type * as Ast from "../1-parse/ast.ts";
import type { Span } from "../source/span.ts";
import { sizeOf } from "../types/layout.ts";
import { printType } from "../types/print.ts";
import { equal, isCastable, join, settle } from "../types/relations.ts";
import type { Type } from "../types/type.ts";
import { branded } from "../util/brand.ts";
import { isElsewhere } from "./arguments.ts";
import type { Context, MapSlot } from "./context.ts";
import { convert } from "./convert.ts";
import { resolveMapName } from "./macros.ts";
import { newSlot } from "./map-info.ts";
import { ERROR_TYPE, errorExpr, literalType } from "./nodes.ts";
import type * as Typed from "./typed.ts";

/** The slot of a map as named in the place being walked (a macro's parameter stands for the caller's map). */
export function mapSlot(ctx: Context, written: string, span: Span): MapSlot | undefined {
  const name = resolveMapName(ctx, written, span);
  if (name === undefined) return undefined;
  const slot = slotNamed(ctx, name, span);
  slot.used = true;
  if (slot.value === undefined && ctx.unit.kind === "probe") {
    if (ctx.unit.target === undefined) slot.doubtful = "wrong";
    else if (slot.doubtful === "no" && isElsewhere(ctx)) {
      slot.doubtful = "elsewhere";
      if (slot.askedEarly) ctx.program.dirty = true;
    }
  }
  return slot;
}

function slotNamed(ctx: Context, name: string, span: Span): MapSlot {
  const existing = ctx.program.maps.get(name);
  if (existing !== undefined) return existing;
  const slot = newSlot(branded(ctx.program.maps.size), name, span, undefined);
  ctx.program.maps.set(name, slot);
  return slot;
}

/** Settles whether a map has keys; a second opinion is an error. */
export function useKeyed(ctx: Context, slot: MapSlot, keyed: boolean, span: Span): boolean {
  if (slot.keyed === undefined) slot.keyed = keyed;
  if (slot.keyed === keyed) return true;
  ctx.report(keyed ? "map-keyed-after-scalar" : "map-scalar-after-keyed", span, { name: slot.name });
  return false;
}

/** Why a type cannot be a key: reported; true if it can. */
function checkKeyType(ctx: Context, type: Type, span: Span, part: boolean): boolean {
  if (type.kind === "tuple" && (part || sizeOf(type) > 0)) {
    return type.fields.every((field) => checkKeyType(ctx, field, span, true));
  }
  const refused =
    (!part && holdsNothing(type)) ||
    type.kind === "tuple" ||
    type.kind === "none" ||
    type.kind === "aggregate" ||
    type.kind === "opaque";
  if (refused) ctx.report(part ? "map-key-part-type" : "map-key-type", span, { type: printType(type) });
  return !refused;
}

/**
 * The key of an access, converted to the map's key type; several keys are one tuple.
 * @returns undefined if the map or key is wrong (reported)
 */
export function accessKey(ctx: Context, slot: MapSlot, keys: readonly Ast.Expr[], span: Span): Typed.Expr | undefined {
  if (!useKeyed(ctx, slot, true, span)) {
    for (const key of keys) ctx.expr(key);
    return undefined;
  }
  const parts = keys.map((key) => keyExpr(ctx, key));
  const first = parts[0];
  const whole: Typed.Expr | undefined =
    parts.length === 1
      ? first
      : { kind: "tuple", elements: parts, type: { kind: "tuple", fields: parts.map((part) => part.type) }, span };
  return whole === undefined ? undefined : fitKey(ctx, slot, whole, span);
}

/** An expression as a key: aggregations give their integer. */
function keyExpr(ctx: Context, ast: Ast.Expr): Typed.Expr {
  const expr = ctx.expr(ast);
  if (expr.kind === "context-pointer") {
    ctx.report("map-key-part-type", ast.span, { type: "context" });
    return errorExpr(ast.span);
  }
  return expr;
}

/** Widens the map's key type by a key and converts the key to it. */
export function fitKey(ctx: Context, slot: MapSlot, key: Typed.Expr, span: Span): Typed.Expr | undefined {
  if (hasError(key.type) || !checkKeyType(ctx, key.type, key.span, false)) return undefined;
  const current = slot.key;
  const raw = slot.rawKey;
  const joined = raw === undefined ? key.type : join(raw, key.type);
  if (joined === undefined || (current !== undefined && !sameShape(current, joined))) return mismatch();
  const next = settle(joined);
  if (current !== undefined && !equal(current, next)) ctx.program.dirty = true;
  slot.rawKey = joined;
  slot.key = next;
  return convert(key, next);

  function mismatch(): undefined {
    ctx.report("map-key-mismatch", span, {
      name: slot.name,
      type: printType(key.type),
      existing: current === undefined ? "" : printType(current),
    });
    return undefined;
  }
}

function sameShape(a: Type, b: Type): boolean {
  return a.kind === b.kind || (a.kind === "enum" && b.kind === "integer");
}

function hasError(type: Type): boolean {
  if (type.kind === "tuple") return type.fields.some(hasError);
  return type.kind === "error";
}

function holdsNothing(type: Type): boolean {
  const isComposed = type.kind === "tuple" || type.kind === "record" || type.kind === "struct" || type.kind === "array";
  return isComposed && sizeOf(type) === 0;
}

/** The map's value type after receiving `type`; reports what does not fit. */
export function widenValue(ctx: Context, slot: MapSlot, type: Type, span: Span): Type | undefined {
  if (hasError(type)) return slot.value;
  if (holdsNothing(type)) {
    ctx.report("map-value-type", span, { name: slot.name, type: printType(type) });
    return undefined;
  }
  const current = slot.value;
  const raw = slot.rawValue;
  if (current === undefined || raw === undefined) {
    slot.rawValue = type;
    slot.value = settle(type);
    if (slot.askedEarly) ctx.program.dirty = true;
    return slot.value;
  }
  const joined = join(raw, type);
  if (joined === undefined) {
    if (current.kind === "aggregate" && type.kind === "aggregate" && current.fn === type.fn) {
      ctx.report("aggregate-different-bounds", span, { name: current.fn, map: slot.name });
      return undefined;
    }
    const aggregate = current.kind === "aggregate";
    ctx.report("map-type-mismatch", span, {
      name: slot.name,
      type: printType(type),
      existing: printType(current),
      aggregate,
    });
    return undefined;
  }
  const next = settle(joined);
  if (!equal(next, current)) ctx.program.dirty = true;
  slot.rawValue = joined;
  slot.value = next;
  return next;
}

/** Type of what the map holds; unknown (so far) is an error type, reported if no later assignment settles it. */
export function valueType(ctx: Context, slot: MapSlot, span: Span): Type {
  if (slot.value !== undefined) return slot.value;
  if (ctx.program.guessing && slot.doubtful === "elsewhere") {
    // Only probes of other kernels assign it: here it reads as zero.
    slot.rawValue = literalType(0n);
    slot.value = settle(slot.rawValue);
    ctx.program.dirty = true;
  }
  reportUndefined(ctx, slot, span);
  return ERROR_TYPE;
}

/** Nothing has assigned the map so far; if nothing ever does, the report stands. */
export function reportUndefined(ctx: Context, slot: MapSlot, span: Span): void {
  slot.askedEarly = true;
  if (slot.doubtful === "no") ctx.report("undefined-map", span, { name: slot.name });
}

/** Reads an entry; aggregations stay aggregations until an integer is asked for. */
export function readMap(ctx: Context, slot: MapSlot, key: Typed.Expr | undefined, span: Span): Typed.Expr {
  const type = valueType(ctx, slot, span);
  if (type.kind === "error") return errorExpr(span);
  return { kind: "map-get", map: slot.id, key, type, span };
}

/** Whether the value can be read as an integer. */
export function isReadable(type: Type): boolean {
  return type.kind !== "aggregate" || isCastable(type);
}
