/** The formatter: layout, and two laws: it keeps the tree, and printing what was printed changes nothing. */
import { describe, expect, test } from "vitest";
import { parse } from "../../compiler/1-parse/parse.ts";
import { printProgram } from "../../compiler/1-parse/print.ts";
import { createSource } from "../../compiler/source/text.ts";
import { programs } from "./programs.ts";
import { shape, tree } from "./support.ts";

function format(text: string): string {
  return printProgram(tree(text), text);
}

describe("laws", () => {
  test.each(programs)("%s: %s", (_row, text) => {
    const printed = format(text);
    expect(shape(tree(printed))).toEqual(shape(tree(text)));
    expect(format(printed)).toBe(printed);
  });

  test("comments anywhere survive, and the tree does", () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    let checked = 0;
    for (const [, text] of programs) {
      if (text.includes("#")) continue;
      const gaps = [...text.matchAll(/[;{},]\s*|\s+/g)].map((m) => m.index + m[0].length);
      for (let round = 0; round < 4 && gaps.length > 0; round++) {
        const at = gaps[random(gaps.length)] ?? 0;
        const comment = ["/* c */ ", "// c\n", "\n// own line\n", "/* two\n lines */"][round] ?? "";
        const changed = text.slice(0, at) + comment + text.slice(at);
        // Inside a string or an attach point it is no comment; then the program is another one.
        const before = parse(createSource("stdin", changed));
        if (before.diagnostics.length > 0) continue;
        checked++;
        const printed = printProgram(before.value, changed);
        const after = parse(createSource("stdin", printed));
        expect(after.diagnostics, changed).toEqual([]);
        expect(shape(after.value), changed).toEqual(shape(before.value));
        expect(printProgram(after.value, printed), changed).toBe(printed);
      }
    }
    expect(checked).toBeGreaterThan(150);
  });
});

describe("layout", () => {
  test.each([
    ["k:f,k:g/0/{}", "k:f,\nk:g/0/\n{}\n"],
    ["k:f,k:g /pid==1/{@=count()}", "k:f,\nk:g\n/pid == 1/\n{\n  @ = count();\n}\n"],
    [
      "begin{if($x>1){print(1)}else if $y{}else{print(2);}}",
      "begin\n{\n  if ($x > 1) {\n    print(1);\n  } else if $y {} else {\n    print(2);\n  }\n}\n",
    ],
    [
      "begin{$x=(struct foo *)3;for$i:0..3{}unroll(3){}}",
      "begin\n{\n  $x = (struct foo*)3;\n  for $i : 0..3 {}\n  unroll (3) {}\n}\n",
    ],
    ["config={a=1;b=x}begin{}", "config = {\n  a = 1;\n  b = x;\n}\n\nbegin\n{}\n"],
    ["let @a=hash(1);let @b=hash(2);begin{}", "let @a = hash(1);\nlet @b = hash(2);\n\nbegin\n{}\n"],
    [
      "macro m($a,@b,c){$a+=1;$a}fn f($x:int64):int64{return 1}begin{}",
      "macro m($a, @b, c)\n{\n  $a += 1;\n  $a\n}\n\nfn f($x: int64) : int64\n{\n  return 1;\n}\n\nbegin\n{}\n",
    ],
    ["begin{$x={let $t=2;$t*3};}", "begin\n{\n  $x = {\n    let $t = 2;\n    $t * 3\n  };\n}\n"],
    [
      "begin{- -1; -(-1); 1-(2-3); (1+2)*3; &$x;}",
      "begin\n{\n  - -1;\n  -(-1);\n  1 - (2 - 3);\n  (1 + 2) * 3;\n  &$x;\n}\n",
    ],
    [
      "#define N 3\nbegin{let $x:string[N]=(int8[ 0x4 ])$y;}",
      "#define N 3\nbegin\n{\n  let $x: string[N] = (int8[0x4])$y;\n}\n",
    ],
    ["", ""],
  ])("%s", (text, expected) => {
    expect(format(text)).toBe(expected);
  });

  test("a call too long for a line has its format on a line of its own", () => {
    const text = `begin { printf("${"%d ".repeat(20)}", ${Array.from({ length: 20 }, (_, i) => `arg${i}`).join(", ")}); }`;
    const lines = format(text).split("\n");
    expect(lines[2]).toBe(`  printf("${"%d ".repeat(20)}",`);
    expect(lines[3]).toMatch(/^ {9}arg0, arg1, /);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test("preprocessor lines, dead text included, are repeated as they are", () => {
    const text =
      "#ifndef BPFTRACE_HAVE_BTF\n#include <a.h>\nstruct x {\n\tint y;\n};\n#else\n#define A  1\n#endif\n\nbegin\n{}\n";
    expect(format(text)).toBe(text);
  });
});
