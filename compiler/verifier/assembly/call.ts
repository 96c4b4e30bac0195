/**
 * Calls: the program's own functions, callbacks, helpers' frames; and exits.
 *
 * Kernel: check_func_call, push_callback_call, prepare_func_exit, check_return_code in kernel/bpf/verifier.c.
 */
import {
  E_CALL_DEPTH,
  E_CALL_RESERVED,
  E_CALLBACK_MAP,
  E_CALLBACK_RETURN,
  E_CALLBACK_SCALAR,
  E_GLOBAL_ARG,
  E_HELPER_UNKNOWN,
  E_NOT_READABLE,
  E_REF_LEAK,
  E_RETURN_RANGE,
  E_RETURN_STACK,
  E_SUB_RETURN,
  F_MAYBE_NULL,
  FEAT_CALLBACK_ROUNDS,
  FEAT_RETVAL_PRECISE,
  FEAT_SHARED_REFS,
  G_CTX,
  G_MEM,
  G_MEM_NONNULL,
  G_NONE,
  G_SCALAR,
  H_LOOP,
  OPT_RETVAL,
  T_CTX,
  T_KEY,
  T_MEM,
  T_NONE,
  T_SCALAR,
  T_STACK,
  T_VALUE,
} from "./codes.gen";
import { widen } from "./cover";
import { fail, giveUp, globalAt, GlobalRow, has, immAt, newId, options, pc, retHigh, retLow, srcAt } from "./env";
import { functionAt, functionStart } from "./functions";
import { reachMemory } from "./helper-memory";
import { doHelper } from "./helper";
import { callsCallback } from "./marks";
import { markPrecise } from "./precise";
import { previousEntry } from "./prune";
import { baseType, copyReg, isNull, markNone, markPointer, markUnknown, Reg } from "./reg";
import { changeChain, settleLife } from "./stack-life";
import {
  Frame,
  frameOf,
  freeFrame,
  MAX_FRAMES,
  newFrame,
  refFrame,
  refId,
  refInsn,
  regOf,
  setFrame,
  State,
  topFrame,
} from "./state";
import { pushBranch } from "./walk";

/** The callee's frame pointer. */
export function setFramePointer(frame: Frame): void {
  const r10 = regOf(frame, 10);
  markPointer(r10, T_STACK);
  r10.frame = frame.number;
}

function enterFrame(state: State, callsite: i32, subprogram: i32): Frame | null {
  if (state.top + 1 >= MAX_FRAMES) {
    fail(E_CALL_DEPTH, state.top + 2);
    return null;
  }
  const frame = newFrame(callsite, state.top + 1, subprogram);
  state.top++;
  setFrame(state, state.top, frame);
  setFramePointer(frame);
  return frame;
}

export function clearArguments(frame: Frame): void {
  for (let n = 0; n <= 5; n++) markNone(regOf(frame, n));
}

function globalArg(row: GlobalRow, n: i32): i32 {
  return load<i32>(changetype<usize>(row) + (<usize>n << 2));
}
function globalSize(row: GlobalRow, n: i32): i32 {
  return load<i32>(changetype<usize>(row) + 20 + (<usize>n << 2));
}

function callGlobal(state: State, row: GlobalRow): i32 {
  const frame = topFrame(state);
  for (let n = 1; n <= 5; n++) {
    const kind = globalArg(row, n);
    if (kind == G_NONE) continue;
    const r = regOf(frame, n);
    if (r.type == T_NONE) {
      fail(E_NOT_READABLE, n);
      return -1;
    }
    if (kind == G_SCALAR) {
      if (r.type != T_SCALAR) {
        fail(E_GLOBAL_ARG, n, kind);
        return -1;
      }
    } else if (kind == G_CTX) {
      if (r.type != T_CTX || r.off != 0 || r.tm != 0 || r.tv != 0) {
        fail(E_GLOBAL_ARG, n, kind);
        return -1;
      }
    } else if (kind == G_MEM || kind == G_MEM_NONNULL) {
      if (kind == G_MEM_NONNULL && (isNull(r) || (r.type & F_MAYBE_NULL) != 0)) {
        fail(E_GLOBAL_ARG, n, kind);
        return -1;
      }
      if (isNull(r)) continue;
      const type = r.type;
      r.type &= ~F_MAYBE_NULL;
      const size = globalSize(row, n);
      const fine =
        reachMemory(state, n, size, true, false, false, 0) && reachMemory(state, n, size, true, true, false, 0);
      r.type = type;
      if (!fine) return -1;
    } else {
      giveUp(E_GLOBAL_ARG, n, kind);
      return -1;
    }
  }
  clearArguments(frame);
  if (!row.isVoid) markUnknown(regOf(frame, 0));
  return pc + 1;
}

/** The next instruction; -1: refused. */
export function doCall(state: State): i32 {
  const source = srcAt(pc);
  if (source == 0) return doHelper(state);
  if (source != 1) {
    fail(E_CALL_RESERVED);
    return -1;
  }
  const target = pc + immAt(pc) + 1;
  const global = globalAt(target);
  if (global != null) return callGlobal(state, global);
  const caller = topFrame(state);
  const callee = enterFrame(state, pc, functionAt(target));
  if (callee == null) return -1;
  changeChain();
  for (let n = 1; n <= 5; n++) copyReg(regOf(callee, n), regOf(caller, n));
  clearArguments(caller);
  return target;
}

/** The state is in a callback of the helper at hand; null: refused. */
function enterCallback(state: State, subprogram: i32, isLoop: bool): Frame | null {
  const caller = topFrame(state);
  const callee = enterFrame(state, pc, subprogram);
  if (callee == null) return null;
  if (isLoop) {
    markUnknown(regOf(callee, 1));
    copyReg(regOf(callee, 2), regOf(caller, 3));
  } else {
    const map = regOf(caller, 1);
    copyReg(regOf(callee, 1), map);
    const key = regOf(callee, 2);
    markPointer(key, T_KEY);
    key.aux = map.aux;
    const value = regOf(callee, 3);
    markPointer(value, T_VALUE);
    value.aux = map.aux;
    copyReg(regOf(callee, 4), regOf(caller, 3));
  }
  callee.inCallback = 1;
  callee.retLow = 0;
  callee.retHigh = 1;
  return callee;
}

/** A callback may run from here: a state that enters it waits, while this one goes on after the call. */
function pushCallback(state: State, subprogram: i32, isLoop: bool): bool {
  const other = pushBranch(state, functionStart(subprogram));
  if (other == null || enterCallback(other, subprogram, isLoop) == null) return false;
  other.callbackDepth++;
  frameOf(other, other.top - 1).callbackDepth++;
  topFrame(state).callbackDepth = 0;
  return true;
}

/**
 * The helper at hand calls back. The next instruction; -1: refused.
 *
 * Before 6.7 (and late releases of 6.6) a callback was walked once, at the call, whatever the number of its rounds.
 */
export function callBack(state: State, subprogram: i32, isLoop: bool): i32 {
  const frame = topFrame(state);
  if (isLoop && regOf(frame, 1).type != T_SCALAR) {
    giveUp(E_HELPER_UNKNOWN, H_LOOP);
    return -1;
  }
  if (!has(FEAT_CALLBACK_ROUNDS)) {
    return enterCallback(state, subprogram, isLoop) == null ? -1 : functionStart(subprogram);
  }
  if (isLoop) {
    markPrecise(state, 1);
    if (<u64>frame.callbackDepth >= regOf(frame, 1).umax) {
      frame.callbackDepth = 0;
      return pc + 1;
    }
  }
  return pushCallback(state, subprogram, isLoop) ? pc + 1 : -1;
}

/** Whatever was taken in frame `from`, or in those that it called, and not given up. */
function checkLeaks(state: State, from: i32): bool {
  for (let i = 0; i < state.refCount; i++) {
    if (refFrame(state, i) >= from) return fail(E_REF_LEAK, refId(state, i), refInsn(state, i));
  }
  return true;
}

function inRange(r: Reg, low: i64, high: i64): bool {
  return r.smin >= low && r.smax <= high;
}

/** Out of a function, or of the program. The next instruction; -1: refused, -2: the path has ended. */
export function doExit(state: State): i32 {
  const frame = topFrame(state);
  const r0 = regOf(frame, 0);
  if (state.top == 0) {
    if (!checkLeaks(state, 0)) return -1;
    const global = frame.subprogram > 0 ? globalAt(functionStart(frame.subprogram)) : null;
    if (global != null && global.isVoid) return -2;
    if (r0.type == T_NONE) {
      fail(E_NOT_READABLE, 0);
      return -1;
    }
    if (global != null) {
      if (r0.type != T_SCALAR) {
        fail(E_SUB_RETURN, r0.type);
        return -1;
      }
      return -2;
    }
    if (options & OPT_RETVAL) {
      if (r0.type != T_SCALAR) {
        fail(E_RETURN_RANGE, 0, 0, 1, retLow, retHigh, r0.type);
        return -1;
      }
      if (has(FEAT_RETVAL_PRECISE)) markPrecise(state, 0);
      if (!inRange(r0, retLow, retHigh)) {
        fail(E_RETURN_RANGE, r0.smin, r0.smax, 0, retLow, retHigh);
        return -1;
      }
    }
    return -2;
  }
  settleLife(state);
  if (baseType(r0.type) == T_STACK) {
    fail(E_RETURN_STACK);
    return -1;
  }
  const caller = frameOf(state, state.top - 1);
  const callsite = frame.callsite;
  const inCallback = frame.inCallback != 0;
  if (inCallback) {
    if (r0.type != T_SCALAR) {
      fail(r0.type == T_NONE ? E_NOT_READABLE : E_CALLBACK_SCALAR, 0);
      return -1;
    }
    markPrecise(state, 0);
    if (!inRange(r0, frame.retLow, frame.retHigh)) {
      fail(E_CALLBACK_RETURN, r0.smin, r0.smax, frame.retLow, frame.retHigh);
      return -1;
    }
    if (!callsCallback(callsite)) {
      giveUp(E_CALLBACK_MAP, 0);
      return -1;
    }
  } else {
    copyReg(regOf(caller, 0), r0);
  }
  if (inCallback && !has(FEAT_SHARED_REFS) && !checkLeaks(state, state.top)) return -1;
  freeFrame(frame);
  state.top--;
  if (!inCallback || !has(FEAT_CALLBACK_ROUNDS)) return callsite + 1;
  const before = previousEntry(state, callsite);
  if (before != null) widen(before, state);
  return callsite;
}

/** Registers of a function that is verified on its own. */
export function setGlobalArguments(frame: Frame, row: GlobalRow): bool {
  for (let n = 1; n <= 5; n++) {
    const kind = globalArg(row, n);
    const r = regOf(frame, n);
    if (kind == G_NONE) continue;
    if (kind == G_SCALAR) markUnknown(r);
    else if (kind == G_CTX) markPointer(r, T_CTX);
    else if (kind == G_MEM || kind == G_MEM_NONNULL) {
      markPointer(r, kind == G_MEM ? T_MEM | F_MAYBE_NULL : T_MEM);
      r.aux = globalSize(row, n);
      if (kind == G_MEM) r.id = newId();
    } else return giveUp(E_GLOBAL_ARG, n, kind);
  }
  return true;
}
