/** The catalogue: codes, their pages, and that messages live nowhere else. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "../../compiler/1-parse/parse.ts";
import { findCode, loadCatalog } from "../../compiler/diagnostics/catalog/index.ts";
import { parseCatalog } from "../../compiler/diagnostics/catalog/parse.ts";
import { verifierCatalog } from "../../compiler/diagnostics/catalog/verifier.ts";
import { type CompileOptions, compile, defaultOptions, type ImportResolver } from "../../compiler/index.ts";
import { createSource } from "../../compiler/source/text.ts";
import { binaries } from "../runner/binaries.ts";
import { defaultSnapshot } from "../runner/kernels.ts";

const root = join(import.meta.dirname, "../..");

/** The two programs of a code's page, and what the fence says of how they are compiled. */
function programsOf(code: string): { readonly refused: string; readonly accepted: string; readonly how: string } {
  const page = readFileSync(join(root, `spec/diagnostics/${code}.md`), "utf8");
  const fences = [...page.matchAll(/```bpftrace([^\n]*)\n([\s\S]*?)\n```/g)];
  const [refused, accepted] = fences.map((match) => match[2] ?? "");
  if (refused === undefined || accepted === undefined) throw new Error(`${code}.md has no two programs`);
  return { refused, accepted, how: fences[0]?.[1]?.trim() ?? "" };
}

/** Words behind ```bpftrace: `unsafe`, `record`, `btf=none`, `binaries=none`, `linux=5.10`, `arch=NAME`, `args=VALUE` or `args=--NAME=VALUE`. */
function optionsOf(how: string): CompileOptions {
  const words = how.split(" ").filter((word) => word !== "");
  const positional: string[] = [];
  const named = new Map<string, string>();
  for (const word of words) {
    const [, name, value] = /^args=(?:--(\w+)=)?(.+)$/.exec(word) ?? [];
    if (value !== undefined && name !== undefined) named.set(name, value);
    else if (value !== undefined) positional.push(value);
    else if (!["unsafe", "record", "btf=none", "binaries=none", "linux=5.10", "arch=aarch64"].includes(word))
      throw new Error(`unknown word behind the fence: ${word}`);
  }
  const snapshot = defaultSnapshot("6.12");
  return {
    ...defaultOptions(words.includes("linux=5.10") ? { ...snapshot, version: [5, 10, 0] } : snapshot),
    positional,
    named,
    imports,
    binaries: words.includes("binaries=none") ? undefined : binaries,
    unsafe: words.includes("unsafe"),
    record: words.includes("record"),
    btf: !words.includes("btf=none"),
    ...(words.includes("arch=aarch64") ? { arch: "aarch64" } : {}),
  };
}

function codesOf(text: string): string[] {
  return parse(createSource("page", text), { params: [] }).diagnostics.map(({ code }) => code);
}

describe("each code of the parser has a page that proves it", () => {
  test.each(Object.keys(parseCatalog))("%s", (code) => {
    const { refused, accepted } = programsOf(code);
    expect(codesOf(refused)).toContain(code);
    expect(codesOf(accepted)).toEqual([]);
  });
});

test("codes are words, messages are without a full stop, and no code is in two tables", async () => {
  const seen = new Map<string, string>();
  for (const { phase, table } of await loadCatalog()) {
    for (const code of Object.keys(table)) {
      expect(code).toMatch(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/);
      expect(seen.get(code), `${code} is in ${seen.get(code)} and ${phase}`).toBeUndefined();
      seen.set(code, phase);
    }
  }
  expect(seen.size).toBeGreaterThan(30);
});

test("every table in the folder is in the index", async () => {
  const files = readdirSync(join(root, "compiler/diagnostics/catalog")).filter((name) => name !== "index.ts");
  const phases = (await loadCatalog()).map(({ phase }) => `${phase}.ts`);
  expect(phases.sort()).toEqual(files.sort());
});

test("a code is found with its phase, and an unknown one is not", async () => {
  expect((await findCode("unterminated-string"))?.phase).toBe("parse");
  expect(await findCode("toString")).toBeUndefined();
});

test("the phases hold no message text: no string in them begins like one", () => {
  const folder = join(root, "compiler/1-parse");
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".ts") && !file.endsWith(".gen.ts"))) {
    expect(readFileSync(join(folder, name), "utf8"), name).not.toMatch(/["'`](?:syntax: |ERROR|WARNING|HINT)/);
  }
});

test("every code has a page", async () => {
  const codes = (await loadCatalog()).flatMap(({ table }) => Object.keys(table));
  expect(codes.filter((code) => !existsSync(join(root, `spec/diagnostics/${code}.md`)))).toEqual([]);
});

test("every code is reported somewhere", async () => {
  const compiler = join(root, "compiler");
  const sources = readdirSync(compiler, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("diagnostics"))
    .map((name) => readFileSync(join(compiler, name), "utf8"))
    .join("\n");
  const codes = (await loadCatalog()).flatMap(({ table }) => Object.keys(table));
  expect(codes.filter((code) => !sources.includes(`"${code}"`) && !sources.includes(` ${code}`))).toEqual([]);
});

test("every page is of a code", async () => {
  const codes = new Set((await loadCatalog()).flatMap(({ table }) => Object.keys(table)));
  const pages = readdirSync(join(root, "spec/diagnostics")).filter((name) => name.endsWith(".md"));
  expect(pages.filter((name) => !codes.has(name.replace(/\.md$/, "")))).toEqual([]);
  expect(existsSync(join(root, "spec/diagnostics/unclosed.md"))).toBe(true);
});

/** What the pages' programs import. */
const imports: ImportResolver = (path) => {
  if (path === "open/lib.bt") return { problem: "writable", name: path };
  if (path === "locked.bt") return { problem: "unreadable", name: path, why: "EACCES: permission denied" };
  if (path === "settings.bt") return [{ name: path, text: "config = { max_strlen = 32 }" }];
  if (path === "prog.bpf.c") return [{ name: path, text: "" }];
  if (path === "lib.bt") return [{ name: path, text: "macro twice($x) { $x * 2 }" }];
  return { problem: "missing", name: path };
};

describe("each page of a code of the checker or of lowering proves it", () => {
  const codes = readdirSync(join(root, "spec/diagnostics"))
    .map((name) => name.replace(/\.md$/, ""))
    // those of check are about an object on a kernel: test/verifier-cli/pages.test.ts
    .filter((code) => !Object.hasOwn(parseCatalog, code) && !Object.hasOwn(verifierCatalog, code));
  test.each(codes)("%s", (code) => {
    const { refused, accepted, how } = programsOf(code);
    const options = optionsOf(how);
    const before = compile(refused, options);
    expect(before.diagnostics.map((d) => d.code)).toContain(code);
    const isError = before.diagnostics.some((d) => d.code === code && d.severity === "error");
    expect(before.object === undefined).toBe(isError);
    const after = compile(accepted, options);
    expect(after.diagnostics.map((d) => d.code)).not.toContain(code);
    expect(after.object).toBeDefined();
  });
});
