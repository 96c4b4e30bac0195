/**
 * The program's functions: where they start, how much stack each uses, and how deep the stack of calls gets.
 *
 * Kernel: check_subprogs, check_max_stack_depth in kernel/bpf/verifier.c.
 */
import {
  E_BAD_CALL_TARGET,
  E_CALL_DEPTH,
  E_RECURSION,
  E_STACK_COMBINED,
  FEAT_PRIVATE_STACK,
  OPT_PRIVATE_STACK,
} from "./codes.gen";
import { count, fail, giveUp, has, immAt, opcodeAt, options, setPc, srcAt } from "./env";
import { isSecond } from "./marks";

const MAX_FUNCTIONS: i32 = 256;
/** First instructions, in order. */
const starts: StaticArray<i32> = new StaticArray<i32>(MAX_FUNCTIONS);
export let functionCount: i32 = 0;
const depths: StaticArray<i32> = new StaticArray<i32>(MAX_FUNCTIONS);

export function functionStart(n: i32): i32 {
  return unchecked(starts[n]);
}
export function functionEnd(n: i32): i32 {
  return n + 1 < functionCount ? unchecked(starts[n + 1]) : count;
}
/** The function that starts at instruction i; -1: none does. */
export function functionAt(i: i32): i32 {
  for (let n = 0; n < functionCount; n++) if (unchecked(starts[n]) == i) return n;
  return -1;
}
export function stackDepth(n: i32): i32 {
  return unchecked(depths[n]);
}
export function noteDepth(n: i32, bytes: i32): void {
  if (bytes > unchecked(depths[n])) unchecked((depths[n] = bytes));
}

/** Forgets the functions of the program before. */
export function resetFunctions(): void {
  functionCount = 0;
  for (let i = 0; i < MAX_FUNCTIONS; i++) unchecked((depths[i] = 0));
}
export function addFunction(start: i32): bool {
  if (start < 0 || start >= count || isSecond(start)) return fail(E_BAD_CALL_TARGET, start);
  for (let n = 0; n < functionCount; n++) if (unchecked(starts[n]) == start) return true;
  if (functionCount == MAX_FUNCTIONS) return giveUp(E_CALL_DEPTH, MAX_FUNCTIONS);
  let n = functionCount;
  while (n > 0 && unchecked(starts[n - 1]) > start) {
    unchecked((starts[n] = starts[n - 1]));
    n--;
  }
  unchecked((starts[n] = start));
  functionCount++;
  return true;
}

export function isFunctionCall(i: i32): bool {
  return opcodeAt(i) == 0x85 && srcAt(i) == 1;
}
export function isFunctionAddress(i: i32): bool {
  return opcodeAt(i) == 0x18 && srcAt(i) == 4;
}

function roundUp(bytes: i32): i32 {
  const least = bytes < 1 ? 1 : bytes;
  return (least + 15) & ~15;
}

let deepest: i32 = 0;
/** Largest sum of frames over any chain of calls, in bytes. */
export function combinedDepth(): i32 {
  return deepest;
}

function descend(n: i32, before: i32, level: i32): bool {
  if (level > 8) return fail(E_CALL_DEPTH, level);
  const own = roundUp(unchecked(depths[n]));
  const total = before + own;
  if (total > deepest) deepest = total;
  if (total > 512 && !(has(FEAT_PRIVATE_STACK) && options & OPT_PRIVATE_STACK)) {
    return fail(E_STACK_COMBINED, level, total);
  }
  const end = functionEnd(n);
  for (let i = functionStart(n); i < end; i++) {
    if (isSecond(i) || !(isFunctionCall(i) || isFunctionAddress(i))) continue;
    const callee = functionAt(i + immAt(i) + 1);
    if (callee < 0) continue;
    setPc(i);
    if (callee == n) return fail(E_RECURSION, level);
    if (!descend(callee, total, level + 1)) return false;
  }
  return true;
}
export function checkDepth(): bool {
  deepest = 0;
  return descend(0, 0, 1);
}
