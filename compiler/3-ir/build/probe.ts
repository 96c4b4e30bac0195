/** One program: process filter, predicate, body. */
import type { Expr, Fn, MapId, Probe, ResolvedConfig } from "../../2-check/typed.ts";
import type { Function as IrFunction, SlotId } from "../ir.ts";
import { hostValue } from "./custom-values.ts";
import { FunctionBuilder } from "./function-builder.ts";
import { STEPS } from "./lower.ts";
import type { Lowering, MapPlan } from "./lowering.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import { ProgramState } from "./program-state.ts";
import { ScratchPoint } from "./scratch-point.ts";
import { Temps } from "./temps.ts";
import { placeVariables } from "./variables.ts";

export type ProbeInput = {
  readonly module: ModuleBuilder;
  readonly config: ResolvedConfig;
  readonly maps: ReadonlyMap<MapId, MapPlan>;
  readonly functions: ReadonlyMap<string, Fn>;
  readonly index: number;
};

export type LoweredProbe = { readonly functions: readonly IrFunction[]; readonly state: ProgramState };

/** Bytes of slots in a program; the rest of the 512 is for keys, spills and the frames of callbacks. */
const FRAME_BUDGET = 256;
/** Values up to here are cheaper on the stack than behind a lookup of scratch. */
const STACK_VALUE = 96;

/** Largest value on the stack: what the script asks for where that is less than usual, else what is fastest. */
function stackLimit(config: ResolvedConfig): number {
  return config.onStackLimit < 32 ? config.onStackLimit : Math.max(config.onStackLimit, STACK_VALUE);
}

/** The program's function first, then what is called back from it. */
export function lowerProbe(probe: Probe, input: ProbeInput): LoweredProbe {
  const { module, config, index } = input;
  const state = new ProgramState(module, index, probe.name);
  placeVariables(state, probe, [...input.functions.values()], stackLimit(config));
  const fn = new FunctionBuilder(probe.name, "program", 1);
  fn.span = probe.span;
  const skipped = fn.block();
  const scratch = fn.reserve();
  const point = new ScratchPoint(fn.anchor());
  const temps = new Temps(fn, state, stackLimit(config), FRAME_BUDGET, () => {
    point.use();
    return scratch;
  });
  let shared: SlotId | undefined;
  const cx: Lowering = {
    ...input,
    probe,
    program: state,
    fn,
    temps,
    point,
    variables: new Map(),
    task: { name: undefined },
    known: undefined,
    steps: STEPS,
    context: () => fn.context(),
    captures: () => {
      shared ??= fn.newSlot(8, 8, "shared");
      return { base: fn.slot(shared), offset: 0, memory: "stack", align: 8 };
    },
    exits: {
      onBreak: undefined,
      onContinue: undefined,
      onReturn: (value: Expr | undefined) => {
        fn.return(value === undefined ? fn.const(probe.defaultReturn) : cx.steps.scalar(cx, value));
      },
    },
  };

  point.list((each) => {
    if (probe.pidFilter) filterProcess(cx, skipped);
    if (probe.program === "iter") skipEnd(cx, skipped);
    each(fn.anchor());
    if (probe.predicate === undefined) return;
    const body = fn.block();
    const predicate = probe.predicate;
    temps.statement(() => cx.steps.condition(cx, predicate, body, skipped));
    fn.enter(body);
  });
  cx.steps.body(cx, probe.body);
  fn.span = probe.span;
  cx.exits.onReturn(undefined);
  fn.enter(skipped);
  cx.exits.onReturn(undefined);

  const { anchor } = point;
  if (anchor !== undefined) fn.guard(anchor, scratch, module.scratch(), index, probe.defaultReturn);
  if (shared !== undefined) fn.zeroedSlot(shared, Math.max(8, state.captureSize));
  return { functions: [fn.finish(), ...state.callbacks], state };
}

/**
 * After its last object an iterator calls once more, without one. The object stands behind `meta` in every iterator's
 * context (struct bpf_iter__*, kernel/bpf/*_iter.c).
 */
function skipEnd(cx: Lowering, skipped: ReturnType<FunctionBuilder["block"]>): void {
  const { fn } = cx;
  const onward = fn.block();
  const object = fn.load({ base: cx.context(), offset: 8, memory: "context", align: 8 }, 8, false);
  fn.branch("eq", object, fn.const(0), skipped, onward, { unlikely: "then" });
  fn.enter(onward);
}

/** With -p: events of other processes end here. The verifier drops the check where the loader writes no process. */
function filterProcess(cx: Lowering, skipped: ReturnType<FunctionBuilder["block"]>): void {
  const { fn } = cx;
  const [check, onward] = [fn.block(), fn.block()];
  const wanted = hostValue(cx, "filter-pid");
  fn.branch("ne", wanted, fn.const(0), check, onward);
  fn.enter(check);
  const both = fn.call("get_current_pid_tgid", [], { pure: true });
  fn.branch("eq", fn.binaryImm("shr", both, 32), wanted, onward, skipped);
  fn.enter(onward);
}
