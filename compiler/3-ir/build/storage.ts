/**
 * How values of each type are held while lowering: in a 64-bit register, or in memory of some size.
 */
import { alignOf } from "../../types/layout.ts";
import type { Type } from "../../types/type.ts";
import type { Place, Size } from "./draft.ts";

export type ScalarShape = { readonly size: Size; readonly signed: boolean };

/** Longest string kept NUL-padded wherever it lies; longer ones are padded only in map keys. */
export const PADDED_STRING_MAX = 1023;

const U64: ScalarShape = { size: 8, signed: false };

/** Size and sign in memory of a type whose values are registers; undefined: they are bytes in memory. */
export function scalarShape(type: Type): ScalarShape | undefined {
  switch (type.kind) {
    case "integer":
    case "enum":
      return { size: type.size, signed: type.signed };
    case "bool":
      return { size: 1, signed: false };
    case "pointer":
    case "timestamp":
    case "ksym":
    case "username":
    case "cgroup_path":
    // A stack is its id and, for a user's, the process: eight bytes that fit a register.
    case "stack":
      return U64;
    default:
      return undefined;
  }
}

export type Align = Place["align"];

/** Alignment of a type as a power of two up to 8. */
export function alignmentOf(type: Type): Align {
  return powerOfTwo(alignOf(type));
}

/** The largest of 1, 2, 4, 8 that divides. */
export function powerOfTwo(n: number): Align {
  return n % 8 === 0 ? 8 : n % 4 === 0 ? 4 : n % 2 === 0 ? 2 : 1;
}

/** The place `offset` bytes further. */
export function at(place: Place, offset: number): Place {
  if (offset === 0) return place;
  const align = powerOfTwo(offset);
  return { ...place, offset: place.offset + offset, align: lesser(align, place.align) };
}

/** The smaller alignment. */
export function lesser(a: Align, b: Align): Align {
  // Math.min would forget that these are 1, 2, 4 or 8.
  return a < b ? a : b;
}

export function isSize(n: number): n is Size {
  return n === 1 || n === 2 || n === 4 || n === 8;
}

/** Whether a string of the type is there in full padding wherever it lies (see Fill in lowering.ts). */
export function alwaysPadded(type: Type): boolean {
  switch (type.kind) {
    case "string":
      return type.size <= PADDED_STRING_MAX;
    case "tuple":
      return type.fields.every(alwaysPadded);
    case "record":
      return type.fields.every((field) => alwaysPadded(field.type));
    default:
      return true;
  }
}
