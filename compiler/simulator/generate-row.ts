/** One row of a workload: something that happens again and again, with exponential gaps, as events in order of time. */
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { EventValue, SimulatedEvent } from "./event.ts";
import type { Actor, Draw, Scope, Values } from "./generate-values.ts";
import { integerOf } from "./integers.ts";
import type { WorkloadEvent, WorkloadProcess } from "./options.ts";
import type { Random } from "./random.ts";

export type RowMaker = {
  readonly random: Random;
  readonly actors: readonly Actor[];
  readonly processes: readonly WorkloadProcess[];
  readonly cpus: number;
  readonly snapshot: Snapshot;
  /** The row is one of ours, and arguments that this kernel lacks are left out; a caller's are as written. */
  readonly usual: boolean;
};

const SECOND = 1e9;
/** How often a thread that is not busy is looked for. */
const TRIES = 8;
/** Of events, that a thread does on the processor that it is usually on. */
const AT_HOME = 0.85;

type Drawn = { -readonly [Key in keyof SimulatedEvent]: SimulatedEvent[Key] };

/** @param factor on how often it happens; @param duration of all events, in nanoseconds */
export function* generateRow(
  maker: RowMaker,
  values: Values,
  row: WorkloadEvent,
  factor: number,
  duration: number,
): Generator<SimulatedEvent> {
  const { random, cpus } = maker;
  const { able, choose } = doersOf(maker, row);
  const gap = SECOND / Math.max(1e-9, row.rate * factor);
  const last: Last = { took: 0, retval: 0 };
  const draw = drawerOf(maker, values, row, last);
  const returnsTo = exitOf(row.probe);
  /** Until when each thread is inside: it cannot be twice at once. */
  const busy = new Map<number, number>();
  const isBusy = (actor: Actor, at: number): boolean => busy.size > 0 && (busy.get(actor.tid) ?? 0) > at;
  const returns: Return[] = [];
  let latest: Return | undefined;
  for (let at = random.exponential(gap); at <= duration; at += random.exponential(gap)) {
    if (latest !== undefined) insert(returns, latest);
    latest = undefined;
    for (let back = returns[0]; back !== undefined && back.at <= at; back = returns[0]) {
      returns.shift();
      yield back.event;
    }
    let actor = able[choose()];
    for (let tries = 0; actor !== undefined && isBusy(actor, at) && tries < TRIES; tries++) actor = able[choose()];
    if (actor === undefined || isBusy(actor, at)) continue;
    const cpu = random.next() < AT_HOME ? actor.tid % cpus : random.integer(0, cpus - 1);
    const event = draw(actor, cpu, Math.round(at));
    const { took } = last;
    if (took > 0) busy.set(actor.tid, at + took);
    yield event;
    if (returnsTo === undefined) continue;
    const back = {
      ...event,
      probe: returnsTo,
      at: Math.round(at + took),
      args: exitArguments(returnsTo, event, last.retval),
    };
    latest = { at: at + took, event: back };
  }
  for (const { event } of returns) yield event;
  if (latest !== undefined) yield latest.event;
}

type Return = { readonly at: number; readonly event: SimulatedEvent };

/** Behind those that come no later. */
function insert(returns: Return[], back: Return): void {
  let i = returns.length;
  while (i > 0 && (returns[i - 1]?.at ?? 0) > back.at) i--;
  returns.splice(i, 0, back);
}

/** The threads that do it, and what chooses one of them: processes by their weights, whatever threads they have. */
function doersOf({ random, actors, processes }: RowMaker, row: WorkloadEvent) {
  const chosen = actors.filter(({ comm }) => row.processes.length === 0 || row.processes.includes(comm));
  const able = chosen.length === 0 ? actors : chosen;
  const weights = able.map(({ process }) => (processes[process]?.weight ?? 1) / (processes[process]?.threads ?? 1));
  return { able, choose: random.chooser(weights) };
}

/** Where a system call that is entered returns. */
function exitOf(probe: string): string | undefined {
  const exit = probe.replace(/^(tracepoint:(?:syscalls:|raw_syscalls:)sys)_enter/, "$1_exit");
  return exit === probe ? undefined : exit;
}

function exitArguments(
  exit: string,
  { args }: SimulatedEvent,
  retval: EventValue,
): { readonly [name: string]: EventValue } {
  const ret = typeof retval === "number" ? retval : (integerOf(retval) ?? 0);
  if (!exit.includes("raw_syscalls")) return { ret };
  const { id = 0 } = (args ?? {}) as { readonly id?: EventValue }; // rows name their arguments
  return { id, ret };
}

const NOBODY: Actor = { comm: "", pid: 0, tid: 0, uid: 0, process: 0 };

/** What was drawn for the event before, besides the event. */
type Last = { took: number; retval: EventValue };

/** Draws an event: arguments in their order, then how long it takes, its result, its stacks. */
function drawerOf(
  maker: RowMaker,
  values: Values,
  row: WorkloadEvent,
  last: Last,
): (actor: Actor, cpu: number, at: number) => SimulatedEvent {
  const { probe } = row;
  const isTracepoint = probe.startsWith("tracepoint:");
  const known = maker.usual ? namesOf(maker.snapshot, probe) : undefined;
  const isKnown = (name: string): boolean => known === undefined || known.has(name) || /^arg\d+$/.test(name);
  const names = Object.keys(row.args).filter(isKnown);
  const draws = names.map((name): Draw => values.drawer(row.args[name] ?? { kind: "constant", value: 0 }));
  const took = row.took === undefined ? undefined : values.duration(row.took);
  const retval = row.retval === undefined ? undefined : values.drawer(row.retval);
  const kstack = row.kstack === undefined ? undefined : values.stack(row.kstack);
  const ustack = row.ustack === undefined ? undefined : values.stack(row.ustack);
  const isSimple = took === undefined && retval === undefined && kstack === undefined && ustack === undefined;

  const scope: Scope = { actor: NOBODY, cpu: 0, args: {} };
  return (actor, cpu, at) => {
    const { pid, tid, comm, uid } = actor;
    const args: Record<string, EventValue> = {};
    scope.actor = actor;
    scope.cpu = cpu;
    scope.args = args;
    for (let i = 0; i < draws.length; i++) args[names[i] ?? ""] = draws[i]?.(scope) ?? 0;
    if (isSimple) {
      if (names.length === 0) return { probe, at, cpu, pid, tid, comm, uid };
      return { probe, at, cpu, pid, tid, comm, uid, args };
    }
    const event: Drawn = { probe, at, cpu, pid, tid, comm, uid };
    last.took = took?.(scope) ?? 0;
    last.retval = retval?.(scope) ?? 0;
    if (!isTracepoint) {
      if (names.length > 0) event.args = args;
      if (retval !== undefined) event.retval = last.retval;
    }
    if (kstack !== undefined) event.kstack = kstack(scope);
    if (ustack !== undefined) event.ustack = ustack(scope);
    if (isTracepoint) {
      if (names.length > 0) event.args = args;
    } else if (took !== undefined) event.took = last.took;
    return event;
  };
}

/** Arguments that the kernel knows there; undefined: any name may do. */
function namesOf(snapshot: Snapshot, probe: string): ReadonlySet<string> | undefined {
  const [kind = "", ...rest] = probe.split(":");
  const name = rest.at(-1) ?? "";
  if (kind === "tracepoint")
    return new Set(snapshot.tracepoint(rest[0] ?? "", name)?.fields.map((field) => field.name));
  if (kind !== "kprobe") return undefined;
  const found = snapshot.functionType(name);
  const proto = found?.btf.type(found.proto);
  return new Set(proto?.kind === "func_proto" ? proto.params.map((param) => param.name) : []);
}
