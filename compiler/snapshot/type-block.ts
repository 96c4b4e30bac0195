/**
 * One unpacked block of types. A type is decoded with its group (type-columns.ts) when it is asked for, and kept;
 * `find` and `findEnumerator` walk kinds and names without decoding.
 */
import type { BtfEnumerator, BtfMember, BtfParam, BtfType, NamedKind, TypeId } from "../btf/types.ts";
import { KINDS } from "../btf/wire.ts";
import { unreachable } from "../util/assert.ts";
import { branded } from "../util/brand.ts";
import { lazyList } from "./lazy.ts";
import type { TypeContext } from "./read-types.ts";
import { column, columnCount, encodings, isNamed, linkages, text, textCount, typesPerGroup } from "./type-columns.ts";
import { BlockReader, decodeText } from "./varint.ts";

export class TypeBlock {
  readonly firstId: number;
  readonly count: number;
  readonly context: TypeContext;
  #from: BlockReader;
  #kinds: Uint8Array;
  /** Per group, offsets of the columns in the block and of the texts. */
  #groups: readonly Uint32Array[];
  #text: (number: number) => string;
  #types: (BtfType | undefined)[];
  #asked: (boolean | undefined)[] = [];

  constructor(from: BlockReader, firstId: number, count: number, context: TypeContext) {
    this.firstId = firstId;
    this.count = count;
    this.context = context;
    this.#from = from;
    this.#kinds = from.take(count);
    this.#types = new Array(count);
    const width = columnCount + textCount;
    const groups = [new Uint32Array(width)];
    for (let group = 1; group * typesPerGroup < count; group++) {
      const before = groups[group - 1] ?? new Uint32Array(width);
      const positions = new Uint32Array(width);
      for (let index = 0; index < width; index++) positions[index] = (before[index] ?? 0) + from.uint();
      groups.push(positions);
    }
    for (let index = 0; index < columnCount; index++) {
      const length = from.uint();
      for (const group of groups) group[index] = (group[index] ?? 0) + from.offset;
      from.take(length);
    }
    this.#groups = groups;
    const texts = Array.from({ length: textCount }, () => from.take(from.uint()));
    this.#text = lazyList((number) => decodeText(texts[number] ?? new Uint8Array()));
  }

  type(id: TypeId): BtfType {
    const place = id - this.firstId;
    if (this.#types[place] === undefined) this.#readGroup(Math.floor(place / typesPerGroup), place);
    return this.#types[place] ?? { kind: "void" };
  }

  /** First type of that kind and name. */
  find(kind: NamedKind, name: string): TypeId | undefined {
    for (const each of this.#named()) {
      if (isKind(each.kind, kind) && each.length === name.length && this.#text(text.name).startsWith(name, each.start))
        return each.id;
    }
    return undefined;
  }

  /** Ids and names of all types of some kinds; nameless ones are left out. */
  names(
    wanted: readonly NamedKind[],
  ): readonly { readonly kind: NamedKind; readonly name: string; readonly id: TypeId }[] {
    const found: { kind: NamedKind; name: string; id: TypeId }[] = [];
    for (const { kind, start, length, id } of this.#named()) {
      const match = length > 0 ? wanted.find((each) => isKind(kind, each)) : undefined;
      if (match) found.push({ kind: match, name: this.#text(text.name).slice(start, start + length), id });
    }
    return found;
  }

  findEnumerator(name: string): { readonly type: TypeId; readonly value: bigint } | undefined {
    if (!this.#text(text.value).includes(name)) return undefined;
    for (let place = 0; place < this.count; place++) {
      if (!isKind(KINDS[this.#kinds[place] ?? 0] ?? "void", "enum")) continue;
      const id = branded<TypeId>(this.firstId + place);
      const type = this.type(id);
      const found = "values" in type ? type.values.find((each) => each.name === name) : undefined;
      if (found) return { type: id, value: found.value };
    }
    return undefined;
  }

  *#named(): Iterable<{
    readonly kind: BtfType["kind"];
    readonly start: number;
    readonly length: number;
    readonly id: TypeId;
  }> {
    const lengths = this.#cursor(0).columns[column.nameLength];
    let start = 0;
    for (let place = 0; place < this.count; place++) {
      const kind = KINDS[this.#kinds[place] ?? 0] ?? "void";
      if (!lengths || !isNamed(kind)) continue;
      const length = lengths.uint();
      yield { kind, start, length, id: branded<TypeId>(this.firstId + place) };
      start += length;
    }
  }

  #cursor(group: number): GroupCursor {
    const positions = this.#groups[group] ?? new Uint32Array(columnCount + textCount);
    const columns = Array.from({ length: columnCount }, (_, index) => {
      const reader = new BlockReader(this.#from.bytes, this.#from.what);
      reader.offset = positions[index] ?? 0;
      return reader;
    });
    return { columns, texts: positions.slice(columnCount) };
  }

  /** The first time keeps only the type that was asked for: names of its neighbours would unpack more blocks. */
  #readGroup(group: number, wanted: number): void {
    const cursor = this.#cursor(group);
    const first = group * typesPerGroup;
    const end = this.#asked[group] ? Math.min(this.count, first + typesPerGroup) : wanted + 1;
    for (let place = first; place < end; place++) {
      const kind = KINDS[this.#kinds[place] ?? 0];
      if (!kind) throw this.#from.damaged(`type ${this.firstId + place} is of no known kind`);
      const keep = place === wanted || this.#asked[group] === true;
      const type = this.#readType(kind, this.firstId + place, cursor, keep);
      if (keep) this.#types[place] ??= type;
    }
    this.#asked[group] = true;
  }

  #readType(kind: BtfType["kind"], id: number, cursor: GroupCursor, withNames: boolean): BtfType {
    const uint = (number: Column): number => cursor.columns[number]?.uint() ?? 0;
    const int = (number: Column): number => cursor.columns[number]?.int() ?? 0;
    const take = (number: number, lengths: Column): string => {
      const start = cursor.texts[number] ?? 0;
      const end = start + uint(lengths);
      cursor.texts[number] = end;
      return withNames ? this.#text(number).slice(start, end) : "";
    };
    const entryName = (): string => {
      const code = uint(column.entryName);
      if (code === 1) return take(text.entry, column.entryLength);
      return code === 0 || !withNames ? "" : this.context.shared.get(code - 2);
    };
    const ref = (number: Column): TypeId => {
      const { hot, count } = this.context;
      const code = uint(number);
      const far = code - hot.length;
      const to = far < 0 ? (hot[code] ?? 0) : far % 2 === 0 ? id - far / 2 : id + (far + 1) / 2;
      if (to < 0 || to >= count) throw this.#from.damaged(`type ${id} refers to type ${to}`);
      return branded<TypeId>(to);
    };
    const name = isNamed(kind) ? take(text.name, column.nameLength) : "";
    switch (kind) {
      case "void":
        return { kind };
      case "int": {
        const size = uint(column.size);
        const encoding = uint(column.extra);
        const bits = uint(column.extra);
        const signed = encoding % 2 === 1;
        return {
          kind,
          name,
          size,
          bits: bits % 256,
          bitOffset: bits >>> 8,
          signed,
          encoding: encodings[encoding >>> 1] ?? "none",
        };
      }
      case "ptr":
      case "volatile":
      case "const":
      case "restrict":
        return { kind, type: ref(column.ref) };
      case "typedef":
      case "type_tag":
        return { kind, name, type: ref(column.ref) };
      case "array":
        return { kind, type: ref(column.ref), indexType: ref(column.ref), length: uint(column.size) };
      case "struct":
      case "union": {
        const size = uint(column.size);
        const inBits = uint(column.extra) === 1;
        const members: BtfMember[] = [];
        let bitOffset = 0;
        for (let left = uint(column.count); left > 0; left--) {
          bitOffset += int(column.entryOffset) * (inBits ? 1 : 8);
          const member = entryName();
          members.push({
            name: member,
            type: ref(column.entryRef),
            bitOffset,
            bitSize: inBits ? uint(column.entrySize) : 0,
          });
        }
        return { kind, name, size, members };
      }
      case "enum":
      case "enum64": {
        const size = uint(column.size);
        const values: BtfEnumerator[] = [];
        let value = -1n;
        for (let left = uint(column.count); left > 0; left--) {
          value += cursor.columns[column.value]?.int65() ?? 0n;
          values.push({ name: take(text.value, column.valueLength), value });
        }
        return { kind, name, size, signed: uint(column.extra) === 1, values };
      }
      case "fwd":
        return { kind, name, union: uint(column.extra) === 1 };
      case "func":
        return this.#readFunction(id, ref(column.ref), uint(column.extra));
      case "var":
        return { kind, name, type: ref(column.ref), linkage: linkages[uint(column.extra)] ?? "static" };
      case "func_proto": {
        const returns = ref(column.ref);
        const params: BtfParam[] = [];
        for (let left = uint(column.count); left > 0; left--)
          params.push({ name: entryName(), type: ref(column.entryRef) });
        return { kind, returns, params, variadic: uint(column.extra) === 1 };
      }
      case "datasec": {
        const size = uint(column.size);
        const vars: { type: TypeId; offset: number; size: number }[] = [];
        let offset = 0;
        for (let left = uint(column.count); left > 0; left--) {
          offset += int(column.entryOffset);
          vars.push({ type: ref(column.entryRef), offset, size: uint(column.entrySize) });
        }
        return { kind, name, size, vars };
      }
      case "float":
        return { kind, name, size: uint(column.size) };
      case "decl_tag":
        return { kind, name, type: ref(column.ref), component: int(column.extra) };
      default:
        return unreachable(kind);
    }
  }

  /** The name of a function is looked up when it is read: most who ask for the type have come by the name. */
  #readFunction(id: number, type: TypeId, linkage: number): BtfType {
    const { functions } = this.context;
    return {
      kind: "func",
      get name() {
        return functions.nameOf(branded<TypeId>(id));
      },
      type,
      linkage: linkages[linkage] ?? "static",
    };
  }
}

type Column = (typeof column)[keyof typeof column];
type GroupCursor = { readonly columns: readonly BlockReader[]; readonly texts: Uint32Array };

function isKind(kind: BtfType["kind"], wanted: NamedKind): boolean {
  return kind === wanted || (kind === "enum64" && wanted === "enum");
}
