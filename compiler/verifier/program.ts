/** A program as the model takes it: instructions with relocations resolved to its maps, and what it is. */
import type { Btf } from "../btf/types.ts";
import type { ObjectMap } from "../link/maps.ts";
import type { KernelProfile } from "./profiles/profile.ts";

/** Program types that the model knows, in the kernel's words. */
export type ProgramType =
  | "kprobe"
  | "tracepoint"
  | "perf_event"
  | "raw_tracepoint"
  | "raw_tracepoint_writable"
  | "tracing"
  | "socket_filter";

/** How a tracing program attaches: decides its context and what it may return. */
export type TracingAttach =
  | { readonly kind: "fentry" | "fexit"; readonly function: string }
  | { readonly kind: "tp_btf"; readonly name: string }
  | { readonly kind: "iter"; readonly name: string };

export type VerifierMap = ObjectMap;

/** A function that the kernel verifies on its own; arguments as GLOBAL_ARG kinds. */
export type GlobalFunction = {
  /** First instruction. */
  readonly start: number;
  readonly args: readonly { readonly kind: number; readonly size: number }[];
  readonly isVoid: boolean;
};

export type VerifierProgram = {
  readonly name: string;
  readonly type: ProgramType;
  readonly attach: TracingAttach | undefined;
  /**
   * 8-byte slots as the kernel sees them after its loader's work, but for: wide loads of maps (source 1: the immediate
   * is an index into `maps`; source 2 also, and the second immediate is the offset).
   */
  readonly code: Uint8Array;
  readonly maps: readonly VerifierMap[];
  readonly globals: readonly GlobalFunction[];
  readonly gpl: boolean;
  /** The object's BTF says where functions begin: needed for the addresses of callbacks. */
  readonly funcInfo: boolean;
};

export type VerifyEnv = {
  readonly profile: KernelProfile;
  /** The kernel's types; without them programs that reach kernel structures directly get no verdict. */
  readonly btf: Btf | undefined;
  /** How many CPUs the kernel may have (nr_cpu_ids), where it is known. */
  readonly cpus?: number;
};
