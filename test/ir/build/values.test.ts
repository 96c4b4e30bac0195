/** What constants come to: lowered, then folded by the optimiser, and read off the store into the record. */
import { describe, expect, test } from "vitest";
import type { Expr } from "../../../compiler/2-check/typed.ts";
import type { Inst } from "../../../compiler/3-ir/ir.ts";
import { optimize } from "../../../compiler/3-ir/optimize.ts";
import type { AggregateType, Type } from "../../../compiler/types/type.ts";
import * as t from "./fixture.ts";

const span = { start: 0, end: 1 };

/** Every instruction of the program, optimised until a chain of constant branches is gone. */
function optimized(given: t.Given): readonly Inst[] {
  let module = t.lower(given);
  for (let round = 0; round < 8; round++) module = optimize(module);
  return [...t.only(module).blocks.values()].flatMap((block) => block.insts);
}

function constants(insts: readonly Inst[]): ReadonlyMap<number, bigint> {
  return new Map(insts.flatMap((inst) => (inst.kind === "const" ? [[inst.dst, inst.value] as const] : [])));
}

/** The value that the expression's argument has in the record. */
function folded(expr: Expr): bigint | undefined {
  const insts = optimized({ body: [t.printf("%d", expr)] });
  const store = insts.find((inst) => inst.kind === "store" && inst.memory === "record" && inst.offset === 8);
  return store?.kind === "store" ? constants(insts).get(store.value) : undefined;
}

/** The bucket that a sample falls into. */
function bucket(type: AggregateType, sample: bigint, of: Type = t.U64): bigint | undefined {
  const map = t.map("@", undefined, type);
  const insts = optimized({ maps: [map], body: [t.aggregate(map, undefined, t.num(sample, of))] });
  const store = insts.find((inst) => inst.kind === "store" && inst.memory === "stack");
  return store?.kind === "store" ? constants(insts).get(store.value) : undefined;
}

const hist = (bits: number): AggregateType => ({ kind: "aggregate", fn: "hist", bits });
const lhist: AggregateType = { kind: "aggregate", fn: "lhist", min: 10, max: 20, step: 5 };

describe("log2 buckets (L2.109)", () => {
  /** The rule as the requirement words it. */
  function expected(n: bigint, k: number): bigint {
    if (n < 0n) return 0n;
    if (n < 1n << BigInt(k)) return n + 1n;
    const e = BigInt(n.toString(2).length - 1);
    const shift = e - BigInt(k);
    return ((shift + 1n) << BigInt(k)) + ((n >> shift) & ((1n << BigInt(k)) - 1n)) + 1n;
  }
  const samples = [
    -1n,
    0n,
    1n,
    2n,
    3n,
    4n,
    7n,
    8n,
    31n,
    32n,
    100n,
    255n,
    256n,
    65535n,
    65536n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 62n,
    2n ** 63n - 1n,
  ];
  for (const k of [0, 1, 3, 5]) {
    test(`with ${k} bits`, () => {
      for (const n of samples) expect([n, bucket(hist(k), n, t.I64)]).toEqual([n, expected(n, k)]);
    });
  }
  test("an unsigned sample with its top bit set counts as negative", () => {
    expect(bucket(hist(0), -5n, t.U64)).toBe(0n);
  });
  test("the last bucket lies within the map", () => {
    for (const k of [0, 2, 5]) {
      const map = t.map("@", undefined, hist(k));
      const module = t.lower({ maps: [map], body: [t.aggregate(map, undefined, t.arg(2))] });
      expect(module.maps[0]?.maxEntries).toBe(Number(expected(2n ** 63n - 1n, k)) + 1);
    }
  });
});

test("linear buckets (L2.108)", () => {
  const got = [-1n, 0n, 9n, 10n, 14n, 15n, 19n, 20n, 1000n].map((n) => bucket(lhist, n, t.I64));
  expect(got).toEqual([0n, 0n, 0n, 1n, 1n, 2n, 2n, 3n, 3n]);
});

describe("scalars", () => {
  const int = (size: 1 | 2 | 4 | 8, signed: boolean): Type => ({ kind: "integer", size, signed });
  const cast = (operand: Expr, type: Type): Expr => ({ kind: "cast", operand, type, span });
  const binary = (op: "/" | "%" | ">>" | "<<" | "-", left: Expr, right: Expr): Expr => ({
    kind: "binary",
    op,
    left,
    right,
    type: t.I64,
    span,
  });
  /** Two's complement of what is stored, in the type's width. */
  const stored = (expr: Expr): bigint | undefined => {
    const value = folded(expr);
    if (value === undefined || expr.type.kind !== "integer") return value;
    const bits = expr.type.size * 8;
    return expr.type.signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  };

  test("casts wrap (L2.1, L2.19)", () => {
    expect(stored(cast(t.num(300), int(1, false)))).toBe(44n);
    expect(stored(cast(t.num(200), int(1, true)))).toBe(-56n);
    expect(stored(cast(t.num(65537), int(2, false)))).toBe(1n);
  });
  test("a narrow signed value widens to unsigned through its sign", () => {
    const narrow = cast(t.num(255), int(1, true));
    expect(stored(cast(narrow, int(4, false)))).toBe(0xffffffffn);
    expect(stored(cast(narrow, t.I64))).toBe(-1n);
  });
  test("a narrow unsigned value widens with zeros", () => {
    expect(stored(cast(cast(t.num(-1, t.I64), int(1, false)), t.I64))).toBe(255n);
  });
  test("division is unsigned (L2.10)", () => {
    expect(stored(binary("/", t.num(-7, t.I64), t.num(2)))).toBe(9223372036854775804n);
    expect(stored(binary("%", t.num(7), t.num(4)))).toBe(3n);
  });
  test("shifts to the right fill with zeros (L2.12)", () => {
    expect(stored(binary(">>", t.num(-8, t.I64), t.num(1)))).toBe(9223372036854775804n);
  });
  test("a divisor of zero counts as one and is reported (L2.11)", () => {
    const map = t.map("@", undefined, t.I64);
    const module = t.lower({ maps: [map], body: [t.assignMap(map, undefined, binary("/", t.num(5), t.num(0)))] });
    expect(module.manifest.sites.map((site) => [site.kind, site.warn])).toEqual([["divide-by-zero", true]]);
    expect(folded(binary("/", t.num(5), t.num(0)))).toBe(5n);
  });
  test("a truth value is 0 or 1", () => {
    expect(folded(cast(t.num(7), t.BOOL))).toBe(1n);
    expect(folded({ kind: "unary", op: "!", operand: t.num(7), type: t.BOOL, span })).toBe(0n);
    expect(folded(t.over(t.num(-1, t.I64), t.num(5)))).toBe(1n);
    expect(
      folded({ kind: "compare", op: ">", signed: true, left: t.num(-1, t.I64), right: t.num(5), type: t.BOOL, span }),
    ).toBe(0n);
  });
  test("swapped bytes", () => {
    const swap = (n: number, size: 2 | 4): Expr => ({
      kind: "call",
      name: "bswap",
      args: [t.num(n, int(size, false))],
      literals: [],
      type: int(size, false),
      span,
    });
    expect(folded(swap(0x1234, 2))).toBe(0x3412n);
    expect(folded(swap(0x12345678, 4))).toBe(0x78563412n);
  });
  test("a ternary takes one side", () => {
    expect(folded(t.choose(t.num(0), t.num(1), t.num(2)))).toBe(2n);
  });
});
