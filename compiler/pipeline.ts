/** The phases in the order of the data, each printable. No logic beyond "stop at the first phase with errors". */
import { type ParseOptions, parse } from "./1-parse/parse.ts";
import { printAst } from "./1-parse/print-ast.ts";
import { check } from "./2-check/check.ts";
import type { CheckOptions } from "./2-check/env.ts";
import { printTyped } from "./2-check/print.ts";
import { build } from "./3-ir/build/build.ts";
import { optimize } from "./3-ir/optimize.ts";
import { printModule } from "./3-ir/print.ts";
import { record } from "./3-ir/record/record.ts";
import { generate } from "./4-codegen/generate.ts";
import { printCode } from "./4-codegen/print.ts";
import { inspect } from "./5-object/inspect.ts";
import { writeObject } from "./5-object/write-object.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { gatherImports } from "./imports.ts";
import type { CompileOptions } from "./options.ts";
import { withoutBtf } from "./snapshot/without-btf.ts";
import { createSource, type Source } from "./source/text.ts";

export type CompileResult = {
  readonly source: Source;
  /** undefined: there are errors among the diagnostics. */
  readonly object: Uint8Array | undefined;
  readonly diagnostics: readonly Diagnostic[];
};

/** Version that objects and `--version` name. */
export const VERSION = "0.1.0";

/**
 * Compiles one script for one kernel. Same input, same bytes; never throws for a mistake in the script.
 * @throws SnapshotError if the snapshot turns out damaged where the script needs it
 */
export function compile(text: string, options: CompileOptions): CompileResult {
  const parseOptions: ParseOptions = {
    params: options.positional,
    hasBtf: options.btf,
    constants: (name) => options.snapshot.constant(name),
  };
  const gathered = gatherImports({ name: options.name, text }, options.headers, options.imports, parseOptions);
  const { source } = gathered;
  const diagnostics: Diagnostic[] = [];
  const failed = (more: readonly Diagnostic[]) => {
    diagnostics.push(...more);
    return more.some((d) => d.severity === "error");
  };
  const stopped = { source, object: undefined, diagnostics };
  const { trace } = options;
  const snapshot = options.btf ? options.snapshot : withoutBtf(options.snapshot);

  if (failed(gathered.diagnostics)) return stopped;
  const ast = parse(source, parseOptions);
  trace?.("ast", () => printAst(ast.value));
  if (failed(ast.diagnostics)) return stopped;

  const program = options.imports === undefined ? ast.value : { ...ast.value, imports: [] };
  const typed = check(program, source, {
    snapshot,
    arch: options.arch,
    options: checkOptions(options),
    binaries: options.binaries,
    parseLibrary: (library) => parse(createSource("library", library)).value.items,
  });
  trace?.("typed", () => printTyped(typed.value));
  if (failed(typed.diagnostics)) return stopped;

  const ir = build(typed.value, {
    snapshot,
    arch: options.arch,
    source,
    tool: `tracelet ${VERSION}`,
    options,
  });
  trace?.("ir", () => printModule(ir.value));
  if (failed(ir.diagnostics)) return stopped;

  const recorded = options.record ? record(optimize(ir.value), { snapshot, arch: options.arch }) : undefined;
  if (recorded !== undefined && failed(recorded.diagnostics)) return stopped;
  const optimized = recorded?.value ?? optimize(ir.value);
  trace?.("ir-opt", () => printModule(optimized));

  const code = generate(optimized, { btf: snapshot.btf, source, isa: options.isa, arch: options.arch });
  trace?.("asm", () => printCode(code.value));
  if (failed(code.diagnostics)) return stopped;

  const object = writeObject(code.value);
  trace?.("btf", () => inspect(object).btf);
  trace?.("sections", () => inspect(object).sections);
  return { source, object, diagnostics };
}

/** The checker's own view of the options: parameters that were not given are left to the loader. */
function checkOptions(options: CompileOptions): CheckOptions {
  return {
    unsafe: options.unsafe,
    params: options.positional ?? [],
    runtimeParams: options.positional === undefined,
    named: Object.fromEntries(options.named ?? []),
    environment: Object.fromEntries(options.environment),
    pidFilter: options.pidFilter,
  };
}
