/** Calling conventions: where parameters are, for types that a compiler is not needed to make. */
import { describe, expect, test } from "vitest";
import { BtfBuilder } from "../../compiler/btf/build.ts";
import { readBtf } from "../../compiler/btf/read.ts";
import type { TypeId } from "../../compiler/btf/types.ts";
import { placeParameters } from "../../compiler/dwarf/calling-convention.ts";
import type { ParameterPlace } from "../../compiler/types/binary.ts";

const build = new BtfBuilder();
const types = {
  void: 0 as TypeId, // BTF's own number
  int: build.int("int", 4, true),
  long: build.int("long", 8, true),
  wide: build.int("__int128", 16, true),
  float: build.add({ kind: "float", name: "float", size: 4 }),
  double: build.add({ kind: "float", name: "double", size: 8 }),
  longDouble: build.add({ kind: "float", name: "long double", size: 16 }),
  complex: build.add({ kind: "float", name: "complex double", size: 16 }),
};
const member = (name: string, type: TypeId, offset: number) => ({ name, type, bitOffset: offset * 8, bitSize: 0 });
const struct = (name: string, size: number, members: ReturnType<typeof member>[]) =>
  build.add({ kind: "struct", name, size, members });
const structs = {
  ints: struct("ints", 8, [member("a", types.int, 0), member("b", types.int, 4)]),
  pair: struct("pair", 16, [member("a", types.long, 0), member("b", types.long, 8)]),
  large: struct("large", 24, [member("a", types.long, 0), member("b", types.long, 8), member("c", types.long, 16)]),
  floats: struct("floats", 8, [member("a", types.float, 0), member("b", types.float, 4)]),
  mixed: struct("mixed", 16, [member("a", types.double, 0), member("b", types.long, 8)]),
  half: struct("half", 8, [member("a", types.float, 0), member("b", types.int, 4)]),
  crooked: struct("crooked", 9, [member("a", build.int("char", 1, true), 0), member("b", types.long, 1)]),
  empty: struct("empty", 0, []),
  four: struct(
    "four",
    32,
    [0, 8, 16, 24].map((at) => member(`d${at}`, types.double, at)),
  ),
};
const all = { ...types, ...structs };
const btf = readBtf(build.finish());
type Name = keyof typeof all;

function shown(place: ParameterPlace): string {
  switch (place.kind) {
    case "registers":
      return place.indices.join("+");
    case "stack":
      return `s${place.offset}`;
    case "reference":
      return `*${shown(place.at)}`;
    case "hidden":
      return "-";
  }
}

function places(arch: "x86_64" | "aarch64", names: string, returns: Name = "void"): string {
  const passed = (name: string) => ({ type: all[name.replace("&", "") as Name], byReference: name.startsWith("&") });
  return placeParameters(arch, btf, passed(returns), names.split(" ").map(passed)).map(shown).join(" ");
}

describe("x86-64", () => {
  test.each([
    ["int long int long int long int long", "0 1 2 3 4 5 s0 s8"],
    ["double int float long", "- 0 - 1"],
    ["longDouble int longDouble long", "s0 0 s16 1"],
    ["int int int int int int int longDouble int", "0 1 2 3 4 5 s0 s16 s32"],
    ["complex int", "- 0"],
    ["ints pair int", "0 1+2 3"],
    ["large int", "s0 0"],
    ["int int int int int pair int", "0 1 2 3 4 s0 5"],
    ["wide int", "0+1 2"],
    ["int int int int int wide int int", "0 1 2 3 4 s0 5 s16"],
    ["floats int", "- 0"],
    ["mixed int", "- 1"],
    ["half int", "0 1"],
    ["crooked int", "s0 0"],
    ["empty int", "- 0"],
    ["&large int", "*0 1"],
    ["double double double double double double double double double int", "- - - - - - - - s0 0"],
  ])("%s: %s", (names, expected) => expect(places("x86_64", names)).toBe(expected));

  test("a result in memory takes the first register", () => {
    expect(places("x86_64", "int int", "large")).toBe("1 2");
    expect(places("x86_64", "int int", "pair")).toBe("0 1");
    expect(places("x86_64", "int", "longDouble")).toBe("0");
  });
});

describe("aarch64", () => {
  test.each([
    ["int int int int int int int int int", "0 1 2 3 4 5 6 7 s0"],
    ["double int float long", "- 0 - 1"],
    ["ints pair int", "0 1+2 3"],
    ["large int", "*0 1"],
    ["int wide int", "0 2+3 4"],
    ["int int int int int int int pair int", "0 1 2 3 4 5 6 s0 s16"],
    ["floats four int", "- - 0"],
    ["mixed int", "0+1 2"],
    ["empty int", "- 0"],
  ])("%s: %s", (names, expected) => expect(places("aarch64", names)).toBe(expected));

  test("a result in memory takes none of them", () => expect(places("aarch64", "int int", "large")).toBe("0 1"));
});
