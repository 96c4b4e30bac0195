/**
 * Bytes → instructions: the inverse of layout.ts, as strict as the kernel about reserved fields
 * (kernel/bpf/verifier.c: do_check, check_alu_op, check_cond_jmp_op).
 *
 * Guarantee: what decodes lays out to the same bytes again. Labels are invented for jump targets (L0, L1, … in order of
 * position) and for functions called in the same bytes (F0, F1, …).
 */
import { invariant } from "../util/assert.ts";
import { ByteReader } from "../util/bytes.ts";
import { EbpfError } from "./error.ts";
import { type CoreReference, type Insn, type Meta, NO_META, type Operand, type Reg, type WideValue } from "./insn.ts";
import type { RelocationTarget } from "./layout.ts";
import {
  ALU,
  type AluOp,
  ATOMIC,
  type AtomicOp,
  CALL_SOURCE,
  CLASS,
  CONTROL,
  JUMP,
  type JumpOp,
  type LoadSize,
  MODE,
  MOVSX,
  NEG,
  ORDERED_IMM,
  SOURCE,
  SWAP_CODE,
  WIDE,
  WIDE_SOURCE,
} from "./opcodes.ts";

export type DecodeOptions = {
  /** What relocations say of slots: gives maps, functions and kernel symbols their names. */
  readonly relocations?: ReadonlyMap<number, RelocationTarget>;
  readonly core?: ReadonlyMap<number, CoreReference>;
  /** Names instead of invented ones, by slot. */
  readonly labels?: ReadonlyMap<number, string>;
};

/** The five fields of a slot. */
type Raw = {
  readonly slot: number;
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  readonly off: number;
  readonly imm: number;
};
type Decoded = {
  readonly slot: number;
  readonly insn: (labels: ReadonlyMap<number, string>) => Insn;
  readonly target: number | undefined;
  readonly calls: boolean;
};

/**
 * Decodes one function (or several, one after the other) of little-endian bytes.
 * @throws EbpfError naming the slot for an unknown opcode, a reserved field in use, a jump that leaves the bytes or
 *   enters the middle of a wide load, a truncated end
 */
export function decode(bytes: Uint8Array, options: DecodeOptions = {}): Insn[] {
  if (bytes.length % 8 !== 0)
    throw new EbpfError(`${bytes.length} bytes are not a whole number of 8-byte instructions`);
  const decoded = readSlots(bytes, options);
  const starts = new Set(decoded.map((d) => d.slot));
  const targets = new Map<number, boolean>();
  for (const d of decoded) {
    if (d.target === undefined) continue;
    if (!starts.has(d.target)) {
      throw fail(d.slot, `its target, slot ${d.target}, is no instruction of these ${bytes.length / 8} slots`);
    }
    targets.set(d.target, (targets.get(d.target) ?? false) || d.calls);
  }

  const labels = new Map<number, string>(options.labels);
  let jumps = 0;
  let functions = 0;
  for (const d of decoded) {
    const called = targets.get(d.slot);
    if (called === undefined || labels.has(d.slot)) continue;
    labels.set(d.slot, called ? `F${functions++}` : `L${jumps++}`);
  }
  const insns: Insn[] = [];
  for (const d of decoded) {
    const name = labels.get(d.slot);
    if (name !== undefined) insns.push({ kind: "label", name, meta: NO_META });
    insns.push(d.insn(labels));
  }
  return insns;
}

function readSlots(bytes: Uint8Array, options: DecodeOptions): Decoded[] {
  const reader = new ByteReader(bytes, (message) => new EbpfError(message));
  const decoded: Decoded[] = [];
  while (reader.remaining > 0) {
    const raw = readRaw(reader);
    const core = options.core?.get(raw.slot);
    const meta: Meta = core === undefined ? NO_META : { ...NO_META, core };
    const relocation = options.relocations?.get(raw.slot);
    if (raw.opcode === WIDE.opcode) {
      if (reader.remaining === 0) throw fail(raw.slot, "a wide load lacks its second half");
      decoded.push(decodeWide(raw, readRaw(reader), relocation, meta));
    } else {
      decoded.push(decodeOne(raw, relocation, meta));
    }
  }
  return decoded;
}

function readRaw(reader: ByteReader): Raw {
  const slot = reader.offset / 8;
  const opcode = reader.u8("opcode");
  const regs = reader.u8("registers");
  return { slot, opcode, dst: regs & 15, src: regs >> 4, off: reader.i16("offset"), imm: reader.i32("immediate") };
}

function decodeWide(raw: Raw, second: Raw, relocation: RelocationTarget | undefined, meta: Meta): Decoded {
  if (second.opcode !== 0 || second.dst !== 0 || second.src !== 0 || second.off !== 0 || raw.off !== 0) {
    throw fail(raw.slot, "a wide load uses reserved fields");
  }
  const dst = reg(raw, raw.dst);
  const wide = (value: WideValue): Decoded => plain(raw, { kind: "load64", dst, value, meta });
  if (relocation !== undefined) {
    switch (relocation.kind) {
      case "map":
      case "map-value":
      case "ksym":
        return wide(relocation);
      case "function-address":
        return wide({ kind: "function", name: relocation.name });
      default:
        throw fail(raw.slot, `a wide load cannot be relocated as a ${relocation.kind}`);
    }
  }
  if (raw.src === WIDE_SOURCE.imm) {
    return wide({ kind: "imm", value: (BigInt(second.imm) << 32n) | BigInt.asUintN(32, BigInt(raw.imm)) });
  }
  if (raw.src === WIDE_SOURCE.function && second.imm === 0) {
    const target = raw.slot + 1 + raw.imm;
    return {
      slot: raw.slot,
      target,
      calls: true,
      insn: (labels) => ({ kind: "load64", dst, value: { kind: "function", name: nameOf(labels, target) }, meta }),
    };
  }
  throw fail(raw.slot, "a wide load refers to a loaded map or kernel object by number, and no relocation names it");
}

function decodeOne(raw: Raw, relocation: RelocationTarget | undefined, meta: Meta): Decoded {
  const opclass = raw.opcode & 7;
  switch (opclass) {
    case CLASS.alu:
    case CLASS.alu64:
      return plain(raw, decodeAlu(raw, meta));
    case CLASS.jmp:
    case CLASS.jmp32:
      return decodeJump(raw, relocation, meta);
    case CLASS.ldx:
    case CLASS.st:
    case CLASS.stx:
      return plain(raw, decodeMemory(raw, meta));
    default:
      throw unknown(raw);
  }
}

function decodeAlu(raw: Raw, meta: Meta): Insn {
  const width = (raw.opcode & 7) === CLASS.alu64 ? 64 : 32;
  const isReg = (raw.opcode & SOURCE.x) !== 0;
  const code = raw.opcode & 0xf0;
  const dst = reg(raw, raw.dst);
  if (code === SWAP_CODE) {
    if (raw.off !== 0 || raw.src !== 0 || (width === 64 && isReg)) throw reserved(raw);
    if (raw.imm !== 16 && raw.imm !== 32 && raw.imm !== 64) throw fail(raw.slot, `no byte swap of ${raw.imm} bits`);
    return { kind: "swap", op: width === 64 ? "bswap" : isReg ? "be" : "le", bits: raw.imm, dst, meta };
  }
  if (code === NEG.code) {
    if (isReg || raw.off !== 0 || raw.imm !== 0 || raw.src !== 0) throw reserved(raw);
    return { kind: "neg", width, dst, meta };
  }
  if (code === MOVSX.code && raw.off !== 0) {
    const bits = raw.off;
    if (!isReg || raw.imm !== 0 || (bits !== 8 && bits !== 16 && (bits !== 32 || width === 32))) throw reserved(raw);
    return { kind: "movsx", bits, width, dst, src: reg(raw, raw.src), meta };
  }
  const op = keys(ALU).find((name: AluOp) => ALU[name].code === code && ALU[name].off === raw.off);
  if (op === undefined) throw keys(ALU).some((name: AluOp) => ALU[name].code === code) ? reserved(raw) : unknown(raw);
  return { kind: "alu", op, width, dst, src: operand(raw, isReg), meta };
}

function decodeJump(raw: Raw, relocation: RelocationTarget | undefined, meta: Meta): Decoded {
  const width = (raw.opcode & 7) === CLASS.jmp ? 64 : 32;
  const { slot } = raw;
  switch (raw.opcode) {
    case CONTROL.exit.opcode:
      if (raw.dst !== 0 || raw.src !== 0 || raw.off !== 0 || raw.imm !== 0) throw reserved(raw);
      return plain(raw, { kind: "exit", meta });
    case CONTROL.call.opcode:
      return decodeCall(raw, relocation, meta);
    case CONTROL.callx.opcode:
      if (raw.src !== 0 || raw.off !== 0 || raw.imm !== 0) throw reserved(raw);
      return plain(raw, { kind: "call", target: { kind: "register", reg: reg(raw, raw.dst) }, meta });
    case CONTROL.goto.opcode:
    case CONTROL.gotol.opcode:
    case CONTROL.mayGoto.opcode: {
      const long = raw.opcode === CONTROL.gotol.opcode;
      if (raw.dst !== 0 || raw.src !== 0 || (long ? raw.off : raw.imm) !== 0) throw reserved(raw);
      const to = slot + 1 + (long ? raw.imm : raw.off);
      const insn = (labels: ReadonlyMap<number, string>): Insn =>
        raw.opcode === CONTROL.mayGoto.opcode
          ? { kind: "may-goto", target: nameOf(labels, to), meta }
          : { kind: "goto", target: nameOf(labels, to), long, meta };
      return { slot, target: to, calls: false, insn };
    }
    default: {
      const op = keys(JUMP).find((name: JumpOp) => JUMP[name].code === (raw.opcode & 0xf0));
      if (op === undefined) throw unknown(raw);
      const left = reg(raw, raw.dst);
      const right = operand(raw, (raw.opcode & SOURCE.x) !== 0);
      const to = slot + 1 + raw.off;
      return {
        slot,
        target: to,
        calls: false,
        insn: (labels) => ({ kind: "jump", op, width, left, right, target: nameOf(labels, to), meta }),
      };
    }
  }
}

function decodeCall(raw: Raw, relocation: RelocationTarget | undefined, meta: Meta): Decoded {
  if (raw.dst !== 0 || raw.off !== 0) throw reserved(raw);
  if (relocation !== undefined) {
    if (relocation.kind !== "call" && relocation.kind !== "kfunc") {
      throw fail(raw.slot, `a call cannot be relocated as a ${relocation.kind}`);
    }
    const kind = relocation.kind === "call" ? "function" : "kfunc";
    return plain(raw, { kind: "call", target: { kind, name: relocation.name }, meta });
  }
  if (raw.src === CALL_SOURCE.helper) {
    return plain(raw, { kind: "call", target: { kind: "helper", id: raw.imm }, meta });
  }
  if (raw.src === CALL_SOURCE.function) {
    const target = raw.slot + 1 + raw.imm;
    const insn = (labels: ReadonlyMap<number, string>): Insn => ({
      kind: "call",
      target: { kind: "function", name: nameOf(labels, target) },
      meta,
    });
    return { slot: raw.slot, target, calls: true, insn };
  }
  throw fail(raw.slot, "a call of a kernel function by number, and no relocation names it");
}

function decodeMemory(raw: Raw, meta: Meta): Insn {
  const opclass = raw.opcode & 7;
  const mode = raw.opcode & 0xe0;
  const size = sizeOf(raw.opcode);
  const { off } = raw;
  const dst = reg(raw, raw.dst);
  if (opclass === CLASS.st && mode === MODE.mem) {
    if (raw.src !== 0) throw reserved(raw);
    return { kind: "store", size, base: dst, off, src: { kind: "imm", value: raw.imm }, meta };
  }
  const src = reg(raw, raw.src);
  if (opclass === CLASS.ldx && (mode === MODE.mem || (mode === MODE.memsx && size !== 8))) {
    if (raw.imm !== 0) throw reserved(raw);
    return { kind: "load", size, signed: mode === MODE.memsx, dst, base: src, off, meta };
  }
  if (opclass === CLASS.stx && mode === MODE.mem) {
    if (raw.imm !== 0) throw reserved(raw);
    return { kind: "store", size, base: dst, off, src: { kind: "reg", reg: src }, meta };
  }
  if (opclass === CLASS.stx && mode === MODE.atomic) {
    if (raw.imm === ORDERED_IMM.loadAcquire) return { kind: "load-acquire", size, dst, base: src, off, meta };
    if (raw.imm === ORDERED_IMM.storeRelease) return { kind: "store-release", size, base: dst, off, src, meta };
    const op = keys(ATOMIC).find((name: AtomicOp) => ATOMIC[name].imm === raw.imm);
    if (op === undefined) throw fail(raw.slot, `unknown atomic operation 0x${(raw.imm >>> 0).toString(16)}`);
    if (size !== 4 && size !== 8) throw fail(raw.slot, `no atomic operation on ${size} bytes`);
    return { kind: "atomic", op, size, base: dst, off, src, meta };
  }
  throw unknown(raw);
}

function sizeOf(opcode: number): LoadSize {
  switch ((opcode >> 3) & 3) {
    case 0:
      return 4;
    case 1:
      return 2;
    case 2:
      return 1;
    default:
      return 8;
  }
}

function operand(raw: Raw, isReg: boolean): Operand {
  if (isReg ? raw.imm !== 0 : raw.src !== 0) throw reserved(raw);
  return isReg ? { kind: "reg", reg: reg(raw, raw.src) } : { kind: "imm", value: raw.imm };
}
function reg(raw: Raw, n: number): Reg {
  switch (n) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
      return n;
    default:
      throw fail(raw.slot, `there is no register r${n}`);
  }
}
function plain(raw: Raw, insn: Insn): Decoded {
  return { slot: raw.slot, insn: () => insn, target: undefined, calls: false };
}
function nameOf(labels: ReadonlyMap<number, string>, slot: number): string {
  const name = labels.get(slot);
  invariant(name !== undefined, "ebpf decode", `slot ${slot} was not labelled`);
  return name;
}
function keys<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(table) as K[]; // the tables are closed records: their keys are exactly K
}
function fail(slot: number, message: string): EbpfError {
  return new EbpfError(`instruction at slot ${slot}: ${message}`);
}
function unknown(raw: Raw): EbpfError {
  return fail(raw.slot, `unknown opcode 0x${raw.opcode.toString(16).padStart(2, "0")}`);
}
function reserved(raw: Raw): EbpfError {
  return fail(raw.slot, `opcode 0x${raw.opcode.toString(16).padStart(2, "0")} with reserved fields in use`);
}
