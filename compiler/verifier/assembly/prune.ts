/**
 * States on record, and when a path may be dropped because an earlier one that came by here covers it (cover.ts).
 *
 * Kernel: is_state_visited in kernel/bpf/verifier.c.
 */
import { alloc } from "./arena";
import { E_INFINITE_LOOP, FEAT_LOOP_MARKS } from "./codes.gen";
import { EXACT, LOOSE, mayLoop, stateCovers, WITHIN } from "./cover";
import { count, fail, giveUp, has, pc } from "./env";
import { addBackedge, enterLoop, isIncomplete, leaveLoop } from "./loops";
import { comesBack, isForced, isJumpPoint } from "./marks";
import { forgetPrecision, noteStep, previous, propagatePrecision } from "./precise";
import { forgetSlot, propagateReads } from "./stack";
import { liveSlots, staticLife } from "./stack-life";
import {
  clearSteps,
  copyState,
  copySteps,
  Frame,
  frameOf,
  freeState,
  LIVE_READ,
  liveMarks,
  setLiveMarks,
  State,
  topFrame,
} from "./state";

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

/** The path of `state` came by where `st` was recorded. */
function isAbove(st: State, state: State): bool {
  let up: State | null = state.parent;
  while (up != null && up != st) up = up.parent;
  return up != null;
}

/** In a complete state what nobody read below does not matter. */
function clean(state: State): void {
  if (state.cleaned) return;
  state.cleaned = 1;
  for (let f = 0; f <= state.top; f++) {
    const fr = frameOf(state, f);
    const live = staticLife ? liveSlots(state, f) : 0;
    for (let s = 0; s < fr.slots; s++) {
      const matters = staticLife ? ((live >> s) & 1) != 0 : (liveMarks(fr, s) & LIVE_READ) != 0;
      if (!matters) forgetSlot(fr, s);
    }
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
    let hit: bool = false;
    let comesRound: bool = false;
    if (st.branches > 0) {
      if (comesBack(pc)) {
        if (stateCovers(st, state, WITHIN)) {
          // round again, and not by the callback: a loop that may be endless, which the kernel may see elsewhere
          if (st.callbackDepth == state.callbackDepth && isAbove(st, state)) {
            giveUp(E_INFINITE_LOOP, pc);
            return -1;
          }
          hit = true;
          comesRound = true;
        }
      } else {
        if (mayLoop(st, state) && stateCovers(st, state, EXACT) && st.callbackDepth == state.callbackDepth) {
          fail(E_INFINITE_LOOP, pc);
          return -1;
        }
      }
      if (!hit && !force && jumps - jumpsBefore < 20 && insns - insnsBefore < 100) add = false;
    } else {
      comesRound = isIncomplete(st);
      if (!comesRound) clean(st);
      hit = stateCovers(st, state, comesRound ? WITHIN : LOOSE);
    }
    if (hit) {
      st.hits++;
      propagateReads(st, state);
      if (isJumpPoint(pc)) noteStep(state);
      propagatePrecision(st, state, pc);
      if (comesRound) addBackedge(st, state);
      return 1;
    }
    if (add) st.misses++;
    const patience = isForced(pc) && st.branches > 0 ? 64 : 3;
    if (st.misses > st.hits * patience + patience) {
      // never hit: others look at it in vain
      if (before == null) setList(pc, next);
      else before.next = next;
      total--;
      st.detached = 1;
      if (st.branches == 0) release(st);
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
  record.next = listAt(pc);
  setList(pc, record);
  recorded++;
  if (has(FEAT_LOOP_MARKS)) enterLoop(record);
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

/** Frees a state that is neither on record nor walked; in an unfinished loop paths back may still lead through it. */
function release(state: State): void {
  if (state.detached && !isIncomplete(state)) freeState(state);
}
/** A path has ended: states above whose last branch this was are complete. */
export function finish(state: State): void {
  let st: State | null = state.parent;
  while (st != null) {
    st.branches--;
    if (st.branches > 0) break;
    leaveLoop(st);
    const parent = st.parent;
    release(st);
    st = parent;
  }
}
