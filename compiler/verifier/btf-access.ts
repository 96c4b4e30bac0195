/**
 * Reading kernel structures through BTF: what a load of some bytes at an offset finds.
 *
 * Kernel: btf_struct_access, btf_struct_walk in kernel/bpf/btf.c, and the lists of members that keep their owner's trust.
 */
import { resolve, resolveType, sizeOf } from "../btf/layout.ts";
import type { Btf, BtfType, TypeId } from "../btf/types.ts";
import { branded } from "../util/brand.ts";
import { NOT_KNOWN, NUMBER, pointerTo, refused } from "./answer.ts";
import { FLAG, TRUST, TYPE } from "./codes.ts";
import { isSince, type KernelProfile } from "./profiles/profile.ts";

const MAX_DEPTH = 32;

/**
 * Lists of members whose pointers the kernel vouches for as it does for their owner's: for struct X it keeps them as a
 * struct X__safe_… of its own, which its BTF shows (BTF_TYPE_SAFE_* in kernel/bpf/verifier.c).
 */
const LISTS: readonly (readonly [string, number])[] = [
  ["__safe_trusted", TRUST.TRUSTED],
  ["__safe_trusted_or_null", TRUST.TRUSTED_OR_NULL],
  ["__safe_rcu", TRUST.RCU],
  ["__safe_rcu_or_null", TRUST.RCU_OR_NULL],
];

export type BtfWalk = {
  /** As answer.ts packs it. */
  readonly access: (id: number, off: number, size: number) => bigint;
};

/** What was asked of a kernel's types stays known as long as they live. */
const walks = new WeakMap<Btf, Map<string, BtfWalk>>();

export function openBtfWalk(btf: Btf, profile: KernelProfile): BtfWalk {
  const known = walks.get(btf) ?? new Map<string, BtfWalk>();
  walks.set(btf, known);
  const walk = known.get(profile.version) ?? newBtfWalk(btf, (version) => isSince(profile, version));
  known.set(profile.version, walk);
  return walk;
}

function newBtfWalk(btf: Btf, since: (version: string) => boolean): BtfWalk {
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
  const owner = "name" in type ? type.name : "";
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (type.kind !== "struct" && type.kind !== "union") return refused(2);
    if (off + size > type.size) return lastArray(btf, type, off, size) ? NOT_KNOWN : refused(1);
    const inner = step(btf, type, owner, off, size, since);
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
  /** Name of the struct that the pointer is to: lists go by it, whatever the member is nested in. */
  owner: string,
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
    // an array of numbers may be read across its elements
    const end = at + bytes;
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
      return pointee(btf, own.type, inUnion, trustOf(btf, owner, member.name, own.type), since);
    }
    return off + size > end ? refused(2) : NUMBER;
  }
  return refused(2);
}

/** Lists of `owner` that have a member of that name and type. */
function trustOf(btf: Btf, owner: string, name: string, target: TypeId): number {
  let bits = 0;
  for (const [suffix, bit] of LISTS) {
    const id = owner === "" ? undefined : btf.find("struct", owner + suffix);
    const list = id === undefined ? undefined : btf.type(id);
    if (list?.kind !== "struct") continue;
    const found = list.members.some((member) => {
      const pointer = resolveType(btf, member.type);
      return member.name === name && pointer.kind === "ptr" && resolve(btf, pointer.type) === resolve(btf, target);
    });
    if (found) bits |= bit;
  }
  return bits;
}

function pointee(btf: Btf, id: TypeId, inUnion: boolean, trust: number, since: (v: string) => boolean): bigint {
  let tags = 0;
  let at = id;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = btf.type(at);
    if (type.kind === "type_tag") {
      if (type.name === "user") tags |= FLAG.USER;
      if (type.name === "percpu") tags |= FLAG.PERCPU;
      if (type.name === "rcu" && since("6.2")) tags |= FLAG.RCU;
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
    const flags = tags | (inUnion && since("6.2") ? FLAG.UNTRUSTED : 0);
    return pointerTo(TYPE.BTF | flags, resolve(btf, at), trust);
  }
  return since("6.17") && target.kind !== "fwd" && target.kind !== "func_proto"
    ? pointerTo(TYPE.MEM | FLAG.RDONLY | FLAG.UNTRUSTED, 0)
    : NUMBER;
}

/** Size of the struct, or 0. */
export function structSize(btf: Btf, id: number): number {
  return sizeOf(btf, branded<TypeId>(id)) ?? 0;
}
/**
 * Whether a struct of type `want` lies at `off` in one of type `have`: as the kernel takes a sock for a sock_common
 * (btf_struct_ids_match in kernel/bpf/btf.c).
 */
export function holdsStruct(btf: Btf, have: number, off: number, want: number): boolean {
  let id = branded<TypeId>(have);
  let at = off;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    if (at === 0 && id === want) return true;
    const type = resolveType(btf, id);
    if (type.kind !== "struct" && type.kind !== "union") return false;
    const bits = at * 8;
    const inner = type.members.find((member) => {
      const size = sizeOf(btf, member.type) ?? 0;
      const { kind } = resolveType(btf, member.type);
      const isStruct = kind === "struct" || kind === "union";
      return member.bitSize === 0 && isStruct && member.bitOffset <= bits && bits < member.bitOffset + size * 8;
    });
    if (inner === undefined) return false;
    at -= inner.bitOffset / 8;
    id = resolve(btf, inner.type);
  }
  return false;
}
