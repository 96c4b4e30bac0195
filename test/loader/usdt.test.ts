/** Static probes of a program of our own: our compiler's objects, the machine's kernel. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { folder, type Rec, runLoader, whyNot } from "./objects.ts";

const reason = whyNot() ?? (process.arch === "x64" ? undefined : "the notes are x86-64's");
const of = (all: readonly Rec[], type: string) => all.filter((record) => record.type === type);

describe.skipIf(reason !== undefined)("static probes", () => {
  const binary = join(folder, "static-probes");
  if (reason === undefined) execFileSync("gcc", ["-O1", "-o", binary, join(import.meta.dirname, "static-probes.c")]);
  let count = 0;

  const trace = (script: string) => {
    const result = compile(script.replaceAll("BINARY", binary), defaultOptions(defaultSnapshot("6.12")));
    expect(result.diagnostics.filter((each) => each.severity === "error")).toEqual([]);
    const path = join(folder, `usdt-${count++}.o`);
    writeFileSync(path, result.object ?? new Uint8Array());
    return runLoader(["run", path, "-c", binary]);
  };
  const printed = (run: { readonly records: readonly Rec[] }) => of(run.records, "printf").map((record) => record.args);

  test("an argument is read where its note says, at each place (L3.16, L3.67)", () => {
    const run = trace(
      'usdt:BINARY:mine:one { printf("%d %s %d %d %d", (int64)arg0, str(arg1), (int64)arg2, arg3, arg4); }',
    );
    expect(run.stderr).toBe("");
    expect(printed(run)).toEqual([
      [-5, "hello", -42, 10, 77],
      [-6, "hello", -42, 20, 77],
      [-7, "hello", -42, 30, 77],
      [7, "world", -1, 40, 40],
    ]);
    const probe = `usdt:${binary}:mine:one`;
    expect(of(run.records, "attached")[0]?.probes).toEqual([probe, probe]);
  });

  test("a probe behind a semaphore fires, since the kernel raises it", () => {
    expect(printed(trace('usdt:BINARY:guarded { printf("%d", arg0); }'))).toEqual([[1]]);
  });

  test("the provider may be left out, and the name be a pattern", () => {
    const run = trace("usdt:BINARY:* { @ = count(); }");
    expect(of(run.records, "map")[0]?.entries).toEqual([{ value: 5 }]);
  });

  test("the name of each match is the host's, path and provider included (L3.27, L4.26)", () => {
    const keys = (script: string) =>
      (
        of(trace(script).records, "map")[0] as unknown as {
          readonly entries: readonly { key: unknown; value: unknown }[];
        }
      ).entries
        .map(({ key, value }) => [key, value])
        .sort();
    const [one, guarded] = [`usdt:${binary}:mine:one`, `usdt:${binary}:mine:guarded`];
    expect(keys("usdt:BINARY:* { @[probe] = count(); }")).toEqual([
      [guarded, 1],
      [one, 4],
    ]);
    expect(keys("usdt:BINARY:one { @[probe] = count(); }")).toEqual([[one, 4]]);
    expect(keys("usdt:BINARY:mi*:o*, usdt:BINARY:mi*:guarded { @[probe, arg0 != 1] = count(); }")).toEqual([
      [[guarded, false], 1],
      [[one, true], 4],
    ]);
    expect(keys("usdt:BINARY:*, uprobe:BINARY:ma*n { @[probe] = count(); }")).toEqual([
      [`uprobe:${binary}:main`, 1],
      [guarded, 1],
      [one, 4],
    ]);
  });

  test("what a binary lacks is named: the probe, the provider, the argument", () => {
    for (const [script, message] of [
      ["usdt:BINARY:mine:nosuch { print(1); }", `no matches for usdt:${binary}:mine:nosuch`],
      ["usdt:BINARY:other:one { print(1); }", `no matches for usdt:${binary}:other:one`],
      ["usdt:BINARY:mine:one { print(arg7); }", `usdt:${binary}:mine:one has no arg7 that can be read`],
      ["usdt:/nosuch:one { print(1); }", "usdt target file '/nosuch' does not exist"],
      ["usdt:*:one { print(1); }", "usdt:*:one: in every binary of which process?"],
    ] as const) {
      const run = trace(script);
      expect(run.stderr).toContain(`ERROR: ${message}`);
      expect(run.status).not.toBe(0);
      expect(run.records).toEqual([]);
    }
  });
});
