/**
 * Loops that no kernel takes: those that nothing leaves, and those whose turns are all alike to the verifier, which takes a state
 * that comes again for an endless loop (states_maybe_looping, is_state_visited in kernel/bpf/verifier.c).
 */
import { definedBy, eachOperand, isCall, jumpsOf } from "../3-ir/edit.ts";
import type { Block, BlockId, Function as Fn, Inst, Terminator, ValueId } from "../3-ir/ir.ts";

/** The end of a block from which no way leads out of the function. */
export function endlessLoop(fn: Fn): Terminator | undefined {
  const leaving = new Set<BlockId>();
  // Backwards, so that mostly one round tells.
  const blocks = [...fn.blocks.values()].reverse();
  for (let before = -1; before !== leaving.size; ) {
    before = leaving.size;
    for (const { id, end } of blocks) {
      if (end.kind === "return" || jumpsOf(end).some(({ to }) => leaving.has(to))) leaving.add(id);
    }
  }
  return [...fn.blocks.values()].find(({ id }) => !leaving.has(id))?.end;
}

/**
 * The end of the first block of a loop that carries nothing from turn to turn: no value, and nothing on the stack that it
 * reads. What it reads elsewhere is any number to the verifier, in every turn. Where a number decides that is known when
 * the object is loaded, the loop may not be entered at all: that is left to the verifier.
 */
export function unchangingLoop(fn: Fn): Terminator | undefined {
  if (!mayLoop(fn)) return undefined;
  let settled: ReadonlySet<ValueId> | undefined;
  for (const { head, blocks } of loopsOf(fn)) {
    if (head.params.length > 0 || blocks.some(({ insts }) => insts.some(readsStack))) continue;
    settled ??= knownWhenLoaded(fn);
    const isSettled = (value: ValueId) => settled?.has(value) === true;
    if (!blocks.some(({ end }) => end.kind === "branch" && (isSettled(end.left) || isSettled(end.right))))
      return head.end;
  }
  return undefined;
}

/** Most functions have no jump back: in whatever order its blocks stand, a loop has one. */
function mayLoop(fn: Fn): boolean {
  const seen = new Set<BlockId>();
  for (const { id, end } of fn.blocks.values()) {
    seen.add(id);
    if (jumpsOf(end).some(({ to }) => seen.has(to))) return true;
  }
  return false;
}

type Loop = { readonly head: Block; readonly blocks: readonly Block[] };

/** All loops that are entered at one block only, outer ones before those inside: what stays connected without the heads of the outer ones. */
function loopsOf(fn: Fn): readonly Loop[] {
  const loops: Loop[] = [];
  const todo: ReadonlySet<BlockId>[] = [new Set(fn.blocks.keys())];
  for (let area = todo.pop(); area !== undefined; area = todo.pop()) {
    for (const part of connected(fn, area)) {
      const heads = new Set<BlockId>();
      for (const { id, end } of fn.blocks.values())
        for (const { to } of jumpsOf(end)) if (part.has(to) && !part.has(id)) heads.add(to);
      const blocks = [...part].flatMap((id) => fn.blocks.get(id) ?? []);
      const [head] = blocks.filter(({ id }) => heads.has(id));
      if (head !== undefined && heads.size === 1) loops.push({ head, blocks });
      // A part without a head is never entered.
      if (heads.size > 0) todo.push(new Set([...part].filter((id) => !heads.has(id))));
    }
  }
  return loops;
}

/** Parts of an area in which each block can be reached from each other one: Tarjan's algorithm, with a stack of its own. */
function connected(fn: Fn, area: ReadonlySet<BlockId>): readonly ReadonlySet<BlockId>[] {
  const parts: ReadonlySet<BlockId>[] = [];
  const order = new Map<BlockId, number>();
  const low = new Map<BlockId, number>();
  const open: BlockId[] = [];
  const isOpen = new Set<BlockId>();
  const targets = (id: BlockId): readonly BlockId[] => {
    const block = fn.blocks.get(id);
    return block === undefined ? [] : jumpsOf(block.end).flatMap(({ to }) => (area.has(to) ? [to] : []));
  };
  const lower = (id: BlockId, to: number): void => {
    low.set(id, Math.min(low.get(id) ?? to, to));
  };
  for (const start of area) {
    if (order.has(start)) continue;
    const path: { readonly id: BlockId; readonly targets: readonly BlockId[]; next: number }[] = [];
    const visit = (id: BlockId): void => {
      order.set(id, order.size);
      lower(id, order.size - 1);
      open.push(id);
      isOpen.add(id);
      path.push({ id, targets: targets(id), next: 0 });
    };
    visit(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const to = top.targets[top.next++];
      if (to !== undefined) {
        if (!order.has(to)) visit(to);
        else if (isOpen.has(to)) lower(top.id, order.get(to) ?? 0);
        continue;
      }
      path.pop();
      const mine = low.get(top.id) ?? 0;
      const above = path.at(-1);
      if (above !== undefined) lower(above.id, mine);
      if (mine !== order.get(top.id)) continue;
      const part = new Set(open.splice(open.lastIndexOf(top.id)));
      for (const id of part) isOpen.delete(id);
      if (part.size > 1 || top.targets.includes(top.id)) parts.push(part);
    }
  }
  return parts;
}

function readsStack(inst: Inst): boolean {
  return inst.kind === "load" && (inst.memory === "stack" || inst.memory === "any");
}

/** Values that come from .rodata or the target's types, and what is computed of them. */
function knownWhenLoaded(fn: Fn): ReadonlySet<ValueId> {
  const known = new Set<ValueId>();
  for (let before = -1; before !== known.size; ) {
    before = known.size;
    for (const { insts } of fn.blocks.values()) {
      for (const inst of insts) {
        const dst = definedBy(inst);
        if (dst === undefined || isCall(inst)) continue;
        let isKnown = inst.kind === "core" || (inst.kind === "data" && inst.section === ".rodata");
        eachOperand(inst, (value) => {
          isKnown ||= known.has(value);
        });
        if (isKnown) known.add(dst);
      }
    }
  }
  return known;
}
