/** Listing probes of the default 6.12 snapshot (L8.12–L8.15, L8.73, L8.74); the text is bpftrace's. */

import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { findProbes, listProbes, openSnapshot, packFiles } from "../../compiler/snapshot/index.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { smallKernel } from "./small-kernel.ts";

const snapshot = defaultSnapshot("6.12");
const lines = (pattern: string | undefined): readonly string[] => listProbes(snapshot, pattern).trimEnd().split("\n");

describe("names", () => {
  test.each([
    ["k:vfs_rea*", "kprobe:vfs_read\nkprobe:vfs_readlink\nkprobe:vfs_readv\n"],
    ["kr:vfs_read", "kretprobe:vfs_read\n"],
    ["kprobe:vmlinux:vfs_read", "kprobe:vmlinux:vfs_read\n"],
    ["kfunc:vfs_read", "fentry:vmlinux:vfs_read\n"],
    ["fexit:vmlinux:vfs_read", "fexit:vmlinux:vfs_read\n"],
    ["t:timer:hrtimer_start", "tracepoint:timer:hrtimer_start\n"],
    ["rt:sched_switch", "rawtracepoint:vmlinux:sched_switch\n"],
    ["iter:task", "iter:task\n"],
    ["s:cpu*", "software:cpu-clock:\nsoftware:cpu-migrations:\nsoftware:cpu:\n"],
    ["h:cache*", "hardware:cache-misses:\nhardware:cache-references:\n"],
    ["interval:*", "interval:hz:\ninterval:ms:\ninterval:s:\ninterval:us:\n"],
    ["profile", "profile:hz:\nprofile:ms:\nprofile:s:\nprofile:us:\n"],
    ["self:*", "self:signal:SIGUSR1\n"],
    ["BEGIN,end", "begin\nend\n"],
    ["k:vfs_read,k:vfs_rea*", "kprobe:vfs_read\nkprobe:vfs_readlink\nkprobe:vfs_readv\n"],
    ["kprobe:zz_nope", ""],
    ["nope:*", ""],
    [
      "struct list_lru*",
      "struct list_lru\nstruct list_lru_memcg\nstruct list_lru_memcg_table\nstruct list_lru_node\nstruct list_lru_one\n",
    ],
  ])("%s", (pattern, text) => {
    expect(listProbes(snapshot, pattern)).toBe(text);
  });

  test("a pattern without a provider is looked for in all of them", () => {
    const found = lines("*nanosleep*");
    expect(found).toEqual(
      expect.arrayContaining([
        "kprobe:hrtimer_nanosleep",
        "fentry:vmlinux:hrtimer_nanosleep",
        "tracepoint:syscalls:sys_enter_nanosleep",
      ]),
    );
    expect(found.filter((line) => !line.includes("nanosleep"))).toEqual([]);
  });

  test("no pattern: everything, in the order of providers", () => {
    const all = lines(undefined);
    expect([...new Set(all.map((line) => line.split(":")[0]))]).toEqual([
      "fentry",
      "hardware",
      "iter",
      "kprobe",
      "rawtracepoint",
      "software",
      "tracepoint",
    ]);
    expect(all.length).toBeGreaterThan(70_000);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("arguments", () => {
  test.each([
    [
      "t:timer:hrtimer_start",
      "tracepoint:timer:hrtimer_start\n    void * hrtimer\n    void * function\n    s64 expires\n    s64 softexpires\n    enum hrtimer_mode mode\n    bool was_armed\n",
    ],
    [
      "tracepoint:syscalls:sys_enter_nanosleep",
      "tracepoint:syscalls:sys_enter_nanosleep\n    int __syscall_nr\n    struct __kernel_timespec * rqtp\n    struct __kernel_timespec * rmtp\n",
    ],
    [
      "fentry:tcp_sendmsg",
      "fentry:vmlinux:tcp_sendmsg\n    struct sock * sk\n    struct msghdr * msg\n    size_t size\n",
    ],
    ["fexit:vfs_rename", "fexit:vmlinux:vfs_rename\n    struct renamedata * rd\n    int retval\n"],
    ["k:vfs_read", "kprobe:vfs_read\n    struct file * arg0\n    char * arg1\n    size_t arg2\n    loff_t * arg3\n"],
    ["kr:vfs_read", "kretprobe:vfs_read\n    ssize_t retval\n"],
    ["rt:sched_cpu_capacity_tp", "rawtracepoint:vmlinux:sched_cpu_capacity_tp\n    struct rq * rq\n"],
    ["iter:bpf_map_elem", "iter:bpf_map_elem\n    struct bpf_map * map\n    void * key\n    void * value\n"],
    ["struct list_head", "vmlinux: struct list_head {\n\tstruct list_head *next;\n\tstruct list_head *prev;\n};\n\n"],
    ["union sigval", "vmlinux: union sigval {\n\tint sival_int;\n\tvoid *sival_ptr;\n};\n\n"],
    [
      "enum hrtimer_restart",
      "vmlinux: enum hrtimer_restart {\n\tHRTIMER_NORESTART = 0,\n\tHRTIMER_RESTART = 1,\n};\n\n",
    ],
    ["struct no_such_struct", ""],
  ])("%s", (pattern, text) => {
    expect(listProbes(snapshot, pattern, { verbose: true })).toBe(text);
  });

  test("arrays and texts elsewhere in the record", () => {
    expect(findProbes(snapshot, "t:sched:sched_switch", { verbose: true })[0]?.args[0]).toBe("char prev_comm[16]");
    expect(findProbes(snapshot, "t:sched:sched_process_exec", { verbose: true })[0]?.args[0]).toBe(
      "__data_loc char[] filename",
    );
  });
});

test("functions, types and definitions of a module", () => {
  const files = new Map(smallKernel().map((file) => [file.path, file.bytes]));
  const small = openSnapshot(packFiles(files, { deflate: (bytes) => deflateRawSync(bytes) }));
  expect(listProbes(small, "f:blob:*", { verbose: true })).toBe(
    "fentry:blob:module_start\n    struct module_data * data\n",
  );
  expect(listProbes(small, "k:untyped:*")).toBe("kprobe:untyped:plain\n");
  expect(listProbes(small, "struct module_data", { verbose: true })).toBe(
    "blob: struct module_data {\n\tstruct task_struct first;\n};\n\n",
  );
  // Its caller is unknown, and the typedef has no names of parameters.
  expect(listProbes(small, "rt:wakeup", { verbose: true })).toBe(
    "rawtracepoint:vmlinux:wakeup\n    const struct task_struct * arg0\n",
  );
});
