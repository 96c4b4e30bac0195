/**
 * BTF types as types of the language: typedefs and qualifiers resolved, char arrays as text, `__user` pointers marked.
 * Structs stay references to BTF; their members are read one at a time.
 */
import type { Btf, BtfMember, BtfType, TypeId } from "../btf/types.ts";
import { unreachable } from "../util/assert.ts";
import type { AddressSpace, StructType, Type } from "./type.ts";

/** Whose types: the kernel's, or those of a traced binary's debug information in the same form. */
export type BtfSource = {
  readonly kind: "kernel" | "binary";
  readonly btf: Btf;
  readonly module: string | undefined;
};

const VOID: Type = { kind: "none" };

/** The type behind typedefs, qualifiers and tags; `user` and `percpu` tell what tags were passed. */
export function resolve(
  btf: Btf,
  id: TypeId,
): { readonly id: TypeId; readonly type: BtfType; readonly tags: readonly string[] } {
  const tags: string[] = [];
  let at = id;
  for (;;) {
    const type = btf.type(at);
    switch (type.kind) {
      case "type_tag":
        tags.push(type.name);
        at = type.type;
        break;
      case "typedef":
      case "volatile":
      case "const":
      case "restrict":
        at = type.type;
        break;
      default:
        return { id: at, type, tags };
    }
  }
}

/** The language's type of a BTF type. `space`: where pointers found in it point, unless a tag says otherwise. */
export function fromBtf(source: BtfSource, id: TypeId, space: AddressSpace = "kernel"): Type {
  const resolved = resolve(source.btf, id);
  const type = resolved.type;
  switch (type.kind) {
    case "void":
      return VOID;
    case "int":
      if (type.encoding === "bool") return { kind: "bool" };
      if (type.size === 1 || type.size === 2 || type.size === 4 || type.size === 8) {
        return { kind: "integer", size: type.size, signed: type.signed || isPlainChar(type) };
      }
      return { kind: "array", element: { kind: "integer", size: 1, signed: false }, length: type.size };
    case "ptr": {
      const tags = resolve(source.btf, type.type).tags;
      const own = tags.includes("user") ? "user" : space;
      return { kind: "pointer", to: fromBtf(source, type.type, own), space: own };
    }
    case "array": {
      const element = resolve(source.btf, type.type).type;
      if (type.length > 0 && isPlainChar(element)) return { kind: "string", size: type.length, exact: true };
      return { kind: "array", element: fromBtf(source, type.type, space), length: type.length };
    }
    case "struct":
    case "union":
      return structOf(source, resolved.id, type.kind, type.name, type.size);
    case "fwd":
      return forward(source, type.name, type.union ? "union" : "struct");
    case "enum":
    case "enum64":
      return { kind: "enum", name: type.name, size: enumSize(type.size), signed: type.signed, values: type.values };
    case "func_proto":
    case "func":
      return { kind: "opaque", name: "void()" };
    case "float":
      return { kind: "opaque", name: type.name };
    case "var":
    case "datasec":
    case "decl_tag":
    case "typedef":
    case "volatile":
    case "const":
    case "restrict":
    case "type_tag":
      return { kind: "opaque", name: type.kind };
    default:
      return unreachable(type);
  }
}

function enumSize(size: number): 1 | 2 | 4 | 8 {
  return size === 1 || size === 2 || size === 8 ? size : 4;
}

/** `char` itself, not `signed char` or `u8`: those arrays are numbers (L2.58). */
function isPlainChar(type: BtfType): boolean {
  return type.kind === "int" && type.size === 1 && (type.name === "char" || type.encoding === "char");
}

function structOf(source: BtfSource, id: TypeId, tag: "struct" | "union", name: string, size: number): StructType {
  return { kind: "struct", tag, name, size, origin: { kind: source.kind, btf: source.btf, id, module: source.module } };
}

/** A declaration: the definition of that name if this BTF has one. */
function forward(source: BtfSource, name: string, tag: "struct" | "union"): StructType {
  const id = source.btf.find(tag, name);
  const type = id === undefined ? undefined : source.btf.type(id);
  if (id !== undefined && type !== undefined && (type.kind === "struct" || type.kind === "union")) {
    return structOf(source, id, tag, name, type.size);
  }
  return { kind: "struct", tag, name, size: 0, origin: { kind: "opaque" } };
}

/** A struct, union or enum by tag and name, or undefined. */
export function findTagged(source: BtfSource, tag: "struct" | "union" | "enum", name: string): Type | undefined {
  const id = source.btf.find(tag, name);
  return id === undefined ? undefined : fromBtf(source, id);
}

/** A typedef or scalar by name ("uint64_t", "pid_t", "unsigned long"), or undefined. */
export function findNamed(source: BtfSource, name: string): Type | undefined {
  const id = source.btf.find("typedef", name) ?? source.btf.find("int", name);
  return id === undefined ? undefined : fromBtf(source, id);
}

export type FoundMember = {
  /** Member numbers from the outer struct inwards, anonymous ones included. */
  readonly indices: readonly number[];
  readonly member: BtfMember;
  /** From the outer struct. */
  readonly bitOffset: number;
};

/** A named member of a struct or union, looked for in anonymous members too. */
export function findBtfMember(btf: Btf, id: TypeId, name: string): FoundMember | undefined {
  const type = btf.type(id);
  if (type.kind !== "struct" && type.kind !== "union") return undefined;
  for (const [index, member] of type.members.entries()) {
    if (member.name === name) return { indices: [index], member, bitOffset: member.bitOffset };
  }
  for (const [index, member] of type.members.entries()) {
    if (member.name !== "") continue;
    const inner = findBtfMember(btf, resolve(btf, member.type).id, name);
    if (inner !== undefined) {
      return {
        indices: [index, ...inner.indices],
        member: inner.member,
        bitOffset: member.bitOffset + inner.bitOffset,
      };
    }
  }
  return undefined;
}
