/** How much kernel memory a map will take, about: kernel/bpf/{arraymap,hashtab,ringbuf,stackmap}.c. */
import { mapKindName } from "./profiles/maps.ts";
import type { VerifierMap } from "./program.ts";

export type MapMemory = {
  readonly name: string;
  readonly type: string;
  readonly maxEntries: number;
  /** Bytes when every entry exists, for the number of CPUs asked. */
  readonly bytes: number;
};

/** struct htab_elem and its list nodes. */
const HASH_ENTRY = 48;
const BUCKET = 16;
const PAGE = 4096;
const MAP_HEAD = 320;
const round = (n: number, to: number): number => Math.ceil(n / to) * to;
const powerOfTwo = (n: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, n)));

export function mapMemory(map: VerifierMap, cpus: number): MapMemory {
  return { name: map.name, type: mapKindName(map.type), maxEntries: map.maxEntries, bytes: bytesOf(map, cpus) };
}

function bytesOf({ type, keySize, valueSize, maxEntries }: VerifierMap, cpus: number): number {
  const value = round(valueSize, 8);
  const key = round(keySize, 8);
  switch (mapKindName(type)) {
    case "array":
      return MAP_HEAD + round(value * maxEntries, 8);
    case "percpu_array":
      return MAP_HEAD + maxEntries * (8 + value * cpus);
    case "hash":
    case "lru_hash":
      return MAP_HEAD + powerOfTwo(maxEntries) * BUCKET + maxEntries * (HASH_ENTRY + key + value);
    case "percpu_hash":
    case "lru_percpu_hash":
      return MAP_HEAD + powerOfTwo(maxEntries) * BUCKET + maxEntries * (HASH_ENTRY + key + 8 + value * cpus);
    case "ringbuf":
      return MAP_HEAD + maxEntries + 3 * PAGE;
    case "stack_trace":
      return MAP_HEAD + powerOfTwo(maxEntries) * 8 + maxEntries * (24 + value);
    case "perf_event_array":
      return MAP_HEAD + 8 * Math.max(maxEntries, cpus);
    default:
      return MAP_HEAD + maxEntries * (key + value + HASH_ENTRY);
  }
}
