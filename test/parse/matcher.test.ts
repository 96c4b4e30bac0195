/** The matcher makes Ohm's tree, node by node, of every script of the tests, and fails where Ohm fails. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { matchRule, type Rule } from "../../compiler/1-parse/grammar.ts";
import { preprocess } from "../../compiler/1-parse/preprocess.ts";
import { splitSegments } from "../../compiler/1-parse/segments.ts";
import { inputAt } from "../fuzz/input.ts";
import { ROOT } from "../runner/machine.ts";
import { ohmTree, printTree } from "./ohm-tree.ts";

/** Items of a script as parse.ts matches them. */
function itemsOf(source: string): readonly string[] {
  const { text } = preprocess(source, { constants: () => undefined, hasBtf: true }, () => {});
  return splitSegments(text, source)
    .filter(({ tooDeep }) => tooDeep === undefined)
    .map(({ start, end }) => text.slice(start, end));
}

function filesUnder(folder: string, extension: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(extension))
    .sort()
    .map((file) => readFileSync(join(ROOT, folder, file), "utf8"));
}

function compare(text: string, rule: Rule): void {
  const theirs = ohmTree(text, rule);
  const ours = matchRule(text, rule);
  if (theirs === undefined || ours === undefined)
    expect([text, ours !== undefined]).toEqual([text, theirs !== undefined]);
  else expect(printTree(ours)).toBe(printTree(theirs));
}

describe("matcher", () => {
  test("items of every case and program", () => {
    const cases = filesUnder("test/cases", ".case").flatMap(
      (text) => /\n=== program\n([\s\S]*?)(?=\n=== |$)/.exec(text)?.[1] ?? [],
    );
    const items = [...cases, ...filesUnder("test/programs", ".bt")].flatMap(itemsOf);
    expect(items.length).toBeGreaterThan(1000);
    for (const item of items) compare(item, "TopLevel");
  });

  test("items of made and damaged scripts", () => {
    const texts = filesUnder("test/programs", ".bt");
    for (let input = 0; input < 400; input++) {
      for (const item of itemsOf(inputAt(texts, 1, input).text)) compare(item, "TopLevel");
    }
  });

  test("expressions, with blanks around them and what is behind them", () => {
    const texts = [
      "1",
      " 1 ",
      "1 2",
      "",
      " ",
      "a.b",
      "a..b",
      "-1",
      "(uint8)1",
      "(a) - 1",
      "x ? y : z",
      "@",
      "@a[1,2]",
      '"  "',
    ];
    for (const text of [
      ...texts,
      "\u{1f600}",
      "a\u{1f600}",
      "{ 1 }",
      "if (1) { 2 } else { 3 }",
      "1.",
      "1.5",
      "$1 + $#",
    ])
      compare(text, "Expr");
  });

  test("a chain too long for the stack is a RangeError, as Ohm's own", () => {
    expect(matchRule(`${"- ".repeat(800)}1`, "Expr")?.end).toBe(1601);
    expect(() => matchRule(`${"- ".repeat(20_000)}1`, "Expr")).toThrow(RangeError);
  });
});
