/** Integers of a stream: number up to 2^53, bigint beyond. Anything else that claims to be one counts as itself cut to an integer. */
import type { Value } from "../stream/records.ts";

export type Integer = number | bigint;

export function isInteger(value: unknown): value is Integer {
  return typeof value === "number" || typeof value === "bigint";
}

export function toBigInt(value: Integer): bigint {
  if (typeof value === "bigint") return value;
  return Number.isInteger(value) ? BigInt(value) : BigInt(Math.trunc(value) || 0);
}

/** The value as a number: the only loss is beyond 2^53. */
export function toNumber(value: unknown): number {
  return typeof value === "number" ? value : typeof value === "bigint" ? Number(value) : 0;
}

/** Value order, exact to 64 bits. */
export function compareIntegers(a: Integer, b: Integer): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** a / divisor, toward zero; a divisor of 0 counts as 1 (L6.3). */
export function divideInteger(value: Integer, divisor: number): Integer {
  if (divisor === 0 || divisor === 1) return value;
  return typeof value === "number" ? Math.trunc(value / divisor) + 0 : value / BigInt(divisor);
}

/** `0x` and lower-case hexadecimal of the low 64 bits, as a pointer is shown. */
export function hexadecimal(value: Integer): string {
  if (typeof value === "number" && value >= 0 && Number.isInteger(value)) return `0x${value.toString(16)}`;
  return `0x${BigInt.asUintN(64, toBigInt(value)).toString(16)}`;
}

/** A field of a map value, or undefined when the value is no map or has no such field. */
export function fieldOf(value: Value | undefined, name: string): Value | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array)
    return undefined;
  return Object.hasOwn(value, name) ? (value as { readonly [field: string]: Value })[name] : undefined;
}
