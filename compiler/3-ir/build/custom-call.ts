/** What custom lowerings have in common: the node they lower and its operands. */
import type { Expr } from "../../2-check/typed.ts";
import type { AddressSpace, Type } from "../../types/type.ts";
import { invariant } from "../../util/assert.ts";
import type { ValueId } from "../ir.ts";
import type { Lowering, Writer } from "./lowering.ts";

export type CustomCall = Extract<Expr, { readonly kind: "builtin" | "call" }>;

export type Lower =
  | { readonly kind: "scalar"; readonly lower: (cx: Lowering, expr: CustomCall) => ValueId }
  | { readonly kind: "memory"; readonly prepare: (cx: Lowering, expr: CustomCall) => Writer };

/** The n-th run-time argument, or undefined where it was left out. */
export function argumentOf(expr: CustomCall, index: number): Expr | undefined {
  return expr.kind === "call" ? expr.args[index] : undefined;
}

/** The n-th run-time argument, which the row demands. */
export function operand(expr: CustomCall, index: number): Expr {
  const arg = argumentOf(expr, index);
  invariant(arg !== undefined, "3-ir", `${expr.name} lacks argument ${index}`);
  return arg;
}

/** The n-th compile-time argument. */
export function literal(expr: CustomCall, index: number): bigint | string | boolean | undefined {
  return expr.kind === "call" ? expr.literals[index] : undefined;
}

/** Whose memory an address is in. */
export function spaceOf(type: Type): AddressSpace {
  if (type.kind === "pointer") return type.space;
  return type.kind === "integer" ? (type.space ?? "kernel") : "kernel";
}
