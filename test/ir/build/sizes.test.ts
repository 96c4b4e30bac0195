/** How many instructions common programs come to: performance is what they are written for. */
import { describe, expect, test } from "vitest";
import * as t from "./fixture.ts";

const size = t.map("@size", undefined, t.HIST);
const count = t.map("@", undefined, t.COUNT);
const stats = t.map("@size", undefined, t.STATS);
const stacks = t.map("@", t.kstack.type, t.COUNT);
const byProcess = t.map("@size", t.tuple(t.pid, t.comm).type, t.HIST);
const ts = t.map("@ts", t.U32, t.U64);
const ns = t.map("@ns", undefined, t.HIST);

const cases: readonly { readonly name: string; readonly probes: readonly t.Given[]; readonly most: number }[] = [
  { name: "count", probes: [{ maps: [count], body: [t.aggregate(count, undefined)] }], most: 20 },
  { name: "hist", probes: [{ maps: [size], body: [t.aggregate(size, undefined, t.arg(2))] }], most: 45 },
  { name: "stats", probes: [{ maps: [stats], body: [t.aggregate(stats, undefined, t.arg(2))] }], most: 30 },
  { name: "kstack count", probes: [{ maps: [stacks], body: [t.aggregate(stacks, t.kstack)] }], most: 60 },
  {
    name: "hist by pid, comm",
    probes: [{ maps: [byProcess], body: [t.aggregate(byProcess, t.tuple(t.pid, t.comm), t.arg(2))] }],
    most: 100,
  },
  {
    name: "print",
    probes: [{ predicate: t.over(t.arg(2), t.num(8192)), body: [t.printf("PID %d: %d bytes\n", t.pid, t.arg(2))] }],
    most: 34,
  },
  {
    name: "latency",
    probes: [
      { maps: [ts], body: [t.assignMap(ts, t.tid, t.nsecs)] },
      {
        maps: [ts, ns],
        predicate: t.mapGet(ts, t.tid),
        body: [t.aggregate(ns, undefined, t.minus(t.nsecs, t.mapGet(ts, t.tid))), t.remove(ts, t.tid)],
      },
    ],
    most: 115,
  },
];

describe("instructions", () => {
  for (const { name, probes, most } of cases) {
    test(`${name}: at most ${most}`, () => {
      const total = t.slots(...probes).reduce((sum, n) => sum + n, 0);
      expect(total).toBeLessThanOrEqual(most);
    });
  }
});
