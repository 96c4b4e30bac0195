/** What lowering puts beside the instructions: maps, global data, events, failure sites. */
import { describe, expect, test } from "vitest";
import type { Expr, Stmt } from "../../../compiler/2-check/typed.ts";
import * as t from "./fixture.ts";

const span = { start: 0, end: 1 };

describe("maps", () => {
  test("a scalar lies in .bss behind its set flag", () => {
    const map = t.map("@x", undefined, t.U32);
    const module = t.lower({ maps: [map], body: [t.assignMap(map, undefined, t.tid)] });
    expect(module.maps).toEqual([]);
    expect(module.manifest.maps).toMatchObject([
      { name: "@x", storage: "global", offset: 0, keySize: 0, valueSize: 4 },
    ]);
    expect(module.data).toMatchObject([{ name: ".bss", size: 16, vars: [{ name: "AT_x", offset: 0, size: 12 }] }]);
  });
  test("a keyed histogram has its bucket behind the padded key", () => {
    const map = t.map("@h", t.tuple(t.pid, t.comm, t.text("abc")).type, t.HIST);
    const module = t.lower({ maps: [map], body: [t.aggregate(map, t.tuple(t.pid, t.comm, t.text("abc")), t.arg(0))] });
    // u32, 16 and 4 bytes of text: 24; the bucket follows.
    expect(module.manifest.maps).toMatchObject([{ keySize: 28, bucketOffset: 24, valueSize: 8, symbol: "AT_h" }]);
    expect(module.maps).toMatchObject([{ symbol: "AT_h", type: "percpu_hash", keySize: 28, maxEntries: 4096 }]);
  });
  test("stacks of one depth share a stack map", () => {
    const map = t.map("@", t.kstack.type, t.COUNT);
    const other = t.map("@b", t.kstack.type, t.COUNT);
    const module = t.lower({ maps: [map, other], body: [t.aggregate(map, t.kstack), t.aggregate(other, t.kstack)] });
    expect(module.maps.filter((m) => m.type === "stack_trace")).toMatchObject([
      { symbol: "kstack_127", valueSize: 1016 },
    ]);
    expect(module.manifest.maps[0]?.key).toEqual({
      k: "stack",
      user: false,
      mode: "bpftrace",
      limit: 127,
      map: "kstack_127",
    });
  });
});

describe("events", () => {
  test("arguments stand at their alignment behind the header", () => {
    const module = t.lower({ body: [t.printf("%s %d %d", t.comm, t.pid, t.nsecs)] });
    expect(module.manifest.events).toMatchObject([
      {
        id: 0,
        kind: "printf",
        format: "%s %d %d",
        size: 40,
        args: [{ offset: 8 }, { offset: 24 }, { offset: 32 }],
        program: 0,
      },
    ]);
    expect(module.manifest.buffer).toEqual({ kind: "ring", symbol: "events" });
    expect(module.manifest.programs[0]?.ledger).toBe(0);
  });
  test("without events there is neither buffer nor ledger", () => {
    const map = t.map("@", undefined, t.COUNT);
    const module = t.lower({ maps: [map], body: [t.aggregate(map, undefined)] });
    expect(module.manifest.buffer).toBeNull();
    expect(module.manifest.programs[0]).not.toHaveProperty("ledger");
  });
  test("what follows exit() leaves no trace", () => {
    const module = t.lower({ body: [t.exit, t.printf("never")] });
    expect(module.manifest.events.map((event) => event.kind)).toEqual(["exit"]);
  });
  test("an older kernel's buffer is filled from memory", () => {
    const module = t.lower({ body: [t.printf("%s", t.str(t.arg(0), 1024))], options: { buffer: "perf" } });
    expect(module.maps).toMatchObject([
      { symbol: "events", type: "perf_event_array" },
      { symbol: "scratch", type: "percpu_array" },
    ]);
  });
});

describe("failures", () => {
  test("each place counts by itself", () => {
    const map = t.map("@", t.U32, t.U64);
    const at = (start: number): Stmt => ({ ...t.assignMap(map, t.tid, t.nsecs), span: { start, end: start + 1 } });
    const module = t.lower({ maps: [map], body: [at(0), at(1)] });
    expect(module.manifest.sites.map((site) => [site.kind, site.map, site.offset])).toEqual([
      ["map-full", 0, 0],
      ["map-full", 0, 16],
    ]);
  });
  test("reads are counted only when asked for", () => {
    const read: Expr = {
      kind: "read",
      pointer: t.arg(0),
      index: undefined,
      scale: 1,
      space: "user",
      direct: false,
      type: t.U32,
      span,
    };
    const sites = (readWarnings: boolean) =>
      t
        .lower({ body: [t.printf("%d", read)], options: { readWarnings } })
        .manifest.sites.map((site) => [site.kind, site.helper]);
    expect(sites(false)).toEqual([]);
    expect(sites(true)).toEqual([["read", "probe_read_user"]]);
  });
});

describe("memory", () => {
  const path = t.newVar("$path", { kind: "string", size: 1024 });

  test("text goes straight into the record", () => {
    const ir = t.irOf({ body: [t.printf("%s", t.str(t.arg(0), 1024))] });
    expect(ir).not.toContain("scratch");
    expect(ir.match(/probe_read_kernel_str/g)).toHaveLength(1);
  });
  test("a long variable lies in scratch, looked up once", () => {
    const ir = t.irOf({
      vars: [path],
      body: [t.assignVar(path, t.str(t.arg(0), 1024)), t.printf("%s", t.variable(path))],
    });
    expect(ir.match(/map-lookup "scratch"/g)).toHaveLength(1);
  });
  test("a comparison with a literal reads no more than it needs", () => {
    const ir = t.irOf({ predicate: t.same(t.str(t.arg(0), 1024), t.text("/etc/passwd")), body: [t.exit] });
    expect(ir).not.toContain("scratch");
    expect(ir).toMatch(/slot s0 "text" 16/);
  });
  test("a key's gaps and tail are zero", () => {
    const key = t.tuple(t.comm, t.pid, t.nsecs, t.tid);
    const map = t.map("@", key.type, t.COUNT);
    const ir = t.irOf({ maps: [map], body: [t.aggregate(map, key)] });
    // comm 0–16, pid 16–20, gap 20–24, nsecs 24–32, tid 32–36, tail 36–40; all on the stack.
    expect(ir).toMatch(/zero v\d+ \+ 20, 4 stack/);
    expect(ir).toMatch(/zero v\d+ \+ 36, 4 stack/);
  });
  test("`@m[k] += n` is one lookup, and an update for a new key", () => {
    const map = t.map("@", t.U32, t.I64);
    const sum: Expr = { kind: "binary", op: "+", left: t.mapGet(map, t.tid), right: t.arg(0), type: t.I64, span };
    const ir = t.irOf({ maps: [map], body: [t.assignMap(map, t.tid, sum)] });
    expect(ir.match(/map-lookup/g)).toHaveLength(1);
    expect(ir.match(/map-update/g)).toHaveLength(1);
  });
});

test("too much memory for one per-CPU value is refused with its size", () => {
  const vars = Array.from({ length: 40 }, (_, i) => t.newVar(`$v${i}`, { kind: "string", size: 1024 }));
  const body = vars.map((v) => t.assignVar(v, t.str(t.arg(0), 1024)));
  expect(() => t.lower({ vars, body })).toThrow(/kprobe:vfs_read needs 40960 bytes/);
});

test("the same script gives the same module", () => {
  const map = t.map("@", t.U32, t.U64);
  const given: t.Given = { maps: [map], body: [t.assignMap(map, t.tid, t.nsecs), t.printf("%s", t.comm)] };
  expect(JSON.stringify(t.lower(given), bigints)).toBe(JSON.stringify(t.lower(given), bigints));
});
function bigints(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value instanceof Map ? [...value] : value;
}
