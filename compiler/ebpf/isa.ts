/** The ISA version (clang's -mcpu) that an instruction needs: from its row, with the width taken into account. */
import type { Insn } from "./insn.ts";
import { ALU, ATOMIC, CONTROL, type IsaVersion, JUMP, MEMORY, MOVSX, SWAP } from "./opcodes.ts";

export function isaOf(insn: Insn<unknown>): IsaVersion {
  switch (insn.kind) {
    case "alu":
      return ALU[insn.op].isa;
    case "movsx":
      return MOVSX.isa;
    case "swap":
      return SWAP[insn.op].isa;
    case "load":
      return insn.signed ? MEMORY.loadSigned.isa : MEMORY.load.isa;
    case "load-acquire":
      return MEMORY.loadAcquire.isa;
    case "store-release":
      return MEMORY.storeRelease.isa;
    case "atomic":
      return ATOMIC[insn.op].isa;
    case "jump":
      return insn.width === 32 ? "v3" : JUMP[insn.op].isa; // JMP32 is a class of v3
    case "goto":
      return (insn.long ? CONTROL.gotol : CONTROL.goto).isa;
    case "may-goto":
      return CONTROL.mayGoto.isa;
    case "label":
    case "neg":
    case "store":
    case "load64":
    case "call":
    case "exit":
      return "v1";
  }
}

const ORDER: readonly IsaVersion[] = ["v1", "v2", "v3", "v4"];

/** The highest version that any of them needs. */
export function requiredIsa(insns: readonly Insn<unknown>[]): IsaVersion {
  return ORDER[insns.reduce((most, insn) => Math.max(most, ORDER.indexOf(isaOf(insn))), 0)] ?? "v1";
}
