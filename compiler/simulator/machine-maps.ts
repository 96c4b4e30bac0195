/** Maps as the host sees them: entries, lookups, changes. Keys and values go through linear memory. */
import { MAP, NODE, STACK } from "./layout.ts";
import type { MachineEntry, MachineMap } from "./machine.ts";
import type { PlacedMap } from "./map-layout.ts";
import type { RuntimeExports, WasmMemory } from "./runtime.ts";

export type MapHost = {
  readonly memory: WasmMemory;
  readonly runtime: RuntimeExports;
  readonly cpus: number;
  /** Room for a key. */
  readonly keyRoom: number;
};

export function machineMap(host: MapHost, map: PlacedMap): MachineMap {
  const { name, kind, keySize, valueSize, maxEntries } = map;
  const face = faceOf(host, map);
  const about = { name, kind, keySize, valueSize, maxEntries };
  return Object.defineProperty({ ...about, ...face }, "size", { enumerable: true, get: () => face.size });
}

function faceOf(host: MapHost, map: PlacedMap): Face {
  switch (map.kind) {
    case "array":
    case "percpu_array":
      return arrayFace(host, map);
    case "stack_trace":
      return stackFace(host, map);
    case "ringbuf":
    case "perf_event_array":
      return NO_ENTRIES;
    default:
      return hashFace(host, map);
  }
}

type Face = Pick<MachineMap, "size" | "entries" | "lookup" | "update" | "delete" | "clear">;

const NO_ENTRIES: Face = {
  size: 0,
  entries: () => [],
  lookup: () => undefined,
  update: () => false,
  delete: () => false,
  clear: () => {},
};

const bytesOf = (host: MapHost, at: number, size: number): Uint8Array =>
  new Uint8Array(host.memory.buffer).slice(at, at + size);
const viewOf = (host: MapHost): DataView => new DataView(host.memory.buffer);

function readValues(host: MapHost, map: PlacedMap, node: number): Uint8Array[] {
  return Array.from({ length: map.perCpu ? host.cpus : 1 }, (_, cpu) =>
    bytesOf(host, node + map.values + cpu * map.stride, map.valueSize),
  );
}

function writeValues(host: MapHost, map: PlacedMap, node: number, values: readonly Uint8Array[]): void {
  const memory = new Uint8Array(host.memory.buffer);
  for (let cpu = 0; cpu < (map.perCpu ? host.cpus : 1); cpu++) {
    const value = values.length === 1 ? values[0] : values[cpu];
    if (value === undefined || value.length !== map.valueSize)
      throw new RangeError(`a value of map ${map.name} has ${map.valueSize} bytes, one per processor or one for all`);
    memory.set(value, node + map.values + cpu * map.stride);
  }
}

/** Puts a key where the runtime can read it. */
function putKey(host: MapHost, map: PlacedMap, key: Uint8Array): number {
  if (key.length !== map.keySize)
    throw new RangeError(`a key of map ${map.name} has ${map.keySize} bytes, not ${key.length}`);
  new Uint8Array(host.memory.buffer).set(key, host.keyRoom);
  return host.keyRoom;
}

function hashFace(host: MapHost, map: PlacedMap): Face {
  const { runtime } = host;
  return {
    get size() {
      return viewOf(host).getUint32(map.head + MAP.COUNT, true);
    },
    *entries() {
      for (let index = 0; ; ) {
        const node = runtime.hashNext(map.head, index) >>> 0;
        if (node === 0) return;
        index = (node - map.nodes) / map.nodeSize + 1;
        yield { key: bytesOf(host, node + NODE.KEY, map.keySize), values: readValues(host, map, node) };
      }
    },
    lookup(key) {
      const node = runtime.hashFind(map.head, putKey(host, map, key)) >>> 0;
      return node === 0 ? undefined : readValues(host, map, node);
    },
    update(key, values) {
      const at = putKey(host, map, key);
      const node = runtime.hashFind(map.head, at) >>> 0 || runtime.hashInsert(map.head, at) >>> 0;
      if (node === 0) return false;
      writeValues(host, map, node, values);
      return true;
    },
    delete: (key) => runtime.hashDelete(map.head, putKey(host, map, key)) !== 0,
    clear() {
      new Uint8Array(host.memory.buffer).fill(0, map.buckets, map.buckets + map.bucketCount * 4);
      for (const word of [MAP.COUNT, MAP.FREE, MAP.USED, MAP.NEWEST, MAP.OLDEST])
        viewOf(host).setUint32(map.head + word, 0, true);
    },
  };
}

function indexOf(map: PlacedMap, key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(0, true) < map.maxEntries
    ? new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(0, true)
    : -1;
}
function indexKey(index: number): Uint8Array {
  const key = new Uint8Array(4);
  new DataView(key.buffer).setUint32(0, index, true);
  return key;
}

function arrayFace(host: MapHost, map: PlacedMap): Face {
  const elementAt = (index: number): number => map.nodes + index * map.nodeSize;
  return {
    size: map.maxEntries,
    *entries(): Iterable<MachineEntry> {
      for (let index = 0; index < map.maxEntries; index++)
        yield { key: indexKey(index), values: readValues(host, map, elementAt(index)) };
    },
    lookup(key) {
      const index = indexOf(map, key);
      return index < 0 ? undefined : readValues(host, map, elementAt(index));
    },
    update(key, values) {
      const index = indexOf(map, key);
      if (index < 0) return false;
      writeValues(host, map, elementAt(index), values);
      return true;
    },
    delete: () => false,
    clear: () => {
      new Uint8Array(host.memory.buffer).fill(0, map.nodes, map.nodes + map.nodeSize * map.maxEntries);
    },
  };
}

function stackFace(host: MapHost, map: PlacedMap): Face {
  const slotAt = (id: number): number => map.nodes + id * map.nodeSize;
  const depthOf = (id: number): number => viewOf(host).getUint32(slotAt(id) + STACK.DEPTH, true);
  const value = (id: number): Uint8Array[] => [bytesOf(host, slotAt(id) + STACK.ADDRESSES, map.valueSize)];
  const idOf = (key: Uint8Array): number => {
    const id = new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(0, true);
    return id < map.bucketCount && depthOf(id) > 0 ? id : -1;
  };
  return {
    get size() {
      return viewOf(host).getUint32(map.head + MAP.COUNT, true);
    },
    *entries(): Iterable<MachineEntry> {
      for (let id = 0; id < map.bucketCount; id++) if (depthOf(id) > 0) yield { key: indexKey(id), values: value(id) };
    },
    lookup(key) {
      const id = idOf(key);
      return id < 0 ? undefined : value(id);
    },
    update: () => false,
    delete(key) {
      const id = idOf(key);
      if (id < 0) return false;
      const view = viewOf(host);
      view.setUint32(slotAt(id) + STACK.DEPTH, 0, true);
      view.setUint32(map.head + MAP.COUNT, view.getUint32(map.head + MAP.COUNT, true) - 1, true);
      return true;
    },
    clear() {
      new Uint8Array(host.memory.buffer).fill(0, map.nodes, map.nodes + map.nodeSize * map.bucketCount);
      viewOf(host).setUint32(map.head + MAP.COUNT, 0, true);
    },
  };
}

/** Whether programs' records go there. */
export function isBuffer(map: PlacedMap): boolean {
  return map.kind === "ringbuf" || map.kind === "perf_event_array";
}
