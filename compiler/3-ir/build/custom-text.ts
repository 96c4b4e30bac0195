/** str(): text at an address. */

import { sizeOf } from "../../types/layout.ts";
import type { ValueId } from "../ir.ts";
import { address, pads, zero } from "./access.ts";
import { argumentOf, type CustomCall, operand, spaceOf } from "./custom-call.ts";
import type { Place } from "./draft.ts";
import { readBytes, readText } from "./kernel-memory.ts";
import type { Lowering, Writer } from "./lowering.ts";
import { at, PADDED_STRING_MAX, scalarShape } from "./storage.ts";

/** str(pointer[, length]), or str(text, length), with the capacity of its type. */
export function textOf(cx: Lowering, expr: CustomCall): Writer {
  return prepareText(cx, expr, sizeOf(expr.type));
}

/** str() into memory of a smaller capacity than its type's, for who needs no more. */
export function prepareText(cx: Lowering, expr: CustomCall, capacity: number): Writer {
  const { fn } = cx;
  const source = operand(expr, 0);
  const space = spaceOf(source.type);
  const pointer =
    scalarShape(source.type) === undefined ? address(fn, cx.steps.memory(cx, source)) : cx.steps.scalar(cx, source);
  const limit = argumentOf(expr, 1);
  const length = limit === undefined ? undefined : atMost(cx, cx.steps.scalar(cx, limit), capacity);
  // A text longer than max_strlen is shown as cut: then its capacity is full, without a NUL (L2.35).
  const marksCut =
    length === undefined &&
    expr.type.kind === "string" &&
    capacity === expr.type.size &&
    capacity === cx.config.maxStrlen &&
    capacity <= PADDED_STRING_MAX;
  return (to, fill) => {
    if (pads(capacity, fill)) zero(fn, to, capacity);
    else if (length !== undefined) fn.store(to, 1, fn.const(0));
    const result = readText(cx, space, to, length ?? fn.const(capacity), pointer, expr.span);
    if (marksCut)
      fillLastByte(cx, to, capacity, result, (last) => {
        const from = fn.binaryImm("add", pointer, capacity - 1);
        readBytes(cx, space, last, fn.const(1), from, expr.span);
      });
  };
}

/** Where the helper filled the capacity, puts the text's own byte in place of the NUL. */
function fillLastByte(cx: Lowering, to: Place, capacity: number, result: ValueId, read: (last: Place) => void): void {
  const { fn } = cx;
  const [full, onward] = [fn.block(), fn.block()];
  fn.branch("eq", result, fn.const(capacity), full, onward, { unlikely: "then" });
  fn.enter(full);
  read(at(to, capacity - 1));
  fn.jump(onward);
  fn.enter(onward);
}

/** A length that the verifier knows to be bounded. */
export function atMost(cx: Lowering, value: ValueId, limit: number): ValueId {
  const { fn } = cx;
  const result = fn.local();
  fn.write(result, value);
  const [over, onward] = [fn.block(), fn.block()];
  fn.branch("ugt", value, fn.const(limit), over, onward);
  fn.enter(over);
  fn.write(result, fn.const(limit));
  fn.jump(onward);
  fn.enter(onward);
  return fn.read(result);
}
