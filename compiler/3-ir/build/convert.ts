/** Memory of one type as memory of another: other capacities, wider elements, bytes as text. */
import { fieldTypes, layoutOf, sizeOf } from "../../types/layout.ts";
import type { Type } from "../../types/type.ts";
import { address, copyBytes, copyValue, loadScalar, pads, storeScalar, zero, zeroGaps } from "./access.ts";
import type { Place } from "./draft.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import type { Fill } from "./lowering.ts";
import { at, scalarShape } from "./storage.ts";

/** Writes the value at `from`, of type `source`, to `to` as type `target`. */
export function convertValue(
  fn: FunctionBuilder,
  source: Type,
  target: Type,
  from: Place,
  to: Place,
  fill: Fill,
): void {
  if (scalarShape(target) !== undefined && scalarShape(source) !== undefined) {
    storeScalar(fn, to, target, loadScalar(fn, from, source));
    return;
  }
  const pairs =
    (source.kind === "tuple" || source.kind === "record") && (target.kind === "tuple" || target.kind === "record");
  if (pairs) {
    const sources = fieldTypes(source);
    const targets = fieldTypes(target);
    const sourceOffsets = layoutOf(sources).offsets;
    const targetOffsets = layoutOf(targets).offsets;
    if (fill !== "record") zeroGaps(fn, to, targets);
    for (const [i, field] of targets.entries()) {
      // Records may name the same fields in another order.
      const name = target.kind === "record" ? target.fields[i]?.name : undefined;
      const j = source.kind === "record" && name !== undefined ? source.fields.findIndex((f) => f.name === name) : i;
      const old = sources[j];
      if (old === undefined) continue;
      convertValue(fn, old, field, at(from, sourceOffsets[j] ?? 0), at(to, targetOffsets[i] ?? 0), fill);
    }
    return;
  }
  const have = sizeOf(source);
  const room = sizeOf(target);
  if (source.kind === "string" && target.kind === "string" && have > room) {
    // Cut, with a NUL in the last place.
    if (pads(room, fill)) zero(fn, to, room);
    fn.call("probe_read_kernel_str", [address(fn, to), fn.const(room), address(fn, from)], {
      reads: from.memory,
      writes: to.memory,
    });
    return;
  }
  if (have <= room) {
    copyValue(fn, source, to, from, fill);
    const tail = target.kind !== "string" || pads(room, fill);
    if (tail) zero(fn, at(to, have), room - have);
    else if (have < room) fn.store(at(to, have), 1, fn.const(0));
    return;
  }
  copyBytes(fn, to, from, room);
}
