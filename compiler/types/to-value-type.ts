/** Types as the manifest describes them to the loader: how a value lies in memory. */
import type { ValueType } from "../5-object/manifest.ts";
import { InvariantError, unreachable } from "../util/assert.ts";
import { fromBtf, resolve } from "./from-btf.ts";
import { layoutOf, sizeOf } from "./layout.ts";
import type { EnumType, StructType, Type } from "./type.ts";

type StackType = Type & { readonly kind: "stack" };
type RecordFields = (ValueType & { readonly k: "record" })["fields"];

/**
 * Description of a storable type.
 * @param stackMap symbol of the map that holds stacks of a type
 */
export function toValueType(type: Type, stackMap: (stack: StackType) => string): ValueType {
  switch (type.kind) {
    case "none":
      return { k: "none" };
    case "integer":
      return { k: "int", size: type.size, signed: type.signed };
    case "bool":
      return { k: "bool" };
    case "string":
      return type.exact === true ? { k: "string", size: type.size, exact: true } : { k: "string", size: type.size };
    case "buffer":
      return { k: "buffer", size: type.size };
    case "pointer":
      return { k: "pointer" };
    case "array":
      return {
        k: "array",
        length: type.length,
        stride: sizeOf(type.element),
        element: toValueType(type.element, stackMap),
      };
    case "struct":
      return { k: "record", size: type.size, fields: structFields(type, stackMap) };
    case "enum":
      return { k: "enum", size: type.size, signed: type.signed, names: enumNames(type) };
    case "tuple": {
      const layout = layoutOf(type.fields);
      const fields = type.fields.map((field, i) => ({
        offset: layout.offsets[i] ?? 0,
        type: toValueType(field, stackMap),
      }));
      return { k: "tuple", size: layout.size, fields };
    }
    case "record": {
      const layout = layoutOf(type.fields.map((field) => field.type));
      const fields = type.fields.map((field, i) => ({
        name: field.name,
        offset: layout.offsets[i] ?? 0,
        type: toValueType(field.type, stackMap),
      }));
      return { k: "record", size: layout.size, fields };
    }
    case "inet":
    case "mac":
    case "ksym":
    case "usym":
    case "username":
      return { k: type.kind };
    case "timestamp":
      return { k: "timestamp", format: type.format };
    case "cgroup_path":
      return { k: "cgroup_path", filter: type.filter };
    case "stack":
      return { k: "stack", user: type.user, mode: type.mode, limit: type.limit, map: stackMap(type) };
    case "aggregate":
      switch (type.fn) {
        case "count":
          return { k: "count" };
        case "sum":
        case "min":
        case "max":
        case "avg":
        case "stats":
          return { k: type.fn, signed: type.signed };
        case "hist":
          return { k: "hist", bits: type.bits };
        case "lhist":
          return { k: "lhist", min: type.min, max: type.max, step: type.step };
        case "tseries":
          return { k: "tseries", interval: Number(type.interval), count: type.count, fn: type.of, signed: type.signed };
        default:
          return unreachable(type);
      }
    case "error":
    case "opaque":
      throw new InvariantError(`types: ${type.kind} has no place in memory`);
    default:
      return unreachable(type);
  }
}

/** Decimal value → enumerator; the last of equal values, as the reference shows them. */
function enumNames(type: EnumType): Record<string, string> {
  const names: Record<string, string> = {};
  for (const { name, value } of type.values) names[String(value)] = name;
  return names;
}

function structFields(type: StructType, stackMap: (stack: StackType) => string): RecordFields {
  const out: RecordFields[number][] = [];
  const add = (name: string, field: Type, bitOffset: number, bitSize: number): void => {
    if (field.kind === "opaque" || field.kind === "error" || field.kind === "none") return;
    const value = toValueType(field, stackMap);
    if (bitSize === 0) out.push({ name, offset: bitOffset / 8, type: value });
    else out.push({ name, offset: Math.floor(bitOffset / 8), type: value, bits: bitSize, bitOffset: bitOffset % 8 });
  };
  const origin = type.origin;
  if (origin.kind === "script")
    for (const field of origin.fields) add(field.name, field.type, field.bitOffset, field.bitSize);
  if (origin.kind === "kernel" || origin.kind === "binary") {
    const definition = resolve(origin.btf, origin.id).type;
    if (definition.kind === "struct" || definition.kind === "union") {
      for (const m of definition.members) add(m.name, fromBtf(origin, m.type), m.bitOffset, m.bitSize);
    }
  }
  return out;
}
