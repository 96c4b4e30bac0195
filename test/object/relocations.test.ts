/**
 * CO-RE on this machine: references to members of many of this kernel's own structs, written with the kernel's BTF and
 * loaded into the same kernel, must all relocate onto the values they were written with.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeObject } from "../../compiler/5-object/write-object.ts";
import { resolveType, sizeOf } from "../../compiler/btf/layout.ts";
import { type RawBtf, readBtf } from "../../compiler/btf/read.ts";
import type { TypeId } from "../../compiler/btf/types.ts";
import * as asm from "../../compiler/ebpf/insn.ts";
import { branded } from "../../compiler/util/brand.ts";
import { canLoad, VMLINUX } from "../tools/external.ts";
import { smallModule } from "./module.ts";

const STRUCTS = 400;
const DEPTH = 3;

/** Struct, union and enum names that stand for one type only: others are ambiguous to every loader. */
function uniqueRoots(btf: RawBtf): TypeId[] {
  const names = new Map<string, TypeId[]>();
  for (let n = 1; n < btf.count; n++) {
    const id = branded<TypeId>(n);
    const type = btf.type(id);
    if (type.kind !== "struct" && type.kind !== "union") continue;
    if (type.name !== "") names.set(type.name, [...(names.get(type.name) ?? []), id]);
  }
  return [...names.values()].flatMap((ids) => (ids.length === 1 ? ids : []));
}

type Sample = { readonly reference: asm.CoreReference; readonly value: number };

/**
 * A bit-field: the naturally aligned word that holds it, and the shifts that bring it down (little-endian), as
 * libbpf's bpf_core_calc_field_relo reckons.
 */
function bitField(
  reference: (kind: asm.CoreKind) => asm.CoreReference,
  bit: number,
  bits: number,
  size: number,
): Sample[] {
  let word = size;
  const start = (): number => Math.floor(bit / 8 / word) * word;
  while (bit + bits - start() * 8 > word * 8) word *= 2;
  return [
    { reference: reference("field_byte_offset"), value: start() },
    { reference: reference("field_byte_size"), value: word },
    { reference: reference("field_lshift_u64"), value: 64 - (bit + bits - start() * 8) },
    { reference: reference("field_rshift_u64"), value: 64 - bits },
    { reference: reference("field_exists"), value: 1 },
  ];
}

/** The first members of a struct, nested ones too: offsets and sizes. */
function samples(btf: RawBtf, root: TypeId): Sample[] {
  const found: Sample[] = [];
  const visit = (id: TypeId, access: readonly number[], base: number, depth: number): void => {
    const type = resolveType(btf, id);
    if (type.kind !== "struct" && type.kind !== "union") return;
    for (const [index, member] of type.members.entries()) {
      if (index > 6 && depth > 0) break;
      const path = [...access, index];
      const size = sizeOf(btf, member.type);
      const inner = resolveType(btf, member.type);
      if (size === undefined || size === 0 || inner.kind === "float") continue;
      const offset = base + member.bitOffset / 8;
      if (depth < DEPTH) visit(member.type, path, offset, depth + 1);
      if (member.name === "") continue;
      const reference = (kind: asm.CoreKind): asm.CoreReference => ({ kind, type: root, access: path, text: "member" });
      if (member.bitSize !== 0) {
        found.push(...bitField(reference, base * 8 + member.bitOffset, member.bitSize, size));
        continue;
      }
      found.push({ reference: reference("field_byte_offset"), value: offset });
      found.push({ reference: reference("field_byte_size"), value: size });
    }
  };
  visit(root, [0], 0, 0);
  return found;
}

describe.skipIf(!canLoad())("CO-RE on this kernel", () => {
  test("every reference relocates onto the value it was written with", () => {
    const btf = readBtf(new Uint8Array(readFileSync(VMLINUX)));
    const roots = uniqueRoots(btf);
    const step = Math.max(1, Math.floor(roots.length / STRUCTS));
    const chosen = roots.filter((_, index) => index % step === 0).flatMap((root) => samples(btf, root).slice(0, 60));
    expect(chosen.length).toBeGreaterThan(3000);

    const module = smallModule();
    const insns = [
      ...chosen.map(({ reference, value }) => asm.withCore(asm.mov.imm(asm.r0, value), reference)),
      asm.mov.imm(asm.r0, 0),
      asm.exit(),
    ];
    const [first] = module.programs;
    const [code] = module.code;
    if (first === undefined || code === undefined) throw new Error("the module has no program");
    const object = writeObject({
      ...module,
      btf,
      programs: [first],
      code: [{ ...code, insns, tracepoints: [] }],
      maps: [],
      data: [],
    });

    const folder = mkdtempSync(join(tmpdir(), "tracelet-"));
    const bpf = join(folder, "bpf");
    try {
      mkdirSync(bpf);
      execFileSync("mount", ["-t", "bpf", "bpf", bpf]);
      const file = join(folder, "relocations.bpf.o");
      writeFileSync(file, object);
      const load = spawnSync("bpftool", ["-d", "prog", "loadall", file, join(bpf, "pins")], {
        encoding: "utf8",
        maxBuffer: 1 << 28,
      });
      const lines = load.stderr.split("\n");
      expect(
        lines
          .filter((line) => /failed to|BTF loading error|BTF is optional|ambiguous|substituting|no matching/.test(line))
          .slice(0, 5),
      ).toEqual([]);
      expect(load.status, load.stderr.slice(-2000)).toBe(0);
      const patched = load.stderr.matchAll(/patched insn #(\d+) \(ALU\/ALU64\) imm (\d+) -> (\d+)/g);
      const moved = [...patched].filter(([, , from, to]) => from !== to);
      expect(moved.map(([line]) => line).slice(0, 5)).toEqual([]);
      const count = lines.filter((line) => line.includes("patched insn #")).length;
      expect(count).toBe(chosen.length);
    } finally {
      spawnSync("umount", [bpf]);
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});
