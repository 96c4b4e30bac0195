/** Statements that call a helper which fills memory, changes a map, takes a record or tells of the task. */
import * as asm from "../../../compiler/ebpf/insn.ts";
import { bound } from "./numbers.ts";
import type { ProgramWriter } from "./writer.ts";

export function helperCall(w: ProgramWriter): void {
  switch (w.random() % 6) {
    case 0: {
      // fills memory
      const size = w.pick([4, 8, 16, 24]);
      const off = -8 * (4 + (w.random() % 6));
      w.emit(asm.mov.reg(1, 10), asm.add.imm(1, off));
      if (w.chance(40)) {
        const n = w.number();
        if (n === 1) return;
        bound(w, n, 16);
        w.emit(asm.mov.reg(2, n));
      } else w.emit(asm.mov.imm(2, size));
      w.emit(asm.mov.imm(3, 0));
      w.call(113);
      for (let i = 0; i < size; i += 8) w.slots.set(off + i, "number");
      break;
    }
    case 1: {
      const key = -8 * (1 + (w.random() % 6));
      w.emit(asm.st(8, 10, key, w.imm()), asm.mov.reg(2, 10), asm.add.imm(2, key));
      w.emit(asm.mov.reg(3, 10), asm.add.imm(3, -104));
      if (!w.slip()) for (let i = 0; i < 6; i++) w.emit(asm.st(8, 10, -104 + 8 * i, 0));
      w.emit(asm.mov.imm(4, 0), asm.lddw.map(1, "hash"));
      w.slots.clear();
      w.call(2);
      break;
    }
    case 2: {
      w.emit(asm.lddw.map(1, "ring"), asm.mov.imm(2, 24), asm.mov.imm(3, 0));
      w.call(131);
      const done = w.label();
      if (!w.slip()) w.emit(asm.jeq.imm(0, 0, done));
      const kept = w.pick([0, 7, 8] as const);
      w.emit(asm.mov.reg(kept, 0), asm.st(8, kept, w.slip() ? 20 : w.pick([0, 8, 16]), 1));
      w.emit(asm.mov.reg(1, kept), asm.mov.imm(2, 0));
      if (!w.slip()) w.call(w.pick([132, 133]));
      w.emit(asm.label(done));
      for (const r of [0, 1, 2, 3, 4, 5, 7, 8] as const) w.kinds[r] = "none";
      break;
    }
    case 3: {
      w.emit(asm.mov.reg(1, 10), asm.add.imm(1, -16), asm.mov.imm(2, 16));
      if (w.type === "socket_filter") return;
      w.call(16);
      w.slots.set(-16, "number");
      w.slots.set(-8, "number");
      break;
    }
    case 4: {
      w.emit(asm.mov.reg(1, 10), asm.add.imm(1, -64), asm.mov.imm(2, 32), asm.mov.imm(3, 0));
      w.call(115);
      w.emit(asm.mov.reg(7, 0));
      w.kinds[7] = "number";
      break;
    }
    default: {
      const dst = w.target();
      w.set(dst, "bss", asm.lddw.mapValue(dst, "bss", w.random() % 32));
    }
  }
}
