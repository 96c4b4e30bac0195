/**
 * Helpers that scripts never call and other compilers' programs do: what the model knows beyond lang/helpers.ts.
 * Kernel: their prototypes in kernel/bpf/helpers.c and kernel/bpf/ringbuf.c.
 */
import { ARG, ARG_FLAG, RETURNS } from "./codes.ts";

export type MoreHelper = {
  readonly name: string;
  readonly id: number;
  readonly args: readonly number[];
  readonly returns: number;
  /** The first kernel whose rules for it the model knows; before, such programs get no verdict. */
  readonly known: string;
};

const { ANYTHING, DYNPTR, MEM, MEM_UNINIT, SIZE_ZERO, ALLOC_SIZE } = ARG;
const NEW = DYNPTR | ARG_FLAG.DYNPTR_UNINIT;
const SENT = DYNPTR | ARG_FLAG.DYNPTR_RELEASE | ARG_FLAG.DYNPTR_RINGBUF;

/** Dynptrs changed much from 5.19 on; the rules here are held to 6.12 and 6.18. */
const KNOWN = "6.12";
const row = (name: string, id: number, args: readonly number[], returns: number): MoreHelper => ({
  name,
  id,
  args,
  returns,
  known: KNOWN,
});

export const MORE_HELPERS: readonly MoreHelper[] = [
  row("dynptr_from_mem", 197, [MEM_UNINIT, SIZE_ZERO, ANYTHING, NEW | ARG_FLAG.DYNPTR_LOCAL], RETURNS.INTEGER),
  row("ringbuf_reserve_dynptr", 198, [ARG.MAP, ANYTHING, ANYTHING, NEW | ARG_FLAG.DYNPTR_RINGBUF], RETURNS.INTEGER),
  row("ringbuf_submit_dynptr", 199, [SENT, ANYTHING], RETURNS.VOID),
  row("ringbuf_discard_dynptr", 200, [SENT, ANYTHING], RETURNS.VOID),
  row("dynptr_read", 201, [MEM_UNINIT, SIZE_ZERO, DYNPTR, ANYTHING, ANYTHING], RETURNS.INTEGER),
  row("dynptr_write", 202, [DYNPTR, ANYTHING, MEM | ARG_FLAG.RDONLY, SIZE_ZERO, ANYTHING], RETURNS.INTEGER),
  row("dynptr_data", 203, [DYNPTR, ANYTHING, ALLOC_SIZE], RETURNS.DYNPTR_MEM),
];
