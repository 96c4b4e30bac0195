/**
 * Dead code elimination: keeps what has an effect and what that needs, parameters included; drops the rest.
 *
 * Effects: stores, updates, deletions, calls that are not pure or write memory. A lookup without a user is dropped.
 */
import { blockOf, definedBy, eachOperand, mapBlocks, mapJumps } from "../edit.ts";
import type { Block, Function as Fn, Inst, ValueId } from "../ir.ts";

/** True if the instruction must stay even if nobody uses its value. */
export function hasEffect(inst: Inst): boolean {
  switch (inst.kind) {
    case "store":
    case "atomic-add":
    case "zero":
    case "copy":
    case "map-update":
    case "map-delete":
    case "call-function":
      return true;
    case "call":
      return !inst.pure || inst.writes !== undefined;
    default:
      return false;
  }
}

export function dce(fn: Fn): Fn {
  const needed = new Uint8Array(fn.nextValue);
  const open: ValueId[] = [];
  const need = (value: ValueId): void => {
    if (needed[value] === 1) return;
    needed[value] = 1;
    open.push(value);
  };
  // Who makes a value: its instruction, or the arguments that jumps bring for a parameter.
  const makers: (Inst | undefined)[] = new Array<Inst | undefined>(fn.nextValue).fill(undefined);
  const brought: (ValueId[] | undefined)[] = [];
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) {
      const dst = definedBy(inst);
      if (dst !== undefined) makers[dst] = inst;
      if (hasEffect(inst)) eachOperand(inst, need);
    }
    const { end } = block;
    if (end.kind === "return") need(end.value);
    if (end.kind === "branch") {
      need(end.left);
      need(end.right);
    }
    for (const jump of end.kind === "jump" ? [end.target] : end.kind === "branch" ? [end.then, end.else] : []) {
      const { params } = blockOf(fn, jump.to);
      jump.args.forEach((arg, i) => {
        const param = params[i];
        if (param === undefined) return;
        const list = brought[param] ?? [];
        brought[param] = list;
        list.push(arg);
      });
    }
  }
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const maker = makers[value];
    if (maker !== undefined) eachOperand(maker, need);
    else for (const arg of brought[value] ?? []) need(arg);
  }

  const isNeeded = (value: ValueId): boolean => needed[value] === 1;
  return mapBlocks(fn, (block): Block => {
    const insts = block.insts.filter((inst) => {
      const dst = definedBy(inst);
      return dst === undefined || isNeeded(dst) || hasEffect(inst);
    });
    const params = block.params.filter(isNeeded);
    const end = mapJumps(block.end, (jump) => {
      const target = blockOf(fn, jump.to).params;
      if (target.every(isNeeded)) return jump;
      return { to: jump.to, args: jump.args.filter((_, i) => target[i] === undefined || isNeeded(target[i])) };
    });
    if (insts.length === block.insts.length && params.length === block.params.length && end === block.end) return block;
    return { ...block, insts, params, end };
  });
}
