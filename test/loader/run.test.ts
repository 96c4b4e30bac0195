import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Manifest } from "../../compiler/5-object/manifest.ts";
import { basic } from "./basic.ts";
import { folder, loader, makeObject, type Rec, read, records, runLoader, whyNot } from "./objects.ts";

const reason = whyNot();
if (reason !== undefined) {
  if (process.env.CI === "true") throw new Error(`the loader cannot be tested here: ${reason}`);
  console.warn(`loader tests are skipped: ${reason}`);
}

const of = (all: readonly Rec[], type: string) => all.filter((record) => record.type === type);
const texts = (all: readonly Rec[]) => of(all, "printf").map((record) => record.args);

describe.skipIf(reason !== undefined)("a run of begin and end probes", () => {
  const object = reason === undefined ? makeObject("basic.bpf.c", basic()) : "";
  const full = () => runLoader(["run", object, "0x10", "second", "--", "--n=-5"]);

  test("streams records in order and ends with exit()'s status", () => {
    const run = full();
    expect(run.stderr).toBe("");
    expect(run.status).toBe(3);
    expect(run.records.map((record) => record.type)).toEqual([
      ...["header", "attached", "printf", "map", "printf", "printf", "printf", "detached"],
      ...["map", "map", "map", "map", "map", "map", "end"],
    ]);
    expect(texts(run.records)).toEqual([
      [-7, "hello"],
      [16, "second"],
      [-5, "n"],
      [2, "bye"],
    ]);
    expect(of(run.records, "attached")[0]).toEqual({ type: "attached", count: 2, probes: ["begin", "end"] });
    expect(of(run.records, "detached")[0]?.reason).toBe("exit");
  });

  test("the header repeats what a renderer needs of the manifest", () => {
    const [header] = of(full().records, "header");
    const m = basic();
    expect(header).toMatchObject({ version: 1, tool: m.tool, source: m.source, str_trunc_trailer: ".." });
    expect(header?.events).toEqual(
      m.events.map(({ id, kind, format, args, place }) => ({
        id,
        kind,
        ...(format === undefined ? {} : { format }),
        args: args.map((argument) => argument.type),
        place,
      })),
    );
    expect(header?.maps).toEqual(
      m.maps.map(({ name, key, value }) => (key === undefined ? { name, value } : { name, key, value })),
    );
  });

  test("final maps come in byte order of their names, with parts of all processors added up", () => {
    const maps = of(full().records, "map").filter((record) => record.final === true);
    expect(maps.map((map) => map.name)).toEqual(["@Global", "@count", "@hist", "@keyed", "@khist", "@stats"]);
    const entries = new Map(maps.map((map) => [map.name, map.entries as { key?: unknown; value: unknown }[]]));
    expect(new Map(entries.get("@count")?.map((entry) => [entry.key, entry.value]))).toEqual(
      new Map([
        [5, 2],
        [6, 40],
      ]),
    );
    const possible = Number(execFileSync("getconf", ["_NPROCESSORS_CONF"]).toString());
    expect(entries.get("@Global")).toEqual([{ value: -possible }]);
    expect(entries.get("@keyed")).toEqual([{ key: ["a key", 9], value: 6 }]);
    expect(entries.get("@stats")).toEqual([{ key: 6, value: { count: 2, average: 5, total: 11 } }]);
    expect(entries.get("@hist")).toEqual([
      {
        value: [
          { min: 4, max: 7, count: 2 },
          { min: 8, max: 15, count: 0 },
          { min: 16, max: 31, count: 1 },
        ],
      },
    ]);
    expect(new Map(entries.get("@khist")?.map((entry) => [entry.key, entry.value]))).toEqual(
      new Map<unknown, unknown>([
        [2, [{ max: -1, count: 1 }]],
        [
          1,
          [
            { max: -1, count: 1 },
            { min: 0, max: 0, count: 0 },
            { min: 1, max: 1, count: 0 },
            { min: 2, max: 3, count: 5 },
          ],
        ],
      ]),
    );
  });

  test("a map printed on the way carries top, and its signed minimum", () => {
    expect(of(full().records, "map")[0]).toEqual({
      type: "map",
      name: "@min",
      map: 5,
      top: 3,
      final: false,
      entries: [{ key: 6, value: -3 }],
    });
  });

  test("print_maps_on_exit = false keeps the maps to themselves", () => {
    const config = { ...basic().config, print_maps_on_exit: false };
    const run = runLoader(["run", makeObject("basic.bpf.c", basic({ config }))]);
    expect(of(run.records, "map").filter((record) => record.final)).toEqual([]);
  });

  test("failed reads stand in the ledger, and with -k in warnings", () => {
    expect(of(full().records, "warning")).toEqual([]);
    const [end] = of(full().records, "end") as unknown as { ledger: { sites: unknown[] } }[];
    const place = { line: 3, column: 1, endLine: 3, endColumn: 3 };
    expect(end?.ledger.sites).toEqual([{ kind: "read", probe: "begin", count: 2, place }]);
    expect(of(runLoader(["run", object, "-k"]).records, "warning")).toEqual([
      { type: "warning", kind: "read", helper: "probe_read_user", error: -14, count: 2, probe: "begin", place },
    ]);
  });

  test("the ledger adds up", () => {
    const [end] = of(full().records, "end");
    expect(end).toMatchObject({
      status: 3,
      ledger: {
        submitted: 6,
        delivered: 6,
        dropped: 0,
        programs: [
          { probe: "begin", submitted: 5, dropped: 0 },
          { probe: "end", submitted: 1, dropped: 0 },
        ],
      },
    });
  });

  test("parameters have defaults, and wrong ones are wrong usage", () => {
    expect(texts(runLoader(["run", object]).records)).toEqual([
      [-7, "hello"],
      [0, ""],
      [99, "n"],
      [0, "bye"],
    ]);
    const refused = (...args: string[]) => {
      const { status, stderr, stdout } = runLoader(["run", object, ...args]);
      expect([status, stdout]).toEqual([2, ""]);
      return stderr;
    };
    expect(refused("word")).toContain("parameter $1: 'word' is an invalid integer");
    expect(refused("1", "a".repeat(16))).toContain("is longer than 15 characters");
    expect(refused("--", "--n=x")).toContain("option --n: 'x' is an invalid integer");
    expect(refused("--", "--n")).toContain("option --n needs a value");
    expect(refused("--", "--zz=1")).toMatch(
      /unexpected program command line options: --zz\nHINT: expected program options: --n\n/,
    );
    expect(refused("0x1ffffffffffffffff")).toContain("invalid integer");
  });

  test("-o writes the stream to a file and leaves stdout alone", () => {
    const path = join(folder, "out.msgpack");
    const run = runLoader(["run", object, "-o", path]);
    expect([run.status, run.stdout]).toEqual([3, ""]);
    expect(records(read(path)).at(-1)?.type).toBe("end");
    expect(runLoader(["run", object, "-o", "/nosuch/file"])).toMatchObject({ status: 1 });
  });

  test("without exit() a script that only begins and ends is over by itself", () => {
    const events = basic().events.map((event) =>
      event.kind === "exit" ? { ...event, kind: "print" as const } : event,
    );
    const run = runLoader(["run", makeObject("basic.bpf.c", basic({ events }))]);
    expect(run.status).toBe(0);
    expect(of(run.records, "detached")[0]?.reason).toBe("finished");
  });

  test("actions of this host: time, cat, and system only where the object is unsafe", () => {
    const [first] = basic().events;
    if (first === undefined) throw new Error("no event");
    const text = first.args[1] ?? { offset: 16, type: { k: "none" as const } };
    const withKind = (parts: Partial<Manifest["events"][number]>, more: Partial<Manifest> = {}) =>
      runLoader([
        "run",
        makeObject("basic.bpf.c", basic({ events: [{ ...first, ...parts }, ...basic().events.slice(1)], ...more })),
      ]);
    expect(of(withKind({ kind: "time", format: "%H" }).records, "time")[0]).toMatchObject({ format: "%H" });
    const cat = withKind({
      kind: "cat",
      format: "/proc/sys/kernel/ostyp%c",
      args: [{ offset: 16, type: { k: "int", size: 1, signed: false } }],
    });
    expect(of(cat.records, "notice")[0]?.text).toContain(
      "failed to open file '/proc/sys/kernel/ostyph': No such file or directory",
    );
    expect(of(withKind({ kind: "cat", format: "/proc/sys/kernel/ostype", args: [] }).records, "cat")[0]).toMatchObject({
      data: "Linux\n",
    });
    const system = withKind({ kind: "system", format: "echo [%6s]", args: [text] }, { unsafe: true });
    expect(of(system.records, "system")[0]).toMatchObject({ command: "echo [ hello]", data: "[ hello]\n" });
    expect(of(withKind({ kind: "system", format: "echo %s", args: [text] }).records, "system")).toEqual([]);
    const unsafe = makeObject("basic.bpf.c", basic({ unsafe: true }));
    expect(runLoader(["run", unsafe, "--safe"])).toMatchObject({ status: 1, records: [] });
  });

  test("check gives the verifier's verdict and attaches nothing", () => {
    const { status, stdout, stderr } = runLoader(["check", object]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(
      /^accepted {2}begin {2}\(\d+ instructions, \d+ verified, \d+ bytes native\)\naccepted {2}end /,
    );
  });

  test("wrong usage is status 2 and points to the help", () => {
    for (const args of [
      [],
      ["fly"],
      ["run"],
      ["run", object, "--nosuch"],
      ["check", object, "extra"],
      ["run", object, "-p", "abc"],
    ]) {
      const { status, stderr } = runLoader(args);
      expect([args, status]).toEqual([args, 2]);
      expect(stderr).toContain("tracelet-loader --help");
    }
    expect(runLoader(["--help"])).toMatchObject({ status: 0, stderr: "" });
    expect(runLoader(["--version"]).stdout).toMatch(
      /^tracelet-loader \d+\.\d+\.\d+ \(manifest version 2, stream version 1\)\n$/,
    );
  });

  test("the binary is small and static", () => {
    expect(statSync(loader).size).toBeLessThanOrEqual(1_300_000);
    expect(execFileSync("readelf", ["-lW", loader]).toString()).not.toContain("INTERP");
  });
});
