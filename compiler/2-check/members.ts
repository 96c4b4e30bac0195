/** Struct members by name: through anonymous members, into nested ones, of the kernel's or the script's structs. */
import { findBtfMember, fromBtf, resolve } from "../types/from-btf.ts";
import { sizeOf } from "../types/layout.ts";
import type { AddressSpace, ScriptField, StructType, Type } from "../types/type.ts";
import type { MemberPath } from "./typed.ts";

type Found = {
  readonly indices: readonly number[];
  readonly bitOffset: number;
  readonly bitSize: number;
  readonly type: Type;
  readonly tags: readonly string[];
};

function findMember(struct: StructType, name: string, space: AddressSpace): Found | undefined {
  const { origin } = struct;
  switch (origin.kind) {
    case "kernel":
    case "binary": {
      const found = findBtfMember(origin.btf, origin.id, name);
      if (found === undefined) return undefined;
      const type = fromBtf(origin, found.member.type, space);
      const pointer = resolve(origin.btf, found.member.type).type;
      const tags = pointer.kind === "ptr" ? resolve(origin.btf, pointer.type).tags : [];
      return { indices: found.indices, bitOffset: found.bitOffset, bitSize: found.member.bitSize, type, tags };
    }
    case "script":
      return findScriptMember(origin.fields, name, space);
    case "opaque":
      return undefined;
  }
}

function findScriptMember(fields: readonly ScriptField[], name: string, space: AddressSpace): Found | undefined {
  for (const [index, field] of fields.entries()) {
    if (field.name === name)
      return {
        indices: [index],
        bitOffset: field.bitOffset,
        bitSize: field.bitSize,
        type: placed(field.type, space),
        tags: [],
      };
  }
  for (const [index, field] of fields.entries()) {
    if (field.name !== "" || field.type.kind !== "struct") continue;
    const inner = findMember(field.type, name, space);
    if (inner !== undefined)
      return { ...inner, indices: [index, ...inner.indices], bitOffset: field.bitOffset + inner.bitOffset };
  }
  return undefined;
}

/** A script's own struct says nothing of address spaces: its pointers point where it was read from. */
function placed(type: Type, space: AddressSpace): Type {
  return type.kind === "pointer" ? { kind: "pointer", to: placed(type.to, space), space } : type;
}

/** Names of a struct's members, anonymous ones looked into: for did-you-mean and `print(args)`. */
export function memberNames(struct: StructType): readonly string[] {
  const { origin } = struct;
  if (origin.kind === "opaque") return [];
  if (origin.kind === "script") {
    return origin.fields.flatMap((field) =>
      field.name !== "" ? [field.name] : field.type.kind === "struct" ? memberNames(field.type) : [],
    );
  }
  const type = origin.btf.type(origin.id);
  if (type.kind !== "struct" && type.kind !== "union") return [];
  return type.members.flatMap((member) => {
    if (member.name !== "") return [member.name];
    const inner = fromBtf(origin, member.type);
    return inner.kind === "struct" ? memberNames(inner) : [];
  });
}

export type Member = { readonly path: MemberPath; readonly tags: readonly string[] };

/** The path to a member of `struct`, or behind `base`, a path that ends in a struct. Undefined: no such member. */
export function memberPath(
  struct: StructType,
  name: string,
  space: AddressSpace,
  base?: MemberPath,
): Member | undefined {
  const found = findMember(struct, name, space);
  if (found === undefined) return undefined;
  const bits = (base === undefined ? 0 : base.offset * 8) + found.bitOffset;
  const steps = found.indices.map((index) => ({ kind: "member" as const, index }));
  return {
    tags: found.tags,
    path: {
      root: base?.root ?? struct,
      steps: [...(base?.steps ?? []), ...steps],
      text: base === undefined ? name : `${base.text}.${name}`,
      offset: Math.floor(bits / 8),
      bitSize: found.bitSize,
      bitOffset: found.bitSize === 0 ? 0 : bits % 8,
      type: found.type,
    },
  };
}

/** The path to element `index` of the array that `base` ends in. */
export function elementPath(base: MemberPath, element: Type, index: number): MemberPath {
  return {
    ...base,
    steps: [...base.steps, { kind: "index", index }],
    text: `${base.text}[${index}]`,
    offset: base.offset + index * sizeOf(element),
    type: element,
  };
}
