/** Spans of the script as places (line and column from 1), for messages and line info. */
import type { Span } from "../source/span.ts";
import { positionAt, type Source } from "../source/text.ts";
import type { Place } from "./manifest.ts";

export function placeOf(source: Source, span: Span): Place {
  const start = positionAt(source, span.start);
  const end = positionAt(source, span.end);
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}
