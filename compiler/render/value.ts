/**
 * A value as bpftrace's text (L7.1–L7.22), by its type: a formatter is compiled once per type and called per value.
 * A value that does not fit its type (a foreign or newer stream) is shown by its own shape; nothing here throws.
 */
import type { Value, ValueType } from "../stream/records.ts";
import { unreachable } from "../util/assert.ts";
import { type ByteString, fromBytes, fromOctets, fromText } from "./byte-string.ts";
import { divideInteger, fieldOf, hexadecimal, isInteger } from "./integer.ts";
import { stackText } from "./stack.ts";
import { strftime } from "./strftime.ts";

export type Formatter = (value: Value) => ByteString;

/** What a run's header says about showing values. */
export type ValueStyle = {
  /** Appended to a string that was cut at its capacity (L2.35). */
  readonly trailer: ByteString;
  /** Seconds east of UTC on the traced host. */
  readonly utcOffset: number;
};

export const DEFAULT_STYLE: ValueStyle = { trailer: "..", utcOffset: 0 };

/** The formatter of a type; undefined: the type is not known, values are shown by their shape. */
export function textFormatter(type: ValueType | undefined, style: ValueStyle): Formatter {
  if (type === undefined) return untypedText;
  switch (type.k) {
    case "int":
    case "count":
    case "sum":
    case "min":
    case "max":
    case "avg":
      return (value) => (isInteger(value) ? String(value) : untypedText(value));
    case "bool":
      return (value) => (isInteger(value) ? String(value !== 0 && value !== 0n) : untypedText(value));
    case "string": {
      const cut = type.exact === true ? -1 : type.size;
      return (value) => {
        if (typeof value !== "string" && !(value instanceof Uint8Array)) return untypedText(value);
        const text = fromOctets(value);
        return text.length === cut && cut > 0 ? text + style.trailer : text;
      };
    }
    case "buffer":
      return (value) => (isOctets(value) ? escapeBytes(fromOctets(value)) : untypedText(value));
    case "pointer":
      return (value) => (isInteger(value) ? hexadecimal(value) : untypedText(value));
    case "enum": {
      const names = new Map(Object.entries(type.names));
      return (value) => {
        if (!isInteger(value)) return untypedText(value);
        const number = String(value);
        const name = names.get(number);
        return name === undefined ? number : fromText(name);
      };
    }
    case "array": {
      const element = textFormatter(type.element, style);
      return (value) => (Array.isArray(value) ? `[${value.map(element).join(",")}]` : untypedText(value));
    }
    case "tuple": {
      const fields = type.fields.map((field) => textFormatter(field.type, style));
      return (value) => {
        if (!Array.isArray(value)) return untypedText(value);
        let text = "(";
        for (let i = 0; i < value.length; i++) text += (i === 0 ? "" : ", ") + (fields[i] ?? untypedText)(value[i]);
        return `${text})`;
      };
    }
    case "record": {
      const fields = type.fields.map((field) => ({
        name: field.name,
        label: fromText(field.name),
        format: textFormatter(field.type, style),
      }));
      return (value) => {
        if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array)
          return untypedText(value);
        if (fields.length === 0) return "{}";
        return `{ ${fields.map((f) => `.${f.label} = ${f.format(fieldOf(value, f.name) ?? null)}`).join(", ")} }`;
      };
    }
    case "inet":
    case "mac":
    case "ksym":
    case "usym":
    case "username":
    case "cgroup_path":
      return untypedText;
    case "timestamp": {
      const format = fromText(type.format);
      return (value) => (isInteger(value) ? timestampText(format, value, style.utcOffset) : untypedText(value));
    }
    case "stack":
      return (value) => (Array.isArray(value) ? stackText(value, type) : value === null ? "\n" : untypedText(value));
    case "stats":
      return (value) => {
        const [count, average, total] = ["count", "average", "total"].map((name) => fieldOf(value, name));
        if (!isInteger(count) || !isInteger(average) || !isInteger(total)) return untypedText(value);
        return `{ .count = ${count}, .average = ${average}, .total = ${total} }`;
      };
    case "none":
      return (value) => (value === null ? "null" : untypedText(value));
    case "hist":
    case "lhist":
    case "tseries":
      // Only whole maps of these are printed; as a part of something else they are shown by shape.
      return untypedText;
    default:
      return unreachable(type);
  }
}

/** By the value's own shape: integers in decimal, text as it is, arrays `[a,b]`, maps `{ .a = b }`. */
export function untypedText(value: Value): ByteString {
  if (isInteger(value) || typeof value === "boolean") return String(value);
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return fromText(value);
  if (value instanceof Uint8Array) return fromBytes(value);
  if (Array.isArray(value)) return `[${value.map(untypedText).join(",")}]`;
  const fields = Object.entries(value);
  if (fields.length === 0) return "{}";
  return `{ ${fields.map(([name, field]) => `.${fromText(name)} = ${untypedText(field)}`).join(", ")} }`;
}

/** strftime in the traced host's time, where the reference knows no time it says `(?)`. */
function timestampText(format: ByteString, ns: number | bigint, utcOffset: number): ByteString {
  const time = BigInt(typeof ns === "number" ? Math.trunc(ns) || 0 : ns);
  if (time / 1_000_000_000n === 0n) return "(?)";
  return strftime(format, time, { utcOffset, fractions: true }) || "(?)";
}

export function isOctets(value: Value): value is string | Uint8Array {
  return typeof value === "string" || value instanceof Uint8Array;
}

/** Printable ASCII as it is, other bytes `\xNN` (L7.9). The backslash itself is not escaped. */
export function escapeBytes(bytes: ByteString): ByteString {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes.charCodeAt(i);
    text += byte >= 32 && byte <= 126 ? bytes[i] : `\\x${hexByte(byte)}`;
  }
  return text;
}

export function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** `print(@m, top, div)`: every integer inside is divided (L6.3), enumerators, pointers and booleans are not. */
export function divideValue(type: ValueType | undefined, value: Value, divisor: number): Value {
  if (divisor <= 1) return value;
  switch (type?.k) {
    case "int":
    case "count":
    case "sum":
    case "min":
    case "max":
    case "avg":
      return isInteger(value) ? divideInteger(value, divisor) : value;
    case "stats": {
      const average = fieldOf(value, "average");
      return isInteger(average)
        ? { ...(value as { readonly [field: string]: Value }), average: divideInteger(average, divisor) }
        : value;
    }
    case "array":
      return Array.isArray(value) ? value.map((element) => divideValue(type.element, element, divisor)) : value;
    case "tuple":
      return Array.isArray(value)
        ? value.map((element, i) => divideValue(type.fields[i]?.type, element, divisor))
        : value;
    case "record":
      return Object.fromEntries(
        type.fields.map((f) => [f.name, divideValue(f.type, fieldOf(value, f.name) ?? null, divisor)]),
      );
    default:
      return value;
  }
}

/** What an explicit print shows of a scalar map that holds nothing (L6.25). */
export function zeroValue(type: ValueType): Value {
  switch (type.k) {
    case "bool":
      return false;
    case "string":
    case "buffer":
    case "inet":
    case "cgroup_path":
      return "";
    case "mac":
      return "00:00:00:00:00:00";
    case "ksym":
    case "usym":
      return "0x0";
    case "username":
      return "root";
    case "array":
      return Array.from({ length: type.length }, () => zeroValue(type.element));
    case "tuple":
      return type.fields.map((field) => zeroValue(field.type));
    case "record":
      return Object.fromEntries(type.fields.map((field) => [field.name, zeroValue(field.type)]));
    case "stack":
    case "hist":
    case "lhist":
    case "tseries":
      return [];
    case "stats":
      return { count: 0, average: 0, total: 0 };
    case "none":
      return null;
    default:
      return 0;
  }
}
