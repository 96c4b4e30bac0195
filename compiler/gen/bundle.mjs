// Bundles the command line into build/tracelet: one start file, its code with V8's cache beside it, and the kernels.

import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const out = join(root, "build");
const lib = join(out, "lib");
mkdirSync(lib, { recursive: true });
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

await build({
  entryPoints: [join(root, "compiler/cli/main.ts")],
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  outfile: join(lib, "cli.js"),
  minify: true,
  legalComments: "none",
  define: { TRACELET_VERSION: JSON.stringify(version), "import.meta.url": "__tracelet_url" },
  banner: { js: "const __tracelet_url=require('node:url').pathToFileURL(__filename).href;" },
  external: ["msgpackr-extract", "binaryen"],
  logLevel: "warning",
});

// The start file runs the code as a script, which may not import: what is loaded late is imported by a module beside it.
const late = 'import("binaryen")';
const code = readFileSync(join(lib, "cli.js"), "utf8");
if (!code.includes(late)) throw new Error(`the bundle has no ${late} any more`);
writeFileSync(join(lib, "cli.js"), code.replaceAll(late, 'require("./import.js")("binaryen")'));
writeFileSync(join(lib, "import.js"), "module.exports = (name) => import(name);\n");

// The start file compiles lib/cli.js with the code cache that the first run leaves behind, so that V8 need not parse it again.
writeFileSync(
  join(out, "tracelet"),
  `#!/usr/bin/env node
"use strict";
const fs = require("node:fs"), path = require("node:path"), vm = require("node:vm"), Module = require("node:module");
const lib = path.join(path.dirname(fs.realpathSync(__filename)), "lib");
const filename = path.join(lib, "cli.js"), cache = path.join(lib, "cli." + process.versions.v8 + ".cache");
let cachedData;
try { cachedData = fs.readFileSync(cache); } catch {}
const script = new vm.Script(Module.wrap(fs.readFileSync(filename, "utf8")), { filename, cachedData });
const module_ = { exports: {} };
script.runInThisContext()(module_.exports, Module.createRequire(filename), module_, filename, lib);
if (process.env.TRACELET_WRITE_CACHE === "1")
  process.on("exit", () => { try { fs.writeFileSync(cache, script.createCachedData()); } catch {} });
`,
);
chmodSync(join(out, "tracelet"), 0o755);
writeFileSync(join(out, "package.json"), '{ "type": "commonjs" }\n');

const kernels = join(out, "kernels");
rmSync(kernels, { recursive: true, force: true });
mkdirSync(kernels, { recursive: true });
for (const file of readdirSync(join(root, "compiler/kernels"))) {
  if (file.endsWith(".tls")) copyFileSync(join(root, "compiler/kernels", file), join(kernels, file));
}

const pages = join(out, "diagnostics");
mkdirSync(pages, { recursive: true });
for (const file of readdirSync(join(root, "spec/diagnostics")))
  copyFileSync(join(root, "spec/diagnostics", file), join(pages, file));

// A run through the compiler warms the functions that the cache shall hold.
for (const file of readdirSync(lib)) if (file.endsWith(".cache")) rmSync(join(lib, file));
const warm = spawnSync(
  process.execPath,
  [
    join(out, "tracelet"),
    "compile",
    "-e",
    'k:tcp_sendmsg /pid > 1/ { @a[comm, kstack] = hist(arg2); printf("%d %s\\n", pid, comm); }',
    "-o",
    join(out, "warm.bpf.o"),
  ],
  { env: { ...process.env, TRACELET_WRITE_CACHE: "1" }, encoding: "utf8" },
);
rmSync(join(out, "warm.bpf.o"), { force: true });
if (warm.status !== 0) {
  process.stderr.write(`the bundled command line does not compile a one-liner:\n${warm.stderr}`);
  process.exit(1);
}
