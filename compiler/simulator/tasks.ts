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
/** Room for one task: more than any kernel's task_struct takes, and its credentials behind it. */
const ROOM = 0x8000n;
const CREDENTIALS = 0x7000n;

export function createTasks(btf: Btf, memory: Memory, epoch: bigint): Tasks {
  const struct = btf.find("struct", "task_struct");
  const type: Typed | undefined = struct === undefined ? undefined : { btf, type: struct };
  const size = struct === undefined ? 0 : (sizeOf(btf, struct) ?? 0);
  /** What was laid out of a thread. */
  const known = new Map<bigint, string>();
  /** Names of processes, for parents. */
  const comms = new Map<number, string>([[1, "systemd"]]);

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
    const credentials = at + CREDENTIALS;
    const uid = { val: event.uid ?? 0 };
    const gid = { val: event.gid ?? 0 };
    const fields: Record<string, EventValue> = {
      pid: tid,
      tgid: pid,
      comm,
      real_parent: parent,
      parent,
      group_leader: addressOf(pid, cpu),
      cred: credentials,
      real_cred: credentials,
      on_cpu: 1,
      prio: 120,
      static_prio: 120,
      normal_prio: 120,
      start_time: epoch,
      start_boottime: epoch,
    };
    const bytes = new Uint8Array(size);
    const view = new DataView(bytes.buffer);
    for (const [name, value] of Object.entries(fields)) {
      if (findMember(btf, type.type, name) !== undefined) memory.encode(view, 0, type, { [name]: value }, "task");
    }
    if (extra !== undefined) memory.encode(view, 0, type, extra, "task");
    const blocks: Block[] = [{ address: at, bytes, space: "kernel", lasting: true }];
    const cred = btf.find("struct", "cred");
    if (cred !== undefined) {
      const credBytes = new Uint8Array(sizeOf(btf, cred) ?? 0);
      const both = { uid, euid: uid, suid: uid, fsuid: uid, gid, egid: gid, sgid: gid, fsgid: gid };
      memory.encode(new DataView(credBytes.buffer), 0, { btf, type: cred }, both, "cred");
      blocks.push({ address: credentials, bytes: credBytes, space: "kernel", lasting: true });
    }
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
