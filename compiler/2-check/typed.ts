/**
 * The checked program: names resolved, macros and wildcards' type questions settled, sugar gone, every expression typed,
 * every literal folded, one entry per BPF program to generate. 3-ir/build lowers it without asking anything back.
 *
 * Rules that the checker guarantees
 * - integers: arithmetic is 64-bit (L2.2): operands of `binary` are already of 8-byte integer or bool type through `cast`.
 * - assignments: the value already has the target's type (an explicit `cast`/`convert` node otherwise).
 * - evaluation is left to right; expressions may have side effects (update, delete, block).
 * - memory: values of string, buffer, array, struct, tuple, record, inet, mac, usym, stack(8 bytes), aggregate kinds live in
 *   memory; integer, bool, pointer, enum, ksym, timestamp, username, cgroup_path are 64-bit scalars.
 */

import type { Attach, MapStorage } from "../5-object/manifest.ts";
import type { BuiltinName } from "../lang/builtins.ts";
import type { FunctionName } from "../lang/functions.ts";
import type { Span } from "../source/span.ts";
import type { AddressSpace, AggregateType, StructType, Type } from "../types/type.ts";
import type { Brand } from "../util/brand.ts";

export type VarId = Brand<number, "VarId">;
export type MapId = Brand<number, "MapId">;

/** One scratch variable of one probe (after macro renaming); SSA or memory is decided later. */
export type Var = { readonly id: VarId; readonly name: string; readonly type: Type; readonly addressTaken: boolean };

export type MapInfo = {
  readonly id: MapId;
  /** With its sigil: "@", "@size". */
  readonly name: string;
  /** undefined: scalar map. Several keys are one tuple. */
  readonly key: Type | undefined;
  readonly value: Type;
  /**
   * "global": scalar non-aggregate in .bss. "percpu_array": scalar aggregate. "percpu_hash": keyed aggregate.
   * "hash" keyed value; lru variants by declaration only.
   */
  readonly storage: MapStorage;
  readonly maxEntries: number;
  readonly span: Span;
};

export type Param =
  | { readonly kind: "positional"; readonly index: number; readonly type: "int" | "string" }
  | { readonly kind: "count" }
  | {
      readonly kind: "named";
      readonly name: string;
      readonly type: "bool" | "int" | "uint" | "string";
      readonly default: string;
      readonly description: string | undefined;
    };

/** Settings that outlive checking. Names as the config keys. */
export type ResolvedConfig = {
  readonly maxStrlen: number;
  readonly maxMapKeys: number;
  readonly maxProbes: number;
  readonly maxBpfProgs: number;
  readonly maxCatBytes: number;
  readonly perfRbPages: number;
  readonly stackMode: "bpftrace" | "perf" | "raw" | "build_id";
  readonly onStackLimit: number;
  readonly missingProbes: "error" | "warn" | "ignore";
  readonly printMapsOnExit: boolean;
  readonly strTruncTrailer: string;
  readonly cppDemangle: boolean;
  readonly cacheUserSymbols: string;
  readonly license: string;
};

export type ProgramKind =
  /** BPF_PROG_TYPE_* in lower case, with the attach flavour that decides section and context. */
  | "raw_tp_run" // begin, end, self:signal: raw tracepoint, test-run
  | "kprobe"
  | "kretprobe"
  | "uprobe"
  | "uretprobe"
  | "usdt"
  | "tracepoint"
  | "perf_event"
  | "fentry"
  | "fexit"
  | "tp_btf"
  | "raw_tp"
  | "iter";

export type Probe = {
  /** C identifier, unique in the object, at most 63 chars: "kprobe_tcp_sendmsg_1". */
  readonly name: string;
  readonly program: ProgramKind;
  /** ELF section: "kprobe/tcp_sendmsg", "kprobe" for patterns. */
  readonly section: string;
  /** Text of the `probe` builtin: "kprobe:tcp_sendmsg". */
  readonly probe: string;
  /** Bytes of that text where the program asks its host for it; 0: it does not. */
  readonly nameSize: number;
  readonly attach: readonly Attach[];
  readonly predicate: Expr | undefined;
  readonly body: readonly Stmt[];
  readonly vars: readonly Var[];
  /** Return this from the program: 1 for tracepoints (L3.10), else 0. */
  readonly defaultReturn: 0 | 1;
  /** Emit a pid filter on `.rodata` (compiled for -p; L3.41). */
  readonly pidFilter: boolean;
  readonly span: Span;
};

export type Fn = {
  readonly name: string;
  readonly params: readonly Var[];
  readonly returns: Type;
  readonly body: readonly Stmt[];
  readonly vars: readonly Var[];
  readonly span: Span;
};

export type Program = {
  readonly kind: "typed";
  readonly probes: readonly Probe[];
  readonly functions: readonly Fn[];
  readonly maps: readonly MapInfo[];
  readonly params: readonly Param[];
  readonly config: ResolvedConfig;
  readonly unsafe: boolean;
};

// --- Statements -----------------------------------------------------------------------------------------------------

export type Stmt =
  | { readonly kind: "expr"; readonly span: Span; readonly expr: Expr }
  /** Also declares: a variable without value is zero. */
  | { readonly kind: "assign-var"; readonly span: Span; readonly var: VarId; readonly value: Expr }
  | {
      readonly kind: "assign-map";
      readonly span: Span;
      readonly map: MapId;
      readonly key: Expr | undefined;
      readonly value: Expr;
    }
  /** `@m[k] = fn(args)`; args after literal parameters are taken out: hist(n), lhist(n), sum(n), tseries(n): one; count: none. */
  | {
      readonly kind: "aggregate";
      readonly span: Span;
      readonly map: MapId;
      readonly key: Expr | undefined;
      readonly fn: AggregateType;
      readonly arg: Expr | undefined;
    }
  | {
      readonly kind: "if";
      readonly span: Span;
      readonly condition: Expr;
      readonly then: readonly Stmt[];
      readonly else: readonly Stmt[];
    }
  /** Body `count` times; no break or continue inside. */
  | { readonly kind: "unroll"; readonly span: Span; readonly count: number; readonly body: readonly Stmt[] }
  | { readonly kind: "while"; readonly span: Span; readonly condition: Expr; readonly body: readonly Stmt[] }
  /** var: tuple (key, value), or key only per L1.71. captured: outer variables read or written in the body. */
  | {
      readonly kind: "for-map";
      readonly span: Span;
      readonly var: VarId;
      readonly map: MapId;
      readonly body: readonly Stmt[];
      readonly captured: readonly VarId[];
    }
  | {
      readonly kind: "for-range";
      readonly span: Span;
      readonly var: VarId;
      readonly from: Expr;
      readonly to: Expr;
      readonly body: readonly Stmt[];
      readonly captured: readonly VarId[];
    }
  | { readonly kind: "break"; readonly span: Span }
  | { readonly kind: "continue"; readonly span: Span }
  | { readonly kind: "return"; readonly span: Span; readonly value: Expr | undefined }
  | { readonly kind: "emit"; readonly span: Span; readonly event: Emit };

/** Asynchronous actions: one record in the ring buffer each (5-object/manifest.ts EventEntry). */
export type Emit =
  | {
      readonly kind: "printf" | "errorf" | "warnf" | "cat" | "system";
      readonly format: string;
      readonly args: readonly Expr[];
    }
  | { readonly kind: "print"; readonly value: Expr }
  | {
      readonly kind: "print-map";
      readonly map: MapId;
      readonly top: number | undefined;
      readonly div: number | undefined;
    }
  | { readonly kind: "clear" | "zero"; readonly map: MapId }
  /** Ends the program too: the statement is followed by nothing. */
  | { readonly kind: "exit"; readonly code: Expr | undefined }
  | { readonly kind: "time"; readonly format: string }
  | { readonly kind: "join"; readonly pointers: Expr; readonly space: AddressSpace; readonly separator: string }
  /** The watchpoint at this address goes. */
  | { readonly kind: "unwatch"; readonly address: Expr }
  /** Emitted and the program ended when the condition is false. */
  | { readonly kind: "assert"; readonly condition: Expr; readonly message: string };

// --- Expressions ----------------------------------------------------------------------------------------------------

/** A place inside a struct: the way from `root` through members, anonymous ones included, and constant array indices. */
export type MemberPath = {
  readonly root: StructType;
  /** Indices as CO-RE's access string wants them after the leading "0": member numbers and array indices. */
  readonly steps: readonly { readonly kind: "member" | "index"; readonly index: number }[];
  /** "__sk_common.skc_family": for messages. */
  readonly text: string;
  /** From the root, in bytes; for a bit-field the byte holding its first bit. */
  readonly offset: number;
  /** 0: not a bit-field. */
  readonly bitSize: number;
  /** From `offset`'s byte, 0…7 for a bit-field. */
  readonly bitOffset: number;
  readonly type: Type;
};

export type BinaryOp = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>";
export type CompareOp = "==" | "!=" | "<" | "<=" | ">" | ">=";

export type Expr = ExprShape & { readonly span: Span; readonly type: Type };

type ExprShape =
  /** Any scalar constant: integers, bools (0n/1n), enums, pointers; two's complement reduced to the type's range. */
  | { readonly kind: "constant"; readonly value: bigint }
  /** Bytes as latin-1 characters; type.size may exceed value.length + 1 (padding). */
  | { readonly kind: "string"; readonly value: string }
  /** A byte array known at compile time (pton). */
  | { readonly kind: "bytes"; readonly value: Uint8Array }
  | { readonly kind: "var"; readonly var: VarId }
  /** Run-time parameter out of .rodata (not when its value was given at compile time: then constant or string). skip: str($1 + 2). */
  | { readonly kind: "param"; readonly param: Param; readonly skip: Expr | undefined }
  /** A load from the program's context at a fixed offset: argN, retval, reg(), tracepoint fields, fentry arguments. */
  | {
      readonly kind: "context";
      readonly offset: number;
      readonly size: 1 | 2 | 4 | 8;
      readonly signed: boolean;
      /** Tracepoint field, for the loader's check. `dataLoc`: value is base + (u32 & 0xffff), a kernel pointer into the record. */
      readonly field:
        | { readonly category: string; readonly event: string; readonly name: string; readonly dataLoc: boolean }
        | undefined;
    }
  /** Address of an array field embedded in the tracepoint record (char comm[16]): ctx + offset, read with probe_read_kernel. */
  | {
      readonly kind: "context-address";
      readonly offset: number;
      readonly field: { readonly category: string; readonly event: string; readonly name: string };
    }
  | { readonly kind: "context-pointer" }
  /** argN of a static probe: where it is, the loader knows. */
  | { readonly kind: "note-argument"; readonly index: number }
  /** A value row of lang/builtins with a recipe: pid, nsecs, comm, kstack … */
  | { readonly kind: "builtin"; readonly name: BuiltinName }
  /** A function row of lang/functions; `args` run-time arguments in order, compile-time ones are in `literals`. */
  | {
      readonly kind: "call";
      readonly name: FunctionName;
      readonly args: readonly Expr[];
      readonly literals: readonly (bigint | string | boolean)[];
    }
  | { readonly kind: "call-fn"; readonly fn: string; readonly args: readonly Expr[] }
  | { readonly kind: "unary"; readonly op: "-" | "~" | "!"; readonly operand: Expr }
  /** Both operands 64-bit. Signedness of `/ %` is unsigned at run time (L2.10); `>>` logical (L2.12). */
  | { readonly kind: "binary"; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
  /** signed: compare as signed (L2.14). Result bool. */
  | {
      readonly kind: "compare";
      readonly op: CompareOp;
      readonly signed: boolean;
      readonly left: Expr;
      readonly right: Expr;
    }
  /** strings, tuples, arrays, buffers … by content; length: compare at most so many bytes. op "==" or "!=". */
  | {
      readonly kind: "compare-memory";
      readonly op: "==" | "!=";
      readonly how: "string" | "bytes";
      readonly left: Expr;
      readonly right: Expr;
    }
  | { readonly kind: "logical"; readonly op: "&&" | "||"; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "ternary"; readonly condition: Expr; readonly then: Expr; readonly else: Expr }
  /** Scalar to scalar: truncate or extend to `type` by the source's signedness; to bool: != 0. Reinterprets pointers and integers. */
  | { readonly kind: "cast"; readonly operand: Expr }
  /** Memory to memory: other string capacity, tuple with wider elements, int ↔ byte array, string ↔ byte array. */
  | { readonly kind: "convert"; readonly operand: Expr }
  /** Reads a struct member through a pointer (kernel or user memory). Nested embedded members are one path. */
  | {
      readonly kind: "member";
      readonly pointer: Expr;
      readonly path: MemberPath;
      readonly space: AddressSpace;
      readonly direct: boolean;
    }
  /** Address of that member: arrays to be indexed, flexible arrays, `str(p.name)`. Type pointer. */
  | {
      readonly kind: "member-address";
      readonly pointer: Expr;
      readonly path: MemberPath;
      readonly space: AddressSpace;
      readonly direct: boolean;
    }
  /** A member of a struct value already in our memory (variable, map value, copied struct). */
  | { readonly kind: "value-member"; readonly base: Expr; readonly path: MemberPath }
  /** *p and p[i] for scalars, strings (char arrays) and structs; index already scaled into bytes (or undefined). */
  | {
      readonly kind: "read";
      readonly pointer: Expr;
      readonly index: Expr | undefined;
      readonly scale: number;
      readonly space: AddressSpace;
      readonly direct: boolean;
    }
  /** Element of an array, string or buffer in our memory; checked against `length`, out of bounds: zero and a site (L2.57). */
  | {
      readonly kind: "element";
      readonly base: Expr;
      readonly index: Expr;
      readonly length: number;
      readonly stride: number;
    }
  | { readonly kind: "tuple"; readonly elements: readonly Expr[] }
  | { readonly kind: "tuple-element"; readonly base: Expr; readonly index: number }
  | { readonly kind: "map-get"; readonly map: MapId; readonly key: Expr | undefined }
  /** Integer value of an aggregate: sums over all CPUs (L2.112). */
  | { readonly kind: "map-aggregate"; readonly map: MapId; readonly key: Expr | undefined }
  | { readonly kind: "map-delete"; readonly map: MapId; readonly key: Expr | undefined; readonly warn: boolean }
  | { readonly kind: "map-has"; readonly map: MapId; readonly key: Expr | undefined }
  /** Assigns the variable when found. */
  | { readonly kind: "map-find"; readonly map: MapId; readonly key: Expr; readonly var: VarId }
  | { readonly kind: "map-length"; readonly map: MapId }
  | { readonly kind: "var-address"; readonly var: VarId }
  | { readonly kind: "map-address"; readonly map: MapId; readonly key: Expr | undefined }
  /** x++ and friends; step already scaled for pointers. Value: new (prefix) or old. */
  | { readonly kind: "update-var"; readonly var: VarId; readonly step: bigint; readonly prefix: boolean }
  | {
      readonly kind: "update-map";
      readonly map: MapId;
      readonly key: Expr | undefined;
      readonly step: bigint;
      readonly prefix: boolean;
    }
  | { readonly kind: "block"; readonly body: readonly Stmt[]; readonly result: Expr | undefined };
