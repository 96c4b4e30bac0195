/**
 * printf formats (section 7.3): a format is compiled once into one function from arguments to bytes.
 *
 * Numbers follow C: the sign and prefix stand before zero fill, `-` beats `0`, a precision is a minimum of digits. A
 * width holds for the whole text of `%s`, and a precision cuts it. What cannot be converted is shown as `!{…}`.
 */
import type { Value, ValueType } from "../stream/records.ts";
import { type ByteString, fromOctets } from "./byte-string.ts";
import { gfpText } from "./gfp-flags.ts";
import { hexadecimal, type Integer, isInteger, toBigInt } from "./integer.ts";
import {
  escapeBytes,
  type Formatter,
  hexByte,
  isOctets,
  textFormatter,
  untypedText,
  type ValueStyle,
} from "./value.ts";

export type Printf = (args: readonly Value[]) => ByteString;

type Spec = {
  readonly left: boolean;
  readonly plus: boolean;
  readonly space: boolean;
  readonly alternate: boolean;
  readonly zero: boolean;
  readonly width: number;
  /** -1: none. */
  readonly precision: number;
  readonly length: string;
  readonly conversion: string;
};

const SPEC = /%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?([hlLjzt]*)(rx|rh|gr|[diouxXcspreEfFgGaAn%])/g;
/** Wider than this is a mistake or an attack, not a column. */
const MAX_WIDTH = 4096;

/** Compiles a format; `types` are the arguments' types, by position. */
export function compileFormat(written: string | Uint8Array, types: readonly ValueType[], style: ValueStyle): Printf {
  const format = fromOctets(written);
  const literals: ByteString[] = [];
  const converters: Formatter[] = [];
  let literal = "";
  let last = 0;
  for (const match of format.matchAll(SPEC)) {
    literal += format.slice(last, match.index);
    last = match.index + match[0].length;
    if (match[5] === "%") {
      literal += "%";
      continue;
    }
    const flags = match[1] ?? "";
    literals.push(literal);
    literal = "";
    converters.push(
      converter(
        {
          left: flags.includes("-"),
          plus: flags.includes("+"),
          space: flags.includes(" "),
          alternate: flags.includes("#"),
          zero: flags.includes("0"),
          width: Math.min(Number.parseInt(match[2] ?? "0", 10) || 0, MAX_WIDTH),
          precision:
            match[3] === undefined || match[3] === "*" ? -1 : Math.min(Number.parseInt(match[3] || "0", 10), MAX_WIDTH),
          length: match[4] ?? "",
          conversion: match[5] ?? "s",
        },
        types[converters.length],
        style,
      ),
    );
  }
  const tail = literal + format.slice(last);
  return (args) => {
    let text = "";
    for (let i = 0; i < converters.length; i++) {
      const value = args[i];
      text += literals[i] as string;
      text += value === undefined ? "!{missing argument}" : (converters[i] as Formatter)(value);
    }
    return text + tail;
  };
}

function converter(spec: Spec, type: ValueType | undefined, style: ValueStyle): Formatter {
  switch (spec.conversion) {
    case "d":
    case "i":
      return signedConverter(spec);
    case "u":
      return unsignedConverter(spec, 10);
    case "x":
    case "X":
      return unsignedConverter(spec, 16);
    case "o":
      return unsignedConverter(spec, 8);
    case "c":
      return (value) =>
        fill(
          spec,
          withInteger(value, (n) => String.fromCharCode(Number(BigInt.asUintN(8, toBigInt(n))))),
        );
    case "p":
      return (value) =>
        isNumeric(value) ? number(spec, "", ...pointerParts(asInteger(value))) : fill(spec, invalid(value));
    case "r":
      return buffer(spec, type, style, escapeBytes);
    case "rx":
      return buffer(spec, type, style, (bytes) => eachByte(bytes, (byte) => `\\x${hexByte(byte)}`, ""));
    case "rh":
      return buffer(spec, type, style, (bytes) => eachByte(bytes, hexByte, " "));
    case "gr":
      return (value) => fill(spec, withInteger(value, gfpText));
    default: {
      const format = textFormatter(type, style);
      if (spec.width === 0 && spec.precision < 0) return format;
      return (value) => fill(spec, cut(spec, format(value)));
    }
  }
}

function isNumeric(value: Value): value is Integer | boolean {
  return isInteger(value) || typeof value === "boolean";
}

function asInteger(value: Integer | boolean): Integer {
  return typeof value === "boolean" ? Number(value) : value;
}

function withInteger(value: Value, convert: (n: Integer) => ByteString): ByteString {
  return isNumeric(value) ? convert(asInteger(value)) : invalid(value);
}

function invalid(value: Value): ByteString {
  return `!{invalid integer conversion: ${untypedText(value)}}`;
}

/** Bits that the length modifier leaves of the argument; none means int (L7.49). */
function bitsOf(length: string): 8 | 16 | 32 | 64 {
  switch (length) {
    case "hh":
      return 8;
    case "h":
      return 16;
    case "l":
    case "ll":
    case "j":
    case "z":
    case "t":
      return 64;
    default:
      return 32;
  }
}

function signedConverter(spec: Spec): Formatter {
  const bits = bitsOf(spec.length);
  const plain = spec.width === 0 && spec.precision < 0 && !spec.plus && !spec.space;
  const sign = spec.plus ? "+" : spec.space ? " " : "";
  return (value) => {
    if (!isNumeric(value)) return fill(spec, invalid(value));
    const n = asInteger(value);
    const cutTo = bits === 64 || bits === 32 ? signed(n, bits) : Number(BigInt.asIntN(bits, toBigInt(n)));
    if (plain) return String(cutTo);
    return cutTo < 0 ? number(spec, "-", "", String(cutTo).slice(1)) : number(spec, sign, "", String(cutTo));
  };
}

function signed(n: Integer, bits: 32 | 64): Integer {
  if (typeof n === "number" && Number.isSafeInteger(n)) return bits === 64 ? n : n | 0;
  return bits === 64 ? BigInt.asIntN(64, toBigInt(n)) : Number(BigInt.asIntN(32, toBigInt(n)));
}

function unsignedConverter(spec: Spec, radix: 8 | 10 | 16): Formatter {
  const bits = bitsOf(spec.length);
  const plain = spec.width === 0 && spec.precision < 0 && !spec.alternate && spec.conversion !== "X";
  return (value) => {
    if (!isNumeric(value)) return fill(spec, invalid(value));
    const n = unsigned(asInteger(value), bits);
    let digits = n.toString(radix);
    if (plain) return digits;
    if (spec.conversion === "X") digits = digits.toUpperCase();
    let prefix = "";
    if (spec.alternate && n > 0) {
      if (radix === 16) prefix = `0${spec.conversion}`;
      else if (radix === 8) digits = `0${digits}`;
    }
    return number(spec, "", prefix, digits);
  };
}

function unsigned(n: Integer, bits: 8 | 16 | 32 | 64): Integer {
  if (typeof n === "number" && Number.isSafeInteger(n)) {
    if (bits === 32) return n >>> 0;
    if (bits === 64 && n >= 0) return n;
  }
  return BigInt.asUintN(bits, toBigInt(n));
}

/** Zero is `0`, without the prefix (L7.52). */
function pointerParts(n: Integer): readonly [prefix: string, digits: string] {
  const hex = hexadecimal(n);
  return hex === "0x0" ? ["", "0"] : ["0x", hex.slice(2)];
}

/** Sign, prefix and digits in the width: zeros go between prefix and digits (L7.56). */
function number(spec: Spec, sign: string, prefix: string, digits: string): ByteString {
  let body = digits;
  if (spec.precision >= 0) {
    body = spec.precision === 0 && digits === "0" ? "" : digits.padStart(spec.precision, "0");
  } else if (spec.zero && !spec.left) {
    body = digits.padStart(spec.width - sign.length - prefix.length, "0");
  }
  const text = sign + prefix + body;
  return spec.left ? text.padEnd(spec.width) : text.padStart(spec.width);
}

/** Text in the width. As in bpftrace, `%05s` fills with zeros. */
function fill(spec: Spec, text: ByteString): ByteString {
  if (text.length >= spec.width) return text;
  return spec.left ? text.padEnd(spec.width) : text.padStart(spec.width, spec.zero ? "0" : " ");
}

function cut(spec: Spec, text: ByteString): ByteString {
  return spec.precision >= 0 ? text.slice(0, spec.precision) : text;
}

function buffer(
  spec: Spec,
  type: ValueType | undefined,
  style: ValueStyle,
  format: (bytes: ByteString) => ByteString,
): Formatter {
  const other = textFormatter(type, style);
  return (value) => fill(spec, isOctets(value) ? format(fromOctets(value)) : other(value));
}

function eachByte(bytes: ByteString, format: (byte: number) => string, separator: string): ByteString {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i++) parts.push(format(bytes.charCodeAt(i)));
  return parts.join(separator);
}
