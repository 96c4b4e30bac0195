/**
 * argN of a static probe. Each place of the probe may have its argument elsewhere; the note in the binary says where, and the
 * loader writes that into .rodata: constant + register + (index << scale), which is the value or its address. The kernel's
 * verifier knows .rodata, so that of all that stands here only what a place needs remains when the program is loaded.
 */
import type { Span } from "../../source/span.ts";
import type { ValueId } from "../ir.ts";
import { address } from "./access.ts";
import { readBytes } from "./kernel-memory.ts";
import type { Lowering } from "./lowering.ts";

/** Offsets of the words (struct usdt_argument in loader/usdt.h). */
const CONSTANT = 0;
const REGISTER = 8;
const INDEX = 16;
const SCALE = 24;
const IN_MEMORY = 32;
const SHIFT = 40;
const SIGNED = 48;
const SIZE = 56;

export function noteArgument(cx: Lowering, index: number, span: Span): ValueId {
  const { fn } = cx;
  const spec = cx.program.noteArgument(index);
  const word = (offset: number) =>
    fn.load({ base: fn.data(".rodata", spec + offset), offset: 0, memory: "data", align: 8 }, 8, false);
  const sum = fn.local();
  fn.write(sum, word(CONSTANT));
  const when = (flag: ValueId, absent: bigint, then: () => void): void => {
    const [yes, onward] = [fn.block(), fn.block()];
    fn.branch("ne", flag, fn.const(absent), yes, onward);
    fn.enter(yes);
    then();
    fn.jump(onward);
    fn.enter(onward);
  };
  const none = 0xffff_ffff_ffff_ffffn;
  // The verifier lets no program use the context with an offset that is no constant of the instruction, but by this helper.
  const register = (offset: ValueId): ValueId =>
    cx.temps.borrow(8, "register", (slot) => {
      fn.zero(slot, 8);
      const from = fn.binary("add", cx.context(), offset);
      fn.call("probe_read_kernel", [address(fn, slot), fn.const(8), from], { reads: "any", writes: slot.memory });
      return fn.load(slot, 8, false);
    });
  const base = word(REGISTER);
  when(base, none, () => fn.write(sum, fn.binary("add", fn.read(sum), register(base))));
  const scaled = word(INDEX);
  when(scaled, none, () =>
    fn.write(sum, fn.binary("add", fn.read(sum), fn.binary("shl", register(scaled), word(SCALE)))),
  );
  when(word(IN_MEMORY), 0n, () => {
    const value = cx.temps.borrow(8, "value", (slot) => {
      fn.zero(slot, 8);
      readBytes(cx, "user", slot, word(SIZE), fn.read(sum), span);
      return fn.load(slot, 8, false);
    });
    fn.write(sum, value);
  });
  const shift = word(SHIFT);
  const high = fn.binary("shl", fn.read(sum), shift);
  fn.write(sum, fn.binary("shr", high, shift));
  when(word(SIGNED), 0n, () => fn.write(sum, fn.binary("sar", high, shift)));
  return fn.read(sum);
}
