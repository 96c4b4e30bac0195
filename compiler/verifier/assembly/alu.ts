/**
 * Arithmetic on numbers: what a 32- or 64-bit operation leaves known of its destination.
 *
 * Kernel: adjust_scalar_min_max_vals in kernel/bpf/verifier.c. Ranges of sums and products are alu-ranges.ts, bitwise
 * operations and shifts alu-bits.ts.
 */
import { arsh, bitwise, lsh, rsh } from "./alu-bits";
import { add32, add64, mul32, mul64, sub32, sub64 } from "./alu-ranges";
import { settle, sync, truncate, zeroExtend } from "./bounds";
import {
  FEAT_ALU_RANGES,
  FEAT_TNUM_UNION,
  OP_ADD,
  OP_AND,
  OP_ARSH,
  OP_LSH,
  OP_MUL,
  OP_NEG,
  OP_OR,
  OP_RSH,
  OP_SUB,
  OP_XOR,
} from "./codes.gen";
import { has } from "./env";
import { copyReg, markKnown, markUnknown, Reg, setKnown, takeTnum, unbound32, unbound64 } from "./reg";
import { tnumAdd, tnumMulSplit, tnumMulUnion, tnumSub } from "./tnum";

const scratch: Reg = changetype<Reg>(memory.data(96, 16));

/** A shift's distance must be known and within the width; divisions leave nothing known. */
function isComputable(op: i32, s: Reg, narrow: bool): bool {
  if (op == OP_LSH || op == OP_RSH || op == OP_ARSH) {
    const known = narrow
      ? <u32>s.tm == 0 && s.umin32 == s.umax32 && s.smin32 == s.smax32
      : s.tm == 0 && s.umin == s.umax && s.smin == s.smax;
    return known && s.umax < <u64>(narrow ? 32 : 64);
  }
  return op == OP_ADD || op == OP_SUB || op == OP_NEG || op == OP_AND || op == OP_OR || op == OP_XOR || op == OP_MUL;
}

/** The operation on two known numbers. */
function constant(op: i32, narrow: bool, a: u64, b: u64): u64 {
  let result: u64 = 0;
  switch (op) {
    case OP_ADD:
      result = a + b;
      break;
    case OP_SUB:
      result = a - b;
      break;
    case OP_NEG:
      result = 0 - a;
      break;
    case OP_MUL:
      result = a * b;
      break;
    case OP_AND:
      result = a & b;
      break;
    case OP_OR:
      result = a | b;
      break;
    case OP_XOR:
      result = a ^ b;
      break;
    case OP_LSH:
      result = a << b;
      break;
    case OP_RSH:
      result = narrow ? (a & 0xffffffff) >> b : a >> b;
      break;
    default:
      result = narrow ? <u64>((<i64>(a << 32) >> 32) >> <i64>b) : <u64>(<i64>a >> <i64>b);
  }
  return narrow ? result & 0xffffffff : result;
}

/** d = d OP s. Ids are the caller's to settle. */
export function compute(op: i32, narrow: bool, d: Reg, s: Reg): void {
  if (!has(FEAT_ALU_RANGES) && op != OP_ADD && op != OP_SUB && op != OP_AND && op != OP_NEG) {
    const known = narrow ? <u32>s.tm == 0 : s.tm == 0;
    if (!known) {
      markUnknown(d);
      return;
    }
  }
  if (!isComputable(op, s, narrow)) {
    markUnknown(d);
    // older kernels keep that a 32-bit result is one
    if (narrow && !has(FEAT_ALU_RANGES)) {
      zeroExtend(d);
      sync(d);
    }
    return;
  }
  const bothConst = d.tm == 0 && s.tm == 0;
  if (bothConst && d.umin == d.tv && d.umax == d.tv && s.umin == s.tv && s.umax == s.tv) {
    setKnown(d, constant(op, narrow, d.tv, s.tv));
    return;
  }
  switch (op) {
    case OP_ADD:
      add32(d, s);
      add64(d, s);
      tnumAdd(d.tv, d.tm, s.tv, s.tm);
      takeTnum(d);
      break;
    case OP_SUB:
      sub32(d, s);
      sub64(d, s);
      tnumSub(d.tv, d.tm, s.tv, s.tm);
      takeTnum(d);
      break;
    case OP_NEG:
      copyReg(scratch, d);
      setKnown(d, 0);
      sub32(d, scratch);
      sub64(d, scratch);
      tnumSub(0, 0, scratch.tv, scratch.tm);
      takeTnum(d);
      break;
    case OP_MUL:
      if (has(FEAT_TNUM_UNION)) tnumMulUnion(d.tv, d.tm, s.tv, s.tm);
      else tnumMulSplit(d.tv, d.tm, s.tv, s.tm);
      takeTnum(d);
      mul32(d, s);
      mul64(d, s);
      break;
    case OP_AND:
    case OP_OR:
    case OP_XOR:
      bitwise(op, d, s);
      break;
    case OP_LSH:
      lsh(d, narrow ? s.umin32 : <u32>s.umin, narrow);
      break;
    case OP_RSH:
      rsh(d, narrow ? s.umin32 : <u32>s.umin, narrow);
      break;
    case OP_ARSH:
      arsh(d, narrow ? s.umin32 : <u32>s.umin, narrow);
      break;
    default:
      unreachable();
  }
  if (narrow) zeroExtend(d);
  sync(d);
  settle(d);
}

/** The low `bits` of d in the other byte order (or in this one, if `swaps` is not set), zero-extended. */
export function swapBytes(d: Reg, bits: i32, swaps: bool): void {
  if (swaps || bits < 64) d.id = 0;
  if (swaps) {
    d.tv = reversed(d.tv, bits);
    d.tm = reversed(d.tm, bits);
    unbound64(d);
    unbound32(d);
  }
  if (bits < 64) truncate(d, bits >> 3);
  else sync(d);
  settle(d);
}
function reversed(x: u64, bits: i32): u64 {
  return bswap<u64>(x) >> (64 - bits);
}

/** to = from + distance, keeping to's own id and distance: how numbers that differ by a constant follow each other. */
export function follow(to: Reg, from: Reg, distance: i64): void {
  const off = to.off;
  const id = to.id;
  markKnown(scratch, <u64>distance);
  copyReg(to, from);
  to.off = off;
  to.id = id;
  add32(to, scratch);
  add64(to, scratch);
  tnumAdd(to.tv, to.tm, scratch.tv, scratch.tm);
  takeTnum(to);
}
