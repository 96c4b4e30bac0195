// Makes what a program that embeds the compiler imports from the npm package: build/api, the public modules as JavaScript
// for Node and browsers (what is loaded late in parts of its own) and their types. `npm pack` asks for it.

import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const api = join(root, "build/api");
rmSync(api, { recursive: true, force: true });

await build({
  entryPoints: { index: join(root, "compiler/index.ts"), snapshot: join(root, "compiler/snapshot/index.ts") },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "neutral",
  mainFields: ["module", "main"],
  target: "es2022",
  outdir: api,
  chunkNames: "part-[hash]",
  minify: true,
  legalComments: "none",
  external: ["msgpackr-extract", "binaryen"],
  logLevel: "warning",
});
// The folder around it is of CommonJS.
writeFileSync(join(api, "package.json"), '{ "type": "module" }\n');

const types = spawnSync(
  process.execPath,
  [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "compiler/gen/tsconfig.types.json")],
  { stdio: "inherit" },
);
process.exit(types.status ?? 1);
