/**
 * Puts an event before programs: current task, clock, memory, stacks, context; then runs them on the machine. Each part is
 * written only where the event says something else than the one before.
 */
import type { Manifest } from "../5-object/manifest.ts";
import type { Target } from "./attach.ts";
import type { Contexts, Occurrence, Site } from "./context.ts";
import type { EventFrame, Setup, SimulatedEvent } from "./event.ts";
import type { Needs } from "./host-facts.ts";
import type { Block } from "./kernel-memory.ts";
import { type Machine, type RunFailure, SimulatorError } from "./machine.ts";
import type { Symbols } from "./symbols.ts";
import type { Tasks } from "./tasks.ts";

/** A program that is attached at a place. */
export type Stand = {
  readonly target: Target;
  /** The program's name. */
  readonly name: string;
  /** The address that it watches. */
  readonly watched: bigint | undefined;
  /** Runs it on an event there; `undefined`: it ended by itself. */
  readonly run: (occurrence: Occurrence) => RunFailure | undefined;
};

export type Player = {
  /** Makes the event's task the current one on its processor, at a time since the run's start. */
  readonly setScene: (event: SimulatedEvent, cpu: number, now: number, blocks: readonly Block[]) => void;
  readonly standAt: (target: Target, site: Site) => Stand;
  /** Runs a program without an event (begin, end), called from these frames of the kernel. */
  readonly runBare: (program: number, kstack: readonly EventFrame[]) => RunFailure | undefined;
};

export type PlayerOptions = {
  readonly machine: Machine;
  readonly manifest: Manifest;
  readonly setup: Setup;
  readonly contexts: Contexts;
  readonly tasks: Tasks;
  readonly kernel: Symbols;
  readonly user: Symbols;
  readonly needs: Needs;
};

type Addresses = readonly bigint[];
const empty: Addresses = [];
const IDLE_CGROUP = 1n;

export function createPlayer(options: PlayerOptions): Player {
  const { machine, manifest, setup, contexts, tasks, kernel, user, needs } = options;
  const { task, memory, context } = machine;
  /** Index in the machine of each of the manifest's programs. */
  const programs = manifest.programs.map(({ name }) => {
    const index = machine.programs.findIndex((program) => program.name === name);
    if (index < 0) throw new SimulatorError(`the object is damaged: it has no program ${name}`);
    return index;
  });
  const boot = Number(setup.boot);
  const exactBoot = Number.isSafeInteger(boot) && boot < 2 ** 52;
  let dirty = false;
  /** What is written, as events say it; `false`: nothing that an event says. */
  const scene: Scene = {
    pid: -1,
    tid: -1,
    ppid: -1,
    uid: -1,
    gid: -1,
    cpu: -1,
    comm: false,
    cgroup: false,
    fresh: true,
  };
  const unused = (): void => {};
  const kernelStacks = createStacks(kernel, needs.stacks ? task.setKernelStack : unused);
  const userStacks = createStacks(user, needs.stacks ? task.setUserStack : unused);
  /** Whose function the task is in. */
  let current: Site | undefined;

  /** Lasting blocks first, so that what is kept is only they. */
  const mapAll = (blocks: readonly Block[]): void => {
    if (dirty) memory.clear();
    dirty = false;
    if (blocks.length === 0) return;
    let kept = false;
    for (const block of blocks) {
      if (!block.lasting) continue;
      memory.map(block.address, block.bytes, block.space);
      kept = true;
    }
    if (kept) memory.keep();
    for (const block of blocks) {
      if (block.lasting) continue;
      memory.map(block.address, block.bytes, block.space);
      dirty = true;
    }
  };

  /** Makes the task one that is at this place. */
  const enter = (site: Site): void => {
    if (current === site) return;
    current = site;
    task.setFunction(site.address, 0n);
  };

  return {
    setScene(event, cpu, now, blocks) {
      task.setTime(exactBoot ? boot + now : setup.boot + BigInt(now));
      const { comm, cgroup, task: own } = event;
      const tid = event.tid ?? event.pid ?? 0;
      const pid = event.pid ?? tid;
      const ppid = event.ppid ?? -1;
      const uid = event.uid ?? 0;
      const gid = event.gid ?? uid;
      let same = !scene.fresh && own === undefined;
      if (cpu !== scene.cpu) {
        task.setCpu(cpu);
        scene.cpu = cpu;
        // the idle tasks of processors are different ones, with names of their own
        if (tid === 0) {
          scene.comm = false;
          same = false;
        }
      }
      if (tid !== scene.tid || pid !== scene.pid || ppid !== scene.ppid) {
        task.setThread(tid, pid);
        if (tid === 0 || scene.tid === 0) scene.comm = false;
        scene.tid = tid;
        scene.pid = pid;
        scene.ppid = ppid;
        same = false;
      }
      if (uid !== scene.uid || gid !== scene.gid) {
        task.setUser(uid, gid);
        scene.uid = uid;
        scene.gid = gid;
        same = false;
      }
      if (comm !== scene.comm) {
        if (needs.comm) task.setComm(comm ?? (tid === 0 ? `swapper/${cpu}` : ""));
        scene.comm = comm;
        same = false;
      }
      if (cgroup !== scene.cgroup) {
        task.setCgroup(cgroup === undefined ? IDLE_CGROUP : BigInt(cgroup));
        scene.cgroup = cgroup;
      }
      // An address of its own, or fields beyond the usual, count for this event only.
      scene.fresh = own !== undefined;
      if (same || !needs.task) {
        if (dirty || blocks.length > 0) mapAll(blocks);
        return;
      }
      task.setAddress(tasks.address(event, cpu));
      const laid = tasks.blocks(event, cpu);
      if (dirty || laid.length > 0 || blocks.length > 0) mapAll(laid.length === 0 ? blocks : [...laid, ...blocks]);
    },
    standAt(target, site) {
      const { place, address } = site;
      const { kind } = target.attach;
      const program = programs[target.program] ?? 0;
      const fill = contexts.fillerFor(target, site, context);
      const counts = kind === "fentry" || kind === "fexit";
      // An event that gives no stack has this one.
      const alone = [address];
      const inKernel = place.kind === "enter" || place.kind === "at" ? alone : empty;
      const inUser = place.kind === "uenter" ? alone : empty;
      // A function that has returned is on the stack no more.
      const left = place.kind === "return" ? place.name : undefined;
      return {
        target,
        name: manifest.programs[target.program]?.name ?? "",
        watched: target.attach.kind === "watchpoint" ? BigInt(target.attach.address) : undefined,
        run(occurrence) {
          const { kstack, ustack } = occurrence.event;
          kernelStacks.set(kstack, inKernel, left);
          userStacks.set(ustack, inUser, undefined);
          enter(site);
          if (counts) task.setArgumentCount(site.argumentCount(occurrence));
          fill(occurrence);
          return machine.run(program);
        },
      };
    },
    runBare(program, kstack) {
      kernelStacks.set(kstack, empty, undefined);
      userStacks.set(undefined, empty, undefined);
      current = undefined;
      task.setFunction(0n, 0n);
      contexts.fillBare(context);
      return machine.run(programs[program] ?? 0);
    },
  };
}

type Scene = {
  pid: number;
  tid: number;
  ppid: number;
  uid: number;
  gid: number;
  cpu: number;
  comm: SimulatedEvent["comm"] | false;
  cgroup: SimulatedEvent["cgroup"] | false;
  /** The address of the task or its fields may be others than usual. */
  fresh: boolean;
};

type Stacks = {
  /** @param alone the stack without frames; @param left a function that is not on it any more, though frames name it */
  readonly set: (frames: readonly EventFrame[] | undefined, alone: Addresses, left: string | undefined) => void;
};

/** One of a task's two stacks: frames are resolved once for each list, and written where they are not the last. */
function createStacks(symbols: Symbols, write: (addresses: Addresses) => void): Stacks {
  const known = new WeakMap<readonly EventFrame[], Addresses>();
  /** The list asked for last, and what it is. */
  let frames: readonly EventFrame[] | undefined;
  let addresses: Addresses = empty;
  let written: Addresses | undefined;
  /** A stack, and the same without the function that returned. */
  let whole: Addresses = empty;
  let gone = "";
  let below: Addresses = empty;

  const resolved = (list: readonly EventFrame[]): Addresses => {
    if (list === frames) return addresses;
    let found = known.get(list);
    if (found === undefined) {
      found = list.map((frame) => symbols.place(frame));
      known.set(list, found);
    }
    frames = list;
    addresses = found;
    return found;
  };
  const without = (stack: Addresses, left: string): Addresses => {
    if (stack === whole && left === gone) return below;
    const top = stack[0];
    whole = stack;
    gone = left;
    below = top !== undefined && symbols.find(top)?.symbol === left ? stack.slice(1) : stack;
    return below;
  };
  return {
    set(list, alone, left) {
      let stack = list === undefined ? alone : resolved(list);
      if (left !== undefined && list !== undefined) stack = without(stack, left);
      if (stack === written) return;
      write(stack);
      written = stack;
    },
  };
}
