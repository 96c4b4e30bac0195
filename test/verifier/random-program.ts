/**
 * Random programs that look like what compilers write: numbers from many places, masks and comparisons before they become
 * offsets, spills, branches, loops, helpers; and now and then a mistake. The same seed gives the same program.
 */
import type { Insn } from "../../compiler/ebpf/insn.ts";
import * as asm from "../../compiler/ebpf/insn.ts";
import { layout } from "../../compiler/ebpf/layout.ts";
import type { ProgramType, TracingAttach, VerifierMap, VerifierProgram } from "../../compiler/verifier/program.ts";
import { randomBits } from "../tools/mutate.ts";
import { block } from "./random-program/block.ts";
import { ProgramWriter } from "./random-program/writer.ts";

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

/** The program of a seed; `length` is about how many statements it has. */
export function randomProgram(seed: number, length: number): VerifierProgram {
  const random = randomBits(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
  for (let i = 0; i < 8; i++) random();
  const type = TYPES[random() % TYPES.length] ?? "kprobe";
  const writer = new ProgramWriter(random, type, random() % 3 === 0 ? 40 : 3);
  writer.emit(asm.mov.reg(6, 1));
  writer.kinds[6] = "ctx";
  writer.kinds[1] = "ctx";
  block(writer, length);
  if (!writer.slip()) writer.emit(asm.mov.imm(0, 0));
  writer.emit(asm.exit());
  return {
    name: `seed ${seed}`,
    type,
    attach: type === "tracing" ? TRACED : undefined,
    code: encode([...writer.out, ...writer.functions]),
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
