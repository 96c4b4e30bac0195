/**
 * An eBPF instruction as data, normalised and symbolic, and the functions that make one.
 *
 * Normalised: what the wire hides in `off` or `imm` (signed division, sign-extending moves and loads, atomics, byte
 * swaps) is an operation of its own here; only encode.ts and decode.ts know the tricks. Symbolic: a jump names a label,
 * a call names a function, a wide load names a map; layout.ts turns names into offsets and relocations.
 *
 * A function is an `Insn[]` in which labels stand as pseudo-instructions of zero size before the instruction they name.
 *
 * `R` is the register type: `Reg` for a finished program; a code generator may first use its own virtual registers
 * and end with `mapRegs`.
 *
 * Source: Documentation/bpf/standardization/instruction-set.rst (RFC 9669).
 */
import type { Span } from "../source/span.ts";
import type { Brand } from "../util/brand.ts";
import type { AluOp, AtomicOp, JumpOp, LoadSize, SwapOp } from "./opcodes.ts";

/** r0 result, r1–r5 arguments, r6–r9 kept over calls, r10 frame pointer (read only). */
export type Reg = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;
export const r0: Reg = 0;
export const r1: Reg = 1;
export const r2: Reg = 2;
export const r3: Reg = 3;
export const r4: Reg = 4;
export const r5: Reg = 5;
export const r6: Reg = 6;
export const r7: Reg = 7;
export const r8: Reg = 8;
export const r9: Reg = 9;
export const r10: Reg = 10;

/** n-th element of an `Insn[]`, labels included. */
export type InsnIndex = Brand<number, "InsnIndex">;
/** n-th 8-byte slot of the encoded function: a wide load takes two, a label none. */
export type SlotIndex = Brand<number, "SlotIndex">;

export type Width = 32 | 64;
export type Operand<R = Reg> =
  | { readonly kind: "reg"; readonly reg: R }
  | { readonly kind: "imm"; readonly value: number };

export type CallTarget<R = Reg> =
  /** A helper by its id in enum bpf_func_id. */
  | { readonly kind: "helper"; readonly id: number }
  /** Another function of the same object. */
  | { readonly kind: "function"; readonly name: string }
  /** A kernel function, resolved by BTF at load. */
  | { readonly kind: "kfunc"; readonly name: string }
  /** The function whose address a register holds. */
  | { readonly kind: "register"; readonly reg: R };

/** What a wide load puts into its register. */
export type WideValue =
  | { readonly kind: "imm"; readonly value: bigint }
  /** The address of a map object. */
  | { readonly kind: "map"; readonly name: string }
  /** The address of byte `offset` of a global-data section (".bss", ".data", ".rodata…"), a one-element array map. */
  | { readonly kind: "map-value"; readonly name: string; readonly offset: number }
  /** The address of a function of the same object (callbacks). */
  | { readonly kind: "function"; readonly name: string }
  /** The address of a kernel variable, resolved by BTF or kallsyms at load. */
  | { readonly kind: "ksym"; readonly name: string };

/** enum bpf_core_relo_kind, in its order (include/uapi/linux/bpf.h). */
export const CORE_KINDS = [
  "field_byte_offset",
  "field_byte_size",
  "field_exists",
  "field_signed",
  "field_lshift_u64",
  "field_rshift_u64",
  "type_id_local",
  "type_id_target",
  "type_exists",
  "type_size",
  "enumval_exists",
  "enumval_value",
  "type_matches",
] as const;
export type CoreKind = (typeof CORE_KINDS)[number];

/**
 * A value that the target's own BTF decides at load: patched into `off` of a load or store, or into the immediate of
 * an ALU instruction or wide load. The instruction itself carries the value for the kernel compiled against.
 */
export type CoreReference = {
  readonly kind: CoreKind;
  /** Root type (struct, union, typedef or enum), an id of the BTF that the program was compiled against. */
  readonly type: Brand<number, "TypeId">;
  /** Access path: first an array index on the root (0), then member or element indices; or [enumerator index]. */
  readonly access: readonly number[];
  /** For listings and messages, such as "struct task_struct.pid". */
  readonly text: string;
};

export type Meta = {
  /** Region of the script that this instruction serves. */
  readonly span: Span | undefined;
  readonly core: CoreReference | undefined;
  readonly comment: string | undefined;
};
export const NO_META: Meta = { span: undefined, core: undefined, comment: undefined };

export type Insn<R = Reg> =
  | { readonly kind: "label"; readonly name: string; readonly meta: Meta }
  /** dst = dst OP src, or dst = src for mov. */
  | {
      readonly kind: "alu";
      readonly op: AluOp;
      readonly width: Width;
      readonly dst: R;
      readonly src: Operand<R>;
      readonly meta: Meta;
    }
  | { readonly kind: "neg"; readonly width: Width; readonly dst: R; readonly meta: Meta }
  /** dst = the low `bits` of src, sign-extended to `width`. */
  | {
      readonly kind: "movsx";
      readonly bits: 8 | 16 | 32;
      readonly width: Width;
      readonly dst: R;
      readonly src: R;
      readonly meta: Meta;
    }
  /** dst = its low `bits`, in the byte order asked for, zero-extended. */
  | { readonly kind: "swap"; readonly op: SwapOp; readonly bits: 16 | 32 | 64; readonly dst: R; readonly meta: Meta }
  /** dst = memory at base + off, `size` bytes. */
  | {
      readonly kind: "load";
      readonly size: LoadSize;
      readonly signed: boolean;
      readonly dst: R;
      readonly base: R;
      readonly off: number;
      readonly meta: Meta;
    }
  | {
      readonly kind: "store";
      readonly size: LoadSize;
      readonly base: R;
      readonly off: number;
      readonly src: Operand<R>;
      readonly meta: Meta;
    }
  /** Memory at base + off OP src, atomically. The fetch forms and xchg leave the old value in src, cmpxchg in r0. */
  | {
      readonly kind: "atomic";
      readonly op: AtomicOp;
      readonly size: 4 | 8;
      readonly base: R;
      readonly off: number;
      readonly src: R;
      readonly meta: Meta;
    }
  /** dst = memory at base + off, before all later accesses (ISA v4). */
  | {
      readonly kind: "load-acquire";
      readonly size: LoadSize;
      readonly dst: R;
      readonly base: R;
      readonly off: number;
      readonly meta: Meta;
    }
  | {
      readonly kind: "store-release";
      readonly size: LoadSize;
      readonly base: R;
      readonly off: number;
      readonly src: R;
      readonly meta: Meta;
    }
  | { readonly kind: "load64"; readonly dst: R; readonly value: WideValue; readonly meta: Meta }
  | {
      readonly kind: "jump";
      readonly op: JumpOp;
      readonly width: Width;
      readonly left: R;
      readonly right: Operand<R>;
      readonly target: string;
      readonly meta: Meta;
    }
  /** long: a 32-bit offset (ISA v4). */
  | { readonly kind: "goto"; readonly target: string; readonly long: boolean; readonly meta: Meta }
  | { readonly kind: "may-goto"; readonly target: string; readonly meta: Meta }
  | { readonly kind: "call"; readonly target: CallTarget<R>; readonly meta: Meta }
  | { readonly kind: "exit"; readonly meta: Meta };

// ---- the assembler: mov.imm(r1, 5), add32.reg(r1, r2), jlt.reg(r1, r2, "L3"), ldx(8, r1, r2, 16), exit() ----

type AluMaker = {
  readonly reg: <R = Reg>(dst: R, src: R) => Insn<R>;
  readonly imm: <R = Reg>(dst: R, value: number) => Insn<R>;
};
function aluMaker(op: AluOp, width: Width): AluMaker {
  return {
    reg: (dst, src) => ({ kind: "alu", op, width, dst, src: { kind: "reg", reg: src }, meta: NO_META }),
    imm: (dst, value) => ({ kind: "alu", op, width, dst, src: { kind: "imm", value }, meta: NO_META }),
  };
}

type JumpMaker = {
  readonly reg: <R = Reg>(left: R, right: R, target: string) => Insn<R>;
  readonly imm: <R = Reg>(left: R, right: number, target: string) => Insn<R>;
};
function jumpMaker(op: JumpOp, width: Width): JumpMaker {
  return {
    reg: (left, right, target) => ({
      kind: "jump",
      op,
      width,
      left,
      right: { kind: "reg", reg: right },
      target,
      meta: NO_META,
    }),
    imm: (left, right, target) => ({
      kind: "jump",
      op,
      width,
      left,
      right: { kind: "imm", value: right },
      target,
      meta: NO_META,
    }),
  };
}

export const mov = aluMaker("mov", 64);
export const add = aluMaker("add", 64);
export const sub = aluMaker("sub", 64);
export const mul = aluMaker("mul", 64);
export const div = aluMaker("div", 64);
export const sdiv = aluMaker("sdiv", 64);
export const mod = aluMaker("mod", 64);
export const smod = aluMaker("smod", 64);
export const or = aluMaker("or", 64);
export const and = aluMaker("and", 64);
export const xor = aluMaker("xor", 64);
export const lsh = aluMaker("lsh", 64);
export const rsh = aluMaker("rsh", 64);
export const arsh = aluMaker("arsh", 64);
export const mov32 = aluMaker("mov", 32);
export const add32 = aluMaker("add", 32);
export const sub32 = aluMaker("sub", 32);
export const mul32 = aluMaker("mul", 32);
export const div32 = aluMaker("div", 32);
export const sdiv32 = aluMaker("sdiv", 32);
export const mod32 = aluMaker("mod", 32);
export const smod32 = aluMaker("smod", 32);
export const or32 = aluMaker("or", 32);
export const and32 = aluMaker("and", 32);
export const xor32 = aluMaker("xor", 32);
export const lsh32 = aluMaker("lsh", 32);
export const rsh32 = aluMaker("rsh", 32);
export const arsh32 = aluMaker("arsh", 32);

export const jeq = jumpMaker("jeq", 64);
export const jne = jumpMaker("jne", 64);
export const jgt = jumpMaker("jgt", 64);
export const jge = jumpMaker("jge", 64);
export const jlt = jumpMaker("jlt", 64);
export const jle = jumpMaker("jle", 64);
export const jsgt = jumpMaker("jsgt", 64);
export const jsge = jumpMaker("jsge", 64);
export const jslt = jumpMaker("jslt", 64);
export const jsle = jumpMaker("jsle", 64);
export const jset = jumpMaker("jset", 64);
export const jeq32 = jumpMaker("jeq", 32);
export const jne32 = jumpMaker("jne", 32);
export const jgt32 = jumpMaker("jgt", 32);
export const jge32 = jumpMaker("jge", 32);
export const jlt32 = jumpMaker("jlt", 32);
export const jle32 = jumpMaker("jle", 32);
export const jsgt32 = jumpMaker("jsgt", 32);
export const jsge32 = jumpMaker("jsge", 32);
export const jslt32 = jumpMaker("jslt", 32);
export const jsle32 = jumpMaker("jsle", 32);
export const jset32 = jumpMaker("jset", 32);

/** Any ALU operation, when the operation or operand is itself a value. */
export function alu<R = Reg>(op: AluOp, width: Width, dst: R, src: Operand<R>): Insn<R> {
  return { kind: "alu", op, width, dst, src, meta: NO_META };
}
/** Any conditional jump, when the operation or operand is itself a value. */
export function jump<R = Reg>(op: JumpOp, width: Width, left: R, right: Operand<R>, target: string): Insn<R> {
  return { kind: "jump", op, width, left, right, target, meta: NO_META };
}
export function neg<R = Reg>(dst: R, width: Width = 64): Insn<R> {
  return { kind: "neg", width, dst, meta: NO_META };
}
/** dst = (s8|s16|s32)src, sign-extended (ISA v4). */
export function movsx<R = Reg>(bits: 8 | 16 | 32, dst: R, src: R, width: Width = 64): Insn<R> {
  return { kind: "movsx", bits, width, dst, src, meta: NO_META };
}
export function toLe<R = Reg>(bits: 16 | 32 | 64, dst: R): Insn<R> {
  return { kind: "swap", op: "le", bits, dst, meta: NO_META };
}
export function toBe<R = Reg>(bits: 16 | 32 | 64, dst: R): Insn<R> {
  return { kind: "swap", op: "be", bits, dst, meta: NO_META };
}
/** Swaps bytes whatever the host's order (ISA v4; toBe does it on every little-endian host since v1). */
export function bswap<R = Reg>(bits: 16 | 32 | 64, dst: R): Insn<R> {
  return { kind: "swap", op: "bswap", bits, dst, meta: NO_META };
}

/** dst = *(u8|u16|u32|u64 *)(base + off), zero-extended. */
export function ldx<R = Reg>(size: LoadSize, dst: R, base: R, off: number): Insn<R> {
  return { kind: "load", size, signed: false, dst, base, off, meta: NO_META };
}
/** dst = *(s8|s16|s32 *)(base + off), sign-extended (ISA v4). */
export function ldsx<R = Reg>(size: 1 | 2 | 4, dst: R, base: R, off: number): Insn<R> {
  return { kind: "load", size, signed: true, dst, base, off, meta: NO_META };
}
/** *(base + off) = src */
export function stx<R = Reg>(size: LoadSize, base: R, off: number, src: R): Insn<R> {
  return { kind: "store", size, base, off, src: { kind: "reg", reg: src }, meta: NO_META };
}
/** *(base + off) = value; a 64-bit store sign-extends the 32-bit value. */
export function st<R = Reg>(size: LoadSize, base: R, off: number, value: number): Insn<R> {
  return { kind: "store", size, base, off, src: { kind: "imm", value }, meta: NO_META };
}
export function atomic<R = Reg>(op: AtomicOp, size: 4 | 8, base: R, off: number, src: R): Insn<R> {
  return { kind: "atomic", op, size, base, off, src, meta: NO_META };
}
export function loadAcquire<R = Reg>(size: LoadSize, dst: R, base: R, off: number): Insn<R> {
  return { kind: "load-acquire", size, dst, base, off, meta: NO_META };
}
export function storeRelease<R = Reg>(size: LoadSize, base: R, off: number, src: R): Insn<R> {
  return { kind: "store-release", size, base, off, src, meta: NO_META };
}

/** Wide loads (two slots): a 64-bit constant or an address. */
export const lddw = {
  imm: <R = Reg>(dst: R, value: bigint): Insn<R> => wide(dst, { kind: "imm", value }),
  map: <R = Reg>(dst: R, name: string): Insn<R> => wide(dst, { kind: "map", name }),
  mapValue: <R = Reg>(dst: R, name: string, offset: number): Insn<R> => wide(dst, { kind: "map-value", name, offset }),
  func: <R = Reg>(dst: R, name: string): Insn<R> => wide(dst, { kind: "function", name }),
  ksym: <R = Reg>(dst: R, name: string): Insn<R> => wide(dst, { kind: "ksym", name }),
};
function wide<R>(dst: R, value: WideValue): Insn<R> {
  return { kind: "load64", dst, value, meta: NO_META };
}

export const call = {
  helper: <R = Reg>(id: number): Insn<R> => ({ kind: "call", target: { kind: "helper", id }, meta: NO_META }),
  func: <R = Reg>(name: string): Insn<R> => ({ kind: "call", target: { kind: "function", name }, meta: NO_META }),
  kfunc: <R = Reg>(name: string): Insn<R> => ({ kind: "call", target: { kind: "kfunc", name }, meta: NO_META }),
  reg: <R = Reg>(reg: R): Insn<R> => ({ kind: "call", target: { kind: "register", reg }, meta: NO_META }),
};
export function label<R = Reg>(name: string): Insn<R> {
  return { kind: "label", name, meta: NO_META };
}
export function ja<R = Reg>(target: string): Insn<R> {
  return { kind: "goto", target, long: false, meta: NO_META };
}
/** An unconditional jump of any distance (ISA v4). */
export function gotol<R = Reg>(target: string): Insn<R> {
  return { kind: "goto", target, long: true, meta: NO_META };
}
/** Jumps when the verifier's iteration budget is used up (ISA v4). */
export function mayGoto<R = Reg>(target: string): Insn<R> {
  return { kind: "may-goto", target, meta: NO_META };
}
export function exit<R = Reg>(): Insn<R> {
  return { kind: "exit", meta: NO_META };
}

// ---- metadata ----

export function withSpan<R>(insn: Insn<R>, span: Span | undefined): Insn<R> {
  return { ...insn, meta: { ...insn.meta, span } };
}
export function withCore<R>(insn: Insn<R>, core: CoreReference): Insn<R> {
  return { ...insn, meta: { ...insn.meta, core } };
}
export function withComment<R>(insn: Insn<R>, comment: string): Insn<R> {
  return { ...insn, meta: { ...insn.meta, comment } };
}
