/** The formatter's output lines, and the comments, preprocessor lines and blank lines that go between them. */
import type * as Ast from "./ast.ts";

type Span = Ast.Program["span"];

export class LineWriter {
  readonly lines: string[] = [];
  indent = 0;
  /** Offset in the source up to which everything is printed: blank lines are kept by it. */
  printed = 0;
  private readonly source: string;
  private readonly trivia: readonly (Ast.Comment | Ast.Directive)[];
  private next = 0;

  constructor(program: Ast.Program, source: string) {
    this.source = source;
    this.trivia = [...program.comments, ...program.directives].sort((a, b) => a.span.start - b.span.start);
  }

  /** One indented line. */
  line(text: string): void {
    this.lines.push(`${"  ".repeat(this.indent)}${text}`);
  }

  /** Source text from `start` to `end` as it is, its first line indented, with `close` at its end. */
  verbatim(start: number, end: number, close: string): void {
    this.skipTrivia(end);
    this.raw(`${this.source.slice(start, end)}${close}`, "  ".repeat(this.indent));
  }

  /** Prints what stands before `offset`, each comment or preprocessor line on its own; `separate`: after a blank line. */
  triviaBefore(offset: number, separate: boolean, atBlockStart = false): void {
    let isFirst = true;
    for (
      let item = this.trivia[this.next];
      item !== undefined && item.span.start < offset;
      item = this.trivia[this.next]
    ) {
      if (isFirst && separate && this.lines.at(-1) !== "") this.lines.push("");
      else if (!(isFirst && atBlockStart)) this.blankLine(item.span.start);
      isFirst = false;
      this.raw(item.text, item.kind === "directive" ? "" : "  ".repeat(this.indent));
      this.printed = item.span.end;
      this.next++;
    }
  }

  /** A comment that ends the line of what was just printed, at `offset`, stays on that line. */
  trailing(offset: number): void {
    const item = this.trivia[this.next];
    if (item === undefined || item.kind !== "comment" || item.span.start < offset || item.text.includes("\n")) return;
    const isSameLine = /^[ \t;,/]*$/.test(this.source.slice(offset, item.span.start));
    const isLast = /^[ \t\r]*(?:\n|$)/.test(this.source.slice(item.span.end));
    if (!isSameLine || !isLast) return;
    this.lines[this.lines.length - 1] += ` ${item.text}`;
    this.printed = item.span.end;
    this.next++;
  }

  /** Keeps one blank line where the author left some before `offset`. */
  blankLine(offset: number): void {
    if (this.lines.length === 0 || this.lines.at(-1) === "") return;
    if (/\n[ \t\r]*\n/.test(this.source.slice(this.printed, offset))) this.lines.push("");
  }

  /** Whether a comment or preprocessor line is inside a span. */
  hasTrivia(span: Span): boolean {
    const item = this.trivia[this.next];
    return item !== undefined && item.span.start < span.end && item.span.start > span.start;
  }

  /** Whether a comment or preprocessor line before `offset` is still to be printed. */
  pendingBefore(offset: number): boolean {
    return (this.trivia[this.next]?.span.start ?? Number.POSITIVE_INFINITY) < offset;
  }

  skipTrivia(offset: number): void {
    while (this.pendingBefore(offset)) this.next++;
  }

  /** Whether the last line is a comment or preprocessor line: what follows belongs to it. */
  endsWithTrivia(): boolean {
    const before = this.trivia[this.next - 1];
    return before !== undefined && before.span.end === this.printed;
  }

  dropBlankEnd(): void {
    while (this.lines.at(-1) === "") this.lines.pop();
  }

  private raw(text: string, indent: string): void {
    const [first = "", ...rest] = text.replace(/\r/g, "").split("\n");
    this.lines.push(`${indent}${first.trimEnd()}`, ...rest.map((line) => line.trimEnd()));
  }
}
