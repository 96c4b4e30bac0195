/**
 * A stream as bpftrace's text, to the byte (section 7): program output on stdout, attach line, warnings and losses on
 * stderr. Two newlines end the run, before the maps that are printed at its end.
 */
import type { StreamRecord, ValueType } from "../stream/records.ts";
import { type ByteString, fromOctets, fromText } from "./byte-string.ts";
import { histogramText, isHistogram } from "./histogram.ts";
import { toBigInt } from "./integer.ts";
import { orderEntries } from "./map-order.ts";
import { createOutput, type Renderer, type RenderOptions, type Write } from "./renderer.ts";
import { type RunHeader, readHeader } from "./run-header.ts";
import { strftime } from "./strftime.ts";
import { newestInterval, seriesRows, seriesText } from "./time-series.ts";
import { divideValue, zeroValue } from "./value.ts";
import { excerpt, showMessage, showWarning } from "./warning.ts";

type MapRecord = Extract<StreamRecord, { readonly type: "map" }>;

/** The longest text that time() prints, without its NUL. */
const TIME_LIMIT = 63;

/** Renders records into `write`. A new header begins a new run. */
export function createTextRenderer(write: Write, options: RenderOptions = {}): Renderer {
  const output = createOutput(write);
  const { out, err } = output;
  const warnings = options.warnings !== false;
  const color = options.color === true;
  let run = readHeader(undefined);
  let lost = 0;

  const reportLost = (): void => {
    if (lost > 0) err(showMessage("WARNING", `Total lost event count: ${lost}`, undefined, run.source, color));
    lost = 0;
  };

  const record = (r: StreamRecord): void => {
    switch (r.type) {
      case "printf":
        out(run.formatRecord(r));
        break;
      case "value":
        out(`${run.valueFormatter(run.valueType(r.event))(r.value)}\n`);
        break;
      case "map":
        out(mapText(r, run));
        break;
      case "time": {
        const text = timeText(r.format, r.ns, run.style.utcOffset);
        if (text === undefined)
          err(showMessage("ERROR", "strftime returned zero (Invalid argument)", undefined, run.source, color));
        else out(text);
        break;
      }
      case "cat":
      case "system":
        out(fromOctets(r.data));
        break;
      case "join":
        out(`${r.parts.map(fromOctets).join(fromOctets(r.separator))}\n`);
        break;
      case "errorf":
        err(showMessage("ERROR", messageOf(run.formatRecord(r)), run.place(r.event), run.source, color));
        break;
      case "warnf":
        if (warnings)
          err(showMessage("WARNING", messageOf(run.formatRecord(r)), run.place(r.event), run.source, color));
        break;
      case "assert":
        err(
          showMessage(
            "ERROR",
            `assert failed: ${messageOf(run.formatRecord(r))}`,
            run.place(r.event),
            run.source,
            color,
          ),
        );
        break;
      case "warning":
        if (warnings) err(showWarning(r, run.source, color));
        break;
      case "notice":
        if (r.severity === "warning" && !warnings) break;
        err(
          showMessage(r.severity === "error" ? "ERROR" : "WARNING", fromText(r.text), r.place, run.source, color) +
            (r.place === undefined ? "" : excerpt(r.place, run.source)) +
            (r.hint === undefined ? "" : `HINT: ${fromText(r.hint)}\n`),
        );
        break;
      case "lost":
        lost += r.count;
        err(`Lost ${r.count} events\n`);
        break;
      case "attached":
        if (options.quiet !== true) err(`Attached ${r.count} ${r.count === 1 ? "probe" : "probes"}\n`);
        break;
      case "detached":
        reportLost();
        out("\n\n");
        break;
      case "end":
        reportLost();
        if (warnings) for (const line of missedRuns(r)) err(showMessage("WARNING", line, undefined, run.source, color));
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

/** A map as printed: nothing when it holds nothing and is printed for that reason only. */
function mapText(record: MapRecord, run: RunHeader): ByteString {
  const name = fromText(record.name);
  const types = run.mapTypes(record.name);
  const div = record.div ?? 0;
  const scalar = run.isScalar(record.name) ?? record.entries.every((entry) => entry.key === undefined);
  if (scalar) {
    const entry = record.entries[0];
    if (entry !== undefined) return scalarText(name, entry.value, types.value, div, run);
    // A cleared histogram has no rows to show, other scalars show their zero (L6.25).
    if (record.final || types.value === undefined || isChart(types.value)) return "";
    return scalarText(name, zeroValue(types.value), types.value, div, run);
  }
  const key = run.keyFormatter(record.name);
  const entries = orderEntries(record.entries, types, record.top ?? 0);
  let text = "";
  if (isHistogram(types.value)) {
    for (const entry of entries)
      text += `${name}[${key(entry.key ?? null)}]:\n${histogramText(entry.value, types.value, div)}\n`;
  } else if (types.value?.k === "tseries") {
    const type = types.value;
    const newest = newestInterval(record.entries.map((entry) => entry.value)) ?? 0n;
    for (const entry of entries) {
      const chart = seriesText(seriesRows(entry.value, type, newest), type, run.style.utcOffset);
      text += `${name}[${key(entry.key ?? null)}]:\n${chart}\n`;
    }
  } else {
    const format = run.valueFormatter(types.value);
    for (const entry of entries) {
      text += `${name}[${key(entry.key ?? null)}]: ${format(divideValue(types.value, entry.value, div))}\n`;
    }
  }
  return text;
}

function scalarText(
  name: ByteString,
  value: MapRecord["entries"][number]["value"],
  type: ValueType | undefined,
  div: number,
  run: RunHeader,
): ByteString {
  if (isHistogram(type)) return `${name}:\n${histogramText(value, type, div)}\n`;
  if (type?.k === "tseries") {
    const rows = seriesRows(value, type, newestInterval([value]) ?? 0n);
    return `${name}:\n${seriesText(rows, type, run.style.utcOffset)}\n`;
  }
  return `${name}: ${run.valueFormatter(type)(divideValue(type, value, div))}\n`;
}

function isChart(type: ValueType): boolean {
  return isHistogram(type) || type.k === "tseries";
}

/** What time() prints; undefined: nothing, or more than fits. */
export function timeText(format: string | Uint8Array, ns: number | bigint, utcOffset: number): ByteString | undefined {
  const text = strftime(fromOctets(format), toBigInt(ns), { utcOffset, fractions: false });
  return text === "" || text.length > TIME_LIMIT ? undefined : text;
}

/** The message of errorf and warnf: they end the line themselves. */
export function messageOf(text: ByteString): ByteString {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

/** Runs that the kernel skipped because the program was already running on that CPU: else nobody would know. */
export function missedRuns(record: Extract<StreamRecord, { readonly type: "end" }>): readonly string[] {
  return record.ledger.programs
    .filter((program) => program.missed > 0)
    .map((program) => `${fromText(program.probe)} missed ${program.missed} runs: it was already running on that CPU`);
}
