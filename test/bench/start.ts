/** From exec to the end of the smallest run. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { benchSnapshot } from "./compile.ts";
import { median, type Row } from "./table.ts";
import { LOADER, measure, reference, TRACELET, WORK } from "./tools.ts";

export function benchStart(rounds: number): readonly Row[] {
  const program = "BEGIN { exit(); }";
  const result = compile(program, { ...defaultOptions(benchSnapshot("6.12")), positional: [] });
  if (result.object === undefined) throw new Error("BEGIN { exit(); } does not compile");
  const path = join(WORK, "begin.bpf.o");
  writeFileSync(path, result.object);
  const runs = (command: readonly string[]) => {
    const all = Array.from({ length: rounds }, () => measure(command));
    const failed = all.find((run) => run.status !== 0);
    if (failed !== undefined) throw new Error(`${command.join(" ")} ended with ${failed.status}`);
    return { wall: median(all.map((r) => r.wallMs)), peak: median(all.map((r) => r.peakMb)) };
  };
  const loader = runs([LOADER, "run", path]);
  const whole = runs([TRACELET, "-e", program]);
  const v017 = runs(["bpftrace", "-e", program]);
  const v027 = runs(reference("-e", program));
  return [
    {
      what: "loader: BEGIN { exit(); }, exec to end",
      unit: "ms",
      ours: loader.wall,
      v017: v017.wall,
      v027: v027.wall,
      target: { kind: "absolute", limit: 10 },
    },
    {
      what: "  peak memory",
      unit: "MB",
      ours: loader.peak,
      v017: v017.peak,
      v027: v027.peak,
      target: { kind: "absolute", limit: 8 },
    },
    {
      what: "tracelet -e: compile and run it",
      unit: "ms",
      ours: whole.wall,
      v017: v017.wall,
      v027: v027.wall,
      target: undefined,
    },
    { what: "  peak memory", unit: "MB", ours: whole.peak, v017: v017.peak, v027: v027.peak, target: undefined },
  ];
}
