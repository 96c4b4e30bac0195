/**
 * Writes the types of one BTF blob as sections "types", "shared-names", "hot-types", "type-index", "enumerator-index".
 *
 * Relies on the layout in type-columns.ts. The same types give the same bytes: every table is sorted by count, then by
 * first use.
 */
import type { Btf, BtfType, TypeId } from "../btf/types.ts";
import { KINDS } from "../btf/wire.ts";
import { unreachable } from "../util/assert.ts";
import { branded } from "../util/brand.ts";
import type { NewSection } from "./container.ts";
import { writeHashIndex } from "./hash-index.ts";
import { writeTexts } from "./texts.ts";
import {
  column,
  columnCount,
  encodings,
  isNamed,
  linkages,
  sharedNamesPerBlock,
  text,
  textCount,
  typesPerBlock,
  typesPerGroup,
} from "./type-columns.ts";
import { BlockWriter } from "./varint.ts";

/** Ids that get a one-byte reference. */
const hotTypes = 72;
/** A name that members and parameters use this often is shared; below, each use has its own copy. */
const sharedFrom = 3;

type Column = (typeof column)[keyof typeof column];

/** Sections for types `firstId` to `btf.count` - 1. */
export function writeTypes(btf: Btf, firstId: number, owner: string): readonly NewSection[] {
  const types = Array.from({ length: btf.count - firstId }, (_, index) => btf.type(branded<TypeId>(firstId + index)));
  const chunks: BtfType[][] = [];
  for (let start = 0; start < types.length; start += typesPerBlock)
    chunks.push(types.slice(start, start + typesPerBlock));
  const hot = mostReferred(types);
  const shared = sharedNames(types);
  const hotIndex = new Map(hot.map((id, index) => [id, index]));
  const sharedIndex = new Map(shared.map((name, index) => [name, index]));
  const blocks = chunks.map((chunk, index) =>
    writeBlock(chunk, firstId + index * typesPerBlock, hotIndex, sharedIndex),
  );
  const hotBlock = new BlockWriter();
  for (const id of hot) hotBlock.uint(id);
  return [
    { name: "types", owner, count: types.length, perBlock: typesPerBlock, blocks },
    { name: "hot-types", owner, count: hot.length, perBlock: hot.length, blocks: [hotBlock.finish()] },
    writeSharedNames(shared, owner),
    writeHashIndex({ name: "type-index", owner }, namedTypes(chunks)),
    writeHashIndex({ name: "enumerator-index", owner }, enumerators(chunks)),
  ];
}

function writeSharedNames(shared: readonly string[], owner: string): NewSection {
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < shared.length; start += sharedNamesPerBlock) {
    blocks.push(writeTexts(shared.slice(start, start + sharedNamesPerBlock)));
  }
  return { name: "shared-names", owner, count: shared.length, perBlock: sharedNamesPerBlock, blocks };
}

function entryNames(type: BtfType): readonly string[] {
  if ("members" in type) return type.members.map((member) => member.name);
  return "params" in type ? type.params.map((param) => param.name) : [];
}

function refsOf(type: BtfType): readonly number[] {
  if (type.kind === "array") return [type.type, type.indexType];
  if ("type" in type) return [type.type];
  if ("members" in type) return type.members.map((member) => member.type);
  if ("params" in type) return [type.returns, ...type.params.map((param) => param.type)];
  return "vars" in type ? type.vars.map((entry) => entry.type) : [];
}

function countEach<T>(items: Iterable<T>): Map<T, number> {
  const counts = new Map<T, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

function mostReferred(types: readonly BtfType[]): readonly number[] {
  const counts = [...countEach(types.flatMap(refsOf))].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return counts.slice(0, hotTypes).map(([id]) => id);
}

function sharedNames(types: readonly BtfType[]): readonly string[] {
  const uses = [...countEach(types.flatMap(entryNames))].filter(([name, count]) => name !== "" && count >= sharedFrom);
  return uses.sort((a, b) => b[1] - a[1]).map(([name]) => name);
}

function* namedTypes(chunks: readonly (readonly BtfType[])[]): Iterable<{ kind: string; name: string; block: number }> {
  for (const [block, chunk] of chunks.entries()) {
    for (const type of chunk) {
      if (!("name" in type) || type.name === "") continue;
      if (type.kind === "enum64") yield { kind: "enum", name: type.name, block };
      else if (["int", "struct", "union", "enum", "typedef", "var", "fwd"].includes(type.kind))
        yield { kind: type.kind, name: type.name, block };
    }
  }
}

function* enumerators(
  chunks: readonly (readonly BtfType[])[],
): Iterable<{ kind: string; name: string; block: number }> {
  for (const [block, chunk] of chunks.entries()) {
    for (const type of chunk) if ("values" in type) for (const { name } of type.values) yield { kind: "", name, block };
  }
}

function writeBlock(
  types: readonly BtfType[],
  firstId: number,
  hot: ReadonlyMap<number, number>,
  shared: ReadonlyMap<string, number>,
): Uint8Array {
  const columns = Array.from({ length: columnCount }, () => new BlockWriter());
  const texts = Array.from({ length: textCount }, () => "");
  const groups = new BlockWriter();
  let last = Array.from({ length: columnCount + textCount }, () => 0);
  for (const [index, type] of types.entries()) {
    if (index > 0 && index % typesPerGroup === 0) {
      const now = [...columns.map((each) => each.length), ...texts.map((each) => each.length)];
      for (const [number, position] of now.entries()) groups.uint(position - (last[number] ?? 0));
      last = now;
    }
    writeType(type, {
      at: (number) => columns[number] ?? new BlockWriter(),
      text(number, lengths, name) {
        columns[lengths]?.uint(name.length);
        texts[number] += name;
      },
      entryName(name) {
        const place = shared.get(name);
        if (name === "") columns[column.entryName]?.uint(0);
        else if (place !== undefined) columns[column.entryName]?.uint(2 + place);
        else {
          columns[column.entryName]?.uint(1);
          this.text(text.entry, column.entryLength, name);
        }
      },
      ref(number, to) {
        const place = hot.get(to);
        const id = firstId + index;
        columns[number]?.uint(place ?? hot.size + (id >= to ? 2 * (id - to) : 2 * (to - id) - 1));
      },
    });
  }
  const block = new BlockWriter();
  for (const type of types) block.byte(KINDS.indexOf(type.kind));
  block.raw(groups.finish());
  for (const each of columns) block.nested(each);
  for (const each of texts) block.text(each);
  return block.finish();
}

type Out = {
  at(number: Column): BlockWriter;
  text(number: number, lengths: Column, name: string): void;
  entryName(name: string): void;
  ref(number: Column, to: number): void;
};

function writeType(type: BtfType, out: Out): void {
  if ("name" in type && isNamed(type.kind)) out.text(text.name, column.nameLength, type.name);
  switch (type.kind) {
    case "void":
      return;
    case "int":
      out.at(column.size).uint(type.size);
      out.at(column.extra).uint(encodings.indexOf(type.encoding) * 2 + (type.signed ? 1 : 0));
      out.at(column.extra).uint(type.bitOffset * 256 + type.bits);
      return;
    case "ptr":
    case "typedef":
    case "volatile":
    case "const":
    case "restrict":
    case "type_tag":
      out.ref(column.ref, type.type);
      return;
    case "array":
      out.at(column.size).uint(type.length);
      out.ref(column.ref, type.type);
      out.ref(column.ref, type.indexType);
      return;
    case "struct":
    case "union":
      writeMembers(type, out);
      return;
    case "enum":
    case "enum64": {
      out.at(column.size).uint(type.size);
      out.at(column.count).uint(type.values.length);
      out.at(column.extra).uint(type.signed ? 1 : 0);
      let last = -1n;
      for (const value of type.values) {
        out.text(text.value, column.valueLength, value.name);
        out.at(column.value).int65(value.value - last);
        last = value.value;
      }
      return;
    }
    case "fwd":
      out.at(column.extra).uint(type.union ? 1 : 0);
      return;
    case "func":
    case "var":
      out.ref(column.ref, type.type);
      out.at(column.extra).uint(linkages.indexOf(type.linkage));
      return;
    case "func_proto":
      out.ref(column.ref, type.returns);
      out.at(column.count).uint(type.params.length);
      out.at(column.extra).uint(type.variadic ? 1 : 0);
      for (const param of type.params) {
        out.entryName(param.name);
        out.ref(column.entryRef, param.type);
      }
      return;
    case "datasec": {
      out.at(column.size).uint(type.size);
      out.at(column.count).uint(type.vars.length);
      let last = 0;
      for (const entry of type.vars) {
        out.ref(column.entryRef, entry.type);
        out.at(column.entryOffset).int(entry.offset - last);
        out.at(column.entrySize).uint(entry.size);
        last = entry.offset;
      }
      return;
    }
    case "float":
      out.at(column.size).uint(type.size);
      return;
    case "decl_tag":
      out.ref(column.ref, type.type);
      out.at(column.extra).int(type.component);
      return;
    default:
      unreachable(type);
  }
}

function writeMembers(type: BtfType & { readonly kind: "struct" | "union" }, out: Out): void {
  const inBits = type.members.some((member) => member.bitSize !== 0 || member.bitOffset % 8 !== 0);
  out.at(column.size).uint(type.size);
  out.at(column.count).uint(type.members.length);
  out.at(column.extra).uint(inBits ? 1 : 0);
  let last = 0;
  for (const member of type.members) {
    out.entryName(member.name);
    out.ref(column.entryRef, member.type);
    // Steps from the member before; in bytes, and without sizes, where there are no bit-fields.
    out.at(column.entryOffset).int(inBits ? member.bitOffset - last : (member.bitOffset - last) / 8);
    if (inBits) out.at(column.entrySize).uint(member.bitSize);
    last = member.bitOffset;
  }
}
