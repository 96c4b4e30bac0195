// Bundles the command line into build/tracelet: a start file, its code in parts that are loaded when they are needed, each
// with V8's cache beside it, and the kernels.

import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const compiler = join(root, "compiler");
const out = join(root, "build");
const lib = join(out, "lib");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/**
 * The parts, and what they begin with. A module stands in the first part that needs it at once; a later part takes it from
 * there, so that there is one of each. What a module imports late and no row names goes to the last part.
 */
const PARTS = [
  { name: "ohm", entries: [] },
  { name: "main", entries: ["cli/main.ts"] },
  { name: "words", entries: ["cli/parse-words.ts"] },
  { name: "run", entries: ["cli/run.ts", "cli/shorthand.ts"] },
  { name: "check", entries: ["cli/check.ts", "cli/explain-log.ts", "verifier/check.ts", "verifier/explain-log.ts"] },
  { name: "simulate", entries: ["cli/simulate.ts", "simulator/make-machine.ts", "simulator/replay.ts"] },
  { name: "binaries", entries: ["cli/binaries.ts"] },
  { name: "more", entries: [] },
];

/** A module's file as a name that JavaScript takes. */
const keyOf = (path) => `m_${relative(compiler, path).replace(/\W/g, "_")}`;

/** Names that a module exports, by its file; `export *` is only in barrels, whose modules are taken one by one. */
const exportsOf = new Map();
async function readExports(paths) {
  const unknown = paths.filter((path) => !exportsOf.has(path));
  const { metafile } = await build({
    entryPoints: unknown.map((path, i) => ({ in: path, out: String(i) })),
    format: "esm",
    outdir: "x",
    write: false,
    metafile: true,
    logLevel: "silent",
  });
  for (const [file, { exports }] of Object.entries(metafile.outputs))
    exportsOf.set(unknown[Number(/(\d+)\.js$/.exec(file)[1])], exports);
}

/** What the rounds below find out: the part of each module, names that later parts take, modules that are imported late. */
const owner = new Map();
const taken = new Map(PARTS.map(({ name }) => [name, new Map()]));
const late = new Map(PARTS.flatMap(({ name, entries }) => entries.map((path) => [join(compiler, path), name])));

async function bundle(part) {
  const index = PARTS.indexOf(part);
  const earlier = new Set(PARTS.slice(0, index).map(({ name }) => name));
  const isEarlier = (path) => earlier.has(owner.get(path));
  const resolve = (args) => join(args.resolveDir, args.path);
  const parts = {
    name: "parts",
    setup(plugin) {
      plugin.onResolve({ filter: /^\.\.?\// }, (args) => {
        const path = resolve(args);
        if (!path.startsWith(`${compiler}/`)) return undefined;
        if (args.kind === "dynamic-import") {
          if (!late.has(path)) late.set(path, PARTS.at(-1).name);
          return { path: `late:${late.get(path)}/${keyOf(path)}`, external: true };
        }
        return isEarlier(path) ? { path, namespace: "taken", sideEffects: false } : { path, sideEffects: false };
      });
      plugin.onLoad({ filter: /./, namespace: "taken" }, async ({ path }) => {
        await readExports([path]);
        const names = exportsOf.get(path);
        return {
          contents: names
            .map(
              (name) =>
                `export const ${name} = /* @__PURE__ */ __take("${owner.get(path)}", "${keyOf(path)}__${name}");`,
            )
            .join("\n"),
        };
      });
      // Ohm explains what does not match: it is taken then, and only the part of it that reads no grammars as text.
      plugin.onResolve({ filter: /^ohm-js$/ }, () =>
        part.name === "ohm"
          ? { path: join(root, "node_modules/ohm-js/src/main-kernel.js") }
          : { path: "ohm-js", namespace: "ohm", sideEffects: false },
      );
      plugin.onLoad({ filter: /./, namespace: "ohm" }, () => ({
        contents: 'export const makeRecipe = (recipe) => __take("ohm", "makeRecipe")(recipe);',
      }));
    },
  };
  const lines = part.name === "ohm" ? ['export { makeRecipe } from "ohm-js";'] : [];
  lines.push(
    ...[...taken.get(part.name)].map(
      ([key, { path, name }]) => `export { ${name} as ${key} } from ${JSON.stringify(path)};`,
    ),
  );
  for (const [path, name] of late) {
    if (name === part.name) lines.push(`export * as ${keyOf(path)} from ${JSON.stringify(path)};`);
  }
  const { outputFiles, metafile } = await build({
    stdin: { contents: lines.join("\n"), resolveDir: compiler },
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    write: false,
    metafile: true,
    minify: process.env.TRACELET_READABLE !== "1",
    legalComments: "none",
    define: { TRACELET_VERSION: JSON.stringify(version), "import.meta.url": "__url" },
    external: ["msgpackr-extract", "binaryen"],
    plugins: [parts],
    logLevel: "warning",
  });
  const [{ inputs }] = Object.values(metafile.outputs);
  const modules = Object.entries(inputs)
    .filter(([file, { bytesInOutput }]) => bytesInOutput > 0 && file.startsWith("compiler/"))
    .map(([file]) => join(root, file));
  return { code: outputFiles[0].text, modules };
}

/** Rounds until no part takes anything new: a name that is taken may bring modules into an earlier part. */
async function bundleAll() {
  for (let round = 0; round < 12; round++) {
    let changed = false;
    const codes = new Map();
    for (const part of PARTS) {
      const { code, modules } = await bundle(part);
      codes.set(part.name, code);
      for (const path of modules) {
        const before = owner.get(path);
        const rank = PARTS.findIndex(({ name }) => name === before);
        if (rank >= 0 && rank <= PARTS.indexOf(part)) continue;
        owner.set(path, part.name);
        changed = true;
      }
      for (const [, from, key] of code.matchAll(/__take\("(\w+)", ?"(m_\w+)"\)/g)) {
        const known = taken.get(from);
        if (known.has(key)) continue;
        const path = [...owner.keys()].find((file) => key.startsWith(`${keyOf(file)}__`));
        known.set(key, { path, name: key.slice(keyOf(path).length + 2) });
        changed = true;
      }
    }
    if (!changed) return codes;
  }
  throw new Error("the parts of the bundle find no end");
}

rmSync(lib, { recursive: true, force: true });
mkdirSync(lib, { recursive: true });
for (const [name, code] of await bundleAll()) {
  // A script may not import: what is loaded late is loaded by the start file.
  const text = code.replace(/import\("(late:[\w/-]+|binaryen)"\)/g, '__late("$1")');
  const url = text.includes("__url") ? 'const __url=require("url").pathToFileURL(__file).href;' : "";
  if (/\bimport\(/.test(text)) throw new Error(`the part ${name} imports what nobody loads`);
  // The start file reads Latin-1, which is fastest; esbuild leaves other characters in regular expressions alone.
  const ascii = text.replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
  writeFileSync(join(lib, `${name}.js`), `(function(module,require,__take,__late,__file){${url}${ascii}\n})\n`);
}

writeFileSync(
  join(out, "tracelet"),
  `#!/usr/bin/env node
"use strict";
const { readFileSync, writeFileSync } = require("fs"), { Script } = require("vm");
const lib = __dirname + "/lib/", loaded = {};
// A part is compiled with the code cache that the build left behind, so that V8 need not parse it again.
function part(name) {
  if (loaded[name] !== undefined) return loaded[name];
  const filename = lib + name + ".js", cache = lib + name + "." + process.versions.v8 + ".cache";
  let cachedData;
  try { cachedData = readFileSync(cache); } catch {}
  const script = new Script(readFileSync(filename, "latin1"), { filename, cachedData });
  const module = { exports: {} };
  loaded[name] = module;
  script.runInThisContext()(module, require, (from, key) => part(from).exports[key], late, filename);
  if (process.env.TRACELET_WRITE_CACHE === "1" && cachedData === undefined)
    process.on("exit", () => { try { writeFileSync(cache, script.createCachedData()); } catch {} });
  return module;
}
async function late(name) {
  const [, from, key] = /^late:(.*)\\/(.*)$/.exec(name) ?? [];
  return from === undefined ? import(name) : part(from).exports[key];
}
part("main");
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

// Runs that warm the functions which the caches shall hold, and prove that every part works.
const program = 'k:tcp_sendmsg /pid > 1/ { @a[comm, kstack] = hist(arg2); printf("%d %s\\n", pid, comm); }';
const object = join(out, "warm.bpf.o");
const runs = [
  ["compile", "-e", program, "-o", object],
  ["--help"],
  ["check", "-e", program, "--kernel", "6.12"],
  ["simulate", "-e", "BEGIN { print(1); exit(); }"],
  ["list", "t:timer:*"],
  ["fmt", "-e", "BEGIN { print( }"],
];
for (const words of runs) {
  const warm = spawnSync(process.execPath, [join(out, "tracelet"), ...words], {
    env: { ...process.env, TRACELET_WRITE_CACHE: "1" },
    encoding: "utf8",
  });
  if (warm.status === (words.includes("BEGIN { print( }") ? 1 : 0)) continue;
  process.stderr.write(`the bundled command line does not do 'tracelet ${words.join(" ")}':\n${warm.stderr}`);
  process.exit(1);
}
rmSync(object, { force: true });
