/**
 * What the generators of the WebAssembly modules share: a table's TypeScript loaded as a module, the numbers of one written
 * for AssemblyScript, and a folder of AssemblyScript compiled to a module that stands in a TypeScript string, so that it is
 * there wherever the compiler runs.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import asc from "assemblyscript/asc";
import { build } from "esbuild";
import { writeChanged } from "./write-changed.mjs";

const root = join(import.meta.dirname, "../..");

/** The exports of a TypeScript file; `path` is counted from the project's root. */
export async function loadTable(path) {
  const folder = mkdtempSync(join(tmpdir(), "tracelet-"));
  try {
    const outfile = join(folder, "tables.mjs");
    const entryPoints = [join(root, path)];
    await build({ entryPoints, bundle: true, format: "esm", platform: "node", outfile, logLevel: "error" });
    return await import(pathToFileURL(outfile).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A line of AssemblyScript for each of `rows`, numbers by name, all of `type`. */
export function constants(prefix, type, rows) {
  return Object.entries(rows).map(([name, value]) => `export const ${prefix}${name}: ${type} = ${value};`);
}

/** Writes `lines` to a file of the project. */
export function writeLines(path, lines) {
  writeChanged(join(root, path), `${lines.join("\n")}\n`);
}

/**
 * Compiles `folder`/index.ts with asc and writes the module's bytes in base64 as the constant `name` of `module`, a
 * TypeScript file; `generator` is named there as its author. Ends the process with asc's own messages where it fails.
 */
export async function compileAssembly({ folder, options, module, name, generator }) {
  mkdirSync(join(root, "build"), { recursive: true });
  const wasm = join(root, "build", basename(generator).replace(".mjs", ".wasm"));
  const entry = join(root, folder, "index.ts");
  const always = ["--baseDir", root, "--runtime", "stub", "--use", "abort=", "--enable", "bulk-memory"];
  const { error, stderr } = await asc.main([entry, "--outFile", wasm, ...always, ...options], {});
  if (error) {
    process.stderr.write(`${stderr.toString()}\n${error.message}\n`);
    process.exit(1);
  }
  const bytes = readFileSync(wasm);
  writeLines(module, [
    `// Written by ${generator}: the module that assembly/ becomes, in base64.`,
    `export const ${name} =`,
    `  "${bytes.toString("base64")}";`,
  ]);
  console.log(`${basename(wasm)}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} compressed`);
}
