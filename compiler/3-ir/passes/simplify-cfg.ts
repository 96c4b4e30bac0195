/**
 * Control flow: threads jumps over blocks that decide nothing new, merges blocks, drops unreachable ones.
 *
 * - a jump to an empty block that only jumps on goes to its target;
 * - a jump to an empty block whose branch is decided by the jump's arguments (constants, or the comparison that its
 *   parameter carries) goes to the side decided, or branches itself;
 * - a block with one predecessor that only jumps to it becomes part of that.
 * Repeats until nothing changes. Threading stops where a value of the block would lose its dominance over a use.
 *
 * Relies on pass "gather" (a block that holds constants only is empty). Guarantees reverse postorder.
 */
import { blockOf, definitions, eachEndOperand, eachOperand, mapEnd, mapJumps, renameBlock } from "../edit.ts";
import { evaluateCompare } from "../evaluate.ts";
import { predecessors, reachableFrom, reorder } from "../graph.ts";
import type { Block, BlockId, Function as Fn, Jump, Terminator, ValueId } from "../ir.ts";

export function simplifyCfg(fn: Fn): Fn {
  let at = reorder(fn);
  for (let round = 0; round < 64; round++) {
    const threaded = threadJumps(at);
    const merged = mergeBlocks(threaded === at ? at : reorder(threaded));
    if (merged === at) return at;
    at = merged;
  }
  return at;
}

/** Blocks in which each value is used, its own included. */
function usesByBlock(fn: Fn): (Set<BlockId> | undefined)[] {
  const uses: (Set<BlockId> | undefined)[] = [];
  for (const block of fn.blocks.values()) {
    const use = (value: ValueId): void => {
      const set = uses[value] ?? new Set<BlockId>();
      uses[value] = set;
      set.add(block.id);
    };
    for (const inst of block.insts) eachOperand(inst, use);
    eachEndOperand(block.end, use);
  }
  return uses;
}

function threadJumps(original: Fn): Fn {
  const defs = definitions(original);
  const uses = usesByBlock(original);
  // Blocks and uses are kept up to date while jumps change; uses may only be too many.
  const blocks = new Map(original.blocks);
  const fn: Fn = { ...original, blocks };
  const constantOf = (value: ValueId): bigint | undefined => {
    const inst = defs[value];
    return inst?.kind === "const" ? inst.value : undefined;
  };
  /** True if a new way from elsewhere to `target` leaves all uses of the block's parameters dominated. */
  const mayBypass = (block: Block, target: BlockId): boolean => {
    const outside = block.params.some((param) => [...(uses[param] ?? [])].some((id) => id !== block.id));
    if (!outside) return true;
    const reached = reachableFrom(fn, target, block.id);
    return block.params.every((param) => [...(uses[param] ?? [])].every((id) => id === block.id || !reached.has(id)));
  };

  const through = (jump: Jump): Jump => {
    let at = jump;
    for (let steps = 0; steps < 16; steps++) {
      const block = blockOf(fn, at.to);
      if (block.insts.length > 0) return at;
      const bind = binding(block, at);
      let next: Jump | undefined;
      if (block.end.kind === "jump") next = block.end.target;
      else if (block.end.kind === "branch") {
        const left = constantOf(bind(block.end.left));
        const right = constantOf(bind(block.end.right));
        if (left === undefined || right === undefined) return at;
        next = evaluateCompare(block.end.op, left, right, block.end.width) ? block.end.then : block.end.else;
      }
      if (next === undefined || next.to === block.id || !mayBypass(block, next.to)) return at;
      at = { to: next.to, args: next.args.map(bind) };
    }
    return at;
  };
  /** A jump to a block that does nothing but branch on a comparison it is given: the branch itself. */
  const duplicated = (end: Terminator): Terminator | undefined => {
    if (end.kind !== "jump") return undefined;
    const block = blockOf(fn, end.target.to);
    if (block.insts.length > 0 || block.end.kind !== "branch") return undefined;
    const bind = binding(block, end.target);
    const carried = [block.end.left, block.end.right].some(
      (value) => block.params.includes(value) && defs[bind(value)]?.kind === "compare",
    );
    if (!carried || !mayBypass(block, block.end.then.to) || !mayBypass(block, block.end.else.to)) return undefined;
    return mapEnd(block.end, bind);
  };

  let changed = false;
  for (const block of original.blocks.values()) {
    let end: Terminator = mapJumps(block.end, (jump) => {
      const next = through(jump);
      return next.to === jump.to ? jump : next;
    });
    end = duplicated(end) ?? end;
    if (end === block.end) continue;
    changed = true;
    blocks.set(block.id, { ...block, end });
    eachEndOperand(end, (value) => {
      const set = uses[value] ?? new Set<BlockId>();
      uses[value] = set;
      set.add(block.id);
    });
  }
  return changed ? fn : original;
}

function binding(block: Block, jump: Jump): (value: ValueId) => ValueId {
  return (value) => {
    const index = block.params.indexOf(value);
    return index < 0 ? value : (jump.args[index] ?? value);
  };
}

/** Joins each block with the one it alone leads to. */
function mergeBlocks(fn: Fn): Fn {
  const preds = predecessors(fn);
  const names: (ValueId | undefined)[] = [];
  const rename = (value: ValueId): ValueId => {
    let at = value;
    for (let next = names[at]; next !== undefined; next = names[at]) at = next;
    return at;
  };
  const gone = new Set<BlockId>();
  const blocks = new Map<BlockId, Block>();
  for (const first of fn.blocks.values()) {
    if (gone.has(first.id)) continue;
    let block = first;
    while (block.end.kind === "jump") {
      const { target } = block.end;
      const next = blockOf(fn, target.to);
      if (next.id === fn.entry || next.id === first.id || preds.get(next.id)?.length !== 1) break;
      next.params.forEach((param, i) => {
        names[param] = target.args[i];
      });
      gone.add(next.id);
      block = { ...block, insts: [...block.insts, ...next.insts], end: next.end };
    }
    blocks.set(block.id, block);
  }
  if (gone.size === 0) return fn;
  for (const id of gone) blocks.delete(id);
  for (const [id, block] of blocks) blocks.set(id, renameBlock(block, rename));
  return reorder({ ...fn, blocks });
}
