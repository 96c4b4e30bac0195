/** What BTF types take of an event's values, and how messages call both. */
import { type FoundMember, findMember, resolve } from "../btf/layout.ts";
import type { Btf, BtfType, TypeId } from "../btf/types.ts";
import { EventError, type EventValue } from "./event.ts";
import { ipv4Bytes, ipv6Bytes } from "./ip-address.ts";

/** A type in its BTF: a module's ids are not the kernel's. */
export type Typed = { readonly btf: Btf; readonly type: TypeId };

export type Fields = { readonly [field: string]: EventValue };

export function isFields(value: EventValue): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

const MAX_MODIFIERS = 48;

/** findMember, each member of a struct looked for once: structs of the kernel have hundreds. */
export function createMembers(): (typed: Typed, name: string) => FoundMember | undefined {
  const known = new Map<Btf, Map<TypeId, Map<string, FoundMember | undefined>>>();
  return ({ btf, type }, name) => {
    const types = known.get(btf) ?? new Map<TypeId, Map<string, FoundMember | undefined>>();
    known.set(btf, types);
    const members = types.get(type) ?? new Map<string, FoundMember | undefined>();
    types.set(type, members);
    if (!members.has(name)) members.set(name, findMember(btf, type, name));
    return members.get(name);
  };
}

/** Bytes from a struct's start to a member of members; undefined: the kernel has none. */
export function memberOffset(btf: Btf | undefined, struct: string, path: readonly string[]): number | undefined {
  let type: TypeId | undefined = btf?.find("struct", struct);
  let offset = 0;
  for (const name of path) {
    const found = btf === undefined || type === undefined ? undefined : findMember(btf, type, name);
    if (found === undefined) return undefined;
    offset += found.bitOffset / 8;
    type = found.type;
  }
  return offset;
}

/** What a pointer points to, under modifiers, and whether the kernel marks it as the process's (`__user`). */
export function pointee(typed: Typed): { readonly target: TypeId; readonly user: boolean } {
  const { btf } = typed;
  const type = btf.type(typed.type);
  let at: TypeId | undefined = type.kind === "ptr" ? type.type : undefined;
  let user = false;
  for (let steps = 0; at !== undefined && steps < MAX_MODIFIERS; steps++) {
    const next = btf.type(at);
    if (next.kind === "type_tag") user ||= next.name === "user";
    if (next.kind === "type_tag" || next.kind === "const" || next.kind === "volatile" || next.kind === "restrict")
      at = next.type;
    else if (next.kind === "typedef") at = next.type;
    else return { target: at, user };
  }
  throw new EventError("a pointer whose type is damaged");
}

/** char, signed or not: what strings are made of. */
export function isCharacter(type: BtfType): boolean {
  return type.kind === "int" && type.size === 1;
}

/** A single character for a char. */
export function character(type: BtfType, value: EventValue): number | undefined {
  return isCharacter(type) && typeof value === "string" && value.length === 1 ? value.charCodeAt(0) : undefined;
}

/** Network order: the kernel's __be16, __be32, __be64 are typedefs. */
export function isBigEndian(typed: Typed): boolean {
  let at = typed.type;
  for (let steps = 0; steps < MAX_MODIFIERS; steps++) {
    const type = typed.btf.type(at);
    if (type.kind === "typedef" && /^__be(16|32|64)$/.test(type.name)) return true;
    if (type.kind === "typedef" || type.kind === "const" || type.kind === "volatile") at = type.type;
    else return false;
  }
  return false;
}

/** Addresses as text where a struct holds one: in6_addr, in_addr. */
export function structText(type: BtfType, value: EventValue): Uint8Array | undefined {
  if (typeof value !== "string" || (type.kind !== "struct" && type.kind !== "union")) return undefined;
  if (type.name === "in6_addr") return ipv6Bytes(value);
  return type.name === "in_addr" ? ipv4Bytes(value) : undefined;
}

export function writeBits(view: DataView, bit: number, width: number, value: bigint): void {
  for (let i = 0; i < width; i++) {
    const at = Math.floor((bit + i) / 8);
    const mask = 1 << ((bit + i) % 8);
    const set = (value >> BigInt(i)) & 1n;
    view.setUint8(at, set === 1n ? view.getUint8(at) | mask : view.getUint8(at) & ~mask);
  }
}

/** "struct sock", "sock", or a typedef. */
export function namedType(btf: Btf, name: string, where: string): Typed {
  const [, kind, bare = name] = /^(struct|union)\s+(\S+)$/.exec(name.trim()) ?? [];
  const type =
    kind === "union"
      ? btf.find("union", bare)
      : (btf.find("struct", bare) ?? (kind === undefined ? btf.find("typedef", bare) : undefined));
  if (type === undefined) throw new EventError(`${where}: this kernel has no type '${name}'`);
  return { btf, type: resolve(btf, type) };
}

export function describe(value: EventValue): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return "a list";
  if (isFields(value)) return "a map of fields";
  return typeof value === "string" ? `'${value}'` : String(value);
}

export function describeType(type: BtfType): string {
  switch (type.kind) {
    case "struct":
    case "union":
      return type.name === "" ? `an anonymous ${type.kind}` : `${type.kind} ${type.name}`;
    case "enum":
    case "enum64":
      return type.name === "" ? "an enum" : `enum ${type.name}`;
    case "int":
      return type.name;
    case "func_proto":
      return "a function";
    case "fwd":
      return `struct ${type.name}, of which this kernel's types do not tell more`;
    default:
      return type.kind;
  }
}

export function fieldHint(type: BtfType): string | undefined {
  if (type.kind !== "struct" && type.kind !== "union") return undefined;
  const names = type.members.map((member) => member.name).filter((name) => name !== "");
  if (names.length === 0) return undefined;
  return `its fields are ${names.slice(0, 12).join(", ")}${names.length > 12 ? " …" : ""}`;
}
