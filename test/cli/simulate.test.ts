/** tracelet simulate, through the whole command line: events given, generated, saved; formats; what is wrong. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ROOT, TRACELET } from "../runner/machine.ts";

const directory = mkdtempSync(join(tmpdir(), "tracelet-simulate-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function simulate(...words: readonly string[]): { stdout: string; stderr: string; status: number | null } {
  const run = spawnSync(TRACELET, ["simulate", ...words], {
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, TZ: "UTC", BPFTRACE_COLOR: "never" },
  });
  return { stdout: run.stdout, stderr: run.stderr, status: run.status };
}

const SIZES = "k:tcp_sendmsg { @ = hist(arg2); }";
const example = (name: string): string => join(ROOT, "test/simulator/events", name);

describe("tracelet simulate", () => {
  test("the article's histogram from the committed events", () => {
    const { stdout, stderr, status } = simulate(
      join(ROOT, "test/programs/01-size-hist.bt"),
      "--events",
      example("tcp-sends.jsonl"),
    );
    expect(stdout).toBe(readFileSync(example("01-size-hist.txt"), "utf8"));
    expect([stderr, status]).toEqual(["Attached 2 probes\n", 0]);
  }, 60_000);
  test("what is saved is what would be generated", () => {
    const path = join(directory, "saved.jsonl");
    expect(simulate("-e", SIZES, "--until", "1s", "--seed", "5", "--save-events", path).status).toBe(0);
    const saved = simulate("-e", SIZES, "--events", path, "-f", "json");
    const generated = simulate("-e", SIZES, "--until", "1s", "--seed", "5", "-f", "json");
    expect(saved.stdout).toContain('"type": "hist"');
    expect(saved.stdout).toBe(generated.stdout);
  }, 120_000);
  test("a workload, a flame graph, parameters and the script's own status", () => {
    const path = join(directory, "one.workload");
    writeFileSync(path, "process one pid 7\nkprobe:tcp_sendmsg\n  rate: 50\n  size: 4K\n");
    const run = simulate(
      "--generate",
      path,
      "--until",
      "2s",
      "-e",
      "k:tcp_sendmsg { @[comm, arg2 == $1] = count(); } i:s:1 { exit(4); }",
      "4096",
    );
    expect(run.stdout).toMatch(/^@\[one, true\]: \d+$/m);
    expect(run.status).toBe(4);
    const graph = simulate("-e", "p:hz:99 { @[kstack] = count(); }", "--until", "500ms", "-f", "flamegraph");
    expect(graph.stdout).toMatch(/^<svg|<\?xml/);
  }, 120_000);
  test.each([
    [["-e", SIZES, "--events", "/nope.jsonl"], /failed to open file '\/nope.jsonl'/, 1],
    [
      ["-e", SIZES, "--events", "BAD"],
      /BAD:1: ERROR: an event has no 'prob'\nHINT: did you mean 'probe'\?\nERROR: .*BAD: 1 error; nothing was run/,
      1,
    ],
    [["-e", SIZES, "--generate", "BAD"], /BAD:1: ERROR: '\{"prob"' is no kind of probe/, 1],
    [["-e", SIZES, "--until", "soon"], /--until: 'soon' is no time/, 2],
    [["-e", SIZES, "--cpus", "0"], /--cpus: '0' is no number from 1 to 256/, 2],
    [["-e", SIZES, "-f", "xml"], /Invalid output format "xml"/, 2],
    [["-e", "k:tcp_sendmg { }"], /tcp_sendmg/, 1],
  ] as const)(
    "%s",
    (words, message, status) => {
      const bad = join(directory, "BAD");
      writeFileSync(bad, '{"prob":"kprobe:tcp_sendmsg"}\n');
      const run = simulate(...words.map((word) => (word === "BAD" ? bad : word)));
      expect(run.stderr).toMatch(message);
      expect(run.stdout).toBe("");
      expect(run.status).toBe(status);
    },
    60_000,
  );
});
