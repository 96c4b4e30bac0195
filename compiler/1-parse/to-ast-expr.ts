/** The Ohm operation `toAst(ctx)` for expressions, types and tokens. */
import type { ActionDict, Node } from "ohm-js";
import type * as Ast from "./ast.ts";
import { asValue } from "./blocks.ts";
import type { Context } from "./context.ts";
import { integerValue, stringValue } from "./literals.ts";
import { foldBinary } from "./precedence.ts";
import { ast, each, freeName, list, optional, spanOf, withoutSigil } from "./to-ast.ts";
import { normalizeScalar, sizedOrArray, typeOfOperand } from "./type-names.ts";

/** Longer chains of one operator list would make later phases recurse too deeply. */
const maxOperands = 1000;

type Tail = (base: Ast.Expr, start: number) => Ast.Expr;

export const exprActions: ActionDict<unknown> = {
  Ternary(condition, tail) {
    const ctx: Context = this.args.ctx;
    const test = ast<Ast.Expr>(condition, ctx);
    const arms = optional<{ yes: Ast.Expr | undefined; no: Ast.Expr }>(tail, ctx);
    if (arms === undefined) return test;
    return {
      kind: "ternary",
      span: spanOf(this, ctx),
      condition: test,
      // biome-ignore lint/suspicious/noThenProperty: the tree's own field name
      then: arms.yes,
      else: arms.no,
    } satisfies Ast.Expr;
  },
  TernaryTail(_question, yes, _colon, no) {
    const ctx: Context = this.args.ctx;
    return { yes: optional<Ast.Expr>(yes, ctx), no: ast<Ast.Expr>(no, ctx) };
  },
  Binary(first, rest) {
    const ctx: Context = this.args.ctx;
    const left = ast<Ast.Expr>(first, ctx);
    if (rest.children.length === 0) return left;
    if (rest.children.length > maxOperands) {
      ctx.report("nesting-too-deep", spanOf(this, ctx), {});
      return left;
    }
    return foldBinary(left, each<{ op: Ast.BinaryOp; right: Ast.Expr }>(rest, ctx));
  },
  BinaryTail(op, right) {
    return { op: op.sourceString, right: ast<Ast.Expr>(right, this.args.ctx) };
  },
  Unary_prefix(op, operand) {
    const ctx: Context = this.args.ctx;
    const span = spanOf(this, ctx);
    const value = ast<Ast.Expr>(operand, ctx);
    const text = op.sourceString;
    if (text === "++" || text === "--") {
      checkUpdate(value, op, ctx);
      return { kind: "update", span, op: text, prefix: true, target: value } satisfies Ast.Expr;
    }
    return { kind: "unary", span, op: unaryOp(text), operand: value } satisfies Ast.Expr;
  },
  Unary_cast(_open, cast) {
    const ctx: Context = this.args.ctx;
    const { type, operand } = ast<{ type: Ast.TypeName; operand: Ast.Expr }>(cast, ctx);
    return { kind: "cast", span: spanOf(this, ctx), type, operand } satisfies Ast.Expr;
  },
  Unary_comptime(_comptime, operand) {
    const ctx: Context = this.args.ctx;
    return { kind: "comptime", span: spanOf(this, ctx), operand: ast<Ast.Expr>(operand, ctx) } satisfies Ast.Expr;
  },
  Cast_any(type, _close, operand) {
    const ctx: Context = this.args.ctx;
    return { type: ast<Ast.TypeName>(type, ctx), operand: ast<Ast.Expr>(operand, ctx) };
  },
  Cast_sure(type, _close, _op, operand) {
    const ctx: Context = this.args.ctx;
    return { type: ast<Ast.TypeName>(type, ctx), operand: ast<Ast.Expr>(operand, ctx) };
  },
  Condition(operand) {
    return ast(operand, this.args.ctx);
  },
  Postfix(primary, tails) {
    const ctx: Context = this.args.ctx;
    const base = ast<Ast.Expr>(primary, ctx);
    const { start } = spanOf(this, ctx);
    return each<Tail>(tails, ctx).reduce((expr, tail) => tail(expr, start), base);
  },
  PostfixTail_field(op, field) {
    const ctx: Context = this.args.ctx;
    const nameSpan = spanOf(field, ctx);
    const name = field.sourceString;
    const arrow = op.sourceString === "->";
    const { end } = nameSpan;
    const isIndex = /^\d+$/.test(name);
    return ((base, start): Ast.Expr =>
      isIndex && !arrow
        ? { kind: "tuple-field", span: { start, end }, base, index: Number(name) }
        : { kind: "field", span: { start, end }, base, name, nameSpan, arrow }) satisfies Tail;
  },
  PostfixTail_index(_open, index, _close) {
    const ctx: Context = this.args.ctx;
    const at = ast<Ast.Expr>(index, ctx);
    const { end } = spanOf(this, ctx);
    return ((base, start): Ast.Expr => ({ kind: "index", span: { start, end }, base, index: at })) satisfies Tail;
  },
  PostfixTail_update(op) {
    const ctx: Context = this.args.ctx;
    const { end } = spanOf(this, ctx);
    const text = op.sourceString === "++" ? "++" : "--";
    return ((target, start): Ast.Expr => {
      checkUpdate(target, op, ctx);
      return { kind: "update", span: { start, end }, op: text, prefix: false, target };
    }) satisfies Tail;
  },
  Primary_map(map, keys) {
    const ctx: Context = this.args.ctx;
    const parsed = optional<Ast.Expr[]>(keys, ctx);
    const span = spanOf(this, ctx);
    const name = withoutSigil(map);
    if (parsed === undefined) return { kind: "map", span, name } satisfies Ast.Expr;
    return { kind: "map-access", span, map: name, mapSpan: spanOf(map, ctx), keys: parsed } satisfies Ast.Expr;
  },
  Primary_paren(_open, inside) {
    const ctx: Context = this.args.ctx;
    const make = ast<(span: Ast.Expr["span"]) => Ast.Expr>(inside, ctx);
    return make(spanOf(this, ctx));
  },
  Primary_block(block) {
    const ctx: Context = this.args.ctx;
    const parsed = asValue(ast(block, ctx));
    return { kind: "block-expr", span: parsed.span, block: parsed } satisfies Ast.Expr;
  },
  MapKeys(_open, keys, _close) {
    return list(keys, this.args.ctx);
  },
  Paren_unit(_close) {
    return (span: Ast.Expr["span"]): Ast.Expr => ({ kind: "tuple", span, elements: [] });
  },
  Paren_record(fields, _comma, _close) {
    const ctx: Context = this.args.ctx;
    const parsed = list<Extract<Ast.Expr, { kind: "record" }>["fields"][number]>(fields, ctx);
    const seen = new Set<string>();
    for (const { name, span } of parsed) {
      if (seen.has(name)) ctx.report("duplicate-field-name", span, { name });
      seen.add(name);
    }
    return (span: Ast.Expr["span"]): Ast.Expr => ({ kind: "record", span, fields: parsed });
  },
  Paren_single(operand, _close) {
    const value = ast<Ast.Expr>(operand, this.args.ctx);
    return (span: Ast.Expr["span"]): Ast.Expr => ({ kind: "paren", span, operand: value });
  },
  Paren_tuple(elements, _comma, _close) {
    const parsed = list<Ast.Expr>(elements, this.args.ctx);
    return (span: Ast.Expr["span"]): Ast.Expr => ({ kind: "tuple", span, elements: parsed });
  },
  RecordField(name, _eq, value) {
    const ctx: Context = this.args.ctx;
    return { name: name.sourceString, value: ast<Ast.Expr>(value, ctx), span: spanOf(this, ctx) };
  },
  WordExpr_sizeof(_word, _open, operand, _close) {
    const ctx: Context = this.args.ctx;
    return { kind: "sizeof", span: spanOf(this, ctx), operand: ast(operand, ctx) } satisfies Ast.Expr;
  },
  WordExpr_offsetof(_word, _open, operand, _comma, path, _close) {
    const ctx: Context = this.args.ctx;
    return {
      kind: "offsetof",
      span: spanOf(this, ctx),
      operand: ast(operand, ctx),
      path: list<string>(path, ctx),
    } satisfies Ast.Expr;
  },
  WordExpr_typeof(_word, _open, operand, _close) {
    const ctx: Context = this.args.ctx;
    return { kind: "typeof", span: spanOf(this, ctx), operand: ast(operand, ctx) } satisfies Ast.Expr;
  },
  WordExpr_typeinfo(_word, _open, operand, _close) {
    const ctx: Context = this.args.ctx;
    return { kind: "typeinfo", span: spanOf(this, ctx), operand: ast(operand, ctx) } satisfies Ast.Expr;
  },
  WordExpr_if(_if, condition, yes, _else, no) {
    const ctx: Context = this.args.ctx;
    const other = ast<Ast.Block | Ast.Expr>(no, ctx);
    return {
      kind: "if-expr",
      span: spanOf(this, ctx),
      condition: ast<Ast.Expr>(condition, ctx),
      // biome-ignore lint/suspicious/noThenProperty: the tree's own field name
      then: asValue(ast(yes, ctx)),
      else: other.kind === "block" ? asValue(other) : other,
    } satisfies Ast.Expr;
  },
  WordExpr_call(name, _open, args, _close) {
    const ctx: Context = this.args.ctx;
    return {
      kind: "call",
      span: spanOf(this, ctx),
      name: freeName(name, ctx),
      nameSpan: spanOf(name, ctx),
      args: list<Ast.Expr | Ast.TypeName>(args, ctx),
    } satisfies Ast.Expr;
  },
  WordExpr_name(name) {
    const ctx: Context = this.args.ctx;
    const text = name.sourceString;
    const span = spanOf(this, ctx);
    if (text === "true" || text === "false")
      return { kind: "boolean", span, value: text === "true" } satisfies Ast.Expr;
    return { kind: "identifier", span, name: freeName(name, ctx) } satisfies Ast.Expr;
  },
  IfExprElse_chain(_if, expr) {
    return ast(expr, this.args.ctx);
  },
  Argument_expr(value, _end) {
    return ast(value, this.args.ctx);
  },
  Argument_type(type) {
    return ast(type, this.args.ctx);
  },

  // --- Types --------------------------------------------------------------------------------------------------------
  TypeOrExpr_expr(value, _end) {
    const expr = ast<Ast.Expr>(value, this.args.ctx);
    return typeOfOperand(expr) ?? expr;
  },
  TypeOrExpr_type(type) {
    return ast(type, this.args.ctx);
  },
  Type(_qualifiers, base, suffixes) {
    return typeName(base, suffixes, this.args.ctx);
  },
  SureType(_qualifiers, base, suffixes) {
    return typeName(base, suffixes, this.args.ctx);
  },
  TypeBase_tag(tag, name) {
    return typeTag(this, tag, name);
  },
  SureTypeBase_tag(tag, name) {
    return typeTag(this, tag, name);
  },
  TypeBase_of(_typeof, _open, operand, _close) {
    const ctx: Context = this.args.ctx;
    return { kind: "type-of", span: spanOf(this, ctx), operand: ast(operand, ctx) } satisfies Ast.TypeName;
  },
  TypeBase_words(words) {
    return typeWords(this, words);
  },
  SureTypeBase_words(words) {
    return typeWords(this, words);
  },
  TypeBase_name(name) {
    const ctx: Context = this.args.ctx;
    return typeNamed(spanOf(this, ctx), freeName(name, ctx));
  },
  SureTypeBase_name(name) {
    return typeNamed(spanOf(this, this.args.ctx), name.sourceString);
  },
  TypeSuffix_pointer(_star, _qualifiers) {
    const { end } = spanOf(this, this.args.ctx);
    return (base: Ast.TypeName): Ast.TypeName => ({
      kind: "type-pointer",
      span: { start: base.span.start, end },
      to: base,
    });
  },
  TypeSuffix_array(_open, length, _close) {
    const ctx: Context = this.args.ctx;
    const { end } = spanOf(this, ctx);
    const value = optional<Ast.Expr>(length, ctx);
    const count = value?.kind === "integer" ? value.value : undefined;
    return (base: Ast.TypeName): Ast.TypeName => ({
      ...sizedOrArray(base, count),
      span: { start: base.span.start, end },
    });
  },

  // --- Tokens -------------------------------------------------------------------------------------------------------
  name(_first, _rest) {
    return this.sourceString;
  },
  fieldName(_chars) {
    return this.sourceString;
  },
  variable(_dollar, name) {
    return { kind: "variable", span: spanOf(this, this.args.ctx), name: name.sourceString } satisfies Ast.Expr;
  },
  positional(_dollar, index) {
    const ctx: Context = this.args.ctx;
    const span = spanOf(this, ctx);
    const text = index.sourceString;
    if (text === "#") return { kind: "positional-count", span } satisfies Ast.Expr;
    // Beyond this no command line reaches; the number must stay exact.
    if (/^0+$/.test(text) || text.length > 9) ctx.report("positional-out-of-range", span, { text: `$${text}` });
    return { kind: "positional", span, index: Number(text) } satisfies Ast.Expr;
  },
  integer(_first, _rest) {
    const ctx: Context = this.args.ctx;
    const span = spanOf(this, ctx);
    const text = this.sourceString;
    return { kind: "integer", span, value: integerValue(text, span.start, ctx.report), text } satisfies Ast.Expr;
  },
  string(_open, _inside, _close) {
    const ctx: Context = this.args.ctx;
    const span = spanOf(this, ctx);
    const text = ctx.source.slice(span.start, span.end);
    return { kind: "string", span, value: stringValue(text, span.start, ctx.report), text } satisfies Ast.Expr;
  },
};

function checkUpdate(target: Ast.Expr, op: Node, ctx: Context): void {
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
      ctx.report("update-target", spanOf(op, ctx), {});
  }
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

function typeName(base: Node, suffixes: Node, ctx: Context): Ast.TypeName {
  const wrap = each<(base: Ast.TypeName) => Ast.TypeName>(suffixes, ctx);
  return wrap.reduce((type, suffix) => suffix(type), ast<Ast.TypeName>(base, ctx));
}

function typeNamed(span: Ast.TypeName["span"], name: string): Ast.TypeName {
  return { kind: "type-name", span, name, size: undefined };
}

function typeTag(node: Node, tag: Node, name: Node): Ast.TypeName {
  const ctx: Context = node.args.ctx;
  const word = tag.sourceString;
  return {
    kind: "type-tag",
    span: spanOf(node, ctx),
    tag: word === "struct" ? "struct" : word === "union" ? "union" : "enum",
    name: name.sourceString,
  };
}

function typeWords(node: Node, words: Node): Ast.TypeName {
  return typeNamed(spanOf(node, node.args.ctx), normalizeScalar(words.children.map((word) => word.sourceString)));
}
