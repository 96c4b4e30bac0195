/**
 * Bytes compared eight at a time. The verifier walks through every turn of a loop, so that steps of eight bytes are eight
 * times less for it as well as for the processor.
 */
import type { BlockId, ValueId } from "../ir.ts";
import { loadBits } from "./access.ts";
import type { Place } from "./draft.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { at } from "./storage.ts";

/** Up to so many words are compared without a loop. */
const UNROLLED_WORDS = 4;
/** One in each byte, and the highest bit of each. */
const ONES = 0x0101010101010101n;
const HIGHS = 0x8080808080808080n;

/** What happens to two words, or to the last `bytes` of them: jumps to `next` to go on. */
type Turn = (left: ValueId, right: ValueId, bytes: number, next: BlockId) => void;

/** Calls `turn` for the words of two pieces of memory, of `length` bytes each, in order; goes on behind the last. */
export function eachWord(fn: FunctionBuilder, a: Place, b: Place, length: number, turn: Turn): void {
  const words = Math.floor(length / 8);
  const looped = words > UNROLLED_WORDS ? words * 8 : 0;
  if (looped > 0) wordLoop(fn, a, b, looped, turn);
  for (let offset = looped; offset < length; offset += 8) {
    const bytes = Math.min(8, length - offset);
    const next = fn.block();
    turn(loadBytes(fn, at(a, offset), bytes), loadBytes(fn, at(b, offset), bytes), bytes, next);
    fn.enter(next);
  }
}

function wordLoop(fn: FunctionBuilder, a: Place, b: Place, length: number, turn: Turn): void {
  const index = fn.local();
  const [head, body, next, end] = [fn.block(), fn.block(), fn.block(), fn.block()];
  fn.write(index, fn.const(0));
  fn.jump(head);
  fn.enterLoop(head);
  const i = fn.read(index);
  fn.branch("ult", i, fn.const(length), body, end);
  fn.enter(body);
  turn(wordAt(fn, a, i), wordAt(fn, b, i), 8, next);
  fn.enter(next);
  fn.write(index, fn.binaryImm("add", i, 8));
  fn.jump(head);
  fn.seal(head);
  fn.enter(end);
}

/** The word at a run-time index, which is a multiple of eight. */
function wordAt(fn: FunctionBuilder, place: Place, index: ValueId): ValueId {
  return loadBits(fn, { ...place, base: fn.binary("add", place.base, index) }, 8, false);
}

/** One to eight bytes as the low part of a word. */
function loadBytes(fn: FunctionBuilder, place: Place, bytes: number): ValueId {
  let word: ValueId | undefined;
  for (let done = 0; done < bytes; ) {
    const room = bytes - done;
    const size = room >= 8 ? 8 : room >= 4 ? 4 : room >= 2 ? 2 : 1;
    const part = fn.binaryImm("shl", loadBits(fn, at(place, done), size, false), done * 8);
    word = word === undefined ? part : fn.binary("or", word, part);
    done += size;
  }
  return word ?? fn.const(0);
}

/** All bits of the bytes behind the first so many of a word. */
function bytesBehind(bytes: number): bigint {
  return BigInt.asIntN(64, -1n << BigInt(bytes * 8));
}

/** The highest bit of the first byte that is zero; above it what may be, below it nothing. 0: no byte is zero. */
function zeroBytes(fn: FunctionBuilder, word: ValueId): ValueId {
  const borrowed = fn.binaryImm("sub", word, ONES);
  const low = fn.binaryImm("and", fn.binaryImm("xor", word, -1n), BigInt.asIntN(64, HIGHS));
  return fn.binary("and", borrowed, low);
}

/** All bits up to the lowest one set; of 0 all. */
function upToLowest(fn: FunctionBuilder, word: ValueId): ValueId {
  return fn.binary("xor", word, fn.binaryImm("sub", word, 1));
}

/**
 * Compares two texts up to the first NUL or `limit` bytes: to `different`, to `equal` where both ended, or on behind it
 * where neither did.
 */
export function compareTexts(
  fn: FunctionBuilder,
  a: Place,
  b: Place,
  limit: number,
  equal: BlockId,
  different: BlockId,
): void {
  eachWord(fn, a, b, limit, (left, right, bytes, next) => {
    const same = fn.block();
    const text = bytes === 8 ? left : fn.binaryImm("or", left, bytesBehind(bytes));
    const ends = zeroBytes(fn, text);
    const differing = fn.binary("and", fn.binary("xor", left, right), upToLowest(fn, ends));
    fn.branch("eq", differing, fn.const(0), same, different);
    fn.enter(same);
    fn.branch("eq", ends, fn.const(0), next, equal);
  });
}

/**
 * Whether a text begins with another: to `found` or to `missing`. `prefix` ends with its NUL or at `limit` bytes, so many can
 * be read of both. Where it stands in a loop each branch would wait to be walked once per turn: so there is but one.
 */
export function compareStart(
  fn: FunctionBuilder,
  text: Place,
  prefix: Place,
  limit: number,
  found: BlockId,
  missing: BlockId,
): void {
  const [differing, live] = [fn.local(), fn.local()];
  fn.write(differing, fn.const(0));
  fn.write(live, fn.const(-1));
  eachWord(fn, text, prefix, limit, (left, right, bytes, next) => {
    const ends = zeroBytes(fn, bytes === 8 ? right : fn.binaryImm("or", right, bytesBehind(bytes)));
    const lowest = fn.binary("and", ends, fn.negate(ends));
    const before = fn.binary("and", fn.binaryImm("sub", fn.binaryImm("shr", lowest, 7), 1), fn.read(live));
    const here = fn.binary("and", fn.binary("xor", left, right), before);
    fn.write(differing, fn.binary("or", fn.read(differing), here));
    const ended = fn.binaryImm("sar", fn.binary("or", ends, fn.negate(ends)), 63);
    fn.write(live, fn.binary("and", fn.read(live), fn.binaryImm("xor", ended, -1)));
    fn.jump(next);
  });
  fn.branch("eq", fn.read(differing), fn.const(0), found, missing);
}

/** The difference of the first bytes that differ, or 0. */
export function firstDifference(fn: FunctionBuilder, a: Place, b: Place, length: number): ValueId {
  const [left, right, result] = [fn.local(), fn.local(), fn.local()];
  const [different, end] = [fn.block(), fn.block()];
  eachWord(fn, a, b, length, (x, y, _bytes, next) => {
    fn.write(left, x);
    fn.write(right, y);
    fn.branch("eq", x, y, next, different);
  });
  fn.write(result, fn.const(0));
  fn.jump(end);
  fn.enter(different);
  const [x, y] = [fn.read(left), fn.read(right)];
  // The eight bits from which the words differ lowest, found by halves.
  const lowest = fn.local();
  fn.write(lowest, fn.const(0));
  for (const bits of [32, 16, 8]) {
    const [equal, onward] = [fn.block(), fn.block()];
    const at = fn.read(lowest);
    const differing = fn.binary("shr", fn.binary("xor", x, y), at);
    const half = fn.binaryImm("and", differing, (1n << BigInt(bits)) - 1n);
    fn.branch("eq", half, fn.const(0), equal, onward);
    fn.enter(equal);
    fn.write(lowest, fn.binaryImm("add", at, bits));
    fn.jump(onward);
    fn.enter(onward);
  }
  const shift = fn.read(lowest);
  const byte = (word: ValueId) => fn.binaryImm("and", fn.binary("shr", word, shift), 0xff);
  fn.write(result, fn.binary("sub", byte(x), byte(y)));
  fn.jump(end);
  fn.enter(end);
  return fn.read(result);
}
