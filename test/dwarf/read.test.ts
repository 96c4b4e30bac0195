/** Debug information of every kind that compilers write: the same functions, places and types come out of each. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { available, whyNoCommand } from "../runner/machine.ts";
import { build, folder, open, signature, tool, types } from "./support.ts";

const gcc = available("debug information of gcc", whyNoCommand("gcc"));
const clang = available("debug information of clang", whyNoCommand("clang"));

const FUNCTIONS: Readonly<Record<string, string>> = {
  walk: "struct waypoint * point @ di, waypoint_t * const other @ si, const char * text @ dx",
  narrow:
    "_Bool yes @ di, enum color color @ si, unsigned char u8 @ dx, signed char s8 @ cx, short s16 @ r8, unsigned int u32 @ r9",
  many: "long a @ di, int b @ si, enum level c @ dx, void * d @ cx, callback_t e @ r8, char f @ r9, short seventh @ stack+0, const char * eighth @ stack+8, _Bool ninth @ stack+16",
  fractions:
    "double first @ hidden, int second @ di, float third @ hidden, long fourth @ si, long double fifth @ stack+0, int sixth @ dx",
  by_value:
    "pair_t pair @ di+si, int i @ dx, struct big big @ stack+0, int j @ cx, struct point small @ r8, pair_t late @ stack+40, struct triple later @ stack+56, int k @ r9",
  part_float: "struct mixed_pair mixed @ hidden, int after @ si",
  gives: "int first @ si, long second @ dx",
  nothing: "",
  variadic: "const char * format @ di, ...",
  of_file: "struct file * file @ di, __int128 wide @ si+dx, int last @ cx",
  hidden: "int first @ di, long long second @ si",
  main: "int argc @ di, char * * argv @ si",
  nosuch: "none",
};

/** Compilers spell base types their own way. */
function plain(text: string): string {
  return text
    .replace(/\b(long long|long|short) int\b/g, "$1")
    .replace(/\*(?=\*)/g, "* ")
    .replace(/\bbool yes\b|\bbool ninth\b/g, (found) => `_B${found.slice(1)}`);
}

const GCC: readonly (readonly string[])[] = [
  ["-g"],
  ["-gdwarf-5", "-O2"],
  ["-gdwarf-4"],
  ["-gdwarf-4", "-O2"],
  ["-gdwarf-3"],
  ["-gdwarf-2", "-gstrict-dwarf"],
  ["-gdwarf-5", "-gdwarf64"],
  ["-gdwarf-4", "-fdebug-types-section"],
  ["-gdwarf-5", "-fdebug-types-section"],
  ["-g", "-gz=zlib"],
  ["-g", "-gz=zlib", "-O2", "-flto"],
  ["-g", "-O3", "-ffunction-sections"],
];
const CLANG: readonly (readonly string[])[] = [
  ["-g", "-O0"],
  ["-gdwarf-4", "-O1"],
  ["-gdwarf-5", "-O2"],
];
const all = [
  ...(gcc ? GCC.map((flags) => ["gcc", flags] as const) : []),
  ...(clang ? CLANG.map((flags) => ["clang", flags] as const) : []),
];

describe.each(all)("%s %j", (compiler, flags) => {
  const path = build(`${compiler}${flags.join("")}`.replaceAll(/[^\w-]/g, ""), compiler, flags);
  const binary = types(path);

  test.each(Object.entries(FUNCTIONS))("%s: parameters and their places", (symbol, expected) => {
    expect(plain(signature(binary, symbol))).toBe(expected);
  });

  test("a struct has its members where the compiler put them", () => {
    const id = binary.typesFor(undefined).find("struct", "waypoint");
    const type = id === undefined ? undefined : binary.typesFor(undefined).type(id);
    if (type?.kind !== "struct") throw new Error("no struct waypoint");
    expect(type.size).toBe(120);
    expect(
      type.members.map((one) => `${one.name}@${one.bitOffset}${one.bitSize > 0 ? `:${one.bitSize}` : ""}`),
    ).toEqual(
      [
        "next@0",
        "name@64",
        "tag@128",
        "flag@192:3",
        "rest@195:5",
        "signed_bits@200:4",
        "at@224",
        "value@320",
        "values@384",
        "color@512",
        "bytes@544",
        "call@576",
        "weight@640",
        "@672",
        "yes@704",
        "points@736",
        "opaque@896",
      ].slice(0, type.members.length),
    );
  });

  test("enumerations have their values, with their signs", () => {
    const values = (name: string) => {
      const id = binary.typesFor(undefined).find("enum", name);
      const type = id === undefined ? undefined : binary.typesFor(undefined).type(id);
      return type?.kind === "enum" ? type.values.map((one) => [one.name, one.value]) : type?.kind;
    };
    expect(values("color")).toEqual([
      ["RED", 0n],
      ["GREEN", 5n],
      ["BLUE", 6n],
    ]);
    expect(values("level")).toEqual([
      ["LOW", -1n],
      ["HIGH", 1n],
    ]);
  });
});

describe.skipIf(!gcc)("where debug information is, or is not", () => {
  test("split off into another file", () => {
    const path = build("split", "gcc", ["-g", "-O2"]);
    tool("objcopy", "--only-keep-debug", path, `${path}.debug`);
    tool("strip", "--strip-all", path);
    expect(open(readFileSync(path))).toMatchObject({ problem: "no-debug-info", name: "program" });
    const binary = types(path, `${path}.debug`);
    expect(binary.buildId).toMatch(/^[0-9a-f]{40}$/);
    expect(signature(binary, "hidden")).toBe("int first @ di, long long int second @ si");
  });

  test("a file without any", () => {
    expect(open(readFileSync(build("bare", "gcc", [])))).toMatchObject({ problem: "no-debug-info" });
  });

  test("a file without a build id", () => {
    expect(types(build("anonymous", "gcc", ["-g", "-Wl,--build-id=none"])).buildId).toBeUndefined();
  });

  test(".dwo files are named as what is not read", () => {
    const found = open(readFileSync(build("dwo", "gcc", ["-g", "-gsplit-dwarf"])));
    expect(found).toMatchObject({ problem: "unreadable" });
    expect("why" in found ? found.why : "").toContain("-gsplit-dwarf");
  });

  test("another name of a function", () => {
    const binary = types(build("alias", "gcc", ["-g", "-O2"]));
    expect(signature(binary, "walk_again")).toBe(signature(binary, "walk"));
  });

  test("no ELF file, and one that is cut", () => {
    expect(open(new TextEncoder().encode("#!/bin/sh\n"))).toMatchObject({
      problem: "unreadable",
      why: "not an ELF file",
    });
    const bytes = readFileSync(build("cut", "gcc", ["-g"]));
    expect(open(bytes.subarray(0, 200))).toMatchObject({ problem: "unreadable" });
  });
});

describe.skipIf(!gcc)("C++", () => {
  test.each([["-gdwarf-5"], ["-gdwarf-5", "-O2"], ["-gdwarf-4"]])("%s %s", (...flags) => {
    const given = flags.filter((flag) => flag !== undefined);
    const binary = types(build(`shapes${given.join("")}`, "g++", given, "shapes.cc"));
    expect(plain(signature(binary, "_Z3addil"))).toBe("int a @ di, long b @ si");
    expect(plain(signature(binary, "add(int, long)"))).toBe("int a @ di, long b @ si");
    expect(signature(binary, "_ZNK8geometry5Shape6scaledEiRKNS_4BaseE")).toMatch(
      /^const struct Shape \* (?:const )?this @ di, int factor @ si, const struct Base \* other @ dx$/,
    );

    expect(signature(binary, "_Z5owned5Owneri")).toBe("struct Owner owner @ *di, int after @ si");
    const id = binary.typesFor(undefined).find("struct", "Shape");
    const type = id === undefined ? undefined : binary.typesFor(undefined).type(id);
    expect(type?.kind === "struct" ? type.members.map((one) => `${one.name}@${one.bitOffset / 8}`) : type).toEqual([
      "@0",
      "width@12",
    ]);
  });
});

describe("functions that only their own file calls", () => {
  const files = join(import.meta.dirname, "second.c");
  const built: readonly (readonly [string, readonly string[], string])[] = [
    ...(gcc
      ? ([
          ["gcc", ["-gdwarf-5"], "shrunk.constprop.0"],
          ["gcc", ["-gdwarf-4"], "shrunk.constprop.0"],
        ] as const)
      : []),
    ...(clang
      ? ([
          ["clang", ["-gdwarf-5"], "shrunk"],
          ["clang", ["-gdwarf-4"], "shrunk"],
        ] as const)
      : []),
  ];

  test.each(built)("%s %j: what is left of %s is where the compiler moved it", (compiler, flags, symbol) => {
    const path = build(`own-${compiler}${flags.join("")}`, compiler, [...flags, "-O2", files], "first.c");
    expect(plain(signature(types(path), symbol))).toBe("int unused @ hidden, long used @ di, const char * text @ si");
    const whole = build(`whole-${compiler}${flags.join("")}`, compiler, [...flags, "-O0", files], "first.c");
    expect(plain(signature(types(whole), "shrunk"))).toBe("int unused @ di, long used @ si, const char * text @ dx");
  });

  test.skipIf(!gcc)("structs of one name are those of the function's file", () => {
    const binary = types(build("two-files", "gcc", ["-g", "-O0", files], "first.c"));
    const size = (symbol: string) => {
      const btf = binary.typesFor(symbol);
      const id = btf.find("struct", "shared");
      const type = id === undefined ? undefined : btf.type(id);
      return type?.kind === "struct" ? type.size : undefined;
    };
    expect([size("first_file"), size("second_file")]).toEqual([16, 4]);
  });

  test.skipIf(!gcc)("functions of one name with different parameters are told of", () => {
    const binary = types(build("same-name", "gcc", ["-g", "-O0", files], "first.c"));
    expect(signature(binary, "same")).toBe("2 functions of this name take different arguments");
  });
});

test("the folder of the builds is a temporary one", () => {
  expect(folder).toContain(join("tracelet-dwarf-"));
});
