/**
 * From text to tree. Relies on nothing but its arguments; guarantees a program (of the items that could be read) for
 * every text, with at least one error for each item that could not.
 */
import { parseCatalog } from "../diagnostics/catalog/parse.ts";
import { collector, type Report, type Result } from "../diagnostics/diagnostic.ts";
import type { Source } from "../source/text.ts";
import type * as Ast from "./ast.ts";
import type { Constants } from "./c-condition.ts";
import { type CMacro, type Expanded, expandMacros, findRecursion, mentionsMacro } from "./c-macros.ts";
import type { Context } from "./context.ts";
import { reportDepth, reportFailure, rightmost } from "./errors.ts";
import { explainFailure, matchRule, type Rule, treeOf } from "./grammar.ts";
import { type Preprocessed, preprocess } from "./preprocess.ts";
import { type Segment, splitSegments } from "./segments.ts";

export type ParseOptions = {
  /** Positional parameters put into attach points (`$1`); undefined leaves them as written, for the formatter. */
  readonly params?: readonly string[] | undefined;
  /** Kernel constants for `#if` and C definitions. */
  readonly constants?: Constants | undefined;
  /** Whether kernel types come from BTF, so that BPFTRACE_HAVE_BTF is defined; true unless said otherwise. */
  readonly hasBtf?: boolean | undefined;
};

type Part = readonly Ast.CDefinition[] | Ast.Config | Ast.Import | Ast.Item;

/** Parses a whole script. Diagnostics are in the order in which they were found; spans are offsets into the source. */
export function parse(source: Source, options: ParseOptions = {}): Result<Ast.Program> {
  const { report, diagnostics } = collector(parseCatalog);
  const constants: Constants = options.constants ?? (() => undefined);
  const pre = preprocess(source.text, { constants, hasBtf: options.hasBtf ?? true }, report);
  const enumerators = new Map<string, bigint>();
  const makeContext = (span: Context["span"]): Omit<Context, "build"> => ({
    source: source.text,
    span,
    report,
    params: options.params,
    macros: pre.macros,
    constants,
    enumerators,
  });

  const parts: Part[] = [];
  const fileStarts = new Set<number>();
  for (const { start, end } of filesFirst(source)) {
    // Nothing beyond the file's end is looked at, so that what is unclosed ends there.
    const file = { source: source.text.slice(0, end), text: pre.text.slice(0, end) };
    const segments = splitSegments(file.text, file.source, start);
    fileStarts.add(parts.length);
    segments.forEach((segment, i) => {
      // What the preprocessor reported explains a failure of the item around it.
      const next = segments[i + 1]?.start ?? end + 1;
      const isExplained = pre.broken.some((at) => at >= segment.start && at < next);
      const part = parseSegment(segment, file, pre.macros, makeContext, isExplained ? () => undefined : report);
      if (part !== undefined) parts.push(part);
    });
  }
  const defines = [...pre.macros.values()].map((macro) => parseDefine(macro, pre, makeContext, report));
  // Where the grammar does not look (a comment, a dead branch), a NUL would still end the script's text in the object.
  const nul = source.text.indexOf("\0");
  if (nul >= 0 && diagnostics.length === 0)
    report("unknown-character", { start: nul, end: nul + 1 }, { text: "U+0000" });
  return { value: assemble(source.text, pre, defines, parts, fileStarts, report), diagnostics };
}

/** The files behind the script are read before it. */
function filesFirst(source: Source): readonly Ast.Program["span"][] {
  const spans = source.parts.map(({ start }, i) => ({ start, end: source.parts[i + 1]?.start ?? source.text.length }));
  return [...spans.slice(1), ...spans.slice(0, 1)];
}

function parseSegment(
  segment: Segment,
  file: { readonly source: string; readonly text: string },
  macros: Preprocessed["macros"],
  makeContext: (span: Context["span"]) => Omit<Context, "build">,
  reportSyntax: Report<typeof parseCatalog>,
): Part | undefined {
  if (segment.tooDeep !== undefined) {
    reportDepth(segment, reportSyntax);
    return undefined;
  }
  const text = file.text.slice(segment.start, segment.end);
  const isC = /^(?:struct|union|enum|typedef)$/.test(segment.word);
  const expanded = isC && mentionsMacro(text, macros) ? expandMacros(text, macros) : undefined;
  try {
    const match = matchRule(expanded?.text ?? text, "TopLevel");
    if (match === undefined) {
      const failure = explainFailure(expanded?.text ?? text, "TopLevel");
      if (expanded === undefined) reportFailure(failure, segment, file, reportSyntax);
      else reportExpandedFailure(rightmost(failure), expanded, segment, reportSyntax);
      return undefined;
    }
    const span: Context["span"] =
      expanded === undefined
        ? (start, end) => ({ start: segment.start + start, end: segment.start + end })
        : (start, end) => expandedSpan(expanded, segment, start, end);
    return treeOf<Part>(match, makeContext(span));
  } catch (failure) {
    // Recursion as deep as the text nests: the engine's limit is the language's.
    if (!(failure instanceof RangeError)) throw failure;
    reportDepth(segment, reportSyntax);
    return undefined;
  }
}

function expandedSpan(expanded: Expanded, segment: Segment, start: number, end: number): Ast.Program["span"] {
  const from = expanded.origin[start] ?? expanded.origin.at(-1) ?? 0;
  const to = end > start ? (expanded.origin[end - 1] ?? from) + 1 : from;
  return { start: segment.start + from, end: segment.start + Math.max(from, to) };
}

/** A C definition that fails after its macros were expanded: the place is the use of the macro. */
function reportExpandedFailure(
  position: number,
  expanded: Expanded,
  segment: Segment,
  report: Report<typeof parseCatalog>,
): void {
  const { start } = expandedSpan(expanded, segment, position, position + 1);
  const found = /\S+/.exec(expanded.text.slice(position))?.[0] ?? "end of input";
  report("unexpected-token", { start, end: Math.min(start + 1, segment.end) }, { found: `'${found}'`, expected: "" });
}

/** A define's value is its body as an expression, if it is one. */
function parseDefine(
  macro: CMacro,
  pre: Preprocessed,
  makeContext: (span: Context["span"]) => Omit<Context, "build">,
  report: Report<typeof parseCatalog>,
): Ast.Define {
  const { name, span, body, bodyStart } = macro;
  const functionLike = macro.params !== undefined;
  let value: Ast.Expr | undefined;
  if (!functionLike) {
    const cycle = findRecursion(macro, pre.macros);
    if (cycle !== undefined && new RegExp(`\\b${name}\\b`).test(pre.text)) {
      report("macro-recursion", macro.nameSpan, { name, path: cycle.join(" → ") });
    }
    value = parseExpression(body, bodyStart, makeContext, report);
  }
  return { kind: "define", span, name, functionLike, body: body.trim(), value };
}

function parseExpression(
  body: string,
  bodyStart: number,
  makeContext: (span: Context["span"]) => Omit<Context, "build">,
  report: Report<typeof parseCatalog>,
): Ast.Expr | undefined {
  const blanked = body
    .replace(/"(?:\\.|[^"\\])*"/g, (text) => `"${" ".repeat(text.length - 2)}"`)
    .replace(/\s/g, " ")
    .trimEnd();
  const rule: Rule = "Expr";
  if (blanked.trim() === "") return undefined;
  try {
    const match = matchRule(blanked, rule);
    if (match === undefined) return undefined;
    const context = makeContext((start, end) => ({ start: bodyStart + start, end: bodyStart + end }));
    return treeOf<Ast.Expr>(match, { ...context, report });
  } catch (failure) {
    if (!(failure instanceof RangeError)) throw failure;
    return undefined;
  }
}

/** Sorts the parts into the program and checks their order in each file (L1.32); `fileStarts`: its first part. */
function assemble(
  text: string,
  pre: Preprocessed,
  defines: readonly Ast.Define[],
  parts: readonly Part[],
  fileStarts: ReadonlySet<number>,
  report: Report<typeof parseCatalog>,
): Ast.Program {
  const definitions: Ast.CDefinition[] = [];
  const imports: Ast.Import[] = [];
  const items: Ast.Item[] = [];
  let config: Ast.Config | undefined;
  const word = (start: number, length: number): Ast.Program["span"] => ({ start, end: start + length });
  let above = 0;
  for (const [index, part] of parts.entries()) {
    if (fileStarts.has(index)) above = items.length;
    const isLate = items.length > above;
    if ("length" in part) {
      const first = part[0];
      if (isLate && first !== undefined) report("c-order", first.span, {});
      definitions.push(...part);
    } else if (part.kind === "config") {
      if (isLate) report("config-order", word(part.span.start, "config".length), {});
      else if (config !== undefined) {
        report("duplicate-config", word(part.span.start, "config".length), {}, [
          { text: "the first one is here", span: word(config.span.start, "config".length) },
        ]);
      }
      config ??= part;
    } else if (part.kind === "import") {
      if (isLate) report("import-order", word(part.span.start, "import".length), {});
      imports.push(part);
    } else items.push(part);
  }
  return {
    kind: "program",
    span: { start: 0, end: text.length },
    shebang: pre.shebang,
    includes: pre.includes,
    defines,
    definitions,
    config,
    imports,
    items,
    comments: pre.comments,
    directives: pre.directives,
  };
}
