/**
 * Bytes → values of the stream, by the manifest's types: what loader/decode.c does on a host. A decoder is made once for
 * a type and reads from any place; names (symbols, users, cgroups, stacks) are asked of the run.
 */
import type { ValueType } from "../5-object/manifest.ts";
import type { Frame, Value } from "../stream/records.ts";
import { unreachable } from "../util/assert.ts";

/** What a host knows and bytes do not say. */
export type Names = {
  /** Nanoseconds since the epoch at boot. */
  readonly bootEpoch: bigint;
  readonly kernelSymbol: (address: bigint) => string | undefined;
  readonly userSymbol: (address: bigint, pid: number) => string | undefined;
  readonly user: (uid: bigint) => string | undefined;
  /** "" for an id that is not known, as a loader has it. */
  readonly cgroup: (id: bigint, filter: string) => string;
  /** Frames of a stack that a program put into its map: id (negative: none), process. */
  readonly stack: (type: StackType, id: number, pid: number) => readonly Frame[];
};
export type StackType = Extract<ValueType, { readonly k: "stack" }>;

export type DecodeValue = (data: DataView, at: number) => Value;

/** A number up to 2^53, else bigint: as a stream's decoder gives integers. */
export function plainInteger(value: bigint): number | bigint {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

export function readUnsigned(data: DataView, at: number, size: number): number | bigint {
  switch (size) {
    case 1:
      return data.getUint8(at);
    case 2:
      return data.getUint16(at, true);
    case 4:
      return data.getUint32(at, true);
    default: {
      const high = data.getUint32(at + 4, true);
      return high < 0x20_0000
        ? high * 0x1_0000_0000 + data.getUint32(at, true)
        : plainInteger(data.getBigUint64(at, true));
    }
  }
}

export function readSigned(data: DataView, at: number, size: number): number | bigint {
  switch (size) {
    case 1:
      return data.getInt8(at);
    case 2:
      return data.getInt16(at, true);
    case 4:
      return data.getInt32(at, true);
    default: {
      const high = data.getInt32(at + 4, true);
      return high >= 0 && high < 0x20_0000
        ? high * 0x1_0000_0000 + data.getUint32(at, true)
        : plainInteger(data.getBigInt64(at, true));
    }
  }
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** str where the bytes are UTF-8, else bin. */
export function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  if (bytes.length < 64) {
    let text = "";
    let i = 0;
    for (; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0;
      if (byte >= 0x80) break;
      text += String.fromCharCode(byte);
    }
    if (i === bytes.length) return text;
  }
  try {
    return strict.decode(bytes);
  } catch {
    return bytes.slice();
  }
}

function bytesAt(data: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset + at, length);
}

/** The characters of a string type: up to the first NUL, at most `size`. */
export function stringAt(data: DataView, at: number, size: number): string | Uint8Array {
  const bytes = bytesAt(data, at, size);
  const end = bytes.indexOf(0);
  return textOrBytes(end < 0 ? bytes : bytes.subarray(0, end));
}

/** A decoder for one type. Aggregations are not values of their own: aggregate.ts reads them. */
export function decoderFor(type: ValueType, names: Names): DecodeValue {
  switch (type.k) {
    case "int":
    case "enum": {
      const { size } = type;
      return type.signed ? (data, at) => readSigned(data, at, size) : (data, at) => readUnsigned(data, at, size);
    }
    case "pointer":
      return (data, at) => readUnsigned(data, at, 8);
    case "bool":
      return (data, at) => data.getUint8(at) !== 0;
    case "string": {
      const { size } = type;
      return (data, at) => stringAt(data, at, size);
    }
    case "buffer": {
      const { size } = type;
      return (data, at) => bytesAt(data, at + 4, Math.min(data.getUint32(at, true), size)).slice();
    }
    case "array": {
      const { length, stride } = type;
      const element = decoderFor(type.element, names);
      return (data, at) => Array.from({ length }, (_, i) => element(data, at + i * stride));
    }
    case "tuple": {
      const fields = type.fields.map((field) => ({ offset: field.offset, decode: decoderFor(field.type, names) }));
      return (data, at) => fields.map(({ offset, decode }) => decode(data, at + offset));
    }
    case "record": {
      const fields = type.fields.map((field) => ({ name: field.name, decode: fieldDecoder(field, names) }));
      return (data, at) => Object.fromEntries(fields.map(({ name, decode }) => [name, decode(data, at)]));
    }
    case "inet":
      return (data, at) => inetText(data, at);
    case "mac":
      return (data, at) =>
        Array.from(bytesAt(data, at, 6), (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(":");
    case "timestamp":
      return (data, at) => plainInteger(data.getBigInt64(at, true) + names.bootEpoch);
    case "ksym":
      return (data, at) => {
        const address = data.getBigUint64(at, true);
        return names.kernelSymbol(address) ?? `0x${address.toString(16)}`;
      };
    case "usym":
      return (data, at) => {
        const address = data.getBigUint64(at, true);
        return names.userSymbol(address, data.getUint32(at + 8, true)) ?? `0x${address.toString(16)}`;
      };
    case "stack":
      return (data, at) => names.stack(type, data.getInt32(at, true), data.getUint32(at + 4, true)).map(plainFrame);
    case "username":
      return (data, at) => {
        const uid = data.getBigUint64(at, true);
        return names.user(uid) ?? uid.toString();
      };
    case "cgroup_path": {
      const { filter } = type;
      return (data, at) => names.cgroup(data.getBigUint64(at, true), filter);
    }
    case "none":
    case "count":
    case "sum":
    case "min":
    case "max":
    case "avg":
    case "stats":
    case "hist":
    case "lhist":
    case "tseries":
      return () => null;
    default:
      return unreachable(type);
  }
}

/** A frame as a plain map: keys that are unknown are left out. */
function plainFrame(frame: Frame): Value {
  const value: Record<string, Value> = { address: frame.address };
  if (frame.symbol !== undefined) value.symbol = frame.symbol;
  if (frame.offset !== undefined) value.offset = frame.offset;
  if (frame.module !== undefined) value.module = frame.module;
  return value;
}

type RecordField = Extract<ValueType, { readonly k: "record" }>["fields"][number];

/** Whole fields, and bit-fields: `bits` wide, `bitOffset` from the field's offset. */
function fieldDecoder(field: RecordField, names: Names): DecodeValue {
  const { bits = 0, bitOffset = 0, offset, type } = field;
  if (bits === 0) {
    const decode = decoderFor(type, names);
    return (data, at) => decode(data, at + offset);
  }
  const width = Math.ceil((bits + bitOffset) / 8);
  const signed = (type.k === "int" || type.k === "enum") && type.signed;
  return (data, at) => {
    let value = 0n;
    for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(data.getUint8(at + offset + i));
    value = BigInt.asUintN(bits, value >> BigInt(bitOffset));
    if (type.k === "bool") return value !== 0n;
    return plainInteger(signed ? BigInt.asIntN(bits, value) : value);
  };
}

/** Dotted quad or RFC 5952, as inet_ntop(3); "" for an unknown family. */
function inetText(data: DataView, at: number): string {
  const family = data.getUint32(at, true);
  if (family === 2) return bytesAt(data, at + 4, 4).join(".");
  if (family !== 10) return "";
  const groups = Array.from({ length: 8 }, (_, i) => data.getUint16(at + 4 + 2 * i));
  return inet6Text(groups, () => bytesAt(data, at + 16, 4).join("."));
}

/** The longest run of zeros (of at least two) becomes "::"; IPv4-mapped and -compatible addresses end dotted. */
function inet6Text(groups: readonly number[], lastFour: () => string): string {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const dotted = best.start === 0 && (best.length === 6 || (best.length === 5 && groups[5] === 0xffff));
  const parts = groups.slice(0, dotted ? 6 : 8).map((group) => group.toString(16));
  if (dotted) parts.push(lastFour());
  if (best.start < 0) return parts.join(":");
  const before = parts.slice(0, best.start).join(":");
  const after = parts.slice(best.start + best.length).join(":");
  return `${before}::${after}`;
}
