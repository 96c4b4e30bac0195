/**
 * An object's bytes → functions with names, maps, manifest: the inverse of write-object.ts, for files from anywhere.
 * Everything is read by the strict readers of elf, btf and ebpf; what they refuse becomes an ObjectError.
 */
import { BtfError } from "../btf/error.ts";
import { type BtfExt, type LineInfo, readBtfExt } from "../btf/ext.ts";
import { resolveType, sizeOf } from "../btf/layout.ts";
import { type RawBtf, readBtf, validateBtf } from "../btf/read.ts";
import type { TypeId } from "../btf/types.ts";
import { decode } from "../ebpf/decode.ts";
import { EbpfError } from "../ebpf/error.ts";
import { CORE_KINDS, type CoreReference, type Insn } from "../ebpf/insn.ts";
import type { RelocationTarget } from "../ebpf/layout.ts";
import { ElfError } from "../elf/error.ts";
import type { ElfObject, ElfRelocation, ElfSection, ElfSymbol } from "../elf/format.ts";
import { readElf } from "../elf/read.ts";
import { decodeUtf8 } from "../util/bytes.ts";
import { decodeMsgpack, type Msgpack } from "../util/msgpack.ts";
import { describeReference } from "./core-types.ts";
import { ObjectError } from "./error.ts";
import { MANIFEST_VERSION, type Manifest } from "./manifest.ts";
import { MANIFEST_SECTION, MAP_TYPE } from "./names.ts";

export type ReadFunction = {
  readonly name: string;
  readonly section: string;
  /** A callback or subprogram. */
  readonly static: boolean;
  /** Bytes from the section's start. */
  readonly offset: number;
  /** 8-byte slots. */
  readonly slots: number;
  readonly insns: readonly Insn[];
  /** By slot of the function. */
  readonly lines: ReadonlyMap<number, LineInfo>;
};
export type ReadMap = {
  readonly symbol: string;
  /** Kernel name without BPF_MAP_TYPE_, or the number. */
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
};
export type ReadObject = {
  readonly elf: ElfObject;
  readonly btf: RawBtf;
  readonly ext: BtfExt;
  readonly manifest: Manifest;
  readonly license: string;
  readonly functions: readonly ReadFunction[];
  readonly maps: readonly ReadMap[];
};

/** @throws ObjectError if the bytes are damaged, not an eBPF object, not one of ours, or of a later format */
export function readObject(bytes: Uint8Array): ReadObject {
  try {
    const elf = readElf(bytes);
    const manifest = readManifest(elf);
    const btf = readBtf(section(elf, ".BTF").data);
    validateBtf(btf);
    const ext = readBtfExt(section(elf, ".BTF.ext").data, (offset) => btf.string(offset));
    const license = decodeUtf8(section(elf, "license").data).replace(/\0.*$/s, "");
    return { elf, btf, ext, manifest, license, functions: readFunctions(elf, btf, ext), maps: readMaps(btf) };
  } catch (error) {
    if (error instanceof ElfError || error instanceof BtfError || error instanceof EbpfError) {
      throw new ObjectError(error.message);
    }
    throw error;
  }
}

function section(elf: ElfObject, name: string): ElfSection {
  const found = elf.sections.find((s) => s.name === name);
  if (found === undefined) throw new ObjectError(`damaged object: it has no section ${name}`);
  return found;
}

function readManifest(elf: ElfObject): Manifest {
  const found = elf.sections.find((s) => s.name === MANIFEST_SECTION);
  if (found === undefined) {
    throw new ObjectError(`an eBPF object of another compiler: it has no ${MANIFEST_SECTION} section`);
  }
  const value = decodeMsgpack(
    found.data,
    (message) => new ObjectError(`damaged ${MANIFEST_SECTION} section: ${message}`),
  );
  if (!isMap(value)) throw new ObjectError(`damaged ${MANIFEST_SECTION} section: it is no map`);
  const { version } = value;
  if (typeof version !== "number") throw new ObjectError(`damaged ${MANIFEST_SECTION} section: it has no version`);
  if (version > MANIFEST_VERSION) {
    throw new ObjectError(
      `object format ${version}, made by ${String(value.tool)}: this tracelet reads formats up to ${MANIFEST_VERSION}; use a newer one`,
    );
  }
  for (const [key, shape] of Object.entries(MANIFEST_SHAPE)) {
    if (!shape(value[key] ?? null)) throw new ObjectError(`damaged ${MANIFEST_SECTION} section: "${key}" is wrong`);
  }
  return value as unknown as Manifest; // every list and map that the type names is there; rows are as our writer made them
}

const isList = (value: Msgpack): boolean =>
  Array.isArray(value) && value.every((row) => row !== null && typeof row === "object");
const isText = (value: Msgpack): boolean => typeof value === "string";
const isMap = (value: Msgpack): value is { readonly [key: string]: Msgpack } =>
  value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Uint8Array);
const MANIFEST_SHAPE: Readonly<Record<string, (value: Msgpack) => boolean>> = {
  tool: isText,
  source: (value) => isMap(value) && isText(value.name ?? null) && isText(value.text ?? null),
  arch: isText,
  kernel: isText,
  config: isMap,
  programs: (value) =>
    Array.isArray(value) &&
    value.every(
      (row) =>
        isMap(row) &&
        isText(row.name ?? null) &&
        isText(row.probe ?? null) &&
        (row.nameSize === undefined || Number.isInteger(row.nameSize)),
    ),
  sessions: (value) =>
    value === null ||
    (Array.isArray(value) &&
      value.every(
        (row) => isMap(row) && isText(row.name ?? null) && Number.isInteger(row.entry) && Number.isInteger(row.returns),
      )),
  names: (value) => value === null || (isMap(value) && isText(value.symbol ?? null)),
  maps: (value) => Array.isArray(value) && value.every((row) => isMap(row) && isText(row.name ?? null)),
  events: isList,
  sites: isList,
  params: isList,
  host: isList,
  symbols: isList,
  tracepointFields: isList,
  fieldUses: isList,
};

function readFunctions(elf: ElfObject, btf: RawBtf, ext: BtfExt): ReadFunction[] {
  return elf.sections.flatMap((code, index) => {
    if (!code.flags.exec) return [];
    const lines = ext.lines.filter((s) => s.section === code.name).flatMap((s) => s.entries);
    const core = ext.core.filter((s) => s.section === code.name).flatMap((s) => s.entries);
    const symbols = elf.symbols.filter((symbol) => symbol.section === index && symbol.type === "func");
    let end = 0;
    return symbols
      .toSorted((a, b) => a.value - b.value)
      .map((symbol): ReadFunction => {
        const { value: offset, size } = symbol;
        if (offset < end || size === 0)
          throw new ObjectError(`damaged object: function ${symbol.name} overlaps another`);
        end = offset + size;
        const slotOf = (at: number): number | undefined =>
          at >= offset && at < offset + size ? (at - offset) / 8 : undefined;
        const relocations = bySlot(code.relocations, slotOf, (r) => targetOf(elf, code, r));
        const references = bySlot(core, slotOf, (relo): CoreReference => {
          const kind = CORE_KINDS[relo.kind];
          if (kind === undefined) throw new ObjectError(`damaged object: unknown CO-RE relocation ${relo.kind}`);
          if (relo.type >= btf.count) throw new ObjectError(`damaged object: a relocation of type ${relo.type}`);
          const reference = { kind, type: relo.type, access: relo.access.split(":").map(Number), text: "" };
          const { type, path } = describeReference(btf, reference);
          return { ...reference, text: path === "" ? type : `${type}.${path}` };
        });
        return {
          name: symbol.name,
          section: code.name,
          static: symbol.bind === "local",
          offset,
          slots: size / 8,
          insns: decode(code.data.subarray(offset, offset + size), { relocations, core: references }),
          lines: bySlot(lines, slotOf, (line) => line),
        };
      });
  });
}

function bySlot<T extends { readonly offset: number }, V>(
  entries: readonly T[],
  slotOf: (offset: number) => number | undefined,
  value: (entry: T) => V,
): Map<number, V> {
  const map = new Map<number, V>();
  for (const entry of entries) {
    const slot = slotOf(entry.offset);
    if (slot !== undefined) map.set(slot, value(entry));
  }
  return map;
}

/** What a relocation of an instruction names; see write-object.ts for how each kind is written. */
function targetOf(elf: ElfObject, code: ElfSection, relocation: ElfRelocation): RelocationTarget {
  const symbol = elf.symbols[relocation.symbol];
  if (symbol === undefined) throw new ObjectError(`damaged object: a relocation of ${code.name} without a symbol`);
  const view = new DataView(code.data.buffer, code.data.byteOffset, code.data.byteLength);
  if (relocation.offset + 8 > code.data.length) throw new ObjectError(`damaged object: a relocation ends ${code.name}`);
  const isCall = view.getUint8(relocation.offset) === 0x85;
  const immediate = view.getInt32(relocation.offset + 4, true);
  if (symbol.section === undefined) return { kind: isCall ? "kfunc" : "ksym", name: symbol.name };
  const home = elf.sections[symbol.section];
  if (home === undefined) throw new ObjectError(`damaged object: ${symbol.name} has no section`);
  if (home.name === ".maps") return { kind: "map", name: symbol.name };
  if (!home.flags.exec) return { kind: "map-value", name: home.name, offset: symbol.value + immediate };
  const at = symbol.value + (isCall ? (immediate + 1) * 8 : immediate);
  const callee = elf.symbols.find(
    (s: ElfSymbol) => s.type === "func" && s.section === symbol.section && s.value === at,
  );
  if (callee === undefined) throw new ObjectError(`damaged object: no function at byte ${at} of ${home.name}`);
  return { kind: isCall ? "call" : "function-address", name: callee.name };
}

/** Maps as the object's BTF defines them. */
function readMaps(btf: RawBtf): ReadMap[] {
  const maps: ReadMap[] = [];
  for (let id = btf.firstId; id < btf.count; id++) {
    const type = btf.type(id as TypeId); // id runs over the blob's own ids
    if (type.kind !== "datasec" || type.name !== ".maps") continue;
    for (const { type: variable } of type.vars) {
      const named = btf.type(variable);
      if (named.kind === "var") maps.push(readMap(btf, named.name, named.type));
    }
  }
  return maps;
}

function readMap(btf: RawBtf, symbol: string, id: TypeId): ReadMap {
  const struct = resolveType(btf, id);
  if (struct.kind !== "struct") throw new ObjectError(`damaged object: map ${symbol} is no struct`);
  const pointee = (name: string): TypeId | undefined => {
    const member = struct.members.find((m) => m.name === name);
    const pointer = member === undefined ? undefined : resolveType(btf, member.type);
    return pointer?.kind === "ptr" ? pointer.type : undefined;
  };
  const uint = (name: string): number => {
    const target = pointee(name);
    const array = target === undefined ? undefined : resolveType(btf, target);
    return array?.kind === "array" ? array.length : 0;
  };
  const bytes = (name: string): number => {
    const target = pointee(name);
    return target === undefined ? uint(`${name}_size`) : (sizeOf(btf, target) ?? 0);
  };
  const type = uint("type");
  return {
    symbol,
    type: Object.entries(MAP_TYPE).find(([, number]) => number === type)?.[0] ?? `${type}`,
    keySize: bytes("key"),
    valueSize: bytes("value"),
    maxEntries: uint("max_entries"),
    flags: uint("map_flags"),
  };
}
