/** The preprocessor: which text lives, what macros mean, and that offsets stay (L1.3 … L1.5, L1.47 … L1.51). */
import { describe, expect, test } from "vitest";
import { evaluateCondition } from "../../compiler/1-parse/c-condition.ts";
import { type CMacro, expandMacros } from "../../compiler/1-parse/c-macros.ts";
import { preprocess } from "../../compiler/1-parse/preprocess.ts";
import { dump, tree } from "./support.ts";

const options = { constants: () => undefined, hasBtf: true };

function blanked(text: string): string {
  return preprocess(text, options, () => undefined).text;
}

function macros(definitions: Readonly<Record<string, string | readonly [string[], string]>>): Map<string, CMacro> {
  const at = { start: 0, end: 0 };
  return new Map(
    Object.entries(definitions).map(([name, value]) => {
      const [params, body] = typeof value === "string" ? [undefined, value] : value;
      return [name, { name, span: at, nameSpan: at, params, body, bodyStart: 0 }];
    }),
  );
}

describe("blanks", () => {
  test.each([
    ["a // b\nc", "a      c"],
    ["a /* b\n */ c", "a          c"],
    ['"a // b" c', '"      " c'],
    ['"\\"" c', '"  " c'],
    ["#define A 1\nb", "            b"],
    ["#define A 1 \\\n 2\nb", "                 b"],
    ["#!x y\nb", "      b"],
    ["u:/a/*/b:c /* d */{", "u:/a/*/b:c        {"],
    ["u://a:b // c", "u://a:b"],
    ["k:f /a /* c */ > 1/ {", "k:f /a         > 1/ {"],
    ["#if 0\na\n#else\nb\n#endif\nc", "              b        c"],
    ["#if 0\n/* #endif */ it's \"\n#if 1\n#endif\n#endif\nc", `${" ".repeat(46)}c`],
    ["\ufeffa", " a"],
  ])("%j", (text, expected) => {
    const result = blanked(text);
    expect(result.trimEnd()).toBe(expected);
    expect(result).toHaveLength(text.length);
  });
});

describe("branches", () => {
  const alive = (text: string, hasBtf = true): string =>
    tree(`${text}\nbegin { }`, { hasBtf, constants: (name) => (name === "K" ? 7n : undefined) })
      .defines.map(({ name, body }) => `${name}=${body}`)
      .join(" ");
  test.each([
    ["#ifdef BPFTRACE_HAVE_BTF\n#define A 1\n#else\n#define A 2\n#endif", "A=1"],
    ["#ifndef BPFTRACE_HAVE_BTF\n#define A 1\n#else\n#define A 2\n#endif", "A=2"],
    ["#if 1 + 1 == 2\n#define A 1\n#endif", "A=1"],
    ["#if 0\n#define A 1\n#elif 1\n#define A 2\n#elif 1\n#define A 3\n#else\n#define A 4\n#endif", "A=2"],
    ["#if 0\n#if 1\n#define A 1\n#endif\n#else\n#define B 2\n#endif", "B=2"],
    ["#if 1\n#if 0\n#define A 1\n#else\n#define C 3\n#endif\n#else\n#define B 2\n#endif", "C=3"],
    ["#define A 1\n#undef A\n#define B", "B="],
    ["#define A 1\n#define A 2", "A=2"],
    ["#if K == 7 && UNKNOWN == 0\n#define A 1\n#endif", "A=1"],
    [
      "#define V 3\n#define W (V + 1)\n#if W == 4 && defined(V) && !defined X\n#define A 1\n#endif",
      "V=3 W=(V + 1) A=1",
    ],
    ["#define /* c */ A /* d */ 1 // e", "A=1"],
    ["#  define A 1 + \\\n 2", "A=1 +    2"],
  ])("%j", (text, expected) => {
    expect(alive(text)).toBe(expected);
  });

  test("without BTF the guard's first branch lives", () => {
    expect(alive("#ifndef BPFTRACE_HAVE_BTF\n#define A 1\n#endif", false)).toBe("A=1");
  });

  test("a probe in a dead branch is not there", () => {
    expect(tree("#if 0\nk:f { broken( }\n#else\nk:g { }\n#endif").items).toHaveLength(1);
  });
});

describe("conditions", () => {
  test.each([
    ["1 || 1 / 0", 1n],
    ["0 && 1 / 0", 0n],
    ["1 ? 2 : 1 / 0", 2n],
    ["-1 < 0", 1n],
    ["0x10 | 010 | 1UL", 25n],
    ["1 << 3 >> 1", 4n],
    ["~0 == -1", 1n],
    ["!(1 == 2) + 1", 2n],
    ["'A'", 65n],
    ["10 % 4 * 2 - 1", 3n],
    ["FOUR", 4n],
    ["SUM(1, 2)", 3n],
  ])("%s", (text, value) => {
    const known = macros({ FOUR: "TWO * TWO", TWO: "2", SUM: [["a", "b"], "a + b"] });
    expect(evaluateCondition(text, known, () => undefined)).toEqual({ kind: "value", value });
  });

  test.each(["", "1 +", "(1", "1 2", "1 / 0", "0x", "@", "((((".repeat(200)])("%j is no expression", (text) => {
    expect(evaluateCondition(text, macros({}), () => undefined).kind).toBe("invalid");
  });
});

describe("expansion in the C part", () => {
  test.each([
    ["N", { N: "3" }, "3"],
    ["N", { N: "M + M", M: "N" }, "N + N"],
    ["A(1) B", { A: [["x"], "x + x"], B: "b" }, "1 + 1 b"],
    ["A (f(1, 2), 3)", { A: [["x", "y"], "y x"] }, "3 f(1, 2)"],
    ["A", { A: [["x"], "x"] }, "A"],
    ["A(x)", { A: [["t"], "t##1"] }, "x1"],
    ['"N" N', { N: "3" }, '"N" 3'],
  ] as const)("%s", (text, definitions, expected) => {
    const known = macros(definitions as Parameters<typeof macros>[0]);
    expect(expandMacros(text, known).text).toBe(expected);
  });

  test("each character knows where it came from", () => {
    expect(expandMacros("a N b", macros({ N: "12" }))).toEqual({ text: "a 12 b", origin: [0, 1, 2, 2, 3, 4] });
  });

  test("macros that double at each level stay bounded", () => {
    const doubling = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`M${i}`, `M${i + 1} M${i + 1}`]));
    expect(expandMacros("M0", macros(doubling)).text.length).toBeLessThan(1 << 21);
  });

  test("in definitions and array lengths, with spans at the use (L1.51)", () => {
    const text = "#define N 4\n#define F(t, n) t n; t n##2\nstruct A { F(int, x); char s[N * 2]; };";
    expect(dump(text).split("\n").slice(2).join(" ")).toBe(
      "(c-aggregate struct A   (c-member x type: (c-name int))   (c-member x2 type: (c-name int))   (c-member s type: (c-array length=8 (c-name char))))",
    );
    const [definition] = tree(text).definitions;
    expect(definition && text.slice(definition.span.start, definition.span.end)).toBe(
      "struct A { F(int, x); char s[N * 2]; }",
    );
  });
});
