/**
 * An eBPF object, ours or any compiler's, as the programs that a loader would give to a kernel: functions joined,
 * relocations resolved, CO-RE applied against that kernel's types. Then each program's verdict, with the source line.
 *
 * Readers of elf, btf and ebpf only: what a phase wrote is seen as a loader sees it.
 */
import { BtfError } from "../btf/error.ts";
import type { LineInfo } from "../btf/ext.ts";
import type { Btf } from "../btf/types.ts";
import { ElfError } from "../elf/error.ts";
import type { ElfSymbol } from "../elf/format.ts";
import { linkProgram } from "../link/link-program.ts";
import { type PatchedBytes, withCpuCount } from "../link/maps.ts";
import { type OpenObject, openObject } from "../link/open-object.ts";
import { globalFunctions } from "./global-functions.ts";
import { type MapMemory, mapMemory } from "./map-memory.ts";
import type { Verifier } from "./module.ts";
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
  /** What the kernel lacks, where that is the reason: "struct task_struct.pid". */
  readonly absent?: string | undefined;
};

export type VerifyObjectOptions = {
  readonly profile: KernelProfile;
  /** The kernel's types: its snapshot's. Without them what depends on them gets no verdict. */
  readonly btf?: Btf | undefined;
  /** For the memory of per-CPU maps, what bpf_get_smp_processor_id may return, loops over CPUs; default 4, and unknown. */
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

/**
 * Judges every program of an object as that kernel would.
 * @throws VerifyObjectError if the bytes are no eBPF object, cut or damaged
 */
export function verifyObject(verifier: Verifier, bytes: Uint8Array, options: VerifyObjectOptions): ObjectVerdict {
  return verifyOpened(verifier, openForVerify(bytes, options.patched), options);
}

/** @throws VerifyObjectError as verifyObject: for many kernels or programs, an object is opened once */
export function openForVerify(bytes: Uint8Array, patched: readonly PatchedBytes[] | undefined): OpenObject {
  return guarded(() => openObject(bytes, patched));
}

/** @throws VerifyObjectError where a program contradicts the object */
export function verifyOpened(
  verifier: Verifier,
  object: OpenObject,
  options: Omit<VerifyObjectOptions, "patched">,
): ObjectVerdict {
  const env: VerifyEnv = {
    profile: options.profile,
    btf: options.btf,
    ...(options.cpus === undefined ? {} : { cpus: options.cpus }),
  };
  const maps = options.cpus === undefined ? object.maps.maps : withCpuCount(object.maps.maps, options.cpus);
  const there: OpenObject = { ...object, maps: { ...object.maps, maps } };
  const programs = guarded(() =>
    object.programs
      .filter((symbol) => options.only === undefined || symbol.name === options.only)
      .map((symbol) => judge(verifier, there, symbol, env, options.log === true)),
  );
  return { programs, maps: object.maps.maps.map((map) => mapMemory(map, options.cpus ?? DEFAULT_CPUS)) };
}

function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ElfError || error instanceof BtfError || error instanceof RangeError) {
      throw new VerifyObjectError(error.message);
    }
    throw error;
  }
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
  const linked = linkProgram(object, symbol, env.btf);
  const lines = new Map(linked.lines);
  const early = unresolved(linked.unknown) ?? missingMap(object, linked.used, env);
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
    absent,
    hint: "guard the access by its existence, or use what this kernel has instead",
  };
}

function unresolved(what: string | undefined): Verdict | undefined {
  if (what === undefined) return undefined;
  const text = what.endsWith("known") ? `${what} to the model` : what;
  return refusedBefore("unknown", "relocation", text, text);
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
