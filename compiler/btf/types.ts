/**
 * BTF (BPF Type Format) as data: what a kernel, a module or an object says of its types.
 *
 * Source: Documentation/bpf/btf.rst and include/uapi/linux/btf.h. Ids are per BTF blob; 0 is void. A module's blob
 * continues the ids (and string offsets) of vmlinux's: split BTF.
 */
import type { Brand } from "../util/brand.ts";

export type TypeId = Brand<number, "TypeId">;

export type BtfMember = {
  /** "" for an anonymous struct or union member. */
  readonly name: string;
  readonly type: TypeId;
  /** From the start of the enclosing struct. */
  readonly bitOffset: number;
  /** 0: not a bit-field. */
  readonly bitSize: number;
};
export type BtfParam = { readonly name: string; readonly type: TypeId };
export type BtfEnumerator = { readonly name: string; readonly value: bigint };

export type BtfType =
  | { readonly kind: "void" }
  /** size in bytes; bits and bitOffset as in the blob (bits < size*8 only for odd old bit-fields). */
  | {
      readonly kind: "int";
      readonly name: string;
      readonly size: number;
      readonly bits: number;
      readonly bitOffset: number;
      readonly signed: boolean;
      readonly encoding: "none" | "char" | "bool";
    }
  | { readonly kind: "ptr"; readonly type: TypeId }
  | { readonly kind: "array"; readonly type: TypeId; readonly indexType: TypeId; readonly length: number }
  | {
      readonly kind: "struct" | "union";
      readonly name: string;
      readonly size: number;
      readonly members: readonly BtfMember[];
    }
  | {
      readonly kind: "enum" | "enum64";
      readonly name: string;
      readonly size: number;
      readonly signed: boolean;
      readonly values: readonly BtfEnumerator[];
    }
  | { readonly kind: "fwd"; readonly name: string; readonly union: boolean }
  | { readonly kind: "typedef"; readonly name: string; readonly type: TypeId }
  | { readonly kind: "volatile" | "const" | "restrict"; readonly type: TypeId }
  | { readonly kind: "type_tag"; readonly name: string; readonly type: TypeId }
  | {
      readonly kind: "func";
      readonly name: string;
      readonly type: TypeId;
      readonly linkage: "static" | "global" | "extern";
    }
  | {
      readonly kind: "func_proto";
      readonly returns: TypeId;
      readonly params: readonly BtfParam[];
      readonly variadic: boolean;
    }
  | {
      readonly kind: "var";
      readonly name: string;
      readonly type: TypeId;
      readonly linkage: "static" | "global" | "extern";
    }
  | {
      readonly kind: "datasec";
      readonly name: string;
      readonly size: number;
      readonly vars: readonly { readonly type: TypeId; readonly offset: number; readonly size: number }[];
    }
  | { readonly kind: "float"; readonly name: string; readonly size: number }
  | { readonly kind: "decl_tag"; readonly name: string; readonly type: TypeId; readonly component: number };

/** Kinds that can be looked up by name. */
export type NamedKind = "int" | "struct" | "union" | "enum" | "typedef" | "func" | "var" | "fwd";

/**
 * Read access to one blob or snapshot. Decoding is lazy: `type(id)` decodes that record only, `find` uses an index.
 * Implementations: btf/read.ts (a raw blob) and snapshot (its compressed form).
 */
export interface Btf {
  /** Number of types, void included: ids run from 0 to count-1. */
  readonly count: number;
  readonly pointerSize: 8;
  /** @throws RangeError for an id that does not exist */
  type(id: TypeId): BtfType;
  /** First type of that kind and name ("enum" finds enum64 too). */
  find(kind: NamedKind, name: string): TypeId | undefined;
  /** The enumerator's enum type and value, whatever its enum. */
  findEnumerator(name: string): { readonly type: TypeId; readonly value: bigint } | undefined;
}
