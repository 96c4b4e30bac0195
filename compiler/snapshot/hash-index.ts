/**
 * Which blocks may hold a name: hashes of (kind, name) in ascending order beside block numbers.
 *
 * A bucket is the part of the hash space that one index block covers, so a lookup unpacks exactly one. Hashes collide;
 * the caller looks into each block it is given.
 */
import type { NewSection, Section } from "./container.ts";
import { hashBits, nameHash } from "./type-columns.ts";
import { BlockWriter } from "./varint.ts";

const perBucket = 4096;

export function writeHashIndex(
  key: { readonly name: string; readonly owner: string },
  items: Iterable<{ readonly kind: string; readonly name: string; readonly block: number }>,
): NewSection {
  // The same hash in the same block is one entry; keys keep hash, then block, in order.
  const keys = new Set<number>();
  for (const item of items) keys.add(nameHash(item.kind, item.name) * 65536 + item.block);
  const sorted = [...keys].sort((a, b) => a - b);
  const buckets = Math.max(1, Math.ceil(sorted.length / perBucket));
  const blocks = Array.from({ length: buckets }, (_, bucket) => {
    const entries = sorted.filter((entry) => bucketOf(Math.floor(entry / 65536), buckets) === bucket);
    const out = new BlockWriter().uint(entries.length);
    let last = 0;
    for (const entry of entries) {
      const hash = Math.floor(entry / 65536);
      out.uint(hash - last);
      last = hash;
    }
    for (const entry of entries) out.byte(entry & 0xff);
    for (const entry of entries) out.byte((entry >>> 8) & 0xff);
    return out.finish();
  });
  return { ...key, count: sorted.length, perBlock: 0, blocks };
}

/** Numbers of the blocks that may hold the name, ascending. */
export function lookUpHash(section: Section | undefined, kind: string, name: string): readonly number[] {
  if (!section) return [];
  const wanted = nameHash(kind, name);
  const from = section.block(bucketOf(wanted, section.blockCount));
  const count = from.count();
  let hash = 0;
  let first = -1;
  let last = -1;
  for (let index = 0; index < count; index++) {
    hash += from.uint();
    if (hash !== wanted) continue;
    if (first === -1) first = index;
    last = index;
  }
  if (first === -1) return [];
  const low = from.take(count);
  const high = from.take(count);
  return Array.from(
    { length: last - first + 1 },
    (_, index) => (low[first + index] ?? 0) + 256 * (high[first + index] ?? 0),
  );
}

function bucketOf(hash: number, buckets: number): number {
  return Math.floor((hash * buckets) / 2 ** hashBits);
}
