/** `tracelet explain-log`: a log that a kernel's verifier printed, told in the script's terms. */
import {
  CheckError,
  type ExplainedLog,
  explainLog,
  renderDiagnostics,
  renderDiagnosticsJson,
  type Source,
} from "../index.ts";
import { type CompileArgs, compileScript, optionsFrom, tellDiagnostics } from "./build-object.ts";
import { CliError, EXIT, readInput, useColour, writeAll } from "./io.ts";
import { chooseSnapshot } from "./kernels.ts";
import { isElf, readScript } from "./script.ts";

type Args = CompileArgs & {
  readonly log: string;
  readonly kernel?: string | undefined;
  readonly json?: boolean | undefined;
};

export async function explainLogCommand(args: Args): Promise<number> {
  // yargs makes an empty text of a `-` that stands for a declared word
  const file = args.log === "" ? "-" : args.log;
  const text = new TextDecoder().decode(readInput(file));
  const loaded = await loadedObject(args);
  try {
    const explained = await explainLog(text, loaded);
    writeAll(1, Buffer.from(args.json === true ? asJson(explained) : asText(explained)));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof CheckError)) throw error;
    const hint =
      args.script === undefined && args.e === undefined
        ? undefined
        : "the object must be the one that was loaded; a script must be compiled for the same kernel (--kernel) and options";
    throw new CliError(EXIT.refused, `${file === "-" ? "stdin" : file}: ${error.message}`, hint);
  }
}

/** What the log is of: an object as it is, or a script compiled now. */
async function loadedObject(args: Args): Promise<{ readonly object?: Uint8Array; readonly source?: Source }> {
  if (args.script === undefined && args.e === undefined) return {};
  const bytes = args.e === undefined && args.script !== undefined ? readInput(args.script) : undefined;
  if (bytes !== undefined && isElf(bytes)) return { object: bytes };
  const script = readScript(args.script, args.e, bytes);
  const result = await compileScript(script, optionsFrom(script, args, chooseSnapshot(args.kernel), {}));
  if (result.object === undefined) {
    tellDiagnostics(result, args.warnings);
    throw new CliError(EXIT.refused, `${script.name} does not compile: the log is of another version of it`);
  }
  return { object: result.object, source: result.source };
}

const NO_SOURCE: Source = { name: "", text: "", parts: [{ name: "", start: 0 }], lineStarts: () => [0] };

function asText({ log, probe, diagnostics, source }: ExplainedLog): string {
  if (diagnostics.length === 0)
    return `${probe ?? "the program"} was accepted after ${log.processed ?? 0} instructions\n`;
  return renderDiagnostics(diagnostics, source ?? NO_SOURCE, { color: useColour(process.stdout) });
}

function asJson({ log, probe, diagnostics, source }: ExplainedLog): string {
  const { messages, insn, processed, report } = log;
  const about = {
    version: 1,
    verdict: diagnostics.length === 0 ? "accepted" : "refused",
    probe: probe ?? null,
    messages,
    insn: insn ?? null,
    processed: processed ?? null,
    report: report ?? null,
    diagnostics: renderDiagnosticsJson(diagnostics, source ?? NO_SOURCE),
  };
  return `${JSON.stringify(about, null, 2)}\n`;
}
