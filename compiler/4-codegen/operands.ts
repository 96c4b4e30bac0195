/** How the selectors ask for operands: in a register, as an immediate, or in a register of their choice. */
import type { ValueId } from "../3-ir/ir.ts";
import type { Meta, Operand } from "../ebpf/insn.ts";
import type { MachineFunction, Op, VReg } from "./machine.ts";
import { isRemade, remake, type Values } from "./values.ts";

/** Where the pieces of one instruction go; in the order of execution. */
export type Out = {
  readonly values: Values;
  readonly meta: Meta;
  readonly push: (op: Op) => void;
  /** Notes which operation is a tracepoint field's load. */
  readonly tracepoints: MachineFunction["tracepoints"];
};

/** A register that holds the value here. */
export function registerFor(out: Out, value: ValueId): VReg {
  const inst = out.values.definition(value);
  if (inst === undefined || !isRemade(inst, out.values)) return out.values.register(value);
  const dst = out.values.fresh();
  out.push(remake(out.values, inst, dst, out.meta));
  return dst;
}

/** The value as an immediate if it fits, else in a register. */
export function operandFor(out: Out, value: ValueId): Operand<VReg> {
  const immediate = out.values.immediate(value);
  return immediate === undefined ? { kind: "reg", reg: registerFor(out, value) } : { kind: "imm", value: immediate };
}

/** Puts the value into a register of the caller's choice. */
export function moveInto(out: Out, dst: VReg, value: ValueId): void {
  const inst = out.values.definition(value);
  if (inst !== undefined && isRemade(inst, out.values)) out.push(remake(out.values, inst, dst, out.meta));
  else out.push(copy(dst, out.values.register(value), out.meta));
}

export function copy(dst: VReg, src: VReg, meta: Meta): Op {
  return { kind: "alu", op: "mov", width: 64, dst, src: { kind: "reg", reg: src }, meta };
}
