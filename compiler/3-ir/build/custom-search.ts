/** Text searched for in text: both are copied to scratch memory, where eight bytes may be read at any place. */
import type { Expr } from "../../2-check/typed.ts";
import type { Span } from "../../source/span.ts";
import { sizeOf } from "../../types/layout.ts";
import type { BlockId, ValueId } from "../ir.ts";
import { makeCallback, shareWords } from "./callbacks.ts";
import { equalsText } from "./compare.ts";
import { bytesBeforeNul } from "./constants.ts";
import { type CustomCall, operand } from "./custom-call.ts";
import { copyText, eitherOf } from "./custom-strings.ts";
import type { Place } from "./draft.ts";
import type { Lowering } from "./lowering.ts";
import { countNegative } from "./sites.ts";
import { compareStart } from "./words.ts";

/** Instructions that the verifier may walk in a search, about, before it becomes a callback: those per byte and per word. */
const WALK_MAX = 50_000;
const WALK_BYTE = 12;
const WALK_WORD = 18;

/** A text in scratch memory, of at most `capacity` bytes before its NUL; `offset` is the memory's. */
type Copy = { readonly offset: number; readonly capacity: number };

type Search = {
  readonly hay: Copy;
  /** Bytes known now, or a text. */
  readonly needle: { readonly kind: "literal"; readonly bytes: Uint8Array } | ({ readonly kind: "copy" } & Copy);
  /** Bytes of the haystack before its NUL. */
  readonly length: ValueId;
  readonly span: Span;
};

/** Whether a text is in another. */
export function textContained(cx: Lowering, expr: CustomCall): ValueId {
  return search(cx, expr, { found: () => cx.fn.const(1), missing: 0 });
}

/** Index of the first occurrence, or -1. */
export function textFound(cx: Lowering, expr: CustomCall): ValueId {
  const { fn } = cx;
  // The verifier knows a loop's turn and would walk what follows once for each; of two lengths it knows nothing.
  const found = ({ hay, length }: Search, index: ValueId) => {
    const room = fn.binary("sub", fn.const(hay.capacity + 1), index);
    const rest = copyText(fn, cx.temps.scratch(hay.capacity + 1), room, byteAt(cx, hay, index));
    return fn.binary("sub", length, rest);
  };
  return search(cx, expr, { found, missing: -1 });
}

type Results = { readonly found: (search: Search, index: ValueId) => ValueId; readonly missing: number };

function search(cx: Lowering, expr: CustomCall, results: Results): ValueId {
  const [hay, needle] = [operand(expr, 0), operand(expr, 1)];
  const bytes = needle.kind === "string" ? bytesBeforeNul(needle.value) : undefined;
  const wanted = bytes?.length ?? sizeOf(needle.type);
  const capacity = sizeOf(hay.type);
  // From its last byte on as much may be read as the other may have.
  const [text, length] = copyOf(cx, hay, wanted);
  const what: Search = {
    hay: text,
    needle: bytes === undefined ? { kind: "copy", ...copyOf(cx, needle, 0)[0] } : { kind: "literal", bytes },
    length,
    span: expr.span,
  };
  const walk = capacity * (WALK_BYTE + Math.ceil(wanted / 8) * WALK_WORD);
  return !cx.point.splits || walk > WALK_MAX ? searchByCallback(cx, what, results) : searchInLoop(cx, what, results);
}

/** The text with room for as many bytes behind it, and its length. */
function copyOf(cx: Lowering, text: Expr, behind: number): readonly [Copy, ValueId] {
  const from = cx.steps.memory(cx, text);
  const capacity = sizeOf(text.type);
  const offset = cx.program.scratchTemp(maskOf(capacity) + 1 + behind);
  return [{ offset, capacity }, copyText(cx.fn, cx.temps.scratchAt(offset), cx.fn.const(capacity + 1), from)];
}

/** The least mask that leaves every index of a text as it is. */
function maskOf(capacity: number): number {
  return 2 ** Math.ceil(Math.log2(capacity + 1)) - 1;
}

function byteAt(cx: Lowering, text: Copy, index: ValueId): Place {
  const place = cx.temps.scratchAt(text.offset);
  return { ...place, base: cx.fn.binary("add", place.base, index), align: 1 };
}

/** One place of the haystack: to `found`, to `other` for the next one, or to `end` behind the last. */
function compareAt(cx: Lowering, what: Search, index: ValueId, found: BlockId, other: BlockId, end: BlockId): void {
  const { fn } = cx;
  const { hay, needle } = what;
  const here = byteAt(cx, hay, index);
  const differs = fn.block();
  if (needle.kind === "literal") equalsText(fn, here, needle.bytes, needle.bytes.length, found, differs);
  else compareStart(fn, here, cx.temps.scratchAt(needle.offset), needle.capacity, found, differs);
  fn.enter(differs);
  fn.branch("eq", fn.load(here, 1, false), fn.const(0), end, other);
}

function searchInLoop(cx: Lowering, what: Search, results: Results): ValueId {
  const { fn } = cx;
  const index = fn.local();
  const [head, body, next, found, missing] = [fn.block(), fn.block(), fn.block(), fn.block(), fn.block()];
  fn.write(index, fn.const(0));
  fn.jump(head);
  fn.enterLoop(head);
  const i = fn.read(index);
  fn.branch("ule", i, fn.const(what.hay.capacity), body, missing);
  fn.enter(body);
  compareAt(cx, what, i, found, next, missing);
  fn.enter(next);
  fn.write(index, fn.binaryImm("add", i, 1));
  fn.jump(head);
  fn.seal(head);
  return eitherOf(fn, found, () => results.found(what, i), missing, results.missing);
}

/** Where the loop would be walked too often: the verifier walks a callback until it sees nothing new. */
function searchByCallback(cx: Lowering, what: Search, results: Results): ValueId {
  const { fn, program } = cx;
  const foundWord = program.capture();
  const name = makeCallback(cx, 2, (inner, [turn]) => {
    const [found, next, end] = [inner.fn.block(), inner.fn.block(), inner.fn.block()];
    // A mask holds also where the number was on the stack meanwhile; of a comparison older kernels forget the outcome there.
    const index = inner.fn.binaryImm("and", turn ?? inner.fn.const(0), maskOf(what.hay.capacity));
    compareAt(inner, what, index, found, next, end);
    inner.fn.enter(found);
    inner.fn.store({ ...inner.captures(), offset: foundWord }, 8, index);
    inner.fn.jump(end);
    inner.fn.enter(end);
    inner.exits.onBreak?.();
    inner.fn.enter(next);
  });
  fn.store({ ...cx.captures(), offset: foundWord }, 8, fn.const(-1));
  const words = shareWords(cx);
  const args = [fn.const(what.hay.capacity + 1), fn.function(name), words, fn.const(0)];
  const result = fn.call("loop", args, { reads: "any", writes: "any" });
  countNegative(cx, { kind: "helper", helper: "loop", span: what.span, warn: true }, result);
  const index = fn.load({ ...cx.captures(), offset: foundWord }, 8, true);
  const [found, missing] = [fn.block(), fn.block()];
  fn.branch("ule", index, fn.const(what.hay.capacity), found, missing);
  return eitherOf(fn, found, () => results.found(what, index), missing, results.missing);
}
