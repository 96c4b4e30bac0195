/** Links to many places at once, of uprobes on commands of our own: what they give is what single ones give. */
import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { folder, type Rec, runLoader, whyNot } from "./objects.ts";
import { buildTarget } from "./user.ts";

const reason = whyNot();

type MapRecord = Rec & { readonly entries: readonly { readonly key: unknown; readonly value: unknown }[] };

/** Each thread in a function of its own. */
const THREADS = `#include <pthread.h>
#include <unistd.h>
__attribute__((noinline)) void first(void) { usleep(1000); }
__attribute__((noinline)) void other(void) { usleep(1000); }
static void *run(void *unused) { for (;;) other(); return unused; }
int main(void) { pthread_t t; pthread_create(&t, 0, run, 0); for (;;) first(); }
`;

describe.skipIf(reason !== undefined)("uprobe.multi", () => {
  const target = reason === undefined ? buildTarget() : "";
  const path = join(folder, "multi.o");

  const run = (script: string, words: readonly string[], command: string) => {
    const result = compile(script.replaceAll("TARGET", target), defaultOptions(defaultSnapshot("6.12")));
    expect(result.diagnostics).toEqual([]);
    writeFileSync(path, result.object ?? new Uint8Array());
    return runLoader(["run", path, ...words, "-c", command]);
  };
  const maps = (records: readonly Rec[]) => records.filter((record): record is MapRecord => record.type === "map");
  const counts = (records: readonly Rec[]) =>
    maps(records).map(({ name, entries }) => [name, entries.map(({ key, value }) => `${key} ${value}`).sort()]);
  const links = (text: string) => text.match(/(?<=link_type:\s+)\w+/g) ?? [];

  test("the places of one file share a link, and each keeps its name (L3.24)", () => {
    const script = `uprobe:TARGET:w*rk, uprobe:TARGET:le*f { @in[probe, func] = count(); }
      uretprobe:TARGET:w*rk, uretprobe:TARGET:le*f { @out[probe, retval] = count(); }`;
    const [many, single] = [[], ["--no-feature", "uprobe_multi"]].map((words) => run(script, words, `${target} 3`));
    expect(many?.stderr).toBe("");
    expect(single?.stderr).toBe("");
    expect(counts(many?.records ?? []).length).toBe(2);
    expect(counts(many?.records ?? [])).toEqual(counts(single?.records ?? []));
  });

  // The command is traced while it runs: its parent is the loader, whose links it can list.
  const listing = join(folder, "list-links.sh");
  writeFileSync(listing, "#!/bin/sh\ncat /proc/$PPID/fdinfo/*\n", { mode: 0o755 });

  test("a kernel that has such links is given them, and --no-feature goes without (L3.24, L8.36)", () => {
    const script = "uprobe:TARGET:w*rk, uprobe:TARGET:le*f { @ = count(); }";
    const seen = (words: readonly string[]) => links(run(script, words, listing).stderr);
    expect(seen(["--no-feature", "kprobe_session,uprobe_multi"])).toEqual(["perf", "perf"]);
    expect(seen([])).toEqual(["uprobe_multi"]);
  });

  test("-p filters by process, with all its threads (L3.41)", async () => {
    const [source, binary] = [join(folder, "threads.c"), join(folder, "threads")];
    writeFileSync(source, THREADS);
    execFileSync("gcc", ["-O1", "-pthread", "-o", binary, source]);
    const processes = [spawn(binary), spawn(binary)];
    try {
      const script = `uprobe:${binary}:first, uprobe:${binary}:other { @[pid == $1, func] = count(); } i:ms:300 { exit(); }`;
      const result = compile(script, { ...defaultOptions(defaultSnapshot("6.12")), pidFilter: true });
      expect(result.diagnostics).toEqual([]);
      writeFileSync(path, result.object ?? new Uint8Array());
      const pid = String(processes[0]?.pid);
      const { records, stderr } = runLoader(["run", path, "-p", pid, pid]);
      expect(stderr).toBe("");
      const keys = maps(records).flatMap(({ entries }) => entries.map(({ key }) => key));
      expect(keys.map(String).sort()).toEqual(["true,first", "true,other"]);
    } finally {
      for (const each of processes) each.kill("SIGKILL");
    }
  });

  test("a feature that there is not is refused (L8.36)", () => {
    const refused = runLoader(["run", path, "--no-feature", "uprobe_multi,zz"]);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(/^ERROR: --no-feature can only have the values .*: zz\n/);
  });
});
