/** Coloured machine blocks → the final list of instructions: pseudo-operations written out, jumps and labels made. */
import type { BlockId, TracepointUse } from "../3-ir/ir.ts";
import type { Insn, InsnIndex, Operand, Reg } from "../ebpf/insn.ts";
import type { Span } from "../source/span.ts";
import { branded } from "../util/brand.ts";
import {
  copiedFrom,
  FRAME,
  type MachineFunction,
  mapEndRegisters,
  mapRegisters,
  type Op,
  type VReg,
} from "./machine.ts";
import { fallInto, placeBlocks } from "./place-blocks.ts";

export type Expanded = {
  readonly insns: readonly Insn[];
  readonly tracepoints: readonly {
    readonly insn: InsnIndex;
    readonly use: TracepointUse;
    readonly span: Span | undefined;
  }[];
};

const label = (id: BlockId): string => `L${id}`;

/** Physical registers of all operands of a finished function are 0…10 by then. */
const physical = (reg: VReg): Reg => reg as Reg;

/** @param fn coloured: all registers are physical */
export function expand(fn: MachineFunction): Expanded {
  const placed = placeBlocks(fn);
  const targets = new Set<BlockId>();
  for (const { end, next } of placed) {
    const fall = fallInto(end, next);
    if (fall.kind === "goto" && fall.to !== next) targets.add(fall.to);
    if (fall.kind === "branch") {
      targets.add(fall.then);
      if (fall.else !== next) targets.add(fall.else);
    }
  }
  const insns: Insn[] = [];
  const tracepoints: Expanded["tracepoints"][number][] = [];
  let choices = 0;
  for (const { block, end, next } of placed) {
    if (targets.has(block.id)) insns.push({ kind: "label", name: label(block.id), meta: block.end.meta });
    for (const op of block.ops) {
      const use = fn.tracepoints.get(op);
      if (use !== undefined) {
        tracepoints.push({ insn: branded<InsnIndex>(insns.length), use, span: op.meta.span });
      }
      if (op.kind === "choose") choices = expandChoice(insns, op, choices);
      else expandOp(insns, op);
    }
    const fall = fallInto(end, next);
    const { meta } = fall;
    switch (fall.kind) {
      case "exit":
        insns.push({ kind: "exit", meta });
        break;
      case "goto":
        if (fall.to !== next) insns.push({ kind: "goto", target: label(fall.to), long: false, meta });
        break;
      case "branch":
        insns.push({
          kind: "jump",
          op: fall.op,
          width: fall.width,
          left: physical(fall.left),
          right: operand(fall.right),
          target: label(fall.then),
          meta,
        });
        if (fall.else !== next) insns.push({ kind: "goto", target: label(fall.else), long: false, meta });
        break;
    }
  }
  return { insns, tracepoints };
}

function operand(value: Operand<VReg>): Operand {
  return value.kind === "reg" ? { kind: "reg", reg: physical(value.reg) } : value;
}

/** dst = yes; if (left op right) goto over; dst = no; over: */
function expandChoice(insns: Insn[], op: Extract<Op, { readonly kind: "choose" }>, count: number): number {
  const target = `C${count}`;
  const dst = physical(op.dst);
  const { meta } = op;
  const set = (value: number): Insn => ({ kind: "alu", op: "mov", width: 64, dst, src: { kind: "imm", value }, meta });
  insns.push(set(op.yes));
  insns.push({
    kind: "jump",
    op: op.op,
    width: op.width,
    left: physical(op.left),
    right: operand(op.right),
    target,
    meta,
  });
  insns.push(set(op.no));
  insns.push({ kind: "label", name: target, meta });
  return count + 1;
}

function expandOp(insns: Insn[], op: Exclude<Op, { readonly kind: "choose" }>): void {
  const { meta } = op;
  if (op.kind === "address") {
    const dst = physical(op.dst);
    insns.push({ kind: "alu", op: "mov", width: 64, dst, src: { kind: "reg", reg: physical(FRAME) }, meta });
    insns.push({ kind: "alu", op: "add", width: 64, dst, src: { kind: "imm", value: op.off }, meta });
    return;
  }
  if (op.kind === "call") {
    const { args: _args, ...insn } = op;
    insns.push(insn as Insn);
    return;
  }
  // Colouring left physical registers only, which the type of a machine operation cannot say.
  insns.push(op as Insn);
}

/** The function with every register replaced by its colour; copies of a register to itself are dropped. */
export function applyColours(fn: MachineFunction, registers: Uint8Array): void {
  const colour = (reg: VReg): VReg => registers[reg] ?? reg;
  for (const block of fn.blocks) {
    const ops: Op[] = [];
    for (const op of block.ops) {
      const coloured = mapRegisters(op, colour, colour);
      const from = copiedFrom(coloured);
      if (from !== undefined && coloured.kind === "alu" && coloured.dst === from) continue;
      const use = fn.tracepoints.get(op);
      if (use !== undefined) fn.tracepoints.set(coloured, use);
      ops.push(coloured);
    }
    block.ops.length = 0;
    block.ops.push(...ops);
    block.end = mapEndRegisters(block.end, colour);
  }
}
