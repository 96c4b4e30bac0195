/**
 * Every eBPF operation, one row each: its name, class, code bits, text form and the ISA version that brought it.
 *
 * Encode, decode, print and parse read these rows; nothing else spells an opcode. In `text`, {dst} {src} {base} are
 * registers, {operand} a register or an immediate, {mem} is "base + off", {u} "u8".."u64" and {s} "s8".."s32" the
 * access type, {bits} its width, {target} a label. A register prints as wN in a 32-bit operation.
 *
 * Source: Documentation/bpf/standardization/instruction-set.rst (RFC 9669); the text is llvm-objdump's.
 */

/**
 *   +----------------+--------+-----------+      ALU and JMP classes: operation, operand source, class
 *   | 4 bits         | 1 bit  | 3 bits    |
 *   | code           | source | class     |      source: K = immediate, X = register
 *   +----------------+--------+-----------+
 *   | 3 bits  | 2 bits | 3 bits |                load and store classes: mode, size, class
 *   | mode    | size   | class  |
 */
export const CLASS = {
  ld: 0x00,
  ldx: 0x01,
  st: 0x02,
  stx: 0x03,
  alu: 0x04,
  jmp: 0x05,
  jmp32: 0x06,
  alu64: 0x07,
} as const;
export const SOURCE = { k: 0x00, x: 0x08 } as const;
export const MODE = { imm: 0x00, mem: 0x60, memsx: 0x80, atomic: 0xc0 } as const;

/** Access sizes in bytes. */
export type LoadSize = 1 | 2 | 4 | 8;
export const SIZE_BITS: Readonly<Record<LoadSize, number>> = { 4: 0x00, 2: 0x08, 1: 0x10, 8: 0x18 };

/** A row's ISA version, as in `clang -mcpu=vN`; a 32-bit jump is v3 whatever its row says. */
export type IsaVersion = "v1" | "v2" | "v3" | "v4";

export type AluOp =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "sdiv"
  | "or"
  | "and"
  | "lsh"
  | "rsh"
  | "mod"
  | "smod"
  | "xor"
  | "mov"
  | "arsh";
export type JumpOp = "jeq" | "jgt" | "jge" | "jset" | "jne" | "jsgt" | "jsge" | "jlt" | "jle" | "jslt" | "jsle";
export type AtomicOp =
  | "add"
  | "or"
  | "and"
  | "xor"
  | "fetch_add"
  | "fetch_or"
  | "fetch_and"
  | "fetch_xor"
  | "xchg"
  | "cmpxchg";
export type SwapOp = "le" | "be" | "bswap";

/** `off` is the wire's offset field, which tells signed division (1) from unsigned (0). */
export type AluRow = { readonly code: number; readonly off: 0 | 1; readonly isa: IsaVersion; readonly text: string };
export const ALU: Readonly<Record<AluOp, AluRow>> = {
  add: { code: 0x00, off: 0, isa: "v1", text: "{dst} += {operand}" },
  sub: { code: 0x10, off: 0, isa: "v1", text: "{dst} -= {operand}" },
  mul: { code: 0x20, off: 0, isa: "v1", text: "{dst} *= {operand}" },
  div: { code: 0x30, off: 0, isa: "v1", text: "{dst} /= {operand}" },
  sdiv: { code: 0x30, off: 1, isa: "v4", text: "{dst} s/= {operand}" },
  or: { code: 0x40, off: 0, isa: "v1", text: "{dst} |= {operand}" },
  and: { code: 0x50, off: 0, isa: "v1", text: "{dst} &= {operand}" },
  lsh: { code: 0x60, off: 0, isa: "v1", text: "{dst} <<= {operand}" },
  rsh: { code: 0x70, off: 0, isa: "v1", text: "{dst} >>= {operand}" },
  mod: { code: 0x90, off: 0, isa: "v1", text: "{dst} %= {operand}" },
  smod: { code: 0x90, off: 1, isa: "v4", text: "{dst} s%= {operand}" },
  xor: { code: 0xa0, off: 0, isa: "v1", text: "{dst} ^= {operand}" },
  mov: { code: 0xb0, off: 0, isa: "v1", text: "{dst} = {operand}" },
  arsh: { code: 0xc0, off: 0, isa: "v1", text: "{dst} s>>= {operand}" },
};
export const NEG = { code: 0x80, isa: "v1", text: "{dst} = -{dst}" } as const;
/** mov with the source's width in bits in `off`. */
export const MOVSX = { code: 0xb0, isa: "v4", text: "{dst} = ({s}){src}" } as const;

/** Code 0xd0; the width in bits stands in `imm`. le and be are ALU with source K and X, bswap is ALU64. */
export type SwapRow = {
  readonly class: number;
  readonly source: number;
  readonly isa: IsaVersion;
  readonly text: string;
};
export const SWAP_CODE = 0xd0;
export const SWAP: Readonly<Record<SwapOp, SwapRow>> = {
  le: { class: CLASS.alu, source: SOURCE.k, isa: "v1", text: "{dst} = le{bits} {dst}" },
  be: { class: CLASS.alu, source: SOURCE.x, isa: "v1", text: "{dst} = be{bits} {dst}" },
  bswap: { class: CLASS.alu64, source: SOURCE.k, isa: "v4", text: "{dst} = bswap{bits} {dst}" },
};

export type JumpRow = { readonly code: number; readonly isa: IsaVersion; readonly text: string };
export const JUMP: Readonly<Record<JumpOp, JumpRow>> = {
  jeq: { code: 0x10, isa: "v1", text: "if {dst} == {operand} goto {target}" },
  jgt: { code: 0x20, isa: "v1", text: "if {dst} > {operand} goto {target}" },
  jge: { code: 0x30, isa: "v1", text: "if {dst} >= {operand} goto {target}" },
  jset: { code: 0x40, isa: "v1", text: "if {dst} & {operand} goto {target}" },
  jne: { code: 0x50, isa: "v1", text: "if {dst} != {operand} goto {target}" },
  jsgt: { code: 0x60, isa: "v1", text: "if {dst} s> {operand} goto {target}" },
  jsge: { code: 0x70, isa: "v1", text: "if {dst} s>= {operand} goto {target}" },
  jlt: { code: 0xa0, isa: "v2", text: "if {dst} < {operand} goto {target}" },
  jle: { code: 0xb0, isa: "v2", text: "if {dst} <= {operand} goto {target}" },
  jslt: { code: 0xc0, isa: "v2", text: "if {dst} s< {operand} goto {target}" },
  jsle: { code: 0xd0, isa: "v2", text: "if {dst} s<= {operand} goto {target}" },
};

/** Jump-class operations that are not comparisons. */
export const CONTROL = {
  goto: { opcode: CLASS.jmp, isa: "v1", text: "goto {target}" },
  gotol: { opcode: CLASS.jmp32, isa: "v4", text: "gotol {target}" },
  mayGoto: { opcode: 0xe0 | CLASS.jmp, isa: "v4", text: "may_goto {target}" },
  call: { opcode: 0x80 | CLASS.jmp, isa: "v1", text: "call {callee}" },
  callx: { opcode: 0x80 | SOURCE.x | CLASS.jmp, isa: "v1", text: "callx {dst}" },
  exit: { opcode: 0x90 | CLASS.jmp, isa: "v1", text: "exit" },
} as const;
/** The source-register field of a call: what `imm` means. */
export const CALL_SOURCE = { helper: 0, function: 1, kfunc: 2 } as const;

export const MEMORY = {
  load: { mode: MODE.mem, class: CLASS.ldx, isa: "v1", text: "{dst} = *({u} *)({mem})" },
  loadSigned: { mode: MODE.memsx, class: CLASS.ldx, isa: "v4", text: "{dst} = *({s} *)({mem})" },
  store: { mode: MODE.mem, class: CLASS.stx, isa: "v1", text: "*({u} *)({mem}) = {src}" },
  storeImm: { mode: MODE.mem, class: CLASS.st, isa: "v1", text: "*({u} *)({mem}) = {imm}" },
  loadAcquire: { mode: MODE.atomic, class: CLASS.stx, isa: "v4", text: "{dst} = load_acquire(({u} *)({mem}))" },
  storeRelease: { mode: MODE.atomic, class: CLASS.stx, isa: "v4", text: "store_release(({u} *)({mem}), {src})" },
} as const;
/** `imm` of the two ordered accesses (kernel 6.15). */
export const ORDERED_IMM = { loadAcquire: 0x100, storeRelease: 0x110 } as const;

/** STX, mode atomic; the operation stands in `imm`. xadd is v1; what fetches is v3. */
export type AtomicRow = { readonly imm: number; readonly isa: IsaVersion; readonly text: string };
export const ATOMIC: Readonly<Record<AtomicOp, AtomicRow>> = {
  add: { imm: 0x00, isa: "v1", text: "lock *({u} *)({mem}) += {src}" },
  or: { imm: 0x40, isa: "v3", text: "lock *({u} *)({mem}) |= {src}" },
  and: { imm: 0x50, isa: "v3", text: "lock *({u} *)({mem}) &= {src}" },
  xor: { imm: 0xa0, isa: "v3", text: "lock *({u} *)({mem}) ^= {src}" },
  fetch_add: { imm: 0x01, isa: "v3", text: "{src} = atomic_fetch_add(({u} *)({mem}), {src})" },
  fetch_or: { imm: 0x41, isa: "v3", text: "{src} = atomic_fetch_or(({u} *)({mem}), {src})" },
  fetch_and: { imm: 0x51, isa: "v3", text: "{src} = atomic_fetch_and(({u} *)({mem}), {src})" },
  fetch_xor: { imm: 0xa1, isa: "v3", text: "{src} = atomic_fetch_xor(({u} *)({mem}), {src})" },
  xchg: { imm: 0xe1, isa: "v3", text: "{src} = xchg{x}_{bits}({mem}, {src})" },
  cmpxchg: { imm: 0xf1, isa: "v3", text: "{r0} = cmpxchg{x}_{bits}({mem}, {r0}, {src})" },
};

/** LD, mode imm, size 8: two slots. The source-register field says what the two immediates mean. */
export const WIDE = { opcode: CLASS.ld | MODE.imm | 0x18, isa: "v1", text: "{dst} = {wide} ll" } as const;
export const WIDE_SOURCE = { imm: 0, map: 1, mapValue: 2, ksym: 3, function: 4 } as const;
