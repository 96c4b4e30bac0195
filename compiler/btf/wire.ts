/**
 * One type record, to bytes and back: the only place that knows BTF's bit fields.
 *
 *   name_off:u32 | info:u32 = kind_flag:1 (bit 31), kind:5 (bits 24–28), vlen:16 | size or type:u32 | trailing data
 *
 * Source: include/uapi/linux/btf.h, Documentation/bpf/btf.rst.
 */
import { unreachable } from "../util/assert.ts";
import { branded } from "../util/brand.ts";
import type { ByteReader, ByteWriter } from "../util/bytes.ts";
import { BtfError } from "./error.ts";
import type { BtfType, TypeId } from "./types.ts";

export const BTF_MAGIC = 0xeb9f;
export const BTF_HEADER_SIZE = 24;
export const RECORD_SIZE = 12;

/** Index = BTF_KIND_* number. Snapshots hold these indexes too. */
export const KINDS = [
  "void",
  "int",
  "ptr",
  "array",
  "struct",
  "union",
  "enum",
  "fwd",
  "typedef",
  "volatile",
  "const",
  "restrict",
  "func",
  "func_proto",
  "var",
  "datasec",
  "float",
  "decl_tag",
  "type_tag",
  "enum64",
] as const satisfies readonly BtfType["kind"][];

const LINKAGE = ["static", "global", "extern"] as const;
const SIGNED = 1;
const CHAR = 2;
const BOOL = 4;

/** Bytes of trailing data that a record of that kind (a BTF_KIND_* number) and length has; undefined for no such kind. */
export function trailingSize(kind: number, vlen: number): number | undefined {
  switch (KINDS[kind]) {
    case "int":
    case "var":
    case "decl_tag":
      return 4;
    case "array":
      return 12;
    case "struct":
    case "union":
    case "datasec":
    case "enum64":
      return 12 * vlen;
    case "enum":
    case "func_proto":
      return 8 * vlen;
    case "ptr":
    case "fwd":
    case "typedef":
    case "volatile":
    case "const":
    case "restrict":
    case "func":
    case "float":
    case "type_tag":
      return 0;
    default:
      return undefined;
  }
}

/** Writes one record; `string` gives a string's offset in the blob's string section. */
export function writeType(out: ByteWriter, type: BtfType, string: (text: string) => number): void {
  const head = (name: string, vlen: number, flag: boolean, sizeOrType: number): ByteWriter => {
    if (vlen > 0xffff) throw new BtfError(`${type.kind} ${name}: ${vlen} members do not fit its record`);
    const kind = KINDS.indexOf(type.kind);
    return out
      .u32(string(name))
      .u32(((flag ? 0x8000_0000 : 0) | (kind << 24) | vlen) >>> 0)
      .u32(sizeOrType);
  };
  switch (type.kind) {
    case "void":
      throw new BtfError("void has no record: it is type 0 of every blob");
    case "int": {
      const encoding =
        (type.signed ? SIGNED : 0) | (type.encoding === "char" ? CHAR : type.encoding === "bool" ? BOOL : 0);
      head(type.name, 0, false, type.size).u32((encoding << 24) | (type.bitOffset << 16) | type.bits);
      return;
    }
    case "ptr":
    case "volatile":
    case "const":
    case "restrict":
      head("", 0, false, type.type);
      return;
    case "typedef":
    case "type_tag":
      head(type.name, 0, false, type.type);
      return;
    case "array":
      head("", 0, false, 0).u32(type.type).u32(type.indexType).u32(type.length);
      return;
    case "struct":
    case "union": {
      const bitFields = type.members.some((m) => m.bitSize !== 0);
      head(type.name, type.members.length, bitFields, type.size);
      for (const member of type.members) {
        out.u32(string(member.name)).u32(member.type);
        out.u32(bitFields ? ((member.bitSize << 24) | member.bitOffset) >>> 0 : member.bitOffset);
      }
      return;
    }
    case "enum":
      head(type.name, type.values.length, type.signed, type.size);
      for (const { name, value } of type.values) out.u32(string(name)).u32(Number(BigInt.asIntN(32, value)));
      return;
    case "enum64":
      head(type.name, type.values.length, type.signed, type.size);
      for (const { name, value } of type.values) {
        out
          .u32(string(name))
          .u32(Number(BigInt.asIntN(32, value)))
          .u32(Number(BigInt.asIntN(32, value >> 32n)));
      }
      return;
    case "fwd":
      head(type.name, 0, type.union, 0);
      return;
    case "func":
      head(type.name, LINKAGE.indexOf(type.linkage), false, type.type);
      return;
    case "func_proto": {
      // A variadic prototype ends in a parameter without name and type.
      head("", type.params.length + (type.variadic ? 1 : 0), false, type.returns);
      for (const param of type.params) out.u32(string(param.name)).u32(param.type);
      if (type.variadic) out.u32(0).u32(0);
      return;
    }
    case "var":
      head(type.name, 0, false, type.type).u32(LINKAGE.indexOf(type.linkage));
      return;
    case "datasec":
      head(type.name, type.vars.length, false, type.size);
      for (const variable of type.vars) out.u32(variable.type).u32(variable.offset).u32(variable.size);
      return;
    case "float":
      head(type.name, 0, false, type.size);
      return;
    case "decl_tag":
      head(type.name, 0, false, type.type).u32(type.component);
      return;
    default:
      unreachable(type);
  }
}

export type Strings = { readonly string: (offset: number) => string; readonly count: number };

/** Decodes the record at the reader's place. @throws BtfError for references that lead out of the blob */
export function readType(reader: ByteReader, id: number, { string, count }: Strings): BtfType {
  const nameOffset = reader.u32("type name");
  const info = reader.u32("type info");
  const sizeOrType = reader.u32("type size");
  const kind = KINDS[(info >>> 24) & 0x1f];
  const vlen = info & 0xffff;
  const flag = info >>> 31 === 1;
  const fail = (message: string): BtfError => new BtfError(`type ${id} (${kind ?? "unknown"}): ${message}`);
  const ref = (value: number): TypeId => {
    if (value >= count) throw fail(`refers to type ${value} of ${count}`);
    return branded<TypeId>(value);
  };
  const refHere = (): TypeId => ref(reader.u32("type reference"));
  const each = <T>(f: (index: number) => T): T[] => Array.from({ length: vlen }, (_, index) => f(index));
  const linkage = (value: number): (typeof LINKAGE)[number] => {
    const found = LINKAGE[value];
    if (found === undefined) throw fail(`has linkage ${value}`);
    return found;
  };
  const name = string(nameOffset);
  switch (kind) {
    case "int": {
      const data = reader.u32("int data");
      const encoding = (data >>> 24) & 15;
      return {
        kind,
        name,
        size: sizeOrType,
        bits: data & 0xff,
        bitOffset: (data >>> 16) & 0xff,
        signed: (encoding & SIGNED) !== 0,
        encoding: (encoding & BOOL) !== 0 ? "bool" : (encoding & CHAR) !== 0 ? "char" : "none",
      };
    }
    case "ptr":
    case "volatile":
    case "const":
    case "restrict":
      return { kind, type: ref(sizeOrType) };
    case "typedef":
    case "type_tag":
      return { kind, name, type: ref(sizeOrType) };
    case "array":
      return { kind, type: refHere(), indexType: refHere(), length: reader.u32("array length") };
    case "struct":
    case "union":
      return {
        kind,
        name,
        size: sizeOrType,
        members: each(() => {
          const memberName = string(reader.u32("member name"));
          const type = refHere();
          const offset = reader.u32("member offset");
          return flag
            ? { name: memberName, type, bitOffset: offset & 0xff_ffff, bitSize: offset >>> 24 }
            : { name: memberName, type, bitOffset: offset, bitSize: 0 };
        }),
      };
    case "enum":
      return {
        kind,
        name,
        size: sizeOrType,
        signed: flag,
        values: each(() => {
          const valueName = string(reader.u32("enumerator name"));
          return { name: valueName, value: BigInt(flag ? reader.i32("value") : reader.u32("value")) };
        }),
      };
    case "enum64":
      return {
        kind,
        name,
        size: sizeOrType,
        signed: flag,
        values: each(() => {
          const valueName = string(reader.u32("enumerator name"));
          const low = BigInt(reader.u32("value"));
          const value = (BigInt(reader.u32("value")) << 32n) | low;
          return { name: valueName, value: flag ? BigInt.asIntN(64, value) : value };
        }),
      };
    case "fwd":
      return { kind, name, union: flag };
    case "func":
      return { kind, name, type: ref(sizeOrType), linkage: linkage(vlen) };
    case "func_proto": {
      const params = each(() => ({ name: string(reader.u32("parameter name")), type: refHere() }));
      const last = params.at(-1);
      const variadic = last !== undefined && last.name === "" && last.type === 0;
      return { kind, returns: ref(sizeOrType), params: variadic ? params.slice(0, -1) : params, variadic };
    }
    case "var":
      return { kind, name, type: ref(sizeOrType), linkage: linkage(reader.u32("linkage")) };
    case "datasec":
      return {
        kind,
        name,
        size: sizeOrType,
        vars: each(() => ({
          type: refHere(),
          offset: reader.u32("variable offset"),
          size: reader.u32("variable size"),
        })),
      };
    case "float":
      return { kind, name, size: sizeOrType };
    case "decl_tag":
      return { kind, name, type: ref(sizeOrType), component: reader.i32("component") };
    default:
      throw fail(`unknown kind ${(info >>> 24) & 0x1f}`);
  }
}
