/**
 * Types of debug information in the form that the rest of the compiler knows: BTF's. An id is the offset of a type's entry,
 * so that only what is asked for is decoded. What is damaged, or no C type, is void.
 */
import type { Btf, BtfMember, BtfType, NamedKind, TypeId } from "../btf/types.ts";
import { constantOf, flagOf, memberLocation, referenceOf, sizeAttribute, textOf } from "./attributes.ts";
import { AT, ENCODING, TAG } from "./constants.ts";
import { makeCopyTest } from "./copies.ts";
import { DwarfError } from "./error.ts";
import { children, type Entry, entryAt, type Info, type Unit, walk } from "./units.ts";

export type DwarfTypes = Btf & {
  /** The type that an attribute refers to; void without one. */
  readonly typeOf: (entry: Entry, attribute?: number) => TypeId;
  /** The same, where names are those of a unit first. */
  readonly within: (unit: Unit) => Btf;
  /** A class of C++ that is passed by its address, since only it can copy itself. */
  readonly byReference: (id: TypeId) => boolean;
};

const VOID = 0 as TypeId;
/** Modifiers around a type: more than that is a circle. */
const MAX_CHAIN = 40;
/** Structs inside of structs: as deep, and as many in all. */
const MAX_DEPTH = 40;
const MAX_NESTED = 20_000;
const MAX_MEMBERS = 20_000;

export function makeTypes(info: Info): DwarfTypes {
  const decoded = new Map<number, BtfType>();
  /** Inner dimensions of arrays have no entries: their ids begin behind the last offset. */
  const made: BtfType[] = [];
  const nested = new Map<number, { readonly depth: number; readonly count: number }>();
  let index: ReadonlyMap<string, number> | undefined;

  const copiesItself = makeCopyTest(info, (entry) => structAt(typeOf(entry)));

  const idOf = (at: number): TypeId => at as TypeId;
  const make = (type: BtfType): TypeId => idOf(info.bytes.length + made.push(type) - 1);

  /** What stands in a type unit is only named by its signature where it is used. */
  function definitionOf(entry: Entry): Entry {
    return entry.shape.names.includes(AT.signature) ? (referenceOf(info, entry, AT.signature) ?? entry) : entry;
  }

  /** Undefined for void; a circle of modifiers ends there, too. */
  function referred(entry: Entry, attribute: number): Entry | undefined {
    const first = referenceOf(info, entry, attribute);
    let at: Entry | undefined = first;
    for (let count = 0; at !== undefined; count++) {
      if (count > MAX_CHAIN) return undefined;
      at = MODIFIERS.has(at.shape.tag) ? referenceOf(info, at, AT.type) : undefined;
    }
    return first;
  }

  function typeOf(entry: Entry, attribute: number = AT.type): TypeId {
    const to = referred(entry, attribute);
    return to === undefined ? VOID : idOf(to.at);
  }

  function decode(entry: Entry): BtfType {
    const { tag } = entry.shape;
    switch (tag) {
      case TAG.base:
        return decodeBase(entry);
      case TAG.pointer:
      case TAG.reference:
      case TAG.rvalueReference:
        return { kind: "ptr", type: typeOf(entry) };
      case TAG.pointerToMember:
        return integer("long int", sizeAttribute(info, entry, AT.byteSize) ?? 8, true);
      case TAG.typedef:
      case TAG.templateAlias:
        return { kind: "typedef", name: textOf(info, entry, AT.name) ?? "", type: typeOf(entry) };
      case TAG.const:
      case TAG.immutable:
        return { kind: "const", type: typeOf(entry) };
      case TAG.volatile:
      case TAG.atomic:
      case TAG.packed:
        return { kind: "volatile", type: typeOf(entry) };
      case TAG.restrict:
        return { kind: "restrict", type: typeOf(entry) };
      case TAG.array:
        return decodeArray(entry);
      case TAG.struct:
      case TAG.class:
      case TAG.interface:
      case TAG.union:
        return decodeStruct(entry);
      case TAG.enumeration:
        return decodeEnum(entry);
      case TAG.subroutine:
        return decodeRoutine(entry);
      default:
        return { kind: "void" };
    }
  }

  function decodeBase(entry: Entry): BtfType {
    const name = textOf(info, entry, AT.name) ?? "";
    const size = Math.min(64, sizeAttribute(info, entry, AT.byteSize) ?? 0);
    switch (Number(constantOf(info, entry, AT.encoding) ?? 0n)) {
      case ENCODING.boolean:
        return { kind: "int", name, size, bits: size * 8, bitOffset: 0, signed: false, encoding: "bool" };
      case ENCODING.float:
      case ENCODING.complexFloat:
      case ENCODING.imaginaryFloat:
      case ENCODING.decimalFloat:
        return { kind: "float", name, size };
      case ENCODING.signed:
      case ENCODING.signedChar:
        return integer(name, size, true);
      default:
        return integer(name, size, false);
    }
  }

  function decodeArray(entry: Entry): BtfType {
    const lengths: number[] = [];
    for (const child of children(info, entry)) {
      if (lengths.length >= MAX_CHAIN) break;
      if (child.shape.tag === TAG.enumeration) lengths.push([...children(info, child)].length);
      if (child.shape.tag !== TAG.subrange) continue;
      const bound = constantOf(info, child, AT.upperBound);
      const length = sizeAttribute(info, child, AT.count) ?? (bound === undefined ? 0 : Number(bound) + 1);
      lengths.push(length >= 0 && length <= 0xffff_ffff ? length : 0);
    }
    if (lengths.length === 0) lengths.push(0);
    // A type of vector registers is an array that stays as it is.
    const [outer = 0, ...inner] = lengths;
    let type = typeOf(entry);
    for (const length of inner.reverse()) type = make({ kind: "array", type, indexType: VOID, length });
    return { kind: "array", type, indexType: VOID, length: outer };
  }

  function decodeStruct(written: Entry): BtfType {
    const entry = definitionOf(written);
    const kind = entry.shape.tag === TAG.union ? "union" : "struct";
    const name = textOf(info, entry, AT.name) ?? "";
    if (flagOf(info, entry, AT.declaration)) return { kind: "fwd", name, union: kind === "union" };
    const size = sizeAttribute(info, entry, AT.byteSize) ?? 0;
    const members: BtfMember[] = [];
    for (const child of children(info, entry)) {
      const member = decodeMember(child, size);
      if (member !== undefined && members.length < MAX_MEMBERS) members.push(member);
    }
    return { kind, name, size, members };
  }

  /** A data member, or a base class as an unnamed one. Undefined: it takes no place here, or none that fits. */
  function decodeMember(entry: Entry, size: number): BtfMember | undefined {
    const { tag } = entry.shape;
    if (tag !== TAG.member && tag !== TAG.inheritance) return undefined;
    // Static members, and virtual bases.
    if (flagOf(info, entry, AT.declaration) || flagOf(info, entry, AT.external)) return undefined;
    if (tag === TAG.inheritance && flagOf(info, entry, AT.virtuality)) return undefined;
    const type = typeOf(entry);
    const held = sizeOfType(type);
    const bitSize = Math.min(64, sizeAttribute(info, entry, AT.bitSize) ?? 0);
    const bitOffset = bitSize === 0 ? (memberLocation(info, entry) ?? -1) * 8 : bitPlace(entry, bitSize, held);
    const end = bitOffset + (bitSize === 0 ? held * 8 : bitSize);
    if (!(bitOffset >= 0) || end > size * 8) return undefined;
    if (nestingOf(type, 0).count > MAX_NESTED) return undefined;
    return { name: tag === TAG.member ? (textOf(info, entry, AT.name) ?? "") : "", type, bitOffset, bitSize };
  }

  /** DWARF 4 and later count bits from the struct's start; before, from the high end of a unit of storage. */
  function bitPlace(entry: Entry, bitSize: number, held: number): number {
    const direct = sizeAttribute(info, entry, AT.dataBitOffset);
    if (direct !== undefined) return direct;
    const location = memberLocation(info, entry) ?? -1;
    const high = constantOf(info, entry, AT.bitOffset);
    const unit = sizeAttribute(info, entry, AT.byteSize) ?? held;
    return location * 8 + (high === undefined ? 0 : unit * 8 - Number(high) - bitSize);
  }

  function decodeEnum(written: Entry): BtfType {
    const entry = definitionOf(written);
    const size = sizeAttribute(info, entry, AT.byteSize) ?? 4;
    const name = textOf(info, entry, AT.name) ?? "";
    const found: { readonly name: string; readonly value: bigint }[] = [];
    for (const child of children(info, entry)) {
      if (child.shape.tag !== TAG.enumerator || found.length >= MAX_MEMBERS) continue;
      found.push({ name: textOf(info, child, AT.name) ?? "", value: constantOf(info, child, AT.constValue) ?? 0n });
    }
    const encoding = constantOf(info, entry, AT.encoding);
    const under = referred(entry, AT.type);
    const base = under === undefined ? undefined : type(idOf(under.at));
    const signed =
      encoding !== undefined
        ? encoding === BigInt(ENCODING.signed) || encoding === BigInt(ENCODING.signedChar)
        : base?.kind === "int"
          ? base.signed
          : found.some(({ value }) => value < 0n);
    const bits = Math.min(8, size) * 8;
    const values = found.map((one) => ({
      name: one.name,
      value: signed ? BigInt.asIntN(bits, one.value) : BigInt.asUintN(bits, one.value),
    }));
    return { kind: size === 8 ? "enum64" : "enum", name, size, signed, values };
  }

  function decodeRoutine(entry: Entry): BtfType {
    const params: { readonly name: string; readonly type: TypeId }[] = [];
    let variadic = false;
    for (const child of children(info, entry)) {
      if (child.shape.tag === TAG.unspecifiedParameters) variadic = true;
      if (child.shape.tag === TAG.parameter && params.length < 255) params.push({ name: "", type: typeOf(child) });
    }
    return { kind: "func_proto", returns: typeOf(entry), params, variadic };
  }

  /** Bytes of a type; members that do not fit their struct are damage. */
  function sizeOfType(id: TypeId): number {
    let at = id;
    let factor = 1;
    for (let count = 0; count < MAX_CHAIN; count++) {
      if (at === VOID) return 0;
      if (Number(at) < info.bytes.length) {
        const entry = entryAt(info, at);
        // A struct says its size without its members.
        if (entry !== undefined && STRUCTS.has(entry.shape.tag)) {
          return factor * (sizeAttribute(info, definitionOf(entry), AT.byteSize) ?? 0);
        }
      }
      const one = type(at);
      switch (one.kind) {
        case "int":
        case "float":
        case "enum":
        case "enum64":
          return factor * one.size;
        case "ptr":
          return factor * 8;
        case "array":
          factor *= one.length;
          at = one.type;
          break;
        case "typedef":
        case "const":
        case "volatile":
        case "restrict":
          at = one.type;
          break;
        default:
          return 0;
      }
    }
    return 0;
  }

  /** How many structs a type holds by value, in all and one in another; a struct in itself holds more than any may. */
  function nestingOf(id: TypeId, depth: number): { readonly depth: number; readonly count: number } {
    const plain = { depth: 0, count: 0 };
    const endless = { depth: 0, count: Number.POSITIVE_INFINITY };
    let at = id;
    for (let count = 0; ; count++) {
      if (count > MAX_CHAIN || depth > MAX_DEPTH) return endless;
      const known = made[Number(at) - info.bytes.length];
      if (known !== undefined) {
        if (known.kind !== "array") return plain;
        at = known.type;
        continue;
      }
      const entry = at === VOID ? undefined : entryAt(info, at);
      if (entry === undefined) return plain;
      if (STRUCTS.has(entry.shape.tag)) {
        const memo = nested.get(entry.at);
        if (memo !== undefined) return memo;
        nested.set(entry.at, endless);
        let [deepest, total] = [0, 1];
        for (const child of children(info, definitionOf(entry))) {
          if (child.shape.tag !== TAG.member && child.shape.tag !== TAG.inheritance) continue;
          const inner = nestingOf(typeOf(child), depth + 1);
          deepest = Math.max(deepest, inner.depth + 1);
          total += inner.count;
        }
        const result = { depth: deepest, count: deepest > MAX_DEPTH ? Number.POSITIVE_INFINITY : total };
        nested.set(entry.at, result);
        return result;
      }
      if (!MODIFIERS.has(entry.shape.tag) || POINTERS.has(entry.shape.tag)) return plain;
      at = typeOf(entry);
    }
  }

  function type(id: TypeId): BtfType {
    if (id === VOID) return { kind: "void" };
    const extra = made[Number(id) - info.bytes.length];
    if (extra !== undefined) return extra;
    const known = decoded.get(id);
    if (known !== undefined) return known;
    let found: BtfType = { kind: "void" };
    // A type that is met again while it is decoded holds itself.
    decoded.set(id, found);
    try {
      const entry = entryAt(info, id);
      if (entry !== undefined) found = decode(entry);
    } catch (error) {
      if (!(error instanceof DwarfError)) throw error;
    }
    decoded.set(id, found);
    return found;
  }

  function find(kind: NamedKind, name: string): TypeId | undefined {
    index ??= indexNames(info, info.units);
    const at = index.get(`${kind} ${name}`);
    return at === undefined ? undefined : idOf(at);
  }

  function byReference(id: TypeId): boolean {
    const entry = structAt(id);
    return entry !== undefined && copiesItself(entry);
  }

  /** The struct or class that a type is by value. */
  function structAt(id: TypeId): Entry | undefined {
    let at = id;
    for (let count = 0; count < MAX_CHAIN; count++) {
      const entry = at === VOID || Number(at) >= info.bytes.length ? undefined : entryAt(info, at);
      if (entry === undefined) return undefined;
      if (STRUCTS.has(entry.shape.tag)) return definitionOf(entry);
      if (!MODIFIERS.has(entry.shape.tag) || POINTERS.has(entry.shape.tag)) return undefined;
      at = typeOf(entry);
    }
    return undefined;
  }

  const types = { count: info.bytes.length, pointerSize: 8, type, find, findEnumerator: () => undefined } as const;
  const views = new Map<number, Btf>();
  const within = (unit: Unit): Btf => {
    const known = views.get(unit.start);
    if (known !== undefined) return known;
    let own: ReadonlyMap<string, number> | undefined;
    const view: Btf = {
      ...types,
      find: (kind, name) => {
        own ??= indexNames(info, [unit]);
        const at = own.get(`${kind} ${name}`);
        return at === undefined ? find(kind, name) : idOf(at);
      },
    };
    views.set(unit.start, view);
    return view;
  };
  return { ...types, typeOf, byReference, within };
}

const POINTERS: ReadonlySet<number> = new Set([TAG.pointer, TAG.reference, TAG.rvalueReference]);
const STRUCTS: ReadonlySet<number> = new Set([TAG.struct, TAG.class, TAG.union, TAG.interface]);
/** What refers to another type, and is nothing without it. */
const MODIFIERS: ReadonlySet<number> = new Set([
  ...POINTERS,
  TAG.typedef,
  TAG.templateAlias,
  TAG.const,
  TAG.immutable,
  TAG.volatile,
  TAG.atomic,
  TAG.packed,
  TAG.restrict,
  TAG.array,
]);

const KINDS: ReadonlyMap<number, NamedKind> = new Map([
  [TAG.struct, "struct"],
  [TAG.class, "struct"],
  [TAG.union, "union"],
  [TAG.enumeration, "enum"],
  [TAG.typedef, "typedef"],
  [TAG.base, "int"],
]);

/** Definitions of named types: the first of each name. A unit that is damaged ends its own search only. */
function indexNames(info: Info, units: readonly Unit[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const unit of units) {
    try {
      walk(info, unit, (entry) => {
        const kind = KINDS.get(entry.shape.tag);
        if (kind === undefined || entry.shape.names.includes(AT.declaration)) return false;
        const name = textOf(info, entry, AT.name);
        const key = `${kind} ${name}`;
        if (name !== undefined && !found.has(key)) found.set(key, entry.at);
        return false;
      });
    } catch (error) {
      if (!(error instanceof DwarfError)) throw error;
    }
  }
  return found;
}

function integer(name: string, size: number, signed: boolean): BtfType {
  return { kind: "int", name, size, bits: size * 8, bitOffset: 0, signed, encoding: "none" };
}
