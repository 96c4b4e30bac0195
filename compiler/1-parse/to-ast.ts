/**
 * The Ohm operation `toAst(ctx)`: from match to tree, for items and statements. Expressions and types are in
 * to-ast-expr.ts, the C part in to-ast-c.ts.
 *
 * Ohm's nodes are untyped: `ast` and `list` below are where a rule's result gets the type that its action returns.
 */
import type { ActionDict, IterationNode, Node } from "ohm-js";
import type * as Ast from "./ast.ts";
import { splitAttachPoint } from "./attach-point.ts";
import { asBody, asValue } from "./blocks.ts";
import { type Context, reservedWords } from "./context.ts";

export function ast<T>(node: Node, ctx: Context): T {
  return node.toAst(ctx);
}

/** The only child of an optional rule. */
export function optional<T>(node: IterationNode | Node, ctx: Context): T | undefined {
  const child = node.children[0];
  return child === undefined ? undefined : child.toAst(ctx);
}

export function each<T>(node: IterationNode | Node, ctx: Context): T[] {
  return node.children.map((child) => child.toAst(ctx));
}

/** Elements of one of Ohm's list rules. */
export function list<T>(node: Node, ctx: Context): T[] {
  return each(node.asIteration(), ctx);
}

export function spanOf(node: Node, ctx: Context): Ast.Expr["span"] {
  return ctx.span(node.source.startIdx, node.source.endIdx);
}

/** A name that must not be a reserved word. */
export function freeName(node: Node, ctx: Context): string {
  const name = node.sourceString;
  if (reservedWords.has(name)) ctx.report("reserved-word", spanOf(node, ctx), { word: name });
  return name;
}

/** The rest of a token after its sigil. */
export function withoutSigil(node: Node): string {
  return node.sourceString.slice(1);
}

export const itemActions: ActionDict<unknown> = {
  // --- Items --------------------------------------------------------------------------------------------------------
  Probe(name, attachPoints, predicate, body) {
    const ctx: Context = this.args.ctx;
    return {
      kind: "probe",
      span: spanOf(this, ctx),
      name: optional<string>(name, ctx),
      attachPoints: ast<Ast.AttachPoint[]>(attachPoints, ctx),
      predicate: optional<Ast.Expr>(predicate, ctx),
      body: asBody(ast(body, ctx)),
    } satisfies Ast.Probe;
  },
  ProbeName(name, _eq) {
    return name.sourceString;
  },
  AttachPoints(first, rest, _comma) {
    const ctx: Context = this.args.ctx;
    return [ast<Ast.AttachPoint>(first, ctx), ...each<Ast.AttachPoint>(rest, ctx)];
  },
  NextAttachPoint(_comma, point) {
    return ast(point, this.args.ctx);
  },
  attachPoint(_provider, _colon, _rest) {
    const ctx: Context = this.args.ctx;
    const { start, end } = spanOf(this, ctx);
    return splitAttachPoint(ctx.source.slice(start, end), start, ctx.params, ctx.report);
  },
  Predicate(_open, condition, _close) {
    return ast(condition, this.args.ctx);
  },
  Config(_config, _eq, _open, entries, _close, _semi) {
    const ctx: Context = this.args.ctx;
    return {
      kind: "config",
      span: spanOf(this, ctx),
      entries: ast<Ast.ConfigEntry[]>(entries, ctx),
    } satisfies Ast.Config;
  },
  ConfigEntries(first, rest) {
    const ctx: Context = this.args.ctx;
    return [...each<Ast.ConfigEntry>(first, ctx), ...each<Ast.ConfigEntry[]>(rest, ctx).flat()];
  },
  NextConfigEntry(_semi, entry) {
    return each(entry, this.args.ctx);
  },
  ConfigEntry(key, _eq, value) {
    const ctx: Context = this.args.ctx;
    const parsed = ast<Ast.Expr | string>(value, ctx);
    return {
      kind: "config-entry",
      span: spanOf(this, ctx),
      key: key.sourceString,
      keySpan: spanOf(key, ctx),
      ...configValue(parsed),
    } satisfies Ast.ConfigEntry;
  },
  RootImport(_import, path, _semi) {
    const ctx: Context = this.args.ctx;
    return { kind: "import", span: spanOf(this, ctx), path: stringOf(path, ctx) } satisfies Ast.Import;
  },
  MapDecl(_let, map, _eq, mapType, _open, size, _close, _semi) {
    const ctx: Context = this.args.ctx;
    const entries = ast<Ast.Expr>(size, ctx);
    const maxEntries = entries.kind === "integer" ? entries.value : 0n;
    if (maxEntries === 0n) ctx.report("map-decl-size", entries.span, {});
    return {
      kind: "map-decl",
      span: spanOf(this, ctx),
      name: withoutSigil(map),
      mapType: mapType.sourceString,
      mapTypeSpan: spanOf(mapType, ctx),
      maxEntries,
    } satisfies Ast.MapDecl;
  },
  Macro(_macro, name, params, body) {
    const ctx: Context = this.args.ctx;
    return {
      kind: "macro",
      span: spanOf(this, ctx),
      name: freeName(name, ctx),
      params: optional<Ast.MacroParam[]>(params, ctx) ?? [],
      body: asValue(ast(body, ctx)),
    } satisfies Ast.Macro;
  },
  MacroParams(_open, params, _close) {
    return list(params, this.args.ctx);
  },
  MacroParam(param) {
    const ctx: Context = this.args.ctx;
    const text = param.sourceString;
    const mode = text.startsWith("$") ? "variable" : text.startsWith("@") ? "map" : "expression";
    const name = mode === "expression" ? freeName(param, ctx) : text.slice(1);
    return { kind: "macro-param", span: spanOf(this, ctx), mode, name } satisfies Ast.MacroParam;
  },
  Fn(_fn, name, _open, params, _close, _colon, returns, body) {
    const ctx: Context = this.args.ctx;
    return {
      kind: "fn",
      span: spanOf(this, ctx),
      name: freeName(name, ctx),
      params: list<Ast.Fn["params"][number]>(params, ctx),
      returns: ast<Ast.TypeName>(returns, ctx),
      body: asBody(ast(body, ctx)),
    } satisfies Ast.Fn;
  },
  FnParam(variable, _colon, type) {
    const ctx: Context = this.args.ctx;
    return {
      name: withoutSigil(variable),
      type: ast<Ast.TypeName>(type, ctx),
      span: spanOf(this, ctx),
    } satisfies Ast.Fn["params"][number];
  },

  // --- Statements ---------------------------------------------------------------------------------------------------
  Block(_open, statements, last, _close) {
    const ctx: Context = this.args.ctx;
    const parsed: Ast.Stmt[] = each<Ast.Stmt | undefined>(statements, ctx).filter((s) => s !== undefined);
    const tail = optional<Ast.Stmt>(last, ctx);
    if (tail !== undefined && tail.kind !== "expr-stmt") parsed.push(tail);
    const result = tail?.kind === "expr-stmt" ? tail.expr : undefined;
    return { kind: "block", span: spanOf(this, ctx), statements: parsed, result } satisfies Ast.Block;
  },
  Stmt_empty(_semi) {
    return undefined;
  },
  Stmt_block(statement, _semi) {
    return ast(statement, this.args.ctx);
  },
  Stmt_simple(statement, _semi) {
    return ast(statement, this.args.ctx);
  },
  LastStmt(statement, _close) {
    return ast(statement, this.args.ctx);
  },
  BlockStmt(statement) {
    const ctx: Context = this.args.ctx;
    const parsed = ast<Ast.Stmt | Ast.Block>(statement, ctx);
    if (parsed.kind !== "block") return parsed;
    return { kind: "block-stmt", span: parsed.span, block: parsed } satisfies Ast.Stmt;
  },
  If(_if, condition, body, otherwise) {
    const ctx: Context = this.args.ctx;
    return {
      kind: "if",
      span: spanOf(this, ctx),
      condition: ast<Ast.Expr>(condition, ctx),
      // biome-ignore lint/suspicious/noThenProperty: the tree's own field name
      then: ast<Ast.Block>(body, ctx),
      else: optional<Ast.Block | Ast.Stmt>(otherwise, ctx),
    } satisfies Ast.Stmt;
  },
  Else(_else, body) {
    return ast(body, this.args.ctx);
  },
  While(_while, condition, body) {
    const ctx: Context = this.args.ctx;
    return {
      kind: "while",
      span: spanOf(this, ctx),
      condition: ast<Ast.Expr>(condition, ctx),
      body: asBody(ast(body, ctx)),
    } satisfies Ast.Stmt;
  },
  Unroll(_unroll, count, body) {
    const ctx: Context = this.args.ctx;
    return {
      kind: "unroll",
      span: spanOf(this, ctx),
      count: ast<Ast.Expr>(count, ctx),
      body: asBody(ast(body, ctx)),
    } satisfies Ast.Stmt;
  },
  For(_for, head, body) {
    const ctx: Context = this.args.ctx;
    const { variable, variableSpan, from, to } = ast<ForHead>(head, ctx);
    const shared = { span: spanOf(this, ctx), variable, variableSpan, body: asBody(ast(body, ctx)) };
    return (
      to === undefined ? { kind: "for-map", map: from, ...shared } : { kind: "for-range", from, to, ...shared }
    ) satisfies Ast.Stmt;
  },
  ForHead_parens(_open, variable, _colon, source, _close) {
    return forHead(variable, source, this.args.ctx);
  },
  ForHead_bare(variable, _colon, source) {
    return forHead(variable, source, this.args.ctx);
  },
  ForSource(from, to) {
    const ctx: Context = this.args.ctx;
    return { from: ast<Ast.Expr>(from, ctx), to: optional<Ast.Expr>(to, ctx) };
  },
  ForEnd(_dots, to) {
    return ast(to, this.args.ctx);
  },
  Let(_let, variable, type, value) {
    const ctx: Context = this.args.ctx;
    return {
      kind: "let",
      span: spanOf(this, ctx),
      name: withoutSigil(variable),
      type: optional<Ast.TypeName>(type, ctx),
      value: optional<Ast.Expr>(value, ctx),
    } satisfies Ast.Stmt;
  },
  LetType(_colon, type) {
    return ast(type, this.args.ctx);
  },
  LetValue(_eq, value) {
    return ast(value, this.args.ctx);
  },
  Return(_return, value) {
    const ctx: Context = this.args.ctx;
    return { kind: "return", span: spanOf(this, ctx), value: optional<Ast.Expr>(value, ctx) } satisfies Ast.Stmt;
  },
  Jump(word) {
    const kind = word.sourceString === "break" ? "break" : "continue";
    return { kind, span: spanOf(this, this.args.ctx) } satisfies Ast.Stmt;
  },
  ImportStmt(_import, path) {
    const ctx: Context = this.args.ctx;
    return { kind: "import-stmt", span: spanOf(this, ctx), path: stringOf(path, ctx) } satisfies Ast.Stmt;
  },
  Assign(target, tail) {
    const ctx: Context = this.args.ctx;
    const left = ast<Ast.Expr>(target, ctx);
    const assigned = optional<{ op: Ast.AssignOp; value: Ast.Expr; span: Ast.Expr["span"] }>(tail, ctx);
    const span = spanOf(this, ctx);
    if (assigned === undefined) return { kind: "expr-stmt", span, expr: left } satisfies Ast.Stmt;
    const { op, value } = assigned;
    if (op === "=" && left.kind === "identifier" && left.name === "_") {
      return { kind: "discard", span, value } satisfies Ast.Stmt;
    }
    if (!isAssignable(left)) ctx.report("assignment-target", assigned.span, {});
    return { kind: "assign", span, op, target: left, value } satisfies Ast.Stmt;
  },
  AssignTail(op, value) {
    const ctx: Context = this.args.ctx;
    return { op: op.sourceString, value: ast<Ast.Expr>(value, ctx), span: spanOf(op, ctx) };
  },
};

type ForHead = { variable: string; variableSpan: Ast.Expr["span"]; from: Ast.Expr; to: Ast.Expr | undefined };

function forHead(variable: Node, source: Node, ctx: Context): ForHead {
  const range = ast<Pick<ForHead, "from" | "to">>(source, ctx);
  return { variable: withoutSigil(variable), variableSpan: spanOf(variable, ctx), ...range };
}

function stringOf(node: Node, ctx: Context): string {
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
