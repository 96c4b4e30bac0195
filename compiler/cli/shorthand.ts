/** `tracelet SCRIPT.bt`, `tracelet -e PROGRAM`, `tracelet -l`: bpftrace's everyday command line. */
import { inspectObject, type Stage } from "../index.ts";
import { compileScript, optionsFrom, printStage, tellDiagnostics } from "./build-object.ts";
import { CliError, EXIT, writeAll, writeOutput } from "./io.ts";
import { chooseSnapshot } from "./kernels.ts";
import { checkReferenceOptions, type ReferenceArgs } from "./reference-options.ts";
import { type RunArgs, runScript, splitParameters } from "./run.ts";
import { readScript, type Script } from "./script.ts";

type Args = RunArgs &
  ReferenceArgs & {
    readonly l?: boolean | undefined;
    readonly debug?: readonly string[] | undefined;
    readonly "emit-elf"?: string | undefined;
    readonly fmt?: boolean | undefined;
    readonly info?: boolean | undefined;
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
  const mode = checkReferenceOptions(args);
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
  if (args.fmt === true || mode === "format")
    return (await import("./fmt.ts")).fmtCommand({
      ...(args.e === undefined ? { script: args.script } : { e: args.e }),
      o: args.o,
    });
  const rest = args["--"] ?? [];
  if (rest.includes("--help")) return describeOptions(script, args);
  const debug = args.debug ?? [];
  const trace = debug.length === 0 ? {} : { trace: printStage(debugStages(debug)) };
  if (debug.includes("") || mode === "codegen") {
    // 0.17's -d and -dd: show, and do not run.
    const result = await compileScript(
      script,
      optionsFrom(script, args, chooseSnapshot(args.kernel), { ...splitParameters(params, rest), ...trace }),
    );
    tellDiagnostics(result, args.warnings);
    return result.object === undefined ? EXIT.refused : EXIT.ok;
  }
  const elf = args["emit-elf"];
  if (elf !== undefined) {
    const result = await compileScript(
      script,
      optionsFrom(script, args, chooseSnapshot(args.kernel), { ...splitParameters(params, rest), ...trace }),
    );
    tellDiagnostics(result, args.warnings);
    if (result.object === undefined) return EXIT.refused;
    writeOutput(elf, result.object);
    return EXIT.ok;
  }
  return runScript(script, args, params, rest, trace);
}

/** `script.bt -- --help`: the options that the script names with getopt(). Does not run it. */
async function describeOptions(script: Script, args: Args): Promise<number> {
  const result = await compileScript(script, optionsFrom(script, args, chooseSnapshot(args.kernel), {}));
  tellDiagnostics(result, args.warnings);
  if (result.object === undefined) return EXIT.refused;
  const options = inspectObject(result.object).manifest.params.flatMap((param) =>
    param.kind === "named" ? [param] : [],
  );
  const text = options.map(
    ({ name, description }) => `    --${name}${description === undefined ? "" : `: ${description}`}\n`,
  );
  writeAll(
    1,
    Buffer.from(
      `USAGE: tracelet ${script.name} -- [options]\n\n${text.length === 0 ? "The script has no options.\n" : `OPTIONS:\n${text.join("")}`}`,
    ),
  );
  return EXIT.ok;
}

/** "" is an old -d: the first stage; two of them show more. */
function debugStages(given: readonly string[]): ReadonlySet<Stage> {
  const bare = given.filter((words) => words === "").length;
  const words = [...given.filter((word) => word !== ""), ...["ast", "codegen-opt"].slice(0, bare)].join(",");
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
  return listCommand({ pattern: args.script, e: args.e, v: args.v, kernel: args.kernel, debuginfo: args.debuginfo });
}
