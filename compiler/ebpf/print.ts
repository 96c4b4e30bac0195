/**
 * Instructions as the text that llvm-objdump and the kernel's verifier print, from the rows' templates; parse.ts reads
 * it back. What only exists here (names of maps, functions, kernel symbols) has brackets: `r1 = map[counts] ll`.
 */
import { unreachable } from "../util/assert.ts";
import type { CallTarget, Insn, Operand, WideValue, Width } from "./insn.ts";
import { ALU, ATOMIC, CONTROL, JUMP, type LoadSize, MEMORY, MOVSX, NEG, SWAP, WIDE } from "./opcodes.ts";

export type PrintOptions = {
  /** The helper's name for its id: `call bpf_ktime_get_ns#5` instead of `call 5`. */
  readonly helperName?: (id: number) => string | undefined;
};

/** One instruction without indentation or comment; a label as `name:`. Virtual registers print as `%n`. */
export function printInsn(insn: Insn<unknown>, options: PrintOptions = {}): string {
  switch (insn.kind) {
    case "label":
      return `${insn.name}:`;
    case "alu":
      return fill(ALU[insn.op].text, { dst: reg(insn.dst, insn.width), operand: operand(insn.src, insn.width) });
    case "neg":
      return fill(NEG.text, { dst: reg(insn.dst, insn.width) });
    case "movsx":
      return fill(MOVSX.text, { dst: reg(insn.dst, insn.width), s: `s${insn.bits}`, src: reg(insn.src, insn.width) });
    case "swap":
      return fill(SWAP[insn.op].text, { dst: reg(insn.dst, 64), bits: `${insn.bits}` });
    case "load":
      return fill((insn.signed ? MEMORY.loadSigned : MEMORY.load).text, {
        dst: reg(insn.dst, 64),
        ...access(insn.size),
        mem: memory(insn.base, insn.off),
      });
    case "store":
      return fill((insn.src.kind === "reg" ? MEMORY.store : MEMORY.storeImm).text, {
        ...access(insn.size),
        mem: memory(insn.base, insn.off),
        src: operand(insn.src, 64),
        imm: operand(insn.src, 64),
      });
    case "atomic": {
      const width = insn.size === 4 ? 32 : 64;
      return fill(ATOMIC[insn.op].text, {
        ...access(insn.size),
        mem: memory(insn.base, insn.off),
        src: reg(insn.src, width),
        r0: reg(0, width),
        x: width === 32 ? "32" : "",
        bits: `${width}`,
      });
    }
    case "load-acquire":
      return fill(MEMORY.loadAcquire.text, {
        dst: reg(insn.dst, 64),
        ...access(insn.size),
        mem: memory(insn.base, insn.off),
      });
    case "store-release":
      return fill(MEMORY.storeRelease.text, {
        ...access(insn.size),
        mem: memory(insn.base, insn.off),
        src: reg(insn.src, 64),
      });
    case "load64":
      return fill(WIDE.text, { dst: reg(insn.dst, 64), wide: printWide(insn.value) });
    case "jump":
      return fill(JUMP[insn.op].text, {
        dst: reg(insn.left, insn.width),
        operand: operand(insn.right, insn.width),
        target: insn.target,
      });
    case "goto":
      return fill((insn.long ? CONTROL.gotol : CONTROL.goto).text, { target: insn.target });
    case "may-goto":
      return fill(CONTROL.mayGoto.text, { target: insn.target });
    case "call":
      return insn.target.kind === "register"
        ? fill(CONTROL.callx.text, { dst: reg(insn.target.reg, 64) })
        : fill(CONTROL.call.text, { callee: printCallee(insn.target, options) });
    case "exit":
      return CONTROL.exit.text;
    default:
      return unreachable(insn);
  }
}

/** A listing: labels at the margin, instructions indented, comments and CO-RE references after `;`. */
export function printInsns(insns: readonly Insn<unknown>[], options: PrintOptions = {}): string {
  return insns.map((insn) => `${printLine(insn, options)}\n`).join("");
}

function printLine(insn: Insn<unknown>, options: PrintOptions): string {
  const text = printInsn(insn, options);
  const { core, comment } = insn.meta;
  const notes = [core === undefined ? undefined : `${core.kind}(${core.text})`, comment].filter((n) => n !== undefined);
  const line = insn.kind === "label" ? text : `  ${text}`;
  return notes.length === 0 ? line : `${line.padEnd(40)} ; ${notes.join(", ")}`;
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}
function reg(register: unknown, width: Width): string {
  const letter = width === 32 ? "w" : "r";
  return typeof register === "number" && register <= 10 ? `${letter}${register}` : `%${letter}${String(register)}`;
}
function operand(value: Operand<unknown>, width: Width): string {
  return value.kind === "reg" ? reg(value.reg, width) : `${value.value}`;
}
function memory(base: unknown, off: number): string {
  return `${reg(base, 64)} ${off < 0 ? "-" : "+"} ${Math.abs(off)}`;
}
function access(size: LoadSize): { readonly u: string; readonly s: string } {
  return { u: `u${size * 8}`, s: `s${size * 8}` };
}
function printWide(value: WideValue): string {
  switch (value.kind) {
    case "imm":
      return `${BigInt.asIntN(64, value.value)}`;
    case "map":
      return `map[${value.name}]`;
    case "map-value":
      return `value[${value.name}]+${value.offset}`;
    case "function":
      return `function[${value.name}]`;
    case "ksym":
      return `ksym[${value.name}]`;
    default:
      return unreachable(value);
  }
}
function printCallee(target: Exclude<CallTarget<unknown>, { kind: "register" }>, options: PrintOptions): string {
  switch (target.kind) {
    case "helper": {
      const name = options.helperName?.(target.id);
      return name === undefined ? `${target.id}` : `bpf_${name}#${target.id}`;
    }
    case "function":
      return `function[${target.name}]`;
    case "kfunc":
      return `kfunc[${target.name}]`;
    default:
      return unreachable(target);
  }
}
