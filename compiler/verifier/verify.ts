/** One program judged: the module is run, and its report put into words. */
import type { Btf } from "../btf/types.ts";
import { branded } from "../util/brand.ts";
import { NOT_KNOWN } from "./answer.ts";
import { openBtfWalk, structSize } from "./btf-access.ts";
import { VERDICT } from "./codes.ts";
import { contextOf, prototypeOf } from "./contexts.ts";
import { formatFits } from "./format-string.ts";
import { takesObject } from "./helper-objects.ts";
import { helperName } from "./helper-rows.ts";
import { writeImage } from "./image.ts";
import { type LogLine, openLog } from "./log.ts";
import { type Failure, MESSAGE_NAMES, MESSAGES, type MessageName } from "./messages.ts";
import type { Verifier } from "./module.ts";
import { mapKindName } from "./profiles/maps.ts";
import { isSince } from "./profiles/profile.ts";
import type { VerifierMap, VerifierProgram, VerifyEnv } from "./program.ts";

export type Verdict = {
  /** accepted: the model knows no reason for a refusal. unknown: the program has what the model does not judge. */
  readonly verdict: "accepted" | "refused" | "unknown" | "cannot-attach";
  /** Slot of the instruction that is refused; undefined: about the whole program. */
  readonly insn: number | undefined;
  /** Stable name of the reason, kebab-case; undefined where accepted. */
  readonly reason: string | undefined;
  /** The kernel's own line. */
  readonly message: string | undefined;
  /** The same for the script's author, and what to do. */
  readonly explanation: string | undefined;
  readonly hint: string | undefined;
  readonly counts: Counts;
  /** The walk, if it was asked for. */
  readonly log: readonly LogLine[];
};
export type Counts = {
  /** Instructions that the walk ran, over all paths. */
  readonly processed: number;
  /** States put on record, and the most at one time. */
  readonly states: number;
  readonly peakStates: number;
  /** Bytes: of the program's own frame, and of the deepest chain of calls. */
  readonly stack: number;
  readonly stackCombined: number;
};
const NO_COUNTS: Counts = { processed: 0, states: 0, peakStates: 0, stack: 0, stackCombined: 0 };

export type VerifyOptions = {
  /** Keep the walk, a state per instruction. */
  readonly log?: boolean;
};

/** Judges a program as `env`'s kernel would. Never throws for a program, however broken. */
export function verifyProgram(
  verifier: Verifier,
  program: VerifierProgram,
  env: VerifyEnv,
  options: VerifyOptions = {},
): Verdict {
  const shape = checkShape(program, env);
  if (shape !== undefined) return shape;
  const { exports } = verifier;
  const context = contextOf(program, env);
  const walk = env.btf === undefined ? undefined : openBtfWalk(env.btf, env.profile);
  const log = openLog(exports, program, options.log === true);
  verifier.setHost({
    ctxAccess: (off, size, write) => context(off, size, write !== 0),
    btfAccess: (_, id, off, size) => walk?.access(id, off, size) ?? NOT_KNOWN,
    btfSize: (_, id) => (env.btf === undefined ? 0 : structSize(env.btf, id)),
    btfMatches: (_, id, off, helper) => (env.btf === undefined ? -1 : takesObject(env.btf, helper, id, off)),
    formatFits: (map, off, count) => formatFits(program.maps[map], off, count),
    log: log.note,
  });
  try {
    const outcome = exports.run(writeImage(exports, program, env, options.log === true));
    log.end();
    return report(outcome, verifier, program, env, log.lines);
  } catch (error) {
    // out of memory or a trap: whatever it is, it is no verdict
    return none("unknown", "model-failed", `the model failed: ${error instanceof Error ? error.message : "trap"}`);
  }
}

function none(verdict: Verdict["verdict"], reason: string, message: string, insn?: number): Verdict {
  const text = { reason, message, explanation: message, hint: undefined };
  return { verdict, insn, ...text, counts: NO_COUNTS, log: [] };
}

/** What the kernel refuses before it looks at instructions. */
function checkShape(program: VerifierProgram, env: VerifyEnv): Verdict | undefined {
  const { code, attach } = program;
  const slots = code.length / 8;
  if (!Number.isInteger(slots) || slots === 0 || slots > 1_000_000) {
    return none(
      "refused",
      "bad-size",
      `a program of ${code.length} bytes is no whole number of 1 to 1000000 instructions`,
    );
  }
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  for (let i = 0; i < slots; i++) {
    if (view.getUint8(i * 8) !== 0x18) continue;
    const bad = checkWide(view, i, slots, program, env) ?? checkMapFits(view, i, program, env);
    if (bad !== undefined) return bad;
    i++;
  }
  if (attach !== undefined && env.btf !== undefined && prototypeOf(attach, env.btf) === undefined) {
    const name = "function" in attach ? attach.function : attach.name;
    return none("cannot-attach", "no-such-target", `this kernel has no ${attach.kind} target ${name}`);
  }
  return undefined;
}

/** Both halves of a wide load, as resolve_pseudo_ldimm64 sees them. */
function checkWide(
  view: DataView,
  slot: number,
  slots: number,
  program: VerifierProgram,
  env: VerifyEnv,
): Verdict | undefined {
  const at = slot * 8;
  const broken = slot + 1 >= slots || view.getUint32(at + 8, true) !== 0;
  if (broken) return none("refused", "bad-wide-load", "invalid bpf_ld_imm64 insn", slot);
  const source = view.getUint8(at + 1) >> 4;
  const low = view.getInt32(at + 4, true);
  const high = view.getInt32(at + 12, true);
  const highest = isSince(env.profile, "5.13") ? 6 : 3;
  if (source > highest || (source !== 0 && source !== 2 && high !== 0)) {
    return none("refused", "bad-wide-load", "unrecognized bpf_ld_imm64 insn", slot);
  }
  if (source === 1 || source === 2) {
    const map = program.maps[low];
    if (map === undefined) return none("refused", "bad-map", `fd ${low} is not pointing to valid bpf_map`, slot);
    if (source === 2 && !isDirect(map, high)) {
      const text = `invalid access to map value pointer, value_size=${map.valueSize} off=${high}`;
      return none("refused", "bad-map-address", text, slot);
    }
  }
  if (source === 4 && !program.funcInfo) return none("refused", "no-func-info", "missing btf func_info", slot);
  return undefined;
}

/** Program types that may have neither locks nor timers in the maps that they use: is_tracing_prog_type. */
const PLAIN_MAPS: ReadonlySet<string> = new Set([
  "kprobe",
  "tracepoint",
  "perf_event",
  "raw_tracepoint",
  "raw_tracepoint_writable",
]);
/** What map values hold, the version that knew it, and whom the kernel refuses it. */
const REFUSED_IN_MAPS: readonly (readonly [string, string, (type: string) => boolean])[] = [
  ["bpf_spin_lock", "5.1", (type) => PLAIN_MAPS.has(type) || type === "socket_filter"],
  ["bpf_timer", "5.15", (type) => PLAIN_MAPS.has(type)],
  ["bpf_wq", "6.10", (type) => PLAIN_MAPS.has(type)],
];

/** Whether a program of its type may use the map of a wide load: check_map_prog_compatibility. */
function checkMapFits(view: DataView, slot: number, program: VerifierProgram, env: VerifyEnv): Verdict | undefined {
  const source = view.getUint8(slot * 8 + 1) >> 4;
  const map = source === 1 || source === 2 ? program.maps[view.getInt32(slot * 8 + 4, true)] : undefined;
  for (const [what, since, refuses] of REFUSED_IN_MAPS) {
    if (map === undefined || !map.special.includes(what) || !isSince(env.profile, since) || !refuses(program.type))
      continue;
    const kind = program.type === "socket_filter" ? "socket filter progs" : "tracing progs";
    return {
      ...none("refused", "map-not-here", `${kind} cannot use ${what} yet`, slot),
      explanation: `the values of map ${map.name} hold a ${what}, which programs of this type may not use`,
    };
  }
  return undefined;
}

/** Arrays of one element give their address to programs (array_map_direct_value_addr). */
function isDirect(map: VerifierMap, off: number): boolean {
  return map.type === 2 && map.maxEntries === 1 && off >= 0 && off < map.valueSize;
}

function report(
  outcome: number,
  verifier: Verifier,
  program: VerifierProgram,
  env: VerifyEnv,
  log: readonly LogLine[],
): Verdict {
  const { exports } = verifier;
  const counts: Counts = {
    processed: exports.insnsProcessed(),
    states: exports.statesRecorded(),
    peakStates: exports.statesPeak(),
    stack: exports.functions() > 0 ? exports.depthOf(0) : 0,
    stackCombined: exports.depthOfChain(),
  };
  if (outcome === VERDICT.ACCEPTED) {
    const nothing = { insn: undefined, reason: undefined, message: undefined, explanation: undefined, hint: undefined };
    return { verdict: "accepted", ...nothing, counts, log };
  }
  const name: MessageName = MESSAGE_NAMES[exports.errorCode() - 1] ?? "OPCODE";
  const failure: Failure = {
    insn: exports.errorInsn(),
    args: Array.from({ length: 6 }, (_, i) => exports.errorArg(i)),
    helper: helperName,
    kernelHelper: (id) => (helperName(id) === "unknown" ? "unknown" : `bpf_${helperName(id)}`),
    mapType: mapKindName,
    struct: (id) => structName(env.btf, id),
  };
  const row = MESSAGES[name];
  const n = (i: number): number => Number(failure.args[i] ?? 0n);
  const insn = failure.insn >= 0 && failure.insn < program.code.length / 8 ? failure.insn : undefined;
  return {
    verdict: outcome === VERDICT.REFUSED ? "refused" : "unknown",
    insn,
    reason: name.toLowerCase().replaceAll("_", "-"),
    message: row.kernel(n, failure),
    explanation: row.explanation(n, failure),
    hint: row.hint,
    counts,
    log,
  };
}

function structName(btf: Btf | undefined, id: number): string {
  if (btf === undefined || id <= 0 || id >= btf.count) return "";
  const type = btf.type(branded(id));
  return "name" in type ? type.name : "";
}
