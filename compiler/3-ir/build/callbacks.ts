/**
 * Functions that a helper calls back: bodies of loops. They share with the program a block of words in its frame
 * (captured variables, the context, whether to leave the program), whose address is the callback's last argument.
 */
import type { Expr, VarId } from "../../2-check/typed.ts";
import type { ValueId } from "../ir.ts";
import type { Place } from "./draft.ts";
import { FunctionBuilder } from "./function-builder.ts";
import type { Lowering } from "./lowering.ts";
import { ScratchPoint } from "./scratch-point.ts";
import { at } from "./storage.ts";
import { Temps } from "./temps.ts";

/** Return values of a callback. */
const GO_ON = 0;
const STOP = 1;

/** A callback's frame counts together with its program's. */
const FRAME_BUDGET = 96;
const STACK_VALUE = 32;

/**
 * Makes a callback of `count` arguments, the last of them the shared words; `body` lowers what it does.
 * @returns the function's name
 */
export function makeCallback(
  cx: Lowering,
  count: number,
  body: (inner: Lowering, args: readonly ValueId[]) => void,
): string {
  const { program, module } = cx;
  const name = program.callbackName();
  const fn = new FunctionBuilder(name, "callback", count);
  fn.span = cx.fn.span;
  const args = Array.from({ length: count }, (_, index) => fn.argument(index));
  const shared = args[count - 1] ?? fn.argument(count - 1);
  const scratch = fn.reserve();
  const point = new ScratchPoint(fn.anchor());
  const temps = new Temps(fn, program, Math.min(cx.config.onStackLimit, STACK_VALUE), FRAME_BUDGET, () => {
    point.use();
    return scratch;
  });
  const captures = (): Place => ({ base: shared, offset: 0, memory: "stack", align: 8 });
  const inner: Lowering = {
    ...cx,
    fn,
    temps,
    point,
    variables: new Map(),
    task: { name: undefined },
    known: undefined,
    captures,
    context: () => fn.load({ ...captures(), offset: program.contextWord() }, 8, false),
    exits: {
      onBreak: () => fn.return(fn.const(STOP)),
      onContinue: () => fn.return(fn.const(GO_ON)),
      onReturn: (value: Expr | undefined) => {
        if (value !== undefined) inner.steps.scalar(inner, value);
        fn.store({ ...captures(), offset: program.leaveWord() }, 8, fn.const(1));
        fn.return(fn.const(STOP));
      },
    },
  };
  point.loop(() => body(inner, args));
  fn.return(fn.const(GO_ON));
  const { anchor } = point;
  if (anchor !== undefined) fn.guard(anchor, scratch, module.scratch(), program.index, STOP);
  program.callbacks.push(fn.finish());
  return name;
}

/**
 * What goes before the helper call: shares the context and hides what the verifier knows of the numbers that the body counts.
 * It walks a callback until it sees nothing new, and a count that begins at a known number would be new each time.
 * Gives the address of the shared words.
 */
export function shareWords(cx: Lowering, counted: Iterable<VarId> = []): ValueId {
  const { fn } = cx;
  const words = cx.captures();
  for (const id of counted) {
    const place = cx.program.places.get(id);
    if (place?.kind !== "capture") continue;
    const zeros = fn.data(".bss", cx.module.zeros(8));
    const zero = fn.load({ base: zeros, offset: 0, memory: "data", align: 8 }, 8, false);
    const word = at(words, place.offset);
    fn.store(word, 8, fn.binary("add", fn.load(word, 8, false), zero));
  }
  if (fn.kind === "program") fn.store({ ...words, offset: cx.program.contextWord() }, 8, cx.context());
  return words.base;
}

/** What goes after the helper call: leaves the program where the body said so. */
export function leaveIfAsked(cx: Lowering): void {
  const { fn } = cx;
  if (!cx.program.leaves) return;
  const [leave, onward] = [fn.block(), fn.block()];
  const asked = fn.load({ ...cx.captures(), offset: cx.program.leaveWord() }, 8, false);
  fn.branch("ne", asked, fn.const(0), leave, onward, { unlikely: "then" });
  fn.enter(leave);
  cx.exits.onReturn(undefined);
  fn.enter(onward);
}
