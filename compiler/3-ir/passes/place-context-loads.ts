/**
 * Loads from the context stand at the head of the entry block where that saves keeping the context itself.
 *
 * Helpers overwrite r1, so a context needed after a call is copied into another register first. If all that is needed
 * of it later is one load, that load at the start costs no more than the copy, on every path, and is free later. Loads from the context are always valid, so they may run early.
 *
 * Relies on pass "gather" (one `context`). Leaves everything alone if a helper is given the context after another call.
 */
import { blockOf, eachEndOperand, eachOperand, isCall, mapBlocks } from "../edit.ts";
import { coldBlocks } from "../graph.ts";
import type { Function as Fn, Inst } from "../ir.ts";

export function placeContextLoads(fn: Fn): Fn {
  const entry = blockOf(fn, fn.entry);
  const context = entry.insts.find((inst) => inst.kind === "context");
  if (context?.kind !== "context") return fn;
  const cold = coldBlocks(fn);
  const late: Inst[] = [];
  let other = false;
  for (const block of fn.blocks.values()) {
    // Past the first call of the entry block, or in any other block, a call may have run.
    let called = block.id !== fn.entry;
    for (const inst of block.insts) {
      if (inst.kind === "load" && inst.base === context.dst) {
        if (called && !cold.has(block.id)) late.push(inst);
        else if (called) other = true;
      } else if (called) {
        eachOperand(inst, (value) => {
          if (value === context.dst) other = true;
        });
      }
      if (isCall(inst)) called = true;
    }
    eachEndOperand(block.end, (value) => {
      if (value === context.dst) other = true;
    });
  }
  if (other || late.length !== 1) return fn;
  const moved = new Set(late);
  return mapBlocks(fn, (block) => {
    if (block.id === fn.entry) {
      const rest = block.insts.filter((inst) => !moved.has(inst));
      const at = rest.indexOf(context) + 1;
      return { ...block, insts: [...rest.slice(0, at), ...late, ...rest.slice(at)] };
    }
    if (!block.insts.some((inst) => moved.has(inst))) return block;
    return { ...block, insts: block.insts.filter((inst) => !moved.has(inst)) };
  });
}
