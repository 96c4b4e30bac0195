/**
 * An eBPF object, ours or any compiler's, as the programs that a loader would give to a kernel: functions joined,
 * relocations resolved, CO-RE applied against that kernel's types. Then each program's verdict, with the source line.
 *
 * Readers of elf, btf and ebpf only: what a phase wrote is seen as a loader sees it.
 */
import { BtfError } from "../btf/error.ts";
import { type BtfExt, type LineInfo, readBtfExt } from "../btf/ext.ts";
import { type RawBtf, readBtf } from "../btf/read.ts";
import type { Btf } from "../btf/types.ts";
import { ElfError } from "../elf/error.ts";
import type { ElfObject, ElfSection, ElfSymbol } from "../elf/format.ts";
import { readElf } from "../elf/read.ts";
import { decodeUtf8 } from "../util/bytes.ts";
import { answerCore, coreKind } from "./core-relocate.ts";
import { globalFunctions } from "./global-functions.ts";
import { type MapMemory, mapMemory } from "./map-memory.ts";
import type { Verifier } from "./module.ts";
import { type ObjectMaps, type PatchedBytes, readObjectMaps } from "./object-maps.ts";
import { MAP_KINDS } from "./profiles/maps.ts";
import { isSince, type KernelProfile } from "./profiles/profile.ts";
import type { VerifierProgram, VerifyEnv } from "./program.ts";
import { meaningOf } from "./sections.ts";
import { type Verdict, verifyProgram } from "./verify.ts";

export type ObjectVerdict = {
  readonly programs: readonly ProgramVerdict[];
  readonly maps: readonly MapMemory[];
};
export type ProgramVerdict = Verdict & {
  readonly name: string;
  readonly section: string;
  /** Instructions of the program with the functions it calls. */
  readonly instructions: number;
  /** Where the instruction that is refused comes from, if the object says so. */
  readonly place: LineInfo | undefined;
  /** The same for any instruction, by slot. */
  readonly lines: ReadonlyMap<number, LineInfo>;
};

export type VerifyObjectOptions = {
  readonly profile: KernelProfile;
  /** The kernel's types: its snapshot's. Without them what depends on them gets no verdict. */
  readonly btf?: Btf | undefined;
  /** For the memory of per-CPU maps, and for what bpf_get_smp_processor_id may return; default 4, and unknown. */
  readonly cpus?: number;
  /** Bytes of read-only data that the loader will write: values not known here. */
  readonly patched?: readonly PatchedBytes[];
  /** Judge only this program. */
  readonly only?: string;
  readonly log?: boolean;
};

/** The object cannot be read at all. */
export class VerifyObjectError extends Error {
  override readonly name = "VerifyObjectError";
}

const DEFAULT_CPUS = 4;
/** libbpf's marks for calls that no kernel can run: a relocation failed, and here is which. */
const POISON = 0xbad2310;

/**
 * Judges every program of an object as that kernel would.
 * @throws VerifyObjectError if the bytes are no eBPF object, cut or damaged
 */
export function verifyObject(verifier: Verifier, bytes: Uint8Array, options: VerifyObjectOptions): ObjectVerdict {
  try {
    const object = openObject(bytes, options);
    const env: VerifyEnv = {
      profile: options.profile,
      btf: options.btf,
      ...(options.cpus === undefined ? {} : { cpus: options.cpus }),
    };
    const programs = object.programs
      .filter((symbol) => options.only === undefined || symbol.name === options.only)
      .map((symbol) => judge(verifier, object, symbol, env, options.log === true));
    return { programs, maps: object.maps.maps.map((map) => mapMemory(map, options.cpus ?? DEFAULT_CPUS)) };
  } catch (error) {
    if (error instanceof ElfError || error instanceof BtfError || error instanceof RangeError) {
      throw new VerifyObjectError(error.message);
    }
    throw error;
  }
}

export type OpenObject = {
  readonly elf: ElfObject;
  readonly btf: RawBtf | undefined;
  readonly ext: BtfExt | undefined;
  readonly maps: ObjectMaps;
  readonly license: string;
  readonly programs: readonly ElfSymbol[];
};

function openObject(bytes: Uint8Array, options: VerifyObjectOptions): OpenObject {
  const elf = readElf(bytes);
  const data = (name: string): Uint8Array | undefined => elf.sections.find((section) => section.name === name)?.data;
  const btfBytes = data(".BTF");
  const btf = btfBytes === undefined ? undefined : readBtf(btfBytes);
  const extBytes = data(".BTF.ext");
  const ext =
    btf === undefined || extBytes === undefined ? undefined : readBtfExt(extBytes, (offset) => btf.string(offset));
  const license = decodeUtf8(data("license") ?? new Uint8Array()).replace(/\0.*$/s, "");
  const programs = elf.symbols.filter((symbol) => {
    const home = symbol.section === undefined ? undefined : elf.sections[symbol.section];
    return symbol.type === "func" && symbol.bind !== "local" && home?.flags.exec === true && home.name !== ".text";
  });
  return { elf, btf, ext, maps: readObjectMaps(elf, btf, options.patched ?? []), license, programs };
}

const GPL = new Set(["GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"]);

function refusedBefore(verdict: Verdict["verdict"], reason: string, message: string, explanation: string): Verdict {
  const counts = { processed: 0, states: 0, peakStates: 0, stack: 0, stackCombined: 0 };
  return { verdict, insn: undefined, reason, message, explanation, hint: undefined, counts, log: [] };
}

function judge(
  verifier: Verifier,
  object: OpenObject,
  symbol: ElfSymbol,
  env: VerifyEnv,
  log: boolean,
): ProgramVerdict {
  const section = symbol.section === undefined ? "" : (object.elf.sections[symbol.section]?.name ?? "");
  const about = { name: symbol.name, section };
  const nothing = { ...about, instructions: symbol.size / 8, place: undefined, lines: new Map<number, LineInfo>() };
  const meaning = meaningOf(section);
  if (meaning.kind === "unknown") {
    const text = `${meaning.what} are not known to the model`;
    return { ...refusedBefore("unknown", "program-type", text, text), ...nothing };
  }
  const linked = link(object, symbol, env);
  const lines = new Map(linked.lines);
  const early = linked.unknown ?? missingMap(object, linked.used, env);
  if (early !== undefined) return { ...early, ...nothing, instructions: linked.code.length / 8, lines };
  const program: VerifierProgram = {
    name: symbol.name,
    type: meaning.type,
    attach: meaning.attach,
    code: linked.code,
    maps: object.maps.maps,
    globals: globalFunctions(linked.functions, object.btf, meaning.type),
    gpl: GPL.has(object.license),
    funcInfo: (object.ext?.functions.length ?? 0) > 0,
  };
  const verdict = verifyProgram(verifier, program, env, { log });
  const insn = verdict.insn;
  const absent = insn === undefined ? undefined : linked.absent.get(insn);
  const place = insn === undefined ? undefined : lineAt(lines, insn);
  const found = { ...about, instructions: linked.code.length / 8, place, lines };
  if (absent === undefined || verdict.verdict !== "refused") return { ...verdict, ...found };
  return {
    ...verdict,
    ...found,
    verdict: "cannot-attach",
    reason: "absent-in-kernel",
    explanation: `${absent} does not exist in this kernel`,
    hint: "guard the access by its existence, or use what this kernel has instead",
  };
}

/** The line that holds at an instruction: its own or the last before. */
function lineAt(lines: ReadonlyMap<number, LineInfo>, insn: number): LineInfo | undefined {
  for (let slot = insn; slot >= 0; slot--) {
    const line = lines.get(slot);
    if (line !== undefined) return line;
  }
  return undefined;
}

function missingMap(object: OpenObject, used: ReadonlySet<number>, env: VerifyEnv): Verdict | undefined {
  for (const index of used) {
    const map = object.maps.maps[index];
    const kind = MAP_KINDS.find((each) => each.number === map?.type);
    if (map === undefined) continue;
    if (kind === undefined) {
      const text = `map ${map.name} of type ${map.type} is not known to the model`;
      return refusedBefore("unknown", "map-type", text, text);
    }
    if (!isSince(env.profile, kind.since)) {
      const text = `map ${map.name}: this kernel has no maps of type ${kind.name}, which came with ${kind.since}`;
      return refusedBefore("refused", "map-type", text, text);
    }
  }
  return undefined;
}

export type LinkedFunction = { readonly symbol: ElfSymbol; readonly start: number };
type Linked = {
  readonly code: Uint8Array;
  readonly functions: readonly LinkedFunction[];
  readonly lines: readonly (readonly [number, LineInfo])[];
  /** What an instruction needs and the kernel has not, by slot. */
  readonly absent: ReadonlyMap<number, string>;
  readonly used: ReadonlySet<number>;
  readonly unknown: Verdict | undefined;
};

/** The program with every function that it reaches behind it, as libbpf appends them. */
function link(object: OpenObject, main: ElfSymbol, env: VerifyEnv): Linked {
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
  let unknown: Verdict | undefined;
  const giveUp = (text: string): void => {
    unknown ??= refusedBefore("unknown", "relocation", text, text);
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
    applyCore(object, code, slotOf, env, patches, absent, giveUp);
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
      giveUp(`${target.name} of the kernel is not known to the model`);
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
        giveUp(`map ${target.name} is not declared in a way that the model knows`);
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
        giveUp(`data in section ${home.name} is not known to the model`);
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
  env: VerifyEnv,
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
        giveUp(`CO-RE relocations of kind ${entry.kind} are not known to the model`);
        continue;
      }
      if (env.btf === undefined) {
        giveUp("the program depends on the kernel's types, and none are given");
        continue;
      }
      const answer = answerCore({ kind, type: entry.type, access: entry.access }, object.btf, env.btf);
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
