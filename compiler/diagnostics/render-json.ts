/** Diagnostics as plain JSON values, one object each, with lines and columns beside the offsets: for editors and tools. */

import type { Span } from "../source/span.ts";
import { locate, type Position, type Source } from "../source/text.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { sortDiagnostics } from "./sort.ts";

export type JsonRange = {
  readonly start: Position & { readonly offset: number };
  readonly end: Position & { readonly offset: number };
};
export type JsonDiagnostic = {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly hint: string | null;
  readonly file: string;
  readonly range: JsonRange | null;
  readonly notes: readonly { readonly text: string; readonly range: JsonRange | null }[];
};

/** In the order of renderText. `null` stands where a place or a hint is absent, so that every object has every key. */
export function renderJson(diagnostics: readonly Diagnostic[], source: Source): JsonDiagnostic[] {
  return sortDiagnostics(diagnostics).map((diagnostic) => ({
    code: diagnostic.code,
    severity: diagnostic.severity,
    message: diagnostic.message,
    hint: diagnostic.hint ?? null,
    file: diagnostic.span === undefined ? source.name : locate(source, diagnostic.span.start).name,
    range: range(source, diagnostic.span),
    notes: diagnostic.notes.map((note) => ({ text: note.text, range: range(source, note.span) })),
  }));
}

function range(source: Source, span: Span | undefined): JsonRange | null {
  if (span === undefined) return null;
  const at = (offset: number) => {
    const { line, column } = locate(source, offset);
    return { line, column, offset };
  };
  return { start: at(span.start), end: at(span.end) };
}
