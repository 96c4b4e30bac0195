/**
 * What is known of one register or spilled slot: its type, and for a number or a pointer's variable offset a tristate
 * number and signed and unsigned ranges of 64 and 32 bits.
 *
 * Kernel: struct bpf_reg_state in include/linux/bpf_verifier.h.
 */
import { ADD_CONST, T_NONE, T_SCALAR } from "./codes.gen";
import { fls64, tm, tv } from "./tnum";

export const S64_MIN: i64 = i64.MIN_VALUE;
export const S64_MAX: i64 = i64.MAX_VALUE;
export const U64_MAX: u64 = u64.MAX_VALUE;
export const S32_MIN: i32 = i32.MIN_VALUE;
export const S32_MAX: i32 = i32.MAX_VALUE;
export const U32_MAX: u32 = u32.MAX_VALUE;

@unmanaged
export class Reg {
  /** Base type and flags: T_* | F_* */
  type: i32;
  /** Fixed offset of a pointer; of a number with ADD_CONST in its id, its distance from the others of that id. */
  off: i32;
  /** Map index, BTF type id, size of memory, or subprogram, by type. */
  aux: i32;
  /** Which map of several that one value came from; for BTF pointers, which BTF. */
  uid: i32;
  tv: u64;
  tm: u64;
  smin: i64;
  smax: i64;
  umin: u64;
  umax: u64;
  smin32: i32;
  smax32: i32;
  umin32: u32;
  umax32: u32;
  /** Equal numbers, and pointers that one NULL check decides, share an id; 0: none. */
  id: u32;
  /** The reference that this pointer holds; 0: none. */
  ref: u32;
  /** Frame that a stack pointer points into. */
  frame: i32;
  /** Whether verification relied on the exact value. */
  precise: i32;
}
export const REG_SIZE: usize = 96;

export function isConst(r: Reg): bool {
  return r.tm == 0;
}
/** A number that is certainly 0. */
export function isNull(r: Reg): bool {
  return r.type == T_SCALAR && r.tv == 0 && r.tm == 0;
}
/** Bits that the number may need. */
export function widthOf(r: Reg): u32 {
  return fls64(r.umax);
}
export function baseType(type: i32): i32 {
  return type & 0xff;
}

/** Word by word: engines take a copy of so few bytes through a slow call. */
export function copyReg(to: Reg, from: Reg): void {
  const t = changetype<usize>(to);
  const f = changetype<usize>(from);
  store<u64>(t, load<u64>(f, 0), 0);
  store<u64>(t, load<u64>(f, 8), 8);
  store<u64>(t, load<u64>(f, 16), 16);
  store<u64>(t, load<u64>(f, 24), 24);
  store<u64>(t, load<u64>(f, 32), 32);
  store<u64>(t, load<u64>(f, 40), 40);
  store<u64>(t, load<u64>(f, 48), 48);
  store<u64>(t, load<u64>(f, 56), 56);
  store<u64>(t, load<u64>(f, 64), 64);
  store<u64>(t, load<u64>(f, 72), 72);
  store<u64>(t, load<u64>(f, 80), 80);
  store<u64>(t, load<u64>(f, 88), 88);
}
export function markNone(r: Reg): void {
  markUnknown(r);
  r.type = T_NONE;
}
export function unboundSigned64(r: Reg): void {
  r.smin = S64_MIN;
  r.smax = S64_MAX;
}
export function unboundUnsigned64(r: Reg): void {
  r.umin = 0;
  r.umax = U64_MAX;
}
export function unbound64(r: Reg): void {
  unboundSigned64(r);
  unboundUnsigned64(r);
}
export function unboundSigned32(r: Reg): void {
  r.smin32 = S32_MIN;
  r.smax32 = S32_MAX;
}
export function unboundUnsigned32(r: Reg): void {
  r.umin32 = 0;
  r.umax32 = U32_MAX;
}
export function unbound32(r: Reg): void {
  unboundSigned32(r);
  unboundUnsigned32(r);
}
export function unbound(r: Reg): void {
  unbound64(r);
  unbound32(r);
}
/** The tristate number that an operation of tnum.ts has left. */
export function takeTnum(r: Reg): void {
  r.tv = tv;
  r.tm = tm;
}
/** Any number at all. */
export function markUnknown(r: Reg): void {
  r.type = T_SCALAR;
  r.off = 0;
  r.aux = 0;
  r.uid = 0;
  r.id = 0;
  r.ref = 0;
  r.tv = 0;
  r.tm = U64_MAX;
  r.frame = 0;
  r.precise = 0;
  unbound(r);
}
/** Sets value and ranges only. */
export function setKnown(r: Reg, value: u64): void {
  r.tv = value;
  r.tm = 0;
  r.smin = <i64>value;
  r.smax = <i64>value;
  r.umin = value;
  r.umax = value;
  r.smin32 = <i32>value;
  r.smax32 = <i32>value;
  r.umin32 = <u32>value;
  r.umax32 = <u32>value;
}
export function setKnown32(r: Reg, value: u64): void {
  r.tv = (r.tv & 0xffffffff00000000) | (value & 0xffffffff);
  r.tm = r.tm & 0xffffffff00000000;
  r.smin32 = <i32>value;
  r.smax32 = <i32>value;
  r.umin32 = <u32>value;
  r.umax32 = <u32>value;
}
export function markKnown(r: Reg, value: u64): void {
  markUnknown(r);
  setKnown(r, value);
}
/** A pointer of that type with no variable offset. */
export function markPointer(r: Reg, type: i32): void {
  markKnown(r, 0);
  r.type = type;
}

/** The id under ADD_CONST. */
export function linkId(id: u32): u32 {
  return id & ~ADD_CONST;
}

/** a's ranges hold all of b's. */
export function rangeWithin(a: Reg, b: Reg): bool {
  return (
    a.umin <= b.umin &&
    a.umax >= b.umax &&
    a.smin <= b.smin &&
    a.smax >= b.smax &&
    a.umin32 <= b.umin32 &&
    a.umax32 >= b.umax32 &&
    a.smin32 <= b.smin32 &&
    a.smax32 >= b.smax32
  );
}
/** Type, offsets, value and ranges alike to the last bit; ids apart. */
export function sameContent(a: Reg, b: Reg): bool {
  const x = changetype<usize>(a);
  const y = changetype<usize>(b);
  return (
    load<u64>(x, 0) == load<u64>(y, 0) &&
    load<u64>(x, 8) == load<u64>(y, 8) &&
    load<u64>(x, 16) == load<u64>(y, 16) &&
    load<u64>(x, 24) == load<u64>(y, 24) &&
    load<u64>(x, 32) == load<u64>(y, 32) &&
    load<u64>(x, 40) == load<u64>(y, 40) &&
    load<u64>(x, 48) == load<u64>(y, 48) &&
    load<u64>(x, 56) == load<u64>(y, 56) &&
    load<u64>(x, 64) == load<u64>(y, 64) &&
    load<u64>(x, 72) == load<u64>(y, 72)
  );
}
/** Ids too. */
export function identical(a: Reg, b: Reg): bool {
  return a.id == b.id && a.ref == b.ref && sameContent(a, b);
}
export function sameHead(a: Reg, b: Reg): bool {
  return a.type == b.type && a.off == b.off && a.aux == b.aux && a.uid == b.uid;
}
