/**
 * An ELF64 little-endian relocatable object for eBPF, from sections, symbols and relocations.
 *
 * Deterministic: same input, same bytes. Order in the file: header, sections in the order given, one SHT_REL section per
 * section with relocations, .symtab, .strtab, section headers. Local symbols go before global ones as the gABI asks;
 * relocations are renumbered accordingly.
 */
import { invariant } from "../util/assert.ts";
import { ByteWriter, encodeUtf8 } from "../util/bytes.ts";
import {
  CLASS_64,
  DATA_LITTLE,
  ELF_MAGIC,
  type ElfObject,
  type ElfSymbol,
  HEADER_SIZE,
  MACHINE_BPF,
  REL_SIZE,
  SECTION_FLAG,
  SECTION_HEADER_SIZE,
  SECTION_TYPE,
  SYMBOL_BIND,
  SYMBOL_SIZE,
  SYMBOL_TYPE,
  TYPE_REL,
  VISIBILITY,
} from "./format.ts";

type Header = {
  readonly name: string;
  readonly type: number;
  readonly flags: bigint;
  readonly data: Uint8Array;
  readonly size: number;
  readonly link: number;
  readonly info: number;
  readonly align: number;
  readonly entrySize: number;
};

/** @throws InvariantError if the object contradicts itself (an index out of range, sizes that disagree) */
export function writeElf(object: ElfObject): Uint8Array {
  const { sections, symbols } = object;
  const locals = symbols.flatMap((symbol, index) => (symbol.bind === "local" ? [index] : []));
  const globals = symbols.flatMap((symbol, index) => (symbol.bind === "local" ? [] : [index]));
  const order = [...locals, ...globals];
  const position = new Map(order.map((original, index) => [original, index + 1])); // 0 is the null symbol

  const withRelocations = sections.flatMap((section, index) => (section.relocations.length > 0 ? [index] : []));
  const symtabIndex = 1 + sections.length + withRelocations.length;
  const strings = new StringTable();
  const symtab = new ByteWriter("little", (symbols.length + 1) * SYMBOL_SIZE).zeros(SYMBOL_SIZE);
  for (const index of order) writeSymbol(symtab, symbols[index], sections.length, strings);

  const headers: Header[] = sections.map((section) => {
    invariant(
      section.kind === "nobits" ? section.data.length === 0 : section.data.length === section.size,
      "elf write",
      `section ${section.name} says ${section.size} bytes and has ${section.data.length}`,
    );
    const { alloc, exec, write } = section.flags;
    return {
      name: section.name,
      type: SECTION_TYPE[section.kind],
      flags: (alloc ? SECTION_FLAG.alloc : 0n) | (exec ? SECTION_FLAG.exec : 0n) | (write ? SECTION_FLAG.write : 0n),
      data: section.data,
      size: section.size,
      link: 0,
      info: 0,
      align: section.align,
      entrySize: 0,
    };
  });
  for (const index of withRelocations) {
    const section = sections[index];
    invariant(section !== undefined, "elf write", "relocated section vanished");
    const data = new ByteWriter("little", section.relocations.length * REL_SIZE);
    for (const relocation of section.relocations) {
      const symbol = position.get(relocation.symbol);
      invariant(symbol !== undefined, "elf write", `relocation in ${section.name} names symbol ${relocation.symbol}`);
      invariant(relocation.offset < section.size, "elf write", `relocation outside ${section.name}`);
      data.u64(BigInt(relocation.offset)).u64((BigInt(symbol) << 32n) | BigInt(relocation.type));
    }
    headers.push(table(`.rel${section.name}`, SECTION_TYPE.rel, data.finish(), symtabIndex, index + 1, REL_SIZE));
  }
  headers.push(table(".symtab", SECTION_TYPE.symtab, symtab.finish(), symtabIndex + 1, locals.length + 1, SYMBOL_SIZE));
  const nameOffsets = [...headers, { name: ".strtab" }].map((header) => strings.add(header.name));
  headers.push(table(".strtab", SECTION_TYPE.strtab, strings.finish(), 0, 0, 0));
  return assemble(headers, nameOffsets);
}

function assemble(headers: readonly Header[], nameOffsets: readonly number[]): Uint8Array {
  const out = new ByteWriter("little", 4096).zeros(HEADER_SIZE);
  const offsets = headers.map((header) => {
    out.align(header.align);
    const offset = out.length;
    out.raw(header.data);
    return offset;
  });
  out.align(8);
  const tableOffset = out.length;
  out.zeros(SECTION_HEADER_SIZE);
  headers.forEach((header, index) => {
    out
      .u32(nameOffsets[index] ?? 0)
      .u32(header.type)
      .u64(header.flags)
      .u64(0n);
    out.u64(BigInt(offsets[index] ?? 0)).u64(BigInt(header.size));
    out.u32(header.link).u32(header.info).u64(BigInt(header.align)).u64(BigInt(header.entrySize));
  });
  const bytes = out.finish();
  const identification = new ByteWriter("big").u32(ELF_MAGIC).u8(CLASS_64).u8(DATA_LITTLE).u8(1).zeros(9).finish();
  const rest = new ByteWriter("little")
    .u16(TYPE_REL)
    .u16(MACHINE_BPF)
    .u32(1)
    .u64(0n)
    .u64(0n)
    .u64(BigInt(tableOffset))
    .u32(0)
    .u16(HEADER_SIZE)
    .u16(0)
    .u16(0)
    .u16(SECTION_HEADER_SIZE)
    .u16(headers.length + 1)
    .u16(headers.length)
    .finish();
  bytes.set(identification, 0);
  bytes.set(rest, identification.length);
  return bytes;
}

function table(name: string, type: number, data: Uint8Array, link: number, info: number, entrySize: number): Header {
  const flags = type === SECTION_TYPE.rel ? SECTION_FLAG.infoLink : 0n;
  const align = type === SECTION_TYPE.strtab ? 1 : 8;
  return { name, type, flags, data, size: data.length, link, info, align, entrySize };
}

function writeSymbol(out: ByteWriter, symbol: ElfSymbol | undefined, sections: number, strings: StringTable): void {
  invariant(symbol !== undefined, "elf write", "symbol vanished");
  const { section } = symbol;
  invariant(section === undefined || section < sections, "elf write", `symbol ${symbol.name} in section ${section}`);
  out
    .u32(strings.add(symbol.name))
    .u8((SYMBOL_BIND.indexOf(symbol.bind) << 4) | SYMBOL_TYPE.indexOf(symbol.type))
    .u8(VISIBILITY.indexOf(symbol.visibility))
    .u16(section === undefined ? 0 : section + 1)
    .u64(BigInt(symbol.value))
    .u64(BigInt(symbol.size));
}

/** NUL-terminated strings, each once; offset 0 is "". */
class StringTable {
  #out = new ByteWriter("little").u8(0);
  #offsets = new Map<string, number>([["", 0]]);

  add(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#out.length;
    this.#out.raw(encodeUtf8(text)).u8(0);
    this.#offsets.set(text, offset);
    return offset;
  }
  finish(): Uint8Array {
    return this.#out.finish();
  }
}
