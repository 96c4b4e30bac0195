/**
 * Loads, stores, copies and zeroing of typed values in memory of our own: slots, scratch, map values, records, data.
 */
import { fieldTypes, layoutOf, sizeOf } from "../../types/layout.ts";
import type { Type } from "../../types/type.ts";
import { invariant } from "../../util/assert.ts";
import type { ValueId } from "../ir.ts";
import type { Place, Size } from "./draft.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import type { Fill } from "./lowering.ts";
import { alwaysPadded, at, PADDED_STRING_MAX, scalarShape } from "./storage.ts";

/** Copies and zeros up to this many bytes are instructions; more is a helper's work. */
const INLINE_BYTES = 128;

/** Loads a scalar; the register is extended as the type says. */
export function loadScalar(fn: FunctionBuilder, place: Place, type: Type): ValueId {
  const shape = scalarShape(type);
  invariant(shape !== undefined, "3-ir", `${type.kind} is not a scalar`);
  return loadBits(fn, place, shape.size, shape.signed);
}

/** Loads an integer; by parts where the memory demands an alignment that the place lacks. */
export function loadBits(fn: FunctionBuilder, place: Place, size: Size, signed: boolean): ValueId {
  if (place.align >= size || place.memory !== "stack") return fn.load(place, size, signed);
  const half = (size / 2) as 1 | 2 | 4;
  const low = loadBits(fn, place, half, false);
  const high = loadBits(fn, at(place, half), half, signed);
  return fn.binary("or", low, fn.binaryImm("shl", high, half * 8));
}

export function storeScalar(fn: FunctionBuilder, place: Place, type: Type, value: ValueId): void {
  const shape = scalarShape(type);
  invariant(shape !== undefined, "3-ir", `${type.kind} is not a scalar`);
  storeBits(fn, place, shape.size, value);
}

export function storeBits(fn: FunctionBuilder, place: Place, size: Size, value: ValueId): void {
  if (place.align >= size || place.memory !== "stack") {
    fn.store(place, size, value);
    return;
  }
  const half = (size / 2) as 1 | 2 | 4;
  storeBits(fn, place, half, value);
  storeBits(fn, at(place, half), half, fn.binaryImm("shr", value, half * 8));
}

/** The address of a place as a value. */
export function address(fn: FunctionBuilder, place: Place): ValueId {
  return fn.binaryImm("add", place.base, place.offset);
}

/** Zeroes memory. A read from address 0 fails at once and makes the helper zero its whole buffer. */
export function zero(fn: FunctionBuilder, place: Place, size: number): void {
  if (size <= INLINE_BYTES) {
    fn.zero(place, size);
    return;
  }
  fn.call("probe_read_kernel", [address(fn, place), fn.const(size), fn.const(0)], { writes: place.memory });
}

/** Copies bytes as they are. */
export function copyBytes(fn: FunctionBuilder, to: Place, from: Place, size: number): void {
  if (size <= INLINE_BYTES) {
    fn.copy(to, from, size);
    return;
  }
  fn.call("probe_read_kernel", [address(fn, to), fn.const(size), address(fn, from)], {
    reads: from.memory,
    writes: to.memory,
  });
}

/** Whether text of this capacity has zeros behind it after being written so. */
export function pads(size: number, fill: Fill): boolean {
  return fill === "key" || (fill === "value" && size <= PADDED_STRING_MAX);
}

/** Copies a value of our own memory; the source is as a "value" fill leaves it. */
export function copyValue(fn: FunctionBuilder, type: Type, to: Place, from: Place, fill: Fill): void {
  if (scalarShape(type) !== undefined) {
    storeScalar(fn, to, type, loadScalar(fn, from, type));
    return;
  }
  if (alwaysPadded(type)) {
    copyBytes(fn, to, from, sizeOf(type));
    return;
  }
  if (type.kind === "string") {
    if (pads(type.size, fill)) zero(fn, to, type.size);
    fn.call("probe_read_kernel_str", [address(fn, to), fn.const(type.size), address(fn, from)], {
      reads: from.memory,
      writes: to.memory,
    });
    return;
  }
  const fields = fieldTypes(type);
  const { offsets } = layoutOf(fields);
  if (fill !== "record") zeroGaps(fn, to, fields);
  for (const [i, field] of fields.entries()) {
    const offset = offsets[i] ?? 0;
    copyValue(fn, field, at(to, offset), at(from, offset), fill);
  }
}

/** Zeroes the bytes of a tuple or record that belong to no field. */
export function zeroGaps(fn: FunctionBuilder, place: Place, fields: readonly Type[]): void {
  const { size, offsets } = layoutOf(fields);
  let end = 0;
  for (const [i, field] of fields.entries()) {
    const offset = offsets[i] ?? 0;
    fn.zero(at(place, end), offset - end);
    end = offset + sizeOf(field);
  }
  fn.zero(at(place, end), size - end);
}

/** Puts text into memory: its bytes and the NULs behind, all of the capacity where the fill says so. */
export function storeText(fn: FunctionBuilder, to: Place, bytes: Uint8Array, size: number, fill: Fill): void {
  const length = Math.min(bytes.length, size);
  const end = pads(size, fill) ? size : Math.min(size, length + 1);
  let offset = 0;
  while (offset < length) {
    const place = at(to, offset);
    const width = storeWidth(bytes, offset, end, to.memory === "stack" ? place.align : 8);
    let value = 0n;
    for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i] ?? 0);
    fn.store(place, width, fn.const(BigInt.asIntN(width * 8, value)));
    offset += width;
  }
  if (offset < end) zero(fn, at(to, offset), end - offset);
}

/** Eight bytes at once only where a 32-bit immediate can say them; else four. */
function storeWidth(bytes: Uint8Array, offset: number, end: number, align: number): Size {
  const room = Math.min(end - offset, align);
  if (room >= 8 && offset + 4 >= bytes.length && (bytes[offset + 3] ?? 0) < 0x80) return 8;
  return room >= 4 ? 4 : room >= 2 ? 2 : 1;
}
