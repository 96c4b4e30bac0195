/** Sums over the tools of Debian's newest bpftrace package: instructions beside its own objects, and the longest's compilation. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileTool, newestTools } from "../scripts/tools.ts";
import { instructionTotals } from "../scripts/weigh.ts";
import { median, type Row } from "./table.ts";

export function benchScripts(): readonly Row[] {
  const work = mkdtempSync(join(tmpdir(), "tracelet-bench-"));
  try {
    const tools = newestTools();
    const objects = new Map<string, Uint8Array>();
    for (const tool of tools) {
      const { object } = compileTool(tool);
      if (object !== undefined) objects.set(tool.id, object);
    }
    const { ours, theirs, tools: count, most } = instructionTotals(work, tools, objects);
    const times = tools.map((tool) => {
      for (let i = 0; i < 10; i++) compileTool(tool);
      const runs = Array.from({ length: 21 }, () => {
        const from = performance.now();
        compileTool(tool);
        return performance.now() - from;
      });
      return { name: tool.name, time: median(runs) };
    });
    const slowest = times.reduce((a, b) => (b.time > a.time ? b : a));
    const none = { v017: undefined, v027: undefined };
    return [
      {
        what: `${count} tools together`,
        unit: "insns",
        ours,
        v017: undefined,
        v027: theirs,
        target: { kind: "of-027", limit: 0.7 },
      },
      { what: "  the worst ratio of one tool", unit: "×", ours: most, ...none, target: { kind: "absolute", limit: 1 } },
      {
        what: `slowest tool to compile, warm: ${slowest.name}`,
        unit: "ms",
        ours: slowest.time,
        ...none,
        target: { kind: "absolute", limit: 50 },
      },
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
