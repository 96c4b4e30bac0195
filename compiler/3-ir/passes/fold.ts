/**
 * Constant folding and algebra, one forward walk.
 *
 * Operations on constants, identities, powers of two, nested additions and masks, extensions of values that are narrow
 * already; a comparison that feeds a branch becomes the branch. Constants stand on the right afterwards.
 *
 * Relies on pass "gather". What an instruction is replaced by is a value (its uses are renamed) or another instruction
 * for the same value; the replaced ones are left for dead code elimination.
 */
import { definedBy, definitions, Fresh, mapEnd, mapInst } from "../edit.ts";
import { reorder } from "../graph.ts";
import type { Block, BlockId, Function as Fn, Inst, Terminator, ValueId } from "../ir.ts";
import { Constants } from "./constants.ts";
import { foldEnd } from "./fold-branch.ts";
import { foldInst } from "./fold-inst.ts";

/** What the rules of folding may ask and make. */
export type Folding = {
  readonly definition: (value: ValueId) => Inst | undefined;
  /** Signed 64-bit. */
  readonly constantOf: (value: ValueId) => bigint | undefined;
  readonly constant: (value: bigint) => ValueId;
  /** Size of a slot in bytes. */
  readonly slotSize: (slot: number) => number;
};
/** A value that is the same, an instruction that gives the same, or nothing better. */
export type Better = { readonly value: ValueId } | { readonly inst: Inst } | undefined;

export function fold(fn: Fn): Fn {
  const fresh = new Fresh(fn);
  const constants = new Constants(fn, fresh);
  const defs: (Inst | undefined)[] = [...definitions(fn)];
  const names: (ValueId | undefined)[] = [];
  const rename = (value: ValueId): ValueId => {
    let at = value;
    for (let next = names[at]; next !== undefined; next = names[at]) at = next;
    return at;
  };
  const definition = (value: ValueId): Inst | undefined => defs[value];
  const folding: Folding = {
    definition,
    constantOf: (value) => {
      const inst = defs[value];
      return inst?.kind === "const" ? BigInt.asIntN(64, inst.value) : undefined;
    },
    constant: (value) => {
      const made = constants.of(value);
      defs[made] ??= { kind: "const", dst: made, value, span: undefined };
      return made;
    },
    slotSize: (slot) => fn.slots.find((one) => one.id === slot)?.size ?? 0,
  };

  let changed = false;
  const blocks = new Map<BlockId, Block>();
  for (const block of fn.blocks.values()) {
    const insts: Inst[] = [];
    for (const original of block.insts) {
      let inst = mapInst(original, rename);
      let gone = false;
      // One rule opens the way for the next; each makes the instruction simpler, so a few rounds suffice.
      for (let round = 0; round < 8; round++) {
        const better = foldInst(inst, folding);
        if (better === undefined) break;
        if ("value" in better) {
          const dst = definedBy(inst);
          if (dst !== undefined) names[dst] = better.value;
          gone = true;
          break;
        }
        inst = better.inst;
        const dst = definedBy(inst);
        if (dst !== undefined) defs[dst] = inst;
      }
      if (gone || inst !== original) changed = true;
      if (gone) continue;
      const dst = definedBy(inst);
      if (dst !== undefined) defs[dst] = inst;
      insts.push(inst);
    }
    let end: Terminator = mapEnd(block.end, rename);
    for (let next = foldEnd(end, folding); next !== undefined; next = foldEnd(end, folding)) end = next;
    if (end !== block.end) changed = true;
    blocks.set(block.id, { ...block, insts, end });
  }
  if (!changed) return fn;
  // Uses in blocks that stood before the definition's renaming (jumps backwards) are renamed now.
  for (const [id, block] of blocks) {
    blocks.set(id, {
      ...block,
      insts: block.insts.map((inst) => mapInst(inst, rename)),
      end: mapEnd(block.end, rename),
    });
  }
  constants.apply(blocks, fn.entry);
  return reorder(fresh.apply({ ...fn, blocks }));
}
