/**
 * How many low bits of a value may be other than zero: light knowledge that drops extensions, masks and comparisons.
 *
 * Looks through a few definitions only; 64 means "nothing known".
 */
import type { Inst, ValueId } from "./ir.ts";

export type Definitions = (value: ValueId) => Inst | undefined;

const DEPTH = 4;

/** The value is below 2 ** knownBits. */
export function knownBits(value: ValueId, definition: Definitions, depth = DEPTH): number {
  const inst = definition(value);
  if (inst === undefined || depth === 0) return 64;
  switch (inst.kind) {
    case "const":
      return bitLength(BigInt.asUintN(64, inst.value));
    case "extend":
      return inst.signed ? 64 : Math.min(inst.bits, knownBits(inst.value, definition, depth - 1));
    case "swap":
      return inst.bits;
    case "compare":
      return 1;
    case "load":
      return inst.signed || inst.size === 8 ? 64 : inst.size * 8;
    case "binary":
      return ofBinary(inst, definition, depth - 1);
    default:
      return 64;
  }
}

function ofBinary(inst: Extract<Inst, { readonly kind: "binary" }>, definition: Definitions, depth: number): number {
  const left = (): number => knownBits(inst.left, definition, depth);
  const right = (): number => knownBits(inst.right, definition, depth);
  const count = definition(inst.right);
  switch (inst.op) {
    case "and":
      return Math.min(left(), right());
    case "or":
    case "xor":
      return Math.max(left(), right());
    case "add":
      return Math.min(64, Math.max(left(), right()) + 1);
    case "mul":
      return Math.min(64, left() + right());
    case "shr":
      return count?.kind === "const" ? Math.max(0, left() - Number(count.value & 63n)) : left();
    case "shl":
      return count?.kind === "const" ? Math.min(64, left() + Number(count.value & 63n)) : 64;
    // The verifier forgets all at a division: what it must know, a size's bound, stays a comparison or a mask behind it.
    case "udiv":
    case "umod":
    case "sub":
    case "sar":
      return 64;
  }
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}
