/**
 * The functions of vmlinux or of a module: names with what is known of each, by rank in the sorted name table.
 *
 * "functions" holds the names of all FUNC types and of all traceable functions; "function-facts" per rank a byte of
 * flags and the FUNC's id. A name that several FUNCs bear stands once for each, lowest id first.
 */
import type { TypeId } from "../btf/types.ts";
import { branded } from "../util/brand.ts";
import type { Container, NewSection } from "./container.ts";
import { lazy, lazyList } from "./lazy.ts";
import { compareNames, type NameTable, openNames, writeNames } from "./names.ts";
import type { FunctionNames } from "./read-types.ts";
import { SnapshotError } from "./snapshot.ts";
import { BlockWriter } from "./varint.ts";

const namesPerBlock = 512;
const factsPerBlock = 1024;

export type FunctionTable = FunctionNames & {
  readonly table: NameTable;
  isTraceable(rank: number): boolean;
};

export function writeFunctions(
  types: readonly { readonly name: string; readonly id: number }[],
  traceable: ReadonlySet<string>,
  owner: string,
): readonly NewSection[] {
  const typed = new Set(types.map((type) => type.name));
  const entries = [...types, ...[...traceable].filter((name) => !typed.has(name)).map((name) => ({ name, id: 0 }))];
  entries.sort((a, b) => compareNames(a.name, b.name) || a.id - b.id);
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < entries.length; start += factsPerBlock) {
    const flags = new BlockWriter();
    const ids = new BlockWriter();
    let last = 0;
    for (const { name, id } of entries.slice(start, start + factsPerBlock)) {
      flags.byte(traceable.has(name) ? 1 : 0);
      if (id === 0) ids.uint(0);
      else {
        // 0 is "no type"; others are one more than the zigzag step from the type before.
        ids.uint(1 + (id >= last ? 2 * (id - last) : 2 * (last - id) - 1));
        last = id;
      }
    }
    blocks.push(flags.raw(ids.finish()).finish());
  }
  const names = entries.map((entry) => entry.name);
  return [
    writeNames({ name: "functions", owner }, names, namesPerBlock),
    { name: "function-facts", owner, count: names.length, perBlock: factsPerBlock, blocks },
  ];
}

type Facts = { readonly traceable: Uint8Array; readonly ids: Uint32Array };

export function openFunctions(file: Container, owner: string): FunctionTable {
  const table = openNames(file.section("functions", owner));
  const section = file.section("function-facts", owner);
  const names = new Map<number, string>();
  const readFacts = lazyList((index): Facts => {
    if (!section || section.perBlock !== factsPerBlock)
      throw new SnapshotError("the snapshot is damaged: its functions have no facts");
    const from = section.block(index);
    const count = Math.min(factsPerBlock, section.count - index * factsPerBlock);
    const traceable = from.take(count);
    const ids = new Uint32Array(count);
    let last = 0;
    for (let place = 0; place < count; place++) {
      const code = from.uint();
      if (code === 0) continue;
      last += code % 2 === 1 ? (code - 1) / 2 : -code / 2;
      ids[place] = last;
    }
    return { traceable, ids };
  });
  const facts = (rank: number): Facts => readFacts(Math.floor(rank / factsPerBlock));
  /** Ranks by type id: unpacks all facts, not the names. */
  const ranks = lazy((): ReadonlyMap<number, number> => {
    const inverse = new Map<number, number>();
    for (let rank = 0; rank < table.count; rank++) {
      const id = facts(rank).ids[rank % factsPerBlock] ?? 0;
      if (id !== 0) inverse.set(id, rank);
    }
    return inverse;
  });
  return {
    table,
    isTraceable: (rank) => facts(rank).traceable[rank % factsPerBlock] === 1,
    idOf(name) {
      const rank = table.rank(name);
      const id = rank === undefined ? 0 : (facts(rank).ids[rank % factsPerBlock] ?? 0);
      if (id === 0) return undefined;
      // Whoever looks a function up asks for its type next: spare that the inverse.
      names.set(id, name);
      return branded<TypeId>(id);
    },
    nameOf(id) {
      const known = names.get(id);
      if (known !== undefined) return known;
      const rank = ranks().get(id);
      if (rank === undefined) throw new SnapshotError(`the snapshot is damaged: function type ${id} has no name`);
      return table.name(rank);
    },
  };
}
