/** From match to tree: expressions, types and tokens. */
import { invariant } from "../util/assert.ts";
import type * as Ast from "./ast.ts";
import { asValue } from "./blocks.ts";
import { cConstant } from "./c-constant.ts";
import type { Context } from "./context.ts";
import type { Actions, Cst } from "./cst.ts";
import { integerValue, stringValue } from "./literals.ts";
import { foldBinary, precedence } from "./precedence.ts";
import { ast, each, freeName, list, optional, spanOf, withoutSigil } from "./to-ast.ts";
import { normalizeScalar, sizedOrArray, typeOfOperand } from "./type-names.ts";

/** Longer chains of one operator list would make later phases recurse too deeply. */
const maxOperands = 1000;

/** What stands inside parentheses, given the span with them. */
type InParens = (span: Ast.Expr["span"]) => Ast.Expr;

type Tail = (base: Ast.Expr, start: number) => Ast.Expr;

export const exprActions: Actions = {
  Expr(node, ctx, condition, question, yes, _colon, no) {
    const test = ast<Ast.Expr>(condition, ctx);
    const otherwise = optional<Ast.Expr>(no, ctx);
    if (question.children.length === 0 || otherwise === undefined) return test;
    const arm = yes.children[0];
    return {
      kind: "ternary",
      span: spanOf(node, ctx),
      condition: test,
      then: arm === undefined ? undefined : optional<Ast.Expr>(arm, ctx),
      else: otherwise,
    } satisfies Ast.Expr;
  },
  Binary(node, ctx, first, ops, rest) {
    const left = ast<Ast.Expr>(first, ctx);
    if (rest.children.length === 0) return left;
    if (rest.children.length > maxOperands) {
      ctx.report("nesting-too-deep", spanOf(node, ctx), {});
      return left;
    }
    const operands = each<Ast.Expr>(rest, ctx);
    return foldBinary(
      left,
      operands.map((right, i) => ({ op: binaryOp(ops.children[i]?.text ?? ""), right })),
    );
  },
  Prefix(node, ctx, op, operand) {
    const span = spanOf(node, ctx);
    const value = ast<Ast.Expr>(operand, ctx);
    const text = op.text;
    if (text === "++" || text === "--") {
      checkUpdate(value, op, ctx);
      return { kind: "update", span, op: text, prefix: true, target: value } satisfies Ast.Expr;
    }
    return { kind: "unary", span, op: unaryOp(text), operand: value } satisfies Ast.Expr;
  },
  Condition(_node, ctx, operand) {
    return ast(operand, ctx);
  },
  Postfix(node, ctx, primary, tails) {
    const base = ast<Ast.Expr>(primary, ctx);
    if (tails.children.length === 0) return base;
    const { start } = spanOf(node, ctx);
    if (tails.children.length > maxOperands) {
      ctx.report("nesting-too-deep", spanOf(node, ctx), {});
      return base;
    }
    return each<Tail>(tails, ctx).reduce((expr, tail) => tail(expr, start), base);
  },
  PostfixTail(_node, ctx, _look, tail) {
    return ast(tail, ctx);
  },
  AnyTail_field(_node, ctx, op, field) {
    const nameSpan = spanOf(field, ctx);
    const name = field.text;
    const arrow = op.text === "->";
    const { end } = nameSpan;
    const isIndex = /^\d+$/.test(name);
    return ((base, start): Ast.Expr =>
      isIndex && !arrow
        ? { kind: "tuple-field", span: { start, end }, base, index: Number(name) }
        : { kind: "field", span: { start, end }, base, name, nameSpan, arrow }) satisfies Tail;
  },
  AnyTail_index(node, ctx, _open, index) {
    const at = ast<Ast.Expr>(index, ctx);
    const { end } = spanOf(node, ctx);
    return ((base, start): Ast.Expr => ({ kind: "index", span: { start, end }, base, index: at })) satisfies Tail;
  },
  AnyTail_update(node, ctx, op) {
    const { end } = spanOf(node, ctx);
    const text = op.text === "++" ? "++" : "--";
    return ((target, start): Ast.Expr => {
      checkUpdate(target, op, ctx);
      return { kind: "update", span: { start, end }, op: text, prefix: false, target };
    }) satisfies Tail;
  },
  MapExpr(node, ctx, map, _open, keys) {
    const span = spanOf(node, ctx);
    const name = withoutSigil(map);
    const parsed = keys.children[0];
    if (parsed === undefined) return { kind: "map", span, name } satisfies Ast.Expr;
    const mapSpan = spanOf(map, ctx);
    return { kind: "map-access", span, map: name, mapSpan, keys: list<Ast.Expr>(parsed, ctx) } satisfies Ast.Expr;
  },
  Primary_block(_node, ctx, block) {
    const parsed = asValue(ast(block, ctx));
    return { kind: "block-expr", span: parsed.span, block: parsed } satisfies Ast.Expr;
  },
  Parens(node, ctx, _open, inside) {
    return ast<InParens>(inside, ctx)(spanOf(node, ctx));
  },
  InParens_unit() {
    return ((span) => ({ kind: "tuple", span, elements: [] })) satisfies InParens;
  },
  InParens_record(_node, ctx, fields) {
    const parsed = list<Extract<Ast.Expr, { kind: "record" }>["fields"][number]>(fields, ctx);
    const seen = new Set<string>();
    for (const { name, span } of parsed) {
      if (seen.has(name)) ctx.report("duplicate-field-name", span, { name });
      seen.add(name);
    }
    return ((span) => ({ kind: "record", span, fields: parsed })) satisfies InParens;
  },
  InParens_single(_node, ctx, operand) {
    const value = ast<Ast.Expr>(operand, ctx);
    return ((span) => ({ kind: "paren", span, operand: value })) satisfies InParens;
  },
  InParens_tuple(_node, ctx, elements) {
    const parsed = list<Ast.Expr>(elements, ctx);
    return ((span) => ({ kind: "tuple", span, elements: parsed })) satisfies InParens;
  },
  RecordField(node, ctx, name, _eq, value) {
    return { name: name.text, value: ast<Ast.Expr>(value, ctx), span: spanOf(node, ctx) };
  },
  Cast(_node, ctx, _look, cast) {
    return ast(cast, ctx);
  },
  AnyCast_any(_node, ctx, type, _close, operand) {
    return castOf(ast(type, ctx), ast(operand, ctx));
  },
  AnyCast_sure(_node, ctx, type, _close, _look, operand) {
    return castOf(ast(type, ctx), ast(operand, ctx));
  },
  WordExpr_keyword(_node, ctx, _look, expr) {
    return ast(expr, ctx);
  },
  WordExpr_name(node, ctx, name, _open, args) {
    const text = name.text;
    const span = spanOf(node, ctx);
    const parsed = args.children[0];
    if (parsed === undefined) {
      if (text === "true" || text === "false") {
        return { kind: "boolean", span, value: text === "true" } satisfies Ast.Expr;
      }
      return { kind: "identifier", span, name: freeName(name, ctx) } satisfies Ast.Expr;
    }
    return {
      kind: "call",
      span,
      name: freeName(name, ctx),
      nameSpan: spanOf(name, ctx),
      args: list<Ast.Expr | Ast.TypeName>(parsed, ctx),
    } satisfies Ast.Expr;
  },
  KeywordExpr_sizeof(node, ctx, _word, _open, operand) {
    return { kind: "sizeof", span: spanOf(node, ctx), operand: typeFirst(operand, ctx) } satisfies Ast.Expr;
  },
  KeywordExpr_offsetof(node, ctx, _word, _open, operand, _comma, path) {
    return {
      kind: "offsetof",
      span: spanOf(node, ctx),
      operand: typeFirst(operand, ctx),
      path: list<string>(path, ctx),
    } satisfies Ast.Expr;
  },
  KeywordExpr_typeof(node, ctx, _word, _open, operand) {
    return { kind: "typeof", span: spanOf(node, ctx), operand: typeFirst(operand, ctx) } satisfies Ast.Expr;
  },
  KeywordExpr_typeinfo(node, ctx, _word, _open, operand) {
    return { kind: "typeinfo", span: spanOf(node, ctx), operand: typeFirst(operand, ctx) } satisfies Ast.Expr;
  },
  KeywordExpr_comptime(node, ctx, _comptime, operand) {
    return { kind: "comptime", span: spanOf(node, ctx), operand: ast<Ast.Expr>(operand, ctx) } satisfies Ast.Expr;
  },
  IfExpr(node, ctx, _if, condition, yes, _else, no) {
    const other = ast<Ast.Block | Ast.Expr>(no, ctx);
    return {
      kind: "if-expr",
      span: spanOf(node, ctx),
      condition: ast<Ast.Expr>(condition, ctx),
      then: asValue(ast(yes, ctx)),
      else: other.kind === "block" ? asValue(other) : other,
    } satisfies Ast.Expr;
  },
  TypeOrExpr(_node, ctx, operand) {
    return ast(operand, ctx);
  },

  // --- Types --------------------------------------------------------------------------------------------------------
  Type(_node, ctx, _qualifiers, base, suffixes) {
    return typeName(base, suffixes, ctx);
  },
  SureType(_node, ctx, _qualifiers, base, suffixes) {
    return typeName(base, suffixes, ctx);
  },
  TypeBase_tag(node, ctx, tag, name) {
    return typeTag(node, tag, name, ctx);
  },
  SureTypeBase_tag(node, ctx, tag, name) {
    return typeTag(node, tag, name, ctx);
  },
  TypeBase_of(node, ctx, _typeof, _open, operand) {
    return { kind: "type-of", span: spanOf(node, ctx), operand: typeFirst(operand, ctx) } satisfies Ast.TypeName;
  },
  TypeBase_words(node, ctx, words) {
    return typeWords(node, words, ctx);
  },
  SureTypeBase_words(node, ctx, words) {
    return typeWords(node, words, ctx);
  },
  TypeBase_name(node, ctx, name) {
    return typeNamed(spanOf(node, ctx), freeName(name, ctx));
  },
  SureTypeBase_name(node, ctx, name) {
    return typeNamed(spanOf(node, ctx), name.text);
  },
  TypeSuffix_pointer(node, ctx) {
    const { end } = spanOf(node, ctx);
    return (base: Ast.TypeName): Ast.TypeName => ({
      kind: "type-pointer",
      span: { start: base.span.start, end },
      to: base,
    });
  },
  TypeSuffix_array(node, ctx, _open, length) {
    const { end } = spanOf(node, ctx);
    const count = optional<bigint>(length, ctx);
    return (base: Ast.TypeName): Ast.TypeName => ({
      ...sizedOrArray(base, count),
      span: { start: base.span.start, end },
    });
  },
  TypeLength(node, ctx, length) {
    const parsed = ast<Ast.Expr | string>(length, ctx);
    const span = spanOf(node, ctx);
    const expr: Ast.Expr = typeof parsed === "string" ? { kind: "identifier", span, name: parsed } : parsed;
    const value = cConstant(expr, ctx);
    if (value >= 0n && value < 1n << 31n) return value;
    ctx.report("c-constant", span, { why: "an array length is negative or too large" });
    return 0n;
  },

  // --- Tokens -------------------------------------------------------------------------------------------------------
  name(node) {
    return node.text;
  },
  fieldName(node) {
    return node.text;
  },
  variable(node, ctx, _dollar, name) {
    return { kind: "variable", span: spanOf(node, ctx), name: name.text } satisfies Ast.Expr;
  },
  positional(node, ctx, _dollar, index) {
    const span = spanOf(node, ctx);
    const text = index.text;
    if (text === "#") return { kind: "positional-count", span } satisfies Ast.Expr;
    // Beyond this no command line reaches; the number must stay exact.
    if (/^0+$/.test(text) || text.length > 9) ctx.report("positional-out-of-range", span, { text: `$${text}` });
    return { kind: "positional", span, index: Number(text) } satisfies Ast.Expr;
  },
  integer(node, ctx) {
    const span = spanOf(node, ctx);
    const text = node.text;
    return { kind: "integer", span, value: integerValue(text, span.start, ctx.report), text } satisfies Ast.Expr;
  },
  string(node, ctx) {
    const span = spanOf(node, ctx);
    const text = ctx.source.slice(span.start, span.end);
    return { kind: "string", span, value: stringValue(text, span.start, ctx.report), text } satisfies Ast.Expr;
  },
};

function checkUpdate(target: Ast.Expr, op: Cst, ctx: Context): void {
  switch (target.kind) {
    case "variable":
    case "map":
    case "map-access":
    case "identifier":
      return;
    case "paren":
      checkUpdate(target.operand, op, ctx);
      return;
    default:
      ctx.report("increment-target", spanOf(op, ctx), {});
  }
}

function castOf(type: Ast.TypeName, operand: Ast.Expr): InParens {
  return ({ start }) => ({ kind: "cast", span: { start, end: operand.span.end }, type, operand });
}

/** An operand of sizeof and the like: a bare name that looks like a type is one. */
function typeFirst(operand: Cst, ctx: Context): Ast.Expr | Ast.TypeName {
  const parsed = ast<Ast.Expr | Ast.TypeName>(operand, ctx);
  return parsed.kind === "identifier" || parsed.kind === "index" ? (typeOfOperand(parsed) ?? parsed) : parsed;
}

/** The grammar's rule matches nothing else. */
function binaryOp(text: string): Ast.BinaryOp {
  invariant(isBinaryOp(text), "1-parse", `operator ${text}`);
  return text;
}

function isBinaryOp(text: string): text is Ast.BinaryOp {
  return Object.hasOwn(precedence, text);
}

function unaryOp(text: string): Ast.UnaryOp {
  switch (text) {
    case "!":
    case "~":
    case "-":
    case "+":
    case "*":
      return text;
    default:
      return "&";
  }
}

function typeName(base: Cst, suffixes: Cst, ctx: Context): Ast.TypeName {
  const wrap = each<(base: Ast.TypeName) => Ast.TypeName>(suffixes, ctx);
  return wrap.reduce((type, suffix) => suffix(type), ast<Ast.TypeName>(base, ctx));
}

function typeNamed(span: Ast.TypeName["span"], name: string): Ast.TypeName {
  return { kind: "type-name", span, name, size: undefined };
}

function typeTag(node: Cst, tag: Cst, name: Cst, ctx: Context): Ast.TypeName {
  const word = tag.text;
  return {
    kind: "type-tag",
    span: spanOf(node, ctx),
    tag: word === "struct" ? "struct" : word === "union" ? "union" : "enum",
    name: name.text,
  };
}

function typeWords(node: Cst, words: Cst, ctx: Context): Ast.TypeName {
  return typeNamed(spanOf(node, ctx), normalizeScalar(words.children.map((word) => word.text)));
}
