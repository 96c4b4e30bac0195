/**
 * Loads, stores and atomic operations: what each pointer type allows, and what a load gives.
 *
 * Kernel: check_mem_access, check_load_mem, check_store_reg, check_atomic* in kernel/bpf/verifier.c.
 */
import { settle, signExtend, truncate } from "./bounds";
import {
  E_ATOMIC_OP,
  E_ATOMIC_PTR,
  E_ATOMIC_SIZE,
  E_BTF_NEGATIVE,
  E_BTF_PERCPU,
  E_BTF_REFUSED,
  E_BTF_USER,
  E_BTF_VAR,
  E_BTF_WRITE,
  E_CTX,
  E_FRAME_POINTER,
  E_INVALID_MEM,
  E_KEY_ACCESS,
  E_KEY_WRITE,
  E_MAP_ACCESS,
  E_MAP_PTR,
  E_MAP_READ_ONLY,
  E_MAP_SPECIAL,
  E_MAP_WRITE_ONLY,
  E_MAX_OUTSIDE,
  E_MEM_ACCESS,
  E_MEM_READ_ONLY,
  E_MIN_NEGATIVE,
  E_MIN_OUTSIDE,
  E_MISALIGNED,
  E_NOT_READABLE,
  E_PTR_MISMATCH,
  E_PTR_MODIFIED,
  E_PTR_NEGATIVE,
  E_PTR_VAR,
  E_REG_INVALID,
  E_STORE_CTX,
  E_STORE_RESERVED,
  E_UNBOUNDED,
  E_UNKNOWN_ACCESS,
  F_MAYBE_NULL,
  F_PERCPU,
  F_RCU,
  F_RDONLY,
  F_TRUSTED,
  F_UNTRUSTED,
  F_USER,
  FEAT_ATOMICS,
  FEAT_ORDERED,
  FEAT_ST_CTX,
  FEAT_TRUST_WALK,
  MAP_RDONLY_PROG,
  MAP_WRONLY_PROG,
  T_BTF,
  T_BUF,
  T_CTX,
  T_KEY,
  T_MAP,
  T_MEM,
  T_NONE,
  T_SCALAR,
  T_SOCKET,
  T_STACK,
  T_VALUE,
  TRUST_RCU,
  TRUST_RCU_OR_NULL,
  TRUST_TRUSTED,
  TRUST_TRUSTED_OR_NULL,
} from "./codes.gen";
import { dstAt, fail, giveUp, has, immAt, MapRow, mapRow, newId, offAt, opcodeAt, pc, srcAt } from "./env";
import { btfAccess, ctxAccess } from "./host";
import { pointerTypeAt, setPointerType } from "./marks";
import { baseType, isConst, markKnown, markNone, markPointer, markUnknown, Reg } from "./reg";
import { accessStack, checkBounds } from "./stack";
import { regOf, State, topFrame } from "./state";
import { tm, tnumAdd, tv } from "./tnum";

const MAX_VAR: i64 = 1 << 29;

/** Which message a memory region's bounds use. */
const REGION_VALUE: i32 = 0;
const REGION_KEY: i32 = 1;
const REGION_MEM: i32 = 2;

function within(n: i32, off: i64, size: i32, total: i64, zeroOk: bool, region: i32): bool {
  if (off >= 0 && (size > 0 || (size == 0 && zeroOk)) && off + <i64>size <= total) return true;
  const error = region == REGION_VALUE ? E_MAP_ACCESS : region == REGION_KEY ? E_KEY_ACCESS : E_MEM_ACCESS;
  return fail(error, total, off, size, n);
}

/** Bounds of an access to `total` bytes of memory. */
function checkRegion(n: i32, r: Reg, off: i32, size: i32, total: i64, zeroOk: bool, region: i32): bool {
  const wide = <i64>off + r.smin;
  if (r.smin < 0 && (r.smin == i64.MIN_VALUE || wide != <i64>(<i32>wide) || wide < 0)) return fail(E_MIN_NEGATIVE, n);
  if (!within(n, r.smin + <i64>off, size, total, zeroOk, region)) return fail(E_MIN_OUTSIDE, n);
  if (r.umax >= <u64>MAX_VAR) return fail(E_UNBOUNDED, n);
  if (!within(n, <i64>r.umax + <i64>off, size, total, zeroOk, region)) return fail(E_MAX_OUTSIDE, n);
  return true;
}

export function checkMapUse(r: Reg, off: i32, size: i32, write: bool): bool {
  const map = mapRow(r.aux);
  const at = r.smin + <i64>off;
  if (write && map.flags & MAP_RDONLY_PROG) return fail(E_MAP_READ_ONLY, map.valueSize, at, size);
  if (!write && map.flags & MAP_WRONLY_PROG) return fail(E_MAP_WRITE_ONLY, map.valueSize, at, size);
  return true;
}
export function checkValue(n: i32, r: Reg, off: i32, size: i32, zeroOk: bool): bool {
  const map = mapRow(r.aux);
  if (map.special) return giveUp(E_MAP_SPECIAL);
  return checkRegion(n, r, off, size, map.valueSize, zeroOk, REGION_VALUE);
}
export function checkKey(n: i32, r: Reg, off: i32, size: i32, zeroOk: bool): bool {
  return checkRegion(n, r, off, size, mapRow(r.aux).keySize, zeroOk, REGION_KEY);
}
export function checkMem(n: i32, r: Reg, off: i32, size: i32, zeroOk: bool): bool {
  return checkRegion(n, r, off, size, r.aux, zeroOk, REGION_MEM);
}

function checkAlignment(r: Reg, off: i32, size: i32, strict: bool): bool {
  const base = baseType(r.type);
  if (base == T_STACK) strict = true;
  if (!strict || size == 1) return true;
  tnumAdd(r.tv, r.tm, <u64>(<i64>(r.off + off)), 0);
  if ((tv | tm) & <u64>(size - 1)) return fail(E_MISALIGNED, base, <i64>r.tv, <i64>r.tm, r.off, off, size);
  return true;
}

/** None of the bytes is written by a loader. The marks lie behind the contents. */
export function isKnown(map: MapRow, off: i64, size: i32): bool {
  const marks = <usize>map.data + <usize>map.valueSize + <usize>off;
  for (let i = 0; i < size; i++) if (load<u8>(marks + <usize>i)) return false;
  return true;
}
/** Reads a constant out of a frozen map. */
function frozen(data: usize, off: i64, size: i32): u64 {
  const at = data + <usize>off;
  return size == 1 ? <u64>load<u8>(at) : size == 2 ? <u64>load<u16>(at) : size == 4 ? <u64>load<u32>(at) : load<u64>(at);
}

/** What BTF or the context's layout says of an access, put into a register. */
function applyAnswer(to: Reg, type: i32, answer: i64): void {
  if (type == T_SCALAR) {
    markUnknown(to);
    return;
  }
  markPointer(to, type);
  to.aux = <i32>(answer >> 32);
  // each has a NULL check of its own
  if (type & F_MAYBE_NULL) to.id = newId();
}

/** Trust of a pointer that was read through a pointer of type `owner`: check_ptr_to_btf_access. */
function trusted(type: i32, owner: i32, lists: i32): i32 {
  if (baseType(type) != T_BTF) return type;
  if (!has(FEAT_TRUST_WALK)) return type & F_RCU ? type | F_MAYBE_NULL : type;
  if (owner & F_UNTRUSTED) return T_BTF | F_UNTRUSTED;
  if (!(owner & (F_TRUSTED | F_RCU))) return type & ~F_RCU;
  if (lists & TRUST_TRUSTED) return type | F_TRUSTED;
  if (lists & TRUST_TRUSTED_OR_NULL) return type | F_TRUSTED | F_MAYBE_NULL;
  // programs that may not sleep run in a section of RCU as a whole
  if (lists & TRUST_RCU) return type | F_RCU;
  if (type & F_RCU || lists & TRUST_RCU_OR_NULL) {
    type |= F_RCU | F_MAYBE_NULL;
    return lists & TRUST_RCU_OR_NULL ? type & ~F_UNTRUSTED : type;
  }
  return type;
}

function accessBtf(n: i32, r: Reg, off: i32, size: i32, write: bool, to: Reg | null): bool {
  if (r.type & F_MAYBE_NULL) return fail(E_INVALID_MEM, n, r.type, r.aux, r.uid);
  const at = off + r.off;
  if (at < 0) return fail(E_BTF_NEGATIVE, n, r.aux, r.uid, at);
  if (!isConst(r) || r.tv != 0) return fail(E_BTF_VAR, n, r.aux, r.uid, at, <i64>r.tv, <i64>r.tm);
  if (r.type & F_USER) return fail(E_BTF_USER, n, r.aux, r.uid, at);
  if (r.type & F_PERCPU) return fail(E_BTF_PERCPU, n, r.aux, r.uid, at);
  if (write) return fail(E_BTF_WRITE);
  const answer = btfAccess(r.uid, r.aux, at, size);
  const type = <i32>(answer & 0xffff);
  if (type == 0) return fail(E_BTF_REFUSED, r.aux, at, size, r.uid, answer >> 32);
  if (type == 0xffff) return giveUp(E_UNKNOWN_ACCESS);
  if (to != null) applyAnswer(to, trusted(type, r.type, <i32>((answer >> 16) & 0xffff)), answer);
  return true;
}

/** A pointer that must be as it was given: no offset, fixed or variable. */
export function checkPlain(n: i32, r: Reg): bool {
  if (r.off < 0) return fail(E_PTR_NEGATIVE, n, r.off, r.type, r.aux, r.uid);
  if (r.off != 0) return fail(E_PTR_MODIFIED, n, r.off, r.type, r.aux, r.uid);
  if (!isConst(r) || r.tv != 0) return fail(E_PTR_VAR, <i64>r.tv, <i64>r.tm, r.type, r.aux, r.uid);
  return true;
}

function accessCtx(n: i32, r: Reg, off: i32, size: i32, write: bool, to: Reg | null): bool {
  if (!checkPlain(n, r)) return false;
  const at = off + r.off;
  const answer = ctxAccess(at, size, write ? 1 : 0);
  const type = <i32>(answer & 0xffff);
  if (type == 0) return fail(E_CTX, at, size, answer >> 32);
  if (type == 0xffff) return giveUp(E_UNKNOWN_ACCESS);
  if (!write && to != null) applyAnswer(to, type, answer);
  return true;
}

/**
 * Memory access of `size` bytes through register n, at off. value: register that is loaded or stored; -1: none.
 * strict: alignment matters for every pointer (atomics).
 */
export function checkAccess(
  state: State,
  n: i32,
  off: i32,
  size: i32,
  write: bool,
  value: i32,
  strict: bool,
  signed: bool,
): bool {
  const frame = topFrame(state);
  const r = regOf(frame, n);
  if (!checkAlignment(r, off, size, strict)) return false;
  const to: Reg | null = !write && value >= 0 ? regOf(frame, value) : null;
  const at = off + r.off;
  switch (baseType(r.type)) {
    case T_VALUE: {
      if (r.type & F_MAYBE_NULL) return fail(E_INVALID_MEM, n, r.type);
      if (!checkMapUse(r, at, size, write) || !checkValue(n, r, at, size, false)) return false;
      if (to == null) break;
      const map = mapRow(r.aux);
      const where = <i64>at + <i64>r.tv;
      if (isConst(r) && map.data != 0 && map.flags & MAP_RDONLY_PROG && isKnown(map, where, size)) {
        const value = frozen(map.data, where, size);
        if (signed) {
          const shift = 64 - size * 8;
          markKnown(to, <u64>((<i64>(value << shift)) >> shift));
        } else {
          markKnown(to, value);
        }
      } else {
        markUnknown(to);
      }
      break;
    }
    case T_KEY:
      if (r.type & F_MAYBE_NULL) return fail(E_INVALID_MEM, n, r.type);
      if (write) return fail(E_KEY_WRITE, n);
      if (!checkKey(n, r, at, size, false)) return false;
      if (to != null) markUnknown(to);
      break;
    case T_MEM:
    case T_BUF: {
      if (r.type & F_MAYBE_NULL) return fail(E_INVALID_MEM, n, r.type);
      if (write && r.type & F_RDONLY) return fail(E_MEM_READ_ONLY, n, r.type);
      if (!(r.type & F_UNTRUSTED) && !checkMem(n, r, at, size, false)) return false;
      if (to != null) markUnknown(to);
      break;
    }
    case T_CTX:
      if (!accessCtx(n, r, off, size, write, to)) return false;
      break;
    case T_STACK: {
      if (!checkBounds(state, n, r, at, size, write)) return false;
      if (!accessStack(state, n, r, at, size, write, value)) return false;
      break;
    }
    case T_BTF:
      if (!accessBtf(n, r, off, size, write, to)) return false;
      break;
    case T_MAP:
      return write ? fail(E_MAP_PTR, n) : giveUp(E_UNKNOWN_ACCESS);
    case T_SOCKET:
      return giveUp(E_UNKNOWN_ACCESS);
    default:
      return fail(E_INVALID_MEM, n, r.type, r.aux, r.uid);
  }
  if (to != null && size < 8 && to.type == T_SCALAR) {
    if (signed) signExtend(to, size);
    else truncate(to, size);
  }
  return true;
}

/** Pointer types that one instruction may not mix with others: it is rewritten for the type. */
function isExclusive(type: i32): bool {
  const base = baseType(type);
  return base == T_CTX || base == T_BTF || base == T_SOCKET;
}
function noteType(type: i32): bool {
  const before = pointerTypeAt(pc);
  if (before == T_NONE) {
    setPointerType(pc, type);
    return true;
  }
  if (before != type && (isExclusive(type) || isExclusive(before))) return fail(E_PTR_MISMATCH);
  return true;
}

function checkRead(state: State, n: i32): bool {
  if (n > 10) return fail(E_REG_INVALID, n);
  if (regOf(topFrame(state), n).type == T_NONE) return fail(E_NOT_READABLE, n);
  return true;
}
function sizeOf(op: i32): i32 {
  const code = (op >> 3) & 3;
  return code == 0 ? 4 : code == 1 ? 2 : code == 2 ? 1 : 8;
}

function checkWrite(n: i32): bool {
  if (n > 10) return fail(E_REG_INVALID, n);
  return n == 10 ? fail(E_FRAME_POINTER) : true;
}

/** dst = *(base + off) */
export function doLoad(state: State): bool {
  const op = opcodeAt(pc);
  const base = srcAt(pc);
  const dst = dstAt(pc);
  if (!checkRead(state, base) || !checkWrite(dst)) return false;
  const frame = topFrame(state);
  const type = regOf(frame, base).type;
  if (!checkAccess(state, base, offAt(pc), sizeOf(op), false, dst, false, op >> 5 == 4)) return false;
  settle(regOf(frame, dst));
  return noteType(type);
}

/** *(base + off) = register or immediate */
export function doStore(state: State): bool {
  const op = opcodeAt(pc);
  const base = dstAt(pc);
  const isReg = (op & 7) == 3;
  if (isReg ? immAt(pc) != 0 : srcAt(pc) != 0) return fail(E_STORE_RESERVED, isReg ? 1 : 0);
  if (isReg && !checkRead(state, srcAt(pc))) return false;
  if (!checkRead(state, base)) return false;
  const type = regOf(topFrame(state), base).type;
  const value = isReg ? srcAt(pc) : -1;
  if (!isReg && baseType(type) == T_CTX && !has(FEAT_ST_CTX)) return fail(E_STORE_CTX, base, type);
  if (!checkAccess(state, base, offAt(pc), sizeOf(op), true, value, false, false)) return false;
  return noteType(type);
}

/** *(base + off) OP= register, perhaps giving the old value. */
export function doAtomic(state: State): bool {
  const op = opcodeAt(pc);
  const imm = immAt(pc);
  const base = dstAt(pc);
  const src = srcAt(pc);
  const size = sizeOf(op);
  const frame = topFrame(state);
  if (!has(FEAT_ATOMICS) && (imm != 0 || size < 4)) return fail(E_STORE_RESERVED, 1);
  if (has(FEAT_ORDERED) && (imm == 0x100 || imm == 0x110)) {
    // ordered load and store: as plain ones, aligned
    const pointer = imm == 0x100 ? src : base;
    if (imm == 0x110 && !checkRead(state, src)) return false;
    if (!checkRead(state, pointer)) return false;
    if (imm == 0x100 && !checkWrite(base)) return false;
    const type = regOf(frame, pointer).type;
    if (!isAtomicTarget(type)) return fail(E_ATOMIC_PTR, pointer, type);
    const value = imm == 0x100 ? base : src;
    if (!checkAccess(state, pointer, offAt(pc), size, imm == 0x110, value, true, false)) return false;
    return noteType(type);
  }
  const plain = imm & ~1;
  if (imm != 0xe1 && imm != 0xf1 && plain != 0 && plain != 0x40 && plain != 0x50 && plain != 0xa0) {
    return fail(E_ATOMIC_OP, imm);
  }
  if (size < 4) return fail(E_ATOMIC_SIZE);
  if (!checkRead(state, src) || !checkRead(state, base)) return false;
  if (imm == 0xf1 && !checkRead(state, 0)) return false;
  const type = regOf(frame, base).type;
  if (!isAtomicTarget(type)) return fail(E_ATOMIC_PTR, base, type);
  const result = imm == 0xf1 ? 0 : imm & 1 ? src : -1;
  if (result >= 0 && !checkWrite(result)) return false;
  if (!checkAccess(state, base, offAt(pc), size, false, -1, true, false)) return false;
  if (result >= 0) {
    const onStack = baseType(type) == T_STACK;
    if (!checkAccess(state, base, offAt(pc), size, false, result, true, false)) return false;
    if (onStack) {
      const loaded = regOf(frame, result);
      markUnknown(loaded);
      if (size < 8) truncate(loaded, size);
    }
  }
  return checkAccess(state, base, offAt(pc), size, true, -1, true, false);
}
function isAtomicTarget(type: i32): bool {
  const base = baseType(type);
  return base != T_CTX && base != T_SOCKET;
}
export function clearReg(r: Reg): void {
  markNone(r);
}
