/** Writes every *.gen.* file: one row per generator, `text()` of its module becomes the file. Run by `make gen`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "../..");

const generators = [{ module: "compiler/gen/abi.ts", text: (made) => made.abiHeader(), file: "loader/abi.gen.h" }];

for (const { module, text, file } of generators) {
  const bundled = await build({
    entryPoints: [join(root, module)],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  const code = bundled.outputFiles[0].text;
  const made = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
  writeFileSync(join(root, file), text(made));
}
