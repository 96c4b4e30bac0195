/**
 * .debug_abbrev: which attributes an entry of each code has, and in which form. An entry is skipped by its forms alone.
 */
import { AT, FORM, TAG } from "./constants.ts";
import type { Cursor } from "./cursor.ts";
import { DwarfError } from "./error.ts";

/** Sizes that a unit's header decides. */
export type Widths = { readonly version: number; readonly offset: 4 | 8; readonly address: number };

export type Abbreviation = {
  readonly tag: number;
  readonly children: boolean;
  readonly names: readonly number[];
  readonly forms: readonly number[];
  /** Values of implicit constants, by position. */
  readonly implicit: ReadonlyMap<number, bigint>;
  /** Bytes of all attributes; -1: it depends on them. */
  readonly size: number;
  /** Position of DW_AT_sibling; -1: none. */
  readonly sibling: number;
  /** Whether a search for functions and named types has to look at it. */
  readonly wanted: boolean;
};
export type Abbreviations = ReadonlyMap<number, Abbreviation>;

const WANTED: ReadonlySet<number> = new Set([
  TAG.subprogram,
  TAG.struct,
  TAG.class,
  TAG.union,
  TAG.enumeration,
  TAG.typedef,
  TAG.base,
]);

/** One table, up to its end. @throws DwarfError */
export function readAbbreviations(cursor: Cursor, widths: Widths): Abbreviations {
  const table = new Map<number, Abbreviation>();
  for (;;) {
    const code = cursor.uleb();
    if (code === 0) return table;
    const tag = cursor.uleb();
    const children = cursor.u8() !== 0;
    const names: number[] = [];
    const forms: number[] = [];
    const implicit = new Map<number, bigint>();
    let size = 0;
    for (;;) {
      const name = cursor.uleb();
      const form = cursor.uleb();
      if (form === FORM.implicitConst) implicit.set(forms.length, cursor.sleb());
      if (name === 0 && form === 0) break;
      const fixed = fixedSize(form, widths);
      size = size < 0 || fixed < 0 ? -1 : size + fixed;
      names.push(name);
      forms.push(form);
    }
    const sibling = names.indexOf(AT.sibling);
    const named = names.includes(AT.name) || names.includes(AT.linkageName) || names.includes(AT.mipsLinkageName);
    const defined = names.includes(AT.lowPc) || names.includes(AT.ranges);
    const wanted = WANTED.has(tag) && (tag === TAG.subprogram ? named || defined : named);
    table.set(code, { tag, children, names, forms, implicit, size, sibling, wanted });
  }
}

/** Bytes of a form; -1: its own bytes say. */
function fixedSize(form: number, widths: Widths): number {
  switch (form) {
    case FORM.flagPresent:
    case FORM.implicitConst:
      return 0;
    case FORM.data1:
    case FORM.flag:
    case FORM.ref1:
    case FORM.strx1:
    case FORM.addrx1:
      return 1;
    case FORM.data2:
    case FORM.ref2:
    case FORM.strx2:
    case FORM.addrx2:
      return 2;
    case FORM.strx3:
    case FORM.addrx3:
      return 3;
    case FORM.data4:
    case FORM.ref4:
    case FORM.strx4:
    case FORM.addrx4:
    case FORM.refSup4:
      return 4;
    case FORM.data8:
    case FORM.ref8:
    case FORM.refSig8:
    case FORM.refSup8:
      return 8;
    case FORM.data16:
      return 16;
    case FORM.addr:
      return widths.address;
    case FORM.refAddr:
      return widths.version < 3 ? widths.address : widths.offset;
    case FORM.strp:
    case FORM.lineStrp:
    case FORM.secOffset:
    case FORM.strpSup:
    case FORM.gnuRefAlt:
    case FORM.gnuStrpAlt:
      return widths.offset;
    default:
      return -1;
  }
}

/** Moves past one attribute. @throws DwarfError for a form that nobody has defined */
export function skipForm(cursor: Cursor, form: number, widths: Widths): void {
  const fixed = fixedSize(form, widths);
  if (fixed >= 0) {
    cursor.skip(fixed);
    return;
  }
  switch (form) {
    case FORM.string:
      cursor.skipText();
      return;
    case FORM.sdata:
    case FORM.udata:
    case FORM.refUdata:
    case FORM.strx:
    case FORM.addrx:
    case FORM.loclistx:
    case FORM.rnglistx:
    case FORM.gnuAddrIndex:
    case FORM.gnuStrIndex:
      cursor.skipLeb();
      return;
    case FORM.block:
    case FORM.exprloc:
      cursor.skip(cursor.uleb());
      return;
    case FORM.block1:
      cursor.skip(cursor.u8());
      return;
    case FORM.block2:
      cursor.skip(cursor.u16());
      return;
    case FORM.block4:
      cursor.skip(cursor.u32());
      return;
    case FORM.indirect: {
      const inner = cursor.uleb();
      if (inner === FORM.indirect || inner === FORM.implicitConst) throw new DwarfError("a form that names itself");
      skipForm(cursor, inner, widths);
      return;
    }
    default:
      throw new DwarfError(`form 0x${form.toString(16)} is not known`);
  }
}
