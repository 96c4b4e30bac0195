/** `tracelet run`: a script or an object, here or on hosts that have only the loader. */

import { inspectObject } from "../index.ts";
import { type CompileArgs, compileScript, type Given, optionsFrom, tellDiagnostics } from "./build-object.ts";
import { CliError, EXIT, readInput } from "./io.ts";
import { chooseSnapshot, hostSnapshot, nearestSnapshot } from "./kernels.ts";
import { startLoader, startRemoteLoader } from "./loader.ts";
import { type Format, type PlayOptions, playLoader } from "./play.ts";
import { isElf, readScript, type Script } from "./script.ts";

export type RunArgs = CompileArgs & {
  readonly params?: readonly string[] | undefined;
  readonly "--"?: readonly string[] | undefined;
  readonly kernel?: string | undefined;
  readonly host?: readonly string[] | undefined;
  readonly p?: string | undefined;
  readonly c?: string | undefined;
  readonly f?: string | undefined;
  readonly o?: string | undefined;
  readonly B?: string | undefined;
  readonly q?: boolean | undefined;
  readonly v?: boolean | number | undefined;
  readonly "dry-run"?: boolean | undefined;
  readonly without?: readonly string[] | undefined;
  readonly stats?: boolean | undefined;
  readonly record?: string | undefined;
};

export async function runCommand(args: RunArgs): Promise<number> {
  if (args.e === undefined && args.script !== undefined && args.script !== "-") {
    const bytes = readInput(args.script);
    if (isElf(bytes)) {
      if (args.record !== undefined)
        throw new CliError(
          EXIT.usage,
          `${args.script} was compiled without recording`,
          "give its script: --record compiles it so that its programs tell what they learn",
        );
      return runObject(bytes, args, [...(args.params ?? []), ...(args["--"] ?? [])]);
    }
  }
  const words =
    args.e === undefined
      ? [...(args.params ?? [])]
      : [...(args.script === undefined ? [] : [args.script]), ...(args.params ?? [])];
  return runScript(
    readScript(args.e === undefined ? args.script : undefined, args.e),
    args,
    words,
    args["--"] ?? [],
    {},
  );
}

/** Compiles with the parameters folded in, then runs. `words` are $1…; `rest` what stood after `--`. */
export async function runScript(
  script: Script,
  args: RunArgs,
  words: readonly string[],
  rest: readonly string[],
  given: Given,
): Promise<number> {
  const output = outputOptions(args);
  checkRecord(args);
  const { positional, named } = splitParameters(words, rest);
  const kernelProbes = args.p !== undefined;
  const settings: Given = {
    positional,
    named,
    child: args.c !== undefined,
    pidFilter: kernelProbes,
    record: args.record !== undefined,
    ...given,
  };
  const remote = args.host !== undefined;
  const first =
    args.kernel !== undefined ? chooseSnapshot(args.kernel) : remote ? chooseSnapshot(undefined) : nearestSnapshot();
  let result = await compileScript(script, optionsFrom(script, args, first, settings));
  if (
    result.object === undefined &&
    args.kernel === undefined &&
    !remote &&
    result.diagnostics.some((d) => asksKernel(d.code))
  ) {
    // The embedded kernel does not know a name: this host's own may.
    const own = hostSnapshot(false);
    if (own !== undefined) result = await compileScript(script, optionsFrom(script, args, own, settings));
  }
  tellDiagnostics(result, args.warnings);
  if (result.object === undefined) return EXIT.refused;
  if (output.verbose) {
    const { kernel, programs } = inspectObject(result.object);
    const sizes = programs.map(({ name, instructions }) => `${name} of ${instructions} instructions`);
    process.stderr.write(`INFO: ${result.object.length} bytes for kernel ${kernel}: ${sizes.join(", ")}\n`);
  }
  if (args.record === undefined) return start(result.object, args, [], output);
  const { createRecorder } = await import("./record.ts");
  const recorder = createRecorder(args.record, inspectObject(result.object).manifest, {
    positional,
    named,
    unsafe: args.unsafe === true,
    pidFilter: kernelProbes,
    child: args.c !== undefined,
    readWarnings: (args.k ?? 0) > 0,
  });
  return start(result.object, args, [], { ...output, record: recorder });
}

/** @throws CliError where a recording would not be of one run */
function checkRecord(args: RunArgs): void {
  if (args.record === undefined || (args.host?.length ?? 0) < 2) return;
  throw new CliError(EXIT.usage, "--record keeps the run of one host", "name one --host, or run once for each");
}

/** Whether another kernel's snapshot could answer differently. */
function asksKernel(code: string): boolean {
  return /^(unknown|undefined|no|missing|cannot-resolve|not)-?.*(function|struct|type|tracepoint|field|identifier|probe|match|traceable|module|symbol)/.test(
    code,
  );
}

function runObject(object: Uint8Array, args: RunArgs, words: readonly string[]): Promise<number> {
  return start(object, args, words, outputOptions(args));
}

async function start(
  object: Uint8Array,
  args: RunArgs,
  words: readonly string[],
  output: PlayOptions,
): Promise<number> {
  const loaderArgs: string[] = [];
  if (args.p !== undefined) loaderArgs.push("-p", args.p);
  if (args.c !== undefined) loaderArgs.push("-c", args.c);
  if ((args.k ?? 0) > 0) loaderArgs.push("-k");
  if (args.stats === true) loaderArgs.push("--stats");
  if (args["dry-run"] === true) loaderArgs.push("--dry-run");
  if (args.without !== undefined && args.without.length > 0) loaderArgs.push("--no-feature", args.without.join(","));
  if (output.verbose) loaderArgs.push("-v");
  if (words.length > 0) loaderArgs.push("--", ...words);
  if (args.host === undefined) return playLoader(startLoader(loaderArgs, object), output);
  const several = args.host.length > 1;
  const statuses = await Promise.all(
    args.host.map((host) =>
      playLoader(startRemoteLoader(host, loaderArgs, object), { ...output, label: several ? host : undefined }),
    ),
  );
  return Math.max(...statuses);
}

/** @throws CliError for words that mean nothing */
function outputOptions(args: RunArgs): PlayOptions {
  const format = args.f ?? "text";
  if (format !== "text" && format !== "json" && format !== "msgpack") {
    throw new CliError(EXIT.refused, `Invalid output format "${format}"\nValid formats: 'text', 'json'`);
  }
  const buffering = args.B ?? "line";
  if (buffering !== "line" && buffering !== "full" && buffering !== "none")
    throw new CliError(EXIT.refused, "USAGE: -B must be either 'line', 'full', or 'none'.");
  if (args.p !== undefined && args.c !== undefined)
    throw new CliError(EXIT.refused, "USAGE: Cannot use both -c and -p.");
  checkPid(args.p);
  const chosen: Format = format;
  return {
    format: chosen,
    output: args.o,
    quiet: args.q === true,
    shown: args["dry-run"] !== true,
    warnings: args.warnings !== false,
    verbose: args.v === true || (typeof args.v === "number" && args.v > 0),
    buffering,
    label: undefined,
  };
}

/** @throws CliError for what is no process id of Linux */
export function checkPid(pid: string | undefined): void {
  if (pid === undefined) return;
  if (!/^[0-9]+$/.test(pid)) throw new CliError(EXIT.refused, `Failed to parse pid: '${pid}' is not a decimal number`);
  if (Number(pid) > 4_194_304) throw new CliError(EXIT.refused, `Pid out of range: ${pid} is above 4194304`);
}

/** `--name=value` after `--` are options of the script; other words go on as $N. */
export function splitParameters(
  words: readonly string[],
  rest: readonly string[],
): { readonly positional: readonly string[]; readonly named: ReadonlyMap<string, string> } {
  const positional = [...words];
  const named = new Map<string, string>();
  for (const word of rest) {
    const match = /^--([^=]+)(?:=([\s\S]*))?$/.exec(word);
    if (match?.[1] === undefined) positional.push(word);
    else named.set(match[1], match[2] ?? "true");
  }
  return { positional, named };
}
