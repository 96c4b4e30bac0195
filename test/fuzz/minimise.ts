/** Makes a failing input small: lines, then tokens, are left out as long as it still fails. */
import { tokensOf } from "./damage.ts";

/** At most `milliseconds` are spent; what is left then is returned. */
export function minimise(text: string, fails: (text: string) => boolean, milliseconds = 20_000): string {
  const end = Date.now() + milliseconds;
  const lines = reduce(text.split("\n"), (pieces) => fails(pieces.join("\n")), end).join("\n");
  return reduce(tokensOf(lines), (pieces) => fails(pieces.join("")), end).join("");
}

function reduce(
  pieces: readonly string[],
  fails: (pieces: readonly string[]) => boolean,
  end: number,
): readonly string[] {
  let kept = pieces;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length && Date.now() < end; ) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (fails(without)) kept = without;
      else at += size;
    }
  }
  return kept;
}
