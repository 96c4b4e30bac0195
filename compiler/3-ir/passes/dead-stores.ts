/**
 * Drops stores to stack slots that nothing reads: bytes overwritten first, or never read again before the end.
 *
 * A backward walk over the bytes of all slots. Every read is known by its instruction: loads, keys and values of map
 * operations, memory arguments of helpers. A helper that fills a buffer of constant size (see FILLING) overwrites
 * those bytes. A slot whose address goes anywhere else counts as read everywhere.
 * Zeroing is trimmed to the bytes that are needed.
 */

import { type HelperName, helperRow } from "../../lang/helpers.ts";
import { definitions, eachEndOperand, eachOperand, jumpsOf } from "../edit.ts";
import { slotOf } from "../effects.ts";
import type { Block, BlockId, Bytes, Function as Fn, Inst, SlotId, ValueId } from "../ir.ts";
import type { Definitions } from "../known-bits.ts";

/** One flag per byte of all slots that are looked at: 1, it is read later. */
type Needed = Uint8Array;
type Range = { readonly from: number; readonly to: number };

export function deadStores(fn: Fn): Fn {
  if (fn.slots.length === 0) return fn;
  const defs = definitions(fn);
  const definition: Definitions = (value) => defs[value];
  const layout = new Map<SlotId, Range>();
  const escaped = escapedSlots(fn, definition);
  let total = 0;
  for (const slot of fn.slots) {
    if (escaped.has(slot.id)) continue;
    layout.set(slot.id, { from: total, to: total + slot.size });
    total += slot.size;
  }
  if (layout.size === 0) return fn;
  const rangeOf = (base: ValueId, offset: number, size: number): Range | undefined => {
    const at = slotOf(base, definition);
    const slot = at === undefined ? undefined : layout.get(at.slot);
    if (at === undefined || slot === undefined) return undefined;
    const from = slot.from + at.offset + offset;
    return from < slot.from || from + size > slot.to ? { from: slot.from, to: slot.to } : { from, to: from + size };
  };

  const atStart = new Map<BlockId, Needed>();
  const transfer = (block: Block, rewrite: ((inst: Inst, needed: Needed) => void) | undefined): Needed => {
    const needed = new Uint8Array(total);
    for (const jump of jumpsOf(block.end)) {
      const next = atStart.get(jump.to);
      if (next !== undefined) for (let i = 0; i < total; i++) if (next[i] === 1) needed[i] = 1;
    }
    for (let i = block.insts.length - 1; i >= 0; i--) {
      const inst = block.insts[i];
      if (inst === undefined) continue;
      rewrite?.(inst, needed);
      step(inst, needed, rangeOf, definition);
    }
    return needed;
  };
  const reversed = [...fn.blocks.values()].reverse();
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of reversed) {
      const needed = transfer(block, undefined);
      const old = atStart.get(block.id);
      if (old === undefined || needed.some((flag, i) => flag !== old[i])) {
        atStart.set(block.id, needed);
        changed = true;
      }
    }
  }

  let dropped = false;
  const blocks = new Map<BlockId, Block>();
  for (const block of fn.blocks.values()) {
    const insts: Inst[] = [];
    transfer(block, (inst, needed) => {
      const kept = keep(inst, needed, rangeOf);
      if (kept !== undefined) insts.push(kept);
      if (kept !== inst) dropped = true;
    });
    blocks.set(block.id, { ...block, insts: insts.reverse() });
  }
  return dropped ? { ...fn, blocks } : fn;
}

/**
 * Helpers that write every byte of their buffer, whether they succeed or not (kernel/trace/bpf_trace.c, kernel/bpf/helpers.c).
 * Others, such as those that read strings or names, leave what stood behind the text.
 */
const FILLING: ReadonlySet<HelperName> = new Set([
  "probe_read_kernel",
  "probe_read_user",
  "get_stack",
] satisfies HelperName[]);

type RangeOf = (base: ValueId, offset: number, size: number) => Range | undefined;

/** The instruction, what is left of it, or nothing. */
function keep(inst: Inst, needed: Needed, rangeOf: RangeOf): Inst | undefined {
  if (inst.kind === "store") {
    const range = rangeOf(inst.base, inst.offset, inst.size);
    return range === undefined || needed.subarray(range.from, range.to).includes(1) ? inst : undefined;
  }
  if (inst.kind === "copy") {
    const range = rangeOf(inst.to, inst.toOffset, inst.size);
    return range === undefined || needed.subarray(range.from, range.to).includes(1) ? inst : undefined;
  }
  if (inst.kind !== "zero") return inst;
  const range = rangeOf(inst.base, inst.offset, inst.size);
  if (range === undefined || range.to - range.from !== inst.size) return inst;
  const bytes = needed.subarray(range.from, range.to);
  const first = bytes.indexOf(1);
  if (first < 0) return undefined;
  // Whole words: half of one costs as much as all of it.
  const from = first - (first % 8);
  const last = bytes.lastIndexOf(1) + 1;
  const to = Math.min(inst.size, last + ((8 - (last % 8)) % 8));
  return from === 0 && to === inst.size ? inst : { ...inst, offset: inst.offset + from, size: to - from };
}

/** What must hold before the instruction, from what must hold after it. */
function step(inst: Inst, needed: Needed, rangeOf: RangeOf, definition: Definitions): void {
  const read = (range: Range | undefined): void => {
    if (range !== undefined) needed.fill(1, range.from, range.to);
  };
  const overwrite = (range: Range | undefined, size: number): void => {
    if (range !== undefined && range.to - range.from === size) needed.fill(0, range.from, range.to);
  };
  const readBytes = (bytes: Bytes): void => {
    if (bytes.kind === "memory") read(rangeOf(bytes.base, bytes.offset, bytes.size));
  };
  switch (inst.kind) {
    case "load":
      read(rangeOf(inst.base, inst.offset, inst.size));
      return;
    case "store":
      overwrite(rangeOf(inst.base, inst.offset, inst.size), inst.size);
      return;
    case "zero":
      overwrite(rangeOf(inst.base, inst.offset, inst.size), inst.size);
      return;
    case "copy":
      overwrite(rangeOf(inst.to, inst.toOffset, inst.size), inst.size);
      read(rangeOf(inst.from, inst.fromOffset, inst.size));
      return;
    case "atomic-add":
      read(rangeOf(inst.base, inst.offset, inst.size));
      return;
    case "map-lookup":
    case "map-delete":
      readBytes(inst.key);
      return;
    case "map-update":
      readBytes(inst.key);
      readBytes(inst.value);
      return;
    case "call": {
      const kinds = helperRow(inst.helper).args;
      const filled = inst.args.map((arg, i) => {
        const size = inst.args[i + 1];
        const bytes = size === undefined ? undefined : definition(size);
        if (!FILLING.has(inst.helper) || kinds[i] !== "mem-uninit" || bytes?.kind !== "const") return false;
        overwrite(rangeOf(arg, 0, Number(bytes.value)), Number(bytes.value));
        return true;
      });
      inst.args.forEach((arg, i) => {
        if (filled[i] !== true) read(wholeSlot(arg, rangeOf));
      });
      return;
    }
    default:
      eachOperand(inst, (value) => {
        if (inst.kind !== "binary") read(wholeSlot(value, rangeOf));
      });
  }
}

/** All bytes of the slot that an address points into. */
function wholeSlot(value: ValueId, rangeOf: RangeOf): Range | undefined {
  // A size beyond any slot is cut to the slot.
  return rangeOf(value, 0, 1 << 20);
}

/** Slots whose address is used in a way that step() cannot follow. */
function escapedSlots(fn: Fn, definition: Definitions): ReadonlySet<SlotId> {
  const escaped = new Set<SlotId>();
  const near = (value: ValueId, depth = 8): SlotId | undefined => {
    const inst = definition(value);
    if (inst?.kind === "slot") return inst.slot;
    if (inst?.kind !== "binary" || depth === 0) return undefined;
    return near(inst.left, depth - 1) ?? near(inst.right, depth - 1);
  };
  const noteEscape = (value: ValueId): void => {
    const slot = near(value);
    if (slot !== undefined) escaped.add(slot);
  };
  // Variable offsets into a slot are fine to read through, but nothing tells which bytes.
  const check = (value: ValueId): void => {
    if (slotOf(value, definition) === undefined) noteEscape(value);
  };
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) {
      switch (inst.kind) {
        case "store":
        case "atomic-add":
          check(inst.base);
          noteEscape(inst.value);
          break;
        case "call": {
          // A callback's context may be read for as long as the callback runs: during the call only.
          for (const arg of inst.args) check(arg);
          break;
        }
        case "binary":
          break;
        case "call-function":
          for (const arg of inst.args) noteEscape(arg);
          break;
        default:
          eachOperand(inst, check);
      }
    }
    eachEndOperand(block.end, noteEscape);
  }
  return escaped;
}
