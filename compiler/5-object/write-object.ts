/**
 * Generated code → an ordinary CO-RE eBPF object (spec/object.md), such as libbpf, bpftool and other loaders take.
 *
 * Sections, in this order: programs, `.text`, `license`, `.maps`, `.rodata`, `.bss`, `.BTF`, `.BTF.ext`, `.tracelet`.
 * Reproducible: nothing but the module decides the bytes.
 */
import type { DataSection } from "../3-ir/ir.ts";
import type { CodeModule } from "../4-codegen/program.ts";
import { BtfBuilder } from "../btf/build.ts";
import { writeBtfExt } from "../btf/ext.ts";
import type { RelocationTarget } from "../ebpf/layout.ts";
import { type ElfRelocation, type ElfSection, type ElfSymbol, RELOCATION_TYPE } from "../elf/format.ts";
import { writeElf } from "../elf/write.ts";
import { createSource } from "../source/text.ts";
import { InvariantError, invariant, unreachable } from "../util/assert.ts";
import { encodeUtf8 } from "../util/bytes.ts";
import { encodeMsgpack } from "../util/msgpack.ts";
import { coreRelos, fieldUses, lineInfo, tracepointFields } from "./code-info.ts";
import { addCoreTypes, rememberTypes } from "./core-types.ts";
import type { Manifest } from "./manifest.ts";
import { MANIFEST_SECTION } from "./names.ts";
import { addData, addFunction, addMaps, dataVariables, type PlacedMap, placeMaps } from "./object-btf.ts";
import { type PlacedFunction, type ProgramSection, placeFunctions, TEXT, textFunction } from "./sections.ts";

/** @throws InvariantError or EbpfError if the module contradicts itself: a bug of an earlier phase */
export function writeObject(module: CodeModule): Uint8Array {
  const source = createSource(module.source.name, module.source.text);
  const programs = placeFunctions(module);
  const maps = placeMaps(module.maps);
  const data = module.data.filter((section) => section.size > 0);

  const btf = new BtfBuilder();
  const functions = programs.map(({ name, functions }) => ({
    section: name,
    entries: functions.map((fn) => ({ offset: fn.offset, type: addFunction(btf, fn.code) })),
  }));
  addMaps(btf, maps);
  for (const section of data) addData(btf, section, dataVariables(section));
  const references = programs.flatMap((section) => section.functions.flatMap((fn) => fn.core.map((c) => c.reference)));
  const kernel = rememberTypes(module.btf);
  const core = addCoreTypes(btf, kernel, references);
  const ext = writeBtfExt(
    {
      functions,
      lines: programs.map((section) => ({ section: section.name, entries: lineInfo(section, source) })),
      core: programs.map((section) => ({ section: section.name, entries: coreRelos(section, core) })),
    },
    (text) => btf.string(text),
  );
  const manifest: Manifest = {
    ...module.manifest,
    tracepointFields: programs.flatMap((section) => tracepointFields(section, source)),
    fieldUses: programs.flatMap((section) => fieldUses(section, kernel, source)),
  };

  const order = [...programs, { name: "license" }, ...(maps.length > 0 ? [{ name: ".maps" }] : []), ...data];
  const indexOf = (name: string): number => order.findIndex((section) => section.name === name);
  const symbols = new Symbols();
  for (const section of programs) defineFunctions(symbols, indexOf(section.name), section);
  symbols.define("LICENSE", "object", indexOf("license"), 0, module.license.length + 1);
  defineMaps(symbols, indexOf(".maps"), maps);
  for (const section of data) defineData(symbols, indexOf(section.name), section);

  const resolve = (target: RelocationTarget): Resolved => resolveTarget(target, symbols, programs, indexOf);
  const mapsSize = maps.reduce((size, map) => size + map.size, 0);
  const sections: ElfSection[] = [
    ...programs.map((section) => programSection(section, resolve)),
    dataSection("license", encodeUtf8(`${module.license}\0`), true, 1),
    ...(maps.length > 0 ? [dataSection(".maps", new Uint8Array(mapsSize), true, 8)] : []),
    ...data.map(globalSection),
    plainSection(".BTF", btf.finish(), 4),
    plainSection(".BTF.ext", ext, 4),
    plainSection(MANIFEST_SECTION, encodeMsgpack(manifest), 1),
  ];
  return writeElf({ sections, symbols: symbols.list });
}

/** The symbol that a relocation names, and what goes into the instruction's immediate (undefined: as laid out). */
type Resolved = { readonly symbol: number; readonly type: number; readonly immediate: number | undefined };

function resolveTarget(
  target: RelocationTarget,
  symbols: Symbols,
  programs: readonly ProgramSection[],
  indexOf: (section: string) => number,
): Resolved {
  switch (target.kind) {
    case "map":
      return { symbol: symbols.named(target.name), type: RELOCATION_TYPE.wide64, immediate: undefined };
    case "map-value":
      return { symbol: symbols.section(indexOf(target.name)), type: RELOCATION_TYPE.wide64, immediate: undefined };
    // Static functions are named by their section and their place in it: for calls in slots, minus one, as the call's
    // own displacement would be; for addresses in bytes (libbpf: bpf_object__reloc_code).
    case "call": {
      const { offset } = textFunction(programs, target.name);
      return { symbol: symbols.section(indexOf(TEXT)), type: RELOCATION_TYPE.call32, immediate: offset / 8 - 1 };
    }
    case "function-address": {
      const { offset } = textFunction(programs, target.name);
      return { symbol: symbols.section(indexOf(TEXT)), type: RELOCATION_TYPE.wide64, immediate: offset };
    }
    case "ksym":
    case "kfunc":
      throw new InvariantError(`object: ${target.name}: objects do not import kernel symbols`);
    default:
      return unreachable(target);
  }
}

function programSection(section: ProgramSection, resolve: (target: RelocationTarget) => Resolved): ElfSection {
  const last = section.functions.at(-1);
  const data = new Uint8Array(last === undefined ? 0 : last.offset + last.bytes.length);
  const view = new DataView(data.buffer);
  const relocations: ElfRelocation[] = [];
  for (const fn of section.functions) {
    data.set(fn.bytes, fn.offset);
    for (const { slot, target } of fn.relocations) {
      const offset = fn.offset + slot * 8;
      const { symbol, type, immediate } = resolve(target);
      if (immediate !== undefined) view.setInt32(offset + 4, immediate, true);
      relocations.push({ offset, type, symbol });
    }
  }
  return {
    ...dataSection(section.name, data, false, 8),
    flags: { alloc: true, exec: true, write: false },
    relocations,
  };
}

function defineFunctions(symbols: Symbols, section: number, { functions }: ProgramSection): void {
  for (const fn of functions) {
    symbols.define(fn.code.name, "func", section, fn.offset, fn.bytes.length, isStatic(fn) ? "local" : "global");
  }
}
function isStatic(fn: PlacedFunction): boolean {
  return fn.code.kind !== "program";
}
function defineMaps(symbols: Symbols, section: number, maps: readonly PlacedMap[]): void {
  for (const { map, offset, size } of maps) symbols.define(map.symbol, "object", section, offset, size);
}
function defineData(symbols: Symbols, section: number, data: DataSection): void {
  for (const { name, offset, size } of dataVariables(data)) symbols.define(name, "object", section, offset, size);
}

function globalSection(section: DataSection): ElfSection {
  if (section.name === ".bss") {
    return { ...dataSection(section.name, new Uint8Array(), true, 8), kind: "nobits", size: section.size };
  }
  const bytes = section.bytes ?? new Uint8Array(section.size);
  invariant(bytes.length === section.size, "object", `${section.name} has ${bytes.length} of ${section.size} bytes`);
  return dataSection(section.name, bytes, false, 8);
}
function dataSection(name: string, data: Uint8Array, write: boolean, align: number): ElfSection {
  const flags = { alloc: true, exec: false, write };
  return { name, kind: "progbits", flags, align, size: data.length, data, relocations: [] };
}
/** Not part of the loaded program. */
function plainSection(name: string, data: Uint8Array, align: number): ElfSection {
  return { ...dataSection(name, data, false, align), flags: { alloc: false, exec: false, write: false } };
}

/** Symbols in order of definition; names are unique in an object. */
class Symbols {
  #list: ElfSymbol[] = [];
  #names = new Map<string, number>();
  #sections = new Map<number, number>();

  get list(): readonly ElfSymbol[] {
    return this.#list;
  }
  define(
    name: string,
    type: "func" | "object",
    section: number,
    value: number,
    size: number,
    bind: "local" | "global" = "global",
  ): void {
    invariant(!this.#names.has(name), "object", `two symbols named ${name}`);
    this.#names.set(name, this.#list.length);
    this.#list.push({ name, bind, type, visibility: "default", section, value, size });
  }
  named(name: string): number {
    const index = this.#names.get(name);
    invariant(index !== undefined, "object", `no symbol ${name}`);
    return index;
  }
  /** The symbol of a section itself, made on first use. */
  section(section: number): number {
    invariant(section >= 0, "object", "a relocation names a section that is not there");
    const known = this.#sections.get(section);
    if (known !== undefined) return known;
    const index = this.#list.length;
    this.#sections.set(section, index);
    this.#list.push({ name: "", bind: "local", type: "section", visibility: "default", section, value: 0, size: 0 });
    return index;
  }
}
