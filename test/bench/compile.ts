/** How long compiling takes and how much memory, as a process and in one that is warm. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { openSnapshot, type Snapshot } from "../../compiler/snapshot/index.ts";
import { median, type Row } from "./table.ts";
import { articlePrograms, measure, oneLiner, ROOT, reference, referenceTree, TRACELET, WORK } from "./tools.ts";

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
  const cold = (command: readonly string[]) => {
    const runs = Array.from({ length: rounds }, () => measure(command));
    const failed = runs.find((run) => run.status !== 0);
    return failed === undefined
      ? { wall: median(runs.map((r) => r.wallMs)), peak: median(runs.map((r) => r.peakMb)) }
      : undefined;
  };
  copyFileSync(twelve.path, join(referenceTree(), "tmp/twelve.bt"));
  const node = cold([process.execPath, "-e", "0"]);
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
    const mine = cold([TRACELET, ...ours]);
    const v017 = cold(["bpftrace", "--emit-elf", join(WORK, "cold.o"), ...old]);
    const v027 = cold(reference("--traceable-functions", "/tmp/functions.txt", "--mode", "codegen", ...fresh));
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
  }
  rows.push({
    what: "  (an empty Node process)",
    unit: "ms",
    ours: node?.wall,
    v017: undefined,
    v027: undefined,
    target: undefined,
  });
  const warm = (text: string) => {
    const options = defaultOptions(snapshot);
    for (let i = 0; i < 60; i++) compile(text, options);
    const times = Array.from({ length: 60 }, () => {
      const from = performance.now();
      compile(text, options);
      return performance.now() - from;
    });
    return median(times);
  };
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
