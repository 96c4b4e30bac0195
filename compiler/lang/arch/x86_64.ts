/** struct pt_regs of arch/x86/include/asm/ptrace.h; System V and kernel calling conventions. */
import { type Arch, words } from "./arch.ts";

const registers = words([
  "r15",
  "r14",
  "r13",
  "r12",
  "bp",
  "bx",
  "r11",
  "r10",
  "r9",
  "r8",
  "ax",
  "cx",
  "dx",
  "si",
  "di",
  "orig_rax",
  "ip",
  "cs",
  "flags",
  "sp",
  "ss",
]);

export const x86_64: Arch = {
  name: "x86_64",
  registers: { ...registers, pc: registers.ip ?? 0 },
  fnArgs: ["di", "si", "dx", "cx", "r8", "r9"],
  syscallArgs: ["di", "si", "dx", "r10", "r8", "r9"],
  retval: "ax",
  ip: "ip",
  sp: "sp",
  stackArgs: 8,
  userMode: { register: "cs", mask: 3n, value: 3n },
  syscallPrefix: "__x64_sys_",
};
