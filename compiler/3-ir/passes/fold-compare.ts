/** Simpler forms of one comparison; used for values and for branches alike. */
import { evaluateCompare, evaluateSwap, INVERSE_COMPARE } from "../evaluate.ts";
import type { CompareOp, ValueId } from "../ir.ts";
import { knownBits } from "../known-bits.ts";
import type { Folding } from "./fold.ts";

export type Simpler =
  | { readonly kind: "known"; readonly value: boolean }
  /** negated: the new comparison holds exactly when the old one does not. */
  | {
      readonly kind: "comparison";
      readonly op: CompareOp;
      readonly left: ValueId;
      readonly right: ValueId;
      readonly negated: boolean;
    };

/** @returns undefined if there is nothing simpler */
export function simplifyComparison(
  op: CompareOp,
  left: ValueId,
  right: ValueId,
  folding: Folding,
): Simpler | undefined {
  const known = (value: boolean): Simpler => ({ kind: "known", value });
  const as = (newOp: CompareOp, l: ValueId, r: ValueId, negated = false): Simpler => ({
    kind: "comparison",
    op: newOp,
    left: l,
    right: r,
    negated,
  });
  if (left === right && op !== "set") return known(evaluateCompare(op, 0n, 0n));
  const constant = folding.constantOf(right);
  if (constant === undefined) return undefined;
  const unsigned = BigInt.asUintN(64, constant);

  // Edges of the range.
  if (unsigned === 0n) {
    if (op === "ult" || op === "set") return known(false);
    if (op === "uge") return known(true);
    if (op === "ule") return as("eq", left, right);
    if (op === "ugt") return as("ne", left, right);
  }
  if (unsigned === 1n) {
    if (op === "ult") return as("eq", left, folding.constant(0n));
    if (op === "uge") return as("ne", left, folding.constant(0n));
  }
  // What the value's width decides.
  const bits = knownBits(left, folding.definition);
  if (bits < 64) {
    const most = (1n << BigInt(bits)) - 1n;
    const beyond = unsigned > most;
    if (beyond && (op === "eq" || op === "ugt" || op === "uge")) return known(false);
    if (beyond && (op === "ne" || op === "ult" || op === "ule")) return known(true);
    if (unsigned === most && op === "ugt") return known(false);
    if (unsigned === most && op === "ule") return known(true);
    if (bits < 64 && constant < 0n) {
      if (op === "slt" || op === "sle") return known(false);
      if (op === "sgt" || op === "sge") return known(true);
    }
    if (constant === 0n && op === "slt") return known(false);
    if (constant === 0n && op === "sge") return known(true);
    if (constant === 0n && op === "sgt") return as("ne", left, right);
    if (constant === 0n && op === "sle") return as("eq", left, right);
    if (bits === 1 && unsigned === 1n && (op === "eq" || op === "ne")) {
      return as(op === "eq" ? "ne" : "eq", left, folding.constant(0n));
    }
  }
  if (op !== "eq" && op !== "ne") return undefined;

  const source = folding.definition(left);
  if (source?.kind === "compare" && unsigned === 0n) {
    if (op === "ne") return as(source.op, source.left, source.right);
    const inverse = INVERSE_COMPARE[source.op];
    return inverse === undefined
      ? as(source.op, source.left, source.right, true)
      : as(inverse, source.left, source.right);
  }
  // A byte order undone on the constant's side: the value must have no other bits.
  if (source?.kind === "swap" && knownBits(source.value, folding.definition) <= source.bits) {
    if (source.bits < 64 && unsigned >> BigInt(source.bits) !== 0n) return known(op === "ne");
    return as(op, source.value, folding.constant(evaluateSwap(source.bits, constant)));
  }
  if (source?.kind !== "binary") return undefined;
  if (unsigned === 0n && (source.op === "sub" || source.op === "xor")) return as(op, source.left, source.right);
  const mask = unsigned === 0n && source.op === "and" ? folding.constantOf(source.right) : undefined;
  // A mask that is no immediate costs the same with either, and the masked value may be wanted as well.
  if (mask !== undefined && BigInt.asIntN(32, mask) === BigInt.asIntN(64, mask)) {
    return as("set", source.left, source.right, op === "eq");
  }
  return undefined;
}
