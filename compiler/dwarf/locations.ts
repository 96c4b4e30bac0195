/**
 * Registers that parameters are in at a function's first instruction, as location lists say (DWARF 5, sections 2.6.2 and 7.7.3;
 * .debug_loc before). Compilers change how functions are called that only their own file calls: of those, this decides.
 */
import { addressAt, addressOf, constantOf } from "./attributes.ts";
import { AT, FORM } from "./constants.ts";
import { Cursor } from "./cursor.ts";
import { attributeAt, type Entry, type Info, rootOf } from "./units.ts";

/** DW_LLE_*. */
const LIST = {
  end: 0,
  baseIndex: 1,
  startIndexEndIndex: 2,
  startIndexLength: 3,
  offsets: 4,
  otherwise: 5,
  base: 6,
  startEnd: 7,
  startLength: 8,
  gnuViews: 9,
} as const;
const OP_REG0 = 0x50;
const OP_REG31 = 0x6f;
/** A parameter's list is short; more than this is damage. */
const MAX_ENTRIES = 10_000;

type Range = { readonly from: bigint; readonly to: bigint; readonly code: Uint8Array };

/** DWARF's number of the register; undefined: it is in none, or nothing is said of it. */
export function registerAtEntry(info: Info, parameter: Entry, entryPoint: bigint): number | undefined {
  const found = attributeAt(info, parameter, AT.location);
  if (found === undefined) return undefined;
  const { form, cursor } = found;
  if (form === FORM.exprloc || form === FORM.block1 || form === FORM.block) {
    const length = form === FORM.block1 ? cursor.u8() : cursor.uleb();
    return registerOf(take(cursor, length));
  }
  for (const { from, to, code } of listOf(info, parameter, form, cursor))
    if (from <= entryPoint && entryPoint < to) return registerOf(code);
  return undefined;
}

function registerOf(code: Uint8Array): number | undefined {
  const [op = 0] = code;
  return code.length === 1 && op >= OP_REG0 && op <= OP_REG31 ? op - OP_REG0 : undefined;
}

function take(cursor: Cursor, length: number): Uint8Array {
  const start = cursor.at;
  cursor.skip(length);
  return cursor.bytes.subarray(start, cursor.at);
}

function listOf(info: Info, parameter: Entry, form: number, value: Cursor): Iterable<Range> {
  const { unit } = parameter;
  const root = rootOf(info, unit);
  const base = (root === undefined ? undefined : addressOf(info, root, AT.lowPc)) ?? 0n;
  if (form === FORM.loclistx) {
    const table = root === undefined ? undefined : constantOf(info, root, AT.loclistsBase);
    const start = Number(table ?? BigInt(3 * unit.offset));
    const rows = new Cursor(info.sections.loclists(), start);
    rows.skip(value.uleb() * unit.offset);
    return ranges(info, parameter, new Cursor(rows.bytes, start + rows.offset(unit.offset)), base);
  }
  if (form !== FORM.secOffset && form !== FORM.data4 && form !== FORM.data8) return [];
  const at = form === FORM.data4 ? value.u32() : form === FORM.data8 ? Number(value.u64()) : value.offset(unit.offset);
  return unit.version >= 5
    ? ranges(info, parameter, new Cursor(info.sections.loclists(), at), base)
    : oldRanges(new Cursor(info.sections.loc(), at), unit.address, base);
}

function* ranges(info: Info, parameter: Entry, cursor: Cursor, first: bigint): Generator<Range> {
  const { unit } = parameter;
  const address = (): bigint => (unit.address === 8 ? cursor.u64() : BigInt(cursor.u32()));
  const indexed = (): bigint => addressAt(info, unit, cursor.uleb());
  const code = (): Uint8Array => take(cursor, cursor.uleb());
  let base = first;
  for (let count = 0; count < MAX_ENTRIES; count++) {
    switch (cursor.u8()) {
      case LIST.baseIndex:
        base = indexed();
        break;
      case LIST.base:
        base = address();
        break;
      case LIST.startIndexEndIndex: {
        const from = indexed();
        yield { from, to: indexed(), code: code() };
        break;
      }
      case LIST.startIndexLength: {
        const from = indexed();
        yield { from, to: from + cursor.ulebExact(), code: code() };
        break;
      }
      case LIST.offsets: {
        const from = base + cursor.ulebExact();
        yield { from, to: base + cursor.ulebExact(), code: code() };
        break;
      }
      case LIST.startEnd: {
        const from = address();
        yield { from, to: address(), code: code() };
        break;
      }
      case LIST.startLength: {
        const from = address();
        yield { from, to: from + cursor.ulebExact(), code: code() };
        break;
      }
      case LIST.otherwise:
        code();
        break;
      case LIST.gnuViews:
        cursor.skipLeb();
        cursor.skipLeb();
        break;
      default:
        return;
    }
  }
}

/** Before DWARF 5: pairs of offsets from a base; a start of all ones gives another base. */
function* oldRanges(cursor: Cursor, size: number, first: bigint): Generator<Range> {
  const address = (): bigint => (size === 8 ? cursor.u64() : BigInt(cursor.u32()));
  const ones = size === 8 ? 0xffff_ffff_ffff_ffffn : 0xffff_ffffn;
  let base = first;
  for (let count = 0; count < MAX_ENTRIES; count++) {
    const from = address();
    const to = address();
    if (from === 0n && to === 0n) return;
    if (from === ones) base = to;
    else yield { from: base + from, to: base + to, code: take(cursor, cursor.u16()) };
  }
}
