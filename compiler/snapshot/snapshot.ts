/**
 * A kernel as data: what the compiler may ask of a target without having it at hand.
 *
 * Everything is lazy: opening reads a directory; each question decompresses the block that answers it.
 * The file format is in spec/snapshot.md.
 */
import type { Btf, TypeId } from "../btf/types.ts";

export type Arch = "x86_64" | "aarch64";

/** One field of a tracepoint's format file, `common_*` included. */
export type TracepointField = {
  readonly name: string;
  /** C type as the format file spells it, without the name: "struct hrtimer *", "char[16]", "__data_loc char[]". */
  readonly type: string;
  /** Bytes from the start of the record. */
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
};
export type Tracepoint = {
  readonly category: string;
  readonly event: string;
  readonly fields: readonly TracepointField[];
};

export type KernelFunction = {
  readonly name: string;
  /** undefined: vmlinux. */
  readonly module: string | undefined;
};

/** Answers about one kernel. Names are exact unless a method says pattern; patterns know `*` only. */
export interface Snapshot {
  /** `uname -r`, e.g. "6.12.107+deb13-cloud-amd64". */
  readonly release: string;
  readonly arch: Arch;
  /** [major, minor, patch] read from the release. */
  readonly version: readonly [number, number, number];
  /** vmlinux types. */
  readonly btf: Btf;
  /** Names of modules whose BTF or functions are held. */
  readonly modules: readonly string[];
  /** A module's types (split: ids continue vmlinux's and vmlinux ids resolve too), or undefined. */
  moduleBtf(module: string): Btf | undefined;
  /** FUNC and its prototype, if BTF has the function. */
  functionType(
    name: string,
    module?: string,
  ):
    | { readonly func: TypeId; readonly proto: TypeId; readonly btf: Btf; readonly module: string | undefined }
    | undefined;
  /** Whether kprobes can attach: listed in available_filter_functions. Clones such as `f.isra.0` are names of their own. */
  isTraceable(name: string, module?: string): boolean;
  /**
   * Traceable functions that match, sorted by name. A wildcard passes over what it would rarely mean: parts that the
   * compiler split off (`f.part.0`), unless the pattern has a dot; and RCU's own functions (`rcu_*`), under which a
   * program itself runs, and the kernel's bpf dispatcher, unless the pattern begins like them.
   */
  functions(pattern: string, modulePattern?: string): readonly KernelFunction[];
  tracepoint(category: string, event: string): Tracepoint | undefined;
  /** Sorted by category, event. */
  tracepoints(
    categoryPattern: string,
    eventPattern: string,
  ): readonly { readonly category: string; readonly event: string }[];
  /** Raw tracepoint names (BTF `btf_trace_*` typedefs), sorted. */
  rawTracepoints(pattern: string): readonly string[];
  /** iterators: BTF `bpf_iter__*` structs, names without the prefix, sorted. */
  iterators(): readonly string[];
  /** Names of structs, unions or enums that match, sorted, each once; reads every type of the module (default vmlinux). */
  typeNames(kind: "struct" | "union" | "enum", pattern: string, module?: string): readonly string[];
  /** A macro of the UAPI or kernel headers that BTF lacks: AF_INET, O_CREAT, EPERM, GFP_KERNEL … */
  constant(name: string): bigint | undefined;
  /** Nearest names by edit distance, for did-you-mean; at most three. */
  suggest(kind: "function" | "tracepoint" | "struct" | "constant" | "rawtracepoint", name: string): readonly string[];
}

/** Raised by readers for a file that is not a snapshot, is cut or damaged, or is of a version or architecture not known. */
export class SnapshotError extends Error {
  override readonly name = "SnapshotError";
}
