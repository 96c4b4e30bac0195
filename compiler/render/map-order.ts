/**
 * The order of a map's entries (L7.34–L7.40). Numbers and aggregations: ascending by value, equal values by key, so that
 * the same map always prints the same; other values: ascending by key. Integer keys compare signed by their width, as the
 * reference does even for unsigned ones; strings by bytes; tuples element by element.
 */
import type { Value, ValueType } from "../stream/records.ts";
import { type ByteString, fromOctets } from "./byte-string.ts";
import { compareIntegers, fieldOf, type Integer, isInteger, toBigInt } from "./integer.ts";
import { addressOf } from "./stack.ts";
import { isOctets, untypedText } from "./value.ts";

export type MapEntry = { readonly key?: Value; readonly value: Value };

/** The last `top` of the entries in print order; top 0 or absent: all. The input is left as it is. */
export function orderEntries(
  entries: readonly MapEntry[],
  types: { readonly key?: ValueType; readonly value?: ValueType },
  top: number,
): readonly MapEntry[] {
  if (entries.length < 2) return entries;
  const measure = measureOf(types.value);
  // Keys are made comparable once, not in each of the n·log n comparisons.
  const rows = entries.map((entry) => ({
    entry,
    measure: measure === undefined ? 0 : measure(entry.value),
    rank: rankOf(types.key, entry.key ?? null),
  }));
  rows.sort((a, b) => compareIntegers(a.measure, b.measure) || compareRanks(a.rank, b.rank));
  const from = top > 0 && top < rows.length ? rows.length - top : 0;
  return rows.slice(from).map((row) => row.entry);
}

/** What a map is sorted by before the key; undefined: by key alone. */
function measureOf(type: ValueType | undefined): ((value: Value) => Integer) | undefined {
  switch (type?.k) {
    case "int":
    case "enum":
    case "count":
    case "sum":
    case "min":
    case "max":
    case "avg":
      return (value) => (isInteger(value) ? value : 0);
    case "stats":
      return (value) => integerField(value, "average");
    case "hist":
    case "lhist":
      return totalCount;
    case "tseries":
      return latestTime;
    case undefined:
      return (value) => (isInteger(value) ? value : 0);
    default:
      return undefined;
  }
}

function integerField(value: Value, name: string): Integer {
  const field = fieldOf(value, name);
  return isInteger(field) ? field : 0;
}

function totalCount(value: Value): Integer {
  let total = 0n;
  if (Array.isArray(value)) for (const bucket of value) total += toBigInt(integerField(bucket, "count"));
  return total;
}

function latestTime(value: Value): Integer {
  let latest: Integer = 0;
  if (Array.isArray(value)) {
    for (const sample of value) {
      const time = integerField(sample, "time");
      if (time > latest) latest = time;
    }
  }
  return latest;
}

/** A key as something that compares quickly. */
type Rank = Integer | ByteString | readonly Rank[];

function rankOf(type: ValueType | undefined, key: Value): Rank {
  if (isInteger(key)) {
    if (type?.k === "int") return signedBy(key, type.size);
    return key;
  }
  if (typeof key === "boolean") return Number(key);
  if (isOctets(key)) return fromOctets(key);
  if (Array.isArray(key)) {
    if (type?.k === "stack") return key.map(addressOf);
    return key.map((element, i) =>
      rankOf(type?.k === "tuple" ? type.fields[i]?.type : type?.k === "array" ? type.element : undefined, element),
    );
  }
  if (type?.k === "record") return type.fields.map((field) => rankOf(field.type, fieldOf(key, field.name) ?? null));
  return untypedText(key);
}

function signedBy(key: Integer, size: number): Integer {
  if (typeof key === "number" && key >= 0 && key < 2 ** (8 * size - 1)) return key;
  return BigInt.asIntN(8 * Math.min(size, 8), toBigInt(key));
}

function compareRanks(a: Rank, b: Rank): number {
  if (typeof a === "object" && typeof b === "object") {
    for (let i = 0; i < a.length && i < b.length; i++) {
      const order = compareRanks(a[i] as Rank, b[i] as Rank);
      if (order !== 0) return order;
    }
    return a.length - b.length;
  }
  if (typeof a === "object" || typeof b === "object") return typeof a === "object" ? 1 : -1;
  if (typeof a === "string" || typeof b === "string") {
    if (typeof a !== typeof b) return typeof a === "string" ? 1 : -1;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return compareIntegers(a, b);
}
