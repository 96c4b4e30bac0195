/** Programs built with every kind of debug information, and their reader over files. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { afterAll } from "vitest";
import { printTypeName } from "../../compiler/btf/print-c.ts";
import { type BinaryProblem, type BinaryTypes, type ReadAt, readBinary } from "../../compiler/index.ts";

export const folder = mkdtempSync(join(tmpdir(), "tracelet-dwarf-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Builds a source of this folder. @returns the binary's path */
export function build(name: string, compiler: string, flags: readonly string[], source = "program.c"): string {
  const path = join(folder, name);
  // Optimised code calls by `used` functions only; unused results are none of this test's business.
  execFileSync(compiler, ["-w", ...flags, "-o", path, join(import.meta.dirname, source)], { cwd: folder });
  return path;
}

export function tool(command: string, ...words: readonly string[]): void {
  execFileSync(command, words, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}

export function readerOf(bytes: Uint8Array): ReadAt {
  return (offset, length) => bytes.subarray(offset, offset + length);
}

export function inflate(bytes: Uint8Array, size: number): Uint8Array {
  return inflateSync(bytes, { maxOutputLength: Math.max(1, size) });
}

export function open(bytes: Uint8Array, debug?: Uint8Array): BinaryTypes | BinaryProblem {
  return readBinary({
    path: "program",
    readAt: readerOf(bytes),
    inflate,
    findDebugFile: () => (debug === undefined ? undefined : readerOf(debug)),
  });
}

/** @throws Error if it has no debug information */
export function types(path: string, debug?: string): BinaryTypes {
  const found = open(readFileSync(path), debug === undefined ? undefined : readFileSync(debug));
  if ("problem" in found) throw new Error(`${path}: ${found.problem} ${found.why}`);
  return found;
}

/** "int first di, …": a function's parameters with their places. */
export function signature(binary: BinaryTypes, symbol: string): string {
  const found = binary.functionOf(symbol);
  if (typeof found !== "object") return found ?? "none";
  const place = (at: (typeof found.parameters)[number]["place"]): string => {
    switch (at.kind) {
      case "registers":
        return at.indices.map((index) => ["di", "si", "dx", "cx", "r8", "r9"][index]).join("+");
      case "stack":
        return `stack+${at.offset}`;
      case "reference":
        return `*${place(at.at)}`;
      case "hidden":
        return "hidden";
    }
  };
  const written = found.parameters.map(
    (one) => `${printTypeName(binary.typesFor(undefined), one.type)} ${one.name} @ ${place(one.place)}`,
  );
  return [...written, ...(found.variadic ? ["..."] : [])].join(", ");
}
