/**
 * The kernel at hand: its verifier accepts random programs, and running them (BPF_PROG_TEST_RUN of raw tracepoints) gives
 * what the intermediate form says. Programs share their maps, so the world they run in is carried from one to the next.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Function as Fn, MapDef, Module } from "../../compiler/3-ir/ir.ts";
import { optimize } from "../../compiler/3-ir/optimize.ts";
import { generate } from "../../compiler/4-codegen/generate.ts";
import { writeObject } from "../../compiler/5-object/write-object.ts";
import { smallModule } from "../object/module.ts";
import { available, canLoad } from "../tools/external.ts";
import { interpretIr } from "./interpret-ir.ts";
import { randomProgram } from "./random-program.ts";
import { KEY_SIZE, VALUE_SIZE, World } from "./world.ts";

const ready = canLoad() && available("cc");
if (!ready) console.warn("kernel runs of generated code are skipped: they need root, bpf(2), bpftool and a C compiler");

function mapOf(symbol: string): MapDef {
  const size = { keySize: KEY_SIZE, valueSize: VALUE_SIZE, maxEntries: 1024 };
  return { symbol, type: "hash", ...size, flags: 0, keyType: undefined, valueType: undefined };
}

function moduleOf(functions: readonly Fn[], base: Module): Module {
  const programs = functions.map(({ name }) => {
    const kind = { program: "raw_tp_run", section: "raw_tp" } as const;
    return { function: name, ...kind, attach: [], span: { start: 0, end: 1 } };
  });
  const data = [{ name: ".bss", size: 64, vars: [], bytes: undefined }] as const;
  return { programs, functions, maps: [mapOf("one"), mapOf("two")], data, license: "GPL", manifest: base.manifest };
}

test.skipIf(!ready)("the kernel accepts and runs random programs alike", { timeout: 120_000 }, () => {
  const small = smallModule();
  const context = Uint8Array.from({ length: 64 }, (_, i) => (i * 37 + 11) & 0xff);
  const directory = mkdtempSync(join(tmpdir(), "tracelet-codegen-"));
  const pins = `/sys/fs/bpf/tracelet_codegen_${process.pid}`;
  const runner = join(directory, "run-programs");
  try {
    execFileSync("cc", ["-O1", "-Wall", "-o", runner, fileURLToPath(new URL("run-programs.c", import.meta.url))]);
    for (const isa of ["v2", "v3"] as const) {
      const functions = Array.from({ length: 40 }, (_, i) => ({
        ...randomProgram((isa === "v2" ? 50_000 : 60_000) + i, 20 + i, 3 + (i % 25), "reproducible"),
        name: `p${i}`,
      }));
      const module = moduleOf(functions, { ...small, functions });
      const env = { btf: small.btf, source: small.source, isa, arch: "x86_64" } as const;
      const generated = generate(optimize(module), env);
      expect(generated.diagnostics).toEqual([]);
      const file = join(directory, `${isa}.bpf.o`);
      const input = join(directory, "context");
      writeFileSync(file, writeObject(generated.value));
      writeFileSync(input, context);
      execFileSync("bpftool", ["prog", "loadall", file, pins], { stdio: "pipe" });
      const world = new World(context);
      const expected = functions.map((fn) => {
        const result = Number(BigInt.asUintN(32, interpretIr(fn, world)));
        world.forgetSlots();
        return `${fn.name} returns ${result}`;
      });
      const output = execFileSync(runner, [input, ...functions.map((fn) => join(pins, fn.name))], { encoding: "utf8" });
      const got = output.trim().split("\n");
      expect(got.map((result, i) => `p${i} returns ${result}`)).toEqual(expected);
      rmSync(pins, { recursive: true });
    }
  } finally {
    if (existsSync(pins)) rmSync(pins, { recursive: true });
    rmSync(directory, { recursive: true });
  }
});
