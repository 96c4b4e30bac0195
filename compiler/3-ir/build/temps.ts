/**
 * Memory for values while a statement runs: small ones in stack slots, large ones in the program's entry of the scratch
 * map. What a statement took is free again at its end, and slots of equal size are used again.
 */
import type { SlotId, ValueId } from "../ir.ts";
import type { Place } from "./draft.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import type { ProgramState } from "./program-state.ts";
import type { Align } from "./storage.ts";

export class Temps {
  readonly #fn: FunctionBuilder;
  readonly #program: ProgramState;
  readonly #limit: number;
  readonly #budget: number;
  readonly #scratch: () => ValueId;
  readonly #free = new Map<number, SlotId[]>();
  #taken: { readonly size: number; readonly slot: SlotId }[] = [];
  #frame = 0;

  /** limit: largest value kept on the stack. budget: bytes of slots in the function. scratch: the program's scratch memory. */
  constructor(fn: FunctionBuilder, program: ProgramState, limit: number, budget: number, scratch: () => ValueId) {
    this.#fn = fn;
    this.#program = program;
    this.#limit = limit;
    this.#budget = budget;
    this.#scratch = scratch;
  }

  /** Uninitialised memory until the end of the statement. */
  take(size: number, name: string): Place {
    if (!this.#fits(size)) return this.scratch(size);
    const rounded = Math.max(8, Math.ceil(size / 8) * 8);
    const slot = this.#free.get(rounded)?.pop() ?? this.#newSlot(rounded, name);
    this.#taken.push({ size: rounded, slot });
    return this.#place(slot);
  }

  /** Memory for one use: `use` loads what it needs before the slot may be used again. */
  borrow<T>(size: number, name: string, use: (place: Place) => T): T {
    const before = this.#taken.length;
    const result = use(this.take(size, name));
    this.#release(before);
    return result;
  }

  /** A slot for as long as the function runs. */
  keep(size: number, name: string): () => Place {
    const slot = this.#newSlot(Math.max(8, Math.ceil(size / 8) * 8), name);
    return () => this.#place(slot);
  }

  /** Scratch memory that the program has set aside. */
  scratchAt(offset: number): Place {
    return { base: this.#scratch(), offset, memory: "map", align: 8 };
  }

  /** Per-CPU memory until the end of the statement, whatever the size. */
  scratch(size: number): Place {
    return this.scratchAt(this.#program.scratchTemp(size));
  }

  /** Runs one statement; what it took is free afterwards. */
  statement(run: () => void): void {
    const before = this.#taken.length;
    const top = this.#program.scratchTop;
    run();
    this.#release(before);
    this.#program.scratchTop = top;
  }

  #fits(size: number): boolean {
    return size <= this.#limit && this.#frame + size <= this.#budget;
  }

  #newSlot(size: number, name: string): SlotId {
    this.#frame += size;
    return this.#fn.newSlot(size, 8, name);
  }

  #release(to: number): void {
    for (const { size, slot } of this.#taken.splice(to).reverse()) {
      const free = this.#free.get(size);
      if (free === undefined) this.#free.set(size, [slot]);
      else free.push(slot);
    }
  }

  #place(slot: SlotId): Place {
    const align: Align = 8;
    return { base: this.#fn.slot(slot), offset: 0, memory: "stack", align };
  }
}
