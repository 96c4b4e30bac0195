/**
 * Equality of values in memory. Text is equal up to its NUL (L2.32); against a literal it is compared with immediates,
 * otherwise word by word.
 */
import type { Expr } from "../../2-check/typed.ts";
import { fieldTypes, layoutOf, sizeOf } from "../../types/layout.ts";
import type { Type } from "../../types/type.ts";
import type { BlockId } from "../ir.ts";
import { loadScalar } from "./access.ts";
import { textBytes } from "./constants.ts";
import { prepareText } from "./custom-text.ts";
import type { Place, Size } from "./draft.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import type { Lowering, Writer } from "./lowering.ts";
import { at, scalarShape } from "./storage.ts";
import { compareTexts, eachWord } from "./words.ts";

type Comparison = Extract<Expr, { readonly kind: "compare-memory" }>;

/** Jumps by equality of the two operands. */
export function compareMemory(cx: Lowering, expr: Comparison, equal: BlockId, different: BlockId): void {
  const { left, right } = expr;
  const literal = right.kind === "string" ? right.value : left.kind === "string" ? left.value : undefined;
  if (expr.how === "string" && literal !== undefined) {
    const other = right.kind === "string" ? left : right;
    const { place, capacity } = textFor(cx, other, literal.length);
    const bytes = textBytes(literal);
    if (bytes.length > capacity) cx.fn.jump(different);
    else equalsText(cx.fn, place, bytes, Math.min(bytes.length + 1, capacity), equal, different);
    return;
  }
  const a = cx.steps.memory(cx, left);
  const b = cx.steps.memory(cx, right);
  if (expr.how === "string") equalTexts(cx, a, sizeOf(left.type), b, sizeOf(right.type), equal, different);
  else equalValues(cx, left.type, a, b, equal, different);
}

/** The text, read no further than a comparison with so many characters needs. */
export function textFor(
  cx: Lowering,
  expr: Expr,
  length: number,
): { readonly place: Place; readonly capacity: number } {
  const size = sizeOf(expr.type);
  const written = (capacity: number, writer: Writer) => {
    const place = cx.temps.take(capacity, "text");
    writer(place, "record");
    return { place, capacity };
  };
  const capacity = Math.min(size, length + 2);
  const text = expr.kind === "call" && expr.name === "str" ? prepareText(cx, expr, capacity) : undefined;
  if (text !== undefined) return written(capacity, text);
  // What stands behind the name's NUL need not be cleared.
  if (expr.kind === "builtin" && expr.name === "comm") return written(size, cx.steps.prepare(cx, expr));
  return { place: cx.steps.memory(cx, expr), capacity: size };
}

/** Compares so many bytes with constant ones and the NUL behind them. */
export function equalsText(
  fn: FunctionBuilder,
  place: Place,
  literal: Uint8Array,
  length: number,
  equal: BlockId,
  different: BlockId,
): void {
  for (let offset = 0; offset < length; ) {
    const from = at(place, offset);
    const room = Math.min(length - offset, place.memory === "stack" ? from.align : 4);
    const size: Size = room >= 4 ? 4 : room >= 2 ? 2 : 1;
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (literal[offset + i] ?? 0);
    const same = fn.block();
    fn.branch("eq", fn.load(from, size, false), fn.const(value), same, different);
    fn.enter(same);
    offset += size;
  }
  fn.jump(equal);
}

/** Compares two texts up to the first NUL; what one capacity has beyond the other must be empty. */
export function equalTexts(
  cx: Lowering,
  a: Place,
  aSize: number,
  b: Place,
  bSize: number,
  equal: BlockId,
  different: BlockId,
): void {
  const { fn } = cx;
  const length = Math.min(aSize, bSize);
  compareTexts(fn, a, b, length, equal, different);
  if (aSize === bSize) {
    fn.jump(equal);
    return;
  }
  const longer = aSize > bSize ? a : b;
  fn.branch("eq", fn.load({ ...at(longer, length), align: 1 }, 1, false), fn.const(0), equal, different);
}

function equalValues(cx: Lowering, type: Type, a: Place, b: Place, equal: BlockId, different: BlockId): void {
  const { fn } = cx;
  if (type.kind === "tuple" || type.kind === "record") {
    const fields = fieldTypes(type);
    const { offsets } = layoutOf(fields);
    for (const [i, field] of fields.entries()) {
      const next = fn.block();
      const offset = offsets[i] ?? 0;
      equalValues(cx, field, at(a, offset), at(b, offset), next, different);
      fn.enter(next);
    }
    fn.jump(equal);
    return;
  }
  if (type.kind === "string") {
    equalTexts(cx, a, type.size, b, type.size, equal, different);
    return;
  }
  if (scalarShape(type) !== undefined) {
    fn.branch("eq", loadScalar(fn, a, type), loadScalar(fn, b, type), equal, different);
    return;
  }
  equalBytes(cx, a, b, sizeOf(type), equal, different);
}

function equalBytes(cx: Lowering, a: Place, b: Place, size: number, equal: BlockId, different: BlockId): void {
  const { fn } = cx;
  eachWord(fn, a, b, size, (left, right, _bytes, next) => fn.branch("eq", left, right, next, different));
  fn.jump(equal);
}
