/** Values of attributes: text, numbers, references, flags, addresses, whichever form they are written in. */
import { textAt } from "../elf/binary.ts";
import { AT, FORM, OP_PLUS } from "./constants.ts";
import { Cursor } from "./cursor.ts";
import { attributeAt, baseOf, type Entry, entryAt, type Info, type Unit } from "./units.ts";

/** Text of an attribute; undefined: there is none, or it stands in another file. */
export function textOf(info: Info, entry: Entry, name: number): string | undefined {
  const found = attributeAt(info, entry, name);
  if (found === undefined) return undefined;
  const { form, cursor } = found;
  const { unit } = entry;
  switch (form) {
    case FORM.string:
      return textAt(info.bytes, cursor.at);
    case FORM.strp:
      return textAt(info.sections.str, cursor.offset(unit.offset));
    case FORM.lineStrp:
      return textAt(info.sections.lineStr, cursor.offset(unit.offset));
    case FORM.strx:
    case FORM.gnuStrIndex:
      return indexedText(info, entry, cursor.uleb());
    case FORM.strx1:
      return indexedText(info, entry, cursor.u8());
    case FORM.strx2:
      return indexedText(info, entry, cursor.u16());
    case FORM.strx3:
      return indexedText(info, entry, cursor.u24());
    case FORM.strx4:
      return indexedText(info, entry, cursor.u32());
    default:
      return undefined;
  }
}

function indexedText(info: Info, entry: Entry, index: number): string {
  const { unit } = entry;
  const cursor = new Cursor(info.sections.strOffsets, baseOf(info, unit, "strings"));
  cursor.skip(index * unit.offset);
  return textAt(info.sections.str, cursor.offset(unit.offset));
}

/** A constant; `exact` forms that say their sign keep it. Undefined: there is none, or it is an expression. */
export function constantOf(info: Info, entry: Entry, name: number): bigint | undefined {
  const found = attributeAt(info, entry, name);
  if (found === undefined) return undefined;
  const { form, cursor, implicit } = found;
  switch (form) {
    case FORM.data1:
    case FORM.flag:
      return BigInt(cursor.u8());
    case FORM.data2:
      return BigInt(cursor.u16());
    case FORM.data4:
      return BigInt(cursor.u32());
    case FORM.data8:
      return cursor.u64();
    case FORM.secOffset:
      return BigInt(cursor.offset(entry.unit.offset));
    case FORM.sdata:
      return cursor.sleb();
    case FORM.udata:
      return cursor.ulebExact();
    case FORM.implicitConst:
      return implicit;
    case FORM.flagPresent:
      return 1n;
    default:
      return undefined;
  }
}

/** A constant that is a size, a count or a place; undefined also where it is negative or beyond 2^53. */
export function sizeAttribute(info: Info, entry: Entry, name: number): number | undefined {
  const value = constantOf(info, entry, name);
  if (value === undefined || value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return Number(value);
}

export function flagOf(info: Info, entry: Entry, name: number): boolean {
  return (constantOf(info, entry, name) ?? 0n) !== 0n;
}

/** The entry that an attribute refers to. */
export function referenceOf(info: Info, entry: Entry, name: number): Entry | undefined {
  const found = attributeAt(info, entry, name);
  if (found === undefined) return undefined;
  const { form, cursor } = found;
  const { unit } = entry;
  switch (form) {
    case FORM.ref1:
      return entryAt(info, unit.start + cursor.u8());
    case FORM.ref2:
      return entryAt(info, unit.start + cursor.u16());
    case FORM.ref4:
      return entryAt(info, unit.start + cursor.u32());
    case FORM.ref8:
      return entryAt(info, unit.start + Number(cursor.u64()));
    case FORM.refUdata:
      return entryAt(info, unit.start + cursor.uleb());
    case FORM.refAddr:
      return entryAt(info, unit.version < 3 && unit.address === 8 ? Number(cursor.u64()) : cursor.offset(unit.offset));
    case FORM.refSig8: {
      const type = info.typeUnit(cursor.u64());
      return type === undefined ? undefined : entryAt(info, type.typeAt);
    }
    default:
      return undefined;
  }
}

/** An address of the program; undefined: there is none. */
export function addressOf(info: Info, entry: Entry, name: number): bigint | undefined {
  const found = attributeAt(info, entry, name);
  if (found === undefined) return undefined;
  const { form, cursor } = found;
  switch (form) {
    case FORM.addr:
      return entry.unit.address === 8 ? cursor.u64() : BigInt(cursor.u32());
    case FORM.addrx:
    case FORM.gnuAddrIndex:
      return indexedAddress(info, entry, cursor.uleb());
    case FORM.addrx1:
      return indexedAddress(info, entry, cursor.u8());
    case FORM.addrx2:
      return indexedAddress(info, entry, cursor.u16());
    case FORM.addrx3:
      return indexedAddress(info, entry, cursor.u24());
    case FORM.addrx4:
      return indexedAddress(info, entry, cursor.u32());
    default:
      return undefined;
  }
}

function indexedAddress(info: Info, entry: Entry, index: number): bigint {
  return addressAt(info, entry.unit, index);
}

/** A row of .debug_addr. */
export function addressAt(info: Info, unit: Unit, index: number): bigint {
  const cursor = new Cursor(info.sections.addr, baseOf(info, unit, "addresses"));
  cursor.skip(index * unit.address);
  return unit.address === 8 ? cursor.u64() : BigInt(cursor.u32());
}

/** Where a member or base lies in its struct, in bytes; undefined: that is found out at run time only. */
export function memberLocation(info: Info, entry: Entry): number | undefined {
  const found = attributeAt(info, entry, AT.memberLocation);
  if (found === undefined) return 0;
  const { form, cursor } = found;
  let length: number;
  if (form === FORM.block1) length = cursor.u8();
  else if (form === FORM.block || form === FORM.exprloc) length = cursor.uleb();
  else return sizeAttribute(info, entry, AT.memberLocation);
  const end = cursor.at + length;
  if (length < 2 || cursor.u8() !== OP_PLUS) return undefined;
  const offset = cursor.uleb();
  return cursor.at === end ? offset : undefined;
}
