/**
 * Sorted name tables: functions, tracepoints, constants.
 *
 * Names stand in code-unit order, front-coded in blocks: lengths of what a name shares with the one before, lengths of
 * the rest, then all rests as one text. Block 0 is the index: the first name of every following block. An item's rank
 * is its place in the table; other columns of the same table are laid out by rank.
 */
import type { NewSection, Section } from "./container.ts";
import { literalPrefix, matcher } from "./glob.ts";
import { lazy, lazyList } from "./lazy.ts";
import { SnapshotError } from "./snapshot.ts";
import { readTexts, writeTexts } from "./texts.ts";
import { type BlockReader, BlockWriter } from "./varint.ts";

export type NameTable = {
  readonly count: number;
  /** Rank of the first item of that name. */
  rank(name: string): number | undefined;
  name(rank: number): string;
  /** Ranks and names that match a pattern, in order. */
  match(pattern: string): readonly { readonly rank: number; readonly name: string }[];
  all(): readonly string[];
};

/** Code-unit order: the same on every machine, whatever its locale. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `names` sorted by compareNames; equal names may repeat. */
export function writeNames(
  key: { readonly name: string; readonly owner: string },
  names: readonly string[],
  perBlock: number,
): NewSection {
  const firsts: string[] = [];
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < names.length; start += perBlock) {
    firsts.push(names[start] ?? "");
    blocks.push(writeBlock(names.slice(start, start + perBlock)));
  }
  return { ...key, count: names.length, perBlock, blocks: [writeTexts(firsts), ...blocks] };
}

function writeBlock(names: readonly string[]): Uint8Array {
  const shared = new BlockWriter();
  const rests = new BlockWriter();
  let text = "";
  let last = "";
  for (const name of names) {
    let same = 0;
    while (same < last.length && last[same] === name[same]) same++;
    shared.uint(same);
    rests.uint(name.length - same);
    text += name.slice(same);
    last = name;
  }
  return new BlockWriter().nested(shared).nested(rests).text(text).finish();
}

export function openNames(section: Section | undefined): NameTable {
  if (!section || section.count === 0) {
    return { count: 0, rank: () => undefined, name: () => "", match: () => [], all: () => [] };
  }
  const { count, perBlock } = section;
  const blockCount = Math.ceil(count / perBlock);
  if (perBlock < 1 || section.blockCount !== blockCount + 1) {
    throw new SnapshotError(`the snapshot is damaged: ${section.name} has ${section.blockCount} blocks`);
  }
  const sizeOf = (index: number): number => Math.min(perBlock, count - index * perBlock);
  const namesOf = lazyList((index) => readBlock(section.block(index + 1), sizeOf(index)));
  const firstNames = lazy(() => readTexts(section.block(0)));
  /** First block that may hold the name: the one before the first that starts at it or later. */
  const blockOf = (name: string): number => {
    const firsts = firstNames();
    let low = 0;
    let high = firsts.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (firsts.get(middle) < name) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  };
  return {
    count,
    rank(name) {
      for (let index = blockOf(name); index < blockCount; index++) {
        const place = search(section.block(index + 1), sizeOf(index), name);
        if (place !== "above") return place === undefined ? undefined : index * perBlock + place;
      }
      return undefined;
    },
    name(rank) {
      const name = namesOf(Math.floor(rank / perBlock))[rank % perBlock];
      if (name === undefined) throw new SnapshotError(`the snapshot is damaged: ${section.name} has no item ${rank}`);
      return name;
    },
    match(pattern) {
      const matches = matcher(pattern);
      const prefix = literalPrefix(pattern);
      const found: { rank: number; name: string }[] = [];
      for (let index = blockOf(prefix); index < blockCount; index++) {
        for (const [place, name] of namesOf(index).entries()) {
          if (matches(name)) found.push({ rank: index * perBlock + place, name });
          else if (name > prefix && !name.startsWith(prefix)) return found;
        }
      }
      return found;
    },
    all: lazy(() => Array.from({ length: blockCount }, (_, index) => namesOf(index)).flat()),
  };
}

/**
 * Place of a name in its block, without building the others; undefined: it would stand here but does not, "above": it
 * comes after the whole block. `same` is how much the last name, which is below the wanted one, shares with it: a name
 * that shares more than that with the last is below too, one that shares less is above.
 */
function search(from: BlockReader, count: number, wanted: string): number | undefined | "above" {
  const shared = from.nested("shared lengths");
  const rests = from.nested("rest lengths");
  const text = from.text();
  let same = 0;
  let at = 0;
  for (let place = 0; place < count; place++) {
    const begin = shared.uint();
    const end = at + rests.uint();
    if (begin < same) return undefined;
    if (begin === same) {
      while (at < end && same < wanted.length && text[at] === wanted[same]) {
        at++;
        same++;
      }
      if (at === end && same === wanted.length) return place;
      if (same === wanted.length || (at < end && (text[at] ?? "") > (wanted[same] ?? ""))) return undefined;
    }
    at = end;
  }
  return "above";
}

function readBlock(from: BlockReader, count: number): readonly string[] {
  const shared = from.nested("shared lengths");
  const rests = from.nested("rest lengths");
  const text = from.text();
  const names: string[] = [];
  let at = 0;
  let last = "";
  for (let place = 0; place < count; place++) {
    const same = shared.uint();
    const end = at + rests.uint();
    last = last.slice(0, same) + text.slice(at, end);
    names.push(last);
    at = end;
  }
  return names;
}
