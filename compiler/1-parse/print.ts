/**
 * The formatter: a program in the standard layout, with its comments, blank lines and preprocessor lines.
 *
 * Printing what was printed changes nothing, and the printed text parses to the same tree. C definitions, and simple
 * statements with comments inside, are repeated as written: no layout of theirs is better than the author's.
 */
import { unreachable } from "../util/assert.ts";
import type * as Ast from "./ast.ts";
import { printExpr, printType } from "./print-expr.ts";

const maxWidth = 100;

/** @param source the text that `program` was parsed from: comments and blank lines are found by their place in it */
export function printProgram(program: Ast.Program, source: string): string {
  return new Printer(program, source).print();
}

type Trivia = Ast.Comment | Ast.Directive;
type Placed = { readonly span: Ast.Program["span"] };
type Part = Ast.CDefinition | Ast.Config | Ast.Import | Ast.Item;

class Printer {
  private readonly program: Ast.Program;
  private readonly source: string;
  private readonly trivia: readonly Trivia[];
  private next = 0;
  private indent = 0;
  private readonly lines: string[] = [];
  /** Offset in the source up to which everything is printed: blank lines are kept by it. */
  private printed = 0;

  constructor(program: Ast.Program, source: string) {
    this.program = program;
    this.source = source;
    this.trivia = [...program.comments, ...program.directives].sort((a, b) => a.span.start - b.span.start);
  }

  print(): string {
    const { program } = this;
    if (program.shebang !== undefined) {
      this.lines.push(program.shebang);
      this.printed = program.shebang.length;
    }
    const parts: readonly Part[] = [
      ...uniqueByStart(program.definitions),
      ...(program.config === undefined ? [] : [program.config]),
      ...program.imports,
      ...program.items,
    ].sort((a, b) => a.span.start - b.span.start);
    let before: Part | undefined;
    for (const part of parts) {
      this.triviaBefore(part.span.start, before !== undefined && needsBlank(before, part));
      if (before !== undefined && needsBlank(before, part) && this.lines.at(-1) !== "" && !this.endsWithTrivia()) {
        this.lines.push("");
      }
      this.blankLine(part.span.start);
      this.part(part);
      this.printed = part.span.end;
      this.trailing(part.span.end);
      before = part;
    }
    this.triviaBefore(this.source.length, false);
    while (this.lines.at(-1) === "") this.lines.pop();
    return this.lines.length === 0 ? "" : `${this.lines.join("\n")}\n`;
  }

  // --- Items --------------------------------------------------------------------------------------------------------

  private part(part: Part): void {
    switch (part.kind) {
      case "c-aggregate":
      case "c-enum":
      case "c-typedef":
        this.verbatimDefinition(part);
        return;
      case "config":
        this.config(part);
        return;
      case "import":
        this.line(
          `${this.source
            .slice(part.span.start, part.span.end)
            .replace(/^import\s*/, "import ")
            .replace(/\s*;$/, "")};`,
        );
        return;
      case "map-decl": {
        const size = /\(\s*(\w+)\s*\)/.exec(this.source.slice(part.mapTypeSpan.end, part.span.end))?.[1];
        this.line(`let @${part.name} = ${part.mapType}(${size ?? part.maxEntries});`);
        return;
      }
      case "macro":
        this.macro(part);
        return;
      case "fn": {
        const params = part.params.map(({ name, type }) => `$${name}: ${this.type(type)}`).join(", ");
        this.line(`fn ${part.name}(${params}) : ${this.type(part.returns)}`);
        this.bodyBlock(part.body);
        return;
      }
      case "probe":
        this.probe(part);
        return;
      default:
        unreachable(part);
    }
  }

  private verbatimDefinition(part: Ast.CDefinition): void {
    const { start } = part.span;
    let { end } = part.span;
    // A typedef of a named struct is two definitions in one; the text of the outer one holds both.
    for (const other of this.program.definitions) {
      if (other.span.start <= start && other.span.end > end) end = other.span.end;
    }
    this.skipTrivia(end);
    const text = this.source.slice(start, end).replace(/\r/g, "");
    this.lines.push(...`${text}${text.endsWith(";") ? "" : ";"}`.split("\n").map((line) => line.trimEnd()));
    while (/^[ \t]*;/.test(this.source.slice(end))) end += this.source.slice(end).indexOf(";") + 1;
    this.printed = end;
  }

  private config(part: Ast.Config): void {
    this.line("config = {");
    this.indent++;
    this.printed = this.source.indexOf("{", part.span.start) + 1;
    this.trailing(this.printed);
    for (const entry of part.entries) {
      this.triviaBefore(entry.span.start, false);
      this.blankLine(entry.span.start);
      const value = this.source.slice(entry.keySpan.end, entry.span.end).replace(/^[\s=]*/, "");
      this.line(`${entry.key} = ${value};`);
      this.printed = entry.span.end;
      this.trailing(entry.span.end);
    }
    this.triviaBefore(part.span.end, false);
    this.indent--;
    this.line("}");
  }

  private macro(part: Ast.Macro): void {
    const sigil = { variable: "$", map: "@", expression: "" } as const;
    const head = this.source.slice(part.span.start, part.body.span.start);
    const params = part.params.map(({ mode, name }) => `${sigil[mode]}${name}`).join(", ");
    this.line(`macro ${part.name}${head.includes("(") ? `(${params})` : ""}`);
    this.bodyBlock(part.body);
  }

  private probe(part: Ast.Probe): void {
    const name = part.name === undefined ? "" : `${part.name}=`;
    part.attachPoints.forEach((point, i) => {
      if (i > 0) this.triviaBefore(point.span.start, false);
      this.line(`${i === 0 ? name : ""}${point.text}${i < part.attachPoints.length - 1 ? "," : ""}`);
      this.printed = point.span.end;
      this.trailing(point.span.end);
    });
    if (part.predicate !== undefined) {
      this.triviaBefore(part.predicate.span.start, false);
      this.line(`/${this.inner(part.predicate)}/`);
      this.printed = part.predicate.span.end;
      const close = this.source.indexOf("/", part.predicate.span.end);
      this.trailing(close + 1);
    }
    this.triviaBefore(part.body.span.start, false);
    this.bodyBlock(part.body);
  }

  /** A block whose brace stands on its own line: of items. */
  private bodyBlock(block: Ast.Block): void {
    this.line("{");
    this.blockInside(block);
    this.line("}");
    this.printed = block.span.end;
  }

  // --- Statements ---------------------------------------------------------------------------------------------------

  private blockInside(block: Ast.Block): void {
    this.indent++;
    this.printed = block.span.start + 1;
    this.trailing(block.span.start + 1);
    let isFirst = true;
    const each = (node: Placed, print: () => void): void => {
      this.triviaBefore(node.span.start, false, isFirst);
      if (!isFirst) this.blankLine(node.span.start);
      isFirst = false;
      print();
      this.printed = node.span.end;
      this.trailing(node.span.end);
    };
    for (const statement of block.statements) each(statement, () => this.statement(statement));
    const { result } = block;
    if (result !== undefined) each(result, () => this.simple(result, "", this.expr(result), false));
    this.triviaBefore(block.span.end, false, isFirst);
    while (this.lines.at(-1) === "") this.lines.pop();
    this.indent--;
  }

  private statement(statement: Ast.Stmt): void {
    switch (statement.kind) {
      case "expr-stmt":
        this.simple(statement.expr, "", this.expr(statement.expr), true);
        return;
      case "assign":
        this.simple(statement, `${this.inner(statement.target)} ${statement.op} `, this.expr(statement.value), true);
        return;
      case "discard":
        this.simple(statement, "_ = ", this.expr(statement.value), true);
        return;
      case "let": {
        const type = statement.type === undefined ? "" : `: ${this.type(statement.type)}`;
        if (statement.value === undefined) this.simple(statement, `let $${statement.name}${type}`, () => "", true);
        else this.simple(statement, `let $${statement.name}${type} = `, this.expr(statement.value), true);
        return;
      }
      case "return":
        if (statement.value === undefined) this.simple(statement, "return", () => "", true);
        else this.simple(statement, "return ", this.expr(statement.value), true);
        return;
      case "break":
      case "continue":
        this.line(`${statement.kind};`);
        return;
      case "import-stmt":
        this.line(`${this.source.slice(statement.span.start, statement.span.end)};`);
        return;
      case "block-stmt":
        this.line("{");
        this.blockInside(statement.block);
        this.line("}");
        return;
      case "if":
        this.ifStatement(statement, "");
        return;
      case "while":
        this.headed(`while ${this.inner(statement.condition)}`, statement.body);
        return;
      case "unroll":
        this.headed(`unroll ${this.inner(statement.count)}`, statement.body);
        return;
      case "for-map":
        this.headed(this.forHead(statement, this.inner(statement.map)), statement.body);
        return;
      case "for-range":
        this.headed(
          this.forHead(statement, `${this.inner(statement.from)}..${this.inner(statement.to)}`),
          statement.body,
        );
        return;
      default:
        unreachable(statement);
    }
  }

  /** Parentheses are kept as written: without them only a single operand may stand. */
  private forHead(
    statement: { variable: string; variableSpan: Ast.Program["span"]; span: Ast.Program["span"] },
    over: string,
  ): string {
    const head = `$${statement.variable} : ${over}`;
    const parens = this.source.slice(statement.span.start, statement.variableSpan.start).includes("(");
    return parens ? `for (${head})` : `for ${head}`;
  }

  private headed(head: string, body: Ast.Block): void {
    this.triviaInside(body.span.start);
    this.line(`${head} {`);
    this.blockInside(body);
    this.line("}");
  }

  private ifStatement(statement: Extract<Ast.Stmt, { kind: "if" }>, lead: string): void {
    this.triviaInside(statement.then.span.start);
    this.line(`${lead}if ${this.inner(statement.condition)} {`);
    this.blockInside(statement.then);
    const other = statement.else;
    if (other === undefined) {
      this.line("}");
      return;
    }
    if (other.kind === "if") {
      this.printed = statement.then.span.end;
      this.ifStatement(other, "} else ");
      return;
    }
    this.triviaInside(other.span.start);
    this.line("} else {");
    if (other.kind === "block") this.blockInside(other);
    this.line("}");
  }

  /**
   * A statement on one line, or, where it is a call that would be too long, with its arguments below each other; as
   * written where a comment is inside.
   */
  private simple(node: Placed, lead: string, value: () => string, semicolon: boolean): void {
    const end = semicolon ? ";" : "";
    if (this.hasTrivia(node.span)) {
      this.skipTrivia(node.span.end);
      const [first = "", ...rest] = this.source.slice(node.span.start, node.span.end).replace(/\r/g, "").split("\n");
      this.line(first.trimEnd());
      this.lines.push(...rest.map((line) => line.trimEnd()));
      this.lines[this.lines.length - 1] += end;
      return;
    }
    const text = `${lead}${value()}${end}`;
    const isLong = !text.includes("\n") && this.indent * 2 + text.length > maxWidth;
    const call = isLong ? callOf(node) : undefined;
    if (call === undefined || call.args.length < 2) {
      this.line(text);
      return;
    }
    const args = call.args.map((arg) => this.operand(arg));
    const head = text.slice(0, text.length - end.length - args.join(", ").length - 1);
    this.fill(head, args, `)${end}`);
  }

  /** As many arguments per line as fit, aligned after the parenthesis. */
  private fill(head: string, args: readonly string[], close: string): void {
    const pad = " ".repeat(head.length);
    let line = head;
    args.forEach((arg, i) => {
      const piece = i < args.length - 1 ? `${arg},` : `${arg}${close}`;
      const isStart = line === head || line === pad;
      if (!isStart && this.indent * 2 + line.length + 1 + piece.length > maxWidth) {
        this.line(line);
        line = `${pad}${piece}`;
      } else line += isStart ? piece : ` ${piece}`;
    });
    this.line(line);
  }

  // --- Expressions --------------------------------------------------------------------------------------------------

  private expr(expr: Ast.Expr): () => string {
    return () => this.inner(expr);
  }

  private inner(expr: Ast.Expr): string {
    return printExpr(expr, (block) => this.blockInExpr(block));
  }

  private operand(value: Ast.Expr | Ast.TypeName): string {
    return value.kind.startsWith("type-") ? this.type(value as Ast.TypeName) : this.inner(value as Ast.Expr);
  }

  private type(type: Ast.TypeName): string {
    return printType(type, (block) => this.blockInExpr(block));
  }

  /** A block inside an expression: its lines are printed aside, then joined into the expression's text. */
  private blockInExpr(block: Ast.Block): string {
    const outer = this.lines.splice(0, this.lines.length);
    this.blockInside(block);
    const inside = this.lines.splice(0, this.lines.length, ...outer);
    return `{\n${inside.map((line) => `${line}\n`).join("")}${"  ".repeat(this.indent)}}`;
  }

  // --- Comments and blank lines -------------------------------------------------------------------------------------

  private line(text: string): void {
    this.lines.push(`${"  ".repeat(this.indent)}${text}`);
  }

  /** Prints what stands before `offset`, each on its own line. */
  private triviaBefore(offset: number, separate: boolean, atBlockStart = false): void {
    let isFirst = true;
    for (
      let item = this.trivia[this.next];
      item !== undefined && item.span.start < offset;
      item = this.trivia[this.next]
    ) {
      if (isFirst && separate && this.lines.at(-1) !== "") this.lines.push("");
      else if (!(isFirst && atBlockStart)) this.blankLine(item.span.start);
      isFirst = false;
      if (item.kind === "directive")
        this.lines.push(
          ...item.text
            .replace(/\r/g, "")
            .split("\n")
            .map((line) => line.trimEnd()),
        );
      else this.comment(item);
      this.printed = item.span.end;
      this.next++;
    }
  }

  private comment(comment: Ast.Comment): void {
    const [first = "", ...rest] = comment.text.replace(/\r/g, "").split("\n");
    this.line(first.trimEnd());
    this.lines.push(...rest.map((line) => line.trimEnd()));
  }

  /** A comment on the same line as what was just printed stays there. */
  private trailing(offset: number): void {
    const item = this.trivia[this.next];
    if (item === undefined || item.kind !== "comment" || item.span.start < offset) return;
    const between = this.source.slice(offset, item.span.start);
    if (!/^[ \t;,/]*$/.test(between) || item.text.includes("\n")) return;
    const isLast = /^[ \t\r]*(?:\n|$)/.test(this.source.slice(item.span.end));
    if (!isLast) return;
    this.lines[this.lines.length - 1] += ` ${item.text}`;
    this.printed = item.span.end;
    this.next++;
  }

  /** Keeps one blank line where the author left some. */
  private blankLine(offset: number): void {
    if (this.lines.length === 0 || this.lines.at(-1) === "") return;
    if (/\n[ \t\r]*\n/.test(this.source.slice(this.printed, offset))) this.lines.push("");
  }

  private hasTrivia(span: Ast.Program["span"]): boolean {
    const item = this.trivia[this.next];
    return item !== undefined && item.span.start < span.end && item.span.start > span.start;
  }

  private skipTrivia(offset: number): void {
    while ((this.trivia[this.next]?.span.start ?? Number.POSITIVE_INFINITY) < offset) this.next++;
  }

  /** Comments between a statement's first word and its block go before the line. */
  private triviaInside(offset: number): void {
    this.triviaBefore(offset, false, true);
  }

  private endsWithTrivia(): boolean {
    const before = this.trivia[this.next - 1];
    return before !== undefined && before.span.end === this.printed;
  }
}

/** Probes, functions and the like are set apart; declarations of one kind may stand together. */
function needsBlank(before: Part, part: Part): boolean {
  const isShort = (p: Part): boolean => p.kind === "import" || p.kind === "map-decl" || p.kind === "c-typedef";
  return !(isShort(before) && before.kind === part.kind);
}

/** The call that is the last thing of a statement, if it is one. */
function callOf(node: Placed): Extract<Ast.Expr, { kind: "call" }> | undefined {
  // Only statements and expressions get here; both have a kind.
  const statement = node as Ast.Stmt | Ast.Expr;
  if (statement.kind === "call") return statement;
  if (statement.kind === "assign" || statement.kind === "discard") return callOf(statement.value);
  if (statement.kind === "let" && statement.value !== undefined) return callOf(statement.value);
  return undefined;
}

function uniqueByStart(definitions: readonly Ast.CDefinition[]): readonly Ast.CDefinition[] {
  const covered = (d: Ast.CDefinition): boolean =>
    definitions.some(
      (other) =>
        other !== d &&
        other.span.start <= d.span.start &&
        other.span.end >= d.span.end &&
        (other.span.end > d.span.end || definitions.indexOf(other) < definitions.indexOf(d)),
    );
  return definitions.filter((d) => !covered(d));
}
