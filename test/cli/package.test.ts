/** What an npm package holds: the command line with all that it loads, and nothing of the workshop. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "../runner/machine.ts";

test("the package holds what is built, and no sources, tests or leavings", () => {
  const said = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [pack] = JSON.parse(said) as readonly { readonly files: readonly { readonly path: string }[] }[];
  const paths = pack?.files.map(({ path }) => path) ?? [];
  expect(paths).toEqual(
    expect.arrayContaining([
      "build/tracelet",
      "build/package.json",
      "build/lib/main.js",
      "build/diagnostics/address-of.md",
    ]),
  );
  expect(paths.filter((path) => path.endsWith(".tls"))).toHaveLength(2);
  const folders = new Set(
    paths.map((path) =>
      path
        .split("/")
        .slice(0, path.startsWith("build/") ? 2 : 1)
        .join("/"),
    ),
  );
  const known = ["api", "diagnostics", "kernels", "lib", "package.json", "tracelet", "tracelet-loader"];
  const expected = new Set([
    ...known.map((name) => `build/${name}`),
    ...["spec", "CHANGELOG.md", "LICENSE", "README.md", "package.json"],
  ]);
  expect([...folders].filter((folder) => !expected.has(folder))).toEqual([]);
});

test("what package.json exports is what make package writes", () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  };
  const script = readFileSync(join(ROOT, "compiler/gen/package.mjs"), "utf8");
  const { files } = JSON.parse(readFileSync(join(ROOT, "compiler/gen/tsconfig.types.json"), "utf8")) as {
    readonly files: readonly string[];
  };
  for (const { types, default: module } of Object.values(exports)) {
    const name = /^\.\/build\/api\/(\w+)\.js$/.exec(module)?.[1];
    expect(script).toContain(`${name}: join(root,`);
    expect(files).toContain(types.replace("./build/api/types/", "../").replace(/\.d\.ts$/, ".ts"));
  }
});
