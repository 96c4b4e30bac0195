import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BtfBuilder, VOID } from "../../compiler/btf/build.ts";
import { BtfError } from "../../compiler/btf/error.ts";
import { type BtfExt, readBtfExt, writeBtfExt } from "../../compiler/btf/ext.ts";
import { alignOf, children, findMember, resolveType, sizeOf } from "../../compiler/btf/layout.ts";
import { printDefinition, printParameter, printTypeName } from "../../compiler/btf/print-c.ts";
import { type RawBtf, readBtf, validateBtf } from "../../compiler/btf/read.ts";
import { BtfStrings } from "../../compiler/btf/strings.ts";
import type { BtfType, TypeId } from "../../compiler/btf/types.ts";
import { KINDS } from "../../compiler/btf/wire.ts";
import { writeBtf } from "../../compiler/btf/write.ts";
import { branded } from "../../compiler/util/brand.ts";
import { available, hasVmlinux, runOn, VMLINUX } from "../tools/external.ts";
import { fuzz } from "../tools/mutate.ts";

const id = (n: number): TypeId => branded<TypeId>(n);

/** One record of every kind, ids 1… in this order. */
const all: readonly BtfType[] = [
  { kind: "int", name: "int", size: 4, bits: 32, bitOffset: 0, signed: true, encoding: "none" },
  { kind: "int", name: "char", size: 1, bits: 8, bitOffset: 0, signed: true, encoding: "char" },
  { kind: "int", name: "_Bool", size: 1, bits: 8, bitOffset: 0, signed: false, encoding: "bool" },
  { kind: "ptr", type: id(6) },
  { kind: "array", type: id(2), indexType: id(1), length: 16 },
  {
    kind: "struct",
    name: "task",
    size: 48,
    members: [
      { name: "pid", type: id(1), bitOffset: 0, bitSize: 0 },
      { name: "", type: id(7), bitOffset: 32, bitSize: 0 },
      { name: "comm", type: id(5), bitOffset: 64, bitSize: 0 },
      { name: "on", type: id(1), bitOffset: 192, bitSize: 3 },
      { name: "off", type: id(1), bitOffset: 195, bitSize: 5 },
      { name: "parent", type: id(4), bitOffset: 256, bitSize: 0 },
      { name: "fn", type: id(17), bitOffset: 320, bitSize: 0 },
    ],
  },
  {
    kind: "union",
    name: "",
    size: 4,
    members: [
      { name: "tgid", type: id(1), bitOffset: 0, bitSize: 0 },
      { name: "flag", type: id(3), bitOffset: 0, bitSize: 0 },
    ],
  },
  {
    kind: "enum",
    name: "colour",
    size: 4,
    signed: true,
    values: [
      { name: "RED", value: -1n },
      { name: "BLUE", value: 7n },
    ],
  },
  { kind: "enum", name: "mask", size: 4, signed: false, values: [{ name: "ALL", value: 0xffff_ffffn }] },
  { kind: "enum64", name: "wide", size: 8, signed: false, values: [{ name: "TOP", value: 0xffff_ffff_ffff_fff0n }] },
  { kind: "enum64", name: "low", size: 8, signed: true, values: [{ name: "LOW", value: -(1n << 40n) }] },
  { kind: "fwd", name: "module", union: false },
  { kind: "typedef", name: "pid_t", type: id(1) },
  { kind: "volatile", type: id(13) },
  { kind: "const", type: id(14) },
  {
    kind: "func_proto",
    returns: id(1),
    params: [
      { name: "p", type: id(4) },
      { name: "n", type: id(15) },
    ],
    variadic: true,
  },
  { kind: "ptr", type: id(16) },
  { kind: "restrict", type: id(4) },
  { kind: "func", name: "wake_up", type: id(16), linkage: "global" },
  { kind: "var", name: "counts", type: id(5), linkage: "static" },
  { kind: "datasec", name: ".bss", size: 16, vars: [{ type: id(20), offset: 0, size: 16 }] },
  { kind: "float", name: "double", size: 8 },
  { kind: "decl_tag", name: "kfunc", type: id(19), component: -1 },
  { kind: "type_tag", name: "user", type: id(1) },
];
const blob = writeBtf(all);
const btf = readBtf(blob);
const typesOf = (from: RawBtf): BtfType[] =>
  Array.from({ length: from.count - from.firstId }, (_, i) => from.type(id(from.firstId + i)));

describe("write → read", () => {
  test("gives every kind back", () => {
    expect(new Set(all.map((type) => type.kind))).toEqual(new Set(KINDS.filter((kind) => kind !== "void")));
    expect(typesOf(btf)).toEqual(all);
    expect(btf.type(VOID)).toEqual({ kind: "void" });
    validateBtf(btf);
  });
  test("is deterministic, and shares strings", () => {
    expect(writeBtf(all)).toEqual(blob);
    const text = new TextDecoder().decode(blob);
    expect(text.split("comm\0").length).toBe(2);
  });
  test("finds by kind and name", () => {
    expect(btf.find("struct", "task")).toBe(6);
    expect(btf.find("enum", "wide")).toBe(10);
    expect(btf.find("func", "wake_up")).toBe(19);
    expect(btf.find("struct", "wake_up")).toBeUndefined();
    expect(btf.findEnumerator("TOP")).toEqual({ type: 10, value: 0xffff_ffff_ffff_fff0n });
    expect(btf.findEnumerator("RED")).toEqual({ type: 8, value: -1n });
    expect(() => btf.type(id(99))).toThrow(RangeError);
  });
  test("split BTF goes on from its base", () => {
    const module: BtfType[] = [
      { kind: "ptr", type: id(6) },
      { kind: "typedef", name: "task_t", type: id(6) },
    ];
    const split = writeBtf(module, new BtfStrings(btf.stringsEnd));
    const both = readBtf(split, btf);
    expect(both.firstId).toBe(all.length + 1);
    expect(both.type(id(all.length + 1))).toEqual(module[0]);
    expect(both.find("typedef", "task_t")).toBe(all.length + 2);
    expect(both.find("struct", "task")).toBe(6);
    expect(both.type(id(6))).toEqual(all[5]);
    expect(() => readBtf(writeBtf(module)).type(id(1))).toThrow("refers to type 6 of 3");
  });
  test("the builder merges equal types, and allows cycles", () => {
    const builder = new BtfBuilder();
    const node = builder.reserve();
    const pointer = builder.pointer(node);
    builder.define(node, {
      kind: "struct",
      name: "node",
      size: 8,
      members: [{ name: "next", type: pointer, bitOffset: 0, bitSize: 0 }],
    });
    expect(builder.int("int", 4, true)).toBe(builder.int("int", 4, true));
    expect(builder.pointer(node)).toBe(pointer);
    const read = readBtf(builder.finish());
    expect(read.count).toBe(4);
    expect(printDefinition(read, node)).toBe("struct node {\n\tstruct node *next;\n};");
  });
});

describe("layout", () => {
  test("sizes and alignments", () => {
    expect(all.map((_, i) => sizeOf(btf, id(i + 1)))).toEqual([
      4,
      1,
      1,
      8,
      16,
      48,
      4,
      4,
      4,
      8,
      8,
      undefined,
      4,
      4,
      4,
      undefined,
      8,
      8,
      undefined,
      16,
      16,
      8,
      undefined,
      4,
    ]);
    expect(alignOf(btf, id(6))).toBe(8);
    expect(resolveType(btf, id(15))).toEqual(all[0]);
  });
  test("members are found through anonymous ones, with the access path", () => {
    expect(findMember(btf, id(6), "flag")).toMatchObject({ bitOffset: 32, bitSize: 0, type: 3, access: [1, 1] });
    expect(findMember(btf, id(6), "off")).toMatchObject({ bitOffset: 195, bitSize: 5, access: [4] });
    expect(findMember(btf, id(6), "")).toBeUndefined();
    expect(findMember(btf, id(1), "x")).toBeUndefined();
  });
  test("children are the types referred to", () => {
    expect(all.map((type) => children(type).length)).toEqual([
      0, 0, 0, 1, 2, 7, 2, 0, 0, 0, 0, 0, 1, 1, 1, 3, 1, 1, 1, 1, 1, 0, 1, 1,
    ]);
  });
  test.each<[string, BtfType[]]>([
    ["a typedef of itself", [{ kind: "typedef", name: "t", type: id(1) }]],
    [
      "a struct in itself",
      [{ kind: "struct", name: "s", size: 8, members: [{ name: "", type: id(1), bitOffset: 0, bitSize: 0 }] }],
    ],
    ["an array of itself", [{ kind: "array", type: id(1), indexType: id(1), length: 2 }]],
  ])("%s ends in an error, not in a loop", (_, types) => {
    const cyclic = readBtf(
      writeBtf([
        ...types,
        { kind: "struct", name: "outer", size: 8, members: [{ name: "m", type: id(1), bitOffset: 0, bitSize: 0 }] },
      ]),
    );
    expect(() => {
      sizeOf(cyclic, id(1));
      findMember(cyclic, id(1), "x");
    }).toThrow(BtfError);
    expect(() => printDefinition(cyclic, id(2))).toThrow(BtfError);
    expect(() => alignOf(cyclic, id(1))).toThrow(BtfError);
  });
});

describe("C text", () => {
  test("a struct, with anonymous members, bit-fields and function pointers", () => {
    expect(printDefinition(btf, id(6))).toBe(
      [
        "struct task {",
        "\tint pid;",
        "\tunion {",
        "\t\tint tgid;",
        "\t\t_Bool flag;",
        "\t};",
        "\tchar comm[16];",
        "\tint on: 3;",
        "\tint off: 5;",
        "\tstruct task *parent;",
        "\tint (*fn)(struct task *, volatile const pid_t, ...);",
        "};",
      ]
        .join("\n")
        .replace("struct task *,", "struct task *p,")
        .replace("pid_t,", "pid_t n,"),
    );
  });
  test("enums, typedefs, prototypes, parameters", () => {
    expect(printDefinition(btf, id(8))).toBe("enum colour {\n\tRED = -1,\n\tBLUE = 7,\n};");
    expect(printDefinition(btf, id(10))).toBe("enum wide {\n\tTOP = 18446744073709551600ULL,\n};");
    expect(printDefinition(btf, id(13))).toBe("typedef int pid_t;");
    expect(printDefinition(btf, id(19))).toBe("int wake_up(struct task *p, volatile const pid_t n, ...);");
    expect(printParameter(btf, id(4), "p")).toBe("struct task * p");
    expect(printTypeName(btf, id(15))).toBe("volatile const pid_t");
    expect(printTypeName(btf, id(18))).toBe("struct task * restrict");
  });
});

describe(".BTF.ext", () => {
  const builder = new BtfBuilder();
  const ext: BtfExt = {
    functions: [{ section: "kprobe/f", entries: [{ offset: 0, type: id(3) }] }],
    lines: [
      {
        section: "kprobe/f",
        entries: [
          { offset: 0, file: "a.bt", text: "kprobe:f {", line: 1, column: 1 },
          { offset: 8, file: "a.bt", text: "exit() }", line: 70000, column: 1023 },
        ],
      },
      { section: ".text", entries: [{ offset: 16, file: "a.bt", text: "", line: 2, column: 0 }] },
    ],
    core: [{ section: "kprobe/f", entries: [{ offset: 8, type: id(6), access: "0:1:0", kind: 0 }] }],
  };
  const bytes = writeBtfExt(ext, (text) => builder.string(text));
  const strings = readBtf(builder.finish());

  test("write → read gives it back", () => {
    expect(readBtfExt(bytes, (at) => strings.string(at))).toEqual(ext);
  });
  test("damage is refused with a BtfError", () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readBtfExt(bytes.subarray(0, length), (at) => strings.string(at)), `${length}`).toThrow(BtfError);
    }
    const readExt = (damaged: Uint8Array): void => void readBtfExt(damaged, (at) => strings.string(at));
    expect(fuzz(bytes, BtfError, readExt)).toBeGreaterThan(100);
  });
});

describe("damaged blobs", () => {
  const patched = (at: number, ...values: number[]): Uint8Array => {
    const copy = blob.slice();
    copy.set(values, at);
    return copy;
  };
  test.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(), "truncated BTF"],
    ["text", new TextEncoder().encode("hello, this is no BTF at all"), "not BTF: it begins with 0x6568"],
    ["big-endian", patched(0, 0x9f, 0xeb).with(0, 0xeb).with(1, 0x9f), "big-endian BTF"],
    ["a later version", patched(2, 9), "BTF version 9"],
    ["cut short", blob.subarray(0, blob.length - 5), "truncated BTF: string section"],
    ["an unknown kind", patched(24 + 7, 0x1f), "type 1 is of unknown kind 31"],
    ["a string outside", patched(24, 0xff, 0xff, 0xff), "no string at offset"],
  ])("%s", (_, damaged, message) => {
    expect(() => validateBtf(readBtf(damaged))).toThrow(BtfError);
    expect(() => validateBtf(readBtf(damaged))).toThrow(message);
  });
  test("mutated blobs are read, printed and measured, or refused with a BtfError", () => {
    const refused = fuzz(blob, BtfError, (bytes) => {
      const read = readBtf(bytes);
      for (let n = 1; n < read.count; n++) {
        sizeOf(read, id(n));
        printDefinition(read, id(n));
        findMember(read, id(n), "comm");
      }
      read.find("struct", "task");
      read.findEnumerator("TOP");
      validateBtf(read);
    });
    expect(refused).toBeGreaterThan(100);
  });
});

describe("bpftool", () => {
  const raw = (bytes: Uint8Array): string => runOn(bytes, "bpftool", ["btf", "dump", "file", "FILE"]);
  test.skipIf(!available("bpftool"))("accepts what we write, and sees the same", () => {
    const text = raw(blob);
    expect(text).toContain("[6] STRUCT 'task' size=48 vlen=7");
    expect(text).toContain("'off' type_id=1 bits_offset=195 bitfield_size=5");
    expect(text).toMatch(/\[10\] ENUM64 'wide' .*size=8 vlen=1\n\t'TOP' val=18446744073709551600ULL/);
    expect(text).toContain("[23] DECL_TAG 'kfunc' type_id=19 component_idx=-1");
    expect(text).toMatch(/\[20\] VAR 'counts' type_id=5, linkage=static/);
  });
});

describe.skipIf(!hasVmlinux())("this kernel's BTF", () => {
  const bytes = hasVmlinux() ? new Uint8Array(readFileSync(VMLINUX)) : new Uint8Array();
  const vmlinux = bytes.length > 0 ? readBtf(bytes) : btf;
  const struct = (name: string): TypeId => vmlinux.find("struct", name) ?? VOID;

  test("holds the structs every kernel has", () => {
    expect(printDefinition(vmlinux, struct("list_head"))).toBe(
      "struct list_head {\n\tstruct list_head *next;\n\tstruct list_head *prev;\n};",
    );
    expect(sizeOf(vmlinux, struct("list_head"))).toBe(16);
    expect(findMember(vmlinux, struct("task_struct"), "comm")?.bitSize).toBe(0);
    const dport = findMember(vmlinux, struct("sock_common"), "skc_dport");
    expect(dport?.bitOffset).toBe(96);
    expect(dport?.access.length).toBeGreaterThan(1);
    expect(vmlinux.findEnumerator("BPF_PROG_TYPE_KPROBE")?.value).toBe(2n);
    expect(printDefinition(vmlinux, vmlinux.find("func", "vfs_read") ?? VOID)).toBe(
      "ssize_t vfs_read(struct file *file, char *buf, size_t count, loff_t *pos);",
    );
  });

  test.skipIf(!available("bpftool"))("prints as bpftool prints it, every named struct and union", () => {
    const theirs = runOn(bytes, "bpftool", ["btf", "dump", "file", "FILE", "format", "c"]);
    let compared = 0;
    for (const block of theirs.split("\n\n")) {
      const [, kind, name] = /^(struct|union) (\w+) \{/.exec(block) ?? [];
      if (name === undefined || /___\d/.test(block)) continue; // two types of one name: bpftool numbers them
      const found = vmlinux.find(kind === "struct" ? "struct" : "union", name);
      expect(printDefinition(vmlinux, found ?? VOID)).toBe(block.trimEnd());
      compared++;
    }
    expect(compared).toBeGreaterThan(1000);
  });
});
