/**
 * Variables that a loop's body changes by what they were, counters and sums: what the verifier knows of them has to be hidden,
 * or it walks the body once for each count. Only numbers: of a pointer it has to know all.
 */
import type { Expr, Stmt, VarId } from "../../2-check/typed.ts";
import type { Lowering } from "./lowering.ts";
import { eachStatement, expressionsOf, operandsOf } from "./walk.ts";

/** The variables that the body of a loop counts. */
export function countedIn(cx: Lowering, body: readonly Stmt[]): readonly VarId[] {
  const found = new Set<VarId>();
  const visit = (expr: Expr): void => {
    if (expr.kind === "update-var") found.add(expr.var);
    for (const operand of operandsOf(expr)) visit(operand);
  };
  eachStatement(body, (stmt) => {
    if (stmt.kind === "assign-var" && stmt.value.kind !== "constant") found.add(stmt.var);
    for (const expr of expressionsOf(stmt)) visit(expr);
  });
  if (found.size === 0) return [];
  const addresses = addressesAmong(cx);
  return [...found].filter((id) => !addresses.has(id));
}

/** Variables that may hold an address that the verifier follows, as a pointer or as a number. */
function addressesAmong(cx: Lowering): ReadonlySet<VarId> {
  const functions = [...cx.functions.values()];
  const found = new Set<VarId>();
  for (const { vars } of [cx.probe, ...functions]) {
    for (const { id, type } of vars) if (type.kind === "pointer") found.add(id);
  }
  const holds = (expr: Expr): boolean => {
    switch (expr.kind) {
      case "constant":
        return false;
      case "var":
        return found.has(expr.var);
      case "cast":
      case "binary":
      case "member-address":
        return operandsOf(expr).some(holds);
      default:
        return expr.type.kind === "pointer" || operandsOf(expr).some(holds);
    }
  };
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const { body } of [cx.probe, ...functions]) {
      eachStatement(body, (stmt) => {
        if (stmt.kind === "assign-var" && holds(stmt.value)) found.add(stmt.var);
      });
    }
  }
  return found;
}
