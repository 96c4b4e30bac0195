/** Expressions whose value is memory: where it lies, or how it is written to where it is wanted. */
import type { Expr } from "../../2-check/typed.ts";
import { builtinRow } from "../../lang/builtins.ts";
import { functionRow } from "../../lang/functions.ts";
import type { Recipe } from "../../lang/recipe.ts";
import { fieldTypes, layoutOf, sizeOf } from "../../types/layout.ts";
import { InvariantError, invariant, unreachable } from "../../util/assert.ts";
import type { ValueId } from "../ir.ts";
import { address, copyValue, storeScalar, storeText, zero, zeroGaps } from "./access.ts";
import { callFunctionInto } from "./calls.ts";
import { constantPlace, literalBytes, textBytes, zerosPlace } from "./constants.ts";
import { convertValue } from "./convert.ts";
import { prepareCustom } from "./custom.ts";
import { probeNamePlace } from "./custom-probe.ts";
import type { Place } from "./draft.ts";
import { coreReference, memberInto, readAddress, readBytes } from "./kernel-memory.ts";
import type { Fill, Lowering, Writer } from "./lowering.ts";
import { mapGetPlace, mapLookupOf, mapPlan } from "./map-access.ts";
import { paramPlace } from "./params.ts";
import { countFailure } from "./sites.ts";
import { alignmentOf, at, scalarShape } from "./storage.ts";
import { variablePlace } from "./variables.ts";

type Element = Extract<Expr, { readonly kind: "element" }>;
type ValueMember = Extract<Expr, { readonly kind: "value-member" }>;

/** Memory that holds the value until the end of the statement: the value's own where it has some. */
export function lowerMemory(cx: Lowering, expr: Expr): Place {
  const { fn } = cx;
  const outer = fn.span;
  fn.span = expr.span;
  const place = placeOf(cx, expr);
  fn.span = outer;
  return place;
}

function placeOf(cx: Lowering, expr: Expr): Place {
  switch (expr.kind) {
    case "var":
      if (scalarShape(expr.type) === undefined) return variablePlace(cx, expr.var);
      break;
    case "string":
    case "bytes":
      return constantPlace(cx, literalBytes(expr));
    case "builtin":
      if (expr.name === "probe") return probeNamePlace(cx, expr);
      break;
    case "param":
      if (expr.skip === undefined && expr.type.kind === "string") return paramPlace(cx, expr.param, expr.type.size);
      break;
    case "map-get":
      if (scalarShape(expr.type) === undefined) return mapGetPlace(cx, expr);
      break;
    case "value-member":
      return memberPlace(cx, expr);
    case "tuple-element": {
      const base = cx.steps.memory(cx, expr.base);
      return at(base, layoutOf(fieldTypes(expr.base.type)).offsets[expr.index] ?? 0);
    }
    case "element":
      return elementPlace(cx, expr);
    case "block":
      cx.steps.body(cx, expr.body);
      if (expr.result !== undefined) return cx.steps.memory(cx, expr.result);
      break;
    default:
      break;
  }
  const place = cx.temps.take(sizeOf(expr.type), expr.kind);
  cx.steps.into(cx, expr, place, "value");
  return place;
}

function memberPlace(cx: Lowering, expr: ValueMember): Place {
  const base = cx.steps.memory(cx, expr.base);
  const { path } = expr;
  const reference = coreReference(path, "field_byte_offset");
  if (reference === undefined || path.steps.length === 0) return at(base, path.offset);
  const offset = cx.fn.core(reference, BigInt(path.offset));
  return { ...base, base: cx.fn.binary("add", base.base, offset), align: at(base, path.offset).align };
}

/** An element in memory; outside of the length: zeros, and counted (L2.57). */
function elementPlace(cx: Lowering, expr: Element): Place {
  const { fn } = cx;
  const base = cx.steps.memory(cx, expr.base);
  if (expr.index.kind === "constant") return at(base, Number(expr.index.value) * expr.stride);
  const index = cx.steps.scalar(cx, expr.index);
  const pointer = fn.local();
  const [inside, outside, onward] = [fn.block(), fn.block(), fn.block()];
  fn.branch("ult", index, fn.const(expr.length), inside, outside, { unlikely: "else" });
  fn.enter(inside);
  const scaled = expr.stride === 1 ? index : fn.binaryImm("mul", index, expr.stride);
  fn.write(pointer, fn.binary("add", address(fn, base), scaled));
  fn.jump(onward);
  fn.enter(outside);
  countFailure(cx, { kind: "out-of-bounds", span: expr.span, warn: true }, undefined);
  fn.write(pointer, zerosPlace(cx, sizeOf(expr.type)).base);
  fn.jump(onward);
  fn.enter(onward);
  return { base: fn.read(pointer), offset: 0, memory: "any", align: at(base, expr.stride).align };
}

/** Evaluates what may be refused or has effects; writing the rest needs no jump out. */
export function prepare(cx: Lowering, expr: Expr): Writer {
  const { fn } = cx;
  const outer = fn.span;
  fn.span = expr.span;
  const writer = writerOf(cx, expr);
  fn.span = outer;
  return (to, fill) => {
    const before = fn.span;
    fn.span = expr.span;
    writer(to, fill);
    fn.span = before;
  };
}

function writerOf(cx: Lowering, expr: Expr): Writer {
  const { fn } = cx;
  const { type } = expr;
  if (scalarShape(type) !== undefined && expr.kind !== "convert") {
    const value = cx.steps.scalar(cx, expr);
    return (to) => storeScalar(fn, to, type, value);
  }
  const size = sizeOf(type);
  switch (expr.kind) {
    case "constant":
      return (to) => zero(fn, to, size);
    case "string":
      return (to, fill) => storeText(fn, to, textBytes(expr.value), size, fill);
    case "bytes":
      return (to) => storeText(fn, to, expr.value, size, "key");
    case "tuple": {
      const fields = fieldTypes(type);
      const { offsets } = layoutOf(fields);
      const writers = expr.elements.map((element) => cx.steps.prepare(cx, element));
      return (to, fill) => {
        if (fill !== "record") zeroGaps(fn, to, fields);
        for (const [i, writer] of writers.entries()) writer(at(to, offsets[i] ?? 0), fill);
      };
    }
    case "builtin":
      return recipeWriter(cx, builtinRow(expr.name)?.recipe, expr);
    case "call":
      return recipeWriter(cx, functionRow(expr.name)?.recipe, expr);
    case "member": {
      const base = cx.steps.scalar(cx, expr.pointer);
      return (to) => memberInto(cx, base, expr, to);
    }
    case "read": {
      const from = readAddress(cx, expr);
      return (to) => readBytes(cx, expr.space, to, fn.const(size), from, expr.span);
    }
    case "param": {
      if (expr.skip === undefined) break;
      const from = paramPlace(cx, expr.param, size);
      const skip = cx.steps.scalar(cx, expr.skip);
      return skippedText(cx, from, size, skip);
    }
    case "convert": {
      const { operand } = expr;
      if (scalarShape(operand.type) !== undefined) {
        const value = cx.steps.scalar(cx, operand);
        return (to) => storeScalar(fn, to, operand.type, value);
      }
      const from = cx.steps.memory(cx, operand);
      return (to, fill) => convertValue(fn, operand.type, type, from, to, fill);
    }
    default:
      break;
  }
  const from = cx.steps.memory(cx, expr);
  return (to, fill) => copyValue(fn, type, to, from, fill);
}

function recipeWriter(
  cx: Lowering,
  recipe: Recipe | undefined,
  expr: Extract<Expr, { readonly kind: "builtin" | "call" }>,
): Writer {
  invariant(recipe !== undefined, "3-ir", `no row for ${expr.name}`);
  switch (recipe.kind) {
    case "custom":
      return prepareCustom(cx, recipe.name, expr);
    case "helper":
    case "checked":
      throw new InvariantError(`${expr.name} has no value in memory`);
    default:
      return unreachable(recipe);
  }
}

/** A parameter's text without its first characters; nothing where there are fewer (L1.127). */
function skippedText(cx: Lowering, from: Place, size: number, skip: ValueId): Writer {
  const { fn } = cx;
  return (to) => {
    const start = fn.local();
    const [within, beyond, onward] = [fn.block(), fn.block(), fn.block()];
    fn.branch("ult", skip, fn.const(size), within, beyond, { unlikely: "else" });
    fn.enter(within);
    fn.write(start, fn.binary("add", address(fn, from), skip));
    fn.jump(onward);
    fn.enter(beyond);
    fn.write(start, fn.const(0));
    fn.jump(onward);
    fn.enter(onward);
    zero(fn, to, size);
    fn.call("probe_read_kernel_str", [address(fn, to), fn.const(size), fn.read(start)], {
      reads: "data",
      writes: to.memory,
    });
  };
}

/** Evaluates and writes at once: no copy where parts can be written in place. */
export function lowerInto(cx: Lowering, expr: Expr, to: Place, fill: Fill): void {
  const { fn } = cx;
  const outer = fn.span;
  fn.span = expr.span;
  const memory = scalarShape(expr.type) === undefined;
  if (memory && expr.kind === "tuple") {
    const fields = fieldTypes(expr.type);
    const { offsets } = layoutOf(fields);
    if (fill !== "record") zeroGaps(fn, to, fields);
    for (const [i, element] of expr.elements.entries()) cx.steps.into(cx, element, at(to, offsets[i] ?? 0), fill);
  } else if (memory && expr.kind === "ternary") {
    const [yes, no, onward] = [fn.block(), fn.block(), fn.block()];
    cx.steps.condition(cx, expr.condition, yes, no);
    for (const [block, arm] of [[yes, expr.then] as const, [no, expr.else] as const]) {
      fn.enter(block);
      cx.steps.into(cx, arm, to, fill);
      fn.jump(onward);
    }
    fn.enter(onward);
  } else if (memory && expr.kind === "map-get" && mapPlan(cx, expr.map).symbol !== "") {
    const pointer = mapLookupOf(cx, expr.map, expr.key);
    const [found, missing, onward] = [fn.block(), fn.block(), fn.block()];
    fn.branch("ne", pointer, fn.const(0), found, missing);
    fn.enter(found);
    const from = { base: pointer, offset: 0, memory: "map", align: alignmentOf(expr.type) } as const;
    copyValue(fn, expr.type, to, from, fill);
    fn.jump(onward);
    fn.enter(missing);
    zero(fn, to, sizeOf(expr.type));
    fn.jump(onward);
    fn.enter(onward);
  } else if (memory && expr.kind === "call-fn") {
    callFunctionInto(cx, expr, to, fill);
  } else {
    cx.steps.prepare(cx, expr)(to, fill);
  }
  fn.span = outer;
}
