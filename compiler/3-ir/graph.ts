/**
 * The shape of a function's control flow: order, predecessors, dominators, reachability, loops.
 *
 * Dominators by the iterative algorithm of Cooper, Harvey and Kennedy ("A Simple, Fast Dominance Algorithm"), which
 * wants reverse postorder: the order in which a function keeps its blocks.
 */
import { blockOf, jumpsOf } from "./edit.ts";
import type { Block, BlockId, Function as Fn } from "./ir.ts";

/** Reachable blocks in reverse postorder, the entry first. "then" comes before "else". */
export function reversePostorder(fn: Fn): readonly BlockId[] {
  const seen = new Set<BlockId>([fn.entry]);
  const out: BlockId[] = [];
  const stack: { readonly id: BlockId; readonly next: BlockId[] }[] = [];
  const open = (id: BlockId): void => {
    stack.push({ id, next: jumpsOf(blockOf(fn, id).end).map((jump) => jump.to) });
  };
  open(fn.entry);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const to = top.next.pop();
    if (to === undefined) {
      out.push(top.id);
      stack.pop();
    } else if (!seen.has(to)) {
      seen.add(to);
      open(to);
    }
  }
  return out.reverse();
}

/** The function with its blocks in reverse postorder and unreachable ones dropped. */
export function reorder(fn: Fn): Fn {
  const order = reversePostorder(fn);
  if (order.length === fn.blocks.size) {
    let same = true;
    let i = 0;
    for (const id of fn.blocks.keys()) if (id !== order[i++]) same = false;
    if (same) return fn;
  }
  return { ...fn, blocks: new Map(order.map((id) => [id, blockOf(fn, id)])) };
}

export type Predecessors = ReadonlyMap<BlockId, readonly BlockId[]>;

/** Blocks that jump to each block; a branch with both sides to one block counts twice. */
export function predecessors(fn: Fn): Predecessors {
  const preds = new Map<BlockId, BlockId[]>();
  for (const id of fn.blocks.keys()) preds.set(id, []);
  for (const block of fn.blocks.values()) for (const jump of jumpsOf(block.end)) preds.get(jump.to)?.push(block.id);
  return preds;
}

export type Dominators = {
  readonly order: readonly BlockId[];
  /** Position in `order`. */
  readonly position: ReadonlyMap<BlockId, number>;
  /** By position; the entry's is itself. */
  readonly immediate: Int32Array;
  readonly children: ReadonlyMap<BlockId, readonly BlockId[]>;
  readonly predecessors: Predecessors;
  /** True if every way to b leads over a (a itself included). */
  readonly dominates: (a: BlockId, b: BlockId) => boolean;
};

/** @param fn with blocks in reverse postorder, none unreachable */
export function dominators(fn: Fn): Dominators {
  const order = [...fn.blocks.keys()];
  const position = new Map(order.map((id, i) => [id, i]));
  const preds = predecessors(fn);
  const immediate = new Int32Array(order.length).fill(-1);
  immediate[0] = 0;
  const at = (i: number): number => immediate[i] ?? 0;
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 1; i < order.length; i++) {
      const id = order[i];
      let common = -1;
      for (const pred of (id === undefined ? undefined : preds.get(id)) ?? []) {
        let p = position.get(pred) ?? 0;
        if (at(p) < 0) continue;
        if (common < 0) {
          common = p;
          continue;
        }
        while (p !== common) {
          if (p > common) p = at(p);
          else common = at(common);
        }
      }
      if (at(i) !== common) {
        immediate[i] = common;
        changed = true;
      }
    }
  }
  const children = new Map<BlockId, BlockId[]>(order.map((id) => [id, []]));
  for (let i = 1; i < order.length; i++) {
    const parent = order[at(i)];
    const child = order[i];
    if (parent !== undefined && child !== undefined) children.get(parent)?.push(child);
  }
  const dominates = (a: BlockId, b: BlockId): boolean => {
    const from = position.get(a) ?? 0;
    let i = position.get(b) ?? 0;
    while (i > from) i = at(i);
    return i === from;
  };
  return { order, position, immediate, children, predecessors: preds, dominates };
}

/** Blocks that can be reached from `from` without passing through `without`; `from` itself included. */
export function reachableFrom(fn: Fn, from: BlockId, without: BlockId): ReadonlySet<BlockId> {
  const seen = new Set<BlockId>();
  const open: BlockId[] = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (id === without || seen.has(id)) continue;
    seen.add(id);
    for (const jump of jumpsOf(blockOf(fn, id).end)) open.push(jump.to);
  }
  return seen;
}

/** How many loops each block is in, by natural loops of back edges. */
export function loopDepths(fn: Fn, tree: Dominators): ReadonlyMap<BlockId, number> {
  const depth = new Map<BlockId, number>();
  const bodies = new Map<BlockId, Set<BlockId>>();
  for (const block of fn.blocks.values()) {
    for (const jump of jumpsOf(block.end)) {
      if (!tree.dominates(jump.to, block.id)) continue;
      const body = bodies.get(jump.to) ?? new Set<BlockId>([jump.to]);
      bodies.set(jump.to, body);
      const open: BlockId[] = [block.id];
      for (let id = open.pop(); id !== undefined; id = open.pop()) {
        if (body.has(id)) continue;
        body.add(id);
        open.push(...(tree.predecessors.get(id) ?? []));
      }
    }
  }
  for (const body of bodies.values()) for (const id of body) depth.set(id, (depth.get(id) ?? 0) + 1);
  return depth;
}

/**
 * Blocks that are rarely run: what an `unlikely` side leads to and nothing else does.
 * A block is cold if every jump to it is from a cold block or is the unlikely side of a branch.
 */
export function coldBlocks(fn: Fn): ReadonlySet<BlockId> {
  const cold = new Set<BlockId>();
  const incoming = new Map<BlockId, { readonly from: Block; readonly unlikely: boolean }[]>();
  for (const block of fn.blocks.values()) {
    const { end } = block;
    const unlikely = end.kind === "branch" ? end.unlikely : undefined;
    jumpsOf(end).forEach((jump, i) => {
      const list = incoming.get(jump.to) ?? [];
      list.push({ from: block, unlikely: unlikely === (i === 0 ? "then" : "else") });
      incoming.set(jump.to, list);
    });
  }
  for (const id of fn.blocks.keys()) {
    const list = incoming.get(id);
    if (list?.every((edge) => edge.unlikely || cold.has(edge.from.id)) === true) cold.add(id);
  }
  return cold;
}
