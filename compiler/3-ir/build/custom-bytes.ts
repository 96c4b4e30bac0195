/** buf(), macaddr(), memcmp(), write_user(): bytes as they are. */
import { sizeOf } from "../../types/layout.ts";
import type { ValueId } from "../ir.ts";
import { copyBytes, zero } from "./access.ts";
import { argumentOf, type CustomCall, literal, operand, spaceOf } from "./custom-call.ts";
import { atMost } from "./custom-text.ts";
import type { Place } from "./draft.ts";
import { readBytes } from "./kernel-memory.ts";
import type { Lowering, Writer } from "./lowering.ts";
import { at, scalarShape } from "./storage.ts";
import { firstDifference } from "./words.ts";

/** u32 length, then the bytes. */
export function bufferOf(cx: Lowering, expr: CustomCall): Writer {
  const { fn } = cx;
  const source = operand(expr, 0);
  const limit = argumentOf(expr, 1);
  const room = sizeOf(expr.type) - 4;
  const space = spaceOf(source.type);
  if (scalarShape(source.type) !== undefined) {
    const pointer = cx.steps.scalar(cx, source);
    const length = limit === undefined ? fn.const(room) : atMost(cx, cx.steps.scalar(cx, limit), room);
    return (to, fill) => {
      fn.store(to, 4, length);
      if (fill !== "record") zero(fn, at(to, 4), room);
      readBytes(cx, space, at(to, 4), length, pointer, expr.span);
    };
  }
  const have = sizeOf(source.type);
  const from = cx.steps.memory(cx, source);
  const most = Math.min(have, room);
  if (limit === undefined || limit.kind === "constant") {
    const length = limit === undefined ? most : Math.min(most, Number(limit.value));
    return (to, fill) => {
      fn.store(to, 4, fn.const(length));
      copyBytes(fn, at(to, 4), from, length);
      if (fill !== "record") zero(fn, at(to, 4 + length), room - length);
    };
  }
  const length = atMost(cx, cx.steps.scalar(cx, limit), most);
  return (to, fill) => {
    fn.store(to, 4, length);
    if (fill !== "record") zero(fn, at(to, 4), room);
    const base = fn.binaryImm("add", from.base, from.offset);
    readBytes(cx, "kernel", at(to, 4), length, base, expr.span);
  };
}

/** Six bytes. */
export function hardwareAddress(cx: Lowering, expr: CustomCall): Writer {
  const { fn } = cx;
  const source = operand(expr, 0);
  if (scalarShape(source.type) !== undefined) {
    const pointer = cx.steps.scalar(cx, source);
    return (to) => readBytes(cx, spaceOf(source.type), to, fn.const(6), pointer, expr.span);
  }
  const from = cx.steps.memory(cx, source);
  return (to) => copyBytes(fn, to, from, 6);
}

/** 0, or the difference of the first bytes that differ. */
export function bytesCompared(cx: Lowering, expr: CustomCall): ValueId {
  const length = Number(literal(expr, 0) ?? 0n);
  const a = bytesAt(cx, expr, 0, length);
  const b = bytesAt(cx, expr, 1, length);
  return firstDifference(cx.fn, a, b, length);
}

/** Whether the bytes went to the process's memory. */
export function userWritten(cx: Lowering, expr: CustomCall): ValueId {
  const { fn } = cx;
  const length = Number(literal(expr, 0) ?? 0n);
  const to = cx.steps.scalar(cx, operand(expr, 0));
  const from = bytesAt(cx, expr, 1, length);
  const args = [to, fn.binaryImm("add", from.base, from.offset), fn.const(length)];
  const result = fn.call("probe_write_user", args, { reads: "any" });
  return fn.compare("eq", result, fn.const(0));
}

function bytesAt(cx: Lowering, expr: CustomCall, index: number, length: number): Place {
  const source = operand(expr, index);
  const pointer = scalarShape(source.type) !== undefined;
  if (!pointer && sizeOf(source.type) >= length) return cx.steps.memory(cx, source);
  const place = cx.temps.take(Math.max(1, length), "bytes");
  if (pointer) {
    readBytes(cx, spaceOf(source.type), place, cx.fn.const(length), cx.steps.scalar(cx, source), expr.span);
  } else {
    zero(cx.fn, place, length);
    copyBytes(cx.fn, place, cx.steps.memory(cx, source), sizeOf(source.type));
  }
  return place;
}
