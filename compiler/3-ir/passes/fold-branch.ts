/** Folding of branches: takes in the comparison it asks about, decides what is known, drops choices that are none. */
import { evaluateCompare, INVERSE_COMPARE, MIRRORED_COMPARE } from "../evaluate.ts";
import type { CompareOp, Jump, Terminator, ValueId } from "../ir.ts";
import type { Folding } from "./fold.ts";
import { simplifyComparison } from "./fold-compare.ts";

/** A simpler terminator, or undefined. */
export function foldEnd(end: Terminator, folding: Folding): Terminator | undefined {
  if (end.kind !== "branch") return undefined;
  const go = (target: Jump): Terminator => ({ kind: "jump", target, span: end.span });
  if (sameJump(end.then, end.else)) return go(end.then);
  const left = folding.constantOf(end.left);
  const right = folding.constantOf(end.right);
  if (left !== undefined && right !== undefined) {
    return go(evaluateCompare(end.op, left, right, end.width) ? end.then : end.else);
  }
  if (left !== undefined) return { ...end, op: MIRRORED_COMPARE[end.op], left: end.right, right: end.left };
  if (end.width === 32) return undefined;

  const asked = folding.definition(end.left);
  if (asked?.kind === "compare" && (end.op === "ne" || end.op === "eq") && (right === 0n || right === 1n)) {
    const wanted = (end.op === "ne") === (right === 0n);
    const op: CompareOp | undefined = wanted ? asked.op : INVERSE_COMPARE[asked.op];
    if (op !== undefined) return { ...end, op, left: asked.left, right: asked.right };
    return { ...swapSides(end), op: asked.op, left: asked.left, right: asked.right };
  }
  const simpler = simplifyComparison(end.op, end.left, end.right, folding);
  if (simpler === undefined) return undefined;
  if (simpler.kind === "known") return go(simpler.value ? end.then : end.else);
  const next = { op: simpler.op, left: simpler.left, right: simpler.right };
  return simpler.negated ? { ...swapSides(end), ...next } : { ...end, ...next };
}

type Branch = Extract<Terminator, { readonly kind: "branch" }>;

function swapSides(end: Branch): Branch {
  const unlikely = end.unlikely === "then" ? "else" : end.unlikely === "else" ? "then" : undefined;
  return { ...end, then: end.else, else: end.then, unlikely };
}

function sameJump(a: Jump, b: Jump): boolean {
  return a.to === b.to && a.args.every((value: ValueId, i) => value === b.args[i]);
}
