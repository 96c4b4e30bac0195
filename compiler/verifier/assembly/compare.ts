/**
 * Comparisons: which way a conditional jump certainly goes, and what each way tells of the two numbers.
 *
 * Kernel: is_scalar_branch_taken, regs_refine_cond_op, reg_set_min_max in kernel/bpf/verifier.c.
 */
import { settle, sync } from "./bounds";
import {
  FEAT_JSET_FORGET,
  FEAT_REFINE_BOTH,
  FEAT_TNUM_OVERLAP,
  J_EQ,
  J_GE,
  J_GT,
  J_LE,
  J_LT,
  J_NE,
  J_SET,
  J_SGE,
  J_SGT,
  J_SLE,
  J_SLT,
  T_SCALAR,
} from "./codes.gen";
import { has } from "./env";
import { Reg, unbound } from "./reg";
import { tm, tnumAnd, tnumIntersect, tnumOr, tnumOverlap, tv } from "./tnum";

/** The complement of J_SET, which has no opcode. */
const J_NOT_SET: i32 = -1;

/** The comparison with its operands swapped. */
export function flip(op: i32): i32 {
  switch (op) {
    case J_GE:
      return J_LE;
    case J_GT:
      return J_LT;
    case J_SGE:
      return J_SLE;
    case J_SGT:
      return J_SLT;
    case J_LE:
      return J_GE;
    case J_LT:
      return J_GT;
    case J_SLE:
      return J_SGE;
    case J_SLT:
      return J_SGT;
    default:
      return op;
  }
}
/** The comparison that holds where this one does not. */
function negate(op: i32): i32 {
  switch (op) {
    case J_EQ:
      return J_NE;
    case J_NE:
      return J_EQ;
    case J_GE:
      return J_LT;
    case J_GT:
      return J_LE;
    case J_SGE:
      return J_SLT;
    case J_SGT:
      return J_SLE;
    case J_LE:
      return J_GT;
    case J_LT:
      return J_GE;
    case J_SLE:
      return J_SGT;
    case J_SLT:
      return J_SGE;
    case J_SET:
      return J_NOT_SET;
    default:
      return J_SET;
  }
}

export function isConstReg(r: Reg, narrow: bool): bool {
  return r.type == T_SCALAR && (narrow ? <u32>r.tm == 0 : r.tm == 0);
}
export function constOf(r: Reg, narrow: bool): u64 {
  return narrow ? r.tv & 0xffffffff : r.tv;
}

/** 1: jumps always; 0: never; -1: either. Both are numbers. */
export function branchTaken(a: Reg, b: Reg, op: i32, narrow: bool): i32 {
  if (!has(FEAT_REFINE_BOTH) && !isConstReg(a, narrow) && !isConstReg(b, narrow)) return -1;
  const umin1: u64 = narrow ? <u64>a.umin32 : a.umin;
  const umax1: u64 = narrow ? <u64>a.umax32 : a.umax;
  const smin1: i64 = narrow ? <i64>a.smin32 : a.smin;
  const smax1: i64 = narrow ? <i64>a.smax32 : a.smax;
  const umin2: u64 = narrow ? <u64>b.umin32 : b.umin;
  const umax2: u64 = narrow ? <u64>b.umax32 : b.umax;
  const smin2: i64 = narrow ? <i64>b.smin32 : b.smin;
  const smax2: i64 = narrow ? <i64>b.smax32 : b.smax;
  const mask: u64 = narrow ? 0xffffffff : ~(<u64>0);
  switch (op) {
    case J_EQ:
    case J_NE: {
      const no = op == J_EQ ? 0 : 1;
      const av = a.tv & mask;
      const am = a.tm & mask;
      const bv = b.tv & mask;
      const bm = b.tm & mask;
      if (am == 0 && bm == 0) return av == bv ? 1 - no : no;
      if (has(FEAT_TNUM_OVERLAP) && !tnumOverlap(av, am, bv, bm)) return no;
      if (has(FEAT_REFINE_BOTH) || am == 0 || bm == 0) {
        if (umin1 > umax2 || umax1 < umin2) return no;
        if (smin1 > smax2 || smax1 < smin2) return no;
      }
      if (has(FEAT_REFINE_BOTH) && !narrow) {
        if (a.umin32 > b.umax32 || a.umax32 < b.umin32) return no;
        if (a.smin32 > b.smax32 || a.smax32 < b.smin32) return no;
      }
      return -1;
    }
    case J_SET: {
      let x = a;
      let y = b;
      if (!isConstReg(y, narrow)) {
        x = b;
        y = a;
      }
      if (!isConstReg(y, narrow)) return -1;
      const xv = x.tv & mask;
      const xm = x.tm & mask;
      const yv = y.tv & mask;
      if (~xm & xv & yv) return 1;
      if (!((xm | xv) & yv)) return 0;
      return -1;
    }
    case J_GT:
      return umin1 > umax2 ? 1 : umax1 <= umin2 ? 0 : -1;
    case J_GE:
      return umin1 >= umax2 ? 1 : umax1 < umin2 ? 0 : -1;
    case J_LT:
      return umax1 < umin2 ? 1 : umin1 >= umax2 ? 0 : -1;
    case J_LE:
      return umax1 <= umin2 ? 1 : umin1 > umax2 ? 0 : -1;
    case J_SGT:
      return smin1 > smax2 ? 1 : smax1 <= smin2 ? 0 : -1;
    case J_SGE:
      return smin1 >= smax2 ? 1 : smax1 < smin2 ? 0 : -1;
    case J_SLT:
      return smax1 < smin2 ? 1 : smin1 >= smax2 ? 0 : -1;
    case J_SLE:
      return smax1 <= smin2 ? 1 : smin1 > smax2 ? 0 : -1;
    default:
      return -1;
  }
}

function lower(r: Reg): void {
  r.tm = tm;
  r.tv = tv;
}
function withSub(r: Reg, v: u64, m: u64): void {
  r.tv = (r.tv & 0xffffffff00000000) | (v & 0xffffffff);
  r.tm = (r.tm & 0xffffffff00000000) | (m & 0xffffffff);
}

/** Both learn that `a op b` holds. */
function refine(a: Reg, b: Reg, op: i32, narrow: bool): void {
  switch (op) {
    case J_EQ:
      if (narrow) {
        a.umin32 = b.umin32 = max<u32>(a.umin32, b.umin32);
        a.umax32 = b.umax32 = min<u32>(a.umax32, b.umax32);
        a.smin32 = b.smin32 = max<i32>(a.smin32, b.smin32);
        a.smax32 = b.smax32 = min<i32>(a.smax32, b.smax32);
        tnumIntersect(a.tv & 0xffffffff, a.tm & 0xffffffff, b.tv & 0xffffffff, b.tm & 0xffffffff);
        withSub(a, tv, tm);
        withSub(b, tv, tm);
      } else {
        a.umin = b.umin = max<u64>(a.umin, b.umin);
        a.umax = b.umax = min<u64>(a.umax, b.umax);
        a.smin = b.smin = max<i64>(a.smin, b.smin);
        a.smax = b.smax = min<i64>(a.smax, b.smax);
        tnumIntersect(a.tv, a.tm, b.tv, b.tm);
        lower(a);
        lower(b);
      }
      break;
    case J_NE:
      if (!isConstReg(b, narrow)) {
        const other = a;
        a = b;
        b = other;
      }
      if (!isConstReg(b, narrow) || !has(FEAT_REFINE_BOTH)) break;
      if (narrow) {
        const v = <u32>b.tv;
        if (a.umin32 == v) a.umin32++;
        if (a.umax32 == v) a.umax32--;
        if (a.smin32 == <i32>v) a.smin32++;
        if (a.smax32 == <i32>v) a.smax32--;
      } else {
        const v = b.tv;
        if (a.umin == v) a.umin++;
        if (a.umax == v) a.umax--;
        if (a.smin == <i64>v) a.smin++;
        if (a.smax == <i64>v) a.smax--;
      }
      break;
    case J_SET:
    case J_NOT_SET: {
      if (!isConstReg(b, narrow)) {
        const other = a;
        a = b;
        b = other;
      }
      if (!isConstReg(b, narrow)) break;
      const v = constOf(b, narrow);
      if (op == J_SET) {
        if (popcnt<u64>(v) != 1) break; // only one bit tells which
        tnumOr(a.tv, a.tm, v, 0);
        if (narrow) withSub(a, tv, tm);
        else lower(a);
      } else {
        if (has(FEAT_JSET_FORGET)) unbound(a);
        tnumAnd(a.tv, a.tm, ~v, 0);
        if (narrow) withSub(a, tv, tm);
        else lower(a);
      }
      break;
    }
    case J_LE:
      if (narrow) {
        a.umax32 = min<u32>(a.umax32, b.umax32);
        b.umin32 = max<u32>(a.umin32, b.umin32);
      } else {
        a.umax = min<u64>(a.umax, b.umax);
        b.umin = max<u64>(a.umin, b.umin);
      }
      break;
    case J_LT:
      if (narrow) {
        a.umax32 = min<u32>(a.umax32, b.umax32 - 1);
        b.umin32 = max<u32>(a.umin32 + 1, b.umin32);
      } else {
        a.umax = min<u64>(a.umax, b.umax - 1);
        b.umin = max<u64>(a.umin + 1, b.umin);
      }
      break;
    case J_SLE:
      if (narrow) {
        a.smax32 = min<i32>(a.smax32, b.smax32);
        b.smin32 = max<i32>(a.smin32, b.smin32);
      } else {
        a.smax = min<i64>(a.smax, b.smax);
        b.smin = max<i64>(a.smin, b.smin);
      }
      break;
    case J_SLT:
      if (narrow) {
        a.smax32 = min<i32>(a.smax32, b.smax32 - 1);
        b.smin32 = max<i32>(a.smin32 + 1, b.smin32);
      } else {
        a.smax = min<i64>(a.smax, b.smax - 1);
        b.smin = max<i64>(a.smin + 1, b.smin);
      }
      break;
    default:
      refine(b, a, flip(op), narrow);
  }
}

/** What the two branches of `if a op b` know: (a1, b1) where it jumps, (a0, b0) where it falls through. */
export function learn(a1: Reg, b1: Reg, a0: Reg, b0: Reg, op: i32, narrow: bool): void {
  if (a0.type != T_SCALAR || b0.type != T_SCALAR) return;
  if (!has(FEAT_REFINE_BOTH) && !isConstReg(a0, narrow) && !isConstReg(b0, narrow)) {
    // older kernels learn from two unknown numbers only that they are equal, and in 64 bits
    if (narrow || (op != J_EQ && op != J_NE)) return;
    if (op == J_EQ) refine(a1, b1, J_EQ, false);
    else refine(a0, b0, J_EQ, false);
    sync(a1);
    sync(b1);
    sync(a0);
    sync(b0);
    return;
  }
  refine(a0, b0, negate(op), narrow);
  sync(a0);
  sync(b0);
  refine(a1, b1, op, narrow);
  sync(a1);
  sync(b1);
  settle(a1);
  settle(b1);
  settle(a0);
  settle(b0);
}
