/**
 * Writes records as a loader does: Forward messages, integers in their shortest form, text as str, bytes as bin. For the
 * simulator, whose events are rendered like a host's, and for tests.
 */
import { encodeUtf8 } from "../util/bytes.ts";
import type { EventTime, StreamItem } from "./decode.ts";

const TAG = "tracelet";

/** Grows by doubling; lengths are known before a byte is written, so it only ever appends. */
type Output = { bytes: Uint8Array; view: DataView; length: number };

/** One Forward message `["tracelet", [[time, record], …]]` with these entries. */
export function encodeMessage(items: readonly StreamItem[]): Uint8Array {
  const out = createOutput();
  writeByte(out, 0x92);
  writeValue(out, TAG);
  writeHead(out, items.length, 0x90, 15, 0xdc);
  for (const item of items) {
    writeByte(out, 0x92);
    writeTime(out, item.time);
    writeValue(out, item.record);
  }
  return out.bytes.slice(0, out.length);
}

/** MessagePack of any plain value: integers to 64 bits, booleans, text, bytes, arrays, maps; undefined fields are left out. */
export function encodeValue(value: unknown): Uint8Array {
  const out = createOutput();
  writeValue(out, value);
  return out.bytes.slice(0, out.length);
}

function createOutput(): Output {
  const bytes = new Uint8Array(256);
  return { bytes, view: new DataView(bytes.buffer), length: 0 };
}

/** Makes room for `count` bytes and returns where they go. */
function take(out: Output, count: number): number {
  const at = out.length;
  if (at + count > out.bytes.length) {
    const bytes = new Uint8Array(Math.max(at + count, out.bytes.length * 2));
    bytes.set(out.bytes.subarray(0, at));
    out.bytes = bytes;
    out.view = new DataView(bytes.buffer);
  }
  out.length = at + count;
  return at;
}

function writeByte(out: Output, byte: number): void {
  const at = take(out, 1);
  out.bytes[at] = byte;
}

/** The tag byte, then `value` in `width` bytes, big-endian; signed values as their low bits. */
function writeTagged(out: Output, tag: number, width: 1 | 2 | 4 | 8, value: number | bigint): void {
  const at = take(out, 1 + width);
  out.bytes[at] = tag;
  if (width === 1) out.view.setUint8(at + 1, Number(value));
  else if (width === 2) out.view.setUint16(at + 1, Number(value));
  else if (width === 4) out.view.setUint32(at + 1, Number(value));
  else out.view.setBigUint64(at + 1, BigInt.asUintN(64, BigInt(value)));
}

function writeRaw(out: Output, bytes: Uint8Array): void {
  const at = take(out, bytes.length);
  out.bytes.set(bytes, at);
}

/** EventTime: fixext 8, type 0, seconds and nanoseconds. */
function writeTime(out: Output, time: EventTime): void {
  writeTagged(out, 0xd7, 1, 0);
  const at = take(out, 8);
  out.view.setUint32(at, time.seconds);
  out.view.setUint32(at + 4, time.nanoseconds);
}

function writeValue(out: Output, value: unknown): void {
  if (value === null || value === undefined) writeByte(out, 0xc0);
  else if (typeof value === "boolean") writeByte(out, value ? 0xc3 : 0xc2);
  else if (typeof value === "number" || typeof value === "bigint") writeInt(out, value);
  else if (typeof value === "string") {
    const bytes = encodeUtf8(value);
    if (bytes.length > 31 && bytes.length < 256) writeTagged(out, 0xd9, 1, bytes.length);
    else writeHead(out, bytes.length, 0xa0, 31, 0xda);
    writeRaw(out, bytes);
  } else if (value instanceof Uint8Array) {
    if (value.length < 256) writeTagged(out, 0xc4, 1, value.length);
    else writeHead(out, value.length, 0, -1, 0xc5);
    writeRaw(out, value);
  } else if (Array.isArray(value)) {
    writeHead(out, value.length, 0x90, 15, 0xdc);
    for (const element of value) writeValue(out, element);
  } else if (typeof value === "object") {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    writeHead(out, fields.length, 0x80, 15, 0xde);
    for (const [name, field] of fields) {
      writeValue(out, name);
      writeValue(out, field);
    }
  } else throw new TypeError(`a ${typeof value} has no place in a stream`);
}

/** A length: in the tag byte up to `small`, else 16 bits after `tag16`, else 32 bits after the next tag. */
function writeHead(out: Output, length: number, fix: number, small: number, tag16: number): void {
  if (length <= small) writeByte(out, fix | length);
  else if (length < 0x10000) writeTagged(out, tag16, 2, length);
  else writeTagged(out, tag16 + 1, 4, length);
}

function writeInt(out: Output, value: number | bigint): void {
  if (typeof value === "number" && !Number.isInteger(value)) throw new TypeError(`${value} is not an integer`);
  if (value >= 0) {
    if (value < 0x80) writeByte(out, Number(value));
    else if (value < 0x100) writeTagged(out, 0xcc, 1, value);
    else if (value < 0x10000) writeTagged(out, 0xcd, 2, value);
    else if (value < 0x100000000) writeTagged(out, 0xce, 4, value);
    else writeTagged(out, 0xcf, 8, value);
  } else if (value >= -32) writeByte(out, Number(value) & 0xff);
  else if (value >= -0x80) writeTagged(out, 0xd0, 1, value);
  else if (value >= -0x8000) writeTagged(out, 0xd1, 2, value);
  else if (value >= -0x80000000) writeTagged(out, 0xd2, 4, value);
  else writeTagged(out, 0xd3, 8, value);
}
