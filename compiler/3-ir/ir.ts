/**
 * The intermediate form: one SSA control-flow graph per BPF program, callback or subprogram.
 *
 * Values are 64-bit registers; blocks take parameters instead of phis; memory is explicit (stack slots, map values, the
 * context, buffer records). Maps, helpers and CO-RE references stay symbolic. `blocks` is kept in reverse postorder with
 * the entry first, so that one forward walk sees definitions before uses (loops aside).
 * The text form (print.ts, parse.ts) round-trips; passes are tested on it.
 */

import type { ProgramKind } from "../2-check/typed.ts";
import type { Attach, EventEntry, Manifest, MapEntry, ValueType } from "../5-object/manifest.ts";
import type { CoreReference } from "../ebpf/insn.ts";
import type { HelperName } from "../lang/helpers.ts";
import type { Span } from "../source/span.ts";
import type { Brand } from "../util/brand.ts";

export type ValueId = Brand<number, "ValueId">;
export type BlockId = Brand<number, "BlockId">;
export type SlotId = Brand<number, "SlotId">;

export type BinaryOp = "add" | "sub" | "mul" | "udiv" | "umod" | "and" | "or" | "xor" | "shl" | "shr" | "sar";
export type CompareOp = "eq" | "ne" | "ult" | "ule" | "ugt" | "uge" | "slt" | "sle" | "sgt" | "sge" | "set";

/** What a map helper reads its key or value from. `scalars` is not yet in memory: pass "key-slots" gives it a slot. */
export type Bytes =
  /** Parts do not overlap; bytes of [0, size) not covered by a part are zero. */
  | {
      readonly kind: "scalars";
      readonly size: number;
      readonly parts: readonly { readonly offset: number; readonly size: 1 | 2 | 4 | 8; readonly value: ValueId }[];
    }
  | { readonly kind: "memory"; readonly base: ValueId; readonly offset: number; readonly size: number };

/** Which memory an access may touch: lets passes keep unrelated loads. "kernel": through a trusted BTF pointer. */
export type Memory = "context" | "stack" | "map" | "record" | "data" | "kernel" | "any";

export type TracepointUse = {
  readonly category: string;
  readonly event: string;
  readonly field: string;
  readonly offset: number;
  readonly size: number;
};

type InstShape =
  | { readonly kind: "const"; readonly dst: ValueId; readonly value: bigint }
  /** An immediate that the target's BTF decides; `value` is the one of the kernel compiled against. */
  | { readonly kind: "core"; readonly dst: ValueId; readonly reference: CoreReference; readonly value: bigint }
  | {
      readonly kind: "binary";
      readonly dst: ValueId;
      readonly op: BinaryOp;
      readonly left: ValueId;
      readonly right: ValueId;
    }
  | { readonly kind: "negate"; readonly dst: ValueId; readonly value: ValueId }
  /** Keeps the low bits, extended to 64. */
  | {
      readonly kind: "extend";
      readonly dst: ValueId;
      readonly bits: 8 | 16 | 32;
      readonly signed: boolean;
      readonly value: ValueId;
    }
  /** Byte swap of the low bits, zero-extended. */
  | { readonly kind: "swap"; readonly dst: ValueId; readonly bits: 16 | 32 | 64; readonly value: ValueId }
  /** 0 or 1. "set": (left & right) != 0. */
  | {
      readonly kind: "compare";
      readonly dst: ValueId;
      readonly op: CompareOp;
      readonly left: ValueId;
      readonly right: ValueId;
    }
  /** The program's context; in a callback or subprogram use `argument`. */
  | { readonly kind: "context"; readonly dst: ValueId }
  | { readonly kind: "argument"; readonly dst: ValueId; readonly index: number }
  /** Address of a stack slot. */
  | { readonly kind: "slot"; readonly dst: ValueId; readonly slot: SlotId; readonly offset: number }
  /** Address of a map object (for helper calls that take one). */
  | { readonly kind: "map"; readonly dst: ValueId; readonly map: string }
  /** Address of byte `offset` of ".bss" or ".rodata". */
  | { readonly kind: "data"; readonly dst: ValueId; readonly section: ".bss" | ".rodata"; readonly offset: number }
  | { readonly kind: "function"; readonly dst: ValueId; readonly name: string }
  | {
      readonly kind: "load";
      readonly dst: ValueId;
      readonly base: ValueId;
      readonly offset: number;
      readonly size: 1 | 2 | 4 | 8;
      readonly signed: boolean;
      readonly memory: Memory;
      /** Relocates `offset`. */
      readonly core: CoreReference | undefined;
      readonly tracepoint: TracepointUse | undefined;
    }
  | {
      readonly kind: "store";
      readonly base: ValueId;
      readonly offset: number;
      readonly size: 1 | 2 | 4 | 8;
      readonly value: ValueId;
      readonly memory: Memory;
    }
  /** Memory += value, atomically, no result. */
  | {
      readonly kind: "atomic-add";
      readonly base: ValueId;
      readonly offset: number;
      readonly size: 4 | 8;
      readonly value: ValueId;
      readonly memory: Memory;
    }
  /** size bytes of zeros; codegen picks the widest stores that alignment allows. */
  | {
      readonly kind: "zero";
      readonly base: ValueId;
      readonly offset: number;
      readonly size: number;
      readonly memory: Memory;
    }
  /** Copies size bytes; both sides aligned to `align`; codegen unrolls (keep ≤ 128 bytes; larger copies call a helper or loop). */
  | {
      readonly kind: "copy";
      readonly to: ValueId;
      readonly toOffset: number;
      readonly from: ValueId;
      readonly fromOffset: number;
      readonly size: number;
      readonly align: 1 | 2 | 4 | 8;
      readonly memory: Memory;
    }
  /** Pointer to the element or 0. Two lookups of one map and key with nothing between that changes that map are one. */
  | { readonly kind: "map-lookup"; readonly dst: ValueId; readonly map: string; readonly key: Bytes }
  /** flags: BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2. dst: 0 or -errno. */
  | {
      readonly kind: "map-update";
      readonly dst: ValueId;
      readonly map: string;
      readonly key: Bytes;
      readonly value: Bytes;
      readonly flags: number;
    }
  | { readonly kind: "map-delete"; readonly dst: ValueId; readonly map: string; readonly key: Bytes }
  /**
   * Any other helper. `pure`: same result throughout one run, no effect: may be merged, moved, dropped.
   * `reads`/`writes`: what the helper does to memory behind its pointer arguments (slots among them).
   */
  | {
      readonly kind: "call";
      readonly dst: ValueId;
      readonly helper: HelperName;
      readonly args: readonly ValueId[];
      readonly pure: boolean;
      readonly reads: Memory | undefined;
      readonly writes: Memory | undefined;
    }
  | { readonly kind: "call-function"; readonly dst: ValueId; readonly name: string; readonly args: readonly ValueId[] };

export type Inst = InstShape & { readonly span: Span | undefined };

export type Jump = { readonly to: BlockId; readonly args: readonly ValueId[] };
export type Terminator = (
  | { readonly kind: "jump"; readonly target: Jump }
  /** unlikely: which side is cold and is laid out last. width 32 compares the low halves. */
  | {
      readonly kind: "branch";
      readonly op: CompareOp;
      readonly width: 32 | 64;
      readonly left: ValueId;
      readonly right: ValueId;
      readonly then: Jump;
      readonly else: Jump;
      readonly unlikely: "then" | "else" | undefined;
    }
  | { readonly kind: "return"; readonly value: ValueId }
) & { readonly span: Span | undefined };

export type Block = {
  readonly id: BlockId;
  readonly params: readonly ValueId[];
  readonly insts: readonly Inst[];
  readonly end: Terminator;
};

export type Slot = { readonly id: SlotId; readonly size: number; readonly align: 1 | 2 | 4 | 8; readonly name: string };

export type Function = {
  readonly name: string;
  /** program: r1 is the context. callback, subprogram: r1…r5 are arguments. */
  readonly kind: "program" | "callback" | "subprogram";
  readonly arguments: number;
  readonly entry: BlockId;
  /** Reverse postorder. */
  readonly blocks: ReadonlyMap<BlockId, Block>;
  readonly slots: readonly Slot[];
  /** Next free numbers, for passes that add. */
  readonly nextValue: number;
  readonly nextBlock: number;
};

/** A BPF map to create. Types by kernel name without BPF_MAP_TYPE_. */
export type MapDef = {
  readonly symbol: string;
  readonly type:
    | "hash"
    | "percpu_hash"
    | "lru_hash"
    | "lru_percpu_hash"
    | "array"
    | "percpu_array"
    | "stack_trace"
    | "ringbuf"
    | "perf_event_array";
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** BPF_F_* bits. */
  readonly flags: number;
  /** For the object's BTF, so that bpftool prints contents; undefined: bytes. */
  readonly keyType: ValueType | undefined;
  readonly valueType: ValueType | undefined;
};

/** A named piece of .bss or .rodata, for DATASEC entries. */
export type DataVar = {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly type: ValueType | undefined;
};
export type DataSection = {
  readonly name: ".bss" | ".rodata";
  readonly size: number;
  readonly vars: readonly DataVar[] /** .rodata only. */;
  readonly bytes: Uint8Array | undefined;
};

export type ProgramDef = {
  readonly function: string;
  readonly program: ProgramKind;
  readonly section: string;
  readonly attach: readonly Attach[];
  readonly span: Span;
};

/** Everything that is compiled, before code generation. `manifest` lacks only what layout decides (tracepointFields, fieldUses). */
export type Module = {
  readonly programs: readonly ProgramDef[];
  readonly functions: readonly Function[];
  readonly maps: readonly MapDef[];
  readonly data: readonly DataSection[];
  readonly license: string;
  readonly manifest: Omit<Manifest, "tracepointFields" | "fieldUses">;
};

export type { Attach, EventEntry, MapEntry };
