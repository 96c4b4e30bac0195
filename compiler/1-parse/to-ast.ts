/**
 * From match to tree, one action per rule: items and statements. Expressions and types are in to-ast-expr.ts, the C part
 * in to-ast-c.ts.
 *
 * A match's nodes are untyped: `ast` and `list` below are where a rule's result gets the type that its action returns.
 */
import type * as Ast from "./ast.ts";
import { splitAttachPoint } from "./attach-point.ts";
import { asBody, asValue } from "./blocks.ts";
import { type Context, reservedWords } from "./context.ts";
import type { Actions, Cst } from "./cst.ts";

/** The tree of a node, by its rule's action. */
export function ast<T>(node: Cst, ctx: Context): T {
  return ctx.build(node, ctx) as T;
}

/** The only child of an optional rule. */
export function optional<T>(node: Cst, ctx: Context): T | undefined {
  const child = node.children[0];
  return child === undefined ? undefined : ast<T>(child, ctx);
}

export function each<T>(node: Cst, ctx: Context): T[] {
  return node.children.map((child) => ast<T>(child, ctx));
}

/** Elements of one of Ohm's list rules. */
export function list<T>(node: Cst, ctx: Context): T[] {
  return listElements(node).map((child) => ast<T>(child, ctx));
}

/** `ListOf<e, sep>` holds either nothing or a first element and, beside the separators, the others. */
export function listElements(node: Cst): readonly Cst[] {
  if (node.rule === "ListOf") return node.children[0] === undefined ? [] : listElements(node.children[0]);
  const [first, , rest] = node.children;
  return first === undefined ? [] : [first, ...(rest?.children ?? [])];
}

export function spanOf(node: Cst, ctx: Context): Ast.Expr["span"] {
  return ctx.span(node.start, node.end);
}

/** A name that must not be a reserved word. */
export function freeName(node: Cst, ctx: Context): string {
  const name = node.text;
  if (reservedWords.has(name)) ctx.report("reserved-word", spanOf(node, ctx), { word: name });
  return name;
}

/** The rest of a token after its sigil. */
export function withoutSigil(node: Cst): string {
  return node.text.slice(1);
}

export const itemActions: Actions = {
  // --- Items --------------------------------------------------------------------------------------------------------
  Probe(node, ctx, name, attachPoints, predicate, body) {
    return {
      kind: "probe",
      span: spanOf(node, ctx),
      name: optional<string>(name, ctx),
      attachPoints: ast<Ast.AttachPoint[]>(attachPoints, ctx),
      predicate: optional<Ast.Expr>(predicate, ctx),
      body: asBody(ast(body, ctx)),
    } satisfies Ast.Probe;
  },
  ProbeName(_node, _ctx, name) {
    return name.text;
  },
  AttachPoints(_node, ctx, first, rest) {
    return [ast<Ast.AttachPoint>(first, ctx), ...each<Ast.AttachPoint>(rest, ctx)];
  },
  NextAttachPoint(_node, ctx, _comma, point) {
    return ast(point, ctx);
  },
  attachPoint(node, ctx) {
    const { start, end } = spanOf(node, ctx);
    return splitAttachPoint(ctx.source.slice(start, end), start, ctx.params, ctx.report);
  },
  Predicate(_node, ctx, _open, condition) {
    return ast(condition, ctx);
  },
  Config(node, ctx, _config, _eq, _open, entries) {
    return {
      kind: "config",
      span: spanOf(node, ctx),
      entries: ast<Ast.ConfigEntry[]>(entries, ctx),
    } satisfies Ast.Config;
  },
  ConfigEntries(_node, ctx, first, rest) {
    return [...each<Ast.ConfigEntry>(first, ctx), ...each<Ast.ConfigEntry[]>(rest, ctx).flat()];
  },
  NextConfigEntry(_node, ctx, _semi, entry) {
    return each(entry, ctx);
  },
  ConfigEntry(node, ctx, key, _eq, value) {
    const parsed = ast<Ast.Expr | string>(value, ctx);
    return {
      kind: "config-entry",
      span: spanOf(node, ctx),
      key: key.text,
      keySpan: spanOf(key, ctx),
      ...configValue(parsed),
    } satisfies Ast.ConfigEntry;
  },
  RootImport(node, ctx, _import, path) {
    return { kind: "import", span: spanOf(node, ctx), path: stringOf(path, ctx) } satisfies Ast.Import;
  },
  MapDecl(node, ctx, _let, map, _eq, mapType, _open, size) {
    const entries = ast<Ast.Expr>(size, ctx);
    const maxEntries = entries.kind === "integer" ? entries.value : 0n;
    if (maxEntries === 0n || maxEntries > 0xffff_ffffn) ctx.report("map-decl-size", entries.span, {});
    return {
      kind: "map-decl",
      span: spanOf(node, ctx),
      name: withoutSigil(map),
      mapType: mapType.text,
      mapTypeSpan: spanOf(mapType, ctx),
      maxEntries,
    } satisfies Ast.MapDecl;
  },
  Macro(node, ctx, _macro, name, params, body) {
    return {
      kind: "macro",
      span: spanOf(node, ctx),
      name: freeName(name, ctx),
      params: optional<Ast.MacroParam[]>(params, ctx) ?? [],
      body: asValue(ast(body, ctx)),
    } satisfies Ast.Macro;
  },
  MacroParams(_node, ctx, _open, params) {
    return list(params, ctx);
  },
  MacroParam(node, ctx, param) {
    const text = param.text;
    const mode = text.startsWith("$") ? "variable" : text.startsWith("@") ? "map" : "expression";
    const name = mode === "expression" ? freeName(param, ctx) : text.slice(1);
    return { kind: "macro-param", span: spanOf(node, ctx), mode, name } satisfies Ast.MacroParam;
  },
  Fn(node, ctx, _fn, name, _open, params, _close, _colon, returns, body) {
    return {
      kind: "fn",
      span: spanOf(node, ctx),
      name: freeName(name, ctx),
      params: list<Ast.Fn["params"][number]>(params, ctx),
      returns: ast<Ast.TypeName>(returns, ctx),
      body: asBody(ast(body, ctx)),
    } satisfies Ast.Fn;
  },
  FnParam(node, ctx, variable, _colon, type) {
    return {
      name: withoutSigil(variable),
      type: ast<Ast.TypeName>(type, ctx),
      span: spanOf(node, ctx),
    } satisfies Ast.Fn["params"][number];
  },

  // --- Statements ---------------------------------------------------------------------------------------------------
  Block(node, ctx, _open, statements, last) {
    const parsed: Ast.Stmt[] = each<Ast.Stmt | undefined>(statements, ctx).filter((s) => s !== undefined);
    const tail = optional<Ast.Stmt>(last, ctx);
    if (tail !== undefined && tail.kind !== "expr-stmt") parsed.push(tail);
    const result = tail?.kind === "expr-stmt" ? tail.expr : undefined;
    return { kind: "block", span: spanOf(node, ctx), statements: parsed, result } satisfies Ast.Block;
  },
  AnyStmt_word(_node, ctx, _look, statement) {
    return ast(statement, ctx);
  },
  AnyStmt_block(_node, ctx, block) {
    const parsed = ast<Ast.Block>(block, ctx);
    return { kind: "block-stmt", span: parsed.span, block: parsed } satisfies Ast.Stmt;
  },
  AnyStmt_simple(_node, ctx, statement) {
    return ast(statement, ctx);
  },
  AnyStmt_empty() {
    return undefined;
  },
  WordStmt_block(_node, ctx, statement) {
    return ast(statement, ctx);
  },
  WordStmt_simple(_node, ctx, statement) {
    return ast(statement, ctx);
  },
  LastStmt(_node, ctx, statement) {
    return ast(statement, ctx);
  },
  If(node, ctx, _if, condition, body, otherwise) {
    return {
      kind: "if",
      span: spanOf(node, ctx),
      condition: ast<Ast.Expr>(condition, ctx),
      then: ast<Ast.Block>(body, ctx),
      else: optional<Ast.Block | Ast.Stmt>(otherwise, ctx),
    } satisfies Ast.Stmt;
  },
  Else(_node, ctx, _else, body) {
    return ast(body, ctx);
  },
  While(node, ctx, _while, condition, body) {
    return {
      kind: "while",
      span: spanOf(node, ctx),
      condition: ast<Ast.Expr>(condition, ctx),
      body: asBody(ast(body, ctx)),
    } satisfies Ast.Stmt;
  },
  Unroll(node, ctx, _unroll, count, body) {
    return {
      kind: "unroll",
      span: spanOf(node, ctx),
      count: ast<Ast.Expr>(count, ctx),
      body: asBody(ast(body, ctx)),
    } satisfies Ast.Stmt;
  },
  For(node, ctx, _for, head, body) {
    const { variable, variableSpan, from, to } = ast<ForHead>(head, ctx);
    const shared = { span: spanOf(node, ctx), variable, variableSpan, body: asBody(ast(body, ctx)) };
    return (
      to === undefined ? { kind: "for-map", map: from, ...shared } : { kind: "for-range", from, to, ...shared }
    ) satisfies Ast.Stmt;
  },
  ForHead_parens(_node, ctx, _open, variable, _colon, source) {
    return forHead(variable, source, ctx);
  },
  ForHead_bare(_node, ctx, variable, _colon, source) {
    return forHead(variable, source, ctx);
  },
  ForSource(_node, ctx, from, to) {
    return { from: ast<Ast.Expr>(from, ctx), to: optional<Ast.Expr>(to, ctx) };
  },
  ForEnd(_node, ctx, _dots, to) {
    return ast(to, ctx);
  },
  Let(node, ctx, _let, variable, type, value) {
    return {
      kind: "let",
      span: spanOf(node, ctx),
      name: withoutSigil(variable),
      type: optional<Ast.TypeName>(type, ctx),
      value: optional<Ast.Expr>(value, ctx),
    } satisfies Ast.Stmt;
  },
  LetType(_node, ctx, _colon, type) {
    return ast(type, ctx);
  },
  LetValue(_node, ctx, _eq, value) {
    return ast(value, ctx);
  },
  Return(node, ctx, _return, value) {
    return { kind: "return", span: spanOf(node, ctx), value: optional<Ast.Expr>(value, ctx) } satisfies Ast.Stmt;
  },
  Jump(node, ctx, word) {
    const kind = word.text === "break" ? "break" : "continue";
    return { kind, span: spanOf(node, ctx) } satisfies Ast.Stmt;
  },
  ImportStmt(node, ctx, _import, path) {
    return { kind: "import-stmt", span: spanOf(node, ctx), path: stringOf(path, ctx) } satisfies Ast.Stmt;
  },
  Assign(node, ctx, target, ops, values) {
    const left = ast<Ast.Expr>(target, ctx);
    const span = spanOf(node, ctx);
    const value = optional<Ast.Expr>(values, ctx);
    const opNode = ops.children[0];
    if (value === undefined || opNode === undefined) return { kind: "expr-stmt", span, expr: left } satisfies Ast.Stmt;
    const op = assignOp(opNode.text);
    if (op === "=" && left.kind === "identifier" && left.name === "_") {
      return { kind: "discard", span, value } satisfies Ast.Stmt;
    }
    if (!isAssignable(left)) ctx.report("assignment-target", spanOf(opNode, ctx), {});
    return { kind: "assign", span, op, target: left, value } satisfies Ast.Stmt;
  },
};

type ForHead = { variable: string; variableSpan: Ast.Expr["span"]; from: Ast.Expr; to: Ast.Expr | undefined };

function forHead(variable: Cst, source: Cst, ctx: Context): ForHead {
  const range = ast<Pick<ForHead, "from" | "to">>(source, ctx);
  return { variable: withoutSigil(variable), variableSpan: spanOf(variable, ctx), ...range };
}

function stringOf(node: Cst, ctx: Context): string {
  const value = ast<Ast.Expr>(node, ctx);
  return value.kind === "string" ? value.value : "";
}

function configValue(value: Ast.Expr | string): Pick<Ast.ConfigEntry, "value" | "form"> {
  if (typeof value === "string") {
    if (value === "true" || value === "false") return { value: value === "true", form: "boolean" };
    return { value, form: "identifier" };
  }
  if (value.kind === "integer") return { value: value.value, form: "integer" };
  return { value: value.kind === "string" ? value.value : "", form: "string" };
}

/** The grammar's rule matches nothing but these. */
function assignOp(text: string): Ast.AssignOp {
  const ops: readonly Ast.AssignOp[] = ["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="];
  return ops.find((op) => op === text) ?? "=";
}

/** What 2-check can say something better about than "not a target" is let through: fields, elements, identifiers. */
function isAssignable(target: Ast.Expr): boolean {
  switch (target.kind) {
    case "variable":
    case "map":
    case "map-access":
    case "field":
    case "tuple-field":
    case "index":
    case "identifier":
      return true;
    case "unary":
      return target.op === "*";
    case "paren":
      return isAssignable(target.operand);
    default:
      return false;
  }
}
