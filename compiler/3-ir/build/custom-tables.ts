/** Names of numbers: a table of texts in .rodata; numbers without a name are written in decimal. */
import { TEXT_SIZE, type TextTable, textTable } from "../../lang/texts.ts";
import { sizeOf } from "../../types/layout.ts";
import type { ValueId } from "../ir.ts";
import { copyBytes, zero } from "./access.ts";
import { textBytes } from "./constants.ts";
import { type CustomCall, literal, operand } from "./custom-call.ts";
import type { Place } from "./draft.ts";
import type { Lowering, Writer } from "./lowering.ts";

/** Digits of the largest 64-bit number. */
const DIGITS = 20;

/** The text of a number. */
export function textFromTable(cx: Lowering, expr: CustomCall): Writer {
  const { fn } = cx;
  const name = literal(expr, 0);
  const table: TextTable = name === "signal_name" || name === "syscall_name" ? name : "strerror";
  const number = cx.steps.scalar(cx, operand(expr, 0));
  const texts = textTable(table, cx.module.env.arch === "aarch64" ? "aarch64" : "x86_64");
  const stride = TEXT_SIZE[table];
  const size = sizeOf(expr.type);
  const place = cx.temps.take(size, "text");
  zero(fn, place, size);
  const [inside, named, unnamed, onward] = [fn.block(), fn.block(), fn.block(), fn.block()];
  fn.branch("ult", number, fn.const(texts.length), inside, unnamed);
  fn.enter(inside);
  const start = fn.data(
    ".rodata",
    cx.module.table(table, () => tableBytes(texts, stride)),
  );
  const base = fn.binary("add", start, fn.binaryImm("mul", number, stride));
  const entry: Place = { base, offset: 0, memory: "data", align: 8 };
  fn.branch("ne", fn.load({ ...entry, align: 1 }, 1, false), fn.const(0), named, unnamed);
  fn.enter(named);
  copyBytes(fn, place, { ...entry, align: 8 }, Math.min(size, stride));
  fn.jump(onward);
  fn.enter(unnamed);
  writeDecimal(cx, number, place, size);
  fn.jump(onward);
  fn.enter(onward);
  return (to) => copyBytes(fn, to, place, size);
}

/** Texts, each in a room of its own that ends with a NUL. */
function tableBytes(texts: readonly string[], stride: number): Uint8Array {
  const bytes = new Uint8Array(texts.length * stride);
  for (const [i, text] of texts.entries()) bytes.set(textBytes(text).subarray(0, stride - 1), i * stride);
  return bytes;
}

/** Digits from the last to the first into a buffer, then copied to the front. */
function writeDecimal(cx: Lowering, number: ValueId, to: Place, size: number): void {
  const { fn } = cx;
  cx.temps.borrow(DIGITS + 4, "digits", (digits) => {
    fn.zero(digits, DIGITS + 4);
    const rest = fn.local();
    const index = fn.local();
    const [head, body, end] = [fn.block(), fn.block(), fn.block()];
    fn.write(rest, number);
    fn.write(index, fn.const(DIGITS));
    fn.jump(head);
    fn.enterLoop(head);
    const i = fn.read(index);
    fn.branch("ugt", i, fn.const(0), body, end);
    fn.enter(body);
    const value = fn.read(rest);
    const at = fn.binaryImm("sub", i, 1);
    const digit = fn.binaryImm("add", fn.binaryImm("umod", value, 10), 48);
    fn.store({ ...digits, base: fn.binary("add", digits.base, at), align: 1 }, 1, digit);
    const less = fn.binaryImm("udiv", value, 10);
    fn.write(rest, less);
    fn.write(index, at);
    fn.branch("ne", less, fn.const(0), head, end);
    fn.seal(head);
    fn.enter(end);
    const start = fn.read(index);
    const from = fn.binary("add", fn.binaryImm("add", digits.base, digits.offset), start);
    fn.call(
      "probe_read_kernel_str",
      [fn.binaryImm("add", to.base, to.offset), fn.const(Math.min(size, DIGITS + 1)), from],
      {
        reads: digits.memory,
        writes: to.memory,
      },
    );
  });
}
