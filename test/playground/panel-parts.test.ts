/** What the panels compute before they draw: edges, ticks, columns, boxes, tokens, names. */
import { describe, expect, test } from "vitest";
import { assemblyPrograms, tokens } from "../../playground/panels/assembly-rows.ts";
import { shorten } from "../../playground/panels/bars-chart.ts";
import { countTicks, shortNumber, valueTicks } from "../../playground/panels/chart-axes.ts";
import { byteSize, duration, groupDigits } from "../../playground/panels/dom.ts";
import {
  describeBox,
  type FlameBox,
  neighbour,
  placeBoxes,
  shareOf,
} from "../../playground/panels/flamegraph-model.ts";
import { edgesOf, layoutHistogram, summaryOf } from "../../playground/panels/histogram-chart.ts";
import { objectName, sectionPurpose, shipCommands } from "../../playground/panels/object.ts";
import { argumentOf } from "../../playground/panels/probes.ts";
import { target } from "../../playground/panels/tabs.ts";
import type { SearchHit } from "../../playground/worker/protocol.ts";
import { program, workbenchOf } from "./panels.ts";

describe("histograms", () => {
  test.each([
    ["[4, 8)", "4", "8"],
    ["[1K, 2K)", "1K", "2K"],
    ["[7]", "7", undefined],
    ["(..., 0)", undefined, "0"],
    ["[100, ...)", "100", undefined],
    ["odd", "odd", undefined],
  ])("edges of %s", (label, low, high) => {
    expect(edgesOf(label)).toEqual({ low, high });
  });

  const rows = [
    { label: "[0]", count: 0 },
    { label: "[1]", count: 3 },
    { label: "[2, 4)", count: 1000 },
    { label: "[4, 8)", count: 1 },
  ];
  test("columns stand side by side on the floor, as high as their count, seen if there is any", () => {
    const { plot, columns, left, bottom } = layoutHistogram(rows, 400, 240);
    const floor = plot.y + plot.height;
    for (const column of columns) expect(column.y + column.height).toBeCloseTo(floor);
    expect(columns.map(({ height }) => height > 0)).toEqual([false, true, true, true]);
    expect(columns[3]?.height).toBeGreaterThanOrEqual(1);
    expect(columns[2]?.height).toBeCloseTo(plot.height);
    expect(columns[1]?.x).toBeGreaterThan(columns[0]?.x ?? 0);
    expect(left.map(({ text }) => text)).toEqual(["0", "200", "400", "600", "800", "1k"]);
    expect(bottom.map(({ text }) => text)).toEqual(["0", "1", "2", "4", "8"]);
    expect(plot.x + plot.width).toBeLessThanOrEqual(400);
  });
  test("sixty-four buckets on a phone: ticks that fit, columns inside", () => {
    const many = Array.from({ length: 64 }, (_, at) => ({ label: `[${at}G, ${at + 1}G)`, count: at }));
    const { plot, columns, bottom } = layoutHistogram(many, 300, 240);
    expect(columns.at(-1)?.x).toBeLessThan(plot.x + plot.width);
    const gaps = bottom.slice(1).map(({ x }, at) => x - (bottom[at]?.x ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThan(20);
  });
  test("no rows and only empty rows are drawn too", () => {
    expect(layoutHistogram([], 300, 240).columns).toEqual([]);
    expect(layoutHistogram([{ label: "[0]", count: 0 }], 300, 240).columns[0]?.height).toBe(0);
  });
  test("the summary says how much and where", () => {
    const chart = { kind: "histogram", map: "@x", scale: "log2", key: "a", rows } as const;
    expect(summaryOf(chart)).toBe("histogram of @x[a]: 1004 values in 4 buckets, most of them (1000) in [2, 4)");
  });
});

describe("axes", () => {
  test("counts have whole, round steps that reach beyond the most", () => {
    for (const most of [1, 2, 3, 7, 10, 99, 101, 5432, 1e9]) {
      const ticks = countTicks(most, 5);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(most);
      expect(ticks.length).toBeLessThanOrEqual(8);
      expect(ticks.every(Number.isInteger)).toBe(true);
    }
  });
  test("values lie between their ends", () => {
    expect(valueTicks(-3, 12, 5)).toEqual([0, 5, 10]);
    expect(valueTicks(5, 5, 5)).toEqual([5]);
  });
  test.each([
    [0, "0"],
    [950, "950"],
    [1200, "1.2k"],
    [34_000, "34k"],
    [5_600_000, "5.6M"],
    [-1500, "−1.5k"],
    [2.5, "2.50"],
  ])("%d is %s", (n, text) => {
    expect(shortNumber(n)).toBe(text);
  });
  test("sizes, times and digits in words", () => {
    expect([byteSize(1), byteSize(1023), byteSize(5432), byteSize(3 * 1024 ** 2)]).toEqual([
      "1 byte",
      "1023 bytes",
      "5.3 KiB",
      "3.0 MiB",
    ]);
    expect([duration(0.02), duration(12.4), duration(1430)]).toEqual(["20 µs", "12 ms", "1.4 s"]);
    expect([groupDigits(1234), groupDigits(1234567)]).toEqual(["1234", "1\u202f234\u202f567"]);
    expect([shorten("a\n  b", 10), shorten("abcdefgh", 5)]).toEqual(["a b", "abcd…"]);
  });
});

describe("flame graph", () => {
  const box = (name: string, left: number, share: number, depth: number): FlameBox => ({
    name,
    value: share * 100,
    left,
    share,
    depth,
  });
  const boxes = [
    box("all", 0, 1, 0),
    box("main", 0, 0.75, 1),
    box("idle", 0.75, 0.25, 1),
    box("read", 0, 0.25, 2),
    box("write", 0.25, 0.5, 2),
    box("read", 0.25, 0.1, 3),
  ];
  test("widened: what it calls fills the width, the way to it stays, the rest goes", () => {
    const placed = placeBoxes(boxes, boxes[4], 1000).map(({ box: { name, depth }, x, width }) => [
      name,
      depth,
      Math.round(x),
      Math.round(width),
    ]);
    expect(placed).toEqual([
      ["all", 0, 0, 1000],
      ["main", 1, 0, 1000],
      ["write", 2, 0, 1000],
      ["read", 3, 0, 200],
    ]);
  });
  test("arrow keys: up to the widest callee, down to the caller, sideways on a level", () => {
    expect(neighbour(boxes, 0, "ArrowUp")).toBe(1);
    expect(neighbour(boxes, 1, "ArrowUp")).toBe(4);
    expect(neighbour(boxes, 5, "ArrowDown")).toBe(4);
    expect(neighbour(boxes, 1, "ArrowRight")).toBe(2);
    expect(neighbour(boxes, 2, "ArrowLeft")).toBe(1);
    expect(neighbour(boxes, 0, "ArrowDown")).toBeUndefined();
    expect(neighbour(boxes, 2, "ArrowUp")).toBeUndefined();
  });
  test("a search counts what lies in matches once", () => {
    expect(shareOf(boxes, "READ")).toBeCloseTo(0.35);
    expect(shareOf([...boxes, box("main", 0, 0.5, 4)], "main")).toBeCloseTo(0.75);
    expect(shareOf(boxes, "nothing")).toBe(0);
    expect(describeBox(box("read", 0, 0.125, 1))).toBe("read: 12.5 (12.50%)");
  });
});

describe("assembly", () => {
  test("the parts of an instruction together are its text", () => {
    const found = workbenchOf("x.bt", program("08-send-latency")).compiled?.inspection;
    const programs = found === undefined ? [] : assemblyPrograms(found);
    expect(programs.map(({ title }) => title)).toEqual(["kprobe:tcp_sendmsg", "kretprobe:tcp_sendmsg"]);
    for (const { rows } of programs) {
      for (const row of rows) {
        if (row.kind === "insn")
          expect(
            tokens(row.text)
              .map(({ text }) => text)
              .join(""),
          ).toBe(row.text);
        expect(row.line).toBeGreaterThan(0);
      }
    }
    const slots = programs.map(({ rows, instructions }) => [
      rows.filter(({ kind }) => kind === "insn").length <= instructions,
      true,
    ]);
    expect(slots).toEqual(programs.map(() => [true, true]));
  });
  test("registers, numbers, calls, jumps", () => {
    const kinds = (text: string) =>
      tokens(text)
        .filter(({ kind }) => kind !== "plain")
        .map(({ kind, text: part }) => `${kind} ${part}`);
    expect(kinds("if r0 s<= -4096 goto L3")).toEqual([
      "word if",
      "register r0",
      "number -4096",
      "word goto",
      "label L3",
    ]);
    expect(kinds("call bpf_map_lookup_elem#1")).toEqual(["call call bpf_map_lookup_elem#1"]);
    expect(kinds("*(u64 *)(r10 - 0x8) = r1")).toEqual(["word u64", "register r10", "number 0x8", "register r1"]);
  });
});

describe("names", () => {
  test.each([
    ["size.bt", "size.bpf.o"],
    ["my script (2).bt", "my-script-2.bpf.o"],
    ["$(rm -rf ~).bt", "rm-rf.bpf.o"],
    ["../../etc/passwd", "etc-passwd.bpf.o"],
    ["...", "script.bpf.o"],
    ["x.bpf.o", "x.bpf.o"],
    ["", "script.bpf.o"],
  ])("the object of %j is %j: no shell needs quotes for it", (script, file) => {
    expect(objectName(script)).toBe(file);
    for (const { text } of shipCommands(file)) expect(text).toContain(file);
  });
  const hit = (scope: SearchHit["scope"]): SearchHit => ({ scope, name: "x", insert: "x", module: undefined });
  test.each([
    ["function", "struct sock * sk", "args.sk"],
    ["function", "size_t arg2", "arg2"],
    ["function", "int retval", "retval"],
    ["tracepoint", "char comm[16]", "args.comm"],
    ["tracepoint", "__data_loc char[] name", "args.name"],
    ["struct", "/*    16 */ unsigned int flags : 3;", "->flags"],
    ["struct", "void (*destructor)(struct sock *);", "->destructor"],
    ["struct", "struct sock {", undefined],
    ["struct", "}", undefined],
    ["constant", "AF_INET = 2", undefined],
  ] as const)("in a %s, %j is %s", (scope, line, name) => {
    expect(argumentOf(hit(scope), line)).toBe(name);
  });
  test("sections are explained", () => {
    expect(sectionPurpose(".tracelet")).toMatch(/loader/);
    expect(sectionPurpose(".relkprobe/x")).toBe("references from kprobe/x to maps and functions");
    expect(sectionPurpose("kprobe/x")).toMatch(/program/);
  });
});

test("tabs: arrows go round, other keys do nothing", () => {
  expect([target("ArrowRight", 2, 3), target("ArrowLeft", 0, 3), target("Home", 2, 3), target("End", 0, 3)]).toEqual([
    0, 2, 0, 2,
  ]);
  expect([target("Enter", 1, 3), target("End", 0, 0)]).toEqual([undefined, undefined]);
});
