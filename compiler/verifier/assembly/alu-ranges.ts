/**
 * Ranges of sums, differences and products; tristate numbers are the caller's to compute.
 *
 * Kernel: scalar32_min_max_add and its kin in kernel/bpf/verifier.c.
 */
import { FEAT_ADD_WRAP, FEAT_MUL_SIGNED } from "./codes.gen";
import { has } from "./env";
import {
  Reg,
  S32_MAX,
  S32_MIN,
  S64_MAX,
  S64_MIN,
  U32_MAX,
  U64_MAX,
  unbound32,
  unbound64,
  unboundSigned32,
  unboundSigned64,
  unboundUnsigned32,
  unboundUnsigned64,
} from "./reg";

function addOverflows(a: i64, b: i64): bool {
  const sum = a + b;
  return ((a ^ sum) & (b ^ sum)) < 0;
}
function subOverflows(a: i64, b: i64): bool {
  const difference = a - b;
  return ((a ^ b) & (a ^ difference)) < 0;
}
/** Signed ranges of 32 bits, or none if an end does not fit. */
function setSigned32(d: Reg, low: i64, high: i64): void {
  if (fits32(low) && fits32(high)) {
    d.smin32 = <i32>low;
    d.smax32 = <i32>high;
  } else {
    unboundSigned32(d);
  }
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
  setSigned32(d, <i64>d.smin32 + <i64>s.smin32, <i64>d.smax32 + <i64>s.smax32);
  const ulow = <u64>d.umin32 + <u64>s.umin32;
  const uhigh = <u64>d.umax32 + <u64>s.umax32;
  const lowOver = ulow > <u64>U32_MAX;
  const highOver = uhigh > <u64>U32_MAX;
  if (has(FEAT_ADD_WRAP) ? !lowOver && highOver : lowOver || highOver) {
    unboundUnsigned32(d);
  } else {
    d.umin32 = <u32>ulow;
    d.umax32 = <u32>uhigh;
  }
}
export function add64(d: Reg, s: Reg): void {
  if (addOverflows(d.smin, s.smin) || addOverflows(d.smax, s.smax)) {
    unboundSigned64(d);
  } else {
    d.smin += s.smin;
    d.smax += s.smax;
  }
  const low = d.umin + s.umin;
  const high = d.umax + s.umax;
  const lowOver = low < d.umin;
  const highOver = high < d.umax;
  if (has(FEAT_ADD_WRAP) ? !lowOver && highOver : lowOver || highOver) {
    unboundUnsigned64(d);
  } else {
    d.umin = low;
    d.umax = high;
  }
}
export function sub32(d: Reg, s: Reg): void {
  setSigned32(d, <i64>d.smin32 - <i64>s.smax32, <i64>d.smax32 - <i64>s.smin32);
  const lowUnder = d.umin32 < s.umax32;
  const highUnder = d.umax32 < s.umin32;
  if (has(FEAT_ADD_WRAP) ? lowUnder && !highUnder : lowUnder) {
    unboundUnsigned32(d);
  } else {
    d.umin32 -= s.umax32;
    d.umax32 -= s.umin32;
  }
}
export function sub64(d: Reg, s: Reg): void {
  if (subOverflows(d.smin, s.smax) || subOverflows(d.smax, s.smin)) {
    unboundSigned64(d);
  } else {
    d.smin -= s.smax;
    d.smax -= s.smin;
  }
  const lowUnder = d.umin < s.umax;
  const highUnder = d.umax < s.umin;
  if (has(FEAT_ADD_WRAP) ? lowUnder && !highUnder : lowUnder) {
    unboundUnsigned64(d);
  } else {
    d.umin -= s.umax;
    d.umax -= s.umin;
  }
}

function least(a: i64, b: i64, c: i64, d: i64): i64 {
  return min<i64>(min<i64>(a, b), min<i64>(c, d));
}
function greatest(a: i64, b: i64, c: i64, d: i64): i64 {
  return max<i64>(max<i64>(a, b), max<i64>(c, d));
}

export function mul32(d: Reg, s: Reg): void {
  if (!has(FEAT_MUL_SIGNED)) {
    if (s.smin32 < 0 || d.smin32 < 0 || s.umax32 > 0xffff || d.umax32 > 0xffff) return unbound32(d);
    d.umin32 *= s.umin32;
    d.umax32 *= s.umax32;
    if (d.umax32 > <u32>S32_MAX) {
      unboundSigned32(d);
    } else {
      d.smin32 = <i32>d.umin32;
      d.smax32 = <i32>d.umax32;
    }
    return;
  }
  const low = <u64>d.umin32 * <u64>s.umin32;
  const high = <u64>d.umax32 * <u64>s.umax32;
  if (high > <u64>U32_MAX || low > <u64>U32_MAX) {
    unboundUnsigned32(d);
  } else {
    d.umin32 = <u32>low;
    d.umax32 = <u32>high;
  }
  const a = <i64>d.smin32 * <i64>s.smin32;
  const b = <i64>d.smin32 * <i64>s.smax32;
  const c = <i64>d.smax32 * <i64>s.smin32;
  const e = <i64>d.smax32 * <i64>s.smax32;
  setSigned32(d, least(a, b, c, e), greatest(a, b, c, e));
}
export function mul64(d: Reg, s: Reg): void {
  if (!has(FEAT_MUL_SIGNED)) {
    if (s.smin < 0 || d.smin < 0 || s.umax > <u64>U32_MAX || d.umax > <u64>U32_MAX) return unbound64(d);
    d.umin *= s.umin;
    d.umax *= s.umax;
    if (d.umax > <u64>S64_MAX) {
      unboundSigned64(d);
    } else {
      d.smin = <i64>d.umin;
      d.smax = <i64>d.umax;
    }
    return;
  }
  if (mulOverflowsU(d.umax, s.umax) || mulOverflowsU(d.umin, s.umin)) {
    unboundUnsigned64(d);
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
    unboundSigned64(d);
  } else {
    const a = d.smin * s.smin;
    const b = d.smin * s.smax;
    const c = d.smax * s.smin;
    const e = d.smax * s.smax;
    d.smin = least(a, b, c, e);
    d.smax = greatest(a, b, c, e);
  }
}
