// Bundles the verifier model's fuzzer (TypeScript, with the model inside) and runs it.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const outfile = join(root, "build/fuzz-verifier/main.mjs");
await build({
  entryPoints: [join(root, "test/verifier/fuzz/main.ts")],
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  outfile,
  external: ["msgpackr-extract"],
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  logLevel: "warning",
});
const run = spawnSync(process.execPath, [outfile], { stdio: "inherit", env: { ...process.env, TRACELET_ROOT: root } });
process.exit(run.status ?? 1);
