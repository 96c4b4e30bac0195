/**
 * How a builtin or function becomes instructions, as data. Most rows call one helper and cut bits out of its result;
 * the odd ones name a custom lowering, which 3-ir must then have (tsc checks the record of them for completeness).
 */
import type { HelperName } from "./helpers.ts";

export type RecipeArg =
  /** The n-th run-time argument, as a 64-bit scalar. */
  | { readonly kind: "arg"; readonly index: number }
  | { readonly kind: "constant"; readonly value: bigint }
  | { readonly kind: "context" };

export type Recipe =
  /** Call, then `(result >> shift)` and the low `bits` (64: all). `pure`: same value throughout one run of a program. */
  | { readonly kind: "helper"; readonly helper: HelperName; readonly args: readonly RecipeArg[]; readonly shift: number; readonly bits: number; readonly pure: boolean }
  /** Call that fills a buffer of the row's type: helper(buffer, size, …). */
  | { readonly kind: "fill"; readonly helper: HelperName; readonly pure: boolean }
  | { readonly kind: "custom"; readonly name: string }
  /** Never reaches lowering: 2-check replaces it (constants, context loads, rewrites into other nodes, statements). */
  | { readonly kind: "checked" };
