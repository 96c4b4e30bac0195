/**
 * Time series as a chart, one row per interval (L7.80–L7.82). The stream has only intervals with data; the rows between
 * them, and up to the newest interval of the whole map, are filled in here.
 */
import type { Value, ValueType } from "../stream/records.ts";
import { type ByteString, fromText } from "./byte-string.ts";
import { fieldOf, type Integer, isInteger, toBigInt } from "./integer.ts";
import { strftime } from "./strftime.ts";

export type SeriesType = Extract<ValueType, { readonly k: "tseries" }>;
/** `value` undefined: nothing happened in that interval. `time`: its start, ns since the epoch. */
export type SeriesRow = { readonly time: bigint; readonly value: bigint | undefined };

const WIDTH = 53;
const PADDING = 21;
/** A longer chart is a damaged stream: the language allows a million intervals. */
const MAX_ROWS = 1_000_000;

/** Start of the newest interval with data among all entries of a map. */
export function newestInterval(values: readonly Value[]): bigint | undefined {
  let newest: bigint | undefined;
  for (const value of values)
    for (const sample of samplesOf(value)) if (newest === undefined || sample.time > newest) newest = sample.time;
  return newest;
}

/** All intervals from the first that has data (at most `count` back from `newest`) to `newest`. */
export function seriesRows(value: Value, type: SeriesType, newest: bigint): readonly SeriesRow[] {
  const interval = BigInt(Math.max(1, type.interval));
  const from = newest - BigInt(Math.max(1, Math.min(type.count, MAX_ROWS)) - 1) * interval;
  const samples = new Map<bigint, bigint>();
  let first: bigint | undefined;
  for (const sample of samplesOf(value)) {
    if (sample.time < from || sample.time > newest) continue;
    samples.set(sample.time / interval, sample.value);
    if (first === undefined || sample.time < first) first = sample.time;
  }
  const rows: SeriesRow[] = [];
  if (first === undefined) return rows;
  for (let epoch = first / interval; epoch <= newest / interval; epoch++)
    rows.push({ time: epoch * interval, value: samples.get(epoch) });
  return rows;
}

/** The chart, ending in a newline; `<no data>` without one. */
export function seriesText(rows: readonly SeriesRow[], type: SeriesType, utcOffset: number): ByteString {
  const values = rows.map((row) => row.value).filter((value) => value !== undefined);
  const head = rows[0];
  const tail = rows[rows.length - 1];
  const start = values[0];
  if (start === undefined || head === undefined || tail === undefined) return "<no data>";
  let min = start;
  let max = start;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min === max) [min, max] = widen(min, type.signed);

  const { unit, digits } = timeUnit(rows.length > 1 ? (tail.time - head.time) / BigInt(rows.length - 1) : 0n);
  const timeWidth = 8 + (digits === 0 ? 0 : digits + 1);
  const scale = `${" ".repeat(timeWidth + 1)}${String(min).padEnd(PADDING)}${String(max).padStart(WIDTH - PADDING)}\n`;
  let text = scale;
  text += `${`hh:mm:ss${fromText(unit)}`.padEnd(timeWidth + 1)}|${"_".repeat(WIDTH - 2)}|\n`;
  const zero = min < 0n && max > 0n ? column(WIDTH, -min, max - min) : 0;
  for (const row of rows) {
    const line = `|${" ".repeat(WIDTH - 2)}|`.split("");
    if (zero > 0) line[zero] = ".";
    if (row.value !== undefined)
      line[Math.max(0, Math.min(WIDTH - 1, column(WIDTH - 1, row.value - min, max - min)))] = "*";
    text += `${clock(row.time, digits, utcOffset)} ${line.join("")} ${row.value ?? "-"}\n`;
  }
  text += `${" ".repeat(timeWidth + 1)}v${"_".repeat(WIDTH - 2)}v\n`;
  return text + scale;
}

/** `YYYY-MM-DD HH:MM:SS.nnnnnnnnn` in UTC, as JSON shows an interval. */
export function intervalStart(time: bigint): string {
  const options = { utcOffset: 0, fractions: true };
  return strftime("%Y-%m-%d %H:%M:%S.%k", time, options);
}

function samplesOf(value: Value): readonly { readonly time: bigint; readonly value: bigint }[] {
  if (!Array.isArray(value)) return [];
  const samples: { time: bigint; value: bigint }[] = [];
  for (const sample of value) {
    const time = fieldOf(sample, "time");
    const amount = fieldOf(sample, "value");
    if (isInteger(time) && isInteger(amount)) samples.push({ time: toBigInt(time), value: toBigInt(amount) });
  }
  return samples;
}

/** One to either side, where the type has room. */
function widen(value: bigint, signed: boolean): readonly [bigint, bigint] {
  const lowest = signed ? -(1n << 63n) : 0n;
  const highest = signed ? (1n << 63n) - 1n : (1n << 64n) - 1n;
  return [value > lowest ? value - 1n : value, value < highest ? value + 1n : value];
}

function column(width: number, part: Integer, whole: Integer): number {
  return Math.trunc(Math.fround(Math.fround(width * Math.fround(Number(part))) / Math.fround(Number(whole))));
}

/** By the distance between rows; a single row has none and shows nanoseconds, as in the reference. */
function timeUnit(interval: bigint): { readonly unit: string; readonly digits: number } {
  if (interval >= 1_000_000_000n) return { unit: "", digits: 0 };
  if (interval >= 1_000_000n) return { unit: ".ms", digits: 3 };
  if (interval >= 1000n) return { unit: ".μs", digits: 6 };
  return { unit: ".ns", digits: 9 };
}

function clock(time: bigint, digits: number, utcOffset: number): string {
  const text = strftime("%H:%M:%S.%k", time, { utcOffset, fractions: true });
  return digits === 0 ? text.slice(0, 8) : text.slice(0, 9 + digits);
}
