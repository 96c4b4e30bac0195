/**
 * Whether all that was verified from one state holds from another.
 *
 * Kernel: states_equal, regsafe, stacksafe, maybe_widen_reg in kernel/bpf/verifier.c. Which slots matter is told by read
 * marks along the tree of states in kernels up to 6.17, by the flow of the functions (stack-life.ts) in later ones; which
 * registers, by their static life.
 */
import {
  ADD_CONST,
  FEAT_SHARED_REFS,
  FEAT_SLOT_NUMBER,
  FEAT_UNINIT_STACK,
  SLOT_DYNPTR,
  SLOT_INVALID,
  SLOT_MISC,
  SLOT_SPILL,
  SLOT_ZERO,
  T_BUF,
  T_KEY,
  T_MEM,
  T_NONE,
  T_SCALAR,
  T_STACK,
  T_VALUE,
} from "./codes.gen";
import { sameDynptr } from "./dynptr";
import { has, newId } from "./env";
import { aliveAt, comesBack } from "./marks";
import { baseType, identical, markUnknown, rangeWithin, Reg, sameContent, sameHead } from "./reg";
import {
  byteKind,
  Frame,
  frameOf,
  isSpilled,
  isSpilledScalar,
  refFrame,
  refId,
  regOf,
  REGS,
  slotKinds,
  spillOf,
  State,
  topFrame,
} from "./state";
import { tnumIn } from "./tnum";

/** Alike to the last bit: for loops without an end. */
export const EXACT: i32 = 2;
/** Every range within the older one: for states whose loop is not finished. */
export const WITHIN: i32 = 1;
/** Numbers that nobody relied on do not count. */
export const LOOSE: i32 = 0;

const MAP_SIZE: i32 = 600;
/** Ids of the older state, and those that stand for them in the newer one. */
const oldIds: StaticArray<u32> = new StaticArray<u32>(MAP_SIZE);
const newIds: StaticArray<u32> = new StaticArray<u32>(MAP_SIZE);
let pairs: i32 = 0;
let temporary: u32 = 0;

function sameId(a: u32, b: u32): bool {
  if ((a != 0) != (b != 0)) return false;
  if (a == 0) return true;
  for (let i = 0; i < pairs; i++) {
    if (unchecked(oldIds[i]) == a) return unchecked(newIds[i]) == b;
    if (unchecked(newIds[i]) == b) return false;
  }
  if (pairs == MAP_SIZE) return false;
  unchecked((oldIds[pairs] = a));
  unchecked((newIds[pairs] = b));
  pairs++;
  return true;
}
/** Numbers without an id correspond as if each had one of its own. */
function sameScalarId(a: u32, b: u32): bool {
  if (a == 0) a = ++temporary;
  if (b == 0) b = ++temporary;
  return sameId(a, b);
}

function exactly(a: Reg, b: Reg): bool {
  return sameContent(a, b) && sameId(a.id, b.id) && sameId(a.ref, b.ref);
}

/** What was safe with `a` is safe with `b`. */
function covers(a: Reg, b: Reg, mode: i32): bool {
  if (mode == EXACT) return exactly(a, b) && a.frame == b.frame;
  if (a.type == T_NONE) return true;
  if (a.type != b.type) return false;
  switch (baseType(a.type)) {
    case T_SCALAR:
      if (!a.precise && mode == LOOSE) return true;
      if ((a.id & ADD_CONST) != (b.id & ADD_CONST)) return false;
      if (a.id & ADD_CONST && a.off != b.off) return false;
      return rangeWithin(a, b) && tnumIn(a.tv, a.tm, b.tv, b.tm) && sameScalarId(a.id, b.id);
    case T_KEY:
    case T_VALUE:
    case T_MEM:
    case T_BUF:
      return (
        sameHead(a, b) &&
        rangeWithin(a, b) &&
        tnumIn(a.tv, a.tm, b.tv, b.tm) &&
        sameId(a.id, b.id) &&
        sameId(a.ref, b.ref)
      );
    case T_STACK:
      return exactly(a, b) && a.frame == b.frame;
    default:
      return exactly(a, b);
  }
}

const anyNumber: Reg = changetype<Reg>(memory.data(96, 16));
const MISC8: u64 = <u64>SLOT_MISC * 0x0101010101010101;
const INVALID8: u64 = <u64>SLOT_INVALID * 0x0101010101010101;
const SPILL8: u64 = <u64>SLOT_SPILL * 0x0101010101010101;

/** A slot as one 64-bit number, if it is one: bytes that were never written may hold any, where they may be read. */
function asNumber(frame: Frame, slot: i32): Reg | null {
  const kinds = slotKinds(frame, slot);
  if (kinds == SPILL8 && isSpilledScalar(frame, slot)) return spillOf(frame, slot);
  if (!has(FEAT_SLOT_NUMBER)) return null;
  for (let i = 0; i < 8; i++) {
    const kind = byteKind(frame, slot, i);
    if (kind != SLOT_MISC && !(kind == SLOT_INVALID && has(FEAT_UNINIT_STACK))) return null;
  }
  return anyNumber;
}

function slotCovers(a: Frame, b: Frame, slot: i32, mode: i32): bool {
  const have = slot < b.slots;
  const kinds = slotKinds(a, slot);
  if (mode == EXACT && (!have || kinds != slotKinds(b, slot))) return false;
  if (kinds == INVALID8) return true;
  if (has(FEAT_UNINIT_STACK) && kinds == MISC8) return true;
  if (have && mode != EXACT) {
    const x = asNumber(a, slot);
    const y = asNumber(b, slot);
    if (x != null && y != null) return covers(x, y, mode);
  }
  for (let i = 0; i < 8; i++) {
    const kind = byteKind(a, slot, i);
    if (kind == SLOT_INVALID || (has(FEAT_UNINIT_STACK) && kind == SLOT_MISC)) continue;
    if (!have) return false;
    const other = byteKind(b, slot, i);
    if (kind == SLOT_MISC && other == SLOT_ZERO) continue;
    if (kind != other) return false;
  }
  if (byteKind(a, slot, 7) == SLOT_DYNPTR) {
    const x = spillOf(a, slot);
    const y = spillOf(b, slot);
    return sameDynptr(x, y) && sameId(x.ref, y.ref);
  }
  return isSpilled(a, slot) ? have && isSpilled(b, slot) && covers(spillOf(a, slot), spillOf(b, slot), mode) : true;
}

function frameCovers(a: Frame, b: Frame, insn: i32, mode: i32): bool {
  // more rounds of a callback may be ahead from b than were from a
  if (a.callbackDepth > b.callbackDepth) return false;
  const alive = aliveAt(insn);
  for (let n = 0; n < REGS; n++) {
    if (alive & (1 << n) && !covers(regOf(a, n), regOf(b, n), mode)) return false;
  }
  for (let s = 0; s < a.slots; s++) if (!slotCovers(a, b, s, mode)) return false;
  if (mode == EXACT && a.slots > b.slots) return false;
  return true;
}

/** Whether all that was verified from `a` holds from `b`. */
export function stateCovers(a: State, b: State, mode: i32): bool {
  if (a.top != b.top || a.refCount != b.refCount) return false;
  for (let f = 0; f <= a.top; f++) {
    const x = frameOf(a, f);
    const y = frameOf(b, f);
    if (x.callsite != y.callsite || x.inCallback != y.inCallback) return false;
  }
  pairs = 0;
  temporary = 0xf0000000;
  for (let i = 0; i < a.refCount; i++) {
    if (!sameId(refId(a, i), refId(b, i))) return false;
    if (!has(FEAT_SHARED_REFS) && refFrame(a, i) != refFrame(b, i)) return false;
  }
  for (let f = 0; f <= a.top; f++) {
    // a caller goes on after its call: or again at it, for callbacks in rounds
    const insn = f == a.top ? a.insn : frameOf(a, f + 1).callsite;
    const after = f == a.top || comesBack(insn) ? insn : insn + 1;
    if (!frameCovers(frameOf(a, f), frameOf(b, f), after, mode)) return false;
  }
  return true;
}

/** The frame that runs is alike to the last bit: it may be going round. */
export function mayLoop(a: State, b: State): bool {
  if (a.top != b.top) return false;
  const x = topFrame(a);
  const y = topFrame(b);
  for (let n = 0; n < REGS; n++) if (!identical(regOf(x, n), regOf(y, n))) return false;
  return true;
}

/** Numbers that changed from one round of a callback to the next, and that nobody relied on, may be anything. */
function widenReg(old: Reg, now: Reg): void {
  if (old.type != T_SCALAR || now.type != T_SCALAR || old.precise || now.precise || exactly(old, now)) return;
  markUnknown(now);
}
export function widen(old: State, now: State): void {
  pairs = 0;
  for (let f = old.top; f >= 0; f--) {
    const x = frameOf(old, f);
    const y = frameOf(now, f);
    for (let n = 0; n < REGS; n++) widenReg(regOf(x, n), regOf(y, n));
    for (let s = 0; s < x.slots && s < y.slots; s++) {
      if (isSpilledScalar(x, s) && isSpilledScalar(y, s)) widenReg(spillOf(x, s), spillOf(y, s));
    }
  }
}

/** To be called before a run. */
export function initCover(): void {
  markUnknown(anyNumber);
  temporary = newId();
}
