/** From a command's words to an object: options, compile, diagnostics on stderr. Shared by compile, run and the shorthand. */
import { existsSync } from "node:fs";
import {
  type CompileOptions,
  type CompileResult,
  compile,
  defaultOptions,
  renderDiagnostics,
  type Stage,
} from "../index.ts";
import type { Snapshot } from "../snapshot/index.ts";
import { collectHeaders } from "./headers.ts";
import { importResolver } from "./imports.ts";
import { CliError, EXIT, useColour, writeAll } from "./io.ts";
import type { Script } from "./script.ts";

/** The options of compile, check, run and the shorthand, as yargs hands them over. */
export type CompileArgs = {
  readonly script?: string | undefined;
  readonly e?: string | undefined;
  readonly unsafe?: boolean | undefined;
  readonly warnings?: boolean | undefined;
  readonly arch?: "x86_64" | "aarch64" | undefined;
  readonly isa?: "v2" | "v3" | undefined;
  readonly "pid-filter"?: boolean | undefined;
  readonly buffer?: "ring" | "perf" | undefined;
  readonly debuginfo?: string | undefined;
  readonly k?: number | undefined;
  /** -I and --include. */
  readonly includeDirectories?: readonly string[] | undefined;
  readonly includes?: readonly string[] | undefined;
};

/** What only a caller knows: parameters, whether a child runs. */
export type Given = Partial<Pick<CompileOptions, "positional" | "named" | "child" | "pidFilter" | "record" | "trace">>;

/** With what only this command line needs: directories of debug information. */
export type ScriptOptions = CompileOptions & { readonly debugFolders: readonly string[] };

export function optionsFrom(script: Script, args: CompileArgs, snapshot: Snapshot, given: Given): ScriptOptions {
  const base = defaultOptions(snapshot);
  if ((args.k ?? 0) > 0 && args.warnings === false) {
    throw new CliError(EXIT.refused, "USAGE: -k conflicts with --no-warnings");
  }
  return {
    ...base,
    name: script.name,
    arch: args.arch ?? base.arch,
    isa: args.isa ?? base.isa,
    unsafe: args.unsafe === true,
    pidFilter: args["pid-filter"] === true,
    buffer: args.buffer ?? base.buffer,
    readWarnings: (args.k ?? 0) > 0,
    environment: bpftraceEnvironment(),
    headers: collectHeaders(script.text, args.includeDirectories ?? [], args.includes ?? []),
    imports: importResolver(script.name),
    btf: kernelTypes(),
    debugFolders: debugFolders(args.debuginfo),
    ...given,
  };
}

/** DIR[:DIR…]. */
export function debugFolders(given: string | undefined): readonly string[] {
  return given === undefined ? [] : given.split(":").filter((folder) => folder !== "");
}

/** BPFTRACE_BTF names a file of kernel types: where it cannot be read there are none, as bpftrace has it. */
function kernelTypes(): boolean {
  const file = process.env.BPFTRACE_BTF;
  return file === undefined || file === "" || existsSync(file);
}

/** BPFTRACE_MAX_STRLEN=… and its like. */
function bpftraceEnvironment(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(process.env)) {
    if (key.startsWith("BPFTRACE_") && value !== undefined) found.set(key, value);
  }
  return found;
}

/** Compiles; a script that asks for debug information once more, with what reads it. */
export async function compileScript(script: Script, options: ScriptOptions): Promise<CompileResult> {
  let asked = false;
  const prints: (() => void)[] = [];
  const { trace } = options;
  const first = compile(script.text, {
    ...options,
    binaries: (name) => {
      asked = true;
      return { problem: "unavailable", name, why: "" };
    },
    trace: trace === undefined ? undefined : (stage, print) => prints.push(() => trace(stage, print)),
  });
  if (!asked) {
    for (const print of prints) print();
    return first;
  }
  const { createBinaryResolver } = await import("./binaries.ts");
  return compile(script.text, { ...options, binaries: createBinaryResolver(options.debugFolders) });
}

/** Prints what the compiler has to say; warnings only where they are wanted. */
export function tellDiagnostics(result: CompileResult, warnings: boolean | undefined): void {
  const said = warnings === false ? result.diagnostics.filter((d) => d.severity === "error") : result.diagnostics;
  if (said.length === 0) return;
  writeAll(2, Buffer.from(renderDiagnostics(said, result.source, { color: useColour(process.stderr) })));
}

/** A trace hook that prints one stage to stdout. */
export function printStage(wanted: ReadonlySet<Stage>): NonNullable<CompileOptions["trace"]> {
  return (stage, print) => {
    if (wanted.has(stage)) writeAll(1, Buffer.from(`${print().trimEnd()}\n`));
  };
}
