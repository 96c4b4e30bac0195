/**
 * Which registers are alive before each instruction: those that some path from it reads before it writes them.
 *
 * Kernel: compute_live_registers in kernel/bpf/verifier.c.
 */
import { HELPER_OK } from "./codes.gen";
import { count, dstAt, helperArg, helperCount, helperRow, immAt, opcodeAt, srcAt } from "./env";
import { isJump, jumpTarget } from "./flow";
import { aliveAt, isSecond, setAlive } from "./marks";

/** Registers that an instruction reads (low half) and writes (high half). */
function uses(i: i32): u32 {
  const op = opcodeAt(i);
  const cls = op & 7;
  const dst: u32 = 1 << dstAt(i);
  const src: u32 = 1 << srcAt(i);
  switch (cls) {
    case 0:
      return op == 0x18 ? dst << 16 : 0x7ff | (1 << 16);
    case 1:
      return src | (dst << 16);
    case 2:
      return dst;
    case 3: {
      if (op >> 5 != 6) return dst | src;
      const imm = immAt(i);
      if (imm == 0x100) return src | (dst << 16);
      if (imm == 0x110) return dst | src;
      if (imm == 0xf1) return 1 | dst | src | (1 << 16);
      return dst | src | (imm & 1 ? src << 16 : 0);
    }
    case 4:
    case 7: {
      const kind = op >> 4;
      const read = kind == 0xb ? 0 : dst;
      return read | (op & 8 && kind != 0xd ? src : 0) | (dst << 16);
    }
    default:
      if (op == 0x05 || op == 0x06) return 0;
      if (op == 0x95) return 1;
      if (op == 0x85) {
        let read: u32 = 0x3e;
        if (srcAt(i) == 0) {
          const id = immAt(i);
          if (id >= 0 && id < helperCount && helperRow(id).status == HELPER_OK) {
            read = 0;
            for (let n = 0; n < 5; n++) if (helperArg(helperRow(id), n) != 0) read |= 2 << n;
          }
        }
        return read | (0x3f << 16);
      }
      return dst | (op & 8 ? src : 0);
  }
}

/** Backwards to a fixed point. */
export function computeAlive(): void {
  let changed = true;
  while (changed) {
    changed = false;
    for (let i = count - 1; i >= 0; i--) {
      if (isSecond(i)) continue;
      const op = opcodeAt(i);
      let out: u32 = 0;
      const next = op == 0x18 ? i + 2 : i + 1;
      if (op != 0x95 && op != 0x05 && op != 0x06 && next < count) out |= aliveAt(next);
      if (isJump(i)) out |= aliveAt(jumpTarget(i));
      const use = uses(i);
      const before = (out & ~(use >> 16)) | (use & 0xffff);
      if (before != aliveAt(i)) {
        setAlive(i, before);
        changed = true;
      }
    }
  }
}
