/** Keys of maps: scalars stay in registers until a later pass gives them a slot; the rest is written to memory. */
import type { Expr } from "../../2-check/typed.ts";
import { fieldTypes, layoutOf, sizeOf } from "../../types/layout.ts";
import type { Bytes, ValueId } from "../ir.ts";
import { storeBits } from "./access.ts";
import type { Size } from "./draft.ts";
import type { Lowering, MapPlan } from "./lowering.ts";
import { alwaysPadded, at, isSize, scalarShape } from "./storage.ts";

type ScalarBytes = Extract<Bytes, { readonly kind: "scalars" }>;
type Part = { readonly offset: number; readonly size: Size; readonly expr: Expr };

/** Longer keys are written to scratch memory. */
const KEY_ON_STACK = 96;

/** An evaluated key; histograms give it the bucket when they know it. */
export type Key = (bucket?: ValueId) => Bytes;

/** Evaluates a key. `undefined`: the only entry of a scalar map, or its entry `bucket`. */
export function lowerKey(cx: Lowering, plan: MapPlan, key: Expr | undefined): Key {
  const { fn } = cx;
  if (key === undefined) {
    return (bucket) => ({ kind: "scalars", size: 4, parts: [{ offset: 0, size: 4, value: bucket ?? fn.const(0) }] });
  }
  const { keySize, bucketOffset } = plan.entry;
  const bucketSize: Size = plan.entry.value.k === "tseries" ? 8 : 4;
  const parts: Part[] = [];
  if (keySize <= KEY_ON_STACK && onlyScalars(key, 0, parts)) {
    const values: ScalarBytes["parts"] = parts.map(({ offset, size, expr }) => {
      const value = fn.low(cx.steps.scalar(cx, expr), size);
      return { offset, size, value };
    });
    return (bucket) => {
      const last =
        bucket === undefined || bucketOffset === undefined
          ? []
          : [{ offset: bucketOffset, size: bucketSize, value: bucket }];
      return { kind: "scalars", size: keySize, parts: [...values, ...last] };
    };
  }
  const size = sizeOf(key.type);
  if (bucketOffset === undefined && (isHostName(key) || (isStable(key) && alwaysPadded(key.type)))) {
    const place = cx.steps.memory(cx, key);
    return () => ({ kind: "memory", base: place.base, offset: place.offset, size: keySize });
  }
  const place = cx.temps.take(keySize, "key");
  cx.steps.into(cx, key, place, "key");
  fn.zero(at(place, size), (bucketOffset ?? keySize) - size);
  return (bucket) => {
    if (bucket !== undefined && bucketOffset !== undefined) storeBits(fn, at(place, bucketOffset), bucketSize, bucket);
    return { kind: "memory", base: place.base, offset: place.offset, size: keySize };
  };
}

/** Collects the scalars that make up the value; false if there is anything else. */
function onlyScalars(expr: Expr, offset: number, parts: Part[]): boolean {
  const shape = scalarShape(expr.type);
  if (shape !== undefined && expr.kind !== "convert") {
    parts.push({ offset, size: shape.size, expr });
    return true;
  }
  if (expr.kind !== "tuple") return false;
  const { offsets } = layoutOf(fieldTypes(expr.type));
  return expr.elements.every((element, i) => onlyScalars(element, offset + (offsets[i] ?? 0), parts));
}

/** Whether the value lies in memory that nothing changes before the map is asked. */
function isStable(expr: Expr): boolean {
  return expr.kind === "var" || (expr.kind === "tuple-element" && isStable(expr.base));
}

/** Whether the value is a name that the loader wrote, which stands in its array, padded, as long as the program runs. */
function isHostName(expr: Expr): boolean {
  return expr.kind === "builtin" && expr.name === "probe";
}

/** A scalar as a map's value. */
export function scalarValue(value: ValueId, size: number): Bytes {
  return { kind: "scalars", size, parts: [{ offset: 0, size: isSize(size) ? size : 8, value }] };
}
