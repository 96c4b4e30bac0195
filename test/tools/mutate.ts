/** Seeded damage for fuzzing readers: the same seed makes the same bytes on every machine. */

/** A small generator of uniform 32-bit numbers (xorshift32). */
export function randomBits(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** A copy with one to four bytes or words changed, cut short, or with a piece repeated. */
export function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const copy = bytes.slice();
  if (copy.length === 0) return copy;
  const interesting = [0, 1, 0x7f, 0x80, 0xff, random() & 0xff];
  for (let n = 1 + (random() % 4); n > 0; n--) {
    const at = random() % copy.length;
    const value = interesting[random() % interesting.length] ?? 0;
    if (random() % 3 === 0) copy.fill(value, at, Math.min(copy.length, at + 4));
    else copy[at] = value;
  }
  switch (random() % 8) {
    case 0:
      return copy.subarray(0, random() % copy.length);
    case 1: {
      const from = random() % copy.length;
      const to = random() % copy.length;
      copy.copyWithin(to, from, Math.min(copy.length, from + 16));
      return copy;
    }
    default:
      return copy;
  }
}

/**
 * Feeds damaged copies to `read` for a bounded number of rounds or milliseconds.
 * Returns how many were refused; @throws whatever `read` threw that is not `expected`.
 */
export function fuzz(
  seedBytes: Uint8Array,
  expected: new (message: string) => Error,
  read: (bytes: Uint8Array) => void,
  rounds = 4000,
  milliseconds = 2000,
): number {
  const random = randomBits(0x5eed);
  const end = Date.now() + milliseconds;
  let refused = 0;
  for (let i = 0; i < rounds && Date.now() < end; i++) {
    const bytes = mutate(seedBytes, random);
    try {
      read(bytes);
    } catch (error) {
      if (!(error instanceof expected)) throw new Error(`round ${i}: ${String(error)}`, { cause: error });
      refused++;
    }
  }
  return refused;
}
