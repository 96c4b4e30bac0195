/**
 * Threads that run, block and are woken on a few processors, as the events that scripts trace of it: sched_switch,
 * sched_waking, sched_wakeup, try_to_wake_up, finish_task_switch.
 */
import { createAgenda } from "./clock.ts";
import type { EventFrame, EventValue, SimulatedEvent } from "./event.ts";
import { type Actor, unfold, type Values } from "./generate-values.ts";
import type { Random } from "./random.ts";
import { BLOCKED_STACKS, WAKER_STACKS } from "./workloads.ts";

export type Scheduling = {
  readonly random: Random;
  readonly values: Values;
  readonly actors: readonly Actor[];
  readonly cpus: number;
  /** Factor on how often threads are switched. */
  readonly rate: number;
  /** Nanoseconds. */
  readonly duration: number;
  /** Events that some program sees, as events name them. */
  readonly wanted: ReadonlySet<string>;
  /** The name that finish_task_switch has in this kernel. */
  readonly finish: string;
};

/** Threads that take part: more make more events, not a better picture. */
const MOST_THREADS = 8;
/** Median of how long a thread runs before it blocks. */
const RUN_MEDIAN = 250_000;
/** Blocking lasts longer here than on a host that has thousands of threads to switch. */
const STRETCH = 30;
const SLEEPING = 1;
const RUNNING = 0;

type Thread = {
  readonly actor: Actor;
  readonly cpu: number;
  readonly reason: number;
  readonly blocked: readonly EventFrame[];
};
type Due = { readonly kind: "wake"; readonly thread: Thread } | { readonly kind: "switch"; readonly cpu: number };

export function* scheduleEvents(given: Scheduling): Generator<SimulatedEvent> {
  const { random, values, cpus, wanted, finish } = given;
  const folded = new Map<string, readonly EventFrame[]>();
  const frames = (text: string): readonly EventFrame[] => unfold(text, folded);
  const leaders = given.actors.filter((actor) => actor.tid === actor.pid);
  const others = given.actors.filter((actor) => actor.tid !== actor.pid);
  const threads: readonly Thread[] = [...leaders, ...others].slice(0, MOST_THREADS).map((actor, i) => {
    const reason = actor.process % BLOCKED_STACKS.length;
    const stack = BLOCKED_STACKS[reason]?.stack ?? "";
    return { actor, cpu: i % cpus, reason, blocked: frames(`${stack};${finish}`) };
  });
  const idle = Array.from({ length: cpus }, (_, cpu): Actor => {
    return { comm: `swapper/${cpu}`, pid: 0, tid: 0, uid: 0, process: -1 };
  });
  const running: (Thread | undefined)[] = idle.map(() => undefined);
  const queues: Thread[][] = idle.map(() => []);
  const idleStack = frames(`cpu_startup_entry;do_idle;schedule_idle;__schedule;${finish}`);
  const agenda = createAgenda<Due>();
  const block = (thread: Thread, at: number): void => {
    const reason = BLOCKED_STACKS[thread.reason];
    const sleep = random.lognormal(reason?.median ?? 1e6, reason?.sigma ?? 1) * (STRETCH / given.rate);
    agenda.add(at + sleep, { kind: "wake", thread });
  };
  for (const thread of threads) block(thread, 0);

  const by = (actor: Actor, cpu: number, at: number): Omit<SimulatedEvent, "probe"> => {
    const { comm, pid, tid, uid } = actor;
    return { at: Math.round(at), cpu, pid, tid, comm, uid };
  };
  const at = (): number => agenda.next();

  function* wake(thread: Thread, now: number): Generator<SimulatedEvent> {
    const cpu = random.integer(0, cpus - 1);
    const waker = running[cpu]?.actor ?? idle[cpu] ?? thread.actor;
    const usual = random.next() < 0.9 ? thread.reason : random.integer(0, WAKER_STACKS.length - 1);
    const stack = frames(WAKER_STACKS[usual % WAKER_STACKS.length]?.[1] ?? "try_to_wake_up");
    const scene = { ...by(waker, cpu, now), kstack: stack };
    const { actor } = thread;
    const woken: EventValue = { comm: actor.comm, pid: actor.tid, prio: 120, target_cpu: thread.cpu };
    if (wanted.has("kprobe:try_to_wake_up"))
      yield { ...scene, probe: "kprobe:try_to_wake_up", args: { p: values.task(actor) }, retval: 1, took: 900 };
    for (const event of ["sched_waking", "sched_wakeup"]) {
      const probe = `tracepoint:sched:${event}`;
      if (wanted.has(probe)) yield { ...scene, probe, args: woken as { readonly [name: string]: EventValue } };
      const raw = `rawtracepoint:${event}`;
      if (wanted.has(raw)) yield { ...scene, probe: raw, args: [values.task(actor)] };
    }
    const queue = queues[thread.cpu];
    queue?.push(thread);
    if (running[thread.cpu] === undefined && queue?.length === 1)
      agenda.add(now + random.lognormal(6000, 0.8), { kind: "switch", cpu: thread.cpu });
  }

  function* change(cpu: number, now: number): Generator<SimulatedEvent> {
    const before = running[cpu];
    const next = queues[cpu]?.shift();
    if (before === undefined && next === undefined) return;
    running[cpu] = next;
    const prev = before?.actor ?? idle[cpu];
    const actor = next?.actor ?? idle[cpu];
    if (prev === undefined || actor === undefined) return;
    if (wanted.has("tracepoint:sched:sched_switch")) {
      const left = { prev_comm: prev.comm, prev_pid: prev.tid, prev_prio: 120 };
      const came = { next_comm: actor.comm, next_pid: actor.tid, next_prio: 120 };
      const state = before === undefined ? RUNNING : SLEEPING;
      const kstack = before?.blocked ?? idleStack;
      yield {
        ...by(prev, cpu, now),
        probe: "tracepoint:sched:sched_switch",
        args: { ...left, prev_state: state, ...came },
        kstack: kstack.slice(1),
      };
    }
    if (wanted.has("rawtracepoint:sched_switch")) {
      const args = {
        preempt: false,
        prev: values.task(prev),
        next: values.task(actor),
        prev_state: before === undefined ? RUNNING : SLEEPING,
      };
      yield { ...by(prev, cpu, now), probe: "rawtracepoint:sched_switch", args };
    }
    if (wanted.has(`kprobe:${finish}`)) {
      const kstack = next?.blocked ?? idleStack;
      yield {
        ...by(actor, cpu, now + 300),
        probe: `kprobe:${finish}`,
        args: { arg0: values.task(prev) },
        retval: 0,
        took: 400,
        kstack,
      };
    }
    if (before !== undefined) block(before, now);
    if (next !== undefined) agenda.add(now + random.lognormal(RUN_MEDIAN, 0.8), { kind: "switch", cpu });
  }

  while (at() <= given.duration) {
    const now = at();
    const due = agenda.take();
    if (due === undefined) return;
    if (due.kind === "wake") yield* wake(due.thread, now);
    else yield* change(due.cpu, now);
  }
}

/** Whether an event is one of those that threads make when they are switched and woken. */
export function isScheduling(probe: string): boolean {
  return /^(tracepoint:sched:sched_(switch|waking|wakeup)|rawtracepoint:sched_(switch|waking|wakeup)|kprobe:(try_to_wake_up|finish_task_switch[\w.]*))$/.test(
    probe,
  );
}
