/** Error texts with their exact place and marks: §9.1, §9.2 of the language, and what else a parser must refuse. */
import { describe, expect, test } from "vitest";
import { parse } from "../../compiler/1-parse/parse.ts";
import { createSource } from "../../compiler/source/text.ts";
import { errors } from "./support.ts";

/** Row, program, place, message; the marks follow from the place and are checked in layout tests below. */
const cases: readonly (readonly [row: string, text: string, place: string, message: string])[] = [
  ["L9.10", "BEGIN { $x = 1 $y = 2; }", "1:16-18", "syntax: unexpected '$y', expected ';' or '}'"],
  ["L9.11", "BEGIN { $x = 1", "1:15-15", "syntax: unexpected end of input, missing '}' (expected ';')"],
  ["L9.12", "BEGIN { print(foo", "1:18-18", "syntax: unexpected end of input, missing ')' (expected ',')"],
  ["L9.13", 'BEGIN { print("a); }', "1:15-21", "syntax: unterminated string"],
  ["L9.14", 'BEGIN { print("\\q"); }', "1:17-18", "syntax: invalid escape character '\\q'"],
  [
    "L9.15",
    "BEGIN { 1 = 2; }",
    "1:11-12",
    "syntax: unexpected assignment: its target must be a variable ($x) or a map (@x, @x[key])",
  ],
  [
    "L9.17",
    "BEGIN { $x = 99999999999999999999999; }",
    "1:14-37",
    "syntax: overflow error, maximum value is 18446744073709551615: 99999999999999999999999",
  ],
  ["L9.18", "BEGIN { $x = 5q; }", "1:15-16", "syntax: invalid integer suffix 'q'"],
  ["L9.19", "i:s:1 /1 { }", "1:10-11", "syntax: expected '/' to close predicate"],
  ["L9.24", "begin { } config = { max_strlen=4 }", "1:11-17", "syntax: config must appear before probes and functions"],
  ["L9.24", "config = { a=1 } config = { b=1 } begin { }", "1:18-24", "syntax: duplicate config block"],
  [
    "L9.25",
    "begin { } struct A { int x; };",
    "1:11-30",
    "syntax: C definitions must appear before probes and functions",
  ],
  ["L9.26", 'begin { } import "x";', "1:11-17", "syntax: root imports must appear before probes and functions"],
  [
    "L9.27",
    "let $x = 1; begin { }",
    "1:1-4",
    "syntax: root-level let statements need to be map declarations, e.g. let @a = hash(2);",
  ],
  ["L1.4", "begin { /* foo", "1:9-11", "syntax: unterminated comment"],
  ["L1.9", "begin { print($0); }", "1:15-17", "syntax: positional parameter $0 is out of range: the first one is $1"],
  [
    "L1.9",
    "begin { print($9999999999); }",
    "1:15-26",
    "syntax: positional parameter $9999999999 is out of range: the first one is $1",
  ],
  ["L1.11", "begin { let = 3; }", "1:9-12", "syntax: unexpected 'let', which is a reserved word"],
  ["L1.11", "begin { fn = 3; }", "1:9-11", "syntax: unexpected 'fn', which is a reserved word"],
  [
    "L1.16",
    "begin { print(089); }",
    "1:15-18",
    "syntax: invalid integer 089: a leading 0 makes it octal, and octal digits are 0 to 7",
  ],
  ["L1.17", "begin { print(1e-3); }", "1:16-17", "syntax: invalid integer suffix 'e'"],
  ["L1.18", "begin { print(9e20); }", "1:15-19", "syntax: overflow error, maximum value is 18446744073709551615: 9e20"],
  [
    "L1.18",
    "begin { print(1e99999999999); }",
    "1:15-28",
    "syntax: overflow error, maximum value is 18446744073709551615: 1e99999999999",
  ],
  ["L1.19", "begin { print(1_); }", "1:16-17", "syntax: invalid integer suffix '_'"],
  ["L1.20", "begin { print(5ULLL) }", "1:16-20", "syntax: invalid integer suffix 'ULLL'"],
  ["L1.21", "begin { print(0x1ms) }", "1:18-20", "syntax: invalid integer suffix 'ms'"],
  [
    "L1.21",
    "begin { print(999999999999d) }",
    "1:15-28",
    "syntax: overflow error, maximum value is 18446744073709551615: 999999999999d",
  ],
  ["L1.23", "begin { print(1.5); }", "1:15-18", "syntax: unexpected fraction 1.5"],
  ["L1.23", "begin { print('a'); }", "1:15-16", 'syntax: unexpected "\'"'],
  ["L1.25", "begin { print(0b1); }", "1:16-18", "syntax: invalid integer suffix 'b1'"],
  ["L1.1", "begin { é = 1; }", "1:9-10", 'syntax: unexpected character "é"'],
  ["L1.26", 'begin { print("a\nb") }', "1:15-17", "syntax: unterminated string"],
  ["L1.42", "i:s:$2 { }", "1:5-7", "positional parameter $2 in an attach point is empty or not provided"],
  [
    "L1.44",
    "let @a = lruhash(-1); begin { }",
    "1:18-19",
    "syntax: expected positive integer for map declaration max entries",
  ],
  [
    "L1.44",
    "let @a = lruhash(0); begin { }",
    "1:18-19",
    "syntax: expected positive integer for map declaration max entries",
  ],
  ["L1.49", "#if 1\nbegin { }", "1:1-6", "#if without #endif"],
  ["L1.49", "#endif\nbegin { }", "1:1-7", "#endif without #if"],
  ["L1.49", "#if 1 +\n#endif\nbegin { }", "1:1-8", "malformed #if: it ends where a value is expected"],
  ["L1.49", "#if 1 / 0\n#endif\nbegin { }", "1:1-10", "malformed #if: division by zero"],
  ["L1.49", "#foo\nbegin { }", "1:1-5", "unknown preprocessor directive #foo"],
  ["L1.49", "#error no BTF\nbegin { }", "1:1-14", "#error no BTF"],
  ["L1.50", "#define A B\n#define B A\nbegin { print(A); }", "1:9-10", "Macro recursion: A → B → A"],
  ["L1.52", "struct A { int x[N]; }; begin { }", "1:18-19", "not a constant integer: N is not known here"],
  [
    "L1.52",
    "struct A { int x[-1]; }; begin { }",
    "1:18-20",
    "not a constant integer: an array length is negative or too large",
  ],
  ["L1.52", "struct A { int x }; begin { }", "1:18-19", "syntax: unexpected '}', expected ';' or ','"],
  ["L1.112", "begin { let $x: uint8[N]; }", "1:23-24", "not a constant integer: N is not known here"],
  [
    "L1.112",
    "begin { let $x: uint8[9999999999]; }",
    "1:23-33",
    "not a constant integer: an array length is negative or too large",
  ],
  ["L1.53", "enum { A = 1 / 0 }; begin { }", "1:12-17", "not a constant integer: division by zero"],
  ["L1.62", "begin { (1,)++; }", "1:13-15", "syntax: increment/decrement requires a variable or map"],
  ["L1.62", "begin { --5; }", "1:9-11", "syntax: increment/decrement requires a variable or map"],
  ["L1.67", "begin { if $x > 1 { } }", "1:15-16", "syntax: unexpected '>', expected '{' after if"],
  ["L1.67", "begin { if ($x) print(1); }", "1:17-22", "syntax: unexpected 'print', expected '{' after if"],
  ["L1.68", "begin { $x = if (1) { 2 }; }", "1:26-27", "syntax: unexpected ';', expected 'else'"],
  ["L1.82", "begin { do { } while (1); }", "1:12-13", "syntax: unexpected '{', expected ';' or '}'"],
  ["L1.98", "begin { @x[1,] = 1; }", "1:14-15", "syntax: unexpected ']', expected expression"],
  ["L1.100", "begin { (x=1, x=2) }", "1:15-18", "syntax: duplicate field name 'x' in a record"],
  ["L1.116", "macro m($v { 1 } begin { }", "1:12-13", "syntax: unexpected '{', expected ')' or ','"],
  ["L1.123", "fn f($a: int64) { return 1; } begin { }", "1:17-18", "syntax: unexpected '{', expected ':'"],
  ["L1.63", "begin { let x = 1; }", "1:13-14", "syntax: unexpected 'x', expected a variable"],
  ["L1.67", "begin { else { } }", "1:9-13", "syntax: unexpected 'else', which is a reserved word"],
  ["L1.72", "begin { for ($i in 0..3) { } }", "1:17-19", "syntax: unexpected 'in', expected ':'"],
  ["L1.97", "begin { print(%d); }", "1:15-16", "syntax: unexpected '%', expected expression or ')'"],
  ["L1.101", "begin { $a.; }", "1:12-13", "syntax: unexpected ';', expected a field name"],
  ["L1.33", "foo", "1:4-4", "syntax: unexpected end of input, expected '{'"],
  ["L1.34", "begin { $x = 1; } }", "1:19-20", "syntax: unexpected '}', expected a probe"],
];

describe("message and place", () => {
  test.each(cases)("%s: %s", (_row, text, place, message) => {
    expect(errors(text, { params: [] }).split("\n")[0]).toBe(`stdin:${place}: ERROR: ${message}`);
  });
});

describe("several errors in one run (L9.4)", () => {
  test("one per item, and the sound items are read", () => {
    const text = "begin { print(1 2); }\nk:f { @ = ; }\nk:g { @ok = 1; }\nend { ( }";
    const { value, diagnostics } = parse(createSource("stdin", text));
    expect(diagnostics.map(({ code }) => code)).toEqual(["unexpected-token", "unexpected-token", "unexpected-token"]);
    expect(value.items).toHaveLength(1);
  });

  test("an unclosed brace does not swallow the items after it", () => {
    const text = "begin {\n  if (1) {\n    print(1);\n}\n\nkprobe:f {\n  @ok = 1;\n}\n";
    const { value, diagnostics } = parse(createSource("stdin", text));
    expect(diagnostics.map(({ code }) => code)).toEqual(["unclosed"]);
    expect(value.items).toHaveLength(1);
  });

  test("literals are checked one by one", () => {
    expect(errors('begin { print(5q, "\\z", 1_) }').match(/ERROR/g)).toHaveLength(3);
  });

  test("what the preprocessor reported is not reported again by the grammar", () => {
    expect(errors('begin { print("a); }\nk:f { }').match(/ERROR/g)).toHaveLength(1);
  });
});

describe("nesting", () => {
  test.each([
    ["parentheses", `begin { print(${"(".repeat(5000)}1${")".repeat(5000)}) }`],
    ["blocks", `begin { ${"{".repeat(5000)}${"}".repeat(5000)} }`],
    ["prefix operators", `begin { print(${"- ".repeat(20000)}1) }`],
    ["operators", `begin { print(1${" + 1".repeat(20000)}) }`],
  ])("too deep in %s is an error, not a crash", (_name, text) => {
    expect(errors(text)).toContain("syntax: the script nests too deeply here");
  });

  test("what people write is far from the limit", () => {
    expect(errors(`begin { print(${"(".repeat(60)}1${")".repeat(60)}${" + 1".repeat(500)}) }`)).toBe("");
    expect(errors(`begin { ${"if ($x == 1) { } else ".repeat(100)} { } }`)).toBe("");
    expect(errors(`begin { ${"1 ? 2 : ".repeat(60)} 3 }`)).toBe("");
  });
});
