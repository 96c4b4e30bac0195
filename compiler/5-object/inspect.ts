/** `tracelet inspect`: an object as data (for --json) and as text, instructions beside the script's lines. */
import { printBtf } from "../btf/print-raw.ts";
import { slotCount } from "../ebpf/encode.ts";
import { printInsn } from "../ebpf/print.ts";
import { ElfError } from "../elf/error.ts";
import { printElf } from "../elf/print.ts";
import { readElf } from "../elf/read.ts";
import { helpers } from "../lang/helpers.ts";
import { ObjectError } from "./error.ts";
import type { Attach, Manifest } from "./manifest.ts";
import { type ReadFunction, type ReadObject, readObject } from "./read-object.ts";

export { ObjectError };

export type InspectedInsn = {
  /** undefined: a label. */
  readonly slot: number | undefined;
  readonly text: string;
  /** What a loader patches here: a CO-RE relocation in words. */
  readonly relocation: string | undefined;
  /** Where a new place of the script begins. */
  readonly source: { readonly line: number; readonly column: number; readonly text: string } | undefined;
};
export type InspectedFunction = {
  readonly name: string;
  readonly section: string;
  /** As in the script; undefined for callbacks and subprograms. */
  readonly probe: string | undefined;
  readonly attach: readonly Attach[];
  /** 8-byte slots, as the kernel counts instructions. */
  readonly instructions: number;
  readonly code: readonly InspectedInsn[];
};
export type InspectedMap = {
  /** The script's name for it ("@size"); undefined: the compiler's own. */
  readonly name: string | undefined;
  readonly symbol: string;
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
};
export type Inspection = {
  readonly tool: string;
  readonly source: string;
  readonly arch: string;
  readonly kernel: string;
  readonly license: string;
  readonly programs: readonly InspectedFunction[];
  /** Callbacks and subprograms. */
  readonly functions: readonly InspectedFunction[];
  readonly maps: readonly InspectedMap[];
  readonly sections: readonly { readonly name: string; readonly size: number }[];
  readonly manifest: Manifest;
};

/** @throws ObjectError if the bytes are damaged, foreign or of a later format */
export function inspectObject(bytes: Uint8Array): Inspection {
  const object = readObject(bytes);
  const { manifest } = object;
  const functions = object.functions.map((fn) => inspectFunction(object, fn));
  return {
    tool: manifest.tool,
    source: manifest.source.name,
    arch: manifest.arch,
    kernel: manifest.kernel,
    license: object.license,
    programs: functions.filter((_, index) => object.functions[index]?.static === false),
    functions: functions.filter((_, index) => object.functions[index]?.static === true),
    maps: object.maps.map(({ flags: _, ...map }) => ({
      name: manifest.maps.find(({ symbol }) => symbol === map.symbol)?.name,
      ...map,
    })),
    sections: object.elf.sections.map(({ name, size }) => ({ name, size })),
    manifest,
  };
}

function inspectFunction(object: ReadObject, fn: ReadFunction): InspectedFunction {
  const row = fn.static ? undefined : object.manifest.programs.find(({ name }) => name === fn.name);
  const code: InspectedInsn[] = [];
  const lines = object.manifest.source.text.split("\n");
  let slot = 0;
  for (const insn of fn.insns) {
    const line = insn.kind === "label" ? undefined : fn.lines.get(slot);
    const { core } = insn.meta;
    code.push({
      slot: insn.kind === "label" ? undefined : slot,
      text: printInsn(insn, { helperName }),
      relocation: core === undefined ? undefined : `${core.kind} of ${core.text}`,
      source:
        line === undefined
          ? undefined
          : { line: line.line, column: line.column, text: (lines[line.line - 1] ?? line.text).slice(line.column - 1) },
    });
    slot += slotCount(insn);
  }
  return {
    name: fn.name,
    section: fn.section,
    probe: row?.probe ?? sessionOf(object, fn),
    attach: row?.attach ?? [],
    instructions: fn.slots,
    code,
  };
}

/** "kprobe:vfs_* and kretprobe:vfs_*" of a program that may stand for both. */
function sessionOf({ manifest }: ReadObject, fn: ReadFunction): string | undefined {
  const session = manifest.sessions?.find(({ name }) => name === fn.name);
  if (session === undefined) return undefined;
  return `${manifest.programs[session.entry]?.probe} and ${manifest.programs[session.returns]?.probe}`;
}

function helperName(id: number): string | undefined {
  return helpers.find((row) => row.id === id)?.name;
}

/** The inspection as text for a terminal, 100 columns wide where the script allows. */
export function printInspection(found: Inspection): string {
  const all = [...found.programs, ...found.functions];
  const total = all.reduce((sum, fn) => sum + fn.instructions, 0);
  const bytes = found.sections.reduce((sum, section) => sum + section.size, 0);
  let text = `${found.source}: ${count(found.programs.length, "program")}, ${count(found.maps.length, "map")}, `;
  text += `${count(total, "instruction")}, ${bytes} bytes\n`;
  text += `made by ${found.tool} for ${found.arch}, against Linux ${found.kernel}; license ${found.license}\n`;
  for (const fn of all) {
    text += `\n${fn.probe ?? "function"}  (${fn.name} in ${fn.section}, ${count(fn.instructions, "instruction")})\n`;
    for (const insn of fn.code) text += printCodeLine(insn);
  }
  if (found.maps.length > 0) text += `\nmaps\n`;
  for (const map of found.maps) {
    const sizes = map.keySize > 0 ? `key ${map.keySize}, value ${map.valueSize} bytes, ` : "";
    text += `  ${(map.name ?? "").padEnd(16)} ${map.symbol.padEnd(16)} ${map.type}, ${sizes}${map.maxEntries} entries\n`;
  }
  text += `\nsections\n`;
  for (const { name, size } of found.sections) text += `  ${name.padEnd(32)} ${String(size).padStart(7)} bytes\n`;
  return text;
}

function printCodeLine(insn: InspectedInsn): string {
  if (insn.slot === undefined) return `      ${insn.text}\n`;
  const code = `  ${String(insn.slot).padStart(4)}: ${insn.text}`;
  const line = insn.relocation === undefined ? `${code}\n` : `${code.padEnd(48)} ; ${insn.relocation}\n`;
  if (insn.source === undefined) return line;
  return `  ; ${insn.source.line}:${insn.source.column}  ${shorten(insn.source.text.trim(), 80)}\n${line}`;
}

function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

/** Sections and symbols of any compiler's object as text. @throws ObjectError if the bytes are no ELF object, or damaged */
export function outlineObject(bytes: Uint8Array): string {
  try {
    return printElf(readElf(bytes));
  } catch (error) {
    if (error instanceof ElfError) throw new ObjectError(error.message);
    throw error;
  }
}

/** The object's types and sections as text, for `--emit btf` and `--emit sections`. @throws ObjectError as inspectObject */
export function inspect(bytes: Uint8Array): { readonly btf: string; readonly sections: string } {
  const { btf, elf } = readObject(bytes);
  return { btf: printBtf(btf), sections: printElf(elf) };
}
