/**
 * Sizes, alignments and offsets of types in memory: map keys and values, variables that live in memory, event arguments.
 * They agree with the layouts that 5-object/manifest.ts ValueType describes. Tuples and records are laid out as C structs.
 */
import { invariant, unreachable } from "../util/assert.ts";
import type { StructType, Type } from "./type.ts";

/** Bytes of memory that a value of the type takes. Aggregations: of one value (hist, lhist, tseries: of one bucket). */
export function sizeOf(type: Type): number {
  switch (type.kind) {
    case "error":
    case "none":
    case "opaque":
      return 0;
    case "integer":
    case "enum":
    case "string":
    case "struct":
      return type.size;
    case "bool":
      return 1;
    case "buffer":
      return 4 + type.size;
    case "array":
      return sizeOf(type.element) * type.length;
    case "tuple":
      return layoutOf(type.fields).size;
    case "record":
      return layoutOf(type.fields.map((field) => field.type)).size;
    case "inet":
      return 20;
    case "mac":
      return 6;
    case "usym":
      return 16;
    case "pointer":
    case "timestamp":
    case "ksym":
    case "stack":
    case "username":
    case "cgroup_path":
      return 8;
    case "aggregate":
      switch (type.fn) {
        case "count":
        case "hist":
        case "lhist":
          return 8;
        case "tseries":
          return 24;
        case "sum":
        case "min":
        case "max":
        case "avg":
        case "stats":
          return 16;
        default:
          return unreachable(type);
      }
    default:
      return unreachable(type);
  }
}

/** Alignment in bytes: a power of two, at most 8. */
export function alignOf(type: Type): number {
  switch (type.kind) {
    case "error":
    case "none":
    case "opaque":
    case "bool":
    case "string":
    case "mac":
      return 1;
    case "integer":
    case "enum":
      return type.size;
    case "buffer":
    case "inet":
      return 4;
    case "array":
      return alignOf(type.element);
    case "struct":
      return alignOfStruct(type);
    case "tuple":
      return Math.max(1, ...type.fields.map(alignOf));
    case "record":
      return Math.max(1, ...type.fields.map((field) => alignOf(field.type)));
    case "pointer":
    case "timestamp":
    case "ksym":
    case "usym":
    case "stack":
    case "username":
    case "cgroup_path":
    case "aggregate":
      return 8;
    default:
      return unreachable(type);
  }
}

/** A kernel struct's own alignment is not in BTF; the largest that its size allows is enough for a copy of it. */
function alignOfStruct(type: StructType): number {
  if (type.origin.kind === "script") return Math.min(8, type.origin.align);
  for (const align of [8, 4, 2]) if (type.size % align === 0) return align;
  return 1;
}

export type Layout = { readonly size: number; readonly offsets: readonly number[] };

/** Places of fields one after another, each at its alignment; the size is rounded up to the largest alignment. */
export function layoutOf(fields: readonly Type[]): Layout {
  let offset = 0;
  let align = 1;
  const offsets = fields.map((field) => {
    const own = alignOf(field);
    align = Math.max(align, own);
    const start = alignUp(offset, own);
    offset = start + sizeOf(field);
    return start;
  });
  return { size: alignUp(offset, align), offsets };
}

export function alignUp(value: number, align: number): number {
  return Math.ceil(value / align) * align;
}

/** Types of a tuple's or record's fields, in order. */
export function fieldTypes(type: Type): readonly Type[] {
  invariant(type.kind === "tuple" || type.kind === "record", "types", `${type.kind} has no fields in order`);
  return type.kind === "tuple" ? type.fields : type.fields.map((field) => field.type);
}

/** Whether values live in memory (true) or in a 64-bit register. */
export function isMemory(type: Type): boolean {
  switch (type.kind) {
    case "string":
    case "buffer":
    case "array":
    case "struct":
    case "tuple":
    case "record":
    case "inet":
    case "mac":
    case "usym":
    case "stack":
    case "aggregate":
      return true;
    case "error":
    case "none":
    case "opaque":
    case "integer":
    case "bool":
    case "pointer":
    case "enum":
    case "timestamp":
    case "ksym":
    case "username":
    case "cgroup_path":
      return false;
    default:
      return unreachable(type);
  }
}
