// Builds the verifier model: constants for AssemblyScript from codes.ts and messages.ts, then the module with asc, then
// the module as a TypeScript string, so that it is there wherever the compiler runs.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import asc from "assemblyscript/asc";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const home = join(root, "compiler/verifier");

async function load(file) {
  const folder = mkdtempSync(join(tmpdir(), "tracelet-"));
  const out = join(folder, "tables.mjs");
  await build({ entryPoints: [file], bundle: true, format: "esm", platform: "node", outfile: out, logLevel: "error" });
  const module = await import(pathToFileURL(out).href);
  rmSync(folder, { recursive: true });
  return module;
}

const codes = await load(join(home, "codes.ts"));
const { MESSAGE_NAMES } = await load(join(home, "messages.ts"));

const lines = ["// Written by compiler/gen/verifier.mjs from codes.ts and messages.ts."];
const group = (prefix, rows) => {
  for (const [name, value] of Object.entries(rows)) lines.push(`export const ${prefix}${name}: i32 = ${value};`);
};
group("V_", codes.VERDICT);
group("T_", codes.TYPE);
group("F_", codes.FLAG);
group("TRUST_", codes.TRUST);
group("SLOT_", codes.SLOT);
group("OP_", codes.ALU_OP);
group("J_", codes.JUMP_OP);
group("A_", codes.ARG);
group("ARG_", codes.ARG_FLAG);
group("R_", codes.RETURNS);
group("HELPER_", codes.HELPER_STATUS);
group("H_", codes.HELPER_ID);
group("G_", codes.GLOBAL_ARG);
group("MAP_TYPE_", codes.MAP_NUMBER);
group("MAP_", codes.MAP_FLAG);
group("OPT_", codes.OPTION);
group("LOG_", codes.LOG_KIND);
lines.push(`export const ADD_CONST: u32 = ${codes.ADD_CONST};`);
for (const [name, value] of Object.entries(codes.ROW)) lines.push(`export const ${name}_ROW: usize = ${value};`);
for (const [bit, name] of codes.FEATURES.entries()) lines.push(`export const FEAT_${name}: u64 = ${2 ** bit};`);
for (const [index, name] of MESSAGE_NAMES.entries()) lines.push(`export const E_${name}: i32 = ${index + 1};`);
writeFileSync(join(home, "assembly/codes.gen.ts"), `${lines.join("\n")}\n`);

mkdirSync(join(root, "build"), { recursive: true });
const wasm = join(root, "build/verifier.wasm");
const debug = process.argv.includes("--debug");
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
    "--initialMemory",
    "32",
    "--enable",
    "bulk-memory",
    ...(debug ? ["--debug"] : ["--optimizeLevel", "3", "--shrinkLevel", "0", "--converge", "--noAssert"]),
  ],
  {},
);
if (error) {
  process.stderr.write(`${stderr.toString()}\n${error.message}\n`);
  process.exit(1);
}
const bytes = readFileSync(wasm);
writeFileSync(
  join(home, "module.gen.ts"),
  `// Written by compiler/gen/verifier.mjs: the module that assembly/ becomes, in base64.\nexport const MODULE =\n  "${bytes.toString("base64")}";\n`,
);
console.log(`verifier.wasm: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} compressed`);
