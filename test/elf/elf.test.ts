import { describe, expect, test } from "vitest";
import { ElfError } from "../../compiler/elf/error.ts";
import { type ElfObject, type ElfSection, RELOCATION_TYPE } from "../../compiler/elf/format.ts";
import { printElf } from "../../compiler/elf/print.ts";
import { readElf } from "../../compiler/elf/read.ts";
import { writeElf } from "../../compiler/elf/write.ts";
import { encodeUtf8 } from "../../compiler/util/bytes.ts";
import { available, runOn } from "../tools/external.ts";
import { fuzz } from "../tools/mutate.ts";

function section(name: string, data: Uint8Array, flags: Partial<ElfSection["flags"]> = {}): ElfSection {
  return {
    name,
    kind: "progbits",
    flags: { alloc: false, exec: false, write: false, ...flags },
    align: 8,
    size: data.length,
    data,
    relocations: [],
  };
}

const object: ElfObject = {
  sections: [
    {
      ...section("kprobe/vfs_read", new Uint8Array(32).fill(0x95), { alloc: true, exec: true }),
      relocations: [
        { offset: 0, type: RELOCATION_TYPE.wide64, symbol: 1 },
        { offset: 16, type: RELOCATION_TYPE.call32, symbol: 2 },
      ],
    },
    section("license", encodeUtf8("GPL\0"), { alloc: true, write: true }),
    { ...section(".bss", new Uint8Array(), { alloc: true, write: true }), kind: "nobits", size: 64 },
    section(".maps", new Uint8Array(32), { alloc: true, write: true }),
  ],
  symbols: [
    { name: "", bind: "local", type: "section", visibility: "default", section: 2, value: 0, size: 0 },
    { name: "counts", bind: "global", type: "object", visibility: "default", section: 3, value: 0, size: 32 },
    { name: "bpf_kfunc", bind: "weak", type: "notype", visibility: "hidden", section: undefined, value: 0, size: 0 },
    { name: "read", bind: "global", type: "func", visibility: "default", section: 0, value: 0, size: 32 },
  ],
};
const bytes = writeElf(object);

describe("write → read", () => {
  test("gives the object back", () => {
    expect(readElf(bytes)).toEqual(object);
  });
  test("is deterministic", () => {
    expect(writeElf(object)).toEqual(bytes);
  });
  test("moves local symbols to the front and renumbers relocations", () => {
    const swapped: ElfObject = {
      sections: object.sections.map((s) => ({
        ...s,
        relocations: s.relocations.map((r) => ({ ...r, symbol: 3 - r.symbol })),
      })),
      symbols: object.symbols.toReversed(),
    };
    const read = readElf(writeElf(swapped));
    expect(read.symbols.map((s) => s.name)).toEqual(["", "read", "bpf_kfunc", "counts"]);
    expect(read.sections[0]?.relocations.map((r) => read.symbols[r.symbol]?.name)).toEqual(["counts", "bpf_kfunc"]);
  });
  test("prints as a listing", () => {
    const text = printElf(object);
    expect(text).toContain("32 bytes  a-x align 8  kprobe/vfs_read, 2 relocations");
    expect(text).toContain("64 bytes  aw- align 8  .bss (zeros)");
    expect(text).toContain("global object  .maps+0 size 32  counts");
  });
});

describe("damaged and foreign files", () => {
  const patched = (at: number, ...values: number[]): Uint8Array => {
    const copy = bytes.slice();
    copy.set(values, at);
    return copy;
  };
  const tableAt = Number(new DataView(bytes.buffer).getBigUint64(40, true));
  test.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(), "not an ELF file: it has only 0 bytes"],
    ["text", encodeUtf8("#!/bin/sh\n"), "not an ELF file: it does not begin with 7f 45 4c 46"],
    ["a header cut short", bytes.subarray(0, 40), "truncated ELF file"],
    ["cut in the middle", bytes.subarray(0, bytes.length >> 1), "truncated ELF file"],
    ["32-bit", patched(4, 1), "32-bit ELF file"],
    ["big-endian", patched(5, 2), "big-endian"],
    ["x86-64", patched(18, 62), "not an eBPF object: its machine is 62"],
    ["an executable", patched(16, 2), "not a relocatable object"],
    ["no sections", patched(60, 0, 0), "no section headers"],
    [
      "a section outside the file",
      patched(tableAt + 64 + 24, 0, 0, 0, 0x7f),
      "truncated ELF file: section kprobe/vfs_read",
    ],
    ["overlapping sections", patched(tableAt + 2 * 64 + 24, 64, 0), "overlaps"],
    ["RELA", patched(tableAt + 64 + 4, 4), "RELA"],
  ])("%s", (_, damaged, message) => {
    expect(() => readElf(damaged)).toThrow(ElfError);
    expect(() => readElf(damaged)).toThrow(message);
  });

  test("every length of a truncated file is refused", () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readElf(bytes.subarray(0, length)), `${length} bytes`).toThrow(ElfError);
    }
  });
  test("mutated files are read or refused with an ElfError", () => {
    expect(fuzz(bytes, ElfError, readElf)).toBeGreaterThan(100);
  });
});

describe("other tools", () => {
  test.skipIf(!available("llvm-readelf"))("llvm-readelf sees the same sections, symbols and relocations", () => {
    const text = runOn(bytes, "llvm-readelf", ["-S", "-s", "-r", "FILE"]);
    expect(text).toMatch(/kprobe\/vfs_read +PROGBITS +0+ [0-9a-f]+ 000020 00 +AX/);
    expect(text).toMatch(/R_BPF_64_64 .* counts/);
    expect(text).toMatch(/R_BPF_64_32 .* bpf_kfunc/);
    expect(text).toMatch(/32 +FUNC +GLOBAL +DEFAULT +\d+ +read/);
  });
  test.skipIf(!available("clang"))("what clang writes is read", () => {
    const source = 'int x; __attribute__((section("kprobe/f"))) int f(void *ctx) { return x; }\n';
    const read = readElf(
      Uint8Array.from(
        Buffer.from(
          runOn(encodeUtf8(source), "sh", ["-c", 'clang -g -O2 -target bpf -c "$0" -o - | base64', "FILE"], "f.c"),
          "base64",
        ),
      ),
    );
    const code = read.sections.find((s) => s.name === "kprobe/f");
    expect(code?.flags.exec).toBe(true);
    expect(code?.relocations.map((r) => read.symbols[r.symbol]?.name)).toEqual(["x"]);
    expect(read.sections.map((s) => s.name)).toContain(".BTF.ext");
  });
});
