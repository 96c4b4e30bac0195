/**
 * What a compilation may be told: one set of options for the command line, the playground and programs that embed the
 * compiler. Everything that depends on the target or on the person who asks comes in here; nothing reads the environment.
 */
import type { Arch, Snapshot } from "./snapshot/snapshot.ts";
import type { NamedText } from "./source/text.ts";
import type { BinaryResolver } from "./types/binary.ts";

/** Stages that can print themselves, in the order of the data. */
export const STAGES = ["ast", "typed", "ir", "ir-opt", "asm", "btf", "sections"] as const;
export type Stage = (typeof STAGES)[number];

/** What keeps a file from being imported; `name` is the place that was looked at. */
export type ImportProblem =
  | { readonly problem: "missing" | "writable"; readonly name: string }
  | { readonly problem: "unreadable"; readonly name: string; readonly why: string };

/**
 * Finds what an import names: a file, or the files of a directory in a fixed order. `from` is the name of the importing
 * text: CompileOptions.name, or that of a file given before. One file must always have one name, by which it is
 * imported once and named in messages.
 */
export type ImportResolver = (path: string, from: string) => readonly NamedText[] | ImportProblem;

export type CompileOptions = {
  /** Shown in messages: a path, or "stdin". */
  readonly name: string;
  /** The kernel to check against. */
  readonly snapshot: Snapshot;
  /** Target of the object; the snapshot's unless told otherwise. */
  readonly arch: Arch;
  /** eBPF instruction set: v2 for kernels before 5.1. */
  readonly isa: "v2" | "v3";
  /** Allow system(), signal(), override() … */
  readonly unsafe: boolean;
  /** Values of $1, $2 …, folded in as constants; undefined: left open for the loader to write into .rodata. */
  readonly positional: readonly string[] | undefined;
  /** Values of getopt() options, folded in; undefined: left open. */
  readonly named: ReadonlyMap<string, string> | undefined;
  /** BPFTRACE_* variables that override the config block. */
  readonly environment: ReadonlyMap<string, string>;
  /** Compile in a process filter that `-p` switches on (kprobes, tracepoints …). */
  readonly pidFilter: boolean;
  /** Whether a child command will be given at run time (cpid, has_cpid). */
  readonly child: boolean;
  /** "perf" for kernels without a BPF ring buffer (before 5.8). */
  readonly buffer: "ring" | "perf";
  /** Count and report every failed read of memory (-k). */
  readonly readWarnings: boolean;
  /** Record what the programs learn from outside, besides what they do, so that a simulation can repeat it. */
  readonly record: boolean;
  /** The script's own C headers: read before the script, wherever it includes them. */
  readonly headers: readonly NamedText[];
  /** Finds the files of `import "path";`; undefined: there are none, and an import is an error. */
  readonly imports: ImportResolver | undefined;
  /** Finds traced binaries for their debug information, when a script asks for it; undefined: none can be read. */
  readonly binaries: BinaryResolver | undefined;
  /** Whether kernel types may be used; false: BPFTRACE_HAVE_BTF is not defined, and what needs BTF is refused. */
  readonly btf: boolean;
  /** Called after each stage with a function that prints it. */
  readonly trace: ((stage: Stage, print: () => string) => void) | undefined;
};

/** Options with everything at its default. */
export function defaultOptions(snapshot: Snapshot): CompileOptions {
  return {
    name: "stdin",
    snapshot,
    arch: snapshot.arch,
    isa: "v3",
    unsafe: false,
    positional: undefined,
    named: undefined,
    environment: new Map(),
    pidFilter: false,
    child: false,
    buffer: olderThan(snapshot, 5, 8) ? "perf" : "ring",
    readWarnings: false,
    record: false,
    headers: [],
    imports: undefined,
    binaries: undefined,
    btf: true,
    trace: undefined,
  };
}

function olderThan(snapshot: Snapshot, major: number, minor: number): boolean {
  const [a, b] = snapshot.version;
  return a < major || (a === major && b < minor);
}
