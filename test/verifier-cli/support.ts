/** What the tests of verdicts share: scripts compiled, and C programs built by clang as other compilers' objects. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CompileOptions, compile, defaultOptions, renderDiagnostics } from "../../compiler/index.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { available, whyNoCommand } from "../runner/machine.ts";

export const hasClang = available("objects of another compiler", whyNoCommand("clang"));

/** @throws Error if the script does not compile */
export function objectOf(script: string, kernel = "6.12", options: Partial<CompileOptions> = {}): Uint8Array {
  const { object, diagnostics, source } = compile(script, { ...defaultOptions(defaultSnapshot(kernel)), ...options });
  if (object === undefined) throw new Error(renderDiagnostics(diagnostics, source));
  return object;
}

const HEAD = `#define SEC(x) __attribute__((section(x), used))
static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*bpf_override_return)(void *ctx, unsigned long rc) = (void *)58;
`;
const TAIL = `\nchar LICENSE[] SEC("license") = "GPL";\n`;

/** A C program as clang compiles it, with BTF. Line 1 of \`code\` is line 4 of the file \`probe.bpf.c\`. */
export function clangObject(code: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), "tracelet-clang-"));
  try {
    writeFileSync(join(folder, "probe.bpf.c"), `${HEAD}${code}${TAIL}`);
    const flags = ["-g", "-O2", "-target", "bpf", "-Wno-all", `-fdebug-prefix-map=${folder}=.`, "-c", "probe.bpf.c"];
    const run = spawnSync("clang", [...flags, "-o", "probe.bpf.o"], { cwd: folder, encoding: "utf8" });
    if (run.status !== 0) throw new Error(run.stderr);
    return new Uint8Array(readFileSync(join(folder, "probe.bpf.o")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
