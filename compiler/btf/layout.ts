/**
 * Sizes, alignments and members of BTF types. All bounded: damaged BTF (a struct inside itself, typedefs in a circle)
 * ends in a BtfError, not in a loop.
 */
import { unreachable } from "../util/assert.ts";
import { BtfError } from "./error.ts";
import type { Btf, BtfMember, BtfType, TypeId } from "./types.ts";

/** Deeper nesting than any kernel type has. */
const MAX_DEPTH = 128;

/** The type under typedefs, const, volatile, restrict and type tags. */
export function resolve(btf: Btf, id: TypeId): TypeId {
  let at = id;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = btf.type(at);
    switch (type.kind) {
      case "typedef":
      case "const":
      case "volatile":
      case "restrict":
      case "type_tag":
        at = type.type;
        break;
      default:
        return at;
    }
  }
  throw new BtfError(`type ${id}: modifiers in a circle`);
}

/** `btf.type` of the resolved type. */
export function resolveType(btf: Btf, id: TypeId): BtfType {
  return btf.type(resolve(btf, id));
}

/** Bytes that a value of the type takes; undefined for what has no size (void, functions, forward declarations). */
export function sizeOf(btf: Btf, id: TypeId): number | undefined {
  let count = 1;
  let at = id;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = resolveType(btf, at);
    switch (type.kind) {
      case "int":
      case "struct":
      case "union":
      case "enum":
      case "enum64":
      case "float":
      case "datasec":
        return type.size * count;
      case "ptr":
        return btf.pointerSize * count;
      case "array":
        count *= type.length;
        at = type.type;
        break;
      case "var":
        at = type.type;
        break;
      default:
        return undefined;
    }
  }
  throw new BtfError(`type ${id}: arrays nested too deep`);
}

/** Natural alignment in bytes; 1 for what has none. A packed struct's is 1. */
export function alignOf(btf: Btf, id: TypeId, depth = 0): number {
  if (depth > MAX_DEPTH) throw new BtfError(`type ${id}: nested too deep`);
  const type = resolveType(btf, id);
  switch (type.kind) {
    case "int":
    case "enum":
    case "enum64":
    case "float":
      return Math.min(type.size, btf.pointerSize) || 1;
    case "ptr":
      return btf.pointerSize;
    case "array":
    case "var":
      return alignOf(btf, type.type, depth + 1);
    case "struct":
    case "union": {
      let align = 1;
      for (const member of type.members) {
        const own = alignOf(btf, member.type, depth + 1);
        if (member.bitSize === 0 && member.bitOffset % (own * 8) !== 0) return 1; // a packed struct
        align = Math.max(align, own);
      }
      return type.size % align === 0 ? align : 1;
    }
    case "void":
    case "fwd":
    case "func":
    case "func_proto":
    case "datasec":
    case "decl_tag":
    case "typedef":
    case "const":
    case "volatile":
    case "restrict":
    case "type_tag":
      return 1;
    default:
      return unreachable(type);
  }
}

export type FoundMember = {
  readonly member: BtfMember;
  /** From the start of the struct asked, through anonymous members. */
  readonly bitOffset: number;
  /** 0: not a bit-field. */
  readonly bitSize: number;
  readonly type: TypeId;
  /** Member index per level: what follows the first 0 of a CO-RE access string. */
  readonly access: readonly number[];
};

/** A member by name, looked for in anonymous structs and unions too; undefined if there is none. */
export function findMember(btf: Btf, id: TypeId, name: string): FoundMember | undefined {
  return search(btf, id, name, 0, [], 0);
}

function search(
  btf: Btf,
  id: TypeId,
  name: string,
  base: number,
  path: readonly number[],
  depth: number,
): FoundMember | undefined {
  if (depth > MAX_DEPTH) throw new BtfError(`type ${id}: structs nested in themselves`);
  const type = resolveType(btf, id);
  if (type.kind !== "struct" && type.kind !== "union") return undefined;
  for (const [index, member] of type.members.entries()) {
    const access = [...path, index];
    const bitOffset = base + member.bitOffset;
    if (member.name === name && name !== "")
      return { member, bitOffset, bitSize: member.bitSize, type: member.type, access };
    if (member.name !== "") continue;
    const found = search(btf, member.type, name, bitOffset, access, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The types that a type refers to directly: the one switch that generic walks build on. */
export function children(type: BtfType): readonly TypeId[] {
  switch (type.kind) {
    case "void":
    case "int":
    case "enum":
    case "enum64":
    case "fwd":
    case "float":
      return [];
    case "ptr":
    case "typedef":
    case "volatile":
    case "const":
    case "restrict":
    case "type_tag":
    case "func":
    case "var":
    case "decl_tag":
      return [type.type];
    case "array":
      return [type.type, type.indexType];
    case "struct":
    case "union":
      return type.members.map((member) => member.type);
    case "func_proto":
      return [type.returns, ...type.params.map((param) => param.type)];
    case "datasec":
      return type.vars.map((variable) => variable.type);
    default:
      return unreachable(type);
  }
}
