/** The playground's figures: what it loads, how soon it answers, what it keeps. Measured by test/playground/figures.ts. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { median, type Row } from "./table.ts";

const root = process.env.TRACELET_ROOT ?? process.cwd();

export type Figures = {
  /** Bytes, compressed, of all that a first visit loads before the simulator; with it; kernels and binaryen left out. */
  readonly load: number;
  readonly loadWithSimulator: number;
  /** Milliseconds from navigation to the first diagnostics, and to the end of the first run. */
  readonly diagnostics: readonly number[];
  readonly run: readonly number[];
  /** Milliseconds from a key to the diagnostics of what it made. */
  readonly keys: readonly number[];
  /** Bytes of the page's process at the end of all that. */
  readonly memory: number;
};

export function benchPlayground(): readonly Row[] {
  const run = spawnSync(process.execPath, [join(root, "build/bench/figures.mjs")], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 400_000,
  });
  if (run.status !== 0 || run.stdout === "") return [];
  // Written by figures.ts a moment ago.
  const figures = JSON.parse(run.stdout) as Figures;
  const keys = [...figures.keys].sort((a, b) => a - b);
  const row = (what: string, unit: string, ours: number, limit: number | undefined): Row => ({
    what,
    unit,
    ours,
    v017: undefined,
    v027: undefined,
    target: limit === undefined ? undefined : { kind: "absolute", limit },
  });
  return [
    row("first load, compressed, before kernel and simulator", "KB", figures.load / 1000, 400),
    row("  with simulator and verifier model, without binaryen", "KB", figures.loadWithSimulator / 1000, undefined),
    row("first diagnostics after navigation, median of 5 visits", "ms", median(figures.diagnostics), 1500),
    row("  first run's end (paced: it takes a second)", "ms", median(figures.run), undefined),
    row("key to diagnostics, longest tool, median", "ms", median(keys), undefined),
    row("  95th percentile", "ms", keys[Math.floor(keys.length * 0.95)] ?? Number.NaN, 100),
    row("memory of the page's process, at rest", "MB", figures.memory / 1e6, 300),
  ];
}
