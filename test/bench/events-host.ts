/** Cost per event on this kernel: a uprobe on a binary of our own, by the kernel's own clock (bpf_stats_enabled). */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { benchSnapshot } from "./compile.ts";
import { median, type Row } from "./table.ts";
import { LOADER, reference, referenceTree, WORK, workload } from "./tools.ts";

const CALLS = 100_000;

const CLOCK = "little but the kernel's own clock and trampoline is left";
const MAP = "the kernel's lookup in a hash is the same for both";

/** P is replaced by the target, which each tool sees under its own path; why: what bounds the ratio from below. */
const PROGRAMS: readonly { readonly what: string; readonly text: string; readonly why?: string }[] = [
  { what: "count", text: "uprobe:P { @ = count(); }" },
  { what: "count by comm", text: "uprobe:P { @[comm] = count(); }" },
  { what: "hist", text: "uprobe:P { @size = hist(arg0); }" },
  { what: "hist by pid, comm", text: "uprobe:P { @size[pid, comm] = hist(arg0); }" },
  { what: "stats", text: "uprobe:P { @size = stats(arg0); }" },
  {
    what: "filter that says no",
    text: 'uprobe:P /arg0 > 100000/ { printf("PID %d: %d bytes\\n", pid, arg0); }',
    why: CLOCK,
  },
  { what: "printf", text: 'uprobe:P { printf("PID %d: %d bytes\\n", pid, arg0); }' },
  { what: "ustack", text: "uprobe:P { @[ustack] = count(); }", why: "the kernel's walk of the stack is the same" },
  { what: "return values", text: "uretprobe:P { @r[retval > 0 ? 0 : retval] = count(); }", why: MAP },
  {
    what: "latency pair",
    text: "uprobe:P { @ts[tid] = nsecs; } uretprobe:P /@ts[tid]/ { @ns = hist(nsecs - @ts[tid]); delete(@ts[tid]); }",
    why: MAP,
  },
];

/** Loads of each tool; they take turns, so that a busy spell of the machine falls on all of them. */
const TURNS = 3;

type Prog = { readonly id: number; readonly type: string; readonly run_time_ns?: number; readonly run_cnt?: number };

function programs(): ReadonlyMap<number, Prog> {
  const list = JSON.parse(execFileSync("bpftool", ["prog", "show", "-j"], { encoding: "utf8" })) as readonly Prog[];
  return new Map(list.map((prog) => [prog.id, prog]));
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** ns per call over all probe programs that the command loads; median of three rounds of one load. */
async function cost(command: readonly string[], expected: number, target: string): Promise<number | undefined> {
  const before = programs();
  const [name = "", ...args] = command;
  const child: ChildProcess = spawn(name, args, { stdio: ["ignore", "ignore", "ignore"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  try {
    const started = performance.now();
    for (;;) {
      const fresh = [...programs().values()].filter((prog) => !before.has(prog.id) && prog.type === "kprobe");
      if (fresh.length >= expected) break;
      if (child.exitCode !== null || performance.now() - started > 20_000) return undefined;
      await sleep(50);
    }
    await sleep(700);
    const rounds: number[] = [];
    for (let round = 0; round < 3; round++) {
      const from = programs();
      execFileSync(target, [String(CALLS)]);
      let total = 0;
      for (const [id, prog] of programs()) {
        const was = from.get(id);
        const runs = (prog.run_cnt ?? 0) - (was?.run_cnt ?? 0);
        if (!before.has(id) && runs >= CALLS / 2) total += (prog.run_time_ns ?? 0) - (was?.run_time_ns ?? 0);
      }
      rounds.push(total / CALLS);
    }
    return median(rounds);
  } finally {
    child.kill("SIGINT");
    await Promise.race([ended, sleep(8000)]);
    if (child.exitCode === null) child.kill("SIGKILL");
    await ended;
  }
}

export async function benchEventsOnHost(): Promise<readonly Row[]> {
  const setting = "/proc/sys/kernel/bpf_stats_enabled";
  const old = readFileSync(setting, "utf8");
  const inTree = join(referenceTree(), "tmp/call");
  copyFileSync(workload("call"), inTree);
  const snapshot = benchSnapshot("6.12");
  const rows: Row[] = [];
  writeFileSync(setting, "1");
  try {
    for (const { what, text, why } of PROGRAMS) {
      const expected = text.includes("@ts") ? 2 : 1;
      const result = compile(text.replaceAll("P ", `${inTree}:work `), defaultOptions(snapshot));
      if (result.object === undefined) throw new Error(`${what} does not compile`);
      const path = join(WORK, "event.bpf.o");
      writeFileSync(path, result.object);
      const commands = [
        [LOADER, "run", path],
        ["bpftrace", "-B", "full", "-e", text.replaceAll("P ", `${inTree}:work `)],
        reference("-B", "full", "-e", text.replaceAll("P ", "/tmp/call:work ")),
      ];
      const costs: (number | undefined)[][] = commands.map(() => []);
      for (let turn = 0; turn < TURNS; turn++) {
        for (const [i, command] of commands.entries()) costs[i]?.push(await cost(command, expected, inTree));
      }
      const [ours, v017, v027] = costs.map((each) => {
        const known = each.filter((value) => value !== undefined);
        return known.length === 0 ? undefined : median(known);
      });
      rows.push({ what, unit: "ns/event", ours, v017, v027, target: { kind: "of-better", limit: 0.95 }, why });
    }
  } finally {
    writeFileSync(setting, old);
  }
  return rows;
}
