/** Statements that make numbers, from all the places that programs have them from. */
import type { Reg } from "../../../compiler/ebpf/insn.ts";
import * as asm from "../../../compiler/ebpf/insn.ts";
import type { AluOp } from "../../../compiler/ebpf/opcodes.ts";
import { type ProgramWriter, REGS } from "./writer.ts";

const ALU_OPS: readonly AluOp[] = [
  "add",
  "sub",
  "mul",
  "or",
  "and",
  "lsh",
  "rsh",
  "xor",
  "mov",
  "arsh",
  "div",
  "mod",
  "sdiv",
  "smod",
];

export function alu(w: ProgramWriter): void {
  const wide = w.chance(70);
  const dst = w.slip() ? w.pick(REGS) : w.number();
  const op = w.pick(ALU_OPS);
  const width = wide ? 64 : 32;
  const shift = op === "lsh" || op === "rsh" || op === "arsh";
  if (w.chance(45) && !(shift && w.chance(70))) {
    const src = w.slip() ? w.pick(REGS) : w.number();
    w.emit(asm.alu(op, width, dst, { kind: "reg", reg: src }));
  } else {
    let value = w.imm();
    if (shift && !w.slip()) value = w.random() % width;
    if ((op === "div" || op === "mod" || op === "sdiv" || op === "smod") && value === 0 && !w.slip()) value = 3;
    w.emit(asm.alu(op, width, dst, { kind: "imm", value }));
  }
  w.kinds[dst] = "number";
}

export function moves(w: ProgramWriter): void {
  const src = w.number();
  const dst = w.target();
  const way = w.random() % 9;
  if (way < 3) w.set(dst, w.kinds[src] ?? "number", asm.mov.reg(dst, src));
  else if (way < 5) w.set(dst, "number", asm.mov32.reg(dst, src));
  else if (way === 5) w.set(dst, "number", asm.movsx(w.pick([8, 16, 32] as const), dst, src));
  else if (way === 6) w.set(dst, "number", asm.movsx(w.pick([8, 16] as const), dst, src, 32));
  else if (way === 7) w.set(src, "number", asm.neg(src, w.chance(50) ? 64 : 32));
  else
    w.set(
      src,
      "number",
      w.chance(50) ? asm.toBe(w.pick([16, 32, 64] as const), src) : asm.bswap(w.pick([16, 32, 64] as const), src),
    );
}

export function source(w: ProgramWriter): void {
  const dst = w.target();
  switch (w.random() % 7) {
    case 0:
      w.set(dst, "number", asm.mov.imm(dst, w.imm()));
      break;
    case 1:
      w.set(dst, "number", asm.lddw.imm(dst, (BigInt(w.random()) << 32n) | BigInt(w.random())));
      break;
    case 2:
      w.call(w.pick([5, 7, 8]));
      break;
    case 3: {
      const ctx = w.withKind("ctx");
      if (ctx === undefined) return;
      if (w.type === "tracing") {
        const task = w.chance(70);
        w.set(dst, task ? "task" : "number", asm.ldx(8, dst, ctx, task ? w.pick([8, 16]) : w.pick([0, 24])));
        break;
      }
      const word = w.type === "socket_filter";
      const size = w.slip() ? w.pick([1, 2, 4, 8] as const) : word ? 4 : 8;
      const off = w.slip() ? w.random() % 300 : word ? w.pick([0, 4, 8, 12, 48, 52]) : 8 + 8 * (w.random() % 6);
      w.set(dst, "number", asm.ldx(size, dst, ctx, off));
      break;
    }
    case 4: {
      const size = w.pick([1, 2, 4, 8] as const);
      const off = (w.random() % (32 / size)) * size;
      w.emit(asm.lddw.mapValue(dst, "rodata", 0));
      w.set(dst, "number", asm.ldx(size, dst, dst, w.slip() ? 30 : off));
      break;
    }
    case 5: {
      const value = w.withKind("array", "hash", "bss");
      if (value === undefined) return;
      const size = w.pick([1, 2, 4, 8] as const);
      const limit = w.slip() ? 200 : 40;
      const off = (w.random() % (limit / size)) * size;
      if (size < 8 && w.chance(30)) w.set(dst, "number", asm.ldsx(w.pick([1, 2, 4] as const), dst, value, off & ~3));
      else w.set(dst, "number", asm.ldx(size, dst, value, off));
      break;
    }
    default:
      w.set(dst, "number", asm.mov32.imm(dst, w.imm()));
  }
}

/** A member of a kernel structure: what lies there is the kernel's to say. */
export function member(w: ProgramWriter): void {
  const from = w.withKind("task", "kernel");
  if (from === undefined) {
    source(w);
    return;
  }
  const dst = w.target();
  const size = w.chance(75) ? 8 : 4;
  const off = (w.random() % ((w.kinds[from] === "task" ? 3000 : 200) / size)) * size;
  w.emit(asm.ldx(size, dst, from, off));
  w.kinds[dst] = "none";
  if (size < 8) w.kinds[dst] = "number";
  else if (w.chance(25)) {
    if (w.chance(60)) {
      const skip = w.label();
      w.emit(asm.jne.imm(dst, 0, skip), asm.mov.imm(0, 0), asm.exit(), asm.label(skip));
    }
    w.kinds[dst] = "kernel";
  }
}

/** A number, made small enough to be an offset by some means or other. */
export function bound(w: ProgramWriter, r: Reg, limit: number): void {
  switch (w.random() % 6) {
    case 0:
      w.emit(asm.and.imm(r, limit - 1));
      break;
    case 1: {
      const skip = w.label();
      w.emit((w.chance(50) ? asm.jlt : asm.jlt32).imm(r, limit, skip), asm.mov.imm(r, 0), asm.label(skip));
      break;
    }
    case 2: {
      const skip = w.label();
      const skip2 = w.label();
      w.emit(asm.jsgt.imm(r, 0, skip), asm.mov.imm(r, 0), asm.label(skip));
      w.emit(asm.jsle.imm(r, limit - 1, skip2), asm.mov.imm(r, 1), asm.label(skip2));
      break;
    }
    case 3:
      w.emit(asm.mov32.reg(r, r), asm.mod.imm(r, limit));
      w.emit(asm.and.imm(r, limit - 1));
      break;
    case 4: {
      const skip = w.label();
      w.emit(
        asm.lsh.imm(r, 32),
        asm.rsh.imm(r, 32),
        asm.jle.imm(r, limit - 1, skip),
        asm.mov32.imm(r, 3),
        asm.label(skip),
      );
      break;
    }
    default:
      if (w.slip()) return;
      w.emit(asm.and32.imm(r, limit - 1));
  }
  w.kinds[r] = "small";
}
