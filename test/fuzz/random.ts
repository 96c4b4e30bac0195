/** Choices that a seed decides: the same seed and number of an input give the same input on every machine. */
import { randomBits } from "../tools/mutate.ts";

export class Random {
  readonly next: () => number;

  constructor(seed: number, input: number) {
    this.next = randomBits(Math.imul(seed ^ Math.imul(input + 1, 0x9e3779b1), 0x85ebca6b));
    // Neighbouring inputs start from neighbouring states: the first numbers would be alike.
    for (let n = 0; n < 8; n++) this.next();
  }

  /** 0 … limit - 1. */
  below(limit: number): number {
    return (this.next() >>> 3) % limit;
  }
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }
  pick<T>(from: readonly T[]): T {
    const found = from[this.below(from.length)];
    if (found === undefined) throw new Error("nothing to pick from");
    return found;
  }
}
