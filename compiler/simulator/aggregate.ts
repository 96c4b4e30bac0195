/**
 * Aggregations: the parts of all processors together, buckets with their bounds. As loader/aggregate.c, so that a
 * renderer shows the same.
 */
import type { ValueType } from "../5-object/manifest.ts";
import type { Value } from "../stream/records.ts";
import { plainInteger } from "./decode-value.ts";

export type Aggregate = Extract<
  ValueType,
  { readonly k: "count" | "sum" | "min" | "max" | "avg" | "stats" | "hist" | "lhist" | "tseries" }
>;
type Buckets = Extract<ValueType, { readonly k: "hist" | "lhist" }>;
type Series = Extract<ValueType, { readonly k: "tseries" }>;

export function isAggregate(type: ValueType): type is Aggregate {
  return ["count", "sum", "min", "max", "avg", "stats", "hist", "lhist", "tseries"].includes(type.k);
}

/** Whether a map holds an element per bucket or interval. */
export function hasBuckets(type: ValueType): type is Buckets | Series {
  return type.k === "hist" || type.k === "lhist" || type.k === "tseries";
}

function word(part: Uint8Array, index: number): bigint {
  return new DataView(part.buffer, part.byteOffset, part.byteLength).getBigUint64(index * 8, true);
}

function number(signed: boolean, value: bigint): number | bigint {
  return plainInteger(signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value));
}

function isBetter(least: boolean, signed: boolean, value: bigint, best: bigint): boolean {
  const [a, b] = signed ? [BigInt.asIntN(64, value), BigInt.asIntN(64, best)] : [value, best];
  return least ? a < b : a > b;
}

function average(signed: boolean, total: bigint, count: bigint): bigint {
  if (count === 0n) return 0n;
  return signed ? BigInt.asIntN(64, total) / BigInt.asIntN(64, count) : BigInt.asUintN(64, total) / count;
}

/** One value of every processor as one; `any`: whether any processor has set it. */
export function joinParts(
  type: Exclude<Aggregate, Buckets | Series>,
  parts: readonly Uint8Array[],
): { readonly any: boolean; readonly value: Value } {
  let first = 0n;
  let second = 0n;
  let any = false;
  for (const part of parts) {
    const value = word(part, 0);
    switch (type.k) {
      case "count":
        first = BigInt.asUintN(64, first + value);
        any ||= value !== 0n;
        break;
      case "sum":
        first = BigInt.asUintN(64, first + value);
        any ||= word(part, 1) !== 0n;
        break;
      case "min":
      case "max":
        if (word(part, 1) === 0n) break;
        if (!any || isBetter(type.k === "min", type.signed, value, first)) first = value;
        any = true;
        break;
      default:
        first = BigInt.asUintN(64, first + value);
        second = BigInt.asUintN(64, second + word(part, 1));
        any ||= value !== 0n;
    }
  }
  switch (type.k) {
    case "count":
      return { any, value: plainInteger(first) };
    case "avg":
      return { any, value: number(type.signed, average(type.signed, second, first)) };
    case "stats":
      return {
        any,
        value: {
          count: plainInteger(first),
          average: number(type.signed, average(type.signed, second, first)),
          total: number(type.signed, second),
        },
      };
    default:
      return { any, value: number(type.signed, first) };
  }
}

/** What is known of one bucket or interval. */
type Sample = { count: bigint; value: bigint };
export type Samples = Map<bigint, Sample>;

function lastBucket(type: Buckets): bigint {
  if (type.k === "lhist") return (BigInt(type.max) - BigInt(type.min)) / BigInt(type.step) + 1n;
  return BigInt(64 - type.bits + 1) << BigInt(type.bits);
}

/** Adds what one element of the map holds of a bucket or interval. */
export function addElement(
  samples: Samples,
  type: Buckets | Series,
  bucket: bigint,
  parts: readonly Uint8Array[],
): void {
  if (type.k === "tseries") {
    for (const part of parts) addInterval(samples, type, part);
    return;
  }
  const total = parts.reduce((sum, part) => sum + word(part, 0), 0n);
  if (total === 0n || bucket > lastBucket(type)) return;
  const at = samples.get(bucket);
  if (at === undefined) samples.set(bucket, { count: total, value: 0n });
  else at.count += total;
}

function addInterval(samples: Samples, type: Series, part: Uint8Array): void {
  const interval = word(part, 0);
  const value = word(part, 1);
  const count = word(part, 2);
  if (count === 0n) return;
  const at = samples.get(interval);
  if (at === undefined) {
    samples.set(interval, { count, value });
    return;
  }
  if (type.fn === "sum" || type.fn === "avg") at.value = BigInt.asUintN(64, at.value + value);
  else if (type.fn === "last" || isBetter(type.fn === "min", type.signed, value, at.value)) at.value = value;
  at.count += count;
}

/** Buckets from the first to the last that is not empty; or intervals, oldest first. */
export function bucketsValue(type: Buckets | Series, samples: Samples): Value {
  const sorted = [...samples].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  if (type.k === "tseries") return intervalsValue(type, sorted);
  const first = sorted[0]?.[0];
  const last = sorted.at(-1)?.[0];
  if (first === undefined || last === undefined) return [];
  const buckets: Value[] = [];
  for (let index = first; index <= last; index++) buckets.push(bucket(type, index, samples.get(index)?.count ?? 0n));
  return buckets;
}

function intervalsValue(type: Series, sorted: readonly (readonly [bigint, Sample])[]): Value {
  const newest = sorted.at(-1)?.[0] ?? 0n;
  // The ring holds remains of earlier rounds until they are overwritten.
  return sorted
    .filter(([interval]) => newest - interval < BigInt(type.count))
    .map(([interval, { value, count }]) => ({
      time: plainInteger(interval * BigInt(type.interval)),
      value: number(type.signed, type.fn === "avg" ? average(type.signed, value, count) : value),
    }));
}

/** Least value of a bucket, inclusive; undefined: open below. */
function lowerBound(type: Buckets, index: bigint): bigint | undefined {
  if (index === 0n) return undefined;
  const i = index - 1n;
  if (type.k === "lhist") return BigInt(type.min) + i * BigInt(type.step);
  const bits = BigInt(type.bits);
  const sub = 1n << bits;
  if (i < sub) return i;
  // The inverse of ((e - bits + 1) << bits) + ((n >> (e - bits)) & (sub - 1)) + 1; 2^64 is 0.
  const shift = (i >> bits) - 1n;
  return BigInt.asUintN(64, (sub + (i & (sub - 1n))) << shift);
}

function bucket(type: Buckets, index: bigint, count: bigint): Value {
  const value: Record<string, Value> = {};
  const min = lowerBound(type, index);
  if (min !== undefined) value.min = plainInteger(min);
  if (type.k === "hist" || index < lastBucket(type)) {
    const next = (lowerBound(type, index + 1n) ?? 0n) - 1n;
    value.max = plainInteger(type.k === "hist" && index > 0n ? BigInt.asUintN(64, next) : next);
  }
  value.count = plainInteger(count);
  return value;
}
