/**
 * Map types: their numbers, the version that brought them, and which helpers take them.
 *
 * Kernel: check_map_func_compatibility in kernel/bpf/verifier.c.
 */
export type MapKind = {
  readonly name: string;
  readonly number: number;
  readonly since: string;
  /** plain: the general helpers; else only its own. */
  readonly helpers: "plain" | readonly number[];
  /** for_each_map_elem walks it, since that version. */
  readonly walkable: string | undefined;
};

function map(
  name: string,
  number: number,
  since: string,
  helpers: "plain" | readonly number[] = "plain",
  walkable?: string,
): MapKind {
  return { name, number, since, helpers, walkable };
}

const LOOKUP = 1;
export const MAP_KINDS: readonly MapKind[] = [
  map("hash", 1, "3.19", "plain", "5.13"),
  map("array", 2, "3.19", "plain", "5.13"),
  map("prog_array", 3, "4.2", [12]),
  map("perf_event_array", 4, "4.3", [22, 25, 55, 111, 121]),
  map("percpu_hash", 5, "4.6", "plain", "5.13"),
  map("percpu_array", 6, "4.6", "plain", "5.13"),
  map("stack_trace", 7, "4.6", [27]),
  map("cgroup_array", 8, "4.8", [34, 37]),
  map("lru_hash", 9, "4.10", "plain", "5.13"),
  map("lru_percpu_hash", 10, "4.10", "plain", "5.13"),
  map("lpm_trie", 11, "4.11"),
  map("array_of_maps", 12, "4.12", [LOOKUP]),
  map("hash_of_maps", 13, "4.12", [LOOKUP]),
  map("queue", 22, "4.20", [87, 88, 89]),
  map("stack", 23, "4.20", [87, 88, 89]),
  map("ringbuf", 27, "5.8", [130, 131, 132, 133, 134, 198, 199, 200]),
];

/** Helpers that take a plain map. */
const PLAIN = new Set([1, 2, 3]);

/** Bit n: maps of type n may be passed to the helper. */
export function mapMask(helper: number, since: (version: string) => boolean): bigint {
  let mask = 0n;
  for (const kind of MAP_KINDS) {
    const bit = 1n << BigInt(kind.number);
    if (kind.helpers !== "plain") {
      if (kind.helpers.includes(helper)) mask |= bit;
    } else if (PLAIN.has(helper)) {
      mask |= bit;
    } else if (helper === 164 && kind.walkable !== undefined && since(kind.walkable)) {
      mask |= bit;
    } else if (helper === 195 && (kind.number === 5 || kind.number === 6 || kind.number === 10)) {
      mask |= bit;
    }
  }
  return mask;
}
export function mapKindName(number: number): string {
  return MAP_KINDS.find((kind) => kind.number === number)?.name ?? `${number}`;
}
