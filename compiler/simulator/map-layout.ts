/** Where an object's maps stand in a machine's memory: their heads, and the room for what they hold. */
import type { ObjectMap } from "../link/maps.ts";
import { AREA, MAP, MAP_MAGIC, MAP_SIZE, MAP_TYPE, NODE, PAGE_LIMIT, PAGE_SIZE, RECORD, STACK } from "./layout.ts";
import { type MachineMapKind, SimulatorError } from "./machine.ts";

export type PlacedMap = {
  readonly name: string;
  readonly kind: MachineMapKind;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly perCpu: boolean;
  /** Offset of its head in linear memory; programs see MEMORY_BASE + head. */
  readonly head: number;
  /** Offset of its nodes, elements, slots or ring. */
  readonly nodes: number;
  readonly nodeSize: number;
  /** From a node's start to its first value, and from one processor's value to the next. */
  readonly values: number;
  readonly stride: number;
  readonly buckets: number;
  readonly bucketCount: number;
};

export type MapLayout = {
  readonly maps: readonly PlacedMap[];
  /** Room for a key that the host asks for. */
  readonly keyRoom: number;
  /** Bytes that programs may reach: the pages' pool comes behind. */
  readonly end: number;
  /** Whole memory. */
  readonly size: number;
};

const KINDS: Readonly<Record<number, MachineMapKind>> = {
  [MAP_TYPE.HASH]: "hash",
  [MAP_TYPE.ARRAY]: "array",
  [MAP_TYPE.PERF_EVENT_ARRAY]: "perf_event_array",
  [MAP_TYPE.PERCPU_HASH]: "percpu_hash",
  [MAP_TYPE.PERCPU_ARRAY]: "percpu_array",
  [MAP_TYPE.STACK_TRACE]: "stack_trace",
  [MAP_TYPE.LRU_HASH]: "lru_hash",
  [MAP_TYPE.LRU_PERCPU_HASH]: "lru_percpu_hash",
  [MAP_TYPE.RINGBUF]: "ringbuf",
};
const NUMBERS = new Map(Object.entries(KINDS).map(([number, kind]) => [kind, Number(number)]));

/** Ring buffers whose size the object leaves to the loader; and perf buffers, all processors' together. */
const DEFAULT_RING = 1 << 20;
const MEBI = 1 << 20;
/** Bytes for all maps, where nobody says; and the most that anybody may say: WebAssembly's memory has 4 GiB. */
export const DEFAULT_MAP_MEMORY = 1024 * MEBI;
export const MOST_MAP_MEMORY = 2048 * MEBI;

const round = (n: number, to: number): number => Math.ceil(n / to) * to;
const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, n)));

/** A script's @name is AT_name in its object. */
const scriptName = (symbol: string): string => symbol.replace(/^AT_/, "@");

/**
 * @param limit bytes that all maps may take
 * @throws SimulatorError for a map of a type or size that cannot be simulated; for too many bytes, about the largest map
 */
export function layOutMaps(
  maps: readonly ObjectMap[],
  cpus: number,
  sizes: Readonly<Record<string, number>>,
  limit = DEFAULT_MAP_MEMORY,
): MapLayout {
  let at: number = AREA.MAPS;
  let number = 0;
  let largest = { map: 0, name: "", bytes: 0 };
  const take = (bytes: number, name: string): number => {
    const start = at;
    at = round(at + bytes, 64);
    if (bytes > largest.bytes) largest = { map: number, name, bytes };
    if (at - AREA.MAPS > limit) {
      const needs = Math.ceil(largest.bytes / MEBI);
      throw new SimulatorError(
        `the maps need more than the simulator's ${Math.floor(limit / MEBI)} MiB: ${scriptName(largest.name)} alone ${needs} MiB; make it smaller`,
        { map: largest.map },
      );
    }
    return start;
  };
  const placed = maps.map((map, index): PlacedMap => {
    number = index;
    const kind = KINDS[map.type];
    if (kind === undefined) throw new SimulatorError(`map ${map.name} is of type ${map.type}, which is not simulated`);
    const entries = sizes[map.name] ?? map.maxEntries;
    const fault = faultOf(map, kind, entries);
    if (fault !== undefined) throw new SimulatorError(`map ${map.name}: ${fault}, which no kernel takes`);
    return place(map, kind, entries, cpus, take);
  });
  const keyRoom = take(Math.max(8, ...maps.map((map) => map.keySize)), "keys");
  const end = round(at, PAGE_SIZE);
  return { maps: placed, keyRoom, end, size: end + PAGE_LIMIT * PAGE_SIZE };
}

/** What kernels refuse about a map (array_map_alloc_check, htab_map_alloc_check, stack_map_alloc). */
function faultOf({ keySize, valueSize }: ObjectMap, kind: MachineMapKind, entries: number): string | undefined {
  if (kind === "ringbuf" || kind === "perf_event_array") return undefined;
  if (entries === 0) return "it has room for no entries";
  if (valueSize === 0) return "its values are of no size";
  if (kind === "stack_trace") return keySize === 4 && valueSize % 8 === 0 ? undefined : `values of ${valueSize} bytes`;
  if (kind === "array" || kind === "percpu_array") return keySize === 4 ? undefined : `keys of ${keySize} bytes`;
  return keySize === 0 ? "its keys are of no size" : undefined;
}

function place(
  map: ObjectMap,
  kind: MachineMapKind,
  maxEntries: number,
  cpus: number,
  take: (bytes: number, name: string) => number,
): PlacedMap {
  const { name, keySize, valueSize } = map;
  const perCpu = kind === "percpu_hash" || kind === "percpu_array" || kind === "lru_percpu_hash";
  const stride = round(valueSize, 8);
  const head = take(MAP_SIZE, name);
  const about = { name, kind, keySize, valueSize, perCpu, head, stride };
  switch (kind) {
    case "array":
    case "percpu_array": {
      const nodeSize = perCpu ? stride * cpus : stride;
      const nodes = take(nodeSize * maxEntries, name);
      return { ...about, maxEntries, nodes, nodeSize, values: 0, buckets: 0, bucketCount: 1 };
    }
    case "stack_trace": {
      const bucketCount = powerOfTwo(maxEntries);
      const nodeSize = STACK.ADDRESSES + stride;
      const nodes = take(nodeSize * bucketCount, name);
      return { ...about, maxEntries, nodes, nodeSize, values: STACK.ADDRESSES, buckets: 0, bucketCount };
    }
    case "ringbuf":
    case "perf_event_array": {
      const size = kind === "ringbuf" && maxEntries > 0 ? powerOfTwo(maxEntries) : DEFAULT_RING;
      const nodes = take(size * 2 + RECORD.HEAD, name);
      return { ...about, maxEntries: size, nodes, nodeSize: 0, values: 0, buckets: 0, bucketCount: size };
    }
    default: {
      const bucketCount = powerOfTwo(maxEntries);
      const values = NODE.KEY + round(keySize, 8);
      const nodeSize = values + stride * (perCpu ? cpus : 1);
      const buckets = take(bucketCount * 4, name);
      return { ...about, maxEntries, nodes: take(nodeSize * maxEntries, name), nodeSize, values, buckets, bucketCount };
    }
  }
}

/** Writes the heads; what they hold is all zeros. */
export function writeHeads(maps: readonly PlacedMap[], view: DataView): void {
  for (const map of maps) {
    const word = (offset: number, value: number): void => view.setUint32(map.head + offset, value, true);
    word(MAP.MAGIC, MAP_MAGIC);
    word(MAP.TYPE, NUMBERS.get(map.kind) ?? 0);
    word(MAP.KEY_SIZE, map.keySize);
    word(MAP.VALUE_SIZE, map.valueSize);
    word(MAP.MAX_ENTRIES, map.maxEntries);
    word(MAP.STRIDE, map.stride);
    word(MAP.NODE_SIZE, map.nodeSize);
    word(MAP.BUCKETS, map.buckets);
    word(MAP.MASK, map.bucketCount - 1);
    word(MAP.NODES, map.nodes);
    word(MAP.VALUES, map.values);
    word(MAP.PER_CPU, map.perCpu ? 1 : 0);
  }
}
