/** `tracelet --info`: what this installation, the language and this host's kernel can do. */
import { closeSync, existsSync, openSync } from "node:fs";
import { arch, release, type } from "node:os";
import { helpers, probes, VERSION } from "../index.ts";

import { EXIT, writeAll } from "./io.ts";
import { chooseSnapshot } from "./kernels.ts";
import { findLoader } from "./loader.ts";

/** Since which kernel there is what programs of ours may use. */
const FEATURES: Readonly<Record<string, string>> = {
  "kprobe by perf event": "4.17",
  "global variables (.bss, .rodata)": "5.2",
  "fentry and fexit (fentry)": "5.5",
  "ring buffer": "5.8",
  "BEGIN and END by test run": "5.10",
  for_each_map_elem: "5.13",
  kprobe_multi: "5.18",
  uprobe_multi: "6.6",
  kprobe_session: "6.10",
};

const MAP_TYPES: Readonly<Record<string, string>> = {
  hash: "3.19",
  array: "3.19",
  percpu_hash: "4.6",
  percpu_array: "4.6",
  lru_hash: "4.10",
  lru_percpu_hash: "4.10",
  perf_event_array: "4.3",
  stack_trace: "4.6",
  ringbuf: "5.8",
};

export async function infoCommand(): Promise<number> {
  const loader = attempt(findLoader);
  const kernel = attempt(() => chooseSnapshot(undefined).release);
  const since = (version: string): string => yes(isAtLeast(release(), version));
  writeAll(
    1,
    Buffer.from(
      [
        section("System", { OS: `${type()} ${release()}`, Arch: arch(), root: yes(process.getuid?.() === 0) }),
        section("Build", {
          version: VERSION,
          loader: loader ?? "no",
          "default kernel to compile for": kernel ?? "none",
          llvm: "no (none is needed)",
        }),
        section("Kernel features", {
          btf: yes(existsSync("/sys/kernel/btf/vmlinux")),
          "list of traceable functions": yes(readable("/sys/kernel/tracing/available_filter_functions")),
          ...Object.fromEntries(Object.entries(FEATURES).map(([name, version]) => [name, since(version)])),
        }),
        section("Kernel helpers", Object.fromEntries(helpers.map((row) => [row.name, since(row.since)]))),
        section("Map types", Object.fromEntries(Object.entries(MAP_TYPES).map(([name, v]) => [name, since(v)]))),
        section("Probe types", Object.fromEntries(probes.map((row) => [row.name, probeType(row.program, since)]))),
      ].join("\n"),
    ),
  );
  return EXIT.ok;
}

function probeType(program: string, since: (version: string) => string): string {
  if (program === "fentry" || program === "fexit" || program === "tp_btf") return since("5.5");
  return since(program === "raw_tp_run" ? "5.10" : program === "iter" ? "5.8" : "4.17");
}

function section(title: string, rows: Readonly<Record<string, string>>): string {
  const lines = Object.entries(rows).map(([name, value]) => `  ${name}: ${value}\n`);
  return `${title}\n${lines.join("")}`;
}

function yes(condition: boolean): string {
  return condition ? "yes" : "no";
}

function isAtLeast(running: string, wanted: string): boolean {
  const [a = 0, b = 0] = running.split(/[.-]/).map(Number);
  const [c = 0, d = 0] = wanted.split(".").map(Number);
  return a > c || (a === c && b >= d);
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function readable(path: string): boolean {
  try {
    closeSync(openSync(path, "r"));
    return true;
  } catch {
    return false;
  }
}
