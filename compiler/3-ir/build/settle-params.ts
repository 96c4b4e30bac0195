/**
 * Ends SSA construction: keeps the reachable blocks in reverse postorder, joins those that follow each other without a
 * choice, and removes parameters that only ever get one value (or themselves), replacing them by it everywhere.
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
  const joined = new Set<BlockId>();
  for (const draft of order) {
    if (joined.has(draft.id)) continue;
    const insts = [...draft.insts];
    let last = draft;
    for (
      let next = onlyFollower(last, drafts, reached);
      next !== undefined;
      next = onlyFollower(last, drafts, reached)
    ) {
      for (const inst of next.insts) insts.push(inst);
      joined.add(next.id);
      last = next;
    }
    if (last.end === undefined) continue;
    const end = mapJumps(last.end, (jump) => ({ to: jump.to, args: jump.args.filter((_, i) => kept(jump.to, i)) }));
    blocks.set(draft.id, {
      id: draft.id,
      params: draft.params.filter((param) => !replaced.has(param)),
      insts: replaced.size === 0 ? insts : insts.map((inst) => mapInst(inst, resolve)),
      end: mapEnd(end, resolve),
    });
  }
  return blocks;
}

/** The block that always and only follows this one: both can be one. */
function onlyFollower(
  block: DraftBlock,
  drafts: ReadonlyMap<BlockId, DraftBlock>,
  reached: ReadonlySet<BlockId>,
): DraftBlock | undefined {
  if (block.end?.kind !== "jump") return undefined;
  const next = drafts.get(block.end.target.to);
  const incoming = next?.incoming.filter(({ from }) => reached.has(from));
  return incoming?.length === 1 ? next : undefined;
}

function reversePostorder(drafts: ReadonlyMap<BlockId, DraftBlock>, entry: BlockId): DraftBlock[] {
  const seen = new Set<BlockId>();
  const postorder: DraftBlock[] = [];
  // An own stack of what is left to visit: unrolled loops are deeper than a call stack.
  const open: { readonly block: DraftBlock; readonly next: readonly BlockId[]; at: number }[] = [];
  const visit = (id: BlockId): void => {
    const block = drafts.get(id);
    if (block === undefined || seen.has(id)) return;
    seen.add(id);
    open.push({ block, next: successors(block.end), at: 0 });
  };
  visit(entry);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.next[top.at++];
    if (next !== undefined) visit(next);
    else {
      postorder.push(top.block);
      open.pop();
    }
  }
  return postorder.reverse();
}

/** The likelier or textually first side last, so that it follows its branch in the reversed order. */
function successors(end: Terminator | undefined): readonly BlockId[] {
  if (end === undefined) return [];
  const targets = jumpsOf(end).map((jump) => jump.to);
  return end.kind === "branch" && end.unlikely !== "then" ? targets.reverse() : targets;
}
