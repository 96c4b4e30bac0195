/**
 * Walks test/cases: every section that stands in a case is a stage that is compared. Every case that compiles is also
 * loaded by the verifier of this kernel. UPDATE=1 rewrites the sections (make update); FILTER=text narrows.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { STAGES, type Stage } from "../compiler/index.ts";
import { joinCase, type Section, splitCase } from "./runner/case-file.ts";
import { available, whyNoKernel } from "./runner/machine.ts";
import { caseOptions, compileCase, diagnosticsText, type Run, runCase, verifierRefusal } from "./runner/stages.ts";

const directory = join(import.meta.dirname, "cases");
const paths = readdirSync(directory, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".case") && path.includes(process.env.FILTER ?? ""))
  .sort();
const kernel = available("loading and running cases", whyNoKernel());
const update = process.env.UPDATE === "1";

function isStage(name: string): name is Stage {
  return (STAGES as readonly string[]).includes(name);
}

describe("cases", () => {
  test("there are cases", () => expect(paths.length).toBeGreaterThan(0));
  for (const path of paths) {
    test(relative(directory, join(directory, path)), () => {
      const whole = join(directory, path);
      const file = splitCase(readFileSync(whole, "utf8"));
      const options = caseOptions(file);
      const compiled = compileCase(file, options);
      const runs = new Map<"text" | "json", Run>();
      const run = (format: "text" | "json"): Run => {
        const known = runs.get(format) ?? runCase(file, options, format);
        runs.set(format, known);
        return known;
      };
      const actual = (section: Section): string | undefined => {
        const { name } = section;
        if (name === "program" || name === "options") return undefined;
        if (name === "diagnostics") return diagnosticsText(compiled);
        if (isStage(name)) return compiled.stages.get(name) ?? "(stopped before this stage)";
        if (!kernel) return undefined;
        if (name === "run") return withoutLastNewline(run("text").stdout);
        if (name === "json") return withoutLastNewline(run("json").stdout);
        if (name === "stderr") return withoutLastNewline(run("text").stderr);
        if (name === "status") return String(run("text").status);
        throw new Error(`unknown section: ${name}`);
      };
      const now = file.sections.map((section) => ({ name: section.name, text: actual(section) ?? section.text }));
      if (update) writeFileSync(whole, joinCase({ ...file, sections: now }));
      else {
        const why = [...runs.values()].map((r) => r.stderr).join("");
        expect(now.map((s) => `=== ${s.name}\n${s.text}`).join("\n"), why).toBe(
          file.sections.map((s) => `=== ${s.name}\n${s.text}`).join("\n"),
        );
      }
      if (!file.sections.some((s) => s.name === "diagnostics")) {
        expect(compiled.result.object, diagnosticsText(compiled)).toBeDefined();
      }
      if (kernel && compiled.result.object !== undefined)
        expect(verifierRefusal(compiled.result.object, path)).toBeUndefined();
    });
  }
});

function withoutLastNewline(text: string): string {
  const utf8 = Buffer.from(text, "latin1").toString("utf8");
  return utf8.endsWith("\n") ? utf8.slice(0, -1) : utf8;
}
