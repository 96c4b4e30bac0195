/** Puts an event before programs: current task, clock, memory, stacks, context; then runs them on the machine. */
import type { Manifest } from "../5-object/manifest.ts";
import type { Target } from "./attach.ts";
import type { Contexts, Occurrence } from "./context.ts";
import type { EventFrame, Setup, SimulatedEvent } from "./event.ts";
import type { Block } from "./kernel-memory.ts";
import { type Machine, type RunFailure, SimulatorError } from "./machine.ts";
import type { Symbols } from "./symbols.ts";
import type { Tasks } from "./tasks.ts";

export type Player = {
  /** Makes the event's task the current one on its processor, at a time since the run's start. */
  readonly setScene: (event: SimulatedEvent, cpu: number, now: number, blocks: readonly Block[]) => void;
  /** Runs a target's program on an event; `undefined`: it ended by itself. */
  readonly run: (target: Target, occurrence: Occurrence) => RunFailure | undefined;
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
  /** Some program asks for the current task: task_structs are laid out. */
  readonly usesTask: boolean;
};

const empty: readonly bigint[] = [];
const IDLE_CGROUP = 1n;

export function createPlayer(options: PlayerOptions): Player {
  const { machine, manifest, setup, contexts, tasks, kernel, user } = options;
  const { task, memory } = machine;
  /** Index in the machine of each of the manifest's programs. */
  const programs = manifest.programs.map(({ name }) => {
    const index = machine.programs.findIndex((program) => program.name === name);
    if (index < 0) throw new SimulatorError(`the object is damaged: it has no program ${name}`);
    return index;
  });
  const boot = Number(setup.boot);
  const exactBoot = Number.isSafeInteger(boot) && boot < 2 ** 52;
  const stacks = new WeakMap<readonly EventFrame[], readonly bigint[]>();
  let dirty = false;
  const scene = { pid: -1, tid: -1, uid: -1, gid: -1, cpu: -1, comm: "", cgroup: -1n };
  /** The stack of a function that an event gives none for. */
  let alone: readonly bigint[] = empty;
  let kernelStack: readonly bigint[] | undefined;
  let userStack: readonly bigint[] | undefined;

  const addressesOf = (frames: readonly EventFrame[], symbols: Symbols): readonly bigint[] => {
    const known = stacks.get(frames);
    if (known !== undefined) return known;
    const addresses = frames.map((frame) => symbols.place(frame));
    stacks.set(frames, addresses);
    return addresses;
  };

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

  const setStacks = (occurrence: Occurrence): void => {
    const { event, place, address } = occurrence;
    let inKernel = event.kstack === undefined ? undefined : addressesOf(event.kstack, kernel);
    if (inKernel === undefined) {
      const inCode = place.kind === "enter" || place.kind === "at";
      if (inCode && alone[0] !== address) alone = [address];
      inKernel = inCode ? alone : empty;
    } else if (place.kind === "return" && inKernel[0] !== undefined && kernel.find(inKernel[0])?.symbol === place.name)
      inKernel = inKernel.slice(1); // a function that has returned is on the stack no more
    if (inKernel !== kernelStack) task.setKernelStack(inKernel);
    kernelStack = inKernel;
    let inUser = event.ustack === undefined ? undefined : addressesOf(event.ustack, user);
    if (inUser === undefined) inUser = place.kind === "uenter" ? [address] : empty;
    if (inUser !== userStack) task.setUserStack(inUser);
    userStack = inUser;
  };

  const none = (): Occurrence["blocks"] => [];
  const bare: Occurrence = {
    event: { probe: "running" },
    place: { kind: "running", key: "running", name: "", group: "" },
    args: [],
    retval: 0,
    address: 0n,
    bytes: undefined,
    registers: [],
    blocks: none(),
  };

  return {
    setScene(event, cpu, now, blocks) {
      const tid = event.tid ?? event.pid ?? 0;
      const pid = event.pid ?? tid;
      const comm = event.comm ?? (tid === 0 ? `swapper/${cpu}` : "");
      const uid = event.uid ?? 0;
      const gid = event.gid ?? uid;
      const cgroup = event.cgroup === undefined ? IDLE_CGROUP : BigInt(event.cgroup);
      if (cpu !== scene.cpu) task.setCpu(cpu);
      if (tid !== scene.tid || pid !== scene.pid) task.setThread(tid, pid);
      if (uid !== scene.uid || gid !== scene.gid) task.setUser(uid, gid);
      if (comm !== scene.comm) task.setComm(comm);
      if (cgroup !== scene.cgroup) task.setCgroup(cgroup);
      scene.pid = pid;
      scene.tid = tid;
      scene.uid = uid;
      scene.gid = gid;
      scene.cpu = cpu;
      scene.comm = comm;
      scene.cgroup = cgroup;
      task.setTime(exactBoot ? boot + now : setup.boot + BigInt(now));
      if (!options.usesTask) {
        mapAll(blocks);
        return;
      }
      const placed = event.cpu === cpu ? event : { ...event, cpu };
      task.setAddress(tasks.address(placed));
      const own = tasks.blocks(placed);
      mapAll(own.length === 0 ? blocks : [...own, ...blocks]);
    },
    run(target, occurrence) {
      setStacks(occurrence);
      task.setFunction(occurrence.address, 0n);
      const { kind } = target.attach;
      if (kind === "fentry" || kind === "fexit") task.setArgumentCount(contexts.argumentCount(occurrence));
      contexts.fill(target, occurrence, machine.context);
      return machine.run(programs[target.program] ?? 0);
    },
    runBare(program, kstack) {
      setStacks({ ...bare, event: { probe: "running", kstack } });
      task.setFunction(0n, 0n);
      const { context } = machine;
      for (let at = 0; at < 256; at += 8) context.setBigUint64(at, 0n, true);
      return machine.run(programs[program] ?? 0);
    },
  };
}
