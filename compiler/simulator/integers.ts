/** Integers as events write them, and words in memory: numbers where they are exact, bigint beyond. */
import type { EventValue } from "./event.ts";

const UPPER = 2 ** 32;

/** Whether a value is a number that is an integer, as nearly all values of events are. */
export function isWhole(value: EventValue): value is number {
  return typeof value === "number" && Number.isInteger(value);
}

/** Whether it is one that a double holds exactly. */
export function isExact(value: EventValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

/** The two 32-bit halves of a number that is exact, the lower one first. */
export function writeHalves(to: Int32Array, at: number, value: number): void {
  to[at] = value;
  to[at + 1] = value >= 0 && value < UPPER ? 0 : Math.floor(value / UPPER);
}

/** The same of any integer, its low 64 bits. */
export function writeAnyHalves(to: Int32Array, at: number, value: number | bigint): void {
  if (typeof value === "number" && Number.isSafeInteger(value)) writeHalves(to, at, value);
  else {
    const whole = BigInt(value);
    to[at] = Number(BigInt.asIntN(32, whole));
    to[at + 1] = Number(BigInt.asIntN(32, whole >> 32n));
  }
}

/** Little-endian u64 of any integer, its low 64 bits. */
export function writeWord(view: DataView, at: number, value: number | bigint): void {
  if (typeof value === "bigint") {
    view.setBigUint64(at, value, true); // which takes its low 64 bits
    return;
  }
  if (value >= 0 && value <= 0xffff_ffff) {
    view.setUint32(at, value, true);
    view.setUint32(at + 4, 0, true);
    return;
  }
  if (Number.isSafeInteger(value)) {
    const upper = Math.floor(value / UPPER);
    view.setUint32(at, value - upper * UPPER, true);
    view.setInt32(at + 4, upper, true);
    return;
  }
  view.setBigUint64(at, BigInt(value), true);
}

/** The low `size` bytes of an integer, in either byte order. */
export function writeInteger(view: DataView, at: number, size: number, value: number | bigint, big = false): void {
  // Views take the low bits of a number themselves.
  switch (size) {
    case 1:
      view.setUint8(at, typeof value === "number" ? value : Number(value & 0xffn));
      break;
    case 2:
      view.setUint16(at, typeof value === "number" ? value : Number(value & 0xffffn), !big);
      break;
    case 4:
      view.setUint32(at, typeof value === "number" ? value : Number(value & 0xffff_ffffn), !big);
      break;
    case 8:
      if (big) view.setBigUint64(at, BigInt(value));
      else writeWord(view, at, value);
      break;
    default: {
      // __int128 and odd sizes: the value, sign-extended.
      const extended = BigInt.asUintN(size * 8, BigInt(value));
      for (let i = 0; i < size; i++) {
        const shift = BigInt((big ? size - 1 - i : i) * 8);
        view.setUint8(at + i, Number((extended >> shift) & 0xffn));
      }
    }
  }
}

/** An integer out of a number, a bool, or a text that is one ("-5", "0x1f", "1_000"); undefined for anything else. */
export function integerOf(value: EventValue): number | bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === null) return 0;
  if (typeof value !== "string" || !/^[-+]?(0x[0-9a-fA-F_]+|\d[\d_]*)$/.test(value)) return undefined;
  const digits = value.replaceAll("_", "").replace(/^[-+]/, "");
  const whole = value.startsWith("-") ? -BigInt(digits) : BigInt(digits);
  return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Nanoseconds: an integer, or a text with a unit ("1.5ms", "10s"); undefined for anything else or below zero. */
export function durationOf(value: unknown): number | bigint | undefined {
  if (typeof value === "number") return Number.isInteger(value) && value >= 0 ? value : undefined;
  if (typeof value === "bigint") return value >= 0n ? value : undefined;
  if (typeof value !== "string") return undefined;
  const match = /^(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|h)?$/.exec(value.trim());
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (UNITS[match[2] ?? "ns"] ?? 1));
}

/** Bytes of a text of hexadecimal digits, spaces allowed; undefined if it is none. */
export function bytesOfHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/^0x/, "").replace(/\s+/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
