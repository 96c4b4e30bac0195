/**
 * Objects for testing the loader: C compiled by the machine's clang at test time, with a manifest section written by
 * hand. So the loader is tested against its contract, not against our own compiler.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addExtension, Packr, Unpackr } from "msgpackr";
import { afterAll } from "vitest";
import type { Manifest } from "../../compiler/5-object/manifest.ts";
import { MANIFEST_VERSION } from "../../compiler/5-object/manifest.ts";

export const loader = join(import.meta.dirname, "../../build/tracelet-loader");

export const folder = mkdtempSync(join(tmpdir(), "tracelet-loader-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const packr = new Packr({ useRecords: false });

export const place = (line: number) => ({ line, column: 1, endLine: line, endColumn: 3 });

/** A manifest with nothing in it but what is given. */
export function manifest(parts: Partial<Manifest>): Manifest {
  return {
    version: MANIFEST_VERSION,
    tool: "tracelet 0.1.0",
    source: { name: "test.bt", text: "line one\nline two\nline three\n" },
    arch: process.arch === "arm64" ? "aarch64" : "x86_64",
    kernel: "6.12.0",
    buffer: { kind: "ring", symbol: "events" },
    config: {
      max_cat_bytes: 10240,
      max_probes: 1024,
      missing_probes: "error",
      print_maps_on_exit: true,
      str_trunc_trailer: "..",
      perf_rb_pages: 0,
      cpp_demangle: true,
      cache_user_symbols: "PER_PID",
      stack_mode: "bpftrace",
    },
    unsafe: false,
    programs: [],
    maps: [],
    events: [],
    sites: [],
    params: [],
    host: [],
    symbols: [],
    tracepointFields: [],
    fieldUses: [],
    ...parts,
  };
}

const compiled = new Map<string, string>();

function compile(source: string, defines: readonly string[]): string {
  const key = [source, ...defines].join(" ");
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const object = join(folder, `plain-${compiled.size}.o`);
  const flags = ["-target", "bpf", "-D__TARGET_ARCH_x86", "-I/usr/include/x86_64-linux-gnu", "-O2", "-g", ...defines];
  execFileSync("clang", [...flags, "-c", join(import.meta.dirname, source), "-o", object]);
  execFileSync("llvm-strip", ["-g", object]);
  compiled.set(key, object);
  return object;
}

let made = 0;

/** Compiles a source of this folder and adds the manifest (any value, so that damaged ones can be made). Returns the path. */
export function makeObject(source: string, content: unknown, defines: readonly string[] = []): string {
  const plain = compile(source, defines);
  const base = join(folder, `object-${made++}`);
  writeFileSync(`${base}.manifest`, content instanceof Uint8Array ? content : packr.pack(content));
  execFileSync("llvm-objcopy", ["--add-section", `.tracelet=${base}.manifest`, plain, `${base}.bpf.o`]);
  return `${base}.bpf.o`;
}

export type Rec = { readonly type: string; readonly [field: string]: unknown };

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true });
// EventTime; what it says is not looked at here
addExtension({ type: 0, unpack: (data: Uint8Array) => data });

/** The records of a stream of Forward messages. */
export function records(stream: Uint8Array): Rec[] {
  const all: Rec[] = [];
  if (stream.length === 0) return all;
  for (const message of unpackr.unpackMultiple(stream) as [string, [unknown, Rec][]][]) {
    if (message[0] !== "tracelet") throw new Error(`tag ${message[0]}`);
    for (const [, record] of message[1]) all.push(record);
  }
  return all;
}

export type Outcome = {
  readonly status: number | null;
  readonly stderr: string;
  readonly stdout: string;
  readonly records: Rec[];
};

/** Runs the loader to its end. */
export function runLoader(
  args: readonly string[],
  input?: Uint8Array,
  where: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Outcome {
  const result = spawnSync(loader, args, { input, timeout: 20000, maxBuffer: 1 << 28, ...where });
  const stdout = new Uint8Array(result.stdout);
  return {
    status: result.status,
    stderr: result.stderr.toString(),
    stdout: result.stdout.toString(),
    records: args[0] === "run" ? records(stdout) : [],
  };
}

/** Why the loader cannot load programs here, or undefined when it can. */
export function whyNot(): string | undefined {
  if (!existsSync(loader)) return "build/tracelet-loader is not built";
  if (process.getuid?.() !== 0) return "not root";
  for (const tool of ["clang", "llvm-objcopy"])
    if (spawnSync(tool, ["--version"]).error !== undefined) return `${tool} is not installed`;
  return spawnSync("bpftool", ["feature", "probe", "kernel"]).status === 0 || existsSync("/sys/kernel/btf/vmlinux")
    ? undefined
    : "no bpf(2)";
}

export const read = (path: string) => new Uint8Array(readFileSync(path));
