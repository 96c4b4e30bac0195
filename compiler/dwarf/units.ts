/**
 * .debug_info: its units, and entries in them by their offset. `.debug_types` of DWARF 4 stands behind it as if it were one
 * section, so that an offset names an entry wherever it is.
 */
import { type Abbreviation, type Abbreviations, readAbbreviations, skipForm } from "./abbreviations.ts";
import { AT, FORM, TAG, UNIT } from "./constants.ts";
import { Cursor } from "./cursor.ts";
import { DwarfError } from "./error.ts";

/** The sections that are read, unpacked; empty where the file has none. */
export type Sections = {
  readonly info: Uint8Array;
  readonly types: Uint8Array;
  readonly abbrev: Uint8Array;
  readonly str: Uint8Array;
  readonly lineStr: Uint8Array;
  readonly strOffsets: Uint8Array;
  readonly addr: Uint8Array;
  /** Read only where a function's own convention is in question. */
  readonly loclists: () => Uint8Array;
  readonly loc: () => Uint8Array;
};

export type Unit = {
  readonly start: number;
  /** Where its first entry is. */
  readonly first: number;
  readonly end: number;
  readonly version: number;
  readonly offset: 4 | 8;
  readonly address: number;
  readonly abbrevOffset: number;
  /** Type units: the signature that names it, and the entry that it is about. */
  readonly signature: bigint | undefined;
  readonly typeAt: number;
};

export type Entry = {
  readonly unit: Unit;
  readonly at: number;
  readonly shape: Abbreviation;
  /** Where its attributes begin. */
  readonly attributes: number;
};

export type Info = {
  /** .debug_info and behind it .debug_types. */
  readonly bytes: Uint8Array;
  readonly sections: Sections;
  readonly units: readonly Unit[];
  readonly abbreviations: (unit: Unit) => Abbreviations;
  /** The type unit of a signature. */
  readonly typeUnit: (signature: bigint) => Unit | undefined;
};

/** @throws DwarfError if a unit's header is damaged */
export function readInfo(sections: Sections): Info {
  const bytes = join(sections.info, sections.types);
  const units = readUnits(bytes, sections.info.length);
  const tables = new Map<string, Abbreviations>();
  let signatures: Map<bigint, Unit> | undefined;
  // Tables that overlap are read again and again: no compiler makes such, and damage must not cost the square.
  let budget = sections.abbrev.length * 16 + 65536;
  return {
    bytes,
    sections,
    units,
    abbreviations: (unit) => {
      const key = `${unit.abbrevOffset} ${unit.offset} ${unit.address} ${unit.version < 3}`;
      const known = tables.get(key);
      if (known !== undefined) return known;
      const cursor = new Cursor(sections.abbrev, unit.abbrevOffset);
      const table = readAbbreviations(cursor, unit);
      budget -= cursor.at - unit.abbrevOffset;
      if (budget < 0) throw new DwarfError("tables of abbreviations overlap");
      tables.set(key, table);
      return table;
    },
    typeUnit: (signature) => {
      if (signatures === undefined) {
        signatures = new Map();
        for (const unit of units) if (unit.signature !== undefined) signatures.set(unit.signature, unit);
      }
      return signatures.get(signature);
    },
  };
}

function join(info: Uint8Array, types: Uint8Array): Uint8Array {
  if (types.length === 0) return info;
  const whole = new Uint8Array(info.length + types.length);
  whole.set(info);
  whole.set(types, info.length);
  return whole;
}

function readUnits(bytes: Uint8Array, infoLength: number): readonly Unit[] {
  const units: Unit[] = [];
  const cursor = new Cursor(bytes);
  while (cursor.at < bytes.length) {
    const start = cursor.at;
    const short = cursor.u32();
    const offset = short === 0xffff_ffff ? 8 : 4;
    const length = offset === 8 ? Number(cursor.u64()) : short;
    const end = cursor.at + length;
    if (short >= 0xffff_fff0 && offset === 4) throw new DwarfError(`a unit of 0x${short.toString(16)} bytes`);
    if (end > bytes.length || length < 7) throw new DwarfError(`the unit at ${start} leaves its section`);
    const version = cursor.u16();
    if (version < 2 || version > 5) throw new DwarfError(`version ${version} of DWARF`);
    const kind = version >= 5 ? cursor.u8() : start >= infoLength ? UNIT.type : UNIT.compile;
    const early = version >= 5 ? cursor.u8() : 0;
    const abbrevOffset = cursor.offset(offset);
    const address = version >= 5 ? early : cursor.u8();
    if (kind === UNIT.skeleton || kind === UNIT.splitCompile) cursor.skip(8);
    const isType = kind === UNIT.type || kind === UNIT.splitType;
    const signature = isType ? cursor.u64() : undefined;
    const typeAt = isType ? start + cursor.offset(offset) : 0;
    if (address !== 4 && address !== 8) throw new DwarfError(`addresses of ${address} bytes`);
    const first = cursor.at;
    if (first > end) throw new DwarfError(`the unit at ${start} is shorter than its header`);
    units.push({ start, first, end, version, offset, address, abbrevOffset, signature, typeAt });
    cursor.at = end;
  }
  return units;
}

/** The unit that an offset lies in. */
export function unitAt(info: Info, at: number): Unit | undefined {
  let [low, high] = [0, info.units.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const unit = info.units[middle];
    if (unit === undefined) return undefined;
    if (at < unit.start) high = middle - 1;
    else if (at >= unit.end) low = middle + 1;
    else return unit;
  }
  return undefined;
}

/** The entry at an offset; undefined where there is none. @throws DwarfError */
export function entryAt(info: Info, at: number): Entry | undefined {
  const unit = unitAt(info, at);
  if (unit === undefined || at < unit.first) return undefined;
  const cursor = new Cursor(info.bytes, at);
  const shape = info.abbreviations(unit).get(cursor.uleb());
  return shape === undefined ? undefined : { unit, at, shape, attributes: cursor.at };
}

/** Containers of types and functions: looked into by `walk`. */
const SCOPES: ReadonlySet<number> = new Set([TAG.namespace, TAG.compileUnit, TAG.partialUnit, TAG.typeUnit]);

/**
 * Calls `visit` for each entry of a unit's outermost level, and of namespaces, that a search may want; what they hold is
 * passed over. `visit` returns true to end the walk.
 */
export function walk(info: Info, unit: Unit, visit: (entry: Entry) => boolean): boolean {
  const table = info.abbreviations(unit);
  const cursor = new Cursor(info.bytes, unit.first);
  /** Levels below the outermost that are not looked into; scopes do not count. */
  let inside = 0;
  let scopes = 0;
  while (cursor.at < unit.end) {
    const at = cursor.at;
    const code = cursor.uleb();
    if (code === 0) {
      if (inside > 0) inside -= 1;
      else if (scopes > 0) scopes -= 1;
      // Padding behind the unit's own end.
      else return false;
      continue;
    }
    const shape = table.get(code);
    if (shape === undefined) throw new DwarfError(`the entry at ${at} has the unknown abbreviation ${code}`);
    const attributes = cursor.at;
    if (shape.wanted && inside === 0 && visit({ unit, at, shape, attributes })) return true;
    const scope = inside === 0 && SCOPES.has(shape.tag);
    const sibling = skipAttributes(cursor, unit, shape, shape.children && !scope);
    if (!shape.children) continue;
    if (scope) scopes += 1;
    else if (sibling > cursor.at && sibling <= unit.end) cursor.at = sibling;
    else inside += 1;
  }
  return false;
}

/** Moves past the attributes; the offset that DW_AT_sibling says, if it is asked for, or 0. */
function skipAttributes(cursor: Cursor, unit: Unit, shape: Abbreviation, wantsSibling: boolean): number {
  if (shape.size >= 0 && !(wantsSibling && shape.sibling >= 0)) {
    cursor.skip(shape.size);
    return 0;
  }
  let sibling = 0;
  const { forms } = shape;
  for (let i = 0; i < forms.length; i++) {
    const form = forms[i] ?? 0;
    if (i !== shape.sibling) {
      skipForm(cursor, form, unit);
      continue;
    }
    const start = cursor.at;
    if (form === FORM.ref4) sibling = unit.start + cursor.u32();
    else {
      skipForm(cursor, form, unit);
      const end = cursor.at;
      cursor.at = start;
      if (form === FORM.ref1) sibling = unit.start + cursor.u8();
      else if (form === FORM.ref2) sibling = unit.start + cursor.u16();
      else if (form === FORM.ref8) sibling = unit.start + Number(cursor.u64());
      else if (form === FORM.refUdata) sibling = unit.start + cursor.uleb();
      cursor.at = end;
    }
  }
  return sibling;
}

/** The entries that an entry holds; not those that they hold. */
export function* children(info: Info, entry: Entry): Generator<Entry> {
  if (!entry.shape.children) return;
  const { unit } = entry;
  const table = info.abbreviations(unit);
  const cursor = new Cursor(info.bytes, entry.attributes);
  skipAttributes(cursor, unit, entry.shape, false);
  let depth = 0;
  while (cursor.at < unit.end) {
    const at = cursor.at;
    const code = cursor.uleb();
    if (code === 0) {
      if (depth === 0) return;
      depth -= 1;
      continue;
    }
    const shape = table.get(code);
    if (shape === undefined) throw new DwarfError(`the entry at ${at} has the unknown abbreviation ${code}`);
    const attributes = cursor.at;
    if (depth === 0) yield { unit, at, shape, attributes };
    const sibling = skipAttributes(cursor, unit, shape, shape.children);
    if (!shape.children) continue;
    if (sibling > cursor.at && sibling <= unit.end) cursor.at = sibling;
    else depth += 1;
  }
}

/** Where an attribute's value stands, and its form; undefined: the entry has none. */
export function attributeAt(
  info: Info,
  entry: Entry,
  name: number,
): { readonly form: number; readonly cursor: Cursor; readonly implicit: bigint } | undefined {
  const index = entry.shape.names.indexOf(name);
  if (index < 0) return undefined;
  const cursor = new Cursor(info.bytes, entry.attributes);
  for (let i = 0; i < index; i++) skipForm(cursor, entry.shape.forms[i] ?? 0, entry.unit);
  let form = entry.shape.forms[index] ?? 0;
  if (form === FORM.indirect) form = cursor.uleb();
  return { form, cursor, implicit: entry.shape.implicit.get(index) ?? 0n };
}

/** A unit's own entry. */
export function rootOf(info: Info, unit: Unit): Entry | undefined {
  return entryAt(info, unit.first);
}

/** Base of a unit's rows in .debug_str_offsets or .debug_addr. */
export function baseOf(info: Info, unit: Unit, kind: "strings" | "addresses"): number {
  const root = rootOf(info, unit);
  const name = kind === "strings" ? AT.strOffsetsBase : AT.addrBase;
  const found =
    root === undefined
      ? undefined
      : (attributeAt(info, root, name) ?? (kind === "addresses" ? attributeAt(info, root, AT.gnuAddrBase) : undefined));
  if (found === undefined || found.form !== FORM.secOffset) return unit.version >= 5 ? 2 * unit.offset : 0;
  return found.cursor.offset(unit.offset);
}
