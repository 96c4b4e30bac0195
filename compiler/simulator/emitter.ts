/** Pieces of WebAssembly that several translations need: registers as locals, constants, frames, what is known of registers. */
import type binaryen from "binaryen";
import type { Operand, Reg } from "../ebpf/insn.ts";

export type Binaryen = typeof binaryen;
export type Expr = binaryen.ExpressionRef;

/** What is known of a register inside a block: a constant, or a place in the function's own frame. */
export type Known =
  | { readonly kind: "const"; readonly value: bigint }
  /** Bytes from the frame's end, which r10 points to. */
  | { readonly kind: "frame"; readonly offset: number };

export type Emitter = {
  readonly m: binaryen.Module;
  readonly i32: binaryen.Type;
  readonly i64: binaryen.Type;
  readonly none: binaryen.Type;
  readonly get: (reg: Reg) => Expr;
  readonly set: (reg: Reg, value: Expr) => Expr;
  readonly known: Map<Reg, Known>;
  /** Scratch locals: two of i64. */
  readonly temp: number;
  readonly temp2: number;
  /** Address in linear memory of the frame's first byte: a constant, or the local that holds it. */
  readonly frame: { readonly kind: "fixed"; readonly at: number } | { readonly kind: "local"; readonly local: number };
  /** Bytes of linear memory that programs may reach. */
  readonly end: number;
};

export function const64(e: Emitter, value: bigint): Expr {
  return e.m.i64.const(BigInt.asIntN(64, value));
}

/** The low half of a register. */
export function low(e: Emitter, reg: Reg): Expr {
  return e.m.i32.wrap(e.get(reg));
}

export function operand64(e: Emitter, operand: Operand): Expr {
  return operand.kind === "reg" ? e.get(operand.reg) : const64(e, BigInt(operand.value));
}
export function operand32(e: Emitter, operand: Operand): Expr {
  return operand.kind === "reg" ? low(e, operand.reg) : e.m.i32.const(operand.value);
}

/** Sets a register and forgets what was known of it. */
export function assign(e: Emitter, reg: Reg, value: Expr): Expr {
  e.known.delete(reg);
  return e.set(reg, value);
}
