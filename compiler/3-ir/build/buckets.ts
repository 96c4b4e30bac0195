/** Which bucket of a histogram a number falls into (L2.108, L2.109). */
import type { Expr } from "../../2-check/typed.ts";
import type { ValueId } from "../ir.ts";
import type { Local } from "./draft.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { scalarShape } from "./storage.ts";

/** What is known of a sample from its type: bits that may be set, and whether it may be negative. */
export type SampleRange = { readonly bits: number; readonly signed: boolean };

/** Looks through the widening that the checker puts around a narrow sample. */
export function sampleRange(expr: Expr): SampleRange {
  const inner = expr.kind === "cast" && scalarShape(expr.type)?.size === 8 ? expr.operand : expr;
  const shape = scalarShape(inner.type) ?? { size: 8, signed: false };
  // An unsigned 64-bit sample with its top bit set counts as negative, as in bpftrace.
  return { bits: shape.size * 8, signed: shape.signed || shape.size === 8 };
}

/** Number of buckets of a log2 histogram. */
export function logBuckets(bits: number): number {
  return ((64 - bits) << bits) + 1;
}

/** Number of buckets of a linear histogram, those below and above included. */
export function linearBuckets(min: number, max: number, step: number): number {
  return Math.floor((max - min) / step) + 2;
}

/**
 * Index of a log2 bucket. With bits = 0 it is one more than the number of significant bits; each step of the chain of
 * compares halves what is left.
 */
export function logBucket(fn: FunctionBuilder, sample: ValueId, bits: number, range: SampleRange): ValueId {
  const index = fn.local();
  const end = fn.block();
  const positive = fn.block();
  if (range.signed) {
    fn.write(index, fn.const(0));
    fn.branch("slt", sample, fn.const(0), end, positive, { unlikely: "then" });
  } else {
    fn.jump(positive);
  }
  fn.enter(positive);
  if (bits === 0) {
    const rest = fn.local();
    fn.write(rest, sample);
    fn.write(index, fn.const(1));
    halve(fn, rest, index, range.bits, 2);
    // 0, 1, 2, 3 have 0, 1, 2, 2 significant bits.
    const [three, few] = [fn.block(), fn.block()];
    fn.branch("ult", fn.read(rest), fn.const(3), few, three);
    fn.enter(three);
    fn.write(rest, fn.const(2));
    fn.jump(few);
    fn.enter(few);
    fn.write(index, fn.binary("add", fn.read(index), fn.read(rest)));
    fn.jump(end);
  } else {
    const [small, large] = [fn.block(), fn.block()];
    fn.branch("ult", sample, fn.const(1 << bits), small, large);
    fn.enter(small);
    fn.write(index, fn.binaryImm("add", sample, 1));
    fn.jump(end);
    fn.enter(large);
    const rest = fn.local();
    const exponent = fn.local();
    fn.write(rest, sample);
    fn.write(exponent, fn.const(0));
    halve(fn, rest, exponent, range.bits, 1);
    const shift = fn.binaryImm("sub", fn.read(exponent), bits);
    const row = fn.binaryImm("shl", fn.binaryImm("add", shift, 1), bits);
    const column = fn.binaryImm("and", fn.binary("shr", sample, shift), (1 << bits) - 1);
    fn.write(index, fn.binaryImm("add", fn.binary("add", row, column), 1));
    fn.jump(end);
  }
  fn.enter(end);
  return fn.read(index);
}

/** Shifts `rest` below 2^last, adding to `count` how far. */
function halve(fn: FunctionBuilder, rest: Local, count: Local, bits: number, last: number): void {
  for (let step = 32; step >= last; step /= 2) {
    if (step >= bits) continue;
    const [shift, onward] = [fn.block(), fn.block()];
    const value = fn.read(rest);
    // 2^32 is no immediate: the half itself is tested, and is at hand then.
    const high = step === 32 ? fn.binaryImm("shr", value, step) : undefined;
    if (high !== undefined) fn.branch("eq", high, fn.const(0), onward, shift, { unlikely: "else" });
    else fn.branch("ult", value, fn.const(2 ** step), onward, shift);
    fn.enter(shift);
    fn.write(rest, high ?? fn.binaryImm("shr", value, step));
    fn.write(count, fn.binaryImm("add", fn.read(count), step));
    fn.jump(onward);
    fn.enter(onward);
  }
}

/** Index of a linear bucket. */
export function linearBucket(fn: FunctionBuilder, sample: ValueId, min: number, max: number, step: number): ValueId {
  const index = fn.local();
  const [notBelow, inside, end] = [fn.block(), fn.block(), fn.block()];
  fn.write(index, fn.const(0));
  fn.branch("slt", sample, fn.const(min), end, notBelow);
  fn.enter(notBelow);
  fn.write(index, fn.const(linearBuckets(min, max, step) - 1));
  fn.branch("sge", sample, fn.const(max), end, inside);
  fn.enter(inside);
  const from = min === 0 ? sample : fn.binaryImm("sub", sample, min);
  const steps = step === 1 ? from : fn.binaryImm("udiv", from, step);
  fn.write(index, fn.binaryImm("add", steps, 1));
  fn.jump(end);
  fn.enter(end);
  return fn.read(index);
}
