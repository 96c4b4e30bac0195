/**
 * Puts an event before programs: current task, clock, memory, stacks, context; then runs them on the machine. Each part is
 * written only where the event says something else than the one before.
 */
import type { Manifest } from "../5-object/manifest.ts";
import type { Target } from "./attach.ts";
import type { ContextForm, Contexts, Occurrence, Site } from "./context.ts";
import type { EventFrame, Setup, SimulatedEvent } from "./event.ts";
import type { Needs } from "./host-facts.ts";
import type { Block } from "./kernel-memory.ts";
import { type BatchStand, type Machine, type RunFailure, SimulatorError } from "./machine.ts";
import { createProbeNames, nameAt } from "./probe-names.ts";
import type { Stacks } from "./stacks.ts";
import type { Tasks } from "./tasks.ts";

/** A program that is attached at a place. */
export type Stand = {
  readonly target: Target;
  /** The program's name. */
  readonly name: string;
  /** The address that it watches. */
  readonly watched: bigint | undefined;
  /** The same as data, for batches; undefined: its events are played one by one. */
  readonly batched: (BatchStand & Pick<ContextForm, "most">) | undefined;
  /** Runs it on an event there; `undefined`: it ended by itself. */
  readonly run: (occurrence: Occurrence) => RunFailure | undefined;
};

export type Player = {
  /** Takes away what only the event before could read. */
  readonly leave: () => void;
  /** Others have set the scene: nothing is known of it. */
  readonly forget: () => void;
  /** Makes the event's task the current one on its processor, at a time since the run's start. */
  readonly setScene: (event: SimulatedEvent, cpu: number, now: number, blocks: readonly Block[]) => void;
  /** Index in the manifest of one of the machine's programs. */
  readonly programOf: (program: number) => number;
  readonly standAt: (target: Target, site: Site) => Stand;
  /** Runs a program without an event (begin, end), called from these frames of the kernel. */
  readonly runBare: (program: number, kstack: readonly EventFrame[]) => RunFailure | undefined;
};

export type PlayerOptions = {
  readonly machine: Machine;
  readonly manifest: Manifest;
  /** All targets: the place of one here is its attach cookie. */
  readonly targets: readonly Target[];
  readonly setup: Setup;
  readonly contexts: Contexts;
  readonly tasks: Tasks;
  readonly stacks: Stacks;
  readonly needs: Needs;
};

const IDLE_CGROUP = 1n;

export function createPlayer(options: PlayerOptions): Player {
  const { machine, manifest, targets, setup, contexts, tasks, stacks, needs } = options;
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
  const scene: Scene = { ...UNKNOWN };
  const names = createProbeNames(machine, manifest);
  /** Whose function the task is in, and what brought the program there. */
  let current: Site | undefined;
  let cookieNow = 0;

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
  const enter = (site: Site, cookie: number): void => {
    if (current === site && cookieNow === cookie) return;
    current = site;
    cookieNow = cookie;
    task.setFunction(site.address, BigInt(cookie));
  };

  const batchedAt = (target: Target, site: Site): Stand["batched"] => {
    // Names are written as programs run under them: one by one.
    const alone = target.attach.kind === "watchpoint" || manifest.programs[target.program]?.nameSize !== undefined;
    const form = alone ? undefined : contexts.formFor(target, site);
    if (form === undefined) return undefined;
    const { kind } = target.attach;
    const counts = kind === "fentry" || kind === "fexit";
    const argumentCount = counts ? form.most : undefined;
    return { ...form, program: programs[target.program] ?? 0, address: site.address, argumentCount };
  };

  return {
    programOf: (program) => programs.indexOf(program),
    leave() {
      if (dirty) memory.clear();
      dirty = false;
    },
    forget() {
      Object.assign(scene, UNKNOWN);
      current = undefined;
      contexts.forget();
      stacks.forget();
    },
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
      const { kind } = target.attach;
      const program = programs[target.program] ?? 0;
      const fill = contexts.fillerFor(target, site, context);
      const counts = kind === "fentry" || kind === "fexit";
      const cookie = Math.max(0, targets.indexOf(target));
      const name = nameAt(target, site.place);
      return {
        target,
        name: manifest.programs[target.program]?.name ?? "",
        batched: batchedAt(target, site),
        watched: target.attach.kind === "watchpoint" ? BigInt(target.attach.address) : undefined,
        run(occurrence) {
          stacks.enter(occurrence.event, site);
          enter(site, cookie);
          names.set(target.program, cookie, name);
          if (counts) task.setArgumentCount(site.argumentCount(occurrence));
          fill(occurrence);
          return machine.run(program);
        },
      };
    },
    runBare(program, kstack) {
      stacks.enterBare(kstack);
      current = undefined;
      task.setFunction(0n, 0n);
      contexts.fillBare(context);
      return machine.run(programs[program] ?? 0);
    },
  };
}

const UNKNOWN: Scene = {
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
