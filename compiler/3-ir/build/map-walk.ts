/** Walks over all entries of a map: `for ($kv : @m)` and `len(@m)`. */
import type { Stmt } from "../../2-check/typed.ts";
import { layoutOf } from "../../types/layout.ts";
import { invariant } from "../../util/assert.ts";
import type { ValueId } from "../ir.ts";
import { copyValue, loadScalar, storeScalar, zeroGaps } from "./access.ts";
import { sumOverCpus } from "./aggregate-read.ts";
import { leaveIfAsked, makeCallback, shareWords } from "./callbacks.ts";
import { countedIn } from "./counted.ts";
import type { Place } from "./draft.ts";
import type { Lowering, MapPlan } from "./lowering.ts";
import { alignmentOf, at, scalarShape } from "./storage.ts";
import { storageOf, variablePlace, writeVariable } from "./variables.ts";

/** Number of entries: for_each_map_elem gives how many it visited. */
export function countEntries(cx: Lowering, plan: MapPlan): ValueId {
  const { fn } = cx;
  const name = makeCallback(cx, 4, () => {});
  return fn.call("for_each_map_elem", [fn.map(plan.symbol), fn.function(name), fn.const(0), fn.const(0)], {
    reads: "any",
  });
}

/** The body as a callback, once per entry; the variable holds the key, or key and value. */
export function lowerForMap(cx: Lowering, stmt: Extract<Stmt, { readonly kind: "for-map" }>, plan: MapPlan): void {
  const { fn } = cx;
  const name = makeCallback(cx, 4, (inner, [, key, value]) => {
    invariant(key !== undefined && value !== undefined, "3-ir", "a callback lacks arguments");
    bindEntry(inner, stmt, plan, key, value);
    inner.steps.body(inner, stmt.body);
  });
  const words = shareWords(cx, countedIn(cx, stmt.body));
  fn.call("for_each_map_elem", [fn.map(plan.symbol), fn.function(name), words, fn.const(0)], {
    reads: "any",
    writes: "any",
  });
  leaveIfAsked(cx);
}

function bindEntry(
  cx: Lowering,
  stmt: Extract<Stmt, { readonly kind: "for-map" }>,
  plan: MapPlan,
  key: ValueId,
  value: ValueId,
): void {
  const { fn } = cx;
  const keyType = plan.info.key;
  const type = cx.probe.vars.find((variable) => variable.id === stmt.var)?.type;
  invariant(keyType !== undefined && type !== undefined, "3-ir", `${plan.info.name} has no keys to walk`);
  const keyPlace: Place = { base: key, offset: 0, memory: "any", align: alignmentOf(keyType) };
  const pair = type.kind === "tuple" && type.fields.length === 2 && !sameShape(type, keyType) ? type : undefined;
  if (pair === undefined) {
    const storage = storageOf(cx, stmt.var);
    if (storage.kind === "local" || scalarShape(type) !== undefined) {
      writeVariable(cx, stmt.var, type, loadScalar(fn, keyPlace, keyType));
    } else {
      copyValue(fn, type, storage.place(), keyPlace, "value");
    }
    return;
  }
  const place = variablePlace(cx, stmt.var);
  const second = pair.fields[1] ?? plan.info.value;
  const offset = layoutOf(pair.fields).offsets[1] ?? 0;
  zeroGaps(fn, place, pair.fields);
  copyValue(fn, keyType, place, keyPlace, "value");
  if (plan.info.value.kind === "aggregate") {
    storeScalar(fn, at(place, offset), second, sumOverCpus(cx, plan, key));
  } else {
    const from: Place = { base: value, offset: 0, memory: "map", align: alignmentOf(second) };
    copyValue(fn, second, at(place, offset), from, "value");
  }
}

function sameShape(a: unknown, b: unknown): boolean {
  return a === b;
}
