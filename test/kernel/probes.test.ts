/**
 * Probe kinds that need a kernel of their own, on known loads: one boot per kernel runs every program below, each
 * compiled here against the 6.12 snapshot.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  compile,
  createStreamDecoder,
  createTextRenderer,
  defaultOptions,
  renderDiagnostics,
} from "../../compiler/index.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { available, LOADER, ROOT, whyNoKernel } from "../runner/machine.ts";
import { guestKernels, runInGuest, whyNoGuest } from "./guest.ts";

type Program = {
  readonly name: string;
  readonly text: string;
  /** Shell words that make the load, once everything is attached; default: /call, which sleeps once and calls work() five times. */
  readonly load?: string;
  /** More words for the loader. */
  readonly words?: string;
  readonly pidFilter?: boolean;
  readonly unsafe?: boolean;
  readonly status?: number;
  /** What the run printed, without the two empty lines of its end. */
  readonly expected: RegExp | string;
  /** Asks which of its attach points fired, as programs can since Linux 5.15. */
  readonly asksForName?: true;
};

/** What kernels without attach cookies say to such an object. */
const TOO_OLD = { status: 3, expected: /ERROR: .*: this kernel lacks the helper bpf_get_attach_cookie\n/ };

const PROGRAMS: readonly Program[] = [
  {
    name: "kprobe and kretprobe (L3.5, L3.6)",
    text: 'k:hrtimer_nanosleep /comm == "call"/ { @k[probe] = count(); } kr:hrtimer_nanosleep /comm == "call"/ { @r[retval] = count(); }',
    expected: "@k[kprobe:hrtimer_nanosleep]: 1\n@r[0]: 1\n",
  },
  {
    name: "wildcards have a key for each function (L3.31, L3.35)",
    asksForName: true,
    text: 'k:hrtimer_nanosl*p, k:__x64_sys_clock_nanosl*p /comm == "call"/ { @[func] = count(); @p[probe] = count(); }',
    expected:
      "@[__x64_sys_clock_nanosleep]: 1\n@[hrtimer_nanosleep]: 1\n@p[kprobe:__x64_sys_clock_nanosleep]: 1\n@p[kprobe:hrtimer_nanosleep]: 1\n",
  },
  {
    name: "the host names what a pattern matches: kernel probes (L3.27, L3.31, L3.33, L4.26)",
    asksForName: true,
    text: 'k:vmlinux:hrtimer_nanosl*p, kr:hrtimer_nano*leep, k:hrtimer_nanosle*, t:syscalls:sys_*_clock_nanosleep /comm == "call"/ { @[probe, probe == "kprobe:hrtimer_nanosleep"] = count(); }',
    expected:
      "@[kprobe:hrtimer_nanosleep, true]: 1\n@[kprobe:vmlinux:hrtimer_nanosleep, false]: 1\n@[kretprobe:hrtimer_nanosleep, false]: 1\n@[tracepoint:syscalls:sys_enter_clock_nanosleep, false]: 1\n@[tracepoint:syscalls:sys_exit_clock_nanosleep, false]: 1\n",
  },
  {
    name: "the host names hundreds of matches (L3.31, L3.33)",
    asksForName: true,
    text: 't:syscalls:sys_enter_*, k:__x64_sys_* /comm == "call" && strcontains(probe, "clock_nanosleep")/ { @[probe] = count(); }',
    expected: "@[kprobe:__x64_sys_clock_nanosleep]: 1\n@[tracepoint:syscalls:sys_enter_clock_nanosleep]: 1\n",
  },
  {
    name: "the host names what a pattern matches: user probes (L3.27, L3.34)",
    asksForName: true,
    text: "u:/ca*:w*rk, ur:/call:wor* { @[probe] = count(); }",
    expected: "@[uprobe:/call:work]: 5\n@[uretprobe:/call:work]: 5\n",
  },
  {
    name: "a long list of exact targets shares a program, and each has its name (L3.27, L3.35)",
    asksForName: true,
    text: 'k:vfs_mknod,k:vfs_unlink,k:vfs_rmdir,k:vfs_mkdir,k:vfs_link,k:vfs_rename,k:vfs_symlink,k:hrtimer_nanosleep,k:do_nanosleep,t:syscalls:sys_enter_clock_nanosleep /comm == "call"/ { @[probe] = count(); }',
    expected:
      "@[kprobe:do_nanosleep]: 1\n@[kprobe:hrtimer_nanosleep]: 1\n@[tracepoint:syscalls:sys_enter_clock_nanosleep]: 1\n",
  },
  {
    name: "raw tracepoints are named with what declares them (L3.27)",
    text: 'rt:sys_ente* /comm == "call" && arg1 == 230/ { @[probe] = count(); }',
    expected: "@[rawtracepoint:vmlinux:sys_enter]: 1\n",
  },
  {
    name: "fentry and fexit have typed arguments (L3.7, L3.8, L3.60)",
    text: 'fentry:hrtimer_nanosleep /comm == "call"/ { @e[args.clockid] = count(); } fexit:hrtimer_nanosleep /comm == "call"/ { @x[retval, args.clockid] = count(); }',
    expected: "@e[0]: 1\n@x[0, 0]: 1\n",
  },
  {
    name: "tracepoints have their fields (L3.10, L3.54)",
    text: 't:syscalls:sys_enter_clock_nanosleep /comm == "call"/ { @in[args.which_clock] = count(); } t:syscalls:sys_exit_clock_nanosleep /comm == "call"/ { @out[args.ret] = count(); } t:raw_syscalls:sys_enter /comm == "call" && args.id == 230/ { @raw = count(); }',
    expected: "@in[0]: 1\n@out[0]: 1\n@raw: 1\n",
  },
  {
    name: "raw tracepoints have names and numbers (L3.11)",
    text: 'rt:sys_enter /comm == "call" && arg1 == 230/ { @n[args.id] = count(); }',
    expected: "@n[230]: 1\n",
  },
  {
    name: "uprobes fire in processes that start later (L3.12, L3.13, L3.43)",
    text: "u:/call:work { @n = count(); @first = min(arg0); } ur:/call:work { @r = min(retval); }",
    expected: "@first: 0\n@n: 5\n@r: 1\n",
  },
  {
    name: "profile and interval fire (L3.17, L3.18)",
    text: "profile:hz:99 { @p = 1; } i:ms:50 { @i = 1; } i:s:100 { @never = 1; }",
    load: "sleep 1",
    expected: "@i: 1\n@p: 1\n",
  },
  {
    name: "software events count (L3.19)",
    text: 's:page-faults:1 /comm == "call"/ { @f = 1; } s:cs:1 { @c = 1; }',
    expected: "@c: 1\n@f: 1\n",
  },
  {
    name: "an event that the machine lacks is named with the reason (L3.20, L3.65, L9.129)",
    text: "hardware:cycles:1000000 { @ = count(); }",
    status: 3,
    expected:
      /^stdin:1:1-\d+: ERROR: Unable to attach probe: hardware:(cpu-)?cycles:1000000\. (No such file|Operation not supp|No such dev)/,
  },
  {
    name: "an iterator walks (L3.23)",
    text: 'iter:task { printf("%d %s\\n", ctx.task.pid, ctx.task.comm); }',
    load: ":",
    expected: /^1 \w+\n2 kthreadd\n/,
  },
  {
    name: "stacks as keys, values and in printf (L7.26, L7.32, L7.64)",
    text: 'k:hrtimer_nanosleep /comm == "call"/ { printf("[%s]\\n", kstack(perf, 1)); @[kstack(2), 1] = count(); @v = kstack(1); }',
    expected:
      /^\[\n\t[0-9a-f]+ hrtimer_nanosleep\+\d+\n\]\n@\[\n {8}hrtimer_nanosleep\+\d+\n {8}\S+\n, 1\]: 1\n@v: \n {8}hrtimer_nanosleep\+\d+\n\n$/,
  },
  {
    name: "-p keeps other processes out (L3.41)",
    text: 't:raw_syscalls:sys_enter { @[comm == "call"] = 1; } begin { @began = 1; }',
    pidFilter: true,
    words: "-p $sleeper",
    load: "/call 3; sleep 6",
    expected: "@[true]: 1\n@began: 1\n",
  },
  {
    name: "what an end probe clears stays empty: all programs are off their probes by then (L3.2)",
    text: `${["vfs_read", "vfs_open", "do_sys_openat2", "__x64_sys_read", "__x64_sys_openat"].map((name) => `k:${name} { @[tid] = 1; }`).join(" ")} end { clear(@); system("usleep 300000"); }`,
    unsafe: true,
    load: "(n=0; while [ $n -lt 2000 ]; do read x </proc/self/comm; n=$((n+1)); done) & usleep 300000",
    expected: "",
  },
  {
    name: "cgroupid() of a path that exists (L11.20)",
    text: 'begin { print(cgroupid("/sys/fs/cgroup") > 0); } k:hrtimer_nanosleep /comm == "call" && cgroup == cgroupid("/sys/fs/cgroup")/ { @ = count(); }',
    expected: "true\n@: 1\n",
  },
];

const lack = whyNoKernel() ?? whyNoGuest();
const can = available("probes in guests", lack);
const scratch = mkdtempSync(join(tmpdir(), "tracelet-probes-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** busybox sh: N.stream, N.err and N.status of each program in /out. */
function script(): string {
  const steps = PROGRAMS.map(({ load, words, pidFilter }, i) => {
    const before = pidFilter === true ? "/call 1 5000000 & sleeper=$!\n" : "";
    return `${before}run ${i} "${words ?? ""}" '${load ?? "/call 5 1000"}'`;
  });
  return `mkdir -p /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null
run() {
  /tracelet-loader run /p/$1.o $2 >/out/$1.stream 2>/out/$1.err & t=$!
  n=0
  while ! grep -q attached /out/$1.stream && kill -0 $t 2>/dev/null && [ $n -lt 600 ]; do usleep 50000; n=$((n+1)); done
  eval "$3" >/dev/null
  usleep 200000
  kill -INT $t 2>/dev/null
  wait $t; echo $? >/out/$1.status
}
${steps.join("\n")}
`;
}

function textOf(out: string, index: number): string {
  const chunks: Buffer[] = [];
  const renderer = createTextRenderer((stream, bytes) => {
    if (stream === "stdout") chunks.push(Buffer.from(bytes));
  });
  const decoder = createStreamDecoder(({ record, time }) => renderer.record(record, time));
  decoder.push(readFileSync(join(out, `${index}.stream`)));
  decoder.end();
  renderer.end();
  return Buffer.concat(chunks).toString("utf8").replace("\n\n\n", "\n").replace(/^\n\n/, "");
}

describe.skipIf(!can).each(guestKernels())("kernel %s", (kernel) => {
  const out = join(scratch, kernel, "out");
  beforeAll(() => {
    const objects = join(scratch, kernel, "p");
    mkdirSync(objects, { recursive: true });
    mkdirSync(out, { recursive: true });
    PROGRAMS.forEach(({ text, pidFilter = false, unsafe = false }, i) => {
      const options = { ...defaultOptions(defaultSnapshot("6.12")), pidFilter, unsafe };
      const result = compile(text, options);
      if (result.object === undefined) throw new Error(renderDiagnostics(result.diagnostics, result.source));
      writeFileSync(join(objects, `${i}.o`), result.object);
    });
    const call = join(scratch, "call");
    execFileSync("gcc", ["-O2", "-static", "-o", call, join(ROOT, "test/workload/call.c")]);
    const run = join(scratch, kernel, "run.sh");
    writeFileSync(run, script());
    const files = { "/tracelet-loader": LOADER, "/call": call, "/run.sh": run };
    runInGuest({ kernel, command: "sh /run.sh", files, directories: { "/p": objects }, out, timeout: 600 });
  }, 900_000);

  const isOld = kernel === "5.10";
  const programs = PROGRAMS.map((program, index) => ({
    ...program,
    ...(isOld && program.asksForName === true ? TOO_OLD : {}),
    index,
  }));
  test.each(programs)("$name", ({ index, expected, status = 0 }) => {
    const errors = readFileSync(join(out, `${index}.err`), "utf8");
    expect(Number(readFileSync(join(out, `${index}.status`), "utf8")), errors).toBe(status);
    const text = status === 0 ? textOf(out, index) : errors;
    if (typeof expected === "string") expect(text).toBe(expected);
    else expect(text).toMatch(expected);
  });
});
