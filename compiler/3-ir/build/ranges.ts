/** Which ranges become plain loops instead of callbacks. */
import type { Stmt } from "../../2-check/typed.ts";

/** The verifier walks through every turn of a plain loop. */
const SHORT_RANGE = 100n;

/** Whether the range's length is known and small. */
export function isShortRange(stmt: Extract<Stmt, { readonly kind: "for-range" }>): boolean {
  const { from, to } = stmt;
  return from.kind === "constant" && to.kind === "constant" && to.value - from.value <= SHORT_RANGE;
}
