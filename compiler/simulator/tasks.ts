/**
 * Tasks of the simulated kernel: a task_struct for each thread that events name, with what they say of it, so that curtask
 * and its fields read as on a host. Laid out once, and again when a thread's name changes.
 */
import { findMember, sizeOf } from "../btf/layout.ts";
import type { Btf } from "../btf/types.ts";
import type { Typed } from "./c-values.ts";
import type { EventValue, SimulatedEvent } from "./event.ts";
import { integerOf } from "./integers.ts";
import type { Block, Memory } from "./kernel-memory.ts";
import { createPidTable } from "./pids.ts";

export type Tasks = {
  /** Address of the task_struct of the task that is current on a processor. */
  readonly address: (event: SimulatedEvent, cpu: number) => bigint;
  /** Blocks that must be mapped before programs look at the event's task; none where they are already. */
  readonly blocks: (event: SimulatedEvent, cpu: number) => readonly Block[];
};

const TASKS = 0xffff880000000000n;
/** Room for one task: more than any kernel's task_struct takes. */
const ROOM = 0x8000n;
const COMMAND_LINES = 0x7ffe00000000n;
const encoder = new TextEncoder();
const nothing: readonly Block[] = [];

const FIRST: readonly SimulatedEvent[] = [
  { probe: "running", pid: 1, ppid: 0, comm: "systemd" },
  { probe: "running", pid: 2, ppid: 0, comm: "kthreadd" },
];

/** What an event said of a thread. */
type Told = {
  readonly comm: string;
  readonly pid: number;
  readonly ppid: number;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
};

/** @param epoch when tasks were started, in nanoseconds; @param system what uname(2) says, by field of struct new_utsname */
export function createTasks(
  btf: Btf,
  memory: Memory,
  epoch: bigint,
  system: { readonly [field: string]: string } = {},
): Tasks {
  const struct = btf.find("struct", "task_struct");
  const type: Typed | undefined = struct === undefined ? undefined : { btf, type: struct };
  const size = struct === undefined ? 0 : (sizeOf(btf, struct) ?? 0);
  /** What was laid out, by thread; idle tasks by their processors, from -1 down. */
  const known = new Map<number, Told>();
  /** Names of processes, for parents. */
  const comms = new Map<number, string>([[1, "systemd"]]);

  const pids = createPidTable(btf, memory);
  let hasSystem = false;

  /** A process has memory of its own; threads of the kernel have none. */
  const addressed = (comm: string, pid: number): boolean => pid > 2 && !/^(kworker|ksoftirqd|kthreadd|rcu_)/.test(comm);
  /** Its command line stands at the top of its stack. */
  const commandLine = (comm: string, pid: number): { readonly arg_start: bigint; readonly arg_end: bigint } => {
    const words = encoder.encode(`/usr/bin/${comm}\0`);
    const start = COMMAND_LINES + BigInt(pid) * 0x1000n;
    memory.place(start, words, "user", true);
    return { arg_start: start, arg_end: start + BigInt(words.length) };
  };

  const keyOf = (tid: number, cpu: number): number => (tid > 0 ? tid : -1 - cpu);
  const addresses = new Map<number, bigint>();
  const addressOf = (tid: number, cpu: number): bigint => {
    const key = keyOf(tid, cpu);
    const found = addresses.get(key);
    if (found !== undefined) return found;
    const made = TASKS + BigInt(key) * ROOM;
    addresses.set(key, made);
    return made;
  };

  const layOut = (event: SimulatedEvent, cpu: number, extra: EventValue | undefined): readonly Block[] => {
    if (type === undefined) return nothing;
    const tid = event.tid ?? event.pid ?? 0;
    const pid = event.pid ?? tid;
    const ppid = event.ppid ?? (pid > 1 ? 1 : 0);
    const comm = event.comm ?? (tid === 0 ? `swapper/${cpu}` : "");
    const last = known.get(keyOf(tid, cpu));
    if (extra === undefined && last !== undefined && last.comm === comm && last.pid === pid && last.ppid === ppid)
      if (last.uid === event.uid && last.gid === event.gid) return nothing;
    known.set(keyOf(tid, cpu), { comm, pid, ppid, uid: event.uid, gid: event.gid });
    const at = addressOf(tid, cpu);
    const parent = ppid === 0 ? addressOf(0, 0) : addressOf(ppid, 0);
    const uid = { val: event.uid ?? 0 };
    const gid = { val: event.gid ?? event.uid ?? 0 };
    const leader = addressOf(pid, cpu);
    const fields: Record<string, EventValue> = {
      pid: tid,
      tgid: pid,
      comm,
      real_parent: parent,
      parent,
      group_leader: leader,
      on_cpu: 1,
      prio: 120,
      static_prio: 120,
      normal_prio: 120,
      start_time: epoch,
      start_boottime: epoch,
      se: { vruntime: 1_000_000 },
      signal: { "@": `signal-${pid}`, nr_threads: 1 },
      nsproxy: "@nsproxy",
      cred: `@cred-${tid}`,
      real_cred: `@cred-${tid}`,
    };
    const both = { uid, euid: uid, suid: uid, fsuid: uid, gid, egid: gid, sgid: gid, fsgid: gid };
    fields.cred = { "@": `cred-${tid}`, ...both };
    if (pid > 0 && addressed(comm, pid)) fields.mm = { "@": `mm-${pid}`, owner: leader, ...commandLine(comm, pid) };
    if (pids !== undefined) fields.thread_pid = pids.pidOf(tid, at);
    const isFirst = !hasSystem;
    if (isFirst) fields.nsproxy = { "@": "nsproxy", uts_ns: { "@": "uts-ns", name: system } };
    hasSystem = true;
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    // Older kernels lack some fields, or have them with other types.
    for (const [name, value] of Object.entries(fields)) {
      if (findMember(btf, type.type, name) !== undefined) memory.encode(view, 0, type, { [name]: value }, "task");
    }
    if (extra !== undefined) memory.encode(view, 0, type, extra, "task");
    const blocks: Block[] = [{ address: at, bytes, space: "kernel", lasting: true }];
    // Every host has these two, whatever happens on it.
    if (isFirst) for (const each of FIRST) blocks.push(...layOut(each, 0, undefined));
    if (tid > 0 && ppid !== tid && !known.has(keyOf(ppid, 0))) {
      const name = comms.get(ppid);
      const above = { probe: "running", pid: ppid, ...(name === undefined ? {} : { comm: name }) };
      blocks.push(...layOut(above, 0, undefined));
    }
    if (tid !== pid && !known.has(keyOf(pid, cpu))) blocks.push(...layOut({ ...event, tid: pid }, cpu, undefined));
    return blocks;
  };

  return {
    address(event, cpu) {
      const given = event.task === undefined || event.task === null ? undefined : integerOf(event.task);
      return given === undefined ? addressOf(event.tid ?? event.pid ?? 0, cpu) : BigInt.asUintN(64, BigInt(given));
    },
    blocks(event, cpu) {
      const { task, pid, comm } = event;
      const laid = task !== undefined && integerOf(task) !== undefined ? nothing : layOut(event, cpu, task);
      if (laid === nothing && task === undefined) return nothing;
      if (pid !== undefined && comm !== undefined && pid === (event.tid ?? pid)) comms.set(pid, comm);
      return laid.length === 0 ? laid : [...laid, ...memory.takeBlocks()];
    },
  };
}
