/** Which text an input is: from the grammar, or a damaged script of the corpus or of the grammar. */
import { damage } from "./damage.ts";
import { script } from "./grammar.ts";
import { Random } from "./random.ts";

export type Input = { readonly text: string; readonly grammar: boolean };

export function inputAt(texts: readonly string[], seed: number, input: number): Input {
  const random = new Random(seed, input);
  if (input % 4 === 0) return { text: script(random), grammar: true };
  const base = random.chance(15) ? script(random) : random.pick(texts);
  return { text: damage(base, random.pick(texts), random), grammar: false };
}
