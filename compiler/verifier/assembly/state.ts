/**
 * The state of a walk: frames of registers and stack slots, references held, and where it came from.
 *
 * Kernel: struct bpf_func_state and bpf_verifier_state in include/linux/bpf_verifier.h. States form a tree by `parent`;
 * a state is complete when all branches that started in it have ended (`branches` is 0).
 */
import { alloc, free } from "./arena";
import { copyReg, markNone, Reg, REG_SIZE } from "./reg";
import { FEAT_SHARED_REFS, SLOT_INVALID, SLOT_SPILL, T_SCALAR } from "./codes.gen";
import { has } from "./env";

export const REGS: i32 = 11;
export const MAX_FRAMES: i32 = 8;
const MAX_SLOTS: i32 = 64;

/** A spilled register, the kind of each of 8 bytes (index 7 is the lowest address), and liveness marks. */
export const SLOT_SIZE: usize = REG_SIZE + 16;

@unmanaged
export class Frame {
  /** Address of MAX_SLOTS or fewer slots. */
  stack: usize;
  /** Slots that exist. */
  slots: i32;
  /** Slots that fit. */
  capacity: i32;
  /** Instruction of the call; -1 for the program itself. */
  callsite: i32;
  subprogram: i32;
  /** Which frame this is, from 0. */
  number: i32;
  inCallback: i32;
  /** Times that a callback was entered from the call at hand. */
  callbackDepth: i32;
  /** A callback's result must be in retLow..retHigh. */
  retLow: i32;
  retHigh: i32;
  /** The parent state has this same frame (not another call's of the same depth). */
  inParent: i32;
}
const FRAME_HEAD: usize = 48;
const FRAME_SIZE: usize = FRAME_HEAD + 11 * REG_SIZE;

export function regOf(frame: Frame, n: i32): Reg {
  return changetype<Reg>(changetype<usize>(frame) + FRAME_HEAD + <usize>n * REG_SIZE);
}
export function spillOf(frame: Frame, slot: i32): Reg {
  return changetype<Reg>(frame.stack + <usize>slot * SLOT_SIZE);
}
/** Kind of byte `i` (0–7) of a slot. */
export function byteKind(frame: Frame, slot: i32, i: i32): i32 {
  return <i32>load<u8>(frame.stack + <usize>slot * SLOT_SIZE + REG_SIZE + <usize>i);
}
export function setByteKind(frame: Frame, slot: i32, i: i32, kind: i32): void {
  store<u8>(frame.stack + <usize>slot * SLOT_SIZE + REG_SIZE + <usize>i, <u8>kind);
}
/** All eight kinds at once. */
export function slotKinds(frame: Frame, slot: i32): u64 {
  return load<u64>(frame.stack + <usize>slot * SLOT_SIZE + REG_SIZE);
}
export function setSlotKinds(frame: Frame, slot: i32, kinds: u64): void {
  store<u64>(frame.stack + <usize>slot * SLOT_SIZE + REG_SIZE, kinds);
}
/** Bit 0: read below this state; bit 1: written whole in this state. */
export function liveMarks(frame: Frame, slot: i32): i32 {
  return load<i32>(frame.stack + <usize>slot * SLOT_SIZE + REG_SIZE + 8);
}
export function setLiveMarks(frame: Frame, slot: i32, marks: i32): void {
  store<i32>(frame.stack + <usize>slot * SLOT_SIZE + REG_SIZE + 8, marks);
}
export const LIVE_READ: i32 = 1;
export const LIVE_WRITTEN: i32 = 2;

export function isSpilled(frame: Frame, slot: i32): bool {
  return byteKind(frame, slot, 7) == SLOT_SPILL;
}
export function isSpilledScalar(frame: Frame, slot: i32): bool {
  return isSpilled(frame, slot) && spillOf(frame, slot).type == T_SCALAR;
}

export function newFrame(callsite: i32, number: i32, subprogram: i32): Frame {
  const frame = changetype<Frame>(alloc(FRAME_SIZE));
  memory.fill(changetype<usize>(frame), 0, FRAME_SIZE);
  frame.callsite = callsite;
  frame.number = number;
  frame.subprogram = subprogram;
  frame.retHigh = 1;
  for (let i = 0; i < REGS; i++) markNone(regOf(frame, i));
  return frame;
}
export function freeFrame(frame: Frame): void {
  free(frame.stack, <usize>frame.capacity * SLOT_SIZE);
  free(changetype<usize>(frame), FRAME_SIZE);
}
function copyFrame(from: Frame): Frame {
  const frame = changetype<Frame>(alloc(FRAME_SIZE));
  memory.copy(changetype<usize>(frame), changetype<usize>(from), FRAME_SIZE);
  frame.capacity = from.slots;
  const size = <usize>from.slots * SLOT_SIZE;
  frame.stack = size == 0 ? 0 : alloc(size);
  memory.copy(frame.stack, from.stack, size);
  return frame;
}
/** Makes room for slots down to `bytes` below the frame pointer. */
export function growStack(frame: Frame, bytes: i32): void {
  const slots = (bytes + 7) >> 3;
  if (slots <= frame.slots) return;
  if (slots > frame.capacity) {
    let capacity = frame.capacity * 2;
    if (capacity < slots) capacity = slots;
    if (capacity > MAX_SLOTS && slots <= MAX_SLOTS) capacity = MAX_SLOTS;
    const stack = alloc(<usize>capacity * SLOT_SIZE);
    memory.copy(stack, frame.stack, <usize>frame.slots * SLOT_SIZE);
    free(frame.stack, <usize>frame.capacity * SLOT_SIZE);
    frame.stack = stack;
    frame.capacity = capacity;
  }
  for (let i = frame.slots; i < slots; i++) {
    markNone(changetype<Reg>(frame.stack + <usize>i * SLOT_SIZE));
    store<u64>(frame.stack + <usize>i * SLOT_SIZE + REG_SIZE, <u64>SLOT_INVALID * 0x0101010101010101);
    store<u64>(frame.stack + <usize>i * SLOT_SIZE + REG_SIZE + 8, 0);
  }
  frame.slots = slots;
}

/** One step of a path's history, for precision: an instruction run after a jump, or with something to say. */
@unmanaged
export class Step {
  insn: i32;
  prev: i32;
  /** STEP_STACK: it reached slot `slot` of frame `frame`. */
  flags: i32;
  frame: i32;
  slot: i32;
  linkedCount: i32;
  /** Linked registers: frame<<8 | isSlot<<7 | number. */
  linked0: i32;
  linked1: i32;
  linked2: i32;
  linked3: i32;
  linked4: i32;
  linked5: i32;
}
const STEP_SIZE: usize = 48;
export const STEP_STACK: i32 = 1;
export const MAX_LINKED: i32 = 6;

@unmanaged
export class State {
  f0: usize;
  f1: usize;
  f2: usize;
  f3: usize;
  f4: usize;
  f5: usize;
  f6: usize;
  f7: usize;
  /** Index of the frame that runs. */
  top: i32;
  parent: State | null;
  /** Branches that are still being walked from here. */
  branches: i32;
  /** Where this state was recorded, or runs. */
  insn: i32;
  firstInsn: i32;
  lastInsn: i32;
  steps: usize;
  stepCount: i32;
  stepCapacity: i32;
  /** References held: pairs (id, frame<<24 | instruction that took it). */
  refs: usize;
  refCount: i32;
  refCapacity: i32;
  callbackDepth: i32;
  /** Address of the loop that it is recorded in (see loops.ts); 0: none. */
  visit: usize;
  /** Next in the list of states recorded at one instruction. */
  next: State | null;
  hits: i32;
  misses: i32;
  cleaned: i32;
  /** No longer on record: freed when its last branch ends. */
  detached: i32;
}
const STATE_SIZE: usize = offsetof<State>();

export function frameOf(state: State, n: i32): Frame {
  return changetype<Frame>(load<usize>(changetype<usize>(state) + (<usize>n << 2)));
}
export function setFrame(state: State, n: i32, frame: Frame): void {
  store<usize>(changetype<usize>(state) + (<usize>n << 2), changetype<usize>(frame));
}
export function topFrame(state: State): Frame {
  return frameOf(state, state.top);
}

export function newState(): State {
  const state = changetype<State>(alloc(STATE_SIZE));
  memory.fill(changetype<usize>(state), 0, STATE_SIZE);
  return state;
}
export function freeState(state: State): void {
  for (let i = 0; i <= state.top; i++) freeFrame(frameOf(state, i));
  free(state.steps, <usize>state.stepCapacity * STEP_SIZE);
  free(state.refs, <usize>state.refCapacity * 8);
  free(changetype<usize>(state), STATE_SIZE);
}
/** A copy without history. */
export function copyState(from: State): State {
  const state = changetype<State>(alloc(STATE_SIZE));
  memory.copy(changetype<usize>(state), changetype<usize>(from), STATE_SIZE);
  for (let i = 0; i <= from.top; i++) setFrame(state, i, copyFrame(frameOf(from, i)));
  state.steps = 0;
  state.stepCount = 0;
  state.stepCapacity = 0;
  state.refCapacity = from.refCount;
  state.refs = from.refCount == 0 ? 0 : alloc(<usize>from.refCount * 8);
  memory.copy(state.refs, from.refs, <usize>from.refCount * 8);
  return state;
}
/** Gives `to` the history of `from` too. */
export function copySteps(to: State, from: State): void {
  to.stepCount = from.stepCount;
  to.stepCapacity = from.stepCount;
  to.steps = from.stepCount == 0 ? 0 : alloc(<usize>from.stepCount * STEP_SIZE);
  memory.copy(to.steps, from.steps, <usize>from.stepCount * STEP_SIZE);
}
export function stepAt(state: State, i: i32): Step {
  return changetype<Step>(state.steps + <usize>i * STEP_SIZE);
}
export function pushStep(state: State): Step {
  if (state.stepCount == state.stepCapacity) {
    const capacity = state.stepCapacity == 0 ? 8 : state.stepCapacity * 2;
    const steps = alloc(<usize>capacity * STEP_SIZE);
    memory.copy(steps, state.steps, <usize>state.stepCount * STEP_SIZE);
    free(state.steps, <usize>state.stepCapacity * STEP_SIZE);
    state.steps = steps;
    state.stepCapacity = capacity;
  }
  const step = stepAt(state, state.stepCount);
  state.stepCount++;
  for (let at: usize = 0; at < STEP_SIZE; at += 8) store<u64>(changetype<usize>(step) + at, 0);
  return step;
}
export function clearSteps(state: State): void {
  state.stepCount = 0;
}

// ---- references ----
export function refId(state: State, i: i32): u32 {
  return load<u32>(state.refs + <usize>i * 8);
}
export function refInsn(state: State, i: i32): i32 {
  return load<i32>(state.refs + <usize>i * 8, 4) & 0xffffff;
}
/** The frame that took it. */
export function refFrame(state: State, i: i32): i32 {
  return load<i32>(state.refs + <usize>i * 8, 4) >> 24;
}
export function pushRef(state: State, id: u32, insn: i32): void {
  if (state.refCount == state.refCapacity) {
    const capacity = state.refCapacity == 0 ? 2 : state.refCapacity * 2;
    const refs = alloc(<usize>capacity * 8);
    memory.copy(refs, state.refs, <usize>state.refCount * 8);
    free(state.refs, <usize>state.refCapacity * 8);
    state.refs = refs;
    state.refCapacity = capacity;
  }
  store<u32>(state.refs + <usize>state.refCount * 8, id);
  store<i32>(state.refs + <usize>state.refCount * 8, (state.top << 24) | insn, 4);
  state.refCount++;
}
/**
 * Before 6.14 each frame had references of its own: a callback gives up only what it took itself, since it may run many
 * times, or never. What a function that it called took is not its own.
 */
function isOwn(state: State, i: i32): bool {
  if (has(FEAT_SHARED_REFS)) return true;
  let callback = state.top;
  while (callback > 0 && !frameOf(state, callback).inCallback) callback--;
  if (callback == 0) return true;
  return callback == state.top ? refFrame(state, i) == callback : refFrame(state, i) >= callback;
}
/** False if no such reference is held, or it is not to be given up here. */
export function dropRef(state: State, id: u32): bool {
  for (let i = 0; i < state.refCount; i++) {
    if (refId(state, i) != id) continue;
    if (!isOwn(state, i)) return false;
    const last = state.refCount - 1;
    store<u64>(state.refs + <usize>i * 8, load<u64>(state.refs + <usize>last * 8));
    state.refCount = last;
    return true;
  }
  return false;
}

export { copyReg };
