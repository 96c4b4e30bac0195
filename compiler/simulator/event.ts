/**
 * What happens on a simulated host: one SimulatedEvent is one line of an events file (spec/simulation.md). Recorded,
 * written by hand or generated, all events have this shape.
 *
 * Units: times in nanoseconds. Integers beyond 2^53 are bigint. Addresses may also be texts: "0xffff…", a symbol, or a
 * symbol and an offset ("tcp_sendmsg+0x10").
 */

/**
 * A value for a C type: integers (also as text, "0x1f", or an enumerator's name), booleans, text for strings and symbols,
 * arrays, and structs as maps of their fields. Fields that are not named are zero. For a pointer: an address, null, or
 * what it points to, which is then laid out in the simulated memory. A struct with the field "@" is an object with that
 * name, which lives on after the event; the text "@name" points to it.
 */
export type EventValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly EventValue[]
  | { readonly [field: string]: EventValue };

/** A place in code: "tcp_sendmsg+0x1a", an address, or its parts. `module`: a user mapping's file, or a kernel module. */
export type EventFrame =
  | string
  | number
  | bigint
  | {
      readonly symbol?: string;
      readonly offset?: number | bigint;
      readonly address?: number | bigint | string;
      readonly module?: string;
    };

/** Bytes that stand at an address; below 2^63 it is the process's memory, else the kernel's. `bytes` as text: hexadecimal. */
export type EventMemory = { readonly address: number | bigint | string; readonly bytes: Uint8Array | string };

/** A helper's answer: r0 alone, or with the bytes that it wrote. `bytes` as text: hexadecimal. */
export type HelperResult =
  | number
  | bigint
  | string
  | { readonly value: number | bigint | string; readonly bytes: Uint8Array | string };

/**
 * Something that a script asks of the loader, as the loader carried it out. `ns`: of time(), since the epoch. `data`, or
 * `bytes` in hexadecimal: what cat() read or system() printed; neither: there was no such file.
 */
export type RecordedAction =
  | { readonly kind: "map" | "clear" | "zero" }
  | { readonly kind: "time"; readonly ns: number | bigint | string }
  | { readonly kind: "cat" | "system"; readonly data?: string; readonly bytes?: string };

export type SimulatedEvent = {
  /**
   * What happens, as a script would name it: "kprobe:tcp_sendmsg" (the function is entered: kprobes and fentry probes see
   * it), "kretprobe:…" (it returns: kretprobes and fexit probes), "tracepoint:timer:hrtimer_start", "rawtracepoint:…",
   * "uprobe:PATH:SYMBOL", "uretprobe:…", "usdt:PATH:PROVIDER:NAME", "profile:hz:99", "interval:s:1", "software:…",
   * "hardware:…", "watchpoint:…", "iter:task", "self:signal:SIGUSR1". Short names work as in scripts.
   */
  readonly probe: string;
  /** When, since the run's start; default: when the event before it happened. As text with a unit: "1.5ms". */
  readonly at?: number | bigint;
  readonly cpu?: number;
  /** Process and thread id; each defaults to the other, both to 0 (the idle task). */
  readonly pid?: number;
  readonly tid?: number;
  /** Parent's process id; default 1. */
  readonly ppid?: number;
  readonly comm?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** cgroup id. */
  readonly cgroup?: number | bigint;
  /** By name as the kernel's types or the tracepoint's format name them, or "arg0" …; or in order. */
  readonly args?: { readonly [name: string]: EventValue } | readonly EventValue[];
  readonly retval?: EventValue;
  /** Of a function that is entered: it returns so much later, with `retval`, on the same thread. */
  readonly took?: number | bigint;
  /** Registers by name, above what `args` and `retval` put there. */
  readonly registers?: { readonly [name: string]: EventValue };
  /** The program's whole context as it was recorded; `args`, `retval` and `registers` do not count then. */
  readonly context?: Uint8Array | string;
  /** Innermost frame first. */
  readonly kstack?: readonly EventFrame[];
  readonly ustack?: readonly EventFrame[];
  /** Fields of the current task_struct beyond those that pid, tid, comm … give; or its address. */
  readonly task?: EventValue;
  readonly memory?: readonly EventMemory[];
  /** Only for the program of this name (a recording names it; default: every program that is attached there). */
  readonly program?: string;
  /**
   * Recordings: what helpers answered in this run, by name ("ktime_get_boot_ns", "get_prandom_u32", "d_path" …), in the order
   * of the calls; the last answer stands for all further calls. Helpers that are not named answer by the other fields.
   */
  readonly results?: { readonly [helper: string]: readonly HelperResult[] };
  /** Recordings: the keys that loops over a map came to, in their order, by the map's symbol; hexadecimal. */
  readonly visits?: { readonly [map: string]: readonly (Uint8Array | string)[] };
  /** Recordings: for each argument of a static probe, by number, the 64 bytes that the loader put into .rodata. */
  readonly notes?: { readonly [index: string]: Uint8Array | string };
  /**
   * Recordings: what the loader carried out between this event and the next, oldest first. A loader acts a little later than
   * programs ask, and a map that it prints holds what happened in between; where `setup.actions` is "events", actions wait
   * in order, and what was printed behind them too, until they are listed here.
   */
  readonly actions?: readonly RecordedAction[];
  /** Place in the events file, for messages. */
  readonly line?: number;
};

/** The host that events happen on: an events file's first line, `{"setup": {…}}`. What is not given has a default. Further
 * such lines add to it (a recording learns names as it goes). */
export type Setup = {
  /** Name of the host; default "simulator". */
  readonly host: string;
  readonly cpus: number;
  /** CLOCK_BOOTTIME at the run's start; default one hour. */
  readonly boot: bigint;
  /** The same moment since the epoch; default 2025-01-01T00:00:00Z. */
  readonly epoch: bigint;
  /** Seconds east of UTC. */
  readonly utcOffset: number;
  /** "clock": interval and profile probes fire by the virtual clock. "events": only where events say so (recordings). */
  readonly timers: "clock" | "events";
  /** End of the run, since its start; default: the last event, or 10 s without events. */
  readonly until: bigint | undefined;
  /** Names by uid, paths by cgroup id ("unified:/user.slice"). */
  readonly users: ReadonlyMap<number, string>;
  readonly cgroups: ReadonlyMap<bigint, string>;
  /** Symbols that must have these addresses (recordings, kaddr). */
  readonly symbols: ReadonlyMap<string, bigint>;
  /** Contents of files for cat(), and output of commands for system(). */
  readonly files: ReadonlyMap<string, string>;
  readonly commands: ReadonlyMap<string, string>;
  /** The command of -c, if there is one. */
  readonly childPid: number;
  /**
   * "at once": what a script asks of the loader is done when the event that asks is over. "events": when events say so
   * (recordings); `begin` and `end` probes then also run only where events say so.
   */
  readonly actions: "at once" | "events";
  /** What a loader writes into .rodata by the manifest's `host` kinds ("tai-offset" …), where other fields don't say it. */
  readonly words: ReadonlyMap<string, bigint>;
  /** Texts for numbers, before all other ways: "ksym 0xffff…", "usym PID 0x…". */
  readonly names: ReadonlyMap<string, string>;
  /** What was recorded, so that it can be replayed without naming it: script, parameters and options. */
  readonly script: RecordedScript | undefined;
};

export type RecordedScript = {
  readonly name: string;
  readonly text: string;
  readonly positional: readonly string[];
  readonly named: ReadonlyMap<string, string>;
  readonly unsafe: boolean;
  /** Given with -p, -c, -k. */
  readonly pidFilter: boolean;
  readonly child: boolean;
  readonly readWarnings: boolean;
  /** Release of the kernel compiled against, and of the host's. */
  readonly kernel: string;
  readonly release: string;
};

export function defaultSetup(): Setup {
  return {
    host: "simulator",
    cpus: 4,
    boot: 3_600_000_000_000n,
    epoch: 1_735_689_600_000_000_000n,
    utcOffset: 0,
    timers: "clock",
    until: undefined,
    users: new Map([[0, "root"]]),
    cgroups: new Map([[1n, "unified:/"]]),
    symbols: new Map(),
    files: new Map(),
    commands: new Map(),
    childPid: 0,
    actions: "at once",
    words: new Map(),
    names: new Map(),
    script: undefined,
  };
}

/** Something wrong in an events file or event: place, cause, way out. */
export type EventProblem = {
  readonly severity: "error" | "warning";
  readonly name: string;
  /** 1-based; 0: about no line. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint: string | undefined;
};

/** "FILE:3:14: ERROR: …" and a hint, a line each, newline at the end. */
export function printProblem(problem: EventProblem): string {
  const { name, line, column, severity, message, hint } = problem;
  const place = line === 0 ? name : column === 0 ? `${name}:${line}` : `${name}:${line}:${column}`;
  const label = severity === "error" ? "ERROR" : "WARNING";
  return `${place}: ${label}: ${message}\n${hint === undefined ? "" : `HINT: ${hint}\n`}`;
}

/** An event that cannot be played: its probe, field and cause. The run that meets it ends with this. */
export class EventError extends Error {
  override readonly name = "EventError";
  readonly line: number;
  readonly hint: string | undefined;
  constructor(message: string, line = 0, hint?: string) {
    super(message);
    this.line = line;
    this.hint = hint;
  }
}
