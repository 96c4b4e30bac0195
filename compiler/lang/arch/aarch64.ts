/** struct user_pt_regs of arch/arm64/include/uapi/asm/ptrace.h; AAPCS64. */
import { type Arch, words } from "./arch.ts";

const general = Array.from({ length: 31 }, (_, index) => `r${index}`);
const registers = words([...general, "sp", "pc", "pstate"]);

export const aarch64: Arch = {
  name: "aarch64",
  registers: { ...registers, ip: registers.pc ?? 0 },
  fnArgs: general.slice(0, 8),
  syscallArgs: general.slice(0, 6),
  retval: "r0",
  ip: "pc",
  sp: "sp",
  stackArgs: 0,
  userMode: undefined,
  syscallPrefix: "__arm64_sys_",
};
