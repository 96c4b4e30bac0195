/**
 * Every row of the language that is needed every day (priority 0) or expected (priority 1) is cited by a case or a test:
 * test/cases/rows.txt lists the rows. A row that nothing shows yet stands in test/cases/rows-open.txt, which only
 * shrinks: a row listed there that is cited by now fails too (UPDATE=1 takes such rows out).
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
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
const open: readonly string[] = lines("rows-open.txt")
  .flatMap((line) => line.split(" "))
  .filter((word) => word !== "");

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

test("every row of priority 0 and 1 is cited", () => {
  const missing = rows.filter(({ id, priority }) => priority < 2 && !cited.has(id) && !open.includes(id));
  expect(missing.map(({ id, priority, title }) => `${id} (${priority}) ${title}`)).toEqual([]);
});

test("a row that is cited is not listed as open", () => {
  if (process.env.UPDATE === "1") {
    const path = join(import.meta.dirname, "cases/rows-open.txt");
    const kept = readFileSync(path, "utf8")
      .split("\n")
      .map((line) =>
        line.startsWith("#")
          ? line
          : line
              .split(" ")
              .filter((id) => !cited.has(id))
              .join(" "),
      );
    writeFileSync(path, `${kept.filter((line) => line !== "").join("\n")}\n`);
    return;
  }
  expect(
    open.filter((id) => cited.has(id)).map((id) => `${id} is cited in ${cited.get(id)}: take it out of rows-open.txt`),
  ).toEqual([]);
});

test("only rows that exist are cited or open", () => {
  const known = new Set(rows.map(({ id }) => id));
  expect([...cited].filter(([id]) => !known.has(id)).map(([id, path]) => `${id} in ${path}`)).toEqual([]);
  expect(open.filter((id) => !known.has(id))).toEqual([]);
});
