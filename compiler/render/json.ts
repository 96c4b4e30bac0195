/**
 * A stream as bpftrace's JSON lines (section 7.6): one object per line on stdout, `": "` and `", "` in objects, `","` in
 * arrays. Integers that a double cannot hold are quoted; bytes from 0x80 up are passed on as they are.
 */
import type { Place, StreamRecord, Value, ValueType } from "../stream/records.ts";
import { type ByteString, fromOctets, fromText } from "./byte-string.ts";
import { errorText } from "./error-text.ts";
import { type HistogramType, histogramRows, isHistogram } from "./histogram.ts";
import { fieldOf, type Integer, isInteger } from "./integer.ts";
import { orderEntries } from "./map-order.ts";
import { createOutput, type Renderer, type RenderOptions, type Write } from "./renderer.ts";
import { type RunHeader, readHeader } from "./run-header.ts";
import { messageOf, missedRuns, timeText } from "./text.ts";
import { intervalStart, newestInterval, type SeriesType, seriesRows } from "./time-series.ts";
import { divideValue, untypedText, zeroValue } from "./value.ts";
import { failedHelper, fileOf, showMessage, warningText } from "./warning.ts";

type MapRecord = Extract<StreamRecord, { readonly type: "map" }>;

/** Renders records into `write`, one line per record that bpftrace has a line for; the rest goes to stderr as text. */
export function createJsonRenderer(write: Write, options: RenderOptions = {}): Renderer {
  const output = createOutput(write);
  const warnings = options.warnings !== false;
  const color = options.color === true;
  let run = readHeader(undefined);
  let lost = 0;

  const data = (type: string, json: ByteString): void => output.out(`{"type": "${type}", "data": ${json}}\n`);
  const message = (type: string, text: ByteString, place: Place | undefined, extra = ""): void => {
    const { name, line } = place === undefined ? { name: run.source.name, line: 0 } : fileOf(place, run.source);
    const where = `"filename": ${jsonString(fromText(name))}, "line": ${line}, "col": ${place?.column ?? 0}`;
    output.out(`{"type": "${type}", "msg": ${jsonString(text)}, ${extra}${where}}\n`);
  };
  const say = (severity: "ERROR" | "WARNING", text: ByteString, place?: Place): void =>
    output.err(showMessage(severity, text, place, run.source, color));

  const record = (r: StreamRecord): void => {
    switch (r.type) {
      case "printf":
        data("printf", jsonString(run.formatRecord(r)));
        break;
      case "value":
        data("value", jsonValue(run.valueType(r.event), r.value, run));
        break;
      case "map": {
        const map = mapJson(r, run);
        if (map !== undefined) data(mapKind(run.mapTypes(r.name).value), `{${jsonString(fromText(r.name))}: ${map}}`);
        break;
      }
      case "time": {
        const text = timeText(r.format, r.ns, run.style.utcOffset);
        if (text === undefined) say("ERROR", "strftime returned zero (Invalid argument)");
        else data("time", jsonString(text));
        break;
      }
      case "cat":
        data("cat", jsonString(fromOctets(r.data)));
        break;
      case "system":
        data("syscall", jsonString(fromOctets(r.data)));
        break;
      case "join":
        data("join", jsonString(r.parts.map(fromOctets).join(fromOctets(r.separator))));
        break;
      case "errorf":
        message("errorf", messageOf(run.formatRecord(r)), run.place(r.event));
        break;
      case "warnf":
        if (warnings) message("warnf", messageOf(run.formatRecord(r)), run.place(r.event));
        break;
      case "assert":
        message("errorf", `assert failed: ${messageOf(run.formatRecord(r))}`, run.place(r.event));
        break;
      case "warning": {
        if (!warnings) break;
        const helper = failedHelper(r);
        if (helper === undefined) message("runtime_error", warningText(r, run.source), r.place);
        else
          message(
            "helper_error",
            errorText(helper.error),
            r.place,
            `"helper": "${helper.name}", "retcode": ${helper.error}, `,
          );
        break;
      }
      case "notice":
        if (r.severity === "error" || warnings)
          say(r.severity === "error" ? "ERROR" : "WARNING", fromText(r.text), r.place);
        break;
      case "lost":
        lost += r.count;
        output.out(`{"type": "lost_events", "count": ${r.count}, "data": {"events": ${r.count}}}\n`);
        break;
      case "attached":
        if (options.quiet !== true)
          output.out(`{"type": "attached_probes", "count": ${r.count}, "data": {"probes": ${r.count}}}\n`);
        break;
      case "detached":
      case "end":
        if (lost > 0) say("WARNING", `Total lost event count: ${lost}`);
        lost = 0;
        if (r.type === "end" && warnings) for (const line of missedRuns(r)) say("WARNING", line);
        break;
      case "header":
        run = readHeader(r);
        lost = 0;
        break;
      case "clear":
      case "zero":
        break;
    }
  };
  return { record, flush: output.flush, end: output.flush };
}

/** A map's value in JSON; undefined: it holds nothing and gets no line (L7.104). */
function mapJson(record: MapRecord, run: RunHeader): ByteString | undefined {
  const types = run.mapTypes(record.name);
  const type = types.value;
  const div = record.div ?? 0;
  const newest = type?.k === "tseries" ? (newestInterval(record.entries.map((entry) => entry.value)) ?? 0n) : 0n;
  const one = (value: Value): ByteString => {
    if (isHistogram(type)) return histogramJson(value, type, div);
    if (type?.k === "tseries") return seriesJson(value, type, newest);
    return jsonValue(type, divideValue(type, value, div), run);
  };
  const scalar = run.isScalar(record.name) ?? record.entries.every((entry) => entry.key === undefined);
  if (scalar) {
    const entry = record.entries[0];
    if (entry !== undefined) return one(entry.value);
    if (record.final || type === undefined || isHistogram(type) || type.k === "tseries") return undefined;
    return one(zeroValue(type));
  }
  const entries = orderEntries(record.entries, types, record.top ?? 0);
  if (entries.length === 0) return undefined;
  const key = run.keyFormatter(record.name);
  return `{${entries.map((entry) => `${jsonString(key(entry.key ?? null).replaceAll(" ", ""))}: ${one(entry.value)}`).join(", ")}}`;
}

function mapKind(type: ValueType | undefined): string {
  if (isHistogram(type)) return "hist";
  if (type?.k === "avg" || type?.k === "stats") return "stats";
  return type?.k === "tseries" ? "tseries" : "map";
}

function histogramJson(value: Value, type: HistogramType, div: number): ByteString {
  const rows = histogramRows(value, type, div).map((row) => {
    const min = row.min === undefined ? "" : `"min": ${jsonInteger(row.min)}, `;
    const max = row.max === undefined ? "" : `"max": ${jsonInteger(row.max)}, `;
    return `{${min}${max}"count": ${row.count}}`;
  });
  return `[${rows.join(",")}]`;
}

function seriesJson(value: Value, type: SeriesType, newest: bigint): ByteString {
  const rows = seriesRows(value, type, newest).filter((row) => row.value !== undefined);
  return `[${rows.map((row) => `{"interval_start":"${intervalStart(row.time)}","value":${row.value}}`).join(",")}]`;
}

/** A value by its type (L7.101): enumerators and pointers are numbers, what is resolved on the host is text. */
function jsonValue(type: ValueType | undefined, value: Value, run: RunHeader): ByteString {
  if (value === null || value === undefined) return type?.k === "stack" ? jsonString("\n") : "null";
  switch (type?.k) {
    case "string":
    case "buffer":
    case "timestamp":
    case "stack":
      return jsonString(run.valueFormatter(type)(value));
    case "bool":
      return isInteger(value) ? String(value !== 0 && value !== 0n) : untypedJson(value);
    case "array":
      return Array.isArray(value)
        ? `[${value.map((element) => jsonValue(type.element, element, run)).join(",")}]`
        : untypedJson(value);
    case "tuple":
      return Array.isArray(value)
        ? `[${value.map((element, i) => jsonValue(type.fields[i]?.type, element, run)).join(",")}]`
        : untypedJson(value);
    case "record": {
      if (Array.isArray(value) || value instanceof Uint8Array || typeof value !== "object") return untypedJson(value);
      const fields = type.fields.map(
        (f) => `${jsonString(fromText(f.name))}: ${jsonValue(f.type, fieldOf(value, f.name) ?? null, run)}`,
      );
      return `{${fields.join(", ")}}`;
    }
    default:
      return untypedJson(value);
  }
}

function untypedJson(value: Value): ByteString {
  if (isInteger(value)) return jsonInteger(value);
  if (typeof value === "boolean") return String(value);
  if (value === null || value === undefined) return "null";
  if (typeof value === "string" || value instanceof Uint8Array) return jsonString(untypedText(value));
  if (Array.isArray(value)) return `[${value.map(untypedJson).join(",")}]`;
  return `{${Object.entries(value)
    .map(([name, field]) => `${jsonString(fromText(name))}: ${untypedJson(field)}`)
    .join(", ")}}`;
}

/** Quoted when a double would lose digits (L7.100). */
function jsonInteger(value: Integer): string {
  if (typeof value === "bigint") return BigInt(Number(value)) === value ? String(value) : `"${value}"`;
  return Number.isFinite(value) ? String(value) : "null";
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function jsonString(text: ByteString): ByteString {
  let json = "";
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? "";
    const escaped = ESCAPES[char];
    if (escaped !== undefined) json += escaped;
    else json += char < " " ? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}` : char;
  }
  return `"${json}"`;
}
