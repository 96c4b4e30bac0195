/**
 * Repeats a recorded run (setup.actions is "events"): every program runs on what it saw when it was recorded — context,
 * memory, stacks, answers of helpers — and what it asked of the loader is done where the recording says that it was.
 * Nothing happens by itself here: no attach points, no timers, no task that is made up.
 */
import type { Manifest } from "../5-object/manifest.ts";
import { readObject } from "../5-object/read-object.ts";
import type { StreamItem } from "../stream/decode.ts";
import { createAnswers } from "./answers.ts";
import {
  defaultSetup,
  EventError,
  type EventFrame,
  type RecordedAction,
  type Setup,
  type SimulatedEvent,
} from "./event.ts";
import { atLine, fillGlobals } from "./fill-globals.ts";
import { bufferSize, fieldMoves } from "./fit-object.ts";
import { header, lineOf, needsOf } from "./host-facts.ts";
import { bytesOfHex } from "./integers.ts";
import { createMemory } from "./kernel-memory.ts";
import { CONTEXT_SIZE, loadMachine, type Machine, type RunFailure } from "./machine.ts";
import { createNames } from "./names.ts";
import type { SimulateOptions } from "./options.ts";
import { formatEvent } from "./printf-bytes.ts";
import { createProbeNames } from "./probe-names.ts";
import { createMapReader } from "./read-maps.ts";
import { createSymbols, KERNEL_TEXT, type Symbols, USER_TEXT } from "./symbols.ts";
import { createTasks, type Tasks } from "./tasks.ts";
import { createYields, timeOf } from "./yields.ts";

const SECOND = 1_000_000_000;
const DEFAULT_BUDGET = 100_000_000;
/** Between two moments in which others may do something. */
const EVENTS_PER_TURN = 1024;
const KERNEL_START = 1n << 63n;
/** Done by the loader, at a moment that the recording names. */
const ACTS: ReadonlySet<string> = new Set(["print-map", "clear", "zero", "time", "cat", "system"]);

/**
 * Runs an object on a recording of the same script's.
 * @throws SimulatorError or ObjectError for an object that cannot be simulated, EventError for an event of another script
 */
export async function* replay(object: Uint8Array, options: SimulateOptions): AsyncGenerator<StreamItem> {
  const { snapshot, positional = [], named = new Map<string, string>() } = options;
  const read = readObject(object);
  const { manifest } = read;
  const files = new Map(options.setup?.files);
  const commands = new Map(options.setup?.commands);
  const setup: Setup = { ...defaultSetup(), ...options.setup, files, commands };
  const answers = createAnswers();
  const { buffer } = manifest;
  const machine = await loadMachine(object, {
    btf: snapshot.btf,
    cpus: options.cpus ?? setup.cpus,
    budget: options.budget ?? DEFAULT_BUDGET,
    moves: fieldMoves(manifest, snapshot),
    ...(options.mapMemory === undefined ? {} : { mapMemory: options.mapMemory }),
    maxEntries: buffer?.kind === "ring" ? { [buffer.symbol]: bufferSize(manifest) } : {},
    recorded: answers.recorded,
  });
  answers.setMaps(machine.maps);
  const kernel = createSymbols(KERNEL_TEXT, setup.symbols);
  const user = createSymbols(USER_TEXT, new Map());
  fillGlobals(machine, manifest, { positional, named, setup, kernel, user, pid: 0 });
  fillSymbols(machine, manifest, setup);
  const names = createNames(machine, setup, kernel, user);
  let wall = setup.epoch;
  const maps = createMapReader(machine, manifest, names);
  const yields = createYields({
    machine,
    manifest,
    maps,
    names,
    setup,
    allWarnings: options.allWarnings === true,
    now: () => wall,
    time: () => timeOf(wall),
  });
  const { items, state } = yields;
  const kinds = new Map(manifest.events.map((event) => [event.id, event]));
  const programs = programIndexes(machine, manifest);
  const probeNames = createProbeNames(machine, manifest);
  const memory = createMemory(kernel, () => undefined);
  const tasks = needsOf(read).task ? createTasks(snapshot.btf, memory, setup.boot) : undefined;
  const scene = createScene({ machine, setup, kernel, user, tasks });
  /** Records that no one has taken, and actions that the loader has had time for. */
  const waiting: Uint8Array[] = [];
  const done: RecordedAction[] = [];
  let [attached, failed, polled] = [false, false, 0];

  const act = (record: Uint8Array, action: RecordedAction | undefined): void => {
    const entry = kinds.get(idOf(record));
    const usual = wall;
    if (action?.kind === "time") wall = BigInt(action.ns);
    else if (action?.kind === "cat" || action?.kind === "system") {
      const place = action.kind === "cat" ? files : commands;
      const text = entry === undefined ? "" : formatEvent(entry, viewOf(record));
      const data = action.data ?? (action.bytes === undefined ? undefined : latin1(bytesOfHex(action.bytes)));
      if (data === undefined) place.delete(text);
      else place.set(text, data);
    }
    yields.take(record);
    wall = usual;
  };
  /** Takes records in their order, up to an action whose moment has not come. */
  const pump = (all: boolean): void => {
    for (let record = waiting[0]; record !== undefined; record = waiting[0]) {
      const acts = ACTS.has(kinds.get(idOf(record))?.kind ?? "");
      const hidden = state.exitCode !== undefined && (!state.ending || state.over);
      if (acts && done.length === 0 && !all && !hidden) return;
      waiting.shift();
      if (acts && !hidden) act(record, done.shift());
      else yields.take(record);
    }
  };
  const fail = (program: number, failure: RunFailure): void => {
    const { line } = failure.place;
    const place = line === undefined ? manifest.programs[program]?.place : lineOf(line);
    yields.notice("error", `${manifest.programs[program]?.probe ?? ""}: ${failure.message}`, place);
    failed = true;
  };
  const play = (event: SimulatedEvent): void => {
    const index = manifest.programs.findIndex(({ name }) => name === event.program);
    const program = manifest.programs[index];
    if (program === undefined)
      throw new EventError(
        `${event.probe}: the script has no program ${event.program ?? "of this event"}`,
        0,
        "a recording is replayed with the script that was recorded",
      );
    if (!attached && program.attach[0]?.kind !== "begin") {
      attached = true;
      yields.put(attachedRecord(manifest));
    }
    if (program.attach[0]?.kind === "end") state.ending = true;
    wall = setup.epoch + BigInt(event.at ?? 0);
    scene(event, program.usdtArguments ?? []);
    probeNames.set(index, 0, event.probe);
    answers.begin(event);
    const failure = machine.run(programs[index] ?? 0);
    if (failure !== undefined) fail(index, failure);
    machine.drain((record) => waiting.push(record.slice()));
    done.push(...(event.actions ?? []));
    pump(false);
    const at = Number(event.at ?? 0);
    if (at - polled < SECOND) return;
    polled = at;
    yields.poll();
  };

  yields.put(header(manifest, snapshot, setup));
  let count = 0;
  for await (const event of options.events ?? []) {
    try {
      play(event);
    } catch (error) {
      throw atLine(error instanceof RangeError ? new EventError(error.message) : error, event.line);
    }
    options.onProgress?.(++count, Number(event.at ?? 0));
    if (items.length > 0) yield* items.splice(0);
    if (failed || options.signal?.aborted === true) break;
    if (count % EVENTS_PER_TURN === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  if (!attached) yields.put(attachedRecord(manifest));
  pump(true);
  yields.poll();
  yields.put({ type: "detached", reason: state.exitCode === undefined ? "signal" : "exit" });
  if (manifest.config.print_maps_on_exit) {
    for (const record of maps.printAll()) yields.put(record);
  }
  yields.end(failed ? 1 : (state.exitCode ?? 0) & 0xff);
  yield* items.splice(0);
}

type SceneOptions = {
  readonly machine: Machine;
  readonly setup: Setup;
  readonly kernel: Symbols;
  readonly user: Symbols;
  /** For programs that ask for the current task, where the recording does not hold it. */
  readonly tasks: Tasks | undefined;
};
type Note = { readonly index: number; readonly offset: number };

/** Whether what was recorded is this object's script: else its programs saw other things, or do not exist. */
export function isRecordingOf(object: Uint8Array, setup: Partial<Setup>): boolean {
  return setup.script === undefined || readObject(object).manifest.source.text === setup.script.text;
}

/**
 * A recording as what happened on a host, for another script: its events belong to no programs, what its own script began and
 * ended with is left out, and actions are done when they are asked for.
 */
export function withoutPrograms(options: SimulateOptions): SimulateOptions {
  const { events = [] } = options;
  async function* plain(): AsyncGenerator<SimulatedEvent> {
    for await (const { program: _, results: _results, visits: _visits, actions: _actions, ...event } of events)
      if (event.probe !== "begin" && event.probe !== "end") yield event;
  }
  return { ...options, events: plain(), setup: { ...options.setup, actions: "at once" } };
}

/** Makes an event's surroundings those of the machine. */
function createScene(options: SceneOptions): (event: SimulatedEvent, notes: readonly Note[]) => void {
  const { machine, setup, kernel, user, tasks } = options;
  const { task, memory, context } = machine;
  const none: readonly EventFrame[] = [];
  return (event, notes) => {
    const tid = event.tid ?? event.pid ?? 0;
    task.setCpu(event.cpu ?? 0);
    task.setThread(tid, event.pid ?? tid);
    task.setUser(event.uid ?? 0, event.gid ?? 0);
    task.setComm(event.comm ?? "");
    task.setTime(setup.boot + BigInt(event.at ?? 0));
    if (event.cgroup !== undefined) task.setCgroup(BigInt(event.cgroup));
    task.setKernelStack((event.kstack ?? none).map((frame) => kernel.place(frame)));
    task.setUserStack((event.ustack ?? none).map((frame) => user.place(frame)));
    memory.clear();
    if (tasks !== undefined) {
      const cpu = event.cpu ?? 0;
      task.setAddress(tasks.address(event, cpu));
      const blocks = tasks.blocks(event, cpu);
      for (const { address, bytes, space } of blocks) memory.map(address, bytes, space);
      if (blocks.length > 0) memory.keep();
    }
    for (const { address, bytes } of event.memory ?? []) {
      const at = BigInt.asUintN(64, BigInt(address));
      memory.map(at, bytesOf(bytes, event), at < KERNEL_START ? "user" : "kernel");
    }
    const given = event.context === undefined ? undefined : bytesOf(event.context, event);
    if (given !== undefined) {
      if (given.length > CONTEXT_SIZE)
        throw new EventError(`${event.probe}: a context of ${given.length} bytes; ${CONTEXT_SIZE} are the most`);
      new Uint8Array(context.buffer, context.byteOffset, given.length).set(given);
    }
    for (const { index, offset } of notes) {
      const note = event.notes?.[String(index)];
      if (note !== undefined) machine.setGlobal(".rodata", offset, bytesOf(note, event));
    }
  };
}

/** Addresses and ids that the recorded loader found. */
function fillSymbols(machine: Machine, manifest: Manifest, setup: Setup): void {
  for (const { kind, path, symbol, offset } of manifest.symbols) {
    const value = setup.words.get(`${kind} ${path ?? ""}:${symbol}`);
    if (value === undefined) continue;
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
    machine.setGlobal(".rodata", offset, bytes);
  }
}

function programIndexes(machine: Machine, manifest: Manifest): readonly number[] {
  return manifest.programs.map(({ name }) => machine.programs.findIndex((program) => program.name === name));
}

function attachedRecord(manifest: Manifest) {
  const probes = manifest.programs.map(({ probe }) => probe);
  return { type: "attached" as const, count: probes.length, probes };
}

function bytesOf(bytes: Uint8Array | string, event: SimulatedEvent): Uint8Array {
  const found = typeof bytes === "string" ? bytesOfHex(bytes) : bytes;
  if (found === undefined) throw new EventError(`${event.probe}: '${String(bytes)}' is no text of hexadecimal digits`);
  return found;
}

function viewOf(record: Uint8Array): DataView {
  return new DataView(record.buffer, record.byteOffset, record.byteLength);
}

function idOf(record: Uint8Array): number {
  return record.length < 4 ? -1 : viewOf(record).getUint32(0, true);
}

function latin1(bytes: Uint8Array | undefined): string {
  return Array.from(bytes ?? [], (byte) => String.fromCharCode(byte)).join("");
}
