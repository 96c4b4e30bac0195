/** Maps once their types are settled: storage, entries, and what declarations promised (L1.44, L2.92, L2.96). */

import type * as Ast from "../1-parse/ast.ts";
import type { MapStorage } from "../5-object/manifest.ts";
import type { Span } from "../source/span.ts";
import type { Type } from "../types/type.ts";
import { branded } from "../util/brand.ts";
import type { CheckReport, MapSlot, Program } from "./context.ts";
import type { Settings } from "./settings.ts";
import type * as Typed from "./typed.ts";

const DECLARED: Readonly<Record<string, MapStorage>> = {
  hash: "hash",
  lruhash: "lru_hash",
  percpuhash: "percpu_hash",
  percpulruhash: "lru_percpu_hash",
};

/** A map of which only the name is known; `name` is written without its @. */
export function newSlot(id: Typed.MapId, name: string, span: Span, declaration: MapSlot["declaration"]): MapSlot {
  return {
    id,
    name: `@${name}`,
    span,
    keyed: undefined,
    key: undefined,
    value: undefined,
    rawKey: undefined,
    rawValue: undefined,
    askedEarly: false,
    used: false,
    doubtful: "no",
    declaration,
  };
}

/** Slots of declared maps, in order; the rest are made when they are first named. */
export function declaredMaps(items: readonly Ast.Item[], report: CheckReport): Map<string, MapSlot> {
  const maps = new Map<string, MapSlot>();
  for (const item of items) {
    if (item.kind !== "map-decl") continue;
    if (DECLARED[item.mapType] === undefined)
      report("map-type-unknown", item.mapTypeSpan, { name: item.mapType, known: Object.keys(DECLARED) });
    if (maps.has(item.name)) {
      report("map-declared-twice", item.span, { name: `@${item.name}` });
      continue;
    }
    maps.set(item.name, newSlot(branded(maps.size), item.name, item.span, item));
  }
  return maps;
}

/** What the object will hold; maps that nothing assigned have been reported where they were read. */
export function finishMaps(
  maps: ReadonlyMap<string, MapSlot>,
  settings: Settings,
  program: Program,
  report: CheckReport,
): readonly Typed.MapInfo[] {
  const infos: Typed.MapInfo[] = [];
  for (const slot of maps.values()) {
    if (slot.declaration !== undefined && !slot.used) report("map-unused", slot.span, { name: slot.name });
    const value = slot.value ?? (slot.used && slot.doubtful !== "elsewhere" ? { kind: "error" as const } : undefined);
    if (value === undefined) continue;
    const keyed = slot.keyed === true;
    const storage = storageOf(slot, keyed, value, program, report);
    const declared = slot.declaration === undefined ? undefined : Number(slot.declaration.maxEntries);
    infos.push({
      id: slot.id,
      name: slot.name,
      key: keyed ? slot.key : undefined,
      value,
      storage,
      maxEntries: keyed ? (declared ?? settings.maxMapKeys) : 1,
      span: slot.span,
    });
  }
  return infos;
}

function storageOf(slot: MapSlot, keyed: boolean, value: Type, program: Program, report: CheckReport): MapStorage {
  const aggregate = value.kind === "aggregate";
  const own: MapStorage = keyed ? (aggregate ? "percpu_hash" : "hash") : aggregate ? "percpu_array" : "global";
  const { declaration } = slot;
  const wanted = declaration === undefined ? undefined : DECLARED[declaration.mapType];
  if (declaration === undefined || wanted === undefined || program.dirty) return own;
  const perCpu = wanted === "percpu_hash" || wanted === "lru_percpu_hash";
  if (value.kind !== "error" && perCpu !== aggregate) {
    report("map-type-incompatible", declaration.mapTypeSpan, {
      declared: declaration.mapType,
      used: aggregate ? "percpuhash" : "hash",
    });
  }
  // A scalar has one place, whatever the declaration would have found room for.
  return keyed && perCpu === aggregate ? wanted : own;
}
