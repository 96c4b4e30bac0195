/**
 * Turns scalars kept in stack slots into values: every load gets what the last store on the way put there, joined by
 * block parameters where ways meet.
 *
 * Takes slots that are only loaded and stored, always at the same offsets and sizes that do not overlap. A load before
 * any store reads zero. Construction on the fly after Braun et al., "Simple and Efficient Construction of Static Single
 * Assignment Form" (CC 2013), with all blocks known: parameters are made where blocks join, trivial ones are left for
 * pass "propagate".
 */
import { definitions, eachEndOperand, eachOperand, Fresh, mapJumps, renameValues } from "../edit.ts";
import { slotOf } from "../effects.ts";
import { predecessors } from "../graph.ts";
import type { Block, BlockId, Function as Fn, Inst, SlotId, ValueId } from "../ir.ts";
import { type Definitions, knownBits } from "../known-bits.ts";
import { Constants } from "./constants.ts";

type Store = Extract<Inst, { readonly kind: "store" }>;

export function promoteSlots(fn: Fn): Fn {
  if (fn.slots.length === 0) return fn;
  const defs = definitions(fn);
  const definition: Definitions = (value) => defs[value];
  const promotable = findPromotable(fn, definition);
  if (promotable.size === 0) return fn;

  const fresh = new Fresh(fn);
  const constants = new Constants(fn, fresh);
  const preds = predecessors(fn);
  /** "slot offset" of an access, if it is to go. */
  const cellOf = (inst: Inst): string | undefined => {
    if (inst.kind !== "load" && inst.kind !== "store") return undefined;
    const at = slotOf(inst.base, definition);
    return at !== undefined && promotable.has(at.slot) ? `${at.slot} ${at.offset + inst.offset}` : undefined;
  };

  const names: (ValueId | undefined)[] = [];
  const atEnd = new Map<BlockId, Map<string, ValueId>>();
  const params = new Map<BlockId, { readonly cell: string; readonly value: ValueId }[]>();
  const bodies = new Map<BlockId, Inst[]>();

  const read = (cell: string, id: BlockId): ValueId => {
    const known = atEnd.get(id)?.get(cell);
    return known ?? readStart(cell, id);
  };
  const remember = (cell: string, id: BlockId, value: ValueId): void => {
    const map = atEnd.get(id) ?? new Map<string, ValueId>();
    atEnd.set(id, map);
    if (!map.has(cell)) map.set(cell, value);
  };
  /** The cell's value where the block starts. */
  const starts = new Map<string, ValueId>();
  const readStart = (cell: string, id: BlockId): ValueId => {
    const key = `${id} ${cell}`;
    const known = starts.get(key);
    if (known !== undefined) return known;
    const [pred, ...others] = preds.get(id) ?? [];
    let value: ValueId;
    if (id === fn.entry || pred === undefined) value = constants.of(0n);
    else if (others.length === 0) {
      value = read(cell, pred);
    } else {
      value = fresh.value();
      const list = params.get(id) ?? [];
      params.set(id, list);
      list.push({ cell, value });
    }
    starts.set(key, value);
    remember(cell, id, value);
    return value;
  };

  /** What cuts a narrow store's value down to what a load would give back. */
  const extensions = new Map<Inst, Extract<Inst, { readonly kind: "extend" }>>();
  const storedValue = (inst: Store): ValueId => {
    if (inst.size === 8 || knownBits(inst.value, definition) <= inst.size * 8) return inst.value;
    const bits = inst.size === 1 ? 8 : inst.size === 2 ? 16 : 32;
    const dst = fresh.value();
    extensions.set(inst, { kind: "extend", dst, bits, signed: false, value: inst.value, span: inst.span });
    return dst;
  };
  // First what each block leaves in its cells, so that a block may be asked before its turn comes.
  for (const block of fn.blocks.values()) {
    const last = new Map<string, ValueId>();
    for (const inst of block.insts) {
      const cell = cellOf(inst);
      if (cell === undefined || inst.kind !== "store") continue;
      last.set(cell, storedValue(inst));
    }
    atEnd.set(block.id, last);
  }
  for (const block of fn.blocks.values()) {
    const now = new Map<string, ValueId>();
    const body: Inst[] = [];
    for (const inst of block.insts) {
      const cell = cellOf(inst);
      if (cell === undefined) body.push(inst);
      else if (inst.kind === "store") {
        const extension = extensions.get(inst);
        if (extension !== undefined) body.push(extension);
        now.set(cell, extension === undefined ? inst.value : extension.dst);
      } else if (inst.kind === "load") {
        const value = now.get(cell) ?? readStart(cell, block.id);
        if (inst.signed && inst.size < 8) {
          const bits = inst.size === 1 ? 8 : inst.size === 2 ? 16 : 32;
          body.push({ kind: "extend", dst: inst.dst, bits, signed: true, value, span: inst.span });
        } else names[inst.dst] = value;
      }
    }
    bodies.set(block.id, body);
  }
  // Parameters want arguments, which may want parameters further up.
  const wanted = new Map<BlockId, Map<BlockId, ValueId[]>>();
  for (let done = new Map<BlockId, number>(), more = true; more; ) {
    more = false;
    for (const [id, list] of [...params]) {
      const from = done.get(id) ?? 0;
      if (from === list.length) continue;
      more = true;
      done.set(id, list.length);
      for (const { cell } of list.slice(from)) {
        for (const pred of new Set(preds.get(id) ?? [])) {
          const byTarget = wanted.get(pred) ?? new Map<BlockId, ValueId[]>();
          wanted.set(pred, byTarget);
          const args = byTarget.get(id) ?? [];
          byTarget.set(id, args);
          args.push(read(cell, pred));
        }
      }
    }
  }

  const blocks = new Map<BlockId, Block>();
  for (const block of fn.blocks.values()) {
    const added = params.get(block.id) ?? [];
    const end = mapJumps(block.end, (jump) => {
      const args = wanted.get(block.id)?.get(jump.to);
      return args === undefined ? jump : { to: jump.to, args: [...jump.args, ...args] };
    });
    const insts = bodies.get(block.id) ?? block.insts;
    blocks.set(block.id, { ...block, params: [...block.params, ...added.map((param) => param.value)], insts, end });
  }
  constants.apply(blocks, fn.entry);
  return renameValues(fresh.apply({ ...fn, blocks }), names);
}

/** Slots that are nothing but scalars: see the header. */
function findPromotable(fn: Fn, definition: Definitions): ReadonlySet<SlotId> {
  const out = new Set(fn.slots.map((slot) => slot.id));
  const cells = new Map<SlotId, Map<number, number>>();
  const refuse = (value: ValueId): void => {
    const slot = nearSlot(value, definition, 8);
    if (slot !== undefined) out.delete(slot);
  };
  const access = (inst: Extract<Inst, { readonly kind: "load" | "store" }>): void => {
    const at = slotOf(inst.base, definition);
    if (at === undefined) {
      refuse(inst.base);
      return;
    }
    const mine = cells.get(at.slot) ?? new Map<number, number>();
    cells.set(at.slot, mine);
    const offset = at.offset + inst.offset;
    const size = mine.get(offset);
    if (size === undefined) mine.set(offset, inst.size);
    else if (size !== inst.size) out.delete(at.slot);
  };
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) {
      if (inst.kind === "load") access(inst);
      else if (inst.kind === "store") {
        access(inst);
        refuse(inst.value);
      } else if (inst.kind !== "binary") eachOperand(inst, refuse);
    }
    eachEndOperand(block.end, refuse);
  }
  for (const [slot, mine] of cells) {
    const sorted = [...mine].sort((a, b) => a[0] - b[0]);
    sorted.forEach(([offset, size], i) => {
      const next = sorted[i + 1];
      if (next !== undefined && offset + size > next[0]) out.delete(slot);
    });
  }
  for (const slot of fn.slots) if (!cells.has(slot.id)) out.delete(slot.id);
  return out;
}

function nearSlot(value: ValueId, definition: Definitions, depth: number): SlotId | undefined {
  const inst = definition(value);
  if (inst?.kind === "slot") return inst.slot;
  if (inst?.kind !== "binary" || depth === 0) return undefined;
  return nearSlot(inst.left, definition, depth - 1) ?? nearSlot(inst.right, definition, depth - 1);
}
