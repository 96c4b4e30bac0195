/**
 * Walks test/ir/passes: IR text in `program`, then one section per pass with what that pass makes of it ("gather fold":
 * several, in that order). UPDATE=1 rewrites the sections (make update).
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { misplacedPasses, optimizeFunction } from "../../compiler/3-ir/optimize.ts";
import { parseFunctions } from "../../compiler/3-ir/parse.ts";
import { passes } from "../../compiler/3-ir/passes/passes.ts";
import { printFunction } from "../../compiler/3-ir/print.ts";
import { validate } from "../../compiler/3-ir/validate.ts";
import { joinCase, splitCase } from "../runner/case-file.ts";

const directory = join(import.meta.dirname, "passes");
const update = process.env.UPDATE === "1";

/** The functions of a text after the passes named, or after all of them. */
function after(program: string, names: string): string {
  const out = parseFunctions(program).map((fn) => {
    expect(validate(fn)).toEqual([]);
    if (names === "optimize") return optimizeFunction(fn, { check: true });
    return names.split(" ").reduce((at, name) => {
      const pass = passes.find((row) => row.name === name);
      if (pass === undefined) throw new Error(`no pass ${name}`);
      const next = pass.run(at);
      expect(validate(next), name).toEqual([]);
      return next;
    }, fn);
  });
  return out
    .map((fn) => printFunction(fn))
    .join("")
    .trimEnd();
}

describe("passes", () => {
  for (const path of readdirSync(directory).sort()) {
    test(path, () => {
      const whole = join(directory, path);
      const file = splitCase(readFileSync(whole, "utf8"));
      const program = file.sections.find((section) => section.name === "program")?.text ?? "";
      const sections = file.sections.map(({ name, text }) => ({
        name,
        text: name === "program" ? text : after(program, name),
      }));
      if (update) writeFileSync(whole, joinCase({ ...file, sections }));
      else expect(sections).toEqual(file.sections);
    });
  }
});

describe("the table", () => {
  test("names every pass once, after what it relies on", () => {
    expect(misplacedPasses()).toEqual([]);
  });
  test("says when a pass stands before what it relies on", () => {
    const [first, ...rest] = passes;
    if (first === undefined) throw new Error("the table is empty");
    expect(misplacedPasses([...rest, first])).toContain("fold must stand after gather");
    expect(misplacedPasses([first, first])).toEqual(["gather is there twice"]);
  });
  test("has a case for every pass", () => {
    const tested = readdirSync(directory).flatMap((path) =>
      splitCase(readFileSync(join(directory, path), "utf8")).sections.flatMap((section) => section.name.split(" ")),
    );
    const ran = new Set(passes.filter((pass) => tested.includes(pass.name)).map((pass) => pass.run));
    expect(passes.filter((pass) => !ran.has(pass.run)).map((pass) => pass.name)).toEqual([]);
  });
});
