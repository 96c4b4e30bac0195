/**
 * The walk as the kernel's log prints it: per instruction what it changed of the registers and slots of its frame, where
 * a path splits off and where one ends because an earlier one covers it.
 *
 * Kernel: print_verifier_state, print_insn_state in kernel/bpf/log.c. Offsets are those of assembly/{reg,state}.ts.
 */
import { decode } from "../ebpf/decode.ts";
import { slotCount } from "../ebpf/encode.ts";
import { EbpfError } from "../ebpf/error.ts";
import type { RelocationTarget } from "../ebpf/layout.ts";
import { printInsn } from "../ebpf/print.ts";
import { ADD_CONST, LOG_KIND, SLOT, TYPE } from "./codes.ts";
import { helperName } from "./helper-rows.ts";
import type { ModuleExports } from "./module.ts";
import { tnumText, typeName } from "./names.ts";
import type { VerifierProgram } from "./program.ts";

export type LogLine = {
  /** Slot of the instruction that the line is about. */
  readonly insn: number;
  readonly text: string;
};
export type WalkLog = {
  readonly lines: readonly LogLine[];
  readonly note: (kind: number, insn: number, a: number, b: number) => void;
  /** To be called when the walk has ended. */
  readonly end: () => void;
};

/** More lines than anyone reads; the walk goes on without them. */
const MOST_LINES = 20_000;
const COMMENT_COLUMN = 38;

const STATE_TOP = 32;
const FRAME = { stack: 0, slots: 4, regs: 48 } as const;
const REG_SIZE = 96;
const SLOT_SIZE = 112;
const REG = {
  off: 4,
  aux: 8,
  tv: 16,
  tm: 24,
  smin: 32,
  smax: 40,
  umin: 48,
  umax: 56,
  smin32: 64,
  smax32: 68,
  umin32: 72,
  umax32: 76,
  id: 80,
  ref: 84,
  frame: 88,
} as const;

export function openLog(exports: ModuleExports, program: VerifierProgram, on: boolean): WalkLog {
  const lines: LogLine[] = [];
  if (!on) return { lines, note: () => undefined, end: () => undefined };
  const texts = disassemble(program);
  let before: ReadonlyMap<string, string> = new Map();
  let open: LogLine | undefined;

  const close = (now: ReadonlyMap<string, string> | undefined): void => {
    if (open === undefined) return;
    const changed = now === undefined ? [] : [...now].filter(([name, value]) => before.get(name) !== value);
    const comment = changed.map(([name, value]) => `${name}=${value}`).join(" ");
    const text = comment === "" ? open.text : `${open.text.padEnd(COMMENT_COLUMN - 1)} ; ${comment}`;
    if (lines.length < MOST_LINES) lines.push({ ...open, text });
    open = undefined;
  };
  return {
    lines,
    note(kind, insn, a, b) {
      if (kind === LOG_KIND.INSN) {
        const now = readState(exports, program, a);
        close(now);
        before = now;
        open = { insn, text: `${insn}: ${texts.get(insn) ?? "?"}` };
      } else if (kind === LOG_KIND.DROP) {
        close(readState(exports, program, a));
        if (lines.length < MOST_LINES) lines.push({ insn, text: `${insn}: safe` });
      } else {
        close(undefined);
        const now = readState(exports, program, b);
        const state = [...now].map(([name, value]) => `${name}=${value}`).join(" ");
        if (lines.length < MOST_LINES) lines.push({ insn: a, text: `from ${insn} to ${a}: ${state}` });
        before = now;
      }
    },
    end: () => close(undefined),
  };
}

/** Text of each instruction by slot; maps by name. */
function disassemble(program: VerifierProgram): ReadonlyMap<number, string> {
  const { code, maps } = program;
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  const relocations = new Map<number, RelocationTarget>();
  for (let slot = 0; slot < code.length / 8; slot++) {
    if (view.getUint8(slot * 8) !== 0x18) continue;
    const source = view.getUint8(slot * 8 + 1) >> 4;
    const name = maps[view.getInt32(slot * 8 + 4, true)]?.name ?? "?";
    if (source === 1) relocations.set(slot, { kind: "map", name });
    if (source === 2) relocations.set(slot, { kind: "map-value", name, offset: view.getInt32(slot * 8 + 12, true) });
    slot++;
  }
  const texts = new Map<number, string>();
  try {
    const insns = decode(code, { relocations });
    const labels = new Map<string, number>();
    let at = 0;
    for (const insn of insns) {
      if (insn.kind === "label") labels.set(insn.name, at);
      at += slotCount(insn);
    }
    let slot = 0;
    for (const insn of insns) {
      if (insn.kind !== "label") {
        const opcode = view
          .getUint8(slot * 8)
          .toString(16)
          .padStart(2, "0");
        texts.set(slot, `(${opcode}) ${withDisplacement(printInsn(insn, { helperName }), labels, slot)}`);
      }
      slot += slotCount(insn);
    }
  } catch (error) {
    if (!(error instanceof EbpfError)) throw error; // what cannot be decoded is shown without text
  }
  return texts;
}

/** "goto L3" as kernels print it: "goto pc+5". */
function withDisplacement(text: string, labels: ReadonlyMap<string, number>, slot: number): string {
  return text.replace(/(goto|gotol) (\S+)$/, (whole, word: string, label: string) => {
    const target = labels.get(label);
    if (target === undefined) return whole;
    const by = target - slot - 1;
    return `${word} pc${by < 0 ? "" : "+"}${by}`;
  });
}

/** Registers and slots of the frame that runs, by name, in the kernel's notation. */
function readState(exports: ModuleExports, program: VerifierProgram, state: number): ReadonlyMap<string, string> {
  const view = new DataView(exports.memory.buffer);
  const top = view.getInt32(state + STATE_TOP, true);
  const frame = view.getUint32(state + top * 4, true);
  const found = new Map<string, string>();
  for (let n = 0; n <= 10; n++) {
    const text = registerText(view, program, frame + FRAME.regs + n * REG_SIZE, top);
    if (text !== undefined) found.set(`R${n}`, text);
  }
  const stack = view.getUint32(frame + FRAME.stack, true);
  for (let slot = 0; slot < view.getInt32(frame + FRAME.slots, true); slot++) {
    const at = stack + slot * SLOT_SIZE;
    const kinds = Array.from({ length: 8 }, (_, i) => view.getUint8(at + REG_SIZE + i));
    if (kinds.every((kind) => kind === SLOT.INVALID)) continue;
    const letters = kinds.map(slotLetter);
    const spilled = kinds[7] === SLOT.SPILL ? registerText(view, program, at, top) : undefined;
    const text = spilled === undefined ? letters.join("") : letters.filter((each) => each !== "r").join("") + spilled;
    found.set(`fp-${(slot + 1) * 8}`, text);
  }
  return found;
}

function slotLetter(kind: number): string {
  switch (kind) {
    case SLOT.MISC:
      return "m";
    case SLOT.ZERO:
      return "0";
    case SLOT.SPILL:
      return "r";
    case SLOT.DYNPTR:
      return "d";
    default:
      return "?";
  }
}

function registerText(view: DataView, program: VerifierProgram, at: number, top: number): string | undefined {
  const type = view.getInt32(at, true);
  if (type === TYPE.NONE) return undefined;
  const off = view.getInt32(at + REG.off, true);
  const value = view.getBigUint64(at + REG.tv, true);
  const mask = view.getBigUint64(at + REG.tm, true);
  const id = view.getUint32(at + REG.id, true);
  if (type === TYPE.SCALAR && mask === 0n) return signedText(BigInt.asIntN(64, value));
  if (type === TYPE.STACK && mask === 0n) {
    const frame = view.getInt32(at + REG.frame, true);
    return `fp${frame === top ? "" : `[${frame}]`}${off + Number(BigInt.asIntN(64, value))}`;
  }
  const parts: string[] = [];
  if (id !== 0) parts.push(`id=${(id & ~ADD_CONST) >>> 0}${(id & ADD_CONST) !== 0 ? `+${off}` : ""}`);
  const ref = view.getUint32(at + REG.ref, true);
  if (ref !== 0) parts.push(`ref_obj_id=${ref}`);
  if (type !== TYPE.SCALAR && off !== 0) parts.push(`off=${off}`);
  const base = type & 0xff;
  const map = program.maps[view.getInt32(at + REG.aux, true)];
  if ((base === TYPE.MAP || base === TYPE.VALUE || base === TYPE.KEY) && map !== undefined) {
    parts.push(`ks=${map.keySize}`, `vs=${map.valueSize}`);
  }
  if (base === TYPE.MEM) parts.push(`sz=${view.getInt32(at + REG.aux, true)}`);
  if (mask !== 0n || type === TYPE.SCALAR) parts.push(...rangeTexts(view, at));
  if (mask !== 0n && mask !== 2n ** 64n - 1n) parts.push(`var_off=${tnumText(value, mask)}`);
  return `${typeName(type)}(${parts.join(",")})`;
}

/** "smin=smin32=0,umax=63": what is known, equal values together, what is trivial left out. */
function rangeTexts(view: DataView, at: number): readonly string[] {
  const rows: readonly (readonly [string, bigint, bigint, boolean])[] = [
    ["smin", view.getBigInt64(at + REG.smin, true), -(2n ** 63n), true],
    ["smax", view.getBigInt64(at + REG.smax, true), 2n ** 63n - 1n, true],
    ["umin", view.getBigUint64(at + REG.umin, true), 0n, false],
    ["umax", view.getBigUint64(at + REG.umax, true), 2n ** 64n - 1n, false],
    ["smin32", BigInt(view.getInt32(at + REG.smin32, true)), -(2n ** 31n), true],
    ["smax32", BigInt(view.getInt32(at + REG.smax32, true)), 2n ** 31n - 1n, true],
    ["umin32", BigInt(view.getUint32(at + REG.umin32, true)), 0n, false],
    ["umax32", BigInt(view.getUint32(at + REG.umax32, true)), 2n ** 32n - 1n, false],
  ];
  const known = rows.filter(([, value, trivial]) => value !== trivial);
  const groups = new Map<bigint, { names: string[]; signed: boolean }>();
  for (const [name, value, , signed] of known) {
    const group = groups.get(value);
    if (group === undefined) groups.set(value, { names: [name], signed });
    else group.names.push(name);
  }
  return [...groups].map(
    ([value, { names, signed }]) => `${names.join("=")}=${signed ? signedText(value) : unsignedText(value)}`,
  );
}

function signedText(value: bigint): string {
  return value >= -0xffffn && value <= 0xffffn ? `${value}` : `0x${BigInt.asUintN(64, value).toString(16)}`;
}
function unsignedText(value: bigint): string {
  return value <= 0xffffn ? `${value}` : `0x${value.toString(16)}`;
}
