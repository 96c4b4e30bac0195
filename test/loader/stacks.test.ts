/**
 * Stacks that find their bucket of the stack map taken are kept apart (spec/decisions/0004). Real stack maps have 16,384
 * buckets; here they are made to have one, so that every stack but the first collides.
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { folder, type Rec, runLoader, whyNot } from "./objects.ts";

const reason = whyNot();
const BTF_KIND_ARRAY = 3;
const BUCKETS = 16384;

type Frame = { readonly symbol?: string; readonly offset?: number };
type Entry = { readonly key: readonly Frame[]; readonly value: number };

/** The object with another number of entries in each map of `from` entries: in BTF the length of an array. */
function resized(object: Uint8Array, from: number, to: number): Uint8Array {
  const bytes = object.slice();
  const view = new DataView(bytes.buffer);
  let found = 0;
  // struct btf_type {name, info, size}, struct btf_array {type, index type, length}
  for (let at = 16; at + 4 <= bytes.length; at++) {
    if (view.getUint32(at, true) !== from || view.getUint32(at - 16, true) !== BTF_KIND_ARRAY << 24) continue;
    view.setUint32(at, to, true);
    found++;
  }
  expect(found).toBe(1);
  return bytes;
}

function objectOf(script: string, change: (object: Uint8Array) => Uint8Array): string {
  const { object, diagnostics } = compile(script, { ...defaultOptions(defaultSnapshot("6.12")), positional: [] });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  if (object === undefined) throw new Error("no object");
  const path = join(folder, `stacks-${script.length}.bpf.o`);
  writeFileSync(path, change(object));
  return path;
}

/** A program that calls one function from `places` functions, `rounds` times. */
function target(places: number): string {
  const path = join(folder, `places-${places}`);
  const functions = Array.from({ length: places }, (_, i) => `KEEP void place${i}(int i) { leaf(i); __asm__(""); }`);
  const calls = Array.from({ length: places }, (_, i) => `place${i}(${i});`);
  const text = `#define KEEP __attribute__((noinline, noclone))
KEEP void leaf(int i) { __asm__ volatile("" :: "r"(i) : "memory"); }
${functions.join("\n")}
int main(void) { for (int round = 0; round < 3; round++) { ${calls.join(" ")} } return 0; }
`;
  writeFileSync(`${path}.c`, text);
  execFileSync("gcc", ["-O0", "-fno-omit-frame-pointer", "-o", path, `${path}.c`]);
  return path;
}

function entriesOf(records: readonly Rec[]): readonly Entry[] {
  return (records.find(({ type }) => type === "map")?.entries ?? []) as readonly Entry[];
}

describe.skipIf(reason !== undefined)("stacks in one bucket", () => {
  test.each(["bpftrace", "build_id"])("of a process are all kept, with their frames (%s)", (mode) => {
    const binary = target(20);
    const script = `uprobe:${binary}:leaf { @[ustack(${mode}, 3)] = count(); }`;
    const run = runLoader(["run", objectOf(script, (object) => resized(object, BUCKETS, 1)), "-c", binary]);
    expect(run.stderr).toBe("");
    const entries = entriesOf(run.records);
    const counts = new Map<string, number>();
    for (const { key, value } of entries) {
      const text = JSON.stringify(key, (_, each) => (typeof each === "bigint" ? String(each) : each));
      counts.set(text, (counts.get(text) ?? 0) + value);
    }
    expect([...counts.values()]).toEqual(Array.from({ length: 20 }, () => 3));
    if (mode === "bpftrace") {
      expect(new Set(entries.map(({ key }) => key[0]?.symbol))).toEqual(new Set(["leaf"]));
      for (const { key } of entries) expect(key[1]?.symbol).toMatch(/^place\d+$|^main$/);
    }
  });

  test("of the kernel are all kept, also those of several programs", () => {
    const script =
      "begin { @[kstack(5)] = count(); } begin { @[kstack(5)] = count(); } end { @[kstack(5)] = count(); }";
    const run = runLoader(["run", objectOf(script, (object) => resized(object, BUCKETS, 1))]);
    expect(run.stderr).toBe("");
    expect(entriesOf(run.records).map(({ value }) => value)).toEqual([1, 1, 1]);
  });

  test("that the overflow map has no room for are counted", () => {
    const binary = target(20);
    const script = `let @ = percpuhash(100); uprobe:${binary}:leaf { @[ustack(3)] = count(); }`;
    const tiny = (object: Uint8Array) => resized(resized(object, BUCKETS, 1), 4096, 4);
    const run = runLoader(["run", objectOf(script, tiny), "-c", binary]);
    const entries = entriesOf(run.records);
    const lost = run.records.filter(({ type, kind }) => type === "warning" && kind === "stack");
    const lostCount = lost.reduce((sum, { count }) => sum + Number(count), 0);
    expect(lostCount).toBeGreaterThan(0);
    const kept = entries.filter(({ key }) => key.length > 0).reduce((sum, { value }) => sum + value, 0);
    expect(kept + lostCount).toBe(60);
  });
});
