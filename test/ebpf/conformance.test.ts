/**
 * The instruction set, case by case: what WebAssembly makes of it, and this machine's kernel, is what the case says.
 * `UPDATE=1` writes the kernel's results into cases, never our own.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { ALU, ATOMIC, JUMP, SWAP } from "../../compiler/ebpf/opcodes.ts";
import type { Machine } from "../../compiler/simulator/machine.ts";
import { machineOf } from "../../compiler/simulator/make-machine.ts";
import { canRun, runInKernel } from "../simulator/kernel-run.ts";
import { type ConformanceCase, caseMap, caseProgram, printCases, readCases, readRows } from "./conformance-cases.ts";

const folder = join(import.meta.dirname, "conformance");
const files = readdirSync(folder).map((name) => ({
  name,
  ...readCases(readFileSync(join(folder, name), "utf8")),
}));
const all = files.flatMap(({ name, cases }) => cases.map((each) => ({ file: name, name: each.name, case: each })));
const hex = (rows: readonly (readonly [bigint, bigint] | undefined)[]): readonly string[] =>
  rows.map((row) => (row ?? []).map((word) => word.toString(16)).join(" "));

function inKernel(cases: readonly ConformanceCase[]) {
  const programs = cases.map((each) => ({
    code: caseProgram(each),
    maps: [caseMap(each)],
    context: new Uint8Array(96),
  }));
  return runInKernel(programs).map((result, index) => {
    const each = cases[index];
    if (each === undefined) throw new Error("a result too many");
    if (result.kind === "refused") throw new Error(`the kernel refuses "${each.name}": ${result.log}`);
    const value = result.maps[0]?.[0]?.split(":")[1] ?? "";
    return readRows(
      Uint8Array.from(value.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
      each,
    );
  });
}

describe("conformance", () => {
  test("every operation, width and operand form has a case", () => {
    const found = new Set<string>();
    for (const { case: each } of all)
      for (const insn of each.body) {
        if (insn.kind === "alu") found.add(`${insn.op}${insn.width} ${insn.src.kind}`);
        else if (insn.kind === "jump") found.add(`${insn.op}${insn.width} ${insn.right.kind}`);
        else if (insn.kind === "atomic") found.add(`${insn.op}${insn.size}`);
        else if (insn.kind === "swap") found.add(`${insn.op}${insn.bits}`);
        else if (insn.kind === "load") found.add(`load${insn.size}${insn.signed ? "s" : "u"}`);
        else if (insn.kind === "store") found.add(`store${insn.size} ${insn.src.kind}`);
        else if (insn.kind === "movsx") found.add(`movsx${insn.bits} ${insn.width}`);
        else if (insn.kind === "load-acquire" || insn.kind === "store-release") found.add(`${insn.kind}${insn.size}`);
        else if (insn.kind === "neg") found.add(`neg${insn.width}`);
        else if (insn.kind === "goto") found.add(insn.long ? "gotol" : "goto");
        else found.add(insn.kind);
      }
    const wanted = [
      ...[...Object.keys(ALU), ...Object.keys(JUMP)].flatMap((op) =>
        [32, 64].flatMap((width) => ["reg", "imm"].map((form) => `${op}${width} ${form}`)),
      ),
      ...Object.keys(ATOMIC).flatMap((op) => [`${op}4`, `${op}8`]),
      ...Object.keys(SWAP).flatMap((op) => [16, 32, 64].map((bits) => `${op}${bits}`)),
      ...[1, 2, 4, 8].flatMap((size) => [
        `load${size}u`,
        `store${size} reg`,
        `store${size} imm`,
        `load-acquire${size}`,
        `store-release${size}`,
      ]),
      ...["load1s", "load2s", "load4s", "movsx8 32", "movsx16 32", "movsx8 64", "movsx16 64", "movsx32 64"],
      ...["neg32", "neg64", "goto", "gotol", "may-goto", "load64", "call"],
    ];
    expect(wanted.filter((form) => !found.has(form))).toEqual([]);
  });

  describe("in WebAssembly", () => {
    let machine: Machine;
    beforeAll(async () => {
      const programs = all.map((each, index) => ({
        name: `case ${index}`,
        section: "raw_tp",
        code: caseProgram(each.case),
        functions: [{ start: 0, section: "raw_tp", offset: 0 }],
        lines: new Map(),
        absent: new Map(),
      }));
      // one map for all, as long as the longest
      const maps = all.map((each) => caseMap(each.case)).sort((a, b) => b.map.valueSize - a.map.valueSize);
      const longest = maps[0];
      if (longest === undefined) throw new Error("no cases");
      machine = await machineOf(programs, [longest], { btf: undefined, budget: 100_000_000 });
    });
    test.each(all.map((each, index) => ({ ...each, index })))("$file: $name", ({ case: each, index }) => {
      machine.setGlobal(".data", 0, new Uint8Array(machine.global(".data")?.byteLength ?? 0));
      machine.setGlobal(".data", 0, caseMap(each).contents);
      expect(machine.run(index)).toBeUndefined();
      const data = machine.global(".data");
      if (data === undefined) throw new Error("no data");
      const rows = readRows(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), each);
      expect(hex(rows)).toEqual(hex(each.rows.map((row) => row.after)));
    });
  });

  test.skipIf(!canRun())("in this machine's kernel", { timeout: 120_000 }, () => {
    const results = inKernel(all.map((each) => each.case));
    if (process.env.UPDATE === "1") {
      for (const file of files) {
        const cases = file.cases.map((each) => {
          const rows = results[all.findIndex((other) => other.case === each)] ?? [];
          return { ...each, rows: each.rows.map((row, n) => ({ ...row, after: rows[n] })) };
        });
        writeFileSync(join(folder, file.name), printCases(file.intro, cases));
      }
      return;
    }
    const wrong = all.flatMap((each, index) => {
      const [expected, got] = [hex(each.case.rows.map((row) => row.after)), hex(results[index] ?? [])];
      return expected.join() === got.join() ? [] : [{ name: each.name, expected, got }];
    });
    expect(wrong).toEqual([]);
  });
});
