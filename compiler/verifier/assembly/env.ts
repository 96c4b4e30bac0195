/**
 * What is being judged, and the verdict: the program's instructions and tables as the host wrote them, the kernel's
 * features, and the first failure. The host's side is image.ts.
 */
import {
  HELPER_ROW,
  MAP_ROW,
  SUB_ROW,
  V_ACCEPTED,
  V_REFUSED,
  V_UNKNOWN,
} from "./codes.gen";

/** FEAT_* bits. */
let features: u64 = 0;
export function has(feature: u64): bool {
  return (features & feature) != 0;
}

/** Raw instructions, 8 bytes each; relocations resolved to table indices (see image.ts). */
export let code: usize = 0;
export let count: i32 = 0;
export let mapTable: usize = 0;
let helperTable: usize = 0;
export let helperCount: i32 = 0;
/** Functions other programs' authors may call too: verified on their own. Rows of SUB_ROW bytes. */
export let globalTable: usize = 0;
export let globalCount: i32 = 0;
export let options: i32 = 0;
/** Range that R0 must be in at exit, if OPT_RETVAL is set. */
export let retLow: i64 = 0;
export let retHigh: i64 = 0;
/** How many CPUs the kernel may have; 0: not known. */
export let cpus: u32 = 0;
export let insnLimit: u32 = 1000000;

export let verdict: i32 = V_ACCEPTED;
export let failCode: i32 = 0;
export let failInsn: i32 = 0;
export const failArgs: StaticArray<i64> = new StaticArray<i64>(6);

/** The instruction being judged. */
export let pc: i32 = 0;
export function setPc(value: i32): void {
  pc = value;
}
/** Ids for numbers, pointers and references: never reused in a run. */
let lastId: u32 = 0;
export function newId(): u32 {
  lastId++;
  return lastId;
}

export function setupEnv(words: usize): void {
  features = load<u64>(words);
  code = load<u32>(words, 8);
  count = load<i32>(words, 12);
  mapTable = load<u32>(words, 16);
  helperTable = load<u32>(words, 24);
  helperCount = load<i32>(words, 28);
  globalTable = load<u32>(words, 32);
  globalCount = load<i32>(words, 36);
  options = load<i32>(words, 40);
  insnLimit = load<u32>(words, 44);
  retLow = load<i64>(words, 48);
  retHigh = load<i64>(words, 56);
  cpus = load<u32>(words, 64);
  verdict = V_ACCEPTED;
  failCode = 0;
  failInsn = -1;
  lastId = 0;
}

/** Refuses the program; always false, so that a check can `return fail(…)`. The first failure counts. */
export function fail(error: i32, a: i64 = 0, b: i64 = 0, c: i64 = 0, d: i64 = 0, e: i64 = 0, f: i64 = 0): bool {
  if (verdict == V_ACCEPTED) record(V_REFUSED, error, a, b, c, d, e, f);
  return false;
}
/** What the model does not know: no verdict. */
export function giveUp(error: i32, a: i64 = 0, b: i64 = 0): bool {
  if (verdict == V_ACCEPTED) record(V_UNKNOWN, error, a, b, 0, 0, 0, 0);
  return false;
}
function record(kind: i32, error: i32, a: i64, b: i64, c: i64, d: i64, e: i64, f: i64): void {
  verdict = kind;
  failCode = error;
  failInsn = pc;
  unchecked((failArgs[0] = a));
  unchecked((failArgs[1] = b));
  unchecked((failArgs[2] = c));
  unchecked((failArgs[3] = d));
  unchecked((failArgs[4] = e));
  unchecked((failArgs[5] = f));
}

// ---- instructions ----
export function opcodeAt(i: i32): i32 {
  return <i32>load<u8>(code + (<usize>i << 3));
}
export function dstAt(i: i32): i32 {
  return <i32>load<u8>(code + (<usize>i << 3), 1) & 15;
}
export function srcAt(i: i32): i32 {
  return <i32>load<u8>(code + (<usize>i << 3), 1) >> 4;
}
export function offAt(i: i32): i32 {
  return <i32>load<i16>(code + (<usize>i << 3), 2);
}
export function immAt(i: i32): i32 {
  return load<i32>(code + (<usize>i << 3), 4);
}

/**
 * Unsigned, and loaded so: the optimiser widens a signed load that is cast to u32 and then to u64 as if it were signed.
 */
export function uimmAt(i: i32): u32 {
  return load<u32>(code + (<usize>i << 3), 4);
}

// ---- maps ----
@unmanaged
export class MapRow {
  type: i32;
  keySize: i32;
  valueSize: i32;
  maxEntries: u32;
  flags: u32;
  /** Address of a frozen read-only map's contents; 0: not known. */
  data: u32;
  /** Index of the map that a map of maps holds; -1: none. */
  inner: i32;
  /** The value has a lock, timer or the like, which the model does not know. */
  special: i32;
}
export function mapRow(index: i32): MapRow {
  return changetype<MapRow>(mapTable + <usize>index * MAP_ROW);
}

// ---- helpers ----
@unmanaged
export class HelperRow {
  /** HELPER_* */
  status: i32;
  arg1: i32;
  arg2: i32;
  arg3: i32;
  arg4: i32;
  arg5: i32;
  ret: i32;
  /** Size of memory, or BTF id, of what it returns. */
  retAux: i32;
  retUid: i32;
  gpl: i32;
}
export function helperRow(id: i32): HelperRow {
  return changetype<HelperRow>(helperTable + <usize>id * HELPER_ROW);
}
export function helperArg(row: HelperRow, n: i32): i32 {
  return load<i32>(changetype<usize>(row) + 4 + <usize>n * 4);
}

// ---- functions verified on their own ----
@unmanaged
export class GlobalRow {
  start: i32;
  /** GARG_* of r1–r5. */
  arg1: i32;
  arg2: i32;
  arg3: i32;
  arg4: i32;
  arg5: i32;
  size1: i32;
  size2: i32;
  size3: i32;
  size4: i32;
  size5: i32;
  isVoid: i32;
}
export function globalAt(start: i32): GlobalRow | null {
  for (let i = 0; i < globalCount; i++) {
    const row = changetype<GlobalRow>(globalTable + <usize>i * SUB_ROW);
    if (row.start == start) return row;
  }
  return null;
}
