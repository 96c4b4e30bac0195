/**
 * Tasks of the simulated kernel: a task_struct for each thread that events name, with what they say of it, so that curtask
 * and its fields read as on a host. Laid out once, and again when a thread's name changes.
 */
import { findMember, sizeOf } from "../btf/layout.ts";
import type { Btf } from "../btf/types.ts";
import type { EventValue, SimulatedEvent } from "./event.ts";
import { integerOf } from "./integers.ts";
import type { Block, Memory, Typed } from "./kernel-memory.ts";

export type Tasks = {
  /** Address of the current task's task_struct. */
  readonly address: (event: SimulatedEvent) => bigint;
  /** Blocks that must be mapped before programs look at the event's task; none where they are already. */
  readonly blocks: (event: SimulatedEvent) => readonly Block[];
};

const TASKS = 0xffff880000000000n;
/** Room for one task: more than any kernel's task_struct takes. */
const ROOM = 0x8000n;
const COMMAND_LINES = 0x7ffe00000000n;
const encoder = new TextEncoder();

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
  /** What was laid out of a thread. */
  const known = new Map<bigint, string>();
  /** Names of processes, for parents. */
  const comms = new Map<number, string>([[1, "systemd"]]);

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

  const addressOf = (tid: number, cpu: number): bigint =>
    tid > 0 ? TASKS + BigInt(tid) * ROOM : TASKS - BigInt(cpu + 1) * ROOM;

  const layOut = (event: SimulatedEvent, extra: EventValue | undefined): readonly Block[] => {
    if (type === undefined) return [];
    const tid = event.tid ?? event.pid ?? 0;
    const pid = event.pid ?? tid;
    const ppid = event.ppid ?? (pid > 1 ? 1 : 0);
    const cpu = event.cpu ?? 0;
    const at = addressOf(tid, cpu);
    const comm = event.comm ?? (tid === 0 ? `swapper/${cpu}` : "");
    const key = `${comm} ${pid} ${ppid} ${event.uid} ${event.gid}`;
    if (extra === undefined && known.get(at) === key) return [];
    known.set(at, key);
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
    if (!hasSystem) fields.nsproxy = { "@": "nsproxy", uts_ns: { "@": "uts-ns", name: system } };
    hasSystem = true;
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    // Older kernels lack some fields, or have them with other types.
    for (const [name, value] of Object.entries(fields)) {
      if (findMember(btf, type.type, name) !== undefined) memory.encode(view, 0, type, { [name]: value }, "task");
    }
    if (extra !== undefined) memory.encode(view, 0, type, extra, "task");
    const blocks: Block[] = [{ address: at, bytes, space: "kernel", lasting: true }];
    if (tid > 0 && ppid !== tid && !known.has(parent)) {
      const name = comms.get(ppid);
      blocks.push(...layOut({ probe: "running", pid: ppid, ...(name === undefined ? {} : { comm: name }) }, undefined));
    }
    if (tid !== pid && !known.has(addressOf(pid, cpu))) blocks.push(...layOut({ ...event, tid: pid }, undefined));
    return blocks;
  };

  return {
    address(event) {
      const given = event.task === undefined || event.task === null ? undefined : integerOf(event.task);
      return given === undefined
        ? addressOf(event.tid ?? event.pid ?? 0, event.cpu ?? 0)
        : BigInt.asUintN(64, BigInt(given));
    },
    blocks(event) {
      const { task, pid, comm } = event;
      if (pid !== undefined && comm !== undefined && pid === (event.tid ?? pid)) comms.set(pid, comm);
      if (task !== undefined && integerOf(task) !== undefined) return [];
      const laid = layOut(event, task);
      return laid.length === 0 ? laid : [...laid, ...memory.takeBlocks()];
    },
  };
}
