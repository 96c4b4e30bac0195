/** Scripts to damage: the article's programs, every case's program, and Debian's tools where they are installed. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { splitCase } from "../runner/case-file.ts";
import { installedTools } from "../scripts/tools.ts";

export function corpus(root: string): readonly string[] {
  const found: string[] = [];
  const programs = join(root, "test/programs");
  for (const file of readdirSync(programs)
    .filter((name) => name.endsWith(".bt"))
    .sort()) {
    found.push(readFileSync(join(programs, file), "utf8"));
  }
  const cases = join(root, "test/cases");
  const names = readdirSync(cases, { recursive: true, encoding: "utf8" });
  for (const file of names.filter((name) => name.endsWith(".case")).sort()) {
    const { sections } = splitCase(readFileSync(join(cases, file), "utf8"));
    found.push(...sections.filter(({ name }) => name === "program").map(({ text }) => text));
  }
  found.push(...installedTools().map(({ text }) => text));
  return found;
}
