/** The layout's promises: who may import whom, no Node in the core, files that stay small. Reads every import. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const files = ["compiler", "playground"]
  .filter((top) => existsSync(join(root, top)))
  .flatMap((top) => readdirSync(join(root, top), { recursive: true, encoding: "utf8" }).map((path) => join(top, path)))
  .filter((path) => path.endsWith(".ts") && !path.includes("node_modules"));

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };
const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(root, from), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  return [
    ...text.matchAll(
      /(?:^|\n)\s*(import|export)\s+(type\s)?[^;'"]*?\sfrom\s+["']([^"']+)["']|import\(["']([^"']+)["']\)/g,
    ),
  ].map((match) => {
    const to = match[3] ?? match[4] ?? "";
    return { from, to: to.startsWith(".") ? normalize(join(dirname(from), to)) : to, typeOnly: match[2] !== undefined };
  });
});

/** "compiler/2-check/x.ts" → "2-check"; "compiler/index.ts" → "index"; the playground is one place, its build another. */
function place(path: string): string {
  if (path.startsWith("playground/")) return path === "playground/vite.config.ts" ? "playground-build" : "playground";
  const [, second = "", third] = path.split("/");
  return third === undefined ? second.replace(/\.ts$/, "") : second;
}

/** Folder → folders it may use. Data files of smaller phases (ast, typed, ir, program, manifest) are checked apart. */
const libraries = ["util", "source", "diagnostics", "btf", "ebpf", "elf", "types", "snapshot", "lang"];
const allowed: Readonly<Record<string, readonly string[]>> = {
  util: [],
  source: ["util"],
  diagnostics: ["source", "util"],
  btf: ["util"],
  ebpf: ["util", "source"],
  elf: ["util"],
  types: ["util", "btf", "snapshot"],
  // Debug information as types: loaded only when a script asks for a binary's.
  dwarf: ["util", "btf", "elf", "types"],
  snapshot: ["util", "btf"],
  lang: ["types", "ebpf", "util"],
  "1-parse": libraries,
  "2-check": libraries,
  "3-ir": libraries,
  "4-codegen": libraries,
  "5-object": libraries,
  stream: ["util"],
  render: ["stream", "types", "util"],
  format: ["1-parse", "diagnostics", "source"],
  explore: ["1-parse", "2-check", "btf", "options", "snapshot", "source", "types"],
  options: ["snapshot", "source", "types"],
  imports: ["1-parse", "diagnostics", "source"],
  link: ["btf", "ebpf", "elf", "util"],
  // Objects only, never phases: an independent look at what code generation made.
  verifier: ["ebpf", "btf", "elf", "link", "lang", "util", "snapshot", "source", "diagnostics"],
  judge: ["1-parse", "source", "verifier"],
  // The same, and as a loader does: what a manifest says, a snapshot's kernel, records of the stream.
  simulator: ["ebpf", "btf", "elf", "link", "lang", "types", "snapshot", "stream", "diagnostics", "source", "util"],
  pipeline: [
    "imports",
    "1-parse",
    "2-check",
    "3-ir",
    "4-codegen",
    "5-object",
    "diagnostics",
    "options",
    "snapshot",
    "source",
  ],
  index: [
    "1-parse",
    "pipeline",
    "options",
    "explore",
    "format",
    "source",
    "diagnostics",
    "5-object",
    "stream",
    "render",
    "lang",
    "judge",
    "verifier",
    "simulator",
    "dwarf",
    "elf",
    "types",
  ],
  cli: ["index", "snapshot"],
  gen: ["1-parse", "lang", "types", "ebpf", "5-object", "util", "snapshot", "diagnostics", "source"],
  playground: ["index", "snapshot"],
};

/** The contracts: files of types (and a constant or two) that later phases and readers share. */
const contracts = new Set([
  "compiler/1-parse/ast.ts",
  "compiler/2-check/typed.ts",
  "compiler/3-ir/ir.ts",
  // Walks over the form that ir.ts describes: operands, dominators, reverse postorder.
  "compiler/3-ir/edit.ts",
  "compiler/3-ir/graph.ts",
  "compiler/4-codegen/program.ts",
  "compiler/5-object/manifest.ts",
  // Reads an object back, strictly: a simulator, like a loader, needs what the manifest and the code say.
  "compiler/5-object/read-object.ts",
  "compiler/options.ts",
]);

describe("architecture", () => {
  test("every import is one that the layout allows", () => {
    const breaches = imports
      .filter(({ to }) => to.startsWith("compiler/") || to.startsWith("playground/"))
      .filter(({ from, to }) => {
        const [here, there] = [place(from), place(to)];
        return here !== there && !contracts.has(to) && allowed[here]?.includes(there) !== true;
      })
      .map(({ from, to }) => `${from} → ${to}`);
    expect(breaches).toEqual([]);
  });

  test("contracts reach back only as types", () => {
    const order = ["1-parse", "2-check", "3-ir", "4-codegen", "5-object"];
    const breaches = imports
      .filter(
        ({ from, to, typeOnly }) =>
          contracts.has(to) &&
          !typeOnly &&
          order.indexOf(place(to)) > order.indexOf(place(from)) &&
          order.includes(place(from)),
      )
      .map(({ from, to }) => `${from} → ${to}`);
    expect(breaches).toEqual([]);
  });

  test("node: modules stay in cli and gen", () => {
    const breaches = imports.filter(
      ({ from, to }) => to.startsWith("node:") && !["cli", "gen", "playground-build"].includes(place(from)),
    );
    expect(breaches.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test("packages stay where they belong", () => {
    const homes: Readonly<Record<string, readonly string[]>> = {
      "ohm-js": ["1-parse", "gen"],
      msgpackr: ["stream", "5-object"],
      fflate: ["snapshot", "playground"],
      "@codemirror": ["playground"],
      "@lezer": ["playground"],
      yargs: ["cli"],
      binaryen: ["simulator"],
    };
    const breaches = imports.filter(({ from, to }) => {
      const name = Object.keys(homes).find((key) => to === key || to.startsWith(`${key}/`));
      const foreign =
        !to.startsWith("compiler/") &&
        !to.startsWith("playground/") &&
        !to.startsWith("node:") &&
        !["cli", "gen", "playground-build"].includes(place(from));
      return name === undefined ? foreign : homes[name]?.includes(place(from)) !== true;
    });
    expect(breaches.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  test("no cycles between folders", () => {
    const edges = new Map<string, Set<string>>();
    for (const { from, to, typeOnly } of imports) {
      if (typeOnly || !to.startsWith("compiler/")) continue;
      const [here, there] = [place(from), place(to)];
      if (here !== there) edges.set(here, (edges.get(here) ?? new Set()).add(there));
    }
    const path: string[] = [];
    const done = new Set<string>();
    const visit = (node: string): readonly string[] | undefined => {
      if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
      if (done.has(node)) return undefined;
      path.push(node);
      for (const next of edges.get(node) ?? []) {
        const cycle = visit(next);
        if (cycle !== undefined) return cycle;
      }
      path.pop();
      done.add(node);
      return undefined;
    };
    for (const node of edges.keys()) expect(visit(node)?.join(" → ")).toBeUndefined();
  });

  test("files stay small; only tables and contracts may be long", () => {
    const long = files
      .filter(
        (path) =>
          !path.includes(".gen.") &&
          !/\/(lang|catalog|arch|assembly)\/|verifier\/messages\.ts$/.test(path) &&
          !contracts.has(path),
      )
      .map((path) => ({ path: relative(".", path), lines: readFileSync(join(root, path), "utf8").split("\n").length }))
      .filter(({ lines }) => lines > 500);
    expect(long).toEqual([]);
  });

  test("every file says what it is for", () => {
    const bare = files.filter(
      (path) => !path.includes(".gen.") && !/^(\/\*\*|\/\/)/.test(readFileSync(join(root, path), "utf8")),
    );
    expect(bare).toEqual([]);
  });
});
