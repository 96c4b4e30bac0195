/**
 * Every row of the language is cited by a case or a test: what is needed every day (priority 0) and what is expected
 * (priority 1) works, what is rare (priority 2) works or is refused by its name. test/cases/rows.txt lists the rows.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const CITED_IN = /(?:\.case|\.ts|\.sh|\.bt)$/;
const row = /\bL\d+\.\d+\b/g;

function lines(name: string): readonly string[] {
  const text = readFileSync(join(import.meta.dirname, "cases", name), "utf8");
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

type Row = { readonly id: string; readonly priority: number; readonly title: string };
const rows: readonly Row[] = lines("rows.txt").map((line) => {
  const [id = "", priority = "", ...title] = line.split(" ");
  return { id, priority: Number(priority), title: title.join(" ") };
});

/** A case cites in its intent, before the first section; any other file wherever it likes. */
function citations(): ReadonlyMap<string, string> {
  const cited = new Map<string, string>();
  for (const path of readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).sort()) {
    if (!CITED_IN.test(path) || path === "rows.test.ts") continue;
    const text = readFileSync(join(import.meta.dirname, path), "utf8");
    const where = path.endsWith(".case") ? (text.split(/^=== /m)[0] ?? "") : text;
    for (const [id] of where.matchAll(row)) if (!cited.has(id)) cited.set(id, path);
  }
  return cited;
}
const cited = citations();

test("rows.txt is well formed", () => {
  expect(rows.length).toBeGreaterThan(1000);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect(
    rows.filter(({ id, priority, title }) => !/^L\d+\.\d+$/.test(id) || ![0, 1, 2].includes(priority) || title === ""),
  ).toEqual([]);
});

test("every row is cited", () => {
  const missing = rows.filter(({ id }) => !cited.has(id));
  expect(missing.map(({ id, priority, title }) => `${id} (${priority}) ${title}`)).toEqual([]);
});

test("only rows that exist are cited", () => {
  const known = new Set(rows.map(({ id }) => id));
  expect([...cited].filter(([id]) => !known.has(id)).map(([id, path]) => `${id} in ${path}`)).toEqual([]);
});
