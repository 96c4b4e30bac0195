/**
 * Which numbers matter exactly. When a check relies on a number, the way that it came here is walked back, and each
 * state on that way is told that its copy is `precise`: only such numbers count when states are compared.
 *
 * Kernel: mark_chain_precision, backtrack_insn in kernel/bpf/verifier.c. Where the walk meets what it cannot follow,
 * every number of every state on the way becomes precise: slower, never wrong.
 */
import { FEAT_CALLBACK_ROUNDS, FEAT_PRECISE_CALLS, OP_END, OP_MOV, OP_NEG, T_SCALAR } from "./codes.gen";
import { dstAt, globalAt, has, immAt, opcodeAt, pc, srcAt } from "./env";
import { callsCallback } from "./marks";
import { linkId, Reg } from "./reg";
import {
  Frame,
  frameOf,
  isSpilled,
  isSpilledScalar,
  MAX_FRAMES,
  MAX_LINKED,
  pushStep,
  regOf,
  REGS,
  spillOf,
  State,
  Step,
  STEP_STACK,
  stepAt,
} from "./state";

const regMasks: StaticArray<u32> = new StaticArray<u32>(MAX_FRAMES);
const slotMasks: StaticArray<u64> = new StaticArray<u64>(MAX_FRAMES);
let frame: i32 = 0;

const ARGUMENTS: u32 = 0b111110;

// ---- history ----
/** The step of the instruction at hand, if it has one already. */
let current: Step | null = null;
let previousInsn: i32 = -1;
export function beginInsn(previous: i32): void {
  current = null;
  previousInsn = previous;
}
export function previous(): i32 {
  return previousInsn;
}
/** The history step of the instruction at hand. */
export function noteStep(state: State): Step {
  const known = current;
  if (known != null) return known;
  const step = pushStep(state);
  step.insn = pc;
  step.prev = previousInsn;
  current = step;
  return step;
}
export function noteStack(state: State, frameNumber: i32, slot: i32): void {
  const step = noteStep(state);
  step.flags |= STEP_STACK;
  step.frame = frameNumber;
  step.slot = slot;
}

// ---- linked registers ----
export const linked: StaticArray<i32> = new StaticArray<i32>(MAX_LINKED);
export let linkedCount: i32 = 0;
export function resetLinked(): void {
  linkedCount = 0;
}
function addLinked(frameNumber: i32, isSlot: bool, n: i32, r: Reg): void {
  const entry = (frameNumber << 8) | (isSlot ? 0x80 : 0) | n;
  for (let i = 0; i < linkedCount; i++) if (unchecked(linked[i]) == entry) return;
  if (linkedCount == MAX_LINKED) {
    r.id = 0;
    return;
  }
  unchecked((linked[linkedCount] = entry));
  linkedCount++;
}
/** Collects the numbers that share an id; those beyond the sixth lose it. */
export function collectLinked(state: State, id: u32): void {
  const wanted = linkId(id);
  for (let f = state.top; f >= 0; f--) {
    const fr = frameOf(state, f);
    for (let n = 0; n < REGS; n++) {
      const r = regOf(fr, n);
      if (r.type == T_SCALAR && linkId(r.id) == wanted) addLinked(f, false, n, r);
    }
    for (let n = 0; n < fr.slots; n++) {
      if (!isSpilledScalar(fr, n)) continue;
      const r = spillOf(fr, n);
      if (linkId(r.id) == wanted) addLinked(f, true, n, r);
    }
  }
}
export function linkedReg(state: State, entry: i32): Reg {
  const fr = frameOf(state, entry >> 8);
  return entry & 0x80 ? spillOf(fr, entry & 0x7f) : regOf(fr, entry & 0x7f);
}
/** Puts the collected set into the history, if it has company. */
export function noteLinked(state: State): void {
  if (linkedCount < 2) return;
  const step = noteStep(state);
  step.linkedCount = linkedCount;
  for (let i = 0; i < linkedCount; i++) {
    store<i32>(changetype<usize>(step) + offsetof<Step>("linked0") + ((<usize>i) << 2), unchecked(linked[i]));
  }
}
function stepLinked(step: Step, i: i32): i32 {
  return load<i32>(changetype<usize>(step) + offsetof<Step>("linked0") + ((<usize>i) << 2));
}
function followLinks(step: Step | null): void {
  if (step == null || step.linkedCount == 0) return;
  let any: bool = false;
  for (let i = 0; i < step.linkedCount && !any; i++) any = isMarked(stepLinked(step, i));
  if (!any) return;
  for (let i = 0; i < step.linkedCount; i++) {
    const entry = stepLinked(step, i);
    if (entry & 0x80) setSlot(entry >> 8, entry & 0x7f);
    else setReg(entry >> 8, entry & 0x7f);
  }
}
function isMarked(entry: i32): bool {
  const f = entry >> 8;
  if (entry & 0x80) return (unchecked(slotMasks[f]) & (<u64>1 << (entry & 0x7f))) != 0;
  return (unchecked(regMasks[f]) & (1 << (entry & 0x7f))) != 0;
}

// ---- the set that is walked back ----
function setReg(f: i32, n: i32): void {
  unchecked((regMasks[f] = regMasks[f] | (1 << n)));
}
function clearReg(n: i32): void {
  unchecked((regMasks[frame] = regMasks[frame] & ~(1 << n)));
}
function hasReg(n: i32): bool {
  return (unchecked(regMasks[frame]) & (1 << n)) != 0;
}
function setSlot(f: i32, n: i32): void {
  unchecked((slotMasks[f] = slotMasks[f] | (<u64>1 << n)));
}
function clearSlot(f: i32, n: i32): void {
  unchecked((slotMasks[f] = slotMasks[f] & ~(<u64>1 << n)));
}
function hasSlot(f: i32, n: i32): bool {
  return (unchecked(slotMasks[f]) & (<u64>1 << n)) != 0;
}
function isEmpty(): bool {
  for (let f = 0; f <= frame; f++) if (unchecked(regMasks[f]) | unchecked(slotMasks[f])) return false;
  return true;
}
function reset(top: i32): void {
  for (let f = 0; f < MAX_FRAMES; f++) {
    unchecked((regMasks[f] = 0));
    unchecked((slotMasks[f] = 0));
  }
  frame = top;
}
/** Back out of a callee into its caller. */
function leave(): bool {
  if (frame == 0) return false;
  unchecked((regMasks[frame] = 0));
  unchecked((slotMasks[frame] = 0));
  frame--;
  return true;
}
function enter(): bool {
  if (frame == MAX_FRAMES - 1) return false;
  frame++;
  return true;
}

/** Walks over instruction i backwards; false: cannot follow. */
function stepBack(i: i32, next: i32, step: Step | null): bool {
  const op = opcodeAt(i);
  if (op == 0) return true; // second half of a wide load
  const cls = op & 7;
  const dst = dstAt(i);
  const src = srcAt(i);
  followLinks(step);
  if (cls == 4 || cls == 7) {
    if (!hasReg(dst)) return true;
    const code = op >> 4;
    if (code == OP_MOV) {
      clearReg(dst);
      if (op & 8 && src != 10) setReg(frame, src);
    } else if (code != OP_END && code != OP_NEG && op & 8 && src != 10) {
      setReg(frame, src);
    }
  } else if (cls == 1) {
    if (!hasReg(dst)) return true;
    clearReg(dst);
    if (step == null || !(step.flags & STEP_STACK)) return true;
    setSlot(step.frame, step.slot);
  } else if (cls == 2 || cls == 3) {
    if (hasReg(dst)) return false; // a number used as an address: pointers were subtracted
    if (step == null || !(step.flags & STEP_STACK)) return true;
    if (!hasSlot(step.frame, step.slot)) return true;
    clearSlot(step.frame, step.slot);
    if (cls == 3) setReg(frame, src);
  } else if (cls == 5 || cls == 6) {
    if (op == 0x85) {
      if (src == 1) {
        if (!has(FEAT_PRECISE_CALLS)) return false;
        if (globalAt(i + immAt(i) + 1) != null) {
          if (unchecked(regMasks[frame]) & ARGUMENTS) return false;
          clearReg(0);
          return true;
        }
        // back over the call: out of the callee, whose arguments were the caller's
        const mask = unchecked(regMasks[frame]);
        if (mask & ~ARGUMENTS || unchecked(slotMasks[frame])) return false;
        if (!leave()) return false;
        unchecked((regMasks[frame] = regMasks[frame] | mask));
        return true;
      }
      if (src == 0 && callsCallback(i) && i != next - 1) {
        // back over the call of a callback, whose arguments nobody passed
        if (!has(FEAT_CALLBACK_ROUNDS)) return false;
        if (unchecked(regMasks[frame]) & ~ARGUMENTS || unchecked(slotMasks[frame])) return false;
        return leave();
      }
      clearReg(0);
      if (unchecked(regMasks[frame]) & ARGUMENTS) return false;
    } else if (op == 0x95) {
      if (!has(FEAT_PRECISE_CALLS)) return false;
      if (!has(FEAT_CALLBACK_ROUNDS) && next >= 1 && callsCallback(next - 1)) return false;
      if (next >= 0 && callsCallback(next)) unchecked((regMasks[frame] = regMasks[frame] & ~ARGUMENTS));
      if (unchecked(regMasks[frame]) & ARGUMENTS) return false;
      const returns = next >= 1 && opcodeAt(next - 1) == 0x85 && srcAt(next - 1) == 1 && hasReg(0);
      clearReg(0);
      if (!enter()) return false;
      if (returns) setReg(frame, 0);
      return true;
    } else if (op & 8 && op != 0x8d) {
      if (!hasReg(dst) && !hasReg(src)) return true;
      setReg(frame, src);
      setReg(frame, dst);
    }
  } else if (cls == 0) {
    if (!hasReg(dst)) return true;
    clearReg(dst);
    if (op != 0x18) return false; // a packet load
  }
  followLinks(step);
  return true;
}

/** Whether marks were set since it was cleared that had not been there. */
export let changedMarks: bool = false;
export function resetChanged(): void {
  changedMarks = false;
}
export function noteChanged(): void {
  changedMarks = true;
}

/** Every number of every state above is precise. */
export function everything(from: State): void {
  reset(0);
  let st = from.parent;
  while (st != null) {
    for (let f = 0; f <= st.top; f++) {
      const fr = frameOf(st, f);
      for (let n = 0; n < 10; n++) {
        const r = regOf(fr, n);
        if (r.type == T_SCALAR) r.precise = 1;
      }
      for (let n = 0; n < fr.slots; n++) if (isSpilledScalar(fr, n)) spillOf(fr, n).precise = 1;
    }
    st = st.parent;
  }
}

/** Back from instruction `start`, which `from` is about to run. */
function walk(from: State, start: i32): void {
  if (isEmpty()) return;
  let st = from;
  let first = from.firstInsn;
  let last = start;
  let next = -1;
  let skip = true;
  while (true) {
    let history = st.stepCount;
    if (last < 0) {
      // entry of a function verified on its own
      if (st.top == 0) {
        const fr = frameOf(st, 0);
        for (let n = 1; n <= 5; n++) if (hasReg(n) && regOf(fr, n).type == T_SCALAR) regOf(fr, n).precise = 1;
      }
      reset(0);
      return;
    }
    let i = last;
    while (true) {
      if (skip) {
        skip = false;
      } else {
        const step = history > 0 && stepAt(st, history - 1).insn == i ? stepAt(st, history - 1) : null;
        // kernels that cannot follow calls leave what is on the way so far as it is marked
        if (!stepBack(i, next, step)) return everything(has(FEAT_PRECISE_CALLS) ? from : st);
      }
      if (isEmpty()) return;
      next = i;
      if (i == st.firstInsn && (history == 0 || (history == 1 && stepAt(st, 0).insn == i))) break;
      if (history > 0 && stepAt(st, history - 1).insn == i) {
        i = stepAt(st, history - 1).prev;
        history--;
      } else {
        i--;
      }
      if (i < 0) return everything(from);
    }
    const parent = st.parent;
    if (parent == null) break;
    st = parent;
    for (let f = frame; f >= 0; f--) {
      if (f > st.top) return everything(from);
      const fr = frameOf(st, f);
      const regs = unchecked(regMasks[f]);
      for (let n = 0; n < REGS; n++) {
        if (!(regs & (1 << n))) continue;
        const r = regOf(fr, n);
        if (r.type != T_SCALAR || r.precise) unchecked((regMasks[f] = regMasks[f] & ~(1 << n)));
        else {
          r.precise = 1;
          changedMarks = true;
        }
      }
      let slots = unchecked(slotMasks[f]);
      while (slots) {
        const n = <i32>ctz<u64>(slots);
        slots &= slots - 1;
        if (n >= fr.slots || !isSpilledScalar(fr, n) || spillOf(fr, n).precise) clearSlot(f, n);
        else {
          spillOf(fr, n).precise = 1;
          changedMarks = true;
        }
      }
    }
    if (isEmpty()) return;
    next = first;
    last = st.lastInsn;
    first = st.firstInsn;
  }
  if (!isEmpty()) everything(from);
}

/** The exact value of a register of the frame that runs was relied on. */
export function markPrecise(state: State, n: i32): void {
  reset(state.top);
  setReg(state.top, n);
  walk(state, pc);
}
export function markSlotPrecise(state: State, f: i32, slot: i32): void {
  reset(state.top);
  setSlot(f, slot);
  walk(state, pc);
}
/** `state`, about to run `insn`, is dropped in favour of `old`: what is precise there is precise here. */
export function propagatePrecision(old: State, state: State, insn: i32): void {
  reset(state.top);
  for (let f = 0; f <= old.top; f++) {
    const fr: Frame = frameOf(old, f);
    for (let n = 0; n < 10; n++) {
      const r = regOf(fr, n);
      if (r.type == T_SCALAR && r.precise) setReg(f, n);
    }
    for (let n = 0; n < fr.slots; n++) {
      if (isSpilled(fr, n) && spillOf(fr, n).type == T_SCALAR && spillOf(fr, n).precise) setSlot(f, n);
    }
  }
  walk(state, insn);
}
/** Numbers of a new leaf start without marks: only states on record need them. */
export function forgetPrecision(state: State): void {
  for (let f = 0; f <= state.top; f++) {
    const fr = frameOf(state, f);
    for (let n = 0; n < 10; n++) regOf(fr, n).precise = 0;
    for (let n = 0; n < fr.slots; n++) spillOf(fr, n).precise = 0;
  }
}
