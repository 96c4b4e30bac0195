/**
 * Small repairs on coloured code, block by block: what only shows once registers are known.
 *
 * - a copy of what the register already holds is dropped (a constant, another register, an address, a map's address);
 * - a value that is written and overwritten unread is not written.
 *
 * Guarantees: no new use of a register, so it needs no liveness beyond the block.
 */
import {
  CLOBBERED,
  copiedFrom,
  eachEndRead,
  eachRead,
  FRAME,
  type MachineFunction,
  type Op,
  writtenBy,
} from "./machine.ts";

export function peephole(fn: MachineFunction): void {
  for (const block of fn.blocks) {
    const kept = dropDead(dropRepeated(block.ops), (visit) => eachEndRead(block.end, visit));
    if (kept.length === block.ops.length) continue;
    block.ops.length = 0;
    block.ops.push(...kept);
  }
}

/** What a register is known to hold; undefined for a computed value. */
function contentOf(op: Op): string | undefined {
  if (op.meta.core !== undefined) return undefined;
  const from = copiedFrom(op);
  if (from !== undefined) return `r${from}`;
  switch (op.kind) {
    case "alu":
      return op.op === "mov" && op.src.kind === "imm" ? `${op.width}:${op.src.value}` : undefined;
    case "address":
      return `frame${op.off}`;
    default:
      return undefined;
  }
}

function dropRepeated(ops: readonly Op[]): readonly Op[] {
  const holds = new Map<number, string>();
  const out: Op[] = [];
  const forget = (reg: number): void => {
    holds.delete(reg);
    for (const [other, content] of holds) if (content === `r${reg}`) holds.delete(other);
  };
  for (const op of ops) {
    const dst = writtenBy(op);
    const content = contentOf(op);
    if (dst !== undefined && content !== undefined) {
      const from = copiedFrom(op);
      if (holds.get(dst) === content || (from !== undefined && holds.get(from) === `r${dst}`)) continue;
    }
    if (dst !== undefined) forget(dst);
    if (op.kind === "call") for (let reg = 0; reg < CLOBBERED; reg++) forget(reg);
    if (dst !== undefined && content !== undefined && content !== `r${FRAME}`) holds.set(dst, content);
    out.push(op);
  }
  return out;
}

/** Drops writes of registers that the block itself overwrites before anything reads them. */
function dropDead(ops: readonly Op[], eachLast: (visit: (reg: number) => void) => void): readonly Op[] {
  const overwritten = new Set<number>();
  const out: Op[] = [];
  eachLast((reg) => overwritten.delete(reg));
  for (let i = ops.length - 1; i >= 0; i--) {
    const op = ops[i];
    if (op === undefined) continue;
    const dst = writtenBy(op);
    if (dst !== undefined && op.kind !== "call" && overwritten.has(dst)) continue;
    out.push(op);
    if (op.kind === "call") for (let reg = 0; reg < CLOBBERED; reg++) overwritten.add(reg);
    else if (dst !== undefined) overwritten.add(dst);
    eachRead(op, (reg) => overwritten.delete(reg));
  }
  return out.reverse();
}
