/** Bytes in: anything decodes to what lays out to the same bytes, or is refused; and LLVM reads our bytes as we do. */
import { describe, expect, test } from "vitest";
import { decode } from "../../compiler/ebpf/decode.ts";
import { EbpfError } from "../../compiler/ebpf/error.ts";
import * as asm from "../../compiler/ebpf/insn.ts";
import { isaOf, requiredIsa } from "../../compiler/ebpf/isa.ts";
import { layout } from "../../compiler/ebpf/layout.ts";
import { parseInsns } from "../../compiler/ebpf/parse.ts";
import { printInsn, printInsns } from "../../compiler/ebpf/print.ts";
import { mapRegs, readRegs, writtenRegs } from "../../compiler/ebpf/registers.ts";
import { writeElf } from "../../compiler/elf/write.ts";
import { available, runOn } from "../tools/external.ts";
import { fuzz, randomBits } from "../tools/mutate.ts";
import { everyRow } from "./every-row.ts";

/** Every row that needs no relocation. */
const rows = everyRow().filter(
  (insn) =>
    !(insn.kind === "load64" && insn.value.kind !== "imm") &&
    !(insn.kind === "call" && (insn.target.kind === "function" || insn.target.kind === "kfunc")),
);
const bytes = layout(rows).bytes;

describe("decode", () => {
  test("random slots decode to what lays out to the same bytes, or are refused", () => {
    const random = randomBits(7);
    let accepted = 0;
    for (let i = 0; i < 40_000; i++) {
      const slot = new Uint8Array(8);
      const view = new DataView(slot.buffer);
      view.setUint8(0, random());
      view.setUint8(1, random() & 0x77);
      if (random() % 4 === 0) view.setInt16(2, (random() % 40) - 8, true);
      if (random() % 2 === 0) view.setInt32(4, random() % 5 === 0 ? random() : random() % 256, true);
      try {
        const insns = decode(slot);
        expect(layout(insns).bytes).toEqual(slot);
        expect(parseInsns(printInsns(insns))).toEqual(insns);
        accepted++;
      } catch (error) {
        expect(error).toBeInstanceOf(EbpfError);
      }
    }
    expect(accepted).toBeGreaterThan(500);
  });
  test("mutated programs round-trip or are refused", () => {
    const refused = fuzz(bytes, EbpfError, (damaged) => {
      expect(layout(decode(damaged)).bytes).toEqual(damaged);
    });
    expect(refused).toBeGreaterThan(100);
  });
  test.each<[string, readonly number[], string]>([
    ["an odd length", [0x95, 0, 0], "3 bytes are not a whole number"],
    ["an unknown opcode", [0xff, 0, 0, 0, 0, 0, 0, 0], "instruction at slot 0: unknown opcode 0xff"],
    ["a reserved field", [0x95, 1, 0, 0, 0, 0, 0, 0], "opcode 0x95 with reserved fields in use"],
    ["register 11", [0xb7, 11, 0, 0, 0, 0, 0, 0], "there is no register r11"],
    ["half a wide load", [0x18, 0, 0, 0, 0, 0, 0, 0], "a wide load lacks its second half"],
    ["a jump outside", [0x05, 0, 5, 0, 0, 0, 0, 0], "its target, slot 6, is no instruction of these 1 slots"],
    ["a map by number", [0x18, 0x10, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "no relocation names it"],
    ["an unknown atomic", [0xdb, 0x10, 0, 0, 2, 0, 0, 0], "unknown atomic operation 0x2"],
    ["a narrow atomic", [0xcb, 0x10, 0, 0, 0, 0, 0, 0], "unknown opcode|no atomic operation on 2 bytes"],
  ])("%s is refused with its place", (_, raw, message) => {
    expect(() => decode(new Uint8Array(raw))).toThrow(EbpfError);
    expect(() => decode(new Uint8Array(raw))).toThrow(new RegExp(message));
  });
  test("a jump into the middle of a wide load is refused", () => {
    const code = layout([asm.ja("x"), asm.lddw.imm(asm.r0, 0n), asm.label("x"), asm.exit()]).bytes;
    code[2] = 1;
    expect(() => decode(code)).toThrow("its target, slot 2, is no instruction");
  });
});

describe("ISA versions", () => {
  test.each<[asm.Insn, string]>([
    [asm.add.imm(asm.r1, 1), "v1"],
    [asm.jlt.imm(asm.r1, 1, "x"), "v2"],
    [asm.jeq.imm(asm.r1, 1, "x"), "v1"],
    [asm.jeq32.imm(asm.r1, 1, "x"), "v3"],
    [asm.atomic("add", 8, asm.r1, 0, asm.r2), "v1"],
    [asm.atomic("xchg", 8, asm.r1, 0, asm.r2), "v3"],
    [asm.sdiv.imm(asm.r1, 2), "v4"],
    [asm.ldsx(1, asm.r1, asm.r2, 0), "v4"],
    [asm.bswap(16, asm.r1), "v4"],
    [asm.gotol("x"), "v4"],
  ])("%j", (insn, isa) => {
    expect(isaOf(insn)).toBe(isa);
  });
  test("of a program: the highest", () => {
    expect(requiredIsa([])).toBe("v1");
    expect(requiredIsa([asm.exit(), asm.jlt.imm(asm.r1, 1, "x"), asm.exit()])).toBe("v2");
  });
});

describe("registers", () => {
  test.each<[asm.Insn, number[], number[]]>([
    [asm.mov.reg(asm.r1, asm.r2), [2], [1]],
    [asm.add.reg(asm.r1, asm.r2), [1, 2], [1]],
    [asm.ldx(8, asm.r1, asm.r2, 0), [2], [1]],
    [asm.stx(8, asm.r1, 0, asm.r2), [1, 2], []],
    [asm.atomic("add", 8, asm.r1, 0, asm.r2), [1, 2], []],
    [asm.atomic("fetch_add", 8, asm.r1, 0, asm.r2), [1, 2], [2]],
    [asm.jeq.reg(asm.r1, asm.r2, "x"), [1, 2], []],
    [asm.call.reg(asm.r3), [3], []],
    [asm.lddw.map(asm.r4, "m"), [], [4]],
    [asm.exit(), [], []],
  ])("%j", (insn, read, written) => {
    expect(readRegs(insn)).toEqual(read);
    expect(writtenRegs(insn)).toEqual(written);
  });
  test("mapping them all to themselves changes nothing", () => {
    for (const insn of everyRow()) expect(mapRegs(insn, (reg) => reg)).toEqual(insn);
  });
  test("virtual registers print with a percent sign", () => {
    expect(printInsn(asm.add32.imm("x", 1))).toBe("%wx += 1");
    expect(printInsn(asm.ldx(4, 17, 3, 8))).toBe("%r17 = *(u32 *)(r3 + 8)");
  });
});

describe("llvm-objdump", () => {
  /** callx has another encoding there (the register in the immediate). */
  const known = rows.filter(
    (insn) => isaOf(insn) !== "v4" && !(insn.kind === "call" && insn.target.kind === "register"),
  );
  test.skipIf(!available("llvm-objdump"))("reads every row it knows as we print it", () => {
    const { bytes: code, slots } = layout(known);
    const elf = writeElf({
      sections: [
        {
          name: "kprobe",
          kind: "progbits",
          flags: { alloc: true, exec: true, write: false },
          align: 8,
          size: code.length,
          data: code,
          relocations: [],
        },
      ],
      symbols: [
        { name: "f", bind: "global", type: "func", visibility: "default", section: 0, value: 0, size: code.length },
      ],
    });
    const theirs = new Map<number, string>();
    for (const line of runOn(elf, "llvm-objdump", [
      "-d",
      "--no-show-raw-insn",
      "--mcpu=v3",
      "--mattr=+alu32",
      "FILE",
    ]).split("\n")) {
      const [, slot, text] = /^ *(\d+):\s+(.*)$/.exec(line) ?? [];
      if (slot !== undefined && text !== undefined && text.trim() !== "<unknown>")
        theirs.set(Number(slot), normalise(text.trim()));
    }
    const ours = new Map<number, string>();
    known.forEach((insn, index) => {
      const slot = slots[index] ?? -1;
      if (insn.kind !== "label" && theirs.has(slot)) ours.set(slot, normalise(printInsn(insn)));
    });
    expect(theirs.size).toBeGreaterThan(100); // what an old LLVM cannot read is left out
    expect(theirs).toEqual(ours);
  });

  /** Targets are offsets there and labels here; 64-bit and 32-bit immediates may be hexadecimal. */
  function normalise(text: string): string {
    return text
      .replace(/goto .*/, "goto")
      .replace(/^w(\d+)(?= = \*)/, "r$1") // narrow loads and stores: its name for the same register
      .replace(/^(\*.* = )w/, "$1r")
      .replace(/(-?)0x([0-9a-f]+)/g, (_, sign: string, hex: string) => `${sign}${BigInt(`0x${hex}`)}`)
      .replace(/= (\d+) ll/, (_, value: string) => `= ${BigInt.asIntN(64, BigInt(value))} ll`);
  }
});
