/**
 * How a builtin or function becomes instructions, as data. Most rows call one helper and cut bits out of its result;
 * the odd ones name a custom lowering, which 3-ir must then have (tsc checks the record of them for completeness).
 */
import type { CustomName } from "./custom.ts";
import type { HelperName } from "./helpers.ts";

export type RecipeArg =
  /** The n-th run-time argument, as a 64-bit scalar. */
  | { readonly kind: "arg"; readonly index: number }
  | { readonly kind: "constant"; readonly value: bigint }
  | { readonly kind: "context" };

export type Recipe =
  /** Call, then `(result >> shift)` and the low `bits` (64: all). `pure`: same value throughout one run of a program. */
  | {
      readonly kind: "helper";
      readonly helper: HelperName;
      readonly args: readonly RecipeArg[];
      readonly shift: number;
      readonly bits: number;
      readonly pure: boolean;
    }
  | { readonly kind: "custom"; readonly name: CustomName }
  /** Never reaches lowering: 2-check replaces it (constants, context loads, rewrites into other nodes, statements). */
  | { readonly kind: "checked" };

export const CHECKED: Recipe = { kind: "checked" };
export const CONTEXT: RecipeArg = { kind: "context" };

/** One run-time argument of the row. */
export function arg(index: number): RecipeArg {
  return { kind: "arg", index };
}

/** A helper's result, the low `bits` after shifting; by default all of it, and a new call each time. */
export function call(
  helper: HelperName,
  args: readonly RecipeArg[] = [],
  cut: { readonly shift?: number; readonly bits?: number; readonly pure?: boolean } = {},
): Recipe {
  return { kind: "helper", helper, args, shift: cut.shift ?? 0, bits: cut.bits ?? 64, pure: cut.pure ?? false };
}

export function custom(name: CustomName): Recipe {
  return { kind: "custom", name };
}
