/** Selection of arithmetic: two-address forms, immediates, and 32-bit operations where a zero extension is wanted. */
import type { BinaryOp, Inst, ValueId } from "../3-ir/ir.ts";
import type { CoreReference, Width } from "../ebpf/insn.ts";
import type { AluOp } from "../ebpf/opcodes.ts";
import type { VReg } from "./machine.ts";
import { moveInto, type Out, operandFor, registerFor } from "./operands.ts";
import { selectCompare } from "./select-compare.ts";
import { fitsImm } from "./values.ts";

type Binary = Extract<Inst, { readonly kind: "binary" }>;
type Extend = Extract<Inst, { readonly kind: "extend" }>;

const ALU_OF: Readonly<Record<BinaryOp, AluOp>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  udiv: "div",
  umod: "mod",
  and: "and",
  or: "or",
  xor: "xor",
  shl: "lsh",
  shr: "rsh",
  sar: "arsh",
};
const COMMUTATIVE: ReadonlySet<BinaryOp> = new Set(["add", "mul", "and", "or", "xor"]);
const SHIFTS: ReadonlySet<BinaryOp> = new Set(["shl", "shr", "sar"]);
/** Their low 32 result bits depend on nothing but the low 32 bits of their operands. */
const LOW_HALF: ReadonlySet<BinaryOp> = new Set(["add", "sub", "mul", "and", "or", "xor"]);

export function selectBinary(out: Out, inst: Binary, dst: VReg, width: Width): void {
  const { values, meta } = out;
  let { op, left, right } = inst;
  if (COMMUTATIVE.has(op)) {
    const exchange =
      values.constant(left) !== undefined ||
      values.definition(left)?.kind === "core" ||
      (!isImmediate(out, right) && values.usedOnce(right) && !isBetterOverwritten(out, left, right));
    if (exchange) [left, right] = [right, left];
  }
  if (width === 64 && selectSelection(out, inst, dst)) return;
  const constant = values.constant(right);
  if (op === "sub" && constant !== undefined && fitsImm(-constant)) {
    moveInto(out, dst, left);
    out.push({ kind: "alu", op: "add", width, dst, src: { kind: "imm", value: Number(-constant) }, meta });
    return;
  }
  if (op === "and" && width === 64 && constant === 0xffffffffn) {
    out.push({ kind: "alu", op: "mov", width: 32, dst, src: { kind: "reg", reg: registerFor(out, left) }, meta });
    return;
  }
  if (op === "and" && width === 64 && constant !== undefined && constant > 0x7fffffffn && constant < 0xffffffffn) {
    moveInto(out, dst, left);
    const value = Number(BigInt.asIntN(32, constant));
    out.push({ kind: "alu", op: "and", width: 32, dst, src: { kind: "imm", value }, meta });
    return;
  }
  if (width === 32 && constant !== undefined) {
    moveInto(out, dst, left);
    const value = Number(BigInt.asIntN(32, constant));
    out.push({ kind: "alu", op: ALU_OF[op], width, dst, src: { kind: "imm", value }, meta });
    return;
  }
  const relocated = values.definition(right);
  if (relocated?.kind === "core" && fitsImm(relocated.value) && mayBeRelocated(op, relocated.reference)) {
    moveInto(out, dst, left);
    const value = Number(relocated.value);
    const meta2 = { ...meta, core: relocated.reference };
    out.push({ kind: "alu", op: ALU_OF[op], width, dst, src: { kind: "imm", value }, meta: meta2 });
    return;
  }
  const src = operandFor(out, right);
  moveInto(out, dst, left);
  out.push({ kind: "alu", op: ALU_OF[op], width, dst, src, meta });
}

/** No kernel takes a shift by 64 and more or a division by 0 as an immediate, and what a target makes of the number is its affair. */
function mayBeRelocated(op: BinaryOp, { kind }: CoreReference): boolean {
  if (op === "udiv" || op === "umod") return false;
  return !SHIFTS.has(op) || kind === "field_lshift_u64" || kind === "field_rshift_u64";
}

/** The operand to overwrite is one that ends here; of two such the younger, which no call has pushed out of r0 to r5. */
function isBetterOverwritten(out: Out, left: ValueId, right: ValueId): boolean {
  return out.values.usedOnce(left) && !out.values.isYounger(right, left);
}

function isImmediate(out: Out, value: ValueId): boolean {
  return out.values.immediate(value) !== undefined || out.values.definition(value)?.kind === "core";
}

/** (a < b) << n and (a < b) * n: chooses between n's outcome and 0 at once. */
function selectSelection(out: Out, inst: Binary, dst: VReg): boolean {
  const { values } = out;
  const source = values.definition(inst.left);
  const factor = values.constant(inst.right);
  if (source?.kind !== "compare" || factor === undefined || !values.usedOnce(inst.left)) return false;
  if (inst.op !== "shl" && inst.op !== "mul") return false;
  const yes = inst.op === "shl" ? 1n << (factor & 63n) : factor;
  if (!fitsImm(yes)) return false;
  selectCompare(out, source, dst, Number(yes), 0);
  return true;
}

export function selectExtend(out: Out, inst: Extend, dst: VReg): void {
  const { values, meta } = out;
  if (!inst.signed && inst.bits === 32) {
    const source = values.definition(inst.value);
    if (source?.kind === "binary" && values.usedOnce(inst.value) && LOW_HALF.has(source.op) && isPlain(out, source)) {
      selectBinary(out, source, dst, 32);
      return;
    }
    out.push({ kind: "alu", op: "mov", width: 32, dst, src: { kind: "reg", reg: registerFor(out, inst.value) }, meta });
    return;
  }
  moveInto(out, dst, inst.value);
  if (!inst.signed) {
    out.push({
      kind: "alu",
      op: "and",
      width: 64,
      dst,
      src: { kind: "imm", value: inst.bits === 8 ? 0xff : 0xffff },
      meta,
    });
    return;
  }
  const shift = { kind: "imm", value: 64 - inst.bits } as const;
  out.push({ kind: "alu", op: "lsh", width: 64, dst, src: shift, meta });
  out.push({ kind: "alu", op: "arsh", width: 64, dst, src: shift, meta });
}

/** True if no operand can be a pointer: the verifier refuses 32-bit arithmetic on those. */
function isPlain(out: Out, inst: Binary): boolean {
  const plain = (value: ValueId, depth: number): boolean => {
    const source = out.values.definition(value);
    switch (source?.kind) {
      case "const":
      case "core":
      case "extend":
      case "compare":
      case "swap":
      case "negate":
        return true;
      case "binary":
        // Only addition and subtraction of pointers is allowed at all; the result of anything else is a number.
        return (
          (source.op !== "add" && source.op !== "sub") ||
          (depth > 0 && plain(source.left, depth - 1) && plain(source.right, depth - 1))
        );
      case "load":
        return source.size < 8 || source.memory === "map" || source.memory === "data";
      default:
        return false;
    }
  };
  if (inst.op !== "add" && inst.op !== "sub") return true;
  return plain(inst.left, 3) && plain(inst.right, 3);
}
