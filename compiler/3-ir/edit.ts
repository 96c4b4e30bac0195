/**
 * Reading and rewriting single instructions and terminators, whatever their kind.
 *
 * The one place with a switch over every kind's operands: passes, validator and code generator all build on it.
 * Relies on nothing; guarantees that `mapInst` returns the same object when no operand changed.
 */
import { unreachable } from "../util/assert.ts";
import { branded } from "../util/brand.ts";
import type { Block, BlockId, Bytes, Function as Fn, Inst, Jump, Slot, SlotId, Terminator, ValueId } from "./ir.ts";

export const valueId = (n: number): ValueId => branded<ValueId>(n);
export const blockId = (n: number): BlockId => branded<BlockId>(n);
export const slotId = (n: number): SlotId => branded<SlotId>(n);

/** The value an instruction defines; undefined for stores and their like. */
export function definedBy(inst: Inst): ValueId | undefined {
  switch (inst.kind) {
    case "store":
    case "atomic-add":
    case "zero":
    case "copy":
      return undefined;
    default:
      return inst.dst;
  }
}

/** True if registers r1–r5 are lost: a helper or function is called. */
export function isCall(inst: Inst): boolean {
  switch (inst.kind) {
    case "call":
    case "call-function":
    case "map-lookup":
    case "map-update":
    case "map-delete":
      return true;
    default:
      return false;
  }
}

function eachOfBytes(bytes: Bytes, visit: (value: ValueId) => void): void {
  if (bytes.kind === "memory") visit(bytes.base);
  else for (const part of bytes.parts) visit(part.value);
}

/** Visits every value that an instruction uses, in order, repeats included. */
export function eachOperand(inst: Inst, visit: (value: ValueId) => void): void {
  switch (inst.kind) {
    case "const":
    case "core":
    case "context":
    case "argument":
    case "slot":
    case "map":
    case "data":
    case "function":
      return;
    case "binary":
    case "compare":
      visit(inst.left);
      visit(inst.right);
      return;
    case "negate":
    case "extend":
    case "swap":
      visit(inst.value);
      return;
    case "load":
    case "zero":
      visit(inst.base);
      return;
    case "store":
    case "atomic-add":
      visit(inst.base);
      visit(inst.value);
      return;
    case "copy":
      visit(inst.to);
      visit(inst.from);
      return;
    case "map-lookup":
    case "map-delete":
      eachOfBytes(inst.key, visit);
      return;
    case "map-update":
      eachOfBytes(inst.key, visit);
      eachOfBytes(inst.value, visit);
      return;
    case "call":
    case "call-function":
      for (const arg of inst.args) visit(arg);
      return;
    default:
      unreachable(inst);
  }
}

/** Visits every value that a terminator uses, jump arguments included. */
export function eachEndOperand(end: Terminator, visit: (value: ValueId) => void): void {
  switch (end.kind) {
    case "jump":
      for (const arg of end.target.args) visit(arg);
      return;
    case "branch":
      visit(end.left);
      visit(end.right);
      for (const arg of end.then.args) visit(arg);
      for (const arg of end.else.args) visit(arg);
      return;
    case "return":
      visit(end.value);
      return;
    default:
      unreachable(end);
  }
}

type Rename = (value: ValueId) => ValueId;

function mapList(values: readonly ValueId[], rename: Rename): readonly ValueId[] {
  for (let i = 0; i < values.length; i++) {
    const old = values[i];
    if (old !== undefined && rename(old) !== old) return values.map(rename);
  }
  return values;
}

function mapBytes(bytes: Bytes, rename: Rename): Bytes {
  if (bytes.kind === "memory") {
    const base = rename(bytes.base);
    return base === bytes.base ? bytes : { ...bytes, base };
  }
  if (bytes.parts.every((part) => rename(part.value) === part.value)) return bytes;
  return { ...bytes, parts: bytes.parts.map((part) => ({ ...part, value: rename(part.value) })) };
}

/** The instruction with every operand renamed. */
export function mapInst(inst: Inst, rename: Rename): Inst {
  switch (inst.kind) {
    case "const":
    case "core":
    case "context":
    case "argument":
    case "slot":
    case "map":
    case "data":
    case "function":
      return inst;
    case "binary":
    case "compare": {
      const left = rename(inst.left);
      const right = rename(inst.right);
      return left === inst.left && right === inst.right ? inst : { ...inst, left, right };
    }
    case "negate":
    case "extend":
    case "swap": {
      const value = rename(inst.value);
      return value === inst.value ? inst : { ...inst, value };
    }
    case "load":
    case "zero": {
      const base = rename(inst.base);
      return base === inst.base ? inst : { ...inst, base };
    }
    case "store":
    case "atomic-add": {
      const base = rename(inst.base);
      const value = rename(inst.value);
      return base === inst.base && value === inst.value ? inst : { ...inst, base, value };
    }
    case "copy": {
      const to = rename(inst.to);
      const from = rename(inst.from);
      return to === inst.to && from === inst.from ? inst : { ...inst, to, from };
    }
    case "map-lookup":
    case "map-delete": {
      const key = mapBytes(inst.key, rename);
      return key === inst.key ? inst : { ...inst, key };
    }
    case "map-update": {
      const key = mapBytes(inst.key, rename);
      const value = mapBytes(inst.value, rename);
      return key === inst.key && value === inst.value ? inst : { ...inst, key, value };
    }
    case "call":
    case "call-function": {
      const args = mapList(inst.args, rename);
      return args === inst.args ? inst : { ...inst, args };
    }
    default:
      return unreachable(inst);
  }
}

function mapJump(jump: Jump, rename: Rename): Jump {
  const args = mapList(jump.args, rename);
  return args === jump.args ? jump : { to: jump.to, args };
}

/** The terminator with every operand renamed. */
export function mapEnd(end: Terminator, rename: Rename): Terminator {
  switch (end.kind) {
    case "jump": {
      const target = mapJump(end.target, rename);
      return target === end.target ? end : { ...end, target };
    }
    case "branch": {
      const left = rename(end.left);
      const right = rename(end.right);
      const yes = mapJump(end.then, rename);
      const no = mapJump(end.else, rename);
      if (left === end.left && right === end.right && yes === end.then && no === end.else) return end;
      return { ...end, left, right, then: yes, else: no };
    }
    case "return": {
      const value = rename(end.value);
      return value === end.value ? end : { ...end, value };
    }
    default:
      return unreachable(end);
  }
}

/** The terminator with each of its jumps replaced. */
export function mapJumps(end: Terminator, replace: (jump: Jump) => Jump): Terminator {
  switch (end.kind) {
    case "jump": {
      const target = replace(end.target);
      return target === end.target ? end : { ...end, target };
    }
    case "branch": {
      const yes = replace(end.then);
      const no = replace(end.else);
      return yes === end.then && no === end.else ? end : { ...end, then: yes, else: no };
    }
    case "return":
      return end;
    default:
      return unreachable(end);
  }
}

/** Jumps out of a block, "then" before "else". */
export function jumpsOf(end: Terminator): readonly Jump[] {
  switch (end.kind) {
    case "jump":
      return [end.target];
    case "branch":
      return [end.then, end.else];
    case "return":
      return [];
    default:
      return unreachable(end);
  }
}

/** The block of that id; every id in a valid function has one. */
export function blockOf(fn: Fn, id: BlockId): Block {
  const block = fn.blocks.get(id);
  if (block === undefined) throw new Error(`function ${fn.name} has no block b${id}`);
  return block;
}

/** The function with each block replaced; the same function if none changed. */
export function mapBlocks(fn: Fn, replace: (block: Block) => Block): Fn {
  let changed = false;
  const blocks = new Map<BlockId, Block>();
  for (const [id, block] of fn.blocks) {
    const next = replace(block);
    if (next !== block) changed = true;
    blocks.set(id, next);
  }
  return changed ? { ...fn, blocks } : fn;
}

/** The function with its values renamed: `names[v]` is the new name of v, undefined for no change. Chains are followed. */
export function renameValues(fn: Fn, names: readonly (ValueId | undefined)[]): Fn {
  const rename: Rename = (value) => {
    let at = value;
    for (let next = names[at]; next !== undefined; next = names[at]) at = next;
    return at;
  };
  return mapBlocks(fn, (block) => renameBlock(block, rename));
}

/** The block with every operand renamed; definitions and parameters keep their names. */
export function renameBlock(block: Block, rename: Rename): Block {
  let changed = false;
  const insts = block.insts.map((inst) => {
    const next = mapInst(inst, rename);
    if (next !== inst) changed = true;
    return next;
  });
  const end = mapEnd(block.end, rename);
  return changed || end !== block.end ? { ...block, insts: changed ? insts : block.insts, end } : block;
}

/** Defining instruction of each value; undefined for block parameters. */
export function definitions(fn: Fn): readonly (Inst | undefined)[] {
  const defs = new Array<Inst | undefined>(fn.nextValue).fill(undefined);
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) {
      const dst = definedBy(inst);
      if (dst !== undefined) defs[dst] = inst;
    }
  }
  return defs;
}

/** How often each value is used. */
export function useCounts(fn: Fn): Uint32Array {
  const counts = new Uint32Array(fn.nextValue);
  const count = (value: ValueId): void => {
    counts[value] = (counts[value] ?? 0) + 1;
  };
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) eachOperand(inst, count);
    eachEndOperand(block.end, count);
  }
  return counts;
}

/** Numbers handed to values, blocks and slots that a pass adds. */
export class Fresh {
  #value: number;
  #block: number;
  readonly slots: Slot[];

  constructor(fn: Fn) {
    this.#value = fn.nextValue;
    this.#block = fn.nextBlock;
    this.slots = [...fn.slots];
  }
  value(): ValueId {
    return valueId(this.#value++);
  }
  block(): BlockId {
    return blockId(this.#block++);
  }
  slot(size: number, align: Slot["align"], name: string): SlotId {
    const id = slotId(this.slots.reduce((most, slot) => Math.max(most, slot.id + 1), 0));
    this.slots.push({ id, size, align, name });
    return id;
  }
  /** The function with these numbers taken. */
  apply(fn: Fn): Fn {
    return { ...fn, slots: this.slots, nextValue: this.#value, nextBlock: this.#block };
  }
}
