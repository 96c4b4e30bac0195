/**
 * One instruction as its 8 (wide loads: 16) bytes, little-endian.
 *
 *   byte 0   byte 1         bytes 2–3   bytes 4–7
 *   opcode   src:4 dst:4    offset      immediate      (dst in the low half on little-endian targets)
 *
 * Names are not resolved here: the caller gives the jump's displacement; what a relocation will fill is left as clang
 * leaves it (wide loads 0 or the addend, calls -1), so that libbpf and other loaders find what they expect.
 */
import { unreachable } from "../util/assert.ts";
import type { ByteWriter } from "../util/bytes.ts";
import { EbpfError } from "./error.ts";
import type { Insn, Operand, Reg, WideValue } from "./insn.ts";
import {
  ALU,
  ATOMIC,
  CALL_SOURCE,
  CLASS,
  CONTROL,
  JUMP,
  MEMORY,
  MODE,
  MOVSX,
  NEG,
  ORDERED_IMM,
  SIZE_BITS,
  SOURCE,
  SWAP,
  SWAP_CODE,
  WIDE,
  WIDE_SOURCE,
} from "./opcodes.ts";

/** Slots that the instruction takes in the encoded function. */
export function slotCount(insn: Insn<unknown>): 0 | 1 | 2 {
  return insn.kind === "label" ? 0 : insn.kind === "load64" ? 2 : 1;
}

/**
 * Writes one instruction; returns `out`.
 * @param displacement slots from the end of a jump (or of a call or wide load of a function of the same bytes) to its
 *   target; undefined for what a relocation fills
 * @throws EbpfError if an offset or immediate does not fit its field
 */
export function encodeInsn(out: ByteWriter, insn: Insn, displacement: number | undefined): ByteWriter {
  switch (insn.kind) {
    case "label":
      return out;
    case "alu": {
      const row = ALU[insn.op];
      const code = row.code | sourceBit(insn.src) | (insn.width === 64 ? CLASS.alu64 : CLASS.alu);
      return put(out, code, insn.dst, regOf(insn.src), row.off, immOf(insn.src, insn.width === 32));
    }
    case "neg":
      return put(out, NEG.code | (insn.width === 64 ? CLASS.alu64 : CLASS.alu), insn.dst, 0, 0, 0);
    case "movsx": {
      if (insn.bits === 32 && insn.width === 32) throw new EbpfError("a 32-bit sign extension has no 32-bit form");
      const code = MOVSX.code | SOURCE.x | (insn.width === 64 ? CLASS.alu64 : CLASS.alu);
      return put(out, code, insn.dst, insn.src, insn.bits, 0);
    }
    case "swap": {
      const row = SWAP[insn.op];
      return put(out, SWAP_CODE | row.source | row.class, insn.dst, 0, 0, insn.bits);
    }
    case "load": {
      if (insn.signed && insn.size === 8) throw new EbpfError("an 8-byte load has no sign-extending form");
      const row = insn.signed ? MEMORY.loadSigned : MEMORY.load;
      return put(out, row.mode | SIZE_BITS[insn.size] | row.class, insn.dst, insn.base, insn.off, 0);
    }
    case "store": {
      const row = insn.src.kind === "reg" ? MEMORY.store : MEMORY.storeImm;
      const code = row.mode | SIZE_BITS[insn.size] | row.class;
      return put(out, code, insn.base, regOf(insn.src), insn.off, immOf(insn.src, insn.size < 8));
    }
    case "atomic":
      return put(out, atomicCode(insn.size), insn.base, insn.src, insn.off, ATOMIC[insn.op].imm);
    case "load-acquire":
      return put(out, atomicCode(insn.size), insn.dst, insn.base, insn.off, ORDERED_IMM.loadAcquire);
    case "store-release":
      return put(out, atomicCode(insn.size), insn.base, insn.src, insn.off, ORDERED_IMM.storeRelease);
    case "load64":
      return putWide(out, insn.dst, insn.value, displacement);
    case "jump": {
      const code = JUMP[insn.op].code | sourceBit(insn.right) | (insn.width === 64 ? CLASS.jmp : CLASS.jmp32);
      return put(out, code, insn.left, regOf(insn.right), displacement ?? 0, immOf(insn.right, insn.width === 32));
    }
    case "goto":
      return insn.long
        ? put(out, CONTROL.gotol.opcode, 0, 0, 0, displacement ?? 0)
        : put(out, CONTROL.goto.opcode, 0, 0, displacement ?? 0, 0);
    case "may-goto":
      return put(out, CONTROL.mayGoto.opcode, 0, 0, displacement ?? 0, 0);
    case "call":
      switch (insn.target.kind) {
        case "helper":
          return put(out, CONTROL.call.opcode, 0, CALL_SOURCE.helper, 0, insn.target.id);
        case "function":
        case "kfunc": // clang writes both alike; libbpf tells them apart by the symbol
          return put(out, CONTROL.call.opcode, 0, CALL_SOURCE.function, 0, displacement ?? -1);
        case "register":
          return put(out, CONTROL.callx.opcode, insn.target.reg, 0, 0, 0);
        default:
          return unreachable(insn.target);
      }
    case "exit":
      return put(out, CONTROL.exit.opcode, 0, 0, 0, 0);
    default:
      return unreachable(insn);
  }
}

function putWide(out: ByteWriter, dst: Reg, value: WideValue, displacement: number | undefined): ByteWriter {
  let low = 0;
  let high = 0;
  let source: number = WIDE_SOURCE.imm;
  switch (value.kind) {
    case "imm": {
      const bits = BigInt.asUintN(64, value.value);
      low = Number(BigInt.asIntN(32, bits));
      high = Number(BigInt.asIntN(32, bits >> 32n));
      break;
    }
    case "map-value":
      low = value.offset;
      break;
    case "function":
      if (displacement !== undefined) {
        source = WIDE_SOURCE.function;
        low = displacement;
      }
      break;
    case "map":
    case "ksym":
      break;
    default:
      unreachable(value);
  }
  put(out, WIDE.opcode, dst, source, 0, low);
  return put(out, 0, 0, 0, 0, high);
}

function put(out: ByteWriter, opcode: number, dst: number, src: number, off: number, imm: number): ByteWriter {
  if (!Number.isInteger(off) || off < -0x8000 || off > 0x7fff) {
    throw new EbpfError(`offset ${off} does not fit the 16 bits of an instruction's offset`);
  }
  return out
    .u8(opcode)
    .u8((src << 4) | dst)
    .u16(off & 0xffff)
    .u32(imm);
}

function sourceBit(operand: Operand): number {
  return operand.kind === "reg" ? SOURCE.x : SOURCE.k;
}
function regOf(operand: Operand): number {
  return operand.kind === "reg" ? operand.reg : 0;
}
/** A 64-bit operation sign-extends its immediate, so that 0xffffffff is only sayable in a narrower one. */
function immOf(operand: Operand, narrow: boolean): number {
  if (operand.kind === "reg") return 0;
  const { value } = operand;
  if (!Number.isInteger(value) || value < -0x8000_0000 || value > (narrow ? 0xffff_ffff : 0x7fff_ffff)) {
    throw new EbpfError(`immediate ${value} does not fit the 32 bits of an instruction's immediate`);
  }
  return value;
}
function atomicCode(size: 1 | 2 | 4 | 8): number {
  return MODE.atomic | SIZE_BITS[size] | CLASS.stx;
}
