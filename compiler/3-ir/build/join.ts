/** join(): an array of pointers to texts, read into one record. */
import type { Span } from "../../source/span.ts";
import type { AddressSpace } from "../../types/type.ts";
import type { ValueId } from "../ir.ts";
import type { Place } from "./draft.ts";
import { readBytes, readText } from "./kernel-memory.ts";
import type { Lowering } from "./lowering.ts";

const STRINGS = 16;
const STRING_BYTES = 1024;
/** Room for all the texts. */
export const JOIN_SIZE = STRINGS * STRING_BYTES;

/** Reads texts until the first null pointer, one every 1024 bytes; gives their number. */
export function joinWriter(cx: Lowering, pointers: ValueId, space: AddressSpace, span: Span): (to: Place) => ValueId {
  const { fn } = cx;
  return (to) => {
    const index = fn.local();
    const [head, body, text, onward] = [fn.block(), fn.block(), fn.block(), fn.block()];
    fn.write(index, fn.const(0));
    fn.jump(head);
    fn.enterLoop(head);
    const i = fn.read(index);
    fn.branch("ult", i, fn.const(STRINGS), body, onward);
    fn.enter(body);
    const pointer = cx.temps.borrow(8, "pointer", (slot) => {
      const from = fn.binary("add", pointers, fn.binaryImm("shl", i, 3));
      readBytes(cx, space, slot, fn.const(8), from, span);
      return fn.load(slot, 8, false);
    });
    fn.branch("ne", pointer, fn.const(0), text, onward);
    fn.enter(text);
    const into = { ...to, base: fn.binary("add", to.base, fn.binaryImm("shl", i, 10)) };
    readText(cx, space, into, fn.const(STRING_BYTES), pointer, span);
    fn.write(index, fn.binaryImm("add", i, 1));
    fn.jump(head);
    fn.seal(head);
    fn.enter(onward);
    return fn.read(index);
  };
}
