/**
 * Reading kernel structures through BTF: what a load of some bytes at an offset finds.
 *
 * Kernel: btf_struct_access, btf_struct_walk in kernel/bpf/btf.c, and the lists of members that keep their owner's trust.
 */
import { resolve, resolveType, sizeOf } from "../btf/layout.ts";
import type { Btf, BtfType, TypeId } from "../btf/types.ts";
import { branded } from "../util/brand.ts";
import { NOT_KNOWN, NUMBER, pointerTo, refused } from "./answer.ts";
import { FLAG, TYPE } from "./codes.ts";

const MAX_DEPTH = 32;

/** Members that may be null even where the walk vouches for them: those must be checked before use. */
const NULLABLE: readonly (readonly [string, string, string])[] = [
  ["mm_struct", "exe_file", "6.4"],
  ["sk_buff", "sk", "6.4"],
  ["request_sock", "sk", "6.4"],
  ["socket", "sk", "6.4"],
  ["vm_area_struct", "vm_mm", "6.13"],
  ["vm_area_struct", "vm_file", "6.13"],
];

export type BtfWalk = {
  /** As answer.ts packs it. */
  readonly access: (id: number, off: number, size: number) => bigint;
};

/** @param since whether the kernel is of that version or later */
export function openBtfWalk(btf: Btf, since: (version: string) => boolean): BtfWalk {
  const cache = new Map<string, bigint>();
  return {
    access(id, off, size) {
      const key = `${id}:${off}:${size}`;
      const known = cache.get(key);
      if (known !== undefined) return known;
      const answer = walk(btf, branded<TypeId>(id), off, size, since);
      cache.set(key, answer);
      return answer;
    },
  };
}

function walk(btf: Btf, id: TypeId, off: number, size: number, since: (version: string) => boolean): bigint {
  let type = resolveType(btf, id);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (type.kind !== "struct" && type.kind !== "union") return refused(2);
    if (off + size > type.size) return lastArray(btf, type, off, size) ? NOT_KNOWN : refused(1);
    const inner = step(btf, type, off, size, since);
    if (typeof inner === "bigint") return inner;
    off = inner.off;
    type = inner.type;
  }
  return NOT_KNOWN;
}

/** A flexible array at the end, which may reach beyond the struct's size. */
function lastArray(
  btf: Btf,
  type: BtfType & { readonly kind: "struct" | "union" },
  off: number,
  size: number,
): boolean {
  const last = type.members.at(-1);
  if (last === undefined || off + size < type.size) return false;
  return resolveType(btf, last.type).kind === "array";
}

type Inner = { readonly type: BtfType; readonly off: number };

function step(
  btf: Btf,
  type: BtfType & { readonly kind: "struct" | "union" },
  off: number,
  size: number,
  since: (version: string) => boolean,
): bigint | Inner {
  const inUnion = type.kind === "union" && type.members.length !== 1;
  for (const member of type.members) {
    let at = Math.floor(member.bitOffset / 8);
    if (off + size <= at) break;
    if (member.bitSize !== 0) {
      const end = Math.ceil((member.bitOffset + member.bitSize) / 8);
      if (off <= at && end <= off + size) return NUMBER;
      continue;
    }
    if (off < at) break;
    let id = member.type;
    let bytes = sizeOf(btf, id);
    if (bytes === undefined || off >= at + bytes) continue;
    let own = resolveType(btf, id);
    if (own.kind === "array") {
      if (bytes === 0) continue;
      while (own.kind === "array") {
        id = own.type;
        own = resolveType(btf, id);
      }
      bytes = sizeOf(btf, id) ?? 0;
      if (bytes === 0) return NOT_KNOWN;
      at += Math.floor((off - at) / bytes) * bytes;
    }
    if (own.kind === "struct" || own.kind === "union") return { type: own, off: off - at };
    if (own.kind === "ptr") {
      if (bytes !== size || off !== at) return refused(2);
      return pointee(btf, own.type, inUnion, nullable(type, member.name, since), since);
    }
    if (off + size > at + bytes) return refused(2);
    return NUMBER;
  }
  return refused(2);
}

function nullable(
  type: BtfType & { readonly kind: "struct" | "union" },
  member: string,
  since: (version: string) => boolean,
): boolean {
  return NULLABLE.some(([struct, name, version]) => struct === type.name && name === member && since(version));
}

function pointee(btf: Btf, id: TypeId, inUnion: boolean, mayBeNull: boolean, since: (v: string) => boolean): bigint {
  let tags = 0;
  let at = id;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = btf.type(at);
    if (type.kind === "type_tag") {
      if (type.name === "user") tags |= FLAG.USER;
      if (type.name === "percpu") tags |= FLAG.PERCPU;
      if (type.name === "rcu") tags |= FLAG.RCU | FLAG.MAYBE_NULL;
      at = type.type;
    } else if (
      type.kind === "const" ||
      type.kind === "volatile" ||
      type.kind === "restrict" ||
      type.kind === "typedef"
    ) {
      at = type.type;
    } else {
      break;
    }
  }
  const target = btf.type(at);
  if (target.kind === "struct" || target.kind === "union") {
    const flags = tags | (inUnion && since("6.2") ? FLAG.UNTRUSTED : 0) | (mayBeNull ? FLAG.RCU | FLAG.MAYBE_NULL : 0);
    return pointerTo(TYPE.BTF | flags, resolve(btf, at));
  }
  return since("6.17") && target.kind !== "fwd" && target.kind !== "func_proto"
    ? pointerTo(TYPE.MEM | FLAG.RDONLY | FLAG.UNTRUSTED, 0)
    : NUMBER;
}

/** Size of the struct, or 0. */
export function structSize(btf: Btf, id: number): number {
  return sizeOf(btf, branded<TypeId>(id)) ?? 0;
}
/** Type at off 0 through first members, as the kernel takes a sock_common for a sock. */
export function isWithin(btf: Btf, have: number, want: number): boolean {
  let id = branded<TypeId>(have);
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (id === want) return true;
    const type = resolveType(btf, id);
    if (type.kind !== "struct") return false;
    const first = type.members[0];
    if (first === undefined || first.bitOffset !== 0 || first.bitSize !== 0) return false;
    id = resolve(btf, first.type);
  }
  return false;
}
