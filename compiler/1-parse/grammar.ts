/**
 * The grammar and its actions, built from the recipe when the first text is parsed: importing this module costs nothing,
 * and later parses share what the first one built.
 */
import { type Grammar, type MatchResult, makeRecipe } from "ohm-js";
import { invariant } from "../util/assert.ts";
import type { Context } from "./context.ts";
import { builder, cstOf } from "./cst.ts";
import { grammarRecipe } from "./grammar.gen.ts";
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
const build = lazily(() => builder({ ...itemActions, ...exprActions, ...cActions }));

/** Start rules that parse.ts asks for. */
export type Rule = "TopLevel" | "Expr";

export function matchRule(text: string, rule: Rule): MatchResult {
  return grammar().match(text, rule);
}

/** The tree of a successful match; what a rule yields is written at its action. */
export function treeOf<T>(match: MatchResult, ctx: Omit<Context, "build">): T {
  invariant(match.succeeded(), "1-parse", "a tree is asked of a failed match");
  // The start rule ties the action's result to T; the caller names both.
  return build()(cstOf(match), { ...ctx, build: build() }) as T;
}
