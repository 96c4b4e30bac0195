/** `tracelet check`: what is wrong with a script or object, kernel by kernel. Writes nothing. */
import { inspectObject, ObjectError, renderDiagnosticsJson } from "../index.ts";
import { type CompileArgs, compileScript, optionsFrom, tellDiagnostics } from "./build-object.ts";
import { CliError, EXIT, readInput } from "./io.ts";
import { chooseSnapshot } from "./kernels.ts";
import { isElf, readScript } from "./script.ts";

type Args = CompileArgs & { readonly kernel?: readonly string[] | undefined; readonly json?: boolean | undefined };

export async function checkCommand(args: Args): Promise<number> {
  if (args.e === undefined && args.script !== undefined && args.script !== "-") {
    const bytes = readInput(args.script);
    if (isElf(bytes)) return checkObject(args.script, bytes);
  }
  const script = readScript(args.script, args.e);
  const words = args.kernel ?? [undefined];
  let status: number = EXIT.ok;
  for (const word of words) {
    const snapshot = chooseSnapshot(word);
    const result = compileScript(script, optionsFrom(script, args, snapshot, {}));
    const refused = result.object === undefined;
    if (refused) status = EXIT.refused;
    if (args.json === true) {
      process.stdout.write(
        `${JSON.stringify({ kernel: snapshot.release, verdict: refused ? "refused" : "compiles", diagnostics: renderDiagnosticsJson(result.diagnostics, result.source) })}\n`,
      );
    } else {
      tellDiagnostics(result, args.warnings);
      process.stdout.write(`${snapshot.release}: ${refused ? "refused" : "compiles"}\n`);
    }
  }
  return status;
}

function checkObject(name: string, bytes: Uint8Array): number {
  try {
    const found = inspectObject(bytes);
    process.stdout.write(
      `${name}: well-formed, ${found.programs.length} program${found.programs.length === 1 ? "" : "s"}; 'tracelet-loader check' asks this host's kernel\n`,
    );
    return EXIT.ok;
  } catch (error) {
    if (error instanceof ObjectError) throw new CliError(EXIT.refused, `${name}: ${error.message}`);
    throw error;
  }
}
