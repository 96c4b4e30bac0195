/** Statements that read and write the stack and the values of maps, by offsets that are known and by numbers. */
import * as asm from "../../../compiler/ebpf/insn.ts";
import type { AluOp, LoadSize } from "../../../compiler/ebpf/opcodes.ts";
import { bound } from "./numbers.ts";
import { type Kind, type ProgramWriter, REGS } from "./writer.ts";

const COMBINED: readonly AluOp[] = ["or", "xor", "add", "mul", "lsh", "rsh", "arsh", "sub", "div", "mod", "and"];

function stackOffset(w: ProgramWriter, size: number): number {
  if (w.slip()) return -(w.random() % 600) + 40;
  return -8 * (1 + (w.random() % 12)) + (size < 8 ? (w.random() % (8 / size)) * size : 0);
}

export function stack(w: ProgramWriter): void {
  const size: LoadSize = w.chance(55) ? 8 : w.pick([1, 2, 4] as const);
  const off = stackOffset(w, size);
  switch (w.random() % 8) {
    case 0:
    case 1: {
      const src = w.slip() ? w.pick(REGS) : w.number();
      w.emit(asm.stx(size, 10, off, src));
      if (size === 8) w.slots.set(off, "number");
      else w.slots.set(off & ~7, "number");
      break;
    }
    case 2:
      w.emit(asm.st(size, 10, off, w.chance(40) ? 0 : w.imm()));
      w.slots.set(off & ~7, "number");
      break;
    case 3: {
      const pointer = w.withKind("array", "hash", "bss", "ctx", "stack");
      if (pointer === undefined) return;
      const at = off & ~7;
      w.emit(asm.stx(8, 10, at, pointer));
      w.slots.set(at, w.kinds[pointer] ?? "none");
      break;
    }
    case 4:
    case 5: {
      const known = [...w.slots];
      if (known.length === 0) return;
      const [at, kind] = w.pick(known);
      const dst = w.target();
      if (kind === "number") {
        const small = w.pick([1, 2, 4, 8] as const);
        w.set(dst, "number", asm.ldx(small, dst, 10, at + (w.chance(70) ? 0 : (w.random() % (8 / small)) * small)));
      } else {
        w.set(dst, kind, asm.ldx(8, dst, 10, at));
      }
      break;
    }
    case 6: {
      // an offset that is a range
      const index = w.number();
      const dst = w.target();
      if (dst === index) return;
      for (let i = 1; i <= 4; i++) {
        w.emit(asm.st(8, 10, -8 * i, 0));
        w.slots.set(-8 * i, "number");
      }
      w.emit(asm.and.imm(index, w.slip() ? 63 : w.pick([7, 15, 24])));
      w.kinds[index] = "small";
      w.emit(asm.mov.reg(dst, 10), asm.add.imm(dst, -32), asm.add.reg(dst, index));
      w.kinds[dst] = "none";
      const value = w.number();
      if (w.chance(50)) w.emit(asm.stx(1, dst, 0, value));
      else {
        const to = w.target();
        w.set(to, "number", asm.ldx(1, to, dst, 0));
      }
      break;
    }
    default: {
      const dst = w.target();
      w.set(dst, "stack", asm.mov.reg(dst, 10), asm.add.imm(dst, -8 * (1 + (w.random() % 8))));
    }
  }
}

export function lookup(w: ProgramWriter): void {
  const hash = w.chance(40);
  const key = -8 * (1 + (w.random() % 10));
  if (hash) {
    if (w.chance(50)) w.emit(asm.stx(8, 10, key, w.number()));
    else w.emit(asm.st(8, 10, key, w.imm()));
  } else if (w.chance(50)) {
    w.emit(asm.stx(4, 10, key, w.number()));
  } else {
    w.emit(asm.st(4, 10, key, w.random() % 6));
  }
  w.slots.set(key, "number");
  w.emit(asm.mov.reg(2, 10), asm.add.imm(2, key), asm.lddw.map(1, hash ? "hash" : "array"));
  w.call(w.slip() ? 3 : 1);
  const kind: Kind = hash ? "hash" : "array";
  const keep = w.pick([0, 7, 8, 9] as const);
  if (keep !== 0) w.emit(asm.mov.reg(keep, 0));
  if (!w.slip()) {
    const skip = w.label();
    const which = w.chance(50) ? 0 : keep;
    w.emit(asm.jne.imm(which, 0, skip), asm.mov.imm(0, 0), asm.exit(), asm.label(skip));
  }
  w.kinds[0] = kind;
  w.kinds[keep] = kind;
}

export function indexed(w: ProgramWriter): void {
  const pointer = w.withKind("array", "hash", "bss");
  if (pointer === undefined) {
    lookup(w);
    return;
  }
  const index = w.number();
  const kind = w.kinds[pointer];
  const size = w.pick([1, 2, 4, 8] as const);
  const room = (kind === "array" ? 64 : kind === "hash" ? 48 : 128) - 32;
  bound(w, index, w.slip() ? 256 : w.pick([2, 4, 8, 16]));
  const dst = w.target();
  if (dst === pointer || dst === index) return;
  w.emit(asm.mov.reg(dst, pointer));
  w.emit(w.chance(85) ? asm.add.reg(dst, index) : asm.sub.reg(dst, index));
  w.kinds[dst] = "none";
  const off = w.chance(70) ? w.random() % Math.max(1, room) : w.chance(50) ? 16 : -4;
  switch (w.random() % 4) {
    case 0:
      w.emit(asm.stx(size, dst, off, w.number()));
      break;
    case 1:
      w.emit(asm.st(size, dst, off, w.imm()));
      break;
    case 2: {
      const value = w.number();
      if (w.chance(50)) w.emit(asm.atomic("add", w.pick([4, 8] as const), pointer, (w.random() % 4) * 8, value));
      else
        w.emit(
          asm.atomic(
            w.pick(["fetch_add", "xchg", "or", "fetch_or", "and"] as const),
            w.pick([4, 8] as const),
            pointer,
            (w.random() % 4) * 8,
            value,
          ),
        );
      break;
    }
    default: {
      const to = w.target();
      w.set(to, "number", asm.ldx(size, to, dst, off));
    }
  }
}

/** Two small numbers, combined, and used as they are. */
export function combined(w: ProgramWriter): void {
  const pointer = w.withKind("array", "hash", "bss");
  const [left, right] = [w.number(), w.number()];
  if (pointer === undefined || left === right) return;
  bound(w, left, w.pick([4, 8, 16]));
  bound(w, right, w.pick([2, 4, 8]));
  const op = w.pick(COMBINED);
  w.emit(asm.alu(op, w.chance(60) ? 64 : 32, left, { kind: "reg", reg: right }));
  if (w.chance(30)) w.emit(asm.and.imm(left, 31));
  const dst = w.target();
  if (dst === pointer || dst === left) return;
  w.emit(asm.mov.reg(dst, pointer), asm.add.reg(dst, left));
  const to = w.target();
  w.set(to, "number", asm.ldx(1, to, dst, w.random() % 16));
  if (to !== dst) w.kinds[dst] = "none";
}
