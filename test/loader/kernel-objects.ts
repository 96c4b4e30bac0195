/** The manifest of kernel.bpf.c: key in @hits → which probe. */
import type { Attach, Manifest, ProgramEntry, ValueType } from "../../compiler/5-object/manifest.ts";
import { manifest, place } from "./objects.ts";

const uint64: ValueType = { k: "int", size: 8, signed: false };

const program = (name: string, section: string, probe: string, ...attach: readonly Attach[]): ProgramEntry => ({
  name,
  section,
  probe,
  attach,
  place: place(1),
});

export function kernelManifest(fentry: boolean, missing: Manifest["config"]["missing_probes"]): Manifest {
  const base = manifest({});
  return {
    ...base,
    config: { ...base.config, missing_probes: missing },
    programs: [
      program("k_one", "kprobe/vfs_read", "kprobe:vfs_read", { kind: "kprobe", function: "vfs_read" }),
      program("kr_one", "kretprobe/vfs_read", "kretprobe:vfs_read", { kind: "kretprobe", function: "vfs_read" }),
      program(
        "k_many",
        "kprobe/vfs_many",
        "kprobe:vfs_*",
        { kind: "kprobe", function: "vfs_r*" },
        { kind: "kprobe", function: "vfs_write" },
      ),
      program("kr_many", "kretprobe/vfs_many", "kretprobe:vfs_*", { kind: "kretprobe", function: "vfs_*read*" }),
      program("tp_one", "tracepoint/syscalls/sys_enter_openat", "tracepoint:syscalls:sys_enter_openat", {
        kind: "tracepoint",
        category: "syscalls",
        event: "sys_enter_openat",
      }),
      program("tp_many", "tracepoint/sched/many", "tracepoint:sched:sched_*", {
        kind: "tracepoint",
        category: "sched",
        event: "sched_w*",
      }),
      program("rt_one", "raw_tp/sched_switch", "rawtracepoint:sched_switch", {
        kind: "rawtracepoint",
        event: "sched_switch",
      }),
      program("profile_one", "perf_event/profile", "profile:hz:99", { kind: "profile", hz: 99 }),
      program("software_one", "perf_event/software", "software:page-faults:1", {
        kind: "software",
        event: "page-faults",
        config: 2,
        count: 1,
      }),
      ...(fentry
        ? [
            program("fentry_one", "fentry/vfs_read", "fentry:vfs_read", { kind: "fentry", function: "vfs_read" }),
            program("fexit_one", "fexit/vfs_read", "fexit:vfs_read", { kind: "fexit", function: "vfs_read" }),
          ]
        : []),
      {
        ...program("interval_exit", "perf_event/interval", "interval:s:2", { kind: "interval", ns: 2_000_000_000 }),
        ledger: 0,
      },
    ],
    maps: [
      {
        name: "@hits",
        storage: "percpu_hash",
        symbol: "hits",
        key: uint64,
        keySize: 8,
        value: { k: "count" },
        valueSize: 8,
        maxEntries: 64,
        print: true,
      },
      {
        name: "@stacks",
        storage: "percpu_hash",
        symbol: "stacks",
        key: {
          k: "tuple",
          size: 16,
          fields: [
            { offset: 0, type: { k: "stack", user: false, mode: "bpftrace", limit: 127, map: "stack_127" } },
            { offset: 8, type: { k: "ksym" } },
          ],
        },
        keySize: 16,
        value: { k: "count" },
        valueSize: 8,
        maxEntries: 1024,
        print: true,
      },
    ],
    events: [{ id: 1, kind: "exit", size: 8, args: [], place: place(3), program: fentry ? 11 : 9 }],
  };
}
