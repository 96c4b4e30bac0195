/** The programs that are measured and the ways to start them. */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export const ROOT = process.env.TRACELET_ROOT ?? process.cwd();
export const TRACELET = join(ROOT, "build/tracelet");
export const LOADER = join(ROOT, "build/tracelet-loader");
export const WORK = join(ROOT, "build/bench");
const REFERENCE = join(ROOT, "test/kernel/reference.sh");

/** A workload's binary, compiled on first use. */
export function workload(name: string): string {
  mkdirSync(WORK, { recursive: true });
  const source = join(ROOT, "test/workload", `${name}.c`);
  const binary = join(WORK, name);
  if (!existsSync(binary) || statSync(binary).mtimeMs < statSync(source).mtimeMs) {
    execFileSync("gcc", ["-O2", "-static", "-o", binary, source]);
  }
  return binary;
}

export type Usage = {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMb: number;
  readonly status: number;
};

/** Runs a command under wait4. */
export function measure(command: readonly string[]): Usage {
  const out = execFileSync(workload("measure"), command, { encoding: "utf8" });
  const [wall = 0, cpu = 0, peak = 0, status = 0] = out.trim().split(" ").map(Number);
  return { wallMs: wall / 1e6, cpuMs: cpu / 1e6, peakMb: peak / 1024, status };
}

export function referenceTree(): string {
  return execFileSync(REFERENCE, ["--root"], { encoding: "utf8" }).trim();
}

/** bpftrace 0.27's command line, in its tree. */
export function reference(...args: readonly string[]): readonly string[] {
  return [REFERENCE, "bpftrace", ...args];
}

/** The article's one-liners by file name without ".bt". */
export function articlePrograms(): readonly { readonly name: string; readonly path: string; readonly text: string }[] {
  const directory = join(ROOT, "test/programs");
  return readdirSync(directory)
    .filter((file) => file.endsWith(".bt"))
    .sort()
    .map((file) => ({
      name: file.slice(0, -3),
      path: join(directory, file),
      text: readFileSync(join(directory, file), "utf8"),
    }));
}

/** The script without comments at its head: bpftrace takes it with -e. */
export function oneLiner(text: string): string {
  return text.replace(/^\/\/.*\n/gm, "").trim();
}

/** Instructions in an object's executable sections, or those of them that count, by llvm-objdump's section sizes. */
export function instructionsIn(object: string, counts: (section: string) => boolean = () => true): number {
  const headers = execFileSync("llvm-objdump", ["-h", object], { encoding: "utf8" });
  return [...headers.matchAll(/^\s*\d+\s+(\S+)\s+([0-9a-f]{8,})\s+[0-9a-f]+\s+TEXT/gm)]
    .filter((match) => counts(match[1] ?? ""))
    .reduce((sum, match) => sum + Number.parseInt(match[2] ?? "0", 16) / 8, 0);
}

/** The object that 0.17 emits; undefined where it cannot. */
export function object017(program: string): string | undefined {
  const out = join(WORK, "v017.o");
  const run = spawnSync("bpftrace", ["--emit-elf", out, "-e", program], { encoding: "utf8", timeout: 60_000 });
  return run.status === 0 && existsSync(out) ? out : undefined;
}

/** The object that 0.27 generates, caught on its way to the disassembler; undefined where it cannot. */
export function object027(program: string, functions: string): string | undefined {
  const tree = referenceTree();
  copyFileSync(functions, join(tree, "tmp/functions.txt"));
  const [command = "", ...args] = reference(
    "--traceable-functions",
    "/tmp/functions.txt",
    "--mode",
    "codegen",
    "-d",
    "dis",
    "-e",
    program,
  );
  const run = spawnSync(command, args, { encoding: "utf8", timeout: 60_000 });
  const out = join(tree, "tmp/reference.o");
  return run.status === 0 && existsSync(out) ? out : undefined;
}
