/** No input makes the parser throw or take long, whatever its damage (L9.9). Seeded: a failure can be run again. */
import { expect, test } from "vitest";
import { parse } from "../../compiler/1-parse/parse.ts";
import { printProgram } from "../../compiler/1-parse/print.ts";
import { printAst } from "../../compiler/1-parse/print-ast.ts";
import { renderText } from "../../compiler/diagnostics/render-text.ts";
import { createSource } from "../../compiler/source/text.ts";
import { programs } from "./programs.ts";

const fragments = [
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  ";",
  ",",
  ":",
  "/",
  "//",
  "/*",
  "*/",
  '"',
  "\\",
  "#",
  "#if 1\n",
  "#endif\n",
  "#define A A\n",
  "$",
  "@",
  "$x",
  "@y[",
  "..",
  "...",
  "->",
  "++",
  "=",
  "==",
  "?",
  "0x",
  "1e",
  "9e99",
  "\0",
  "é",
  "\u{1f600}",
  "\ud800",
  "\n",
  "\t",
  "struct ",
  "if ",
  "else ",
  "let ",
  "macro ",
  "config = ",
  "typeof(",
  "sizeof(",
  "for ($i : ",
  "k:f ",
  " / ",
  "import ",
];

test("mutated programs", () => {
  let seed = 20_260_101;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  let broken = 0;
  const rounds = 3000;
  for (let i = 0; i < rounds; i++) {
    let [, text = ""] = programs[random(programs.length)] ?? [];
    for (let edits = 1 + random(3); edits > 0; edits--) {
      const at = random(text.length + 1);
      const kind = random(4);
      const fragment = fragments[random(fragments.length)] ?? "";
      if (kind === 0) text = text.slice(0, at) + text.slice(at + 1 + random(8));
      else if (kind === 1) text = text.slice(0, at);
      else if (kind === 2) text = text.slice(0, at) + fragment + text.slice(at);
      else text = text.slice(0, at) + text.slice(random(text.length + 1));
    }
    const source = createSource("stdin", text);
    try {
      const { value, diagnostics } = parse(source, { params: ["1"] });
      if (diagnostics.length > 0) broken++;
      expect(printAst(value)).toBeTypeOf("string");
      expect(printProgram(value, text)).toBeTypeOf("string");
      expect(renderText(diagnostics, source)).toBeTypeOf("string");
      for (const { span } of diagnostics) {
        expect(span !== undefined && span.start <= span.end && span.end <= text.length).toBe(true);
      }
    } catch (failure) {
      throw new Error(`round ${i}: ${JSON.stringify(text)}`, { cause: failure });
    }
  }
  // Both kinds are needed for the test to mean anything.
  expect(broken).toBeGreaterThan(rounds / 4);
  expect(broken).toBeLessThan(rounds);
});

test("random bytes", () => {
  let seed = 99;
  for (let i = 0; i < 300; i++) {
    let text = "";
    for (let k = 0; k < 60; k++) {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      text += String.fromCharCode((seed >>> 16) & (i % 2 === 0 ? 0x7f : 0xffff));
    }
    expect(parse(createSource("stdin", text)).value.kind).toBe("program");
  }
});
