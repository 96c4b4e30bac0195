// Bundles the benchmarks (TypeScript, with the compiler inside) and runs them.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const outfile = join(root, "build/bench/main.mjs");
await build({
  entryPoints: { main: join(root, "test/bench/main.ts"), figures: join(root, "test/playground/figures.ts") },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  outdir: join(root, "build/bench"),
  outExtension: { ".js": ".mjs" },
  external: ["msgpackr-extract", "binaryen", "playwright-core"],
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  logLevel: "warning",
});
const run = spawnSync(process.execPath, ["--expose-gc", outfile, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, TRACELET_ROOT: root },
});
process.exit(run.status ?? 1);
