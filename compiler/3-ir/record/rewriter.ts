/**
 * Adds instructions to a finished function, in order and with blocks split where a branch is needed. Walks the blocks as
 * they stand; what is emitted goes behind what was emitted last. Guarantees: what the function did, it still does, in the
 * same order.
 */
import type { HelperName } from "../../lang/helpers.ts";
import type { Span } from "../../source/span.ts";
import { Fresh } from "../edit.ts";
import { reorder } from "../graph.ts";
import type { BinaryOp, Block, BlockId, Function as Fn, Inst, Memory, Slot, Terminator, ValueId } from "../ir.ts";

type Unplaced<T> = T extends unknown ? Omit<T, "span"> : never;

export class Rewriter {
  /** Given to every instruction emitted from now on. */
  span: Span | undefined;
  readonly #fn: Fn;
  readonly #fresh: Fresh;
  readonly #blocks = new Map<BlockId, Block>();
  #id: BlockId;
  #params: readonly ValueId[] = [];
  #insts: Inst[] = [];

  constructor(fn: Fn) {
    this.#fn = fn;
    this.#fresh = new Fresh(fn);
    this.#id = fn.entry;
    this.span = undefined;
  }

  get slots(): readonly Slot[] {
    return this.#fn.slots;
  }

  /** Begins a block of the function; `end` closes what it has become. */
  begin(block: Block): void {
    this.#id = block.id;
    this.#params = block.params;
    this.#insts = [];
  }

  /** An instruction as it is. */
  keep(inst: Inst): void {
    this.#insts.push(inst);
  }

  end(end: Terminator): void {
    this.#blocks.set(this.#id, { id: this.#id, params: this.#params, insts: this.#insts, end });
  }

  /** The function with all of its blocks begun and ended. `slots`: with sizes changed. */
  finish(slots: readonly Slot[]): Fn {
    const fn = this.#fresh.apply({ ...this.#fn, blocks: this.#blocks });
    return reorder({ ...fn, slots });
  }

  const(value: bigint | number): ValueId {
    return this.#value((dst) => ({ kind: "const", dst, value: BigInt(value) }));
  }
  binary(op: BinaryOp, left: ValueId, right: ValueId): ValueId {
    return this.#value((dst) => ({ kind: "binary", dst, op, left, right }));
  }
  extend32(value: ValueId): ValueId {
    return this.#value((dst) => ({ kind: "extend", dst, bits: 32, signed: false, value }));
  }
  plus(value: ValueId, offset: number): ValueId {
    return offset === 0 ? value : this.binary("add", value, this.const(offset));
  }
  context(): ValueId {
    return this.#value((dst) => ({ kind: "context", dst }));
  }
  argument(index: number): ValueId {
    return this.#value((dst) => ({ kind: "argument", dst, index }));
  }
  map(map: string): ValueId {
    return this.#value((dst) => ({ kind: "map", dst, map }));
  }
  data(section: ".bss" | ".rodata", offset: number): ValueId {
    return this.#value((dst) => ({ kind: "data", dst, section, offset }));
  }
  slot(slot: Slot["id"], offset: number): ValueId {
    return this.#value((dst) => ({ kind: "slot", dst, slot, offset }));
  }
  core(inst: Inst & { readonly kind: "load" }): ValueId {
    const { core, offset } = inst;
    if (core === undefined) return this.plus(inst.base, offset);
    const distance = this.#value((dst) => ({ kind: "core", dst, reference: core, value: BigInt(offset) }));
    return this.binary("add", inst.base, distance);
  }
  load(base: ValueId, offset: number, size: 1 | 2 | 4 | 8, memory: Memory): ValueId {
    return this.#value((dst) => ({
      kind: "load",
      dst,
      base,
      offset,
      size,
      signed: false,
      memory,
      core: undefined,
      tracepoint: undefined,
    }));
  }
  store(base: ValueId, offset: number, size: 4 | 8, value: ValueId, memory: Memory): void {
    this.#emit({ kind: "store", base, offset, size, value, memory });
  }
  count(offset: number): void {
    const base = this.data(".bss", offset);
    this.#emit({ kind: "atomic-add", base, offset: 0, size: 8, value: this.const(1), memory: "data" });
  }
  call(helper: HelperName, args: readonly ValueId[], effect: { readonly writes?: Memory } = {}): ValueId {
    const { writes } = effect;
    return this.#value((dst) => ({ kind: "call", dst, helper, args, pure: false, reads: "any", writes }));
  }

  /** Goes two ways that meet again: `then` where the value is not 0, `otherwise` (rare) where it is. */
  ifSet(value: ValueId, then: () => void, otherwise: () => void): void {
    const [yes, no, onward] = [this.#fresh.block(), this.#fresh.block(), this.#fresh.block()];
    const { span } = this;
    const zero = this.const(0);
    this.end({
      kind: "branch",
      op: "ne",
      width: 64,
      left: value,
      right: zero,
      then: { to: yes, args: [] },
      else: { to: no, args: [] },
      unlikely: "else",
      span,
    });
    for (const [id, fill] of [
      [yes, then],
      [no, otherwise],
    ] as const) {
      this.#open(id);
      fill();
      this.end({ kind: "jump", target: { to: onward, args: [] }, span });
    }
    this.#open(onward);
  }

  #open(id: BlockId): void {
    this.#id = id;
    this.#params = [];
    this.#insts = [];
  }
  #emit(inst: Unplaced<Inst>): void {
    this.#insts.push({ ...inst, span: this.span });
  }
  #value(make: (dst: ValueId) => Unplaced<Inst>): ValueId {
    const dst = this.#fresh.value();
    this.#emit(make(dst));
    return dst;
  }
}
