/**
 * The arithmetic of the form on constants: what the kernel computes, in signed 64-bit representation.
 *
 * Division by zero gives 0, the remainder by zero gives the dividend, shift counts are taken modulo 64
 * (Documentation/bpf/standardization/instruction-set.rst, "Arithmetic instructions").
 */
import { unreachable } from "../util/assert.ts";
import type { BinaryOp, CompareOp } from "./ir.ts";

export function signed64(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}
export function unsigned64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

export function evaluateBinary(op: BinaryOp, left: bigint, right: bigint): bigint {
  const l = unsigned64(left);
  const r = unsigned64(right);
  switch (op) {
    case "add":
      return signed64(l + r);
    case "sub":
      return signed64(l - r);
    case "mul":
      return signed64(l * r);
    case "udiv":
      return r === 0n ? 0n : signed64(l / r);
    case "umod":
      return r === 0n ? signed64(l) : signed64(l % r);
    case "and":
      return signed64(l & r);
    case "or":
      return signed64(l | r);
    case "xor":
      return signed64(l ^ r);
    case "shl":
      return signed64(l << (r & 63n));
    case "shr":
      return signed64(l >> (r & 63n));
    case "sar":
      return signed64(l) >> (r & 63n);
    default:
      return unreachable(op);
  }
}

/** width 32 compares the low halves. */
export function evaluateCompare(op: CompareOp, left: bigint, right: bigint, width: 32 | 64 = 64): boolean {
  const ul = BigInt.asUintN(width, left);
  const ur = BigInt.asUintN(width, right);
  const sl = BigInt.asIntN(width, left);
  const sr = BigInt.asIntN(width, right);
  switch (op) {
    case "eq":
      return ul === ur;
    case "ne":
      return ul !== ur;
    case "ult":
      return ul < ur;
    case "ule":
      return ul <= ur;
    case "ugt":
      return ul > ur;
    case "uge":
      return ul >= ur;
    case "slt":
      return sl < sr;
    case "sle":
      return sl <= sr;
    case "sgt":
      return sl > sr;
    case "sge":
      return sl >= sr;
    case "set":
      return (ul & ur) !== 0n;
    default:
      return unreachable(op);
  }
}

export function evaluateExtend(bits: number, signed: boolean, value: bigint): bigint {
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

export function evaluateSwap(bits: 16 | 32 | 64, value: bigint): bigint {
  let rest = BigInt.asUintN(bits, value);
  let out = 0n;
  for (let i = 0; i < bits; i += 8) {
    out = (out << 8n) | (rest & 0xffn);
    rest >>= 8n;
  }
  return signed64(out);
}

/** The comparison that holds exactly when the given one does not; "set" has none. */
export const INVERSE_COMPARE: Readonly<Record<CompareOp, CompareOp | undefined>> = {
  eq: "ne",
  ne: "eq",
  ult: "uge",
  ule: "ugt",
  ugt: "ule",
  uge: "ult",
  slt: "sge",
  sle: "sgt",
  sgt: "sle",
  sge: "slt",
  set: undefined,
};

/** The comparison that asks the same with its operands exchanged. */
export const MIRRORED_COMPARE: Readonly<Record<CompareOp, CompareOp>> = {
  eq: "eq",
  ne: "ne",
  ult: "ugt",
  ule: "uge",
  ugt: "ult",
  uge: "ule",
  slt: "sgt",
  sle: "sge",
  sgt: "slt",
  sge: "sle",
  set: "set",
};
