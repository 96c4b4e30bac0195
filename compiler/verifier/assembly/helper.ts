/**
 * Calls of the kernel's helpers: each argument against its row, what memory it fills, what it returns.
 *
 * Kernel: check_helper_call, check_func_arg, check_helper_mem_access in kernel/bpf/verifier.c.
 */
import { sync } from "./bounds";
import { clearArguments, pushCallback } from "./call";
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
  E_CALLBACK_MAP,
  E_DYNPTR_DATA,
  E_FORMAT,
  E_HELPER_GPL,
  E_HELPER_ID,
  E_HELPER_PROGRAM,
  E_HELPER_UNKNOWN,
  E_MAP_HELPER,
  E_MAP_SPECIAL,
  E_MEM_READ_ONLY,
  E_MISALIGNED,
  E_NO_MAP,
  E_NOT_READABLE,
  E_PTR_VAR,
  E_RELEASE_OFFSET,
  E_SIZE_NEGATIVE,
  E_SIZE_UNBOUNDED,
  E_SIZE_ZERO,
  E_STRING_END,
  E_STRING_VARIABLE,
  E_STRING_WRITABLE,
  E_TWO_REFS,
  E_UNREFERENCED,
  F_MAYBE_NULL,
  F_RCU,
  F_RDONLY,
  F_RINGBUF,
  F_PERCPU,
  F_TRUSTED,
  F_UNTRUSTED,
  F_USER,
  FEAT_ARRAY_NONNULL,
  FEAT_MEM_KEY,
  FEAT_TRUSTED,
  H_DYNPTR_FROM_MEM,
  H_LOOP,
  H_MAP_LOOKUP,
  H_SNPRINTF,
  H_SOCKET_COOKIE,
  HELPER_GPL_ONLY,
  HELPER_NOT_HERE,
  HELPER_OK,
  MAP_RDONLY_PROG,
  MAP_TYPE_ARRAY,
  MAP_TYPE_PERCPU_ARRAY,
  OPT_GPL,
  R_BTF,
  R_CPU,
  R_DYNPTR_MEM,
  R_INTEGER,
  R_LENGTH,
  R_MAP_VALUE,
  R_MAP_VALUE_OR_NULL,
  R_MEM,
  R_MEM_OR_NULL,
  R_RINGBUF,
  R_VOID,
  SLOT_SPILL,
  SLOT_ZERO,
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
import { checkDynptr, dynptrId, dynptrRef, forgetDynptr, releaseDynptrs } from "./dynptr";
import { cpus, fail, giveUp, has, helperArg, helperCount, helperRow, HelperRow, immAt, mapRow, newId, options, pc } from "./env";
import { btfMatches, formatFits } from "./host";
import { checkAccess, checkKey, checkMapUse, checkMem, checkPlain, checkValue, isKnown } from "./mem";
import { markPrecise, markSlotPrecise } from "./precise";
import { baseType, isConst, isNull, markPointer, markUnknown, Reg } from "./reg";
import { checkRange, rawSize } from "./stack";
import {
  byteKind,
  dropRef,
  Frame,
  frameOf,
  isSpilledScalar,
  pushRef,
  regOf,
  REGS,
  spillOf,
  isSpilled,
  State,
  topFrame,
} from "./state";

const MAX_SIZE: i64 = 1 << 29;

// what the arguments of the call at hand said
let map: i32 = -1;
let mapUid: i32 = 0;
let memSize: i64 = 0;
let sizeMax: u64 = 0;
let reference: u32 = 0;
let releases: i32 = 0;
let fills: i32 = 0;
let fillSize: i32 = 0;
let callback: i32 = -1;
let constKey: i64 = -1;

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
        fills = n;
        fillSize = rawSize;
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

/** A constant key on the stack, for arrays: -1 if it is not known. */
function constantKey(state: State, r: Reg, size: i32): i64 {
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

function checkSize(state: State, n: i32, arg: i32, memArg: i32): bool {
  const r = regOf(topFrame(state), n);
  if (r.type != T_SCALAR) return fail(E_ARG_TYPE, n, r.type, arg, r.aux, r.uid);
  sizeMax = r.umax;
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

function checkArg(state: State, n: i32, arg: i32, before: i32, helper: i32): bool {
  const kind = arg & 0xff;
  if (kind == A_NONE) return true;
  const r = regOf(topFrame(state), n);
  if (r.type == T_NONE) return fail(E_NOT_READABLE, n);
  if (kind == A_ANYTHING) return true;
  const base = baseType(r.type);
  const skip = (arg & ARG_MAYBE_NULL) != 0 && isNull(r);
  if (!skip) {
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
        if (base != T_BTF) {
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
    } else if (base == T_CTX || base == T_MAP || base == T_FUNC) {
      if (!checkPlain(n, r)) return false;
    }
  }
  if (kind == A_RINGBUF) {
    if (r.ref == 0 && !isNull(r)) return fail(E_UNREFERENCED, n);
    releases = n;
  }
  if (r.ref != 0) {
    if (reference != 0) return fail(E_TWO_REFS, n, r.ref, reference);
    reference = r.ref;
  }
  if (skip && kind != A_MEM && kind != A_MEM_WRITE) return true;
  switch (kind) {
    case A_MAP:
      map = r.aux;
      mapUid = r.uid;
      return true;
    case A_KEY:
      if (map < 0) return fail(E_NO_MAP);
      if (!reachMemory(state, n, mapRow(map).keySize, false, false, false, arg)) return false;
      if (has(FEAT_ARRAY_NONNULL)) {
        const type = mapRow(map).type;
        if (type == MAP_TYPE_ARRAY || type == MAP_TYPE_PERCPU_ARRAY) {
          constKey = constantKey(state, r, mapRow(map).keySize);
        }
      }
      return true;
    case A_VALUE:
    case A_VALUE_UNINIT:
      if (map < 0) return fail(E_NO_MAP);
      if (mapRow(map).special) return giveUp(E_MAP_SPECIAL);
      return reachMemory(
        state,
        n,
        mapRow(map).valueSize,
        false,
        kind == A_VALUE_UNINIT,
        kind == A_VALUE_UNINIT,
        arg,
      );
    case A_LONG: {
      if ((r.off & 7) != 0 || (r.tv | r.tm) & 7) {
        return fail(E_MISALIGNED, base, <i64>r.tv, <i64>r.tm, r.off, 0, 8);
      }
      return reachMemory(state, n, 8, false, true, true, arg);
    }
    case A_SIZE:
    case A_SIZE_ZERO:
      return checkSize(state, n, arg, before);
    case A_ALLOC_SIZE:
      if (!isConst(r)) return fail(E_ALLOC_SIZE, n);
      memSize = <i64>r.tv;
      markPrecise(state, n);
      return true;
    case A_FUNCTION:
      callback = r.aux;
      return true;
    case A_DYNPTR:
      if (!checkDynptr(state, n, r, arg)) return false;
      if (arg & ARG_DYNPTR_RELEASE) {
        releases = n;
        reference = dynptrRef;
      }
      return true;
    case A_CONST_STRING: {
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
    default:
      return true;
  }
}

/** Every copy of a released pointer is a mere number from now on. */
function release(state: State, id: u32): bool {
  if (!dropRef(state, id)) return fail(E_UNREFERENCED, releases);
  releaseDynptrs(state, id);
  for (let f = 0; f <= state.top; f++) {
    const fr = frameOf(state, f);
    for (let i = 0; i < REGS; i++) if (regOf(fr, i).ref == id) markUnknown(regOf(fr, i));
    for (let i = 0; i < fr.slots; i++) {
      if (isSpilled(fr, i) && spillOf(fr, i).ref == id) markUnknown(spillOf(fr, i));
    }
  }
  return true;
}

function returns(state: State, frame: Frame, row: HelperRow, id: i32): bool {
  const r0 = regOf(frame, 0);
  switch (row.ret) {
    case R_INTEGER:
      markUnknown(r0);
      return true;
    case R_CPU:
      // the number of CPUs that the kernel may have is part of its verdict
      markUnknown(r0);
      if (cpus > 0) {
        r0.umin = 0;
        r0.umax = cpus - 1;
        r0.smin = 0;
        r0.smax = cpus - 1;
        r0.umin32 = 0;
        r0.umax32 = cpus - 1;
        r0.smin32 = 0;
        r0.smax32 = cpus - 1;
        sync(r0);
      }
      return true;
    case R_LENGTH:
      // a length of at most what was asked for, or an error
      markUnknown(r0);
      r0.smax = <i64>sizeMax;
      r0.smax32 = <i32>sizeMax;
      r0.smin = -4095;
      r0.smin32 = -4095;
      sync(r0);
      return true;
    case R_VOID:
      return true;
    case R_MAP_VALUE:
    case R_MAP_VALUE_OR_NULL: {
      if (map < 0) return fail(E_NO_MAP);
      const info = mapRow(map);
      if (info.special) return giveUp(E_MAP_SPECIAL);
      let nullable = row.ret == R_MAP_VALUE_OR_NULL;
      if (id == H_MAP_LOOKUP && constKey >= 0 && constKey < <i64>info.maxEntries) nullable = false;
      if (info.inner >= 0) {
        markPointer(r0, T_MAP);
        r0.aux = info.inner;
      } else {
        markPointer(r0, T_VALUE);
        r0.aux = map;
      }
      r0.uid = mapUid;
      if (nullable) {
        r0.type |= F_MAYBE_NULL;
        r0.id = newId();
        // values of different inner maps must not be confused: each lookup is a map of its own
        if (info.inner >= 0) r0.uid = <i32>newId();
      }
      return true;
    }
    case R_RINGBUF: {
      markPointer(r0, T_MEM | F_RINGBUF | F_MAYBE_NULL);
      r0.aux = <i32>memSize;
      r0.id = newId();
      r0.ref = r0.id;
      pushRef(state, r0.id, pc);
      return true;
    }
    case R_DYNPTR_MEM:
      markPointer(r0, T_MEM | F_MAYBE_NULL);
      r0.aux = <i32>memSize;
      r0.id = newId();
      r0.uid = <i32>dynptrId;
      r0.ref = dynptrRef;
      return true;
    case R_BTF:
      markPointer(r0, has(FEAT_TRUSTED) ? T_BTF | F_TRUSTED : T_BTF);
      r0.aux = row.retAux;
      r0.uid = row.retUid;
      return true;
    case R_MEM:
    case R_MEM_OR_NULL:
      return giveUp(E_HELPER_UNKNOWN, id);
    default:
      return giveUp(E_HELPER_UNKNOWN, id);
  }
}

/** False: refused. */
export function doHelper(state: State): bool {
  const id = immAt(pc);
  if (id < 0 || id >= helperCount) return fail(E_HELPER_ID, id);
  const row = helperRow(id);
  if (row.status == HELPER_NOT_HERE) return fail(E_HELPER_PROGRAM, id);
  if (row.status == HELPER_GPL_ONLY || (row.gpl && !(options & OPT_GPL))) return fail(E_HELPER_GPL, id);
  if (row.status != HELPER_OK) return row.status == 0 ? fail(E_HELPER_ID, id) : giveUp(E_HELPER_UNKNOWN, id);
  map = -1;
  mapUid = 0;
  memSize = 0;
  sizeMax = 0;
  reference = 0;
  releases = 0;
  fills = 0;
  fillSize = 0;
  callback = -1;
  constKey = -1;
  forgetDynptr();
  const frame = topFrame(state);
  for (let n = 1; n <= 5; n++) {
    const before = n > 1 ? helperArg(row, n - 2) : 0;
    if (!checkArg(state, n, helperArg(row, n - 1), before, id)) return false;
  }
  if (id == H_DYNPTR_FROM_MEM && regOf(frame, 1).type != T_VALUE) return fail(E_DYNPTR_DATA, regOf(frame, 1).type);
  if (id == H_SNPRINTF) {
    const format = regOf(frame, 3);
    const length = regOf(frame, 5);
    if (length.tv & 7) return fail(E_FORMAT);
    const fits = formatFits(format.aux, format.off + <i32>format.tv, <i32>(length.tv >> 3));
    if (fits != 1) return fits == 0 ? fail(E_FORMAT) : giveUp(E_FORMAT);
  }
  if (map >= 0) {
    const type = mapRow(map).type;
    const mask = load<u64>(changetype<usize>(row) + 40);
    if (!((mask >> <u64>type) & 1)) {
      return callback >= 0 ? fail(E_CALLBACK_MAP, type) : fail(E_MAP_HELPER, type, id);
    }
  }
  for (let i = 0; i < fillSize; i++) {
    if (!checkAccess(state, fills, i, 1, true, -1, false, false)) return false;
  }
  if (releases && reference != 0 && !release(state, reference)) return false;
  if (callback >= 0) {
    if (id == H_LOOP) {
      const times = regOf(frame, 1);
      if (times.type != T_SCALAR) return giveUp(E_HELPER_UNKNOWN, id);
      markPrecise(state, 1);
      if (<u64>frame.callbackDepth < times.umax) {
        if (!pushCallback(state, callback, true)) return false;
      } else {
        frame.callbackDepth = 0;
      }
    } else if (!pushCallback(state, callback, false)) {
      return false;
    }
  }
  clearArguments(frame);
  return returns(state, frame, row, id);
}
