/**
 * States on record, and when a path may be dropped because an earlier one that came by here covers it.
 *
 * Kernel: is_state_visited, states_equal, regsafe, stacksafe in kernel/bpf/verifier.c. Which slots matter is told by
 * read marks along the tree of states (as in kernels up to 6.17); which registers, by their static life.
 */
import { alloc } from "./arena";
import {
  ADD_CONST,
  E_INFINITE_LOOP,
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
import { count, fail, giveUp, has, newId, pc } from "./env";
import { aliveAt, callsCallback, isForced, isJumpPoint } from "./flow";
import { forgetPrecision, noteStep, previous, propagatePrecision } from "./precise";
import { baseType, markUnknown, identical, rangeWithin, Reg, sameContent, sameHead } from "./reg";
import { forgetSlot, markSlotRead } from "./stack";
import {
  byteKind,
  clearSteps,
  copyState,
  copySteps,
  Frame,
  frameOf,
  freeState,
  isSpilled,
  isSpilledScalar,
  LIVE_READ,
  liveMarks,
  refId,
  regOf,
  REGS,
  setLiveMarks,
  slotKinds,
  spillOf,
  State,
  topFrame,
} from "./state";
import { tnumIn } from "./tnum";

const EXACT: i32 = 2;
const WITHIN: i32 = 1;
const LOOSE: i32 = 0;

/** Per instruction: first of the states recorded there. */
let lists: usize = 0;
export let recorded: i32 = 0;
export let peak: i32 = 0;
let total: i32 = 0;
/** Counts at the last record: how often to record. */
let insnsBefore: u32 = 0;
let jumpsBefore: u32 = 0;
export let insns: u32 = 0;
export let jumps: u32 = 0;

export function resetPrune(): void {
  lists = alloc(<usize>count * 4);
  memory.fill(lists, 0, <usize>count * 4);
  insnsBefore = insns;
  jumpsBefore = jumps;
}
export function resetCounts(): void {
  insns = 0;
  jumps = 0;
  recorded = 0;
  peak = 0;
  total = 0;
}
export function countInsn(): u32 {
  insns++;
  return insns;
}
export function countJump(): void {
  jumps++;
}

// ---- ids that must correspond ----
const MAP_SIZE: i32 = 600;
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

/** A slot as one 64-bit number, if it is one. */
function asNumber(frame: Frame, slot: i32): Reg | null {
  const kinds = slotKinds(frame, slot);
  if (kinds == SPILL8 && isSpilledScalar(frame, slot)) return spillOf(frame, slot);
  if (kinds == MISC8) return anyNumber;
  return null;
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
  const alive = aliveAt(insn);
  for (let n = 0; n < REGS; n++) {
    if (alive & (1 << n) && !covers(regOf(a, n), regOf(b, n), mode)) return false;
  }
  for (let s = 0; s < a.slots; s++) if (!slotCovers(a, b, s, mode)) return false;
  if (mode == EXACT && a.slots > b.slots) return false;
  return true;
}

/** Whether all that was verified from `a` holds from `b`. */
function stateCovers(a: State, b: State, mode: i32): bool {
  if (a.top != b.top || a.refCount != b.refCount) return false;
  for (let f = 0; f <= a.top; f++) {
    const x = frameOf(a, f);
    const y = frameOf(b, f);
    if (x.callsite != y.callsite || x.inCallback != y.inCallback) return false;
  }
  pairs = 0;
  temporary = 0xf0000000;
  for (let i = 0; i < a.refCount; i++) if (!sameId(refId(a, i), refId(b, i))) return false;
  for (let f = 0; f <= a.top; f++) {
    // a caller goes on after its call: or again at it, for callbacks
    const insn = f == a.top ? a.insn : frameOf(a, f + 1).callsite;
    const after = f == a.top || callsCallback(insn) ? insn : insn + 1;
    if (!frameCovers(frameOf(a, f), frameOf(b, f), after, mode)) return false;
  }
  return true;
}

/** The path of `state` came by where `st` was recorded. */
function isAbove(st: State, state: State): bool {
  let up: State | null = state.parent;
  while (up != null && up != st) up = up.parent;
  return up != null;
}

/** The frame that runs is alike to the last bit: it may be going round. */
function mayLoop(a: State, b: State): bool {
  if (a.top != b.top) return false;
  const x = topFrame(a);
  const y = topFrame(b);
  for (let n = 0; n < REGS; n++) if (!identical(regOf(x, n), regOf(y, n))) return false;
  return true;
}

/** In a complete state what nobody read below does not matter. */
function clean(state: State): void {
  if (state.cleaned) return;
  state.cleaned = 1;
  for (let f = 0; f <= state.top; f++) {
    const fr = frameOf(state, f);
    for (let s = 0; s < fr.slots; s++) if (!(liveMarks(fr, s) & LIVE_READ)) forgetSlot(fr, s);
  }
}

/** `old` covers `state`: what is read below old is read below state. */
function propagateReads(old: State, state: State): void {
  for (let f = 0; f <= old.top; f++) {
    const x = frameOf(old, f);
    const y = frameOf(state, f);
    for (let s = 0; s < x.slots && s < y.slots; s++) if (liveMarks(x, s) & LIVE_READ) markSlotRead(state, f, s);
  }
}
/** All states above belong to a loop that is not finished: nothing may be assumed of what they do not read. */
function markLoop(state: State): void {
  let st: State | null = state.parent;
  while (st != null && !st.inLoop) {
    st.inLoop = 1;
    st = st.parent;
  }
}

function listAt(i: i32): State | null {
  return changetype<State | null>(load<usize>(lists + (<usize>i << 2)));
}
function setList(i: i32, state: State | null): void {
  store<usize>(lists + (<usize>i << 2), changetype<usize>(state));
}

/** The state recorded last at an instruction on the way of `state`, of the same call. */
export function previousEntry(state: State, insn: i32): State | null {
  let st = listAt(insn);
  while (st != null) {
    if (st.branches > 0 && st.top == state.top) {
      let same = true;
      for (let f = 0; f <= st.top; f++) if (frameOf(st, f).callsite != frameOf(state, f).callsite) same = false;
      if (same && topFrame(st).callbackDepth < topFrame(state).callbackDepth) return st;
    }
    st = st.next;
  }
  return null;
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

/** 1: drop this path; 0: go on; -1: refused. */
export function visit(state: State): i32 {
  const force = isForced(pc) || state.stepCount > 40;
  let add = force;
  if (jumps - jumpsBefore >= 2 && insns - insnsBefore >= 8) add = true;
  state.lastInsn = previous();
  state.insn = pc;

  let before: State | null = null;
  let st = listAt(pc);
  while (st != null) {
    const next = st.next;
    let hit = false;
    if (st.branches > 0) {
      if (callsCallback(pc)) {
        if (stateCovers(st, state, WITHIN)) {
          // round again, and not by the callback: a loop that may be endless, which the kernel may see elsewhere
          if (st.callbackDepth == state.callbackDepth && isAbove(st, state)) {
            giveUp(E_INFINITE_LOOP, pc);
            return -1;
          }
          hit = true;
          markLoop(state);
        }
      } else {
        if (mayLoop(st, state) && stateCovers(st, state, EXACT) && st.callbackDepth == state.callbackDepth) {
          fail(E_INFINITE_LOOP, pc);
          return -1;
        }
      }
      if (!hit && !force && jumps - jumpsBefore < 20 && insns - insnsBefore < 100) add = false;
    } else {
      if (!st.inLoop) clean(st);
      if (stateCovers(st, state, st.inLoop ? WITHIN : LOOSE)) {
        hit = true;
        if (st.inLoop) markLoop(state);
      }
    }
    if (hit) {
      st.hits++;
      propagateReads(st, state);
      if (isJumpPoint(pc)) noteStep(state);
      propagatePrecision(st, state);
      return 1;
    }
    if (add) st.misses++;
    const patience = isForced(pc) && st.branches > 0 ? 64 : 3;
    if (st.misses > st.hits * patience + patience) {
      // never hit: others look at it in vain
      if (before == null) setList(pc, next);
      else before.next = next;
      total--;
      if (st.branches == 0) freeState(st);
      else st.detached = 1;
    } else {
      before = st;
    }
    st = next;
  }
  if (!add) return 0;

  insnsBefore = insns;
  jumpsBefore = jumps;
  forgetPrecision(state);
  const record = copyState(state);
  copySteps(record, state);
  record.insn = pc;
  record.branches = 1;
  record.hits = 0;
  record.misses = 0;
  record.cleaned = 0;
  record.detached = 0;
  record.inLoop = 0;
  record.next = listAt(pc);
  setList(pc, record);
  recorded++;
  total++;
  if (total > peak) peak = total;
  state.parent = record;
  state.firstInsn = pc;
  clearSteps(state);
  for (let f = 0; f <= state.top; f++) {
    const fr: Frame = frameOf(state, f);
    fr.inParent = 1;
    for (let s = 0; s < fr.slots; s++) setLiveMarks(fr, s, 0);
    const up: Frame = frameOf(record, f);
    for (let s = 0; s < up.slots; s++) setLiveMarks(up, s, liveMarks(up, s) & ~LIVE_READ);
  }
  return 0;
}

/** A path has ended: states above whose last branch this was are complete. */
export function finish(state: State): void {
  let st: State | null = state.parent;
  while (st != null) {
    st.branches--;
    if (st.branches > 0) break;
    const parent = st.parent;
    if (st.detached) freeState(st);
    st = parent;
  }
}
export function initPrune(): void {
  markUnknown(anyNumber);
  temporary = newId();
}
export function dispose(state: State): void {
  freeState(state);
}
