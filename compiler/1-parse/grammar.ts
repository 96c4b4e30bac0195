/**
 * The grammar and its actions, made from the recipe when the first text is parsed: importing this module costs nothing,
 * and later parses share what the first one made. Ohm itself is only asked why a text does not match.
 */
import { type Grammar, type MatchResult, makeRecipe } from "ohm-js";
import type { Context } from "./context.ts";
import { builder, type Cst } from "./cst.ts";
import { grammarRecipe } from "./grammar.gen.ts";
import { matcherOf } from "./matcher.ts";
import { itemActions } from "./to-ast.ts";
import { cActions } from "./to-ast-c.ts";
import { exprActions } from "./to-ast-expr.ts";

declare module "ohm-js" {
  /** Exported by Ohm, absent from its declarations: builds a grammar from the JSON of its recipe. */
  export function makeRecipe(recipe: string): Grammar;
}

const lazily = <T>(make: () => T): (() => T) => {
  let value: T | undefined;
  return () => {
    value ??= make();
    return value;
  };
};

const grammar = lazily((): Grammar => makeRecipe(grammarRecipe));
const matcher = lazily(() => matcherOf(grammarRecipe));
const build = lazily(() => builder({ ...itemActions, ...exprActions, ...cActions }));

/** Start rules that parse.ts asks for. */
export type Rule = "TopLevel" | "Expr";

/** @throws RangeError for a text that nests too deeply */
export function matchRule(text: string, rule: Rule): Cst | undefined {
  return matcher()(text, rule);
}

/** Ohm's view of the same text: where and why it does not match. @throws RangeError as above */
export function explainFailure(text: string, rule: Rule): MatchResult {
  return grammar().match(text, rule);
}

/** The tree of a match; what a rule yields is written at its action. */
export function treeOf<T>(match: Cst, ctx: Omit<Context, "build">): T {
  // The start rule ties the action's result to T; the caller names both.
  return build()(match, { ...ctx, build: build() }) as T;
}
