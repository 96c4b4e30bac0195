// Builds the simulator's runtime: constants for AssemblyScript from layout.ts, then the module with asc, then the module
// as a TypeScript string, so that it is there wherever the compiler runs.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import asc from "assemblyscript/asc";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const home = join(root, "compiler/simulator");

async function load(file) {
  const folder = mkdtempSync(join(tmpdir(), "tracelet-"));
  const out = join(folder, "tables.mjs");
  await build({ entryPoints: [file], bundle: true, format: "esm", platform: "node", outfile: out, logLevel: "error" });
  const module = await import(pathToFileURL(out).href);
  rmSync(folder, { recursive: true });
  return module;
}

// an unchanged file keeps its time, so that nothing is built again for it
function write(file, text) {
  if (readFileSync(file, { encoding: "utf8", flag: "a+" }) !== text) writeFileSync(file, text);
}

const layout = await load(join(home, "layout.ts"));
const lines = ["// Written by compiler/gen/simulator.mjs from layout.ts."];
const group = (prefix, type, rows) => {
  for (const [name, value] of Object.entries(rows)) lines.push(`export const ${prefix}${name}: ${type} = ${value};`);
};
group("AREA_", "usize", layout.AREA);
group("TASK_", "usize", layout.TASK);
group("MAP_", "usize", layout.MAP);
group("NODE_", "usize", layout.NODE);
group("STACK_", "usize", layout.STACK);
group("RECORD_", "u32", layout.RECORD);
group("TYPE_", "u32", layout.MAP_TYPE);
group("STOP_", "i32", layout.STOP);
lines.push(`export const MAP_SIZE: u32 = ${layout.MAP_SIZE};`);
lines.push(`export const MAGIC: u32 = ${layout.MAP_MAGIC};`);
lines.push(`export const PAGE_SLOTS: u32 = ${layout.PAGE_SLOTS};`);
lines.push(`export const PAGE_LIMIT: u32 = ${layout.PAGE_LIMIT};`);
lines.push(`export const MEMORY_BASE: u64 = ${layout.MEMORY_BASE};`);
lines.push(`export const FUNCTION_BASE: u64 = ${layout.FUNCTION_BASE};`);
write(join(home, "assembly/layout.gen.ts"), `${lines.join("\n")}\n`);

mkdirSync(join(root, "build"), { recursive: true });
const wasm = join(root, "build/simulator.wasm");
const { error, stderr } = await asc.main(
  [
    join(home, "assembly/index.ts"),
    "--baseDir",
    root,
    "--runtime",
    "stub",
    "--outFile",
    wasm,
    "--use",
    "abort=",
    "--importMemory",
    "--initialMemory",
    "16",
    "--exportTable",
    "--enable",
    "bulk-memory",
    "--optimizeLevel",
    "3",
    "--converge",
    "--noAssert",
  ],
  {},
);
if (error) {
  process.stderr.write(`${stderr.toString()}\n${error.message}\n`);
  process.exit(1);
}
const bytes = readFileSync(wasm);
write(
  join(home, "runtime.gen.ts"),
  `// Written by compiler/gen/simulator.mjs: the module that assembly/ becomes, in base64.\nexport const RUNTIME =\n  "${bytes.toString("base64")}";\n`,
);
console.log(`simulator.wasm: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} compressed`);
