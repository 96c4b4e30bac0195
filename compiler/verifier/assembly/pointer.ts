/**
 * Arithmetic instructions: numbers go to alu.ts; pointers may only be moved, and within what they point into.
 *
 * Kernel: check_alu_op, adjust_ptr_min_max_vals in kernel/bpf/verifier.c.
 */
import { compute, swapBytes } from "./alu";
import { settle, signExtend, signExtend32, sync, zeroExtend } from "./bounds";
import {
  ADD_CONST,
  E_ALU_OPCODE,
  E_ALU_RESERVED,
  E_DIV_ZERO,
  E_END_RESERVED,
  E_FRAME_POINTER,
  E_MOV_RESERVED,
  E_NEG_RESERVED,
  E_NOT_READABLE,
  E_PTR_32,
  E_PTR_BITWISE,
  E_PTR_FIXED_RANGE,
  E_PTR_NULLABLE,
  E_PTR_OPERATOR,
  E_PTR_PROHIBITED,
  E_PTR_PTR,
  E_PTR_RANGE,
  E_PTR_SUB_SCALAR,
  E_PTR_SUB_STACK,
  E_PTR_UNBOUNDED,
  E_PTR_VALUE,
  E_REG_INVALID,
  E_SHIFT,
  E_UNKNOWN_ACCESS,
  F_MAYBE_NULL,
  F_UNTRUSTED,
  FEAT_BSWAP,
  FEAT_LINK_ADD,
  FEAT_MOVSX,
  FEAT_NEG,
  OP_ADD,
  OP_AND,
  OP_ARSH,
  OP_DIV,
  OP_END,
  OP_LSH,
  OP_MOD,
  OP_MOV,
  OP_NEG,
  OP_OR,
  OP_RSH,
  OP_SUB,
  OP_XOR,
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
import { dstAt, fail, giveUp, has, immAt, offAt, opcodeAt, pc, srcAt, uimmAt } from "./env";
import { markPrecise } from "./precise";
import {
  baseType,
  copyReg,
  isConst,
  markKnown,
  markUnknown,
  Reg,
  setKnown,
  takeTnum,
  unbound32,
  unboundSigned64,
  unboundUnsigned64,
  widthOf,
} from "./reg";
import { shareId } from "./stack";
import { Frame, regOf, State, topFrame } from "./state";
import { tnumAdd, tnumSub } from "./tnum";

const MAX_VAR: i64 = 1 << 29;
const immediate: Reg = changetype<Reg>(memory.data(96, 16));
const pointerCopy: Reg = changetype<Reg>(memory.data(96, 16));

export function readable(frame: Frame, n: i32): bool {
  if (n > 10) return fail(E_REG_INVALID, n);
  if (regOf(frame, n).type == T_NONE) return fail(E_NOT_READABLE, n);
  return true;
}
export function writable(n: i32): bool {
  if (n > 10) return fail(E_REG_INVALID, n);
  if (n == 10) return fail(E_FRAME_POINTER);
  return true;
}

/** The offset is neither unbounded nor beyond what any memory has. */
function isSane(r: Reg, type: i32, p: Reg): bool {
  if (isConst(r) && (<i64>r.tv >= MAX_VAR || <i64>r.tv <= -MAX_VAR)) {
    return fail(E_PTR_VALUE, type, <i64>r.tv, p.aux, p.uid);
  }
  if (<i64>r.off >= MAX_VAR || <i64>r.off <= -MAX_VAR) return fail(E_PTR_FIXED_RANGE, type, r.off, p.aux, p.uid);
  if (r.smin == i64.MIN_VALUE) return fail(E_PTR_UNBOUNDED, type, 0, p.aux, p.uid);
  if (r.smin >= MAX_VAR || r.smin <= -MAX_VAR) return fail(E_PTR_RANGE, type, r.smin, p.aux, p.uid);
  return true;
}

/** d = ptr at the distance `fixed`, if that fits: its variable part stays. */
function moveFixed(d: Reg, ptr: Reg, fixed: i64): bool {
  if (fixed != <i64>(<i32>fixed)) return false;
  d.smin = ptr.smin;
  d.smax = ptr.smax;
  d.umin = ptr.umin;
  d.umax = ptr.umax;
  d.tv = ptr.tv;
  d.tm = ptr.tm;
  d.off = <i32>fixed;
  return true;
}

/** d = p OP offset. d may be p or the offset itself; o is the number's state, untouched unless it is d. */
function movePointer(op: i32, wide: bool, dst: i32, d: Reg, p: Reg, o: Reg): bool {
  const known = isConst(o);
  const smin = o.smin;
  const smax = o.smax;
  const umin = o.umin;
  const umax = o.umax;
  if ((known && (smin != smax || umin != umax)) || smin > smax || umin > umax) {
    markUnknown(d); // a dead branch
    return true;
  }
  if (!wide) {
    if (op == OP_SUB) {
      markUnknown(d);
      return true;
    }
    return fail(E_PTR_32, dst);
  }
  if (p.type & F_MAYBE_NULL) return fail(E_PTR_NULLABLE, dst, p.type, p.aux, p.uid);
  const base = baseType(p.type);
  // read as by a probe: where it leads does not matter, so that the kernel does not follow it
  if (base == T_MEM && p.type & F_UNTRUSTED) return true;
  const movable =
    base == T_CTX ||
    base == T_VALUE ||
    base == T_KEY ||
    base == T_STACK ||
    base == T_BTF ||
    base == T_MEM ||
    base == T_BUF ||
    base == T_FUNC ||
    (base == T_MAP && known && smin == 0 && op == OP_ADD);
  if (!movable) return fail(E_PTR_PROHIBITED, dst, p.type, p.aux, p.uid);

  const fromNumber = d == o;
  const otv = o.tv;
  const otm = o.tm;
  const ptr = pointerCopy;
  copyReg(ptr, p);
  if (!isSane(o, ptr.type, ptr) || !isSane(ptr, ptr.type, ptr)) return false;
  d.type = ptr.type;
  d.id = ptr.id;
  unbound32(d);
  switch (op) {
    case OP_ADD: {
      if (known && moveFixed(d, ptr, <i64>ptr.off + smin)) break;
      const low = ptr.smin + smin;
      const high = ptr.smax + smax;
      if (((ptr.smin ^ low) & (smin ^ low)) < 0 || ((ptr.smax ^ high) & (smax ^ high)) < 0) {
        unboundSigned64(d);
      } else {
        d.smin = low;
        d.smax = high;
      }
      const ulow = ptr.umin + umin;
      const uhigh = ptr.umax + umax;
      if (ulow < umin || uhigh < umax) {
        unboundUnsigned64(d);
      } else {
        d.umin = ulow;
        d.umax = uhigh;
      }
      tnumAdd(ptr.tv, ptr.tm, otv, otm);
      takeTnum(d);
      d.off = ptr.off;
      break;
    }
    case OP_SUB: {
      if (fromNumber) return fail(E_PTR_SUB_SCALAR, dst);
      if (base == T_STACK) return fail(E_PTR_SUB_STACK, dst);
      if (known && moveFixed(d, ptr, <i64>ptr.off - smin)) break;
      const low = ptr.smin - smax;
      const high = ptr.smax - smin;
      if (((ptr.smin ^ smax) & (ptr.smin ^ low)) < 0 || ((ptr.smax ^ smin) & (ptr.smax ^ high)) < 0) {
        unboundSigned64(d);
      } else {
        d.smin = low;
        d.smax = high;
      }
      if (ptr.umin < umax) {
        unboundUnsigned64(d);
      } else {
        d.umin = ptr.umin - umax;
        d.umax = ptr.umax - umin;
      }
      tnumSub(ptr.tv, ptr.tm, otv, otm);
      takeTnum(d);
      d.off = ptr.off;
      break;
    }
    case OP_AND:
    case OP_OR:
    case OP_XOR:
      return fail(E_PTR_BITWISE, dst, op);
    default:
      return fail(E_PTR_OPERATOR, dst, op);
  }
  d.aux = ptr.aux;
  d.uid = ptr.uid;
  d.ref = ptr.ref;
  d.frame = ptr.frame;
  d.precise = 0;
  if (!isSane(d, ptr.type, ptr)) return false;
  sync(d);
  settle(d);
  return true;
}

function doMov(frame: Frame, wide: bool): bool {
  const op = opcodeAt(pc);
  const off = offAt(pc);
  const isReg = (op & 8) != 0;
  if (isReg) {
    const validOff = off == 0 || (has(FEAT_MOVSX) && (off == 8 || off == 16 || (off == 32 && wide)));
    if (wide && off == 1 && immAt(pc) != 0) return giveUp(E_UNKNOWN_ACCESS); // a cast between address spaces
    if (immAt(pc) != 0 || !validOff) return fail(E_MOV_RESERVED);
    if (!readable(frame, srcAt(pc))) return false;
  } else if (srcAt(pc) != 0 || off != 0) {
    return fail(E_MOV_RESERVED);
  }
  if (!writable(dstAt(pc))) return false;
  const d = regOf(frame, dstAt(pc));
  if (!isReg) {
    markKnown(d, wide ? <u64>(<i64>immAt(pc)) : <u64>uimmAt(pc));
    return true;
  }
  const s = regOf(frame, srcAt(pc));
  if (wide && off == 0) {
    shareId(s);
    copyReg(d, s);
    return true;
  }
  if (s.type != T_SCALAR) {
    markUnknown(d);
  } else if (wide) {
    const same = s.umax < <u64>1 << (off - 1);
    if (same) shareId(s);
    copyReg(d, s);
    if (!same) d.id = 0;
    signExtend(d, off >> 3);
  } else if (off == 0) {
    const same = widthOf(s) <= 32;
    if (same) shareId(s);
    copyReg(d, s);
    if (!same) d.id = 0;
  } else {
    const same = s.umax < <u64>1 << (off - 1);
    if (same) shareId(s);
    copyReg(d, s);
    if (!same) d.id = 0;
    signExtend32(d, off >> 3);
  }
  if (!wide) {
    zeroExtend(d);
    sync(d);
  }
  settle(d);
  return true;
}

/** Any instruction of the ALU classes. */
export function doAlu(state: State): bool {
  const raw = opcodeAt(pc);
  const op = raw >> 4;
  const wide = (raw & 7) == 7;
  const frame = topFrame(state);
  const dst = dstAt(pc);
  if (op == OP_MOV) return doMov(frame, wide);
  if (op == OP_END || op == OP_NEG) {
    if (op == OP_NEG) {
      if (raw & 8 || srcAt(pc) != 0 || offAt(pc) != 0 || immAt(pc) != 0) return fail(E_NEG_RESERVED);
    } else {
      const bits = immAt(pc);
      if (srcAt(pc) != 0 || offAt(pc) != 0 || (bits != 16 && bits != 32 && bits != 64)) return fail(E_END_RESERVED);
      if (wide && (raw & 8 || !has(FEAT_MOVSX))) return fail(E_END_RESERVED);
    }
    if (!readable(frame, dst) || !writable(dst)) return false;
    const d = regOf(frame, dst);
    if (op == OP_NEG && d.type == T_SCALAR && has(FEAT_NEG)) {
      compute(OP_NEG, !wide, d, d);
      d.id = 0;
    } else if (op == OP_END && d.type == T_SCALAR && has(FEAT_BSWAP)) {
      swapBytes(d, immAt(pc), wide || (raw & 8) != 0);
    } else {
      markUnknown(d);
    }
    return true;
  }
  if (op > OP_END) return fail(E_ALU_OPCODE, raw);

  const isReg = (raw & 8) != 0;
  const off = offAt(pc);
  const isDivision = op == OP_DIV || op == OP_MOD;
  const badOff = off != 0 && !(off == 1 && isDivision && has(FEAT_MOVSX));
  if (isReg ? immAt(pc) != 0 || badOff : srcAt(pc) != 0 || badOff) return fail(E_ALU_RESERVED);
  if (isReg && !readable(frame, srcAt(pc))) return false;
  if (!readable(frame, dst)) return false;
  if (isDivision && !isReg && immAt(pc) == 0) return fail(E_DIV_ZERO);
  if ((op == OP_LSH || op == OP_RSH || op == OP_ARSH) && !isReg) {
    const bits = immAt(pc);
    if (bits < 0 || bits >= (wide ? 64 : 32)) return fail(E_SHIFT, bits);
  }
  if (!writable(dst)) return false;

  const d = regOf(frame, dst);
  let s = immediate;
  if (isReg) {
    s = regOf(frame, srcAt(pc));
    if (s.type != T_SCALAR) {
      if (d.type != T_SCALAR) {
        if (op == OP_SUB) {
          markUnknown(d);
          return true;
        }
        return fail(E_PTR_PTR, dst, op);
      }
      markPrecise(state, dst);
      return movePointer(op, wide, dst, d, s, d);
    }
    if (d.type != T_SCALAR) {
      markPrecise(state, srcAt(pc));
      return movePointer(op, wide, dst, d, d, s);
    }
    if (d.precise) markPrecise(state, srcAt(pc));
  } else {
    markKnown(immediate, <u64>(<i64>immAt(pc)));
    if (d.type != T_SCALAR) return movePointer(op, wide, dst, d, d, immediate);
  }
  const added = s.tv;
  const addsConst = op == OP_ADD && wide && isConst(s) && d.id != 0;
  const isSelf = s == d;
  if (isSelf) {
    copyReg(immediate, s);
    s = immediate;
  }
  compute(op, !wide, d, s);
  if (addsConst && has(FEAT_LINK_ADD) && !(d.id & ADD_CONST) && added <= 0x7fffffff) {
    d.id |= ADD_CONST;
    d.off = <i32>added;
  } else {
    if (addsConst && has(FEAT_LINK_ADD)) d.off = 0;
    d.id = 0;
  }
  return true;
}

/** A wide load's constant. */
export function setConstant(r: Reg, value: u64): void {
  markKnown(r, value);
  setKnown(r, value);
}
