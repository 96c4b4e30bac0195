/** The generated grammar is fresh, every rule has its action, and it is fast. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { grammar } from "ohm-js";
import { expect, test } from "vitest";
import { grammarRecipe } from "../../compiler/1-parse/grammar.gen.ts";
import { matchRule } from "../../compiler/1-parse/grammar.ts";
import { parse } from "../../compiler/1-parse/parse.ts";
import { printRecipeModule } from "../../compiler/1-parse/recipe.ts";
import { itemActions } from "../../compiler/1-parse/to-ast.ts";
import { cActions } from "../../compiler/1-parse/to-ast-c.ts";
import { exprActions } from "../../compiler/1-parse/to-ast-expr.ts";
import { createSource } from "../../compiler/source/text.ts";

const folder = join(import.meta.dirname, "../../compiler/1-parse");
const text = readFileSync(join(folder, "grammar.ohm"), "utf8");

test("grammar.gen.ts is what grammar.ohm makes", () => {
  expect(readFileSync(join(folder, "grammar.gen.ts"), "utf8") === printRecipeModule(text), "run make gen").toBe(true);
  expect(JSON.parse(grammarRecipe)[0]).toBe("grammar");
});

test("every action is of a rule, and takes no more children than the rule has", () => {
  const { rules } = grammar(text);
  const stray = Object.entries({ ...itemActions, ...exprActions, ...cActions }).filter(
    ([name, action]) => rules[name] === undefined || action.length > rules[name].body.getArity() + 2,
  );
  expect(stray.map(([name]) => name)).toEqual([]);
});

test("nodes have rules, offsets and text", () => {
  const probe = matchRule("k:f  /pid/ { @x = 1; }", "TopLevel")?.children[0];
  expect(probe?.rule).toBe("Probe");
  expect(probe?.children.map(({ rule, start, end, text }) => [rule, start, end, text])).toEqual([
    ["_iter", 0, 0, ""],
    ["AttachPoints", 0, 3, "k:f"],
    ["_iter", 5, 10, "/pid/"],
    ["Block", 11, 22, "{ @x = 1; }"],
  ]);
});

test("a warm one-liner takes about a millisecond, a tool of 150 lines some more", () => {
  const fastest = (program: string): number => {
    const times = Array.from({ length: 40 }, () => {
      const start = performance.now();
      parse(createSource("stdin", program));
      return performance.now() - start;
    });
    return Math.min(...times);
  };
  const probe =
    'kprobe:tcp_sendmsg /pid == $1/\n{\n  $sk = (struct sock *)arg0;\n  @size[comm, $sk.__sk_common.skc_family] = hist(arg2);\n  printf("%d %s\\n", pid, comm);\n}\n';
  fastest("k:f { @ = count(); }");
  // The fastest of many and ten times the aim: other work shares the machine; a packrat that went wrong is a hundred times over.
  expect(fastest("k:tcp_sendmsg { @size = hist(arg2); } interval:s:10 { exit(); }")).toBeLessThan(10);
  expect(fastest(probe.repeat(25))).toBeLessThan(150);
});
