import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inspect, inspectObject, ObjectError, printInspection } from "../../compiler/5-object/inspect.ts";
import { readObject } from "../../compiler/5-object/read-object.ts";
import { writeObject } from "../../compiler/5-object/write-object.ts";
import { VOID } from "../../compiler/btf/build.ts";
import { findMember, sizeOf } from "../../compiler/btf/layout.ts";
import { printDefinition } from "../../compiler/btf/print-c.ts";
import type { Insn } from "../../compiler/ebpf/insn.ts";
import { printInsn } from "../../compiler/ebpf/print.ts";
import { readElf } from "../../compiler/elf/read.ts";
import { writeElf } from "../../compiler/elf/write.ts";
import { encodeUtf8 } from "../../compiler/util/bytes.ts";
import { encodeMsgpack } from "../../compiler/util/msgpack.ts";
import { available, canLoad, runOn } from "../tools/external.ts";
import { fuzz } from "../tools/mutate.ts";
import { SCRIPT, smallModule } from "./module.ts";

const module = smallModule();
const bytes = writeObject(module);
const object = readObject(bytes);
/** Instructions as text, labels aside: their names are lost on the way. */
const texts = (insns: readonly Insn[]): string[] =>
  insns.filter((i) => i.kind !== "label").map((i) => printInsn(i).replace(/goto .*/, "goto"));

describe("write → read", () => {
  test("is reproducible", () => {
    expect(writeObject(smallModule())).toEqual(bytes);
  });
  test("gives functions, instructions and references back", () => {
    expect(object.functions.map((fn) => [fn.name, fn.section, fn.static])).toEqual([
      ["kprobe_vfs_read_1", "kprobe/vfs_read", false],
      ["kprobe_vfs_read_2", "kprobe/vfs_read", false],
      ["twice", ".text", true],
      ["step", ".text", true],
    ]);
    for (const [index, fn] of object.functions.entries()) {
      const written = module.code[index]?.insns ?? [];
      expect(texts(fn.insns)).toEqual(texts(written));
      const references = (insns: readonly Insn[]): unknown[] =>
        insns.flatMap(({ meta: { core } }) => (core === undefined ? [] : [[core.kind, core.text]]));
      expect(references(fn.insns)).toEqual(references(written));
    }
  });
  test("gives maps, manifest and license back", () => {
    expect(object.maps).toEqual(module.maps.map(({ keyType: _, valueType: __, ...map }) => map));
    expect(object.license).toBe("GPL");
    expect(object.manifest).toMatchObject({ ...module.manifest });
  });
  test("keeps of kernel types what is used, at its true place", () => {
    const task = object.btf.find("struct", "task_struct") ?? VOID;
    expect(sizeOf(object.btf, task)).toBe(96);
    expect(findMember(object.btf, task, "pid")).toMatchObject({ bitOffset: 128, access: [0, 0] });
    expect(findMember(object.btf, task, "vruntime")).toBeUndefined();
    expect(findMember(object.btf, task, "se")).toMatchObject({ bitOffset: 256, access: [1] });
    expect(findMember(object.btf, task, "comm")).toBeUndefined();
    expect(findMember(object.btf, object.btf.find("struct", "sched_entity") ?? VOID, "vruntime")?.bitOffset).toBe(128);
    const mode = object.btf.find("enum", "hrtimer_mode") ?? VOID;
    expect(printDefinition(object.btf, mode)).toBe("enum hrtimer_mode {\n\tHRTIMER_MODE_REL = 1,\n};");
    expect(object.ext.core.flatMap((s) => s.entries.map((e) => e.access))).toEqual([
      "0:0:0",
      "0:1:0",
      "0:2",
      "0",
      "0",
      "0:0",
    ]);
  });
  test("fills in what layout decides in the manifest", () => {
    expect(object.manifest.tracepointFields).toEqual([
      {
        section: "kprobe/vfs_read",
        insn: 2,
        category: "sched",
        event: "sched_switch",
        field: "prev_pid",
        offset: 24,
        size: 4,
        place: { line: 2, column: 19, endLine: 2, endColumn: 48 },
      },
    ]);
    const first = object.functions[0]?.slots ?? 0;
    expect(object.manifest.fieldUses.slice(0, 2)).toEqual([
      {
        section: "kprobe/vfs_read",
        insn: 4,
        type: "struct task_struct",
        path: "pid",
        place: { line: 2, column: 19, endLine: 2, endColumn: 48 },
      },
      {
        section: "kprobe/vfs_read",
        insn: first + 3,
        type: "struct task_struct",
        path: "se.vruntime",
        place: { line: 3, column: 19, endLine: 3, endColumn: 43 },
      },
    ]);
  });
  test("line info quotes the script, and begins every function", () => {
    const lines = object.ext.lines.map(({ section, entries }) => [
      section,
      entries.map((e) => [e.offset, e.line, e.column, e.text]),
    ]);
    const second = (object.functions[0]?.slots ?? 0) * 8;
    expect(lines).toEqual([
      [
        "kprobe/vfs_read",
        [
          [0, 2, 19, SCRIPT.split("\n")[1]],
          [second, 3, 19, SCRIPT.split("\n")[2]],
        ],
      ],
      [
        ".text",
        [
          [0, 1, 1, "// counts"],
          [16, 1, 1, "// counts"],
        ],
      ],
    ]);
  });
});

describe("inspect", () => {
  test("as text", () => {
    const text = printInspection(inspectObject(bytes));
    expect(text).toContain("counts.bt: 2 programs, 5 maps,");
    expect(text).toContain("kprobe:vfs_read  (kprobe_vfs_read_1 in kprobe/vfs_read, ");
    expect(text).toContain("  ; 2:19  @count[curtask.pid] = count(); }\n     0: call bpf_get_current_task#35\n");
    expect(text).toMatch(/ 4: r3 \+= 16 +; field_byte_offset of struct task_struct\.pid\n/);
    expect(text).toMatch(/r1 = map\[AT_count\] ll\n/);
    expect(text).toMatch(/call function\[twice\]\n/);
    expect(text).toMatch(/@count +AT_count +hash, key 4, value 8 bytes, 4096 entries/);
  });
  test("types and sections as text", () => {
    const { btf, sections } = inspect(bytes);
    expect(btf).toMatch(/struct task_struct, 96 bytes\n {6}\+16 \(anonymous\)/);
    expect(sections).toMatch(/a-x align 8 {2}kprobe\/vfs_read, \d+ relocations/);
  });
});

describe("damaged and foreign objects", () => {
  const withSection = (name: string, data: Uint8Array): Uint8Array => {
    const elf = readElf(bytes);
    return writeElf({
      ...elf,
      sections: elf.sections.map((s) => (s.name === name ? { ...s, data, size: data.length } : s)),
    });
  };
  const without = (name: string): Uint8Array => {
    const elf = readElf(bytes);
    return writeElf({
      ...elf,
      sections: elf.sections.map((s) => (s.name === name ? { ...s, name: `${name}.other` } : s)),
    });
  };
  test.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(), "not an ELF file"],
    ["truncated", bytes.subarray(0, bytes.length - 100), "truncated ELF file"],
    ["another compiler's", without(".tracelet"), "an eBPF object of another compiler: it has no .tracelet section"],
    [
      "a later format",
      withSection(".tracelet", encodeMsgpack({ ...module.manifest, version: 9, tool: "tracelet 7.0" })),
      "object format 9, made by tracelet 7.0: this tracelet reads formats up to 2",
    ],
    ["no manifest map", withSection(".tracelet", encodeMsgpack([1])), "it is no map"],
    [
      "a wrong manifest",
      withSection(".tracelet", encodeMsgpack({ ...module.manifest, programs: 3, tracepointFields: [], fieldUses: [] })),
      '"programs" is wrong',
    ],
    [
      "a cut manifest",
      withSection(".tracelet", encodeMsgpack(module.manifest).subarray(0, 99)),
      "damaged .tracelet section",
    ],
    ["no BTF", without(".BTF"), "it has no section .BTF"],
    ["BTF that is none", withSection(".BTF", encodeUtf8("hello, this is no BTF at all")), "not BTF"],
  ])("%s", (_, damaged, message) => {
    expect(() => inspectObject(damaged)).toThrow(ObjectError);
    expect(() => inspectObject(damaged)).toThrow(message);
  });
  test("mutated objects are inspected or refused with an ObjectError", () => {
    expect(fuzz(bytes, ObjectError, (damaged) => void printInspection(inspectObject(damaged)))).toBeGreaterThan(100);
  });
});

describe("other tools", () => {
  test.skipIf(!available("llvm-objdump"))("llvm-objdump disassembles it, with the script's lines", () => {
    const text = runOn(bytes, "llvm-objdump", ["-dr", "--mcpu=v3", "FILE"], "x.bpf.o");
    expect(text).toContain("<kprobe_vfs_read_1>:");
    expect(text).toContain("R_BPF_64_64\tAT_count");
    expect(text).toContain("R_BPF_64_32\t.text");
    // Stores of immediates are in the ISA from the start, but LLVM knows them since 18.
    const unknown = text.split("\n").filter((line) => line.includes("<unknown>") && !/:\t(62|6a|72|7a) /.test(line));
    expect(unknown).toEqual([]);
  });
  test.skipIf(!available("bpftool"))("bpftool reads its BTF", () => {
    const text = runOn(bytes, "bpftool", ["btf", "dump", "file", "FILE"], "x.bpf.o");
    expect(text).toContain("STRUCT 'task_struct' size=96 vlen=3");
    expect(text).toMatch(/DATASEC '\.maps' size=\d+ vlen=5/);
  });
  test.skipIf(!canLoad())("this kernel's verifier accepts it, maps and relocations included", () => {
    const folder = mkdtempSync(join(tmpdir(), "tracelet-"));
    const pins = join(folder, "bpf", "pins");
    try {
      mkdirSync(join(folder, "bpf"));
      execFileSync("mount", ["-t", "bpf", "bpf", join(folder, "bpf")]);
      const file = join(folder, "counts.bpf.o");
      writeFileSync(file, bytes);
      const load = spawnSync("bpftool", ["-d", "prog", "loadall", file, pins], { encoding: "utf8" });
      expect(load.status, load.stderr).toBe(0);
      expect(load.stderr).not.toMatch(/BTF loading error|BTF is optional/);
      const listed = spawnSync("bpftool", ["prog", "dump", "xlated", "pinned", join(pins, "kprobe_vfs_read_1")], {
        encoding: "utf8",
      });
      expect(listed.stdout).toContain("; kprobe:vfs_read { @count[curtask.pid] = count(); }");
      // Relocated: this kernel's task_struct has pid elsewhere than at byte 16.
      expect(listed.stdout).toMatch(/r3 = r6\n +\d+: \(07\) r3 \+= (?!16\n)\d+/);
    } finally {
      spawnSync("umount", [join(folder, "bpf")]);
      rmSync(folder, { recursive: true });
    }
  });
});
