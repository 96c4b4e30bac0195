/**
 * Makes one IR function: emits instructions into the current block and turns mutable locals into SSA block parameters.
 *
 * SSA is built while lowering (Braun et al., "Simple and Efficient Construction of Static Single Assignment Form", 2013):
 * a read in a sealed block asks its predecessors, in an unsealed one it makes a parameter that `seal` completes. What
 * turns out to be one value only is removed by `finish`. Code after a terminator goes to a block that nobody reaches and
 * that `finish` drops.
 */
import type { CoreReference } from "../../ebpf/insn.ts";
import type { HelperName } from "../../lang/helpers.ts";
import type { Span } from "../../source/span.ts";
import { invariant } from "../../util/assert.ts";
import { branded } from "../../util/brand.ts";
import type {
  BinaryOp,
  Block,
  BlockId,
  Bytes,
  CompareOp,
  Function as Fn,
  Inst,
  Memory,
  Slot,
  SlotId,
  Terminator,
  TracepointUse,
  ValueId,
} from "../ir.ts";
import type { DraftBlock, Edge, Local, Place, Size } from "./draft.ts";
import { settleParams } from "./settle-params.ts";
import { lesser } from "./storage.ts";

type Unplaced<T> = T extends unknown ? Omit<T, "span"> : never;
type LoadNotes = { readonly core?: CoreReference | undefined; readonly tracepoint?: TracepointUse | undefined };

export class FunctionBuilder {
  readonly name: string;
  readonly kind: Fn["kind"];
  readonly args: number;
  /** Given to every instruction made from now on. */
  span: Span | undefined;
  readonly #blocks = new Map<BlockId, DraftBlock>();
  readonly #slots: Slot[] = [];
  readonly #entryInsts: Inst[] = [];
  /** What a value is the narrowing of, so that narrower stores can skip it. */
  readonly #extended = new Map<ValueId, { readonly from: ValueId; readonly bits: number }>();
  #nextValue = 0;
  #nextLocal = 0;
  #current: DraftBlock | undefined;
  #context: ValueId | undefined;
  readonly entry: BlockId;

  constructor(name: string, kind: Fn["kind"], args: number) {
    this.name = name;
    this.kind = kind;
    this.args = args;
    this.span = undefined;
    this.entry = this.block();
    this.enter(this.entry);
  }

  // ---- blocks ----

  /** A new block that nothing jumps to yet. */
  block(): BlockId {
    const id = branded<BlockId>(this.#blocks.size);
    this.#blocks.set(id, {
      id,
      params: [],
      insts: [],
      defs: new Map(),
      incoming: [],
      incomplete: [],
      sealed: false,
      end: undefined,
    });
    return id;
  }

  /** Goes on in a block to which no further jump will be made. */
  enter(id: BlockId): void {
    this.enterLoop(id);
    this.seal(id);
  }

  /** Goes on in a block to which jumps will still be made: `seal` it after the last. */
  enterLoop(id: BlockId): void {
    invariant(this.#current === undefined, "3-ir", `block ${id} entered while another is open`);
    this.#current = this.#draft(id);
  }

  seal(id: BlockId): void {
    const block = this.#draft(id);
    invariant(!block.sealed, "3-ir", `block ${id} sealed twice`);
    for (const local of block.incomplete) this.#fillParam(block, local);
    block.sealed = true;
  }

  /** Whether code emitted now can be reached. */
  get reachable(): boolean {
    return this.#current !== undefined && (this.#current.id === this.entry || this.#current.incoming.length > 0);
  }

  jump(to: BlockId): void {
    this.#end({ kind: "jump", target: this.#edge(to), span: this.span });
  }

  branch(
    op: CompareOp,
    left: ValueId,
    right: ValueId,
    then: BlockId,
    otherwise: BlockId,
    more: { readonly unlikely?: "then" | "else" | undefined; readonly width?: 32 | 64 } = {},
  ): void {
    this.#end({
      kind: "branch",
      op,
      width: more.width ?? 64,
      left,
      right,
      then: this.#edge(then),
      else: this.#edge(otherwise),
      unlikely: more.unlikely,
      span: this.span,
    });
  }

  return(value: ValueId): void {
    this.#end({ kind: "return", value, span: this.span });
  }

  /** The block that is open. */
  get here(): BlockId {
    return this.#open().id;
  }

  /** Whether every way to here leads through the block. A loop's way back leads through its head, so it need not be known yet. */
  passed(id: BlockId): boolean {
    const seen = new Set([this.here]);
    for (const each of seen) {
      if (each === id) continue;
      if (each === this.entry) return false;
      for (const { from } of this.#draft(each).incoming) seen.add(from);
    }
    return seen.has(id);
  }

  /** Splits here: `guard` may later put a check into the block that ends at this point. */
  anchor(): BlockId {
    const here = this.#open().id;
    const next = this.block();
    this.jump(next);
    this.enter(next);
    return here;
  }

  /** At the anchor: looks the key up; without an entry the function returns `result`, else `dst` is the pointer. */
  guard(anchor: BlockId, dst: ValueId, map: string, key: number, result: number): void {
    const before = this.#current;
    const block = this.#draft(anchor);
    invariant(block.end?.kind === "jump", "3-ir", "an anchor ends in a jump");
    const onward = block.end.target;
    const failed = this.block();
    this.#current = block;
    const index: Bytes = { kind: "scalars", size: 4, parts: [{ offset: 0, size: 4, value: this.const(key) }] };
    this.#emit({ kind: "map-lookup", dst, map, key: index });
    const zero = this.const(0);
    this.#end({
      kind: "branch",
      op: "eq",
      width: 64,
      left: dst,
      right: zero,
      then: this.#edge(failed),
      else: onward,
      unlikely: "then",
      span: undefined,
    });
    this.enter(failed);
    this.return(this.const(result));
    this.#current = before;
  }

  /** A value that `guard` defines. */
  reserve(): ValueId {
    return this.#newValue();
  }

  // ---- locals ----

  local(): Local {
    return branded<Local>(this.#nextLocal++);
  }
  write(local: Local, value: ValueId): void {
    this.#open().defs.set(local, value);
  }
  read(local: Local): ValueId {
    return this.#read(this.#open(), local);
  }

  // ---- instructions ----

  const(value: bigint | number): ValueId {
    return this.#value((dst) => ({ kind: "const", dst, value: BigInt(value) }));
  }
  core(reference: CoreReference, value: bigint): ValueId {
    return this.#value((dst) => ({ kind: "core", dst, reference, value }));
  }
  binary(op: BinaryOp, left: ValueId, right: ValueId): ValueId {
    return this.#value((dst) => ({ kind: "binary", dst, op, left, right }));
  }
  binaryImm(op: BinaryOp, left: ValueId, right: bigint | number): ValueId {
    if ((op === "add" || op === "shl" || op === "shr") && BigInt(right) === 0n) return left;
    return this.binary(op, left, this.const(right));
  }
  negate(value: ValueId): ValueId {
    return this.#value((dst) => ({ kind: "negate", dst, value }));
  }
  extend(bits: 8 | 16 | 32, signed: boolean, value: ValueId): ValueId {
    const result = this.#value((dst) => ({ kind: "extend", dst, bits, signed, value }));
    this.#extended.set(result, { from: value, bits });
    return result;
  }
  swap(bits: 16 | 32 | 64, value: ValueId): ValueId {
    return this.#value((dst) => ({ kind: "swap", dst, bits, value }));
  }
  compare(op: CompareOp, left: ValueId, right: ValueId): ValueId {
    return this.#value((dst) => ({ kind: "compare", dst, op, left, right }));
  }
  /** The program's context, taken once at the entry. */
  context(): ValueId {
    if (this.#context !== undefined) return this.#context;
    const dst = this.#newValue();
    this.#entryInsts.push({ kind: "context", dst, span: undefined });
    this.#context = dst;
    return dst;
  }
  argument(index: number): ValueId {
    const dst = this.#newValue();
    this.#entryInsts.push({ kind: "argument", dst, index, span: undefined });
    return dst;
  }
  newSlot(size: number, align: Slot["align"], name: string): SlotId {
    const id = branded<SlotId>(this.#slots.length);
    this.#slots.push({ id, size, align, name });
    return id;
  }
  /** Settles the size of a slot, and zeroes it when the function begins. */
  zeroedSlot(slot: SlotId, size: number): void {
    const at = this.#slots.findIndex((s) => s.id === slot);
    const old = this.#slots[at];
    invariant(old !== undefined, "3-ir", `no slot ${slot}`);
    this.#slots[at] = { ...old, size };
    const base = this.#newValue();
    this.#entryInsts.push({ kind: "slot", dst: base, slot, offset: 0, span: undefined });
    this.#entryInsts.push({ kind: "zero", base, offset: 0, size, memory: "stack", span: undefined });
  }
  slot(slot: SlotId, offset = 0): ValueId {
    return this.#value((dst) => ({ kind: "slot", dst, slot, offset }));
  }
  map(map: string): ValueId {
    return this.#value((dst) => ({ kind: "map", dst, map }));
  }
  data(section: ".bss" | ".rodata", offset: number): ValueId {
    return this.#value((dst) => ({ kind: "data", dst, section, offset }));
  }
  function(name: string): ValueId {
    return this.#value((dst) => ({ kind: "function", dst, name }));
  }
  load(place: Place, size: Size, signed: boolean, notes: LoadNotes = {}): ValueId {
    const { base, offset, memory } = place;
    const { core, tracepoint } = notes;
    return this.#value((dst) => ({ kind: "load", dst, base, offset, size, signed, memory, core, tracepoint }));
  }
  store(place: Place, size: Size, value: ValueId): void {
    const { base, offset, memory } = place;
    this.#emit({ kind: "store", base, offset, size, value: this.low(value, size), memory });
  }
  atomicAdd(place: Place, value: ValueId): void {
    const { base, offset, memory } = place;
    this.#emit({ kind: "atomic-add", base, offset, size: 8, value, memory });
  }
  zero(place: Place, size: number): void {
    if (size === 0) return;
    const { base, offset, memory } = place;
    this.#emit({ kind: "zero", base, offset, size, memory });
  }
  copy(to: Place, from: Place, size: number): void {
    if (size === 0) return;
    this.#emit({
      kind: "copy",
      to: to.base,
      toOffset: to.offset,
      from: from.base,
      fromOffset: from.offset,
      size,
      align: lesser(to.align, from.align),
      memory: to.memory,
    });
  }
  lookup(map: string, key: Bytes): ValueId {
    return this.#value((dst) => ({ kind: "map-lookup", dst, map, key }));
  }
  update(map: string, key: Bytes, value: Bytes, flags = 0): ValueId {
    return this.#value((dst) => ({ kind: "map-update", dst, map, key, value, flags }));
  }
  delete(map: string, key: Bytes): ValueId {
    return this.#value((dst) => ({ kind: "map-delete", dst, map, key }));
  }
  call(
    helper: HelperName,
    args: readonly ValueId[],
    effect: { readonly pure?: boolean; readonly reads?: Memory; readonly writes?: Memory } = {},
  ): ValueId {
    const { pure = false, reads, writes } = effect;
    return this.#value((dst) => ({ kind: "call", dst, helper, args, pure, reads, writes }));
  }

  /** Calls a subprogram of the object. */
  callFunction(name: string, args: readonly ValueId[]): ValueId {
    return this.#value((dst) => ({ kind: "call-function", dst, name, args }));
  }

  /** A value with the same low `size` bytes, got with less work where there is one. */
  low(value: ValueId, size: Size): ValueId {
    for (let v = value; ; ) {
      const known = this.#extended.get(v);
      if (known === undefined || known.bits < size * 8) return v;
      v = known.from;
    }
  }

  /** Values made so far. */
  get valueCount(): number {
    return this.#nextValue;
  }

  /** Blocks made so far, unreachable ones too. */
  get blockCount(): number {
    return this.#blocks.size;
  }

  /** The function, blocks in reverse postorder, without unreachable blocks and superfluous parameters. */
  finish(): Fn {
    for (const block of this.#blocks.values()) {
      if (!block.sealed) this.seal(block.id);
      if (block.end === undefined) {
        invariant(block.incoming.length === 0 && block.id !== this.entry, "3-ir", `block ${block.id} has no end`);
      }
    }
    this.#draft(this.entry).insts.unshift(...this.#entryInsts);
    const blocks: ReadonlyMap<BlockId, Block> = settleParams(this.#blocks, this.entry);
    return {
      name: this.name,
      kind: this.kind,
      arguments: this.args,
      entry: this.entry,
      blocks,
      slots: this.#slots,
      nextValue: this.#nextValue,
      nextBlock: this.#blocks.size,
    };
  }

  // ---- inside ----

  #draft(id: BlockId): DraftBlock {
    const block = this.#blocks.get(id);
    invariant(block !== undefined, "3-ir", `no block ${id}`);
    return block;
  }

  #open(): DraftBlock {
    if (this.#current === undefined) this.enter(this.block());
    const block = this.#current;
    invariant(block !== undefined, "3-ir", "no block is open");
    return block;
  }

  #newValue(): ValueId {
    return branded<ValueId>(this.#nextValue++);
  }

  #emit(inst: Unplaced<Inst>): void {
    this.#open().insts.push({ ...inst, span: this.span });
  }

  #value(make: (dst: ValueId) => Unplaced<Inst>): ValueId {
    const dst = this.#newValue();
    this.#emit(make(dst));
    return dst;
  }

  #end(end: Terminator): void {
    this.#open().end = end;
    this.#current = undefined;
  }

  #edge(to: BlockId): Edge {
    const target = this.#draft(to);
    invariant(!target.sealed, "3-ir", `jump to the sealed block ${to}`);
    const edge: Edge = { to, args: [] };
    target.incoming.push({ from: this.#open().id, edge });
    return edge;
  }

  #read(block: DraftBlock, local: Local): ValueId {
    const known = block.defs.get(local);
    if (known !== undefined) return known;
    let value: ValueId;
    const [only] = block.incoming;
    if (!block.sealed) {
      value = this.#newValue();
      block.params.push(value);
      block.incomplete.push(local);
    } else if (only === undefined) {
      value = this.#newValue();
      this.#entryInsts.push({ kind: "const", dst: value, value: 0n, span: undefined });
    } else if (block.incoming.length === 1) {
      value = this.#read(this.#draft(only.from), local);
    } else {
      value = this.#newValue();
      block.params.push(value);
      block.defs.set(local, value);
      this.#fillParam(block, local);
    }
    block.defs.set(local, value);
    return value;
  }

  #fillParam(block: DraftBlock, local: Local): void {
    for (const { from, edge } of block.incoming) edge.args.push(this.#read(this.#draft(from), local));
  }
}
