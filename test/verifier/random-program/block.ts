/** Blocks of statements: straight ones, branches, loops, functions and callbacks, which have blocks of their own. */
import * as asm from "../../../compiler/ebpf/insn.ts";
import type { JumpOp } from "../../../compiler/ebpf/opcodes.ts";
import { helperCall } from "./helper-call.ts";
import { combined, indexed, lookup, stack } from "./memory.ts";
import { alu, member, moves, source } from "./numbers.ts";
import { type Kind, ProgramWriter, REGS } from "./writer.ts";

const JUMP_OPS: readonly JumpOp[] = ["jeq", "jgt", "jge", "jset", "jne", "jsgt", "jsge", "jlt", "jle", "jslt", "jsle"];

function condition(w: ProgramWriter, target: string): void {
  const left = w.slip() ? w.pick(REGS) : w.number();
  const op = w.pick(JUMP_OPS);
  const width = w.chance(70) ? 64 : 32;
  if (w.chance(40)) w.emit(asm.jump(op, width, left, { kind: "reg", reg: w.number() }, target));
  else w.emit(asm.jump(op, width, left, { kind: "imm", value: w.imm() }, target));
}

function branch(w: ProgramWriter): void {
  const otherwise = w.label();
  const end = w.label();
  condition(w, otherwise);
  const kinds = [...w.kinds];
  const slots = new Map(w.slots);
  block(w, 1 + (w.random() % 4));
  const after = w.kinds;
  if (w.chance(50)) {
    w.emit(asm.ja(end), asm.label(otherwise));
    w.kinds = kinds;
    w.slots = slots;
    block(w, 1 + (w.random() % 3));
    w.emit(asm.label(end));
  } else {
    w.emit(asm.label(otherwise));
    w.kinds = kinds;
    w.slots = slots;
  }
  w.kinds = w.kinds.map((kind, r) => (kind === after[r] ? kind : mix(kind, after[r] ?? "none")));
}

function mix(a: Kind, b: Kind): Kind {
  const isNumber = (k: Kind): boolean => k === "number" || k === "small";
  return isNumber(a) && isNumber(b) ? "number" : "none";
}

function loop(w: ProgramWriter): void {
  const counter = w.pick([7, 8, 9] as const);
  const top = w.label();
  const times = w.pick([2, 3, 5, 8, 16, 100]);
  w.set(counter, "number", asm.mov.imm(counter, 0));
  w.emit(asm.label(top));
  w.kinds[counter] = "none";
  const before = [...w.kinds];
  if (w.depth < 3) block(w, 1 + (w.random() % 3));
  // what changed in the body may be anything the second time round
  w.kinds = w.kinds.map((kind, r) => (kind === before[r] ? kind : "none"));
  w.emit(asm.add.imm(counter, w.slip() ? 0 : 1));
  w.emit(w.chance(70) ? asm.jlt.imm(counter, times, top) : asm.jne.imm(counter, times, top));
  w.kinds[counter] = "number";
}

function subprogram(w: ProgramWriter): void {
  const name = `f${w.labels++}`;
  const a = w.number();
  if (a !== 1) w.emit(asm.mov.reg(1, a));
  w.emit(asm.mov.reg(2, 10), asm.add.imm(2, -8 * (1 + (w.random() % 4))));
  w.emit(asm.call.func(name));
  for (const r of [0, 1, 2, 3, 4, 5] as const) w.kinds[r] = "none";
  w.kinds[0] = "number";
  const inner = new ProgramWriter(w.random, w.type, w.errors);
  inner.labels = w.labels + 1000 * (w.depth + 1);
  inner.depth = 3;
  inner.kinds[1] = "number";
  inner.kinds[2] = "stack";
  inner.out.push(asm.label(name));
  if (inner.chance(40)) inner.emit(asm.stx(8, 2, 0, 1));
  block(inner, 2 + (w.random() % 4));
  if (!inner.slip()) inner.emit(asm.mov.reg(0, inner.number()));
  inner.emit(asm.exit());
  w.labels = inner.labels + 1000;
  w.functions.push(...inner.out, ...inner.functions);
}

/** A walk by a helper: the body is a function of its own. */
function callback(w: ProgramWriter): void {
  const name = `f${w.labels++}`;
  const overMap = w.chance(40);
  const inner = new ProgramWriter(w.random, w.type, w.errors);
  const slot = -8 * (1 + (w.random() % 6));
  w.emit(w.chance(50) ? asm.st(8, 10, slot, w.imm()) : asm.stx(8, 10, slot, w.number()));
  w.slots.set(slot, "number");
  if (overMap) w.emit(asm.lddw.map(1, w.chance(50) ? "hash" : "array"));
  else if (w.chance(70)) w.emit(asm.mov.imm(1, w.random() % 20));
  else {
    const n = w.number();
    if (n !== 1) w.emit(asm.mov.reg(1, n));
  }
  const withContext = w.chance(70);
  w.emit(asm.lddw.func(2, name));
  if (withContext) w.emit(asm.mov.reg(3, 10), asm.add.imm(3, slot));
  else w.emit(asm.mov.imm(3, 0));
  w.emit(asm.mov.imm(4, 0));
  w.call(overMap ? 164 : 181);
  inner.labels = w.labels + 1000 * (w.depth + 1);
  inner.depth = 3;
  if (overMap) {
    inner.kinds[3] = "hash";
    inner.kinds[4] = withContext ? "stack" : "none";
  } else {
    inner.kinds[1] = "number";
    inner.kinds[2] = withContext ? "stack" : "none";
  }
  const context = overMap ? 4 : 2;
  inner.out.push(asm.label(name));
  if (withContext && inner.chance(60)) {
    // a sum or a counter in the caller's frame
    inner.emit(asm.ldx(8, 5, context, 0), asm.add.imm(5, inner.chance(50) ? 1 : inner.imm()));
    if (inner.chance(40)) inner.emit(asm.and.imm(5, 15));
    inner.emit(asm.stx(8, context, 0, 5));
    inner.kinds[5] = "number";
  }
  block(inner, 1 + (w.random() % 3));
  if (!inner.slip()) inner.emit(asm.mov.imm(0, inner.slip() ? 2 : w.random() % 2));
  inner.emit(asm.exit());
  w.labels = inner.labels + 1000;
  w.functions.push(...inner.out, ...inner.functions);
  const dst = w.target();
  w.set(dst, "number", asm.ldx(8, dst, 10, slot));
}

function statement(w: ProgramWriter): void {
  const n = w.random() % 100;
  if (n < 4 && w.type === "tracing") member(w);
  else if (n < 22) alu(w);
  else if (n < 26) combined(w);
  else if (n < 36) moves(w);
  else if (n < 50) source(w);
  else if (n < 66) stack(w);
  else if (n < 78) indexed(w);
  else if (n < 83) lookup(w);
  else if (n < 88) helperCall(w);
  else if (n < 97) {
    if (w.depth < 4) branch(w);
  } else if (n < 98) {
    if (w.depth < 2) loop(w);
  } else if (w.depth >= 3) return;
  else if (n < 99) subprogram(w);
  else callback(w);
}

export function block(w: ProgramWriter, statements: number): void {
  w.depth++;
  for (let i = 0; i < statements; i++) statement(w);
  w.depth--;
}
