/**
 * The loader on real kernels, with objects that clang made: every kind of probe fires, patterns and multi-attach give
 * what single probes give, what a kernel lacks is named.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Attach, Manifest } from "../../compiler/5-object/manifest.ts";
import { guestKernels, runInGuest, whyNoGuest } from "../kernel/guest.ts";
import { available } from "../runner/machine.ts";
import { kernelManifest } from "./kernel-objects.ts";
import { folder, loader, makeObject, manifest, place, type Rec, read, records, whyNot } from "./objects.ts";

const objects = join(folder, "guest");
afterAll(() => rmSync(objects, { recursive: true, force: true }));

const of = (all: readonly Rec[], type: string) => all.filter((record) => record.type === type);

const openat = "tracepoint/syscalls/sys_enter_openat";

/** The load of `flags` in on_openat: the only one from the context, r1 = *(u64 *)(r1 + 8). */
function loadOfFlags(object: string): number {
  const listing = execFileSync("llvm-objdump", ["-d", "--no-show-raw-insn", object]).toString();
  return Number(/^\s*(\d+):\s+r\d = \*\(u64 \*\)\(r1 \+ 8\)/m.exec(listing)?.[1] ?? "0");
}

function tracepoint(field: string, event: string, insn: number): Manifest {
  const attach = { kind: "tracepoint", category: "syscalls", event } as const;
  return manifest({
    buffer: null,
    programs: [
      { name: "on_openat", section: openat, probe: `tracepoint:syscalls:${event}`, attach: [attach], place: place(1) },
    ],
    maps: [
      {
        name: "@seen",
        storage: "hash",
        symbol: "seen",
        keySize: 4,
        value: { k: "int", size: 8, signed: false },
        valueSize: 8,
        maxEntries: 1,
        print: true,
      },
    ],
    tracepointFields: [
      { section: openat, insn, category: "syscalls", event, field, offset: 8, size: 8, place: place(2) },
    ],
  });
}

function make(name: string, source: string, content: Manifest, define: string): string {
  const path = join(objects, `${name}.o`);
  copyFileSync(makeObject(source, content, [define]), path);
  return path;
}

/** Only these programs of kernel.bpf.c, the first of them with another target. */
function only(names: readonly string[], attach: Attach, missing: "error" | "warn" = "error"): Manifest {
  const all = kernelManifest(true, missing);
  return {
    ...all,
    programs: all.programs.map((program) => {
      if (!names.includes(program.name)) return { ...program, attach: [] };
      return program.name === names[0] ? { ...program, attach: [attach] } : program;
    }),
  };
}

const script = `
cd /t
(while :; do dd if=/proc/version of=/tmp/copy; done) 2>/dev/null >&2 &
busy=$!
for name in kernel all switch warn; do ./loader run $name.o -o /out/$name; echo "$name $?"; done
./loader run field.o -o /out/field & run=$!; sleep 3; kill -INT $run; wait $run; echo "field $?"
for name in nofield noevent nofunction nomatch nofentry; do ./loader run $name.o >&2; echo "$name $?"; done
kill $busy
cat /sys/kernel/tracing/kprobe_events /sys/kernel/tracing/uprobe_events | wc -l
`;

describe.skipIf(whyNot() !== undefined || !available("guests", whyNoGuest())).each(guestKernels())(
  "the loader under Linux %s",
  (kernel) => {
    const out = join(folder, `out-${kernel}`);
    let result = { stdout: "", stderr: "", status: 0 };
    const stream = (name: string) => records(read(join(out, name)));
    const hits = (name: string) => {
      const map = of(stream(name), "map").find((record) => record.name === "@hits");
      return new Map(
        ((map?.entries ?? []) as { key: number; value: number }[]).map((entry) => [entry.key, Number(entry.value)]),
      );
    };

    beforeAll(() => {
      mkdirSync(objects, { recursive: true });
      const insn = loadOfFlags(
        make("field", "refused.bpf.c", tracepoint("flags", "sys_enter_openat", 0), "-DTRACEPOINT"),
      );
      make("field", "refused.bpf.c", tracepoint("flags", "sys_enter_openat", insn), "-DTRACEPOINT");
      make("nofield", "refused.bpf.c", tracepoint("nosuch", "sys_enter_openat", insn), "-DTRACEPOINT");
      make("noevent", "refused.bpf.c", tracepoint("flags", "sys_enter_nosuch", insn), "-DTRACEPOINT");
      const guest = (name: string, content: Manifest) => make(name, "kernel.bpf.c", content, "-DFENTRY");
      guest("kernel", kernelManifest(true, "error"));
      guest("all", only(["k_many", "kr_many", "interval_exit"], { kind: "kprobe", function: "vfs_*" }));
      guest("switch", only(["k_one", "interval_exit"], { kind: "kprobe", function: "finish_task_switch*" }));
      guest("warn", only(["k_one", "interval_exit"], { kind: "kprobe", function: "nosuch_function" }, "warn"));
      guest("nofunction", only(["k_one"], { kind: "kprobe", function: "nosuch_function" }));
      guest("nomatch", only(["k_one"], { kind: "kprobe", function: "nosuch_*" }));
      guest("nofentry", only(["fentry_one"], { kind: "fentry", function: "nosuch_function" }));
      copyFileSync(loader, join(objects, "loader"));
      result = runInGuest({ kernel, directories: { "/t": objects }, out, command: script });
    });

    test("each run ends with its status, and no probe is left behind", () => {
      expect(result.stdout.split("\n")).toEqual([
        ...["kernel 0", "all 0", "switch 0", "warn 0", "field 0"],
        ...["nofield 1", "noevent 1", "nofunction 1", "nomatch 1", "nofentry 1", "0", ""],
      ]);
    });

    test("every kind of probe fires", () => {
      const counts = hits("kernel");
      for (let probe = 1; probe <= 12; probe++) expect([probe, counts.get(probe) ?? 0]).not.toEqual([probe, 0]);
      expect(counts.get(12)).toBe(1);
      // 2 s at 99 Hz on one processor; emulation may stretch it
      expect(counts.get(8)).toBeGreaterThan(50);
    });

    test("kernel stacks have the kernel's names", () => {
      const map = of(stream("kernel"), "map").find((record) => record.name === "@stacks");
      const keys = ((map?.entries ?? []) as { key: [{ symbol?: string }[], string] }[]).map((entry) => entry.key);
      expect(
        keys.some(([stack, symbol]) => symbol === "vfs_read" && stack.some((frame) => frame.symbol === "ksys_read")),
      ).toBe(true);
    });

    test("a pattern attaches to each function that matches, and its hits add up (L3.24)", () => {
      const probes = of(stream("all"), "attached")[0]?.probes as string[];
      for (const name of ["vfs_read", "vfs_write", "vfs_open"]) expect(probes).toContain(`kprobe:${name}`);
      expect(probes.filter((probe) => probe.startsWith("kprobe:")).length).toBeGreaterThan(40);
      expect(hits("all").get(3)).toBeGreaterThan(hits("all").get(4) ?? 0);
      expect(((of(stream("switch"), "attached")[0]?.probes ?? []) as string[])[0]).toMatch(
        /^kprobe:finish_task_switch(\.isra\.0)?$/,
      );
      expect(hits("switch").get(1)).toBeGreaterThan(0);
    });

    test("a tracepoint's field is read where this kernel has it", () => {
      const [map] = of(stream("field"), "map") as unknown as { entries: { value: number }[] }[];
      // O_RDONLY, or dd's O_WRONLY | O_CREAT | O_TRUNC; the number of openat(2), 257, stands at the stale offset
      expect([0, 577]).toContain(map?.entries[0]?.value);
    });

    test("what the kernel lacks is named, and left out where the script says so", () => {
      for (const text of [
        "on this kernel, tracepoint syscalls:sys_enter_openat has no field 'nosuch'",
        "tracepoint:syscalls:sys_enter_nosuch: this kernel has no such tracepoint",
        "kprobe:nosuch_function: this kernel has no such function",
        "no matches for kprobe:nosuch_*",
        "fentry:nosuch_function: this kernel has no such function",
      ])
        expect(result.stderr).toContain(`ERROR: ${text}`);
      expect(of(stream("warn"), "notice")[0]?.text).toContain("kprobe:nosuch_function");
      expect(of(stream("warn"), "attached")[0]?.probes).toEqual(["interval:s:2"]);
    });
  },
);
