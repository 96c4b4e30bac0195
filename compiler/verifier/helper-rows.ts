/**
 * Helpers as one program sees them: the rows of lang/helpers.ts, by the kernel's version and the program's type.
 *
 * A helper that lang/ has no row for is there in some kernel all the same: a program that calls it gets no verdict.
 */
import { type Helper, type HelperArg, type HelperReturn, helpers } from "../lang/helpers.ts";
import { ARG, ARG_FLAG, HELPER_STATUS, RETURNS } from "./codes.ts";
import { D_PATH_FUNCTIONS } from "./helper-objects.ts";
import { MORE_HELPERS } from "./more-helpers.ts";
import { mapMask } from "./profiles/maps.ts";
import { isSince, type KernelProfile } from "./profiles/profile.ts";
import type { TracingAttach, VerifierProgram, VerifyEnv } from "./program.ts";

export type HelperEntry = {
  readonly status: number;
  readonly args: readonly number[];
  readonly returns: number;
  readonly returnId: number;
  readonly maps: bigint;
};

/** Highest helper number, by version. */
const COUNTS: readonly (readonly [string, number])[] = [
  ["6.1", 211],
  ["6.0", 208],
  ["5.19", 203],
  ["5.15", 176],
  ["5.10", 155],
];
const LAST_HELPER = 211;
const NOT_HERE: HelperEntry = { status: HELPER_STATUS.NOT_HERE, args: [], returns: 0, returnId: 0, maps: 0n };

const ARGS: Readonly<Record<HelperArg, number>> = {
  anything: ARG.ANYTHING,
  context: ARG.CTX,
  "const-map": ARG.MAP,
  "map-key": ARG.KEY,
  "map-value": ARG.VALUE,
  mem: ARG.MEM | ARG_FLAG.RDONLY,
  "mem-uninit": ARG.MEM_UNINIT,
  size: ARG.SIZE,
  "size-or-zero": ARG.SIZE_ZERO,
  reserved: ARG.RINGBUF,
  function: ARG.FUNCTION,
  "stack-or-null": ARG.STACK_OR_NULL | ARG_FLAG.MAYBE_NULL,
  "btf-object": ARG.BTF,
  "percpu-btf": ARG.UNKNOWN,
  "const-string": ARG.CONST_STRING,
  "long-pointer": ARG.LONG,
};
const RESULTS: Readonly<Record<HelperReturn, number>> = {
  integer: RETURNS.INTEGER,
  void: RETURNS.VOID,
  "map-value-or-null": RETURNS.MAP_VALUE_OR_NULL,
  "reserved-or-null": RETURNS.RINGBUF,
  "btf-object": RETURNS.BTF,
  "mem-or-null": RETURNS.UNKNOWN,
  mem: RETURNS.UNKNOWN,
};
/** What rows do not say: helpers by number. */
const LENGTHS = new Set([45, 67, 114, 115]);
const CPU_ID = 8;
const GET_STACK = 67;
const RESERVE = 131;
const CURRENT_TASK_BTF = 158;
const SNPRINTF = 165;
const D_PATH = 147;
/** Of iterators only. */
const SEQUENCE = new Set([126, 127]);
/** Arguments that may be null although memory is asked. */
const NULLABLE_MEM: ReadonlySet<string> = new Set(["126:4", "165:1", "165:4", "177:3"]);
const TRAMPOLINE_ONLY = new Set([183, 184]);
/** Helpers of socket filters among lang's rows, by the version that brought them there. */
const SOCKET: ReadonlyMap<number, string> = new Map([
  [1, "3.19"],
  [2, "3.19"],
  [3, "3.19"],
  [5, "4.1"],
  [6, "4.1"],
  [7, "4.1"],
  [8, "4.1"],
  [42, "4.10"],
  [113, "5.8"],
  [115, "5.8"],
  [35, "5.8"],
  [118, "5.6"],
  [125, "5.8"],
  [130, "5.8"],
  [131, "5.8"],
  [132, "5.8"],
  [133, "5.8"],
  [164, "5.13"],
  [181, "5.17"],
  [182, "5.17"],
]);
const NOT_GPL = new Set([
  1, 2, 3, 5, 7, 8, 14, 15, 16, 35, 42, 80, 118, 125, 130, 131, 132, 133, 158, 164, 181, 182, 195, 208,
]);

/** One table per kernel and kind of program: made once, as long as its profile lives. */
const made = new WeakMap<KernelProfile, Map<string, readonly (HelperEntry | undefined)[]>>();

export function helperEntries(program: VerifierProgram, env: VerifyEnv): readonly (HelperEntry | undefined)[] {
  const path = mayCallPath(program.attach);
  const key = `${program.type} ${program.attach?.kind ?? ""} ${path} ${program.gpl} ${env.btf === undefined ? 0 : env.btf.count}`;
  const known = made.get(env.profile) ?? new Map<string, readonly (HelperEntry | undefined)[]>();
  made.set(env.profile, known);
  const entries = known.get(key) ?? makeEntries(program, env);
  known.set(key, entries);
  return entries;
}

function makeEntries(program: VerifierProgram, env: VerifyEnv): readonly (HelperEntry | undefined)[] {
  const since = (version: string): boolean => isSince(env.profile, version);
  const last = COUNTS.find(([version]) => since(version))?.[1] ?? 155;
  const entries: (HelperEntry | undefined)[] = Array.from({ length: LAST_HELPER + 1 }, (_, id) =>
    id === 0
      ? NOT_HERE
      : id <= last
        ? { status: HELPER_STATUS.UNKNOWN, args: [], returns: 0, returnId: 0, maps: 0n }
        : undefined,
  );
  const task = env.btf?.find("struct", "task_struct");
  // bpf_get_stack_proto_raw_tp (kernel/trace/bpf_trace.c) asks for memory to read; since 6.3 all of the stack is that.
  const readsStack = /^(raw_tracepoint|tracing)/.test(program.type) && !since("6.3");
  for (const row of helpers) {
    if (!since(row.since)) {
      entries[row.id] = row.id > last ? undefined : NOT_HERE;
      continue;
    }
    entries[row.id] = {
      status: statusOf(row, program, since, task !== undefined),
      args: row.args.map((arg, index) =>
        row.id === GET_STACK && index === 1 && readsStack ? ARGS.mem : argOf(row.id, arg, index),
      ),
      returns: returnsOf(row, since),
      returnId: row.id === CURRENT_TASK_BTF ? (task ?? 0) : 0,
      maps: mapMask(row.id, since),
    };
  }
  for (const { id, args, returns, known } of MORE_HELPERS) {
    if (!since(known)) continue;
    entries[id] = { status: HELPER_STATUS.OK, args, returns, returnId: 0, maps: mapMask(id, since) };
  }
  return entries;
}

function returnsOf(row: Helper, since: (version: string) => boolean): number {
  if (LENGTHS.has(row.id)) return RETURNS.LENGTH;
  return row.id === CPU_ID && since("6.2") ? RETURNS.CPU : RESULTS[row.returns];
}

function argOf(id: number, arg: HelperArg, index: number): number {
  if (id === RESERVE && index === 1) return ARG.ALLOC_SIZE;
  const kind = id === SNPRINTF && index === 0 ? ARG.MEM_WRITE : ARGS[arg];
  return NULLABLE_MEM.has(`${id}:${index + 1}`) ? kind | ARG_FLAG.MAYBE_NULL : kind;
}

function statusOf(row: Helper, program: VerifierProgram, since: (v: string) => boolean, hasTask: boolean): number {
  const { OK, NOT_HERE, GPL_ONLY, UNKNOWN } = HELPER_STATUS;
  if (row.id === CURRENT_TASK_BTF && !hasTask) return UNKNOWN;
  if (program.type === "socket_filter") {
    const first = SOCKET.get(row.id);
    if (first === undefined) return UNKNOWN;
    if (!since(first)) return NOT_HERE;
  } else {
    const { attach } = program;
    if (row.programs !== undefined && !row.programs.includes(program.type)) return NOT_HERE;
    if (TRAMPOLINE_ONLY.has(row.id) && attach?.kind !== "fentry" && attach?.kind !== "fexit") return NOT_HERE;
    if (SEQUENCE.has(row.id) && attach?.kind !== "iter") return NOT_HERE;
    if (row.id === D_PATH && !mayCallPath(attach)) return NOT_HERE;
    if (row.id === 173 && program.type === "tracing" && attach?.kind !== "fentry" && attach?.kind !== "fexit")
      return NOT_HERE;
  }
  return program.gpl || NOT_GPL.has(row.id) ? OK : GPL_ONLY;
}

function mayCallPath(attach: TracingAttach | undefined): boolean {
  if (attach?.kind === "fentry" || attach?.kind === "fexit") return D_PATH_FUNCTIONS.has(attach.function);
  return attach?.kind === "iter";
}

export function helperName(id: number): string {
  const row = helpers.find((each) => each.id === id) ?? MORE_HELPERS.find((each) => each.id === id);
  return row?.name ?? (id === 0 ? "unspec" : "unknown");
}
