/** Arithmetic, moves and byte swaps. Results of 32-bit operations are zero-extended, as everywhere in eBPF. */
import type { Insn, Operand, Reg, Width } from "../ebpf/insn.ts";
import type { AluOp } from "../ebpf/opcodes.ts";
import { assign, const64, type Emitter, type Expr, low, operand32, operand64 } from "./emitter.ts";

type Alu = Extract<Insn, { readonly kind: "alu" | "neg" | "movsx" | "swap" }>;

export function emitAlu(e: Emitter, insn: Alu): Expr {
  const { m } = e;
  switch (insn.kind) {
    case "alu": {
      const value = insn.width === 64 ? alu64(e, insn.op, insn.dst, insn.src) : alu32(e, insn.op, insn.dst, insn.src);
      const known = follow(e, insn.op, insn.width, insn.dst, insn.src);
      const set = assign(e, insn.dst, value);
      if (known !== undefined) e.known.set(insn.dst, known);
      return set;
    }
    case "neg":
      return assign(
        e,
        insn.dst,
        insn.width === 64
          ? m.i64.sub(const64(e, 0n), e.get(insn.dst))
          : m.i64.extend_u(m.i32.sub(m.i32.const(0), low(e, insn.dst))),
      );
    case "movsx":
      return assign(e, insn.dst, signExtend(e, insn.bits, insn.width, insn.src));
    case "swap":
      return assign(
        e,
        insn.dst,
        insn.op === "le" ? truncate(e, insn.bits, e.get(insn.dst)) : swap(e, insn.bits, insn.dst),
      );
  }
}

/** What a register holds after an operation, as far as addresses of frames and data need it. */
function follow(e: Emitter, op: AluOp, width: Width, dst: Reg, src: Operand): ReturnType<Emitter["known"]["get"]> {
  if (width !== 64) return undefined;
  const right = src.kind === "reg" ? e.known.get(src.reg) : ({ kind: "const", value: BigInt(src.value) } as const);
  if (op === "mov") return right;
  const left = e.known.get(dst);
  if ((op !== "add" && op !== "sub") || left === undefined || right?.kind !== "const") return undefined;
  const by = op === "add" ? right.value : -right.value;
  if (left.kind === "const") return { kind: "const", value: BigInt.asUintN(64, left.value + by) };
  return by >= -4096n && by <= 4096n ? { kind: "frame", offset: left.offset + Number(by) } : undefined;
}

function alu64(e: Emitter, op: AluOp, dst: Reg, src: Operand): Expr {
  const { i64 } = e.m;
  const left = (): Expr => e.get(dst);
  const right = (): Expr => operand64(e, src);
  switch (op) {
    case "mov":
      return right();
    case "add":
      return i64.add(left(), right());
    case "sub":
      return i64.sub(left(), right());
    case "mul":
      return i64.mul(left(), right());
    case "or":
      return i64.or(left(), right());
    case "and":
      return i64.and(left(), right());
    case "xor":
      return i64.xor(left(), right());
    case "lsh":
      return i64.shl(left(), right());
    case "rsh":
      return i64.shr_u(left(), right());
    case "arsh":
      return i64.shr_s(left(), right());
    default:
      return divide(e, op, 64, src, left, right);
  }
}

function alu32(e: Emitter, op: AluOp, dst: Reg, src: Operand): Expr {
  const { i32, i64 } = e.m;
  const left = (): Expr => low(e, dst);
  const right = (): Expr => operand32(e, src);
  switch (op) {
    case "mov":
      return src.kind === "imm" ? const64(e, BigInt(src.value >>> 0)) : i64.extend_u(right());
    case "add":
      return i64.extend_u(i32.add(left(), right()));
    case "sub":
      return i64.extend_u(i32.sub(left(), right()));
    case "mul":
      return i64.extend_u(i32.mul(left(), right()));
    case "or":
      return i64.extend_u(i32.or(left(), right()));
    case "and":
      return i64.extend_u(i32.and(left(), right()));
    case "xor":
      return i64.extend_u(i32.xor(left(), right()));
    case "lsh":
      return i64.extend_u(i32.shl(left(), right()));
    case "rsh":
      return i64.extend_u(i32.shr_u(left(), right()));
    case "arsh":
      return i64.extend_u(i32.shr_s(left(), right()));
    default:
      return i64.extend_u(divide(e, op, 32, src, left, right));
  }
}

/**
 * Division by zero gives 0, the remainder by zero the dividend; the least number by -1 gives itself, remainder 0.
 * Documentation/bpf/standardization/instruction-set.rst, "Arithmetic instructions".
 */
function divide(
  e: Emitter,
  op: "div" | "sdiv" | "mod" | "smod",
  width: Width,
  src: Operand,
  left: () => Expr,
  right: () => Expr,
): Expr {
  const { m } = e;
  const int = width === 64 ? m.i64 : m.i32;
  const number = (n: number): Expr => (width === 64 ? m.i64.const(BigInt(n)) : m.i32.const(n));
  const ofZero = (): Expr => (op === "div" || op === "sdiv" ? number(0) : left());
  const quotient = (): Expr => {
    switch (op) {
      case "div":
        return int.div_u(left(), right());
      case "mod":
        return int.rem_u(left(), right());
      case "sdiv":
        return int.div_s(left(), right());
      case "smod":
        return int.rem_s(left(), right());
    }
  };
  const negated = (): Expr => int.sub(number(0), left());
  if (src.kind === "imm") {
    if (src.value === 0) return ofZero();
    return op === "sdiv" && src.value === -1 ? negated() : quotient();
  }
  // WebAssembly's own div_s traps on the least number by -1
  const safe = op === "sdiv" ? m.if(int.eq(right(), number(-1)), negated(), quotient()) : quotient();
  return m.if(int.eqz(right()), ofZero(), safe);
}

function signExtend(e: Emitter, bits: 8 | 16 | 32, width: Width, src: Reg): Expr {
  const { i32, i64 } = e.m;
  if (width === 64) {
    const from = e.get(src);
    return bits === 8 ? i64.extend8_s(from) : bits === 16 ? i64.extend16_s(from) : i64.extend32_s(from);
  }
  return i64.extend_u(
    bits === 8 ? i32.extend8_s(low(e, src)) : bits === 16 ? i32.extend16_s(low(e, src)) : low(e, src),
  );
}

function truncate(e: Emitter, bits: 16 | 32 | 64, value: Expr): Expr {
  return bits === 64 ? value : e.m.i64.and(value, const64(e, (1n << BigInt(bits)) - 1n));
}

function swap(e: Emitter, bits: 16 | 32 | 64, dst: Reg): Expr {
  const { i32, i64 } = e.m;
  const shift = (n: number): Expr => i32.const(n);
  switch (bits) {
    case 16:
      return i64.extend_u(
        i32.or(
          i32.shl(i32.and(low(e, dst), i32.const(0xff)), shift(8)),
          i32.and(i32.shr_u(low(e, dst), shift(8)), i32.const(0xff)),
        ),
      );
    case 32:
      return i64.extend_u(
        i32.or(
          i32.and(i32.rotl(low(e, dst), shift(8)), i32.const(0x00ff00ff)),
          i32.and(i32.rotr(low(e, dst), shift(8)), i32.const(0xff00ff00 | 0)),
        ),
      );
    case 64: {
      const step = (value: Expr, mask: bigint, by: bigint): Expr => {
        const put = e.m.local.tee(e.temp, value, e.i64);
        const again = (): Expr => e.m.local.get(e.temp, e.i64);
        return i64.or(
          i64.shl(i64.and(put, const64(e, mask)), const64(e, by)),
          i64.and(i64.shr_u(again(), const64(e, by)), const64(e, mask)),
        );
      };
      return i64.rotl(step(step(e.get(dst), 0x00ff00ff00ff00ffn, 8n), 0x0000ffff0000ffffn, 16n), const64(e, 32n));
    }
  }
}
