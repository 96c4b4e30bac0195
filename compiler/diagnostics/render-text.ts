/**
 * Diagnostics as text, laid out as bpftrace lays them out:
 *
 *     stdin:1:14-16: ERROR: Undefined or undeclared variable: $y
 *     BEGIN { $x = $y + 1; }
 *                  ~~
 *     HINT: …
 *
 * Columns are 1-based with an exclusive end; a span over several lines shows `FILE:5-7:` and its first line.
 */

import type { Span } from "../source/span.ts";
import { excerpt, locate, type Source } from "../source/text.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { sortDiagnostics } from "./sort.ts";

export type TextOptions = {
  /** ANSI colours: for a terminal. */
  readonly color: boolean;
};

const ansi = { bold: "\x1b[1m", red: "\x1b[31m", yellow: "\x1b[33m", cyan: "\x1b[36m", reset: "\x1b[0m" } as const;

/** All diagnostics in the order in which a reader wants them; each line ends with a newline. */
export function renderText(
  diagnostics: readonly Diagnostic[],
  source: Source,
  options: TextOptions = { color: false },
): string {
  return sortDiagnostics(diagnostics)
    .map((diagnostic) => renderOne(diagnostic, source, options))
    .join("");
}

function renderOne(diagnostic: Diagnostic, source: Source, options: TextOptions): string {
  const paint = (style: keyof typeof ansi, text: string): string =>
    options.color ? `${ansi[style]}${text}${ansi.reset}` : text;
  const isError = diagnostic.severity === "error";
  const label = paint(isError ? "red" : "yellow", isError ? "ERROR" : "WARNING");
  const frame = (span: Span): string => {
    const { text, marks } = excerpt(source, span);
    return `${text}\n${paint(isError ? "red" : "yellow", marks)}\n`;
  };
  let out = "";
  if (diagnostic.span === undefined) {
    out += `${label}: ${diagnostic.message}\n`;
  } else {
    out += `${paint("bold", place(source, diagnostic.span))}: ${label}: ${diagnostic.message}\n`;
    out += frame(diagnostic.span);
  }
  for (const note of diagnostic.notes) {
    if (note.span === undefined) {
      out += `NOTE: ${note.text}\n`;
      continue;
    }
    const { text, marks } = excerpt(source, note.span);
    out += `${paint("bold", place(source, note.span))}: ${paint("cyan", "NOTE")}: ${note.text}\n`;
    out += `${text}\n${paint("cyan", marks)}\n`;
  }
  if (diagnostic.hint !== undefined) out += `${paint("cyan", "HINT")}: ${diagnostic.hint}\n`;
  return out;
}

/** `file:line:column-column`, or `file:line-line` where the span covers several lines. */
export function place(source: Source, span: Span): string {
  const start = locate(source, span.start);
  const end = locate(source, span.end);
  if (start.line !== end.line) return `${start.name}:${start.line}-${end.line}`;
  return `${start.name}:${start.line}:${start.column}-${end.column}`;
}
