/**
 * The walk over all paths: one instruction after the other, branches later, until each path has ended or one is refused.
 *
 * Kernel: do_check, push_stack, pop_stack in kernel/bpf/verifier.c.
 */
import { alloc, free } from "./arena";
import { doBranch } from "./branch";
import { doCall, doExit } from "./call";
import {
  E_CALL_RESERVED,
  E_COMPLEX,
  E_EXIT_RESERVED,
  E_GOTO_RESERVED,
  E_LD_LEGACY,
  E_OPCODE,
  E_TOO_LARGE,
  E_UNKNOWN_ACCESS,
  E_WIDE_RESERVED,
  F_RDONLY,
  FEAT_CALLBACK,
  LOG_BRANCH,
  LOG_DROP,
  LOG_INSN,
  OPT_LOG,
  T_BTF,
  T_FUNC,
  T_MAP,
  T_SCALAR,
  T_VALUE,
  V_ACCEPTED,
} from "./codes.gen";
import {
  count,
  dstAt,
  fail,
  giveUp,
  has,
  immAt,
  insnLimit,
  offAt,
  opcodeAt,
  options,
  pc,
  setPc,
  srcAt,
  uimmAt,
  verdict,
} from "./env";
import { functionAt } from "./functions";
import { log } from "./host";
import { isForced, isJumpPoint, isPrunePoint, isSecond, markSeen } from "./marks";
import { doAtomic, doLoad, doStore } from "./mem";
import { doAlu, setConstant, writable } from "./pointer";
import { beginInsn, noteStep } from "./precise";
import { countInsn, countJump, finish, visit } from "./prune";
import { markPointer } from "./reg";
import { beginMarks, endMarks, settleLife } from "./stack-life";
import { copyState, copySteps, freeState, regOf, State, topFrame } from "./state";

const MAX_PENDING: i32 = 8192;
let pending: usize = 0;
let pendingCount: i32 = 0;
let pendingCapacity: i32 = 0;
/** The instruction that ran before the one at hand, on this path. */
let lastPc: i32 = -1;

@unmanaged
class Pending {
  state: State;
  insn: i32;
  prev: i32;
}

/** A copy of the state, to be walked from `insn` when this path has ended. */
export function pushBranch(state: State, insn: i32): State | null {
  if (pendingCount >= MAX_PENDING) {
    fail(E_COMPLEX, pendingCount);
    return null;
  }
  if (pendingCount == pendingCapacity) {
    const capacity = pendingCapacity == 0 ? 64 : pendingCapacity * 2;
    const more = alloc(<usize>capacity * 12);
    memory.copy(more, pending, <usize>pendingCount * 12);
    free(pending, <usize>pendingCapacity * 12);
    pending = more;
    pendingCapacity = capacity;
  }
  const other = copyState(state);
  copySteps(other, state);
  const slot = changetype<Pending>(pending + <usize>pendingCount * 12);
  slot.state = other;
  slot.insn = insn;
  slot.prev = pc;
  pendingCount++;
  const parent = state.parent;
  if (parent != null) parent.branches++;
  return other;
}
function resetWalk(): void {
  pending = 0;
  pendingCount = 0;
  pendingCapacity = 0;
}

/** A wide load: a constant, or the address of a map, its value, a function or a kernel variable. */
function doWide(state: State): bool {
  const source = srcAt(pc);
  if (offAt(pc) != 0) return fail(E_WIDE_RESERVED);
  if (!writable(dstAt(pc))) return false;
  const r = regOf(topFrame(state), dstAt(pc));
  const low = immAt(pc);
  const high = immAt(pc + 1);
  switch (source) {
    case 0:
      setConstant(r, (<u64>uimmAt(pc + 1) << 32) | <u64>uimmAt(pc));
      return true;
    case 1:
      markPointer(r, T_MAP);
      r.aux = low;
      return true;
    case 2:
      markPointer(r, T_VALUE);
      r.aux = low;
      r.off = high;
      return true;
    case 4: {
      if (!has(FEAT_CALLBACK)) return fail(E_WIDE_RESERVED);
      const n = functionAt(pc + low + 1);
      if (n < 0) return fail(E_WIDE_RESERVED);
      markPointer(r, T_FUNC);
      r.aux = n;
      return true;
    }
    case 6:
      // a kernel variable without a size: only an address
      setConstant(r, 0);
      markPointer(r, T_BTF);
      r.aux = low;
      r.uid = high;
      r.type |= F_RDONLY;
      return giveUp(E_UNKNOWN_ACCESS);
    default:
      return giveUp(E_UNKNOWN_ACCESS);
  }
}

/** Runs one instruction; the next one, or a negative end: -1 refused, -2 the path has ended. */
function step(state: State): i32 {
  const op = opcodeAt(pc);
  switch (op & 7) {
    case 4:
    case 7:
      return doAlu(state) ? pc + 1 : -1;
    case 1:
      return doLoad(state) ? pc + 1 : -1;
    case 2:
      return doStore(state) ? pc + 1 : -1;
    case 3:
      return (op >> 5 == 6 ? doAtomic(state) : doStore(state)) ? pc + 1 : -1;
    case 5:
    case 6: {
      countJump();
      if (op == 0x85) {
        if (offAt(pc) != 0 || dstAt(pc) != 0) {
          fail(E_CALL_RESERVED);
          return -1;
        }
        return doCall(state);
      }
      if (op == 0x95) {
        if (immAt(pc) != 0 || srcAt(pc) != 0 || dstAt(pc) != 0) {
          fail(E_EXIT_RESERVED);
          return -1;
        }
        return doExit(state);
      }
      if (op == 0x05 || op == 0x06) {
        if (srcAt(pc) != 0 || dstAt(pc) != 0 || (op == 0x05 ? immAt(pc) : offAt(pc)) != 0) {
          fail(E_GOTO_RESERVED);
          return -1;
        }
        return pc + 1 + (op == 0x05 ? offAt(pc) : immAt(pc));
      }
      return doBranch(state);
    }
    default:
      if (op == 0x18) return doWide(state) ? pc + 2 : -1;
      if (op >> 5 == 1 || op >> 5 == 2) giveUp(E_LD_LEGACY);
      else fail(E_OPCODE, op);
      return -1;
  }
}

/** Walks everything from `first` on. True: nothing was refused. */
export function walkFrom(first: State, start: i32): bool {
  resetWalk();
  let state = first;
  let at = start;
  lastPc = -1;
  while (true) {
    if (at >= count || isSecond(at)) return fail(E_OPCODE, 0);
    setPc(at);
    markSeen(at);
    beginInsn(lastPc);
    let end = false;
    if (countInsn() > insnLimit) return fail(E_TOO_LARGE, insnLimit + 1);
    if (isPrunePoint(at) || isForced(at)) {
      const seenBefore = visit(state);
      if (seenBefore < 0) return false;
      if (seenBefore == 1) {
        if (options & OPT_LOG) log(LOG_DROP, at, changetype<i32>(state), 0);
        end = true;
      }
    }
    if (!end) {
      if (isJumpPoint(at)) noteStep(state);
      if (options & OPT_LOG) log(LOG_INSN, at, changetype<i32>(state), state.top);
      beginMarks(state);
      const next = step(state);
      endMarks();
      if (next == -1 || verdict != V_ACCEPTED) return false;
      if (next == -2) {
        end = true;
      } else {
        lastPc = at;
        at = next;
      }
    }
    if (end) {
      finish(state);
      freeState(state);
      if (pendingCount == 0) return true;
      pendingCount--;
      const slot = changetype<Pending>(pending + <usize>pendingCount * 12);
      state = slot.state;
      at = slot.insn;
      lastPc = slot.prev;
      settleLife(state);
      if (options & OPT_LOG) log(LOG_BRANCH, lastPc, at, changetype<i32>(state));
    }
  }
}
export const SCALAR: i32 = T_SCALAR;
