/**
 * CO-RE relocations against a kernel's BTF: what libbpf would patch into an instruction on a host with those types.
 *
 * Source: libbpf src/relo_core.c. A type is looked for by name (without its ___flavour) in vmlinux only.
 */
import { findMember, resolve, resolveType, sizeOf } from "../btf/layout.ts";
import type { Btf, BtfMember, BtfType, TypeId } from "../btf/types.ts";
import { CORE_KINDS, type CoreKind } from "../ebpf/insn.ts";
import { branded } from "../util/brand.ts";

export type CoreRequest = {
  readonly kind: CoreKind;
  readonly type: TypeId;
  /** "0:1:2" */
  readonly access: string;
};
export type CoreAnswer =
  | {
      readonly kind: "value";
      readonly value: bigint;
      /** For byte offsets of plain members: bytes of the member here and there, to widen or narrow a load. */
      readonly sizes: { readonly local: number; readonly target: number } | undefined;
    }
  /** The target has no such type, member or enumerator; `what` names it. */
  | { readonly kind: "absent"; readonly what: string };

export function coreKind(number: number): CoreKind | undefined {
  return CORE_KINDS[number];
}

type Place = {
  readonly bitOffset: number;
  /** 0: no bit-field. */
  readonly bitSize: number;
  readonly type: TypeId;
};

/** Name without what follows "___". */
function essential(name: string): string {
  const at = name.indexOf("___");
  return at > 0 ? name.slice(0, at) : name;
}
function nameOf(type: BtfType): string {
  return "name" in type ? type.name : "";
}
function findTarget(local: BtfType, target: Btf): TypeId | undefined {
  const name = essential(nameOf(local));
  if (name === "") return undefined;
  switch (local.kind) {
    case "struct":
    case "union":
      return target.find(local.kind, name);
    case "enum":
    case "enum64":
      return target.find("enum", name);
    case "typedef":
      return target.find("typedef", name);
    case "int":
      return target.find("int", name);
    case "fwd":
      return target.find(local.union ? "union" : "struct", name);
    default:
      return undefined;
  }
}

/** @throws RangeError for a request that the object's own types contradict */
export function answerCore(request: CoreRequest, local: Btf, target: Btf): CoreAnswer {
  const root = local.type(request.type);
  const indices = request.access.split(":").map(Number);
  if (indices.some((n) => !Number.isInteger(n) || n < 0)) throw new RangeError(`access string "${request.access}"`);
  const what = describe(local, request.type, indices, request.kind);
  const found = findTarget(root, target);
  switch (request.kind) {
    case "type_id_local":
      return value(BigInt(request.type));
    case "type_id_target":
      return found === undefined ? { kind: "absent", what } : value(BigInt(found));
    case "type_exists":
    case "type_matches":
      return value(found === undefined ? 0n : 1n);
    case "type_size": {
      const size = found === undefined ? undefined : sizeOf(target, found);
      return size === undefined ? { kind: "absent", what } : value(BigInt(size));
    }
    case "enumval_exists":
    case "enumval_value": {
      const own = resolveType(local, request.type);
      const name = own.kind === "enum" || own.kind === "enum64" ? own.values[indices[0] ?? 0]?.name : undefined;
      if (name === undefined) throw new RangeError(`no enumerator ${request.access}`);
      const there = found === undefined ? undefined : resolveType(target, found);
      const values = there?.kind === "enum" || there?.kind === "enum64" ? there.values : [];
      const same = values.find((each) => essential(each.name) === essential(name));
      if (request.kind === "enumval_exists") return value(same === undefined ? 0n : 1n);
      return same === undefined ? { kind: "absent", what } : value(same.value);
    }
    default:
      break;
  }
  const here = placeOf(local, request.type, indices);
  const there = found === undefined ? undefined : follow(local, request.type, indices, target, found);
  if (request.kind === "field_exists") return value(there === undefined ? 0n : 1n);
  if (there === undefined) return { kind: "absent", what };
  const field = fieldValue(target, there, request.kind);
  if (request.kind !== "field_byte_offset" || here.bitSize !== 0 || there.bitSize !== 0) return value(field);
  return {
    kind: "value",
    value: field,
    sizes: { local: sizeOf(local, here.type) ?? 0, target: sizeOf(target, there.type) ?? 0 },
  };
}

function value(n: bigint): CoreAnswer {
  return { kind: "value", value: n, sizes: undefined };
}

function fieldValue(btf: Btf, place: Place, kind: CoreKind): bigint {
  const type = resolveType(btf, place.type);
  let bytes = sizeOf(btf, place.type) ?? 0;
  const bits = place.bitSize || bytes * 8;
  let offset = Math.floor(place.bitOffset / 8);
  if (place.bitSize !== 0 && bytes > 0) {
    offset = Math.floor(place.bitOffset / 8 / bytes) * bytes;
    while (place.bitOffset + bits - offset * 8 > bytes * 8) {
      bytes *= 2;
      offset = Math.floor(place.bitOffset / 8 / bytes) * bytes;
    }
  }
  switch (kind) {
    case "field_byte_offset":
      return BigInt(offset);
    case "field_byte_size":
      return BigInt(bytes);
    case "field_signed":
      return (type.kind === "int" && type.signed) || ((type.kind === "enum" || type.kind === "enum64") && type.signed)
        ? 1n
        : 0n;
    case "field_lshift_u64":
      return BigInt(64 - (place.bitOffset + bits - offset * 8));
    case "field_rshift_u64":
      return BigInt(64 - bits);
    default:
      return 0n;
  }
}

function placeOf(btf: Btf, root: TypeId, indices: readonly number[]): Place {
  let type = resolve(btf, root);
  let bitOffset = (indices[0] ?? 0) * (sizeOf(btf, type) ?? 0) * 8;
  let bitSize = 0;
  for (const index of indices.slice(1)) {
    const own = btf.type(type);
    if (own.kind === "struct" || own.kind === "union") {
      const member = own.members[index];
      if (member === undefined) throw new RangeError(`no member ${index}`);
      bitOffset += member.bitOffset;
      bitSize = member.bitSize;
      type = resolve(btf, member.type);
    } else if (own.kind === "array") {
      type = resolve(btf, own.type);
      bitOffset += index * (sizeOf(btf, type) ?? 0) * 8;
    } else {
      throw new RangeError(`an index into ${own.kind}`);
    }
  }
  return { bitOffset, bitSize, type };
}

/** The same way through the target's types, by names of members; undefined: it has no such member. */
function follow(local: Btf, root: TypeId, indices: readonly number[], target: Btf, found: TypeId): Place | undefined {
  let here = resolve(local, root);
  let there = resolve(target, found);
  let bitOffset = (indices[0] ?? 0) * (sizeOf(target, there) ?? 0) * 8;
  let bitSize = 0;
  for (const index of indices.slice(1)) {
    const own = local.type(here);
    if (own.kind === "array") {
      const other = target.type(there);
      if (other.kind !== "array") return undefined;
      if (index >= other.length && other.length !== 0) return undefined;
      here = resolve(local, own.type);
      there = resolve(target, other.type);
      bitOffset += index * (sizeOf(target, there) ?? 0) * 8;
      continue;
    }
    if (own.kind !== "struct" && own.kind !== "union") throw new RangeError(`an index into ${own.kind}`);
    const member: BtfMember | undefined = own.members[index];
    if (member === undefined) throw new RangeError(`no member ${index}`);
    here = resolve(local, member.type);
    if (member.name === "") continue; // the target's anonymous members are looked through by name
    const same = findMember(target, there, member.name);
    if (same === undefined || !isCompatible(local, here, target, resolve(target, same.type))) return undefined;
    bitOffset += same.bitOffset;
    bitSize = same.bitSize;
    there = resolve(target, same.type);
  }
  return { bitOffset, bitSize, type: branded<TypeId>(there) };
}

/** As bpf_core_fields_are_compat: the same kind, sizes of numbers and layouts of structs apart. */
function isCompatible(local: Btf, a: TypeId, target: Btf, b: TypeId): boolean {
  const left = local.type(a);
  const right = target.type(b);
  const isStruct = (type: BtfType): boolean => type.kind === "struct" || type.kind === "union";
  const isEnum = (type: BtfType): boolean => type.kind === "enum" || type.kind === "enum64";
  if (isStruct(left) || isStruct(right)) return isStruct(left) && isStruct(right);
  if (isEnum(left) && isEnum(right)) return true;
  if (left.kind !== right.kind) return false;
  if (left.kind === "array" && right.kind === "array") {
    return isCompatible(local, resolve(local, left.type), target, resolve(target, right.type));
  }
  return (
    left.kind === "ptr" || left.kind === "int" || left.kind === "float" || left.kind === "fwd" || left.kind === "func"
  );
}

/** "struct task_struct.pid" */
function describe(btf: Btf, root: TypeId, indices: readonly number[], kind: CoreKind): string {
  const type = btf.type(root);
  let text = `${type.kind} ${nameOf(type)}`;
  if (kind.startsWith("enumval")) {
    const own = resolveType(btf, root);
    const name = own.kind === "enum" || own.kind === "enum64" ? own.values[indices[0] ?? 0]?.name : undefined;
    return name ?? text;
  }
  if (!kind.startsWith("field")) return text;
  let at = resolve(btf, root);
  for (const index of indices.slice(1)) {
    const own = btf.type(at);
    if (own.kind === "array") {
      text += `[${index}]`;
      at = resolve(btf, own.type);
    } else if (own.kind === "struct" || own.kind === "union") {
      const member = own.members[index];
      if (member === undefined) break;
      if (member.name !== "") text += `.${member.name}`;
      at = resolve(btf, member.type);
    }
  }
  return text;
}
