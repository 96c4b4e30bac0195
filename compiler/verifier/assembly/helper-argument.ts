/**
 * Arguments of a helper call: each a register of a type that its row allows, with memory behind it where it needs some.
 *
 * Kernel: check_func_arg, check_reg_type, check_reg_const_str in kernel/bpf/verifier.c.
 */
import {
  A_ALLOC_SIZE,
  A_ANYTHING,
  A_BTF,
  A_CONST_STRING,
  A_CTX,
  A_DYNPTR,
  A_FUNCTION,
  A_KEY,
  A_LONG,
  A_MAP,
  A_MEM,
  A_MEM_UNINIT,
  A_MEM_WRITE,
  A_NONE,
  A_RINGBUF,
  A_SIZE,
  A_SIZE_ZERO,
  A_STACK_OR_NULL,
  A_VALUE,
  A_VALUE_UNINIT,
  ARG_DYNPTR_RELEASE,
  ARG_MAYBE_NULL,
  ARG_RDONLY,
  E_ALLOC_SIZE,
  E_ARG_TYPE,
  E_HELPER_UNKNOWN,
  E_MAP_SPECIAL,
  E_MISALIGNED,
  E_NO_MAP,
  E_NOT_READABLE,
  E_PTR_VAR,
  E_RELEASE_OFFSET,
  E_STRING_END,
  E_STRING_VARIABLE,
  E_STRING_WRITABLE,
  E_TWO_REFS,
  E_UNREFERENCED,
  F_MAYBE_NULL,
  F_PERCPU,
  F_RCU,
  F_RDONLY,
  F_RINGBUF,
  F_TRUSTED,
  F_UNTRUSTED,
  F_USER,
  FEAT_ARRAY_NONNULL,
  FEAT_MEM_KEY,
  H_SOCKET_COOKIE,
  MAP_RDONLY_PROG,
  MAP_TYPE_ARRAY,
  MAP_TYPE_PERCPU_ARRAY,
  T_BTF,
  T_BUF,
  T_CTX,
  T_FUNC,
  T_KEY,
  T_MAP,
  T_MEM,
  T_NONE,
  T_SCALAR,
  T_STACK,
  T_VALUE,
} from "./codes.gen";
import { checkDynptr, dynptrRef } from "./dynptr";
import { fail, giveUp, has, mapRow } from "./env";
import { facts } from "./helper-facts";
import { checkSize, constantKey, reachMemory } from "./helper-memory";
import { btfMatches } from "./host";
import { checkPlain, checkValue, isKnown } from "./mem";
import { markPrecise } from "./precise";
import { baseType, isConst, isNull, Reg } from "./reg";
import { regOf, State, topFrame } from "./state";

/** Register types that serve where memory is asked. */
function isMemory(type: i32, arg: i32): bool {
  if (arg & ARG_MAYBE_NULL) type &= ~F_MAYBE_NULL;
  if (arg & ARG_RDONLY) type &= ~F_RDONLY;
  const kind = arg & 0xff;
  const isKey = kind == A_KEY || kind == A_VALUE || kind == A_VALUE_UNINIT;
  if (type == T_STACK || type == T_VALUE || type == T_KEY) return true;
  if (isKey && !has(FEAT_MEM_KEY)) return false;
  return type == T_MEM || type == (T_MEM | F_RINGBUF) || type == T_BUF || type == (T_BTF | F_TRUSTED);
}

/** A register of the type that the argument asks for. */
function checkType(n: i32, r: Reg, arg: i32, helper: i32): bool {
  const kind = arg & 0xff;
  let fits: bool = true;
  switch (kind) {
    case A_CTX:
      fits = r.type == T_CTX;
      break;
    case A_MAP:
      fits = r.type == T_MAP;
      break;
    case A_KEY:
    case A_VALUE:
    case A_VALUE_UNINIT:
    case A_MEM:
    case A_MEM_UNINIT:
    case A_MEM_WRITE:
    case A_LONG:
      fits = isMemory(r.type, arg);
      break;
    case A_SIZE:
    case A_SIZE_ZERO:
    case A_ALLOC_SIZE:
      fits = r.type == T_SCALAR;
      break;
    case A_RINGBUF:
      fits = r.type == (T_MEM | F_RINGBUF);
      break;
    case A_CONST_STRING:
      fits = r.type == T_VALUE;
      break;
    case A_FUNCTION:
      fits = r.type == T_FUNC;
      break;
    case A_STACK_OR_NULL:
    case A_DYNPTR:
      fits = r.type == T_STACK;
      break;
    case A_BTF:
      if (baseType(r.type) != T_BTF) {
        fits = false;
      } else if (r.type & (F_MAYBE_NULL | F_UNTRUSTED | F_USER | F_PERCPU)) {
        fits = false;
      } else if (helper == H_SOCKET_COOKIE && (r.type & F_RCU) != 0) {
        fits = false;
      } else if (!isConst(r) || r.tv != 0) {
        return fail(E_PTR_VAR, <i64>r.tv, <i64>r.tm, r.type, r.aux, r.uid);
      } else {
        const match = btfMatches(r.uid, r.aux, r.off, helper, n);
        if (match < 0) return giveUp(E_HELPER_UNKNOWN, helper);
        fits = match == 1;
      }
      break;
    default:
      return giveUp(E_HELPER_UNKNOWN, helper);
  }
  if (!fits) return fail(E_ARG_TYPE, n, r.type, arg, r.aux, r.uid);
  if (kind == A_RINGBUF) {
    if (r.off != 0 || !isConst(r) || r.tv != 0) return fail(E_RELEASE_OFFSET, n);
    return true;
  }
  const base = baseType(r.type);
  return base == T_CTX || base == T_MAP || base == T_FUNC ? checkPlain(n, r) : true;
}

/** A string in a map that nobody writes, with its end in it. */
function checkConstString(n: i32, r: Reg): bool {
  const info = mapRow(r.aux);
  if (!(info.flags & MAP_RDONLY_PROG) || info.data == 0) return fail(E_STRING_WRITABLE, n);
  if (!isConst(r)) return fail(E_STRING_VARIABLE, n);
  const start = <i64>r.off + <i64>r.tv;
  if (!checkValue(n, r, r.off, info.valueSize - <i32>start, false)) return false;
  let patched = false;
  for (let i = <i32>start; i < info.valueSize; i++) {
    if (!isKnown(info, i, 1)) patched = true;
    else if (!load<u8>(<usize>info.data + <usize>i)) return true;
  }
  return patched ? giveUp(E_STRING_END) : fail(E_STRING_END);
}

/** What the argument stands for, and the memory it needs. `before` is the argument before it: a size is that memory's. */
function checkUse(state: State, n: i32, r: Reg, arg: i32, before: i32): bool {
  const kind = arg & 0xff;
  switch (kind) {
    case A_MAP:
      facts.map = r.aux;
      facts.mapUid = r.uid;
      return true;
    case A_KEY:
      if (facts.map < 0) return fail(E_NO_MAP);
      if (!reachMemory(state, n, mapRow(facts.map).keySize, false, false, false, arg)) return false;
      if (has(FEAT_ARRAY_NONNULL)) {
        const type = mapRow(facts.map).type;
        if (type == MAP_TYPE_ARRAY || type == MAP_TYPE_PERCPU_ARRAY) {
          facts.constKey = constantKey(state, r, mapRow(facts.map).keySize);
        }
      }
      return true;
    case A_VALUE:
    case A_VALUE_UNINIT:
      if (facts.map < 0) return fail(E_NO_MAP);
      if (mapRow(facts.map).special) return giveUp(E_MAP_SPECIAL);
      return reachMemory(
        state,
        n,
        mapRow(facts.map).valueSize,
        false,
        kind == A_VALUE_UNINIT,
        kind == A_VALUE_UNINIT,
        arg,
      );
    case A_LONG: {
      if ((r.off & 7) != 0 || (r.tv | r.tm) & 7) {
        return fail(E_MISALIGNED, baseType(r.type), <i64>r.tv, <i64>r.tm, r.off, 0, 8);
      }
      return reachMemory(state, n, 8, false, true, true, arg);
    }
    case A_SIZE:
    case A_SIZE_ZERO:
      return checkSize(state, n, arg, before);
    case A_ALLOC_SIZE:
      if (!isConst(r)) return fail(E_ALLOC_SIZE, n);
      facts.memSize = <i64>r.tv;
      markPrecise(state, n);
      return true;
    case A_FUNCTION:
      facts.callback = r.aux;
      return true;
    case A_DYNPTR:
      if (!checkDynptr(state, n, r, arg)) return false;
      if (arg & ARG_DYNPTR_RELEASE) {
        facts.releases = n;
        facts.reference = dynptrRef;
      }
      return true;
    case A_CONST_STRING:
      return checkConstString(n, r);
    default:
      return true;
  }
}

export function checkArg(state: State, n: i32, arg: i32, before: i32, helper: i32): bool {
  const kind = arg & 0xff;
  if (kind == A_NONE) return true;
  const r = regOf(topFrame(state), n);
  if (r.type == T_NONE) return fail(E_NOT_READABLE, n);
  if (kind == A_ANYTHING) return true;
  const skip = (arg & ARG_MAYBE_NULL) != 0 && isNull(r);
  if (!skip && !checkType(n, r, arg, helper)) return false;
  if (kind == A_RINGBUF) {
    if (r.ref == 0 && !isNull(r)) return fail(E_UNREFERENCED, n);
    facts.releases = n;
  }
  if (r.ref != 0) {
    if (facts.reference != 0) return fail(E_TWO_REFS, n, r.ref, facts.reference);
    facts.reference = r.ref;
  }
  if (skip && kind != A_MEM && kind != A_MEM_WRITE) return true;
  return checkUse(state, n, r, arg, before);
}
