/**
 * Where each stack slot stands below r10. Slots whose contents are never needed at the same time share space.
 *
 * A slot is live from the first instruction that may write it to the last that may read it, on every path: an
 * instruction is taken to touch the slots whose addresses it is given, directly or derived by arithmetic or block
 * parameters. A slot whose address is stored or escapes into a function is live everywhere.
 */
import { eachOperand, jumpsOf } from "../3-ir/edit.ts";
import { predecessors } from "../3-ir/graph.ts";
import type { BlockId, Function as Fn, Inst, Slot, SlotId, ValueId } from "../3-ir/ir.ts";

export type Frame = {
  /** Offset from r10 (negative) of each slot that is used. */
  readonly offsets: ReadonlyMap<SlotId, number>;
  /** Bytes, a multiple of 8. */
  readonly size: number;
};

/** A set of slots, by position in the list of used ones. */
type Bits = Uint32Array;
const has = (bits: Bits, i: number): boolean => ((bits[i >> 5] ?? 0) & (1 << (i & 31))) !== 0;
const put = (bits: Bits, i: number): void => {
  bits[i >> 5] = (bits[i >> 5] ?? 0) | (1 << (i & 31));
};
/** Adds the second set to the first; true if that grew. */
function join(to: Bits, from: Bits): boolean {
  let grew = false;
  for (let i = 0; i < to.length; i++) {
    // Unsigned, as the array gives it back: with bit 31 set, the set would seem to grow for ever.
    const next = ((to[i] ?? 0) | (from[i] ?? 0)) >>> 0;
    if (next !== to[i]) grew = true;
    to[i] = next;
  }
  return grew;
}

export function layoutFrame(fn: Fn): Frame {
  const slots = usedSlots(fn);
  if (slots.length === 0) return { offsets: new Map(), size: 0 };
  const touched = touchedSlots(fn, slots);
  const conflicts = slotConflicts(fn, slots, touched);
  const offsets = new Map<SlotId, number>();
  let size = 0;
  // Larger slots first; among equals, the order of the function: the same input gives the same frame.
  const order = slots.map((_, i) => i).sort((a, b) => (slots[b]?.size ?? 0) - (slots[a]?.size ?? 0) || a - b);
  const ends = new Map<number, { readonly from: number; readonly to: number }>();
  for (const i of order) {
    const slot = slots[i];
    const conflict = conflicts[i];
    if (slot === undefined || conflict === undefined) continue;
    const taken = [...ends].filter(([other]) => has(conflict, other)).map(([, range]) => range);
    taken.sort((a, b) => a.from - b.from);
    // Positions count bytes below r10: a slot of [from, to) stands at r10 - to.
    let from = 0;
    const endOf = (start: number): number => alignUp(start + slot.size, slot.align);
    for (const range of taken) {
      if (endOf(from) <= range.from) break;
      from = Math.max(from, range.to);
    }
    const to = endOf(from);
    ends.set(i, { from: to - slot.size, to });
    offsets.set(slot.id, -to);
    size = Math.max(size, to);
  }
  return { offsets, size: alignUp(size, 8) };
}

function alignUp(n: number, align: number): number {
  return Math.ceil(n / align) * align;
}

function usedSlots(fn: Fn): readonly Slot[] {
  const used = new Set<SlotId>();
  for (const block of fn.blocks.values()) for (const inst of block.insts) if (inst.kind === "slot") used.add(inst.slot);
  return fn.slots.filter((slot) => used.has(slot.id));
}

type Touched = {
  /** Slots that an address may point into, by value. */
  readonly of: ReadonlyMap<ValueId, Bits>;
  readonly escaped: Bits;
};

/** Which slots each value may point into: through arithmetic and block parameters. */
function touchedSlots(fn: Fn, slots: readonly Slot[]): Touched {
  const words = (slots.length + 31) >> 5;
  const index = new Map(slots.map((slot, i) => [slot.id, i]));
  const of = new Map<ValueId, Bits>();
  const escaped = new Uint32Array(words);
  const derive = (to: ValueId, from: ValueId): boolean => {
    const source = of.get(from);
    if (source === undefined) return false;
    const bits = of.get(to) ?? new Uint32Array(words);
    of.set(to, bits);
    return join(bits, source);
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of fn.blocks.values()) {
      for (const inst of block.insts) {
        if (inst.kind === "slot" && !of.has(inst.dst)) {
          const bits = new Uint32Array(words);
          put(bits, index.get(inst.slot) ?? 0);
          of.set(inst.dst, bits);
          changed = true;
        } else if (inst.kind === "binary") {
          if (derive(inst.dst, inst.left)) changed = true;
          if (derive(inst.dst, inst.right)) changed = true;
        }
      }
      for (const jump of jumpsOf(block.end)) {
        const params = fn.blocks.get(jump.to)?.params ?? [];
        jump.args.forEach((arg, i) => {
          const param = params[i];
          if (param !== undefined && derive(param, arg)) changed = true;
        });
      }
    }
  }
  const noteEscape = (value: ValueId): void => {
    const bits = of.get(value);
    if (bits !== undefined) join(escaped, bits);
  };
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) if (inst.kind === "store" || inst.kind === "atomic-add") noteEscape(inst.value);
    if (block.end.kind === "return") noteEscape(block.end.value);
  }
  return { of, escaped };
}

/** True for what only computes an address. */
function isAddressArithmetic(inst: Inst): boolean {
  return inst.kind === "slot" || inst.kind === "binary";
}

/** For each slot, those that may hold something needed while it does. */
function slotConflicts(fn: Fn, slots: readonly Slot[], touched: Touched): readonly Bits[] {
  const words = (slots.length + 31) >> 5;
  const mentions = (inst: Inst): Bits | undefined => {
    if (isAddressArithmetic(inst)) return undefined;
    let bits: Bits | undefined;
    eachOperand(inst, (value) => {
      const of = touched.of.get(value);
      if (of === undefined) return;
      bits ??= new Uint32Array(words);
      join(bits, of);
    });
    return bits;
  };
  const before = new Map<BlockId, Bits>();
  const after = new Map<BlockId, Bits>();
  const local = new Map<BlockId, { readonly inst: number; readonly bits: Bits }[]>();
  for (const block of fn.blocks.values()) {
    const list: { inst: number; bits: Bits }[] = [];
    block.insts.forEach((inst, i) => {
      const bits = mentions(inst);
      if (bits !== undefined) list.push({ inst: i, bits });
    });
    local.set(block.id, list);
    before.set(block.id, new Uint32Array(words));
    after.set(block.id, new Uint32Array(words));
  }
  // before: touched on some way to the block's start. after: touched on some way from its end.
  const preds = predecessors(fn);
  const ids = [...fn.blocks.keys()];
  for (let changed = true; changed; ) {
    changed = false;
    for (const id of ids) {
      const mine = before.get(id);
      if (mine === undefined) continue;
      for (const pred of preds.get(id) ?? []) {
        const out = before.get(pred);
        if (out !== undefined && join(mine, out)) changed = true;
        for (const mention of local.get(pred) ?? []) if (join(mine, mention.bits)) changed = true;
      }
    }
    for (const id of [...ids].reverse()) {
      const mine = after.get(id);
      const block = fn.blocks.get(id);
      if (mine === undefined || block === undefined) continue;
      for (const jump of jumpsOf(block.end)) {
        const into = after.get(jump.to);
        if (into !== undefined && join(mine, into)) changed = true;
        for (const mention of local.get(jump.to) ?? []) if (join(mine, mention.bits)) changed = true;
      }
    }
  }
  const conflicts = slots.map(() => new Uint32Array(words));
  const conflictAll = (live: Bits): void => {
    for (let i = 0; i < slots.length; i++) {
      const own = conflicts[i];
      if (own !== undefined && has(live, i)) join(own, live);
    }
  };
  for (const block of fn.blocks.values()) {
    const list = local.get(block.id) ?? [];
    const past = new Uint32Array(before.get(block.id) ?? []);
    const live = new Uint32Array(words);
    const future = list.map(() => new Uint32Array(words));
    const rest = new Uint32Array(after.get(block.id) ?? []);
    for (let i = list.length - 1; i >= 0; i--) {
      join(rest, list[i]?.bits ?? live);
      future[i]?.set(rest);
    }
    list.forEach((mention, i) => {
      join(past, mention.bits);
      const next = future[i];
      for (let w = 0; w < words; w++) live[w] = ((past[w] ?? 0) & (next?.[w] ?? 0)) | (touched.escaped[w] ?? 0);
      conflictAll(live);
    });
  }
  for (let i = 0; i < slots.length; i++) if (has(touched.escaped, i)) conflicts[i]?.fill(0xffffffff);
  for (let i = 0; i < slots.length; i++) {
    for (let j = 0; j < slots.length; j++) {
      const own = conflicts[j];
      if (own !== undefined && conflicts[i] !== undefined && has(conflicts[i] ?? own, j)) put(own, i);
    }
  }
  return conflicts;
}
