/**
 * One run: an object on a machine, its programs attached to a plan, a virtual clock. simulate.ts feeds it events and hands
 * on what it yields. What happens in which order is the loader's (loader/run.c).
 */
import type { Manifest, Place } from "../5-object/manifest.ts";
import { type ReadObject, readObject } from "../5-object/read-object.ts";
import type { LineInfo } from "../btf/ext.ts";
import { helperRow } from "../lang/helpers.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { StreamItem } from "../stream/decode.ts";
import { type EventPlace, makePlan, type Plan, parsePlace, type Target, targetsOf } from "./attach.ts";
import { createAgenda } from "./clock.ts";
import { createContexts, type Occurrence } from "./context.ts";
import { defaultSetup, EventError, type Setup, type SimulatedEvent } from "./event.ts";
import { checkExists } from "./event-place.ts";
import { atLine, fillGlobals, taiOffset } from "./fill-globals.ts";
import { bufferSize, fieldMoves } from "./fit-object.ts";
import { createMemory } from "./kernel-memory.ts";
import { loadMachine, type Machine, type RunFailure, SimulatorError } from "./machine.ts";
import { createNames } from "./names.ts";
import type { SimulateOptions } from "./options.ts";
import { createPlayer } from "./player.ts";
import { createMapReader } from "./read-maps.ts";
import { createSymbols, KERNEL_TEXT, type Symbols, USER_TEXT } from "./symbols.ts";
import { createTasks } from "./tasks.ts";
import { createYields } from "./yields.ts";

export type Run = {
  readonly setup: Setup;
  /** Nothing but begin, end and iterators: the run waits for no events. */
  readonly idle: boolean;
  readonly items: StreamItem[];
  /** Why the run is over; undefined: it goes on. */
  readonly reason: () => string | undefined;
  /** Nanoseconds since the start. */
  readonly now: () => number;
  /** When the last function that was entered returns. */
  readonly busyUntil: () => number;
  /** Header, begin programs, attach. */
  readonly start: () => void;
  /** Fires what is due until then, and sets the clock. */
  readonly advance: (to: number) => void;
  /** @throws EventError for an event that cannot happen, with its line */
  readonly play: (event: SimulatedEvent) => void;
  /** End programs, final maps, ledger. */
  readonly finish: (reason: string) => void;
};

const SECOND = 1_000_000_000;
const DEFAULT_BUDGET = 100_000_000;
const DEFAULT_RECORDS = 1_000_000;
/** The loader's own process, in which begin, end and signal programs run. */
const LOADER: SimulatedEvent = {
  probe: "running",
  pid: 4242,
  tid: 4242,
  ppid: 4200,
  comm: "tracelet-loader",
  uid: 0,
  gid: 0,
};

/** What uname(2) says of the simulated host. */
export function systemOf(snapshot: Snapshot, setup: Setup): { readonly [field: string]: string } {
  const { release, arch: machine } = snapshot;
  return { sysname: "Linux", nodename: setup.host, release, version: "#1 SMP", machine, domainname: "(none)" };
}

/** Where begin, end and signal programs are run from, innermost frame first. */
const LOADER_STACK: readonly string[] = [
  "raw_tp_prog_test_run+0x112",
  "bpf_prog_test_run_raw_tp+0x1d5",
  "__sys_bpf+0x3b4",
  "__x64_sys_bpf+0x1a",
  "do_syscall_64+0x82",
  "entry_SYSCALL_64_after_hwframe+0x76",
];

/** What is due at a moment of the virtual clock. */
type Due =
  | { readonly kind: "timer"; readonly target: Target; readonly period: number; readonly cpu: number }
  | {
      readonly kind: "return";
      readonly occurrence: Occurrence;
      readonly targets: readonly Target[];
      readonly cpu: number;
    };

/** An event's probe, read once. */
type Known = {
  readonly place: EventPlace;
  readonly targets: readonly Target[];
  /** Of a function that is entered: who sees it return. */
  readonly returns: readonly Target[];
};

/**
 * Reads and fits an object, and makes its machine.
 * @throws SimulatorError, ObjectError, ParameterError
 */
export async function createRun(object: Uint8Array, options: SimulateOptions): Promise<Run> {
  const { snapshot } = options;
  const read = readObject(object);
  const { manifest } = read;
  if (manifest.arch !== snapshot.arch)
    throw new SimulatorError(`the object is for ${manifest.arch}, the kernel ${snapshot.release} for ${snapshot.arch}`);
  const setup: Setup = { ...defaultSetup(), ...options.setup };
  const plan = makePlan(manifest, snapshot);
  const { buffer } = manifest;
  const machine = await loadMachine(object, {
    btf: snapshot.btf,
    cpus: options.cpus ?? setup.cpus,
    budget: options.budget ?? DEFAULT_BUDGET,
    moves: fieldMoves(manifest, snapshot),
    maxEntries: buffer?.kind === "ring" ? { [buffer.symbol]: bufferSize(manifest) } : {},
  });
  const kernel = createSymbols(KERNEL_TEXT, setup.symbols);
  const user = createSymbols(USER_TEXT, new Map());
  const { positional = [], named = new Map<string, string>() } = options;
  fillGlobals(machine, manifest, { positional, named, setup, kernel, user });
  machine.task.setTaiOffset(taiOffset(setup));
  machine.task.setSeed(options.seed ?? 1);
  return assemble({ options, snapshot, read, manifest, machine, plan, setup, kernel, user });
}

type Parts = {
  readonly options: SimulateOptions;
  readonly snapshot: Snapshot;
  readonly read: ReadObject;
  readonly manifest: Manifest;
  readonly machine: Machine;
  readonly plan: Plan;
  readonly setup: Setup;
  readonly kernel: Symbols;
  readonly user: Symbols;
};

function assemble(parts: Parts): Run {
  const { options, snapshot, manifest, machine, plan, setup, kernel, user } = parts;
  const { cpus } = machine;
  const enumerator = cached((name) => snapshot.btf.findEnumerator(name)?.value ?? snapshot.constant(name));
  const memory = createMemory(kernel, enumerator);
  const contexts = createContexts({ snapshot, arch: snapshot.arch, memory, kernel, user, enumerator });
  const tasks = createTasks(snapshot.btf, memory, setup.boot, systemOf(snapshot, setup));
  const player = createPlayer({
    machine,
    manifest,
    setup,
    contexts,
    tasks,
    kernel,
    user,
    usesTask: usesTask(parts.read),
  });
  const names = createNames(machine, setup, kernel, user);
  let now = 0;
  const yields = createYields({
    machine,
    manifest,
    maps: createMapReader(machine, manifest, names),
    names,
    setup,
    allWarnings: options.allWarnings === true,
    files: {
      "/proc/loadavg": "0.42 0.36 0.30 2/312 4242\n",
      "/proc/version": `Linux version ${snapshot.release}\n`,
      "/proc/sys/kernel/ostype": "Linux\n",
      "/proc/sys/kernel/osrelease": `${snapshot.release}\n`,
      "/proc/sys/kernel/hostname": `${setup.host}\n`,
    },
    now: () => setup.epoch + BigInt(now),
  });
  const { state } = yields;
  const maxRecords = options.maxRecords ?? DEFAULT_RECORDS;
  const agenda = createAgenda<Due>();
  const known = new Map<string, Known>();
  /** What each processor does when nothing else is known: the last event there, or what "running" said. */
  const current: { event: SimulatedEvent; told: boolean }[] = Array.from({ length: cpus }, () => ({
    event: { probe: "running" },
    told: false,
  }));
  let stopped: string | undefined;
  let busyUntil = 0;
  let polled = 0;
  let nextCpu = 0;

  const drain = (): void => {
    if (machine.drain(yields.take) === 0) return;
    if (state.delivered <= maxRecords || stopped !== undefined) return;
    const place = yields.lastEvent()?.place;
    yields.notice(
      "error",
      `the script printed more than ${maxRecords} times: the simulation is stopped`,
      place,
      "let it print less, or give the simulation a greater limit",
    );
    stopped = "budget";
  };
  const fail = (program: number, failure: RunFailure): void => {
    const probe = manifest.programs[program]?.probe ?? failure.place.program;
    const { line } = failure.place;
    const place = line === undefined ? manifest.programs[program]?.place : lineOf(line);
    const hint =
      failure.reason === "budget" ? "a loop may not end; or give the simulation a greater budget" : undefined;
    yields.notice("error", `${probe}: ${failure.message}`, place, hint);
    stopped = "budget";
  };

  const runAll = (targets: readonly Target[], occurrence: Occurrence, cpu: number): void => {
    player.setScene(occurrence.event, cpu, now, occurrence.blocks);
    for (const target of targets) {
      const { program } = occurrence.event;
      if (program !== undefined && manifest.programs[target.program]?.name !== program) continue;
      if (target.attach.kind === "watchpoint" && state.unwatched.includes(BigInt(target.attach.address))) continue;
      const failure = player.run(target, occurrence);
      if (failure === undefined) continue;
      fail(target.program, failure);
      break;
    }
    drain();
  };

  const tick = (due: Extract<Due, { readonly kind: "timer" }>): void => {
    const { target, period, cpu } = due;
    const { event } = current[cpu] ?? { event: LOADER };
    const text = manifest.programs[target.program]?.probe ?? "";
    const place: EventPlace = { kind: "perf", key: `perf:${text}`, name: text, group: target.attach.kind };
    const sampled: Occurrence = {
      event: event.cpu === cpu ? event : { ...event, cpu },
      place,
      args: [],
      retval: 0,
      address: 0n,
      bytes: undefined,
      registers: [],
      blocks: [],
    };
    agenda.add(now + period, due);
    runAll([target], sampled, cpu);
  };

  const advance = (to: number): void => {
    while (agenda.next() <= to && stopped === undefined && state.exitCode === undefined) {
      now = Math.max(now, agenda.next());
      const due = agenda.take();
      if (due === undefined) break;
      if (due.kind === "timer") tick(due);
      else runAll(due.targets, due.occurrence, due.cpu);
      if (now - polled >= SECOND) look();
    }
    if (stopped === undefined && state.exitCode === undefined) now = Math.max(now, to);
    if (now - polled >= SECOND) look();
  };
  const look = (): void => {
    polled = now;
    yields.poll();
  };

  const knownOf = (probe: string): Known => {
    const found = known.get(probe);
    if (found !== undefined) return found;
    const place = parsePlace(probe);
    checkExists(snapshot, place, probe);
    const returns =
      place.kind === "enter"
        ? (plan.byKey.get(`return:${place.name}`) ?? [])
        : place.kind === "uenter"
          ? targetsOf(plan, { ...place, kind: "ureturn", key: "ureturn" })
          : [];
    const made: Known = { place, targets: targetsOf(plan, place), returns };
    known.set(probe, made);
    return made;
  };

  const play = (event: SimulatedEvent): void => {
    const { place, targets, returns } = knownOf(event.probe);
    const cpu = event.cpu ?? nextCpu;
    if (cpu < 0 || cpu >= cpus)
      throw new EventError(
        `${event.probe}: there is no processor ${cpu}`,
        0,
        `this host has ${cpus}: 0 to ${cpus - 1}`,
      );
    if (event.cpu === undefined) nextCpu = (nextCpu + 1) % cpus;
    const running = current[cpu];
    if (running !== undefined && (place.kind === "running" || !running.told)) {
      running.event = event;
      running.told = place.kind === "running";
    }
    const took = event.took;
    const back = took === undefined ? [] : returns;
    if (targets.length === 0 && back.length === 0) return;
    const occurrence = contexts.prepare(event, place);
    if (targets.length > 0) runAll(targets, occurrence, cpu);
    if (back.length === 0 || took === undefined) return;
    const isUser = place.kind === "uenter";
    const kind = isUser ? "ureturn" : "return";
    const key = isUser ? "ureturn" : `return:${place.name}`;
    const returned: Occurrence = { ...occurrence, place: { ...place, kind, key } };
    const at = now + Number(took);
    busyUntil = Math.max(busyUntil, at);
    agenda.add(at, { kind: "return", occurrence: returned, targets: back, cpu });
  };

  const runSpecial = (kind: "begin" | "end"): void => {
    player.setScene(LOADER, 0, now, []);
    for (const { program, attach } of plan.targets) {
      if (attach.kind !== kind || stopped !== undefined) continue;
      const failure = player.runBare(program, LOADER_STACK);
      if (failure !== undefined) fail(program, failure);
    }
  };

  const startTimers = (): void => {
    if (setup.timers === "events") return;
    for (const target of plan.targets) {
      const { attach } = target;
      if (attach.kind !== "interval" && attach.kind !== "profile") continue;
      const period = attach.hz === undefined ? Number(attach.ns ?? SECOND) : SECOND / Number(attach.hz);
      const on = attach.kind === "profile" ? cpus : 1;
      for (let cpu = 0; cpu < on; cpu++) agenda.add(now + period, { kind: "timer", target, period, cpu });
    }
  };

  return {
    setup,
    idle: plan.targets.every(({ attach }) => ["begin", "end", "iter"].includes(attach.kind)),
    items: yields.items,
    reason: () => stopped ?? (state.exitCode === undefined ? undefined : "exit"),
    now: () => now,
    busyUntil: () => busyUntil,
    start() {
      yields.put(header(manifest, snapshot, setup));
      if (setup.childPid === 0 && manifest.host.some(({ kind }) => kind === "cpid"))
        yields.notice("warning", "No child command (`-c`); cpid is zero");
      for (const { program, text } of plan.warnings) yields.notice("warning", text, manifest.programs[program]?.place);
      runSpecial("begin");
      yields.put({ type: "attached", count: plan.targets.length, probes: plan.targets.map(({ text }) => text) });
      drain();
      startTimers();
    },
    advance,
    play(event) {
      try {
        play(event);
      } catch (error) {
        throw atLine(error, event.line);
      }
    },
    finish(reason) {
      state.ending = true;
      if (stopped === undefined) runSpecial("end");
      drain();
      yields.poll();
      yields.put({ type: "detached", reason });
      if (manifest.config.print_maps_on_exit) {
        for (const record of createMapReader(machine, manifest, names).printAll()) yields.put(record);
      }
      yields.end(stopped === undefined ? (state.exitCode ?? 0) & 0xff : 1);
    },
  };
}

/** Whether some program asks for the current task_struct. */
export function usesTask(read: ReadObject): boolean {
  const ids = [helperRow("get_current_task").id, helperRow("get_current_task_btf").id];
  return read.functions.some(({ insns }) =>
    insns.some((insn) => insn.kind === "call" && insn.target.kind === "helper" && ids.includes(insn.target.id)),
  );
}

/** From its column to the end of the line: all that line info knows of a place. */
export function lineOf(line: LineInfo): Place {
  const column = Math.max(1, line.column);
  const endColumn = Math.max(column + 1, line.text.trimEnd().length + 1);
  return { line: line.line, column, endLine: line.line, endColumn };
}

export function header(manifest: Manifest, snapshot: Snapshot, setup: Setup) {
  return {
    type: "header" as const,
    version: 1 as const,
    tool: manifest.tool,
    host: setup.host,
    kernel: snapshot.release,
    arch: snapshot.arch,
    source: manifest.source,
    utc_offset: setup.utcOffset,
    str_trunc_trailer: manifest.config.str_trunc_trailer,
    events: manifest.events.map(({ id, kind, format, args, place }) => ({
      id,
      kind,
      ...(format === undefined ? {} : { format }),
      args: args.map(({ type }) => type),
      place,
    })),
    maps: manifest.maps.map(({ name, key, value }) => ({ name, ...(key === undefined ? {} : { key }), value })),
  };
}

function cached<T>(find: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined || known.has(name)) return found as T; // what was put there is a T
    const made = find(name);
    known.set(name, made);
    return made;
  };
}
