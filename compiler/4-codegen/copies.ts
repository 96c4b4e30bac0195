/**
 * Parallel copies in sequence: all targets get the values that all sources had before any was written.
 *
 * A copy whose target nobody still has to read can go first; what is left are cycles, each broken with one register
 * more.
 */
import type { VReg } from "./machine.ts";

export type Copy = { readonly to: VReg; readonly from: VReg };

/** @param copies with distinct targets */
export function sequentialize(copies: readonly Copy[], fresh: () => VReg): readonly Copy[] {
  const out: Copy[] = [];
  let left = copies.filter((copy) => copy.to !== copy.from);
  while (left.length > 0) {
    const free = left.find((copy) => !left.some((other) => other.from === copy.to));
    if (free !== undefined) {
      out.push(free);
      left = left.filter((copy) => copy !== free);
      continue;
    }
    const [first] = left;
    if (first === undefined) break;
    // Every target is still to be read: keep the old value of one aside.
    const aside = fresh();
    out.push({ to: aside, from: first.to });
    left = left.map((copy) => (copy.from === first.to ? { to: copy.to, from: aside } : copy));
  }
  return out;
}
