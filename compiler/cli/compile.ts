/** `tracelet compile`: a script to an object, or to the print of a stage. */
import type { Stage } from "../index.ts";
import { type CompileArgs, compileScript, optionsFrom, printStage, tellDiagnostics } from "./build-object.ts";
import { CliError, EXIT, writeOutput } from "./io.ts";
import { chooseSnapshot } from "./kernels.ts";
import { readScript } from "./script.ts";

type Args = CompileArgs & {
  readonly kernel?: string | undefined;
  readonly o?: string | undefined;
  readonly emit?: Stage | undefined;
};

export async function compileCommand(args: Args): Promise<number> {
  const script = readScript(args.script, args.e);
  const { emit } = args;
  if (emit === undefined && args.o === undefined)
    throw new CliError(
      EXIT.usage,
      "compile needs -o OUT.bpf.o or --emit STAGE",
      "tracelet compile SCRIPT -o OUT.bpf.o",
    );
  const options = optionsFrom(
    script,
    args,
    chooseSnapshot(args.kernel),
    emit === undefined ? {} : { trace: printStage(new Set([emit])) },
  );
  const result = await compileScript(script, options);
  tellDiagnostics(result, args.warnings);
  if (result.object === undefined) return EXIT.refused;
  if (args.o !== undefined) writeOutput(args.o, result.object);
  return EXIT.ok;
}
