/**
 * Conditional jumps: decided, or split into two states that each know more; NULL checks.
 *
 * Kernel: check_cond_jmp_op, sync_linked_regs, mark_ptr_or_null_regs in kernel/bpf/verifier.c.
 */
import { follow } from "./alu";
import { branchTaken, constOf, flip, isConstReg, learn } from "./compare";
import {
  ADD_CONST,
  E_JMP_OPCODE,
  E_JMP_RESERVED,
  F_MAYBE_NULL,
  F_TRUSTED,
  F_UNTRUSTED,
  FEAT_TRUSTED,
  J_EQ,
  J_NE,
  T_BTF,
  T_KEY,
  T_MAP,
  T_MEM,
  T_SCALAR,
  T_SOCKET,
  T_VALUE,
} from "./codes.gen";
import { dstAt, fail, has, immAt, offAt, opcodeAt, pc, srcAt } from "./env";
import { readable } from "./pointer";
import { collectLinked, linked, linkedCount, linkedReg, markPrecise, noteLinked, resetLinked } from "./precise";
import { baseType, copyReg, linkId, markKnown, Reg } from "./reg";
import { dropRef, frameOf, isSpilled, regOf, REGS, spillOf, State, topFrame } from "./state";
import { pushBranch } from "./walk";

const zeroA: Reg = changetype<Reg>(memory.data(96, 16));
const zeroB: Reg = changetype<Reg>(memory.data(96, 16));

/** A pointer that is certainly not NULL. */
function isNotNull(r: Reg): bool {
  if (r.type & F_MAYBE_NULL) return false;
  const base = baseType(r.type);
  if (base == T_VALUE || base == T_KEY || base == T_SOCKET) return true;
  // a pointer that RCU alone vouches for is not taken for one
  if (base == T_BTF) return has(FEAT_TRUSTED) && (r.ref != 0 || r.type == (T_BTF | F_TRUSTED));
  if (base == T_MEM) return has(FEAT_TRUSTED) && !(r.type & F_UNTRUSTED);
  return base == T_MAP && has(FEAT_TRUSTED);
}

function predict(a: Reg, b: Reg, op: i32, narrow: bool): i32 {
  if (a.type == T_SCALAR && b.type == T_SCALAR) return branchTaken(a, b, op, narrow);
  if (!isConstReg(b, narrow)) {
    op = flip(op);
    const other = a;
    a = b;
    b = other;
  }
  if (!isConstReg(b, narrow) || a.type == T_SCALAR || !isNotNull(a)) return -1;
  if (constOf(b, narrow) != 0) return -1;
  return op == J_EQ ? 0 : op == J_NE ? 1 : -1;
}

/** Numbers that share an id with r know what r knows. */
function spread(state: State, r: Reg): void {
  for (let i = 0; i < linkedCount; i++) {
    const other = linkedReg(state, unchecked(linked[i]));
    if (other == r || other.type != T_SCALAR || linkId(other.id) != linkId(r.id)) continue;
    if ((!(other.id & ADD_CONST) && !(r.id & ADD_CONST)) || other.off == r.off) copyReg(other, r);
    else follow(other, r, <i64>other.off - <i64>r.off);
  }
}

function markNotNull(r: Reg): void {
  r.type &= ~F_MAYBE_NULL;
}
function settleNull(r: Reg, id: u32, isZero: bool): void {
  if (!(r.type & F_MAYBE_NULL) || r.id != id) return;
  if (isZero) {
    const type = T_SCALAR;
    markKnown(r, 0);
    r.type = type;
  } else {
    markNotNull(r);
    r.id = 0;
  }
}
/** Decides all copies of a nullable pointer at once. */
function settleNulls(state: State, n: i32, isZero: bool): void {
  const r = regOf(topFrame(state), n);
  const id = r.id;
  if (r.ref != 0 && r.ref == id && isZero) dropRef(state, id);
  for (let f = 0; f <= state.top; f++) {
    const fr = frameOf(state, f);
    for (let i = 0; i < REGS; i++) settleNull(regOf(fr, i), id, isZero);
    for (let i = 0; i < fr.slots; i++) if (isSpilled(fr, i)) settleNull(spillOf(fr, i), id, isZero);
  }
}

/** Where a conditional jump goes on; -1: refused. The other way is pushed for later. */
export function doBranch(state: State): i32 {
  const raw = opcodeAt(pc);
  const op = raw >> 4;
  const narrow = (raw & 7) == 6;
  const isReg = (raw & 8) != 0;
  const frame = topFrame(state);
  const dst = dstAt(pc);
  const src = srcAt(pc);
  if (op > 13 || op == 0) {
    fail(E_JMP_OPCODE, raw);
    return -1;
  }
  if (!readable(frame, dst)) return -1;
  if (isReg ? immAt(pc) != 0 : src != 0) {
    fail(E_JMP_RESERVED);
    return -1;
  }
  if (isReg && !readable(frame, src)) return -1;
  const a = regOf(frame, dst);
  let b = zeroA;
  if (isReg) {
    b = regOf(frame, src);
  } else {
    markKnown(zeroA, <u64>(<i64>immAt(pc)));
    markKnown(zeroB, <u64>(<i64>immAt(pc)));
  }
  const target = pc + 1 + offAt(pc);
  const taken = predict(a, b, op, narrow);
  if (taken >= 0) {
    if (a.type == T_SCALAR) markPrecise(state, dst);
    if (isReg && b.type == T_SCALAR) markPrecise(state, src);
    return taken == 1 ? target : pc + 1;
  }

  resetLinked();
  if (isReg && b.type == T_SCALAR && b.id != 0) collectLinked(state, b.id);
  if (a.type == T_SCALAR && a.id != 0) collectLinked(state, a.id);
  noteLinked(state);

  const other = pushBranch(state, target);
  if (other == null) return -1;
  const otherFrame = topFrame(other);
  const a1 = regOf(otherFrame, dst);
  const b1 = isReg ? regOf(otherFrame, src) : zeroB;
  learn(a1, b1, a, b, op, narrow);
  if (isReg && b.type == T_SCALAR && b.id != 0 && b.id == b1.id) {
    spread(state, b);
    spread(other, b1);
  }
  if (a.type == T_SCALAR && a.id != 0 && a.id == a1.id) {
    spread(state, a);
    spread(other, a1);
  }

  if (narrow || (op != J_EQ && op != J_NE)) return pc + 1;
  if (isReg && a.type != T_SCALAR && b.type != T_SCALAR) {
    // equal to a pointer that is not NULL: not NULL either
    const aNull = (a.type & F_MAYBE_NULL) != 0;
    const bNull = (b.type & F_MAYBE_NULL) != 0;
    if (has(FEAT_TRUSTED) && aNull != bNull && baseType(a.type) != T_BTF && baseType(b.type) != T_BTF) {
      const equal = op == J_EQ ? otherFrame : frame;
      markNotNull(regOf(equal, aNull ? dst : src));
    }
  }
  if (a.type & F_MAYBE_NULL && !isReg && immAt(pc) == 0) {
    settleNulls(state, dst, op == J_NE);
    settleNulls(other, dst, op == J_EQ);
  }
  return pc + 1;
}
