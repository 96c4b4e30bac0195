/**
 * Ends SSA construction: keeps the reachable blocks in reverse postorder and removes parameters that only ever get one
 * value (or themselves), replacing them by that value everywhere.
 */
import { jumpsOf, mapEnd, mapInst, mapJumps } from "../edit.ts";
import type { Block, BlockId, Terminator, ValueId } from "../ir.ts";
import type { DraftBlock } from "./draft.ts";

/** The finished blocks. Relies on every reachable block having an end. */
export function settleParams(drafts: ReadonlyMap<BlockId, DraftBlock>, entry: BlockId): ReadonlyMap<BlockId, Block> {
  const order = reversePostorder(drafts, entry);
  const reached = new Set(order.map((block) => block.id));
  const replaced = new Map<ValueId, ValueId>();
  const resolve = (value: ValueId): ValueId => {
    let v = value;
    for (let next = replaced.get(v); next !== undefined; next = replaced.get(v)) v = next;
    return v;
  };

  for (let changed = true; changed; ) {
    changed = false;
    for (const block of order) {
      for (const [index, param] of block.params.entries()) {
        if (replaced.has(param)) continue;
        let only: ValueId | undefined;
        let several = false;
        for (const { from, edge } of block.incoming) {
          const arg = edge.args[index];
          if (arg === undefined || !reached.has(from)) continue;
          const value = resolve(arg);
          if (value === param || value === only) continue;
          if (only !== undefined) several = true;
          only = value;
        }
        if (!several && only !== undefined) {
          replaced.set(param, only);
          changed = true;
        }
      }
    }
  }

  const kept = (to: BlockId, index: number): boolean => {
    const param = drafts.get(to)?.params[index];
    return param !== undefined && !replaced.has(param);
  };
  const blocks = new Map<BlockId, Block>();
  for (const draft of order) {
    if (draft.end === undefined) continue;
    const end = mapJumps(draft.end, (jump) => ({ to: jump.to, args: jump.args.filter((_, i) => kept(jump.to, i)) }));
    blocks.set(draft.id, {
      id: draft.id,
      params: draft.params.filter((param) => !replaced.has(param)),
      insts: replaced.size === 0 ? draft.insts : draft.insts.map((inst) => mapInst(inst, resolve)),
      end: mapEnd(end, resolve),
    });
  }
  return blocks;
}

function reversePostorder(drafts: ReadonlyMap<BlockId, DraftBlock>, entry: BlockId): DraftBlock[] {
  const seen = new Set<BlockId>();
  const postorder: DraftBlock[] = [];
  const visit = (id: BlockId): void => {
    const block = drafts.get(id);
    if (block === undefined || seen.has(id)) return;
    seen.add(id);
    for (const next of successors(block.end)) visit(next);
    postorder.push(block);
  };
  visit(entry);
  return postorder.reverse();
}

/** The likelier or textually first side last, so that it follows its branch in the reversed order. */
function successors(end: Terminator | undefined): readonly BlockId[] {
  if (end === undefined) return [];
  const targets = jumpsOf(end).map((jump) => jump.to);
  return end.kind === "branch" && end.unlikely !== "then" ? targets.reverse() : targets;
}
