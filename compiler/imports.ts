/**
 * The files that `import "path";` at the top of a script brings in. Whoever calls the compiler finds them, since it
 * reads no files itself; here is which ones are asked for, once each, and in which order they are read.
 */
import { type ParseOptions, parse } from "./1-parse/parse.ts";
import { importCatalog } from "./diagnostics/catalog/import.ts";
import { collector, type Diagnostic, type Report } from "./diagnostics/diagnostic.ts";
import type { ImportProblem, ImportResolver } from "./options.ts";
import type { Span } from "./source/span.ts";
import { createSource, joinSource, type NamedText, type Source } from "./source/text.ts";

export type Gathered = { readonly source: Source; readonly diagnostics: readonly Diagnostic[] };

/**
 * The script with everything that is read before it: `headers`, then each imported file behind those it imports itself.
 * Without an import nothing is done.
 */
export function gatherImports(
  script: NamedText,
  headers: readonly NamedText[],
  resolve: ImportResolver | undefined,
  options: ParseOptions,
): Gathered {
  const files: NamedText[] = [];
  const seen = new Set([script.name]);
  /** Reported when the place of each file in the whole is known. */
  const problems: { readonly file: NamedText; readonly span: Span; readonly tell: Tell }[] = [];

  const visit = (file: NamedText, isImport: boolean, find: ImportResolver): void => {
    if (!(isImport ? /\b(?:import|config)\b/ : /\bimport\b/).test(file.text)) return;
    const { value: ast, diagnostics } = parse(createSource(file.name, file.text), options);
    // One that comes too late is refused for its place, whether or not there is such a file.
    const late = new Set(diagnostics.filter(({ code }) => code === "import-order").map(({ span }) => span?.start));
    if (isImport && ast.config !== undefined) {
      problems.push({ file, span: ast.config.span, tell: (report, span) => report("config-in-import", span, {}) });
    }
    for (const { path, span } of ast.imports) {
      if (late.has(span.start)) continue;
      const found = find(path, file.name);
      if ("problem" in found) {
        problems.push({ file, span, tell: tellProblem(path, found) });
        continue;
      }
      for (const next of found) {
        if (seen.has(next.name)) continue;
        seen.add(next.name);
        if (/(?<!\.bpf)\.(?:bt|h)$/.test(next.name)) {
          visit(next, true, find);
          files.push(next);
        } else {
          problems.push({ file, span, tell: (report, at) => report("import-kind", at, { path, name: next.name }) });
        }
      }
    }
  };
  if (resolve !== undefined) visit(script, false, resolve);

  const source = joinSource(script, [...headers, ...files]);
  const { report, diagnostics } = collector(importCatalog);
  for (const { file, span, tell } of problems) {
    const offset = file === script ? 0 : (source.parts[1 + headers.length + files.indexOf(file)]?.start ?? 0);
    tell(report, { start: offset + span.start, end: offset + span.end });
  }
  return { source, diagnostics };
}

type Tell = (report: Report<typeof importCatalog>, span: Span) => void;

function tellProblem(path: string, found: ImportProblem): Tell {
  const { name } = found;
  switch (found.problem) {
    case "missing":
      return (report, span) => report("import-missing", span, { path, name });
    case "writable":
      return (report, span) => report("import-writable", span, { path, name });
    case "unreadable":
      return (report, span) => report("import-unreadable", span, { path, name, why: found.why });
  }
}
