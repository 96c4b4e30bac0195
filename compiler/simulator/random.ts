/** A seeded source of random numbers and the distributions that generated values have. Same seed, same numbers. */

export type Random = {
  /** Uniform in [0, 1). */
  readonly next: () => number;
  readonly uniform: (min: number, max: number) => number;
  /** Whole, both bounds included. */
  readonly integer: (min: number, max: number) => number;
  readonly normal: (mean: number, deviation: number) => number;
  /** Half of the values are below the median; sigma is the deviation of their natural logarithms. */
  readonly lognormal: (median: number, sigma: number) => number;
  readonly exponential: (mean: number) => number;
  /** At least `least`; the smaller the shape, the heavier the tail. */
  readonly pareto: (least: number, shape: number) => number;
  /** Index of one of these weights. */
  readonly weighted: (weights: readonly number[]) => number;
  /** The same for weights that are asked often. */
  readonly chooser: (weights: readonly number[]) => () => number;
};

/** xoshiro128**, seeded by splitmix32 (Blackman and Vigna). */
export function createRandom(seed: number): Random {
  let mix = seed >>> 0;
  const split = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let [a, b, c, d] = [split(), split(), split(), split()];
  const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));
  const word = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result >>> 0;
  };
  const next = (): number => ((word() >>> 5) * 0x4000000 + (word() >>> 6)) / 2 ** 53;
  const normal = (mean: number, deviation: number): number => {
    // Box and Muller; 1 - next() is never 0.
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * next());
  };
  const chooser = (weights: readonly number[]): (() => number) => {
    const last = weights.length - 1;
    let total = 0;
    const ends = weights.map((weight) => {
      total += weight;
      return total;
    });
    if (last <= 0)
      return () => {
        next(); // as many numbers as of several
        return 0;
      };
    // Where in `ends` to begin to look: the first that ends behind each step of the whole.
    const steps = 2 ** Math.ceil(Math.log2(4 * weights.length));
    const starts = Array.from({ length: steps }, (_, step) => {
      const found = ends.findIndex((end) => end > (step / steps) * total);
      return found < 0 ? last : found;
    });
    return () => {
      const drawn = next();
      const at = drawn * total;
      let i = starts[Math.floor(drawn * steps)] ?? 0;
      while (i < last && at >= (ends[i] ?? total)) i++;
      return i;
    };
  };
  return {
    next,
    chooser,
    uniform: (min, max) => min + (max - min) * next(),
    integer: (min, max) => Math.floor(min + (max - min + 1) * next()),
    normal,
    lognormal: (median, sigma) => median * Math.exp(normal(0, sigma)),
    exponential: (mean) => -mean * Math.log(1 - next()),
    pareto: (least, shape) => least / (1 - next()) ** (1 / shape),
    weighted(weights) {
      let left = next() * weights.reduce((sum, weight) => sum + weight, 0);
      for (const [i, weight] of weights.entries()) {
        left -= weight;
        if (left < 0) return i;
      }
      return Math.max(0, weights.length - 1);
    },
  };
}
