/** What a function is made of while it is being built. */
import type { Brand } from "../../util/brand.ts";
import type { BlockId, Inst, Memory, Terminator, ValueId } from "../ir.ts";

/** A mutable 64-bit variable of the function being built. Reads before any write give 0. */
export type Local = Brand<number, "Local">;

export type Edge = { readonly to: BlockId; readonly args: ValueId[] };
export type DraftBlock = {
  readonly id: BlockId;
  readonly params: ValueId[];
  readonly insts: Inst[];
  readonly defs: Map<Local, ValueId>;
  readonly incoming: { readonly from: BlockId; readonly edge: Edge }[];
  /** Locals whose parameters still lack arguments. */
  readonly incomplete: Local[];
  sealed: boolean;
  end: Terminator | undefined;
};

/** Where bytes are: `align` holds for base + offset. */
export type Place = {
  readonly base: ValueId;
  readonly offset: number;
  readonly memory: Memory;
  readonly align: 1 | 2 | 4 | 8;
};

export type Size = 1 | 2 | 4 | 8;
