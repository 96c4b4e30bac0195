/**
 * Dynptrs: two stack slots that a helper made into a handle of memory whose size is known at run time only. The slots
 * belong to the kernel; what points into the memory lasts as long as they do.
 *
 * Kernel: process_dynptr_func, mark_stack_slots_dynptr, destroy_if_dynptr_stack_slot in kernel/bpf/verifier.c.
 */
import {
  ARG_DYNPTR_LOCAL,
  ARG_DYNPTR_RELEASE,
  ARG_DYNPTR_RINGBUF,
  ARG_DYNPTR_UNINIT,
  E_DYNPTR_INIT,
  E_DYNPTR_OFFSET,
  E_DYNPTR_OVERWRITE,
  E_DYNPTR_TYPE,
  E_DYNPTR_UNACQUIRED,
  E_DYNPTR_UNINIT,
  E_DYNPTR_VARIABLE,
  SLOT_DYNPTR,
  SLOT_INVALID,
  T_DYNPTR,
  T_MEM,
} from "./codes.gen";
import { fail, newId, pc } from "./env";
import { baseType, isConst, markNone, markUnknown, Reg } from "./reg";
import { checkBounds, markSlotRead, markWritten } from "./stack";
import {
  byteKind,
  Frame,
  frameOf,
  isSpilled,
  pushRef,
  regOf,
  REGS,
  setByteKind,
  setSlotKinds,
  spillOf,
  State,
} from "./state";

/** Kind of a dynptr, in `aux` of its slots' registers; `off` is 1 in the first (higher) slot. */
const LOCAL: i32 = 1;
const RINGBUF: i32 = 2;
const WHOLE: u64 = 0x0101010101010101;

/** What the last argument of that kind was: for the helper's result and effects. */
export let dynptrId: u32 = 0;
export let dynptrRef: u32 = 0;
export function forgetDynptr(): void {
  dynptrId = 0;
  dynptrRef = 0;
}

function isDynptr(frame: Frame, slot: i32): bool {
  return slot < frame.slots && byteKind(frame, slot, 7) == SLOT_DYNPTR;
}

/** Pointers into a dynptr's memory are mere numbers when it is gone. */
function dropSlices(state: State, id: u32): void {
  for (let f = 0; f <= state.top; f++) {
    const fr = frameOf(state, f);
    for (let i = 0; i < REGS; i++) dropSlice(regOf(fr, i), id);
    for (let i = 0; i < fr.slots; i++) if (isSpilled(fr, i)) dropSlice(spillOf(fr, i), id);
  }
}
function dropSlice(r: Reg, id: u32): void {
  if (baseType(r.type) == T_MEM && r.uid == <i32>id) markUnknown(r);
}
function clearSlot(frame: Frame, slot: i32): void {
  markNone(spillOf(frame, slot));
  setSlotKinds(frame, slot, <u64>SLOT_INVALID * WHOLE);
  markWritten(frame, slot);
}

/** A write reaches a slot: a dynptr there is no more, unless it holds a reference. */
export function destroyDynptr(state: State, frame: Frame, slot: i32): bool {
  if (!isDynptr(frame, slot)) return true;
  const r = spillOf(frame, slot);
  if (r.ref != 0) return fail(E_DYNPTR_OVERWRITE);
  const first = r.off == 1 ? slot : slot + 1;
  const id = r.id;
  clearSlot(frame, first);
  clearSlot(frame, first - 1);
  dropSlices(state, id);
  return true;
}

/** The reference that a dynptr held was given back: all its slots are free. */
export function releaseDynptrs(state: State, ref: u32): void {
  for (let f = 0; f <= state.top; f++) {
    const fr = frameOf(state, f);
    for (let i = 0; i < fr.slots; i++) if (isDynptr(fr, i) && spillOf(fr, i).ref == ref) clearSlot(fr, i);
  }
}

/** Slots compare by kind, place and reference. `sameId` is the caller's. */
export function sameDynptr(a: Reg, b: Reg): bool {
  return a.aux == b.aux && a.off == b.off;
}

function setSlot(frame: Frame, slot: i32, kind: i32, first: i32, id: u32, ref: u32): void {
  const r = spillOf(frame, slot);
  markUnknown(r);
  r.type = T_DYNPTR;
  r.aux = kind;
  r.off = first;
  r.id = id;
  r.ref = ref;
  for (let i = 0; i < 8; i++) setByteKind(frame, slot, i, SLOT_DYNPTR);
  markWritten(frame, slot);
}

/** An argument that is a dynptr, or room for one. It is made only when all arguments are checked: see makeDynptr. */
export function checkDynptr(state: State, n: i32, r: Reg, arg: i32): bool {
  if (!isConst(r)) return fail(E_DYNPTR_VARIABLE);
  const off = r.off + <i32>r.tv;
  const at = -off - 1;
  const slot = at >> 3;
  if ((off & 7) != 0 || off >= 0 || slot < 1) return fail(E_DYNPTR_OFFSET, off);
  const frame = frameOf(state, r.frame);
  const there = isDynptr(frame, slot) && isDynptr(frame, slot - 1) && spillOf(frame, slot).off == 1;
  if (arg & ARG_DYNPTR_RELEASE && (!there || spillOf(frame, slot).ref == 0)) return fail(E_DYNPTR_UNACQUIRED, n);
  if (arg & ARG_DYNPTR_UNINIT) return makeDynptr(state, n, r, slot, arg);
  if (!there) return fail(E_DYNPTR_INIT, n - 1);
  const wanted = arg & ARG_DYNPTR_LOCAL ? LOCAL : arg & ARG_DYNPTR_RINGBUF ? RINGBUF : 0;
  if (wanted != 0 && spillOf(frame, slot).aux != wanted) return fail(E_DYNPTR_TYPE, n - 1, wanted);
  markSlotRead(state, r.frame, slot);
  markSlotRead(state, r.frame, slot - 1);
  dynptrId = spillOf(frame, slot).id;
  dynptrRef = spillOf(frame, slot).ref;
  return true;
}

function makeDynptr(state: State, n: i32, r: Reg, slot: i32, arg: i32): bool {
  if (!checkBounds(state, n, r, r.off, 16, true)) return false;
  const frame = frameOf(state, r.frame);
  if (slot >= frame.slots) return fail(E_DYNPTR_UNINIT);
  if (!destroyDynptr(state, frame, slot) || !destroyDynptr(state, frame, slot - 1)) return false;
  const kind = arg & ARG_DYNPTR_RINGBUF ? RINGBUF : LOCAL;
  const id = newId();
  let ref: u32 = 0;
  if (kind == RINGBUF) {
    ref = newId();
    pushRef(state, ref, pc);
  }
  setSlot(frame, slot, kind, 1, id, ref);
  setSlot(frame, slot - 1, kind, 0, id, ref);
  return true;
}
