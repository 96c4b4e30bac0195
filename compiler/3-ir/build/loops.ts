/** Loops: `while` and short ranges as jumps back that the verifier follows, long ranges by bpf_loop (kernel 5.17). */
import type { Stmt } from "../../2-check/typed.ts";
import type { Type } from "../../types/type.ts";
import type { ValueId } from "../ir.ts";
import { leaveIfAsked, makeCallback, shareWords } from "./callbacks.ts";
import { countedIn } from "./counted.ts";
import type { Lowering } from "./lowering.ts";
import { mapPlan } from "./map-access.ts";
import { lowerForMap } from "./map-walk.ts";
import { isShortRange } from "./ranges.ts";
import { countNegative } from "./sites.ts";
import { writeVariable } from "./variables.ts";

type Loop = Extract<Stmt, { readonly kind: "while" | "for-range" | "for-map" | "unroll" }>;

/** More make a program of some 100,000 instructions, whose jumps reach no further than 32,767. */
const BLOCKS_MAX = 6000;
/** The verifier follows a million instructions at most. */
const VALUES_MAX = 400_000;

export function lowerLoop(cx: Lowering, stmt: Loop): void {
  switch (stmt.kind) {
    case "unroll":
      lowerUnroll(cx, stmt);
      return;
    case "while":
      lowerWhile(cx, stmt);
      return;
    case "for-map":
      lowerForMap(cx, stmt, mapPlan(cx, stmt.map));
      return;
    case "for-range":
      if (isShortRange(stmt)) lowerShortRange(cx, stmt);
      else lowerLongRange(cx, stmt);
      return;
  }
}

/** The first copy tells how large all of them will be, so that too many are refused before they are made. */
function lowerUnroll(cx: Lowering, stmt: Extract<Loop, { readonly kind: "unroll" }>): void {
  const { fn } = cx;
  for (let i = 0; i < stmt.count && fn.reachable; i++) {
    const [blocks, values, said] = [fn.blockCount, fn.valueCount, cx.module.diagnostics.length];
    cx.steps.body(cx, stmt.body);
    if (cx.module.diagnostics.length > said) return;
    const left = stmt.count - 1 - i;
    const tooManyBlocks = fn.blockCount + left * (fn.blockCount - blocks) > BLOCKS_MAX;
    const tooManyValues = fn.valueCount + left * (fn.valueCount - values) > VALUES_MAX;
    if (!fn.reachable || (!tooManyBlocks && !tooManyValues)) continue;
    cx.module.report("program-too-large", stmt.span, { probe: cx.program.name });
    return;
  }
}

function lowerWhile(cx: Lowering, stmt: Extract<Loop, { readonly kind: "while" }>): void {
  const { fn } = cx;
  const [head, body, end] = [fn.block(), fn.block(), fn.block()];
  fn.jump(head);
  fn.enterLoop(head);
  cx.steps.condition(cx, stmt.condition, body, end);
  fn.enter(body);
  const exits = { ...cx.exits, onBreak: () => fn.jump(end), onContinue: () => fn.jump(head) };
  cx.steps.body({ ...cx, exits }, stmt.body);
  fn.jump(head);
  fn.seal(head);
  fn.enter(end);
}

function loopVariableType(cx: Lowering, stmt: Extract<Loop, { readonly kind: "for-range" }>): Type {
  return cx.probe.vars.find((variable) => variable.id === stmt.var)?.type ?? stmt.from.type;
}

function lowerShortRange(cx: Lowering, stmt: Extract<Loop, { readonly kind: "for-range" }>): void {
  const { fn } = cx;
  const counter = fn.local();
  const [head, body, next, end] = [fn.block(), fn.block(), fn.block(), fn.block()];
  fn.write(counter, cx.steps.scalar(cx, stmt.from));
  const limit = cx.steps.scalar(cx, stmt.to);
  fn.jump(head);
  fn.enterLoop(head);
  const i = fn.read(counter);
  fn.branch("slt", i, limit, body, end);
  fn.enter(body);
  writeVariable(cx, stmt.var, loopVariableType(cx, stmt), i);
  const exits = { ...cx.exits, onBreak: () => fn.jump(end), onContinue: () => fn.jump(next) };
  cx.steps.body({ ...cx, exits }, stmt.body);
  fn.jump(next);
  fn.enter(next);
  fn.write(counter, fn.binaryImm("add", i, 1));
  fn.jump(head);
  fn.seal(head);
  fn.enter(end);
}

function lowerLongRange(cx: Lowering, stmt: Extract<Loop, { readonly kind: "for-range" }>): void {
  const { fn } = cx;
  const startWord = cx.program.capture();
  const from = cx.steps.scalar(cx, stmt.from);
  const to = cx.steps.scalar(cx, stmt.to);
  const name = makeCallback(cx, 2, (inner, [index]) => {
    const start = inner.fn.load({ ...inner.captures(), offset: startWord }, 8, false);
    const value: ValueId = inner.fn.binary("add", start, index ?? start);
    writeVariable(inner, stmt.var, loopVariableType(cx, stmt), value);
    inner.steps.body(inner, stmt.body);
  });
  const [run, end] = [fn.block(), fn.block()];
  fn.branch("slt", from, to, run, end);
  fn.enter(run);
  fn.store({ ...cx.captures(), offset: startWord }, 8, from);
  const words = shareWords(cx, countedIn(cx, stmt.body));
  const result = fn.call("loop", [fn.binary("sub", to, from), fn.function(name), words, fn.const(0)], {
    reads: "any",
    writes: "any",
  });
  countNegative(cx, { kind: "helper", helper: "loop", span: stmt.span, warn: true }, result);
  leaveIfAsked(cx);
  fn.jump(end);
  fn.enter(end);
}
