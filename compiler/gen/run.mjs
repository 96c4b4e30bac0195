/** Writes every *.gen.* file: what a generator prints becomes the file. Run by `make gen`. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { build } from "esbuild";
import { writeChanged } from "./write-changed.mjs";

const root = join(import.meta.dirname, "../..");

const generators = [
  { module: "compiler/gen/abi.ts", file: "loader/abi.gen.h" },
  { module: "compiler/gen/grammar.ts", file: "compiler/1-parse/grammar.gen.ts" },
  { module: "compiler/gen/language-tables.ts", file: "spec/language-tables.gen.md" },
];

for (const { module, file } of generators) {
  const bundled = await build({
    entryPoints: [join(root, module)],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
    logLevel: "warning",
  });
  const text = execFileSync(process.execPath, ["--input-type=module", "-"], {
    input: bundled.outputFiles[0].text,
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  writeChanged(join(root, file), text);
}

await import("./simulator.mjs");
await import("./verifier.mjs");
