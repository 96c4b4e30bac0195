/** What a simulation and the generator of events may be told. */
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Setup, SimulatedEvent } from "./event.ts";

export type SimulateOptions = {
  /** The kernel: its types lay out contexts and memory, its functions and tracepoints are what probes attach to. */
  readonly snapshot: Snapshot;
  /** In order of time; one that comes too early counts as now. Default: none, only begin, end and timers run. */
  readonly events?: Iterable<SimulatedEvent> | AsyncIterable<SimulatedEvent>;
  /** The host, beyond the defaults: what parseEvents read from an events file's first line. */
  readonly setup?: Partial<Setup>;
  /** Virtual processors; default: the setup's. */
  readonly cpus?: number;
  /** Instructions that one run of a program may take before it is stopped; default 100 million. */
  readonly budget?: number;
  /** Bytes that the script's maps and buffers may take together; default 1 GiB, at most 2. */
  readonly mapMemory?: number;
  /** Records that the script may print before the run is stopped; default a million. */
  readonly maxRecords?: number;
  /** End of the run, nanoseconds since its start; default: the setup's, else the last event, else 10 s. */
  readonly until?: number | bigint;
  /** Values of $1 …, written into .rodata where the object left them open. */
  readonly positional?: readonly string[];
  /** Values of getopt() options. */
  readonly named?: ReadonlyMap<string, string>;
  /** Trace this process only (-p): probes of user code, samples and watchpoints, and programs compiled with pidFilter. */
  readonly pid?: number;
  /** Of rand and of the addresses that things get; default 1. */
  readonly seed?: number;
  /** Warn of every kind of failure, not only of those that lose data (-k). */
  readonly allWarnings?: boolean;
  /** Plays every event by itself, never several together: slower, for the same records. Default false. */
  readonly oneByOne?: boolean;
  /** Told now and then: how many events have happened so far, and the virtual clock in nanoseconds since the start. */
  readonly onProgress?: (events: number, now: number) => void;
  /** Ends the run in order, as Ctrl-C does. */
  readonly signal?: AbortSignal;
};

export type GenerateOptions = {
  readonly snapshot: Snapshot;
  /** The same seed gives the same events; default 1. */
  readonly seed?: number;
  /** Nanoseconds that the events span; default 10 s. */
  readonly duration?: number | bigint;
  /** Virtual processors that things happen on; default 4. */
  readonly cpus?: number;
  /** Factor on how often things happen; default 1. */
  readonly rate?: number;
  /** What happens instead of the usual: see parseWorkload. */
  readonly workload?: Workload;
};

/**
 * Where a generated value comes from. `weights` are relative. `same`: the value of an argument named before (or pid, tid,
 * cpu) of the same event. `thing`: an object of the simulated kernel, a socket, thread or file.
 */
export type Generated =
  | { readonly kind: "constant"; readonly value: number | bigint }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "uniform"; readonly min: number; readonly max: number }
  | { readonly kind: "normal"; readonly mean: number; readonly deviation: number }
  | { readonly kind: "lognormal"; readonly median: number; readonly sigma: number }
  | { readonly kind: "exponential"; readonly mean: number }
  | { readonly kind: "pareto"; readonly least: number; readonly shape: number }
  | { readonly kind: "choice"; readonly options: readonly { readonly weight: number; readonly value: Generated }[] }
  | { readonly kind: "same"; readonly name: string }
  | { readonly kind: "thing"; readonly thing: "socket" | "task" | "file" }
  | { readonly kind: "list"; readonly elements: readonly Generated[] }
  | { readonly kind: "fields"; readonly fields: Readonly<Record<string, Generated>> };

/** A process, or several that do the same. */
export type WorkloadProcess = {
  readonly comm: string;
  readonly pid: number;
  readonly threads: number;
  readonly uid: number;
  /** How often it is the one that does something, relative to the others. */
  readonly weight: number;
};

/** Something that happens again and again, with exponential gaps. */
export type WorkloadEvent = {
  readonly probe: string;
  /** Times a second. */
  readonly rate: number;
  readonly args: Readonly<Record<string, Generated>>;
  readonly retval: Generated | undefined;
  /** Nanoseconds from entry to return; of a system call's tracepoint, to its exit. */
  readonly took: Generated | undefined;
  /** Folded: "outermost;…;innermost". */
  readonly kstack: Generated | undefined;
  readonly ustack: Generated | undefined;
  /** Names of the processes that do it; empty: all. */
  readonly processes: readonly string[];
};

export type Workload = {
  readonly processes: readonly WorkloadProcess[];
  readonly events: readonly WorkloadEvent[];
};
