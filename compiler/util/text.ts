/** Small text functions without a home of their own: edit distance for suggestions, UTF-8 as one char per byte. */

/** Number of single-character edits (insert, delete, replace, swap of neighbours) from `a` to `b`. */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforePrevious[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforePrevious = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/** The candidate closest to `name`, if one is close enough to be what was meant: at most a third of its letters differ. */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** UTF-8 bytes of a text, one char (0 … 255) per byte. */
export function utf8Chars(text: string): string {
  // Every script's strings pass here, and nearly all are ASCII.
  let plain = true;
  for (let i = 0; plain && i < text.length; i++) plain = text.charCodeAt(i) < 0x80;
  if (plain) return text;
  let out = "";
  for (const byte of new TextEncoder().encode(text)) out += String.fromCharCode(byte);
  return out;
}

/** The text that UTF-8 bytes, one char each, stand for; the bytes where they are not UTF-8. */
export function textOfUtf8Chars(chars: string): string | Uint8Array {
  let plain = true;
  for (let i = 0; plain && i < chars.length; i++) plain = chars.charCodeAt(i) < 0x80;
  if (plain) return chars;
  const bytes = Uint8Array.from(chars, (char) => char.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}
