/**
 * The formatter: a program in the standard layout, with its comments, blank lines and preprocessor lines.
 *
 * Printing what was printed changes nothing, and the printed text parses to the same tree. C definitions, and simple
 * statements with comments inside, are repeated as written: no layout of ours is better than the author's.
 */
import { unreachable } from "../util/assert.ts";
import type * as Ast from "./ast.ts";
import { type PrintHooks, printExpr, printOperand, printType } from "./print-expr.ts";
import { LineWriter } from "./print-lines.ts";
import { maxWidth, wrap } from "./print-wrap.ts";

type Placed = { readonly span: Ast.Program["span"] };
type Part = Ast.CDefinition | Ast.Config | Ast.Import | Ast.Item;
type If = Extract<Ast.Stmt, { kind: "if" }>;
type Loop = Extract<Ast.Stmt, { kind: "for-map" | "for-range" }>;

/** @param source the text that `program` was parsed from: comments and blank lines are found by their place in it */
export function printProgram(program: Ast.Program, source: string): string {
  const out = new LineWriter(program, source);
  new Printer(program, source, out).print();
  out.dropBlankEnd();
  return out.lines.length === 0 ? "" : `${out.lines.join("\n")}\n`;
}

class Printer {
  private readonly program: Ast.Program;
  private readonly source: string;
  private readonly out: LineWriter;
  private readonly hooks: PrintHooks;

  constructor(program: Ast.Program, source: string, out: LineWriter) {
    this.program = program;
    this.source = source;
    this.out = out;
    this.hooks = {
      block: (block) => this.blockText(block),
      length: ({ span }) => /\[\s*(\w+)\s*\]$/.exec(source.slice(span.start, span.end))?.[1],
    };
  }

  print(): void {
    const { program, out } = this;
    if (program.shebang !== undefined) {
      out.line(program.shebang);
      out.printed = program.shebang.length;
    }
    const parts: readonly Part[] = [
      ...outermost(program.definitions),
      ...(program.config === undefined ? [] : [program.config]),
      ...program.imports,
      ...program.items,
    ].sort((a, b) => a.span.start - b.span.start);
    let before: Part | undefined;
    for (const part of parts) {
      const apart = before !== undefined && standApart(before, part);
      out.triviaBefore(part.span.start, apart);
      if (apart && out.lines.at(-1) !== "" && !out.endsWithTrivia()) out.lines.push("");
      out.blankLine(part.span.start);
      this.part(part);
      before = part;
    }
    out.triviaBefore(this.source.length, false);
  }

  // --- Items --------------------------------------------------------------------------------------------------------

  private part(part: Part): void {
    const { out } = this;
    switch (part.kind) {
      case "c-aggregate":
      case "c-enum":
      case "c-typedef":
        this.definition(part);
        return;
      case "config":
        this.config(part);
        break;
      case "import": {
        out.triviaBefore(part.span.end, false);
        const path = /"(?:\\.|[^"\\])*"/.exec(this.source.slice(part.span.start, part.span.end))?.[0] ?? '""';
        out.line(`import ${path};`);
        break;
      }
      case "map-decl": {
        out.triviaBefore(part.span.end, false);
        const size = /\(\s*(\w+)\s*\)/.exec(this.source.slice(part.mapTypeSpan.end, part.span.end))?.[1];
        out.line(`let @${part.name} = ${part.mapType}(${size ?? part.maxEntries});`);
        break;
      }
      case "macro":
        this.macro(part);
        break;
      case "fn": {
        out.triviaBefore(part.body.span.start, false);
        const params = part.params.map(({ name, type }) => `$${name}: ${this.type(type)}`).join(", ");
        out.line(`fn ${part.name}(${params}) : ${this.type(part.returns)}`);
        this.itemBody(part.body);
        break;
      }
      case "probe":
        this.probe(part);
        break;
      default:
        unreachable(part);
    }
    out.printed = part.span.end;
    out.trailing(part.span.end);
  }

  private definition(part: Ast.CDefinition): void {
    const { start } = part.span;
    let { end } = part.span;
    const after = /^\s*;/.exec(this.source.slice(end));
    if (after !== null) end += after[0].length;
    this.out.verbatim(start, end, this.source.charAt(end - 1) === ";" ? "" : ";");
    this.out.printed = end;
    this.out.trailing(end);
  }

  private config(part: Ast.Config): void {
    const { out } = this;
    out.triviaBefore(this.source.indexOf("{", part.span.start), false);
    out.line("config = {");
    out.indent++;
    out.printed = this.source.indexOf("{", part.span.start) + 1;
    out.trailing(out.printed);
    for (const entry of part.entries) {
      out.triviaBefore(entry.span.start, false);
      out.blankLine(entry.span.start);
      if (out.hasTrivia(entry.span)) out.verbatim(entry.span.start, entry.span.end, ";");
      else {
        const value = this.source.slice(entry.keySpan.end, entry.span.end).replace(/^[\s=]*/, "");
        out.line(`${entry.key} = ${value};`);
      }
      out.printed = entry.span.end;
      out.trailing(entry.span.end);
    }
    out.triviaBefore(part.span.end, false);
    out.dropBlankEnd();
    out.indent--;
    out.line("}");
  }

  private macro(part: Ast.Macro): void {
    const sigil = { variable: "$", map: "@", expression: "" } as const;
    this.out.triviaBefore(part.body.span.start, false);
    // `macro m` and `macro m()` are the same; the author's choice says how it is meant to be called.
    const hasParens = this.source.slice(part.span.start, part.body.span.start).includes("(");
    const params = part.params.map(({ mode, name }) => `${sigil[mode]}${name}`).join(", ");
    this.out.line(`macro ${part.name}${hasParens ? `(${params})` : ""}`);
    this.itemBody(part.body);
  }

  private probe(part: Ast.Probe): void {
    const { out } = this;
    const name = part.name === undefined ? "" : `${part.name}=`;
    part.attachPoints.forEach((point, i) => {
      if (i > 0) out.triviaBefore(point.span.start, false);
      out.line(`${i === 0 ? name : ""}${point.text}${i < part.attachPoints.length - 1 ? "," : ""}`);
      out.printed = point.span.end;
      out.trailing(point.span.end);
    });
    const { predicate } = part;
    if (predicate !== undefined) {
      out.triviaBefore(predicate.span.start, false);
      if (out.hasTrivia(predicate.span)) {
        const open = this.source.lastIndexOf("/", predicate.span.start - 1);
        out.verbatim(open, predicate.span.end, "/");
      } else this.wrapped("/", predicate, "/");
      out.printed = predicate.span.end;
      out.trailing(this.source.indexOf("/", predicate.span.end) + 1);
    }
    out.triviaBefore(part.body.span.start, false);
    this.itemBody(part.body);
  }

  /** A block whose brace stands on its own line. */
  private itemBody(block: Ast.Block): void {
    this.out.triviaBefore(block.span.start, false);
    if (this.isEmpty(block)) {
      this.out.line("{}");
      return;
    }
    this.out.line("{");
    this.inside(block);
    this.out.line("}");
  }

  private isEmpty(block: Ast.Block): boolean {
    return block.statements.length === 0 && block.result === undefined && !this.out.pendingBefore(block.span.end);
  }

  // --- Statements ---------------------------------------------------------------------------------------------------

  private inside(block: Ast.Block): void {
    const { out } = this;
    out.indent++;
    out.printed = block.span.start + 1;
    out.trailing(block.span.start + 1);
    let isFirst = true;
    const each = (node: Placed, print: () => void): void => {
      out.triviaBefore(node.span.start, false, isFirst);
      // What came before on this level keeps its blank line; a block starts without one.
      if (!isFirst || out.endsWithTrivia()) out.blankLine(node.span.start);
      isFirst = false;
      print();
      out.printed = node.span.end;
      out.trailing(node.span.end);
    };
    for (const statement of block.statements) each(statement, () => this.statement(statement));
    const { result } = block;
    if (result !== undefined) each(result, () => this.simple(result, "", result, ""));
    out.triviaBefore(block.span.end, false, isFirst);
    out.dropBlankEnd();
    out.indent--;
  }

  private statement(statement: Ast.Stmt): void {
    switch (statement.kind) {
      case "expr-stmt":
        this.simple(statement, "", statement.expr, ";");
        return;
      case "assign":
        this.simple(statement, `${this.expr(statement.target)} ${statement.op} `, statement.value, ";");
        return;
      case "discard":
        this.simple(statement, "_ = ", statement.value, ";");
        return;
      case "let": {
        const head = `let $${statement.name}${statement.type === undefined ? "" : `: ${this.type(statement.type)}`}`;
        this.simple(statement, statement.value === undefined ? head : `${head} = `, statement.value, ";");
        return;
      }
      case "return":
        this.simple(statement, statement.value === undefined ? "return" : "return ", statement.value, ";");
        return;
      case "break":
      case "continue":
        this.out.line(`${statement.kind};`);
        return;
      case "import-stmt":
        this.out.verbatim(statement.span.start, statement.span.end, ";");
        return;
      case "block-stmt":
        this.headed(statement.span.start, "", undefined, "", statement.block);
        return;
      case "if":
        this.ifStatement(statement, "");
        return;
      case "while":
        this.headed(statement.span.start, "while ", statement.condition, " ", statement.body);
        return;
      case "unroll":
        this.headed(statement.span.start, "unroll ", statement.count, " ", statement.body);
        return;
      case "for-map":
      case "for-range":
        this.headed(statement.span.start, `${this.forHead(statement)} `, undefined, "", statement.body);
        return;
      default:
        unreachable(statement);
    }
  }

  /** Parentheses are kept as written: without them only a single operand may stand. */
  private forHead(loop: Loop): string {
    const over = loop.kind === "for-map" ? this.expr(loop.map) : `${this.expr(loop.from)}..${this.expr(loop.to)}`;
    const head = `$${loop.variable} : ${over}`;
    const hasParens = this.source.slice(loop.span.start, loop.variableSpan.start).includes("(");
    return hasParens ? `for (${head})` : `for ${head}`;
  }

  /** `lead condition {`, the block and `}`; comments before the brace go before the line. */
  private headed(start: number, lead: string, condition: Ast.Expr | undefined, close: string, body: Ast.Block): void {
    const { out } = this;
    if (out.hasTrivia({ start, end: body.span.start })) out.triviaBefore(body.span.start, false, true);
    const brace = this.isEmpty(body) ? "{}" : "{";
    if (condition === undefined) out.line(`${lead}${close}${brace}`);
    else this.wrapped(lead, condition, `${close}${brace}`);
    if (brace === "{}") return;
    this.inside(body);
    out.line("}");
  }

  private ifStatement(statement: If, lead: string): void {
    const { out } = this;
    this.triviaBeforeBrace(statement.then.span.start, lead);
    const isEmpty = this.isEmpty(statement.then);
    this.wrapped(`${lead}if `, statement.condition, isEmpty ? " {}" : " {");
    if (!isEmpty) this.inside(statement.then);
    const other = statement.else;
    if (other === undefined) {
      if (!isEmpty) out.line("}");
      return;
    }
    out.printed = statement.then.span.end;
    const before = isEmpty ? `${out.lines.pop()?.trimStart() ?? ""} else ` : "} else ";
    if (other.kind === "if") {
      this.ifStatement(other, before);
      return;
    }
    if (other.kind !== "block") return;
    this.triviaBeforeBrace(other.span.start, before);
    if (this.isEmpty(other)) {
      out.line(`${before}{}`);
      return;
    }
    out.line(`${before}{`);
    this.inside(other);
    out.line("}");
  }

  /** Comments before an `else` or its condition: they end the block before, whose brace begins the line. */
  private triviaBeforeBrace(offset: number, lead: string): void {
    const isInside = lead.startsWith("}");
    if (isInside) this.out.indent++;
    this.out.triviaBefore(offset, false, !isInside);
    if (isInside) this.out.indent--;
  }

  /** A statement without a block of its own; as written where a comment is inside. */
  private simple(node: Placed, lead: string, value: Ast.Expr | undefined, close: string): void {
    if (this.out.hasTrivia(node.span)) this.out.verbatim(node.span.start, node.span.end, close);
    else if (value === undefined) this.out.line(`${lead}${close}`);
    else this.wrapped(lead, value, close);
  }

  private wrapped(lead: string, value: Ast.Expr, close: string): void {
    const width = maxWidth - 2 * this.out.indent;
    const print = (operand: Ast.Expr | Ast.TypeName): string => printOperand(operand, this.hooks);
    for (const line of wrap(lead, value, close, width, print)) this.out.line(line);
  }

  // --- Expressions --------------------------------------------------------------------------------------------------

  private expr(expr: Ast.Expr): string {
    return printExpr(expr, this.hooks);
  }

  private type(type: Ast.TypeName): string {
    return printType(type, this.hooks);
  }

  /** A block inside an expression: its lines are printed aside, then joined into the expression's text. */
  private blockText(block: Ast.Block): string {
    if (this.isEmpty(block)) return "{}";
    const { out } = this;
    const outer = out.lines.splice(0, out.lines.length);
    this.inside(block);
    const inside = out.lines.splice(0, out.lines.length, ...outer);
    return `{\n${inside.map((line) => `${line}\n`).join("")}${"  ".repeat(out.indent)}}`;
  }
}

/** Probes, functions and the like are set apart; declarations of one kind may stand together. */
function standApart(before: Part, part: Part): boolean {
  const isShort = before.kind === "import" || before.kind === "map-decl" || before.kind === "c-typedef";
  return !(isShort && before.kind === part.kind);
}

/** Of definitions that one text made (a typedef with a struct inside), only the outermost has that text. */
function outermost(definitions: readonly Ast.CDefinition[]): readonly Ast.CDefinition[] {
  const result: Ast.CDefinition[] = [];
  const byStart = [...definitions].sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end);
  for (const definition of byStart) {
    if (definition.span.start >= (result.at(-1)?.span.end ?? -1)) result.push(definition);
  }
  return result;
}
