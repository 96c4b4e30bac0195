/**
 * Runs generated instructions in a World, as strictly as the verifier reads them: a register that a call overwrote and a
 * stack byte that was never written must not be read.
 */
import type { Insn, Operand, Reg } from "../../compiler/ebpf/insn.ts";
import { helpers } from "../../compiler/lang/helpers.ts";
import { binary, compare } from "./interpret-ir.ts";
import { CONTEXT, DATA, mapAddress, STACK_TOP, type World } from "./world.ts";

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const ALU = {
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "udiv",
  mod: "umod",
  or: "or",
  and: "and",
  xor: "xor",
  lsh: "shl",
  rsh: "shr",
  arsh: "sar",
} as const;
const JUMP = {
  jeq: "eq",
  jne: "ne",
  jgt: "ugt",
  jge: "uge",
  jlt: "ult",
  jle: "ule",
  jsgt: "sgt",
  jsge: "sge",
  jslt: "slt",
  jsle: "sle",
  jset: "set",
} as const;

/** Executed instructions, for tests of what the hot path costs. */
export type Counter = { executed: number };

export function interpretEbpf(insns: readonly Insn[], world: World, counter: Counter = { executed: 0 }): bigint {
  const regs: (bigint | undefined)[] = new Array(11).fill(undefined);
  regs[1] = CONTEXT;
  regs[10] = STACK_TOP;
  const stack = new Uint8Array(512).fill(0x5a);
  const written = new Uint8Array(512);
  world.add(STACK_TOP - 512n, stack);
  const labels = new Map<string, number>();
  insns.forEach((insn, i) => {
    if (insn.kind === "label") labels.set(insn.name, i);
  });
  const get = (reg: Reg): bigint => {
    const value = regs[reg];
    if (value === undefined) throw new Error(`r${reg} is read but holds nothing`);
    return value;
  };
  const operand = (value: Operand): bigint => (value.kind === "reg" ? get(value.reg) : u64(BigInt(value.value)));
  const place = (base: Reg, off: number, size: number, writes: boolean): bigint => {
    const at = u64(get(base) + BigInt(off));
    const from = Number(at - (STACK_TOP - 512n));
    if (from >= 0 && from < 512) {
      if (from % size !== 0) throw new Error(`misaligned stack access of ${size} bytes at r10 ${from - 512}`);
      for (let i = from; i < from + size; i++) {
        if (writes) written[i] = 1;
        else if (written[i] !== 1) throw new Error(`stack byte r10 ${i - 512} is read but was never written`);
      }
    }
    return at;
  };
  const callHelper = (id: number): void => {
    const row = helpers.find((helper) => helper.id === id);
    if (row === undefined) throw new Error(`no helper ${id}`);
    const args = row.args.map((_, i) => regs[i + 1]);
    const known = args.filter((arg) => arg !== undefined);
    if (known.length !== args.length) throw new Error(`${row.name}: an argument holds nothing`);
    row.args.forEach((kind, i) => {
      const from = Number((args[i] ?? 0n) - (STACK_TOP - 512n));
      if (from < 0 || from >= 512) return;
      const size = kind === "map-key" ? 8 : kind === "map-value" ? 16 : Number(args[i + 1] ?? 0n);
      for (let b = from; b < from + size; b++) {
        if (kind === "mem-uninit") written[b] = 1;
        else if (written[b] !== 1) throw new Error(`${row.name} reads stack byte r10 ${b - 512}, never written`);
      }
    });
    const result = u64(world.call(row.name, known));
    regs.fill(undefined, 0, 6);
    regs[0] = result;
  };

  for (let pc = 0, steps = 0; ; pc++) {
    const insn = insns[pc];
    if (insn === undefined) throw new Error("runs past the last instruction");
    if (insn.kind === "label") continue;
    counter.executed++;
    if (steps++ > 40_000) throw new Error("runs too long");
    switch (insn.kind) {
      case "alu": {
        const low = (value: bigint): bigint => (insn.width === 32 ? BigInt.asUintN(32, value) : value);
        const src = low(operand(insn.src));
        if (insn.op === "mov") regs[insn.dst] = src;
        else {
          if (insn.op === "sdiv" || insn.op === "smod") throw new Error("signed division is not generated");
          const dst = low(get(insn.dst));
          if (insn.width === 32 && (insn.op === "arsh" || insn.op === "lsh" || insn.op === "rsh")) {
            throw new Error("32-bit shifts are not generated");
          }
          regs[insn.dst] = low(binary(ALU[insn.op], dst, src));
        }
        break;
      }
      case "neg":
        regs[insn.dst] = u64(-get(insn.dst));
        break;
      case "swap": {
        const digits = BigInt.asUintN(insn.bits, get(insn.dst))
          .toString(16)
          .padStart(insn.bits / 4, "0");
        regs[insn.dst] = BigInt(`0x${(digits.match(/../g) ?? []).reverse().join("")}`);
        break;
      }
      case "load":
        regs[insn.dst] = world.load(place(insn.base, insn.off, insn.size, false), insn.size);
        break;
      case "store":
        world.store(place(insn.base, insn.off, insn.size, true), insn.size, operand(insn.src));
        break;
      case "atomic": {
        const at = place(insn.base, insn.off, insn.size, false);
        world.store(at, insn.size, world.load(at, insn.size) + get(insn.src));
        break;
      }
      case "load64":
        if (insn.value.kind === "imm") regs[insn.dst] = u64(insn.value.value);
        else if (insn.value.kind === "map") regs[insn.dst] = mapAddress(insn.value.name);
        else if (insn.value.kind === "map-value") regs[insn.dst] = DATA + BigInt(insn.value.offset);
        else throw new Error(`${insn.value.kind} is not simulated`);
        break;
      case "call":
        if (insn.target.kind !== "helper") throw new Error("only helpers are simulated");
        callHelper(insn.target.id);
        break;
      case "goto":
        pc = labels.get(insn.target) ?? insns.length;
        break;
      case "jump":
        if (compare(JUMP[insn.op], insn.width, get(insn.left), operand(insn.right))) {
          pc = labels.get(insn.target) ?? insns.length;
        }
        break;
      case "exit":
        return get(0);
      default:
        throw new Error(`${insn.kind} is not simulated`);
    }
  }
}
