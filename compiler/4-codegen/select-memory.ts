/**
 * Selection of loads and stores: constant parts of addresses go into the offset, slots are addressed off r10 itself,
 * constants are stored as immediates, and extensions that a narrow store would cut off again are skipped.
 */
import type { Inst, ValueId } from "../3-ir/ir.ts";
import type { LoadSize } from "../ebpf/opcodes.ts";
import { FRAME, type Op, type VReg } from "./machine.ts";
import { copy, type Out, registerFor } from "./operands.ts";
import { fitsImm, fitsOffset } from "./values.ts";

type Load = Extract<Inst, { readonly kind: "load" }>;
type Store = Extract<Inst, { readonly kind: "store" | "atomic-add" }>;
type Zero = Extract<Inst, { readonly kind: "zero" }>;
type Copy = Extract<Inst, { readonly kind: "copy" }>;
type Place = {
  readonly base: VReg;
  readonly off: number;
  /** Known alignment of the place itself; "any": the verifier does not ask for any (efficient unaligned access). */
  readonly align: number | "any";
};

/** Base register and offset of an access; `fixed`: the offset is relocated, so nothing may be added to it. */
function placeOf(out: Out, base: ValueId, offset: number, length: number, fixed: boolean): Place {
  const { values } = out;
  let at = base;
  let off = offset;
  if (!fixed) {
    for (;;) {
      const frame = values.frameOffset(at);
      if (frame !== undefined) return { base: FRAME, off: frame + off, align: lowestBit(frame + off) };
      const source = values.definition(at);
      if (source?.kind !== "binary" || (source.op !== "add" && source.op !== "sub")) break;
      const constant = values.constant(source.right);
      if (constant === undefined || !fitsImm(constant)) break;
      const next = off + (source.op === "add" ? Number(constant) : -Number(constant));
      if (!fitsOffset(next) || !fitsOffset(next + length)) break;
      at = source.left;
      off = next;
    }
    const indexed = indexedSlot(out, at, off, length);
    if (indexed !== undefined) return indexed;
    if (!fitsOffset(off) || !fitsOffset(off + length)) {
      const moved = values.fresh();
      out.push(copy(moved, registerFor(out, at), out.meta));
      out.push({ kind: "alu", op: "add", width: 64, dst: moved, src: { kind: "imm", value: off }, meta: out.meta });
      return { base: moved, off: 0, align: alignOf(out, at, off) };
    }
  }
  return { base: registerFor(out, at), off, align: alignOf(out, at, off) };
}

/** An element of a slot at a variable index: r10 plus the index, with the slot's place in the offset. */
function indexedSlot(out: Out, base: ValueId, offset: number, length: number): Place | undefined {
  const { values, meta } = out;
  const source = values.definition(base);
  if (source?.kind !== "binary" || source.op !== "add") return undefined;
  for (const [slot, index] of [
    [source.left, source.right],
    [source.right, source.left],
  ] as const) {
    const frame = values.frameOffset(slot);
    if (frame === undefined || !fitsOffset(frame + offset) || !fitsOffset(frame + offset + length)) continue;
    const moved = values.fresh();
    const src = { kind: "reg", reg: registerFor(out, index) } as const;
    out.push(copy(moved, FRAME, meta));
    out.push({ kind: "alu", op: "add", width: 64, dst: moved, src, meta });
    return { base: moved, off: frame + offset, align: 1 };
  }
  return undefined;
}

/** The largest power of two that divides an offset, at most 8. */
function lowestBit(offset: number): number {
  return offset % 8 === 0 ? 8 : offset & -offset;
}

/**
 * Elements of maps, records and global data may be accessed at any alignment on x86_64 and aarch64; the stack may not,
 * and neither may what could be the stack (check_ptr_alignment in kernel/bpf/verifier.c).
 */
function alignOf(out: Out, base: ValueId, offset: number): number | "any" {
  const source = out.values.definition(base);
  if (source?.kind === "context") return lowestBit(offset);
  return neverStack(out, base, 4) ? "any" : 1;
}

/** True if the address can only be in a map's element, a record or global data. */
function neverStack(out: Out, base: ValueId, depth: number): boolean {
  const source = out.values.definition(base);
  if (depth === 0) return false;
  switch (source?.kind) {
    case "map-lookup":
    case "data":
      return true;
    case "call":
      return source.helper === "ringbuf_reserve";
    case "binary":
      return (source.op === "add" || source.op === "sub") && neverStack(out, source.left, depth - 1);
    case undefined: {
      const incoming = out.values.incoming(base);
      return incoming.length > 0 && incoming.every((value) => neverStack(out, value, depth - 1));
    }
    default:
      return false;
  }
}

export function selectLoad(out: Out, inst: Load, dst: VReg): void {
  const fixed = inst.core !== undefined || inst.tracepoint !== undefined;
  const place = placeOf(out, inst.base, inst.offset, 0, fixed);
  const meta = inst.core === undefined ? out.meta : { ...out.meta, core: inst.core };
  const { base, off } = place;
  const op: Op = { kind: "load", size: inst.size, signed: false, dst, base, off, meta };
  out.push(op);
  if (inst.tracepoint !== undefined) out.tracepoints.set(op, inst.tracepoint);
  if (!inst.signed || inst.size === 8) return;
  const shift = { kind: "imm", value: 64 - inst.size * 8 } as const;
  out.push({ kind: "alu", op: "lsh", width: 64, dst, src: shift, meta: out.meta });
  out.push({ kind: "alu", op: "arsh", width: 64, dst, src: shift, meta: out.meta });
}

/** The value without extensions and masks that keep at least the low `bits`. */
function lowPart(out: Out, value: ValueId, bits: number): ValueId {
  let at = value;
  for (;;) {
    const source = out.values.definition(at);
    if (source?.kind === "extend" && source.bits >= bits) at = source.value;
    else if (source?.kind === "binary" && source.op === "and") {
      const mask = out.values.constant(source.right);
      if (mask === undefined || BigInt.asIntN(bits, mask) !== -1n) return at;
      at = source.left;
    } else return at;
  }
}

export function selectStore(out: Out, inst: Store): void {
  const { values, meta } = out;
  const { base, off } = placeOf(out, inst.base, inst.offset, 0, false);
  if (inst.kind === "atomic-add") {
    const src = registerFor(out, inst.value);
    out.push({ kind: "atomic", op: "add", size: inst.size, base, off, src, meta });
    return;
  }
  const value = inst.size === 8 ? inst.value : lowPart(out, inst.value, inst.size * 8);
  const constant = values.constant(value);
  const low = constant === undefined ? undefined : BigInt.asIntN(Math.min(inst.size * 8, 64), constant);
  if (low !== undefined && fitsImm(low)) {
    out.push({ kind: "store", size: inst.size, base, off, src: { kind: "imm", value: Number(low) }, meta });
    return;
  }
  out.push({ kind: "store", size: inst.size, base, off, src: { kind: "reg", reg: registerFor(out, value) }, meta });
}

/** Widest accesses that cover `size` bytes at an offset; each aligned to its own width as far as `align` asks. */
function pieces(
  off: number,
  size: number,
  align: number | "any",
): readonly { readonly at: number; readonly size: LoadSize }[] {
  const out: { at: number; size: LoadSize }[] = [];
  for (let at = 0; at < size; ) {
    const fits = (width: number): boolean =>
      width <= size - at && (align === "any" || (width <= align && (off + at) % width === 0));
    const width = ([8, 4, 2, 1] as const).find(fits) ?? 1;
    out.push({ at, size: width });
    at += width;
  }
  return out;
}

export function selectZero(out: Out, inst: Zero): void {
  const { meta } = out;
  const { base, off, align } = placeOf(out, inst.base, inst.offset, inst.size, false);
  // What is not known better is at least aligned as its offset says: all memory here starts on a multiple of eight.
  const known = align === "any" ? align : 8;
  for (const piece of pieces(off, inst.size, known)) {
    const src = { kind: "imm", value: 0 } as const;
    out.push({ kind: "store", size: piece.size, base, off: off + piece.at, src, meta });
  }
}

export function selectCopy(out: Out, inst: Copy): void {
  const { meta } = out;
  const to = placeOf(out, inst.to, inst.toOffset, inst.size, false);
  const from = placeOf(out, inst.from, inst.fromOffset, inst.size, false);
  for (const piece of pieces(0, inst.size, commonAlign(to, from, inst.align))) {
    const via = out.values.fresh();
    const at = { load: from.off + piece.at, store: to.off + piece.at };
    out.push({ kind: "load", size: piece.size, signed: false, dst: via, base: from.base, off: at.load, meta });
    out.push({ kind: "store", size: piece.size, base: to.base, off: at.store, src: { kind: "reg", reg: via }, meta });
  }
}

function commonAlign(a: Place, b: Place, stated: number): number | "any" {
  if (a.align === "any" && b.align === "any") return "any";
  const of = (place: Place): number => (place.align === "any" ? 8 : place.align);
  return Math.max(stated, Math.min(of(a), of(b)));
}
