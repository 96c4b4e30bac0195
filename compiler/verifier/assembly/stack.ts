/**
 * The stack: which bytes are what, spilled registers, and which slots matter below a state.
 *
 * Kernel: check_stack_{read,write}_{fixed,var}_off, check_stack_range_initialized in kernel/bpf/verifier.c.
 */
import {
  E_DYNPTR_WRITE,
  E_FILL_SIZE,
  E_SPILL_CALLER,
  E_SPILL_SIZE,
  E_STACK_INDIRECT,
  E_STACK_INDIRECT_VAR,
  E_STACK_LEAK,
  E_STACK_OFF,
  E_STACK_READ,
  E_STACK_UNBOUNDED,
  E_STACK_VAR_OFF,
  E_STACK_VAR_UNINIT,
  E_ZERO_READ,
  FEAT_HELPER_READS,
  FEAT_NARROW_FILL,
  FEAT_NARROW_SPILL,
  FEAT_SPILL_ID,
  FEAT_SPILL_UNBOUNDED,
  FEAT_ST_SPILL,
  FEAT_ST_ZERO_SPILL,
  FEAT_UNINIT_GROW,
  FEAT_UNINIT_STACK,
  FEAT_VAR_SCRUB,
  SLOT_DYNPTR,
  SLOT_INVALID,
  SLOT_MISC,
  SLOT_SPILL,
  SLOT_ZERO,
  T_NONE,
  T_SCALAR,
  T_STACK,
} from "./codes.gen";
import { destroyDynptr } from "./dynptr";
import { fail, has, immAt, newId, opcodeAt, pc } from "./env";
import { noteDepth } from "./functions";
import { markPrecise, noteChanged, noteStack } from "./precise";
import { baseType, copyReg, isConst, isNull, markKnown, markUnknown, Reg, widthOf } from "./reg";
import { noteSlotRead, noteSlotWritten, staticLife } from "./stack-life";
import {
  byteKind,
  Frame,
  frameOf,
  growStack,
  isSpilled,
  isSpilledScalar,
  LIVE_READ,
  LIVE_WRITTEN,
  liveMarks,
  regOf,
  setByteKind,
  setLiveMarks,
  setSlotKinds,
  spillOf,
  State,
  topFrame,
} from "./state";

const MAX_STACK: i64 = 512;
const MAX_VAR: i64 = 1 << 29;
const scratch: Reg = changetype<Reg>(memory.data(96, 16));

/** The value of a slot is needed below this state: so it is in every state above that did not write it. */
export function markSlotRead(state: State, f: i32, slot: i32): void {
  if (staticLife) {
    noteSlotRead(f, slot);
    return;
  }
  let st = state;
  while (true) {
    const fr = frameOf(st, f);
    if (liveMarks(fr, slot) & LIVE_WRITTEN || !fr.inParent) return;
    const parent = st.parent;
    if (parent == null || f > parent.top) return;
    const up = frameOf(parent, f);
    if (slot >= up.slots) return;
    const marks = liveMarks(up, slot);
    if (marks & LIVE_READ) return;
    setLiveMarks(up, slot, marks | LIVE_READ);
    noteChanged();
    st = parent;
  }
}
/** `old` covers `state`: what is read below old is read below state. */
export function propagateReads(old: State, state: State): void {
  if (staticLife) return;
  for (let f = 0; f <= old.top; f++) {
    const x = frameOf(old, f);
    const y = frameOf(state, f);
    for (let s = 0; s < x.slots && s < y.slots; s++) if (liveMarks(x, s) & LIVE_READ) markSlotRead(state, f, s);
  }
}
export function markWritten(frame: Frame, slot: i32): void {
  if (staticLife) noteSlotWritten(frame.number, slot);
  else setLiveMarks(frame, slot, liveMarks(frame, slot) | LIVE_WRITTEN);
}

/** Makes two copies of a number follow each other in later comparisons. */
export function shareId(r: Reg): void {
  if (r.type != T_SCALAR || isConst(r)) return;
  if (r.id & 0x80000000) {
    // a number that is another's plus a constant starts a family of its own
    r.off = 0;
    r.id = 0;
  }
  if (r.id == 0) r.id = newId();
}

/** Bounds of an access relative to a stack pointer; grows the frame. write: 0 read, 1 write. */
export function checkBounds(state: State, n: i32, r: Reg, off: i32, size: i32, write: bool): bool {
  const frame = frameOf(state, r.frame);
  let low: i64;
  let high: i64;
  if (isConst(r)) {
    low = <i64>r.tv + <i64>off;
    high = low + <i64>size;
  } else {
    if (r.smax >= MAX_VAR || r.smin <= -MAX_VAR) return fail(E_STACK_UNBOUNDED, write ? 1 : 0, n);
    low = r.smin + <i64>off;
    high = r.smax + <i64>off + <i64>size;
  }
  const lowest: i64 = write || has(FEAT_UNINIT_GROW) ? -MAX_STACK : -(<i64>frame.slots * 8);
  if (low < lowest || low > -1 || high > 0 || size < 0) {
    if (isConst(r)) return fail(E_STACK_OFF, write ? 1 : 0, n, low, size);
    return fail(E_STACK_VAR_OFF, write ? 1 : 0, n, <i64>r.tv, <i64>r.tm, off, size);
  }
  growStack(frame, <i32>-low);
  noteDepth(frame.subprogram, <i32>-low);
  return true;
}

/** A kind that a load may see as a number. */
function isReadable(kind: i32): bool {
  return kind == SLOT_MISC || kind == SLOT_ZERO || (kind == SLOT_INVALID && has(FEAT_UNINIT_STACK));
}

/** What a load of bytes that are no whole spill gives. */
function readBytes(state: State, f: i32, low: i32, high: i32, to: Reg): void {
  const frame = frameOf(state, f);
  let zeros = 0;
  for (let i = low; i < high; i++) {
    const at = -i - 1;
    if (byteKind(frame, at >> 3, at & 7) != SLOT_ZERO) break;
    zeros++;
  }
  for (let s = (-high) >> 3; s <= (-low - 1) >> 3; s++) markSlotRead(state, f, s);
  if (zeros == high - low) markKnown(to, 0);
  else markUnknown(to);
}

/** Loads `size` bytes at off from frame f; to is null where nothing is loaded (atomics, helpers). */
function readFixed(state: State, f: i32, off: i32, size: i32, to: Reg | null): bool {
  const frame = frameOf(state, f);
  const at = -off - 1;
  const slot = at >> 3;
  let note = true;
  if (isSpilled(frame, slot)) {
    let spilled = 1;
    for (let i = 7; i > 0 && byteKind(frame, slot, i - 1) == SLOT_SPILL; i--) spilled++;
    const r = spillOf(frame, slot);
    if (size != 8 || spilled != 8) {
      if (r.type != T_SCALAR) return fail(E_FILL_SIZE);
      markSlotRead(state, f, slot);
      if (to == null) return true;
      if (size <= spilled && (off & 7) == 0 && (has(FEAT_NARROW_FILL) || size == spilled)) {
        copyReg(to, r);
        if (widthOf(r) > <u32>(size * 8)) to.id = 0;
      } else {
        let spills = 0;
        let zeros = 0;
        for (let i = 0; i < size; i++) {
          const kind = byteKind(frame, slot, (at - i) & 7);
          if (kind == SLOT_SPILL) {
            spills++;
            continue;
          }
          if (!isReadable(kind)) return fail(E_STACK_READ, off, i, size);
          if (kind == SLOT_ZERO) zeros++;
        }
        if (spills == size && isConst(r) && r.tv == 0 && has(FEAT_NARROW_FILL)) {
          markKnown(to, 0);
        } else if (zeros == size && has(FEAT_NARROW_FILL)) {
          markKnown(to, 0);
          note = false;
        } else {
          markUnknown(to);
          note = false;
        }
      }
    } else {
      markSlotRead(state, f, slot);
      if (to != null) copyReg(to, r);
    }
  } else {
    for (let i = 0; i < size; i++) {
      const kind = byteKind(frame, slot, (at - i) & 7);
      if (!isReadable(kind)) return fail(E_STACK_READ, off, i, size);
    }
    markSlotRead(state, f, slot);
    if (to != null) readBytes(state, f, off, off + size, to);
    note = false;
  }
  if (note && to != null) noteStack(state, f, slot);
  return true;
}

function clearSpill(frame: Frame, slot: i32): void {
  spillOf(frame, slot).type = T_NONE;
}
function scrub(frame: Frame, slot: i32): void {
  for (let i = 0; i < 8; i++) if (byteKind(frame, slot, i) == SLOT_SPILL) setByteKind(frame, slot, i, SLOT_MISC);
}
function spill(frame: Frame, slot: i32, r: Reg, size: i32): void {
  copyReg(spillOf(frame, slot), r);
  if (size == 8) markWritten(frame, slot);
  let i = 7;
  for (; i > 7 - size; i--) setByteKind(frame, slot, i, SLOT_SPILL);
  for (; i >= 0; i--) {
    const kind = byteKind(frame, slot, i);
    if (kind != SLOT_ZERO && kind != SLOT_INVALID) setByteKind(frame, slot, i, SLOT_MISC);
  }
}

/** Older kernels keep nothing of a stored number of which nothing is known, not even that copies are equal. */
function isTracked(r: Reg): bool {
  if (has(FEAT_SPILL_UNBOUNDED)) return true;
  const wide = r.smin == i64.MIN_VALUE && r.smax == i64.MAX_VALUE && r.umin == 0 && r.umax == u64.MAX_VALUE;
  const narrow = r.smin32 == i32.MIN_VALUE && r.smax32 == i32.MAX_VALUE && r.umin32 == 0 && r.umax32 == u32.MAX_VALUE;
  return !(wide && narrow && r.tm == u64.MAX_VALUE);
}

/** Stores `size` bytes at off into frame f. n is the register (r its state), or n < 0: an immediate (r null) or anything. */
function writeFixed(state: State, f: i32, off: i32, size: i32, n: i32, r: Reg | null): bool {
  const frame = frameOf(state, f);
  const at = -off - 1;
  const slot = at >> 3;
  if (!destroyDynptr(state, frame, slot)) return false;
  const immediate = n < 0 && (opcodeAt(pc) & 7) == 2;
  let note = true;
  const aligned = (off & 7) == 0;
  const keeps = r != null && r.type == T_SCALAR && (size == 8 || has(FEAT_NARROW_SPILL)) && isTracked(r);
  if (r != null && aligned && keeps) {
    const fits = widthOf(r) <= <u32>(size * 8);
    if (fits && has(FEAT_SPILL_ID)) shareId(r);
    spill(frame, slot, r, size);
    if (!fits) spillOf(frame, slot).id = 0;
  } else if (r == null && aligned && immediate && has(FEAT_ST_SPILL) && (immAt(pc) != 0 || has(FEAT_ST_ZERO_SPILL))) {
    markKnown(scratch, <u64>(<i64>immAt(pc)));
    spill(frame, slot, scratch, size);
  } else if (r != null && r.type != T_SCALAR) {
    if (size != 8) return fail(E_SPILL_SIZE);
    if (f != state.top && baseType(r.type) == T_STACK) return fail(E_SPILL_CALLER);
    spill(frame, slot, r, size);
  } else {
    clearSpill(frame, slot);
    scrub(frame, slot);
    if (size == 8) markWritten(frame, slot);
    let kind = SLOT_MISC;
    if ((r != null && isNull(r)) || (immediate && immAt(pc) == 0)) {
      if (n >= 0) markPrecise(state, n);
      kind = SLOT_ZERO;
    }
    for (let i = 0; i < size; i++) setByteKind(frame, slot, (at - i) & 7, kind);
    note = false;
  }
  if (note) noteStack(state, f, slot);
  return true;
}

/** Stores at an offset that is only known as a range. */
function writeRange(state: State, pointer: Reg, off: i32, size: i32, n: i32, r: Reg | null): bool {
  const f = pointer.frame;
  const frame = frameOf(state, f);
  const low = <i32>(pointer.smin + <i64>off);
  const high = <i32>(pointer.smax + <i64>off) + size;
  const immediate = n < 0 && (opcodeAt(pc) & 7) == 2;
  const zero = (r != null && isNull(r)) || (immediate && immAt(pc) == 0);
  let reliedOn = false;
  for (let i = low; i < high; i++) if (!destroyDynptr(state, frame, (-i - 1) >> 3)) return false;
  for (let i = low; i < high; i++) {
    const at = -i - 1;
    const slot = at >> 3;
    const kind = byteKind(frame, slot, at & 7);
    if (zero && kind == SLOT_SPILL && isSpilledScalar(frame, slot)) {
      const r0 = spillOf(frame, slot);
      if (isConst(r0) && r0.tv == 0) {
        reliedOn = true;
        continue;
      }
    }
    clearSpill(frame, slot);
    if (has(FEAT_VAR_SCRUB)) scrub(frame, slot);
    if (kind == SLOT_INVALID && !has(FEAT_UNINIT_STACK)) return fail(E_STACK_VAR_UNINIT, pc, i);
    if (zero && kind == SLOT_ZERO) {
      reliedOn = true;
      continue;
    }
    setByteKind(frame, slot, at & 7, SLOT_MISC);
  }
  if (reliedOn && n >= 0) markPrecise(state, n);
  return true;
}

/**
 * Memory that a helper or a load of unknown offset reaches. raw: a helper fills it, so that it need not be initialised;
 * clobber: it may be written. Returns false on refusal; `rawSize` tells how much a helper fills.
 */
export let rawSize: i32 = 0;
export function checkRange(
  state: State,
  n: i32,
  r: Reg,
  off: i32,
  size: i32,
  zeroOk: bool,
  write: bool,
  raw: bool,
  helper: bool,
): bool {
  rawSize = 0;
  if (size == 0 && !zeroOk) return fail(E_ZERO_READ);
  // older kernels take every helper for one that writes
  if (helper && !has(FEAT_HELPER_READS)) write = true;
  const frame = frameOf(state, r.frame);
  const existing = frame.slots;
  if (!checkBounds(state, n, r, off, size, write)) return false;
  let low: i32;
  let high: i32;
  if (isConst(r)) {
    low = high = <i32>(<i64>r.tv + <i64>off);
  } else {
    raw = false;
    low = <i32>(r.smin + <i64>off);
    high = <i32>(r.smax + <i64>off);
  }
  if (raw) {
    for (let i = low; i < high + size; i++) {
      const at = -i - 1;
      if (at >> 3 < existing && byteKind(frame, at >> 3, at & 7) == SLOT_DYNPTR) return fail(E_DYNPTR_WRITE, i);
    }
    rawSize = size;
    return true;
  }
  for (let i = low; i < high + size; i++) {
    const at = -i - 1;
    const slot = at >> 3;
    const kind = byteKind(frame, slot, at & 7);
    if (kind == SLOT_MISC) {
      // readable
    } else if (kind == SLOT_ZERO || (kind == SLOT_INVALID && mayBeNew(slot, existing))) {
      if (write) setByteKind(frame, slot, at & 7, SLOT_MISC);
    } else if (isSpilled(frame, slot)) {
      if (write) {
        markUnknown(spillOf(frame, slot));
        scrub(frame, slot);
      }
    } else if (isConst(r)) {
      return fail(E_STACK_INDIRECT, n, low, i - low, size);
    } else {
      return fail(E_STACK_INDIRECT_VAR, n, <i64>r.tv, <i64>r.tm, i - low, size);
    }
    markSlotRead(state, r.frame, slot);
  }
  return true;
}

/** Bytes that were never written: readable in newer kernels, in older ones only within slots that exist. */
function mayBeNew(slot: i32, existing: i32): bool {
  return has(FEAT_UNINIT_STACK) && (slot < existing || has(FEAT_UNINIT_GROW));
}

/** A load or store through a stack pointer; bounds are checked already. to: register that a load fills. */
export function accessStack(state: State, n: i32, pointer: Reg, off: i32, size: i32, write: bool, value: i32): bool {
  const frame = topFrame(state);
  if (write) {
    const r = value >= 0 ? regOf(frame, value) : null;
    if (isConst(pointer)) {
      return writeFixed(state, pointer.frame, off + <i32>pointer.tv, size, value, r);
    }
    return writeRange(state, pointer, off, size, value, r);
  }
  if (isConst(pointer)) {
    const to = value >= 0 ? regOf(frame, value) : null;
    return readFixed(state, pointer.frame, off + <i32>pointer.tv, size, to);
  }
  if (value < 0) return fail(E_STACK_LEAK, n, <i64>pointer.tv, <i64>pointer.tm);
  const low = <i32>(pointer.smin + <i64>off);
  const high = <i32>(pointer.smax + <i64>off) + size;
  const f = pointer.frame;
  if (!checkRange(state, n, pointer, off, size, false, false, false, false)) return false;
  readBytes(state, f, low, high, regOf(frame, value));
  return true;
}

export function forgetSlot(frame: Frame, slot: i32): void {
  clearSpill(frame, slot);
  setSlotKinds(frame, slot, <u64>SLOT_INVALID * 0x0101010101010101);
}
