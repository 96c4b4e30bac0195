/**
 * Gives keys and values that are still `scalars` a place in the frame, and stores them there.
 *
 * Required before code generation. Equal content (same size, same parts) has one slot in the whole function, which
 * nothing else ever writes: where an earlier instruction on every path has stored it, nothing is stored again, so a
 * second operation on the same key costs no store. Bytes that no part covers are stored as zeros first.
 *
 * Relies on value numbering (gvn) to have made equal content equal values. Guarantees: no `scalars` left.
 */
import { blockOf, definedBy, Fresh, isCall } from "../edit.ts";
import { dominators } from "../graph.ts";
import type { Block, BlockId, Bytes, Function as Fn, Inst, SlotId, ValueId } from "../ir.ts";

type Scalars = Extract<Bytes, { readonly kind: "scalars" }>;

export function keySlots(fn: Fn): Fn {
  if (!hasScalars(fn)) return fn;
  const fresh = new Fresh(fn);
  const tree = dominators(fn);
  const constants = new Map<ValueId, bigint>();
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) if (inst.kind === "const") constants.set(inst.dst, BigInt.asIntN(64, inst.value));
  }
  const slots = new Map<string, { readonly slot: SlotId; readonly base: ValueId }>();
  const bases: Inst[] = [];
  const slotFor = (bytes: Scalars, name: string, use: string): { readonly slot: SlotId; readonly base: ValueId } => {
    const known = slots.get(name);
    if (known !== undefined) return known;
    const made = { slot: fresh.slot(bytes.size, alignOf(bytes), use), base: fresh.value() };
    slots.set(name, made);
    bases.push({ kind: "slot", dst: made.base, slot: made.slot, offset: 0, span: undefined });
    return made;
  };
  const blocks = new Map<BlockId, Block>(fn.blocks);

  const visit = (id: BlockId, above: ReadonlySet<string>): void => {
    const stored = new Set(above);
    const insts: Inst[] = [];
    const place = (bytes: Bytes, map: string, role: string, span: Inst["span"]): Bytes => {
      if (bytes.kind === "memory") return bytes;
      const name = contentName(bytes, constants);
      const { base } = slotFor(bytes, name, `${role} of ${map}`);
      if (!stored.has(name)) {
        stored.add(name);
        storeParts(bytes, base, insts, span);
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
  visit(fn.entry, new Set());
  const entry = blockOf({ ...fn, blocks }, fn.entry);
  blocks.set(fn.entry, { ...entry, insts: [...bases, ...entry.insts] });
  return fresh.apply({ ...fn, blocks });
}

function hasScalars(fn: Fn): boolean {
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) {
      if (inst.kind === "map-lookup" || inst.kind === "map-delete" || inst.kind === "map-update") {
        if (inst.key.kind === "scalars") return true;
        if (inst.kind === "map-update" && inst.value.kind === "scalars") return true;
      }
    }
  }
  return false;
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
