/**
 * Diagnostics as SARIF 2.1.0, which code hosts show beside the lines of a change: one run, a rule per code, a result per
 * diagnostic and kernel.
 *
 * Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS Standard.
 */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source/span.ts";
import { lineText, locate, positionAt, type Source } from "../source/text.ts";

export type SarifInput = {
  /** "0.1.0" */
  readonly version: string;
  /** What was checked, where a diagnostic has no place in a script: a path, or "stdin". */
  readonly input: string;
  readonly groups: readonly {
    /** Whose verdict it is; undefined: the script's own. */
    readonly kernel: string | undefined;
    readonly source: Source | undefined;
    readonly diagnostics: readonly Diagnostic[];
  }[];
  /** Markdown page of a code, spec/diagnostics; undefined: there is none at hand. */
  readonly page: (code: string) => string | undefined;
};

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/** A SARIF log as plain JSON values. The same diagnostic of several kernels is one result that names them. */
export function renderSarif(input: SarifInput): Readonly<Record<string, unknown>> {
  const rules: string[] = [];
  const results = new Map<string, { readonly value: Record<string, unknown>; readonly kernels: string[] }>();
  for (const { kernel, source, diagnostics } of input.groups) {
    for (const diagnostic of diagnostics) {
      if (!rules.includes(diagnostic.code)) rules.push(diagnostic.code);
      const key = `${diagnostic.code} ${diagnostic.span?.start} ${diagnostic.span?.end} ${diagnostic.message}`;
      const known = results.get(key) ?? { value: result(diagnostic, source, input.input, rules), kernels: [] };
      if (kernel !== undefined) known.kernels.push(kernel);
      results.set(key, known);
    }
  }
  return {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "tracelet",
            semanticVersion: input.version,
            rules: rules.map((code) => rule(code, input.page(code))),
          },
        },
        automationDetails: { id: "tracelet/check/" },
        columnKind: "utf16CodeUnits",
        invocations: [{ executionSuccessful: true }],
        results: [...results.values()].map(({ value, kernels }) =>
          kernels.length === 0 ? value : { ...value, properties: { kernels } },
        ),
      },
    ],
  };
}

function rule(code: string, page: string | undefined): Record<string, unknown> {
  const text = page?.replace(/^# .*\n+/, "") ?? "";
  const first = text.split(/\n\n/)[0]?.replaceAll("\n", " ").trim() ?? "";
  const short = first === "" ? code.replaceAll("-", " ") : first;
  return {
    id: code,
    shortDescription: { text: short },
    fullDescription: { text: short },
    help: text === "" ? { text: `tracelet explain ${code}` } : { text, markdown: page },
  };
}

function result(
  diagnostic: Diagnostic,
  source: Source | undefined,
  input: string,
  rules: readonly string[],
): Record<string, unknown> {
  const { code, severity, message, hint, span, notes } = diagnostic;
  const words = [
    message,
    ...notes.filter((note) => note.span === undefined || source === undefined).map(({ text }) => `Note: ${text}`),
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
  ];
  const related = notes.flatMap((note, index) =>
    note.span === undefined || source === undefined
      ? []
      : [{ id: index, message: { text: note.text }, ...location(source, note.span, input) }],
  );
  return {
    ruleId: code,
    ruleIndex: rules.indexOf(code),
    level: severity,
    message: { text: words.map((each) => (/[.?!]$/.test(each) ? each : `${each}.`)).join("\n") },
    locations: [location(source, span, input)],
    ...(related.length > 0 ? { relatedLocations: related } : {}),
    ...fixes(diagnostic, source),
    partialFingerprints: { "traceletCheck/v1": fingerprint(`${code} ${lineOf(source, span)}`) },
  };
}

/** Each replacement that a diagnostic knows, as a change of its own. */
function fixes({ span, replacements = [] }: Diagnostic, source: Source | undefined): Record<string, unknown> {
  if (span === undefined || source === undefined) return {};
  const changes = replacements.flatMap(({ find, replace }) => {
    const at = source.text.slice(span.start, span.end).indexOf(find);
    if (at < 0) return [];
    const start = span.start + at;
    const { name, region } = regionOf(source, { start, end: start + find.length });
    return [
      {
        description: { text: `${find} → ${replace}` },
        artifactChanges: [
          {
            artifactLocation: { uri: uriOf(name) },
            replacements: [{ deletedRegion: region, insertedContent: { text: replace } }],
          },
        ],
      },
    ];
  });
  return changes.length > 0 ? { fixes: changes } : {};
}

function location(source: Source | undefined, span: Span | undefined, input: string): Record<string, unknown> {
  if (source === undefined || span === undefined)
    return { physicalLocation: { artifactLocation: { uri: uriOf(input) } } };
  const { name, region } = regionOf(source, { start: span.start, end: Math.max(span.end, span.start + 1) });
  const snippet = { text: source.text.slice(span.start, span.end) };
  return { physicalLocation: { artifactLocation: { uri: uriOf(name) }, region: { ...region, snippet } } };
}

function regionOf(source: Source, span: Span): { readonly name: string; readonly region: Record<string, number> } {
  const start = locate(source, span.start);
  const end = locate(source, span.end);
  const region = { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
  return { name: start.name, region };
}

function lineOf(source: Source | undefined, span: Span | undefined): string {
  return source === undefined || span === undefined ? "" : lineText(source, positionAt(source, span.start).line).trim();
}

/** A path as a URI reference: relative ones stay so, for a host to put its root before them. */
function uriOf(path: string): string {
  const forward = path.replaceAll("\\", "/");
  const escaped = forward.split("/").map(encodeURIComponent).join("/");
  if (/^[A-Za-z]:\//.test(forward)) return `file:///${forward.slice(0, 2)}${escaped.slice(escaped.indexOf("/"))}`;
  return forward.startsWith("/") ? `file://${escaped}` : escaped;
}

/** FNV-1a, 64 bits: the same finding on a line that moved stays the same to a code host. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}
