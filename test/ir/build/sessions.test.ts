/** Which probes of a script get a program for both of two, and what that program is. */
import { readdirSync, rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { readObject } from "../../../compiler/5-object/read-object.ts";
import { type CompileOptions, compile, defaultOptions } from "../../../compiler/index.ts";
import { defaultSnapshot } from "../../runner/kernels.ts";
import { canLoad, runOn } from "../../tools/external.ts";

const options = defaultOptions(defaultSnapshot("6.12"));

function objectOf(script: string, more: Partial<CompileOptions> = {}): Uint8Array {
  const { object, diagnostics } = compile(script, { ...options, ...more });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return object ?? new Uint8Array();
}
const sessionsOf = (script: string, more?: Partial<CompileOptions>) =>
  readObject(objectOf(script, more)).manifest.sessions;

const PAIR = "kprobe:vfs_* { @in[func] = count(); } kretprobe:vfs_* { @out[func] = sum(retval); }";

describe("sessions (L3.24)", () => {
  test.each([
    ["begin { } kretprobe:vfs_r* { @b = 1; } kprobe:vfs_r* { @a = 1; }", [[2, 1]]],
    ["kprobe:vfs_read,kprobe:vfs_write { @a = 1; } kretprobe:vfs_read,kretprobe:vfs_write { @b = 1; }", [[0, 1]]],
    [`${PAIR} kprobe:tcp_* { @a = 1; } kretprobe:tcp_* { @b = 1; }`, [[0, 1], [2, 3]]], // biome-ignore format: one row
  ])("%s", (script, pairs) => {
    expect(sessionsOf(script)?.map(({ entry, returns }) => [entry, returns])).toEqual(pairs);
  });

  test.each([
    ["one side only", "kprobe:vfs_* { @a = 1; }"],
    ["another pattern", "kprobe:vfs_r* { @a = 1; } kretprobe:vfs_w* { @b = 1; }"],
    ["one function", "kprobe:vfs_read { @a = 1; } kretprobe:vfs_read { @b = 1; }"],
    ["two blocks where functions are entered", `${PAIR} kprobe:vfs_* { @c = 1; }`],
    ["names by the link's cookie", "kprobe:vfs_* { @a[probe] = 1; } kretprobe:vfs_* { @b = 1; }"],
  ])("none for %s", (_, script) => {
    expect(sessionsOf(script)).toBeUndefined();
  });

  test("none where the kernel compiled for has no such links, nor in a recording", () => {
    expect(sessionsOf(PAIR, { snapshot: defaultSnapshot("6.1") })).toBeUndefined();
    expect(sessionsOf(PAIR, { record: true })).toBeUndefined();
  });

  test("its stack is that of the larger program, not of both", () => {
    const many = Array.from({ length: 45 }, (_, i) => i);
    const body = (map: string, of: string) =>
      `${many.map((i) => `$v${i} = (uint64)${of} + ${i};`).join(" ")} for ($kv : @m) { ${map} = sum(${many.map((i) => `$v${i}`).join(" + ")}); }`;
    const sides = `kprobe:vfs_* { ${body("@a", "arg0")} } kretprobe:vfs_* { ${body("@b", "retval")} }`;
    expect(sessionsOf(`begin { @m[1] = 1; } ${sides}`)?.length).toBe(1);
  });

  test("it answers 0 on both sides, so that returns are never passed over, and counts as its two programs do", () => {
    const script = `kprobe:vfs_* { @a[arg0] = 1; printf("in\\n"); return 1; } kretprobe:vfs_* { @b[retval] = 1; printf("out\\n"); }`;
    const { functions, manifest } = readObject(objectOf(script));
    const results = (name: string | undefined) => {
      const insns = functions.find((fn) => fn.name === name)?.insns ?? [];
      return insns.flatMap((insn, at) => (insn.kind === "exit" ? [insns[at - 1]] : []));
    };
    for (const before of results(manifest.sessions?.[0]?.name))
      expect(before).toMatchObject({ kind: "alu", op: "mov", dst: 0, src: { kind: "imm", value: 0 } });
    expect(manifest.events.map(({ program }) => program)).toEqual([0, 1]);
    expect(manifest.sites.every(({ program }) => program < 2)).toBe(true);
  });

  test.skipIf(!canLoad())("other loaders load it too", () => {
    const pins = `/sys/fs/bpf/tracelet-sessions-${process.pid}`;
    try {
      runOn(objectOf(PAIR), "bpftool", ["prog", "loadall", "FILE", pins]);
      expect(readdirSync(pins).sort()).toEqual(["kprobe_vfs_1", "kprobe_vfs_1_session", "kretprobe_vfs_1"]);
    } finally {
      rmSync(pins, { recursive: true, force: true });
    }
  });
});
