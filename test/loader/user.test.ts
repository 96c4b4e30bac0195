import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { loader, makeObject, type Rec, records, runLoader, whyNot } from "./objects.ts";
import { buildTarget, user } from "./user.ts";

const reason = whyNot();
const of = (all: readonly Rec[], type: string) => all.filter((record) => record.type === type);
type Frame = { readonly symbol?: string; readonly module?: string };
type Ledger = {
  readonly submitted: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly programs: readonly { readonly submitted: number; readonly dropped: number; readonly fired?: number }[];
};
const ledger = (outcome: { readonly records: readonly Rec[] }) => of(outcome.records, "end")[0]?.ledger as Ledger;

describe.skipIf(reason !== undefined)("uprobes on a command of our own", () => {
  const target = reason === undefined ? buildTarget() : "";
  const started: number[] = [];

  afterEach(() => {
    for (const pid of started.splice(0)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it has ended by itself
      }
    }
  });

  test("streams arguments, return values and user stacks with symbols, and ends with the command's status", () => {
    const run = runLoader(["run", makeObject("user.bpf.c", user(target)), "-c", `${target} 3`]);
    expect(run.stderr).toBe("");
    expect(run.status).toBe(7);
    const calls = of(run.records, "printf").map((record) => record.args as [number, string, Frame[]]);
    expect(calls.map(([argument, symbol]) => [argument, symbol])).toEqual([
      [1, "work"],
      [2, "work"],
      [3, "work"],
    ]);
    expect(calls[0]?.[2].map((frame) => frame.symbol)).toContain("main");
    expect(of(run.records, "value").map((record) => record.value)).toEqual([2, 3, 4]);
    expect(of(run.records, "detached")[0]?.reason).toBe("child");
  });

  test("names the frames of a process that has ended, in the final map", () => {
    const run = runLoader(["run", makeObject("user.bpf.c", user(target)), "-c", `${target} 1`]);
    const [map] = of(run.records, "map") as unknown as {
      readonly entries: readonly { readonly key: readonly Frame[]; readonly value: number }[];
    }[];
    expect(map?.entries[0]?.value).toBe(1);
    expect(map?.entries[0]?.key[0]?.symbol).toBe("work");
    expect(map?.entries[0]?.key.map((frame) => frame.symbol)).toContain("main");
    expect(map?.entries[0]?.key[0]?.module).toBe(target);
  });

  test("counts what a full buffer dropped, and the ledger adds up", () => {
    const object = makeObject("user.bpf.c", user(target, { config: { ...user(target).config, perf_rb_pages: 1 } }), [
      "-DFLOOD=64",
    ]);
    const run = runLoader(["run", object, "--stats", "-c", `${target} 2000`]);
    const total = ledger(run);
    expect(total.submitted).toBe(total.delivered);
    expect(total.submitted + total.dropped).toBe(2000 * 64 + 2000);
    expect(total.dropped).toBeGreaterThan(0);
    const lost = of(run.records, "lost").reduce((sum, record) => sum + Number(record.count), 0);
    expect(lost).toBe(total.dropped);
    expect(total.programs[0]?.fired).toBe(2000);
    expect(of(run.records, "printf").length + of(run.records, "value").length).toBe(total.delivered);
  });

  test("what frees the probes after a run ends by itself", async () => {
    const object = makeObject("user.bpf.c", user(target));
    runLoader(["run", object, "-c", `${target} 1`]);
    const left = () =>
      readdirSync("/proc").filter((pid) => {
        try {
          return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(object);
        } catch {
          return false;
        }
      });
    for (let tries = 0; tries < 100 && left().length > 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(left()).toEqual([]);
  });

  test("a record that became nothing shows as submitted and not delivered", () => {
    const known = user(target).events.filter((event) => event.kind === "printf");
    const run = runLoader(["run", makeObject("user.bpf.c", user(target, { events: known })), "-c", `${target} 3`]);
    expect(of(run.records, "value")).toEqual([]);
    expect(ledger(run)).toMatchObject({ submitted: 6, delivered: 3, dropped: 0 });
  });

  test("falls back to a perf buffer where the object says so", () => {
    const object = makeObject("user.bpf.c", user(target, { buffer: { kind: "perf", symbol: "events" } }), ["-DPERF"]);
    const run = runLoader(["run", object, "-c", `${target} 5`]);
    expect(of(run.records, "printf").map((record) => (record.args as number[])[0])).toEqual([1, 2, 3, 4, 5]);
    expect(ledger(run)).toMatchObject({ submitted: 10, delivered: 10, dropped: 0 });
  });

  test("expands wildcards, and attaches one address once", () => {
    const object = makeObject("user.bpf.c", user(target, {}, [{ kind: "uprobe", path: target, symbol: "le*f" }]));
    const run = runLoader(["run", object, "-c", `${target} 1`]);
    expect(of(run.records, "attached")[0]?.count).toBe(3);
    expect(of(run.records, "printf").map((record) => (record.args as string[])[1])).toEqual(["work", "leaf"]);
  });

  test("names a missing symbol with the script's line; missing_probes = warn leaves it out", () => {
    const missing = [{ kind: "uprobe", path: target, symbol: "nosuch" }] as const;
    const refused = runLoader(["run", makeObject("user.bpf.c", user(target, {}, missing)), "-c", target]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`test.bt:2:1-3: ERROR: could not resolve symbol: ${target}:nosuch`);
    expect(refused.stderr).toContain("line two");
    expect(refused.records).toEqual([]);
    const config = { ...user(target).config, missing_probes: "warn" as const };
    const warned = runLoader(["run", makeObject("user.bpf.c", user(target, { config }, missing)), "-c", `${target} 1`]);
    expect(warned.status).toBe(7);
    expect(warned.stderr).toContain("WARNING: could not resolve symbol");
    expect(of(warned.records, "attached")[0]?.count).toBe(2);
  });

  const begin = async (args: readonly string[]) => {
    const child = spawn(loader, args, { stdio: ["ignore", "pipe", "pipe"] });
    if (child.pid !== undefined) started.push(child.pid);
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    await once(child.stdout, "data");
    const ended = once(child, "close").then(([status]) => ({
      status: status as number | null,
      stderr,
      stream: new Uint8Array(Buffer.concat(chunks)),
    }));
    return { child, ended };
  };

  test("SIGINT ends a run in order: detached, maps, a ledger that adds up, status 0", async () => {
    const { child, ended } = await begin(["run", makeObject("user.bpf.c", user(target)), "-c", `${target} -1`]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    child.kill("SIGINT");
    const { status, stream } = await ended;
    const run = { records: records(stream) };
    expect(status).toBe(0);
    expect(run.records.map((record) => record.type).slice(-3)).toEqual(["detached", "map", "end"]);
    expect(of(run.records, "detached")[0]?.reason).toBe("signal");
    expect(ledger(run).submitted).toBeGreaterThan(10);
    expect(ledger(run).submitted).toBe(ledger(run).delivered);
  });

  test("two signals at once, as timeout(1) sends them, are one wish: all that was submitted is delivered (L8.64)", async () => {
    const object = makeObject("user.bpf.c", user(target), ["-DFLOOD=64"]);
    const { child, ended } = await begin(["run", object, "-c", `${target} -2`]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill("SIGINT");
    const run = { records: records((await ended).stream) };
    expect(of(run.records, "detached")[0]?.reason).toBe("signal");
    expect(run.records.at(-1)?.type).toBe("end");
    expect(ledger(run).submitted).toBe(ledger(run).delivered);
  });

  test("a flood of events does not hold up SIGINT, nor the report of what is lost", async () => {
    const object = makeObject("user.bpf.c", user(target), ["-DFLOOD=64"]);
    const { child, ended } = await begin(["run", object, "-c", `${target} -2`]);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    child.kill("SIGINT");
    const run = { records: records((await ended).stream) };
    const lost = of(run.records, "lost");
    expect(lost.length).toBeGreaterThan(1);
    expect(run.records.indexOf(lost[0] ?? { type: "" })).toBeLessThan(
      run.records.findIndex((record) => record.type === "detached"),
    );
    expect(ledger(run).submitted).toBe(ledger(run).delivered);
    expect(lost.reduce((sum, record) => sum + Number(record.count), 0)).toBe(ledger(run).dropped);
  });

  test("once attached it holds only the capabilities that user stacks need, and can gain none", async () => {
    const { child, ended } = await begin(["run", makeObject("user.bpf.c", user(target)), "-c", `${target} -1`]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    child.kill("SIGTERM");
    await ended;
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\w+)$`, "m").exec(status)?.[1];
    // CAP_DAC_READ_SEARCH is 2, CAP_SYS_PTRACE 19 (include/uapi/linux/capability.h)
    expect([field("CapEff"), field("CapPrm")]).toEqual(["0000000000080004", "0000000000080004"]);
    expect(field("NoNewPrivs")).toBe("1");
    expect(field("Seccomp")).toBe("2");
  });

  test("a dry run attaches, runs nothing, and ends with status 0", () => {
    const run = runLoader(["run", makeObject("user.bpf.c", user(target)), "--dry-run"]);
    expect(run.status).toBe(0);
    expect(run.records.map((record) => record.type)).toEqual(["header", "attached", "detached", "end"]);
  });

  test("a reader that goes away ends the run quietly", async () => {
    const { child, ended } = await begin(["run", makeObject("user.bpf.c", user(target)), "-c", `${target} -1`]);
    child.stdout.destroy();
    const run = await ended;
    expect(run.status).toBe(0);
    expect(run.stderr).toBe("");
  });

  test("-p follows one process and ends when it ends", async () => {
    const process1 = spawn(target, ["-1"]);
    const process2 = spawn(target, ["-1"]);
    if (process1.pid !== undefined) started.push(process1.pid);
    if (process2.pid !== undefined) started.push(process2.pid);
    const { ended } = await begin(["run", makeObject("user.bpf.c", user(target)), "-p", String(process1.pid)]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    process1.kill("SIGKILL");
    const run = { records: records((await ended).stream) };
    process2.kill("SIGKILL");
    expect(of(run.records, "detached")[0]?.reason).toBe("process");
    const numbers = of(run.records, "value").map((record) => Number(record.value));
    expect(numbers.length).toBeGreaterThan(5);
    // one process counts up by one; two would interleave
    expect(numbers.every((value, i) => i === 0 || value === (numbers[i - 1] ?? 0) + 1)).toBe(true);
  });

  test("SIGKILL leaves no program behind", async () => {
    const { child, ended } = await begin(["run", makeObject("user.bpf.c", user(target)), "-c", `${target} -1`]);
    child.kill("SIGKILL");
    await ended;
    const { execFileSync } = await import("node:child_process");
    await new Promise((resolve) => setTimeout(resolve, 500));
    const programs = execFileSync("bpftool", ["prog", "show"]).toString();
    expect(programs).not.toContain("name on_work");
  });

  test("a command that does not exist, a process that does not exist", () => {
    const object = makeObject("user.bpf.c", user(target));
    expect(runLoader(["run", object, "-c", "/nosuch"])).toMatchObject({ status: 1 });
    expect(runLoader(["run", object, "-c", "/nosuch"]).stderr).toContain("/nosuch");
    expect(runLoader(["run", object, "-p", "4194303"])).toMatchObject({ status: 3 });
    expect(runLoader(["run", object, "-p", "4194305"])).toMatchObject({ status: 2 });
    expect(runLoader(["run", object, "-p", "1", "-c", "true"])).toMatchObject({ status: 2 });
  });
});
