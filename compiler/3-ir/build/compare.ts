/**
 * Equality of values in memory. Text is equal up to its NUL (L2.32); against a literal it is compared word by word with
 * immediates, otherwise byte by byte in a loop that the verifier can follow.
 */
import type { Expr } from "../../2-check/typed.ts";
import { fieldTypes, layoutOf, sizeOf } from "../../types/layout.ts";
import type { Type } from "../../types/type.ts";
import type { BlockId } from "../ir.ts";
import { loadBits, loadScalar } from "./access.ts";
import { textBytes } from "./constants.ts";
import { prepareText } from "./custom-text.ts";
import type { Place, Size } from "./draft.ts";
import type { Lowering } from "./lowering.ts";
import { at, scalarShape } from "./storage.ts";

type Comparison = Extract<Expr, { readonly kind: "compare-memory" }>;

/** Up to so many bytes are compared without a loop. */
const UNROLLED_BYTES = 64;

/** Jumps by equality of the two operands. */
export function compareMemory(cx: Lowering, expr: Comparison, equal: BlockId, different: BlockId): void {
  const { left, right } = expr;
  const literal = right.kind === "string" ? right.value : left.kind === "string" ? left.value : undefined;
  if (expr.how === "string" && literal !== undefined) {
    const other = right.kind === "string" ? left : right;
    const { place, capacity } = textFor(cx, other, literal.length);
    equalsText(cx, place, capacity, textBytes(literal), equal, different);
    return;
  }
  const a = cx.steps.memory(cx, left);
  const b = cx.steps.memory(cx, right);
  if (expr.how === "string") equalTexts(cx, a, sizeOf(left.type), b, sizeOf(right.type), equal, different);
  else equalValues(cx, left.type, a, b, equal, different);
}

/** The text, read no further than a comparison with so many characters needs. */
function textFor(cx: Lowering, expr: Expr, length: number): { readonly place: Place; readonly capacity: number } {
  const capacity = Math.min(sizeOf(expr.type), length + 2);
  const writer = expr.kind === "call" && expr.name === "str" ? prepareText(cx, expr, capacity) : undefined;
  if (writer === undefined) return { place: cx.steps.memory(cx, expr), capacity: sizeOf(expr.type) };
  const place = cx.temps.take(capacity, "text");
  writer(place, "record");
  return { place, capacity };
}

/** Compares with constant bytes, the NUL included where the capacity holds it. */
function equalsText(
  cx: Lowering,
  place: Place,
  capacity: number,
  literal: Uint8Array,
  equal: BlockId,
  different: BlockId,
): void {
  const { fn } = cx;
  if (literal.length > capacity) {
    fn.jump(different);
    return;
  }
  const length = Math.min(literal.length + 1, capacity);
  for (let offset = 0; offset < length; ) {
    const from = at(place, offset);
    const room = Math.min(length - offset, place.memory === "stack" ? from.align : 4);
    const size: Size = room >= 4 ? 4 : room >= 2 ? 2 : 1;
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + (literal[offset + i] ?? 0);
    const same = offset + size >= length ? equal : fn.block();
    fn.branch("eq", fn.load(from, size, false), fn.const(value), same, different);
    if (same !== equal) fn.enter(same);
    offset += size;
  }
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
  const index = fn.local();
  const [head, body, next, more, end] = [fn.block(), fn.block(), fn.block(), fn.block(), fn.block()];
  fn.write(index, fn.const(0));
  fn.jump(head);
  fn.enterLoop(head);
  const i = fn.read(index);
  fn.branch("ult", i, fn.const(length), body, end);
  fn.enter(body);
  const left = fn.load({ ...a, base: fn.binary("add", a.base, i), align: 1 }, 1, false);
  const right = fn.load({ ...b, base: fn.binary("add", b.base, i), align: 1 }, 1, false);
  fn.branch("eq", left, right, next, different);
  fn.enter(next);
  fn.branch("eq", left, fn.const(0), equal, more);
  fn.enter(more);
  fn.write(index, fn.binaryImm("add", i, 1));
  fn.jump(head);
  fn.seal(head);
  fn.enter(end);
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
  if (size > UNROLLED_BYTES) {
    const index = fn.local();
    const [head, body, next, end] = [fn.block(), fn.block(), fn.block(), fn.block()];
    const whole = size - (size % 8);
    const step: Size = a.align === 8 && b.align === 8 ? 8 : 1;
    fn.write(index, fn.const(0));
    fn.jump(head);
    fn.enterLoop(head);
    const i = fn.read(index);
    fn.branch("ult", i, fn.const(whole), body, end);
    fn.enter(body);
    const left = fn.load({ ...a, base: fn.binary("add", a.base, i) }, step, false);
    const right = fn.load({ ...b, base: fn.binary("add", b.base, i) }, step, false);
    fn.branch("eq", left, right, next, different);
    fn.enter(next);
    fn.write(index, fn.binaryImm("add", i, step));
    fn.jump(head);
    fn.seal(head);
    fn.enter(end);
    equalBytes(cx, at(a, whole), at(b, whole), size - whole, equal, different);
    return;
  }
  for (let offset = 0; offset < size; ) {
    const room = size - offset;
    const width: Size = room >= 8 ? 8 : room >= 4 ? 4 : room >= 2 ? 2 : 1;
    const next = fn.block();
    fn.branch(
      "eq",
      loadBits(fn, at(a, offset), width, false),
      loadBits(fn, at(b, offset), width, false),
      next,
      different,
    );
    fn.enter(next);
    offset += width;
  }
  fn.jump(equal);
}
