/**
 * Histograms: labels (L7.73–L7.77), rows and bars (L7.70–L7.72). Buckets come as ranges with inclusive bounds; the type
 * says how their edges are written.
 */
import type { Value, ValueType } from "../stream/records.ts";
import { divideInteger, fieldOf, type Integer, isInteger, toBigInt } from "./integer.ts";

export type HistogramType = Extract<ValueType, { readonly k: "hist" | "lhist" }>;
export type HistogramRow = {
  readonly min: Integer | undefined;
  readonly max: Integer | undefined;
  readonly count: Integer;
};

const BAR = 52;
const SUFFIX = ["", "K", "M", "G", "T", "P", "E"];

export function isHistogram(type: ValueType | undefined): type is HistogramType {
  return type?.k === "hist" || type?.k === "lhist";
}

/** From the first to the last bucket that has a count; none: no rows. `div` divides the counts of a hist, never of an lhist (L6.4). */
export function histogramRows(value: Value, type: HistogramType, div: number): readonly HistogramRow[] {
  if (!Array.isArray(value)) return [];
  const rows = value.map((bucket) => ({
    min: bound(bucket, "min"),
    max: bound(bucket, "max"),
    count: bound(bucket, "count") ?? 0,
  }));
  let first = 0;
  let last = rows.length - 1;
  while (first <= last && isEmpty(rows[first])) first++;
  while (last > first && isEmpty(rows[last])) last--;
  const shown = rows.slice(first, last + 1);
  return type.k === "hist" && div > 1 ? shown.map((row) => ({ ...row, count: divideInteger(row.count, div) })) : shown;
}

/** One line per row: label in 16 columns, count in 8, a bar of at most 52. */
export function histogramText(value: Value, type: HistogramType, div: number): string {
  const rows = histogramRows(value, type, div);
  let most: Integer = 0;
  for (const row of rows) if (row.count > most) most = row.count;
  let text = "";
  for (const row of rows) {
    const bar = "@".repeat(barLength(row.count, most));
    text += `${rowLabel(row, type).padEnd(16)}${String(row.count).padStart(8)} |${bar.padEnd(BAR)}|\n`;
  }
  return text;
}

/** The reference divides in 32-bit floats: 3/13·52 is 12 or 11 by how it rounds. */
function barLength(count: Integer, most: Integer): number {
  if (!(most > 0) || !(count > 0)) return 0;
  const share = Math.fround(Math.fround(Number(count)) / Math.fround(Number(most)));
  return Math.max(0, Math.min(BAR, Math.trunc(Math.fround(share * BAR))));
}

export function rowLabel(row: HistogramRow, type: HistogramType): string {
  const edge = (value: bigint): string =>
    type.k === "hist" ? powerLabel(value, type.bits) : linearLabel(value, type.step);
  if (row.min === undefined) return `(..., ${row.max === undefined ? "..." : edge(toBigInt(row.max) + 1n)})`;
  if (row.max === undefined) return `[${edge(toBigInt(row.min))}, ...)`;
  if (row.min === row.max) return `[${row.min}]`;
  return `[${edge(toBigInt(row.min))}, ${edge(toBigInt(row.max) + 1n)})`;
}

/**
 * A power-of-two edge v = m·2^p with 2^bits ≤ m < 2^(bits+1): the suffix is that of p, not of v (L7.75), so with sub-
 * buckets 1280 stays 1280 and 1 MiB is 1024K.
 */
function powerLabel(value: bigint, bits: number): string {
  const power = value.toString(2).length - 1 - bits;
  if (value <= 0n || power < 10) return String(value);
  const decade = Math.min(Math.trunc(power / 10), SUFFIX.length - 1);
  return `${value >> BigInt(10 * decade)}${SUFFIX[decade]}`;
}

/** Only steps of whole kibibytes are shortened (L7.77). */
function linearLabel(value: bigint, step: number): string {
  if (step % 1024 !== 0 || value === 0n) return String(value);
  if (value % 1_048_576n === 0n) return `${value / 1_048_576n}M`;
  if (value % 1024n === 0n) return `${value / 1024n}K`;
  return String(value);
}

function bound(bucket: Value, name: string): Integer | undefined {
  const value = fieldOf(bucket, name);
  return isInteger(value) && (typeof value === "bigint" || Number.isInteger(value)) ? value : undefined;
}

function isEmpty(row: HistogramRow | undefined): boolean {
  return row === undefined || !(row.count > 0);
}
