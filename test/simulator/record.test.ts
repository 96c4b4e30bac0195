/**
 * Recordings made here: programs of no real probe, and probes of a process of the test's own. What `run --record` keeps,
 * simulated, prints the text that the run printed.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { hostSnapshot } from "../../compiler/cli/kernels.ts";
import { mergePieces } from "../../compiler/cli/record-hit.ts";
import { compile, defaultOptions, inspectObject, parseEvents, simulate } from "../../compiler/index.ts";
import type { Snapshot } from "../../compiler/snapshot/index.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { available, LOADER, TRACELET, whyNoCommand, whyNoKernel } from "../runner/machine.ts";
import { compileToRecord, keep, replay, textOf } from "./recording.ts";

const scratch = mkdtempSync(join(tmpdir(), "tracelet-recorded-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const can = available("recordings on this machine", whyNoKernel());
/** A replay wants the types of the kernel that was recorded. */
const snapshot = ownSnapshot() ?? defaultSnapshot("6.12");
function ownSnapshot(): Snapshot | undefined {
  process.env.TRACELET_LOADER ??= LOADER;
  return can ? hostSnapshot(false) : undefined;
}

/** Runs a script here, recording; gives what the run printed and what it kept. */
function record(script: string, args: readonly string[] = []) {
  const object = compileToRecord(script, "recorded", snapshot);
  const path = join(scratch, "recording.o");
  writeFileSync(path, object);
  const run = spawnSync(LOADER, ["run", path, ...args], { encoding: "buffer", maxBuffer: 1 << 28, timeout: 60_000 });
  expect(run.stderr.toString()).not.toContain("ERROR");
  return { object, ...keep(run.stdout, object, join(scratch, "events.jsonl")) };
}

type Line = { readonly setup?: Record<string, unknown>; readonly probe?: string; readonly [key: string]: unknown };
const linesOf = (events: string): readonly Line[] =>
  events
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line); // what the recorder wrote

describe.skipIf(!can)("recorded here, simulated", () => {
  const same: readonly (readonly [intent: string, script: string])[] = [
    ["begin and end", 'BEGIN { printf("%d %s %d\\n", pid, comm, tid) } END { printf("bye %d\\n", pid) }'],
    [
      "clocks, call by call",
      'BEGIN { $a = nsecs; $b = nsecs; printf("%d %d %d\\n", $a, $b, $b - $a); print(elapsed) }',
    ],
    ["several clocks", "BEGIN { print(nsecs(monotonic)); print(nsecs(tai)); print(nsecs(boot)); print(jiffies) }"],
    ["random numbers", "BEGIN { @[rand] = 1; @[rand] = 2; print(rand) }"],
    ["who and where", 'BEGIN { printf("%d %d %s %d %d %d\\n", uid, gid, username, cpu, ncpus, cgroup) }'],
    ["fields of the task", 'BEGIN { printf("%s %d %s\\n", curtask->comm, curtask->pid, curtask->parent->comm) }'],
    ["names of addresses", "BEGIN { print(ksym(0xffffffff81000000)); print(usym(0x1234)) }"],
    ["times of the day", 'BEGIN { time("%H:%M:%S\\n"); print(strftime("%Y-%m-%d %H:%M:%S.%f", nsecs)) }'],
    ["files", 'BEGIN { cat("/proc/uptime"); cat("/proc/loadavg"); printf("end\\n") }'],
    ["commands", 'BEGIN { system("date +%%s.%%N"); printf("end\\n") }'],
    ["loops with callbacks", "BEGIN { for ($i : 0..5) { @t[$i] = nsecs; } for ($kv : @t) { print(nsecs - $kv.1) } }"],
    ["stacks of no program's", "BEGIN { print(kstack(3)); print(len(kstack) > 1) }"],
    [
      "timers, and maps printed meanwhile",
      "interval:ms:20 { @n = count(); @last = nsecs; print(@n); if (nsecs % 3 == 0) { clear(@last) } @i++; if (@i >= 5) { exit() } }",
    ],
    ["what happens after exit()", "BEGIN { @x = 1; exit(); @x = 2 } END { @x = 3; print(@x) }"],
    ["errors of a read", 'BEGIN { printf("[%s]\\n", str(0)); print(*(uint64 *)0xffff000000000000) }'],
  ];
  test.each(same)("%s", async (_, script) => {
    const { text, events, lacks } = record(script);
    expect(lacks).toBeUndefined();
    expect(text.trim()).not.toBe("");
    expect(await replay(script, "recorded", events, snapshot)).toBe(text);
  });

  test("a process of our own: arguments, memory, stacks and comm of each call", async () => {
    expect(whyNoCommand("gcc")).toBeUndefined();
    const source = join(scratch, "own.c");
    const binary = join(scratch, "own");
    writeFileSync(
      source,
      `#include <unistd.h>
struct thing { int number; const char *name; };
__attribute__((noipa)) long tell(struct thing *t, long twice) { return t->number + twice; }
int main(void) {
  struct thing things[] = { { 7, "seven" }, { 8, "a longer name than that" }, { 9, "nine" } };
  // A program reads only pages that are there.
  for (int i = 0; i < 3; i++) if (!*(volatile const char *)things[i].name) return 1;
  usleep(300000);
  for (int i = 0; i < 3; i++) tell(&things[i], 2 * i);
  return 0;
}
`,
    );
    execFileSync("gcc", ["-O1", "-fno-omit-frame-pointer", "-o", binary, source]);
    const script = `
struct thing { int number; char *name; };
uprobe:${binary}:tell {
  $t = (struct thing *)arg0;
  printf("%s %d %s %d\\n", comm, $t->number, str($t->name), arg1);
  printf("%s|%s\\n", str($t->name, 4), buf($t->name, 6));
  @stacks[ustack(2)] = count();
  @sizes = hist($t->number);
  @began[tid] = nsecs;
}
uretprobe:${binary}:tell { printf("%d\\n", retval); @took = nsecs - @began[tid]; delete(@began[tid]) }`;
    const { text, events, lacks } = record(script, ["-c", binary]);
    expect(lacks).toBeUndefined();
    expect(text).toContain("own 8 a longer name than that 2\n");
    expect(text).toContain("tell+");
    expect(await replay(script, "recorded", events, snapshot)).toBe(text);
    const [setup, first] = linesOf(events);
    expect(setup?.setup).toMatchObject({ timers: "events", actions: "events", script: { text: script } });
    expect(first).toMatchObject({ probe: `uprobe:${binary}:tell`, comm: "own" });
    expect(linesOf(events).filter(({ probe }) => probe?.startsWith("uprobe:")).length).toBe(3);

    // Another script on what happened: it belongs to no program then.
    const other = `uprobe:${binary}:tell { @[arg1] = count(); } END { printf("end\\n") }`;
    expect(await replay(other, "other", events, snapshot)).toContain("end\n\n\n@[0]: 1\n@[2]: 1\n@[4]: 1\n");

    // Of a pattern each event has the name of its match (L3.27).
    const names = `uprobe:${binary}:te*l, uprobe:${binary}:ma*n, uretprobe:${binary}:t*l { @[probe] = count(); }`;
    const named = record(names, ["-c", binary]);
    expect(named.text).toContain(`@[uprobe:${binary}:tell]: 3\n`);
    expect(await replay(names, "recorded", named.events, snapshot)).toBe(named.text);
    const probes = linesOf(named.events).map(({ probe }) => probe);
    expect(probes.filter((probe) => probe === `uretprobe:${binary}:tell`).length).toBe(3);
  });

  test("from the command line: the run prints as ever, and the recording alone repeats it", () => {
    const file = join(scratch, "cli.jsonl");
    const tool = (...args: string[]) => spawnSync(TRACELET, args, { encoding: "utf8" });
    const script = 'BEGIN { printf("%s %d %d %s\\n", comm, nsecs, rand, str($1)); @[nsecs] = 1; exit(3) }';
    const run = tool("run", "--record", file, "-e", script, "word");
    expect(run.stderr).toBe("Attached 1 probe\n");
    expect(run.status).toBe(3);
    const again = tool("simulate", "--events", file);
    expect([again.stdout, again.status]).toEqual([run.stdout, 3]);

    const object = join(scratch, "recording.o");
    writeFileSync(object, compileToRecord("BEGIN { }", "x", snapshot));
    const refused = tool("run", object, "--record", file);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining("was compiled without recording")]);
    const several = tool("run", "-e", script, "--record", file, "--host", "a", "--host", "b");
    expect([several.status, several.stderr]).toEqual([
      2,
      expect.stringContaining("--record keeps the run of one host"),
    ]);
  });

  test("what finds no room in the buffer is counted, and said", () => {
    const script = "BEGIN { for ($i : 0..1000000) { @x = rand } }";
    const { lacks } = record(script);
    expect(lacks).toMatch(/^\d+ records found no room in the buffer$/);
  });
});

describe("recording objects", () => {
  const snapshot = defaultSnapshot("6.12");
  const plain = (script: string, record: boolean) =>
    compile(script, { ...defaultOptions(snapshot), name: "x", positional: [], named: new Map(), record });

  test("cost nothing when nothing is recorded: the option's default gives the same bytes", () => {
    const script = 'k:tcp_sendmsg { @[comm] = count(); printf("%d\\n", arg2) }';
    const { record: _, ...options } = defaultOptions(snapshot);
    const before = compile(script, { ...options, record: false, name: "x" }).object;
    expect(before).toEqual(compile(script, { ...defaultOptions(snapshot), name: "x" }).object);
    const manifest = inspectObject(before ?? new Uint8Array()).manifest;
    expect(manifest.events.some(({ kind }) => kind === "hit" || kind === "seen")).toBe(false);
    expect(manifest.sites.some(({ kind }) => kind === "recording")).toBe(false);
  });

  test("hold a hit for each program, and a counter for what finds no room", () => {
    const { object } = plain("k:tcp_sendmsg { @ = nsecs } t:sched:sched_switch { print(args.prev_comm) }", true);
    const { manifest } = inspectObject(object ?? new Uint8Array());
    expect(manifest.events.filter(({ kind }) => kind === "hit").map(({ program }) => program)).toEqual([0, 1]);
    expect(manifest.events.filter(({ seen }) => seen?.what === "result")).toMatchObject([
      { seen: { helper: "ktime_get_boot_ns" }, program: 0 },
    ]);
    expect(manifest.sites.map(({ kind }) => kind)).toEqual(["recording", "recording"]);
  });

  test("what cannot be recorded is refused by name", () => {
    const { object, diagnostics } = plain("k:vfs_read { @[ustack(build_id)] = count() }", true);
    expect(object).toBeUndefined();
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ["unrecordable", "a stack of mode build_id cannot be recorded: its frames have no addresses to be found again"],
    ]);
  });
});

describe("a recording's memory", () => {
  const bytes = (...values: number[]) => new Uint8Array(values);
  test("pieces that touch or overlap are one; a NUL that a helper put there gives way to what was read", () => {
    const merged = mergePieces([
      { address: 0x1000n, bytes: bytes(1, 2, 0), weak: true },
      { address: 0x1000n, bytes: bytes(1, 2, 3, 4), weak: false },
      { address: 0x1004n, bytes: bytes(5), weak: false },
      { address: 0x2000n, bytes: bytes(9), weak: false },
    ]);
    expect(merged).toEqual({
      memory: [
        { address: 0x1000n, bytes: bytes(1, 2, 3, 4, 5) },
        { address: 0x2000n, bytes: bytes(9) },
      ],
      changed: 0,
    });
  });
  test("bytes that changed between two reads are counted; the first stay", () => {
    const merged = mergePieces([
      { address: 8n, bytes: bytes(1, 2), weak: false },
      { address: 8n, bytes: bytes(1, 3), weak: false },
    ]);
    expect(merged).toEqual({ memory: [{ address: 8n, bytes: bytes(1, 2) }], changed: 1 });
  });
});

test("a recording of the article's first program, kept with the tests, gives its histogram", async () => {
  const events = readFileSync(join(import.meta.dirname, "events/recorded-tcp-sends.jsonl"), "utf8");
  const snapshot = defaultSnapshot("6.12");
  const { events: parsed, setup, problems } = parseEvents(events, "recorded", snapshot);
  expect(problems).toEqual([]);
  const { object } = compile(setup.script?.text ?? "", { ...defaultOptions(snapshot), name: "11-tcp-sends.bt" });
  const text = await textOf(simulate(object ?? new Uint8Array(), { snapshot, events: parsed, setup }));
  expect(text.match(/^127\.0\.0\.1 +\d+ +-> 127\.0\.0\.1 +4242 +100 +100$/gm)?.length).toBe(3);
  expect(text.match(/^127\.0\.0\.1 +\d+ +-> 127\.0\.0\.1 +4242 +100 +-32$/gm)?.length).toBe(2);
});
