/** How long compiling takes and how much memory, as a process and in one that is warm. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { openSnapshot, type Snapshot } from "../../compiler/snapshot/index.ts";
import { median, type Row } from "./table.ts";
import { articlePrograms, measure, oneLiner, ROOT, reference, referenceTree, TRACELET, WORK } from "./tools.ts";

/** An empty Node process on the machine for which the target of a cold compilation is meant, at rest. */
const NODE_MS = 45;

export function benchSnapshot(version: string): Snapshot {
  const directory = join(ROOT, "compiler/kernels");
  const file = readdirSync(directory).find((name) => name.includes(`-${version}-`) && name.endsWith(".tls"));
  if (file === undefined) throw new Error(`no snapshot of ${version}`);
  return openSnapshot(readFileSync(join(directory, file)), (block, size) =>
    inflateRawSync(block, { maxOutputLength: size }),
  );
}

/** A file of traceable functions, which 0.27 wants where tracefs has none. */
export function functionList(snapshot: Snapshot): string {
  const path = join(WORK, "functions.txt");
  writeFileSync(
    path,
    `${snapshot
      .functions("*")
      .map((f) => f.name)
      .join("\n")}\n`,
  );
  return path;
}

export function benchCompile(rounds: number): readonly Row[] {
  const snapshot = benchSnapshot("6.12");
  const functions = functionList(snapshot);
  copyFileSync(functions, join(referenceTree(), "tmp/functions.txt"));
  const programs = articlePrograms();
  const pick = (name: string) => {
    const found = programs.find((program) => program.name.startsWith(name));
    if (found === undefined) throw new Error(`no program ${name}`);
    return found;
  };
  const one = oneLiner(pick("01").text);
  const twelve = pick("12");
  const rows: Row[] = [];
  /** Medians of processes that take turns, so that a busy spell of the machine falls on all of them. */
  const cold = (commands: readonly (readonly string[])[]) => {
    const turns = Array.from({ length: rounds }, () => commands.map((command) => measure(command)));
    return commands.map((_, i) => {
      const runs = turns.flatMap((turn) => turn[i] ?? []);
      if (runs.some((run) => run.status !== 0)) return undefined;
      return { wall: median(runs.map((r) => r.wallMs)), peak: median(runs.map((r) => r.peakMb)) };
    });
  };
  copyFileSync(twelve.path, join(referenceTree(), "tmp/twelve.bt"));
  const empty = [process.execPath, "-e", "0"];
  let node: number | undefined;
  const cases = [
    {
      what: "compile program 1, cold process",
      ours: ["compile", "-e", one, "-o", join(WORK, "one.o")],
      old: ["-e", one],
      fresh: ["-e", one],
      limit: 110,
    },
    {
      what: "compile program 12, cold process",
      ours: ["compile", twelve.path, "-o", join(WORK, "twelve.o")],
      old: [twelve.path],
      fresh: ["/tmp/twelve.bt"],
      limit: undefined,
    },
  ];
  for (const { what, ours, old, fresh, limit } of cases) {
    const [nothing, mine, v017, v027] = cold([
      empty,
      [TRACELET, ...ours],
      ["bpftrace", "--emit-elf", join(WORK, "cold.o"), ...old],
      reference("--traceable-functions", "/tmp/functions.txt", "--mode", "codegen", ...fresh),
    ]);
    node ??= nothing?.wall;
    rows.push({
      what,
      unit: "ms",
      ours: mine?.wall,
      v017: v017?.wall,
      v027: v027?.wall,
      target: limit === undefined ? undefined : { kind: "absolute", limit },
    });
    rows.push({
      what: "  peak memory",
      unit: "MB",
      ours: mine?.peak,
      v017: v017?.peak,
      v027: v027?.peak,
      target: undefined,
    });
    if (limit === undefined || mine === undefined || nothing === undefined) continue;
    rows.push({
      what: "  beside an empty Node process",
      unit: "×",
      ours: mine.wall / nothing.wall,
      v017: undefined,
      v027: undefined,
      target: { kind: "absolute", limit: Number((limit / NODE_MS).toFixed(2)) },
    });
  }
  rows.push({
    what: "  (an empty Node process)",
    unit: "ms",
    ours: node,
    v017: undefined,
    v027: undefined,
    target: undefined,
  });
  const options = defaultOptions(snapshot);
  // Warm is what a long-lived process is: one that has compiled other programs too.
  for (let i = 0; i < 60; i++) for (const program of programs) compile(program.text, options);
  const warm = (text: string) =>
    median(
      Array.from({ length: 101 }, () => {
        const from = performance.now();
        compile(text, options);
        return performance.now() - from;
      }),
    );
  for (const program of programs.filter((p) => /^(01|03|08|11)/.test(p.name))) {
    rows.push({
      what: `compile ${program.name}, warm`,
      unit: "ms",
      ours: warm(program.text),
      v017: undefined,
      v027: undefined,
      target: { kind: "absolute", limit: program.name.startsWith("11") ? 20 : 5 },
    });
  }
  rows.push({
    what: `compile ${twelve.name}, warm`,
    unit: "ms",
    ours: warm(twelve.text),
    v017: undefined,
    v027: undefined,
    target: { kind: "absolute", limit: 20 },
  });
  const opening = Array.from({ length: 20 }, () => {
    const from = performance.now();
    benchSnapshot("6.12").btf.find("struct", "task_struct");
    return performance.now() - from;
  });
  rows.push({
    what: "open the 6.12 snapshot, find one struct",
    unit: "ms",
    ours: median(opening),
    v017: undefined,
    v027: undefined,
    target: { kind: "absolute", limit: 40 },
  });
  return rows;
}
