/** The formatter behind `tracelet fmt`: parse and print; nothing is checked. */
import { parse } from "./1-parse/parse.ts";
import { printProgram } from "./1-parse/print.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { createSource, type Source } from "./source/text.ts";

/** `text` undefined: the script does not parse, `diagnostics` say why. */
export type FormatResult = {
  readonly source: Source;
  readonly text: string | undefined;
  readonly diagnostics: readonly Diagnostic[];
};

/** A script in standard form; formatting it again changes nothing. */
export function formatScript(name: string, text: string): FormatResult {
  const source = createSource(name, text);
  const { value, diagnostics } = parse(source);
  const broken = diagnostics.some((d) => d.severity === "error");
  return { source, text: broken ? undefined : printProgram(value, text), diagnostics };
}
