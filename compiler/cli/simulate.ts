/** `tracelet simulate`: a script or object on recorded, written or generated events, without a kernel. */
import {
  createFlamegraphRenderer,
  createHeatmapRenderer,
  createJsonRenderer,
  createTextRenderer,
  EventError,
  encodeMessage,
  generateEvents,
  ObjectError,
  ParameterError,
  type ParsedEvents,
  parseDuration,
  parseEvents,
  parseWorkload,
  printEvent,
  printProblem,
  RenderError,
  type Renderer,
  type Setup,
  type SimulatedEvent,
  SimulatorError,
  type StreamItem,
  simulate,
  type Workload,
} from "../index.ts";
import type { Snapshot } from "../snapshot/index.ts";
import { type CompileArgs, compileScript, optionsFrom, tellDiagnostics } from "./build-object.ts";
import { CliError, closeOutput, EXIT, openOutput, readInput, useColour, writeAll } from "./io.ts";
import { chooseSnapshot, snapshotOfRelease } from "./kernels.ts";
import { checkPid, splitParameters } from "./run.ts";
import { isElf, readScript, type Script } from "./script.ts";

export type SimulateArgs = CompileArgs & {
  readonly params?: readonly string[] | undefined;
  readonly "--"?: readonly string[] | undefined;
  readonly kernel?: string | undefined;
  readonly events?: string | undefined;
  readonly generate?: string | undefined;
  readonly "save-events"?: string | undefined;
  readonly cpus?: string | undefined;
  readonly seed?: string | undefined;
  readonly p?: string | undefined;
  readonly memory?: string | undefined;
  readonly rate?: string | undefined;
  readonly until?: string | undefined;
  readonly budget?: string | undefined;
  readonly f?: string | undefined;
  readonly o?: string | undefined;
  readonly q?: boolean | undefined;
};

const FORMATS = ["text", "json", "msgpack", "flamegraph", "heatmap"] as const;
type Format = (typeof FORMATS)[number];

/** What a run is told, besides its object and events. */
type Settings = {
  readonly cpus: number | undefined;
  readonly seed: number | undefined;
  readonly rate: number | undefined;
  readonly until: number | bigint | undefined;
  readonly budget: number | undefined;
  /** MiB. */
  readonly memory: number | undefined;
};

export async function simulateCommand(args: SimulateArgs): Promise<number> {
  const format = FORMATS.find((known) => known === (args.f ?? "text"));
  if (format === undefined)
    throw new CliError(EXIT.usage, `Invalid output format "${args.f}"`, `one of ${FORMATS.join(", ")}`);
  if (args.events !== undefined && args.generate !== undefined)
    throw new CliError(EXIT.usage, "events are either given (--events) or generated (--generate)");
  checkPid(args.p);
  const settings: Settings = {
    cpus: count("--cpus", args.cpus, 256),
    seed: count("--seed", args.seed, 0xffff_ffff),
    rate: positive("--rate", args.rate),
    until: duration("--until", args.until),
    budget: count("--budget", args.budget, Number.MAX_SAFE_INTEGER),
    memory: count("--memory", args.memory, 2048),
  };
  const text = args.events === undefined ? undefined : readText(args.events);
  const snapshot = snapshotFor(args.kernel, text);
  const given = args.events === undefined || text === undefined ? undefined : readEvents(args.events, text, snapshot);
  const built = await build(args, snapshot, given?.setup.script);
  if (built === undefined) return EXIT.refused;
  const workload = args.generate === undefined ? undefined : readWorkload(args.generate);
  const events = given?.events ?? generate(built.object, snapshot, settings, workload);
  if (args["save-events"] !== undefined) return saveEvents(args["save-events"], events);
  try {
    return await play(built, snapshot, events, given?.setup ?? {}, settings, args, format);
  } catch (error) {
    throw explained(error, args.events ?? args.generate ?? "the generated events");
  }
}

type Built = {
  readonly object: Uint8Array;
  readonly positional: readonly string[];
  readonly named: ReadonlyMap<string, string>;
};

/** The object: given, or compiled with the parameters left open; a recording brings its own script. */
async function build(args: SimulateArgs, snapshot: Snapshot, recorded: Setup["script"]): Promise<Built | undefined> {
  const words = [...(args.params ?? [])];
  const rest = args["--"] ?? [];
  if (args.e === undefined && args.script !== undefined && args.script !== "-") {
    const bytes = readInput(args.script);
    if (isElf(bytes)) return { object: bytes, ...splitParameters(words, rest) };
  }
  if (args.e !== undefined && args.script !== undefined) words.unshift(args.script);
  const isRecorded = args.e === undefined && args.script === undefined && recorded !== undefined;
  const script: Script = isRecorded
    ? { name: recorded.name, text: recorded.text }
    : readScript(args.e === undefined ? args.script : undefined, args.e);
  const parameters = isRecorded ? recorded : splitParameters(words, rest);
  const { positional, named } = parameters;
  const own = isRecorded
    ? {
        unsafe: recorded.unsafe,
        pidFilter: recorded.pidFilter,
        child: recorded.child,
        readWarnings: recorded.readWarnings,
      }
    : args.p === undefined
      ? {}
      : { pidFilter: true };
  const options = { ...optionsFrom(script, args, snapshot, { positional, named }), ...own };
  const result = await compileScript(script, options);
  tellDiagnostics(result, args.warnings);
  // Parameters are folded in: the object has none left open.
  return result.object === undefined ? undefined : { object: result.object, positional: [], named: new Map() };
}

function readText(path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readInput(path));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(EXIT.refused, `${path}: this is not UTF-8 text`);
  }
}

/** The kernel that is named; for a recording the one that it was made on, since its memory is laid out so. */
function snapshotFor(named: string | undefined, events: string | undefined): Snapshot {
  const first = events === undefined ? "" : events.slice(0, events.indexOf("\n"));
  const [, recorded] = /"release":"([^"]+)"/.exec(first) ?? [];
  const snapshot =
    (named === undefined && recorded !== undefined && snapshotOfRelease(recorded)) || chooseSnapshot(named);
  if (recorded !== undefined && recorded !== snapshot.release)
    process.stderr.write(
      `WARNING: recorded on kernel ${recorded}, repeated as on ${snapshot.release}: members of structs may stand elsewhere\nHINT: name that kernel's snapshot with --kernel FILE\n`,
    );
  return snapshot;
}

/** @throws CliError after telling everything that is wrong in the file */
function readEvents(path: string, text: string, snapshot: Snapshot): ParsedEvents {
  const name = path === "-" ? "stdin" : path;
  const parsed = parseEvents(text, name, snapshot);
  tellProblems(name, parsed.problems);
  return parsed;
}

function readWorkload(path: string): Workload {
  // Text of several lines is the workload itself.
  const inline = path.includes("\n");
  const name = inline ? "--generate" : path;
  const { workload, problems } = parseWorkload(inline ? path : readText(path), name);
  tellProblems(name, problems);
  return workload;
}

function tellProblems(name: string, problems: ParsedEvents["problems"]): void {
  for (const problem of problems) process.stderr.write(printProblem(problem));
  const errors = problems.filter((problem) => problem.severity === "error").length;
  if (errors > 0)
    throw new CliError(EXIT.refused, `${name}: ${errors} ${errors === 1 ? "error" : "errors"}; nothing was run`);
}

function generate(
  object: Uint8Array,
  snapshot: Snapshot,
  settings: Settings,
  workload: Workload | undefined,
): Iterable<SimulatedEvent> {
  const { seed, rate, cpus, until } = settings;
  return generateEvents(object, {
    snapshot,
    ...(seed === undefined ? {} : { seed }),
    ...(rate === undefined ? {} : { rate }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(until === undefined ? {} : { duration: until }),
    ...(workload === undefined ? {} : { workload }),
  });
}

function saveEvents(path: string, events: Iterable<SimulatedEvent>): number {
  const fd = path === "-" ? 1 : openOutput(path);
  let text = "";
  for (const event of events) {
    text += `${printEvent(event)}\n`;
    if (text.length < 1 << 16) continue;
    writeAll(fd, Buffer.from(text));
    text = "";
  }
  writeAll(fd, Buffer.from(text));
  if (fd !== 1) closeOutput(fd);
  return EXIT.ok;
}

/** Where records go: a renderer, or the stream itself. */
type Sink = { readonly take: (item: StreamItem) => void; readonly end: () => void };

function openSink(format: Format, args: SimulateArgs): Sink {
  const fd = args.o === undefined || args.o === "-" ? 1 : openOutput(args.o);
  const close = () => {
    if (fd !== 1) closeOutput(fd);
  };
  if (format === "msgpack") return { take: (item) => writeAll(fd, encodeMessage([item])), end: close };
  const write = (stream: "stdout" | "stderr", bytes: Uint8Array) => writeAll(stream === "stdout" ? fd : 2, bytes);
  const options = { quiet: args.q === true, warnings: args.warnings !== false, color: useColour(process.stderr) };
  const renderer = createRenderer(format, write, options);
  return {
    take: ({ record, time }) => renderer.record(record, time),
    end: () => {
      renderer.end();
      close();
    },
  };
}

function createRenderer(
  format: Exclude<Format, "msgpack">,
  write: Parameters<typeof createTextRenderer>[0],
  options: Parameters<typeof createTextRenderer>[1],
): Renderer {
  switch (format) {
    case "text":
      return createTextRenderer(write, options);
    case "json":
      return createJsonRenderer(write, options);
    case "flamegraph":
      return createFlamegraphRenderer(write);
    case "heatmap":
      return createHeatmapRenderer(write);
  }
}

async function play(
  built: Built,
  snapshot: Snapshot,
  events: Iterable<SimulatedEvent>,
  setup: Partial<Setup>,
  settings: Settings,
  args: SimulateArgs,
  format: Format,
): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  const sink = openSink(format, args);
  const { cpus, until, budget, seed, memory } = settings;
  let status: number = EXIT.ok;
  try {
    const items = simulate(built.object, {
      snapshot,
      events,
      setup,
      positional: built.positional,
      named: built.named,
      allWarnings: (args.k ?? 0) > 0,
      signal: stop.signal,
      ...(cpus === undefined ? {} : { cpus }),
      ...(until === undefined ? {} : { until }),
      ...(budget === undefined ? {} : { budget }),
      ...(seed === undefined ? {} : { seed }),
      ...(memory === undefined ? {} : { mapMemory: memory * 2 ** 20 }),
      ...(args.p === undefined ? {} : { pid: Number(args.p) }),
    });
    for await (const item of items) {
      if (item.record.type === "end") status = item.record.status;
      sink.take(item);
    }
    sink.end();
  } catch (error) {
    // Whoever read our output has gone: nothing is wrong.
    if (error instanceof Error && "code" in error && error.code === "EPIPE") return EXIT.ok;
    if (error instanceof EventError || error instanceof SimulatorError) sink.end();
    throw error;
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
  return status;
}

/** Errors that a user can mend, as messages. */
function explained(error: unknown, name: string): unknown {
  if (error instanceof EventError) {
    const place = error.line > 0 ? `${name}:${error.line}` : name;
    return new CliError(EXIT.refused, `${place}: ${error.message}`, error.hint);
  }
  if (error instanceof ParameterError) return new CliError(EXIT.usage, error.message, error.hint);
  if (error instanceof SimulatorError || error instanceof ObjectError || error instanceof RenderError)
    return new CliError(EXIT.refused, error.message);
  return error;
}

function count(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > most)
    throw new CliError(EXIT.usage, `${option}: '${text}' is no number from 1 to ${most}`);
  return value;
}

function positive(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value))
    throw new CliError(EXIT.usage, `${option}: '${text}' is no factor above 0`);
  return value;
}

function duration(option: string, text: string | undefined): number | bigint | undefined {
  if (text === undefined) return undefined;
  const value = parseDuration(text);
  if (value === undefined)
    throw new CliError(EXIT.usage, `${option}: '${text}' is no time`, "such as 10s, 500ms, or nanoseconds");
  return value;
}
