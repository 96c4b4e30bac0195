/**
 * Tristate numbers: for each of 64 bits 0, 1 or unknown. A number is a pair (value, mask): where mask has a 1 the bit is
 * unknown and value has a 0. Functions take pairs and leave their result in `tv` and `tm`: wasm returns one value.
 *
 * Semantics: kernel/bpf/tnum.c.
 */
export let tv: u64 = 0;
export let tm: u64 = 0;

function set(value: u64, mask: u64): void {
  tv = value;
  tm = mask;
}

/** Number of the highest bit set, from 1; 0 for 0. */
export function fls64(x: u64): u32 {
  return 64 - <u32>clz<u64>(x);
}

/** The smallest tristate number that holds all of min..max. */
export function tnumRange(min: u64, max: u64): void {
  const bits = fls64(min ^ max);
  if (bits > 63) return set(0, ~(<u64>0));
  const delta = (<u64>1 << bits) - 1;
  set(min & ~delta, delta);
}

export function tnumLsh(v: u64, m: u64, shift: u32): void {
  set(v << shift, m << shift);
}
export function tnumRsh(v: u64, m: u64, shift: u32): void {
  set(v >> shift, m >> shift);
}
export function tnumArsh64(v: u64, m: u64, shift: u32): void {
  set(<u64>(<i64>v >> shift), <u64>(<i64>m >> shift));
}
export function tnumArsh32(v: u64, m: u64, shift: u32): void {
  set(<u64>(<u32>(<i32>v >> shift)), <u64>(<u32>(<i32>m >> shift)));
}

export function tnumAdd(av: u64, am: u64, bv: u64, bm: u64): void {
  const sm = am + bm;
  const sv = av + bv;
  const sigma = sm + sv;
  const chi = sigma ^ sv;
  const mu = chi | am | bm;
  set(sv & ~mu, mu);
}
export function tnumSub(av: u64, am: u64, bv: u64, bm: u64): void {
  const dv = av - bv;
  const alpha = dv + am;
  const beta = dv - bm;
  const chi = alpha ^ beta;
  const mu = chi | am | bm;
  set(dv & ~mu, mu);
}
export function tnumAnd(av: u64, am: u64, bv: u64, bm: u64): void {
  const alpha = av | am;
  const beta = bv | bm;
  const v = av & bv;
  set(v, alpha & beta & ~v);
}
export function tnumOr(av: u64, am: u64, bv: u64, bm: u64): void {
  const v = av | bv;
  const mu = am | bm;
  set(v, mu & ~v);
}
export function tnumXor(av: u64, am: u64, bv: u64, bm: u64): void {
  const v = av ^ bv;
  const mu = am | bm;
  set(v & ~mu, mu);
}
/** Least upper bound. */
function tnumUnion(av: u64, am: u64, bv: u64, bm: u64): void {
  const mu = (av ^ bv) | am | bm;
  set(av & bv & ~mu, mu);
}
/** Greatest lower bound of two that overlap. */
export function tnumIntersect(av: u64, am: u64, bv: u64, bm: u64): void {
  const v = av | bv;
  const mu = am & bm;
  set(v & ~mu, mu);
}

/** Long multiplication, as kernels up to 6.17 do it: unknown bits of the sum apart from its value. */
export function tnumMulSplit(av: u64, am: u64, bv: u64, bm: u64): void {
  const product = av * bv;
  let accM: u64 = 0;
  let accV: u64 = 0;
  while (av | am) {
    if (av & 1) {
      tnumAdd(accV, accM, 0, bm);
      accV = tv;
      accM = tm;
    } else if (am & 1) {
      tnumAdd(accV, accM, 0, bv | bm);
      accV = tv;
      accM = tm;
    }
    av >>= 1;
    am >>= 1;
    bv <<= 1;
    bm <<= 1;
  }
  tnumAdd(product, 0, accV, accM);
}
/** Long multiplication, as kernels from 6.18 do it: an unknown bit joins both outcomes. */
export function tnumMulUnion(av: u64, am: u64, bv: u64, bm: u64): void {
  let accV: u64 = 0;
  let accM: u64 = 0;
  while (av | am) {
    if (av & 1) {
      tnumAdd(accV, accM, bv, bm);
      accV = tv;
      accM = tm;
    } else if (am & 1) {
      tnumAdd(accV, accM, bv, bm);
      tnumUnion(accV, accM, tv, tm);
      accV = tv;
      accM = tm;
    }
    av >>= 1;
    am >>= 1;
    bv <<= 1;
    bm <<= 1;
  }
  set(accV, accM);
}

/** The smallest number of the tristate above z; its largest if there is none. */
export function tnumAfter(v: u64, m: u64, z: u64): u64 {
  const most = v | m;
  if (z >= most) return most;
  if (z < v) return v;
  // v and m share no bits: numbers are v + s for s within m; count s up from z - v through the gaps of m
  const d = z - v;
  const top = fls64(d & ~m);
  const low: u64 = top == 64 ? ~(<u64>0) : (<u64>1 << top) - 1;
  return v | (((d | low | ~m) + 1) & m);
}

/** b is one of the numbers a allows: all that b may be, a may be. */
export function tnumIn(av: u64, am: u64, bv: u64, bm: u64): bool {
  if (bm & ~am) return false;
  return av == (bv & ~am);
}
export function tnumOverlap(av: u64, am: u64, bv: u64, bm: u64): bool {
  const both = ~am & ~bm;
  return (av & both) == (bv & both);
}
