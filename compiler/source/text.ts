/**
 * One source text with its name, and positions in it.
 *
 * Lines and columns are 1-based; a column counts UTF-16 units, so it is the offset in the line plus one. The table of
 * line starts is built on the first question: a script without diagnostics never pays for it.
 */
import type { Span } from "./span.ts";

export type NamedText = { readonly name: string; readonly text: string };

export type Source = {
  /** As given by the user: a path, or `stdin` for a program on the command line. */
  readonly name: string;
  readonly text: string;
  /** The script, and behind it each file that belongs to it: where its text begins, ascending; the first at 0. */
  readonly parts: readonly { readonly name: string; readonly start: number }[];
  /** Offset of each line's first character, built once on demand. */
  readonly lineStarts: () => readonly number[];
};

export type Position = { readonly line: number; readonly column: number };

/** Wraps a text; `name` is what diagnostics show. */
export function createSource(name: string, text: string): Source {
  return makeSource(text, [{ name, start: 0 }], name);
}

/** One source of a script and the files behind it, each from a new line on; the script keeps its offsets. */
export function joinSource(script: NamedText, files: readonly NamedText[]): Source {
  let text = script.text;
  const parts = [{ name: script.name, start: 0 }];
  for (const file of files) {
    parts.push({ name: file.name, start: text.length + 1 });
    text += `\n${file.text}`;
  }
  return makeSource(text, parts, script.name);
}

function makeSource(text: string, parts: Source["parts"], name: string): Source {
  let starts: readonly number[] | undefined;
  return {
    name,
    text,
    parts,
    lineStarts: () => {
      starts ??= findLineStarts(text);
      return starts;
    },
  };
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1);
  return starts;
}

/** Line and column of an offset; an offset past the end is the end. */
export function positionAt(source: Source, offset: number): Position {
  const starts = source.lineStarts();
  const at = Math.max(0, Math.min(offset, source.text.length));
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: at - (starts[low] ?? 0) + 1 };
}

/** The file that an offset is in, and the place within that file. */
export function locate(source: Source, offset: number): Position & { readonly name: string } {
  const { line, column } = positionAt(source, offset);
  const part = source.parts.findLast(({ start }) => start <= offset);
  if (part === undefined || part.start === 0) return { name: source.name, line, column };
  return { name: part.name, line: line - positionAt(source, part.start).line + 1, column };
}

/** Text of a line (1-based) without its end; "" where there is no such line. */
export function lineText(source: Source, line: number): string {
  const starts = source.lineStarts();
  const start = starts[line - 1];
  if (start === undefined) return "";
  const end = starts[line];
  return source.text.slice(start, end === undefined ? source.text.length : end - 1).replace(/\r$/, "");
}

const tabWidth = 4;

/**
 * The first line of a span as it is shown: each tab is four blanks, and a line of tildes marks the span.
 * An empty span (end of input) is marked with one tilde.
 */
export function excerpt(source: Source, span: Span): { readonly text: string; readonly marks: string } {
  const start = positionAt(source, span.start);
  const line = lineText(source, start.line);
  const lineStart = span.start - start.column + 1;
  const from = Math.min(start.column - 1, line.length);
  const to = Math.min(Math.max(span.end - lineStart, from), line.length);
  const before = expandTabs(line.slice(0, from)).length;
  const width = Math.max(1, expandTabs(line.slice(from, to)).length);
  return { text: expandTabs(line), marks: " ".repeat(before) + "~".repeat(width) };
}

function expandTabs(text: string): string {
  return text.replaceAll("\t", " ".repeat(tabWidth));
}
