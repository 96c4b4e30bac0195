/**
 * Events files: the committed examples give the committed text (UPDATE=1 rewrites it), whatever is wrong in a file is told
 * with its line, the generator repeats itself, and runs that would not end are stopped at the script's line.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  compile,
  createTextRenderer,
  defaultOptions,
  EventError,
  generateEvents,
  ParameterError,
  type ParsedEvents,
  parseEvents,
  parseWorkload,
  printEvent,
  printProblem,
  type SimulatedEvent,
  SimulatorError,
  simulate,
} from "../../compiler/index.ts";
import type { SimulateOptions } from "../../compiler/simulator/options.ts";
import type { StreamRecord } from "../../compiler/stream/records.ts";
import { defaultSnapshot } from "../runner/kernels.ts";

const snapshot = defaultSnapshot("6.12");
const programs = join(import.meta.dirname, "../programs");
const directory = join(import.meta.dirname, "events");

function objectOf(program: string, more: Partial<Parameters<typeof compile>[1]> = {}): Uint8Array {
  const { object, diagnostics } = compile(program, { ...defaultOptions(snapshot), ...more });
  if (object === undefined) throw new Error(diagnostics.map((d) => d.message).join("\n"));
  return object;
}

type Shown = { readonly stdout: string; readonly stderr: string; readonly records: readonly StreamRecord[] };

async function show(object: Uint8Array, options: Partial<SimulateOptions>): Promise<Shown> {
  const text = { stdout: "", stderr: "" };
  const records: StreamRecord[] = [];
  const renderer = createTextRenderer((stream, bytes) => {
    text[stream] += Buffer.from(bytes).toString("utf8");
  });
  for await (const { record, time } of simulate(object, { snapshot, ...options })) {
    records.push(record);
    renderer.record(record, time);
  }
  renderer.end();
  return { ...text, records };
}

function statusOf({ records }: Shown): number {
  const end = records.at(-1);
  return end?.type === "end" ? end.status : -1;
}

function parsed(name: string): ParsedEvents {
  return parseEvents(readFileSync(join(directory, name), "utf8"), name, snapshot);
}

const EXAMPLES: readonly (readonly [program: string, events: string])[] = [
  ["01-size-hist", "tcp-sends"],
  ["02-retval-errors", "tcp-sends"],
  ["03-large-sends", "tcp-sends"],
  ["04-size-by-process", "tcp-sends"],
  ["05-return-counts", "tcp-sends"],
  ["06-size-stats", "tcp-sends"],
  ["07-send-stacks", "tcp-sends"],
  ["07b-send-stacks-3", "tcp-sends"],
  ["08-send-latency", "tcp-sends"],
  ["09-timer-functions", "timers"],
  ["10-profile-kernel", "busy-cpus"],
  ["11-tcp-sends", "tcp-sends"],
  ["12-off-cpu", "off-cpu"],
];

describe("the committed events", () => {
  test("every program of the collection has some", () => {
    const all = readdirSync(programs).filter((file) => file.endsWith(".bt"));
    expect(EXAMPLES.map(([program]) => `${program}.bt`)).toEqual(all.sort());
  });
  test.each(EXAMPLES)("%s on %s", async (program, events) => {
    const { events: list, setup, problems } = parsed(`${events}.jsonl`);
    expect(problems).toEqual([]);
    const object = objectOf(readFileSync(join(programs, `${program}.bt`), "utf8"));
    const { stdout } = await show(object, { events: list, setup });
    const path = join(directory, `${program}.txt`);
    if (process.env.UPDATE === "1" || !existsSync(path)) writeFileSync(path, stdout);
    expect(stdout).toBe(readFileSync(path, "utf8"));
    expect(stdout.length).toBeGreaterThan(10);
  });
  test("a shell's system calls, written by hand", async () => {
    const { events, setup, problems } = parsed("syscalls.jsonl");
    expect(problems).toEqual([]);
    const object = objectOf(`
      t:syscalls:sys_enter_execve { printf("%s -> ", comm); join(args.argv); }
      t:syscalls:sys_enter_openat { printf("%s opens %s (%d)\\n", comm, str(args.filename), args.dfd); }
      f:vfs_read {
        printf("%s reads %s as %s, child of %d%s%s", comm, str(args.file.f_path.dentry.d_name.name), username,
          curtask.real_parent.pid, kstack(2), ustack);
        @ns[tid] = nsecs;
      }
      fr:vfs_read { printf("%d after %d ns on %d\\n", retval, nsecs - @ns[tid], cpu); delete(@ns, tid); }`);
    const { stdout } = await show(object, { events, setup });
    expect(stdout).toBe(`bash -> cat /etc/hostname
cat opens /etc/hostname (-100)
cat reads hostname as ada, child of 400
        vfs_read+0
        ksys_read+107

        read+17
        main+752
7 after 3000 ns on 0
cat reads hostname as ada, child of 400
        vfs_read+0

0 after 1000 ns on 1


`);
  });
});

describe("events files that are wrong", () => {
  const wrong: readonly (readonly [line: string, message: RegExp])[] = [
    ['{"probe":"kprobe:tcp_sendmsg"', /^x:2:30: ERROR: this line is no JSON: the line ends before '}'/],
    ['{"probe":"kprobe:tcp_sendmsg" "cpu":1}', /^x:2:31: ERROR: this line is no JSON: ',' or '}' is missing/],
    ["[1]", /^x:2: ERROR: an event is a map/],
    ["{}", /names no probe/],
    ['{"probe":"kprobe:tcp_sendmg"}', /has no such function\nHINT: did you mean tcp_sendmsg/],
    ['{"probe":"tracepoint:sched:sched_swtch"}', /no such tracepoint\nHINT: did you mean sched:sched_switch/],
    ['{"probe":"nonsense:f"}', /'nonsense' is no kind of probe/],
    ['{"probe":"kprobe:tcp_*"}', /does not say what happens\nHINT: write kprobe:/],
    ['{"probe":"begin"}', /the simulator runs such programs itself/],
    ['{"probe":"kprobe:tcp_sendmsg","arg":{}}', /an event has no 'arg'\nHINT: did you mean 'args'/],
    ['{"probe":"kprobe:tcp_sendmsg","at":"soon"}', /at: nanoseconds since the start/],
    ['{"probe":"kprobe:tcp_sendmsg","pid":-1}', /pid: a number that is not negative/],
    ['{"probe":"kprobe:tcp_sendmsg","args":{"siz":1}}', /has no argument 'siz'\nHINT: its arguments are sk, msg, size/],
    ['{"probe":"kprobe:tcp_sendmsg","args":{"size":"big"}}', /size: 'big' is no value of/],
    ['{"probe":"kprobe:tcp_sendmsg","args":{"sk":{"foo":1}}}', /struct sock has no field 'foo'/],
    ['{"probe":"kprobe:tcp_sendmsg","args":{"sk":"@none"},"kstack":["a b c d"]}', /is no frame of a stack/],
    ['{"probe":"kprobe:tcp_sendmsg","args":[1,2,3,4]}', /has 3 arguments, not 4/],
    ['{"probe":"tracepoint:sched:sched_switch","args":{"prev_comm":"much too long a name"}}', /20 bytes for 16/],
    ['{"probe":"kprobe:tcp_sendmsg","registers":{"eax":1}}', /there is no register 'eax'/],
    ['{"probe":"kprobe:tcp_sendmsg","context":"xyz"}', /no text of hexadecimal digits/],
    ['{"probe":"kprobe:tcp_sendmsg","memory":[{"address":"x","bytes":"00"}]}', /memory: 'x' is no address/],
    ['{"setup":{"cpu":1}}', /setup has no 'cpu'\nHINT: known are/],
    ['{"setup":{"cpus":9999}}', /cpus is 9999, which must be 1 to 256/],
  ];
  test.each(wrong)("%s", (line, message) => {
    const good = '{"probe":"kprobe:tcp_sendmsg","args":{"size":1}}';
    const { events, problems } = parseEvents(`${good}\n${line}\n${good}\n`, "x", snapshot);
    expect(problems.map(printProblem).join("")).toMatch(message);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.line).toBe(2);
    expect(events).toHaveLength(2);
  });
  test("a file of rubbish ends with a word, not with thousands", () => {
    const { problems } = parseEvents("{\n".repeat(10_000), "x", snapshot);
    expect(problems.length).toBeLessThan(60);
    expect(problems.at(-1)?.message).toBe("too much is wrong");
  });
  test("an event that cannot happen ends the run with its line", async () => {
    const events: readonly SimulatedEvent[] = [{ probe: "kprobe:tcp_sendmsg", cpu: 77, line: 9 }];
    await expect(show(objectOf("k:tcp_sendmsg { @ = count(); }"), { events })).rejects.toThrow(EventError);
    await expect(show(objectOf("k:tcp_sendmsg { @ = count(); }"), { events })).rejects.toMatchObject({ line: 9 });
  });
});

describe("values", () => {
  const print = async (program: string, event: object): Promise<string> => {
    const { events, problems } = parseEvents(JSON.stringify(event), "x", snapshot);
    expect(problems).toEqual([]);
    return (await show(objectOf(program), { events })).stdout.trimEnd();
  };
  test("integers beyond 2^53 are exact", async () => {
    const line = '{"probe":"kprobe:tcp_sendmsg","args":{"arg2":9223372036854775809}}';
    const { events } = parseEvents(line, "x", snapshot);
    const { stdout } = await show(objectOf('k:tcp_sendmsg { printf("%lu\\n", arg2); }'), { events });
    expect(stdout.trim()).toBe("9223372036854775809");
    expect(printEvent(events[0] ?? { probe: "" })).toContain("9223372036854775809");
  });
  test("network order, addresses and enumerators", async () => {
    const program = `f:tcp_sendmsg {
      $c = args.sk.__sk_common;
      printf("%d %s %s %d\\n", $c.skc_family == AF_INET, ntop($c.skc_daddr), ntop(args.sk.__sk_common.skc_v6_daddr.in6_u.u6_addr8), bswap($c.skc_dport));
    }`;
    const sk = {
      __sk_common: { skc_family: "AF_INET", skc_daddr: "10.1.2.3", skc_dport: 443, skc_v6_daddr: "2001:db8::7" },
    };
    expect(await print(program, { probe: "fentry:tcp_sendmsg", args: { sk } })).toBe("1 10.1.2.3 2001:db8::7 443");
  });
  test("an object with a name outlives its event, other memory does not", async () => {
    const program =
      "k:tcp_sendmsg { @sk = arg0; @msg = arg1; } k:tcp_close { print(((struct sock *)@sk)->sk_rcvbuf); print(((struct msghdr *)@msg)->msg_namelen); }";
    const lines = [
      { probe: "kprobe:tcp_sendmsg", args: { sk: { "@": "s", sk_rcvbuf: 7 }, msg: { msg_namelen: 9 } } },
      { probe: "kprobe:tcp_close", args: { sk: "@s" } },
    ];
    const { events } = parseEvents(lines.map((line) => JSON.stringify(line)).join("\n"), "x", snapshot);
    const { stdout } = await show(objectOf(program), { events });
    expect(stdout.split("\n").slice(0, 2)).toEqual(["7", "0"]);
  });
  test("user probes, static probes and registers", async () => {
    expect(
      await print('u:libc:puts { printf("%s %d\\n", str(arg0), arg1); }', {
        probe: "uprobe:/lib/libc.so.6:puts",
        args: ["hello", 3],
      }),
    ).toBe("hello 3");
    expect(
      await print('kr:vfs_read { printf("%d %s\\n", retval, func); }', { probe: "kretprobe:vfs_read", retval: 12 }),
    ).toBe("12 vfs_read");
    expect(
      await print('k:vfs_read { printf("%d\\n", reg("r15")); }', { probe: "kprobe:vfs_read", registers: { r15: 77 } }),
    ).toBe("77");
    expect(
      await print('rt:sched_wakeup { printf("%s\\n", args.p.comm); }', {
        probe: "rawtracepoint:sched_wakeup",
        args: { p: { comm: "woken" } },
      }),
    ).toBe("woken");
    expect(
      await print('iter:task { printf("%s\\n", ctx.task.comm); }', {
        probe: "iter:task",
        args: { task: { comm: "one" } },
      }),
    ).toBe("one");
  });
  test("probe in patterns is what happened (L3.27, L4.26)", async () => {
    const script = `k:tcp_send*, t:syscalls:sys_enter_*, kr:vmlinux:tcp_*msg { @[probe] = count(); }
u:libc:put*, u:/bin/*sh:r* { printf("%s\\n", probe); } usdt:/bin/app:* { for ($i : 0..2) { printf("%s %d\\n", probe, $i); } }
k:tcp_sendmsg { @fixed[probe] = count(); }`;
    const at = (probe: string): SimulatedEvent => ({ probe, pid: 1 });
    const events = [
      "kprobe:tcp_sendmsg",
      "kretprobe:tcp_sendmsg",
      "kprobe:tcp_send_ack",
      "uprobe:/lib/libc.so.6:puts",
      "uprobe:puts",
      "uprobe:/bin/bash:readline",
      "kprobe:tcp_sendmsg",
      "tracepoint:syscalls:sys_enter_read",
      "usdt:/bin/app:prov:one",
      "usdt:/bin/app:two",
      "uprobe:/lib/libc.so.6:putw",
    ].map(at);
    const shown = await show(objectOf(script), { events });
    expect(shown.stdout.replaceAll(/\n+/g, "\n")).toBe(`uprobe:/lib/libc.so.6:puts
uprobe:libc:puts
uprobe:/bin/bash:readline
usdt:/bin/app:prov:one 0
usdt:/bin/app:prov:one 1
usdt:/bin/app:two 0
usdt:/bin/app:two 1
uprobe:/lib/libc.so.6:putw
@[kprobe:tcp_send_ack]: 1
@[kretprobe:vmlinux:tcp_sendmsg]: 1
@[tracepoint:syscalls:sys_enter_read]: 1
@[kprobe:tcp_sendmsg]: 2
@fixed[kprobe:tcp_sendmsg]: 2
`);
  });
  test("a struct passed by value takes as many words as its size needs", async () => {
    const script = 'fentry:ZSTD_compressBegin_usingCDict_internal { printf("%d\\n", args.pledgedSrcSize); }';
    const args = { fParams: { contentSizeFlag: 1, checksumFlag: 2, noDictIDFlag: 3 }, pledgedSrcSize: 4096 };
    expect(await print(script, { probe: "fentry:ZSTD_compressBegin_usingCDict_internal", args })).toBe("4096");
    // The same registers, as a probe by registers sees them: the struct in the third and fourth.
    const byRegisters = 'k:ZSTD_compressBegin_usingCDict_internal { printf("%lx %d %d\\n", arg2, arg3, arg4); }';
    expect(await print(byRegisters, { probe: "kprobe:ZSTD_compressBegin_usingCDict_internal", args })).toBe(
      "200000001 3 4096",
    );
    const large = { probe: "kprobe:ZSTD_checkCParams", args: { cParams: { windowLog: 1 } } };
    const { problems } = parseEvents(JSON.stringify(large), "x", snapshot);
    expect(problems[0]?.message).toContain("stands on the stack");
  });
  test("profile probes find what a processor runs", async () => {
    const events: readonly SimulatedEvent[] = [
      { probe: "running", at: 0, cpu: 1, pid: 5, comm: "busy", kstack: ["f", "g"] },
      { probe: "running", at: 950_000_000, cpu: 1 },
    ];
    const { stdout } = await show(objectOf("profile:hz:10 { @[cpu, comm] = count(); }"), {
      events,
      until: 1_000_000_000,
      cpus: 2,
    });
    expect(stdout.trim().split("\n")).toEqual(["@[1, swapper/1]: 1", "@[1, busy]: 9", "@[0, swapper/0]: 10"]);
  });
});

describe("the generator", () => {
  test("the same seed gives the same events, another one others; in order of time", () => {
    const object = objectOf("k:tcp_sendmsg, t:syscalls:sys_exit_openat, k:vfs_* { @ = count(); }");
    const text = (seed: number): string =>
      [...generateEvents(object, { snapshot, seed, duration: 5e8 })].map(printEvent).join("\n");
    expect(text(1)).toBe(text(1));
    expect(text(1)).not.toBe(text(2));
    const times = [...generateEvents(object, { snapshot, duration: 5e8 })].map((event) => Number(event.at));
    expect(times.every((at, i) => at >= (times[i - 1] ?? 0))).toBe(true);
    expect(times.length).toBeGreaterThan(200);
  });
  test("what it writes is an events file", () => {
    for (const program of [
      "k:tcp_sendmsg { @ = count(); }",
      "t:sched:*, k:finish_task_switch* { @ = count(); }",
      "p:hz:9 { @ = count(); }",
      "u:libc:malloc, t:syscalls:* { @ = count(); }",
    ]) {
      const lines = [...generateEvents(objectOf(program), { snapshot, duration: 2e8 })].map(printEvent);
      expect(parseEvents(lines.join("\n"), "x", snapshot).problems).toEqual([]);
      expect(lines.length).toBeGreaterThan(5);
    }
  });
  test("a workload says what happens", () => {
    const { workload, problems } = parseWorkload(
      "process one pid 9 uid 4\nkprobe:tcp_sendmsg\n  rate: 1000\n  size: choice(5 1, uniform(10, 12) 3)\n  retval: size\n  took: 20us\n",
      "w",
    );
    expect(problems).toEqual([]);
    const events = [
      ...generateEvents(objectOf("k:tcp_sendmsg { @ = count(); }"), { snapshot, workload, duration: 1e9 }),
    ];
    expect(events.length).toBeGreaterThan(850);
    expect(events.length).toBeLessThan(1150);
    for (const { pid, comm, args, retval, took } of events) {
      expect([pid, comm, took]).toEqual([9, "one", 20_000]);
      expect(args).toEqual({ size: retval });
      expect([5, 10, 11, 12]).toContain(retval);
    }
  });
  test("an argument that the function lacks is told, not left out", async () => {
    const { workload } = parseWorkload("kprobe:tcp_sendmsg\n  siz: 5\n", "w");
    const object = objectOf("k:tcp_sendmsg { @ = count(); }");
    await expect(show(object, { events: generateEvents(object, { snapshot, workload }) })).rejects.toThrow(
      /has no argument 'siz'/,
    );
  });
  test.each([
    ["process", /a process needs a name/],
    ["nonsense:f", /w:1: ERROR: 'nonsense' is no kind of probe/],
    ["process x cpu 3", /'cpu 3' says nothing of a process/],
    ["  a: 1", /a value stands before the first event/],
    ["kprobe:f\n  a 1", /'a 1' is no value/],
    ["kprobe:f\n  a: lognormal(1)", /lognormal: sigma is missing/],
    ["kprobe:f\n  a: gamma(1, 2)", /'gamma' is no distribution/],
    ["kprobe:f\n  a: choice(1 2", /'\)' is missing/],
    ["kprobe:f\n  a: 1 2", /'2' stands behind the value/],
    ["kprobe:f\n  rate: uniform(1, 2)", /rate: a number/],
  ])("a workload that is wrong: %s", (text, message) => {
    const { problems } = parseWorkload(text, "w");
    expect(problems.map(printProblem).join("")).toMatch(message);
  });
});

describe("runs that would not end", () => {
  test("a loop is stopped at its line", async () => {
    const shown = await show(objectOf("begin {\n  $n = 1; while ($n > 0) { $n++; if ($n > 9) { $n = 1; } }\n}"), {
      budget: 10_000,
    });
    expect(shown.stderr).toMatch(/stdin:2:\d+-\d+: ERROR: begin: the program ran \d+ instructions and did not end/);
    expect(statusOf(shown)).toBe(1);
    expect(shown.records.some((record) => record.type === "detached" && record.reason === "budget")).toBe(true);
  });
  test("a flood is stopped at its line", async () => {
    const shown = await show(objectOf('begin { printf("once\\n"); }\ni:us:1 { printf("flood\\n"); }'), {
      maxRecords: 1000,
    });
    expect(shown.stderr).toMatch(/stdin:2:10-27: ERROR: the script printed more than 1000 times/);
    expect(shown.stdout.split("\n").length).toBeLessThan(1100);
    expect(statusOf(shown)).toBe(1);
  });
  test("a map beyond all memory is refused by name", async () => {
    await expect(show(objectOf("let @a = hash(100000000); begin { @a[1] = 1; }"), {})).rejects.toThrow(SimulatorError);
  });
  test("maps beyond what the run may take are refused at the line of the largest", async () => {
    const object = objectOf("let @big = hash(1000000);\nbegin { @small[1] = 1;\n@big[1] = 1; }");
    expect(statusOf(await show(object, {}))).toBe(0);
    await expect(show(object, { mapMemory: 32 << 20 })).rejects.toThrow(
      /^line 3: the maps need more than the simulator's 32 MiB: @big alone \d+ MiB; make it smaller$/,
    );
  });
  test("a signal ends a run in order", async () => {
    const stop = new AbortController();
    stop.abort();
    const shown = await show(objectOf('i:s:1 { @ = count(); } end { printf("bye\\n"); }'), { signal: stop.signal });
    expect(shown.stdout).toContain("bye");
    expect(shown.records.some((record) => record.type === "detached" && record.reason === "signal")).toBe(true);
  });
  test("parameters that do not fit are told", async () => {
    const object = objectOf("begin { print($1); }");
    await expect(show(object, { positional: ["x"] })).rejects.toThrow(ParameterError);
    expect((await show(object, { positional: ["0x10"] })).stdout.trim()).toBe("16");
  });
  test("exit ends a run by the virtual clock", async () => {
    const events: readonly SimulatedEvent[] = Array.from({ length: 100 }, (_, i) => ({
      probe: "kprobe:tcp_sendmsg",
      at: i * 1e9,
    }));
    const shown = await show(objectOf("k:tcp_sendmsg { @ = count(); } i:s:10 { exit(3); }"), { events });
    expect(shown.stdout.trim()).toBe("@: 10");
    expect(statusOf(shown)).toBe(3);
  });
});
