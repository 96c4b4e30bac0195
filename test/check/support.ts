/** What the checker's tests share: check a script against an embedded kernel, and show what came of it. */
import { parse } from "../../compiler/1-parse/parse.ts";
import { check } from "../../compiler/2-check/check.ts";
import { type CheckOptions, defaultCheckOptions } from "../../compiler/2-check/env.ts";
import { printTyped } from "../../compiler/2-check/print.ts";
import type * as Typed from "../../compiler/2-check/typed.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";
import { renderText } from "../../compiler/diagnostics/render-text.ts";
import type { Snapshot } from "../../compiler/snapshot/index.ts";
import { createSource } from "../../compiler/source/text.ts";
import { defaultSnapshot } from "../runner/kernels.ts";

export type Checked = {
  readonly program: Typed.Program;
  readonly diagnostics: readonly Diagnostic[];
  readonly text: string;
};

export function checked(
  script: string,
  options: Partial<CheckOptions> = {},
  kernel: string | Snapshot = "6.12",
): Checked {
  const snapshot = typeof kernel === "string" ? defaultSnapshot(kernel) : kernel;
  const source = createSource("stdin", script);
  const full = { ...defaultCheckOptions, ...options };
  const params = full.runtimeParams ? undefined : full.params;
  const ast = parse(source, { params, constants: (name) => snapshot.constant(name) });
  const parseLibrary = (library: string) => parse(createSource("library", library)).value.items;
  const result = check(ast.value, source, {
    snapshot,
    arch: "x86_64",
    options: full,
    binaries: undefined,
    parseLibrary,
  });
  const diagnostics = [...ast.diagnostics, ...result.diagnostics];
  return { program: result.value, diagnostics, text: renderText(diagnostics, source) };
}

/** The typed program of a script that has no errors. */
export function typed(script: string, options: Partial<CheckOptions> = {}, kernel = "6.12"): Typed.Program {
  const result = checked(script, options, kernel);
  if (result.diagnostics.some((diagnostic) => diagnostic.severity === "error")) throw new Error(result.text);
  return result.program;
}

/** Its print. */
export function dump(script: string, options: Partial<CheckOptions> = {}, kernel = "6.12"): string {
  return printTyped(typed(script, options, kernel));
}

/** "1:14-16: ERROR: Undefined …" of each diagnostic that has a place, in the order of their rendering. */
export function lines(script: string, options: Partial<CheckOptions> = {}): readonly string[] {
  const heads = checked(script, options).text.split("\n");
  return heads
    .filter((line) => /^(?:stdin:|ERROR:|WARNING:)/.test(line) && !line.includes(": NOTE: "))
    .map((line) => line.replace(/^stdin:/, ""));
}
