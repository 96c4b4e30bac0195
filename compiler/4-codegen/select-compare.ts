/**
 * Selection of comparisons. A comparison of values that were only extended from 32 bits is done on the low halves
 * (v3), which saves the extension; v2 has no 32-bit jumps and extends instead.
 */
import type { CompareOp, Inst, ValueId } from "../3-ir/ir.ts";
import type { Operand, Width } from "../ebpf/insn.ts";
import type { JumpOp } from "../ebpf/opcodes.ts";
import { JUMP_OF, MIRRORED, type VReg } from "./machine.ts";
import { copy, type Out, operandFor, registerFor } from "./operands.ts";

type Compare = Extract<Inst, { readonly kind: "compare" }>;
export type Test = {
  readonly op: JumpOp;
  readonly width: Width;
  readonly left: VReg;
  readonly right: Operand<VReg>;
};

const SIGNED: ReadonlySet<CompareOp> = new Set(["slt", "sle", "sgt", "sge"]);
const EQUALITY: ReadonlySet<CompareOp> = new Set(["eq", "ne"]);

/** The jump condition for a comparison; appends what its operands need. */
export function comparison(out: Out, op: CompareOp, width: Width, left: ValueId, right: ValueId): Test {
  const { values } = out;
  if (values.constant(left) !== undefined && values.constant(right) === undefined) {
    const jump = JUMP_OF[op];
    const mirrored = (Object.keys(JUMP_OF) as CompareOp[]).find((name) => JUMP_OF[name] === MIRRORED[jump]) ?? op;
    return comparison(out, mirrored, width, right, left);
  }
  if (width === 64 && values.isa === "v3") {
    const halves = narrowed(out, op, left, right);
    if (halves !== undefined) return comparison(out, op, 32, halves.left, halves.right);
  }
  if (width === 32 && values.isa === "v2") {
    const extended = (value: ValueId): VReg => extendHalf(out, value, SIGNED.has(op));
    const constant = values.constant(right);
    const low =
      constant === undefined ? undefined : SIGNED.has(op) ? BigInt.asIntN(32, constant) : BigInt.asUintN(32, constant);
    const l = extended(left);
    const r: Operand<VReg> =
      low !== undefined && low <= 0x7fffffffn
        ? { kind: "imm", value: Number(low) }
        : { kind: "reg", reg: extended(right) };
    return { op: JUMP_OF[op], width: 64, left: l, right: r };
  }
  const constant = values.constant(right);
  if (width === 32 && constant !== undefined) {
    const value = Number(BigInt.asIntN(32, constant));
    return { op: JUMP_OF[op], width, left: registerFor(out, left), right: { kind: "imm", value } };
  }
  const l = registerFor(out, left);
  return { op: JUMP_OF[op], width, left: l, right: operandFor(out, right) };
}

/** The operands without their extensions from 32 bits, if a comparison of the low halves says the same. */
function narrowed(
  out: Out,
  op: CompareOp,
  left: ValueId,
  right: ValueId,
): { readonly left: ValueId; readonly right: ValueId } | undefined {
  const { values } = out;
  const extended = values.definition(left);
  // With other users the extension is made anyway, and their bounds are learnt from the full comparison.
  if (extended?.kind !== "extend" || extended.bits !== 32 || !values.usedOnce(left)) return undefined;
  if (op === "set") return undefined;
  if (!EQUALITY.has(op) && extended.signed !== SIGNED.has(op)) return undefined;
  const constant = values.constant(right);
  if (constant !== undefined) {
    const low = extended.signed ? BigInt.asIntN(32, constant) : BigInt.asUintN(32, constant);
    return low === constant ? { left: extended.value, right } : undefined;
  }
  const other = values.definition(right);
  if (other?.kind !== "extend" || other.bits !== 32 || other.signed !== extended.signed) return undefined;
  return values.usedOnce(right) ? { left: extended.value, right: other.value } : undefined;
}

function extendHalf(out: Out, value: ValueId, signed: boolean): VReg {
  const { meta } = out;
  const dst = out.values.fresh();
  const src = registerFor(out, value);
  if (!signed) {
    out.push({ kind: "alu", op: "mov", width: 32, dst, src: { kind: "reg", reg: src }, meta });
    return dst;
  }
  out.push(copy(dst, src, meta));
  out.push({ kind: "alu", op: "lsh", width: 64, dst, src: { kind: "imm", value: 32 }, meta });
  out.push({ kind: "alu", op: "arsh", width: 64, dst, src: { kind: "imm", value: 32 }, meta });
  return dst;
}

/** dst = comparison ? yes : no */
export function selectCompare(out: Out, inst: Compare, dst: VReg, yes: number, no: number): void {
  const test = comparison(out, inst.op, 64, inst.left, inst.right);
  out.push({ kind: "choose", ...test, dst, yes, no, meta: out.meta });
}
