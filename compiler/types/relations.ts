/**
 * How types relate: equality, the join of two types (what a variable that receives both must be), and which values may
 * be stored where. Rules: integers L2.3–L2.6, strings L2.31, tuples L2.71, records L2.74, enums L2.63.
 */
import { unreachable } from "../util/assert.ts";
import type { AggregateType, IntegerType, StructType, Type } from "./type.ts";

/** Structural equality. Address space, `exact` and literal marks do not count. */
export function equal(a: Type, b: Type): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case "error":
    case "none":
    case "bool":
    case "inet":
    case "mac":
    case "ksym":
    case "usym":
    case "username":
      return a.kind === b.kind;
    case "integer":
      return b.kind === "integer" && a.size === b.size && a.signed === b.signed;
    case "string":
    case "buffer":
      return a.kind === b.kind && a.size === b.size;
    case "pointer":
      return b.kind === "pointer" && equal(a.to, b.to);
    case "array":
      return b.kind === "array" && a.length === b.length && equal(a.element, b.element);
    case "struct":
      return b.kind === "struct" && sameStruct(a, b);
    case "enum":
      return b.kind === "enum" && a.name === b.name && a.size === b.size && (a.name !== "" || a.values === b.values);
    case "tuple":
      return (
        b.kind === "tuple" &&
        a.fields.length === b.fields.length &&
        a.fields.every((field, i) => equalAt(field, b.fields[i]))
      );
    case "record":
      return (
        b.kind === "record" &&
        a.fields.length === b.fields.length &&
        a.fields.every((field, i) => field.name === b.fields[i]?.name && equalAt(field.type, b.fields[i]?.type))
      );
    case "timestamp":
      return b.kind === "timestamp" && a.format === b.format;
    case "stack":
      return b.kind === "stack" && a.user === b.user && a.mode === b.mode && a.limit === b.limit;
    case "cgroup_path":
      return b.kind === "cgroup_path" && a.filter === b.filter;
    case "aggregate":
      return b.kind === "aggregate" && sameAggregate(a, b);
    case "opaque":
      return b.kind === "opaque" && a.name === b.name;
    default:
      return unreachable(a);
  }
}

function equalAt(a: Type, b: Type | undefined): boolean {
  return b !== undefined && equal(a, b);
}

type BtfOrigin = StructType["origin"] & { readonly kind: "kernel" | "binary" };

function sameStruct(a: StructType, b: StructType): boolean {
  if (a.tag !== b.tag || a.name !== b.name) return false;
  if (a.origin.kind === "kernel" && b.origin.kind === "kernel") {
    return a.name !== "" || (a.origin.id === b.origin.id && a.origin.module === b.origin.module);
  }
  if (a.size !== b.size) return false;
  if (a.name !== "" || a.origin === b.origin) return true;
  return a.origin.kind === "binary" && b.origin.kind === "binary" && sameEntry(a.origin, b.origin);
}

function sameEntry(a: BtfOrigin, b: BtfOrigin): boolean {
  return a.btf === b.btf && a.id === b.id;
}

function sameAggregate(a: AggregateType, b: AggregateType): boolean {
  switch (a.fn) {
    case "count":
      return b.fn === "count";
    case "sum":
    case "min":
    case "max":
    case "avg":
    case "stats":
      return b.fn === a.fn && a.signed === b.signed;
    case "hist":
      return b.fn === "hist" && a.bits === b.bits;
    case "lhist":
      return b.fn === "lhist" && a.min === b.min && a.max === b.max && a.step === b.step;
    case "tseries":
      return (
        b.fn === "tseries" && a.interval === b.interval && a.count === b.count && a.of === b.of && a.signed === b.signed
      );
    default:
      return unreachable(a);
  }
}

type Size = 1 | 2 | 4 | 8;
const DOUBLE: Readonly<Record<Size, Size>> = { 1: 2, 2: 4, 4: 8, 8: 8 };

function larger(a: Size, b: Size): Size {
  return a > b ? a : b;
}

/** Join of two integer types: same sign, the larger; else the smallest signed type that holds both, or int64. */
export function joinIntegers(a: IntegerType, b: IntegerType): IntegerType {
  const space = a.space ?? b.space;
  const make = (size: Size, signed: boolean, literal?: Size): IntegerType => ({
    kind: "integer",
    size,
    signed,
    ...(space === undefined ? {} : { space }),
    ...(literal === undefined ? {} : { literal }),
  });
  if (a.literal !== undefined && b.literal !== undefined) {
    return make(larger(a.size, b.size), a.signed && b.signed, larger(a.literal, b.literal));
  }
  if (a.literal !== undefined && !b.signed) return make(larger(a.literal, b.size), false);
  if (b.literal !== undefined && !a.signed) return make(larger(b.literal, a.size), false);
  if (a.signed === b.signed) return make(larger(a.size, b.size), a.signed);
  const [signed, unsigned] = a.signed ? [a, b] : [b, a];
  return make(larger(signed.size, DOUBLE[unsigned.size]), true);
}

/** What both types widen to; undefined: they do not mix. Errors absorb. */
export function join(a: Type, b: Type): Type | undefined {
  if (a.kind === "error") return b;
  if (b.kind === "error") return a;
  if (a.kind === "integer" && b.kind === "integer") return joinIntegers(a, b);
  if (a.kind === "enum" || b.kind === "enum") return joinEnum(a, b);
  if (a.kind === "string" && b.kind === "string") {
    if (a.size === b.size) return a.exact === true ? b : a;
    return a.size > b.size ? a : b;
  }
  if (a.kind === "buffer" && b.kind === "buffer") return a.size >= b.size ? a : b;
  if (a.kind === "tuple" && b.kind === "tuple") {
    const fields = joinAll(a.fields, b.fields);
    return fields === undefined ? undefined : { kind: "tuple", fields };
  }
  if (a.kind === "record" && b.kind === "record") return joinRecords(a, b);
  if (a.kind === "pointer" && b.kind === "pointer") {
    if (equal(a, b)) return a.space === "none" ? b : a;
    if (a.to.kind === "none") return a;
    return b.to.kind === "none" ? b : undefined;
  }
  if (a.kind === "array" && b.kind === "array" && a.length === b.length) {
    return equal(a.element, b.element) ? a : undefined;
  }
  if (a.kind === "aggregate" && b.kind === "aggregate") return joinAggregates(a, b);
  // A timestamp that was declared by its type alone takes the format of what is assigned.
  if (a.kind === "timestamp" && b.kind === "timestamp" && (a.format === "" || b.format === ""))
    return a.format === "" ? b : a;
  return equal(a, b) ? a : undefined;
}

/** Two of one enum stay; with another enum or an integer the value is an integer (L2.63). */
function joinEnum(a: Type, b: Type): Type | undefined {
  if (equal(a, b)) return a;
  const left = enumAsInteger(a);
  const right = enumAsInteger(b);
  return left.kind === "integer" && right.kind === "integer" ? joinIntegers(left, right) : undefined;
}

/** An enum's integer; other types unchanged. */
function enumAsInteger(type: Type): Type {
  return type.kind === "enum" ? { kind: "integer", size: type.size, signed: type.signed } : type;
}

function joinAll(a: readonly Type[], b: readonly Type[]): readonly Type[] | undefined {
  if (a.length !== b.length) return undefined;
  const out: Type[] = [];
  for (const [index, left] of a.entries()) {
    const right = b[index];
    const both = right === undefined ? undefined : join(left, right);
    if (both === undefined) return undefined;
    out.push(both);
  }
  return out;
}

function joinRecords(a: Type & { kind: "record" }, b: Type & { kind: "record" }): Type | undefined {
  if (a.fields.length !== b.fields.length) return undefined;
  const fields: { name: string; type: Type }[] = [];
  for (const field of a.fields) {
    const other = b.fields.find((candidate) => candidate.name === field.name);
    const both = other === undefined ? undefined : join(field.type, other.type);
    if (both === undefined) return undefined;
    fields.push({ name: field.name, type: both });
  }
  return { kind: "record", fields };
}

/** Aggregations of one function; signed if one of them is. */
function joinAggregates(a: AggregateType, b: AggregateType): Type | undefined {
  if (sameAggregate(a, b)) return a;
  if (a.fn === b.fn && "signed" in a && "signed" in b) {
    const joined: AggregateType = { ...a, signed: a.signed || b.signed };
    return sameAggregate(joined, { ...b, signed: joined.signed } as AggregateType) ? joined : undefined; // spread keeps b's fn
  }
  return undefined;
}

/** Whether a value of type `from` may be stored in a place of type `to` without a cast: the join is `to` itself. */
export function assignable(from: Type, to: Type): boolean {
  if (from.kind === "error" || to.kind === "error") return true;
  if (from.kind === "enum" && to.kind === "integer") return assignable(enumAsInteger(from), to);
  const joined = join(to, from);
  return joined !== undefined && equal(joined, to);
}

/** A literal stays a literal only until it is stored: variables and maps have plain types. */
export function settle(type: Type): Type {
  switch (type.kind) {
    case "integer": {
      if (type.literal === undefined) return type;
      const { literal: _, ...plain } = type;
      return plain;
    }
    case "tuple":
      return { kind: "tuple", fields: type.fields.map(settle) };
    case "record":
      return { kind: "record", fields: type.fields.map((field) => ({ name: field.name, type: settle(field.type) })) };
    default:
      return type;
  }
}

/** Whether `(int64)@m` has a meaning: the sum over all CPUs (L2.112). */
export function isCastable(type: Type): boolean {
  if (type.kind !== "aggregate") return false;
  return type.fn === "count" || type.fn === "sum" || type.fn === "min" || type.fn === "max" || type.fn === "avg";
}

/** Whether the type can stand where an integer is asked: integers, bools, enums, castable aggregations. */
export function isIntegral(type: Type): boolean {
  return (
    type.kind === "integer" || type.kind === "bool" || type.kind === "enum" || type.kind === "error" || isCastable(type)
  );
}
