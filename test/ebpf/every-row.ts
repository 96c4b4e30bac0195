/** At least one instruction per opcode row and operand form: what round-trip tests walk over. */
import * as asm from "../../compiler/ebpf/insn.ts";
import { ALU, type AluOp, ATOMIC, type AtomicOp, JUMP, type JumpOp } from "../../compiler/ebpf/opcodes.ts";

const { r0, r1, r2, r3, r6, r7, r9, r10 } = asm;

export function everyRow(): asm.Insn[] {
  const rows: asm.Insn[] = [asm.label("top")];
  for (const width of [32, 64] as const) {
    for (const op of Object.keys(ALU) as AluOp[]) {
      rows.push(asm.alu(op, width, r1, { kind: "reg", reg: r9 }), asm.alu(op, width, r2, { kind: "imm", value: -7 }));
    }
    for (const op of Object.keys(JUMP) as JumpOp[]) {
      rows.push(asm.jump(op, width, r3, { kind: "reg", reg: r6 }, "end"));
      rows.push(asm.jump(op, width, r3, { kind: "imm", value: 0x7fffffff }, "top"));
    }
    rows.push(asm.neg(r1, width));
    for (const bits of [8, 16, 32] as const) if (bits < width) rows.push(asm.movsx(bits, r1, r2, width));
  }
  for (const bits of [16, 32, 64] as const) rows.push(asm.toLe(bits, r1), asm.toBe(bits, r2), asm.bswap(bits, r3));
  for (const size of [1, 2, 4, 8] as const) {
    rows.push(asm.ldx(size, r1, r10, -size), asm.stx(size, r10, -16, r7), asm.st(size, r10, 24, -1));
    if (size < 8) rows.push(asm.ldsx(size as 1 | 2 | 4, r1, r2, 0));
    rows.push(asm.loadAcquire(size, r1, r2, 8), asm.storeRelease(size, r1, 8, r2));
  }
  for (const size of [4, 8] as const) {
    for (const op of Object.keys(ATOMIC) as AtomicOp[]) rows.push(asm.atomic(op, size, r1, -8, r2));
  }
  for (const value of [0n, -1n, 0x1234_5678_9abc_def0n, -(1n << 63n)]) rows.push(asm.lddw.imm(r6, value));
  rows.push(asm.lddw.map(r1, "counts"), asm.lddw.mapValue(r2, ".rodata.str1.1", 40));
  rows.push(asm.lddw.func(r2, "callback"), asm.lddw.ksym(r3, "jiffies"));
  rows.push(asm.call.helper(5), asm.call.func("sub"), asm.call.kfunc("bpf_rcu_read_lock"), asm.call.reg(r2));
  rows.push(asm.ja("end"), asm.gotol("top"), asm.mayGoto("end"), asm.label("end"), asm.mov.imm(r0, 0), asm.exit());
  return rows;
}
