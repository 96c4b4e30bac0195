/**
 * MessagePack for the manifest: exact integers (a number that is a whole one is never written as a float), smallest
 * form, keys in the order of the object, properties that are undefined left out. So equal values give equal bytes.
 *
 * Source: the MessagePack specification (spec.md of msgpack/msgpack). Extension types are not used.
 */
import { ByteReader, ByteWriter, decodeUtf8, encodeUtf8, type FailRead } from "./bytes.ts";

/** What a decoded message is made of. Integers beyond 2^53 are bigint. */
export type Msgpack =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Msgpack[]
  | { readonly [key: string]: Msgpack };

const MAX_DEPTH = 64;

/** @throws TypeError for what MessagePack cannot say (functions, symbols) */
export function encodeMsgpack(value: unknown): Uint8Array {
  const out = new ByteWriter("big", 4096);
  put(out, value);
  return out.finish();
}

function put(out: ByteWriter, value: unknown): void {
  if (value === null || value === undefined) out.u8(0xc0);
  else if (typeof value === "boolean") out.u8(value ? 0xc3 : 0xc2);
  else if (typeof value === "number" && value >= 0 && value < 0x80 && Number.isInteger(value) && !Object.is(value, -0))
    out.u8(value);
  else if (typeof value === "bigint") putInteger(out, value);
  else if (typeof value === "number") putNumber(out, value);
  else if (typeof value === "string") putString(out, value);
  else if (value instanceof Uint8Array) putHead(out, value.length, undefined, 0xc4, 0xc5, 0xc6).raw(value);
  else if (Array.isArray(value)) {
    putHead(out, value.length, { base: 0x90, limit: 16 }, undefined, 0xdc, 0xdd);
    for (const element of value) put(out, element);
  } else if (typeof value === "object") {
    const entries = Object.entries(value).filter(([, property]) => property !== undefined);
    putHead(out, entries.length, { base: 0x80, limit: 16 }, undefined, 0xde, 0xdf);
    for (const [key, property] of entries) {
      putString(out, key);
      put(out, property);
    }
  } else throw new TypeError(`a ${typeof value} has no MessagePack form`);
}

function putHead(
  out: ByteWriter,
  length: number,
  fix: { readonly base: number; readonly limit: number } | undefined,
  tag8: number | undefined,
  tag16: number,
  tag32: number,
): ByteWriter {
  if (fix !== undefined && length < fix.limit) return out.u8(fix.base | length);
  if (tag8 !== undefined && length < 0x100) return out.u8(tag8).u8(length);
  return length < 0x1_0000 ? out.u8(tag16).u16(length) : out.u8(tag32).u32(length);
}

function putString(out: ByteWriter, text: string): void {
  const bytes = encodeUtf8(text);
  putHead(out, bytes.length, { base: 0xa0, limit: 32 }, 0xd9, 0xda, 0xdb).raw(bytes);
}

function putNumber(out: ByteWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    putInteger(out, BigInt(value));
    return;
  }
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  out.u8(0xcb).u64(view.getBigUint64(0));
}

function putInteger(out: ByteWriter, value: bigint): void {
  const small = Number(value);
  if (value >= 0n) {
    if (value < 0x80n) out.u8(small);
    else if (value < 0x100n) out.u8(0xcc).u8(small);
    else if (value < 0x1_0000n) out.u8(0xcd).u16(small);
    else if (value < 0x1_0000_0000n) out.u8(0xce).u32(small);
    else if (value < 1n << 64n) out.u8(0xcf).u64(value);
    else throw new TypeError(`${value} does not fit 64 bits`);
  } else if (value >= -32n) out.u8(small & 0xff);
  else if (value >= -0x80n) out.u8(0xd0).u8(small & 0xff);
  else if (value >= -0x8000n) out.u8(0xd1).u16(small & 0xffff);
  else if (value >= -0x8000_0000n) out.u8(0xd2).u32(small);
  else if (value >= -(1n << 63n)) out.u8(0xd3).u64(value);
  else throw new TypeError(`${value} does not fit 64 bits`);
}

/**
 * Reads one value that takes up all the bytes.
 * @param fail makes the error for truncated input, trailing bytes, extension types, keys that are no strings, nesting
 */
export function decodeMsgpack(bytes: Uint8Array, fail: FailRead): Msgpack {
  const reader = new ByteReader(bytes, fail, "big");
  const value = take(reader, fail, 0);
  if (reader.remaining > 0) throw fail(`${reader.remaining} bytes follow the value`);
  return value;
}

function take(reader: ByteReader, fail: FailRead, depth: number): Msgpack {
  if (depth > MAX_DEPTH) throw fail("values nested too deep");
  const tag = reader.u8("a value");
  if (tag < 0x80) return tag;
  if (tag < 0x90) return takeMap(reader, tag & 15, fail, depth);
  if (tag < 0xa0) return takeArray(reader, tag & 15, fail, depth);
  if (tag < 0xc0) return decodeUtf8(reader.take(tag & 31, "a string"));
  if (tag >= 0xe0) return tag - 0x100;
  switch (tag) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
      return reader.take(reader.u8("length"), "bytes").slice();
    case 0xc5:
      return reader.take(reader.u16("length"), "bytes").slice();
    case 0xc6:
      return reader.take(reader.u32("length"), "bytes").slice();
    case 0xca: {
      const view = new DataView(new ArrayBuffer(4));
      view.setUint32(0, reader.u32("a number"));
      return view.getFloat32(0);
    }
    case 0xcb: {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, reader.u64("a number"));
      return view.getFloat64(0);
    }
    case 0xcc:
      return reader.u8("a number");
    case 0xcd:
      return reader.u16("a number");
    case 0xce:
      return reader.u32("a number");
    case 0xcf:
      return plain(reader.u64("a number"));
    case 0xd0:
      return (reader.u8("a number") << 24) >> 24;
    case 0xd1:
      return reader.i16("a number");
    case 0xd2:
      return reader.i32("a number");
    case 0xd3:
      return plain(reader.i64("a number"));
    case 0xd9:
      return decodeUtf8(reader.take(reader.u8("length"), "a string"));
    case 0xda:
      return decodeUtf8(reader.take(reader.u16("length"), "a string"));
    case 0xdb:
      return decodeUtf8(reader.take(reader.u32("length"), "a string"));
    case 0xdc:
      return takeArray(reader, reader.u16("length"), fail, depth);
    case 0xdd:
      return takeArray(reader, reader.u32("length"), fail, depth);
    case 0xde:
      return takeMap(reader, reader.u16("length"), fail, depth);
    case 0xdf:
      return takeMap(reader, reader.u32("length"), fail, depth);
    default:
      throw fail(`byte 0x${tag.toString(16)} begins no value that is used here`);
  }
}

function takeArray(reader: ByteReader, length: number, fail: FailRead, depth: number): Msgpack {
  if (length > reader.remaining) throw fail(`an array of ${length} values in ${reader.remaining} bytes`);
  return Array.from({ length }, () => take(reader, fail, depth + 1));
}

function takeMap(reader: ByteReader, length: number, fail: FailRead, depth: number): Msgpack {
  if (length * 2 > reader.remaining) throw fail(`a map of ${length} entries in ${reader.remaining} bytes`);
  const entries: [string, Msgpack][] = [];
  for (let i = 0; i < length; i++) {
    const key = take(reader, fail, depth + 1);
    if (typeof key !== "string") throw fail("a map has a key that is no string");
    entries.push([key, take(reader, fail, depth + 1)]);
  }
  return Object.fromEntries(entries);
}

function plain(value: bigint): number | bigint {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}
