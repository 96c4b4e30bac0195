import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Packr } from "msgpackr";
import { describe, expect, test } from "vitest";
import type { Manifest } from "../../compiler/5-object/manifest.ts";
import { basic } from "./basic.ts";
import { folder, loader, makeObject, read, runLoader, whyNot } from "./objects.ts";

const reason = whyNot();

/** A generator of numbers below 2^32 that is the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const check = (bytes: Uint8Array) => {
  const path = join(folder, "damaged.o");
  writeFileSync(path, bytes);
  return spawnSync(loader, ["check", path], { timeout: 20000 });
};

describe.skipIf(reason !== undefined)("objects that are damaged or made to harm", () => {
  const whole = reason === undefined ? read(makeObject("basic.bpf.c", basic())) : new Uint8Array();
  const withManifest = (content: unknown) => runLoader(["check", makeObject("basic.bpf.c", content)]);

  test("a file cut anywhere is refused with one clear line, never a crash", () => {
    for (let length = 0; length < whole.length; length += 64) {
      const { status, stderr, signal } = check(whole.subarray(0, length));
      expect([length, status, signal]).toEqual([length, 1, null]);
      expect(stderr.toString()).toMatch(/^ERROR: .* is refused: it is (truncated|not an ELF file)[^\n]*\n$/);
    }
  });

  test("flipped bits give a verdict, never a crash", () => {
    const next = random(1);
    for (let round = 0; round < 400; round++) {
      const bytes = whole.slice();
      for (let flips = 1 + (next() % 4); flips > 0; flips--) {
        const at = next() % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (next() % 8));
      }
      const { status, signal } = check(bytes);
      expect([round, signal]).toEqual([round, null]);
      expect([0, 1, 3]).toContain(status);
    }
  });

  test("words of the section table that are overwritten give a verdict, never a crash", () => {
    const view = new DataView(whole.buffer, whole.byteOffset, whole.length);
    const table = Number(view.getBigUint64(40, true));
    const next = random(2);
    for (let at = table; at + 8 <= whole.length; at += 8) {
      const bytes = whole.slice();
      const value = [0n, 1n, 0xffffffffn, 0xffffffffffffffffn, 0x7ffffffffffffff8n, BigInt(next())][next() % 6] ?? 0n;
      new DataView(bytes.buffer).setBigUint64(at, value, true);
      const { status, signal } = check(bytes);
      expect([at, signal]).toEqual([at, null]);
      expect([0, 1, 3]).toContain(status);
    }
  });

  test("other files are named for what they are not", () => {
    expect(runLoader(["check", "/etc/passwd"]).stderr).toContain("it is not an ELF file");
    expect(runLoader(["check", "/bin/true"]).stderr).toContain("it is not an eBPF object");
    expect(runLoader(["check", "/nosuch"]).stderr).toContain("cannot read /nosuch: No such file or directory");
    expect(runLoader(["check", "-"], new Uint8Array([1, 2, 3])).stderr).toContain("it is not an ELF file");
  });

  test("an object arrives on stdin as well", () => {
    expect(runLoader(["check", "-"], whole)).toMatchObject({ status: 0, stderr: "" });
  });

  test("a manifest of another version says so", () => {
    const { status, stderr } = withManifest({ ...basic(), version: 3 });
    expect(status).toBe(1);
    expect(stderr).toContain("its manifest has format version 3, this loader reads versions 1 to 2");
  });

  test("an object for another machine says so", () => {
    expect(withManifest({ ...basic(), arch: "s390x" }).stderr).toContain("was compiled for s390x, this host is");
  });

  const packr = new Packr({ useRecords: false });
  const change = (edit: (m: { [key: string]: unknown }) => void) => {
    const copy = structuredClone(basic()) as unknown as { [key: string]: unknown };
    edit(copy);
    return withManifest(copy);
  };
  const first = (m: { [key: string]: unknown }, list: keyof Manifest) =>
    (m[list] as { [key: string]: unknown }[])[0] ?? {};

  test.each([
    [
      "a site outside .bss",
      (m: { [key: string]: unknown }) => Object.assign(first(m, "sites"), { offset: 1 << 20 }),
      "sites[0].offset lies outside its section",
    ],
    [
      "a counter that is not aligned",
      (m: { [key: string]: unknown }) => Object.assign(first(m, "sites"), { offset: 17 }),
      "sites[0].offset is not a multiple of 8",
    ],
    [
      "an argument outside its event",
      (m: { [key: string]: unknown }) => Object.assign(first(m, "events"), { size: 16 }),
      "events[0].args[1] lies outside the event",
    ],
    [
      "a map that is not there",
      (m: { [key: string]: unknown }) => Object.assign(first(m, "maps"), { symbol: "m_other" }),
      "names a map 'm_other' that it does not hold",
    ],
    [
      "a map of another size",
      (m: { [key: string]: unknown }) => Object.assign(first(m, "maps"), { valueSize: 64 }),
      "a map differs from what its manifest says",
    ],
    [
      "names without an array of names",
      (m: { [key: string]: unknown }) => Object.assign(first(m, "programs"), { nameSize: 64 }),
      "programs[0].nameSize asks for names, but there is no array of names",
    ],
    [
      "names of absurd size",
      (m: { [key: string]: unknown }) => {
        Object.assign(m, { names: { symbol: "m_hash" } });
        Object.assign(first(m, "programs"), { nameSize: 1 << 30 });
      },
      "programs[0].nameSize must be an integer from 0 to 65536",
    ],
    [
      "an array of names that is not there",
      (m: { [key: string]: unknown }) => Object.assign(m, { names: { symbol: "other" } }),
      "names an array of names that it does not hold",
    ],
    [
      "an array of names that is a table",
      (m: { [key: string]: unknown }) => Object.assign(m, { names: { symbol: first(m, "maps").symbol } }),
      "its array of names is not what its manifest says",
    ],
    [
      "an array of names without a symbol",
      (m: { [key: string]: unknown }) => Object.assign(m, { names: {} }),
      "names.symbol",
    ],
    [
      "a program that is not there",
      (m: { [key: string]: unknown }) => Object.assign(first(m, "programs"), { name: "other" }),
      "names a program 'other' that it does not hold",
    ],
    [
      "a parameter outside .rodata",
      (m: { [key: string]: unknown }) => Object.assign(first(m, "params"), { offset: 4096 }),
      "params[0].offset lies outside its section",
    ],
    [
      "an unknown kind",
      (m: { [key: string]: unknown }) => Object.assign(first(m, "events"), { kind: "explode" }),
      "events[0].kind is 'explode', which this loader does not know",
    ],
    [
      "a wrong type",
      (m: { [key: string]: unknown }) => Object.assign(m, { programs: "all" }),
      "programs must be a list",
    ],
    ["a missing key", (m: { [key: string]: unknown }) => Reflect.deleteProperty(m, "config"), "config is missing"],
  ])("refuses %s", (_, edit, message) => {
    const { status, stderr } = change(edit);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });

  test("manifests of random bytes, cut or nested without end are refused", () => {
    const packed = new Uint8Array(packr.pack(basic()));
    const next = random(3);
    const deep = new Uint8Array(5000).fill(0x91);
    const huge = new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff]);
    const noise = Array.from({ length: 8 }, () => Uint8Array.from({ length: 300 }, () => next() & 0xff));
    for (const bytes of [
      deep,
      huge,
      new Uint8Array([0xc1]),
      packed.subarray(0, 100),
      packed.subarray(0, packed.length - 1),
      ...noise,
    ]) {
      const { status, stderr } = withManifest(bytes);
      expect(status).toBe(1);
      expect(stderr).toContain("its manifest is damaged");
    }
  });

  test("manifests with flipped bits give a verdict, never a crash", () => {
    const packed = new Uint8Array(packr.pack(basic()));
    const at = Buffer.from(whole).indexOf(Buffer.from(packed.subarray(0, 32)));
    expect(at).toBeGreaterThan(0);
    const next = random(4);
    for (let round = 0; round < 400; round++) {
      const bytes = whole.slice();
      const where = at + (next() % packed.length);
      bytes[where] = next() & 0xff;
      const path = join(folder, "damaged.o");
      writeFileSync(path, bytes);
      const { signal, status } = spawnSync(loader, ["run", path, "--dry-run"], { timeout: 20000 });
      expect([round, where, signal]).toEqual([round, where, null]);
      expect(status).not.toBe(139);
    }
  });

  test("without privilege it names the capabilities and leaves with status 3", () => {
    const open = mkdtempSync(join(tmpdir(), "tracelet-open-"));
    chmodSync(open, 0o755);
    for (const name of ["loader", "object"])
      writeFileSync(join(open, name), name === "loader" ? read(loader) : whole, { mode: 0o755 });
    const { status, stderr } = spawnSync(join(open, "loader"), ["run", join(open, "object")], {
      uid: 65534,
      gid: 65534,
    });
    rmSync(open, { recursive: true });
    expect(stderr.toString()).toContain("this process lacks CAP_BPF and CAP_PERFMON");
    expect(status).toBe(3);
  });
});
