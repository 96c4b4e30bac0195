/**
 * Whether a function keeps the rules of the form; run by tests after every pass and by --check-ir.
 *
 * Checks: one definition per value, definitions dominate uses, jumps name blocks and bring as many arguments as the
 * block has parameters, blocks are in reverse postorder and reachable, the entry takes none
 * and is not jumped to, slots exist and hold what
 * is taken of them, numbers are below nextValue and nextBlock.
 */
import { blockOf, definedBy, eachEndOperand, eachOperand, jumpsOf } from "./edit.ts";
import { dominators, reversePostorder } from "./graph.ts";
import type { BlockId, Bytes, Function as Fn, Inst, ValueId } from "./ir.ts";
import { printInst } from "./print.ts";

/** What is wrong, in words; empty for a valid function. */
export function validate(fn: Fn): readonly string[] {
  const problems: string[] = [];
  const blockProblems = validateBlocks(fn);
  if (blockProblems.length > 0) return blockProblems;

  const home = new Map<ValueId, { readonly block: BlockId; readonly index: number }>();
  const define = (value: ValueId, block: BlockId, index: number): void => {
    if (home.has(value)) problems.push(`v${value} is defined twice`);
    if (value >= fn.nextValue) problems.push(`v${value} is not below nextValue ${fn.nextValue}`);
    home.set(value, { block, index });
  };
  for (const block of fn.blocks.values()) {
    for (const param of block.params) define(param, block.id, -1);
    block.insts.forEach((inst, i) => {
      const dst = definedBy(inst);
      if (dst !== undefined) define(dst, block.id, i);
      problems.push(...validateInst(fn, inst));
    });
  }

  const tree = dominators(fn);
  for (const block of fn.blocks.values()) {
    const use = (value: ValueId, index: number, where: string): void => {
      const at = home.get(value);
      if (at === undefined) problems.push(`v${value} is used in ${where} of b${block.id} but never defined`);
      else if (at.block === block.id ? at.index >= index : !tree.dominates(at.block, block.id)) {
        problems.push(`v${value} (of b${at.block}) does not dominate its use in ${where} of b${block.id}`);
      }
    };
    block.insts.forEach((inst, i) => {
      eachOperand(inst, (value) => use(value, i, `"${printInst(inst)}"`));
    });
    eachEndOperand(block.end, (value) => use(value, block.insts.length, "the end"));
  }
  return problems;
}

function validateBlocks(fn: Fn): string[] {
  const problems: string[] = [];
  const entry = fn.blocks.get(fn.entry);
  if (entry === undefined) return [`there is no entry b${fn.entry}`];
  if (entry.params.length > 0) problems.push("the entry block has parameters");
  if ([...fn.blocks.keys()][0] !== fn.entry) problems.push("the entry is not the first block");
  for (const [id, block] of fn.blocks) {
    if (id !== block.id) problems.push(`block b${block.id} is kept as b${id}`);
    if (id >= fn.nextBlock) problems.push(`b${id} is not below nextBlock ${fn.nextBlock}`);
    for (const jump of jumpsOf(block.end)) {
      const target = fn.blocks.get(jump.to);
      if (jump.to === fn.entry) problems.push("the entry block is jumped to");
      if (target === undefined) problems.push(`b${id} jumps to b${jump.to}, which does not exist`);
      else if (target.params.length !== jump.args.length) {
        problems.push(
          `b${id} jumps to b${jump.to} with ${jump.args.length} arguments for ${target.params.length} parameters`,
        );
      }
    }
  }
  if (problems.length > 0) return problems;
  const position = new Map([...fn.blocks.keys()].map((id, i) => [id, i]));
  const order = reversePostorder(fn);
  for (const id of fn.blocks.keys()) if (!order.includes(id)) problems.push(`b${id} cannot be reached`);
  if (problems.length > 0) return problems;
  // Any reverse postorder will do: what matters is that a block stands after all that dominate it.
  const tree = dominators({ ...fn, blocks: new Map(order.map((id) => [id, blockOf(fn, id)])) });
  order.forEach((id, i) => {
    const parent = order[tree.immediate[i] ?? 0];
    if (i > 0 && parent !== undefined && (position.get(parent) ?? 0) >= (position.get(id) ?? 0)) {
      problems.push(`b${id} stands before b${parent}, which dominates it`);
    }
  });
  return problems;
}

function validateInst(fn: Fn, inst: Inst): string[] {
  const text = (): string => `"${printInst(inst)}"`;
  switch (inst.kind) {
    case "const":
      return inst.value === BigInt.asIntN(64, inst.value) || inst.value === BigInt.asUintN(64, inst.value)
        ? []
        : [`${text()} does not fit 64 bits`];
    case "slot": {
      const slot = fn.slots.find((one) => one.id === inst.slot);
      if (slot === undefined) return [`${text()} names no slot of the function`];
      return inst.offset < 0 || inst.offset > slot.size ? [`${text()} points outside its ${slot.size} bytes`] : [];
    }
    case "argument":
      return inst.index < 0 || inst.index >= fn.arguments ? [`${text()}: the function has ${fn.arguments}`] : [];
    case "context":
      return fn.kind === "program" ? [] : [`${text()} in a ${fn.kind}`];
    case "call":
    case "call-function":
      return inst.args.length > 5 ? [`${text()} has more than five arguments`] : [];
    case "map-lookup":
    case "map-delete":
      return validateBytes(inst.key, text);
    case "map-update":
      return [...validateBytes(inst.key, text), ...validateBytes(inst.value, text)];
    default:
      return [];
  }
}

function validateBytes(bytes: Bytes, text: () => string): string[] {
  if (bytes.kind === "memory") return [];
  const used = new Uint8Array(bytes.size);
  for (const part of bytes.parts) {
    for (let i = part.offset; i < part.offset + part.size; i++) {
      if (i < 0 || i >= bytes.size || used[i] === 1) return [`parts of ${text()} overlap or stand outside`];
      used[i] = 1;
    }
  }
  return [];
}
