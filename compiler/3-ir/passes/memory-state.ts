/**
 * Versions of memory and maps along the dominator tree, for value numbering: equal versions mean that nothing in between
 * can have changed what is read.
 */

import { blockOf } from "../edit.ts";
import { type Effect, effectOf } from "../effects.ts";
import type { Dominators } from "../graph.ts";
import type { BlockId, Function as Fn, Inst, Memory, SlotId } from "../ir.ts";
import type { Definitions } from "../known-bits.ts";

/** Everything that has changed, and when last. */
export type MemoryState = {
  readonly classes: Partial<Record<Memory, number>>;
  /** Last write that may have been to any slot. */
  readonly slots: ReadonlyMap<SlotId, number>;
  readonly anySlot: number;
  readonly maps: ReadonlyMap<string, number>;
  readonly anyMap: number;
  readonly all: number;
};

export const INITIAL: MemoryState = { classes: {}, slots: new Map(), anySlot: 0, maps: new Map(), anyMap: 0, all: 0 };

/** The state after an effect, at a new point in time. */
export function changed(state: MemoryState, effect: Effect, now: number): MemoryState {
  if (effect.memory.length === 0 && effect.maps.length === 0) return state;
  let { classes, slots, anySlot, maps, anyMap, all } = state;
  if (effect.memory.includes("any")) all = now;
  for (const memory of effect.memory) {
    if (memory === "stack" && effect.slots !== undefined) {
      const next = new Map(slots);
      for (const slot of effect.slots) next.set(slot, now);
      slots = next;
    } else if (memory === "stack") anySlot = now;
    else classes = { ...classes, [memory]: now };
  }
  if (effect.maps === "all") anyMap = now;
  else if (effect.maps.length > 0) {
    const next = new Map(maps);
    for (const map of effect.maps) next.set(map, now);
    maps = next;
  }
  return { classes, slots, anySlot, maps, anyMap, all };
}

/** When memory of a class (for the stack: of a slot) last changed. */
export function memoryVersion(state: MemoryState, memory: Memory, slot: SlotId | undefined): number {
  if (memory === "any") {
    let latest = Math.max(state.all, state.anySlot, ...state.slots.values());
    for (const time of Object.values(state.classes)) latest = Math.max(latest, time);
    return latest;
  }
  if (memory !== "stack") return Math.max(state.all, state.classes[memory] ?? 0, state.classes.any ?? 0);
  const own = slot === undefined ? Math.max(0, ...state.slots.values()) : (state.slots.get(slot) ?? 0);
  return Math.max(state.all, state.anySlot, own);
}

/** When the elements of a map last changed. */
export function mapVersion(state: MemoryState, map: string): number {
  return Math.max(state.anyMap, state.maps.get(map) ?? 0);
}

/**
 * Everything that may happen between the end of a block's immediate dominator and its start, on any way.
 * Empty where the dominator is the only predecessor.
 */
export function effectsBetween(fn: Fn, tree: Dominators, id: BlockId, definition: Definitions): readonly Effect[] {
  const preds = tree.predecessors.get(id) ?? [];
  const parent = tree.order[tree.immediate[tree.position.get(id) ?? 0] ?? 0];
  if (preds.every((pred) => pred === parent)) return [];
  const effects: Effect[] = [];
  const seen = new Set<BlockId>();
  const open = [...preds];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === parent || seen.has(at)) continue;
    seen.add(at);
    for (const inst of blockOf(fn, at).insts) pushEffect(effects, inst, definition);
    open.push(...(tree.predecessors.get(at) ?? []));
  }
  return effects;
}

function pushEffect(effects: Effect[], inst: Inst, definition: Definitions): void {
  const effect = effectOf(inst, definition);
  if (effect.memory.length > 0 || effect.maps.length > 0) effects.push(effect);
}
