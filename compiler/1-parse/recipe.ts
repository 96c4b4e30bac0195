/** From grammar.ohm's text to grammar.gen.ts: used when the repository is built, never by a compile. */
import { grammar } from "ohm-js";

/** The generated module's text. @throws Ohm's error where the grammar is wrong */
export function printRecipeModule(text: string): string {
  // Ohm's declarations leave toRecipe out.
  const built = grammar(text) as unknown as { toRecipe(): string };
  const recipe = JSON.stringify(withoutPlaces(JSON.parse(built.toRecipe())));
  return [
    "// Made from grammar.ohm by compiler/gen/grammar.ts; `make gen` writes it anew.",
    "",
    "/** Ohm's recipe of the grammar, as JSON. */",
    `export const grammarRecipe = ${JSON.stringify(recipe)};`,
    "",
  ].join("\n");
}

/** Places in grammar.ohm only serve Ohm's own error messages; they are half of a recipe. */
function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== "object" || value === null) return value;
  if ("sourceInterval" in value || "source" in value) return null;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutPlaces(part)]));
}
