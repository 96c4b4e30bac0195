/**
 * Which ranges become plain loops instead of callbacks. The verifier walks through every turn of a plain loop, of a callback
 * only until nothing new is seen; a million instructions are the most that it walks in a program.
 */
import type { Expr, Stmt } from "../../2-check/typed.ts";
import { sizeOf } from "../../types/layout.ts";
import { bodyOf, expressionsOf, operandsOf } from "./walk.ts";

type Range = Extract<Stmt, { readonly kind: "for-range" }>;

/** The longest plain loop, in turns and in instructions to walk. */
const SHORT_RANGE = 100n;
const SHORT_WALK = 60_000;

/** Instructions, about: of any node, of a turn of a text's search, of a comparison's eight bytes, of a script's function. */
const NODE = 5;
const SEARCH_TURN = 40;
const WORD = 12;
const FUNCTION = 2000;
/** Turns of a loop whose end is not known, and walks through a callback. */
const WHILE_TURNS = 64;
const CALLBACK_WALKS = 4;

/** Whether the range's length is known and the verifier's way through it short. */
export function isShortRange(stmt: Range): boolean {
  return isShort(stmt, walk(stmt.body));
}

function isShort(stmt: Range, inside: number): boolean {
  const turns = turnsOf(stmt);
  return turns !== undefined && turns <= SHORT_RANGE && Number(turns) * inside <= SHORT_WALK;
}

function turnsOf({ from, to }: Range): bigint | undefined {
  return from.kind === "constant" && to.kind === "constant" ? to.value - from.value : undefined;
}

/** Instructions that the verifier walks in statements, about. */
function walk(body: readonly Stmt[]): number {
  return body.reduce((sum, stmt) => sum + walkStmt(stmt), 0);
}

function walkStmt(stmt: Stmt): number {
  const inside = walk(bodyOf(stmt));
  return NODE + walkAll(expressionsOf(stmt)) + roundsOf(stmt, inside) * inside;
}

/** How often the verifier walks the statements in a statement, which cost it `inside` each time. */
function roundsOf(stmt: Stmt, inside: number): number {
  switch (stmt.kind) {
    case "unroll":
      return stmt.count;
    case "while":
      return WHILE_TURNS;
    case "for-map":
      return CALLBACK_WALKS;
    case "for-range":
      return isShort(stmt, inside) ? Number(turnsOf(stmt) ?? 0n) : CALLBACK_WALKS;
    default:
      return 1;
  }
}

function walkAll(exprs: readonly Expr[]): number {
  return exprs.reduce((sum, expr) => sum + walkExpr(expr), 0);
}

function walkExpr(expr: Expr): number {
  const inside = NODE + walkAll(operandsOf(expr));
  switch (expr.kind) {
    case "block":
      return inside + walk(expr.body);
    case "call-fn":
      return inside + FUNCTION;
    case "compare-memory":
      return inside + words(expr.left) * WORD;
    case "call": {
      const [first] = expr.args;
      if (first === undefined) return inside;
      if (expr.name === "strcontains" || expr.name === "strstr") return inside + sizeOf(first.type) * SEARCH_TURN;
      return inside + (expr.name === "strncmp" || expr.name === "memcmp" ? words(first) * WORD : 2 * NODE);
    }
    default:
      return inside;
  }
}

function words(expr: Expr): number {
  return Math.ceil(sizeOf(expr.type) / 8);
}
