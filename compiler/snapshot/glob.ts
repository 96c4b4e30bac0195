/** Wildcards of attach points: `*` is any run of characters, every other character is itself. Linear, no backtracking blow-up. */

export function hasWildcard(pattern: string): boolean {
  return pattern.includes("*");
}

/** What every match begins with. */
export function literalPrefix(pattern: string): string {
  const star = pattern.indexOf("*");
  return star === -1 ? pattern : pattern.slice(0, star);
}

/** A test for whole names. */
export function matcher(pattern: string): (name: string) => boolean {
  const parts = pattern.split("*");
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (parts.length === 1) return (name) => name === pattern;
  const middle = parts.slice(1, -1).filter((part) => part !== "");
  return (name) => {
    // The ends are anchored and may not overlap; between them the leftmost fit of each part is the best.
    if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false;
    let at = first.length;
    for (const part of middle) {
      at = name.indexOf(part, at);
      if (at === -1) return false;
      at += part.length;
    }
    return at <= name.length - last.length;
  };
}
