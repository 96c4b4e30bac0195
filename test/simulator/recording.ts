/** A recording and its replay, for tests: what a loader's stream holds as an events file, and what a simulation makes of it. */
import { readFileSync } from "node:fs";
import { createRecorder } from "../../compiler/cli/record.ts";
import {
  type CompileOptions,
  compile,
  createStreamDecoder,
  createTextRenderer,
  defaultOptions,
  inspectObject,
  parseEvents,
  renderDiagnostics,
  type StreamItem,
  simulate,
} from "../../compiler/index.ts";
import type { Snapshot } from "../../compiler/snapshot/index.ts";

const RUN = { positional: [], named: new Map<string, string>(), unsafe: true };

function compileWith(script: string, snapshot: Snapshot, more: Partial<CompileOptions>): Uint8Array {
  const result = compile(script, { ...defaultOptions(snapshot), ...RUN, ...more });
  if (result.object === undefined)
    throw new Error(renderDiagnostics(result.diagnostics, result.source, { color: false }));
  return result.object;
}

export function compileToRecord(script: string, name: string, snapshot: Snapshot): Uint8Array {
  return compileWith(script, snapshot, { name, record: true });
}

export type Kept = {
  /** What the run itself printed. */
  readonly text: string;
  /** The events file. */
  readonly events: string;
  /** What the recorder says is missing. */
  readonly lacks: string | undefined;
};

/** Takes a recording object's stream apart, as `run --record` does. */
export function keep(stream: Uint8Array, object: Uint8Array, file: string): Kept {
  const run = { ...RUN, pidFilter: false, child: false, readWarnings: false };
  const recorder = createRecorder(file, inspectObject(object).manifest, run);
  const text: Uint8Array[] = [];
  const renderer = createTextRenderer((to, bytes) => to === "stdout" && text.push(bytes), {});
  const decoder = createStreamDecoder(({ record, time }) => {
    if (!recorder.record(record)) renderer.record(record, time);
  });
  decoder.push(stream);
  decoder.end();
  renderer.end();
  const lacks = recorder.end();
  return { text: Buffer.concat(text).toString(), events: readFileSync(file, "utf8"), lacks };
}

/** The text that the plain object of a script prints when it is simulated on recorded events. */
export async function replay(script: string, name: string, events: string, snapshot: Snapshot): Promise<string> {
  const parsed = parseEvents(events, "recording", snapshot);
  if (parsed.problems.length > 0) throw new Error(JSON.stringify(parsed.problems.slice(0, 3)));
  const object = compileWith(script, snapshot, { name });
  return textOf(simulate(object, { snapshot, events: parsed.events, setup: parsed.setup }));
}

/** What records print on standard output. */
export async function textOf(items: AsyncIterable<StreamItem>): Promise<string> {
  const text: Uint8Array[] = [];
  const renderer = createTextRenderer((to, bytes) => to === "stdout" && text.push(bytes), {});
  for await (const { record, time } of items) renderer.record(record, time);
  renderer.end();
  return Buffer.concat(text).toString();
}
