/**
 * The article's programs as objects: compiled twice to the same bytes, small, accepted by this kernel's verifier through
 * bpftool and through the loader, disassembled by LLVM, and compiled by somebody without any privilege or /sys and /proc.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compile, defaultOptions } from "../compiler/index.ts";
import { defaultSnapshot } from "./runner/kernels.ts";
import { available, ROOT, TRACELET, whyNoCommand, whyNoKernel } from "./runner/machine.ts";
import { verifierRefusal } from "./runner/stages.ts";

const directory = join(ROOT, "test/programs");
const programs = readdirSync(directory).filter((file) => file.endsWith(".bt"));
const scratch = mkdtempSync(join(tmpdir(), "tracelet-objects-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const kernel = available("loading the programs", whyNoKernel() ?? whyNoCommand("bpftool"));
const llvm = available("disassembling the programs", whyNoCommand("llvm-objdump"));

function objectOf(file: string, version: string, isa: "v2" | "v3" = "v3"): Uint8Array {
  const text = readFileSync(join(directory, file), "utf8");
  const { object } = compile(text, { ...defaultOptions(defaultSnapshot(version)), name: file, isa });
  if (object === undefined) throw new Error(`${file} does not compile for ${version}`);
  return object;
}

describe.each(programs)("%s", (file) => {
  test("the same input gives the same bytes, for each embedded kernel", () => {
    for (const version of ["6.1", "6.12"]) expect(objectOf(file, version)).toEqual(objectOf(file, version));
  });

  // The last two are tools of several probes.
  const limit = /^1[12]-/.test(file) ? 16 : 8;
  test(`its object is at most ${limit} KiB`, () => {
    expect(objectOf(file, "6.12").length).toBeLessThanOrEqual(limit * 1024);
  });

  test.skipIf(!kernel)(
    "this kernel's verifier accepts it, compiled against either kernel and for either instruction set",
    () => {
      for (const version of ["6.1", "6.12"]) {
        for (const isa of ["v2", "v3"] as const) {
          const object = objectOf(file, version, isa);
          expect(verifierRefusal(object, `programs/${file} for ${version}, ${isa}`)).toBeUndefined();
        }
      }
    },
  );

  test.skipIf(!kernel)("bpftool loads it as it would any object", () => {
    const path = join(scratch, `${file}.bpf.o`);
    writeFileSync(path, objectOf(file, "6.12"));
    // A private mount keeps the pins out of the system, and takes them along when it ends.
    const load = spawnSync(
      "unshare",
      [
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-c",
        'mount -t bpf none /sys/fs/bpf && bpftool prog loadall "$1" /sys/fs/bpf/programs && ls /sys/fs/bpf/programs',
        "sh",
        path,
      ],
      { encoding: "utf8" },
    );
    expect(load.status, load.stderr).toBe(0);
    expect(load.stdout.trim()).not.toBe("");
  });

  test.skipIf(!llvm)("llvm-objdump reads every instruction", () => {
    const path = join(scratch, `${file}.llvm.o`);
    writeFileSync(path, objectOf(file, "6.12"));
    const dump = spawnSync("llvm-objdump", ["-d", path], { encoding: "utf8" });
    expect(dump.status, dump.stderr).toBe(0);
    expect(dump.stdout).toContain("exit");
  });
});

test.skipIf(!kernel)("somebody without privilege, /sys and /proc compiles every program", () => {
  chmodSync(scratch, 0o777);
  const script = `
    mount -t tmpfs none /sys && mount -t tmpfs none /proc || exit 9
    for f in "$1"/*.bt; do
      setpriv --reuid=65534 --regid=65534 --clear-groups "$2" "$3" compile "$f" --no-warnings -o "$4/$(basename "$f").o" || exit 1
    done`;
  // From a place that anybody may read: the working tree's own folder may be closed to others.
  const install = join(scratch, "install");
  spawnSync("cp", ["-rL", join(ROOT, "build"), install]);
  spawnSync("cp", ["-r", directory, join(scratch, "programs")]);
  spawnSync("chmod", ["-R", "a+rX", scratch]);
  const run = spawnSync(
    "unshare",
    [
      "--mount",
      "--propagation",
      "private",
      "sh",
      "-c",
      script,
      "sh",
      join(scratch, "programs"),
      process.execPath,
      join(install, "tracelet"),
      scratch,
    ],
    { encoding: "utf8" },
  );
  expect(run.status, run.stderr).toBe(0);
  for (const file of programs) expect(readFileSync(join(scratch, `${file}.o`)).length).toBeGreaterThan(1000);
});

test("the command line writes the same bytes as the library", () => {
  const path = join(scratch, "cli.o");
  const run = spawnSync(TRACELET, ["compile", join(directory, "01-size-hist.bt"), "--no-warnings", "-o", path], {
    encoding: "utf8",
  });
  expect(run.status, run.stderr).toBe(0);
  const text = readFileSync(join(directory, "01-size-hist.bt"), "utf8");
  const { object } = compile(text, {
    ...defaultOptions(defaultSnapshot("6.12")),
    name: join(directory, "01-size-hist.bt"),
  });
  expect(new Uint8Array(readFileSync(path))).toEqual(object);
});
