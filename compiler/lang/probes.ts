/**
 * Probe kinds, one row each: what a script may write, which BPF program it becomes and what that program receives.
 */
import type { AddressSpace } from "../types/type.ts";

/** As 2-check's ProgramKind: BPF program types with the attach flavour that decides section and context. */
export type ProbeProgram =
  | "raw_tp_run"
  | "kprobe"
  | "kretprobe"
  | "uprobe"
  | "uretprobe"
  | "usdt"
  | "tracepoint"
  | "perf_event"
  | "fentry"
  | "fexit"
  | "tp_btf"
  | "iter";

export type ProbeName =
  | "begin"
  | "end"
  | "self"
  | "test"
  | "bench"
  | "kprobe"
  | "kretprobe"
  | "fentry"
  | "fexit"
  | "tracepoint"
  | "rawtracepoint"
  | "uprobe"
  | "uretprobe"
  | "usdt"
  | "profile"
  | "interval"
  | "software"
  | "hardware"
  | "watchpoint"
  | "iter";

export type ProbeRow = {
  readonly name: ProbeName;
  /** Other spellings; matched without regard to case, except one-letter names that differ only by it. */
  readonly aliases: readonly string[];
  readonly doc: string;
  /** Shape of the target, for help and errors. */
  readonly target: string;
  readonly program: ProbeProgram;
  /** Whether the ELF section carries the target ("kprobe/vfs_read") where a program has exactly one. */
  readonly sectionTarget: boolean;
  /** What the context holds: pt_regs (behind bpf_perf_event_data too), a tracepoint record, an array of u64, an iterator's struct. */
  readonly context: "none" | "registers" | "tracepoint" | "array" | "iter";
  /** args.NAME comes from the event's format, from BTF, from the binary's debug information, or is absent. */
  readonly args: "none" | "format" | "btf" | "dwarf";
  /** argN: argument registers of the function, words of the context's array, what a note in the binary says, or absent. */
  readonly numbered: "none" | "registers" | "array" | "note";
  readonly retval: "none" | "register" | "btf";
  /** Knows the traced function: "ip" from the registers, "helper" by get_func_ip, "user" an address of the process. */
  readonly func: "none" | "ip" | "helper" | "user";
  /** Whose memory an untyped argument points into. */
  readonly space: AddressSpace;
  readonly wildcards: boolean;
  /** Return value of the program: tracepoints return 1 so that perf and ftrace still see the event. */
  readonly defaultReturn: 0 | 1;
  /** Gets an implicit `pid == PID` under -p. */
  readonly pidFilter: boolean;
  /** Text of the `probetype` builtin. */
  readonly type: string;
  readonly since: string;
};

type More = Partial<Omit<ProbeRow, "name" | "aliases" | "program" | "target" | "doc" | "since">>;

function probe(
  name: ProbeName,
  aliases: readonly string[],
  program: ProbeProgram,
  since: string,
  target: string,
  doc: string,
  more: More = {},
): ProbeRow {
  return {
    name,
    aliases,
    doc,
    target,
    program,
    since,
    sectionTarget: more.sectionTarget ?? false,
    context: more.context ?? "none",
    args: more.args ?? "none",
    numbered: more.numbered ?? "none",
    retval: more.retval ?? "none",
    func: more.func ?? "none",
    space: more.space ?? "kernel",
    wildcards: more.wildcards ?? false,
    defaultReturn: more.defaultReturn ?? 0,
    pidFilter: more.pidFilter ?? false,
    type: more.type ?? name,
  };
}

const REGISTERS = { context: "registers" } as const;
const SPECIAL = { type: "special", space: "none" } as const;

export const probes: readonly ProbeRow[] = [
  probe("begin", ["BEGIN"], "raw_tp_run", "4.17", "", "once, before all other probes", SPECIAL),
  probe("bench", [], "raw_tp_run", "4.17", "NAME", "measured only by --bench", SPECIAL),
  probe("end", ["END"], "raw_tp_run", "4.17", "", "once, after all other probes", SPECIAL),
  probe(
    "fentry",
    ["f", "kfunc"],
    "fentry",
    "5.5",
    "[MODULE:]FUNCTION",
    "entry of a kernel function, with typed arguments",
    { sectionTarget: true, context: "array", args: "btf", func: "helper", wildcards: true, pidFilter: true },
  ),
  probe(
    "fexit",
    ["fr", "kretfunc"],
    "fexit",
    "5.5",
    "[MODULE:]FUNCTION",
    "return from a kernel function, with typed arguments and result",
    {
      sectionTarget: true,
      context: "array",
      args: "btf",
      retval: "btf",
      func: "helper",
      wildcards: true,
      pidFilter: true,
    },
  ),
  probe("hardware", ["h"], "perf_event", "4.9", "EVENT[:COUNT]", "a processor event, once in so many", REGISTERS),
  probe("interval", ["i"], "perf_event", "4.9", "UNIT:COUNT or DURATION", "a timer on one CPU", REGISTERS),
  probe("iter", ["it"], "iter", "5.8", "NAME[:PIN]", "every object of a kind", {
    sectionTarget: true,
    context: "iter",
    wildcards: false,
  }),
  probe("kprobe", ["k"], "kprobe", "4.1", "[MODULE:]FUNCTION[+OFFSET]", "a kernel function or instruction", {
    sectionTarget: true,
    context: "registers",
    numbered: "registers",
    func: "ip",
    wildcards: true,
    pidFilter: true,
  }),
  probe("kretprobe", ["kr"], "kretprobe", "4.1", "[MODULE:]FUNCTION", "return from a kernel function", {
    sectionTarget: true,
    context: "registers",
    retval: "register",
    func: "helper",
    wildcards: true,
    pidFilter: true,
  }),
  probe("profile", ["p"], "perf_event", "4.9", "UNIT:COUNT or DURATION", "a timer on every CPU", REGISTERS),
  probe("rawtracepoint", ["rt"], "tp_btf", "5.5", "[MODULE:]EVENT", "a tracepoint with its raw, typed arguments", {
    sectionTarget: true,
    context: "array",
    args: "btf",
    numbered: "array",
    wildcards: true,
    pidFilter: true,
  }),
  probe("self", [], "raw_tp_run", "4.17", "signal:SIGUSR1", "a signal to the tracer", SPECIAL),
  probe("software", ["s"], "perf_event", "4.9", "EVENT[:COUNT]", "a kernel event, once in so many", REGISTERS),
  probe("test", [], "raw_tp_run", "4.17", "NAME", "run only by --test", SPECIAL),
  probe("tracepoint", ["t"], "tracepoint", "4.7", "CATEGORY:EVENT", "a static point in the kernel, with its record", {
    sectionTarget: true,
    context: "tracepoint",
    args: "format",
    wildcards: true,
    defaultReturn: 1,
    pidFilter: true,
  }),
  probe("uprobe", ["u"], "uprobe", "4.3", "BINARY:FUNCTION[+OFFSET]", "a function or instruction of a binary", {
    context: "registers",
    args: "dwarf",
    numbered: "registers",
    func: "user",
    space: "user",
    wildcards: true,
  }),
  probe("uretprobe", ["ur"], "uretprobe", "4.3", "BINARY:FUNCTION", "return from a function of a binary", {
    context: "registers",
    retval: "register",
    func: "user",
    space: "user",
    wildcards: true,
  }),
  probe("usdt", ["U"], "usdt", "4.3", "BINARY:[PROVIDER:]NAME", "a static point in a binary", {
    context: "registers",
    numbered: "note",
    space: "user",
    wildcards: true,
  }),
  probe("watchpoint", ["w"], "perf_event", "4.9", "ADDRESS:LENGTH:MODE", "an access to memory", {
    ...REGISTERS,
    space: "user",
  }),
];

/** Spellings that are gone, and what to write instead. */
export const removedProbes: Readonly<Record<string, string>> = {
  asyncwatchpoint: "asyncwatchpoint was removed from the language; use watchpoint:ADDRESS:LENGTH:MODE",
  aw: "aw (asyncwatchpoint) was removed from the language; use watchpoint:ADDRESS:LENGTH:MODE",
};

/** Row of a provider as written: long name, alias or old name, in any case (but `u` is uprobe and `U` usdt). */
export function probeRow(name: string): ProbeRow | undefined {
  const exact = probes.find((row) => row.name === name || row.aliases.includes(name));
  if (exact !== undefined) return exact;
  const lower = name.toLowerCase();
  return probes.find((row) => row.name === lower || row.aliases.some((alias) => alias.toLowerCase() === lower));
}

export type PerfEvent = {
  readonly name: string;
  readonly alias: string | undefined;
  readonly config: number;
  readonly count: number;
};

function event(name: string, config: number, count: number, alias?: string): PerfEvent {
  return { name, alias, config, count };
}

/** PERF_COUNT_SW_* of include/uapi/linux/perf_event.h, with the sample period used where a script gives none. */
export const softwareEvents: readonly PerfEvent[] = [
  event("alignment-faults", 7, 1),
  event("bpf-output", 10, 1),
  event("context-switches", 3, 1000, "cs"),
  event("cpu-clock", 0, 1_000_000, "cpu"),
  event("cpu-migrations", 4, 1),
  event("dummy", 9, 1),
  event("emulation-faults", 8, 1),
  event("major-faults", 6, 1),
  event("minor-faults", 5, 100),
  event("page-faults", 2, 100, "faults"),
  event("task-clock", 1, 1),
];

/** PERF_COUNT_HW_* of the same header. */
export const hardwareEvents: readonly PerfEvent[] = [
  event("backend-stalls", 8, 1_000_000),
  event("branch-instructions", 4, 100_000, "branches"),
  event("branch-misses", 5, 100_000),
  event("bus-cycles", 6, 100_000),
  event("cache-misses", 3, 1_000_000),
  event("cache-references", 2, 1_000_000),
  event("cpu-cycles", 0, 1_000_000, "cycles"),
  event("frontend-stalls", 7, 1_000_000),
  event("instructions", 1, 1_000_000),
  event("ref-cycles", 9, 1_000_000),
];
