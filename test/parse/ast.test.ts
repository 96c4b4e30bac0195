/** Programs and their trees, one row of the language after the other. */
import { expect, test } from "vitest";
import { dump, tree } from "./support.ts";

/** A statement's dump inside `begin { … }`, without the probe around it. */
function statements(text: string): string {
  const lines = dump(`begin { ${text} } end { }`).split("\n(probe (attach-point (end)) (block))")[0] ?? "";
  return lines
    .replace(/^\(probe\s+\(attach-point \(begin\)\)\s+\(block\s*/, "")
    .replace(/\)\)$/, "")
    .replace(/\s+/g, " ");
}

test.each([
  [
    "L1.34",
    "k:f,k:g /pid == 1/ { @ = count() }",
    `(probe
  (attach-point (k) (f))
  (attach-point (k) (g))
  predicate: (binary == (identifier pid) (integer 1))
  (block (assign = (map "") (call count))))`,
  ],
  ["L1.35", "x=begin { }", "(probe x (attach-point (begin)) (block))"],
  ["L1.38", "u:/usr/*/libc.so:malloc { }", "(probe (attach-point (u) (/usr/*/libc.so) (malloc)) (block))"],
  [
    "L1.41",
    'u:"/a b":"f(int, \\"x\\")" { }',
    '(probe (attach-point (u) ("/a b" quoted) ("f(int, \\"x\\")" quoted)) (block))',
  ],
  [
    "L1.43",
    'config = { a=b; MAX=2; s = "x y"; t = true }',
    `(config
  (config-entry a b form=identifier)
  (config-entry MAX 2 form=integer)
  (config-entry s "x y" form=string)
  (config-entry t true form=boolean))`,
  ],
  ["L1.44", "let @a = lruhash(100);", "(map-decl a mapType=lruhash maxEntries=100)"],
  ["L1.45", 'import "lib.bt";', "(import lib.bt)"],
  [
    "L1.50",
    '#include <a.h>\n#include "b.h"\n#define N 0x5\n#define S "s"\n#define F(x) x\n#define E',
    `(include a.h system)
(include b.h)
(define N body=0x5 (integer 5))
(define S body="\\"s\\"" (string s))
(define F functionLike body=x)
(define E body="")`,
  ],
  [
    "L1.52",
    "struct A { const int x; char s[4][2], *p; int b:3; int :2; struct { u8 q; }; struct B *n; int (*f)(int); long unsigned int z; } __attribute__((packed, aligned(8))); union U;",
    `(c-aggregate struct A packed aligned=8
  (c-member x type: (c-name int))
  (c-member s type: (c-array length=4 (c-array length=2 (c-name char))))
  (c-member p type: (c-pointer (c-name char)))
  (c-member b bits=3 type: (c-name int))
  (c-member bits=2 type: (c-name int))
  (c-member type: (c-inline (c-aggregate struct (c-member q type: (c-name u8)))))
  (c-member n type: (c-pointer (c-tag struct B)))
  (c-member f type: (c-pointer (c-function)))
  (c-member z type: (c-name "unsigned long")))
(c-aggregate union U)`,
  ],
  ["L1.53", "enum E { A, B = A + 5, C }; enum { X = -1 };", "(c-enum E (A 0) (B 5) (C 6))\n(c-enum (X -1))"],
  [
    "L1.54",
    "typedef struct N { int b; } n_t, *np;",
    `(c-aggregate struct N (c-member b type: (c-name int)))
(c-typedef n_t type: (c-tag struct N))
(c-typedef np type: (c-pointer (c-tag struct N)))`,
  ],
  [
    "L1.116",
    "macro m($a, @b, c) { $a; if c { 1 } else { 2 } }",
    `(macro m
  (macro-param mode=variable a)
  (macro-param mode=map b)
  (macro-param mode=expression c)
  (block
    (expr-stmt (variable a))
    result: (if-expr (identifier c) (block result: (integer 1)) else: (block result: (integer 2)))))`,
  ],
  [
    "L1.123",
    "fn add($a: int64, $b: struct foo *): uint8 { $a }",
    `(fn add
  (a type: (type-name int64))
  (b type: (type-pointer (type-tag struct foo)))
  returns: (type-name uint8)
  (block (expr-stmt (variable a))))`,
  ],
])("%s: %s", (_row, text, expected) => {
  expect(dump(text)).toBe(expected);
});

test.each([
  ["L1.10", "$#; $1; true", "(expr-stmt (positional-count)) (expr-stmt (positional 1)) (expr-stmt (boolean true))"],
  ["L1.27", '"a\\x41\\0é"', '(expr-stmt (string "aA\\u0000Ã©"))'],
  [
    "L1.61",
    "@x[1, 2] += 0x10; @ <<= 1us;",
    '(assign += (map-access x (integer 1) (integer 2)) (integer 16)) (assign <<= (map "") (integer 1000))',
  ],
  [
    "L1.62",
    "$x++; --@x[1];",
    "(expr-stmt (update ++ (variable x))) (expr-stmt (update -- prefix (map-access x (integer 1))))",
  ],
  [
    "L1.63",
    "let $x; let $y: struct A** = 1; let $z: string[8]; let $w: int8*[4];",
    "(let x) (let y type: (type-pointer (type-pointer (type-tag struct A))) (integer 1)) (let z type: (type-name string size=8)) (let w type: (type-array length=4 (type-pointer (type-name int8))))",
  ],
  [
    "L1.67",
    "if ($x) { 1 } else if !$y { } else { 2; }",
    "(if (paren (variable x)) (block (expr-stmt (integer 1))) else: (if (unary ! (variable y)) (block) else: (block (expr-stmt (integer 2)))))",
  ],
  [
    "L1.68",
    "$y = if $x { 1 } else { let $z = 2; $z };",
    "(assign = (variable y) (if-expr (variable x) (block result: (integer 1)) else: (block (let z (integer 2)) result: (variable z))))",
  ],
  ["L1.69", "unroll(3) { break; }", "(unroll (paren (integer 3)) (block (break)))"],
  ["L1.70", "while 1 { continue }", "(while (integer 1) (block (continue)))"],
  ["L1.71", "for ($kv : @m) { return; }", "(for-map kv (map m) (block (return)))"],
  [
    "L1.72",
    "for $i : 0..$n { return 1; }",
    "(for-range i from: (integer 0) to: (variable n) (block (return (integer 1))))",
  ],
  ["L1.78", "_ = f();", "(discard (call f))"],
  ["L1.79", "{ $x = 1; }", "(block-stmt (block (assign = (variable x) (integer 1))))"],
  [
    "L1.80",
    "$x = { $y = 1; 2 };",
    "(assign = (variable x) (block-expr (block (assign = (variable y) (integer 1)) result: (integer 2))))",
  ],
  [
    "L1.83",
    "1 ? 2 : 3 ? 4 : 5; $x ?: 1",
    "(expr-stmt (ternary (integer 1) (integer 2) else: (ternary (integer 3) (integer 4) else: (integer 5)))) (expr-stmt (ternary (variable x) else: (integer 1)))",
  ],
  [
    "L1.84 … L1.93",
    "1 || 2 && 3 | 4 ^ 5 & 6 == 7 < 8 << 9 + 10 * 11",
    "(expr-stmt (binary || (integer 1) (binary && (integer 2) (binary | (integer 3) (binary ^ (integer 4) (binary & (integer 5) (binary == (integer 6) (binary < (integer 7) (binary << (integer 8) (binary + (integer 9) (binary * (integer 10) (integer 11))))))))))))",
  ],
  ["L1.88", "5 & 3 == 1", "(expr-stmt (binary & (integer 5) (binary == (integer 3) (integer 1))))"],
  ["L1.92", "10 - 2 - 3", "(expr-stmt (binary - (binary - (integer 10) (integer 2)) (integer 3)))"],
  ["L1.95", "*$p.x[1]->y", "(expr-stmt (unary * (field y arrow (index (field x (variable p)) (integer 1)))))"],
  [
    "L1.94",
    "-(uint8)$x + 1",
    "(expr-stmt (binary + (unary - (cast type: (type-name uint8) (variable x))) (integer 1)))",
  ],
  ["L1.98", "@m[(1, 2)]", "(expr-stmt (map-access m (tuple (integer 1) (integer 2))))"],
  [
    "L1.99",
    "(); (1,); $t.1.0",
    "(expr-stmt (tuple)) (expr-stmt (tuple (integer 1))) (expr-stmt (tuple-field 0 (tuple-field 1 (variable t))))",
  ],
  ["L1.100", "(a=1, b=2)", "(expr-stmt (record (a (integer 1)) (b (integer 2))))"],
  [
    "L1.104",
    "(pid)*tid; (u8)*$p; (foo) $x; (N) - 1; (my_t)-1",
    "(expr-stmt (binary * (paren (identifier pid)) (identifier tid))) (expr-stmt (cast type: (type-name u8) (unary * (variable p)))) (expr-stmt (cast type: (type-name foo) (variable x))) (expr-stmt (binary - (paren (identifier N)) (integer 1))) (expr-stmt (cast type: (type-name my_t) (unary - (integer 1))))",
  ],
  [
    "L1.105",
    "sizeof(u8); sizeof($x.y); sizeof(string[4]); sizeof(uint32*[10])",
    "(expr-stmt (sizeof (type-name u8))) (expr-stmt (sizeof (field y (variable x)))) (expr-stmt (sizeof (type-name string size=4))) (expr-stmt (sizeof (type-array length=10 (type-pointer (type-name uint32)))))",
  ],
  ["L1.106", "offsetof(struct A, b.c)", "(expr-stmt (offsetof path=[b c] (type-tag struct A)))"],
  [
    "L1.107",
    "typeof($x); comptime 1 + 2",
    "(expr-stmt (typeof (variable x))) (expr-stmt (binary + (comptime (integer 1)) (integer 2)))",
  ],
])("%s: %s", (_row, text, expected) => {
  expect(statements(text)).toBe(expected);
});

test("spans are of the source, through comments and blank lines (L9.8)", () => {
  const text = '/* é */ k:f\n{\n\t// c\n\tprint( $x , "é" ); }';
  const spans = JSON.stringify(dumpSpans(text).map(([kind, start, end]) => [kind, text.slice(start, end)]));
  expect(spans).toBe(
    JSON.stringify([
      ["attach-point", "k:f"],
      ["call", 'print( $x , "é" )'],
      ["variable", "$x"],
      ["string", '"é"'],
    ]),
  );
});

function dumpSpans(text: string): [string, number, number][] {
  const found: [string, number, number][] = [];
  const wanted = new Set(["attach-point", "call", "variable", "string"]);
  JSON.stringify(tree(text).items, (_key, value: unknown) => {
    const node = value as { kind?: string; span?: { start: number; end: number } } | null;
    if (node?.kind !== undefined && node.span !== undefined && wanted.has(node.kind)) {
      found.push([node.kind, node.span.start, node.span.end]);
    }
    return typeof value === "bigint" ? String(value) : value;
  });
  return found;
}

test("positional parameters become text of an attach point before it is split (L1.42)", () => {
  expect(dump("i:$1 { }", { params: ["ms:10"] })).toBe("(probe (attach-point (i) (ms) (10)) (block))");
  expect(dump('k:$2,u:"$1":f { }', { params: ["/a b", "vfs_read"] })).toBe(
    '(probe\n  (attach-point (k) (vfs_read))\n  (attach-point (u) ("/a b" quoted) (f))\n  (block))'
      .replace(/\n\s*/g, " ")
      .replace("(probe ", "(probe "),
  );
  expect(dump("i:ms:$1 { }")).toBe("(probe (attach-point (i) (ms) ($1)) (block))");
});

test("lengths may be macros, enumerators and kernel constants", () => {
  const text =
    "#define N (M * 2)\n#define M 2\nenum { E = 3 };\nstruct A { char a[N], b[E], c[K]; };\nbegin { (int8[N])$x; (int8[E])$x; (int8[K])$x }";
  const found = dump(text, { constants: (name) => (name === "K" ? 7n : undefined) }).match(/length=\d+/g);
  expect(found).toEqual(["length=4", "length=3", "length=7", "length=4", "length=3", "length=7"]);
});

test("integers (L1.14 … L1.22)", () => {
  const texts = [
    "0",
    "18446744073709551615",
    "0xfF",
    "0X10",
    "010",
    "2e3",
    "12e3",
    "1_000",
    "0x1_f",
    "5ULL",
    "7llu",
    "1m",
    "2h",
    "3us",
    "1d",
    "10ns",
    "1e3ms",
  ];
  const values = [
    "0",
    "18446744073709551615",
    "255",
    "16",
    "8",
    "2000",
    "12000",
    "1000",
    "31",
    "5",
    "7",
    "60000000000",
    "7200000000000",
    "3000",
    "86400000000000",
    "10",
    "1000000000",
  ];
  expect(texts.map((text) => /\(integer (\d+)\)/.exec(statements(text))?.[1])).toEqual(values);
});
