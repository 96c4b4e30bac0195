/** Short forms for streams in tests: types, values, histograms made from samples, and rendering a list of records. */
import type { ValueType } from "../../compiler/5-object/manifest.ts";
import { createJsonRenderer } from "../../compiler/render/json.ts";
import type { RenderOptions } from "../../compiler/render/renderer.ts";
import { createTextRenderer } from "../../compiler/render/text.ts";
import type { Bucket, HeaderRecord, StreamRecord, Value } from "../../compiler/stream/records.ts";

export type Typed = readonly [type: ValueType, value: Value];
type MapRecord = Extract<StreamRecord, { readonly type: "map" }>;

export const PLACE = { line: 1, column: 9, endLine: 1, endColumn: 20 };
const signed = (size: 1 | 2 | 4 | 8): ValueType => ({ k: "int", size, signed: true });
const unsigned = (size: 1 | 2 | 4 | 8): ValueType => ({ k: "int", size, signed: false });
export const i8 = signed(1);
export const i16 = signed(2);
export const i32 = signed(4);
export const i64 = signed(8);
export const u8 = unsigned(1);
export const u16 = unsigned(2);
export const u32 = unsigned(4);
export const u64 = unsigned(8);
export const bool: ValueType = { k: "bool" };
export const pointer: ValueType = { k: "pointer" };
export const str: ValueType = { k: "string", size: 64 };
export const chars = (size: number): ValueType => ({ k: "string", size, exact: true });
export const buffer: ValueType = { k: "buffer", size: 64 };
export const enumE: ValueType = { k: "enum", size: 4, signed: false, names: { "3": "A", "4": "B" } };
export const array = (element: ValueType, length: number): ValueType => ({ k: "array", length, stride: 8, element });
export const tuple = (...types: readonly ValueType[]): ValueType => ({
  k: "tuple",
  size: 8 * types.length,
  fields: types.map((type, i) => ({ offset: 8 * i, type })),
});
export const record = (fields: Readonly<Record<string, ValueType>>): ValueType => ({
  k: "record",
  size: 8,
  fields: Object.entries(fields).map(([name, type], i) => ({ name, offset: 8 * i, type })),
});
export const stack = (mode: "bpftrace" | "perf" | "raw" | "build_id" = "bpftrace", user = false): ValueType => ({
  k: "stack",
  user,
  mode,
  limit: 127,
  map: "stacks",
});
export const count: ValueType = { k: "count" };
export const sum: ValueType = { k: "sum", signed: true };
export const min: ValueType = { k: "min", signed: true };
export const max: ValueType = { k: "max", signed: true };
export const avg: ValueType = { k: "avg", signed: true };
export const stats: ValueType = { k: "stats", signed: true };
export const hist = (bits = 0): ValueType => ({ k: "hist", bits });
export const lhist = (low: number, high: number, step: number): ValueType => ({
  k: "lhist",
  min: low,
  max: high,
  step,
});
export const timestamp = (format: string): ValueType => ({ k: "timestamp", format });
export const statsOf = (n: number, average: number, total: number): Value => ({ count: n, average, total });

/** Buckets of hist(v, bits) for these samples, by the index rule of the language (L2.109). */
export function histOf(samples: readonly (number | bigint)[], bits = 0): readonly Bucket[] {
  const indexes = samples.map((sample) => histIndex(BigInt(sample), BigInt(bits)));
  return between(indexes, (index) => {
    if (index === 0) return { max: -1 };
    const low = histEdge(index, bits);
    const high = histEdge(index + 1, bits) - 1n;
    return { min: exact(low), max: exact(high) };
  });
}

export function lhistOf(samples: readonly number[], low: number, high: number, step: number): readonly Bucket[] {
  const last = Math.floor((high - low) / step) + 1;
  const indexes = samples.map((v) => (v < low ? 0 : v >= high ? last : 1 + Math.floor((v - low) / step)));
  return between(indexes, (index) => {
    const from = low + (index - 1) * step;
    return { ...(index === 0 ? {} : { min: from }), ...(index === last ? {} : { max: from + step - 1 }) };
  });
}

function between(indexes: readonly number[], bounds: (index: number) => Omit<Bucket, "count">): readonly Bucket[] {
  const buckets: Bucket[] = [];
  for (let index = Math.min(...indexes); index <= Math.max(...indexes); index++) {
    buckets.push({ ...bounds(index), count: indexes.filter((i) => i === index).length });
  }
  return buckets;
}

function histIndex(n: bigint, k: bigint): number {
  if (n < 0n) return 0;
  if (n < 1n << k) return Number(1n + n);
  const e = BigInt(n.toString(2).length - 1);
  return Number(((e - k + 1n) << k) + ((n >> (e - k)) & ((1n << k) - 1n)) + 1n);
}

/** Lowest value of a bucket: the index before it is a run of 2^k sub-buckets per power of two. */
function histEdge(index: number, bits: number): bigint {
  const i = BigInt(index - 1);
  const n = 1n << BigInt(bits);
  if (i < n) return i;
  return (1n << ((i >> BigInt(bits)) - 1n)) * (n + (i & (n - 1n)));
}

function exact(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** What one statement of a program puts into the stream, with what the header says of it. */
export type Step =
  | { readonly printf: string; readonly args: readonly Typed[] }
  | { readonly print: Typed }
  | {
      readonly map: string;
      readonly key?: ValueType;
      readonly value: ValueType;
      readonly entries: readonly (readonly [key: Value | undefined, value: Value])[];
      readonly top?: number;
      readonly div?: number;
      readonly final?: boolean;
    }
  | { readonly record: StreamRecord };

export const printf = (format: string, ...args: readonly Typed[]): Step => ({ printf: format, args });
export const print = (type: ValueType, value: Value): Step => ({ print: [type, value] });

/** A scalar map's print. */
export function scalar(name: string, type: ValueType, value: Value, final = false): Step {
  return { map: name, value: type, entries: [[undefined, value]], final };
}

/** A keyed map's print. */
export function keyed(
  name: string,
  key: ValueType,
  value: ValueType,
  entries: readonly (readonly [Value, Value])[],
  options: { readonly top?: number; readonly div?: number; readonly final?: boolean } = {},
): Step {
  return { map: name, key, value, entries, ...options };
}
export const atEnd = (step: Step): Step => ({ ...step, final: true }) as Step;

export const SOURCE = { name: "stdin", text: "begin { @a[1] = 1; print(@a[2]); }" };

/** The stream of these steps: header, steps, detached before the first final map. */
export function streamOf(steps: readonly Step[], header: Partial<HeaderRecord> = {}): readonly StreamRecord[] {
  const events: HeaderRecord["events"][number][] = [];
  const maps: HeaderRecord["maps"][number][] = [];
  const before: StreamRecord[] = [];
  const after: StreamRecord[] = [];
  for (const step of steps) {
    const id = events.length;
    if ("printf" in step) {
      events.push({ id, kind: "printf", format: step.printf, args: step.args.map(([type]) => type), place: PLACE });
      before.push({ type: "printf", event: id, format: step.printf, args: step.args.map(([, value]) => value) });
    } else if ("print" in step) {
      events.push({ id, kind: "print", args: [step.print[0]], place: PLACE });
      before.push({ type: "value", event: id, value: step.print[1] });
    } else if ("record" in step) before.push(step.record);
    else {
      if (!maps.some((map) => map.name === step.map)) {
        maps.push({ name: step.map, ...(step.key === undefined ? {} : { key: step.key }), value: step.value });
      }
      const entries = step.entries.map(([key, value]) => (key === undefined ? { value } : { key, value }));
      const r: MapRecord = {
        type: "map",
        name: step.map,
        map: maps.findIndex((map) => map.name === step.map),
        final: step.final === true,
        entries,
        ...(step.top === undefined ? {} : { top: step.top }),
        ...(step.div === undefined ? {} : { div: step.div }),
      };
      (r.final ? after : before).push(r);
    }
  }
  const head: HeaderRecord = {
    type: "header",
    version: 1,
    tool: "tracelet",
    host: "host",
    kernel: "6.12.0",
    arch: "x86_64",
    source: SOURCE,
    utc_offset: 0,
    str_trunc_trailer: "..",
    events,
    maps,
    ...header,
  };
  return [head, ...before, { type: "detached", reason: "exit" }, ...after];
}

export type Shown = { readonly stdout: string; readonly stderr: string };

/** Renders records; bytes come back as characters 0–255. */
export function show(
  records: readonly StreamRecord[],
  format: "text" | "json" = "text",
  options: RenderOptions = {},
): Shown {
  const shown = { stdout: "", stderr: "" };
  const create = format === "text" ? createTextRenderer : createJsonRenderer;
  const renderer = create((stream, bytes) => {
    shown[stream] += Buffer.from(bytes).toString("latin1");
  }, options);
  for (const r of records) renderer.record(r);
  renderer.end();
  return shown;
}
