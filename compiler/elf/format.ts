/**
 * The few numbers of the ELF format that eBPF objects use, and the object as data: what write.ts takes and read.ts gives.
 *
 * Source: System V gABI chapters 4 and 5; include/uapi/linux/elf.h; LLVM's ELFRelocs/BPF.def.
 */
export const ELF_MAGIC = 0x7f454c46; // big-endian "\x7fELF"
export const CLASS_64 = 2;
export const DATA_LITTLE = 1;
export const TYPE_REL = 1;
export const MACHINE_BPF = 247;
export const HEADER_SIZE = 64;
export const SECTION_HEADER_SIZE = 64;
export const SYMBOL_SIZE = 24;
export const REL_SIZE = 16;

export const SECTION_TYPE = { null: 0, progbits: 1, symtab: 2, strtab: 3, rela: 4, nobits: 8, rel: 9 } as const;
export const SECTION_FLAG = { write: 1n, alloc: 2n, exec: 4n, merge: 16n, strings: 32n, infoLink: 64n } as const;
/** Section indices from here on are not sections. */
export const RESERVED_INDEX = 0xff00;

export const SYMBOL_BIND = ["local", "global", "weak"] as const;
export type SymbolBind = (typeof SYMBOL_BIND)[number];
export const SYMBOL_TYPE = ["notype", "object", "func", "section", "file"] as const;
export type SymbolType = (typeof SYMBOL_TYPE)[number];
export const VISIBILITY = ["default", "internal", "hidden", "protected"] as const;
export type Visibility = (typeof VISIBILITY)[number];

/** R_BPF_*: how an eBPF relocation is applied. */
export const RELOCATION_TYPE = {
  /** The two immediates of a wide load. */
  wide64: 1,
  /** 8 bytes of data. */
  abs64: 2,
  /** 4 bytes of data. */
  abs32: 3,
  /** 4 bytes of .BTF or .BTF.ext: the section a record belongs to. */
  nodyld32: 4,
  /** The immediate of a call. */
  call32: 10,
} as const;

export type ElfSectionKind =
  /** Bytes in the file. */
  | "progbits"
  /** Zeros, not in the file. */
  | "nobits";

export type ElfSection = {
  readonly name: string;
  readonly kind: ElfSectionKind;
  /** alloc: part of the loaded program; exec: code; write: data that changes. */
  readonly flags: { readonly alloc: boolean; readonly exec: boolean; readonly write: boolean };
  readonly align: number;
  /** In bytes; equals data.length unless kind is nobits. */
  readonly size: number;
  /** Empty for nobits. */
  readonly data: Uint8Array;
  /** In order of offset as written. */
  readonly relocations: readonly ElfRelocation[];
};

export type ElfRelocation = {
  /** Byte offset in the section. */
  readonly offset: number;
  readonly type: number;
  /** Index into the object's symbols. */
  readonly symbol: number;
};

export type ElfSymbol = {
  /** "" for section symbols. */
  readonly name: string;
  readonly bind: SymbolBind;
  readonly type: SymbolType;
  readonly visibility: Visibility;
  /** Index into the object's sections; undefined for a symbol defined elsewhere. */
  readonly section: number | undefined;
  /** Byte offset in its section. */
  readonly value: number;
  readonly size: number;
};

/** Sections are those with content; the null section, symbol and string tables and .rel sections are implied. */
export type ElfObject = {
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
};
