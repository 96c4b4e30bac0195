/**
 * Maps that a kernel refuses to create, and those that take more memory than one expects: map_alloc_check and map_alloc of
 * kernel/bpf/{hashtab,arraymap,stackmap}.c.
 */
import { bytesText } from "./bytes-text.ts";
import type { MapMemory } from "./map-memory.ts";
import { MAP_KINDS } from "./profiles/maps.ts";
import { isSince, type KernelProfile } from "./profiles/profile.ts";
import type { VerifierMap } from "./program.ts";

export type MapIssue =
  | { readonly kind: "kind"; readonly map: string; readonly type: string; readonly first: string }
  | { readonly kind: "limit"; readonly map: string; readonly what: string; readonly limit: string }
  | {
      readonly kind: "memory";
      readonly map: string;
      readonly bytes: string;
      readonly cpus: number;
      readonly entries: number;
    };

/** PCPU_MIN_UNIT_SIZE: the most that one CPU's part of a value may have. */
const PER_CPU_VALUE = 32 << 10;
/** KMALLOC_MAX_SIZE less struct htab_elem. */
const ELEMENT = (4 << 20) - 64;
/** Buckets are counted in 32 bits times their 16 bytes: roundup_pow_of_two(max_entries) must stay below 2^28. */
const HASH_ENTRIES = 2 ** 27;
/** kernel.perf_event_max_stack as it is unless told otherwise. */
const STACK_DEPTH = 127;
/** Above this a map's memory is worth a word. */
const WORTH_SAYING = 256 << 20;

/** @param name as the script has it */
export function mapIssue(
  map: VerifierMap,
  name: string,
  memory: MapMemory,
  cpus: number,
  profile: KernelProfile,
): MapIssue | undefined {
  const kind = MAP_KINDS.find(({ number }) => number === map.type);
  if (kind === undefined) return undefined; // programs that use it get no verdict
  if (!isSince(profile, kind.since)) return { kind: "kind", map: name, type: kind.name, first: kind.since };
  const limit = (what: string, most: string): MapIssue => ({ kind: "limit", map: name, what, limit: most });
  const { keySize, valueSize, maxEntries } = map;
  const perCpu = kind.name.includes("percpu");
  if (perCpu && Math.ceil(valueSize / 8) * 8 > PER_CPU_VALUE)
    return limit(`a value has ${valueSize} bytes per CPU`, `${PER_CPU_VALUE} bytes`);
  if (kind.name.includes("hash") && kind.name !== "hash_of_maps") {
    if (!perCpu && keySize + valueSize >= ELEMENT)
      return limit(`a key and its value have ${keySize + valueSize} bytes`, `${ELEMENT} bytes`);
    if (maxEntries > HASH_ENTRIES) return limit(`it has ${maxEntries} entries`, `${HASH_ENTRIES} entries`);
  }
  if (kind.name === "stack_trace" && (map.flags & 32) === 0 && valueSize > STACK_DEPTH * 8)
    return limit(`a stack has ${valueSize / 8} frames`, `${STACK_DEPTH} frames (kernel.perf_event_max_stack)`);
  return memory.bytes >= WORTH_SAYING
    ? { kind: "memory", map: name, bytes: bytesText(memory.bytes), cpus, entries: maxEntries }
    : undefined;
}
