/**
 * Reading through pointers and into values: fields, indices, dereferences. Nested embedded members of one struct become
 * one path, so that a chain costs one read per pointer and one relocation each (L2.52–L2.62).
 */
import { I8, I64, U64 } from "../lang/types.ts";
import type { Span } from "../source/span.ts";
import { sizeOf } from "../types/layout.ts";
import { printType } from "../types/print.ts";
import { isIntegral } from "../types/relations.ts";
import type { AddressSpace, StructType, Type } from "../types/type.ts";
import type { Context } from "./context.ts";
import { elementPath, type Member, memberNames, memberPath } from "./members.ts";
import { cast, constantValue, errorExpr, foundIn, isError, readAt, widen } from "./nodes.ts";
import { addToPointer } from "./operators.ts";
import { similar } from "./similar.ts";
import { defaultSpace } from "./type-names.ts";
import type * as Typed from "./typed.ts";

/** Marks an expression whose pointer the verifier knows the type of. */
export function trust(ctx: Context, expr: Typed.Expr): Typed.Expr {
  ctx.trusted.add(expr);
  return expr;
}

function isTrusted(ctx: Context, expr: Typed.Expr): boolean {
  return ctx.trusted.has(expr);
}

/** `base.name`, `base->name`: pointers are followed, as many as there are. */
export function fieldOf(ctx: Context, base: Typed.Expr, name: string, span: Span, nameSpan: Span): Typed.Expr {
  if (isError(base)) return base;
  let value = base;
  while (value.type.kind === "pointer" && value.type.to.kind === "pointer") value = dereference(ctx, value, span);
  const type = value.type;
  if (type.kind === "pointer" && type.to.kind === "struct")
    return throughPointer(ctx, value, type.to, undefined, name, type.space, span);
  if (type.kind === "struct") {
    if (value.kind === "member") return throughPointer(ctx, value.pointer, type, value.path, name, value.space, span);
    if (value.kind === "read") {
      const pointer = elementPointer(value);
      if (isTrusted(ctx, value.pointer) && pointer === value.pointer) trust(ctx, pointer);
      return throughPointer(ctx, pointer, type, undefined, name, value.space, span);
    }
    return ofValue(ctx, value, type, name, span);
  }
  if (type.kind === "record") {
    const index = type.fields.findIndex((field) => field.name === name);
    const field = type.fields[index];
    if (field !== undefined) return tupleElement(value, index, field.type, span);
    ctx.report("unknown-record-field", nameSpan, {
      field: name,
      similar: similar(
        name,
        type.fields.map((f) => f.name),
      ),
    });
    return errorExpr(span);
  }
  // A word that a probe was given may be an address; a number that was counted is none.
  const address = type.kind === "integer" && type.size === 8 && type.space !== undefined;
  ctx.report("no-field", span, { field: name, type: printType(type), address });
  return errorExpr(span);
}

/** The pointer that a read with an index goes through. */
export function elementPointer(read: Typed.Expr & { kind: "read" }): Typed.Expr {
  if (read.index === undefined) return read.pointer;
  return addToPointer(read.pointer, "+", read.index, read.span);
}

export function tupleElement(base: Typed.Expr, index: number, type: Type, span: Span): Typed.Expr {
  return { kind: "tuple-element", base, index, type, span };
}

function throughPointer(
  ctx: Context,
  pointer: Typed.Expr,
  struct: StructType,
  base: Typed.MemberPath | undefined,
  name: string,
  space: AddressSpace,
  span: Span,
): Typed.Expr {
  const found = lookUp(ctx, struct, name, space, base, span);
  if (found === undefined) return errorExpr(span);
  const { path } = found;
  const direct = isTrusted(ctx, pointer) && space === "kernel";
  if (path.type.kind === "array" && path.type.length === 0) {
    const type: Type = { kind: "pointer", to: path.type.element, space };
    return { kind: "member-address", pointer, path, space, direct, type, span };
  }
  const expr: Typed.Expr = { kind: "member", pointer, path, space, direct, type: foundIn(path.type, space), span };
  const followable = path.type.kind === "pointer" && path.type.to.kind === "struct" && path.type.space === "kernel";
  if (direct && followable && !found.tags.includes("percpu") && !found.tags.includes("rcu")) trust(ctx, expr);
  return expr;
}

function ofValue(ctx: Context, base: Typed.Expr, struct: StructType, name: string, span: Span): Typed.Expr {
  const inner = base.kind === "value-member" ? base : undefined;
  // A copy says nothing of where its pointers point: where this probe's do, unless it is of a kernel type.
  const space = struct.origin.kind === "kernel" ? "kernel" : defaultSpace(ctx);
  const found = lookUp(ctx, struct, name, space, inner?.path, span);
  if (found === undefined) return errorExpr(span);
  return { kind: "value-member", base: inner?.base ?? base, path: found.path, type: found.path.type, span };
}

function lookUp(
  ctx: Context,
  struct: StructType,
  name: string,
  space: AddressSpace,
  base: Typed.MemberPath | undefined,
  span: Span,
): Member | undefined {
  if (struct.origin.kind === "opaque") {
    const shown = printType(struct);
    const names = struct.name === "" ? [] : ctx.env.snapshot.suggest("struct", struct.name);
    ctx.report("unknown-struct", span, { name: shown, similar: names, noBtf: ctx.env.snapshot.btf.count <= 1 });
    return undefined;
  }
  const found = memberPath(struct, name, space, base);
  if (found === undefined)
    ctx.report("unknown-field", span, {
      type: printType(struct),
      field: name,
      similar: similar(name, memberNames(struct)),
    });
  if (found === undefined) return undefined;
  return { ...found, path: { ...found.path, type: ctx.types.completed(found.path.type) } };
}

/** `*p`; an integer is read as an address of its own width (L2.46). */
export function dereference(ctx: Context, value: Typed.Expr, span: Span): Typed.Expr {
  if (isError(value)) return value;
  const type = value.type;
  if (type.kind === "integer") {
    const space = type.space ?? "kernel";
    const read: Typed.Expr = readAt(cast(value, { ...U64, space }), { ...type }, space, span);
    return type.size === 8 ? read : cast(read, U64);
  }
  if (type.kind !== "pointer") {
    ctx.report("not-dereferenceable", span, { type: printType(type) });
    return errorExpr(span);
  }
  if (value.kind === "var-address") {
    const slot = ctx.unit.vars.find((one) => one.id === value.var);
    if (slot?.type !== undefined) return { kind: "var", var: value.var, type: slot.type, span };
  }
  if (!readable(ctx, type.to, span)) return errorExpr(span);
  const read = readAt(value, type.to, type.space, span);
  return value.kind === "call" && value.name === "uaddr" ? ofItsWidth(read, value, span) : read;
}

/** `*uaddr("x")`: only the traced host knows how wide the variable is. It is a signed number, as in the reference. */
function ofItsWidth(read: Typed.Expr, variable: Typed.Expr & { kind: "call" }, span: Span): Typed.Expr {
  const literals = ["user-spare", ...variable.literals.slice(1)];
  return { ...variable, args: [cast(read, U64)], literals, type: { ...I64, space: "user" }, span };
}

function readable(ctx: Context, to: Type, span: Span): boolean {
  if (to.kind === "none") {
    ctx.report("void-dereference", span, {});
    return false;
  }
  if (to.kind === "opaque" || (to.kind === "struct" && to.origin.kind === "opaque")) {
    ctx.report("unknown-struct", span, {
      name: printType(to),
      similar: to.kind === "struct" ? ctx.env.snapshot.suggest("struct", to.name) : [],
      noBtf: ctx.env.snapshot.btf.count <= 1,
    });
    return false;
  }
  return true;
}

/** `base[index]` on arrays, strings, pointers and tuples. */
export function indexOf(ctx: Context, base: Typed.Expr, index: Typed.Expr, span: Span): Typed.Expr {
  if (isError(base) || isError(index)) return errorExpr(span);
  const type = base.type;
  const known = constantValue(index);
  if (type.kind === "tuple") {
    if (known === undefined) {
      ctx.report("tuple-index-literal", index.span, {});
      return errorExpr(span);
    }
    const field = type.fields[Number(known)];
    if (known >= 0n && field !== undefined) return tupleElement(base, Number(known), field, span);
    ctx.report("tuple-index", span, { index: Number(known), count: type.fields.length });
    return errorExpr(span);
  }
  if (type.kind !== "array" && type.kind !== "pointer" && type.kind !== "string") {
    ctx.report("not-indexable", span, { type: printType(type) });
    return errorExpr(span);
  }
  if (!isIntegral(index.type) || (known !== undefined && known < 0n && type.kind !== "pointer")) {
    ctx.report("index-type", index.span, { type: known === undefined ? printType(index.type) : String(known) });
    return errorExpr(span);
  }
  if (type.kind === "pointer") return indexPointer(ctx, base, type, index, span);
  const element = type.kind === "array" ? type.element : I8;
  const length = type.kind === "array" ? type.length : type.size;
  if (known !== undefined && known >= BigInt(length)) {
    ctx.report("index-out-of-bounds", span, { index: String(known), length });
    return errorExpr(span);
  }
  return indexElements(base, element, length, index, known, span);
}

function indexPointer(
  ctx: Context,
  base: Typed.Expr,
  type: Type & { kind: "pointer" },
  index: Typed.Expr,
  span: Span,
): Typed.Expr {
  if (!readable(ctx, type.to, span)) return errorExpr(span);
  const known = constantValue(index);
  if (known !== undefined) {
    const pointer = known === 0n ? base : addToPointer(base, "+", index, span);
    return readAt(pointer, type.to, type.space, span);
  }
  return {
    kind: "read",
    pointer: base,
    index: widen(index),
    scale: sizeOf(type.to),
    space: type.space,
    direct: false,
    type: foundIn(type.to, type.space),
    span,
  };
}

/** Elements of an array: of a struct in someone's memory, or of a value in ours. */
function indexElements(
  base: Typed.Expr,
  element: Type,
  length: number,
  index: Typed.Expr,
  known: bigint | undefined,
  span: Span,
): Typed.Expr {
  const scale = sizeOf(element);
  if (base.kind === "member") {
    if (known !== undefined) {
      const path = elementPath(base.path, element, Number(known));
      return {
        kind: "member",
        pointer: base.pointer,
        path,
        space: base.space,
        direct: base.direct,
        type: element,
        span,
      };
    }
    const pointer: Typed.Expr = {
      kind: "member-address",
      pointer: base.pointer,
      path: base.path,
      space: base.space,
      direct: base.direct,
      type: { kind: "pointer", to: element, space: base.space },
      span: base.span,
    };
    return { kind: "read", pointer, index: widen(index), scale, space: base.space, direct: false, type: element, span };
  }
  if (base.kind === "read") {
    const start: Typed.Expr = cast(elementPointer(base), { kind: "pointer", to: element, space: base.space });
    const pointer = known === undefined || known === 0n ? start : addToPointer(start, "+", index, span);
    const moving = known === undefined ? { index: widen(index), scale } : { index: undefined, scale: 0 };
    return { kind: "read", pointer, ...moving, space: base.space, direct: false, type: element, span };
  }
  if (base.kind === "value-member" && known !== undefined) {
    return {
      kind: "value-member",
      base: base.base,
      path: elementPath(base.path, element, Number(known)),
      type: element,
      span,
    };
  }
  return { kind: "element", base, index: widen(index), length, stride: scale, type: element, span };
}
