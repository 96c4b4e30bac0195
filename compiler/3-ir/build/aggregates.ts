/**
 * Aggregations: the map's value is changed where it lies, in this CPU's copy, so plain loads and stores are enough; only
 * a new key costs an update. Value layouts: 5-object/manifest.ts ValueType.
 */
import type { Stmt } from "../../2-check/typed.ts";
import { sizeOf } from "../../types/layout.ts";
import type { AggregateType } from "../../types/type.ts";
import { invariant, unreachable } from "../../util/assert.ts";
import type { Bytes, ValueId } from "../ir.ts";
import { linearBucket, logBucket, sampleRange } from "./buckets.ts";
import { hostValue } from "./custom-values.ts";
import type { Place } from "./draft.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import type { Lowering } from "./lowering.ts";
import { mapPlan } from "./map-access.ts";
import { lowerKey } from "./map-keys.ts";
import { countNegative } from "./sites.ts";

type Aggregate = Extract<Stmt, { readonly kind: "aggregate" }>;
type SeriesType = Extract<AggregateType, { readonly fn: "tseries" }>;

/** What a sample does to a value, and what it makes the first value of a key. */
type Change = {
  readonly bucket: ValueId | undefined;
  readonly apply: (value: Place) => void;
  readonly first: Extract<Bytes, { readonly kind: "scalars" }>["parts"];
};

/** `@m[key] = count()` and its kin. */
export function lowerAggregate(cx: Lowering, stmt: Aggregate): void {
  const { fn } = cx;
  const plan = mapPlan(cx, stmt.map);
  const key = lowerKey(cx, plan, stmt.key);
  const change = changeOf(cx, stmt);
  const bytes = key(change.bucket);
  const [found, missing, onward] = [fn.block(), fn.block(), fn.block()];
  const pointer = fn.lookup(plan.symbol, bytes);
  if (stmt.key === undefined) {
    // An array's entries are always there; the verifier asks all the same.
    fn.branch("ne", pointer, fn.const(0), found, onward, { unlikely: "else" });
  } else {
    fn.branch("ne", pointer, fn.const(0), found, missing, { unlikely: "else" });
  }
  fn.enter(found);
  change.apply({ base: pointer, offset: 0, memory: "map", align: 8 });
  fn.jump(onward);
  if (stmt.key !== undefined) {
    fn.enter(missing);
    const value: Bytes = { kind: "scalars", size: sizeOf(stmt.fn), parts: change.first };
    const result = fn.update(plan.symbol, bytes, value);
    countNegative(cx, { kind: "map-full", span: stmt.span, map: plan.index, warn: true }, result);
    fn.jump(onward);
  }
  fn.enter(onward);
}

function changeOf(cx: Lowering, stmt: Aggregate): Change {
  const { fn } = cx;
  const type = stmt.fn;
  if (type.fn === "count") return counting(fn, undefined);
  const { arg } = stmt;
  invariant(arg !== undefined, "3-ir", `${type.fn}() lacks its sample`);
  const sample = cx.steps.scalar(cx, arg);
  switch (type.fn) {
    case "hist":
      return counting(fn, logBucket(fn, sample, type.bits, sampleRange(arg)));
    case "lhist":
      return counting(fn, linearBucket(fn, sample, type.min, type.max, type.step));
    case "sum":
      return {
        bucket: undefined,
        apply: (value) => {
          addTo(fn, value, 0, sample);
          fn.store(word(value, 1), 8, fn.const(1));
        },
        first: words(sample, fn.const(1)),
      };
    case "min":
    case "max": {
      const { fn: which, signed } = type;
      return {
        bucket: undefined,
        apply: (value) => keepExtreme(fn, value, sample, which === "min" ? "min" : "max", signed),
        first: words(sample, fn.const(1)),
      };
    }
    case "avg":
    case "stats":
      return {
        bucket: undefined,
        apply: (value) => {
          addTo(fn, value, 0, fn.const(1));
          addTo(fn, value, 1, sample);
        },
        first: words(fn.const(1), sample),
      };
    case "tseries":
      return series(cx, type, sample);
    default:
      return unreachable(type);
  }
}

function counting(fn: FunctionBuilder, bucket: ValueId | undefined): Change {
  return { bucket, apply: (value) => addTo(fn, value, 0, fn.const(1)), first: words(fn.const(1)) };
}

function words(...values: readonly ValueId[]): Change["first"] {
  return values.map((value, i) => ({ offset: 8 * i, size: 8, value }));
}

function word(value: Place, index: number): Place {
  return { ...value, offset: value.offset + 8 * index };
}

function addTo(fn: FunctionBuilder, value: Place, index: number, amount: ValueId): void {
  const place = word(value, index);
  fn.store(place, 8, fn.binary("add", fn.load(place, 8, false), amount));
}

/** {value, set}: takes the sample when it is the first or beats the value. */
function keepExtreme(fn: FunctionBuilder, value: Place, sample: ValueId, which: "min" | "max", signed: boolean): void {
  const [compare, take, onward] = [fn.block(), fn.block(), fn.block()];
  fn.branch("ne", fn.load(word(value, 1), 8, false), fn.const(0), compare, take);
  fn.enter(compare);
  const old = fn.load(value, 8, false);
  const kept = which === "min" ? (signed ? "sle" : "ule") : signed ? "sge" : "uge";
  fn.branch(kept, old, sample, onward, take);
  fn.enter(take);
  fn.store(value, 8, sample);
  fn.store(word(value, 1), 8, fn.const(1));
  fn.jump(onward);
  fn.enter(onward);
}

/** A ring of intervals: {interval number, value, samples}; an entry of an earlier round is started anew. */
function series(cx: Lowering, type: SeriesType, sample: ValueId): Change {
  const { fn } = cx;
  // Intervals of the wall clock, so that each begins at a round time.
  const now = fn.binary("add", fn.call("ktime_get_boot_ns", []), hostValue(cx, "epoch-offset"));
  const interval = fn.binaryImm("udiv", now, type.interval);
  const apply = (value: Place): void => {
    const [same, anew, onward] = [fn.block(), fn.block(), fn.block()];
    fn.branch("eq", fn.load(value, 8, false), interval, same, anew);
    fn.enter(same);
    combine(fn, type, word(value, 1), sample);
    addTo(fn, value, 2, fn.const(1));
    fn.jump(onward);
    fn.enter(anew);
    fn.store(value, 8, interval);
    fn.store(word(value, 1), 8, sample);
    fn.store(word(value, 2), 8, fn.const(1));
    fn.jump(onward);
    fn.enter(onward);
  };
  return { bucket: fn.binaryImm("umod", interval, type.count), apply, first: words(interval, sample, fn.const(1)) };
}

function combine(fn: FunctionBuilder, type: SeriesType, value: Place, sample: ValueId): void {
  switch (type.of) {
    case "last":
      fn.store(value, 8, sample);
      return;
    case "avg":
    case "sum":
      addTo(fn, value, 0, sample);
      return;
    case "min":
    case "max": {
      const [take, onward] = [fn.block(), fn.block()];
      const beaten = type.of === "min" ? (type.signed ? "sgt" : "ugt") : type.signed ? "slt" : "ult";
      fn.branch(beaten, fn.load(value, 8, false), sample, take, onward);
      fn.enter(take);
      fn.store(value, 8, sample);
      fn.jump(onward);
      fn.enter(onward);
      return;
    }
    default:
      unreachable(type.of);
  }
}
