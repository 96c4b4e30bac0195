/** What is packed is what is read: every type against a second reader, on a small made kernel and on this machine's own. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { deflateRawSync, gzipSync, inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { BtfType, TypeId } from "../../compiler/btf/types.ts";
import {
  type CaptureFile,
  openSnapshot,
  packCapture,
  packFiles,
  type Snapshot,
} from "../../compiler/snapshot/index.ts";
import { branded } from "../../compiler/util/brand.ts";
import { encodeUtf8 } from "../../compiler/util/bytes.ts";
import { readRawBtf } from "./raw-btf.ts";
import { archiveOf, smallKernel } from "./small-kernel.ts";

const deflate = (bytes: Uint8Array): Uint8Array => deflateRawSync(bytes, { level: 6 });
const inflate = (packed: Uint8Array, size: number): Uint8Array => inflateRawSync(packed, { maxOutputLength: size });
const asMap = (files: readonly CaptureFile[]): Map<string, Uint8Array> =>
  new Map(files.map((file) => [file.path, file.bytes]));

/** Types of the same content, whatever their order of keys; names of functions are read on demand there. */
function expectSameTypes(snapshot: Snapshot, files: readonly CaptureFile[]): void {
  const bytes = asMap(files);
  const vmlinux = bytes.get("btf/vmlinux") ?? new Uint8Array();
  const raw = readRawBtf(vmlinux);
  const check = (btf: Snapshot["btf"] | undefined, firstId: number, types: readonly BtfType[]): void => {
    expect(btf?.count).toBe(firstId + types.length);
    const wrong: unknown[] = [];
    for (const [index, type] of types.entries()) {
      const read = btf?.type(branded<TypeId>(firstId + index));
      const text = (value: unknown): string =>
        JSON.stringify(value, (_, each: unknown) =>
          typeof each === "bigint"
            ? `${each}n`
            : each !== null && typeof each === "object" && !Array.isArray(each)
              ? Object.fromEntries(Object.entries(each).sort())
              : each,
        );
      if (text(read) !== text(type)) wrong.push({ id: firstId + index, type, read });
    }
    expect(wrong.slice(0, 3)).toEqual([]);
  };
  check(snapshot.btf, 0, raw.types);
  for (const [path, blob] of bytes) {
    const module = /^btf\/(.*)$/.exec(path)?.[1];
    if (module === undefined || module === "vmlinux") continue;
    const split = readRawBtf(blob, { types: raw, blob: vmlinux });
    check(snapshot.moduleBtf(module), split.firstId, split.types);
  }
}

describe("a small kernel", () => {
  const files = smallKernel();
  const packed = packFiles(asMap(files), { deflate });

  test("has every type of vmlinux and of the module", () => {
    expectSameTypes(openSnapshot(packed), files);
    expectSameTypes(openSnapshot(packed, inflate), files);
  });

  test("packs to equal bytes, from an archive, gzipped or not, in any order of entries", () => {
    const reversed = [...files.slice(0, 1), ...files.slice(1).reverse()];
    expect(packCapture(archiveOf(files), { deflate })).toEqual(packed);
    expect(packCapture(archiveOf(reversed), { deflate })).toEqual(packed);
    expect(packCapture(gzipSync(archiveOf(files)), { deflate })).toEqual(packed);
  });

  test("answers about release, functions, modules and events", () => {
    const snapshot = openSnapshot(packed);
    expect([snapshot.release, snapshot.arch, snapshot.version]).toEqual(["6.99.3-small", "x86_64", [6, 99, 3]]);
    expect(snapshot.modules).toEqual(["blob", "untyped"]);
    expect(snapshot.functions("*").map((fn) => `${fn.module ?? ""}:${fn.name}`)).toEqual([
      "blob:module_start",
      "untyped:plain",
      ":wake_up",
    ]);
    expect(snapshot.functions("*", "blob")).toEqual([{ name: "module_start", module: "blob" }]);
    expect(snapshot.functions("*.*").map((fn) => fn.name)).toEqual(["wake_up.part.0"]);
    expect(snapshot.functions("rcu_*").map((fn) => fn.name)).toEqual(["rcu_tick"]);
    expect(snapshot.isTraceable("printk")).toBe(false);
    expect([
      snapshot.isTraceable("module_start"),
      snapshot.isTraceable("module_start", "blob"),
      snapshot.isTraceable("module_start", "vmlinux"),
    ]).toEqual([true, true, false]);
    const start = snapshot.functionType("module_start");
    expect([start?.module, start?.btf.type(start.func)]).toMatchObject([
      "blob",
      { kind: "func", name: "module_start" },
    ]);
    expect(snapshot.functionType("wake_up.part.0")).toBe(undefined);
    expect(snapshot.tracepoints("*", "*")).toEqual([{ category: "sched", event: "sched_wakeup" }]);
    expect(snapshot.tracepoint("sched", "sched_wakeup")?.fields.slice(2)).toEqual([
      { name: "comm", type: "char[16]", offset: 8, size: 16, signed: false },
      { name: "pid", type: "pid_t", offset: 24, size: 4, signed: true },
      { name: "msg", type: "__data_loc char[]", offset: 28, size: 4, signed: false },
    ]);
    expect(snapshot.tracepoint("sched", "nope")).toBe(undefined);
    expect([snapshot.rawTracepoints("*"), snapshot.iterators()]).toEqual([["wakeup"], ["task"]]);
    expect(["AF_INET", "NEGATIVE", "ULLONG_MAX", "HEX", "NOPE"].map((name) => snapshot.constant(name))).toEqual([
      2n,
      -1n,
      18446744073709551615n,
      16n,
      undefined,
    ]);
  });

  test("finds types and enumerators in a module, and the kernel's through it", () => {
    const module = openSnapshot(packed).moduleBtf("blob");
    expect(module?.find("struct", "module_data")).toBe((module?.count ?? 0) - 4);
    expect(module?.find("struct", "task_struct")).toBe(openSnapshot(packed).btf.find("struct", "task_struct"));
    expect(module?.findEnumerator("BLUE")?.value).toBe(0xffffffffn);
    expect(module?.find("func", "module_start")).toBeDefined();
    expect(openSnapshot(packed).btf.find("struct", "module_data")).toBe(undefined);
  });

  test("takes constants of another snapshot where its host had no headers", () => {
    const without = asMap(files.filter((file) => file.path !== "constants"));
    expect(openSnapshot(packFiles(without, { deflate })).constant("AF_INET")).toBe(undefined);
    expect(
      openSnapshot(packFiles(without, { deflate, constants: new Map([["AF_INET", 2n]]) })).constant("AF_INET"),
    ).toBe(2n);
  });

  test("needs nothing but types", () => {
    const bare = files.filter((file) => file.path === "capture" || file.path === "btf/vmlinux");
    const snapshot = openSnapshot(packFiles(asMap(bare), { deflate }));
    expect([
      snapshot.functions("*"),
      snapshot.tracepoints("*", "*"),
      snapshot.constant("AF_INET"),
      snapshot.modules,
    ]).toEqual([[], [], undefined, []]);
    expect(snapshot.functionType("wake_up")).toBeDefined();
  });
});

const host = "/sys/kernel/btf";
test.skipIf(!existsSync(`${host}/vmlinux`))(
  "this machine's kernel, every type and module",
  () => {
    const files: CaptureFile[] = [
      { path: "capture", bytes: encodeUtf8("tracelet-capture 1\nrelease 6.0\nmachine x86_64\n") },
      ...readdirSync(host).map((name) => ({ path: `btf/${name}`, bytes: readFileSync(`${host}/${name}`) })),
    ];
    const snapshot = openSnapshot(packFiles(asMap(files), { deflate }), inflate);
    expectSameTypes(snapshot, files);
    // find() gives the first type of each kind and name.
    const firsts = new Map<string, number>();
    for (let id = 1; id < snapshot.btf.count; id++) {
      const type = snapshot.btf.type(branded<TypeId>(id));
      const kind = type.kind === "enum64" ? "enum" : type.kind;
      if ("name" in type && type.name !== "" && !firsts.has(`${kind} ${type.name}`))
        firsts.set(`${kind} ${type.name}`, id);
    }
    const fresh = openSnapshot(packFiles(asMap(files), { deflate }), inflate).btf;
    const wrong: string[] = [];
    for (const [key, id] of firsts) {
      const [kind = "", ...name] = key.split(" ");
      if (
        kind === "int" ||
        kind === "struct" ||
        kind === "union" ||
        kind === "enum" ||
        kind === "typedef" ||
        kind === "func" ||
        kind === "var" ||
        kind === "fwd"
      ) {
        if (fresh.find(kind, name.join(" ")) !== id) wrong.push(key);
      }
    }
    expect(wrong).toEqual([]);
  },
  120_000,
);
