/**
 * Random programs that look like what compilers write: numbers from many places, masks and comparisons before they become
 * offsets, spills, branches, loops, helpers; and now and then a mistake. The same seed gives the same program.
 */

import type { Insn, Reg } from "../../compiler/ebpf/insn.ts";
import * as asm from "../../compiler/ebpf/insn.ts";
import { layout } from "../../compiler/ebpf/layout.ts";
import type { AluOp, JumpOp, LoadSize } from "../../compiler/ebpf/opcodes.ts";
import type { ProgramType, TracingAttach, VerifierMap, VerifierProgram } from "../../compiler/verifier/program.ts";
import { randomBits } from "../tools/mutate.ts";

const map = (name: string, type: number, keySize: number, valueSize: number, maxEntries: number): VerifierMap => ({
  name,
  type,
  keySize,
  valueSize,
  maxEntries,
  flags: 0,
  frozen: undefined,
  unknownBytes: undefined,
  inner: undefined,
  special: [],
});
export const FUZZ_MAPS: readonly VerifierMap[] = [
  map("array", 2, 4, 64, 4),
  map("hash", 1, 8, 48, 16),
  map("ring", 27, 0, 0, 4096),
  { ...map("rodata", 2, 4, 32, 1), flags: 128, frozen: Uint8Array.from({ length: 32 }, (_, i) => (i * 37) & 0xff) },
  map("bss", 2, 4, 128, 1),
];
const INDEX = new Map(FUZZ_MAPS.map((each, index) => [each.name, index]));

/** What the generator believes of a register. */
type Kind = "none" | "number" | "small" | "array" | "hash" | "bss" | "stack" | "ctx" | "ring" | "task" | "kernel";

const IMMEDIATES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 127, 128, 255, 256, 1000, 4096, 65535, 0x7fffffff];
const ALU_OPS: readonly AluOp[] = [
  "add",
  "sub",
  "mul",
  "or",
  "and",
  "lsh",
  "rsh",
  "xor",
  "mov",
  "arsh",
  "div",
  "mod",
  "sdiv",
  "smod",
];
const COMBINED: readonly AluOp[] = ["or", "xor", "add", "mul", "lsh", "rsh", "arsh", "sub", "div", "mod", "and"];
const JUMP_OPS: readonly JumpOp[] = ["jeq", "jgt", "jge", "jset", "jne", "jsgt", "jsge", "jlt", "jle", "jslt", "jsle"];
const TYPES: readonly ProgramType[] = [
  "kprobe",
  "tracepoint",
  "raw_tracepoint",
  "perf_event",
  "socket_filter",
  "tracing",
];
/** What tracing programs attach to: it has two tasks among its arguments. */
const TRACED: TracingAttach = { kind: "tp_btf", name: "sched_switch" };
const REGS: readonly Reg[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

class Generator {
  readonly out: Insn[] = [];
  readonly random: () => number;
  readonly type: ProgramType;
  kinds: Kind[] = Array.from({ length: 11 }, () => "none");
  /** Stack slots written: offset → what lies there. */
  slots = new Map<number, Kind>();
  labels = 0;
  depth = 0;
  errors: number;
  readonly functions: Insn[] = [];

  constructor(random: () => number, type: ProgramType, errors: number) {
    this.random = random;
    this.type = type;
    this.errors = errors;
  }

  pick<T>(from: readonly T[]): T {
    const found = from[this.random() % from.length];
    if (found === undefined) throw new Error("nothing to pick from");
    return found;
  }
  chance(percent: number): boolean {
    return this.random() % 100 < percent;
  }
  /** True in few programs, rarely: do it wrong. */
  slip(): boolean {
    return this.random() % 1000 < this.errors;
  }
  emit(...insns: Insn[]): void {
    this.out.push(...insns);
  }
  label(): string {
    return `l${this.labels++}`;
  }
  imm(): number {
    const n = this.pick(IMMEDIATES);
    return this.chance(20) ? -n : this.chance(10) ? this.random() | 0 : n;
  }
  withKind(...kinds: Kind[]): Reg | undefined {
    const found = REGS.filter((r) => kinds.includes(this.kinds[r] ?? "none"));
    return found.length === 0 ? undefined : this.pick(found);
  }
  number(): Reg {
    const r = this.withKind("number", "small");
    if (r !== undefined) return r;
    const fresh = this.pick(REGS);
    this.set(fresh, "number", asm.mov.imm(fresh, this.imm()));
    return fresh;
  }
  set(r: Reg, kind: Kind, ...insns: Insn[]): void {
    this.emit(...insns);
    this.kinds[r] = kind;
  }
  /** A register to overwrite: rather one of no use. */
  target(): Reg {
    const free = REGS.filter((r) => this.kinds[r] === "none");
    return free.length > 0 && this.chance(60)
      ? this.pick(free)
      : this.pick(REGS.filter((r) => r !== 6 || this.chance(10)));
  }
  call(id: number): void {
    this.emit(asm.call.helper(id));
    for (const r of [0, 1, 2, 3, 4, 5] as const) this.kinds[r] = "none";
    this.kinds[0] = "number";
  }

  alu(): void {
    const wide = this.chance(70);
    const dst = this.slip() ? this.pick(REGS) : this.number();
    const op = this.pick(ALU_OPS);
    const width = wide ? 64 : 32;
    const shift = op === "lsh" || op === "rsh" || op === "arsh";
    if (this.chance(45) && !(shift && this.chance(70))) {
      const src = this.slip() ? this.pick(REGS) : this.number();
      this.emit(asm.alu(op, width, dst, { kind: "reg", reg: src }));
    } else {
      let value = this.imm();
      if (shift && !this.slip()) value = this.random() % width;
      if ((op === "div" || op === "mod" || op === "sdiv" || op === "smod") && value === 0 && !this.slip()) value = 3;
      this.emit(asm.alu(op, width, dst, { kind: "imm", value }));
    }
    this.kinds[dst] = "number";
  }
  moves(): void {
    const src = this.number();
    const dst = this.target();
    const way = this.random() % 9;
    if (way < 3) this.set(dst, this.kinds[src] ?? "number", asm.mov.reg(dst, src));
    else if (way < 5) this.set(dst, "number", asm.mov32.reg(dst, src));
    else if (way === 5) this.set(dst, "number", asm.movsx(this.pick([8, 16, 32] as const), dst, src));
    else if (way === 6) this.set(dst, "number", asm.movsx(this.pick([8, 16] as const), dst, src, 32));
    else if (way === 7) this.set(src, "number", asm.neg(src, this.chance(50) ? 64 : 32));
    else
      this.set(
        src,
        "number",
        this.chance(50)
          ? asm.toBe(this.pick([16, 32, 64] as const), src)
          : asm.bswap(this.pick([16, 32, 64] as const), src),
      );
  }
  source(): void {
    const dst = this.target();
    switch (this.random() % 7) {
      case 0:
        this.set(dst, "number", asm.mov.imm(dst, this.imm()));
        break;
      case 1:
        this.set(dst, "number", asm.lddw.imm(dst, (BigInt(this.random()) << 32n) | BigInt(this.random())));
        break;
      case 2:
        this.call(this.pick([5, 7, 8]));
        break;
      case 3: {
        const ctx = this.withKind("ctx");
        if (ctx === undefined) return;
        if (this.type === "tracing") {
          const task = this.chance(70);
          this.set(dst, task ? "task" : "number", asm.ldx(8, dst, ctx, task ? this.pick([8, 16]) : this.pick([0, 24])));
          break;
        }
        const word = this.type === "socket_filter";
        const size = this.slip() ? this.pick([1, 2, 4, 8] as const) : word ? 4 : 8;
        const off = this.slip()
          ? this.random() % 300
          : word
            ? this.pick([0, 4, 8, 12, 48, 52])
            : 8 + 8 * (this.random() % 6);
        this.set(dst, "number", asm.ldx(size, dst, ctx, off));
        break;
      }
      case 4: {
        const size = this.pick([1, 2, 4, 8] as const);
        const off = (this.random() % (32 / size)) * size;
        this.emit(asm.lddw.mapValue(dst, "rodata", 0));
        this.set(dst, "number", asm.ldx(size, dst, dst, this.slip() ? 30 : off));
        break;
      }
      case 5: {
        const value = this.withKind("array", "hash", "bss");
        if (value === undefined) return;
        const size = this.pick([1, 2, 4, 8] as const);
        const limit = this.slip() ? 200 : 40;
        const off = (this.random() % (limit / size)) * size;
        if (size < 8 && this.chance(30))
          this.set(dst, "number", asm.ldsx(this.pick([1, 2, 4] as const), dst, value, off & ~3));
        else this.set(dst, "number", asm.ldx(size, dst, value, off));
        break;
      }
      default:
        this.set(dst, "number", asm.mov32.imm(dst, this.imm()));
    }
  }
  /** A member of a kernel structure: what lies there is the kernel's to say. */
  member(): void {
    const from = this.withKind("task", "kernel");
    if (from === undefined) {
      this.source();
      return;
    }
    const dst = this.target();
    const size = this.chance(75) ? 8 : 4;
    const off = (this.random() % ((this.kinds[from] === "task" ? 3000 : 200) / size)) * size;
    this.emit(asm.ldx(size, dst, from, off));
    this.kinds[dst] = "none";
    if (size < 8) this.kinds[dst] = "number";
    else if (this.chance(25)) {
      if (this.chance(60)) {
        const skip = this.label();
        this.emit(asm.jne.imm(dst, 0, skip), asm.mov.imm(0, 0), asm.exit(), asm.label(skip));
      }
      this.kinds[dst] = "kernel";
    }
  }
  stackOffset(size: number): number {
    if (this.slip()) return -(this.random() % 600) + 40;
    return -8 * (1 + (this.random() % 12)) + (size < 8 ? (this.random() % (8 / size)) * size : 0);
  }
  stack(): void {
    const size: LoadSize = this.chance(55) ? 8 : this.pick([1, 2, 4] as const);
    const off = this.stackOffset(size);
    switch (this.random() % 8) {
      case 0:
      case 1: {
        const src = this.slip() ? this.pick(REGS) : this.number();
        this.emit(asm.stx(size, 10, off, src));
        if (size === 8) this.slots.set(off, "number");
        else this.slots.set(off & ~7, "number");
        break;
      }
      case 2:
        this.emit(asm.st(size, 10, off, this.chance(40) ? 0 : this.imm()));
        this.slots.set(off & ~7, "number");
        break;
      case 3: {
        const pointer = this.withKind("array", "hash", "bss", "ctx", "stack");
        if (pointer === undefined) return;
        const at = off & ~7;
        this.emit(asm.stx(8, 10, at, pointer));
        this.slots.set(at, this.kinds[pointer] ?? "none");
        break;
      }
      case 4:
      case 5: {
        const known = [...this.slots];
        if (known.length === 0) return;
        const [at, kind] = this.pick(known);
        const dst = this.target();
        if (kind === "number") {
          const small = this.pick([1, 2, 4, 8] as const);
          this.set(
            dst,
            "number",
            asm.ldx(small, dst, 10, at + (this.chance(70) ? 0 : (this.random() % (8 / small)) * small)),
          );
        } else {
          this.set(dst, kind, asm.ldx(8, dst, 10, at));
        }
        break;
      }
      case 6: {
        // an offset that is a range
        const index = this.number();
        const dst = this.target();
        if (dst === index) return;
        for (let i = 1; i <= 4; i++) {
          this.emit(asm.st(8, 10, -8 * i, 0));
          this.slots.set(-8 * i, "number");
        }
        this.emit(asm.and.imm(index, this.slip() ? 63 : this.pick([7, 15, 24])));
        this.kinds[index] = "small";
        this.emit(asm.mov.reg(dst, 10), asm.add.imm(dst, -32), asm.add.reg(dst, index));
        this.kinds[dst] = "none";
        const value = this.number();
        if (this.chance(50)) this.emit(asm.stx(1, dst, 0, value));
        else {
          const to = this.target();
          this.set(to, "number", asm.ldx(1, to, dst, 0));
        }
        break;
      }
      default: {
        const dst = this.target();
        this.set(dst, "stack", asm.mov.reg(dst, 10), asm.add.imm(dst, -8 * (1 + (this.random() % 8))));
      }
    }
  }
  lookup(): void {
    const hash = this.chance(40);
    const key = -8 * (1 + (this.random() % 10));
    if (hash) {
      if (this.chance(50)) this.emit(asm.stx(8, 10, key, this.number()));
      else this.emit(asm.st(8, 10, key, this.imm()));
    } else if (this.chance(50)) {
      this.emit(asm.stx(4, 10, key, this.number()));
    } else {
      this.emit(asm.st(4, 10, key, this.random() % 6));
    }
    this.slots.set(key, "number");
    this.emit(asm.mov.reg(2, 10), asm.add.imm(2, key), asm.lddw.map(1, hash ? "hash" : "array"));
    this.call(this.slip() ? 3 : 1);
    const kind: Kind = hash ? "hash" : "array";
    const keep = this.pick([0, 7, 8, 9] as const);
    if (keep !== 0) this.emit(asm.mov.reg(keep, 0));
    if (!this.slip()) {
      const skip = this.label();
      const which = this.chance(50) ? 0 : keep;
      this.emit(asm.jne.imm(which, 0, skip), asm.mov.imm(0, 0), asm.exit(), asm.label(skip));
    }
    this.kinds[0] = kind;
    this.kinds[keep] = kind;
  }
  /** A number, made small enough to be an offset by some means or other. */
  bound(r: Reg, limit: number): void {
    switch (this.random() % 6) {
      case 0:
        this.emit(asm.and.imm(r, limit - 1));
        break;
      case 1: {
        const skip = this.label();
        this.emit((this.chance(50) ? asm.jlt : asm.jlt32).imm(r, limit, skip), asm.mov.imm(r, 0), asm.label(skip));
        break;
      }
      case 2: {
        const skip = this.label();
        const skip2 = this.label();
        this.emit(asm.jsgt.imm(r, 0, skip), asm.mov.imm(r, 0), asm.label(skip));
        this.emit(asm.jsle.imm(r, limit - 1, skip2), asm.mov.imm(r, 1), asm.label(skip2));
        break;
      }
      case 3:
        this.emit(asm.mov32.reg(r, r), asm.mod.imm(r, limit));
        this.emit(asm.and.imm(r, limit - 1));
        break;
      case 4: {
        const skip = this.label();
        this.emit(
          asm.lsh.imm(r, 32),
          asm.rsh.imm(r, 32),
          asm.jle.imm(r, limit - 1, skip),
          asm.mov32.imm(r, 3),
          asm.label(skip),
        );
        break;
      }
      default:
        if (this.slip()) return;
        this.emit(asm.and32.imm(r, limit - 1));
    }
    this.kinds[r] = "small";
  }
  indexed(): void {
    const pointer = this.withKind("array", "hash", "bss");
    if (pointer === undefined) {
      this.lookup();
      return;
    }
    const index = this.number();
    const kind = this.kinds[pointer];
    const size = this.pick([1, 2, 4, 8] as const);
    const room = (kind === "array" ? 64 : kind === "hash" ? 48 : 128) - 32;
    this.bound(index, this.slip() ? 256 : this.pick([2, 4, 8, 16]));
    const dst = this.target();
    if (dst === pointer || dst === index) return;
    this.emit(asm.mov.reg(dst, pointer));
    this.emit(this.chance(85) ? asm.add.reg(dst, index) : asm.sub.reg(dst, index));
    this.kinds[dst] = "none";
    const off = this.chance(70) ? this.random() % Math.max(1, room) : this.chance(50) ? 16 : -4;
    switch (this.random() % 4) {
      case 0:
        this.emit(asm.stx(size, dst, off, this.number()));
        break;
      case 1:
        this.emit(asm.st(size, dst, off, this.imm()));
        break;
      case 2: {
        const value = this.number();
        if (this.chance(50))
          this.emit(asm.atomic("add", this.pick([4, 8] as const), pointer, (this.random() % 4) * 8, value));
        else
          this.emit(
            asm.atomic(
              this.pick(["fetch_add", "xchg", "or", "fetch_or", "and"] as const),
              this.pick([4, 8] as const),
              pointer,
              (this.random() % 4) * 8,
              value,
            ),
          );
        break;
      }
      default: {
        const to = this.target();
        this.set(to, "number", asm.ldx(size, to, dst, off));
      }
    }
  }
  /** Two small numbers, combined, and used as they are. */
  combined(): void {
    const pointer = this.withKind("array", "hash", "bss");
    const [left, right] = [this.number(), this.number()];
    if (pointer === undefined || left === right) return;
    this.bound(left, this.pick([4, 8, 16]));
    this.bound(right, this.pick([2, 4, 8]));
    const op = this.pick(COMBINED);
    this.emit(asm.alu(op, this.chance(60) ? 64 : 32, left, { kind: "reg", reg: right }));
    if (this.chance(30)) this.emit(asm.and.imm(left, 31));
    const dst = this.target();
    if (dst === pointer || dst === left) return;
    this.emit(asm.mov.reg(dst, pointer), asm.add.reg(dst, left));
    const to = this.target();
    this.set(to, "number", asm.ldx(1, to, dst, this.random() % 16));
    if (to !== dst) this.kinds[dst] = "none";
  }
  /** A walk by a helper: the body is a function of its own. */
  callback(): void {
    const name = `f${this.labels++}`;
    const overMap = this.chance(40);
    const inner = new Generator(this.random, this.type, this.errors);
    const slot = -8 * (1 + (this.random() % 6));
    this.emit(this.chance(50) ? asm.st(8, 10, slot, this.imm()) : asm.stx(8, 10, slot, this.number()));
    this.slots.set(slot, "number");
    if (overMap) this.emit(asm.lddw.map(1, this.chance(50) ? "hash" : "array"));
    else if (this.chance(70)) this.emit(asm.mov.imm(1, this.random() % 20));
    else {
      const n = this.number();
      if (n !== 1) this.emit(asm.mov.reg(1, n));
    }
    const withContext = this.chance(70);
    this.emit(asm.lddw.func(2, name));
    if (withContext) this.emit(asm.mov.reg(3, 10), asm.add.imm(3, slot));
    else this.emit(asm.mov.imm(3, 0));
    this.emit(asm.mov.imm(4, 0));
    this.call(overMap ? 164 : 181);
    inner.labels = this.labels + 1000 * (this.depth + 1);
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
    inner.block(1 + (this.random() % 3));
    if (!inner.slip()) inner.emit(asm.mov.imm(0, inner.slip() ? 2 : this.random() % 2));
    inner.emit(asm.exit());
    this.labels = inner.labels + 1000;
    this.functions.push(...inner.out, ...inner.functions);
    const dst = this.target();
    this.set(dst, "number", asm.ldx(8, dst, 10, slot));
  }
  helper(): void {
    switch (this.random() % 6) {
      case 0: {
        // fills memory
        const size = this.pick([4, 8, 16, 24]);
        const off = -8 * (4 + (this.random() % 6));
        this.emit(asm.mov.reg(1, 10), asm.add.imm(1, off));
        if (this.chance(40)) {
          const n = this.number();
          if (n === 1) return;
          this.bound(n, 16);
          this.emit(asm.mov.reg(2, n));
        } else this.emit(asm.mov.imm(2, size));
        this.emit(asm.mov.imm(3, 0));
        this.call(113);
        for (let i = 0; i < size; i += 8) this.slots.set(off + i, "number");
        break;
      }
      case 1: {
        const key = -8 * (1 + (this.random() % 6));
        this.emit(asm.st(8, 10, key, this.imm()), asm.mov.reg(2, 10), asm.add.imm(2, key));
        this.emit(asm.mov.reg(3, 10), asm.add.imm(3, -104));
        if (!this.slip()) for (let i = 0; i < 6; i++) this.emit(asm.st(8, 10, -104 + 8 * i, 0));
        this.emit(asm.mov.imm(4, 0), asm.lddw.map(1, "hash"));
        this.slots.clear();
        this.call(2);
        break;
      }
      case 2: {
        this.emit(asm.lddw.map(1, "ring"), asm.mov.imm(2, 24), asm.mov.imm(3, 0));
        this.call(131);
        const done = this.label();
        if (!this.slip()) this.emit(asm.jeq.imm(0, 0, done));
        const kept = this.pick([0, 7, 8] as const);
        this.emit(asm.mov.reg(kept, 0), asm.st(8, kept, this.slip() ? 20 : this.pick([0, 8, 16]), 1));
        this.emit(asm.mov.reg(1, kept), asm.mov.imm(2, 0));
        if (!this.slip()) this.call(this.pick([132, 133]));
        this.emit(asm.label(done));
        for (const r of [0, 1, 2, 3, 4, 5, 7, 8] as const) this.kinds[r] = "none";
        break;
      }
      case 3: {
        this.emit(asm.mov.reg(1, 10), asm.add.imm(1, -16), asm.mov.imm(2, 16));
        if (this.type === "socket_filter") return;
        this.call(16);
        this.slots.set(-16, "number");
        this.slots.set(-8, "number");
        break;
      }
      case 4: {
        this.emit(asm.mov.reg(1, 10), asm.add.imm(1, -64), asm.mov.imm(2, 32), asm.mov.imm(3, 0));
        this.call(115);
        this.emit(asm.mov.reg(7, 0));
        this.kinds[7] = "number";
        break;
      }
      default: {
        const dst = this.target();
        this.set(dst, "bss", asm.lddw.mapValue(dst, "bss", this.random() % 32));
      }
    }
  }
  condition(target: string): void {
    const left = this.slip() ? this.pick(REGS) : this.number();
    const op = this.pick(JUMP_OPS);
    const width = this.chance(70) ? 64 : 32;
    if (this.chance(40)) this.emit(asm.jump(op, width, left, { kind: "reg", reg: this.number() }, target));
    else this.emit(asm.jump(op, width, left, { kind: "imm", value: this.imm() }, target));
  }
  branch(): void {
    const otherwise = this.label();
    const end = this.label();
    this.condition(otherwise);
    const kinds = [...this.kinds];
    const slots = new Map(this.slots);
    this.block(1 + (this.random() % 4));
    const after = this.kinds;
    if (this.chance(50)) {
      this.emit(asm.ja(end), asm.label(otherwise));
      this.kinds = kinds;
      this.slots = slots;
      this.block(1 + (this.random() % 3));
      this.emit(asm.label(end));
    } else {
      this.emit(asm.label(otherwise));
      this.kinds = kinds;
      this.slots = slots;
    }
    this.kinds = this.kinds.map((kind, r) => (kind === after[r] ? kind : this.mix(kind, after[r] ?? "none")));
  }
  mix(a: Kind, b: Kind): Kind {
    const isNumber = (k: Kind): boolean => k === "number" || k === "small";
    return isNumber(a) && isNumber(b) ? "number" : "none";
  }
  loop(): void {
    const counter = this.pick([7, 8, 9] as const);
    const top = this.label();
    const times = this.pick([2, 3, 5, 8, 16, 100]);
    this.set(counter, "number", asm.mov.imm(counter, 0));
    this.emit(asm.label(top));
    this.kinds[counter] = "none";
    const before = [...this.kinds];
    if (this.depth < 3) this.block(1 + (this.random() % 3));
    // what changed in the body may be anything the second time round
    this.kinds = this.kinds.map((kind, r) => (kind === before[r] ? kind : "none"));
    this.emit(asm.add.imm(counter, this.slip() ? 0 : 1));
    this.emit(this.chance(70) ? asm.jlt.imm(counter, times, top) : asm.jne.imm(counter, times, top));
    this.kinds[counter] = "number";
  }
  subprogram(): void {
    const name = `f${this.labels++}`;
    const a = this.number();
    if (a !== 1) this.emit(asm.mov.reg(1, a));
    this.emit(asm.mov.reg(2, 10), asm.add.imm(2, -8 * (1 + (this.random() % 4))));
    this.emit(asm.call.func(name));
    for (const r of [0, 1, 2, 3, 4, 5] as const) this.kinds[r] = "none";
    this.kinds[0] = "number";
    const inner = new Generator(this.random, this.type, this.errors);
    inner.labels = this.labels + 1000 * (this.depth + 1);
    inner.depth = 3;
    inner.kinds[1] = "number";
    inner.kinds[2] = "stack";
    inner.out.push(asm.label(name));
    if (inner.chance(40)) inner.emit(asm.stx(8, 2, 0, 1));
    inner.block(2 + (this.random() % 4));
    if (!inner.slip()) inner.emit(asm.mov.reg(0, inner.number()));
    inner.emit(asm.exit());
    this.labels = inner.labels + 1000;
    this.functions.push(...inner.out, ...inner.functions);
  }

  statement(): void {
    const n = this.random() % 100;
    if (n < 4 && this.type === "tracing") this.member();
    else if (n < 22) this.alu();
    else if (n < 26) this.combined();
    else if (n < 36) this.moves();
    else if (n < 50) this.source();
    else if (n < 66) this.stack();
    else if (n < 78) this.indexed();
    else if (n < 83) this.lookup();
    else if (n < 88) this.helper();
    else if (n < 97) {
      if (this.depth < 4) this.branch();
    } else if (n < 98) {
      if (this.depth < 2) this.loop();
    } else if (this.depth >= 3) return;
    else if (n < 99) this.subprogram();
    else this.callback();
  }
  block(statements: number): void {
    this.depth++;
    for (let i = 0; i < statements; i++) this.statement();
    this.depth--;
  }
}

/** The program of a seed; `length` is about how many statements it has. */
export function randomProgram(seed: number, length: number): VerifierProgram {
  const random = randomBits(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  for (let i = 0; i < 8; i++) random();
  const type = TYPES[random() % TYPES.length] ?? "kprobe";
  const generator = new Generator(random, type, random() % 3 === 0 ? 40 : 3);
  generator.emit(asm.mov.reg(6, 1));
  generator.kinds[6] = "ctx";
  generator.kinds[1] = "ctx";
  generator.block(length);
  if (!generator.slip()) generator.emit(asm.mov.imm(0, 0));
  generator.emit(asm.exit());
  return {
    name: `seed ${seed}`,
    type,
    attach: type === "tracing" ? TRACED : undefined,
    code: encode([...generator.out, ...generator.functions]),
    maps: FUZZ_MAPS,
    globals: [],
    gpl: true,
    funcInfo: true,
  };
}

/** The program with one or a few fields of its instructions changed: mostly refused, for all reasons there are. */
export function damagedProgram(seed: number, length: number): VerifierProgram {
  const program = randomProgram(seed, length);
  const random = randomBits(Math.imul(seed, 0x85ebca6b) ^ 0x1b873593);
  for (let i = 0; i < 8; i++) random();
  const code = program.code.slice();
  const view = new DataView(code.buffer);
  for (let n = 1 + (random() % 2); n > 0; n--) {
    const slot = random() % (code.length / 8);
    const wide = view.getUint8(slot * 8) === 0x18 || (slot > 0 && view.getUint8(slot * 8 - 8) === 0x18);
    const isCall = view.getUint8(slot * 8) === 0x85;
    switch (random() % (wide ? 2 : 6)) {
      case 0:
        view.setUint8(slot * 8 + 1, (view.getUint8(slot * 8 + 1) & 0xf0) | (random() % 11));
        break;
      case 1:
        if (!wide) view.setUint8(slot * 8 + 1, (view.getUint8(slot * 8 + 1) & 0x0f) | ((random() % 11) << 4));
        break;
      case 2:
        view.setInt16(slot * 8 + 2, view.getInt16(slot * 8 + 2, true) + (random() % 2 === 0 ? 1 : -8), true);
        break;
      case 3:
        view.setInt32(
          slot * 8 + 4,
          isCall ? random() % 220 : view.getInt32(slot * 8 + 4, true) + (random() % 128) - 64,
          true,
        );
        break;
      case 4:
        view.setUint8(slot * 8, view.getUint8(slot * 8) ^ (1 << (random() % 8)));
        break;
      default:
        view.setUint8(slot * 8, random() & 0xff);
    }
  }
  return { ...program, name: `damaged ${seed}`, code };
}

/** Bytes with maps as indices. */
export function encode(insns: readonly Insn[]): Uint8Array {
  const { bytes, relocations } = layout(insns);
  const code = bytes.slice();
  const view = new DataView(code.buffer);
  for (const { slot, target } of relocations) {
    if (target.kind !== "map" && target.kind !== "map-value") throw new Error(`unresolved ${target.kind}`);
    view.setUint8(slot * 8 + 1, (view.getUint8(slot * 8 + 1) & 15) | (target.kind === "map" ? 0x10 : 0x20));
    view.setInt32(slot * 8 + 4, INDEX.get(target.name) ?? -1, true);
    if (target.kind === "map-value") view.setInt32(slot * 8 + 12, target.offset, true);
  }
  return code;
}
