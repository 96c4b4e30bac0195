/**
 * One run: an object on a machine, its programs attached to a plan, a virtual clock. simulate.ts feeds it events and hands
 * on what it yields. What happens in which order is the loader's (loader/run.c).
 *
 * The clock stands where the last event came; what waits in the queue has happened before, and is played before anything
 * that needs more than the machine: timers, polls, events that are played by themselves.
 */
import type { Manifest } from "../5-object/manifest.ts";
import { type ReadObject, readObject } from "../5-object/read-object.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { StreamItem } from "../stream/decode.ts";
import { type EventPlace, isOfProcess, makePlan, type Plan, wordNamesOf } from "./attach.ts";
import { createAgenda } from "./clock.ts";
import { createContexts, keepOccurrence, type Occurrence } from "./context.ts";
import { defaultSetup, EventError, type Setup, type SimulatedEvent } from "./event.ts";
import { atLine, fillGlobals, ParameterError, taiOffset } from "./fill-globals.ts";
import { bufferSize, fieldMoves } from "./fit-object.ts";
import { filesOf, header, LOADER, LOADER_STACK, lineOf, needsOf, systemOf } from "./host-facts.ts";
import { createMemory } from "./kernel-memory.ts";
import { loadMachine, type Machine, type RunFailure, SimulatorError } from "./machine.ts";
import { createNames } from "./names.ts";
import type { SimulateOptions } from "./options.ts";
import { createPlayer } from "./player.ts";
import { roomForNames } from "./probe-names.ts";
import { createQueue } from "./queue.ts";
import { createMapReader } from "./read-maps.ts";
import { createScenes } from "./scenes.ts";
import { createStacks } from "./stacks.ts";
import { createStops, type Stands } from "./stops.ts";
import { createSymbols, KERNEL_TEXT, type Symbols, USER_TEXT } from "./symbols.ts";
import { createTasks } from "./tasks.ts";
import { createYields, later, silentKinds, timeOf } from "./yields.ts";

export type Run = {
  readonly items: StreamItem[];
  readonly isOver: () => boolean;
  /** Why the run is over; undefined: it goes on. */
  readonly reason: () => string | undefined;
  /** Nanoseconds since the start. */
  readonly now: () => number;
  /** When the run ends by itself: as it was told, else when the last function that was entered has returned. */
  readonly end: () => number;
  /** Header, begin programs, attach. */
  readonly start: () => void;
  /** Fires what is due until then, and sets the clock. */
  readonly advance: (to: number) => void;
  /**
   * Sets the clock to an event and runs what it runs, or lets it wait for others (queue.ts): `settle` plays what waits.
   * False: the run is over, or the event comes behind its end.
   * @throws EventError for an event that cannot happen, with its line
   */
  readonly happen: (event: SimulatedEvent) => boolean;
  /** Whatever was to happen has happened then. False: the run is over. */
  readonly settle: () => boolean;
  /** How many events have happened; of those that wait it is not known before they are settled. */
  readonly happened: () => number;
  /** End programs, final maps, ledger. */
  readonly finish: (reason: string) => void;
};

const SECOND = 1_000_000_000;
/** How long a run without events and without an end of its own goes on. */
const DEFAULT_SPAN = 10 * SECOND;
const DEFAULT_BUDGET = 100_000_000;
/** PID_MAX_LIMIT of include/linux/threads.h. */
const MAX_PID = 4_194_304;
const DEFAULT_RECORDS = 1_000_000;
/** What is due at a moment of the virtual clock. */
type Due =
  | { readonly kind: "timer"; readonly stands: Stands; readonly period: number; readonly cpu: number }
  | {
      readonly kind: "return";
      readonly occurrence: Occurrence;
      readonly stands: Stands;
      readonly cpu: number;
    };

/**
 * Reads and fits an object, and makes its machine.
 * @throws SimulatorError, ObjectError, ParameterError
 */
export async function createRun(object: Uint8Array, options: SimulateOptions): Promise<Run> {
  const { snapshot, pid = 0 } = options;
  if (pid > MAX_PID) throw new ParameterError(`Pid out of range: ${pid} is above ${MAX_PID}`);
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
    ...(options.mapMemory === undefined ? {} : { mapMemory: options.mapMemory }),
    maxEntries: {
      ...(buffer?.kind === "ring" ? { [buffer.symbol]: bufferSize(manifest) } : {}),
      ...roomForNames(manifest, plan.targets.length),
    },
  });
  const kernel = createSymbols(KERNEL_TEXT, setup.symbols);
  const user = createSymbols(USER_TEXT, new Map());
  const { positional = [], named = new Map<string, string>() } = options;
  fillGlobals(machine, manifest, { positional, named, setup, kernel, user, pid });
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
  const { options, snapshot, read, manifest, machine, plan, setup, kernel, user } = parts;
  const { cpus } = machine;
  const enumerator = cached((name) => snapshot.btf.findEnumerator(name)?.value ?? snapshot.constant(name));
  const memory = createMemory(kernel, enumerator);
  const wordNames = (place: EventPlace) => wordNamesOf(plan, place);
  const contexts = createContexts({ snapshot, arch: snapshot.arch, memory, kernel, user, enumerator, wordNames });
  const tasks = createTasks(snapshot.btf, memory, setup.boot, systemOf(snapshot, setup));
  const needs = needsOf(read);
  const stacks = createStacks(kernel, user, machine.task, needs.stacks);
  const player = createPlayer({ machine, manifest, targets: plan.targets, setup, contexts, tasks, stacks, needs });
  const scenes = createScenes(machine.batch, needs.task ? tasks : undefined);
  const isSilent = silentKinds(manifest);
  const queue = createQueue({
    machine,
    setup,
    contexts,
    player,
    scenes,
    stacks: needs.stacks ? stacks : undefined,
    isSilent,
    options,
  });
  const names = createNames(machine, setup, kernel, user);
  const stops = createStops(snapshot, plan, contexts, player, queue);
  /** Nanoseconds since the start. In an object, where engines keep a number in its place. */
  const clock = { now: 0, polled: 0, busyUntil: 0, last: 0, any: false, count: 0 };
  const given = options.until ?? setup.until;
  const until = given === undefined ? Number.POSITIVE_INFINITY : Number(given);
  const epoch = timeOf(setup.epoch);
  const maps = createMapReader(machine, manifest, names);
  const yields = createYields({
    machine,
    manifest,
    maps,
    names,
    setup,
    allWarnings: options.allWarnings === true,
    files: filesOf(snapshot, setup),
    now: () => setup.epoch + BigInt(clock.now),
    time: () => later(epoch, clock.now),
  });
  const { state } = yields;
  const maxRecords = options.maxRecords ?? DEFAULT_RECORDS;
  const agenda = createAgenda<Due>();
  /** What each processor does when nothing else is known: the last event there, or what "running" said. */
  const current: { event: SimulatedEvent; told: boolean }[] = Array.from({ length: cpus }, () => ({
    event: { probe: "running" },
    told: false,
  }));
  let stopped: string | undefined;
  let nextCpu = 0;
  /** Something fires by the clock, and finds what its processor does. */
  let samples = false;

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

  const isOver = (): boolean => stopped !== undefined || state.exitCode !== undefined;
  const takeLate = (record: Uint8Array, time: number): void => {
    clock.now = time;
    yields.take(record);
  };
  /** Plays what waits. Where the run ends with it, the clock stands there, and nothing behind it happens. */
  const settle = (): boolean => {
    const ahead = clock.now;
    while (!queue.isEmpty()) {
      const stop = queue.play(maxRecords - state.delivered, takeLate);
      if (stop === undefined) break;
      clock.now = stop.time;
      if (stop.failure !== undefined) fail(player.programOf(stop.program), stop.failure);
      drain();
      if (!isOver()) continue;
      queue.drop();
      clock.count = stop.number;
      return false;
    }
    clock.now = ahead;
    return !isOver();
  };

  const runAll = (stands: Stands, occurrence: Occurrence, cpu: number): void => {
    const { event } = occurrence;
    if (stands.group !== undefined && queue.put(stands.group, occurrence, cpu, clock.now, clock.count)) return;
    if (!settle()) return;
    player.setScene(event, cpu, clock.now, occurrence.blocks);
    scenes.told(event, cpu);
    for (const stand of stands.each) {
      if (event.program !== undefined && stand.name !== event.program) continue;
      if (options.pid !== undefined && event.pid !== options.pid && isOfProcess(stand.target)) continue;
      if (stand.watched !== undefined && state.unwatched.includes(stand.watched)) continue;
      const failure = stand.run(occurrence);
      if (failure === undefined) continue;
      fail(stand.target.program, failure);
      break;
    }
    drain();
  };

  const tick = (due: Extract<Due, { readonly kind: "timer" }>): void => {
    const { stands, period, cpu } = due;
    const { event } = current[cpu] ?? { event: LOADER };
    const sampled: Occurrence = { event, args: [], retval: 0, bytes: undefined, registers: [], blocks: [] };
    agenda.add(clock.now + period, due);
    runAll(stands, sampled, cpu);
  };

  /** Whether something is due until then: mostly nothing is, and the clock is just set. */
  const isDue = (to: number): boolean => agenda.next() <= to || to - clock.polled >= SECOND;
  const advance = (to: number): void => {
    while (agenda.next() <= to && !isOver()) {
      if (agenda.first()?.kind === "timer" && !settle()) return;
      clock.now = Math.max(clock.now, agenda.next());
      const due = agenda.take();
      if (due === undefined) break;
      if (due.kind === "timer") tick(due);
      else runAll(due.stands, due.occurrence, due.cpu);
      look();
    }
    if (to > clock.now && !isOver()) clock.now = to;
    look();
  };
  const look = (): void => {
    if (clock.now - clock.polled < SECOND) return;
    settle();
    // the run may have ended before
    if (clock.now - clock.polled < SECOND) return;
    clock.polled = clock.now;
    yields.poll();
  };

  const cpuOf = (event: SimulatedEvent): number => {
    const cpu = event.cpu ?? nextCpu;
    if (cpu < 0 || cpu >= cpus) {
      const hint = `this host has ${cpus}: 0 to ${cpus - 1}`;
      throw new EventError(`${event.probe}: there is no processor ${cpu}`, 0, hint);
    }
    if (event.cpu === undefined) nextCpu = (nextCpu + 1) % cpus;
    return cpu;
  };
  const play = (event: SimulatedEvent): void => {
    const { place, site, stands, returns } = stops.of(event.probe);
    const cpu = cpuOf(event);
    if (!samples && stands.group !== undefined && (event.took === undefined || returns.each.length === 0))
      if (queue.putPlain(stands.group, event, cpu, clock.now, clock.count)) return;
    const running = current[cpu];
    if (samples && running !== undefined && (place.kind === "running" || !running.told)) {
      running.event = event;
      running.told = place.kind === "running";
    }
    const { took } = event;
    const comesBack = took !== undefined && returns.each.length > 0;
    if (site === undefined || (stands.each.length === 0 && !comesBack)) return;
    const occurrence = site.prepare(event);
    if (stands.each.length > 0) runAll(stands, occurrence, cpu);
    if (!comesBack) return;
    const at = clock.now + Number(took);
    clock.busyUntil = Math.max(clock.busyUntil, at);
    agenda.add(at, { kind: "return", occurrence: keepOccurrence(occurrence), stands: returns, cpu });
  };

  const runSpecial = (kind: "begin" | "end"): void => {
    player.setScene(LOADER, 0, clock.now, []);
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
      const stands = stops.timer(target, manifest.programs[target.program]?.probe ?? "");
      samples = true;
      for (let cpu = 0; cpu < on; cpu++) agenda.add(clock.now + period, { kind: "timer", stands, period, cpu });
    }
  };

  return {
    items: yields.items,
    isOver,
    reason: () => stopped ?? (state.exitCode === undefined ? undefined : "exit"),
    now: () => clock.now,
    end() {
      if (until !== Number.POSITIVE_INFINITY) return until;
      if (clock.any) return Math.max(clock.last, clock.busyUntil);
      const isIdle = plan.targets.every(({ attach }) => ["begin", "end", "iter"].includes(attach.kind));
      return isIdle ? 0 : DEFAULT_SPAN;
    },
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
    advance(to) {
      advance(to);
      settle();
    },
    settle,
    happened: () => clock.count,
    happen(event) {
      const at = event.at === undefined ? clock.last : Number(event.at);
      if (at > until) return false;
      if (at > clock.last) clock.last = at;
      clock.any = true;
      if (isDue(clock.last)) advance(clock.last);
      else clock.now = clock.last;
      if (isOver()) return false;
      clock.count++;
      try {
        play(event);
      } catch (error) {
        if (!settle()) return false; // it would have come behind the end
        throw atLine(error, event.line);
      }
      return !isOver();
    },
    finish(reason) {
      state.ending = true;
      if (stopped === undefined) runSpecial("end");
      drain();
      yields.poll();
      yields.put({ type: "detached", reason });
      if (manifest.config.print_maps_on_exit) {
        for (const record of maps.printAll()) yields.put(record);
      }
      yields.end(stopped === undefined ? (state.exitCode ?? 0) & 0xff : 1);
    },
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
