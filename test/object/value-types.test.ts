/** Every kind of value has a BTF type of its own size; what BTF cannot say is an array of bytes. */
import { describe, expect, test } from "vitest";
import type { ValueType } from "../../compiler/5-object/manifest.ts";
import { addValueType } from "../../compiler/5-object/value-btf.ts";
import { BtfBuilder } from "../../compiler/btf/build.ts";
import { sizeOf } from "../../compiler/btf/layout.ts";
import { printDefinition, printTypeName } from "../../compiler/btf/print-c.ts";
import { readBtf } from "../../compiler/btf/read.ts";

const u32: ValueType = { k: "int", size: 4, signed: false };

describe("value types", () => {
  test.each<[ValueType, number, string]>([
    [{ k: "int", size: 8, signed: true }, 8, "s64"],
    [{ k: "bool" }, 1, "_Bool"],
    [{ k: "string", size: 16 }, 16, "char[16]"],
    [{ k: "buffer", size: 12 }, 16, "struct {\n\tu32 length;\n\tu8 data[12];\n}"],
    [{ k: "pointer" }, 8, "u64"],
    [{ k: "enum", size: 4, signed: false, names: { "1": "ONE" } }, 4, "u32"],
    [{ k: "array", length: 3, stride: 4, element: u32 }, 12, "u32[3]"],
    [{ k: "array", length: 3, stride: 8, element: u32 }, 24, "u8[24]"],
    [
      {
        k: "tuple",
        size: 16,
        fields: [
          { offset: 8, type: u32 },
          { offset: 0, type: { k: "ksym" } },
        ],
      },
      16,
      "struct {\n\tu64 f1;\n\tu32 f0;\n}",
    ],
    [
      {
        k: "tuple",
        size: 8,
        fields: [
          { offset: 0, type: u32 },
          { offset: 2, type: u32 },
        ],
      },
      8,
      "u8[8]",
    ],
    [
      {
        k: "record",
        size: 4,
        fields: [
          { name: "a", offset: 0, type: u32, bits: 3, bitOffset: 1 },
          { name: "b", offset: 0, type: u32, bits: 5, bitOffset: 8 },
        ],
      },
      4,
      "struct {\n\tu32: 1;\n\tu32 a: 3;\n\tu32 b: 5;\n}",
    ],
    [{ k: "record", size: 4, fields: [{ name: "a b", offset: 0, type: u32 }] }, 4, "u8[4]"],
    [{ k: "inet" }, 20, "struct {\n\tu32 family;\n\tu8 address[16];\n}"],
    [{ k: "mac" }, 6, "u8[6]"],
    [{ k: "timestamp", format: "%H" }, 8, "u64"],
    [{ k: "usym" }, 16, "struct {\n\tu64 address;\n\tu32 tgid;\n}"],
    [{ k: "stack", user: true, mode: "raw", limit: 127, map: "stacks" }, 8, "struct {\n\ts32 id;\n\tu32 tgid;\n}"],
    [{ k: "sum", signed: true }, 16, "struct {\n\ts64 value;\n\tu64 set;\n}"],
    [{ k: "stats", signed: false }, 16, "struct {\n\tu64 count;\n\tu64 total;\n}"],
    [{ k: "hist", bits: 0 }, 8, "u64"],
    [
      { k: "tseries", interval: 1, count: 5, fn: "sum", signed: true },
      24,
      "struct {\n\tu64 interval;\n\ts64 value;\n\tu64 samples;\n}",
    ],
  ])("%j", (value, size, text) => {
    const builder = new BtfBuilder();
    const id = addValueType(builder, value, size);
    const btf = readBtf(builder.finish());
    expect(sizeOf(btf, id)).toBe(size);
    const printed = btf.type(id).kind === "struct" ? printDefinition(btf, id).slice(0, -1) : printTypeName(btf, id);
    // Padding is libbpf's affair (see test/btf); here the members count.
    const members = (from: string): string => from.replace(/\n\t\w+: \d+;/g, "").replace("struct  {", "struct {");
    expect(members(printed).replace(" [", "[")).toBe(members(text));
  });
  test("a size that is not the type's own, and no type, are bytes", () => {
    const builder = new BtfBuilder();
    const ids = [
      addValueType(builder, u32, 12),
      addValueType(builder, { k: "none" }, 3),
      addValueType(builder, undefined, 4),
    ];
    const btf = readBtf(builder.finish());
    expect(ids.map((id) => printTypeName(btf, id).replace(" ", ""))).toEqual(["u8[12]", "u8[3]", "u32"]);
  });
});
