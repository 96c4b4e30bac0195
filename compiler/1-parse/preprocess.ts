/**
 * Comments, strings and the C preprocessor's lines, in one walk over the text.
 *
 * The result's text has the length of the source: comments, directives, dead branches, the insides of strings and every
 * kind of white space are blanks. So every offset stays what it was, and the grammar never sees text that does not
 * matter. Directives are read anywhere; where an attach point stands, `/` belongs to a path and starts no comment.
 */

import type { parseCatalog } from "../diagnostics/catalog/parse.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source/span.ts";
import type * as Ast from "./ast.ts";
import { type Constants, evaluateCondition } from "./c-condition.ts";
import type { CMacro } from "./c-macros.ts";

export type Preprocessed = {
  readonly text: string;
  readonly shebang: string | undefined;
  readonly comments: readonly Ast.Comment[];
  readonly directives: readonly Ast.Directive[];
  readonly includes: readonly Ast.Include[];
  readonly macros: ReadonlyMap<string, CMacro>;
  /** Where an error was reported already: no second one is worth its lines for the item around it. */
  readonly broken: readonly number[];
};

export type PreprocessOptions = { readonly constants: Constants; readonly hasBtf: boolean };

/** One `#if` … `#endif` that is open. */
type Branch = {
  readonly name: string;
  readonly span: Span;
  /** The text around it is dead. */
  readonly outerDead: boolean;
  /** A branch was chosen: later ones are dead. */
  taken: boolean;
  dead: boolean;
  sawElse: boolean;
};

const attachStart = /(?:[A-Za-z_]\w*[ \t]*=[ \t]*)?[A-Za-z0-9_*$]+:/y;
const wordRest = /[A-Za-z0-9_]+/y;

export function preprocess(
  source: string,
  options: PreprocessOptions,
  report: Report<typeof parseCatalog>,
): Preprocessed {
  const walker = new Walker(source, options, report);
  return walker.run();
}

class Walker {
  private readonly source: string;
  private readonly options: PreprocessOptions;
  private readonly report: Report<typeof parseCatalog>;
  private readonly pieces: string[] = [];
  private readonly comments: Ast.Comment[] = [];
  private readonly directives: Ast.Directive[] = [];
  private readonly includes: Ast.Include[] = [];
  private readonly macros = new Map<string, CMacro>();
  private readonly broken: number[] = [];
  private readonly branches: Branch[] = [];
  /** Everything before it is in `pieces`. */
  private copied = 0;
  private at = 0;
  private shebang: string | undefined;

  constructor(source: string, options: PreprocessOptions, report: Report<typeof parseCatalog>) {
    this.source = source;
    this.options = options;
    this.report = report;
  }

  run(): Preprocessed {
    const { source } = this;
    if (this.options.hasBtf) {
      const nowhere = { start: 0, end: 0 };
      const name = "BPFTRACE_HAVE_BTF";
      this.macros.set(name, { name, span: nowhere, nameSpan: nowhere, params: undefined, body: "", bodyStart: 0 });
    }
    if (source.charCodeAt(0) === 0xfeff) this.blank(0, 1);
    if (source.startsWith("#!", this.at)) {
      const end = this.lineEnd(this.at);
      this.shebang = source.slice(this.at, end).replace(/\r$/, "");
      this.blank(this.at, end);
    }
    this.walk();
    for (const open of this.branches) this.report("unclosed-if", open.span, { name: open.name });
    this.macros.delete("BPFTRACE_HAVE_BTF");
    this.pieces.push(source.slice(this.copied));
    return {
      text: this.pieces.join("").replace(/[\t\n\v\f\r]/g, " "),
      shebang: this.shebang,
      comments: this.comments,
      directives: this.directives,
      includes: this.includes,
      macros: this.macros,
      broken: this.broken,
    };
  }

  private walk(): void {
    const { source } = this;
    let depth = 0;
    let lineStart = true;
    let wordStart = true;
    while (this.at < source.length) {
      const c = source.charCodeAt(this.at);
      if (c === 10) {
        lineStart = true;
        wordStart = true;
        this.at++;
      } else if (c === 32 || (c >= 9 && c <= 13)) {
        wordStart = true;
        this.at++;
      } else if (c === 35 && lineStart) {
        this.directive();
        lineStart = true;
      } else if (c === 34) {
        this.string();
        lineStart = wordStart = false;
      } else if (c === 47 && source.charCodeAt(this.at + 1) === 47) {
        this.lineComment();
      } else if (c === 47 && source.charCodeAt(this.at + 1) === 42) {
        this.blockComment(true);
        wordStart = true;
      } else {
        lineStart = false;
        if (c === 123) depth++;
        else if (c === 125 && depth > 0) depth--;
        if (depth === 0 && wordStart && this.attachPoint()) continue;
        wordRest.lastIndex = this.at;
        const isWord = wordRest.test(source);
        wordStart = !isWord && (c === 44 || c === 123 || c === 125 || c === 59);
        this.at = isWord ? wordRest.lastIndex : this.at + 1;
      }
    }
  }

  /** Steps over an attach point, if one starts here: to a blank, a comma or a brace outside quotes. */
  private attachPoint(): boolean {
    const { source } = this;
    attachStart.lastIndex = this.at;
    if (!attachStart.test(source)) return false;
    this.at = attachStart.lastIndex;
    while (this.at < source.length && !/[\s{,]/.test(source.charAt(this.at))) {
      if (source.charCodeAt(this.at) === 34) this.string();
      else this.at++;
    }
    return true;
  }

  /** At an opening quote: blanks the inside. An unclosed string takes its line with it. */
  private string(): void {
    const { source } = this;
    const start = this.at;
    let i = start + 1;
    for (; i < source.length; i++) {
      const c = source.charCodeAt(i);
      if (c === 34 || c === 10) break;
      if (c === 92 && source.charCodeAt(i + 1) !== 10) i++;
    }
    if (source.charCodeAt(i) === 34) {
      this.blank(start + 1, i);
      this.at = i + 1;
      return;
    }
    const end = Math.min(i, source.length);
    this.report("unterminated-string", { start, end: trimEnd(source, start, end) }, {});
    this.broken.push(start);
    this.blank(start, end);
  }

  private lineComment(): void {
    const start = this.at;
    const end = trimEnd(this.source, start, this.lineEnd(start));
    this.comments.push({ kind: "comment", span: { start, end }, text: this.source.slice(start, end), block: false });
    this.blank(start, end);
  }

  /** Steps over a block comment; kept for the printer unless it is inside dead text. */
  private blockComment(live: boolean): void {
    const start = this.at;
    const close = this.source.indexOf("*/", start + 2);
    const end = close < 0 ? this.source.length : close + 2;
    if (close < 0) {
      this.report("unterminated-comment", { start, end: start + 2 }, {});
      this.broken.push(start);
    }
    if (live) {
      this.comments.push({ kind: "comment", span: { start, end }, text: this.source.slice(start, end), block: true });
    }
    this.blank(start, end);
  }

  // --- Directives ---------------------------------------------------------------------------------------------------

  private directive(): void {
    const start = this.at;
    const end = this.directiveEnd(start);
    const span = { start, end: trimEnd(this.source, start, end) };
    this.directives.push({ kind: "directive", span, text: this.source.slice(span.start, span.end) });
    const text = blankComments(this.source.slice(start, span.end));
    this.blank(start, end);
    const head = /^#[ \t]*([A-Za-z_]*)[ \t]*/.exec(text);
    const name = head?.[1] ?? "";
    const rest = text.slice(head?.[0].length ?? 1);
    this.apply(name, rest, start + (head?.[0].length ?? 1), span);
    if (this.branches.at(-1)?.dead) this.skipDead();
  }

  private apply(name: string, rest: string, restStart: number, span: Span): void {
    const word = /^[A-Za-z_]\w*/.exec(rest)?.[0];
    switch (name) {
      case "if":
      case "ifdef":
      case "ifndef":
        this.openBranch(name, rest, word, span);
        return;
      case "elif":
      case "else":
      case "endif":
        this.switchBranch(name, rest, span);
        return;
      case "define":
        this.define(rest, restStart, span);
        return;
      case "undef":
        if (word === undefined) this.report("malformed-directive", span, { name, why: "a name is expected" });
        else this.macros.delete(word);
        return;
      case "include": {
        const path = /^(?:<([^>]+)>|"([^"]+)")/.exec(rest);
        if (path === null) {
          this.report("malformed-directive", span, { name, why: '<header> or "header" is expected' });
          return;
        }
        this.includes.push({
          kind: "include",
          span,
          path: path[1] ?? path[2] ?? "",
          system: path[1] !== undefined,
        });
        return;
      }
      case "error":
        this.report("error-directive", span, { text: rest.trim() });
        return;
      case "":
      case "warning":
      case "pragma":
      case "line":
      case "ident":
        return;
      default:
        this.report("unknown-directive", span, { name });
    }
  }

  private define(rest: string, restStart: number, span: Span): void {
    const head = /^([A-Za-z_]\w*)(\(([^()]*)\))?/.exec(rest);
    if (head === null) {
      this.report("malformed-directive", span, { name: "define", why: "a name is expected" });
      return;
    }
    const name = head[1] ?? "";
    this.macros.delete(name);
    this.macros.set(name, {
      name,
      span,
      nameSpan: { start: restStart, end: restStart + name.length },
      params: head[3]
        ?.split(",")
        .map((param) => param.trim())
        .filter((param) => param !== ""),
      body: rest.slice(head[0].length),
      bodyStart: restStart + head[0].length,
    });
  }

  private openBranch(name: string, rest: string, word: string | undefined, span: Span): void {
    const outerDead = this.branches.at(-1)?.dead ?? false;
    let value = false;
    if (outerDead) value = false;
    else if (name === "if") value = this.condition(name, rest, span);
    else if (word === undefined) this.report("malformed-directive", span, { name, why: "a name is expected" });
    else value = this.macros.has(word) === (name === "ifdef");
    this.branches.push({ name, span, outerDead, taken: value, dead: outerDead || !value, sawElse: false });
  }

  private switchBranch(name: string, rest: string, span: Span): void {
    const branch = this.branches.at(-1);
    if (branch === undefined || (branch.sawElse && name !== "endif")) {
      this.report("directive-without-if", span, { name });
      return;
    }
    if (name === "endif") {
      this.branches.pop();
      return;
    }
    if (name === "else") branch.sawElse = true;
    const chosen = !branch.outerDead && !branch.taken && (name === "else" || this.condition(name, rest, span));
    branch.dead = !chosen;
    branch.taken ||= chosen;
  }

  private condition(name: string, text: string, span: Span): boolean {
    const result = evaluateCondition(text, this.macros, this.options.constants);
    if (result.kind === "value") return result.value !== 0n;
    this.report("malformed-directive", span, { name, why: result.why });
    return false;
  }

  /** Blanks dead text up to the directive that may end it; that text is kept, as one piece, for the printer. */
  private skipDead(): void {
    const { source } = this;
    const start = this.at;
    let level = 0;
    let lineStart = true;
    while (this.at < source.length) {
      const c = source.charCodeAt(this.at);
      if (c === 35 && lineStart) {
        const name = /^#[ \t]*([A-Za-z_]*)/.exec(source.slice(this.at, this.at + 80))?.[1] ?? "";
        if (level === 0 && (name === "else" || name === "elif" || name === "endif")) break;
        if (name === "endif") level--;
        else if (name === "if" || name === "ifdef" || name === "ifndef") level++;
        this.at = this.directiveEnd(this.at);
      } else if (c === 47 && source.charCodeAt(this.at + 1) === 42) {
        const close = source.indexOf("*/", this.at + 2);
        this.at = close < 0 ? source.length : close + 2;
      } else if ((c === 47 && source.charCodeAt(this.at + 1) === 47) || c === 34) {
        // A string in dead text ends, at the latest, with its line.
        const close = c === 34 ? /"(?:\\.|[^"\\\n])*"/y : undefined;
        if (close !== undefined) close.lastIndex = this.at;
        this.at = close?.test(source) ? close.lastIndex : this.lineEnd(this.at);
        lineStart = false;
      } else {
        if (c === 10) lineStart = true;
        else if (c !== 32 && c !== 9 && c !== 13) lineStart = false;
        this.at++;
      }
    }
    const text = source.slice(start, this.at);
    if (text.trim() !== "") {
      const from = start + (text.length - text.replace(/^(?:[ \t\r]*\n)+/, "").length);
      const end = trimEnd(source, from, this.at);
      this.directives.push({ kind: "directive", span: { start: from, end }, text: source.slice(from, end) });
    }
    this.blank(start, this.at);
  }

  /** End of a directive: of its line, continued by backslashes and by block comments that go on. */
  private directiveEnd(start: number): number {
    const { source } = this;
    let i = start;
    while (i < source.length) {
      const c = source.charCodeAt(i);
      if (c === 10) return i;
      if (c === 92) {
        i += source.startsWith("\r\n", i + 1) ? 3 : 2;
      } else if (c === 47 && source.charCodeAt(i + 1) === 47) {
        return this.lineEnd(i);
      } else if (c === 47 && source.charCodeAt(i + 1) === 42) {
        const close = source.indexOf("*/", i + 2);
        i = close < 0 ? source.length : close + 2;
      } else if (c === 34) {
        const close = /"(?:\\.|[^"\\\n])*"/y;
        close.lastIndex = i;
        i = close.test(source) ? close.lastIndex : i + 1;
      } else i++;
    }
    return source.length;
  }

  private lineEnd(from: number): number {
    const end = this.source.indexOf("\n", from);
    return end < 0 ? this.source.length : end;
  }

  /** Writes blanks for [start, end) and goes on at `end`. */
  private blank(start: number, end: number): void {
    this.pieces.push(this.source.slice(this.copied, start), " ".repeat(end - start));
    this.copied = end;
    this.at = end;
  }
}

/** A directive's text with comments and continuations blanked, offsets kept. */
function blankComments(text: string): string {
  return text.replace(/"(?:\\.|[^"\\\n])*"|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\\\r?\n/g, (part) =>
    part.startsWith('"') ? part : " ".repeat(part.length),
  );
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && /\s/.test(text.charAt(at - 1))) at--;
  return at;
}
