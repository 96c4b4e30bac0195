/** Reading and clearing an aggregation from a program: a loop over all CPUs' copies (L2.112). */
import type { Span } from "../../source/span.ts";
import { sizeOf } from "../../types/layout.ts";
import { invariant } from "../../util/assert.ts";
import type { ValueId } from "../ir.ts";
import type { Local, Place } from "./draft.ts";
import { sendMapEvent } from "./emit.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import type { Lowering, MapPlan } from "./lowering.ts";

/** Calls `visit` with every CPU's value of the key; `onward` follows. */
function eachCpu(cx: Lowering, plan: MapPlan, key: ValueId, visit: (value: Place) => void): void {
  const { fn } = cx;
  const cpu = fn.local();
  const [head, body, found, next, onward] = [fn.block(), fn.block(), fn.block(), fn.block(), fn.block()];
  const cpus = fn.load(
    { base: fn.data(".rodata", cx.module.hostValue("ncpus")), offset: 0, memory: "data", align: 8 },
    8,
    false,
  );
  fn.write(cpu, fn.const(0));
  fn.jump(head);
  fn.enterLoop(head);
  const i = fn.read(cpu);
  fn.branch("ult", i, cpus, body, onward);
  fn.enter(body);
  const pointer = fn.call("map_lookup_percpu_elem", [fn.map(plan.symbol), key, i], { reads: "any" });
  fn.branch("ne", pointer, fn.const(0), found, onward);
  fn.enter(found);
  visit({ base: pointer, offset: 0, memory: "map", align: 8 });
  fn.jump(next);
  fn.enter(next);
  fn.write(cpu, fn.binaryImm("add", i, 1));
  fn.jump(head);
  fn.seal(head);
  fn.enter(onward);
}

/** The integer value of count, sum, min, max or avg; 0 without a value. */
export function sumOverCpus(cx: Lowering, plan: MapPlan, key: ValueId): ValueId {
  const { fn } = cx;
  const type = plan.info.value;
  invariant(type.kind === "aggregate", "3-ir", `${plan.info.name} is no aggregation`);
  const total = fn.local();
  const count = fn.local();
  fn.write(total, fn.const(0));
  fn.write(count, fn.const(0));
  eachCpu(cx, plan, key, (value) => {
    const second: Place = { ...value, offset: 8 };
    switch (type.fn) {
      case "count":
      case "sum":
        fn.write(total, fn.binary("add", fn.read(total), fn.load(value, 8, false)));
        return;
      case "avg":
        fn.write(count, fn.binary("add", fn.read(count), fn.load(value, 8, false)));
        fn.write(total, fn.binary("add", fn.read(total), fn.load(second, 8, false)));
        return;
      case "min":
      case "max":
        extreme(fn, total, count, value, type.fn, type.signed);
        return;
      default:
        invariant(false, "3-ir", `${type.fn} has no integer value`);
    }
  });
  if (type.fn !== "avg") return fn.read(total);
  return type.signed
    ? signedQuotient(fn, fn.read(total), fn.read(count))
    : fn.binary("udiv", fn.read(total), fn.read(count));
}

/** Takes this CPU's value if it has one that beats what others gave; `seen` counts those that gave any. */
function extreme(
  fn: FunctionBuilder,
  best: Local,
  seen: Local,
  value: Place,
  which: "min" | "max",
  signed: boolean,
): void {
  const [set, compare, take, onward] = [fn.block(), fn.block(), fn.block(), fn.block()];
  fn.branch("ne", fn.load({ ...value, offset: 8 }, 8, false), fn.const(0), set, onward);
  fn.enter(set);
  const own = fn.load(value, 8, false);
  fn.branch("ne", fn.read(seen), fn.const(0), compare, take);
  fn.enter(compare);
  const beats = which === "min" ? (signed ? "slt" : "ult") : signed ? "sgt" : "ugt";
  fn.branch(beats, own, fn.read(best), take, onward);
  fn.enter(take);
  fn.write(best, own);
  fn.write(seen, fn.const(1));
  fn.jump(onward);
  fn.enter(onward);
}

/** Division truncated toward zero; 0 for a divisor of 0, as the machine divides. */
function signedQuotient(fn: FunctionBuilder, total: ValueId, count: ValueId): ValueId {
  const result = fn.local();
  const [negative, positive, onward] = [fn.block(), fn.block(), fn.block()];
  fn.branch("slt", total, fn.const(0), negative, positive);
  fn.enter(negative);
  fn.write(result, fn.negate(fn.binary("udiv", fn.negate(total), count)));
  fn.jump(onward);
  fn.enter(positive);
  fn.write(result, fn.binary("udiv", total, count));
  fn.jump(onward);
  fn.enter(onward);
  return fn.read(result);
}

/**
 * Unsets a scalar aggregation. One value per CPU is zeroed at once; the many buckets of a histogram are left to the
 * loader, which clears them in the order of events.
 */
export function clearScalarAggregate(cx: Lowering, plan: MapPlan, span: Span): ValueId {
  const { fn } = cx;
  if (plan.entry.maxEntries > 1) {
    sendMapEvent(cx, "clear", plan.index, span);
    return fn.const(1);
  }
  cx.temps.borrow(4, "key", (key) => {
    fn.store(key, 4, fn.const(0));
    eachCpu(cx, plan, key.base, (value) => fn.zero(value, sizeOf(plan.info.value)));
  });
  return fn.const(1);
}
