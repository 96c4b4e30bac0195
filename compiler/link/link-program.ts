/**
 * A program as a loader gives it to a kernel: with every function that it reaches behind it, relocations resolved to the
 * object's maps, CO-RE applied against that kernel's types.
 *
 * Guarantee: wide loads of maps have source 1 and the map's index in `maps` as immediate; of global data source 2, that
 * index and the byte offset as second immediate. Jumps and calls are relative, as the kernel takes them.
 */
import type { LineInfo } from "../btf/ext.ts";
import type { Btf } from "../btf/types.ts";
import type { ElfSection, ElfSymbol } from "../elf/format.ts";
import { answerCore, coreKind } from "./core-relocate.ts";
import type { OpenObject } from "./open-object.ts";

/** libbpf's mark for calls that no kernel can run: a relocation failed, and here is which. */
export const POISON = 0xbad2310;

export type LinkedFunction = { readonly symbol: ElfSymbol; readonly start: number };
export type Linked = {
  readonly code: Uint8Array;
  readonly functions: readonly LinkedFunction[];
  readonly lines: readonly (readonly [number, LineInfo])[];
  /** What an instruction needs and the kernel has not, by slot. */
  readonly absent: ReadonlyMap<number, string>;
  /** Maps that it names, by index. */
  readonly used: ReadonlySet<number>;
  /** The first thing that could not be resolved, and why; its instruction stays as it was. */
  readonly unknown: string | undefined;
};

/**
 * @param target the kernel's types; without them CO-RE relocations stay unresolved
 * @throws RangeError for relocations and functions that the object contradicts
 */
export function linkProgram(object: OpenObject, main: ElfSymbol, target: Btf | undefined): Linked {
  const functions: LinkedFunction[] = [];
  const placed = new Map<string, number>();
  let size = 0;
  const place = (symbol: ElfSymbol): number => {
    const key = `${symbol.section}:${symbol.value}`;
    const known = placed.get(key);
    if (known !== undefined) return known;
    if (symbol.size === 0 || symbol.size % 8 !== 0)
      throw new RangeError(`function ${symbol.name} of ${symbol.size} bytes`);
    const start = size / 8;
    placed.set(key, start);
    functions.push({ symbol, start });
    size += symbol.size;
    return start;
  };
  place(main);
  const patches: ((code: DataView) => void)[] = [];
  const lines: (readonly [number, LineInfo])[] = [];
  const absent = new Map<number, string>();
  const used = new Set<number>();
  let unknown: string | undefined;
  const giveUp = (text: string): void => {
    unknown ??= text;
  };

  for (let n = 0; n < functions.length; n++) {
    const fn = functions[n];
    const code =
      fn === undefined || fn.symbol.section === undefined ? undefined : object.elf.sections[fn.symbol.section];
    if (fn === undefined || code === undefined) continue;
    const { symbol, start } = fn;
    const slotOf = (offset: number): number | undefined =>
      offset >= symbol.value && offset < symbol.value + symbol.size ? start + (offset - symbol.value) / 8 : undefined;
    relocate(object, code, symbol, slotOf, place, patches, used, giveUp);
    for (const { section, entries } of object.ext?.lines ?? []) {
      if (section !== code.name) continue;
      for (const line of entries) {
        const slot = slotOf(line.offset);
        if (slot !== undefined) lines.push([slot, line]);
      }
    }
    applyCore(object, code, slotOf, target, patches, absent, giveUp);
  }
  const code = new Uint8Array(size);
  for (const { symbol, start } of functions) {
    const home = symbol.section === undefined ? undefined : object.elf.sections[symbol.section];
    if (home !== undefined) code.set(home.data.subarray(symbol.value, symbol.value + symbol.size), start * 8);
  }
  const view = new DataView(code.buffer);
  for (const patch of patches) patch(view);
  return { code, functions, lines, absent, used, unknown };
}

const CALL = 0x85;
const WIDE = 0x18;

function relocate(
  object: OpenObject,
  code: ElfSection,
  symbol: ElfSymbol,
  slotOf: (offset: number) => number | undefined,
  place: (symbol: ElfSymbol) => number,
  patches: ((code: DataView) => void)[],
  used: Set<number>,
  giveUp: (text: string) => void,
): void {
  const { elf, maps } = object;
  const view = new DataView(code.data.buffer, code.data.byteOffset, code.data.byteLength);
  const functionAt = (section: number, at: number): ElfSymbol => {
    const found = elf.symbols.find((each) => each.type === "func" && each.section === section && each.value === at);
    if (found === undefined) throw new RangeError(`no function at byte ${at} of ${elf.sections[section]?.name}`);
    return found;
  };
  const setSource = (data: DataView, slot: number, source: number): void =>
    data.setUint8(slot * 8 + 1, (data.getUint8(slot * 8 + 1) & 15) | (source << 4));

  const relocated = new Set<number>();
  for (const relocation of code.relocations) {
    const slot = slotOf(relocation.offset);
    const target = elf.symbols[relocation.symbol];
    if (slot === undefined || target === undefined) continue;
    if (relocation.offset + 8 > code.data.length || !Number.isInteger(slot))
      throw new RangeError("a relocation between instructions");
    relocated.add(relocation.offset);
    const opcode = view.getUint8(relocation.offset);
    const immediate = view.getInt32(relocation.offset + 4, true);
    if (target.section === undefined) {
      giveUp(`${target.name} of the kernel is not known`);
      continue;
    }
    const home = elf.sections[target.section];
    if (home === undefined) throw new RangeError(`${target.name} has no section`);
    if (opcode === CALL) {
      const start = place(
        functionAt(target.section, target.value + (target.type === "section" ? (immediate + 1) * 8 : 0)),
      );
      patches.push((data) => {
        setSource(data, slot, 1);
        data.setInt32(slot * 8 + 4, start - slot - 1, true);
      });
    } else if (opcode !== WIDE) {
      throw new RangeError(`a relocation of opcode 0x${opcode.toString(16)}`);
    } else if (home.flags.exec) {
      const start = place(functionAt(target.section, target.value + (target.type === "section" ? immediate : 0)));
      patches.push((data) => {
        setSource(data, slot, 4);
        data.setInt32(slot * 8 + 4, start - slot - 1, true);
        data.setInt32(slot * 8 + 12, 0, true);
      });
    } else if (home.name === ".maps") {
      const index = maps.declared.get(target.name);
      if (index === undefined) {
        giveUp(`map ${target.name} is not declared in a way that is known`);
        continue;
      }
      used.add(index);
      patches.push((data) => {
        setSource(data, slot, 1);
        data.setInt32(slot * 8 + 4, index, true);
        data.setInt32(slot * 8 + 12, 0, true);
      });
    } else {
      const index = maps.data.get(home.name);
      if (index === undefined) {
        giveUp(`data in section ${home.name} is not known`);
        continue;
      }
      used.add(index);
      patches.push((data) => {
        setSource(data, slot, 2);
        data.setInt32(slot * 8 + 4, index, true);
        data.setInt32(slot * 8 + 12, target.value + immediate, true);
      });
    }
  }
  // calls within one section need no relocation: the callee moves all the same
  for (let at = symbol.value; at + 8 <= symbol.value + symbol.size; at += 8) {
    const opcode = view.getUint8(at);
    if (opcode === CALL && view.getUint8(at + 1) >> 4 === 1 && !relocated.has(at) && symbol.section !== undefined) {
      const slot = slotOf(at) ?? 0;
      const start = place(functionAt(symbol.section, at + 8 + view.getInt32(at + 4, true) * 8));
      patches.push((data) => data.setInt32(slot * 8 + 4, start - slot - 1, true));
    }
    if (opcode === WIDE) at += 8;
  }
}

function applyCore(
  object: OpenObject,
  code: ElfSection,
  slotOf: (offset: number) => number | undefined,
  kernel: Btf | undefined,
  patches: ((code: DataView) => void)[],
  absent: Map<number, string>,
  giveUp: (text: string) => void,
): void {
  for (const { section, entries } of object.ext?.core ?? []) {
    if (section !== code.name) continue;
    for (const entry of entries) {
      const slot = slotOf(entry.offset);
      if (slot === undefined) continue;
      const kind = coreKind(entry.kind);
      if (kind === undefined || object.btf === undefined) {
        giveUp(`CO-RE relocations of kind ${entry.kind} are not known`);
        continue;
      }
      if (kernel === undefined) {
        giveUp("the program depends on the kernel's types, and none are given");
        continue;
      }
      const answer = answerCore({ kind, type: entry.type, access: entry.access }, object.btf, kernel);
      if (answer.kind === "absent") {
        absent.set(slot, answer.what);
        patches.push((data) => poison(data, slot));
      } else {
        const { value, sizes } = answer;
        patches.push((data) => {
          if (!patchValue(data, slot, value, sizes)) poison(data, slot);
        });
      }
    }
  }
}

/** Becomes a call of no helper: harmless where it is never reached. */
function poison(data: DataView, slot: number): void {
  const wide = data.getUint8(slot * 8) === WIDE;
  for (const at of wide ? [slot, slot + 1] : [slot]) {
    data.setUint8(at * 8, CALL);
    data.setUint8(at * 8 + 1, 0);
    data.setInt16(at * 8 + 2, 0, true);
    data.setInt32(at * 8 + 4, POISON, true);
  }
}

/** False: the value cannot stand in this instruction. */
function patchValue(
  data: DataView,
  slot: number,
  value: bigint,
  sizes: { readonly local: number; readonly target: number } | undefined,
): boolean {
  const opcode = data.getUint8(slot * 8);
  const opclass = opcode & 7;
  switch (opclass) {
    case 4:
    case 7:
      if ((opcode & 8) !== 0) return false;
      data.setInt32(slot * 8 + 4, Number(BigInt.asIntN(32, value)), true);
      return true;
    case 1:
    case 2:
    case 3: {
      if (value > 0x7fffn) return false;
      data.setInt16(slot * 8 + 2, Number(value), true);
      if (sizes === undefined || sizes.local === sizes.target) return true;
      const bits: Readonly<Record<number, number>> = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 };
      const size = bits[sizes.target];
      if (size === undefined || bits[sizes.local] !== (opcode & 0x18)) return true;
      data.setUint8(slot * 8, (opcode & ~0x18) | size);
      return true;
    }
    case 0:
      if (opcode !== WIDE) return false;
      data.setInt32(slot * 8 + 4, Number(BigInt.asIntN(32, value)), true);
      data.setInt32(slot * 8 + 12, Number(BigInt.asIntN(32, value >> 32n)), true);
      return true;
    default:
      return false;
  }
}
