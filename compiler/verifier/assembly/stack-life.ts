/**
 * Which stack slots may still be read from an instruction on, as kernels since 6.18 tell it: from what all paths together
 * did there, along every edge of the control flow, also those that no path takes. Apart for each chain of calls.
 *
 * Kernel: kernel/bpf/liveness.c. Older kernels mark the states of each path: see markSlotRead in stack.ts.
 */
import { alloc } from "./arena";
import { CallChain, callOf, isChain, setChain } from "./call-chain";
import { FEAT_STACK_LIFE } from "./codes.gen";
import { has, pc } from "./env";
import { functionEnd, functionStart } from "./functions";
import { successorOf } from "./flow";
import { callsCallback, isSecond } from "./marks";
import { frameOf, MAX_FRAMES, State } from "./state";

/** What the paths did at one instruction to one frame's slots, a bit per slot. */
@unmanaged
class Slots {
  read: u64;
  /** By every path that came by. */
  written: u64;
  /** Here or later in this function, whatever way is taken. */
  writtenLater: u64;
  live: u64;
}
const SLOTS_SIZE: usize = 32;

/** A function as one chain of calls reaches it. */
@unmanaged
class Instance extends CallChain {
  next: Instance | null;
  start: i32;
  end: i32;
  updated: i32;
  dropped: i32;
  /** Per instruction: SEEN, WRITES. */
  flags: usize;
  /** Tables of Slots per frame of the chain; 0: none yet. */
  t0: usize;
  t1: usize;
  t2: usize;
  t3: usize;
  t4: usize;
  t5: usize;
  t6: usize;
  t7: usize;
}
const SEEN: u8 = 1;
const WRITES: u8 = 2;

let instances: Instance | null = null;
/** That of the path at hand; null: to be looked up. */
let now: Instance | null = null;
let any: bool = false;
const written: StaticArray<u64> = new StaticArray<u64>(MAX_FRAMES);
/** The kernel tells it so. */
export let staticLife: bool = false;

export function resetStackLife(): void {
  staticLife = has(FEAT_STACK_LIFE);
  instances = null;
  now = null;
}
/** The path at hand is in another function now, or it is another path. */
export function changeChain(): void {
  now = null;
}

function tableOf(instance: Instance, f: i32): usize {
  return load<usize>(changetype<usize>(instance) + offsetof<Instance>("t0") + (<usize>f << 2));
}
function slotsAt(instance: Instance, f: i32, insn: i32): Slots {
  return changetype<Slots>(tableOf(instance, f) + <usize>(insn - instance.start) * SLOTS_SIZE);
}
function makeSlots(instance: Instance, f: i32, insn: i32): Slots {
  if (tableOf(instance, f) == 0) {
    const size = <usize>(instance.end - instance.start) * SLOTS_SIZE;
    const table = alloc(size);
    memory.fill(table, 0, size);
    store<usize>(changetype<usize>(instance) + offsetof<Instance>("t0") + (<usize>f << 2), table);
  }
  return slotsAt(instance, f, insn);
}

/** The instance of frame `depth` of a state. */
function instanceOf(state: State, depth: i32): Instance {
  const start = functionStart(frameOf(state, depth).subprogram);
  let instance = instances;
  while (instance != null) {
    if (instance.start == start && isChain(instance, state, depth)) return instance;
    instance = instance.next;
  }
  const made = changetype<Instance>(alloc(offsetof<Instance>()));
  memory.fill(changetype<usize>(made), 0, offsetof<Instance>());
  made.next = instances;
  made.start = start;
  made.end = functionEnd(frameOf(state, depth).subprogram);
  setChain(made, state, depth);
  made.flags = alloc(<usize>(made.end - start));
  memory.fill(made.flags, 0, <usize>(made.end - start));
  instances = made;
  return made;
}

/** The instruction at hand is about to run. */
export function beginMarks(state: State): void {
  if (!staticLife) return;
  if (now == null) now = instanceOf(state, state.top);
  if (any) clearWritten();
}
function clearWritten(): void {
  any = false;
  for (let f = 0; f < MAX_FRAMES; f++) unchecked((written[f] = 0));
}
export function noteSlotRead(f: i32, slot: i32): void {
  const instance = now;
  if (instance != null) addRead(instance, f, pc, <u64>1 << slot);
}
export function noteSlotWritten(f: i32, slot: i32): void {
  any = true;
  unchecked((written[f] = unchecked(written[f]) | (<u64>1 << slot)));
}
function addRead(instance: Instance, f: i32, insn: i32, mask: u64): void {
  const slots = makeSlots(instance, f, insn);
  const read = slots.read | mask;
  if (read != slots.read && (read | slots.live) != slots.live) instance.updated = 1;
  slots.read = read;
}
/** The instruction at hand has run. */
export function endMarks(): void {
  const instance = now;
  if (staticLife && instance != null) commit(instance, pc);
}
function commit(instance: Instance, insn: i32): void {
  const at = instance.flags + <usize>(insn - instance.start);
  const flags = load<u8>(at);
  if (any || flags & WRITES) {
    for (let f = 0; f <= instance.depth; f++) {
      let mask = unchecked(written[f]);
      if (mask == 0 && (tableOf(instance, f) == 0 || !(flags & SEEN))) continue;
      const slots = makeSlots(instance, f, insn);
      const before = slots.written;
      if (flags & SEEN) mask &= before;
      if (before != mask) {
        slots.written = mask;
        instance.updated = 1;
      }
      if (before & ~mask) instance.dropped = 1;
    }
    store<u8>(at, flags | SEEN | WRITES);
  } else if (!(flags & SEEN)) {
    store<u8>(at, flags | SEEN);
  }
}

/** Settles what is known of the functions that the state is in: whenever a path ends, and a function. */
export function settleLife(state: State): void {
  if (!staticLife) return;
  now = null;
  for (let f = state.top; f >= 0; f--) {
    const instance = instanceOf(state, f);
    if (!instance.updated) continue;
    settle(state, instance);
    instance.updated = 0;
    instance.dropped = 0;
  }
}
function settle(state: State, instance: Instance): void {
  const start = instance.start;
  if (instance.dropped) {
    for (let f = 0; f <= instance.depth; f++) {
      if (tableOf(instance, f) == 0) continue;
      for (let i = start; i < instance.end; i++) slotsAt(instance, f, i).writtenLater = 0;
    }
  }
  for (let f = 0; f <= instance.depth; f++) {
    if (tableOf(instance, f) == 0) continue;
    let changed = true;
    while (changed) {
      changed = false;
      for (let i = instance.end - 1; i >= start; i--) {
        if (!isSecond(i) && flow(instance, f, i)) changed = true;
      }
    }
  }
  if (instance.depth == 0) return;
  const outer = instanceOf(state, instance.depth - 1);
  const callsite = callOf(instance, instance.depth - 1);
  clearWritten();
  for (let f = 0; f < instance.depth; f++) {
    if (tableOf(instance, f) == 0) continue;
    const first = slotsAt(instance, f, start);
    unchecked((written[f] = first.writtenLater));
    if (first.writtenLater != 0) any = true;
    addRead(outer, f, callsite, first.live);
  }
  commit(outer, callsite);
  clearWritten();
}
/** One step of the flow backwards; true if something changed. */
function flow(instance: Instance, f: i32, insn: i32): bool {
  const a = successorOf(insn, 0);
  if (a < 0) return false;
  const b = successorOf(insn, 1);
  const slots = slotsAt(instance, f, insn);
  const one = slotsAt(instance, f, a);
  let after = one.live;
  let later = one.writtenLater;
  if (b >= 0) {
    const two = slotsAt(instance, f, b);
    after |= two.live;
    later &= two.writtenLater;
  }
  later |= slots.written;
  const live = (after & ~slots.written) | slots.read;
  const changed = live != slots.live || later != slots.writtenLater;
  slots.live = live;
  slots.writtenLater = later;
  return changed;
}

function liveAt(instance: Instance, f: i32, insn: i32): u64 {
  return tableOf(instance, f) == 0 ? 0 : slotsAt(instance, f, insn).live;
}
/** The slots of frame f that matter in a state on record. */
export function liveSlots(state: State, f: i32): u64 {
  let live = liveAt(instanceOf(state, state.top), f, state.insn);
  for (let n = f; n < state.top; n++) {
    const callsite = frameOf(state, n + 1).callsite;
    live |= liveAt(instanceOf(state, n), f, callsCallback(callsite) ? callsite : callsite + 1);
  }
  return live;
}
