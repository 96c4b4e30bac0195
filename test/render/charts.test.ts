/** The data of charts: the last print of each map, labelled as the text shows it. */
import { expect, test } from "vitest";
import { createChartCollector } from "../../compiler/render/charts.ts";
import type { HeaderRecord, StreamRecord, Value, ValueType } from "../../compiler/stream/records.ts";

const text: ValueType = { k: "string", size: 16 };
const count: ValueType = { k: "count" };
const stack: ValueType = { k: "stack", user: false, mode: "bpftrace", limit: 127, map: "stacks" };

function headerOf(maps: HeaderRecord["maps"]): HeaderRecord {
  return {
    type: "header",
    version: 1,
    tool: "tracelet",
    host: "h",
    kernel: "6.12",
    arch: "x86_64",
    source: { name: "x.bt", text: "" },
    utc_offset: 0,
    str_trunc_trailer: "..",
    events: [],
    maps,
  };
}
function chartsOf(maps: HeaderRecord["maps"], ...records: readonly StreamRecord[]) {
  const collector = createChartCollector();
  for (const record of [headerOf(maps), ...records]) collector.record(record);
  return collector.charts();
}
function print(name: string, entries: readonly { key?: Value; value: Value }[], more: object = {}): StreamRecord {
  return { type: "map", name, map: 0, final: false, entries, ...more };
}

test("a histogram has the labels of its text, zeros between; the last print that held something counts", () => {
  const buckets = (n: number) => [
    { min: 1024, max: 2047, count: n },
    { min: 2048, max: 4095, count: 0 },
    { min: 4096, max: 8191, count: 2 },
  ];
  const found = chartsOf(
    [{ name: "@size", value: { k: "hist", bits: 0 } }],
    print("@size", [{ value: buckets(1) }]),
    print("@size", [{ value: buckets(5) }]),
    print("@size", []),
  );
  expect(found).toEqual([
    {
      kind: "histogram",
      map: "@size",
      scale: "log2",
      key: undefined,
      rows: [
        { label: "[1K, 2K)", count: 5 },
        { label: "[2K, 4K)", count: 0 },
        { label: "[4K, 8K)", count: 2 },
      ],
    },
  ]);
});

test("numbers by key are bars, the largest first, as many as were asked for", () => {
  const entries = [
    { key: "b", value: 3 },
    { key: "a", value: 10n },
    { key: "c", value: 1 },
  ];
  const maps = [{ name: "@", key: text, value: count }];
  expect(chartsOf(maps, print("@", entries, { top: 2 }))).toEqual([
    {
      kind: "bars",
      map: "@",
      rows: [
        { label: "a", value: 10, text: "10" },
        { label: "b", value: 3, text: "3" },
      ],
    },
  ]);
});

test("statistics are drawn by their average and labelled whole", () => {
  const maps = [{ name: "@", key: text, value: { k: "stats", signed: true } as const }];
  const [chart] = chartsOf(maps, print("@", [{ key: "a", value: { count: 2, average: 7, total: 14 } }]));
  expect(chart).toMatchObject({ kind: "bars", rows: [{ label: "a", value: 7 }] });
});

test("a time series has its intervals with data", () => {
  const value: ValueType = { k: "tseries", interval: 1_000_000_000, count: 5, fn: "sum", signed: false };
  const samples = [
    { time: 1_000_000_000n, value: 4 },
    { time: 3_000_000_000n, value: 6 },
  ];
  expect(chartsOf([{ name: "@t", value }], print("@t", [{ value: samples }]))).toEqual([
    {
      kind: "series",
      map: "@t",
      key: undefined,
      rows: [
        { time: 1000, value: 4 },
        { time: 3000, value: 6 },
      ],
    },
  ]);
});

test("stacks and single numbers make no chart, a foreign record no exception", () => {
  const maps = [
    { name: "@stacks", key: stack, value: count },
    { name: "@one", value: count },
  ];
  const records = [
    print("@stacks", [{ key: [{ address: 1, symbol: "f" }], value: 3 }]),
    print("@one", [{ value: 3 }]),
    print("@unknown", [{ key: "x", value: "text" }]),
  ];
  expect(chartsOf(maps, ...records)).toEqual([]);
});

test("a new header begins anew", () => {
  const maps = [{ name: "@", key: text, value: count }];
  const one = print("@", [{ key: "a", value: 1 }]);
  expect(chartsOf(maps, one)).toHaveLength(1);
  expect(chartsOf(maps, one, headerOf(maps))).toEqual([]);
});
