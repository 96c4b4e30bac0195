/**
 * Walks test/codegen/cases: IR text in `program`, instructions in `asm` (ISA v3) and `asm v2`. The text is generated from
 * as it stands, with the required passes only, unless the section says "optimized". UPDATE=1 rewrites (make update).
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { optimizeFunction } from "../../compiler/3-ir/optimize.ts";
import { parseFunctions } from "../../compiler/3-ir/parse.ts";
import { validate } from "../../compiler/3-ir/validate.ts";
import { layoutFrame } from "../../compiler/4-codegen/frame.ts";
import { generateFunction } from "../../compiler/4-codegen/generate.ts";
import { printFunctionCode } from "../../compiler/4-codegen/print.ts";
import { layout } from "../../compiler/ebpf/layout.ts";
import { joinCase, splitCase } from "../runner/case-file.ts";

const directory = join(import.meta.dirname, "cases");
const update = process.env.UPDATE === "1";

function listing(program: string, section: string): string {
  const isa = section.includes("v2") ? "v2" : "v3";
  const texts = parseFunctions(program).map((fn) => {
    expect(validate(fn)).toEqual([]);
    const ready = optimizeFunction(fn, { requiredOnly: !section.includes("optimized"), check: true });
    const code = generateFunction(ready, layoutFrame(ready), isa);
    // Whatever is generated can be laid out.
    layout(code.insns);
    return `; ${code.name}: ${code.frame} bytes of stack\n${printFunctionCode(code)}`;
  });
  return texts.join("").trimEnd();
}

for (const path of readdirSync(directory).sort()) {
  test(path, () => {
    const whole = join(directory, path);
    const file = splitCase(readFileSync(whole, "utf8"));
    const program = file.sections.find((section) => section.name === "program")?.text ?? "";
    const sections = file.sections.map(({ name, text }) => ({
      name,
      text: name === "program" ? text : listing(program, name),
    }));
    if (update) writeFileSync(whole, joinCase({ ...file, sections }));
    else expect(sections).toEqual(file.sections);
  });
}
