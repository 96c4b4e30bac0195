/**
 * Reads types out of their packed blocks: a `Btf` that unpacks a block when one of its types is asked for.
 *
 * What a block holds is read by type-block.ts; here, ids, names and enumerators find their block.
 */
import type { Btf, NamedKind, TypeId } from "../btf/types.ts";
import type { Container, Section } from "./container.ts";
import { lookUpHash } from "./hash-index.ts";
import { lazy, lazyList } from "./lazy.ts";
import { SnapshotError } from "./snapshot.ts";
import { readTexts, type Texts } from "./texts.ts";
import { TypeBlock } from "./type-block.ts";

/** The function table's part of a Btf. */
export type FunctionNames = {
  idOf(name: string): TypeId | undefined;
  nameOf(id: TypeId): string;
};
export type PackedBtf = Btf & {
  /** Types of this blob alone, in id order: `firstId` to `count` - 1. */
  readonly firstId: number;
  /** Names of all types of these kinds, unpacking everything: for listings and suggestions. */
  names(
    kinds: readonly NamedKind[],
  ): readonly { readonly kind: NamedKind; readonly name: string; readonly id: TypeId }[];
};

/** What a block needs of its section. */
export type TypeContext = {
  readonly hot: readonly number[];
  readonly shared: Texts;
  /** Types in all, base included. */
  readonly count: number;
  readonly functions: FunctionNames;
};

/** @throws SnapshotError where the sections do not fit each other */
export function openTypes(
  file: Container,
  owner: string,
  base: PackedBtf | undefined,
  functions: FunctionNames,
): PackedBtf {
  const section = file.section("types", owner);
  if (!section || section.perBlock < 1 || section.blockCount !== Math.ceil(section.count / section.perBlock)) {
    throw new SnapshotError(`the snapshot is damaged: it lacks the types of ${owner || "vmlinux"}`);
  }
  const firstId = base?.count ?? 0;
  const count = firstId + section.count;
  const context = lazy(
    (): TypeContext => ({
      hot: readHot(file.section("hot-types", owner)),
      shared: openShared(file.section("shared-names", owner)),
      count,
      functions,
    }),
  );
  const block = lazyList((index) => {
    const start = index * section.perBlock;
    const size = Math.min(section.perBlock, section.count - start);
    return new TypeBlock(section.block(index), firstId + start, size, context());
  });
  const find = (kind: NamedKind, name: string): TypeId | undefined => {
    if (kind === "func") return functions.idOf(name) ?? base?.find(kind, name);
    // Module types come after the base's, so the base has the first.
    const inBase = base?.find(kind, name);
    if (inBase !== undefined) return inBase;
    for (const index of lookUpHash(file.section("type-index", owner), kind, name)) {
      const id = block(index).find(kind, name);
      if (id !== undefined) return id;
    }
    return undefined;
  };
  return {
    count,
    firstId,
    pointerSize: 8,
    find,
    type(id) {
      if (base && id < firstId) return base.type(id);
      if (!Number.isInteger(id) || id < 0 || id >= count)
        throw new RangeError(`no type ${id}: the kernel has ${count}`);
      return block(Math.floor((id - firstId) / section.perBlock)).type(id);
    },
    findEnumerator(name) {
      const inBase = base?.findEnumerator(name);
      if (inBase) return inBase;
      for (const index of lookUpHash(file.section("enumerator-index", owner), "", name)) {
        const found = block(index).findEnumerator(name);
        if (found) return found;
      }
      return undefined;
    },
    names: (wanted) => Array.from({ length: section.blockCount }, (_, index) => block(index).names(wanted)).flat(),
  };
}

function readHot(section: Section | undefined): readonly number[] {
  const from = section?.block(0);
  return from ? Array.from({ length: section?.count ?? 0 }, () => from.uint()) : [];
}

function openShared(section: Section | undefined): Texts {
  if (!section || section.count === 0) return { count: 0, get: () => "" };
  const block = lazyList((index) => readTexts(section.block(index)));
  return {
    count: section.count,
    get(place) {
      return block(Math.floor(place / section.perBlock)).get(place % section.perBlock);
    },
  };
}
