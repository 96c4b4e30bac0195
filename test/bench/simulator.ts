/** The simulator: what an event costs, on the machine alone and through the whole of simulate(), and what loading costs. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CompileOptions,
  compile,
  defaultOptions,
  generateEvents,
  parseEvents,
  parseWorkload,
  printEvent,
  type SimulatedEvent,
  type StreamItem,
  simulate,
} from "../../compiler/index.ts";
import { linkProgram, POISON } from "../../compiler/link/link-program.ts";
import { openObject } from "../../compiler/link/open-object.ts";
import { loadMachine, type Machine } from "../../compiler/simulator/machine.ts";
import { layOutMaps } from "../../compiler/simulator/map-layout.ts";
import { readProgram } from "../../compiler/simulator/source-program.ts";
import { translate } from "../../compiler/simulator/translate.ts";
import type { Snapshot } from "../../compiler/snapshot/index.ts";
import { benchSnapshot } from "./compile.ts";
import { median, type Row } from "./table.ts";
import { articlePrograms } from "./tools.ts";

/** A fifth of a microsecond: five million events a second. */
const EVENT_NS = 200;
const TRANSLATION_MS = 50;
/** Programs whose events go the whole way, so many events, and so many that print. */
const WHOLE_WAY = ["@[probe] = count();", "@ = hist(arg2);", "@[comm] = count();"];
const WHOLE_COUNT = 3_000_000;
const PRINTED = 300_000;

export async function benchSimulator(rounds: number): Promise<readonly Row[]> {
  const snapshot = benchSnapshot("6.12");
  const rows: Row[] = [];
  const row = (what: string, unit: string, ours: number, limit?: number) =>
    rows.push({
      what,
      unit,
      ours,
      v017: undefined,
      v027: undefined,
      target: limit === undefined ? undefined : { kind: "absolute", limit },
    });
  for (const script of [
    "@ = count();",
    "@[pid] = count();",
    "@[comm] = count();",
    "@ = hist(arg2);",
    "@[pid, comm] = sum(arg2);",
  ]) {
    const machine = await loadMachine(compiled(`k:vfs_read { ${script} }`, snapshot), { btf: snapshot.btf });
    row(`k:vfs_read { ${script} }, on the machine`, "ns", await nsPerRun(machine, rounds), EVENT_NS);
  }
  const few = Math.min(rounds, 5);
  for (const script of WHOLE_WAY) {
    const object = compiled(`k:vfs_read { ${script} }`, snapshot);
    const ns = await nsPerEvent(object, snapshot, few, () => readEvents(WHOLE_COUNT));
    row(`k:vfs_read { ${script} }, whole way: ${(1000 / ns).toFixed(1)} M events/s`, "ns", ns, EVENT_NS);
  }
  const printing = compiled('k:vfs_read { printf("%d %d\\n", pid, arg2); }', snapshot);
  row(
    "k:vfs_read { printf(…); }, whole way",
    "ns",
    await nsPerEvent(printing, snapshot, few, () => readEvents(PRINTED)),
  );
  const drawn = compiled("k:vfs_read { @ = hist(arg2); }", snapshot);
  const workload = parseWorkload("kprobe:vfs_read\n  rate: 1000000\n  count: uniform(1, 64K)\n", "bench").workload;
  const generated = () => generateEvents(drawn, { snapshot, workload, duration: WHOLE_COUNT * 1000 });
  row(
    "k:vfs_read { @ = hist(arg2); }, whole way, events by generateEvents()",
    "ns",
    await nsPerEvent(drawn, snapshot, few, generated),
  );
  const text = Array.from(readEvents(50_000), (event) => `${printEvent(event)}\n`).join("");
  row("parseEvents(): an event of an events file, read and checked", "ns", nsPerParsed(text, snapshot, rounds));
  row("generateEvents(): an event of a workload made up", "ns", nsPerGenerated(generated));
  const usual = compiled("k:tcp_sendmsg { @ = hist(arg2); }", snapshot);
  const sends = () => generateEvents(usual, { snapshot, rate: 100, duration: 1e10 });
  row("generateEvents(): an event of tcp_sendmsg made up", "ns", nsPerGenerated(sends));
  const largest = await translations(snapshot, rounds);
  for (const { name, ms } of largest.slice(0, 3)) row(`translate ${name}, warm`, "ms", ms, TRANSLATION_MS);
  return rows;
}

/** Processor time of this process: what else the machine does is not counted. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function compiled(text: string, snapshot: Snapshot, more: Partial<CompileOptions> = {}): Uint8Array {
  const { object, diagnostics } = compile(text, { ...defaultOptions(snapshot), ...more });
  if (object === undefined) throw new Error(`${text}: ${diagnostics[0]?.message}`);
  return object;
}

/** Task, context and run, as for an event of its own. */
async function nsPerRun(machine: Machine, rounds: number): Promise<number> {
  const { task, context } = machine;
  const count = 200_000;
  const address = 0xffff888000000000n;
  task.setAddress(address);
  const once = (): number => {
    const start = cpuMs();
    for (let n = 0; n < count; n++) {
      task.setThread(n & 63, n & 63);
      task.setCpu(n & 3);
      task.setTime(n * 1000);
      context.setUint32(96, n & 0xffff, true);
      if (machine.run(0) !== undefined) throw new Error("a run was stopped");
    }
    return ((cpuMs() - start) * 1e6) / count;
  };
  once();
  await new Promise((resolve) => setTimeout(resolve, 200)); // the engine's better code comes while nobody waits
  return median(Array.from({ length: rounds }, once));
}

/** A function that is entered again and again, by 64 threads of seven programs on four processors. */
function* readEvents(count: number): Generator<SimulatedEvent> {
  const comms = ["nginx", "postgres", "node", "redis-server", "curl", "bash", "sshd"];
  for (let n = 0; n < count; n++) {
    const comm = comms[(n & 63) % comms.length] ?? "";
    const args = { count: (n * 37) & 0xffff };
    yield { probe: "kprobe:vfs_read", at: n * 1000, cpu: n & 3, pid: 100 + (n & 63), comm, args };
  }
}

/** The whole of simulate(), with making the events, its start (linking, translation, plan) and its end. */
async function nsPerEvent(
  object: Uint8Array,
  snapshot: Snapshot,
  rounds: number,
  events: () => Iterable<SimulatedEvent>,
): Promise<number> {
  const once = async (): Promise<number> => {
    const start = cpuMs();
    let count = 0;
    let last: StreamItem | undefined;
    const onProgress = (happened: number): void => {
      count = happened;
    };
    const maxRecords = 2 * PRINTED;
    for await (const item of simulate(object, { snapshot, events: events(), onProgress, maxRecords })) last = item;
    if (last?.record.type !== "end" || last.record.status !== 0) throw new Error("simulate() did not end well");
    if (count < PRINTED) throw new Error(`only ${count} events happened`);
    return ((cpuMs() - start) * 1e6) / count;
  };
  await once();
  const times: number[] = [];
  for (let n = 0; n < rounds; n++) times.push(await once());
  return median(times);
}

function nsPerParsed(text: string, snapshot: Snapshot, rounds: number): number {
  const once = (): number => {
    const start = cpuMs();
    const { events, problems } = parseEvents(text, "bench", snapshot);
    if (problems.length > 0) throw new Error(problems[0]?.message);
    return ((cpuMs() - start) * 1e6) / events.length;
  };
  once();
  return median(Array.from({ length: rounds }, once));
}

function nsPerGenerated(events: () => Iterable<SimulatedEvent>): number {
  const once = (): number => {
    const start = cpuMs();
    let count = 0;
    for (const _ of events()) count++;
    return ((cpuMs() - start) * 1e6) / count;
  };
  once();
  return median([once(), once(), once()]);
}

/** Link, decode, translate: what is done once binaryen is there. The longest first. */
async function translations(
  snapshot: Snapshot,
  rounds: number,
): Promise<readonly { readonly name: string; readonly ms: number }[]> {
  const { default: binaryen } = await import("binaryen");
  const tools = ["/usr/sbin", "/usr/share/bpftrace/tools"].flatMap((folder) => {
    try {
      return readdirSync(folder)
        .filter((file) => file.endsWith(".bt"))
        .map((file) => ({ name: file, text: readFileSync(join(folder, file), "utf8") }));
    } catch {
      return []; // Debian's tools are not installed
    }
  });
  const objects = [...articlePrograms(), ...tools].flatMap(({ name, text }) => {
    const { object } = compile(text, { ...defaultOptions(snapshot), name, unsafe: true });
    return object === undefined ? [] : [{ name, object }];
  });
  const once = (bytes: Uint8Array): number => {
    const start = cpuMs();
    const object = openObject(bytes);
    const programs = object.programs.map((symbol) =>
      readProgram(symbol.name, linkProgram(object, symbol, snapshot.btf).code),
    );
    const { maps, end } = layOutMaps(object.maps.maps, 4, {});
    translate(binaryen, programs, {
      maps,
      end,
      budget: 1_000_000,
      tableBase: 1,
      recorded: new Map(),
      poison: POISON,
    });
    return cpuMs() - start;
  };
  return objects
    .map(({ name, object }) => {
      once(object);
      return { name, ms: median(Array.from({ length: Math.min(rounds, 5) }, () => once(object))) };
    })
    .sort((a, b) => b.ms - a.ms);
}
