/**
 * args of uprobes on a program of our own, from the script to the printed text; and the same from bpftrace itself, where it is
 * right. Not seen by others: the probes are in a file that only this test runs.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { available, ROOT, TRACELET, whyNoCommand, whyNoKernel } from "../runner/machine.ts";
import { RUN_ROWS, type RunRow } from "./run-rows.ts";
import { build, folder, tool } from "./support.ts";

const can = available("args of uprobes", whyNoKernel() ?? whyNoCommand("gcc"));
const reference = can && available("comparing args of uprobes with bpftrace", whyNoCommand("apt-get"));

type Ran = { readonly stdout: string; readonly stderr: string; readonly status: number | null };

function tracelet(...words: readonly string[]): Ran {
  const { stdout, stderr, status } = spawnSync(TRACELET, words, { cwd: folder, encoding: "utf8", timeout: 30_000 });
  return { stdout, stderr, status };
}

function programOf(row: RunRow, path: string): string {
  return `${row.probe.replaceAll("BIN", path)} { ${row.body} }`;
}

describe
  .skipIf(!can)
  .each([
    ["gcc", ["-g", "-O0"]],
    ["gcc", ["-gdwarf-4", "-O2"]],
    ...(whyNoCommand("clang") === undefined ? ([["clang", ["-g", "-O2"]]] as const) : []),
  ] as const)("args of uprobes: %s %j", (compiler, flags) => {
  const path = can ? build(`run-${compiler}${flags.join("")}`, compiler, flags) : "";

  test.each(RUN_ROWS.map((row) => [row.probe, row.body, row] as const))(
    "%s { %s }",
    { timeout: 40_000 },
    (_, __, row) => {
      const run = tracelet("-q", "-e", programOf(row, path), "-c", path);
      expect(run.stderr).toBe("");
      expect(run.stdout).toBe(`${row.text}\n\n`);
    },
  );
});

describe.skipIf(!reference)("bpftrace prints the same", () => {
  const script = join(ROOT, "test/kernel/reference.sh");
  let inside = "";
  let path = "";
  beforeAll(() => {
    const tree = spawnSync(script, ["--root"], { encoding: "utf8" }).stdout.trim();
    inside = mkdtempSync(join(tree, "tmp/dwarf-"));
    path = join("/tmp", basename(inside), "program");
    copyFileSync(build("run-reference", "gcc", ["-g", "-O0"]), join(inside, "program"));
  }, 600_000);
  afterAll(() => {
    if (inside !== "") rmSync(inside, { recursive: true, force: true });
  });

  test.each(RUN_ROWS.filter((row) => row.differs === undefined).map((row) => [row.probe, row.body, row] as const))(
    "%s { %s }",
    { timeout: 60_000 },
    (_, __, row) => {
      const { stdout } = spawnSync(script, ["bpftrace", "-q", "-e", programOf(row, path), "-c", path], {
        encoding: "utf8",
        timeout: 50_000,
      });
      expect(stdout).toBe(`${row.text}\n\n`);
    },
  );
});

describe.skipIf(!can)("a binary and its debug information", () => {
  test("another build than the one that was compiled for is told of", () => {
    const path = build("built", "gcc", ["-g", "-O0"]);
    const object = join(folder, "built.bpf.o");
    const compiled = tracelet("compile", "-e", `uprobe:${path}:hidden { print(args.first); }`, "-o", object);
    expect(compiled).toEqual({ stdout: "", stderr: "", status: 0 });
    expect(tracelet("run", "-q", object, "-c", path)).toMatchObject({ stdout: "-1\n\n\n", stderr: "" });
    build("built", "gcc", ["-g", "-O2"]);
    const other = tracelet("run", "-q", object, "-c", path);
    expect(other.stdout).toBe("-1\n\n\n");
    expect(other.stderr).toContain(
      `WARNING: ${path} is not the build whose debug information the script was compiled with`,
    );
    build("built", "gcc", ["-g", "-O0", "-Wl,--build-id=none"]);
    expect(tracelet("run", "-q", object, "-c", path).stderr).toContain("is not the build");
  });

  test("an object without args is bound to no build", () => {
    const path = build("free", "gcc", ["-g", "-O0"]);
    const object = join(folder, "free.bpf.o");
    tracelet("compile", "-e", `uprobe:${path}:hidden { print((int32)arg0); }`, "-o", object);
    build("free", "gcc", ["-O2"]);
    expect(tracelet("run", "-q", object, "-c", path)).toMatchObject({ stdout: "-1\n\n\n", stderr: "" });
  });

  test("debug information that was split off is found by name and by build id (L8.40)", () => {
    const path = build("apart", "gcc", ["-g", "-O0"]);
    const program = `uprobe:${path}:hidden { print(args.second); }`;
    tool("objcopy", "--only-keep-debug", path, `${path}.debug`);
    tool("strip", "--strip-debug", path);
    const without = tracelet("-q", "-e", program, "-c", path);
    expect(without).toMatchObject({ stdout: "", status: 1 });
    expect(without.stderr).toContain(`${path} has no debug information (DWARF), and none was found for it`);

    const id = /Build ID: ([0-9a-f]+)/.exec(spawnSync("readelf", ["-n", path], { encoding: "utf8" }).stdout)?.[1] ?? "";
    const place = join(folder, "symbols/.build-id", id.slice(0, 2));
    mkdirSync(place, { recursive: true });
    copyFileSync(`${path}.debug`, join(place, `${id.slice(2)}.debug`));
    const named = ["--debuginfo", `/nonexistent:${join(folder, "symbols")}`];
    expect(tracelet("-q", ...named, "-e", program, "-c", path)).toMatchObject({ stdout: "-2\n\n\n", stderr: "" });

    tool("objcopy", `--add-gnu-debuglink=${path}.debug`, path);
    expect(tracelet("-q", "-e", program, "-c", path)).toMatchObject({ stdout: "-2\n\n\n", stderr: "" });
    // Another file of that name is not of this binary.
    writeFileSync(`${path}.debug`, "something else");
    expect(tracelet("-q", "-e", program, "-c", path).stderr).toContain("has no debug information");
  });

  test("a pattern stands for the functions whose arguments are known, each with a program of its own", () => {
    const path = build("pattern", "gcc", ["-g", "-O0"]);
    const run = tracelet("-q", "-e", `uprobe:${path}:*e* { @[probe] = args; }`, "-c", path);
    expect(run.status).toBe(1);
    const program = `uprobe:${path}:{HID} { printf("%s %d\\n", probe, args.first); }`;
    const some = tracelet("-q", "-e", program.replace("{HID}", "hid*"), "-c", path);
    expect(some).toMatchObject({ stdout: `uprobe:${path}:hidden -1\n\n\n`, stderr: "" });
    const none = tracelet("-q", "-e", program.replace("{HID}", "_sta*"), "-c", path);
    expect(none.stderr).toContain("a wildcard uprobe probe cannot be used here: args are those of one function");
  });

  test("a command is found in PATH, a library by its name where a text for the linker has it, too", () => {
    build("command-of-path", "gcc", ["-g", "-O0"]);
    const words = ["compile", "-e", "uprobe:command-of-path:hidden { print(args.first); }", "--emit", "typed"];
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    const found = spawnSync(TRACELET, words, { cwd: "/", encoding: "utf8", env });
    expect([found.stderr, found.status]).toEqual(["", 0]);
    expect(found.stdout).toContain('"path":"command-of-path","symbol":"hidden","buildId":"');
    const library = tracelet("compile", "-e", "uprobe:libc:malloc { print(args.bytes); }", "--emit", "typed");
    expect(library.stderr).not.toContain("not an ELF file");
  });

  test("a stage is printed once, also of a script that asks for debug information", () => {
    const path = build("stages", "gcc", ["-g", "-O0"]);
    const { stdout } = tracelet("compile", "-e", `uprobe:${path}:hidden { print(args.second); }`, "--emit", "typed");
    expect(stdout.match(/^program /gm)).toHaveLength(1);
    expect(stdout).toContain('"buildId":"');
  });

  test("list -v shows parameters", () => {
    const path = build("listed", "gcc", ["-g", "-O0"]);
    expect(tracelet("-lv", `uprobe:${path}:hidden`).stdout).toBe(
      `uprobe:${path}:hidden\n    int first\n    long long int second\n`,
    );
    expect(tracelet("-l", `uprobe:${path}:hidden`).stdout).toBe(`uprobe:${path}:hidden\n`);
  });
});
