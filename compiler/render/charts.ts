/**
 * The data of charts: what each map of a stream held when it was last printed with entries, labelled as the text shows it.
 * Whoever draws decides how. Maps whose key holds a stack are left to the flame graph, scalar numbers to the text.
 */
import type { StreamRecord, ValueType } from "../stream/records.ts";
import { type HistogramType, histogramRows, isHistogram, rowLabel } from "./histogram.ts";
import { fieldOf, isInteger, toNumber } from "./integer.ts";
import { orderEntries } from "./map-order.ts";
import { type RunHeader, readHeader } from "./run-header.ts";
import { readable } from "./svg.ts";
import { newestInterval, seriesRows } from "./time-series.ts";
import { divideValue } from "./value.ts";

type MapRecord = Extract<StreamRecord, { readonly type: "map" }>;

/** A picture's data: what a map held when it was last printed, labels as the text shows them. */
export type ChartData =
  | {
      readonly kind: "histogram";
      readonly map: string;
      /** hist() or lhist(). */
      readonly scale: "log2" | "linear";
      /** Text of the key; undefined: a map without keys. */
      readonly key: string | undefined;
      readonly rows: readonly { readonly label: string; readonly count: number }[];
    }
  /** A map of numbers, largest first. */
  | {
      readonly kind: "bars";
      readonly map: string;
      readonly rows: readonly { readonly label: string; readonly value: number; readonly text: string }[];
    }
  /** `time`: milliseconds since the epoch; intervals without data are left out. */
  | {
      readonly kind: "series";
      readonly map: string;
      readonly key: string | undefined;
      readonly rows: readonly { readonly time: number; readonly value: number }[];
    };

export type ChartCollector = {
  record(record: StreamRecord): void;
  /** In the order in which the maps were first printed; histograms and series of a keyed map: the largest last. */
  charts(): readonly ChartData[];
};

/** Charts of one map beyond these are more than anyone looks at; the text has them all. */
const MOST_KEYS = 30;
const MOST_BARS = 50;

/** Follows a stream. A new header begins a new run. */
export function createChartCollector(): ChartCollector {
  const prints = new Map<string, MapRecord>();
  let run = readHeader(undefined);
  return {
    record(record) {
      if (record.type === "header") {
        run = readHeader(record);
        prints.clear();
      } else if (record.type === "map" && record.entries.length > 0) prints.set(record.name, record);
    },
    charts: () => [...prints.values()].flatMap((print) => chartsOf(print, run)),
  };
}

function chartsOf(print: MapRecord, run: RunHeader): readonly ChartData[] {
  const types = run.mapTypes(print.name);
  const entries = orderEntries(print.entries, types, print.top ?? 0);
  const keyText = run.keyFormatter(print.name);
  const keyOf = (entry: (typeof entries)[number]): string | undefined =>
    entry.key === undefined ? undefined : readable(keyText(entry.key));
  const { value: type } = types;
  if (isHistogram(type)) {
    return entries.slice(-MOST_KEYS).flatMap((entry) => histogram(print, entry.value, keyOf(entry), type));
  }
  if (type?.k === "tseries") {
    const newest = newestInterval(entries.map(({ value }) => value)) ?? 0n;
    return entries.slice(-MOST_KEYS).map((entry) => ({
      kind: "series",
      map: print.name,
      key: keyOf(entry),
      rows: seriesRows(entry.value, type, newest).flatMap(({ time, value }) =>
        value === undefined ? [] : [{ time: Number(time / 1_000_000n), value: Number(value) }],
      ),
    }));
  }
  if (types.key === undefined || holdsStack(types.key)) return [];
  const format = run.valueFormatter(type);
  const rows = entries.slice(-MOST_BARS).flatMap((entry) => {
    const value = divideValue(type, entry.value, print.div ?? 1);
    const number = isInteger(value) ? value : fieldOf(value, "average");
    if (!isInteger(number)) return [];
    return [{ label: keyOf(entry) ?? "", value: toNumber(number), text: readable(format(value)) }];
  });
  return rows.length === 0 ? [] : [{ kind: "bars", map: print.name, rows: rows.reverse() }];
}

function histogram(
  print: MapRecord,
  value: MapRecord["entries"][number]["value"],
  key: string | undefined,
  type: HistogramType,
): readonly ChartData[] {
  const rows = histogramRows(value, type, print.div ?? 1).map((row) => ({
    label: rowLabel(row, type),
    count: toNumber(row.count),
  }));
  const scale = type.k === "hist" ? "log2" : "linear";
  return rows.length === 0 ? [] : [{ kind: "histogram", map: print.name, scale, key, rows }];
}

function holdsStack(type: ValueType): boolean {
  return type.k === "stack" || (type.k === "tuple" && type.fields.some((field) => field.type.k === "stack"));
}
