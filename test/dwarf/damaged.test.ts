/**
 * Debug information that is damaged: bytes changed at random and aimed at, files cut short. Whatever it says, the reader answers
 * in bounded time and memory, and throws nothing.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { BtfType, TypeId } from "../../compiler/btf/types.ts";
import type { BinaryTypes } from "../../compiler/index.ts";
import { fromBtf } from "../../compiler/types/from-btf.ts";
import { toValueType } from "../../compiler/types/to-value-type.ts";
import type { Type } from "../../compiler/types/type.ts";
import { available, whyNoCommand } from "../runner/machine.ts";
import { build, open } from "./support.ts";

/** Numbers as random as they need to be, and the same in each run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const SYMBOLS = [
  "walk",
  "narrow",
  "many",
  "fractions",
  "by_value",
  "gives",
  "hidden",
  "main",
  "nosuch",
  "add(int, long)",
];

/** Everything that a compilation may ask of a binary. */
function askAll(binary: BinaryTypes): void {
  const source = { kind: "binary", btf: binary.typesFor(undefined), module: undefined } as const;
  const seen = new Set<number>();
  const follow = (id: TypeId, depth: number): void => {
    if (depth > 12 || seen.has(id)) return;
    seen.add(id);
    const type: BtfType = binary.typesFor(undefined).type(id);
    if (type.kind === "struct" || type.kind === "union")
      for (const member of type.members) follow(member.type, depth + 1);
    else if ("type" in type) follow(type.type, depth + 1);
    const whole: Type = fromBtf(source, id, "user");
    if (whole.kind !== "opaque" && whole.kind !== "error") toValueType(whole, () => "");
  };
  for (const symbol of SYMBOLS) {
    binary.declarationsOf(symbol);
    const found = binary.functionOf(symbol);
    if (typeof found === "object") for (const { type } of found.parameters) follow(type, 0);
  }
  for (const name of ["waypoint", "file", "Shape", "Owner"]) {
    const id = binary.typesFor(undefined).find("struct", name);
    if (id !== undefined) follow(id, 0);
  }
}

/** Where the sections of debug information stand in the file. */
function debugSections(bytes: Uint8Array): readonly { readonly offset: number; readonly size: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const table = Number(view.getBigUint64(40, true));
  const count = view.getUint16(60, true);
  const header = (index: number) => ({
    name: view.getUint32(table + index * 64, true),
    offset: Number(view.getBigUint64(table + index * 64 + 24, true)),
    size: Number(view.getBigUint64(table + index * 64 + 32, true)),
  });
  const names = header(view.getUint16(62, true)).offset;
  const nameOf = (at: number) =>
    Buffer.from(bytes.subarray(names + at, bytes.indexOf(0, names + at))).toString("latin1");
  return Array.from({ length: count }, (_, i) => header(i)).filter((one) =>
    [".debug_info", ".debug_abbrev", ".debug_str_offsets", ".debug_addr"].includes(nameOf(one.name)),
  );
}

const ready = available("damaged debug information", whyNoCommand("gcc") ?? whyNoCommand("clang"));
const PROGRAMS = [
  ["gcc", ["-gdwarf-5"], "program.c"],
  ["gcc", ["-gdwarf-4", "-fdebug-types-section"], "program.c"],
  ["clang", ["-gdwarf-5", "-O1"], "program.c"],
  ["g++", ["-gdwarf-5", "-nostdlib", "-r"], "shapes.cc"],
] as const;

describe.skipIf(!ready)("damaged debug information", () => {
  test.each(PROGRAMS)("%s %j %s: changed bytes", { timeout: 120_000 }, (compiler, flags, source) => {
    const original = readFileSync(build(`damaged-${compiler}${flags.join("")}`, compiler, flags, source));
    const sections = debugSections(original);
    expect(sections.length).toBeGreaterThan(1);
    const next = random(7);
    let slowest = 0;
    let read = 0;
    for (let round = 0; round < 400; round++) {
      const bytes = Uint8Array.from(original);
      const section = sections[next(sections.length)];
      if (section === undefined) throw new Error("no section");
      const changes = 1 + next(6);
      for (let i = 0; i < changes; i++) {
        const at = section.offset + next(section.size);
        const old = bytes[at] ?? 0;
        bytes[at] = [next(256), 0xff, 0, old ^ (1 << next(8)), old + 1, 0x7f][next(6)] ?? 0;
      }
      const start = performance.now();
      const found = open(bytes);
      if (!("problem" in found)) {
        read++;
        askAll(found);
      }
      slowest = Math.max(slowest, performance.now() - start);
    }
    expect(read).toBeGreaterThan(100);
    expect(slowest).toBeLessThan(5_000);
  });

  test("files cut anywhere", () => {
    const original = readFileSync(build("cut-short", "gcc", ["-gdwarf-5"]));
    const next = random(11);
    for (let round = 0; round < 200; round++) {
      const found = open(original.subarray(0, next(original.length)));
      if (!("problem" in found)) askAll(found);
    }
  });

  test("a compressed section that claims to be huge is refused before it is unpacked", () => {
    const bytes = Uint8Array.from(readFileSync(build("packed", "gcc", ["-g", "-gz=zlib"])));
    const view = new DataView(bytes.buffer);
    for (const { offset, size } of debugSections(bytes)) {
      if (size > 24 && view.getUint32(offset, true) === 1) view.setBigUint64(offset + 8, 1n << 40n, true);
    }
    expect(open(bytes)).toMatchObject({ problem: "unreadable", why: expect.stringContaining("claims") });
  });
});
