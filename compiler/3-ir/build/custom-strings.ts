/** Functions on text in memory, as loops over bytes that the verifier can follow. */
import type { Expr } from "../../2-check/typed.ts";
import { sizeOf } from "../../types/layout.ts";
import type { ValueId } from "../ir.ts";
import { address, copyValue, zero } from "./access.ts";
import { type CustomCall, literal, operand, spaceOf } from "./custom-call.ts";
import { atMost } from "./custom-text.ts";
import type { Place } from "./draft.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { readText } from "./kernel-memory.ts";
import type { Lowering, Writer } from "./lowering.ts";
import { scalarShape } from "./storage.ts";

/** The byte of a text at a run-time index. */
function byteAt(fn: FunctionBuilder, text: Place, index: ValueId): ValueId {
  return fn.load({ ...text, base: fn.binary("add", text.base, index), align: 1 }, 1, false);
}

/** Text in memory, or what a pointer points to, read up to a length. */
function textAt(
  cx: Lowering,
  source: Expr,
  most: number,
  span: Expr["span"],
): { readonly place: Place; readonly capacity: number } {
  if (scalarShape(source.type) === undefined) {
    return { place: cx.steps.memory(cx, source), capacity: sizeOf(source.type) };
  }
  const pointer = cx.steps.scalar(cx, source);
  const place = cx.temps.take(most, "text");
  zero(cx.fn, place, most);
  readText(cx, spaceOf(source.type), place, cx.fn.const(most), pointer, span);
  return { place, capacity: most };
}

/** Calls `turn` with 0, 1, … below the limit; it jumps to `next` to go on. Then `end`. */
function loop(
  fn: FunctionBuilder,
  limit: number,
  turn: (index: ValueId, next: ReturnType<FunctionBuilder["block"]>, end: ReturnType<FunctionBuilder["block"]>) => void,
): ValueId {
  const index = fn.local();
  const [head, body, next, end] = [fn.block(), fn.block(), fn.block(), fn.block()];
  fn.write(index, fn.const(0));
  fn.jump(head);
  fn.enterLoop(head);
  const i = fn.read(index);
  fn.branch("ult", i, fn.const(limit), body, end);
  fn.enter(body);
  turn(i, next, end);
  fn.enter(next);
  fn.write(index, fn.binaryImm("add", i, 1));
  fn.jump(head);
  fn.seal(head);
  fn.enter(end);
  return fn.read(index);
}

/** Bytes before the NUL, or the capacity. */
function lengthOf(fn: FunctionBuilder, text: Place, capacity: number): ValueId {
  return loop(fn, capacity, (i, next, end) => {
    fn.branch("ne", byteAt(fn, text, i), fn.const(0), next, end);
  });
}

export function textLength(cx: Lowering, expr: CustomCall): ValueId {
  const most = Number(literal(expr, 0) ?? BigInt(cx.config.maxStrlen));
  const { place, capacity } = textAt(cx, operand(expr, 0), most, expr.span);
  return lengthOf(cx.fn, place, capacity);
}

/** 0 if the first n characters are equal, else 1. */
export function textsDiffer(cx: Lowering, expr: CustomCall): ValueId {
  const { fn } = cx;
  const a = textAt(cx, operand(expr, 0), cx.config.maxStrlen, expr.span);
  const b = textAt(cx, operand(expr, 1), cx.config.maxStrlen, expr.span);
  const result = fn.local();
  fn.write(result, fn.const(0));
  const wanted = Number(literal(expr, 0) ?? 0n);
  const limit = Math.min(wanted, a.capacity, b.capacity);
  loop(fn, limit, (i, next, end) => {
    const [same, differ] = [fn.block(), fn.block()];
    const left = byteAt(fn, a.place, i);
    fn.branch("eq", left, byteAt(fn, b.place, i), same, differ);
    fn.enter(differ);
    fn.write(result, fn.const(1));
    fn.jump(end);
    fn.enter(same);
    fn.branch("ne", left, fn.const(0), next, end);
  });
  return fn.read(result);
}

/** Index of the first occurrence, or -1. */
export function textFound(cx: Lowering, expr: CustomCall): ValueId {
  const { fn } = cx;
  const hay = textAt(cx, operand(expr, 0), cx.config.maxStrlen, expr.span);
  const needle = textAt(cx, operand(expr, 1), cx.config.maxStrlen, expr.span);
  const result = fn.local();
  fn.write(result, fn.const(-1));
  loop(fn, hay.capacity, (start, next, end) => {
    const found = fn.block();
    // Past the haystack's end only the needle's NUL can match: the byte behind it counts as NUL.
    loop(fn, needle.capacity, (i, nextByte, stop) => {
      const [wanted, compare, same] = [fn.block(), fn.block(), fn.block()];
      const byte = byteAt(fn, needle.place, i);
      fn.branch("eq", byte, fn.const(0), found, wanted);
      fn.enter(wanted);
      const at = fn.binary("add", start, i);
      fn.branch("ult", at, fn.const(hay.capacity), compare, stop);
      fn.enter(compare);
      fn.branch("eq", byteAt(fn, hay.place, at), byte, same, stop);
      fn.enter(same);
      // A needle without a NUL ends at its capacity.
      fn.branch("eq", i, fn.const(needle.capacity - 1), found, nextByte);
    });
    fn.branch("ne", byteAt(fn, hay.place, start), fn.const(0), next, end);
    fn.enter(found);
    fn.write(result, start);
    fn.jump(end);
  });
  return fn.read(result);
}

/** The second text behind the first, cut at the capacity. */
export function concatenated(cx: Lowering, expr: CustomCall): Writer {
  const { fn } = cx;
  const first = operand(expr, 0);
  const a = cx.steps.memory(cx, first);
  const b = cx.steps.memory(cx, operand(expr, 1));
  const size = sizeOf(expr.type);
  const length = atMost(cx, lengthOf(fn, a, sizeOf(first.type)), size - 1);
  return (to) => {
    zero(fn, to, size);
    if (sizeOf(first.type) <= size) copyValue(fn, first.type, to, a, "value");
    const behind = fn.binary("add", address(fn, to), length);
    const room = fn.binary("sub", fn.const(size), length);
    fn.call("probe_read_kernel_str", [behind, room, address(fn, b)], { reads: b.memory, writes: to.memory });
  };
}
