/**
 * Prints compiler/1-parse/grammar.gen.ts: grammar.ohm as one of Ohm's recipes, so that a compile does not parse a
 * grammar before it parses a script.
 *
 * Run: bundle with esbuild, then `node grammar.mjs > compiler/1-parse/grammar.gen.ts` at the root (the Makefile's `gen`).
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { printRecipeModule } from "../1-parse/recipe.ts";

const root = process.env.TRACELET_ROOT ?? process.cwd();
process.stdout.write(printRecipeModule(readFileSync(join(root, "compiler/1-parse/grammar.ohm"), "utf8")));
