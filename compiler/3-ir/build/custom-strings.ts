/** Functions on text in memory: by helpers and word by word, so that the verifier has little to walk through. */
import type { Expr } from "../../2-check/typed.ts";
import { sizeOf } from "../../types/layout.ts";
import type { BlockId, ValueId } from "../ir.ts";
import { address, copyValue, pads, zero } from "./access.ts";
import { equalsText, textFor } from "./compare.ts";
import { bytesBeforeNul } from "./constants.ts";
import { type CustomCall, literal, operand, spaceOf } from "./custom-call.ts";
import type { Place } from "./draft.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { readText } from "./kernel-memory.ts";
import type { Lowering, Writer } from "./lowering.ts";
import { scalarShape } from "./storage.ts";
import { compareTexts } from "./words.ts";

/** Text in memory, with the most bytes that it may have before its NUL. */
type Text = { readonly place: Place; readonly capacity: number };

/** Bytes before the NUL, by the result of the helper that read the text; of a text that cannot be read 0. */
function textEnd(fn: FunctionBuilder, read: ValueId): ValueId {
  const length = fn.local();
  const [some, onward] = [fn.block(), fn.block()];
  fn.write(length, fn.const(0));
  fn.branch("sgt", read, fn.const(0), some, onward);
  fn.enter(some);
  fn.write(length, fn.binaryImm("sub", read, 1));
  fn.jump(onward);
  fn.enter(onward);
  return fn.read(length);
}

function textAt(cx: Lowering, text: Expr): Text {
  return { place: cx.steps.memory(cx, text), capacity: sizeOf(text.type) };
}

/** Copies text of our own memory, cut at `room` with its NUL. @returns the bytes before the NUL */
export function copyText(fn: FunctionBuilder, to: Place, room: ValueId, from: Place): ValueId {
  const args = [address(fn, to), room, address(fn, from)];
  return textEnd(fn, fn.call("probe_read_kernel_str", args, { reads: from.memory, writes: to.memory }));
}

/** Bytes before the NUL, or the capacity: the helper that copies text counts them. */
function lengthOf(cx: Lowering, { place, capacity }: Text): ValueId {
  return copyText(cx.fn, cx.temps.take(capacity + 1, "text"), cx.fn.const(capacity + 1), place);
}

export function textLength(cx: Lowering, expr: CustomCall): ValueId {
  const source = operand(expr, 0);
  if (scalarShape(source.type) === undefined) return lengthOf(cx, textAt(cx, source));
  const most = Number(literal(expr, 0) ?? BigInt(cx.config.maxStrlen));
  const pointer = cx.steps.scalar(cx, source);
  const place = cx.temps.take(most, "text");
  return textEnd(cx.fn, readText(cx, spaceOf(source.type), place, cx.fn.const(most), pointer, expr.span));
}

/** 0 if the first n characters are equal, else 1. */
export function textsDiffer(cx: Lowering, expr: CustomCall): ValueId {
  const { fn } = cx;
  const [equal, different] = [fn.block(), fn.block()];
  const wanted = Number(literal(expr, 0) ?? 0n);
  const [left, right] = [operand(expr, 0), operand(expr, 1)];
  const known = right.kind === "string" ? right : left.kind === "string" ? left : undefined;
  if (known === undefined) {
    const [a, b] = [textAt(cx, left), textAt(cx, right)];
    compareTexts(fn, a.place, b.place, Math.min(wanted, a.capacity, b.capacity), equal, different);
    fn.jump(equal);
  } else {
    const bytes = bytesBeforeNul(known.value);
    const count = Math.min(wanted, bytes.length + 1);
    const { place, capacity } = textFor(cx, known === right ? left : right, count);
    equalsText(fn, place, bytes, Math.min(count, capacity), equal, different);
  }
  return eitherOf(fn, different, () => fn.const(1), equal, 0);
}

/** What `some` gives in one block, a constant in the other. */
export function eitherOf(
  fn: FunctionBuilder,
  then: BlockId,
  some: () => ValueId,
  otherwise: BlockId,
  none: number,
): ValueId {
  const result = fn.local();
  const end = fn.block();
  fn.enter(then);
  fn.write(result, some());
  fn.jump(end);
  fn.enter(otherwise);
  fn.write(result, fn.const(none));
  fn.jump(end);
  fn.enter(end);
  return fn.read(result);
}

/** The second text behind the first, cut at the capacity. */
export function concatenated(cx: Lowering, expr: CustomCall): Writer {
  const { fn } = cx;
  const first = operand(expr, 0);
  const second = operand(expr, 1);
  const a: Text = { place: cx.steps.memory(cx, first), capacity: sizeOf(first.type) };
  const b: Text = { place: cx.steps.memory(cx, second), capacity: sizeOf(second.type) };
  const size = sizeOf(expr.type);
  const whole = a.capacity + b.capacity - 1;
  if (whole <= size) {
    return (to, fill) => {
      if (pads(size, fill)) zero(fn, to, size);
      writeJoined(fn, to, a, b);
    };
  }
  const joined = cx.temps.take(whole, "joined");
  writeJoined(fn, joined, a, b);
  return (to, fill) => copyValue(fn, expr.type, to, joined, fill);
}

/** Both texts, into memory of their capacities less one. */
function writeJoined(fn: FunctionBuilder, to: Place, a: Text, b: Text): void {
  const length = copyText(fn, to, fn.const(Math.min(a.capacity + 1, a.capacity + b.capacity - 1)), a.place);
  // A text without a NUL leaves a byte less: two ways, in each of which the verifier sees that the second one fits.
  const room = fn.local();
  const [full, usual, onward] = [fn.block(), fn.block(), fn.block()];
  fn.branch("uge", length, fn.const(a.capacity), full, usual, { unlikely: "then" });
  fn.enter(full);
  fn.write(room, fn.const(b.capacity - 1));
  fn.jump(onward);
  fn.enter(usual);
  fn.write(room, fn.const(b.capacity));
  fn.jump(onward);
  fn.enter(onward);
  const args = [fn.binary("add", address(fn, to), length), fn.read(room), address(fn, b.place)];
  fn.call("probe_read_kernel_str", args, { reads: b.place.memory, writes: to.memory });
}
