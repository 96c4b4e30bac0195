/** What expressions and statements of the checked program are made of. */
import type { Emit, Expr, Stmt } from "../../2-check/typed.ts";

/** Sub-expressions, in no particular order; of a block its result. */
export function operandsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "unary":
    case "cast":
    case "convert":
      return [expr.operand];
    case "binary":
    case "compare":
    case "compare-memory":
    case "logical":
      return [expr.left, expr.right];
    case "ternary":
      return [expr.condition, expr.then, expr.else];
    case "member":
    case "member-address":
      return [expr.pointer];
    case "value-member":
    case "tuple-element":
      return [expr.base];
    case "read":
      return expr.index === undefined ? [expr.pointer] : [expr.pointer, expr.index];
    case "element":
      return [expr.base, expr.index];
    case "tuple":
      return expr.elements;
    case "call":
    case "call-fn":
      return expr.args;
    case "map-get":
    case "map-aggregate":
    case "map-delete":
    case "map-has":
    case "map-find":
    case "map-address":
    case "update-map":
      return expr.key === undefined ? [] : [expr.key];
    case "param":
      return expr.skip === undefined ? [] : [expr.skip];
    case "block":
      return expr.result === undefined ? [] : [expr.result];
    default:
      return [];
  }
}

/** The expressions of a statement itself, without those of the statements in it. */
export function expressionsOf(stmt: Stmt): readonly Expr[] {
  switch (stmt.kind) {
    case "expr":
      return [stmt.expr];
    case "assign-var":
      return [stmt.value];
    case "assign-map":
      return stmt.key === undefined ? [stmt.value] : [stmt.key, stmt.value];
    case "aggregate":
      return [stmt.key, stmt.arg].filter((each) => each !== undefined);
    case "if":
    case "while":
      return [stmt.condition];
    case "for-range":
      return [stmt.from, stmt.to];
    case "return":
      return stmt.value === undefined ? [] : [stmt.value];
    case "emit":
      return expressionsOfEvent(stmt.event);
    case "unroll":
    case "for-map":
    case "break":
    case "continue":
      return [];
  }
}

function expressionsOfEvent(event: Emit): readonly Expr[] {
  switch (event.kind) {
    case "printf":
    case "errorf":
    case "warnf":
    case "cat":
    case "system":
      return event.args;
    case "print":
      return [event.value];
    case "exit":
      return event.code === undefined ? [] : [event.code];
    case "join":
      return [event.pointers];
    case "unwatch":
      return [event.address];
    case "assert":
      return [event.condition];
    case "print-map":
    case "clear":
    case "zero":
    case "time":
      return [];
  }
}

/** The statements in a statement. */
export function bodyOf(stmt: Stmt): readonly Stmt[] {
  switch (stmt.kind) {
    case "if":
      return [...stmt.then, ...stmt.else];
    case "unroll":
    case "while":
    case "for-map":
    case "for-range":
      return stmt.body;
    default:
      return [];
  }
}

/** Calls `visit` for each statement, those inside statements and expressions included. */
export function eachStatement(body: readonly Stmt[], visit: (stmt: Stmt) => void): void {
  for (const stmt of body) {
    visit(stmt);
    eachStatement(bodyOf(stmt), visit);
    for (const expr of expressionsOf(stmt)) eachStatementIn(expr, visit);
  }
}

/** Calls `visit` for each statement in an expression. */
export function eachStatementIn(expr: Expr, visit: (stmt: Stmt) => void): void {
  if (expr.kind === "block") eachStatement(expr.body, visit);
  for (const operand of operandsOf(expr)) eachStatementIn(operand, visit);
}
