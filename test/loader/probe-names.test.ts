/** Names that only the host knows, of uprobes on a command of our own: our compiler's objects, the machine's kernel. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { folder, type Rec, runLoader, whyNot } from "./objects.ts";
import { buildTarget } from "./user.ts";

const reason = whyNot();
const of = (all: readonly Rec[], type: string) => all.filter((record) => record.type === type);

describe.skipIf(reason !== undefined)("probe in patterns", () => {
  const target = reason === undefined ? buildTarget() : "";

  test("the name of each match is the host's: as bpftrace 0.27 prints it (L3.27, L3.34, L4.26)", () => {
    const script = `uprobe:TARGET:w*rk, uprobe:TARGET:le*f, uretprobe:TARGET:wor*, uprobe:FOLDER/tar*:work,
      uprobe:FOLDER/../${basename(folder)}/target:w* { @[probe] = count(); }
      uprobe:libc:exit { @libc = probe; } uprobe:target:work, uprobe:./target:w* { @found[probe] = count(); }
      uprobe:TARGET:main { @fixed = probe; } uprobe:TARGET:m*n { for ($i : 0..2) { @loop[probe, $i] = probe == "uprobe:TARGET:main"; } }`;
    const text = script.replaceAll("TARGET", target).replaceAll("FOLDER", folder);
    const result = compile(text, defaultOptions(defaultSnapshot("6.12")));
    expect(result.diagnostics).toEqual([]);
    const path = join(folder, "names.o");
    writeFileSync(path, result.object ?? new Uint8Array());
    const run = runLoader(["run", path, "-c", `${target} 3`], undefined, {
      cwd: folder,
      env: { ...process.env, PATH: `${folder}:/usr/bin:/bin` },
    });
    expect(run.stderr).toBe("");
    const entries = new Map(
      of(run.records, "map").map(({ name, entries }) => [
        name,
        (entries as { readonly key?: unknown; readonly value: unknown }[])
          .map(({ key, value }) => `${String(key)} ${String(value)}`)
          .sort(),
      ]),
    );
    expect(entries.get("@")).toEqual(
      [
        `uprobe:${target}:leaf 3`,
        `uprobe:${target}:work 6`,
        `uprobe:${folder}/../${basename(folder)}/target:work 3`,
        `uretprobe:${target}:work 3`,
      ].sort(),
    );
    expect(entries.get("@found")).toEqual(["uprobe:./target:work 3", `uprobe:${target}:work 3`].sort());
    expect(entries.get("@libc")?.[0]).toMatch(/^undefined uprobe:\/lib\/[^ ]*libc\.so\.6:exit$/);
    expect(entries.get("@fixed")).toEqual([`undefined uprobe:${target}:main`]);
    expect(entries.get("@loop")).toEqual([`uprobe:${target}:main,0 true`, `uprobe:${target}:main,1 true`]);
  });

  test("a name that is too long fills its room, which is shown as cut, and is said (L3.27)", () => {
    const name = "f".repeat(700);
    const [source, binary, object] = ["long.c", "long", "long.o"].map((file) => join(folder, file)) as [
      string,
      string,
      string,
    ];
    writeFileSync(
      source,
      `__attribute__((noinline)) void ${name}(void) { __asm__(""); }\nint main(void) { ${name}(); return 0; }\n`,
    );
    execFileSync("gcc", ["-O1", "-o", binary, source]);
    const result = compile(`uprobe:${binary}:f* { @[probe] = count(); }`, defaultOptions(defaultSnapshot("6.12")));
    writeFileSync(object, result.object ?? new Uint8Array());
    const run = runLoader(["run", object, "-c", binary]);
    expect(run.stderr).toMatch(
      /^stdin:1:1-\d+: WARNING: `probe` has room for 256 bytes, and cuts the names of \d+ attach points/,
    );
    const [map] = of(run.records, "map") as unknown as { readonly entries: readonly { readonly key: unknown }[] }[];
    const keys = map?.entries.map(({ key }) => String(key)).filter((key) => key.includes("fff"));
    expect(keys).toEqual([`uprobe:${binary}:${name}`.slice(0, 256)]);
  });
});
