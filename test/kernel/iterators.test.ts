/**
 * Probes that only a guest may try: iterators over all tasks, patterns of typed probes, watchpoints. Compiled here against
 * the 6.12 snapshot, run from the same objects in each guest.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  compile,
  createStreamDecoder,
  defaultOptions,
  renderDiagnostics,
  type StreamRecord,
} from "../../compiler/index.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { available, LOADER } from "../runner/machine.ts";
import { guestKernels, runInGuest, whyNoGuest } from "./guest.ts";

const SCRIPTS: Readonly<Record<string, string>> = {
  tasks: 'iter:task { printf("%d %s", ctx.task.pid, ctx.task.comm); }',
  count: "iter:task { @ = count(); }",
  files: 'iter:task_file { printf("%s %d", ctx.task.comm, ctx.fd); }',
  maps: 'iter:task_vma { printf("%d %lx-%lx", ctx.task.pid, ctx.vma.vm_start, ctx.vma.vm_end); }',
  typed:
    "fentry:vfs_rea*,fexit:vfs_writ* { @[probe] = count(); } rt:sched_wa* { @[probe] = count(); } i:s:1 { exit(); }",
  left_out: "k:rcu_barrier* { @ = count(); } k:*rcu_b* { @ = count(); } i:ms:200 { exit(); }",
  watch: "w:WATCHED:8:w { @ = count(); } i:s:1 { exit(); }",
};

const command = `
cd /t
sleep 1000 & slept=$!
for name in tasks count files maps typed left_out; do ./loader run $name.o -o /out/$name >/dev/null; echo "$name $?"; done
./watched & target=$!
./loader run watch.o -p $target -o /out/watch; echo "watch $?"
kill $slept $target
`;

const WATCHED = `#include <unistd.h>
volatile long watched __attribute__((section(".watched"), aligned(8)));
int main(void) { for (;;) { watched++; usleep(1000); } }`;

describe.skipIf(!available("guests", whyNoGuest())).each(guestKernels())(
  "probes of a guest's own under Linux %s",
  (kernel) => {
    const scratch = mkdtempSync(join(tmpdir(), "tracelet-iterators-"));
    afterAll(() => rmSync(scratch, { recursive: true, force: true }));
    const out = join(scratch, "out");
    let result = { stdout: "", stderr: "", status: 0 };

    const records = (name: string): readonly StreamRecord[] => {
      const all: StreamRecord[] = [];
      const decoder = createStreamDecoder(({ record }) => all.push(record));
      decoder.push(readFileSync(join(out, name)));
      decoder.end();
      return all;
    };
    const lines = (name: string) =>
      records(name).flatMap((r) => (r.type === "printf" ? [r.args.map(String).join(" ")] : []));
    const entries = (name: string) =>
      new Map(
        records(name).flatMap((r) =>
          r.type === "map" ? r.entries.map((e) => [String(e.key), Number(e.value)] as const) : [],
        ),
      );

    beforeAll(() => {
      const programs = join(scratch, "t");
      mkdirSync(programs, { recursive: true });
      mkdirSync(out, { recursive: true });
      writeFileSync(join(scratch, "watched.c"), WATCHED);
      execFileSync("gcc", ["-static", "-no-pie", "-o", join(programs, "watched"), join(scratch, "watched.c")]);
      const symbols = execFileSync("nm", [join(programs, "watched")], { encoding: "utf8" });
      const address = /^0*([0-9a-f]+) \w watched$/m.exec(symbols)?.[1] ?? "0";
      for (const [name, script] of Object.entries(SCRIPTS)) {
        const text = script.replace("WATCHED", `0x${address}`);
        const compiled = compile(text, { ...defaultOptions(defaultSnapshot("6.12")), name });
        if (compiled.object === undefined)
          throw new Error(renderDiagnostics(compiled.diagnostics, compiled.source, { color: false }));
        writeFileSync(join(programs, `${name}.o`), compiled.object);
      }
      execFileSync("cp", [LOADER, join(programs, "loader")]);
      result = runInGuest({ kernel, directories: { "/t": programs }, out, command, timeout: 400 });
    }, 500_000);

    // iter:task_vma is of 5.12.
    const hasMaps = kernel !== "5.10";

    test("each run ends by itself", () => {
      expect(result.stdout.trim().split("\n"), result.stderr).toEqual(
        ["tasks", "count", "files", "maps", "typed", "left_out", "watch"].map(
          (name) => `${name} ${name === "maps" && !hasMaps ? 1 : 0}`,
        ),
      );
      if (!hasMaps) expect(result.stderr).toContain("iter:task_vma: this kernel has no such iterator");
    });

    test("an iterator shows every object once, and its end to nobody", () => {
      const tasks = lines("tasks");
      expect(tasks.slice(0, 2)).toEqual(["1 init", "2 kthreadd"]);
      expect(tasks.filter((line) => line.endsWith(" sleep")).length).toBe(1);
      expect(tasks.every((line) => /^[1-9]\d* .+$/.test(line))).toBe(true);
      expect(Math.abs([...entries("count").values()].reduce((a, b) => a + b, 0) - tasks.length)).toBeLessThan(3);
      expect(lines("files")).toContain("sleep 1");
      if (hasMaps) expect(lines("maps").filter((line) => /^1 \d+ \d+$/.test(line)).length).toBeGreaterThan(3);
    });

    test("a pattern of typed probes stands for those that this kernel has", () => {
      const names = [...entries("typed").keys()];
      expect(names).toContain("fentry:vmlinux:vfs_read");
      expect(names).toContain("fexit:vmlinux:vfs_write");
      expect(names).toContain("rawtracepoint:vmlinux:sched_waking");
    });

    test("a pattern leaves RCU's functions out unless it begins like them", () => {
      const attached = records("left_out").flatMap((r) => (r.type === "attached" ? r.probes : []));
      expect(attached).toContain("kprobe:rcu_barrier");
      expect(
        attached.filter((probe) => probe.startsWith("kprobe:rcu_") && !probe.startsWith("kprobe:rcu_barrier")),
      ).toEqual([]);
      expect(attached.some((probe) => /^kprobe:.+rcu_b/.test(probe))).toBe(true);
    });

    test("a watchpoint fires in the process that it watches", () => {
      expect([...entries("watch").values()][0]).toBeGreaterThan(10);
    });
  },
);
