/**
 * Splits sign-extending loads into a plain load and an extension: the instruction set (below v4) has no other way, and so
 * the extension can be dropped where only the low bits matter or a comparison of low halves does.
 */
import { Fresh, mapBlocks } from "../edit.ts";
import type { Function as Fn, Inst } from "../ir.ts";

export function splitLoads(fn: Fn): Fn {
  const fresh = new Fresh(fn);
  const split = mapBlocks(fn, (block) => {
    if (!block.insts.some(isNarrowSigned)) return block;
    const insts: Inst[] = [];
    for (const inst of block.insts) {
      if (inst.kind !== "load" || !isNarrowSigned(inst)) {
        insts.push(inst);
        continue;
      }
      const loaded = fresh.value();
      const bits = inst.size === 1 ? 8 : inst.size === 2 ? 16 : 32;
      insts.push({ ...inst, dst: loaded, signed: false });
      insts.push({ kind: "extend", dst: inst.dst, bits, signed: true, value: loaded, span: inst.span });
    }
    return { ...block, insts };
  });
  return split === fn ? fn : fresh.apply(split);
}

function isNarrowSigned(inst: Inst): boolean {
  return inst.kind === "load" && inst.signed && inst.size < 8;
}
