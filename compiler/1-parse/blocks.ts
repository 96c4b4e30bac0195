/**
 * What a block's last expression means. The grammar reads `{ a; b }` the same way everywhere; here it becomes a
 * statement where the block's value is not used (probe, loop, `if` statement, fn) and the value where it is (macro,
 * block expression, branches of an `if` expression).
 */
import type { Block, Expr, Stmt } from "./ast.ts";

type If = Extract<Stmt, { kind: "if" }>;

/** The block as a body: no result. */
export function asBody(block: Block): Block {
  const statements = block.statements.map(settle);
  const { result } = block;
  if (result !== undefined) statements.push({ kind: "expr-stmt", span: result.span, expr: result });
  return { kind: "block", span: block.span, statements, result: undefined };
}

/** The block as a value: a last `if` or block that has a value in every branch becomes the result. */
export function asValue(block: Block): Block {
  const last = block.statements.at(-1);
  const value = block.result === undefined && last !== undefined ? valueOfStatement(last) : undefined;
  const rest = value === undefined ? block.statements : block.statements.slice(0, -1);
  return { kind: "block", span: block.span, statements: rest.map(settle), result: block.result ?? value };
}

/** Branches of statements that are not in value position are bodies. */
function settle(statement: Stmt): Stmt {
  if (statement.kind === "block-stmt") return { ...statement, block: asBody(statement.block) };
  if (statement.kind !== "if") return statement;
  const other = statement.else;
  return {
    ...statement,
    then: asBody(statement.then),
    else: other === undefined ? undefined : other.kind === "block" ? asBody(other) : settle(other),
  };
}

function valueOfStatement(statement: Stmt): Expr | undefined {
  if (statement.kind === "if") return ifValue(statement);
  if (statement.kind !== "block-stmt") return undefined;
  const block = asValue(statement.block);
  return block.result === undefined ? undefined : { kind: "block-expr", span: statement.span, block };
}

function ifValue(statement: If): Expr | undefined {
  const other = statement.else;
  if (other === undefined) return undefined;
  const whenTrue = asValue(statement.then);
  if (whenTrue.result === undefined) return undefined;
  let whenFalse: Block | Expr | undefined;
  if (other.kind === "block") {
    const block = asValue(other);
    if (block.result !== undefined) whenFalse = block;
  } else if (other.kind === "if") {
    whenFalse = ifValue(other);
  }
  if (whenFalse === undefined) return undefined;
  const { condition, span } = statement;
  return { kind: "if-expr", span, condition, then: whenTrue, else: whenFalse };
}
