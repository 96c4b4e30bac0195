/**
 * How a block of types is laid out: the one description that write-types.ts and read-types.ts share.
 *
 * A block holds `typesPerBlock` types in id order, as columns: values of one meaning stand together, so that DEFLATE
 * finds runs. Each type takes from each column as many values as its kind and length say. So that a reader need not go
 * through a whole block for one type, a block says for every group of `typesPerGroup` types where each column stands.
 *
 *     one byte per type: its kind
 *     per group but the first, per column and then per text: steps from the group before (bytes; UTF-16 units for texts)
 *     the columns, each with its length in bytes
 *     the texts, each with its length in bytes
 *
 * Type references: below `hot-types`' count an index into it (the most referred-to ids); above it a zigzag distance back
 * from the referring type. Names of members and parameters: 0 none, 1 the next of the block's own text, then the shared
 * names, most used first. Names of types and enumerators are always in the block's texts: find() looks for them there.
 */
import type { BtfType } from "../btf/types.ts";

export const typesPerBlock = 512;
export const typesPerGroup = 32;
export const sharedNamesPerBlock = 512;

/**
 * Column numbers. `count`: of members, parameters, enumerators, variables. `extra`: encodings, linkage, flags. `entry`
 * columns hold members and parameters, and variables of a datasec. `…Length`: of a name in the text of that family.
 */
export const column = {
  nameLength: 0,
  size: 1,
  count: 2,
  ref: 3,
  extra: 4,
  entryName: 5,
  entryLength: 6,
  entryRef: 7,
  entryOffset: 8,
  entrySize: 9,
  valueLength: 10,
  value: 11,
} as const;
export const columnCount = 12;
export const text = { name: 0, entry: 1, value: 2 } as const;
export const textCount = 3;

export const linkages = ["static", "global", "extern"] as const;
export const encodings = ["none", "char", "bool"] as const;

/** Kinds with a name of their own in the texts; that of a function is in the function table, which finds it too. */
export function isNamed(kind: BtfType["kind"]): boolean {
  switch (kind) {
    case "int":
    case "struct":
    case "union":
    case "enum":
    case "enum64":
    case "fwd":
    case "typedef":
    case "type_tag":
    case "var":
    case "datasec":
    case "float":
    case "decl_tag":
      return true;
    default:
      return false;
  }
}

/** A hash of kind and name, `hashBits` wide, for the indexes of named types and enumerators. */
export const hashBits = 20;
export function nameHash(kind: string, name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < kind.length; i++) hash = Math.imul(hash ^ kind.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ 0x100, 0x01000193);
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return (hash ^ (hash >>> 15)) >>> (32 - hashBits);
}
