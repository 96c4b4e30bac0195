/** What the checker makes of scripts: types inferred over the whole program, loads, reads, conversions. */
import { describe, expect, it } from "vitest";
import { printType } from "../../compiler/types/print.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { checked, dump, lines, typed } from "./support.ts";

describe("maps", () => {
  it.each([
    [
      "L2.85 read before it is assigned",
      "BEGIN { print(@x + 1); } END { @x = (uint64)1; }",
      "map @x: uint64 global(1)",
    ],
    ["L2.90 integer keys widen", "BEGIN { @x[1] = 1; @x[pid] = 2; @x[300] = 3; }", "map @x[uint32]: int8 hash(4096)"],
    ["L2.90 strings take the larger", 'BEGIN { @x["a"] = 1; @x["abc"] = 2; }', "map @x[string[4]]: int8"],
    ["L1.98 keys are one tuple", "BEGIN { @x[1, 2] = 1; @x[(3, 400)] = 1; }", "map @x[(int8,int16)]: int8"],
    ["L2.92 scalar aggregation", "BEGIN { @x = count(); }", "map @x: count_t percpu_array(1)"],
    ["L2.92 keyed aggregation", "BEGIN { @x[1] = sum(nsecs); }", "map @x[int8]: usum_t percpu_hash(4096)"],
    ["L1.44 declared", "let @x = lruhash(10); BEGIN { @x[1] = 1; }", "lru_hash(10)"],
    ["L1.62 an update makes an integer", "BEGIN { @x++; }", "map @x: int64 global(1)"],
    ["L2.63 enums with integers", "enum E { A, B } BEGIN { @x[A + 1] = 1; @x[A] = 2; }", "map @x[uint64]"],
    ["L2.64 enums alone", "enum E { A, B } BEGIN { @x[A] = 2; }", "map @x[enum E]"],
  ])("%s", (_row, script, fragment) => {
    expect(dump(script)).toContain(fragment);
  });
});

describe("variables", () => {
  const typeOf = (body: string, name: string): string => {
    const variable = typed(`BEGIN { ${body} }`).probes[0]?.vars.find((one) => one.name === name);
    return variable === undefined ? "" : printType(variable.type);
  };
  it.each([
    ["L2.127 literals widen", "$a = 1; $a = 100000;", "int32"],
    ["L2.5 a literal adapts", "$a = 1; $a = (uint64)2;", "uint64"],
    ["L2.31 strings grow", '$a = "a"; $a = "long";', "string[5]"],
    ["L2.128 tuples element-wise", '$a = (1, "a"); $a = (300, "long");', "(int16,string[5])"],
    ["L2.126 minus is signed", "$a = (uint64)1 - (uint64)2;", "int64"],
    ["L2.6 unsigned stays unsigned", "$a = nsecs + 1;", "uint64"],
    ["L2.7 comparison", "$a = nsecs > 1;", "bool"],
    ["L4.6 the task", "$a = curtask;", "struct task_struct *"],
    ["L4.1 pid", "$a = pid;", "uint32"],
    ["through a loop", "$a = 1; for ($i : 0..3) { $a = nsecs; }", "uint64"],
  ])("%s", (_row, body, expected) => {
    expect(typeOf(body, "a")).toBe(expected);
  });

  it("L1.79 live to the end of their block", () => {
    expect(typed("BEGIN { { let $x = 1; } { let $x = (1, 2); print($x) } }").probes[0]?.vars.length).toBe(2);
  });
});

describe("what probes receive", () => {
  it.each([
    ["L3.46 registers", "k:vfs_read { print(arg2) }", "print(ctx[96:8]: uint64)"],
    ["L3.13 return value", "kr:vfs_read { print(retval) }", "print(ctx[80:8]: uint64)"],
    ["L3.10 tracepoints return 1", "t:sched:sched_switch /args.prev_pid/ { }", "return 1"],
    ["L3.52 pointers of records", "t:timer:hrtimer_start { print(args.function) }", "timer:hrtimer_start.function]"],
    [
      "L3.54 syscall pointers are the process's",
      "t:syscalls:sys_enter_openat { print(str(args.filename)) }",
      "str(ctx[24:8 syscalls:sys_enter_openat.filename])",
    ],
    [
      "L2.58 char arrays",
      "t:sched:sched_switch { print(args.prev_comm) }",
      "*(&ctx[8 sched:sched_switch.prev_comm]):string[16]",
    ],
    ["L3.7 typed arguments load directly", "fentry:vfs_read { print(args.file->f_mode) }", "->f_mode!"],
    ["L3.8 typed result", "fexit:vfs_read { print(retval) }", "(int64)ctx[32:8]"],
    ["L3.23 iterators", "iter:task { print(ctx.task->pid) }", "->pid!: int32)"],
    [
      "L2.54 one path for embedded members",
      "k:tcp_sendmsg { print(((struct sock *)arg0).__sk_common.skc_dport) }",
      "->__sk_common.skc_dport: uint16)",
    ],
    ["L2.52 one read for each pointer", "k:vfs_read { print(curtask.mm.owner.pid) }", "curtask->mm->owner->pid"],
    ["L11.41 aggregations as integers", 'BEGIN { @c = count(); printf("%d", @c); }', "value(@c)"],
    ["L2.112 in conditions", "BEGIN { @s = sum(1); if (@s == 12) { print(1) } }", "value(@s)"],
    ["L2.46 kernel variables", 'BEGIN { print(*kaddr("jiffies")) }', '*(kaddr("kernel", "jiffies"):uint64):uint64'],
    ["L5.46 a lone address", "k:tcp_sendmsg { print(ntop(((struct sock *)arg0).__sk_common.skc_daddr)) }", "ntop(2, "],
  ])("%s", (_row, script, fragment) => {
    expect(dump(script)).toContain(fragment);
  });

  it("L4.25 the function by the probe's kind", () => {
    expect(dump("k:vfs_read { @[func] = count() }")).toContain("(ksym_t)ctx[128:8]");
    expect(dump("kr:vfs_read { @[func] = count() }")).toContain("@[func]");
  });
});

describe("programs", () => {
  const counts = (script: string): readonly number[] => typed(script).probes.map((probe) => probe.attach.length);
  it.each([
    ["L3.35 one program for a pattern", "k:vfs_* { @ = count() }", [1]],
    ["L3.35 one program for a list", "k:vfs_read,k:vfs_write { @ = count() }", [2]],
    ["L3.35 the probe's text tells them apart", "k:vfs_read,k:vfs_write { @[probe] = count() }", [1, 1]],
    ["L3.35 the host names what a pattern matches", "k:vfs_* { @[probe] = count() }", [1]],
    ["L3.35 patterns of a kind share", "k:vfs_*,k:tcp_*,kr:tcp_*,t:sched:* { @[probe] = count() }", [2, 1, 1]],
    ["L3.35 exact targets stay constants", "k:vfs_read,k:tcp_* { @[probe] = count() }", [1, 1]],
    ["L3.35 of binaries too", "u:/bin/sh:a*,u:/bin/*sh:b,usdt:/bin/sh:* { @[probe] = count() }", [2, 1]],
    ["other kinds are other programs", "k:vfs_read,t:sched:sched_switch { @ = count() }", [1, 1]],
    ["timers share", "i:s:1,p:hz:99 { @ = count() }", [2]],
    [
      "typed arguments are one's own",
      "t:syscalls:sys_enter_open,t:syscalls:sys_enter_openat { print(str(args.filename)) }",
      [1, 1],
    ],
    ["without them they share", "t:syscalls:sys_enter_open,t:syscalls:sys_enter_openat { @ = count() }", [2]],
    ["fentry never shares", "f:vfs_read,f:vfs_write { @ = count() }", [1, 1]],
  ])("%s", (_row, script, expected) => {
    expect(counts(script)).toEqual(expected);
  });

  it("names of programs are C identifiers and unique", () => {
    const names = typed("k:vfs_read { } k:vfs_read { } u:/bin/bash:readline { }").probes.map((probe) => probe.name);
    expect(names).toEqual(["kprobe_vfs_read_1", "kprobe_vfs_read_2", "uprobe_bin_bash_readline_1"]);
  });

  it("L3.27 the probe's text", () => {
    expect(dump("kfunc:vfs_read { print(probe) }")).toContain('"fentry:vmlinux:vfs_read"');
    expect(dump("BEGIN { print(probe) }")).toContain('"begin"');
    expect(dump("software:cpu:100000 { print(probe) }")).toContain('"software:cpu:100000"');
  });

  it("L3.27 text that only the host knows is asked for", () => {
    const sizes = (script: string): readonly number[] => typed(script).probes.map((probe) => probe.nameSize);
    expect(sizes("k:vfs_* { print(probe) }")).toEqual([64]);
    expect(sizes("k:*iter_* { print(probe) }")).toEqual([80]);
    expect(sizes("u:libc:malloc,u:/bin/sh:main,usdt:/bin/sh:p:x,usdt:/bin/sh:x { print(probe) }")).toEqual([
      256, 0, 0, 256,
    ]);
    expect(sizes("k:vfs_* { print(func) }")).toEqual([0]);
    expect(dump("rt:sched_switch { print(probe) }")).toContain('"rawtracepoint:vmlinux:sched_switch"');
  });

  it("L3.35 a long list of exact targets shares a program, a short one has constants", () => {
    const list = (count: number): string =>
      ["read", "write", "open", "fsync", "statx", "unlink", "rmdir", "mkdir", "link", "rename"]
        .slice(0, count)
        .map((name) => `k:vfs_${name}`)
        .join();
    const groups = (targets: string): readonly (readonly number[])[] =>
      typed(`${targets} { @[probe] = count() }`).probes.map(({ attach, nameSize }) => [attach.length, nameSize]);
    expect(groups(list(8)).every(([attached, size]) => attached === 1 && size === 0)).toBe(true);
    expect(groups(list(9))).toEqual([[9, 64]]);
    expect(groups(`${list(9)},k:tcp_send*,k:vmlinux:vfs_read,i:s:1`)).toEqual([
      [10, 64],
      [1, 0],
      [1, 0],
    ]);
  });

  it("L3.35 kernels without cookies: a program each, and none for binaries", () => {
    const old = { ...defaultSnapshot("6.12"), version: [5, 10, 0] } as const;
    const { program } = checked("k:vfs_rea* { @[probe] = count() }", {}, old);
    expect(program.probes.length).toBeGreaterThan(1);
    expect(program.probes.every((probe) => probe.attach.length === 1 && probe.nameSize === 0)).toBe(true);
    expect(checked("u:/bin/sh:a* { @[probe] = count() }", {}, old).text).toContain(
      "ERROR: a wildcard uprobe probe cannot be used here: only the traced host knows the name of each match, and Linux 5.10",
    );
    expect(checked("u:libc:malloc { print(probe) }", {}, old).program.probes[0]?.nameSize).toBe(0);
  });

  it("suffixes of clones are suggested as a pattern", () => {
    expect(checked("kprobe:finish_task_switch { }").text).toContain("did you mean finish_task_switch*?");
  });

  it("L3.38 missing_probes keeps what may be on the host", () => {
    const script = (mode: string): string => `config = { missing_probes = ${mode} } k:vfs_read,k:zzznope { }`;
    expect(typed(script("warn")).probes[0]?.attach.length).toBe(2);
    expect(lines(script("warn")).join()).toContain("WARNING: zzznope is not traceable");
    expect(lines(script("ignore"))).toEqual([]);
  });
});

describe("parameters", () => {
  it("L1.176 given ones are constants", () => {
    const text = dump("BEGIN { print($1); print(str($2)); print($#); print(str($2 + 1)) }", {
      params: ["0x10", "hello"],
    });
    expect(text).toContain(
      'print(16: int8)\n  emit print("hello": string[6])\n  emit print(2: int8)\n  emit print("ello": string[5])',
    );
  });

  it("absent ones are left to the loader", () => {
    const program = typed("BEGIN { print($1); print(str($2)); print($#) }", { runtimeParams: true });
    expect(program.params).toEqual([
      { kind: "positional", index: 1, type: "int" },
      { kind: "positional", index: 2, type: "string" },
      { kind: "count" },
    ]);
  });

  it("L1.178 options take their defaults", () => {
    expect(dump('BEGIN { print(getopt("n", 5)); print(getopt("s", "d")) }')).toContain(
      'print(5: uint64)\n  emit print("d"',
    );
  });

  it("L1.177 options that are given", () => {
    expect(dump('BEGIN { print(getopt("n", 5)); print(getopt("v")) }', { named: { n: "7", v: "" } })).toContain(
      "print(7: uint64)\n  emit print(true",
    );
  });

  it("L1.130 options that the script lacks", () => {
    expect(lines("BEGIN { }", { named: { x: "1" } })).toEqual(["ERROR: unexpected program command line options: --x"]);
  });
});

describe("configuration", () => {
  it("the environment wins over the script", () => {
    const program = typed("config = { max_map_keys = 2 } BEGIN { @a[1] = 1 }", {
      environment: { BPFTRACE_MAX_MAP_KEYS: "7" },
    });
    expect(program.maps[0]?.maxEntries).toBe(7);
  });

  it("refuses what a key cannot be", () => {
    expect(lines("config = { stack_mode = nope } BEGIN { }")).toEqual([
      "1:12-22: ERROR: Invalid value for stack_mode: nope",
    ]);
    expect(lines("config = { max_strlenn = 5 } BEGIN { }").join()).toContain(
      "max_strlenn: not a known configuration option",
    );
  });
});

describe("warnings", () => {
  it("L11.61 a comparison that can never hold", () => {
    expect(lines("kr:vfs_read /retval < 0/ { }")).toEqual([
      "1:14-24: WARNING: comparison 'retval < 0' can never hold: retval is unsigned",
    ]);
    expect(lines("kr:vfs_read /(int64)retval < 0/ { }")).toEqual([]);
  });

  it("L1.103 no warning for a cast that older releases needed", () => {
    expect(lines("BEGIN { print(((struct task_struct *)curtask)->pid) }")).toEqual([]);
  });
});

describe("macros", () => {
  it("keep their variables to themselves (L1.118)", () => {
    expect(lines("macro m() { $x = 1; $x } BEGIN { $x = 5; print(m()); print($x) }")).toEqual([]);
    expect(lines("macro m() { $y } BEGIN { $y = 5; print(m()) }").join()).toContain(
      "Undefined or undeclared variable: $y",
    );
  });

  it("may not call themselves (L1.117)", () => {
    expect(lines("macro a() { b() } macro b() { a() } BEGIN { print(a()) }").join()).toContain("Recursive macro call");
  });

  it("take types (L1.121)", () => {
    expect(dump("macro c(t, v) { (t)v } BEGIN { print(c(typeof(uint8), 300)) }")).toContain("print(44: uint8)");
  });
});

describe("speed", () => {
  it("checks a one-liner in a moment once warm", () => {
    const script = "k:tcp_sendmsg { @size[pid, comm] = hist(arg2); }";
    for (let i = 0; i < 50; i++) checked(script);
    const start = performance.now();
    for (let i = 0; i < 20; i++) checked(script);
    // Parsing is in it; the bound is loose for busy machines and still catches a wrong order of growth.
    expect((performance.now() - start) / 20).toBeLessThan(50);
  });
});
