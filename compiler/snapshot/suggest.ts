/** Did-you-mean: the names nearest to a wrong one. */

const most = 3;

/**
 * Up to three names by edit distance (a swap of neighbours counts once), nearest first, then in code-unit order. A name is near if at
 * most a third of its letters differ; names that begin with the whole wrong one count as near too.
 */
export function nearest(wrong: string, names: Iterable<string>): readonly string[] {
  const limit = Math.max(1, Math.floor(wrong.length / 3));
  const found: { name: string; distance: number }[] = [];
  const letters = new Int16Array(256);
  for (let i = 0; i < wrong.length; i++) count(letters, wrong, i, 1);
  const seen = new Set<string>();
  for (const name of names) {
    if (name === wrong) continue;
    const alike = Math.abs(name.length - wrong.length) <= limit;
    if (!alike && (wrong.length < 4 || !name.startsWith(wrong))) continue;
    const near = alike && sharesLetters(letters, name, Math.max(name.length, wrong.length) - limit);
    const distance = near ? editDistance(wrong, name, limit) : limit + 1;
    const starts = wrong.length >= 4 && name.startsWith(wrong);
    if ((distance > limit && !starts) || seen.has(name)) continue;
    seen.add(name);
    found.push({ name, distance: distance <= limit ? distance : limit + name.length - wrong.length });
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return found.slice(0, most).map((each) => each.name);
}

function count(letters: Int16Array, text: string, at: number, by: number): number {
  const letter = text.charCodeAt(at) & 0xff;
  const before = letters[letter] ?? 0;
  letters[letter] = before + by;
  return before;
}

/**
 * Whether a name has so many letters in common with the counted ones, wherever they stand. What is not common is to be
 * edited: most of a kernel's forty thousand functions are ruled out so by a few letters.
 */
function sharesLetters(letters: Int16Array, name: string, least: number): boolean {
  let foreign = name.length - least;
  let at = 0;
  while (at < name.length && foreign >= 0) if (count(letters, name, at++, -1) <= 0) foreign--;
  while (at > 0) count(letters, name, --at, 1);
  return foreign >= 0;
}

/** Optimal string alignment distance; anything above `limit` comes back as limit + 1. */
export function editDistance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const now = [row];
    let best = row;
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (now[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      now.push(cost);
      best = Math.min(best, cost);
    }
    if (best > limit) return limit + 1;
    before = last;
    last = now;
  }
  return Math.min(last[b.length] ?? 0, limit + 1);
}
