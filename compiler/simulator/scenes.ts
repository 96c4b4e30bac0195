/**
 * Who does something, for events that are played in batches: what an event says of its task is brought to the machine once
 * and known by its place there.
 */
import type { SimulatedEvent } from "./event.ts";
import type { MachineBatch } from "./machine.ts";
import type { Tasks } from "./tasks.ts";

export type Scenes = {
  /** The event's scene: its place; 0: the event must be played by itself, or there is no room. */
  readonly of: (event: SimulatedEvent, cpu: number) => number;
  /** The task of an event that is played by itself is as the event says from now on. */
  readonly told: (event: SimulatedEvent, cpu: number) => void;
  /** There is no room for more: after what waits, all is to be forgotten. */
  readonly isFull: () => boolean;
  readonly forget: () => void;
};

/** What an event says of its task; a processor's idle tasks are different ones. */
type Known = {
  readonly tid: number;
  readonly pid: number;
  readonly ppid: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly comm: string | undefined;
  readonly cgroup: number | bigint | undefined;
  readonly cpu: number;
  readonly at: number;
};

const SLOTS = 1024;
const IDLE_CGROUP = 1n;

/** @param tasks if programs look at the current task_struct: then a task that is new is laid out first */
export function createScenes(batch: MachineBatch, tasks: Tasks | undefined): Scenes {
  /** By thread: the last that was said of it, or of another one with the same remainder. */
  let known: (Known | undefined)[] = [];
  let isFull = false;

  const learn = (event: SimulatedEvent, cpu: number): number => {
    const tid = event.tid ?? event.pid ?? 0;
    const pid = event.pid ?? tid;
    const { ppid, uid, gid, comm, cgroup } = event;
    const at = batch.addScene({
      tid,
      pid,
      uid: uid ?? 0,
      gid: gid ?? uid ?? 0,
      comm: comm ?? (tid === 0 ? `swapper/${cpu}` : ""),
      cgroup: cgroup === undefined ? IDLE_CGROUP : BigInt(cgroup),
      address: tasks?.address(event, cpu) ?? 0n,
    });
    if (at === 0) isFull = true;
    else known[slotOf(tid, cpu)] = { tid, pid, ppid, uid, gid, comm, cgroup, cpu, at };
    return at;
  };
  return {
    of(event, cpu) {
      if (event.task !== undefined) return 0;
      const tid = event.tid ?? event.pid ?? 0;
      const last = known[slotOf(tid, cpu)];
      if (
        last !== undefined &&
        last.tid === tid &&
        last.comm === event.comm &&
        last.pid === (event.pid ?? tid) &&
        last.uid === event.uid &&
        last.gid === event.gid &&
        last.cgroup === event.cgroup &&
        last.ppid === event.ppid &&
        (tid !== 0 || last.cpu === cpu)
      )
        return last.at;
      return tasks === undefined ? learn(event, cpu) : 0;
    },
    told(event, cpu) {
      if (tasks === undefined) return;
      const tid = event.tid ?? event.pid ?? 0;
      known[slotOf(tid, cpu)] = undefined;
      if (event.task === undefined) learn(event, cpu);
    },
    isFull: () => isFull,
    forget() {
      isFull = false;
      known = [];
    },
  };
}

function slotOf(tid: number, cpu: number): number {
  return tid > 0 ? tid & (SLOTS - 1) : SLOTS + cpu;
}
