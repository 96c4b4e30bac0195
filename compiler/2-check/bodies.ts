/** Blocks used as statements. */
import type * as Ast from "../1-parse/ast.ts";
import { asStatements } from "./branches.ts";
import type { Context } from "./context.ts";
import { isError } from "./nodes.ts";
import type * as Typed from "./typed.ts";

/** As a statement's body: a value at the end is evaluated and dropped. */
export function bodyOf(ctx: Context, block: Ast.Block): readonly Typed.Stmt[] {
  const { body, result } = ctx.stmts(block);
  if (result === undefined || isError(result) || result.kind === "constant") return body;
  return [...body, ...asStatements(result)];
}
