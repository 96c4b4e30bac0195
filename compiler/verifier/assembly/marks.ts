/**
 * What is known of each instruction: how the flow comes by, which registers are alive, pointers of which type it was seen
 * with, and whether the walk has been there.
 */
import { alloc } from "./arena";
import { FEAT_CALLBACK_ROUNDS } from "./codes.gen";
import { count, has } from "./env";

/** A state may be recorded here. */
export const PRUNE: u8 = 1;
/** Reached by a jump, a call or a return. */
export const JUMPED: u8 = 2;
/** A state is recorded here each time. */
export const FORCE: u8 = 4;
/** Calls a helper that calls back. */
export const CALLBACK: u8 = 8;
/** The second half of a wide load. */
export const SECOND: u8 = 16;

/** Per instruction: u8 bits. */
let flags: usize = 0;
/** Registers alive before each instruction: u16 bits. */
let alive: usize = 0;
/** Type of the pointer that a load or store was seen with: i32; see mem.ts. */
let pointerTypes: usize = 0;
/** Whether the walk has come by: u8. */
let seen: usize = 0;

function zeroed(size: usize): usize {
  const block = alloc(size);
  memory.fill(block, 0, size);
  return block;
}
/** Nothing is known of any instruction. */
export function resetMarks(): void {
  flags = zeroed(<usize>count);
  seen = zeroed(<usize>count);
  alive = zeroed(<usize>count * 2);
  pointerTypes = zeroed(<usize>count * 4);
}

function flagAt(i: i32): u8 {
  return load<u8>(flags + <usize>i);
}
export function setFlag(i: i32, flag: u8): void {
  store<u8>(flags + <usize>i, flagAt(i) | flag);
}
export function isPrunePoint(i: i32): bool {
  return (flagAt(i) & PRUNE) != 0;
}
export function isJumpPoint(i: i32): bool {
  return (flagAt(i) & JUMPED) != 0;
}
export function isForced(i: i32): bool {
  return (flagAt(i) & FORCE) != 0;
}
export function callsCallback(i: i32): bool {
  return (flagAt(i) & CALLBACK) != 0;
}
/** The callback's end comes back to the call, for another round: else it goes on behind it. */
export function comesBack(i: i32): bool {
  return callsCallback(i) && has(FEAT_CALLBACK_ROUNDS);
}
export function isSecond(i: i32): bool {
  return (flagAt(i) & SECOND) != 0;
}
export function aliveAt(i: i32): u32 {
  return <u32>load<u16>(alive + (<usize>i << 1));
}
export function setAlive(i: i32, registers: u32): void {
  store<u16>(alive + (<usize>i << 1), <u16>registers);
}
export function pointerTypeAt(i: i32): i32 {
  return load<i32>(pointerTypes + (<usize>i << 2));
}
export function setPointerType(i: i32, type: i32): void {
  store<i32>(pointerTypes + (<usize>i << 2), type);
}
export function markSeen(i: i32): void {
  store<u8>(seen + <usize>i, 1);
}
export function wasSeen(i: i32): bool {
  return load<u8>(seen + <usize>i) != 0;
}
