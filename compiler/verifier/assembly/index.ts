/** What the host calls: memory for its tables, one verdict per run, counts. */
import { alloc, arenaReset } from "./arena";
import { setFramePointer, setGlobalArguments } from "./call";
import { E_CALLBACK_DEAD, E_TRAP, SUB_ROW, T_CTX, V_ACCEPTED } from "./codes.gen";
import { initCover } from "./cover";
import {
  count,
  fail,
  failArgs,
  failCode,
  failInsn,
  giveUp,
  globalCount,
  GlobalRow,
  globalTable,
  immAt,
  opcodeAt,
  setPc,
  setupEnv,
  srcAt,
  verdict,
} from "./env";
import { prepare } from "./flow";
import { checkDepth, combinedDepth, functionAt, functionCount, functionStart, stackDepth } from "./functions";
import { computeAlive } from "./life";
import { findLoops } from "./loops";
import { isSecond, wasSeen } from "./marks";
import { insns, peak, recorded, resetCounts, resetPrune } from "./prune";
import { markPointer } from "./reg";
import { resetStackLife } from "./stack-life";
import { newFrame, newState, regOf, setFrame } from "./state";
import { walkFrom } from "./walk";

/** Forgets the run before; then `reserve` gives memory for the next one's tables. */
export function reset(): void {
  arenaReset();
}
/** Memory for a table, 16-byte aligned. */
export function reserve(size: u32): usize {
  return alloc(size > 32752 ? largest(size) : size);
}
function largest(size: u32): u32 {
  return (size + 15) & ~15;
}

function runFunction(subprogram: i32, row: GlobalRow | null): bool {
  const state = newState();
  const frame = newFrame(-1, 0, subprogram);
  setFrame(state, 0, frame);
  setFramePointer(frame);
  if (row == null) markPointer(regOf(frame, 1), T_CTX);
  else if (!setGlobalArguments(frame, row)) return false;
  const start = functionStart(subprogram);
  state.firstInsn = start;
  resetPrune();
  resetStackLife();
  return walkFrom(state, start);
}

/**
 * A function that nothing ever enters is taken out of the program: whoever takes its address may be left with nothing,
 * and the kernel refuses some of those programs (jit_subprogs). So it is with a walk of 0 rounds.
 */
function checkCallbacks(): bool {
  for (let i = 0; i < count; i++) {
    if (isSecond(i) || !wasSeen(i) || opcodeAt(i) != 0x18 || srcAt(i) != 4) continue;
    setPc(i);
    if (!wasSeen(i + immAt(i) + 1)) return giveUp(E_CALLBACK_DEAD, i);
  }
  return true;
}

/** Judges the program that the words describe (see image.ts); V_*. */
export function run(words: usize): i32 {
  setupEnv(words);
  resetCounts();
  initCover();
  if (count == 0) {
    fail(E_TRAP);
    return verdict;
  }
  if (!prepare()) return verdict;
  computeAlive();
  findLoops();
  for (let i = 0; i < globalCount; i++) {
    const row = changetype<GlobalRow>(globalTable + <usize>i * SUB_ROW);
    const n = functionAt(row.start);
    if (n > 0 && !runFunction(n, row)) return verdict;
  }
  if (!runFunction(0, null)) return verdict;
  setPc(0);
  if (checkDepth()) checkCallbacks();
  return verdict;
}

export function errorCode(): i32 {
  return verdict == V_ACCEPTED ? 0 : failCode;
}
export function errorInsn(): i32 {
  return failInsn;
}
export function errorArg(n: i32): i64 {
  return failArgs[n];
}
export function insnsProcessed(): u32 {
  return insns;
}
export function statesRecorded(): i32 {
  return recorded;
}
export function statesPeak(): i32 {
  return peak;
}
export function functions(): i32 {
  return functionCount;
}
export function startOf(n: i32): i32 {
  return functionStart(n);
}
export function depthOf(n: i32): i32 {
  return stackDepth(n);
}
export function depthOfChain(): i32 {
  return combinedDepth();
}
