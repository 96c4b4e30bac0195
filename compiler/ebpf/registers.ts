/** Which registers an instruction names, for allocators and liveness; what calls and cmpxchg touch besides is stated here. */
import type { CallTarget, Insn, Operand } from "./insn.ts";

/** The same instruction with every register replaced. */
export function mapRegs<A, B>(insn: Insn<A>, f: (reg: A, role: "read" | "write" | "both") => B): Insn<B> {
  const operand = (value: Operand<A>): Operand<B> =>
    value.kind === "reg" ? { kind: "reg", reg: f(value.reg, "read") } : value;
  switch (insn.kind) {
    case "alu":
      return { ...insn, dst: f(insn.dst, insn.op === "mov" ? "write" : "both"), src: operand(insn.src) };
    case "neg":
    case "swap":
      return { ...insn, dst: f(insn.dst, "both") };
    case "movsx":
      return { ...insn, dst: f(insn.dst, "write"), src: f(insn.src, "read") };
    case "load":
    case "load-acquire":
      return { ...insn, dst: f(insn.dst, "write"), base: f(insn.base, "read") };
    case "store":
      return { ...insn, base: f(insn.base, "read"), src: operand(insn.src) };
    case "store-release":
      return { ...insn, base: f(insn.base, "read"), src: f(insn.src, "read") };
    case "atomic": {
      const fetches = insn.op.startsWith("fetch") || insn.op === "xchg";
      return { ...insn, base: f(insn.base, "read"), src: f(insn.src, fetches ? "both" : "read") };
    }
    case "load64":
      return { ...insn, dst: f(insn.dst, "write") };
    case "jump":
      return { ...insn, left: f(insn.left, "read"), right: operand(insn.right) };
    case "call": {
      const target: CallTarget<B> =
        insn.target.kind === "register" ? { kind: "register", reg: f(insn.target.reg, "read") } : insn.target;
      return { ...insn, target };
    }
    case "label":
    case "goto":
    case "may-goto":
    case "exit":
      return insn;
  }
}

/** Registers named and read. Besides: a call reads r1–r5 as its callee takes arguments, cmpxchg and exit read r0. */
export function readRegs<R>(insn: Insn<R>): R[] {
  const read: R[] = [];
  mapRegs(insn, (reg, role) => {
    if (role !== "write") read.push(reg);
    return reg;
  });
  return read;
}

/** Registers named and written. Besides: a call writes r0 and leaves r1–r5 undefined, cmpxchg writes r0. */
export function writtenRegs<R>(insn: Insn<R>): R[] {
  const written: R[] = [];
  mapRegs(insn, (reg, role) => {
    if (role !== "read") written.push(reg);
    return reg;
  });
  return written;
}
