/**
 * Makes equal blocks one: every way out that returns the same, the same reaction to a failed lookup in several places.
 *
 * Two blocks are equal if they do the same to the same values and go the same ways; values that a block defines for
 * itself only are compared by position. Parameters take part like definitions. Guarantees: no path does more than before.
 */
import {
  blockId,
  definedBy,
  eachEndOperand,
  eachOperand,
  mapBlocks,
  mapEnd,
  mapInst,
  mapJumps,
  valueId,
} from "../edit.ts";
import { reorder } from "../graph.ts";
import type { Block, BlockId, Function as Fn, ValueId } from "../ir.ts";
import { printEnd, printInst } from "../print.ts";

export function mergeTails(fn: Fn): Fn {
  let at = shareReturns(fn);
  for (let round = 0; round < 16; round++) {
    const next = mergeOnce(at);
    if (next === at) return at;
    at = next;
  }
  return at;
}

/** Gives all blocks that return one value a block of their own to return from. */
function shareReturns(fn: Fn): Fn {
  const returning = new Map<ValueId, Block[]>();
  for (const block of fn.blocks.values()) {
    if (block.end.kind !== "return") continue;
    const list = returning.get(block.end.value) ?? [];
    returning.set(block.end.value, list);
    list.push(block);
  }
  const constants = new Set<ValueId>();
  for (const inst of fn.blocks.get(fn.entry)?.insts ?? []) if (inst.kind === "const") constants.add(inst.dst);
  let nextBlock = fn.nextBlock;
  let shared = false;
  const blocks = new Map(fn.blocks);
  for (const [value, list] of returning) {
    // Only a constant is sure to be known in the shared block.
    if (!constants.has(value) || list.length < 2) continue;
    const bare = list.find((block) => block.insts.length === 0 && block.params.length === 0);
    const id = bare?.id ?? blockId(nextBlock++);
    blocks.set(id, { id, params: [], insts: [], end: { kind: "return", value, span: undefined } });
    for (const block of list) {
      if (block.id === id) continue;
      shared = true;
      blocks.set(block.id, { ...block, end: { kind: "jump", target: { to: id, args: [] }, span: block.end.span } });
    }
  }
  return !shared ? fn : reorder({ ...fn, blocks, nextBlock });
}

function mergeOnce(fn: Fn): Fn {
  const shared = usedElsewhere(fn);
  const first = new Map<string, BlockId>();
  const into = new Map<BlockId, BlockId>();
  for (const block of fn.blocks.values()) {
    if (block.id === fn.entry) continue;
    const text = textOf(block, shared);
    if (text === undefined) continue;
    const same = first.get(text);
    if (same === undefined) first.set(text, block.id);
    else into.set(block.id, same);
  }
  if (into.size === 0) return fn;
  const redirected = mapBlocks(fn, (block) => {
    const end = mapJumps(block.end, (jump) => {
      const to = into.get(jump.to);
      return to === undefined ? jump : { ...jump, to };
    });
    return end === block.end ? block : { ...block, end };
  });
  return reorder(redirected);
}

/** Values that are used outside the block that defines them. */
function usedElsewhere(fn: Fn): ReadonlySet<ValueId> {
  const home = new Map<ValueId, BlockId>();
  for (const block of fn.blocks.values()) {
    for (const param of block.params) home.set(param, block.id);
    for (const inst of block.insts) {
      const dst = definedBy(inst);
      if (dst !== undefined) home.set(dst, block.id);
    }
  }
  const out = new Set<ValueId>();
  for (const block of fn.blocks.values()) {
    const use = (value: ValueId): void => {
      if (home.get(value) !== block.id) out.add(value);
    };
    for (const inst of block.insts) eachOperand(inst, use);
    eachEndOperand(block.end, use);
  }
  return out;
}

/** Equal for equal blocks; undefined for a block whose values others use. */
function textOf(block: Block, shared: ReadonlySet<ValueId>): string | undefined {
  const names = new Map<ValueId, ValueId>();
  const define = (value: ValueId): boolean => {
    if (shared.has(value)) return false;
    names.set(value, valueId(1_000_000_000 + names.size));
    return true;
  };
  const rename = (value: ValueId): ValueId => names.get(value) ?? value;
  for (const param of block.params) if (!define(param)) return undefined;
  const lines = [`(${block.params.length})`];
  for (const inst of block.insts) {
    const renamed = mapInst(inst, rename);
    const dst = definedBy(inst);
    if (dst !== undefined && !define(dst)) return undefined;
    const text = printInst(renamed);
    lines.push(dst === undefined ? text : text.slice(text.indexOf("=")));
  }
  lines.push(printEnd(mapEnd(block.end, rename)));
  return lines.join("\n");
}
