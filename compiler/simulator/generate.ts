/**
 * Invents events for an object's probes: what a busy host does where they are attached. Seeded: the same seed gives the
 * same events. What is usual for known functions and tracepoints stands in workloads.ts; others get values by their types.
 */
import type { Manifest } from "../5-object/manifest.ts";
import { readObject } from "../5-object/read-object.ts";
import { resolveType } from "../btf/layout.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { makePlan, type Target } from "./attach.ts";
import { createAgenda } from "./clock.ts";
import type { EventFrame, SimulatedEvent } from "./event.ts";
import { generateRow } from "./generate-row.ts";
import { isScheduling, scheduleEvents } from "./generate-scheduler.ts";
import { type Actor, actorsOf, createValues, unfold } from "./generate-values.ts";
import type { Generated, GenerateOptions, WorkloadEvent, WorkloadProcess } from "./options.ts";
import { parseWorkload } from "./parse-workload.ts";
import { createRandom, type Random } from "./random.ts";
import { hashText } from "./symbols.ts";
import { FUNCTION_NAMES, RUNNING_STACKS, USUAL_EVENTS, USUAL_PROCESSES } from "./workloads.ts";

const SECOND = 1e9;
const DEFAULT_DURATION = 10 * SECOND;
const DEFAULT_CPUS = 4;
/** A pattern's functions together happen so often; of more functions than these, some never do. */
const PATTERN_RATE = 2000;
const MOST_FUNCTIONS = 400;
const OTHER_RATE = 50;

/**
 * What happens on a busy host where this object's probes are attached, in order of time. Known functions and tracepoints
 * have a workload of their own; others get plausible values by their types.
 * @throws ObjectError, SimulatorError for an object that the snapshot's kernel cannot run
 */
export function* generateEvents(object: Uint8Array, options: GenerateOptions): Generator<SimulatedEvent> {
  const { snapshot, workload } = options;
  const { manifest } = readObject(object);
  const plan = makePlan(manifest, snapshot);
  const cpus = options.cpus ?? DEFAULT_CPUS;
  const duration = Number(options.duration ?? DEFAULT_DURATION);
  const rate = options.rate ?? 1;
  const given = workload?.processes ?? [];
  const processes = given.length > 0 ? given : usualProcesses();
  const seed = options.seed ?? 1;
  const rows = rowsFor(manifest, snapshot, plan.targets, workload?.events ?? []);
  const wanted = new Set(rows.map((row) => row.probe));
  const agenda = createAgenda<Source>();
  const add = (events: Iterator<SimulatedEvent>): void => {
    const next = events.next();
    if (next.done !== true) agenda.add(Number(next.value.at ?? 0), { events, next: next.value });
  };

  const own = rows.filter((row) => !isScheduling(row.probe) || (workload?.events ?? []).includes(row));
  for (const row of own) {
    // A source of its own for each row: more rows do not change what the others do.
    const random = createRandom(seed ^ hashText(row.probe));
    const actors = actorsOf(processes);
    const maker = { random, actors, processes, cpus, snapshot, usual: !(workload?.events ?? []).includes(row) };
    add(generateRow(maker, createValues(random, actors), row, rate, duration));
  }
  if (rows.length > own.length) {
    const random = createRandom(seed ^ hashText("scheduler"));
    const actors = actorsOf(processes);
    const values = createValues(random, actors);
    const probes = rows.map((row) => row.probe);
    const finish = probes.find((probe) => probe.startsWith("kprobe:finish_task_switch"))?.slice("kprobe:".length);
    const scene = { random, values, actors, cpus, rate, duration, wanted };
    add(scheduleEvents({ ...scene, finish: finish ?? "finish_task_switch" }));
  }
  const sampled = plan.targets.filter(({ attach }) => ["profile", "software", "hardware"].includes(attach.kind));
  if (sampled.length > 0) {
    const counters = sampled.flatMap(({ attach, text }) => (attach.kind === "profile" ? [] : [text]));
    for (let cpu = 0; cpu < cpus; cpu++)
      add(runOn(createRandom(seed ^ hashText(`cpu ${cpu}`)), actorsOf(processes), cpu, rate, duration, counters));
  }
  for (const target of plan.targets) {
    if (target.attach.kind === "iter") add(iterate(target.attach.target, actorsOf(processes)));
    if (target.attach.kind === "signal")
      add([{ probe: `self:signal:${target.attach.signal}`, at: duration / 2 }][Symbol.iterator]());
  }

  for (let source = agenda.take(); source !== undefined; ) {
    yield source.next;
    const next = source.events.next();
    if (next.done !== true) {
      source.next = next.value;
      const at = Number(next.value.at ?? 0);
      if (at < agenda.next()) continue; // it is the next of all
      agenda.add(at, source);
    }
    source = agenda.take();
  }
}

/** Events in order of time, and the first that is not yielded yet. */
type Source = { readonly events: Iterator<SimulatedEvent>; next: SimulatedEvent };

function usualProcesses(): readonly WorkloadProcess[] {
  return parseWorkload(USUAL_PROCESSES, "processes").workload.processes;
}

/** One row for everything that the object's probes see; what the caller says goes before what is usual. */
function rowsFor(
  manifest: Manifest,
  snapshot: Snapshot,
  targets: readonly Target[],
  own: readonly WorkloadEvent[],
): readonly WorkloadEvent[] {
  const rows = new Map<string, WorkloadEvent>(own.map((row) => [row.probe, row]));
  // A pattern is one attach point of the script, whether it has one program for all functions or one for each.
  const patternOf = ({ program }: Target): string => {
    const place = manifest.programs[program]?.place;
    return `${place?.line}:${place?.column}`;
  };
  const patterns = new Map<string, number>();
  for (const target of targets) patterns.set(patternOf(target), (patterns.get(patternOf(target)) ?? 0) + 1);
  for (const target of targets) {
    const probe = probeOf(target);
    if (probe === undefined || rows.has(probe)) continue;
    const count = patterns.get(patternOf(target)) ?? 1;
    const usual = usualRow(probe);
    if (usual !== undefined) {
      rows.set(probe, usual);
      continue;
    }
    // Of a pattern with thousands of matches, a sample; some of them happen far more often than others.
    const hash = hashText(probe);
    if (count > MOST_FUNCTIONS && hash % count >= MOST_FUNCTIONS) continue;
    const share = Math.min(count, MOST_FUNCTIONS);
    const rate = count === 1 ? OTHER_RATE : PATTERN_RATE / share / (0.2 + ((hash >>> 8) % 64) / 8);
    rows.set(probe, otherRow(probe, snapshot, rate));
  }
  return [...rows.values()];
}

/** How an event names what a target sees: the entry of a function also for its return, a system call's entry for its exit. */
function probeOf({ attach, text, key }: Target): string | undefined {
  switch (attach.kind) {
    case "kprobe":
    case "kretprobe":
    case "fentry":
    case "fexit":
      return key.startsWith("at:") ? text : `kprobe:${key.slice(key.indexOf(":") + 1)}`;
    case "tracepoint":
      return key.replace(/^(tracepoint:(?:syscalls:|raw_syscalls:)sys)_exit/, "$1_enter");
    case "rawtracepoint":
      return `rawtracepoint:${attach.event}`;
    case "uprobe":
    case "uretprobe":
      return `uprobe:${attach.path.replaceAll("*", "")}:${(attach.symbol ?? "").replaceAll("*", "")}`;
    case "usdt":
      return `usdt:${attach.path}:${attach.provider ?? "app"}:${attach.name.replaceAll("*", "")}`;
    case "watchpoint":
      return text;
    default:
      return undefined;
  }
}

function usualRow(probe: string): WorkloadEvent | undefined {
  const [kind = "", ...rest] = probe.split(":");
  // A function of a binary, whichever the binary.
  const name = kind === "uprobe" ? `uprobe:${rest.at(-1)}` : probe;
  const text = Object.hasOwn(USUAL_EVENTS, name) ? USUAL_EVENTS[name] : undefined;
  if (text === undefined) return undefined;
  const { workload, problems } = parseWorkload(`${name}\n${joinLines(text)}`, name);
  const row = workload.events[0];
  if (problems[0] !== undefined || row === undefined) throw new RangeError(`${name}: ${problems[0]?.message}`);
  return { ...row, probe };
}

/** A value that goes on over several lines is one line for the parser. */
function joinLines(text: string): string {
  return text.replace(/,\s*\n/g, ", ").replace(/\(\s*\n/g, "(");
}

const lognormal = (median: number, sigma: number): Generated => ({ kind: "lognormal", median, sigma });
const constant = (value: number): Generated => ({ kind: "constant", value });

/** A row for what is not known: values by the types of the arguments. */
function otherRow(probe: string, snapshot: Snapshot, rate: number): WorkloadEvent {
  const [kind = "", ...rest] = probe.split(":");
  const name = rest.at(-1) ?? "";
  const base = { probe, rate, ustack: undefined, kstack: undefined, processes: [] };
  const took = lognormal(4000, 1);
  const often = {
    kind: "choice",
    options: [
      { weight: 95, value: constant(0) },
      { weight: 5, value: constant(-2) },
    ],
  } as const;
  if (kind === "kprobe" && !name.includes("+")) {
    const kstack: Generated = { kind: "text", text: `entry_SYSCALL_64_after_hwframe;do_syscall_64;${name}` };
    return { ...base, args: argumentsByType(snapshot, name), retval: often, took, kstack };
  }
  if (kind === "tracepoint") {
    const args: Record<string, Generated> = {};
    for (const field of snapshot.tracepoint(rest[0] ?? "", name)?.fields ?? []) {
      if (!field.name.startsWith("common_")) args[field.name] = fieldByType(field.type, field.size, field.name);
    }
    return { ...base, args, retval: often, took };
  }
  if (kind === "uprobe" || kind === "usdt") {
    const args: Record<string, Generated> = {};
    for (let i = 0; i < 6; i++) args[`arg${i}`] = lognormal(64, 1.2);
    return { ...base, args, retval: often, took };
  }
  return { ...base, args: {}, retval: undefined, took: undefined };
}

/** Numbers for integers, a name for a text; pointers to structs stay null unless they are sockets, files or tasks. */
function argumentsByType(snapshot: Snapshot, name: string): Record<string, Generated> {
  const args: Record<string, Generated> = {};
  const found = snapshot.functionType(name);
  const proto = found?.btf.type(found.proto);
  if (found === undefined || proto?.kind !== "func_proto") return args;
  for (const param of proto.params) {
    const type = resolveType(found.btf, param.type);
    if (param.name === "") continue;
    if (type.kind === "int") args[param.name] = lognormal(512, 1.3);
    else if (type.kind === "ptr") {
      const target = resolveType(found.btf, type.type);
      if (target.kind === "int" && target.size === 1) args[param.name] = { kind: "text", text: "example" };
      else if (target.kind === "struct") args[param.name] = thingOf(target.name);
    }
  }
  return args;
}

function thingOf(struct: string): Generated {
  if (struct === "sock") return { kind: "thing", thing: "socket" };
  if (struct === "task_struct") return { kind: "thing", thing: "task" };
  if (struct === "file") return { kind: "thing", thing: "file" };
  return { kind: "fields", fields: {} };
}

function fieldByType(type: string, size: number, name: string): Generated {
  if (/\bchar\b.*\[/.test(type))
    return { kind: "text", text: name.includes("comm") ? "nginx" : "example".slice(0, Math.max(1, size - 1)) };
  if (/^__(data|rel)_loc/.test(type)) return { kind: "list", elements: [] };
  if (/\bchar\s*\*/.test(type)) return { kind: "text", text: "/etc/hostname" };
  if (/\*\s*$/.test(type))
    return name === "function" || name === "func"
      ? {
          kind: "choice",
          options: FUNCTION_NAMES.map((text) => ({ weight: 1, value: { kind: "text", text } as const })),
        }
      : constant(0);
  if (/\[/.test(type) || /^(struct|union)\b/.test(type)) return { kind: "list", elements: [] };
  if (name === "pid" || name === "tid" || name === "cpu") return { kind: "same", name };
  return size === 1 ? { kind: "uniform", min: 0, max: 1 } : lognormal(64, 1.2);
}

const USER_STACKS: readonly string[] = [
  "_start;__libc_start_main;main;event_loop;handle_request;write_response",
  "_start;__libc_start_main;main;event_loop;handle_request;parse_headers",
  "_start;__libc_start_main;main;worker;run_query;scan_table",
];

/** What a processor does, a stretch at a time; and the events that counters yield of it. */
function* runOn(
  random: Random,
  actors: readonly Actor[],
  cpu: number,
  rate: number,
  duration: number,
  counters: readonly string[],
): Generator<SimulatedEvent> {
  const folded = new Map<string, readonly EventFrame[]>();
  const weights = RUNNING_STACKS.map(([weight]) => weight);
  for (let at = 0; at <= duration; at += random.exponential(7e6)) {
    const index = random.weighted(weights);
    const kstack = unfold(RUNNING_STACKS[index]?.[1] ?? "do_idle", folded);
    const actor = index === 0 ? undefined : actors[random.integer(0, actors.length - 1)];
    const when = Math.round(at);
    const user = USER_STACKS[(actor?.pid ?? 0) % USER_STACKS.length] ?? "";
    const ustack = actor === undefined ? [] : unfold(user, folded);
    const who = actor === undefined ? {} : { pid: actor.pid, tid: actor.tid, comm: actor.comm, uid: actor.uid };
    const scene: SimulatedEvent = { probe: "running", at: when, cpu, ...who, kstack, ustack };
    yield scene;
    if (actor === undefined) continue;
    for (const probe of counters) if (random.next() < Math.min(1, 0.2 * rate)) yield { ...scene, probe };
  }
}

/** Objects that an iterator goes over: threads; of other kinds, a few empty ones. */
function* iterate(target: string, actors: readonly Actor[]): Generator<SimulatedEvent> {
  for (const { comm, pid, tid } of actors) {
    if (!target.startsWith("task")) return;
    yield { probe: `iter:${target}`, at: 0, args: { task: { pid: tid, tgid: pid, comm } } };
  }
}
