/**
 * .BTF.ext: what BTF says of code. Per program section: where functions begin, which source line an instruction comes
 * from, and the CO-RE relocations. Offsets are bytes from the section's start, ascending.
 *
 * Strings and types are those of the object's .BTF. Source: Documentation/bpf/btf.rst, "BTF.ext"; libbpf src/btf.h.
 */
import { branded } from "../util/brand.ts";
import { ByteReader, ByteWriter } from "../util/bytes.ts";
import { BtfError } from "./error.ts";
import type { TypeId } from "./types.ts";
import { BTF_MAGIC } from "./wire.ts";

export type FuncInfo = { readonly offset: number; readonly type: TypeId };
export type LineInfo = {
  readonly offset: number;
  readonly file: string;
  /** Text of the line, as verifier logs quote it. */
  readonly text: string;
  /** From 1; at most 4194303. */
  readonly line: number;
  /** From 1 (0: unknown); at most 1023. */
  readonly column: number;
};
export type CoreRelo = {
  readonly offset: number;
  readonly type: TypeId;
  /** "0:1:2": see CoreReference.access. */
  readonly access: string;
  /** enum bpf_core_relo_kind. */
  readonly kind: number;
};
export type PerSection<T> = readonly { readonly section: string; readonly entries: readonly T[] }[];

export type BtfExt = {
  readonly functions: PerSection<FuncInfo>;
  readonly lines: PerSection<LineInfo>;
  readonly core: PerSection<CoreRelo>;
};

const HEADER_SIZE = 32;
const FUNC_SIZE = 8;
const LINE_SIZE = 16;
const CORE_SIZE = 16;
const MAX_LINE = 0x3f_ffff;
const MAX_COLUMN = 0x3ff;

/** @param string offset of a text in the .BTF's string section */
export function writeBtfExt(ext: BtfExt, string: (text: string) => number): Uint8Array {
  const functions = writeSections(ext.functions, FUNC_SIZE, string, (out, f) => out.u32(f.offset).u32(f.type));
  const lines = writeSections(ext.lines, LINE_SIZE, string, (out, l) =>
    out
      .u32(l.offset)
      .u32(string(l.file))
      .u32(string(l.text))
      .u32(((Math.min(l.line, MAX_LINE) << 10) | Math.min(l.column, MAX_COLUMN)) >>> 0),
  );
  const core = writeSections(ext.core, CORE_SIZE, string, (out, c) =>
    out.u32(c.offset).u32(c.type).u32(string(c.access)).u32(c.kind),
  );
  return new ByteWriter("little", HEADER_SIZE + functions.length + lines.length + core.length)
    .u16(BTF_MAGIC)
    .u8(1)
    .u8(0)
    .u32(HEADER_SIZE)
    .u32(0)
    .u32(functions.length)
    .u32(functions.length)
    .u32(lines.length)
    .u32(functions.length + lines.length)
    .u32(core.length)
    .raw(functions)
    .raw(lines)
    .raw(core)
    .finish();
}

function writeSections<T>(
  sections: PerSection<T>,
  recordSize: number,
  string: (text: string) => number,
  write: (out: ByteWriter, entry: T) => void,
): Uint8Array {
  const filled = sections.filter(({ entries }) => entries.length > 0);
  const out = new ByteWriter("little");
  if (filled.length === 0) return out.finish();
  out.u32(recordSize);
  for (const { section, entries } of filled) {
    out.u32(string(section)).u32(entries.length);
    for (const entry of entries) write(out, entry);
  }
  return out.finish();
}

/**
 * @param string text at an offset of the .BTF's string section
 * @throws BtfError if the section is damaged
 */
export function readBtfExt(bytes: Uint8Array, string: (offset: number) => string): BtfExt {
  const reader = new ByteReader(bytes, (message) => new BtfError(`truncated .BTF.ext: ${message}`));
  const magic = reader.u16("magic");
  if (magic !== BTF_MAGIC) throw new BtfError(`not .BTF.ext: it begins with 0x${magic.toString(16)}`);
  const version = reader.u8("version");
  if (version !== 1) throw new BtfError(`.BTF.ext version ${version}: only version 1 is supported`);
  reader.u8("flags");
  const headerSize = reader.u32("header size");
  if (headerSize < 24) throw new BtfError(`a .BTF.ext header of ${headerSize} bytes is too short`);
  const area = (): Uint8Array => {
    const offset = reader.u32("area offset");
    const size = reader.u32("area size");
    return bytes.subarray(...bounds(headerSize + offset, size, bytes.length));
  };
  const functions = area();
  const lines = area();
  const core = headerSize >= HEADER_SIZE ? area() : new Uint8Array();
  return {
    functions: readSections(functions, FUNC_SIZE, string, (r) => ({
      offset: r.u32("offset"),
      type: branded<TypeId>(r.u32("type")),
    })),
    lines: readSections(lines, LINE_SIZE, string, (r) => {
      const offset = r.u32("offset");
      const file = string(r.u32("file"));
      const text = string(r.u32("line"));
      const place = r.u32("line and column");
      return { offset, file, text, line: place >>> 10, column: place & MAX_COLUMN };
    }),
    core: readSections(core, CORE_SIZE, string, (r) => ({
      offset: r.u32("offset"),
      type: branded<TypeId>(r.u32("type")),
      access: string(r.u32("access")),
      kind: r.u32("kind"),
    })),
  };
}

function bounds(start: number, size: number, length: number): [number, number] {
  if (start + size > length) {
    throw new BtfError(`truncated .BTF.ext: an area ends at ${start + size}, the section at ${length}`);
  }
  return [start, start + size];
}

function readSections<T>(
  bytes: Uint8Array,
  minSize: number,
  string: (offset: number) => string,
  read: (reader: ByteReader) => T,
): PerSection<T> {
  if (bytes.length === 0) return [];
  const fail = (message: string): BtfError => new BtfError(`truncated .BTF.ext: ${message}`);
  const reader = new ByteReader(bytes, fail);
  const recordSize = reader.u32("record size");
  if (recordSize < minSize) throw new BtfError(`.BTF.ext records of ${recordSize} bytes are shorter than ${minSize}`);
  const sections: { section: string; entries: T[] }[] = [];
  while (reader.remaining > 0) {
    const section = string(reader.u32("section name"));
    const count = reader.u32("record count");
    if (count === 0) throw new BtfError(`.BTF.ext names section ${section} without records`);
    const records = new ByteReader(reader.take(count * recordSize, `${count} records of ${section}`), fail);
    const entries: T[] = [];
    for (let i = 0; i < count; i++) entries.push(read(records.seek(i * recordSize, "record")));
    sections.push({ section, entries });
  }
  return sections;
}
