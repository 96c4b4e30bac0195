/** A program being written: its instructions, and what the generator believes of registers and stack. */
import type { Insn, Reg } from "../../../compiler/ebpf/insn.ts";
import * as asm from "../../../compiler/ebpf/insn.ts";
import type { ProgramType } from "../../../compiler/verifier/program.ts";

/** What the generator believes of a register. */
export type Kind =
  | "none"
  | "number"
  | "small"
  | "array"
  | "hash"
  | "bss"
  | "stack"
  | "ctx"
  | "ring"
  | "task"
  | "kernel";

const IMMEDIATES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 127, 128, 255, 256, 1000, 4096, 65535, 0x7fffffff];
export const REGS: readonly Reg[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

export class ProgramWriter {
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
}
