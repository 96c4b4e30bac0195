/**
 * Events that are played together give, byte for byte, the stream that they give one by one: programs of every sort on
 * events of every sort, and each way in which a batch can be cut.
 */
import { describe, expect, test } from "vitest";
import {
  compile,
  defaultOptions,
  EventError,
  encodeMessage,
  generateEvents,
  type SimulatedEvent,
  type StreamItem,
  simulate,
} from "../../compiler/index.ts";
import type { SimulateOptions } from "../../compiler/simulator/options.ts";
import { createRandom } from "../../compiler/simulator/random.ts";
import { createRun } from "../../compiler/simulator/run.ts";
import { defaultSnapshot } from "../runner/kernels.ts";

const snapshot = defaultSnapshot("6.12");

function objectOf(program: string): Uint8Array {
  const { object, diagnostics } = compile(program, { ...defaultOptions(snapshot), unsafe: true });
  if (object === undefined) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  return object;
}

const COMMS = ["nginx", "postgres", "fifteen-letters", "", "ü"];

/** Reads, writes, switches and samples of a few dozen threads: some bring stacks, registers, memory, times to return. */
function* busy(count: number, seed = 7): Generator<SimulatedEvent> {
  const random = createRandom(seed);
  const stacks = [["vfs_read", "ksys_read+0x10", "do_syscall_64+5"], ["ksys_write+1"], []];
  let at = 0;
  for (let n = 0; n < count; n++) {
    at += random.integer(0, 400_000);
    const tid = random.integer(0, 40);
    const who = { at, cpu: random.integer(0, 3), pid: tid < 30 ? tid : 30, tid, comm: COMMS[tid % 5] ?? "" };
    const often = random.integer(0, 19);
    const size = random.weighted([5, 1, 1]) === 0 ? random.integer(0, 70_000) : -random.integer(0, 5);
    if (often < 8) yield { probe: "kprobe:vfs_read", ...who, args: { count: size } };
    else if (often === 8)
      yield { probe: "kprobe:vfs_read", ...who, args: { buf: "0x7f0000001000", count: 2 ** 40 + n } };
    else if (often === 9) yield { probe: "kprobe:vfs_read", ...who, args: { count: size }, took: 50_000, retval: size };
    else if (often === 10) yield { probe: "kretprobe:vfs_read", ...who, retval: size };
    else if (often === 11) yield { probe: "kretprobe:vfs_read", ...who, retval: 1, kstack: stacks[n % 3] ?? [] };
    else if (often === 12) yield { probe: "kprobe:vfs_read", ...who, kstack: stacks[n % 3] ?? [], ustack: ["main+4"] };
    else if (often === 13) yield { probe: "kprobe:vfs_write", ...who, uid: 1000 + (n % 2), cgroup: 5 + (n % 3) };
    else if (often === 14) yield { probe: "kprobe:vfs_write", ...who, args: { count: 3 }, registers: { r12: n } };
    else if (often === 15)
      yield { probe: "tracepoint:sched:sched_wakeup", ...who, args: { comm: "x", pid: n % 9, prio: 3 } };
    else if (often === 16) yield { probe: "tracepoint:raw_syscalls:sys_enter", ...who, args: { id: n % 7 } };
    else if (often === 17)
      yield { probe: "tracepoint:syscalls:sys_enter_openat", ...who, args: { filename: `/etc/${n % 5}` } };
    else if (often === 18) yield { probe: "running", ...who, kstack: stacks[n % 3] ?? [] };
    else yield { probe: "uprobe:/usr/bin/app:work", ...who, ppid: 2, args: { arg0: n, arg1: 2n ** 63n } };
  }
}

async function stream(object: Uint8Array, options: Omit<SimulateOptions, "snapshot">): Promise<readonly StreamItem[]> {
  const items: StreamItem[] = [];
  for await (const item of simulate(object, { snapshot, ...options })) items.push(item);
  return items;
}

/** Both streams; they are the same, and not empty. */
async function compare(program: string, make: () => Iterable<SimulatedEvent>, more: Partial<SimulateOptions> = {}) {
  const object = objectOf(program);
  const together = await stream(object, { events: make(), ...more });
  const alone = await stream(object, { events: make(), ...more, oneByOne: true });
  expect(together).toEqual(alone);
  expect(Buffer.from(encodeMessage(together)).equals(Buffer.from(encodeMessage(alone)))).toBe(true);
  expect(together.at(-1)?.record.type).toBe("end");
  return together;
}

const PROGRAMS: Readonly<Record<string, string>> = {
  histogram: "kprobe:vfs_read { @ = hist(arg2); @l = lhist(arg2, 0, 70000, 5000); }",
  "by probe": "kprobe:vfs_read, kprobe:vfs_write, kretprobe:vfs_read { @[probe] = count(); }",
  "by name, process and processor": "kprobe:vfs_read { @[comm] = count(); @p[pid, tid, cpu] = sum(arg2); }",
  "users and groups": "kprobe:vfs_write { @[uid, gid, cgroup] = count(); }",
  prints: 'kprobe:vfs_read /arg2 > 60000/ { printf("%d %s %d %lld\\n", tid, comm, cpu, nsecs); }',
  "prints that take more than bytes":
    'kprobe:vfs_read /arg2 > 60000/ { printf("%s %s\\n", ksym(reg("ip")), username); }',
  "prints of values and times": 'kprobe:vfs_write { print((pid, arg2, "text")); time("%H:%M:%S "); }',
  latency:
    "kprobe:vfs_read { @start[tid] = nsecs; } kretprobe:vfs_read /@start[tid]/ { @us = hist((nsecs - @start[tid]) / 1000); delete(@start[tid]); }",
  "results and callers": 'kretprobe:vfs_read { @[retval] = count(); @ip[reg("ip")] = count(); }',
  "types of the kernel": "fentry:vfs_read { @ = sum(args.count); } fexit:vfs_read { @r = stats(retval); }",
  "several programs at a place":
    "kprobe:vfs_read { @a = count(); @x = arg2; } kprobe:vfs_read { @b[@x] = count(); } fentry:vfs_read { @c = max(args.count); }",
  stacks: "kprobe:vfs_read { @[kstack, ustack(2)] = count(); } kretprobe:vfs_read { @r[kstack] = count(); }",
  "the current task": "kprobe:vfs_read { @[curtask->pid, curtask->comm, curtask->real_parent->pid] = count(); }",
  "fields of tracepoints":
    "tracepoint:raw_syscalls:sys_enter { @[args.id] = count(); } tracepoint:sched:sched_wakeup { @p = lhist(args.pid, 0, 9, 1); @[args.prio] = count(); } tracepoint:syscalls:sys_enter_openat { @f[str(args.filename)] = count(); }",
  "user code": "uprobe:/usr/bin/app:work { @[arg0 % 4] = max(arg1); @u[ustack] = count(); }",
  registers: 'kprobe:vfs_write { @[reg("r12"), reg("sp")] = count(); }',
  "random numbers": "kprobe:vfs_read { @ = lhist(rand % 100, 0, 100, 10); @n = avg(rand % 7); }",
  "timers between":
    "kprobe:vfs_read { @[comm] = count(); } interval:ms:100 { print(@); clear(@); } profile:hz:49 { @s[kstack, tid] = count(); }",
  "maps that are shown at once":
    'kprobe:vfs_read { @ = count(); } kprobe:vfs_write { print(@); zero(@); printf("%d\\n", arg2); }',
  "maps that overflow": "config = { max_map_keys = 16 } kprobe:vfs_read { @[arg2] = count(); @t[tid] = nsecs; }",
  "an event that ends it":
    'kprobe:vfs_read { @ = count(); if (arg2 > 69900) { printf("%d\\n", arg2); exit(3); } } end { printf("bye\\n"); }',
  "a return that ends it": "kretprobe:vfs_read /retval == 33/ { exit(); } kprobe:vfs_read { @ = count(); }",
  "a loop without an end":
    "kprobe:vfs_read { @ = count(); if (arg2 == 65000) { $i = 0; while ($i >= 0) { $i++; @n = $i; } } }",
};

describe("events that are played together, and the same one by one", () => {
  for (const [name, program] of Object.entries(PROGRAMS))
    test(name, async () => {
      await compare(program, () => busy(5000), { budget: 100_000 });
    });

  test("one process only, where a probe can be of one", async () => {
    const program =
      "uprobe:/usr/bin/app:work { @ = count(); } kprobe:vfs_read { @k = count(); } profile:hz:99 { @p[pid] = count(); }";
    await compare(program, () => busy(6000), { pid: 30 });
  });

  test("other prints than there may be", async () => {
    const program = 'kprobe:vfs_read { @ = count(); printf("%d\\n", arg2); printf("again\\n"); }';
    for (const maxRecords of [1, 2, 999, 1000]) {
      const items = await compare(program, () => busy(3000), { maxRecords });
      expect(items.filter(({ record }) => record.type === "printf").length).toBeGreaterThan(maxRecords - 1);
      expect(items.some(({ record }) => record.type === "detached" && record.reason === "budget")).toBe(true);
    }
  });

  test("a buffer that one event fills is empty for the next", async () => {
    const program =
      'config = { perf_rb_pages = 1 } kprobe:vfs_read { $i = 0; while ($i < arg2 % 300) { printf("%s %d\\n", "0123456789012345678901234567890123456789", $i); $i++; } }';
    const items = await compare(program, () => busy(300));
    expect(items.some(({ record }) => record.type === "lost")).toBe(true);
  });

  test("more scenes and stacks than the machine keeps", async () => {
    function* crowd(): Generator<SimulatedEvent> {
      for (let n = 0; n < 9000; n++)
        yield { probe: "kprobe:vfs_read", at: n, pid: 1 + n, comm: `c${n}`, kstack: [`f${n}`, ...Array(40).fill("x")] };
    }
    await compare("kprobe:vfs_read { @[pid, kstack(2)] = count(); } end { print(@, 3); clear(@); }", crowd);
  });

  test("more places than the machine keeps", async () => {
    const program = "kprobe:tcp_* { @[probe] = count(); }";
    const generated = () => generateEvents(objectOf(program), { snapshot, duration: 3e8, rate: 2 });
    await compare(program, generated);
  });

  test("what the generator makes, for programs of the collection", async () => {
    for (const program of [
      "kprobe:tcp_sendmsg { @ = hist(arg2); } kretprobe:tcp_sendmsg /retval < 0/ { @e[retval] = count(); }",
      'tracepoint:sched:sched_switch { @[args.next_comm] = count(); } tracepoint:syscalls:sys_exit_read /args.ret > 9000/ { printf("%s %d\\n", comm, args.ret); }',
      "software:page-faults:100 { @[comm] = count(); } profile:hz:199 { @p[cpu] = count(); }",
    ]) {
      const object = objectOf(program);
      await compare(program, () => generateEvents(object, { snapshot, duration: 2e9, rate: 2 }));
    }
  });

  test("an event that cannot happen: what came before it is yielded, unless the run has ended by then", async () => {
    const bad = { probe: "kprobe:vfs_read", args: { nothing: 1 }, line: 77 };
    const ends = objectOf('kprobe:vfs_read { printf("%d\\n", arg2); } kprobe:vfs_write { exit(); }');
    const read = { probe: "kprobe:vfs_read", args: { count: 5 } };
    const items: StreamItem[] = [];
    const failing = async (): Promise<void> => {
      for await (const item of simulate(ends, { snapshot, events: [read, read, bad, read] })) items.push(item);
    };
    await expect(failing()).rejects.toBeInstanceOf(EventError);
    expect(items.filter(({ record }) => record.type === "printf")).toHaveLength(2);
    const fine = await stream(ends, { events: [read, { probe: "kprobe:vfs_write" }, bad] });
    expect(fine.at(-1)?.record).toMatchObject({ type: "end", status: 0 });
  });
});

test("events wait for each other: what they print comes when they are settled", async () => {
  const run = await createRun(objectOf('kprobe:vfs_read { printf("%d\\n", arg2); }'), { snapshot });
  run.start();
  const before = run.items.length;
  for (let n = 0; n < 100; n++) run.happen({ probe: "kprobe:vfs_read", at: n, pid: 1, args: { count: n } });
  expect(run.items).toHaveLength(before);
  expect(run.settle()).toBe(true);
  expect(run.items.slice(before).map(({ time }) => time.nanoseconds)).toEqual(Array.from({ length: 100 }, (_, n) => n));
});

test("how many events have happened, where the run ends within a batch", async () => {
  const run = await createRun(objectOf("kprobe:vfs_read /arg2 == 41/ { exit(); }"), { snapshot });
  run.start();
  for (let n = 0; n < 100; n++) run.happen({ probe: "kprobe:vfs_read", at: n, pid: 1, args: { count: n } });
  expect(run.settle()).toBe(false);
  expect(run.happened()).toBe(42);
  expect(run.now()).toBe(41);
});
