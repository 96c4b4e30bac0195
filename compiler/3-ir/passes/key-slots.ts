/**
 * Gives keys and values that are still `scalars` a place in the frame, and stores them there.
 *
 * Required before code generation. Equal content (same size, same parts) has one slot in the whole function, which
 * nothing else ever writes: where an earlier instruction on every path has stored it, nothing is stored again, so a
 * second operation on the same key costs no store. Bytes that no part covers are stored as zeros first. Where a function
 * has more contents than a frame holds (unrolled loops), only the latest are kept: each storing has a slot of its own
 * then, and slots that are done with share their space.
 *
 * Relies on value numbering (gvn) to have made equal content equal values. Guarantees: no `scalars` left.
 */
import { blockOf, definedBy, Fresh, isCall } from "../edit.ts";
import { dominators } from "../graph.ts";
import type { Block, BlockId, Bytes, Function as Fn, Inst, SlotId, ValueId } from "../ir.ts";

/** Bytes of different contents that are all kept, and how many of the latest where there are more. */
const KEPT_BYTES = 256;
const KEPT_LATEST = 8;

type Scalars = Extract<Bytes, { readonly kind: "scalars" }>;

export function keySlots(fn: Fn): Fn {
  if (scalarsOf(fn).length === 0) return fn;
  const fresh = new Fresh(fn);
  const tree = dominators(fn);
  const constants = new Map<ValueId, bigint>();
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) if (inst.kind === "const") constants.set(inst.dst, BigInt.asIntN(64, inst.value));
  }
  const contents = new Map(scalarsOf(fn).map((bytes) => [contentName(bytes, constants), bytes.size]));
  const keepsAll = [...contents.values()].reduce((sum, size) => sum + size, 0) <= KEPT_BYTES;
  const slots = new Map<string, ValueId>();
  const bases: Inst[] = [];
  const slotFor = (bytes: Scalars, name: string, use: string): ValueId => {
    const known = slots.get(name);
    if (known !== undefined && keepsAll) return known;
    const base = fresh.value();
    slots.set(name, base);
    const slot: SlotId = fresh.slot(bytes.size, alignOf(bytes), use);
    bases.push({ kind: "slot", dst: base, slot, offset: 0, span: undefined });
    return base;
  };
  const blocks = new Map<BlockId, Block>(fn.blocks);

  /** `above`: contents that every way to the block has stored, the latest last, with the address of each. */
  const visit = (id: BlockId, above: ReadonlyMap<string, ValueId>): void => {
    const stored = new Map(above);
    const insts: Inst[] = [];
    const place = (bytes: Bytes, map: string, role: string, span: Inst["span"]): Bytes => {
      if (bytes.kind === "memory") return bytes;
      const name = contentName(bytes, constants);
      const base = stored.get(name) ?? slotFor(bytes, name, `${role} of ${map}`);
      if (!stored.has(name)) {
        stored.set(name, base);
        storeParts(bytes, base, insts, span);
        const [oldest] = stored.keys();
        if (!keepsAll && stored.size > KEPT_LATEST && oldest !== undefined) stored.delete(oldest);
      }
      return { kind: "memory", base, offset: 0, size: bytes.size };
    };
    const block = blockOf(fn, id);
    for (const inst of block.insts) {
      if (inst.kind === "map-lookup" || inst.kind === "map-delete") {
        insts.push({ ...inst, key: place(inst.key, inst.map, "key", inst.span) });
      } else if (inst.kind === "map-update") {
        const key = place(inst.key, inst.map, "key", inst.span);
        const value = place(inst.value, inst.map, "value", inst.span);
        insts.push({ ...inst, key, value });
      } else insts.push(inst);
    }
    blocks.set(id, { ...block, insts });
    for (const child of tree.children.get(id) ?? []) visit(child, stored);
  };
  visit(fn.entry, new Map());
  const entry = blockOf({ ...fn, blocks }, fn.entry);
  blocks.set(fn.entry, { ...entry, insts: [...bases, ...entry.insts] });
  return fresh.apply({ ...fn, blocks });
}

function scalarsOf(fn: Fn): readonly Scalars[] {
  const found: Scalars[] = [];
  const add = (bytes: Bytes): void => {
    if (bytes.kind === "scalars") found.push(bytes);
  };
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) {
      if (inst.kind !== "map-lookup" && inst.kind !== "map-delete" && inst.kind !== "map-update") continue;
      add(inst.key);
      if (inst.kind === "map-update") add(inst.value);
    }
  }
  return found;
}

/** Equal for equal content: constants by value, everything else by the number of the value. */
function contentName(bytes: Scalars, constants: ReadonlyMap<ValueId, bigint>): string {
  const parts = [...bytes.parts].sort((a, b) => a.offset - b.offset);
  const texts = parts.map((part) => {
    const constant = constants.get(part.value);
    const value = constant === undefined ? `v${part.value}` : `${BigInt.asUintN(part.size * 8, constant)}`;
    return `${part.offset}:${part.size}:${value}`;
  });
  return `${bytes.size} ${texts.join(" ")}`;
}

function alignOf(bytes: Scalars): 1 | 2 | 4 | 8 {
  // Eight wherever zeros or wide parts profit from it; a narrow key packs tighter.
  if (bytes.size >= 8) return 8;
  return bytes.parts.reduce<1 | 2 | 4 | 8>((most, part) => (part.size > most ? part.size : most), 1);
}

function storeParts(bytes: Scalars, base: ValueId, insts: Inst[], span: Inst["span"]): void {
  const parts = [...bytes.parts].sort((a, b) => a.offset - b.offset);
  let covered = 0;
  const zero = (to: number): void => {
    if (to > covered) insts.push({ kind: "zero", base, offset: covered, size: to - covered, memory: "stack", span });
  };
  for (const part of parts) {
    zero(part.offset);
    const { offset, size, value } = part;
    storeEarly({ kind: "store", base, offset, size, value, memory: "stack", span }, insts);
    covered = part.offset + part.size;
  }
  zero(bytes.size);
}

/**
 * Puts a store right behind the definition of its value where a call stands in between: nobody else writes the slot, and
 * the value need not be kept over the call.
 */
function storeEarly(store: Extract<Inst, { readonly kind: "store" }>, insts: Inst[]): void {
  for (let i = insts.length - 1, called = false; i >= 0; i--) {
    const inst = insts[i];
    if (inst === undefined) break;
    if (definedBy(inst) === store.value) {
      if (!called) break;
      insts.splice(i + 1, 0, store);
      return;
    }
    if (isCall(inst)) called = true;
  }
  insts.push(store);
}
