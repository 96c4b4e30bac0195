/**
 * The constants of a function while a pass runs: one value per number, all defined at the head of the entry block, so
 * that equal constants are equal values everywhere. The code generator makes a constant where it is used.
 */
import { blockOf, type Fresh } from "../edit.ts";
import { signed64 } from "../evaluate.ts";
import type { Block, BlockId, Function as Fn, Inst, ValueId } from "../ir.ts";

export class Constants {
  readonly #fresh: Fresh;
  readonly #values = new Map<bigint, ValueId>();
  readonly #added: Inst[] = [];

  /** @param fn whose constants were gathered (pass "gather") */
  constructor(fn: Fn, fresh: Fresh) {
    this.#fresh = fresh;
    for (const inst of blockOf(fn, fn.entry).insts) {
      if (inst.kind === "const") this.#values.set(signed64(inst.value), inst.dst);
    }
  }
  /** The value of a number, defined if it was not. */
  of(value: bigint): ValueId {
    const key = signed64(value);
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const dst = this.#fresh.value();
    this.#values.set(key, dst);
    this.#added.push({ kind: "const", dst, value: key, span: undefined });
    return dst;
  }
  /** Definitions added so far, by value. */
  added(): readonly Inst[] {
    return this.#added;
  }
  /** Puts what was added at the head of the entry block. */
  apply(blocks: Map<BlockId, Block>, entry: BlockId): void {
    const block = blocks.get(entry);
    if (block === undefined || this.#added.length === 0) return;
    blocks.set(entry, { ...block, insts: [...this.#added, ...block.insts] });
  }
}
