/**
 * `tracelet check` on scripts that are wrong on purpose: what it says of each is compared word by word. Each message must be
 * one that a newcomer can act on. UPDATE=1 rewrites the expectations (look at the diff).
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tracelet } from "../cli/support.ts";
import { type CaseFile, joinCase, splitCase } from "../runner/case-file.ts";

const folder = join(import.meta.dirname, "cases");
const names = readdirSync(folder).sort();

/** `kernel: WORD` and `flags: WORDS`, as words of the command line. */
function wordsOf(file: CaseFile): string[] {
  const lines = (file.sections.find(({ name }) => name === "options")?.text ?? "").split("\n");
  return lines.flatMap((line) => {
    const [key, value = ""] = line.split(/: (.*)/s);
    if (key === "kernel") return ["--kernel", value];
    if (key === "flags") return value.split(" ");
    throw new Error(`unknown option line: ${line}`);
  });
}

describe("check of scripts that are wrong on purpose", () => {
  test("there are eight and more", () => expect(names.length).toBeGreaterThanOrEqual(8));
  test.each(names)("%s", (name) => {
    const path = join(folder, name);
    const file = splitCase(readFileSync(path, "utf8"));
    const program = file.sections.find((section) => section.name === "program")?.text ?? "";
    const ran = tracelet(["check", ...wordsOf(file), "-"], { input: `${program}\n`, env: { BPFTRACE_COLOR: "never" } });
    const found: Readonly<Record<string, string>> = {
      status: String(ran.status),
      verdicts: ran.stdout.trimEnd(),
      messages: ran.stderr.trimEnd(),
    };
    const sections = file.sections.map((section) => ({ ...section, text: found[section.name] ?? section.text }));
    if (process.env.UPDATE === "1") writeFileSync(path, joinCase({ ...file, sections }));
    expect(sections).toEqual(process.env.UPDATE === "1" ? sections : file.sections);
  });
});
