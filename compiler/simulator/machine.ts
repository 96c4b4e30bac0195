/**
 * A machine that runs an object's programs: their eBPF as WebAssembly, with maps, helpers and memory in one linear memory.
 *
 * One machine runs one event at a time: set the task and the context, map the memory that the event needs, `run`, `drain`.
 * eBPF addresses of the linear memory are MEMORY_BASE plus an offset; every other address is the simulated kernel's or
 * process's and holds what `memory.map` put there, in pages of 4096 bytes.
 */
import type { LineInfo } from "../btf/ext.ts";
import type { Btf } from "../btf/types.ts";
import type { HelperName } from "../lang/helpers.ts";

export { MEMORY_BASE } from "./layout.ts";

/** Bytes of context that a program can be given. */
export const CONTEXT_SIZE = 16384;
/** Longest stack that a task can have, in addresses. */
export const STACK_LIMIT = 1024;
export const DEFAULT_BUDGET = 1_000_000;
export const DEFAULT_CPUS = 4;

/** Where something stands in an object. */
export type MachinePlace = {
  readonly program: string;
  /** Section of the function it is in, and the 8-byte slot there: as the manifest counts (`fieldUses`). */
  readonly section: string;
  readonly insn: number;
  /** The source line, if the object says so. */
  readonly line: LineInfo | undefined;
};

/** The object, or something in it, cannot be simulated. The message is lower case and names the thing and the cause. */
export class SimulatorError extends Error {
  override readonly name = "SimulatorError";
  readonly place: MachinePlace | undefined;
  /** Number of the object's map that it is about. */
  readonly map: number | undefined;
  constructor(message: string, about: { readonly place?: MachinePlace; readonly map?: number } = {}) {
    super(message);
    this.place = about.place;
    this.map = about.map;
  }
}

export type MachineOptions = {
  /** The simulated kernel's types, which CO-RE relocations are applied against. */
  readonly btf: Btf | undefined;
  /** Virtual processors, 1 to 256; default 4. */
  readonly cpus?: number;
  /** Instructions that one run may take; default a million. Helpers that loop count their callbacks' instructions. */
  readonly budget?: number;
  /**
   * What a loader patches in the code before it loads: `by` is added to the offset of a load, or to the immediate of an
   * addition, at a slot of a section (the manifest's `tracepointFields`).
   */
  readonly moves?: readonly { readonly section: string; readonly insn: number; readonly by: number }[];
  /** Entries or bytes instead of what the object says, by symbol in `.maps`: as a loader sizes the ring buffer. */
  readonly maxEntries?: Readonly<Record<string, number>>;
  /** Bytes that all maps and buffers may take together; default 1 GiB, at most 2. */
  readonly mapMemory?: number;
  /** What programs do to the host. */
  readonly onEffect?: (effect: MachineEffect) => void;
  /** Answers that were recorded, instead of the machine's own. */
  readonly recorded?: RecordedAnswers;
};

/** Helpers whose answers are known from a recording. */
export type RecordedAnswers = {
  readonly helpers: readonly HelperName[];
  /** One call. `bytes`: what the helper leaves at its output argument. Undefined: nothing is known, the machine answers. */
  readonly answer: (
    helper: HelperName,
  ) => { readonly value: bigint; readonly bytes: Uint8Array | undefined } | undefined;
  /** Before a call that the machine answers itself. */
  readonly before: (helper: HelperName) => void;
};

/** What a program asks of the host besides what it stores. */
export type MachineEffect =
  /** To the current process, or to the current thread only. */
  | { readonly kind: "signal"; readonly signal: number; readonly thread: boolean }
  | { readonly kind: "override"; readonly value: bigint }
  /** bpf_trace_printk and the like: what would stand in the kernel's trace. */
  | { readonly kind: "trace"; readonly text: string };

export type MachineProgram = {
  /** Function symbol: the manifest's `programs[].name`. */
  readonly name: string;
  readonly section: string;
  /** 8-byte slots, callbacks and subprograms included. */
  readonly instructions: number;
};

export type RunFailure = {
  /**
   * budget: too many instructions; memory: an access that no verifier lets pass; stack: calls too deep; helper: a call
   * that cannot be answered.
   */
  readonly reason: "budget" | "memory" | "stack" | "helper";
  readonly message: string;
  readonly place: MachinePlace;
};

export type MachineMapKind =
  | "hash"
  | "array"
  | "percpu_hash"
  | "percpu_array"
  | "lru_hash"
  | "lru_percpu_hash"
  | "stack_trace"
  | "ringbuf"
  | "perf_event_array";

export type MachineEntry = {
  readonly key: Uint8Array;
  /** One per processor for per-CPU maps, else one. Copies. */
  readonly values: readonly Uint8Array[];
};

export type MachineMap = {
  /** Symbol in `.maps`, or the section's name (".bss", ".rodata"). */
  readonly name: string;
  readonly kind: MachineMapKind;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** Entries that exist now; for arrays all. */
  readonly size: number;
  /** In the order that the map keeps them. Empty for buffers. Entries may be deleted while this goes on. */
  readonly entries: () => Iterable<MachineEntry>;
  /** Undefined: no such key. For stack_trace the key is the u32 stack id and the value the u64 addresses. */
  readonly lookup: (key: Uint8Array) => readonly Uint8Array[] | undefined;
  /** One value for every processor, or one per processor; false: the map is full, or the key does not exist in an array. */
  readonly update: (key: Uint8Array, values: readonly Uint8Array[]) => boolean;
  /** False: no such key. Arrays keep their elements. */
  readonly delete: (key: Uint8Array) => boolean;
  readonly clear: () => void;
};

/** The current task, processor and clocks: plain writes into linear memory, to be set before a run. */
export type MachineTask = {
  /** Also the NUMA node, if it is given. */
  readonly setCpu: (cpu: number, node?: number) => void;
  /** pid as the kernel calls it (the thread), and its thread group. */
  readonly setThread: (pid: number, tgid: number) => void;
  readonly setUser: (uid: number, gid: number) => void;
  /** Cut after 15 bytes. */
  readonly setComm: (comm: string | Uint8Array) => void;
  /** Nanoseconds since boot; numbers are exact to 2^53. `tai`: what CLOCK_TAI is ahead, set once. */
  readonly setTime: (ns: number | bigint) => void;
  readonly setTaiOffset: (ns: bigint) => void;
  /** Address of its task_struct. */
  readonly setAddress: (address: bigint) => void;
  readonly setCgroup: (id: bigint) => void;
  /** bpf_get_func_ip and bpf_get_attach_cookie. */
  readonly setFunction: (address: bigint, cookie: bigint) => void;
  /** How many of the context's words are arguments: bpf_get_func_arg, and where bpf_get_func_ret finds its value. */
  readonly setArgumentCount: (count: number) => void;
  /** Innermost first; empty: the task has none (a kernel thread's user stack). */
  readonly setKernelStack: (addresses: ArrayLike<bigint>) => void;
  readonly setUserStack: (addresses: ArrayLike<bigint>) => void;
  /** Of bpf_get_prandom_u32. */
  readonly setSeed: (seed: number) => void;
};

/** Memory of the simulated kernel and of the current process. Kernel addresses are those from 2^63 up. */
export type MachineMemory = {
  /**
   * Puts bytes at an address; the rest of the pages they touch reads as zero, pages that nothing touched fault.
   * @throws RangeError if the address is none of that kind, or lies in the linear memory
   */
  readonly map: (address: bigint, bytes: Uint8Array, kind: "kernel" | "user") => void;
  /** What is mapped now outlives `clear`. */
  readonly keep: () => void;
  /** Takes away what was mapped since the last `keep`. */
  readonly clear: () => void;
  /** Undefined: a page is missing. Reads the linear memory too. */
  readonly read: (address: bigint, size: number) => Uint8Array | undefined;
};

/** A program at a place, for events that are played in batches. */
export type BatchStand = {
  readonly program: number;
  /** bpf_get_func_ip; the cookie is 0. */
  readonly address: bigint;
  /** As setArgumentCount; undefined: stays as it is. */
  readonly argumentCount: number | undefined;
  /** The words of an event are the context as it is; else they go where slots say, above the constant bytes. */
  readonly whole: boolean;
  readonly constant: Uint8Array;
  readonly slots: readonly { readonly word: number; readonly offset: number }[];
};
/** Who does something: the task as MachineTask sets it. */
export type BatchScene = {
  readonly tid: number;
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
  readonly comm: string;
  readonly cgroup: bigint;
  readonly address: bigint;
};

/**
 * Events that wait, to be played together inside the machine. What many of them share (stands, scenes, stacks) is written
 * once; an event names its place. A place is 0 where there is no room for more.
 */
export type MachineBatch = {
  /** CLOCK_BOOTTIME at the run's start; and whether a record of the ring may be handed over later, by its first word. */
  readonly begin: (boot: bigint, isSilent: (kind: number) => boolean) => void;
  /** Programs that run one after the other on the same events. */
  readonly addGroup: (stands: readonly BatchStand[]) => number;
  readonly addScene: (scene: BatchScene) => number;
  readonly addStack: (addresses: ArrayLike<bigint>) => number;
  /** Scenes and stacks are forgotten. Only while nothing waits. */
  readonly forget: () => void;
  /** Where events are written, one behind the other, as EVENT of layout.ts lays them out; three views of the same bytes. */
  readonly area: { readonly words: Int32Array; readonly floats: Float64Array; readonly bytes: Uint8Array };
  /** Behind the last event that waits, in bytes; how many wait. Who writes an event moves them. */
  readonly cursor: { end: number; size: number };
  /**
   * Plays what waits. `silent` takes records that could wait, in order, each with the moment of its event; at most `room`.
   * Undefined: all was played, and nothing waits any more. Else it stopped behind the event of that moment: what that event
   * left in the rings cannot wait, or a program of it failed. `play` again goes on.
   */
  readonly play: (room: number, silent: (record: Uint8Array, time: number) => void) => BatchStop | undefined;
  /** What waits never happens. */
  readonly drop: () => void;
};
export type BatchStop = {
  readonly time: number;
  readonly number: number;
  readonly program: number;
  readonly failure: RunFailure | undefined;
};

export type Machine = {
  readonly programs: readonly MachineProgram[];
  readonly maps: readonly MachineMap[];
  readonly cpus: number;
  /**
   * Global data, as a loader writes it: before the first run, or any time.
   * @throws RangeError if the object has no such bytes
   */
  readonly setGlobal: (section: string, offset: number, bytes: Uint8Array) => void;
  /** A live view of a data section (".bss"), undefined if the object has none. */
  readonly global: (section: string) => DataView | undefined;
  readonly task: MachineTask;
  /** A live view of the context area, CONTEXT_SIZE bytes: what r1 points to. Keeps what the last event wrote. */
  readonly context: DataView;
  readonly contextAddress: bigint;
  readonly memory: MachineMemory;
  /** Runs a program, by its index, once. Undefined: it ended by itself. Allocates nothing unless it fails. */
  readonly run: (program: number) => RunFailure | undefined;
  /** r0 of the last run that ended by itself. */
  readonly result: () => bigint;
  /**
   * Hands over the records since the last call, oldest first, and makes room. The view is good only until the callback
   * returns. Returns how many there were. The map is an index into `maps`.
   */
  readonly drain: (callback: (record: Uint8Array, map: number) => void) => number;
  readonly batch: MachineBatch;
};

/**
 * Translates an object's programs and makes their maps.
 * @throws SimulatorError for an object that is no eBPF object, or that needs what the simulator lacks, which it names
 */
export async function loadMachine(object: Uint8Array, options: MachineOptions): Promise<Machine> {
  const { makeMachine } = await import("./make-machine.ts");
  return makeMachine(object, options);
}
