/**
 * The program's shape before it is walked: opcodes that exist, functions, jumps that lead somewhere, reachability, and
 * where states are recorded.
 *
 * Kernel: check_subprogs, check_cfg in kernel/bpf/verifier.c.
 */
import { alloc } from "./arena";
import {
  A_FUNCTION,
  E_CALLX,
  E_JUMP_MIDDLE,
  E_JUMP_RANGE,
  E_KFUNC,
  E_LAST_INSN,
  E_LOAD_RESERVED,
  E_MAY_GOTO,
  E_OPCODE,
  E_STORE_RESERVED,
  E_UNREACHABLE,
  FEAT_ATOMICS,
  FEAT_CALLBACK_ROUNDS,
  FEAT_MOVSX,
  HELPER_OK,
} from "./codes.gen";
import {
  count,
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
  setPc,
  srcAt,
} from "./env";
import {
  addFunction,
  functionCount,
  functionEnd,
  functionStart,
  isFunctionAddress,
  isFunctionCall,
  resetFunctions,
} from "./functions";
import { CALLBACK, FORCE, isSecond, JUMPED, PRUNE, resetMarks, SECOND, setFlag } from "./marks";

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
  resetMarks();
  resetFunctions();
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
export function jumpTarget(i: i32): i32 {
  return i + 1 + (opcodeAt(i) == 0x06 ? immAt(i) : offAt(i));
}
/** Instruction that follows i in the n-th way; -1: none. */
export function successorOf(i: i32, n: i32): i32 {
  const op = opcodeAt(i);
  if (op == 0x95) return -1;
  if (op == 0x05 || op == 0x06) return n == 0 ? jumpTarget(i) : -1;
  if (n == 0) return op == 0x18 ? i + 2 : i + 1;
  return (op & 7) >= 5 && (op & 7) <= 6 && op != 0x85 ? jumpTarget(i) : -1;
}
export function isJump(i: i32): bool {
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
        setFlag(a, PRUNE | JUMPED);
        if (srcAt(i) == 1) {
          setFlag(i, PRUNE);
          b = i + immAt(i) + 1;
          setFlag(b, PRUNE | JUMPED);
        } else {
          // paths come back to it from the callback's end, where callbacks are walked in rounds
          if (srcAt(i) == 0 && takesCallback(i)) {
            setFlag(i, has(FEAT_CALLBACK_ROUNDS) ? PRUNE | JUMPED | FORCE | CALLBACK : CALLBACK);
          }
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
