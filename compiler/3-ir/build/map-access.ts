/** Reads, updates and removals of map entries, other than aggregations. */
import type { Expr, MapId, Stmt } from "../../2-check/typed.ts";
import { sizeOf } from "../../types/layout.ts";
import { invariant } from "../../util/assert.ts";
import type { BlockId, Bytes, ValueId } from "../ir.ts";
import { address, copyValue, loadScalar, storeScalar, zero } from "./access.ts";
import { clearScalarAggregate, sumOverCpus } from "./aggregate-read.ts";
import { zerosPlace } from "./constants.ts";
import type { Place } from "./draft.ts";
import { hasEffects, sameValue, withoutCasts } from "./effects.ts";
import type { Lowering, MapPlan } from "./lowering.ts";
import { type Key, lowerKey, scalarValue } from "./map-keys.ts";
import { countEntries } from "./map-walk.ts";
import { countFailure, countNegative } from "./sites.ts";
import { alignmentOf, scalarShape } from "./storage.ts";
import { storageOf, variablePlace } from "./variables.ts";

type Node<K extends Expr["kind"]> = Extract<Expr, { readonly kind: K }>;

export function mapPlan(cx: Lowering, map: MapId): MapPlan {
  const plan = cx.maps.get(map);
  invariant(plan !== undefined, "3-ir", `no map ${map}`);
  return plan;
}

/** The value of a scalar map, behind its set flag. */
function globalPlace(cx: Lowering, plan: MapPlan): Place {
  return { base: cx.fn.data(".bss", plan.offset), offset: 8, memory: "data", align: 8 };
}

function flagPlace(value: Place): Place {
  return { ...value, offset: value.offset - 8 };
}

/** A pointer to the entry or 0; of a scalar map, its set flag. */
export function mapLookupOf(cx: Lowering, map: MapId, key: Expr | undefined): ValueId {
  const plan = mapPlan(cx, map);
  if (plan.symbol === "") return cx.fn.load(flagPlace(globalPlace(cx, plan)), 8, false);
  return cx.fn.lookup(plan.symbol, lowerKey(cx, plan, key)());
}

/** A scalar entry; 0 where there is none. */
export function mapGet(cx: Lowering, expr: Node<"map-get">): ValueId {
  const { fn } = cx;
  const plan = mapPlan(cx, expr.map);
  if (plan.symbol === "") return loadScalar(fn, globalPlace(cx, plan), expr.type);
  const result = fn.local();
  const [missing, onward] = [fn.block(), fn.block()];
  const value = mapGetOr(cx, expr, missing);
  fn.write(result, value);
  fn.jump(onward);
  fn.enter(missing);
  warnMissing(cx, plan, expr);
  fn.write(result, fn.const(0));
  fn.jump(onward);
  fn.enter(onward);
  return fn.read(result);
}

/** A scalar entry; jumps to `missing` where there is none. */
export function mapGetOr(cx: Lowering, expr: Node<"map-get">, missing: BlockId): ValueId {
  const { fn } = cx;
  const plan = mapPlan(cx, expr.map);
  if (plan.symbol === "") return loadScalar(fn, globalPlace(cx, plan), expr.type);
  const pointer = mapLookupOf(cx, expr.map, expr.key);
  const found = fn.block();
  fn.branch("ne", pointer, fn.const(0), found, missing);
  fn.enter(found);
  return loadScalar(fn, entryPlace(pointer, expr.type), expr.type);
}

/** An entry in memory; zeros where there is none. */
export function mapGetPlace(cx: Lowering, expr: Node<"map-get">): Place {
  const { fn } = cx;
  const plan = mapPlan(cx, expr.map);
  if (plan.symbol === "") return globalPlace(cx, plan);
  const pointer = fn.local();
  const found = mapLookupOf(cx, expr.map, expr.key);
  fn.write(pointer, found);
  const [missing, onward] = [fn.block(), fn.block()];
  fn.branch("ne", found, fn.const(0), onward, missing);
  fn.enter(missing);
  warnMissing(cx, plan, expr);
  fn.write(pointer, zerosPlace(cx, sizeOf(expr.type)).base);
  fn.jump(onward);
  fn.enter(onward);
  return { base: fn.read(pointer), offset: 0, memory: "any", align: alignmentOf(expr.type) };
}

function entryPlace(pointer: ValueId, type: Expr["type"]): Place {
  return { base: pointer, offset: 0, memory: "map", align: alignmentOf(type) };
}

function warnMissing(cx: Lowering, plan: MapPlan, expr: Expr): void {
  if (!cx.module.env.options.readWarnings) return;
  countFailure(cx, { kind: "lookup-missing", span: expr.span, map: plan.index, warn: true }, undefined);
}

/** Address of an entry (0: none) or of a scalar map's value. */
export function mapAddress(cx: Lowering, expr: Node<"map-address">): ValueId {
  const plan = mapPlan(cx, expr.map);
  if (plan.symbol === "") return address(cx.fn, globalPlace(cx, plan));
  return mapLookupOf(cx, expr.map, expr.key);
}

export function mapHas(cx: Lowering, expr: Node<"map-has">): ValueId {
  return cx.fn.compare("ne", mapLookupOf(cx, expr.map, expr.key), cx.fn.const(0));
}

/** Assigns the variable if there is an entry; whether there is. */
export function mapFind(cx: Lowering, expr: Node<"map-find">): ValueId {
  const { fn } = cx;
  const plan = mapPlan(cx, expr.map);
  const type = plan.info.value;
  const pointer = mapLookupOf(cx, expr.map, expr.key);
  const result = fn.local();
  fn.write(result, fn.const(0));
  const storage = storageOf(cx, expr.var);
  const [found, onward] = [fn.block(), fn.block()];
  fn.branch("ne", pointer, fn.const(0), found, onward);
  fn.enter(found);
  const from = entryPlace(pointer, type);
  if (storage.kind === "local") fn.write(storage.local, loadScalar(fn, from, type));
  else copyValue(fn, type, variablePlace(cx, expr.var), from, "value");
  fn.write(result, fn.const(1));
  fn.jump(onward);
  fn.enter(onward);
  return fn.read(result);
}

export function mapLength(cx: Lowering, expr: Node<"map-length">): ValueId {
  return countEntries(cx, mapPlan(cx, expr.map));
}

/** The integer that an aggregation stands for, over all CPUs. */
export function mapAggregate(cx: Lowering, expr: Node<"map-aggregate">): ValueId {
  const plan = mapPlan(cx, expr.map);
  const key = lowerKey(cx, plan, expr.key)();
  return sumOverCpus(cx, plan, keyAddress(cx, key));
}

/** Address of a key's bytes, for helpers that the IR has no instruction for. */
function keyAddress(cx: Lowering, key: Bytes): ValueId {
  const { fn } = cx;
  if (key.kind === "memory") return fn.binaryImm("add", key.base, key.offset);
  const place = cx.temps.take(key.size, "key");
  if (key.parts.reduce((bytes, part) => bytes + part.size, 0) < key.size) fn.zero(place, key.size);
  for (const part of key.parts) fn.store({ ...place, offset: part.offset }, part.size, part.value);
  return place.base;
}

/** Removes an entry; whether there was one. */
export function mapDelete(cx: Lowering, expr: Node<"map-delete">): ValueId {
  const { fn } = cx;
  const plan = mapPlan(cx, expr.map);
  if (plan.symbol === "") {
    const value = globalPlace(cx, plan);
    const was = fn.load(flagPlace(value), 8, false);
    fn.store(flagPlace(value), 8, fn.const(0));
    zero(fn, value, sizeOf(plan.info.value));
    return was;
  }
  if (expr.key === undefined) return clearScalarAggregate(cx, plan, expr.span);
  const result = fn.delete(plan.symbol, lowerKey(cx, plan, expr.key)());
  if (expr.warn) countNegative(cx, { kind: "delete-missing", span: expr.span, map: plan.index, warn: true }, result);
  return fn.compare("eq", result, fn.const(0));
}

/** Stores a new value and counts a map that is full. */
function put(cx: Lowering, plan: MapPlan, key: Bytes, value: Bytes, span: Stmt["span"]): void {
  const result = cx.fn.update(plan.symbol, key, value);
  countNegative(cx, { kind: "map-full", span, map: plan.index, warn: true }, result);
}

/** `@m[key] = value`. */
export function assignMap(cx: Lowering, stmt: Extract<Stmt, { readonly kind: "assign-map" }>): void {
  const { fn } = cx;
  const plan = mapPlan(cx, stmt.map);
  const type = plan.info.value;
  const scalar = scalarShape(type) !== undefined;
  if (plan.symbol === "") {
    if (scalar) {
      const value = cx.steps.scalar(cx, stmt.value);
      const place = globalPlace(cx, plan);
      storeScalar(fn, place, type, value);
      fn.store(flagPlace(place), 8, fn.const(1));
    } else {
      const from = cx.steps.memory(cx, stmt.value);
      const place = globalPlace(cx, plan);
      copyValue(fn, type, place, from, "value");
      fn.store(flagPlace(place), 8, fn.const(1));
    }
    return;
  }
  const key = lowerKey(cx, plan, stmt.key);
  if (scalar) {
    if (changeInPlace(cx, plan, key, stmt)) return;
    const value = fn.low(cx.steps.scalar(cx, stmt.value), scalarShape(type)?.size ?? 8);
    put(cx, plan, key(), scalarValue(value, sizeOf(type)), stmt.span);
    return;
  }
  const from = cx.steps.memory(cx, stmt.value);
  put(cx, plan, key(), { kind: "memory", base: from.base, offset: from.offset, size: sizeOf(type) }, stmt.span);
}

/** `@m[k] = @m[k] op n` (so `@m[k] op= n` too): one lookup, and an update only for a new entry. */
function changeInPlace(
  cx: Lowering,
  plan: MapPlan,
  key: Key,
  stmt: Extract<Stmt, { readonly kind: "assign-map" }>,
): boolean {
  const change = withoutCasts(stmt.value);
  if (change.kind !== "binary" || stmt.key === undefined) return false;
  const old = withoutCasts(change.left);
  if (old.kind !== "map-get" || old.map !== stmt.map || old.key === undefined) return false;
  if (!sameValue(old.key, stmt.key) || hasEffects(change.right)) return false;
  const known = new Map<Expr, ValueId>([[change.right, cx.steps.scalar(cx, change.right)]]);
  change64(cx, plan, key(), stmt.span, (value) => {
    known.set(old, value);
    return cx.steps.scalar({ ...cx, known }, stmt.value);
  });
  return true;
}

/** Replaces an entry's value in place, or stores what becomes of 0; both values merge to what is returned. */
function change64(
  cx: Lowering,
  plan: MapPlan,
  key: Bytes,
  span: Stmt["span"],
  change: (old: ValueId) => ValueId,
): { readonly old: ValueId; readonly now: ValueId } {
  const { fn } = cx;
  const type = plan.info.value;
  const [oldResult, newResult] = [fn.local(), fn.local()];
  const [found, missing, onward] = [fn.block(), fn.block(), fn.block()];
  const pointer = fn.lookup(plan.symbol, key);
  fn.branch("ne", pointer, fn.const(0), found, missing, { unlikely: "else" });
  fn.enter(found);
  const old = loadScalar(fn, entryPlace(pointer, type), type);
  const now = change(old);
  storeScalar(fn, entryPlace(pointer, type), type, now);
  fn.write(oldResult, old);
  fn.write(newResult, now);
  fn.jump(onward);
  fn.enter(missing);
  const zeroValue = fn.const(0);
  const first = change(zeroValue);
  fn.write(oldResult, zeroValue);
  fn.write(newResult, first);
  put(cx, plan, key, scalarValue(fn.low(first, scalarShape(type)?.size ?? 8), sizeOf(type)), span);
  fn.jump(onward);
  fn.enter(onward);
  return { old: fn.read(oldResult), now: fn.read(newResult) };
}

/** `@m[k]++` and its kin. */
export function updateMap(cx: Lowering, expr: Node<"update-map">): ValueId {
  const { fn } = cx;
  const plan = mapPlan(cx, expr.map);
  const step = (old: ValueId) => fn.binaryImm("add", old, expr.step);
  if (plan.symbol === "") {
    const place = globalPlace(cx, plan);
    const old = loadScalar(fn, place, plan.info.value);
    const now = step(old);
    storeScalar(fn, place, plan.info.value, now);
    fn.store(flagPlace(place), 8, fn.const(1));
    return expr.prefix ? now : old;
  }
  const key = lowerKey(cx, plan, expr.key)();
  const { old, now } = change64(cx, plan, key, expr.span, step);
  return expr.prefix ? now : old;
}
