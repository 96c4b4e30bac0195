/** Types of map keys, values and data as BTF, so that `bpftool map dump` prints them. Bytes where BTF cannot say it. */
import type { BtfBuilder } from "../btf/build.ts";
import type { BtfMember, TypeId } from "../btf/types.ts";
import { unreachable } from "../util/assert.ts";
import type { ValueType } from "./manifest.ts";

type Sized = { readonly type: TypeId; readonly size: number };
type Field = {
  readonly name: string;
  readonly offset: number;
  readonly type: Sized;
  readonly bitSize?: number;
  readonly bitOffset?: number;
};

/** A BTF type of exactly `size` bytes for that value type, or an array of bytes. */
export function addValueType(btf: BtfBuilder, value: ValueType | undefined, size: number): TypeId {
  const found = value === undefined ? undefined : add(btf, value);
  if (found !== undefined && found.size === size) return found.type;
  if (value === undefined && (size === 4 || size === 8)) return integer(btf, size, false).type;
  return bytes(btf, size).type;
}

function add(btf: BtfBuilder, value: ValueType): Sized | undefined {
  const u64 = (): Sized => integer(btf, 8, false);
  const fields = (size: number, ...list: readonly Field[]): Sized | undefined => struct(btf, size, list);
  const word = (name: string, offset: number, signed = false): Field => ({
    name,
    offset,
    type: integer(btf, 8, signed),
  });
  switch (value.k) {
    case "int":
    case "enum":
      return integer(btf, value.size, value.signed);
    case "bool":
      return { type: btf.int("_Bool", 1, false, "bool"), size: 1 };
    case "string":
      return { type: btf.array(btf.int("char", 1, true), value.size), size: value.size };
    case "buffer":
      return fields(
        4 + value.size,
        { name: "length", offset: 0, type: integer(btf, 4, false) },
        { name: "data", offset: 4, type: bytes(btf, value.size) },
      );
    case "pointer":
    case "timestamp":
    case "ksym":
    case "username":
    case "cgroup_path":
    case "count":
    case "hist":
    case "lhist":
      return u64();
    case "array": {
      const element = add(btf, value.element);
      if (element === undefined || element.size !== value.stride) return undefined;
      return { type: btf.array(element.type, value.length), size: element.size * value.length };
    }
    case "tuple":
    case "record": {
      const list: Field[] = [];
      const named: readonly NamedField[] =
        value.k === "record" ? value.fields : value.fields.map((field, i) => ({ ...field, name: `f${i}` }));
      for (const field of named) {
        const type = add(btf, field.type);
        if (type === undefined) return undefined;
        const { name, offset } = field;
        list.push({ name, offset, type, ...bitsOf(field) });
      }
      return struct(btf, value.size, list);
    }
    case "inet":
      return fields(
        20,
        { name: "family", offset: 0, type: integer(btf, 4, false) },
        { name: "address", offset: 4, type: bytes(btf, 16) },
      );
    case "mac":
      return bytes(btf, 6);
    case "usym":
      return fields(16, word("address", 0), { name: "tgid", offset: 8, type: integer(btf, 4, false) });
    case "stack":
      return fields(
        8,
        { name: "id", offset: 0, type: integer(btf, 4, true) },
        { name: "tgid", offset: 4, type: integer(btf, 4, false) },
      );
    case "sum":
    case "min":
    case "max":
      return fields(16, word("value", 0, value.signed), word("set", 8));
    case "avg":
    case "stats":
      return fields(16, word("count", 0), word("total", 8, value.signed));
    case "tseries":
      return fields(24, word("interval", 0), word("value", 8, value.signed), word("samples", 16));
    case "none":
      return undefined;
    default:
      return unreachable(value);
  }
}

type NamedField = Extract<ValueType, { k: "record" }>["fields"][number];

function bitsOf(field: NamedField): Partial<Field> {
  return field.bits === undefined ? {} : { bitSize: field.bits, bitOffset: field.bitOffset ?? 0 };
}

/** undefined where the fields overlap, leave the struct, or have a name that BTF refuses (btf_name_valid_identifier). */
function struct(btf: BtfBuilder, size: number, fields: readonly Field[]): Sized | undefined {
  const members: BtfMember[] = [];
  let end = 0;
  for (const field of fields.toSorted((a, b) => a.offset - b.offset || (a.bitOffset ?? 0) - (b.bitOffset ?? 0))) {
    const start = field.offset * 8 + (field.bitOffset ?? 0);
    if (start < end || !/^[A-Za-z_]\w*$/.test(field.name)) return undefined;
    end = start + (field.bitSize ?? field.type.size * 8);
    members.push({ name: field.name, type: field.type.type, bitOffset: start, bitSize: field.bitSize ?? 0 });
  }
  if (end > size * 8 || size === 0) return undefined;
  return { type: btf.add({ kind: "struct", name: "", size, members }), size };
}

/** u8 … s64. */
export function integer(btf: BtfBuilder, size: 1 | 2 | 4 | 8, signed: boolean): Sized {
  return { type: btf.int(`${signed ? "s" : "u"}${size * 8}`, size, signed), size };
}
function bytes(btf: BtfBuilder, size: number): Sized {
  return { type: btf.array(integer(btf, 1, false).type, size), size };
}
