/** Maps as the stream's records have them: entries with decoded keys and values, processors' parts together (loader/maps.c). */
import type { Manifest, MapEntry, ValueType } from "../5-object/manifest.ts";
import type { StreamRecord, Value } from "../stream/records.ts";
import { addElement, bucketsValue, hasBuckets, isAggregate, joinParts, type Samples } from "./aggregate.ts";
import { type DecodeValue, decoderFor, type Names } from "./decode-value.ts";
import { type Machine, type MachineMap, SimulatorError } from "./machine.ts";

type MapRecord = Extract<StreamRecord, { readonly type: "map" }>;
type Entry = { readonly key?: Value; readonly value: Value };

export type MapReader = {
  /** undefined: `final`, and the map holds nothing. */
  readonly print: (
    map: number,
    top: number | undefined,
    div: number | undefined,
    final: boolean,
  ) => MapRecord | undefined;
  /** Records of all maps that are printed at the end of a run, by name in byte order. */
  readonly printAll: () => readonly MapRecord[];
  readonly clear: (map: number) => void;
  readonly zero: (map: number) => void;
};

type Known = {
  readonly entry: MapEntry;
  readonly map: MachineMap | undefined;
  readonly key: DecodeValue | undefined;
  readonly value: DecodeValue;
};

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** @throws SimulatorError for a manifest that names maps which the object lacks */
export function createMapReader(machine: Machine, manifest: Manifest, names: Names): MapReader {
  const maps: readonly Known[] = manifest.maps.map((entry) => {
    const map = machine.maps.find((each) => each.name === entry.symbol);
    if (map === undefined && entry.storage !== "global")
      throw new SimulatorError(`the object is damaged: it has no map ${entry.symbol ?? entry.name}`);
    return {
      entry,
      map,
      key: entry.key === undefined ? undefined : decoderFor(entry.key, names),
      value: decoderFor(entry.value, names),
    };
  });
  const known = (index: number): Known => {
    const found = maps[index];
    if (found === undefined) throw new SimulatorError(`the object is damaged: it has no map number ${index}`);
    return found;
  };

  /** Names of maps that zero() emptied: without keys, only they are shown empty. */
  const zeroed = new Set<string>();
  const globalEntries = ({ entry, value }: Known): readonly Entry[] => {
    const bss = machine.global(".bss");
    const at = entry.offset ?? 0;
    if (bss === undefined || bss.getBigUint64(at, true) === 0n) return [];
    const { value: type } = entry;
    if (hasBuckets(type)) return [{ value: [] }];
    if (!isAggregate(type)) return [{ value: value(bss, at + 8) }];
    const part = new Uint8Array(bss.buffer, bss.byteOffset + at + 8, entry.valueSize);
    return [{ value: joinParts(type, [part]).value }];
  };

  const plainEntries = (from: Known, map: MachineMap): readonly Entry[] => {
    const { entry, key, value } = from;
    const { value: type } = entry;
    const entries: Entry[] = [];
    for (const { key: bytes, values } of map.entries()) {
      const named = key === undefined ? {} : { key: key(viewOf(bytes), 0) };
      if (!isAggregate(type) || hasBuckets(type)) {
        const [first] = values;
        if (first !== undefined) entries.push({ ...named, value: value(viewOf(first), 0) });
        continue;
      }
      const joined = joinParts(type, values);
      // The array element of a map without keys exists before the script sets it.
      if (joined.any || key !== undefined || zeroed.has(entry.name)) entries.push({ ...named, value: joined.value });
    }
    return entries;
  };

  const bucketEntries = (from: Known, map: MachineMap, type: ValueType): readonly Entry[] => {
    if (!hasBuckets(type)) return [];
    const { entry, key } = from;
    const at = entry.key === undefined ? 0 : (entry.bucketOffset ?? 0);
    const width = Math.min(type.k === "tseries" ? 8 : 4, Math.max(0, map.keySize - at));
    /** By the key without its bucket, one character a byte. */
    const groups = new Map<string, { readonly key: Uint8Array; readonly samples: Samples }>();
    for (const { key: bytes, values } of map.entries()) {
      const whole = bytes.slice();
      let bucket = 0n;
      for (let i = width - 1; i >= 0; i--) bucket = (bucket << 8n) | BigInt(whole[at + i] ?? 0);
      whole.fill(0, at, at + width);
      const name = String.fromCharCode(...whole);
      const group = groups.get(name) ?? { key: whole, samples: new Map() };
      groups.set(name, group);
      addElement(group.samples, type, bucket, values);
    }
    const entries: Entry[] = [];
    for (const { key: bytes, samples } of groups.values()) {
      // A key whose buckets are all zero was zeroed, and stays; the array of a map without keys is there from the start.
      if (samples.size === 0 && key === undefined && !zeroed.has(entry.name)) continue;
      const named = key === undefined ? {} : { key: key(viewOf(bytes), 0) };
      entries.push({ ...named, value: bucketsValue(type, samples) });
    }
    return entries;
  };

  const entriesOf = (from: Known): readonly Entry[] => {
    if (from.map === undefined) return globalEntries(from);
    return hasBuckets(from.entry.value)
      ? bucketEntries(from, from.map, from.entry.value)
      : plainEntries(from, from.map);
  };

  const print: MapReader["print"] = (index, top, div, final) => {
    const from = known(index);
    const entries = entriesOf(from);
    if (final && entries.length === 0) return undefined;
    const head = { type: "map" as const, name: from.entry.name, map: index };
    const limits = { ...(top === undefined ? {} : { top }), ...(div === undefined ? {} : { div }) };
    return { ...head, ...limits, final, entries };
  };

  const zero = (index: number): void => {
    const { entry, map } = known(index);
    if (map === undefined) {
      clearGlobal(machine, entry, false);
      return;
    }
    const nothing = new Uint8Array(map.valueSize);
    if (entryHolds(map)) zeroed.add(entry.name);
    for (const { key } of [...map.entries()]) map.update(key, [nothing]);
  };

  return {
    print,
    printAll: () =>
      maps
        .map(({ entry }, index) => ({ entry, index }))
        .filter(({ entry }) => entry.print)
        .sort((a, b) => (a.entry.name < b.entry.name ? -1 : a.entry.name > b.entry.name ? 1 : a.index - b.index))
        .flatMap(({ index }) => print(index, undefined, undefined, true) ?? []),
    clear(index) {
      const { entry, map } = known(index);
      if (map === undefined) clearGlobal(machine, entry, true);
      else if (entry.storage === "percpu_array") {
        zero(index);
        zeroed.delete(entry.name);
      } else map.clear();
    },
    zero,
  };
}

function entryHolds(map: MachineMap): boolean {
  return [...map.entries()].some(({ values }) => values.some((one) => one.some((byte) => byte !== 0)));
}

function clearGlobal(machine: Machine, entry: MapEntry, flag: boolean): void {
  const at = entry.offset ?? 0;
  machine.setGlobal(".bss", at + 8, new Uint8Array(entry.valueSize));
  if (flag) machine.setGlobal(".bss", at, new Uint8Array(8));
}
