/** The `tracelet` command: yargs, one file per command, each loaded when it is asked for. */
import yargs, { type Argv } from "yargs";
import { CliError, checkColour, codeOf, EXIT, useColour } from "./io.ts";
import { REFERENCE_OPTIONS } from "./reference-options.ts";
import { type TakenWords, takeWords } from "./words.ts";

declare const TRACELET_VERSION: string;

/** Second line of --version: what scripts that look for bpftrace's version find, the language that is spoken. */
const LANGUAGE = "bpftrace v0.27 language";

const scriptOptions = (y: Argv) =>
  y
    .positional("script", { type: "string", describe: "script file, or - for standard input" })
    .option("e", { type: "string", describe: "the program itself instead of a file", requiresArg: true })
    .option("unsafe", { type: "boolean", describe: "allow system(), signal(), override() …" })
    .option("warnings", { type: "boolean", default: true, describe: "print warnings (--no-warnings: errors only)" });

const compileOptions = (y: Argv) =>
  scriptOptions(y)
    .option("kernel", {
      type: "string",
      describe: "kernel to check against: a version that is embedded (6.1, 6.12), a snapshot file, or host",
      requiresArg: true,
    })
    .option("arch", { choices: ["x86_64", "aarch64"] as const, describe: "target machine" })
    .option("isa", { choices: ["v2", "v3"] as const, default: "v3" as const, describe: "eBPF instruction set" })
    .option("pid-filter", {
      type: "boolean",
      describe: "compile in the process filter that 'run -p' needs for kernel probes",
    })
    .option("k", { type: "count", describe: "report failed reads of memory at run time" });

/**
 * Each command adds itself to a parser under a usage such as "compile [script]"; `choose` keeps what is to be run.
 * Handlers only choose, and a command that is named first gets a parser of its own ("$0 [script]"): yargs prints its
 * whole help into a string before it calls the handler of a command that is not the default one.
 */
type Choose = (run: () => Promise<number>) => void;
const commands: Readonly<Record<string, (y: Argv, name: string, choose: Choose) => Argv>> = {
  compile: (y, name, choose) =>
    y.command(
      `${name} [script]`,
      "write an object; needs no privilege, no Linux and no kernel headers",
      (y) =>
        compileOptions(y)
          .option("o", {
            alias: "output",
            type: "string",
            describe: "object file to write (- for standard output)",
            requiresArg: true,
          })
          .option("emit", {
            choices: ["ast", "typed", "ir", "ir-opt", "asm", "btf", "sections"] as const,
            describe: "print a stage instead of writing an object",
          })
          .option("buffer", {
            choices: ["ring", "perf"] as const,
            describe: "how events travel; perf for kernels before 5.8",
          })
          .example("$0 -e 'k:tcp_sendmsg { @ = hist(arg2); }' -o size.bpf.o", "")
          .example("$0 tool.bt --kernel 6.1 -o tool.bpf.o", ""),
      (a) => choose(async () => (await import("./compile.ts")).compileCommand(a)),
    ),
  check: (y, name, choose) =>
    y.command(
      `${name} [script]`,
      "say what each kernel named would make of a script or an object: a verdict, why, the cost; writes nothing",
      (y) =>
        compileOptions(y)
          .option("kernel", {
            type: "string",
            array: true,
            requiresArg: true,
            describe: "kernels to check against: embedded (6.1, 6.12), snapshot files, versions (5.10 …), or host",
          })
          .option("cpus", { type: "string", requiresArg: true, describe: "CPUs of the hosts, for the memory of maps" })
          .option("log", { type: "boolean", describe: "print the walk, a state per instruction, as the kernel does" })
          .option("strict", { type: "boolean", describe: "a verdict that is unknown counts as a refusal" })
          .option("json", { type: "boolean", describe: "everything as JSON" })
          .option("sarif", { type: "boolean", describe: "what is wrong as SARIF 2.1.0, for code hosts" })
          .example("$0 tool.bt --kernel 6.1 --kernel 6.12 --kernel fleet.tls", ""),
      (a) => choose(async () => (await import("./check.ts")).checkCommand(a)),
    ),
  run: (y, name, choose) =>
    y.command(
      `${name} [script] [params..]`,
      "run a script or an object here, or on other hosts that have only the loader",
      (y) =>
        compileOptions(y)
          .positional("params", { type: "string", array: true, describe: "the script's $1, $2, …" })
          .option("host", {
            type: "string",
            array: true,
            requiresArg: true,
            describe: "USER@HOST to run on, over ssh; may be repeated",
          })
          .option("p", { alias: "pid", type: "string", requiresArg: true, describe: "trace this process" })
          .option("c", { alias: "cmd", type: "string", requiresArg: true, describe: "run this command and trace it" })
          .option("f", {
            alias: "format",
            type: "string",
            default: "text",
            requiresArg: true,
            describe: "text, json or msgpack",
          })
          .option("o", {
            alias: "output",
            type: "string",
            requiresArg: true,
            describe: "file for the program's output",
          })
          .option("B", {
            type: "string",
            requiresArg: true,
            default: "line",
            describe: "buffering of the output: line, full or none",
          })
          .option("q", { alias: "quiet", type: "boolean", describe: "no line about attached probes" })
          .option("v", { alias: "verbose", type: "boolean", describe: "say more" })
          .option("dry-run", { type: "boolean", describe: "attach, then end" })
          .option("stats", { type: "boolean", describe: "have the kernel count runs, for the ledger" })
          .option("record", {
            type: "string",
            requiresArg: true,
            describe: "keep what the programs see in this file, for tracelet simulate",
          }),
      (a) => choose(async () => (await import("./run.ts")).runCommand(a)),
    ),
  simulate: (y, name, choose) =>
    y.command(
      `${name} [script] [params..]`,
      "run a script or an object without a kernel, on events that are recorded, written or generated",
      (y) =>
        compileOptions(y)
          .positional("params", { type: "string", array: true, describe: "the script's $1, $2, …" })
          .option("events", {
            type: "string",
            requiresArg: true,
            describe: "events file: JSON Lines (- for standard input)",
          })
          .option("generate", {
            type: "string",
            requiresArg: true,
            describe: "workload to generate events from; without --events and --generate: a usual host",
          })
          .option("save-events", {
            type: "string",
            requiresArg: true,
            describe: "write the events to this file and run nothing",
          })
          .option("cpus", { type: "string", requiresArg: true, describe: "virtual processors (4)" })
          .option("seed", { type: "string", requiresArg: true, describe: "of the generator and of rand (1)" })
          .option("rate", {
            type: "string",
            requiresArg: true,
            describe: "factor on how often generated events happen",
          })
          .option("until", { type: "string", requiresArg: true, describe: "end of the run, such as 10s" })
          .option("budget", {
            type: "string",
            requiresArg: true,
            describe: "instructions that one run of a program may take",
          })
          .option("f", {
            alias: "format",
            type: "string",
            default: "text",
            requiresArg: true,
            describe: "text, json, msgpack, flamegraph or heatmap",
          })
          .option("o", { alias: "output", type: "string", requiresArg: true, describe: "file for the output" })
          .option("q", { alias: "quiet", type: "boolean", describe: "no line about attached probes" })
          .example("$0 -e 'k:tcp_sendmsg { @ = hist(arg2); }'", ""),
      (a) => choose(async () => (await import("./simulate.ts")).simulateCommand(a)),
    ),
  show: (y, name, choose) =>
    y.command(
      `${name} [stream]`,
      "render a stream that a loader wrote (- for standard input)",
      (y) =>
        y
          .positional("stream", { type: "string", default: "-" })
          .option("f", {
            alias: "format",
            type: "string",
            default: "text",
            requiresArg: true,
            describe: "text, json, flamegraph or heatmap",
          })
          .option("o", { alias: "output", type: "string", requiresArg: true, describe: "file to write" })
          .option("q", { alias: "quiet", type: "boolean", describe: "no line about attached probes" }),
      (a) => choose(async () => (await import("./show.ts")).showCommand(a)),
    ),
  list: (y, name, choose) =>
    y.command(
      `${name} [pattern]`,
      "list probes of a kernel; with -v their arguments",
      (y) =>
        y
          .positional("pattern", { type: "string", describe: "such as 't:timer:*', '*sleep*', 'struct sock'" })
          .option("v", { alias: "verbose", type: "boolean", describe: "arguments too" })
          .option("kernel", { type: "string", requiresArg: true, describe: "version, snapshot file, or host" })
          .example("$0 -v 't:timer:hrtimer_start'", ""),
      (a) => choose(async () => (await import("./list.ts")).listCommand(a)),
    ),
  inspect: (y, name, choose) =>
    y.command(
      `${name} <object>`,
      "show what is in an object: probes, maps, instructions beside the script, relocations",
      (y) =>
        y
          .positional("object", { type: "string", demandOption: true })
          .option("json", { type: "boolean", describe: "as JSON" }),
      (a) => choose(async () => (await import("./inspect.ts")).inspectCommand(a)),
    ),
  snapshot: (y, name, choose) =>
    y.command(
      `${name}`,
      "pack a kernel that 'tracelet-loader snapshot' captured (or this host's) into a snapshot",
      (y) =>
        y
          .option("o", { alias: "output", type: "string", requiresArg: true, describe: "file to write" })
          .option("from", {
            type: "string",
            requiresArg: true,
            describe: "the capture: a file, a directory, or - for standard input",
          }),
      (a) => choose(async () => (await import("./snapshot.ts")).snapshotCommand(a)),
    ),
  fmt: (y, name, choose) =>
    y.command(
      `${name} [script]`,
      "print a script in standard form",
      (y) =>
        scriptOptions(y)
          .option("o", {
            alias: "output",
            type: "string",
            requiresArg: true,
            describe: "file to write (may be the script itself)",
          })
          .option("check", { type: "boolean", describe: "only say whether it is in standard form" }),
      (a) => choose(async () => (await import("./fmt.ts")).fmtCommand(a)),
    ),
  "explain-log": (y, name, choose) =>
    y.command(
      `${name} <log> [script]`,
      "map a log that a kernel's verifier printed back to the script or object that it refused",
      (y) =>
        scriptOptions(y)
          .positional("log", { type: "string", demandOption: true, describe: "the log, or - for standard input" })
          .positional("script", { type: "string", describe: "the script, or the object that was loaded" })
          .option("kernel", { type: "string", requiresArg: true, describe: "kernel that a script is compiled for" })
          .option("json", { type: "boolean", describe: "as JSON" }),
      (a) => choose(async () => (await import("./explain-log.ts")).explainLogCommand(a)),
    ),
  explain: (y, name, choose) =>
    y.command(
      `${name} <code>`,
      "tell more about a diagnostic",
      (y) => y.positional("code", { type: "string", demandOption: true }),
      (a) => choose(async () => (await import("./explain.ts")).explainCommand(a)),
    ),
};

const LISTS: ReadonlySet<string> = new Set(["_", "--", "params", "host", "I", "include"]);

/** An option that takes one value and is given twice keeps the last. (yargs can do so itself, but then lists lose words too.) */
const keepLast =
  (lists: ReadonlySet<string>) =>
  (args: Record<string, unknown>): void => {
    for (const [name, value] of Object.entries(args)) {
      if (Array.isArray(value) && !lists.has(name)) args[name] = value.at(-1);
    }
  };

/** A parser with the settings that all commands share. */
function parserFor(taken: TakenWords, words: readonly string[], name: string): Argv {
  const { debug, includeDirectories, includes } = taken;
  return yargs([...words])
    .middleware((argv) => {
      // yargs makes an empty text of a `-` that stands for a declared word.
      const script = argv.script === "" ? "-" : argv.script;
      Object.assign(argv, { debug, includeDirectories, includes, script });
    })
    .scriptName(name)
    .parserConfiguration({
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "populate--": true,
    })
    .middleware(keepLast(name.endsWith(" check") ? new Set([...LISTS, "kernel"]) : LISTS), true)
    .help("h")
    .alias("h", "help")
    .version("V", "print the version", `tracelet v${TRACELET_VERSION}\n${LANGUAGE}`)
    .alias("V", "version")
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .strictOptions()
    .exitProcess(false)
    .fail((message, error) => {
      if (error !== undefined && error !== null) throw error;
      throw new CliError(EXIT.usage, message, `USAGE: ${name} [options] …; ${name} --help lists the options`);
    });
}

async function main(given: readonly string[]): Promise<number> {
  checkColour();
  const taken = takeWords(given);
  const { words } = taken;
  let chosen: () => Promise<number> = async () => EXIT.ok;
  const choose: Choose = (run) => {
    chosen = run;
  };
  const [first = "", ...rest] = words;
  const named = Object.hasOwn(commands, first) ? commands[first] : undefined;
  if (named !== undefined) {
    named(parserFor(taken, rest, `tracelet ${first}`), "$0", choose).parseSync();
    return chosen();
  }
  let parser = parserFor(taken, words, "tracelet").usage(
    "$0: bpftrace scripts as ordinary eBPF objects\n\n  $0 SCRIPT.bt [PARAMS…]    compile, load here and print, as bpftrace does\n  $0 -e PROGRAM [PARAMS…]\n  $0 COMMAND …",
  );
  for (const [name, add] of Object.entries(commands)) parser = add(parser, name, choose);
  parser
    .command(
      "$0 [script] [params..]",
      false,
      (y) => shorthandOptions(y),
      (a) => choose(async () => (await import("./shorthand.ts")).shorthandCommand(a, words)),
    )
    .parseSync();
  return chosen();
}

function shorthandOptions(y: Argv) {
  return scriptOptions(y)
    .positional("params", { type: "string", array: true })
    .option("kernel", { type: "string", requiresArg: true, describe: "kernel to check against", hidden: true })
    .option("p", { alias: "pid", type: "string", requiresArg: true, describe: "trace this process" })
    .option("c", { alias: "cmd", type: "string", requiresArg: true, describe: "run this command and trace it" })
    .option("f", {
      alias: "format",
      type: "string",
      default: "text",
      requiresArg: true,
      describe: "text, json or msgpack",
    })
    .option("o", { alias: "output", type: "string", requiresArg: true, describe: "file for the program's output" })
    .option("B", {
      type: "string",
      default: "line",
      requiresArg: true,
      describe: "buffering of the output: line, full or none",
    })
    .option("l", { alias: "list", type: "boolean", describe: "list probes that match; -lv with their arguments" })
    .option("q", { alias: "quiet", type: "boolean", describe: "no line about attached probes" })
    .option("v", { alias: "verbose", type: "count", describe: "say more" })
    .option("dry-run", { type: "boolean", describe: "load and attach, then end" })
    .option("emit-elf", { type: "string", requiresArg: true, describe: "write the object and stop" })
    .option("k", { type: "count", describe: "report failed reads of memory" })
    .option("fmt", { type: "boolean", hidden: true })
    .option("info", { type: "boolean", describe: "what this installation and host can do" })
    .option("b", { alias: "btf", type: "boolean", hidden: true })
    .options(REFERENCE_OPTIONS)
    .option("usdt-file-activation", { type: "boolean", hidden: true })
    .option("isa", { choices: ["v2", "v3"] as const, default: "v3" as const, hidden: true })
    .option("stats", { type: "boolean", hidden: true });
}

main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    if (error instanceof CliError) {
      const red = useColour(process.stderr) ? ["\x1b[31m", "\x1b[0m"] : ["", ""];
      const label = error.message.startsWith("USAGE: ") ? "" : "ERROR: ";
      process.stderr.write(
        `${red[0]}${label}${error.message}${red[1]}\n${error.hint === undefined ? "" : `HINT: ${error.hint}\n`}`,
      );
      process.exitCode = error.status;
      return;
    }
    // Who reads our output (head, a pager) has seen enough.
    if (codeOf(error) === "EPIPE") return;
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `ERROR: internal: ${text}\nHINT: this is a bug of tracelet; please report it with the script. TRACELET_TRACE=1 prints where it happened\n`,
    );
    if (process.env.TRACELET_TRACE === "1" && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n`);
    process.exitCode = EXIT.refused;
  },
);
