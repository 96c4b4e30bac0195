/** `tracelet fmt`: a script in standard form. Parses only; needs no kernel. */
import { formatScript, renderDiagnostics } from "../index.ts";
import { EXIT, useColour, writeAll, writeOutput } from "./io.ts";
import { readScript } from "./script.ts";

type Args = {
  readonly script?: string | undefined;
  readonly e?: string | undefined;
  readonly o?: string | undefined;
  readonly check?: boolean | undefined;
};

export async function fmtCommand(args: Args): Promise<number> {
  const script = readScript(args.script, args.e);
  const result = formatScript(script.name, script.text);
  if (result.text === undefined) {
    writeAll(
      2,
      Buffer.from(renderDiagnostics(result.diagnostics, result.source, { color: useColour(process.stderr) })),
    );
    return EXIT.refused;
  }
  if (args.check === true) {
    if (result.text === script.text) return EXIT.ok;
    process.stderr.write(`${script.name} is not in standard form: tracelet fmt ${script.name} -o ${script.name}\n`);
    return EXIT.refused;
  }
  writeOutput(args.o ?? "-", result.text);
  return EXIT.ok;
}
