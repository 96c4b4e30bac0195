/**
 * The program's shape before it is walked: functions, reachability, where states are recorded, which registers are
 * alive, and how deep the stack of calls gets.
 *
 * Kernel: check_subprogs, check_cfg, compute_live_registers, check_max_stack_depth in kernel/bpf/verifier.c.
 */
import { alloc } from "./arena";
import {
  A_FUNCTION,
  E_BAD_CALL_TARGET,
  E_CALL_DEPTH,
  E_CALLX,
  E_INSN_CLASS,
  E_JUMP_MIDDLE,
  E_JUMP_RANGE,
  E_KFUNC,
  E_LAST_INSN,
  E_LOAD_RESERVED,
  E_MAY_GOTO,
  E_OPCODE,
  E_RECURSION,
  E_STACK_COMBINED,
  E_STORE_RESERVED,
  E_UNREACHABLE,
  FEAT_ATOMICS,
  FEAT_MOVSX,
  FEAT_PRIVATE_STACK,
  HELPER_OK,
  OPT_PRIVATE_STACK,
} from "./codes.gen";
import {
  code,
  count,
  dstAt,
  fail,
  giveUp,
  globalAt,
  has,
  helperArg,
  helperCount,
  helperRow,
  immAt,
  offAt,
  opcodeAt,
  options,
  setPc,
  srcAt,
} from "./env";

const PRUNE: u8 = 1;
const JUMPED: u8 = 2;
const FORCE: u8 = 4;
const CALLBACK: u8 = 8;
const SECOND: u8 = 16;

/** Per instruction. */
let flags: usize = 0;
/** Registers alive before each instruction: u16 bits. */
let alive: usize = 0;
/** Type of the pointer that a load or store was seen with: i32; see mem.ts. */
let pointerTypes: usize = 0;
let seen: usize = 0;

let starts: StaticArray<i32> = new StaticArray<i32>(256);
export let functionCount: i32 = 0;
const depths: StaticArray<i32> = new StaticArray<i32>(256);

function flagAt(i: i32): u8 {
  return load<u8>(flags + <usize>i);
}
function setFlag(i: i32, flag: u8): void {
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
export function isSyncCallbackCall(i: i32): bool {
  return callsCallback(i);
}
export function isSecond(i: i32): bool {
  return (flagAt(i) & SECOND) != 0;
}
export function aliveAt(i: i32): u32 {
  return <u32>load<u16>(alive + (<usize>i << 1));
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

export function functionStart(n: i32): i32 {
  return unchecked(starts[n]);
}
function functionEnd(n: i32): i32 {
  return n + 1 < functionCount ? unchecked(starts[n + 1]) : count;
}
/** The function that instruction i belongs to. */
export function functionOf(i: i32): i32 {
  let n = functionCount - 1;
  while (n > 0 && unchecked(starts[n]) > i) n--;
  return n;
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

function addFunction(start: i32): bool {
  if (start < 0 || start >= count || isSecond(start)) return fail(E_BAD_CALL_TARGET, start);
  for (let n = 0; n < functionCount; n++) if (unchecked(starts[n]) == start) return true;
  if (functionCount == 256) return giveUp(E_CALL_DEPTH, 256);
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
function isFunctionAddress(i: i32): bool {
  return opcodeAt(i) == 0x18 && srcAt(i) == 4;
}
function takesCallback(i: i32): bool {
  if (opcodeAt(i) != 0x85 || srcAt(i) != 0) return false;
  const id = immAt(i);
  if (id < 0 || id >= helperCount || helperRow(id).status != HELPER_OK) return false;
  for (let n = 0; n < 5; n++) if ((helperArg(helperRow(id), n) & 0xff) == A_FUNCTION) return true;
  return false;
}

/** Opcodes that exist: as bpf_opcode_in_insntable. */
function isOpcode(op: i32): bool {
  const cls = op & 7;
  const high = op >> 4;
  switch (cls) {
    case 0:
      // wide load, and packet loads of 1, 2 and 4 bytes, absolute and indirect
      return op == 0x18 || op == 0x20 || op == 0x28 || op == 0x30 || op == 0x40 || op == 0x48 || op == 0x50;
    case 1:
      return op >> 5 == 3 || (op >> 5 == 4 && op != 0x99);
    case 2:
      return op >> 5 == 3;
    case 3:
      return op >> 5 == 3 || op >> 5 == 6;
    case 4:
      return high < 13 ? !(high == 8 && op & 8) : high == 13;
    case 7:
      return high < 13 ? !(high == 8 && op & 8) : op == 0xd7 && has(FEAT_MOVSX);
    case 5:
      if (op == 0x05 || op == 0x85 || op == 0x8d || op == 0x95 || op == 0xe5) return true;
      return high >= 1 && high <= 13 && high != 8 && high != 9;
    default:
      if (op == 0x06) return has(FEAT_MOVSX);
      return high >= 1 && high <= 13 && high != 8 && high != 9;
  }
}

/** Refuses programs whose jumps, functions or ends are malformed. */
export function prepare(): bool {
  flags = alloc(<usize>count);
  memory.fill(flags, 0, <usize>count);
  seen = alloc(<usize>count);
  memory.fill(seen, 0, <usize>count);
  alive = alloc(<usize>count * 2);
  memory.fill(alive, 0, <usize>count * 2);
  pointerTypes = alloc(<usize>count * 4);
  memory.fill(pointerTypes, 0, <usize>count * 4);
  functionCount = 0;
  for (let i = 0; i < 256; i++) unchecked((depths[i] = 0));
  for (let i = 0; i < count; i++) {
    if (opcodeAt(i) == 0x18) {
      setFlag(i + 1, SECOND);
      i++;
      continue;
    }
    setPc(i);
    const mode = opcodeAt(i) >> 5;
    if ((opcodeAt(i) & 7) == 1 && ((mode != 3 && !(mode == 4 && has(FEAT_MOVSX))) || immAt(i) != 0)) {
      return fail(E_LOAD_RESERVED);
    }
    // before atomics there was one such operation, and its immediate had no meaning
    if (!has(FEAT_ATOMICS) && (opcodeAt(i) & 7) == 3 && immAt(i) != 0) return fail(E_STORE_RESERVED, 1);
    if (!isOpcode(opcodeAt(i))) return fail(E_OPCODE, opcodeAt(i));
    if (opcodeAt(i) == 0x85 && srcAt(i) == 2) return giveUp(E_KFUNC, immAt(i));
  }
  addFunction(0);
  for (let i = 0; i < count; i++) {
    if (isSecond(i)) continue;
    setPc(i);
    if (isFunctionCall(i) || isFunctionAddress(i)) {
      if (!addFunction(i + immAt(i) + 1)) return false;
    }
  }
  return checkJumps() && checkGraph();
}

/** Slots that a jump goes to; only for goto, gotol and conditional jumps. */
function jumpTarget(i: i32): i32 {
  return i + 1 + (opcodeAt(i) == 0x06 ? immAt(i) : offAt(i));
}
function isJump(i: i32): bool {
  const op = opcodeAt(i);
  const cls = op & 7;
  return (cls == 5 || cls == 6) && op != 0x85 && op != 0x95 && op != 0x8d && !isSecond(i);
}

function checkJumps(): bool {
  for (let n = 0; n < functionCount; n++) {
    const start = functionStart(n);
    const end = functionEnd(n);
    for (let i = start; i < end; i++) {
      setPc(i);
      if (opcodeAt(i) == 0x8d && !isSecond(i)) return giveUp(E_CALLX);
      if (isJump(i)) {
        const target = jumpTarget(i);
        if (target < start || target >= end) return fail(E_JUMP_RANGE, i, target);
      }
      if (i == end - 1) {
        const op = opcodeAt(i);
        if (isSecond(i) || (op != 0x95 && op != 0x05 && op != 0x06)) return fail(E_LAST_INSN);
      }
    }
  }
  return true;
}

/** Marks what is reached from `from`; each instruction once. */
function checkGraph(): bool {
  const stack = alloc(<usize>(count + 8) * 8);
  const reached = alloc(<usize>count);
  memory.fill(reached, 0, <usize>count);
  let depth = 0;
  for (let n = 0; n < functionCount; n++) {
    // functions that nothing calls are walked when they are global; others are reached by their calls
    if (n > 0 && globalAt(functionStart(n)) == null) continue;
    store<i32>(stack + (<usize>depth << 2), functionStart(n));
    depth++;
    while (depth > 0) {
      depth--;
      const i = load<i32>(stack + (<usize>depth << 2));
      if (load<u8>(reached + <usize>i)) continue;
      setPc(i);
      store<u8>(reached + <usize>i, 1);
      const op = opcodeAt(i);
      const cls = op & 7;
      let a = i + 1;
      let b = -1;
      if (op == 0x18) {
        a = i + 2;
        if (srcAt(i) == 4) {
          b = i + immAt(i) + 1;
          setFlag(i, PRUNE);
          setFlag(a, PRUNE | JUMPED);
          setFlag(b, PRUNE | JUMPED);
        }
      } else if (op == 0x95) {
        a = -1;
      } else if (op == 0x85) {
        if (srcAt(i) == 1) {
          setFlag(i, PRUNE);
          setFlag(a, PRUNE | JUMPED);
          b = i + immAt(i) + 1;
          setFlag(b, PRUNE | JUMPED);
        } else {
          // paths come back to it from the callback's end
          if (srcAt(i) == 0 && takesCallback(i)) setFlag(i, PRUNE | JUMPED | FORCE | CALLBACK);
        }
      } else if (op == 0x05 || op == 0x06) {
        a = jumpTarget(i);
        setFlag(a, PRUNE | JUMPED);
      } else if (cls == 5 || cls == 6) {
        if (op >> 4 == 0xe) return giveUp(E_MAY_GOTO);
        b = jumpTarget(i);
        setFlag(i, PRUNE);
        setFlag(b, PRUNE | JUMPED);
      }
      if (b >= 0) {
        store<i32>(stack + (<usize>depth << 2), b);
        depth++;
      }
      if (a >= 0 && !load<u8>(reached + <usize>a)) {
        store<i32>(stack + (<usize>depth << 2), a);
        depth++;
      }
    }
  }
  for (let i = 0; i < count; i++) {
    setPc(i);
    if (!load<u8>(reached + <usize>i)) return fail(E_UNREACHABLE, i);
    if (opcodeAt(i) == 0x18 && !isSecond(i)) {
      if (load<u8>(reached + <usize>(i + 1))) return fail(E_JUMP_MIDDLE, i);
      i++;
    }
  }
  return true;
}

/** Registers that an instruction reads (low half) and writes (high half). */
function uses(i: i32): u32 {
  const op = opcodeAt(i);
  const cls = op & 7;
  const dst: u32 = 1 << dstAt(i);
  const src: u32 = 1 << srcAt(i);
  switch (cls) {
    case 0:
      return op == 0x18 ? dst << 16 : 0x7ff | (1 << 16);
    case 1:
      return src | (dst << 16);
    case 2:
      return dst;
    case 3: {
      if (op >> 5 != 6) return dst | src;
      const imm = immAt(i);
      if (imm == 0x100) return src | (dst << 16);
      if (imm == 0x110) return dst | src;
      if (imm == 0xf1) return 1 | dst | src | (1 << 16);
      return dst | src | (imm & 1 ? src << 16 : 0);
    }
    case 4:
    case 7: {
      const kind = op >> 4;
      const read = kind == 0xb ? 0 : dst;
      return read | (op & 8 && kind != 0xd ? src : 0) | (dst << 16);
    }
    default:
      if (op == 0x05 || op == 0x06) return 0;
      if (op == 0x95) return 1;
      if (op == 0x85) {
        let read: u32 = 0x3e;
        if (srcAt(i) == 0) {
          const id = immAt(i);
          if (id >= 0 && id < helperCount && helperRow(id).status == HELPER_OK) {
            read = 0;
            for (let n = 0; n < 5; n++) if (helperArg(helperRow(id), n) != 0) read |= 2 << n;
          }
        }
        return read | (0x3f << 16);
      }
      return dst | (op & 8 ? src : 0);
  }
}

/** Backwards to a fixed point. */
export function computeAlive(): void {
  let changed = true;
  while (changed) {
    changed = false;
    for (let i = count - 1; i >= 0; i--) {
      if (isSecond(i)) continue;
      const op = opcodeAt(i);
      let out: u32 = 0;
      const next = op == 0x18 ? i + 2 : i + 1;
      if (op != 0x95 && op != 0x05 && op != 0x06 && next < count) out |= aliveAt(next);
      if (isJump(i)) out |= aliveAt(jumpTarget(i));
      const use = uses(i);
      const before = (out & ~(use >> 16)) | (use & 0xffff);
      if (before != aliveAt(i)) {
        store<u16>(alive + (<usize>i << 1), <u16>before);
        changed = true;
      }
    }
  }
}

// ---- depth of the call stack ----
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

export function codeAddress(): usize {
  return code;
}
export function unknownClass(i: i32): bool {
  return fail(E_INSN_CLASS, opcodeAt(i));
}
