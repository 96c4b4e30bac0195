/**
 * The machine form between selection and the final list: eBPF instructions over virtual registers, in basic blocks.
 *
 * Registers 0–10 are the machine's own; from FIRST_VIRTUAL on they are virtual, without limit. Two forms are not eBPF yet
 * because they become several instructions that belong together: the address of a frame byte, and a comparison's
 * outcome as one of two constants. Only select.ts makes this form; expand.ts ends it.
 */
import type { BlockId, CompareOp, TracepointUse } from "../3-ir/ir.ts";
import type { Insn, Meta, Operand, Width } from "../ebpf/insn.ts";
import type { JumpOp } from "../ebpf/opcodes.ts";
import { unreachable } from "../util/assert.ts";

/** A physical register (0–10) or a virtual one (from FIRST_VIRTUAL). */
export type VReg = number;
export const FIRST_VIRTUAL = 11;
/** r0–r9: r10 is the frame pointer. */
export const COLOURS = 10;
/** Registers that a call overwrites: r0–r5. */
export const CLOBBERED = 6;
export const FRAME: VReg = 10;

export type Op =
  | Exclude<Insn<VReg>, { readonly kind: "label" | "jump" | "goto" | "may-goto" | "call" | "exit" }>
  /** args: how many of r1–r5 are read. */
  | (Extract<Insn<VReg>, { readonly kind: "call" }> & { readonly args: number })
  /** dst = r10 + off */
  | { readonly kind: "address"; readonly dst: VReg; readonly off: number; readonly meta: Meta }
  /** dst = left OP right ? yes : no. dst is written before the operands are read. */
  | {
      readonly kind: "choose";
      readonly op: JumpOp;
      readonly width: Width;
      readonly dst: VReg;
      readonly left: VReg;
      readonly right: Operand<VReg>;
      readonly yes: number;
      readonly no: number;
      readonly meta: Meta;
    };

export type End =
  | { readonly kind: "goto"; readonly to: BlockId; readonly meta: Meta }
  | {
      readonly kind: "branch";
      readonly op: JumpOp;
      readonly width: Width;
      readonly left: VReg;
      readonly right: Operand<VReg>;
      readonly then: BlockId;
      readonly else: BlockId;
      /** The side that is rarely taken. */
      readonly unlikely: "then" | "else" | undefined;
      readonly meta: Meta;
    }
  /** Returns r0. */
  | { readonly kind: "exit"; readonly meta: Meta };

export type MachineBlock = {
  readonly id: BlockId;
  readonly ops: Op[];
  end: End;
  /** Rarely run: laid out last, spilled into first. */
  readonly cold: boolean;
  readonly loopDepth: number;
};

export type MachineFunction = {
  readonly name: string;
  /** In an order that keeps hot paths together; the entry first. */
  readonly blocks: MachineBlock[];
  /** Registers used so far, physical ones included. */
  registers: number;
  /** Bytes below r10 in use. */
  frame: number;
  /** Loads at tracepoint field offsets, by the operation that loads. */
  readonly tracepoints: Map<Op, TracepointUse>;
};

/** The register an operation writes; undefined for stores. Calls write r0 and spoil r1–r5. */
export function writtenBy(op: Op): VReg | undefined {
  switch (op.kind) {
    case "alu":
    case "neg":
    case "movsx":
    case "swap":
    case "load":
    case "load-acquire":
    case "load64":
    case "address":
    case "choose":
      return op.dst;
    case "call":
      return 0;
    case "store":
    case "atomic":
    case "store-release":
      return undefined;
    default:
      return unreachable(op);
  }
}

/** Visits every register that an operation reads. */
export function eachRead(op: Op, visit: (reg: VReg) => void): void {
  switch (op.kind) {
    case "alu":
      if (op.op !== "mov") visit(op.dst);
      if (op.src.kind === "reg") visit(op.src.reg);
      return;
    case "neg":
    case "swap":
      visit(op.dst);
      return;
    case "movsx":
      visit(op.src);
      return;
    case "load":
    case "load-acquire":
      visit(op.base);
      return;
    case "store":
      visit(op.base);
      if (op.src.kind === "reg") visit(op.src.reg);
      return;
    case "atomic":
    case "store-release":
      visit(op.base);
      visit(op.src);
      return;
    case "choose":
      visit(op.left);
      if (op.right.kind === "reg") visit(op.right.reg);
      return;
    case "call":
      for (let arg = 1; arg <= op.args; arg++) visit(arg);
      return;
    case "load64":
    case "address":
      return;
    default:
      unreachable(op);
  }
}

/** Visits every register that a block's end reads. */
export function eachEndRead(end: End, visit: (reg: VReg) => void): void {
  if (end.kind === "branch") {
    visit(end.left);
    if (end.right.kind === "reg") visit(end.right.reg);
  } else if (end.kind === "exit") visit(0);
}

type Map1 = (reg: VReg) => VReg;

function mapOperand(operand: Operand<VReg>, map: Map1): Operand<VReg> {
  return operand.kind === "reg" ? { kind: "reg", reg: map(operand.reg) } : operand;
}

/** The operation with its registers replaced: `read` those only read, `write` those written (and, in two-address form, read). */
export function mapRegisters(op: Op, read: Map1, write: Map1): Op {
  switch (op.kind) {
    case "alu":
      return { ...op, dst: write(op.dst), src: mapOperand(op.src, read) };
    case "neg":
    case "swap":
    case "load64":
    case "address":
      return { ...op, dst: write(op.dst) };
    case "movsx":
      return { ...op, dst: write(op.dst), src: read(op.src) };
    case "load":
    case "load-acquire":
      return { ...op, dst: write(op.dst), base: read(op.base) };
    case "store":
      return { ...op, base: read(op.base), src: mapOperand(op.src, read) };
    case "atomic":
    case "store-release":
      return { ...op, base: read(op.base), src: read(op.src) };
    case "choose":
      return { ...op, dst: write(op.dst), left: read(op.left), right: mapOperand(op.right, read) };
    case "call":
      return op;
    default:
      return unreachable(op);
  }
}

/** The end with its registers replaced. */
export function mapEndRegisters(end: End, map: Map1): End {
  return end.kind === "branch" ? { ...end, left: map(end.left), right: mapOperand(end.right, map) } : end;
}

/** Blocks that control goes to. */
export function successors(end: End): readonly BlockId[] {
  switch (end.kind) {
    case "goto":
      return [end.to];
    case "branch":
      return [end.then, end.else];
    case "exit":
      return [];
    default:
      return unreachable(end);
  }
}

/** A register copy of all 64 bits: source, or undefined for anything else. */
export function copiedFrom(op: Op): VReg | undefined {
  return op.kind === "alu" && op.op === "mov" && op.width === 64 && op.src.kind === "reg" ? op.src.reg : undefined;
}

export const JUMP_OF: Readonly<Record<CompareOp, JumpOp>> = {
  eq: "jeq",
  ne: "jne",
  ult: "jlt",
  ule: "jle",
  ugt: "jgt",
  uge: "jge",
  slt: "jslt",
  sle: "jsle",
  sgt: "jsgt",
  sge: "jsge",
  set: "jset",
};

/** The jump taken exactly when the given one is not; jset has none. */
export const INVERSE: Readonly<Record<JumpOp, JumpOp | undefined>> = {
  jeq: "jne",
  jne: "jeq",
  jlt: "jge",
  jle: "jgt",
  jgt: "jle",
  jge: "jlt",
  jslt: "jsge",
  jsle: "jsgt",
  jsgt: "jsle",
  jsge: "jslt",
  jset: undefined,
};

/** The jump that asks the same with its operands exchanged. */
export const MIRRORED: Readonly<Record<JumpOp, JumpOp>> = {
  jeq: "jeq",
  jne: "jne",
  jlt: "jgt",
  jle: "jge",
  jgt: "jlt",
  jge: "jle",
  jslt: "jsgt",
  jsle: "jsge",
  jsgt: "jslt",
  jsge: "jsle",
  jset: "jset",
};
