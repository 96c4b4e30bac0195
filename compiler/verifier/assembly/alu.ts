/**
 * Arithmetic on numbers: what a 32- or 64-bit operation leaves known of its destination.
 *
 * Kernel: adjust_scalar_min_max_vals and the scalar*_min_max_* functions in kernel/bpf/verifier.c.
 */
import { settle, sync, truncate, update, update32, zeroExtend } from "./bounds";
import {
  FEAT_ADD_WRAP,
  FEAT_ALU_RANGES,
  FEAT_MUL_SIGNED,
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
import {
  copyReg,
  markKnown,
  markUnknown,
  Reg,
  S32_MAX,
  S32_MIN,
  S64_MAX,
  S64_MIN,
  setKnown,
  setKnown32,
  U32_MAX,
  U64_MAX,
  unbound32,
  unbound64,
} from "./reg";
import {
  tm,
  tnumAdd,
  tnumAnd,
  tnumArsh32,
  tnumArsh64,
  tnumLsh,
  tnumMulSplit,
  tnumMulUnion,
  tnumOr,
  tnumRsh,
  tnumSub,
  tnumXor,
  tv,
} from "./tnum";

const scratch: Reg = changetype<Reg>(memory.data(96, 16));

// ---- overflow tests ----
function addOverflows(a: i64, b: i64): bool {
  const sum = a + b;
  return ((a ^ sum) & (b ^ sum)) < 0;
}
function subOverflows(a: i64, b: i64): bool {
  const difference = a - b;
  return ((a ^ b) & (a ^ difference)) < 0;
}
function fits32(a: i64): bool {
  return a >= <i64>S32_MIN && a <= <i64>S32_MAX;
}
function mulOverflows(a: i64, b: i64): bool {
  if (a == 0 || b == 0) return false;
  if ((a == -1 && b == S64_MIN) || (b == -1 && a == S64_MIN)) return true;
  const product = a * b;
  return product / b != a;
}
function mulOverflowsU(a: u64, b: u64): bool {
  return a != 0 && b > U64_MAX / a;
}

export function add32(d: Reg, s: Reg): void {
  const low = <i64>d.smin32 + <i64>s.smin32;
  const high = <i64>d.smax32 + <i64>s.smax32;
  if (fits32(low) && fits32(high)) {
    d.smin32 = <i32>low;
    d.smax32 = <i32>high;
  } else {
    d.smin32 = S32_MIN;
    d.smax32 = S32_MAX;
  }
  const ulow = <u64>d.umin32 + <u64>s.umin32;
  const uhigh = <u64>d.umax32 + <u64>s.umax32;
  const lowOver = ulow > <u64>U32_MAX;
  const highOver = uhigh > <u64>U32_MAX;
  if (has(FEAT_ADD_WRAP) ? !lowOver && highOver : lowOver || highOver) {
    d.umin32 = 0;
    d.umax32 = U32_MAX;
  } else {
    d.umin32 = <u32>ulow;
    d.umax32 = <u32>uhigh;
  }
}
export function add64(d: Reg, s: Reg): void {
  if (addOverflows(d.smin, s.smin) || addOverflows(d.smax, s.smax)) {
    d.smin = S64_MIN;
    d.smax = S64_MAX;
  } else {
    d.smin += s.smin;
    d.smax += s.smax;
  }
  const low = d.umin + s.umin;
  const high = d.umax + s.umax;
  const lowOver = low < d.umin;
  const highOver = high < d.umax;
  if (has(FEAT_ADD_WRAP) ? !lowOver && highOver : lowOver || highOver) {
    d.umin = 0;
    d.umax = U64_MAX;
  } else {
    d.umin = low;
    d.umax = high;
  }
}
function sub32(d: Reg, s: Reg): void {
  const low = <i64>d.smin32 - <i64>s.smax32;
  const high = <i64>d.smax32 - <i64>s.smin32;
  if (fits32(low) && fits32(high)) {
    d.smin32 = <i32>low;
    d.smax32 = <i32>high;
  } else {
    d.smin32 = S32_MIN;
    d.smax32 = S32_MAX;
  }
  const lowUnder = d.umin32 < s.umax32;
  const highUnder = d.umax32 < s.umin32;
  if (has(FEAT_ADD_WRAP) ? lowUnder && !highUnder : lowUnder) {
    d.umin32 = 0;
    d.umax32 = U32_MAX;
  } else {
    d.umin32 -= s.umax32;
    d.umax32 -= s.umin32;
  }
}
function sub64(d: Reg, s: Reg): void {
  if (subOverflows(d.smin, s.smax) || subOverflows(d.smax, s.smin)) {
    d.smin = S64_MIN;
    d.smax = S64_MAX;
  } else {
    d.smin -= s.smax;
    d.smax -= s.smin;
  }
  const lowUnder = d.umin < s.umax;
  const highUnder = d.umax < s.umin;
  if (has(FEAT_ADD_WRAP) ? lowUnder && !highUnder : lowUnder) {
    d.umin = 0;
    d.umax = U64_MAX;
  } else {
    d.umin -= s.umax;
    d.umax -= s.umin;
  }
}

function min4(a: i64, b: i64, c: i64, d: i64): i64 {
  const x = a < b ? a : b;
  const y = c < d ? c : d;
  return x < y ? x : y;
}
function max4(a: i64, b: i64, c: i64, d: i64): i64 {
  const x = a > b ? a : b;
  const y = c > d ? c : d;
  return x > y ? x : y;
}

function mul32(d: Reg, s: Reg): void {
  if (!has(FEAT_MUL_SIGNED)) {
    if (s.smin32 < 0 || d.smin32 < 0 || s.umax32 > 0xffff || d.umax32 > 0xffff) return unbound32(d);
    d.umin32 *= s.umin32;
    d.umax32 *= s.umax32;
    if (d.umax32 > <u32>S32_MAX) {
      d.smin32 = S32_MIN;
      d.smax32 = S32_MAX;
    } else {
      d.smin32 = <i32>d.umin32;
      d.smax32 = <i32>d.umax32;
    }
    return;
  }
  const low = <u64>d.umin32 * <u64>s.umin32;
  const high = <u64>d.umax32 * <u64>s.umax32;
  if (high > <u64>U32_MAX || low > <u64>U32_MAX) {
    d.umin32 = 0;
    d.umax32 = U32_MAX;
  } else {
    d.umin32 = <u32>low;
    d.umax32 = <u32>high;
  }
  const a = <i64>d.smin32 * <i64>s.smin32;
  const b = <i64>d.smin32 * <i64>s.smax32;
  const c = <i64>d.smax32 * <i64>s.smin32;
  const e = <i64>d.smax32 * <i64>s.smax32;
  if (fits32(a) && fits32(b) && fits32(c) && fits32(e)) {
    d.smin32 = <i32>min4(a, b, c, e);
    d.smax32 = <i32>max4(a, b, c, e);
  } else {
    d.smin32 = S32_MIN;
    d.smax32 = S32_MAX;
  }
}
function mul64(d: Reg, s: Reg): void {
  if (!has(FEAT_MUL_SIGNED)) {
    if (s.smin < 0 || d.smin < 0 || s.umax > <u64>U32_MAX || d.umax > <u64>U32_MAX) return unbound64(d);
    d.umin *= s.umin;
    d.umax *= s.umax;
    if (d.umax > <u64>S64_MAX) {
      d.smin = S64_MIN;
      d.smax = S64_MAX;
    } else {
      d.smin = <i64>d.umin;
      d.smax = <i64>d.umax;
    }
    return;
  }
  if (mulOverflowsU(d.umax, s.umax) || mulOverflowsU(d.umin, s.umin)) {
    d.umin = 0;
    d.umax = U64_MAX;
  } else {
    d.umin *= s.umin;
    d.umax *= s.umax;
  }
  if (
    mulOverflows(d.smin, s.smin) ||
    mulOverflows(d.smin, s.smax) ||
    mulOverflows(d.smax, s.smin) ||
    mulOverflows(d.smax, s.smax)
  ) {
    d.smin = S64_MIN;
    d.smax = S64_MAX;
  } else {
    const a = d.smin * s.smin;
    const b = d.smin * s.smax;
    const c = d.smax * s.smin;
    const e = d.smax * s.smax;
    d.smin = min4(a, b, c, e);
    d.smax = max4(a, b, c, e);
  }
}

/** Signed ranges after a bitwise operation: those of the unsigned ones if they do not cross the sign. */
function signed32(d: Reg): void {
  if (<i32>d.umin32 <= <i32>d.umax32) {
    d.smin32 = <i32>d.umin32;
    d.smax32 = <i32>d.umax32;
  } else {
    d.smin32 = S32_MIN;
    d.smax32 = S32_MAX;
  }
}
function signed64(d: Reg): void {
  if (<i64>d.umin <= <i64>d.umax) {
    d.smin = <i64>d.umin;
    d.smax = <i64>d.umax;
  } else {
    d.smin = S64_MIN;
    d.smax = S64_MAX;
  }
}

/** d's tristate number is the result's already; the ranges are still the operand's. */
function bitwise(op: i32, d: Reg, s: Reg, bothConst32: bool, bothConst64: bool): void {
  if (bothConst32) {
    setKnown32(d, d.tv);
  } else {
    const v = <u32>d.tv;
    const any = v | <u32>d.tm;
    if (op == OP_AND) {
      d.umin32 = v;
      if (s.umax32 < d.umax32) d.umax32 = s.umax32;
    } else if (op == OP_OR) {
      if (s.umin32 > d.umin32) d.umin32 = s.umin32;
      d.umax32 = any;
    } else {
      d.umin32 = v;
      d.umax32 = any;
    }
    signed32(d);
  }
  if (bothConst64) {
    setKnown(d, d.tv);
    return;
  }
  const any = d.tv | d.tm;
  if (op == OP_AND) {
    d.umin = d.tv;
    if (s.umax < d.umax) d.umax = s.umax;
  } else if (op == OP_OR) {
    if (s.umin > d.umin) d.umin = s.umin;
    d.umax = any;
  } else {
    d.umin = d.tv;
    d.umax = any;
  }
  signed64(d);
  update(d);
}

function lsh32Ranges(d: Reg, shift: u32): void {
  d.smin32 = S32_MIN;
  d.smax32 = S32_MAX;
  if (shift > 31 || <u64>d.umax32 > <u64>1 << (31 - shift)) {
    d.umin32 = 0;
    d.umax32 = U32_MAX;
  } else {
    d.umin32 <<= shift;
    d.umax32 <<= shift;
  }
}
function lsh(d: Reg, shift: u32, narrow: bool): void {
  if (narrow) {
    lsh32Ranges(d, shift);
    tnumLsh(d.tv & 0xffffffff, d.tm & 0xffffffff, shift);
    d.tv = tv & 0xffffffff;
    d.tm = tm & 0xffffffff;
    unbound64(d);
    update32(d);
    return;
  }
  d.smax = shift == 32 && d.smax32 >= 0 ? <i64>d.smax32 << 32 : S64_MAX;
  d.smin = shift == 32 && d.smin32 >= 0 ? <i64>d.smin32 << 32 : S64_MIN;
  if (d.umax > <u64>1 << (63 - shift)) {
    d.umin = 0;
    d.umax = U64_MAX;
  } else {
    d.umin <<= shift;
    d.umax <<= shift;
  }
  lsh32Ranges(d, shift);
  tnumLsh(d.tv, d.tm, shift);
  d.tv = tv;
  d.tm = tm;
  update(d);
}
function rsh(d: Reg, shift: u32, narrow: bool): void {
  if (narrow) {
    d.smin32 = S32_MIN;
    d.smax32 = S32_MAX;
    tnumRsh(d.tv & 0xffffffff, d.tm & 0xffffffff, shift);
    d.tv = tv;
    d.tm = tm;
    d.umin32 >>= shift;
    d.umax32 >>= shift;
    unbound64(d);
    update32(d);
    return;
  }
  d.smin = S64_MIN;
  d.smax = S64_MAX;
  tnumRsh(d.tv, d.tm, shift);
  d.tv = tv;
  d.tm = tm;
  d.umin >>= shift;
  d.umax >>= shift;
  unbound32(d);
  update(d);
}
function arsh(d: Reg, shift: u32, narrow: bool): void {
  if (narrow) {
    d.smin32 >>= shift;
    d.smax32 >>= shift;
    tnumArsh32(d.tv & 0xffffffff, d.tm & 0xffffffff, shift);
    d.tv = tv;
    d.tm = tm;
    d.umin32 = 0;
    d.umax32 = U32_MAX;
    unbound64(d);
    update32(d);
    return;
  }
  d.smin >>= shift;
  d.smax >>= shift;
  tnumArsh64(d.tv, d.tm, shift);
  d.tv = tv;
  d.tm = tm;
  d.umin = 0;
  d.umax = U64_MAX;
  unbound32(d);
  update(d);
}

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
  const bothConst32 = <u32>d.tm == 0 && <u32>s.tm == 0;
  const bothConst64 = d.tm == 0 && s.tm == 0;
  if (bothConst64 && d.umin == d.tv && d.umax == d.tv && s.umin == s.tv && s.umax == s.tv) {
    setKnown(d, constant(op, narrow, d.tv, s.tv));
    return;
  }
  switch (op) {
    case OP_ADD:
      add32(d, s);
      add64(d, s);
      tnumAdd(d.tv, d.tm, s.tv, s.tm);
      d.tv = tv;
      d.tm = tm;
      break;
    case OP_SUB:
      sub32(d, s);
      sub64(d, s);
      tnumSub(d.tv, d.tm, s.tv, s.tm);
      d.tv = tv;
      d.tm = tm;
      break;
    case OP_NEG:
      copyReg(scratch, d);
      setKnown(d, 0);
      sub32(d, scratch);
      sub64(d, scratch);
      tnumSub(0, 0, scratch.tv, scratch.tm);
      d.tv = tv;
      d.tm = tm;
      break;
    case OP_MUL:
      if (has(FEAT_TNUM_UNION)) tnumMulUnion(d.tv, d.tm, s.tv, s.tm);
      else tnumMulSplit(d.tv, d.tm, s.tv, s.tm);
      d.tv = tv;
      d.tm = tm;
      mul32(d, s);
      mul64(d, s);
      break;
    case OP_AND:
      tnumAnd(d.tv, d.tm, s.tv, s.tm);
      d.tv = tv;
      d.tm = tm;
      bitwise(op, d, s, bothConst32, bothConst64);
      break;
    case OP_OR:
      tnumOr(d.tv, d.tm, s.tv, s.tm);
      d.tv = tv;
      d.tm = tm;
      bitwise(op, d, s, bothConst32, bothConst64);
      break;
    case OP_XOR:
      tnumXor(d.tv, d.tm, s.tv, s.tm);
      d.tv = tv;
      d.tm = tm;
      bitwise(op, d, s, bothConst32, bothConst64);
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
  to.tv = tv;
  to.tm = tm;
}
