/**
 * Assembler: the text of print.ts → instructions. One instruction or label per line; `;` and `//` start a comment.
 *
 * Every row's template is turned into a pattern, so that a row added to opcodes.ts is readable at once. Guarantee:
 * parse(print(x)) equals x but for metadata.
 */
import { EbpfError } from "./error.ts";
import { type CallTarget, type Insn, NO_META, type Operand, type Reg, type WideValue, type Width } from "./insn.ts";
import {
  ALU,
  type AluOp,
  ATOMIC,
  type AtomicOp,
  CONTROL,
  JUMP,
  type JumpOp,
  type LoadSize,
  MEMORY,
  MOVSX,
  NEG,
  SWAP,
  type SwapOp,
  WIDE,
} from "./opcodes.ts";

/** What a placeholder matches; a second use of one name must match the same text. */
const PLACEHOLDER: Readonly<Record<string, string>> = {
  dst: "[rw]\\d+",
  src: "[rw]\\d+",
  r0: "[rw]0",
  operand: "[rw]\\d+|[-+]?(?:0x[0-9a-f]+|\\d+)",
  imm: "[-+]?(?:0x[0-9a-f]+|\\d+)",
  mem: "r\\d+ *[-+] *(?:0x[0-9a-f]+|\\d+)",
  u: "u(?:8|16|32|64)",
  s: "s(?:8|16|32)",
  bits: "16|32|64",
  x: "(?:32)?",
  target: "[A-Za-z_.$][\\w.$]*",
  callee: "[^ ]+",
  wide: "[^ ]+",
};

type Fields = Readonly<Record<string, string>>;
type Pattern = { readonly regex: RegExp; readonly make: (fields: Fields) => Insn };

/**
 * @throws EbpfError naming the line and what on it cannot be read
 */
export function parseInsns(text: string): Insn[] {
  const patterns = allPatterns();
  const insns: Insn[] = [];
  text.split("\n").forEach((whole, index) => {
    const line = whole.replace(/(;|\/\/).*/, "").trim();
    if (line === "") return;
    const found = parseLine(line, patterns, `line ${index + 1}`);
    insns.push(found);
  });
  return insns;
}

function parseLine(line: string, patterns: readonly Pattern[], place: string): Insn {
  const label = /^([A-Za-z_.$][\w.$]*):$/.exec(line)?.[1];
  if (label !== undefined) return { kind: "label", name: label, meta: NO_META };
  for (const { regex, make } of patterns) {
    const match = regex.exec(line);
    if (match === null) continue;
    try {
      return make(match.groups ?? {});
    } catch (error) {
      if (error instanceof EbpfError) throw new EbpfError(`${place}: ${error.message} in "${line}"`);
      throw error;
    }
  }
  throw new EbpfError(`${place}: "${line}" is no eBPF instruction`);
}

function pattern(template: string, make: (fields: Fields) => Insn): Pattern {
  const seen = new Set<string>();
  const source = template.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ /g, " *");
    if (seen.has(name)) return `\\k<${name}>`;
    seen.add(name);
    return `(?<${name}>${PLACEHOLDER[name] ?? ""})`;
  });
  return { regex: new RegExp(`^${source.join("")}$`), make };
}

function allPatterns(): Pattern[] {
  const meta = NO_META;
  return [
    ...keys(ALU).map((op: AluOp) =>
      pattern(ALU[op].text, (f) => {
        const width = widthOf(f, "dst", "operand");
        return { kind: "alu", op, width, dst: reg(f, "dst"), src: operand(f, "operand"), meta };
      }),
    ),
    pattern(NEG.text, (f) => ({ kind: "neg", width: widthOf(f, "dst"), dst: reg(f, "dst"), meta })),
    pattern(MOVSX.text, (f) => ({
      kind: "movsx",
      bits: oneOf(Number(field(f, "s").slice(1)), [8, 16, 32], "width"),
      width: widthOf(f, "dst", "src"),
      dst: reg(f, "dst"),
      src: reg(f, "src"),
      meta,
    })),
    ...keys(SWAP).map((op: SwapOp) =>
      pattern(SWAP[op].text, (f) => ({
        kind: "swap",
        op,
        bits: oneOf(Number(f.bits), [16, 32, 64], "width"),
        dst: reg64(f, "dst"),
        meta,
      })),
    ),
    pattern(MEMORY.load.text, (f) => load(f, "u", false)),
    pattern(MEMORY.loadSigned.text, (f) => load(f, "s", true)),
    pattern(MEMORY.store.text, (f) => ({
      kind: "store",
      ...memory(f),
      src: { kind: "reg", reg: reg(f, "src") },
      meta,
    })),
    pattern(MEMORY.storeImm.text, (f) => ({
      kind: "store",
      ...memory(f),
      src: { kind: "imm", value: integer(field(f, "imm")) },
      meta,
    })),
    pattern(MEMORY.loadAcquire.text, (f) => ({ kind: "load-acquire", dst: reg64(f, "dst"), ...memory(f), meta })),
    pattern(MEMORY.storeRelease.text, (f) => ({ kind: "store-release", ...memory(f), src: reg64(f, "src"), meta })),
    ...keys(ATOMIC).map((op: AtomicOp) =>
      pattern(ATOMIC[op].text, (f) => {
        const width = widthOf(f, "src", ...("r0" in f ? ["r0"] : []));
        const size = width === 32 ? 4 : 8;
        const said = f.u === undefined ? Number(f.bits) : Number(f.u.slice(1));
        if (said !== width && !(f.u === "u32" && !op.startsWith("fetch"))) {
          throw new EbpfError(`a ${said}-bit access with the ${width}-bit register ${f.src}`);
        }
        const { base, off } = place(f);
        return { kind: "atomic", op, size: said === 32 ? 4 : size, base, off, src: reg(f, "src"), meta };
      }),
    ),
    pattern(WIDE.text, (f) => ({ kind: "load64", dst: reg64(f, "dst"), value: wideValue(field(f, "wide")), meta })),
    ...keys(JUMP).map((op: JumpOp) =>
      pattern(JUMP[op].text, (f) => ({
        kind: "jump",
        op,
        width: widthOf(f, "dst", "operand"),
        left: reg(f, "dst"),
        right: operand(f, "operand"),
        target: field(f, "target"),
        meta,
      })),
    ),
    pattern(CONTROL.goto.text, (f) => ({ kind: "goto", target: field(f, "target"), long: false, meta })),
    pattern(CONTROL.gotol.text, (f) => ({ kind: "goto", target: field(f, "target"), long: true, meta })),
    pattern(CONTROL.mayGoto.text, (f) => ({ kind: "may-goto", target: field(f, "target"), meta })),
    pattern(CONTROL.callx.text, (f) => ({ kind: "call", target: { kind: "register", reg: reg64(f, "dst") }, meta })),
    pattern(CONTROL.call.text, (f) => ({ kind: "call", target: callee(field(f, "callee")), meta })),
    pattern(CONTROL.exit.text, () => ({ kind: "exit", meta })),
  ];
}

function load(f: Fields, key: "u" | "s", signed: boolean): Insn {
  const size = sizeOf(field(f, key));
  return { kind: "load", size, signed, dst: reg64(f, "dst"), ...place(f), meta: NO_META };
}
function memory(f: Fields): { readonly size: LoadSize; readonly base: Reg; readonly off: number } {
  return { size: sizeOf(field(f, "u")), ...place(f) };
}
function place(f: Fields): { readonly base: Reg; readonly off: number } {
  const [, base = "", sign = "", off = ""] = /^(r\d+) *([-+]) *(\w+)$/.exec(field(f, "mem")) ?? [];
  return { base: register(base), off: integer(off) * (sign === "-" ? -1 : 1) + 0 };
}
function sizeOf(text: string): LoadSize {
  return oneOf(Number(text.slice(1)) / 8, [1, 2, 4, 8], "access size");
}

function wideValue(text: string): WideValue {
  if (/^[-+]?(0x[0-9a-f]+|\d+)$/.test(text)) {
    const magnitude = BigInt(text.replace(/^[-+]/, ""));
    return { kind: "imm", value: BigInt.asIntN(64, text.startsWith("-") ? -magnitude : magnitude) };
  }
  const [, kind, name = "", offset] = /^(map|value|function|ksym)\[([^\]]+)\](?:\+(\d+))?$/.exec(text) ?? [];
  if (kind === "value") return { kind: "map-value", name, offset: Number(offset ?? 0) };
  if (offset === undefined) {
    if (kind === "map" || kind === "function" || kind === "ksym") return { kind, name };
  }
  throw new EbpfError(`"${text}" is neither a number nor map[…], value[…]+N, function[…] or ksym[…]`);
}
function callee(text: string): CallTarget {
  const helper = /^(?:\w+#)?(\d+)$/.exec(text)?.[1];
  if (helper !== undefined) return { kind: "helper", id: Number(helper) };
  const [, kind, name = ""] = /^(function|kfunc)\[([^\]]+)\]$/.exec(text) ?? [];
  if (kind === "function" || kind === "kfunc") return { kind, name };
  throw new EbpfError(`"${text}" is neither a helper's number nor function[…] or kfunc[…]`);
}

/** The width that the registers' letters say, which must agree; an immediate agrees with both. */
function widthOf(f: Fields, ...names: readonly string[]): Width {
  const letters = new Set(names.map((name) => field(f, name)[0]).filter((letter) => letter === "r" || letter === "w"));
  if (letters.size !== 1) throw new EbpfError("32-bit and 64-bit registers mixed");
  return letters.has("w") ? 32 : 64;
}
function operand(f: Fields, name: string): Operand {
  const text = field(f, name);
  return /^[rw]/.test(text) ? { kind: "reg", reg: register(text) } : { kind: "imm", value: integer(text) };
}
function reg(f: Fields, name: string): Reg {
  return register(field(f, name));
}
function reg64(f: Fields, name: string): Reg {
  if (field(f, name).startsWith("w")) throw new EbpfError(`${field(f, name)} must be a 64-bit register`);
  return reg(f, name);
}
function register(text: string): Reg {
  return oneOf(Number(text.slice(1)), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "register");
}
function integer(text: string): number {
  const magnitude = Number(text.replace(/^[-+]/, ""));
  return text.startsWith("-") ? -magnitude : magnitude;
}
function oneOf<T extends number>(value: number, allowed: readonly T[], what: string): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new EbpfError(`no ${what} ${value}`);
  return found;
}
function field(f: Fields, name: string): string {
  return f[name] ?? "";
}
function keys<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(table) as K[]; // the tables are closed records: their keys are exactly K
}
