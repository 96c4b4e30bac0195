/**
 * Executables and libraries as sections: what a reader of debug information, symbols and notes needs of them. Only the parts
 * that are asked for are read, so that a file may be as large as it likes.
 *
 * Source: System V gABI chapter 4; include/uapi/linux/elf.h.
 */
import { ByteReader, decodeUtf8 } from "../util/bytes.ts";
import { ElfError } from "./error.ts";
import { CLASS_64, DATA_LITTLE, ELF_MAGIC, SECTION_HEADER_SIZE, SECTION_TYPE, SYMBOL_SIZE } from "./format.ts";

/** Bytes of a file; fewer than asked for where it ends. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/** Unpacks the bytes of a compressed section into exactly `size` bytes. @throws Error naming why it cannot */
export type Inflate = (bytes: Uint8Array, size: number, format: "zlib" | "zstd") => Uint8Array;

export type BinarySection = {
  readonly name: string;
  readonly type: number;
  readonly compressed: boolean;
  readonly offset: number;
  readonly size: number;
  /** Index of the section that this one refers to: a symbol table's names. */
  readonly link: number;
};

export type BinaryFile = {
  /** e_machine: 62 x86-64, 183 AArch64. */
  readonly machine: number;
  readonly sections: readonly BinarySection[];
  /** A section's bytes as they stand in the file. */
  readonly contents: (section: BinarySection) => Uint8Array;
};

const COMPRESSED = 0x800n;
const TYPE_NOTE = 7;
const TYPE_DYNSYM = 11;
const NOTE_BUILD_ID = 3;
const COMPRESSION_ZLIB = 1;
const COMPRESSION_ZSTD = 2;
const COMPRESSION_HEADER = 24;
/** Sections are read whole into memory: no debug information in use comes near it. */
const MAX_SECTION = 0x7fff_0000;
const STT_FUNC = 2;
const STT_GNU_IFUNC = 10;

const fail = (message: string): ElfError => new ElfError(message);

/** @throws ElfError if it is no 64-bit little-endian ELF file, or its section headers are damaged */
export function openBinary(readAt: ReadAt): BinaryFile {
  const header = new ByteReader(readAt(0, 64), (message) => fail(`truncated ELF file: ${message}`));
  if (header.length < 16 || new DataView(header.bytes.buffer, header.bytes.byteOffset).getUint32(0) !== ELF_MAGIC)
    throw fail("not an ELF file");
  if (header.seek(4, "class").u8("class") !== CLASS_64) throw fail("a 32-bit ELF file");
  if (header.u8("byte order") !== DATA_LITTLE) throw fail("a big-endian ELF file");
  const machine = header.seek(18, "machine").u16("machine");
  const tableOffset = header.seek(40, "section header offset").size64("section header offset");
  const entrySize = header.seek(58, "section header size").u16("section header size");
  const count = header.u16("section count");
  const namesIndex = header.u16("section name table");
  if (count > 0 && entrySize !== SECTION_HEADER_SIZE) throw fail(`section headers of ${entrySize} bytes`);
  const table = new ByteReader(readAt(tableOffset, count * SECTION_HEADER_SIZE), (message) =>
    fail(`truncated ELF file: ${message}`),
  );
  const raw: { readonly nameOffset: number; readonly section: BinarySection }[] = [];
  for (let i = 0; i < count; i++) {
    const nameOffset = table.u32("section name");
    const type = table.u32("section type");
    const flags = table.u64("section flags");
    table.u64("section address");
    const offset = table.size64("section offset");
    const size = type === SECTION_TYPE.nobits ? table.size64("section size") * 0 : table.size64("section size");
    const link = table.u32("section link");
    table.seek((i + 1) * SECTION_HEADER_SIZE, "section header");
    const compressed = (flags & COMPRESSED) !== 0n;
    raw.push({ nameOffset, section: { name: "", type, compressed, offset, size, link } });
  }
  const contents = (section: BinarySection): Uint8Array => {
    if (section.size > MAX_SECTION) throw fail(`a section of ${section.size} bytes`);
    const bytes = readAt(section.offset, section.size);
    if (bytes.length !== section.size) throw fail("truncated ELF file: a section leaves it");
    return bytes;
  };
  const strings = raw[namesIndex]?.section;
  const names = strings === undefined ? new Uint8Array() : contents(strings);
  const sections = raw.map(({ nameOffset, section }) => ({ ...section, name: textAt(names, nameOffset) }));
  return { machine, sections, contents };
}

/** A section by name, unpacked; undefined: there is none. `.zdebug_x` is an older packing of `.debug_x`. */
export function sectionBytes(file: BinaryFile, name: string, inflate: Inflate): Uint8Array | undefined {
  const section = file.sections.find((one) => one.name === name && one.type !== SECTION_TYPE.nobits);
  if (section !== undefined) {
    const bytes = file.contents(section);
    if (!section.compressed) return bytes;
    const header = new ByteReader(bytes, (message) => fail(`${name}: ${message}`));
    const type = header.u32("compression");
    const size = header.seek(8, "compression header").size64("unpacked size");
    if (type !== COMPRESSION_ZLIB && type !== COMPRESSION_ZSTD) throw fail(`${name} is packed by method ${type}`);
    return unpack(name, bytes.subarray(COMPRESSION_HEADER), size, type === COMPRESSION_ZLIB ? "zlib" : "zstd", inflate);
  }
  const old = file.sections.find((one) => one.name === name.replace(".debug_", ".zdebug_"));
  if (old === undefined || !name.startsWith(".debug_")) return undefined;
  const header = new ByteReader(file.contents(old), (message) => fail(`${old.name}: ${message}`), "big");
  if (header.u32("compression") !== 0x5a4c4942) throw fail(`${old.name} does not begin with ZLIB`);
  return unpack(name, header.bytes.subarray(12), header.size64("unpacked size"), "zlib", inflate);
}

function unpack(name: string, bytes: Uint8Array, size: number, format: "zlib" | "zstd", inflate: Inflate): Uint8Array {
  // No method packs better than by a few thousand: more is a claim, not a size.
  if (size > MAX_SECTION || size > bytes.length * 4096 + 65536) throw fail(`${name} claims ${size} unpacked bytes`);
  let unpacked: Uint8Array;
  try {
    unpacked = inflate(bytes, size, format);
  } catch (error) {
    throw fail(`${name} cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (unpacked.length !== size) throw fail(`${name} unpacks to ${unpacked.length} bytes, not ${size}`);
  return unpacked;
}

/** The NUL-terminated text at an offset; "" outside. */
export function textAt(bytes: Uint8Array, offset: number): string {
  if (offset >= bytes.length) return "";
  const end = bytes.indexOf(0, offset);
  return decodeUtf8(bytes.subarray(offset, end < 0 ? bytes.length : end));
}

/** The GNU build id in hexadecimal, by which a binary and its debug information know one another. */
export function buildIdOf(file: BinaryFile): string | undefined {
  for (const section of file.sections) {
    if (section.type !== TYPE_NOTE || section.size > 0x10000) continue;
    const notes = new ByteReader(file.contents(section), (message) => fail(`${section.name}: ${message}`));
    while (notes.remaining >= 12) {
      const nameSize = notes.u32("note");
      const size = notes.u32("note");
      const type = notes.u32("note");
      const [named, padded] = [(nameSize + 3) & ~3, (size + 3) & ~3];
      if (named < 0 || padded < 0 || named + padded > notes.remaining) break;
      const owner = textAt(notes.take(named, "note owner"), 0);
      const content = notes.take(padded, "note").subarray(0, size);
      if (type === NOTE_BUILD_ID && owner === "GNU" && size > 0)
        return Array.from(content, (byte) => byte.toString(16).padStart(2, "0")).join("");
    }
  }
  return undefined;
}

/** The file that holds the debug information which was split off, and the CRC-32 of all its bytes. */
export function debugLinkOf(file: BinaryFile): { readonly name: string; readonly crc: number } | undefined {
  const section = file.sections.find((one) => one.name === ".gnu_debuglink");
  if (section === undefined || section.size > 0x10000) return undefined;
  const bytes = file.contents(section);
  const name = textAt(bytes, 0);
  const at = (new TextEncoder().encode(name).length + 4) & ~3;
  if (name === "" || at + 4 > bytes.length) return undefined;
  return { name, crc: new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true) };
}

/** Functions that the symbol tables define, by name; names without their versions. */
export function functionSymbols(file: BinaryFile): ReadonlyMap<string, readonly bigint[]> {
  const found = new Map<string, bigint[]>();
  for (const section of file.sections) {
    if (section.type !== SECTION_TYPE.symtab && section.type !== TYPE_DYNSYM) continue;
    const link = file.sections[section.link];
    if (link === undefined) continue;
    const [bytes, strings] = [file.contents(section), file.contents(link)];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at + SYMBOL_SIZE <= bytes.length; at += SYMBOL_SIZE) {
      const type = view.getUint8(at + 4) & 15;
      if ((type !== STT_FUNC && type !== STT_GNU_IFUNC) || view.getUint16(at + 6, true) === 0) continue;
      const name = textAt(strings, view.getUint32(at, true)).replace(/@.*$/, "");
      const address = view.getBigUint64(at + 8, true);
      const known = found.get(name);
      if (known === undefined) found.set(name, [address]);
      else if (!known.includes(address)) known.push(address);
    }
  }
  found.delete("");
  return found;
}
