/**
 * The types of the language: what a script's expressions have. Plain data, compared structurally (relations.ts).
 *
 * Sizes are bytes in memory (map key, map value, event): layout.ts gives size and alignment of each kind, and
 * 5-object/manifest.ts ValueType is the wire description that toValueType() makes of a storable type.
 */
import type { Btf, TypeId } from "../btf/types.ts";

/** Whose memory a pointer points into: decides between bpf_probe_read_kernel and _user. */
export type AddressSpace = "kernel" | "user" | "none";

export type StackMode = "bpftrace" | "perf" | "raw" | "build_id";

export type AggregateFn = "count" | "sum" | "min" | "max" | "avg" | "stats" | "hist" | "lhist" | "tseries";

export type IntegerType = {
  readonly kind: "integer";
  readonly size: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  /** The address space travels with integers that hold addresses (L2.46). Ignored by equality. */
  readonly space?: AddressSpace;
  /**
   * A non-negative literal (L2.3): bytes that hold it unsigned. Until it meets another type it may become either sign.
   * Ignored by equality; gone from the types of variables and maps.
   */
  readonly literal?: 1 | 2 | 4 | 8;
};

/** A struct or union: of the kernel or a traced binary, of the script's C part, or a record-like view of a context. */
export type StructType = {
  readonly kind: "struct";
  readonly tag: "struct" | "union";
  /** "" for anonymous. */
  readonly name: string;
  readonly size: number;
  readonly origin: /** kernel: CO-RE relocated; `module` undefined: vmlinux. binary: laid out as the binary says. */
    | {
        readonly kind: "kernel" | "binary";
        readonly btf: Btf;
        readonly id: TypeId;
        readonly module: string | undefined;
      }
    | { readonly kind: "script"; readonly align: number; readonly fields: readonly ScriptField[] }
    /** Declared only: no field can be read. */
    | { readonly kind: "opaque" };
};
export type ScriptField = {
  /** "" for an anonymous aggregate. */
  readonly name: string;
  readonly type: Type;
  readonly bitOffset: number;
  /** 0: not a bit-field. */
  readonly bitSize: number;
};

export type EnumType = {
  readonly kind: "enum";
  readonly name: string;
  readonly size: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
};

export type AggregateType =
  | { readonly kind: "aggregate"; readonly fn: "count" }
  | { readonly kind: "aggregate"; readonly fn: "sum" | "min" | "max" | "avg" | "stats"; readonly signed: boolean }
  | { readonly kind: "aggregate"; readonly fn: "hist"; readonly bits: number }
  | {
      readonly kind: "aggregate";
      readonly fn: "lhist";
      readonly min: number;
      readonly max: number;
      readonly step: number;
    }
  | {
      readonly kind: "aggregate";
      readonly fn: "tseries";
      readonly interval: bigint;
      readonly count: number;
      readonly of: "last" | "avg" | "max" | "min" | "sum";
      readonly signed: boolean;
    };

export type Type =
  /** Absorbs follow-up errors. */
  | { readonly kind: "error" }
  | { readonly kind: "none" }
  | IntegerType
  | { readonly kind: "bool" }
  /** NUL-padded text, `size` includes the NUL. `exact`: from a char array, never shown as cut. */
  | { readonly kind: "string"; readonly size: number; readonly exact?: boolean }
  | { readonly kind: "buffer"; readonly size: number }
  | { readonly kind: "pointer"; readonly to: Type; readonly space: AddressSpace }
  | { readonly kind: "array"; readonly element: Type; readonly length: number }
  | StructType
  | EnumType
  | { readonly kind: "tuple"; readonly fields: readonly Type[] }
  | { readonly kind: "record"; readonly fields: readonly { readonly name: string; readonly type: Type }[] }
  | { readonly kind: "inet" }
  | { readonly kind: "mac" }
  | { readonly kind: "timestamp"; readonly format: string }
  | { readonly kind: "ksym" }
  | { readonly kind: "usym" }
  | { readonly kind: "stack"; readonly user: boolean; readonly mode: StackMode; readonly limit: number }
  | { readonly kind: "username" }
  | { readonly kind: "cgroup_path"; readonly filter: string }
  | AggregateType
  /** A function type or other kernel type that cannot be a value; only pointed to. */
  | { readonly kind: "opaque"; readonly name: string };
