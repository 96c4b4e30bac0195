/**
 * The commands as tables: words, options and what runs. plain-words.ts and parse-words.ts read them, so that what is
 * plain needs no yargs. Compiling is at hand; every other command is loaded when it is asked for.
 */
import type { InferredOptionTypes, Options, PositionalOptions } from "yargs";
import { compileCommand } from "./compile.ts";
import { REFERENCE_OPTIONS } from "./reference-options.ts";
import type { TakenWords } from "./words.ts";

/** What every command gets besides its own: words that were taken out before, and the words behind `--`. */
export type CommonArguments = Omit<TakenWords, "words"> & { readonly "--"?: readonly string[] | undefined };

/** What words said, by name of the option or declared word. */
export type Arguments = Readonly<Record<string, unknown>>;

type Rows<T> = Readonly<Record<string, T>>;

export type CommandRow = {
  /** Declared words as yargs writes them: `[script]`, `<object>`, `[params..]`. */
  readonly words: string;
  /** false: not listed. */
  readonly describe: string | false;
  readonly positionals: Rows<PositionalOptions>;
  readonly options: Rows<Options>;
  readonly examples: readonly string[];
  /** `words`: all that were given. */
  readonly run: (args: Arguments, words: readonly string[]) => Promise<number>;
};

/** A row whose `run` is checked against its tables. */
function command<const P extends Rows<PositionalOptions>, const O extends Rows<Options>>(row: {
  readonly words: string;
  readonly describe: string | false;
  readonly positionals?: P;
  readonly options: O;
  readonly examples?: readonly string[];
  readonly run: (args: InferredOptionTypes<P & O> & CommonArguments, words: readonly string[]) => Promise<number>;
}): CommandRow {
  const { words, describe, positionals = {}, options, examples = [], run } = row;
  // Both parsers make what the tables say: the types that yargs infers from them.
  return { words, describe, positionals, options, examples, run: run as CommandRow["run"] };
}

const SCRIPT = { script: { type: "string", describe: "script file, or - for standard input" } } as const;
const PARAMS = {
  ...SCRIPT,
  params: { type: "string", array: true, describe: "the script's $1, $2, …" },
} as const;

const SCRIPT_OPTIONS = {
  e: { type: "string", describe: "the program itself instead of a file", requiresArg: true },
  unsafe: { type: "boolean", describe: "allow system(), signal(), override() …" },
  warnings: { type: "boolean", default: true, describe: "print warnings (--no-warnings: errors only)" },
} as const;

const COMPILE_OPTIONS = {
  ...SCRIPT_OPTIONS,
  kernel: {
    type: "string",
    describe: "kernel to check against: a version that is embedded (6.1, 6.12), a snapshot file, or host",
    requiresArg: true,
  },
  arch: { choices: ["x86_64", "aarch64"], describe: "target machine" },
  isa: { choices: ["v2", "v3"], default: "v3", describe: "eBPF instruction set" },
  "pid-filter": {
    type: "boolean",
    describe: "compile in the process filter that 'run -p' needs for kernel probes",
  },
  debuginfo: {
    type: "string",
    requiresArg: true,
    describe: "directories of debug information that was split off, DIR[:DIR…]; before /usr/lib/debug",
  },
  k: { type: "count", describe: "report failed reads of memory at run time" },
} as const;

const text = <const D extends string, const A extends string>(describe: D, alias?: A) =>
  ({ type: "string", requiresArg: true, describe, ...(alias === undefined ? {} : { alias }) }) as const;
const flag = <const D extends string, const A extends string>(describe: D, alias?: A) =>
  ({ type: "boolean", describe, ...(alias === undefined ? {} : { alias }) }) as const;

export const commands: Readonly<Record<string, CommandRow>> = {
  compile: command({
    words: "[script]",
    describe: "write an object; needs no privilege, no Linux and no kernel headers",
    positionals: SCRIPT,
    options: {
      ...COMPILE_OPTIONS,
      o: text("object file to write (- for standard output)", "output"),
      emit: {
        choices: ["ast", "typed", "ir", "ir-opt", "asm", "btf", "sections"],
        describe: "print a stage instead of writing an object",
      },
      buffer: { choices: ["ring", "perf"], describe: "how events travel; perf for kernels before 5.8" },
    },
    examples: ["$0 -e 'k:tcp_sendmsg { @ = hist(arg2); }' -o size.bpf.o", "$0 tool.bt --kernel 6.1 -o tool.bpf.o"],
    run: (args) => compileCommand(args),
  }),
  check: command({
    words: "[script]",
    describe:
      "say what each kernel named would make of a script or an object: a verdict, why, the cost; writes nothing",
    positionals: SCRIPT,
    options: {
      ...COMPILE_OPTIONS,
      kernel: {
        type: "string",
        array: true,
        requiresArg: true,
        describe: "kernels to check against: embedded (6.1, 6.12), snapshot files, versions (5.10 …), or host",
      },
      cpus: text("CPUs of the hosts, for the memory of maps"),
      log: flag("print the walk, a state per instruction, as the kernel does"),
      strict: flag("a verdict that is unknown counts as a refusal"),
      json: flag("everything as JSON"),
      sarif: flag("what is wrong as SARIF 2.1.0, for code hosts"),
    },
    examples: ["$0 tool.bt --kernel 6.1 --kernel 6.12 --kernel fleet.tls"],
    run: async (args) => (await import("./check.ts")).checkCommand(args),
  }),
  run: command({
    words: "[script] [params..]",
    describe: "run a script or an object here, or on other hosts that have only the loader",
    positionals: PARAMS,
    options: {
      ...COMPILE_OPTIONS,
      host: {
        type: "string",
        array: true,
        requiresArg: true,
        describe: "USER@HOST to run on, over ssh; may be repeated",
      },
      p: text("trace this process", "pid"),
      c: text("run this command and trace it", "cmd"),
      f: { ...text("text, json or msgpack", "format"), default: "text" },
      o: text("file for the program's output", "output"),
      B: { ...text("buffering of the output: line, full or none"), default: "line" },
      q: flag("no line about attached probes", "quiet"),
      v: flag("say more", "verbose"),
      "dry-run": flag("attach, then end"),
      stats: flag("have the kernel count runs, for the ledger"),
      record: text("keep what the programs see in this file, for tracelet simulate"),
    },
    run: async (args) => (await import("./run.ts")).runCommand(args),
  }),
  simulate: command({
    words: "[script] [params..]",
    describe: "run a script or an object without a kernel, on events that are recorded, written or generated",
    positionals: PARAMS,
    options: {
      ...COMPILE_OPTIONS,
      events: text("events file: JSON Lines (- for standard input)"),
      generate: text("workload to generate events from; without --events and --generate: a usual host"),
      "save-events": text("write the events to this file and run nothing"),
      cpus: text("virtual processors (4)"),
      seed: text("of the generator and of rand (1)"),
      rate: text("factor on how often generated events happen"),
      until: text("end of the run, such as 10s"),
      budget: text("instructions that one run of a program may take"),
      memory: text("MiB that the script's maps may take (1024)"),
      p: text("trace this process", "pid"),
      f: { ...text("text, json, msgpack, flamegraph or heatmap", "format"), default: "text" },
      o: text("file for the output", "output"),
      q: flag("no line about attached probes", "quiet"),
    },
    examples: ["$0 -e 'k:tcp_sendmsg { @ = hist(arg2); }'"],
    run: async (args) => (await import("./simulate.ts")).simulateCommand(args),
  }),
  show: command({
    words: "[stream]",
    describe: "render a stream that a loader wrote (- for standard input)",
    positionals: { stream: { type: "string", default: "-" } },
    options: {
      f: { ...text("text, json, flamegraph or heatmap", "format"), default: "text" },
      o: text("file to write", "output"),
      q: flag("no line about attached probes", "quiet"),
    },
    run: async (args) => (await import("./show.ts")).showCommand(args),
  }),
  list: command({
    words: "[pattern]",
    describe: "list probes of a kernel; with -v their arguments",
    positionals: { pattern: { type: "string", describe: "such as 't:timer:*', '*sleep*', 'struct sock'" } },
    options: {
      v: flag("arguments too", "verbose"),
      kernel: text("version, snapshot file, or host"),
      debuginfo: COMPILE_OPTIONS.debuginfo,
    },
    examples: ["$0 -v 't:timer:hrtimer_start'", "$0 -v 'uprobe:/bin/bash:read*'"],
    run: async (args) => (await import("./list.ts")).listCommand(args),
  }),
  inspect: command({
    words: "<object>",
    describe: "show what is in an object: probes, maps, instructions beside the script, relocations",
    positionals: { object: { type: "string", demandOption: true } },
    options: { json: flag("as JSON") },
    run: async (args) => (await import("./inspect.ts")).inspectCommand(args),
  }),
  snapshot: command({
    words: "",
    describe: "pack a kernel that 'tracelet-loader snapshot' captured (or this host's) into a snapshot",
    options: {
      o: text("file to write", "output"),
      from: text("the capture: a file, a directory, or - for standard input"),
    },
    run: async (args) => (await import("./snapshot.ts")).snapshotCommand(args),
  }),
  fmt: command({
    words: "[script]",
    describe: "print a script in standard form",
    positionals: SCRIPT,
    options: {
      ...SCRIPT_OPTIONS,
      o: text("file to write (may be the script itself)", "output"),
      check: flag("only say whether it is in standard form"),
    },
    run: async (args) => (await import("./fmt.ts")).fmtCommand(args),
  }),
  "explain-log": command({
    words: "<log> [script]",
    describe: "map a log that a kernel's verifier printed back to the script or object that it refused",
    positionals: {
      log: { type: "string", demandOption: true, describe: "the log, or - for standard input" },
      script: { type: "string", describe: "the script, or the object that was loaded" },
    },
    options: {
      ...SCRIPT_OPTIONS,
      kernel: text("kernel that a script is compiled for"),
      json: flag("as JSON"),
    },
    run: async (args) => (await import("./explain-log.ts")).explainLogCommand(args),
  }),
  explain: command({
    words: "<code>",
    describe: "tell more about a diagnostic",
    positionals: { code: { type: "string", demandOption: true } },
    options: {},
    run: async (args) => (await import("./explain.ts")).explainCommand(args),
  }),
};

/** No command named: bpftrace's everyday command line. */
export const shorthand: CommandRow = command({
  words: "[script] [params..]",
  describe: false,
  positionals: { ...SCRIPT, params: { type: "string", array: true } },
  options: {
    ...SCRIPT_OPTIONS,
    kernel: { ...text("kernel to check against"), hidden: true },
    p: text("trace this process", "pid"),
    c: text("run this command and trace it", "cmd"),
    f: { ...text("text, json or msgpack", "format"), default: "text" },
    o: text("file for the program's output", "output"),
    B: { ...text("buffering of the output: line, full or none"), default: "line" },
    l: flag("list probes that match; -lv with their arguments", "list"),
    q: flag("no line about attached probes", "quiet"),
    v: { alias: "verbose", type: "count", describe: "say more" },
    "dry-run": flag("load and attach, then end"),
    "emit-elf": text("write the object and stop"),
    k: { type: "count", describe: "report failed reads of memory" },
    fmt: { type: "boolean", hidden: true },
    info: flag("what this installation and host can do"),
    b: { alias: "btf", type: "boolean", hidden: true },
    debuginfo: COMPILE_OPTIONS.debuginfo,
    ...REFERENCE_OPTIONS,
    "usdt-file-activation": { type: "boolean", hidden: true },
    isa: { choices: ["v2", "v3"], default: "v3", hidden: true },
    stats: { type: "boolean", hidden: true },
  },
  run: async (args, words) => (await import("./shorthand.ts")).shorthandCommand(args, words),
});
