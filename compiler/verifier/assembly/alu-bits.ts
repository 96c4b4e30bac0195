/**
 * Bitwise operations and shifts by known distances: tristate number and ranges of the result.
 *
 * Kernel: scalar_min_max_and, scalar_min_max_lsh and their kin in kernel/bpf/verifier.c.
 */
import { update, update32 } from "./bounds";
import { OP_AND, OP_OR } from "./codes.gen";
import {
  Reg,
  S64_MAX,
  S64_MIN,
  setKnown,
  setKnown32,
  takeTnum,
  unbound32,
  unbound64,
  unboundSigned32,
  unboundSigned64,
  unboundUnsigned32,
  unboundUnsigned64,
} from "./reg";
import { tm, tnumAnd, tnumArsh32, tnumArsh64, tnumLsh, tnumOr, tnumRsh, tnumXor, tv } from "./tnum";

/** Signed ranges after a bitwise operation: those of the unsigned ones if they do not cross the sign. */
function signed32(d: Reg): void {
  if (<i32>d.umin32 <= <i32>d.umax32) {
    d.smin32 = <i32>d.umin32;
    d.smax32 = <i32>d.umax32;
  } else {
    unboundSigned32(d);
  }
}
function signed64(d: Reg): void {
  if (<i64>d.umin <= <i64>d.umax) {
    d.smin = <i64>d.umin;
    d.smax = <i64>d.umax;
  } else {
    unboundSigned64(d);
  }
}

/** d = d OP s for AND, OR and XOR. */
export function bitwise(op: i32, d: Reg, s: Reg): void {
  const bothConst32 = <u32>d.tm == 0 && <u32>s.tm == 0;
  const bothConst64 = d.tm == 0 && s.tm == 0;
  if (op == OP_AND) tnumAnd(d.tv, d.tm, s.tv, s.tm);
  else if (op == OP_OR) tnumOr(d.tv, d.tm, s.tv, s.tm);
  else tnumXor(d.tv, d.tm, s.tv, s.tm);
  takeTnum(d);
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
  unboundSigned32(d);
  if (shift > 31 || <u64>d.umax32 > <u64>1 << (31 - shift)) {
    unboundUnsigned32(d);
  } else {
    d.umin32 <<= shift;
    d.umax32 <<= shift;
  }
}
export function lsh(d: Reg, shift: u32, narrow: bool): void {
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
    unboundUnsigned64(d);
  } else {
    d.umin <<= shift;
    d.umax <<= shift;
  }
  lsh32Ranges(d, shift);
  tnumLsh(d.tv, d.tm, shift);
  takeTnum(d);
  update(d);
}
export function rsh(d: Reg, shift: u32, narrow: bool): void {
  if (narrow) {
    unboundSigned32(d);
    tnumRsh(d.tv & 0xffffffff, d.tm & 0xffffffff, shift);
    takeTnum(d);
    d.umin32 >>= shift;
    d.umax32 >>= shift;
    unbound64(d);
    update32(d);
    return;
  }
  unboundSigned64(d);
  tnumRsh(d.tv, d.tm, shift);
  takeTnum(d);
  d.umin >>= shift;
  d.umax >>= shift;
  unbound32(d);
  update(d);
}
export function arsh(d: Reg, shift: u32, narrow: bool): void {
  if (narrow) {
    d.smin32 >>= shift;
    d.smax32 >>= shift;
    tnumArsh32(d.tv & 0xffffffff, d.tm & 0xffffffff, shift);
    takeTnum(d);
    unboundUnsigned32(d);
    unbound64(d);
    update32(d);
    return;
  }
  d.smin >>= shift;
  d.smax >>= shift;
  tnumArsh64(d.tv, d.tm, shift);
  takeTnum(d);
  unboundUnsigned64(d);
  unbound32(d);
  update(d);
}
