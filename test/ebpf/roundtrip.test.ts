import { describe, expect, test } from "vitest";
import { decode } from "../../compiler/ebpf/decode.ts";
import { EbpfError } from "../../compiler/ebpf/error.ts";
import * as asm from "../../compiler/ebpf/insn.ts";
import { layout, type RelocationTarget } from "../../compiler/ebpf/layout.ts";
import { ALU, ATOMIC, JUMP, SWAP } from "../../compiler/ebpf/opcodes.ts";
import { parseInsns } from "../../compiler/ebpf/parse.ts";
import { printInsn, printInsns } from "../../compiler/ebpf/print.ts";
import { everyRow } from "./every-row.ts";

const rows = everyRow();

describe("every opcode row", () => {
  test("is covered by the list that the other tests walk over", () => {
    const texts = new Set(rows.map((insn) => ("op" in insn ? insn.op : insn.kind)));
    for (const op of [ALU, JUMP, ATOMIC, SWAP].flatMap((table) => Object.keys(table))) expect(texts).toContain(op);
  });

  test.each(rows.map((insn) => [printInsn(insn), insn] as const))("print → parse is the identity: %s", (text, insn) => {
    expect(parseInsns(text)).toEqual([insn]);
  });

  test("encode → decode is the identity", () => {
    const { bytes, relocations, slots } = layout(rows);
    const named = new Map<number, RelocationTarget>(relocations.map((r) => [r.slot, r.target]));
    const end = rows.findIndex((insn) => insn.kind === "label" && insn.name === "end");
    const labels = new Map<number, string>([
      [0, "top"],
      [slots[end] ?? -1, "end"],
    ]);
    expect(decode(bytes, { relocations: named, labels })).toEqual(rows);
  });

  test("a whole listing reads back", () => {
    expect(parseInsns(printInsns(rows))).toEqual(rows);
  });
});

describe("text", () => {
  test.each([
    [asm.ldx(8, asm.r1, asm.r2, 16), "r1 = *(u64 *)(r2 + 16)"],
    [asm.ldsx(4, asm.r1, asm.r10, -4), "r1 = *(s32 *)(r10 - 4)"],
    [asm.st(4, asm.r10, -4, 0), "*(u32 *)(r10 - 4) = 0"],
    [asm.jlt.reg(asm.r1, asm.r2, "L3"), "if r1 < r2 goto L3"],
    [asm.jsgt32.imm(asm.r1, -1, "L3"), "if w1 s> -1 goto L3"],
    [asm.sdiv.imm(asm.r1, 3), "r1 s/= 3"],
    [asm.movsx(8, asm.r1, asm.r2, 32), "w1 = (s8)w2"],
    [asm.atomic("fetch_add", 8, asm.r1, 0, asm.r2), "r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)"],
    [asm.atomic("cmpxchg", 4, asm.r1, 0, asm.r2), "w0 = cmpxchg32_32(r1 + 0, w0, w2)"],
    [asm.lddw.mapValue(asm.r1, ".bss", 8), "r1 = value[.bss]+8 ll"],
    [asm.call.func("sub"), "call function[sub]"],
  ])("%j", (insn, text) => {
    expect(printInsn(insn)).toBe(text);
  });

  test("names helpers on request, and shows metadata as comments", () => {
    const options = { helperName: (id: number) => (id === 5 ? "ktime_get_ns" : undefined) };
    expect(printInsn(asm.call.helper(5), options)).toBe("call bpf_ktime_get_ns#5");
    expect(parseInsns("call bpf_ktime_get_ns#5")).toEqual([asm.call.helper(5)]);
    expect(printInsns([asm.withComment(asm.exit(), "done")])).toMatch(/^ {2}exit +; done\n$/);
  });

  test.each([
    ["r1 = r2\n\nr11 = 1", 'line 3: no register 11 in "r11 = 1"'],
    ["r1 += w2", "32-bit and 64-bit registers mixed"],
    ["frobnicate", '"frobnicate" is no eBPF instruction'],
    ["r1 = map[] ll", "neither a number nor map"],
    ["w1 = *(u32 *)(r2 + 0)", "w1 must be a 64-bit register"],
  ])("%j is refused with its place", (text, message) => {
    expect(() => parseInsns(text)).toThrow(EbpfError);
    expect(() => parseInsns(text)).toThrow(message);
  });
});

describe("layout", () => {
  test("counts slots, not instructions, and jumps both ways", () => {
    const { bytes, slots } = layout([
      asm.label("a"),
      asm.lddw.imm(asm.r1, 1n),
      asm.jeq.imm(asm.r1, 0, "b"),
      asm.ja("a"),
      asm.label("b"),
      asm.exit(),
    ]);
    expect(slots).toEqual([0, 0, 2, 3, 4, 4]);
    const view = new DataView(bytes.buffer);
    expect(view.getInt16(2 * 8 + 2, true)).toBe(1);
    expect(view.getInt16(3 * 8 + 2, true)).toBe(-4);
  });

  test("leaves what clang leaves for relocations, and resolves functions of the same list", () => {
    const { bytes, relocations } = layout([
      asm.call.func("elsewhere"),
      asm.call.func("here"),
      asm.exit(),
      asm.label("here"),
      asm.exit(),
    ]);
    const view = new DataView(bytes.buffer);
    expect(view.getInt32(4, true)).toBe(-1);
    expect(view.getInt32(8 + 4, true)).toBe(1);
    expect(relocations).toEqual([{ slot: 0, target: { kind: "call", name: "elsewhere" } }]);
    expect(decode(bytes, { relocations: new Map([[0, { kind: "call", name: "elsewhere" }]]) })).toEqual([
      asm.call.func("elsewhere"),
      asm.call.func("F0"),
      asm.exit(),
      asm.label("F0"),
      asm.exit(),
    ]);
  });

  const far = Array.from({ length: 0x8000 }, () => asm.mov.imm(asm.r0, 0));
  test.each<[string, readonly asm.Insn[], string]>([
    ["an unknown label", [asm.ja("x"), asm.exit()], "no label x"],
    ["a label twice", [asm.label("x"), asm.label("x"), asm.exit()], "label x is defined twice"],
    ["a label at the very end", [asm.ja("x"), asm.label("x")], "after the last instruction"],
    ["a jump too far", [asm.ja("x"), ...far, asm.label("x"), asm.exit()], "x is 32768 slots away"],
    ["a wide immediate", [asm.mov.imm(asm.r0, 0x8000_0000), asm.exit()], "immediate 2147483648 does not fit"],
    ["a wide offset", [asm.ldx(8, asm.r0, asm.r1, 32768)], "offset 32768 does not fit"],
  ])("refuses %s", (_, insns, message) => {
    expect(() => layout(insns)).toThrow(EbpfError);
    expect(() => layout(insns)).toThrow(message);
  });

  test("gotol reaches what goto cannot", () => {
    expect(layout([asm.gotol("x"), ...far, asm.label("x"), asm.exit()]).bytes.length).toBe(0x8002 * 8);
  });
});
