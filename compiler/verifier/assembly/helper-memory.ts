/**
 * Memory that a helper reaches through its arguments: how much of it, and whether it is there.
 *
 * Kernel: check_helper_mem_access, check_mem_size_reg, get_constant_map_key in kernel/bpf/verifier.c.
 */
import {
  A_MEM_UNINIT,
  A_MEM_WRITE,
  A_SIZE_ZERO,
  E_ARG_TYPE,
  E_MEM_READ_ONLY,
  E_SIZE_NEGATIVE,
  E_SIZE_UNBOUNDED,
  E_SIZE_ZERO,
  F_MAYBE_NULL,
  F_RDONLY,
  SLOT_SPILL,
  SLOT_ZERO,
  T_BTF,
  T_BUF,
  T_KEY,
  T_MEM,
  T_SCALAR,
  T_STACK,
  T_VALUE,
} from "./codes.gen";
import { fail } from "./env";
import { facts } from "./helper-facts";
import { checkAccess, checkKey, checkMapUse, checkMem, checkValue } from "./mem";
import { markPrecise, markSlotPrecise } from "./precise";
import { baseType, isConst, isNull, Reg } from "./reg";
import { checkRange, rawSize } from "./stack";
import { byteKind, frameOf, isSpilledScalar, regOf, spillOf, State, topFrame } from "./state";

const MAX_SIZE: i64 = 1 << 29;

/** Memory of `size` bytes through register n, as a helper reaches it. arg: the kind, for messages. */
export function reachMemory(state: State, n: i32, size: i32, zeroOk: bool, write: bool, raw: bool, arg: i32): bool {
  const r = regOf(topFrame(state), n);
  switch (baseType(r.type)) {
    case T_VALUE:
      if (r.type & F_MAYBE_NULL) break;
      return checkMapUse(r, r.off, size, write) && checkValue(n, r, r.off, size, zeroOk);
    case T_KEY:
      if (write) return fail(E_MEM_READ_ONLY, n, r.type);
      return checkKey(n, r, r.off, size, zeroOk);
    case T_MEM:
    case T_BUF:
      if (r.type & F_MAYBE_NULL) break;
      if (write && r.type & F_RDONLY) return fail(E_MEM_READ_ONLY, n, r.type);
      return checkMem(n, r, r.off, size, zeroOk);
    case T_STACK: {
      if (!checkRange(state, n, r, r.off, size, zeroOk, write, raw, true)) return false;
      if (raw && rawSize > 0) {
        facts.fills = n;
        facts.fillSize = rawSize;
      }
      return true;
    }
    case T_BTF:
      return checkAccess(state, n, 0, size, write, -1, false, false);
    default:
      break;
  }
  if (zeroOk && size == 0 && isNull(r)) return true;
  return fail(E_ARG_TYPE, n, r.type, arg, r.aux, r.uid);
}

/** A constant key on the stack, for arrays: -1 if it is not known. */
export function constantKey(state: State, r: Reg, size: i32): i64 {
  if (r.type != T_STACK || !isConst(r)) return -1;
  const frame = frameOf(state, r.frame);
  const off = r.off + <i32>r.tv;
  const at = -off - 1;
  const slot = at >> 3;
  const first = at & 7;
  if (slot >= frame.slots) return -1;
  let zeros = 0;
  for (let i = first; i >= 0 && byteKind(frame, slot, i) == SLOT_ZERO; i--) zeros++;
  if (zeros >= size) return 0;
  if (!isSpilledScalar(frame, slot)) return -1;
  let spilled = 0;
  for (let i = first; i >= 0 && byteKind(frame, slot, i) == SLOT_SPILL; i--) spilled++;
  if (spilled != size) return -1;
  const value = spillOf(frame, slot);
  if (!isConst(value)) return -1;
  markSlotPrecise(state, r.frame, slot);
  return <i64>value.tv;
}

export function checkSize(state: State, n: i32, arg: i32, memArg: i32): bool {
  const r = regOf(topFrame(state), n);
  if (r.type != T_SCALAR) return fail(E_ARG_TYPE, n, r.type, arg, r.aux, r.uid);
  facts.sizeMax = r.umax;
  if (r.smin < 0) return fail(E_SIZE_NEGATIVE, n);
  const zeroOk = (arg & 0xff) == A_SIZE_ZERO;
  if (r.umin == 0 && !zeroOk) return fail(E_SIZE_ZERO, n, <i64>r.umin, <i64>r.umax);
  if (r.umax >= <u64>MAX_SIZE) return fail(E_SIZE_UNBOUNDED, n);
  const kind = memArg & 0xff;
  const write = kind == A_MEM_UNINIT || kind == A_MEM_WRITE;
  const raw = kind == A_MEM_UNINIT && isConst(r);
  if (!reachMemory(state, n - 1, <i32>r.umax, zeroOk, write, raw, memArg)) return false;
  markPrecise(state, n);
  return true;
}
