/**
 * One register's five views of a number (tristate, signed and unsigned, 64 and 32 bits) tighten each other; and how
 * loads and moves of fewer bits cut them.
 *
 * Never tighter than the kernel's own rules, or the model would accept what it refuses: reg_bounds_sync and
 * coerce_reg_to_size* in kernel/bpf/verifier.c. What a kernel lacks is left out by its profile's features.
 */
import { FEAT_BOUNDS_BOTH, FEAT_BOUNDS_CROSS, FEAT_BOUNDS_CROSS32, FEAT_TNUM_SINGLE } from "./codes.gen";
import { has } from "./env";
import { Reg, S32_MAX, S32_MIN, setKnown, takeTnum, U32_MAX, U64_MAX, unbound, unbound32 } from "./reg";
import { tm, tnumAfter, tnumIntersect, tnumRange, tv } from "./tnum";

/** Ranges of 32 bits from the tristate number. */
export function update32(r: Reg): void {
  const v = <u32>r.tv;
  const m = <u32>r.tm;
  r.smin32 = max<i32>(r.smin32, <i32>(v | (m & 0x80000000)));
  r.smax32 = min<i32>(r.smax32, <i32>(v | (m & 0x7fffffff)));
  r.umin32 = max<u32>(r.umin32, v);
  r.umax32 = min<u32>(r.umax32, v | m);
}
function update64(r: Reg): void {
  r.smin = max<i64>(r.smin, <i64>(r.tv | (r.tm & 0x8000000000000000)));
  r.smax = min<i64>(r.smax, <i64>(r.tv | (r.tm & 0x7fffffffffffffff)));
  r.umin = max<u64>(r.umin, r.tv);
  r.umax = min<u64>(r.umax, r.tv | r.tm);
  if (has(FEAT_TNUM_SINGLE)) single(r);
}

/** Where range and tristate number have one number in common, it is that. */
function single(r: Reg): void {
  const v = r.tv;
  const m = r.tm;
  const low = r.umin;
  const next = tnumAfter(v, m, low);
  if ((low & ~m) == v) {
    if (next > r.umax) setKnown(r, low);
  } else if (next == (v | m)) {
    setKnown(r, next);
  } else if (next <= r.umax && tnumAfter(v, m, next) > r.umax) {
    setKnown(r, next);
  }
}
export function update(r: Reg): void {
  update32(r);
  update64(r);
}

function deduce32(r: Reg): void {
  if (has(FEAT_BOUNDS_BOTH)) {
    if (r.umin >> 32 == r.umax >> 32) {
      r.umin32 = max<u32>(r.umin32, <u32>r.umin);
      r.umax32 = min<u32>(r.umax32, <u32>r.umax);
      if (<i32>r.umin <= <i32>r.umax) {
        r.smin32 = max<i32>(r.smin32, <i32>r.umin);
        r.smax32 = min<i32>(r.smax32, <i32>r.umax);
      }
    }
    if (r.smin >> 32 == r.smax >> 32) {
      if (<u32>r.smin <= <u32>r.smax) {
        r.umin32 = max<u32>(r.umin32, <u32>r.smin);
        r.umax32 = min<u32>(r.umax32, <u32>r.smax);
      }
      if (<i32>r.smin <= <i32>r.smax) {
        r.smin32 = max<i32>(r.smin32, <i32>r.smin);
        r.smax32 = min<i32>(r.smax32, <i32>r.smax);
      }
    }
    // two neighbouring upper halves, the lower half passing from negative to positive
    if (<u32>(r.umin >> 32) + 1 == <u32>(r.umax >> 32) && <i32>r.umin < 0 && <i32>r.umax >= 0) {
      r.smin32 = max<i32>(r.smin32, <i32>r.umin);
      r.smax32 = min<i32>(r.smax32, <i32>r.umax);
    }
    if (<u32>(r.smin >> 32) + 1 == <u32>(r.smax >> 32) && <i32>r.smin < 0 && <i32>r.smax >= 0) {
      r.smin32 = max<i32>(r.smin32, <i32>r.smin);
      r.smax32 = min<i32>(r.smax32, <i32>r.smax);
    }
  }
  if (<i32>r.umin32 <= <i32>r.umax32) {
    r.smin32 = max<i32>(r.smin32, <i32>r.umin32);
    r.smax32 = min<i32>(r.smax32, <i32>r.umax32);
  }
  if (<u32>r.smin32 <= <u32>r.smax32) {
    r.umin32 = max<u32>(<u32>r.smin32, r.umin32);
    r.umax32 = min<u32>(<u32>r.smax32, r.umax32);
  } else if (has(FEAT_BOUNDS_CROSS32)) {
    if (r.umax32 < <u32>r.smin32) {
      r.smin32 = <i32>r.umin32;
      r.umax32 = min<u32>(r.umax32, <u32>r.smax32);
    } else if (<u32>r.smax32 < r.umin32) {
      r.smax32 = <i32>r.umax32;
      r.umin32 = max<u32>(r.umin32, <u32>r.smin32);
    }
  }
}

function deduce64(r: Reg): void {
  if (<i64>r.umin <= <i64>r.umax) {
    r.smin = max<i64>(r.smin, <i64>r.umin);
    r.smax = min<i64>(r.smax, <i64>r.umax);
  }
  if (<u64>r.smin <= <u64>r.smax) {
    r.umin = max<u64>(<u64>r.smin, r.umin);
    r.umax = min<u64>(<u64>r.smax, r.umax);
  } else if (has(FEAT_BOUNDS_CROSS)) {
    if (r.umax < <u64>r.smin) {
      r.smin = <i64>r.umin;
      r.umax = min<u64>(r.umax, <u64>r.smax);
    } else if (<u64>r.smax < r.umin) {
      r.smax = <i64>r.umax;
      r.umin = max<u64>(r.umin, <u64>r.smin);
    }
  }
}

function deduceMixed(r: Reg): void {
  if (!has(FEAT_BOUNDS_BOTH)) return;
  r.umin = max<u64>(r.umin, (r.umin & 0xffffffff00000000) | <u64>r.umin32);
  r.umax = min<u64>(r.umax, (r.umax & 0xffffffff00000000) | <u64>r.umax32);
  r.smin = max<i64>(r.smin, (r.smin & <i64>0xffffffff00000000) | <i64>r.umin32);
  r.smax = min<i64>(r.smax, (r.smax & <i64>0xffffffff00000000) | <i64>r.umax32);
  if (r.smin32 >= 0 && r.smin >= <i64>S32_MIN && r.smax <= <i64>S32_MAX) {
    r.smin = <i64>r.smin32;
    r.smax = <i64>r.smax32;
    r.umin = <u64>r.smin32;
    r.umax = <u64>r.smax32;
    tnumRange(<u64>r.smin, <u64>r.smax);
    tnumIntersect(r.tv, r.tm, tv, tm);
    takeTnum(r);
  }
}

function deduce(r: Reg): void {
  deduce32(r);
  deduce64(r);
  deduceMixed(r);
}

/** The tristate number from the ranges. */
function boundOffset(r: Reg): void {
  tnumRange(r.umin, r.umax);
  tnumIntersect(r.tv, r.tm, tv, tm);
  const v64 = tv;
  const m64 = tm;
  tnumRange(<u64>r.umin32, <u64>r.umax32);
  tnumIntersect(v64 & 0xffffffff, m64 & 0xffffffff, tv, tm);
  r.tv = (v64 & 0xffffffff00000000) | tv;
  r.tm = (m64 & 0xffffffff00000000) | tm;
}

/** All views tighten each other. */
export function sync(r: Reg): void {
  update(r);
  deduce(r);
  if (has(FEAT_BOUNDS_BOTH)) deduce(r);
  if (has(FEAT_BOUNDS_CROSS)) deduce(r);
  boundOffset(r);
  update(r);
}

/** A register whose views contradict each other (on a dead branch) is known in none of them. */
export function settle(r: Reg): void {
  let bad = r.umin > r.umax || r.smin > r.smax || r.umin32 > r.umax32 || r.smin32 > r.smax32;
  if (!bad && r.tm == 0) {
    bad = r.umin != r.tv || r.umax != r.tv || r.smin != <i64>r.tv || r.smax != <i64>r.tv;
  }
  if (!bad && <u32>r.tm == 0) {
    const v = <u32>r.tv;
    bad = r.umin32 != v || r.umax32 != v || r.smin32 != <i32>v || r.smax32 != <i32>v;
  }
  if (bad) unbound(r);
}

/** The upper half becomes 0. */
export function zeroExtend(r: Reg): void {
  r.tv &= 0xffffffff;
  r.tm &= 0xffffffff;
  r.umin = r.umin32;
  r.umax = r.umax32;
  if (r.smin32 >= 0 && r.smax32 >= 0) {
    r.smin = r.smin32;
    r.smax = r.smax32;
  } else {
    r.smin = 0;
    r.smax = <i64>U32_MAX;
  }
}

/** A load of `size` < 8 bytes, zero-extended. */
export function truncate(r: Reg, size: i32): void {
  const mask: u64 = (<u64>1 << (size * 8)) - 1;
  r.tv &= mask;
  r.tm &= mask;
  if ((r.umin & ~mask) == (r.umax & ~mask)) {
    r.umin &= mask;
    r.umax &= mask;
  } else {
    r.umin = 0;
    r.umax = mask;
  }
  r.smin = <i64>r.umin;
  r.smax = <i64>r.umax;
  if (size < 4) unbound32(r);
  sync(r);
}

function extend(value: u64, size: i32): i64 {
  return size == 1 ? <i64>(<i8>value) : size == 2 ? <i64>(<i16>value) : <i64>(<i32>value);
}

/** The low `size` bytes, sign-extended to 64 bits. */
export function signExtend(r: Reg, size: i32): void {
  if (r.tm == 0) {
    const v = <u64>extend(r.tv, size);
    r.tv = v;
    r.smin = r.smax = <i64>v;
    r.umin = r.umax = v;
    r.smin32 = r.smax32 = <i32>v;
    r.umin32 = r.umax32 = <u32>v;
    return;
  }
  const bits = size * 8;
  if (<u64>r.smax >> bits == <u64>r.smin >> bits) {
    const a = extend(<u64>r.smax, size);
    const b = extend(<u64>r.smin, size);
    const high = max<i64>(a, b);
    const low = min<i64>(a, b);
    if (high >= 0 == low >= 0) {
      r.smin = low;
      r.smax = high;
      r.umin = <u64>low;
      r.umax = <u64>high;
      r.smin32 = <i32>low;
      r.smax32 = <i32>high;
      r.umin32 = <u32>low;
      r.umax32 = <u32>high;
      tnumRange(<u64>low, <u64>high);
      takeTnum(r);
      return;
    }
  }
  const low: i64 = size == 1 ? -128 : size == 2 ? -32768 : <i64>S32_MIN;
  r.smin = low;
  r.smax = -low - 1;
  r.umin = 0;
  r.umax = U64_MAX;
  r.smin32 = <i32>low;
  r.smax32 = <i32>(-low - 1);
  r.umin32 = 0;
  r.umax32 = U32_MAX;
  r.tv = 0;
  r.tm = U64_MAX;
}

/** The low 1 or 2 bytes, sign-extended to 32 bits; the caller zero-extends and syncs. */
export function signExtend32(r: Reg, size: i32): void {
  if (r.tm == 0) {
    const v = <u64>extend(r.tv, size);
    r.tv = v;
    r.smin32 = r.smax32 = <i32>v;
    r.umin32 = r.umax32 = <u32>v;
    return;
  }
  const bits = size * 8;
  if (<u32>r.smax32 >> bits == <u32>r.smin32 >> bits) {
    const a = <i32>extend(<u64>r.smax32, size);
    const b = <i32>extend(<u64>r.smin32, size);
    const high = max<i32>(a, b);
    const low = min<i32>(a, b);
    if (high >= 0 == low >= 0) {
      r.smin32 = low;
      r.smax32 = high;
      r.umin32 = <u32>low;
      r.umax32 = <u32>high;
      tnumRange(<u64>(<i64>low), <u64>(<i64>high));
      r.tv = tv & 0xffffffff;
      r.tm = tm & 0xffffffff;
      return;
    }
  }
  const low: i32 = size == 1 ? -128 : -32768;
  r.smin32 = low;
  r.smax32 = -low - 1;
  r.umin32 = 0;
  r.umax32 = U32_MAX;
  r.tv = 0;
  r.tm = 0xffffffff;
}
