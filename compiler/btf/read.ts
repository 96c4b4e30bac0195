/**
 * A raw .BTF blob as a `Btf`: a vmlinux's, a module's (split: its ids and strings go on from its base's), an object's.
 *
 * Opening checks the header and the extent of every record, and keeps one offset per type; a record is decoded, and its
 * references checked, when it is asked for; the name index is built by the first `find`. `validateBtf` checks all.
 */
import { branded } from "../util/brand.ts";
import { ByteReader, decodeUtf8 } from "../util/bytes.ts";
import { BtfError } from "./error.ts";
import type { Btf, BtfType, NamedKind, TypeId } from "./types.ts";
import { BTF_HEADER_SIZE, BTF_MAGIC, KINDS, RECORD_SIZE, readType, trailingSize } from "./wire.ts";

/** A `Btf` that can be the base of a split blob. */
export interface RawBtf extends Btf {
  /** First id that this blob itself defines: 1, or its base's count. */
  readonly firstId: number;
  /** End of the string offsets: where a split blob's begin. */
  readonly stringsEnd: number;
  /** The string at an offset of the blob's (and its base's) string section. @throws BtfError for no such string */
  string(offset: number): string;
}

const fail = (message: string): BtfError => new BtfError(message);

/** @throws BtfError if the bytes are no BTF, or damaged, or split BTF without its base */
export function readBtf(bytes: Uint8Array, base?: RawBtf): RawBtf {
  return new BlobBtf(bytes, base);
}

/** Decodes every type. @throws BtfError for the first reference or string that leads nowhere, or a cycle of modifiers */
export function validateBtf(btf: Btf): void {
  for (let id = 1; id < btf.count; id++) {
    let type = btf.type(branded<TypeId>(id));
    const first = type.kind;
    for (let steps = 0; isModifier(type); steps++) {
      if (steps > btf.count) throw fail(`type ${id} (${first}): modifiers in a circle`);
      type = btf.type(type.type);
    }
  }
}

function isModifier(type: BtfType): type is BtfType & { readonly type: TypeId } {
  return (
    type.kind === "typedef" ||
    type.kind === "const" ||
    type.kind === "volatile" ||
    type.kind === "restrict" ||
    type.kind === "type_tag"
  );
}

class BlobBtf implements RawBtf {
  readonly pointerSize = 8;
  readonly firstId: number;
  readonly count: number;
  readonly stringsEnd: number;
  #base: RawBtf | undefined;
  #types: Uint8Array;
  #strings: Uint8Array;
  #stringsStart: number;
  /** Byte offset in #types per type of this blob. */
  #offsets: number[];
  #names: ReadonlyMap<NamedKind, ReadonlyMap<string, TypeId>> | undefined;
  #enumerators: ReadonlyMap<string, { readonly type: TypeId; readonly value: bigint }> | undefined;

  constructor(bytes: Uint8Array, base: RawBtf | undefined) {
    const { types, strings } = splitBlob(bytes);
    this.#base = base;
    this.#types = types;
    this.#strings = strings;
    this.#stringsStart = base?.stringsEnd ?? 0;
    this.stringsEnd = this.#stringsStart + strings.length;
    if (strings.length > 0 && strings[strings.length - 1] !== 0) throw fail("the string section has no end");
    if (base === undefined && strings[0] !== 0)
      throw fail('the string section does not begin with "": split BTF without its base?');
    this.firstId = base?.count ?? 1;
    this.#offsets = scan(types, this.firstId);
    this.count = this.firstId + this.#offsets.length;
  }

  type(id: TypeId): BtfType {
    if (id === 0) return { kind: "void" };
    if (this.#base !== undefined && id < this.firstId) return this.#base.type(id);
    const offset = this.#offsets[id - this.firstId];
    if (offset === undefined) throw new RangeError(`no type ${id} in BTF of ${this.count} types`);
    const reader = new ByteReader(this.#types, fail).seek(offset, "type");
    return readType(reader, id, { string: (at) => this.string(at), count: this.count });
  }

  find(kind: NamedKind, name: string): TypeId | undefined {
    const found = this.#base?.find(kind, name);
    if (found !== undefined) return found;
    this.#names ??= this.#indexNames();
    return this.#names.get(kind)?.get(name);
  }

  findEnumerator(name: string): { readonly type: TypeId; readonly value: bigint } | undefined {
    const found = this.#base?.findEnumerator(name);
    if (found !== undefined) return found;
    this.#enumerators ??= this.#indexEnumerators();
    return this.#enumerators.get(name);
  }

  string(offset: number): string {
    if (offset < this.#stringsStart && this.#base !== undefined) return this.#base.string(offset);
    const at = offset - this.#stringsStart;
    if (offset === 0 && this.#strings.length === 0) return "";
    const end = at < this.#strings.length ? this.#strings.indexOf(0, at) : -1;
    if (end < 0) throw fail(`no string at offset ${offset}: the strings end at ${this.stringsEnd}`);
    return ascii(this.#strings, at, end);
  }

  #eachOwn(f: (id: TypeId, kind: BtfType["kind"], nameOffset: number) => void): void {
    const view = new DataView(this.#types.buffer, this.#types.byteOffset, this.#types.byteLength);
    this.#offsets.forEach((offset, index) => {
      const kind = KINDS[(view.getUint32(offset + 4, true) >>> 24) & 0x1f];
      if (kind !== undefined) f(branded<TypeId>(this.firstId + index), kind, view.getUint32(offset, true));
    });
  }

  #indexNames(): ReadonlyMap<NamedKind, ReadonlyMap<string, TypeId>> {
    const index = new Map<NamedKind, Map<string, TypeId>>();
    this.#eachOwn((id, kind, nameOffset) => {
      const named = namedKind(kind);
      if (named === undefined || nameOffset === 0) return;
      const names = index.get(named) ?? new Map<string, TypeId>();
      index.set(named, names);
      const name = this.string(nameOffset);
      if (!names.has(name)) names.set(name, id);
    });
    return index;
  }

  #indexEnumerators(): ReadonlyMap<string, { readonly type: TypeId; readonly value: bigint }> {
    const index = new Map<string, { readonly type: TypeId; readonly value: bigint }>();
    this.#eachOwn((id, kind) => {
      if (kind !== "enum" && kind !== "enum64") return;
      const type = this.type(id);
      if (type.kind !== "enum" && type.kind !== "enum64") return;
      for (const { name, value } of type.values) if (!index.has(name)) index.set(name, { type: id, value });
    });
    return index;
  }
}

function namedKind(kind: BtfType["kind"]): NamedKind | undefined {
  switch (kind) {
    case "int":
    case "struct":
    case "union":
    case "enum":
    case "typedef":
    case "func":
    case "var":
    case "fwd":
      return kind;
    case "float":
      return "int";
    case "enum64":
      return "enum";
    default:
      return undefined;
  }
}

/** Header → the two sections. */
function splitBlob(bytes: Uint8Array): { readonly types: Uint8Array; readonly strings: Uint8Array } {
  const reader = new ByteReader(bytes, (message) => fail(`truncated BTF: ${message}`));
  const magic = reader.u16("magic");
  if (magic === 0x9feb) throw fail("big-endian BTF: only little-endian is supported");
  if (magic !== BTF_MAGIC)
    throw fail(`not BTF: it begins with 0x${magic.toString(16)}, not 0x${BTF_MAGIC.toString(16)}`);
  const version = reader.u8("version");
  if (version !== 1) throw fail(`BTF version ${version}: only version 1 is supported`);
  reader.u8("flags");
  const headerSize = reader.u32("header size");
  if (headerSize < BTF_HEADER_SIZE) throw fail(`a BTF header of ${headerSize} bytes is too short`);
  const typeOffset = reader.u32("type section offset");
  const typeSize = reader.u32("type section size");
  const stringOffset = reader.u32("string section offset");
  const stringSize = reader.u32("string section size");
  const section = (offset: number, size: number, what: string): Uint8Array =>
    reader.seek(headerSize + offset, what).take(size, what);
  if (typeOffset % 4 !== 0) throw fail(`the type section's offset ${typeOffset} is not aligned`);
  return {
    types: section(typeOffset, typeSize, "type section"),
    strings: section(stringOffset, stringSize, "string section"),
  };
}

/** Offset of every record; refuses unknown kinds and records that leave the section. */
function scan(types: Uint8Array, firstId: number): number[] {
  const view = new DataView(types.buffer, types.byteOffset, types.byteLength);
  const offsets: number[] = [];
  let at = 0;
  while (at < types.length) {
    const id = firstId + offsets.length;
    if (at + RECORD_SIZE > types.length) throw fail(`type ${id} is cut off at the end of the type section`);
    const info = view.getUint32(at + 4, true);
    const kind = (info >>> 24) & 0x1f;
    const trailing = trailingSize(kind, info & 0xffff);
    if (trailing === undefined) throw fail(`type ${id} is of unknown kind ${kind}`);
    const end = at + RECORD_SIZE + trailing;
    if (end > types.length) throw fail(`type ${id} (${KINDS[kind]}) is cut off at the end of the type section`);
    offsets.push(at);
    at = end;
  }
  return offsets;
}

/** Names are short and plain ASCII nearly always; decoding them one by one by TextDecoder is several times slower. */
function ascii(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x80) return decodeUtf8(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}
