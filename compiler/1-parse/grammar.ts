/**
 * The grammar and its tree operation, built from the recipe when the first text is parsed: importing this module costs
 * nothing, and later parses share what the first one built.
 */
import { type Grammar, type MatchResult, makeRecipe, type Semantics } from "ohm-js";
import { invariant } from "../util/assert.ts";
import type { Context } from "./context.ts";
import { grammarRecipe } from "./grammar.gen.ts";
import { itemActions } from "./to-ast.ts";
import { cActions } from "./to-ast-c.ts";
import { exprActions } from "./to-ast-expr.ts";

declare module "ohm-js" {
  /** Exported by Ohm, absent from its declarations: builds a grammar from the JSON of its recipe. */
  export function makeRecipe(recipe: string): Grammar;
}

export type Built = { readonly grammar: Grammar; readonly semantics: Semantics };

const lazily = <T>(make: () => T): (() => T) => {
  let value: T | undefined;
  return () => {
    value ??= make();
    return value;
  };
};

const built = lazily((): Built => {
  const grammar = makeRecipe(grammarRecipe);
  const semantics = grammar.createSemantics();
  semantics.addOperation<unknown>("toAst(ctx)", { ...itemActions, ...exprActions, ...cActions });
  return { grammar, semantics };
});

/** Start rules that parse.ts asks for. */
export type Rule = "TopLevel" | "Expr";

export function matchRule(text: string, rule: Rule): MatchResult {
  return built().grammar.match(text, rule);
}

/** The tree of a successful match; what a rule yields is written at its action. */
export function treeOf<T>(match: MatchResult, ctx: Context): T {
  invariant(match.succeeded(), "1-parse", "a tree is asked of a failed match");
  return built().semantics(match).toAst(ctx);
}
