/**
 * An eBPF object's bytes → sections, symbols, relocations. Made for files from anywhere: every offset, size, index and
 * string is checked before use, and nothing is allocated in proportion to a number the file merely claims.
 *
 * Refused: another class, byte order, type or machine than ELF64 little-endian relocatable eBPF; sections that overlap
 * or leave the file; SHT_RELA (eBPF has none); symbols and relocations that point outside what they name.
 */
import { ByteReader, decodeUtf8 } from "../util/bytes.ts";
import { ElfError } from "./error.ts";
import {
  CLASS_64,
  DATA_LITTLE,
  ELF_MAGIC,
  type ElfObject,
  type ElfRelocation,
  type ElfSection,
  type ElfSymbol,
  HEADER_SIZE,
  MACHINE_BPF,
  REL_SIZE,
  RESERVED_INDEX,
  SECTION_FLAG,
  SECTION_HEADER_SIZE,
  SECTION_TYPE,
  SYMBOL_BIND,
  SYMBOL_SIZE,
  SYMBOL_TYPE,
  TYPE_REL,
  VISIBILITY,
} from "./format.ts";

type Raw = {
  readonly name: string;
  readonly type: number;
  readonly flags: bigint;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
};

const fail = (message: string): ElfError => new ElfError(message);

/** @throws ElfError if the bytes are no well-formed eBPF object */
export function readElf(bytes: Uint8Array): ElfObject {
  const raw = readSectionHeaders(bytes);
  checkOverlaps(raw, bytes.length);

  const isContent = (s: Raw, i: number): boolean =>
    i > 0 && (s.type === SECTION_TYPE.progbits || s.type === SECTION_TYPE.nobits);
  const contentIndex = new Map<number, number>();
  raw.forEach((section, index) => {
    if (isContent(section, index)) contentIndex.set(index, contentIndex.size);
    if (section.type === SECTION_TYPE.rela)
      throw fail(`section ${section.name}: eBPF objects have no RELA relocations`);
  });

  const symtabs = raw.flatMap((section, index) => (section.type === SECTION_TYPE.symtab ? [index] : []));
  if (symtabs.length > 1) throw fail(`${symtabs.length} symbol tables: there may be one`);
  const symtabIndex = symtabs[0];
  const symbols = symtabIndex === undefined ? [] : readSymbols(bytes, raw, symtabIndex, contentIndex);

  const relocations = new Map<number, ElfRelocation[]>();
  for (const section of raw) {
    if (section.type !== SECTION_TYPE.rel) continue;
    const target = raw[section.info];
    if (target === undefined || !contentIndex.has(section.info)) {
      throw fail(`section ${section.name} relocates section ${section.info}, which has no content`);
    }
    if (section.link !== symtabIndex) throw fail(`section ${section.name} names no symbol table`);
    if (relocations.has(section.info)) throw fail(`section ${target.name} has two relocation sections`);
    relocations.set(section.info, readRelocations(bytes, section, target, symbols.length));
  }

  const sections = raw.flatMap((section, index): ElfSection[] => {
    if (!contentIndex.has(index)) return [];
    const kind = section.type === SECTION_TYPE.nobits ? "nobits" : "progbits";
    const has = (flag: bigint): boolean => (section.flags & flag) !== 0n;
    return [
      {
        name: section.name,
        kind,
        flags: { alloc: has(SECTION_FLAG.alloc), exec: has(SECTION_FLAG.exec), write: has(SECTION_FLAG.write) },
        align: section.align,
        size: section.size,
        data: kind === "nobits" ? new Uint8Array() : contents(bytes, section),
        relocations: relocations.get(index) ?? [],
      },
    ];
  });
  return { sections, symbols };
}

function readSectionHeaders(bytes: Uint8Array): Raw[] {
  const ident = new ByteReader(bytes, () => fail(`not an ELF file: it has only ${bytes.length} bytes`), "big");
  if (ident.u32("magic") !== ELF_MAGIC) throw fail("not an ELF file: it does not begin with 7f 45 4c 46");
  const reader = new ByteReader(bytes, (message) => fail(`truncated ELF file: ${message}`));
  const elfClass = reader.seek(4, "class").u8("class");
  const order = reader.u8("byte order");
  if (elfClass !== CLASS_64) throw fail("a 32-bit ELF file: eBPF objects are 64-bit");
  if (order !== DATA_LITTLE) throw fail("a big-endian ELF file: only little-endian eBPF objects are supported");
  const type = reader.seek(16, "type").u16("type");
  const machine = reader.u16("machine");
  if (machine !== MACHINE_BPF) throw fail(`not an eBPF object: its machine is ${machine}, not ${MACHINE_BPF} (BPF)`);
  if (type !== TYPE_REL) throw fail(`not a relocatable object: its type is ${type}, not ${TYPE_REL}`);
  const tableOffset = reader.seek(40, "section header offset").size64("section header offset");
  const headerSize = reader.seek(52, "header size").u16("header size");
  const entrySize = reader.seek(58, "section header size").u16("section header size");
  const count = reader.u16("section count");
  const namesIndex = reader.u16("section name table");
  if (headerSize !== HEADER_SIZE) throw fail(`its header says ${headerSize} bytes, not ${HEADER_SIZE}`);
  if (count === 0) throw fail("no section headers");
  if (entrySize !== SECTION_HEADER_SIZE)
    throw fail(`section headers of ${entrySize} bytes, not ${SECTION_HEADER_SIZE}`);
  if (count >= RESERVED_INDEX) throw fail(`${count} sections: too many`);
  if (tableOffset < HEADER_SIZE || tableOffset + count * SECTION_HEADER_SIZE > bytes.length) {
    throw fail(
      `truncated ELF file: ${count} section headers at offset ${tableOffset} do not fit its ${bytes.length} bytes`,
    );
  }
  const unnamed: { readonly nameOffset: number; readonly raw: Raw }[] = [];
  reader.seek(tableOffset, "section headers");
  for (let i = 0; i < count; i++) {
    const nameOffset = reader.u32("section name");
    const sectionType = reader.u32("section type");
    const flags = reader.u64("section flags");
    reader.u64("section address");
    const offset = reader.size64(`offset of section ${i}`);
    const size = reader.size64(`size of section ${i}`);
    const link = reader.u32("section link");
    const info = reader.u32("section info");
    const align = reader.size64(`alignment of section ${i}`);
    const sectionEntry = reader.size64(`entry size of section ${i}`);
    unnamed.push({
      nameOffset,
      raw: { name: `#${i}`, type: sectionType, flags, offset, size, link, info, align, entrySize: sectionEntry },
    });
  }
  const names = unnamed[namesIndex]?.raw;
  if (names === undefined || names.type !== SECTION_TYPE.strtab) {
    throw fail(`section name table ${namesIndex} is no string table`);
  }
  checkInside(names, bytes.length);
  const table = contents(bytes, names);
  return unnamed.map(({ nameOffset, raw }, index) => {
    const section = { ...raw, name: index === 0 ? "" : stringAt(table, nameOffset, `name of section ${index}`) };
    if (index > 0) checkInside(section, bytes.length);
    return section;
  });
}

function checkInside(section: Raw, length: number): void {
  if (section.type === SECTION_TYPE.null) return;
  if (section.type === SECTION_TYPE.nobits) {
    if (section.size > 0xffff_ffff) throw fail(`section ${section.name} claims ${section.size} zero bytes`);
    return;
  }
  if (section.offset + section.size > length) {
    throw fail(
      `truncated ELF file: section ${section.name} ends at ${section.offset + section.size}, the file at ${length}`,
    );
  }
}

function checkOverlaps(sections: readonly Raw[], length: number): void {
  const placed = sections
    .filter((s) => s.type !== SECTION_TYPE.null && s.type !== SECTION_TYPE.nobits && s.size > 0)
    .sort((a, b) => a.offset - b.offset);
  let end = HEADER_SIZE;
  let last = "the header";
  for (const section of placed) {
    // The one legitimate overlap: .strtab that is also the section name table is a single section here.
    if (section.offset < end) throw fail(`section ${section.name} overlaps ${last}`);
    end = section.offset + section.size;
    last = `section ${section.name}`;
  }
  if (end > length) throw fail("truncated ELF file");
}

function readSymbols(
  bytes: Uint8Array,
  raw: readonly Raw[],
  symtabIndex: number,
  contentIndex: ReadonlyMap<number, number>,
): ElfSymbol[] {
  const symtab = raw[symtabIndex];
  const strtab = symtab === undefined ? undefined : raw[symtab.link];
  if (symtab === undefined || strtab === undefined || strtab.type !== SECTION_TYPE.strtab) {
    throw fail("the symbol table names no string table");
  }
  if (symtab.entrySize !== SYMBOL_SIZE || symtab.size % SYMBOL_SIZE !== 0 || symtab.size === 0) {
    throw fail(`the symbol table's ${symtab.size} bytes are no whole number of ${SYMBOL_SIZE}-byte symbols`);
  }
  const strings = contents(bytes, strtab);
  const reader = new ByteReader(contents(bytes, symtab), fail);
  const symbols: ElfSymbol[] = [];
  for (let index = 0; reader.remaining > 0; index++) {
    const name = stringAt(strings, reader.u32("symbol name"), `name of symbol ${index}`);
    const info = reader.u8("symbol info");
    const other = reader.u8("symbol visibility");
    const shndx = reader.u16("symbol section");
    const value = reader.size64(`value of symbol ${index}`);
    const size = reader.size64(`size of symbol ${index}`);
    if (index === 0) continue;
    const what = name === "" ? `symbol ${index}` : `symbol ${name}`;
    const bind = SYMBOL_BIND[info >> 4];
    const type = SYMBOL_TYPE[info & 15];
    const visibility = VISIBILITY[other & 3];
    if (bind === undefined || type === undefined || visibility === undefined) throw fail(`${what} has an unknown kind`);
    const home = raw[shndx];
    if (shndx < RESERVED_INDEX && home === undefined)
      throw fail(`${what} lies in section ${shndx}, which does not exist`);
    const section = shndx === 0 || shndx >= RESERVED_INDEX ? undefined : contentIndex.get(shndx);
    if (section !== undefined && home !== undefined && value + size > home.size) {
      throw fail(`${what} ends at ${value + size}, beyond the ${home.size} bytes of section ${home.name}`);
    }
    symbols.push({ name, bind, type, visibility, section, value, size });
  }
  return symbols;
}

function readRelocations(bytes: Uint8Array, section: Raw, target: Raw, symbolCount: number): ElfRelocation[] {
  if (section.entrySize !== REL_SIZE || section.size % REL_SIZE !== 0) {
    throw fail(`section ${section.name}: ${section.size} bytes are no whole number of ${REL_SIZE}-byte relocations`);
  }
  const reader = new ByteReader(contents(bytes, section), fail);
  const relocations: ElfRelocation[] = [];
  while (reader.remaining > 0) {
    const offset = reader.size64("relocation offset");
    const type = reader.u32("relocation type");
    const symbol = reader.u32("relocation symbol");
    if (offset + 4 > target.size) {
      throw fail(
        `section ${section.name}: a relocation at ${offset} lies outside the ${target.size} bytes of ${target.name}`,
      );
    }
    if (symbol === 0 || symbol > symbolCount) {
      throw fail(`section ${section.name}: a relocation at ${offset} names symbol ${symbol} of ${symbolCount}`);
    }
    relocations.push({ offset, type, symbol: symbol - 1 });
  }
  return relocations;
}

function contents(bytes: Uint8Array, section: Raw): Uint8Array {
  return bytes.subarray(section.offset, section.offset + section.size);
}

function stringAt(table: Uint8Array, offset: number, what: string): string {
  if (offset === 0 && table.length === 0) return "";
  const end = offset < table.length ? table.indexOf(0, offset) : -1;
  if (end < 0) throw fail(`${what}: offset ${offset} is no string of its ${table.length}-byte table`);
  return decodeUtf8(table.subarray(offset, end));
}
