/**
 * Options of bpftrace that mean nothing here, or that Tracelet has not: each is known by its name, so that the answer says
 * what is in the way and what to do instead.
 */
import { CliError, EXIT } from "./io.ts";

export type ReferenceArgs = {
  readonly "emit-llvm"?: string | undefined;
  readonly "verify-llvm-ir"?: boolean | undefined;
  readonly mode?: string | undefined;
  readonly test?: boolean | undefined;
  readonly bench?: boolean | undefined;
  readonly "probe-filter"?: string | undefined;
  readonly "traceable-functions"?: string | undefined;
  readonly "dwarf-pid"?: string | undefined;
  readonly aot?: string | undefined;
};

const TEXT = { type: "string", requiresArg: true, hidden: true } as const;
const FLAG = { type: "boolean", hidden: true } as const;

/** As yargs takes them. */
export const REFERENCE_OPTIONS = {
  "emit-llvm": TEXT,
  "verify-llvm-ir": FLAG,
  mode: TEXT,
  test: FLAG,
  bench: FLAG,
  "probe-filter": TEXT,
  "traceable-functions": TEXT,
  "dwarf-pid": TEXT,
  aot: TEXT,
} as const;

/** What `--mode` may ask for and is done: compile and stop, or print the script in the standard format. */
export type Mode = "codegen" | "format" | undefined;

const NO_EFFECT = ["emit-llvm", "verify-llvm-ir"] as const;

/** Why an option is refused, and what to do instead. */
const REFUSED = {
  test: ["test probes are not run", "run the script itself: an assert() that fails ends it with status 1"],
  bench: ["bench probes are not run", "the run with --stats tells what each probe costs"],
  "probe-filter": ["probes are not chosen by a pattern at the start", "name them in the script"],
  "traceable-functions": ["the loader takes the kernel's own list", "--kernel names the snapshot to compile against"],
  "dwarf-pid": ["stacks are not unwound by DWARF", "use ustack"],
  aot: ["programs are compiled ahead of time as objects", "tracelet compile -o FILE, then tracelet-loader run FILE"],
} as const;

const MODES = ["codegen", "compiler-bench", "bpf-benchmark", "bpf-test", "format"];

/** @throws CliError for an option that is refused, with the way out */
export function checkReferenceOptions(args: ReferenceArgs): Mode {
  for (const name of NO_EFFECT) {
    if (args[name] !== undefined) process.stderr.write(`WARNING: --${name} has no effect: there is no LLVM\n`);
  }
  for (const [name, [why, way]] of Object.entries(REFUSED)) {
    const given = args[name as keyof typeof REFUSED]; // Object.entries forgets its keys' types
    if (given !== undefined) throw new CliError(EXIT.refused, `--${name} is not supported: ${why}`, way);
  }
  const { mode } = args;
  if (mode === undefined || mode === "codegen" || mode === "format") return mode;
  if (!MODES.includes(mode))
    throw new CliError(EXIT.refused, `USAGE: --mode can only be one of ${MODES.join(", ")}, not '${mode}'`);
  throw new CliError(EXIT.refused, `--mode ${mode} is not supported: test and bench probes are not run`);
}
