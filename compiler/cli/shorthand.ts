/** `tracelet SCRIPT.bt`, `tracelet -e PROGRAM`, `tracelet -l`: bpftrace's everyday command line. */
import type { Stage } from "../index.ts";
import { compileScript, optionsFrom, printStage, tellDiagnostics } from "./build-object.ts";
import { CliError, EXIT, writeOutput } from "./io.ts";
import { chooseSnapshot } from "./kernels.ts";
import { type RunArgs, runScript } from "./run.ts";
import { readScript } from "./script.ts";

type Args = RunArgs & {
  readonly l?: boolean | undefined;
  readonly d?: string | undefined;
  readonly "emit-elf"?: string | undefined;
  readonly fmt?: boolean | undefined;
  readonly info?: boolean | undefined;
  readonly include?: readonly string[] | undefined;
};

/** bpftrace's stage names, and ours. */
const STAGES_BY_WORD: Readonly<Record<string, readonly Stage[]>> = {
  ast: ["ast"],
  parse: ["ast"],
  types: ["typed"],
  codegen: ["ir"],
  "codegen-opt": ["ir-opt"],
  dis: ["asm"],
  libbpf: ["sections"],
  verifier: [],
  all: ["ast", "typed", "ir", "ir-opt", "asm"],
};

export async function shorthandCommand(args: Args, words: readonly string[]): Promise<number> {
  if (args.info === true) return (await import("./info.ts")).infoCommand();
  if (args.l === true) return listShorthand(args);
  if (words.length === 0 || (args.script === undefined && args.e === undefined)) {
    process.stderr.write(
      words.length === 0
        ? "USAGE: tracelet [options] SCRIPT.bt [PARAMS…]\n       tracelet [options] -e PROGRAM [PARAMS…]\n       tracelet COMMAND …     (tracelet --help)\n"
        : "USAGE: filename or -e 'program' required.\n",
    );
    return EXIT.refused;
  }
  const params =
    args.e === undefined
      ? [...(args.params ?? [])]
      : [...(args.script === undefined ? [] : [args.script]), ...(args.params ?? [])];
  const script = readScript(args.e === undefined ? args.script : undefined, args.e);
  if (args.fmt === true)
    return (await import("./fmt.ts")).fmtCommand({
      ...(args.e === undefined ? { script: args.script } : { e: args.e }),
      o: args.o,
    });
  const stages = args.d === undefined ? undefined : debugStages(args.d);
  const trace = stages === undefined ? {} : { trace: printStage(stages) };
  const elf = args["emit-elf"];
  if (elf !== undefined) {
    const result = compileScript(
      script,
      optionsFrom(script, args, chooseSnapshot(args.kernel), { positional: params, ...trace }),
    );
    tellDiagnostics(result, args.warnings);
    if (result.object === undefined) return EXIT.refused;
    writeOutput(elf, result.object);
    return EXIT.ok;
  }
  return runScript(script, args, params, args["--"] ?? [], trace);
}

function debugStages(words: string): ReadonlySet<Stage> {
  const stages = new Set<Stage>();
  for (const word of words.split(",")) {
    const known = STAGES_BY_WORD[word];
    if (known === undefined)
      throw new CliError(
        EXIT.refused,
        `USAGE: invalid option for -d: ${word}`,
        `one of ${Object.keys(STAGES_BY_WORD).join(", ")}`,
      );
    for (const stage of known) stages.add(stage);
  }
  return stages;
}

async function listShorthand(args: Args): Promise<number> {
  const { listCommand } = await import("./list.ts");
  return listCommand({ pattern: args.script, v: args.v, kernel: args.kernel });
}
