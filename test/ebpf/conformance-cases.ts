/**
 * Conformance cases of the instruction set: a body of a few instructions, and rows of what r2 and r3 hold before and after
 * it. `body` may branch within itself, call functions that stand behind it (from the first label that a call names), and
 * use 64 bytes of zeros that r1 points to.
 *
 *   === add64 with a register
 *   r2 += r3
 *   ---
 *   0000000000000001 0000000000000002 => 0000000000000003 0000000000000002
 */
import type { Insn } from "../../compiler/ebpf/insn.ts";
import * as asm from "../../compiler/ebpf/insn.ts";
import { layout } from "../../compiler/ebpf/layout.ts";
import { parseInsns } from "../../compiler/ebpf/parse.ts";
import type { ObjectMap } from "../../compiler/link/maps.ts";

export type ConformanceRow = {
  readonly before: readonly [bigint, bigint];
  readonly after: readonly [bigint, bigint] | undefined;
};
export type ConformanceCase = {
  readonly name: string;
  readonly text: string;
  readonly body: readonly Insn[];
  readonly rows: readonly ConformanceRow[];
};

const hex = (n: bigint): string => BigInt.asUintN(64, n).toString(16).padStart(16, "0");

export function readCases(text: string): { readonly intro: string; readonly cases: readonly ConformanceCase[] } {
  const [intro = "", ...parts] = text.split(/^=== /m);
  const cases = parts.map((part): ConformanceCase => {
    const [head = "", tail = ""] = part.split(/^---$/m);
    const [name = "", ...lines] = head.trimEnd().split("\n");
    const body = lines.join("\n");
    const rows = tail
      .trim()
      .split("\n")
      .map((line): ConformanceRow => {
        const words = [...line.matchAll(/[0-9a-f]{16}/g)].map(([word]) => BigInt(`0x${word}`));
        const [a, b, c, d] = words;
        if (a === undefined || b === undefined || !line.includes("=>")) throw new Error(`${name}: "${line}" is no row`);
        return { before: [a, b], after: c === undefined || d === undefined ? undefined : [c, d] };
      });
    return { name, text: body, body: parseInsns(body), rows };
  });
  return { intro, cases };
}

export function printCases(intro: string, cases: readonly ConformanceCase[]): string {
  const parts = cases.map(({ name, text, rows }) => {
    const lines = rows.map(({ before, after }) =>
      `${before.map(hex).join(" ")} => ${(after ?? []).map(hex).join(" ")}`.trimEnd(),
    );
    return `=== ${name}\n${text}\n---\n${lines.join("\n")}\n`;
  });
  return intro + parts.join("\n");
}

const ROW = 32;
const SCRATCH = 64;

/** One map of a single element: per row r2 and r3 before and after, then the 64 bytes. */
export function caseMap({ rows }: ConformanceCase): { readonly map: ObjectMap; readonly contents: Uint8Array } {
  const valueSize = rows.length * ROW + SCRATCH;
  const contents = new Uint8Array(valueSize);
  const view = new DataView(contents.buffer);
  rows.forEach(({ before: [a, b] }, index) => {
    view.setBigUint64(index * ROW, a, true);
    view.setBigUint64(index * ROW + 8, b, true);
  });
  const map: ObjectMap = {
    name: ".data",
    type: 2,
    keySize: 4,
    valueSize,
    maxEntries: 1,
    flags: 0,
    frozen: undefined,
    unknownBytes: undefined,
    inner: undefined,
    special: [],
  };
  return { map, contents };
}

/** The program that puts every row through the body: inputs come from memory, so that no verifier knows them. */
export function caseProgram({ body, rows }: ConformanceCase): Uint8Array {
  const { r0, r1, r2, r3, r6 } = asm;
  const main: Insn[] = [];
  const scratch = rows.length * ROW;
  main.push(asm.lddw.mapValue(r6, "0", 0));
  rows.forEach((_, index) => {
    for (let at = 0; at < SCRATCH; at += 8) main.push(asm.st(8, r6, scratch + at, 0));
    main.push(asm.mov.reg(r1, r6), asm.add.imm(r1, scratch));
    main.push(asm.ldx(8, r2, r6, index * ROW), asm.ldx(8, r3, r6, index * ROW + 8));
    main.push(asm.call.func("the_body"));
    main.push(asm.stx(8, r6, index * ROW + 16, r0), asm.ldx(8, r1, r6, scratch + SCRATCH - 8));
    main.push(asm.stx(8, r6, index * ROW + 24, r1));
  });
  main.push(asm.mov.imm(r0, 0), asm.exit());
  const called = new Set(
    body.flatMap((insn) => (insn.kind === "call" && insn.target.kind === "function" ? [insn.target.name] : [])),
  );
  const functions = body.findIndex((insn) => insn.kind === "label" && called.has(insn.name));
  const own = functions < 0 ? body : body.slice(0, functions);
  const others = functions < 0 ? [] : body.slice(functions);
  // the pointer to the 64 bytes is kept in the frame, below what cases use
  const enter = [asm.label("the_body"), asm.stx(8, asm.r10, -64, r1)];
  const leave = [asm.ldx(8, r1, asm.r10, -64), asm.stx(8, r1, SCRATCH - 8, r3), asm.mov.reg(r0, r2), asm.exit()];
  const { bytes, relocations } = layout([...main, ...enter, ...own, ...leave, ...others]);
  const code = bytes.slice();
  const view = new DataView(code.buffer);
  for (const { slot, target } of relocations) {
    if (target.kind !== "map-value") throw new Error(`unresolved ${target.kind}`);
    view.setUint8(slot * 8 + 1, (view.getUint8(slot * 8 + 1) & 15) | 0x20);
    view.setInt32(slot * 8 + 4, Number(target.name), true);
    view.setInt32(slot * 8 + 12, target.offset, true);
  }
  return code;
}

/** The map's contents after a run, as rows. */
export function readRows(value: Uint8Array, { rows }: ConformanceCase): (readonly [bigint, bigint])[] {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  return rows.map((_, index) => [view.getBigUint64(index * ROW + 16, true), view.getBigUint64(index * ROW + 24, true)]);
}
