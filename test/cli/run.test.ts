/** Section 8 and 7.7: what runs do that this host's BEGIN, END and interval probes can show. */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TRACELET } from "../runner/machine.ts";
import { canRun, environment, file, folder, type Ran, tracelet } from "./support.ts";

/** Starts a run; `when` text has come on stdout or stderr, `then` is done. */
function interact(
  words: readonly string[],
  when: string,
  then: (kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(TRACELET, words, { cwd: folder, env: environment() });
    const got = { stdout: "", stderr: "" };
    let waiting = true;
    const take = (stream: "stdout" | "stderr") => (chunk: Buffer) => {
      got[stream] += chunk.toString();
      if (waiting && (got.stdout + got.stderr).includes(when)) {
        waiting = false;
        then((signal) => child.kill(signal));
      }
    };
    child.stdout.on("data", take("stdout"));
    child.stderr.on("data", take("stderr"));
    child.on("error", reject);
    child.on("close", (status) => resolve({ ...got, status }));
  });
}

/** Writes to one place 300 times, a millisecond or so apart. */
const WATCHED = `volatile int watched;
int main(void)
{
	for (int i = 0; i < 300; i++) {
		watched = i;
		for (volatile int k = 0; k < 1000000; k++)
			;
	}
	return 0;
}
`;

describe.skipIf(!canRun)("runs", () => {
  test("a run is two empty lines and an attach line; -q leaves that out (L8.55, L8.56, L8.23, L7.44, L11.55)", () => {
    expect(tracelet(["-e", "BEGIN { exit(); }"])).toEqual({ stdout: "\n\n", stderr: "Attached 1 probe\n", status: 0 });
    expect(tracelet(["-q", "-e", "BEGIN { print(1); exit(); }"])).toEqual({ stdout: "1\n\n\n", stderr: "", status: 0 });
  });

  test("a script from a file, from standard input and from -e; the last -e wins (L8.1, L8.6, L8.57)", () => {
    const script = file("nine.bt", "BEGIN { print(9); exit(); }");
    expect(tracelet(["-q", script]).stdout).toBe("9\n\n\n");
    expect(tracelet(["-q", "-"], { input: "BEGIN { print(9); exit(); }" }).stdout).toBe("9\n\n\n");
    expect(tracelet(["-q", "-e", "BEGIN { exit(); }", "-e", "BEGIN { print(2); exit(); }"]).stdout).toBe("2\n\n\n");
  });

  test("parameters: words, words after --, named ones; options may follow the script (L8.2, L8.3, L8.59, L11.39)", () => {
    const script = file("words.bt", 'BEGIN { printf("%d %s %s %d\\n", $#, str($1), str($2), getopt("n", 0)); }');
    expect(tracelet([script, "a", "-q", "--", "--n=1", "b"])).toEqual({
      stdout: "2 a b 1\n\n\n",
      stderr: "",
      status: 0,
    });
    expect(tracelet([file("dash.bt", "BEGIN { print(str($1)); }"), "-q", "--", "-v"]).stdout).toBe("-v\n\n\n");
    expect(tracelet(["-q", "-e", "BEGIN { print($#); exit(); }", "a", "b", "c"]).stdout).toBe("3\n\n\n");
  });

  test("exit(n) is the status; begin alone ends by itself and prints maps (L8.7, L8.10, L8.65, L11.64)", () => {
    expect(tracelet(["-q", "-e", "BEGIN { exit(3); }"]).status).toBe(3);
    expect(tracelet(["-q", "-e", "BEGIN { @a = 1; }"])).toEqual({ stdout: "\n\n@a: 1\n", stderr: "", status: 0 });
  });

  test("SIGINT and SIGTERM detach, run end, print maps; status 0 (L8.8, L8.64, L3.44, L7.41)", async () => {
    const program = 'i:s:100 { @x = 2; } BEGIN { @a = 1; printf("on\\n"); } END { printf("bye\\n"); }';
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const run = await interact(["-e", program], "Attached 3 probes", (kill) => setTimeout(() => kill(signal), 100));
      expect(run).toEqual({ stdout: "on\nbye\n\n\n@a: 1\n", stderr: "Attached 3 probes\n", status: 0 });
    }
  });

  test("SIGUSR1 fires the self probe, and prints no maps without one (L3.3, L8.8, L11.67)", async () => {
    const program = 'self:signal:SIGUSR1 { printf("usr1\\n"); exit(); } BEGIN { @a = 1; }';
    const run = await interact(["-q", "-e", `${program} i:s:100 { }  BEGIN { printf("on\\n") }`], "on\n", (kill) =>
      setTimeout(() => kill("SIGUSR1"), 300),
    );
    expect(run).toEqual({ stdout: "on\nusr1\n\n\n@a: 1\n", stderr: "", status: 0 });
    const without = await interact(
      ["-q", "-e", 'BEGIN { @a = 1; printf("on\\n") } i:ms:900 { exit(); }'],
      "on\n",
      (kill) => setTimeout(() => kill("SIGUSR1"), 100),
    );
    expect(without).toEqual({ stdout: "on\n\n\n@a: 1\n", stderr: "", status: 0 });
  });

  test("a reader that closes the pipe ends the run (L8.8)", async () => {
    const child = spawn("sh", ["-c", `"$0" -q -e 'i:ms:1 { print(1); }' | head -n 1`, TRACELET], {
      env: environment(),
    });
    const status = await new Promise((resolve) => child.on("close", resolve));
    expect(status).toBe(0);
  });

  test("-c runs a command without a shell, ends with it, and tells of one that is not there (L8.18, L8.61, L8.62, L3.42)", () => {
    const done = tracelet(["-q", "-c", "true", "-e", 'END { print("done"); }']);
    expect(done).toEqual({ stdout: "done\n\n\n", stderr: "", status: 0 });
    const quoted = tracelet(["-q", "-c", "echo 'a  b' $HOME", "-e", "END { print(cpid > 1); }"]);
    expect(quoted.stdout).toBe("a  b $HOME\ntrue\n\n\n");
    const { stdout, stderr, status } = tracelet(["-c", "/nosuch", "-e", "BEGIN { }"]);
    expect([stdout, stderr, status]).toEqual(["", "ERROR: Failed to execve: /nosuch: No such file or directory\n", 1]);
    const began = Date.now();
    expect(tracelet(["-q", "-c", "sleep 60", "-e", "BEGIN { exit(); }"]).status).toBe(0);
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  test("-p: a process that is not there is named; a run ends with its process (L8.17, L8.63)", async () => {
    const { stderr, status } = tracelet(["-p", "4194303", "-e", "BEGIN { }"]);
    expect([status, stderr]).toEqual([3, "ERROR: cannot trace process 4194303: No such process\n"]);
    const sleeper = spawn("sleep", ["4"]);
    const run = await interact(
      ["-p", String(sleeper.pid), "-e", "i:s:100 { } END { print(5); }"],
      "Attached",
      () => {},
    );
    expect([run.stdout, run.status]).toEqual(["5\n\n\n", 0]);
  });

  test("what comes behind exit() is not shown, end probes are (L5.72)", () => {
    const script = "i:ms:20 { print(1); exit(); } i:us:100 { print(2); } end { print(3); }";
    expect(tracelet(["-q", "-e", script]).stdout).toMatch(/^(2\n)+1\n3\n\n\n$/);
  });

  test("a time series is a chart of the wall clock's intervals (L7.29, L7.80)", () => {
    const script = "config = { unstable_tseries = enable } begin { @ = tseries(7, 1s, 5); }";
    const before = Math.floor(Date.now() / 1000);
    const { stdout } = tracelet(["-q", "-e", script]);
    const after = Math.floor(Date.now() / 1000);
    const blank = " ".repeat(18);
    const [, time] = /\n(\d\d:\d\d:\d\d)\.0{9} \|/.exec(stdout) ?? [];
    expect(stdout).toBe(
      `\n\n@:\n${blank} 6${" ".repeat(51)}8\nhh:mm:ss.ns        |${"_".repeat(51)}|\n${time}.000000000 |${" ".repeat(25)}*${" ".repeat(25)}| 7\n${blank} v${"_".repeat(51)}v\n${blank} 6${" ".repeat(51)}8\n\n`,
    );
    const times = Array.from({ length: after - before + 1 }, (_, i) =>
      new Date((before + i) * 1000).toISOString().slice(11, 19),
    );
    expect(times).toContain(time);
  });

  test("time series stand in the order of their latest update (L7.38)", () => {
    const script = `config = { unstable_tseries = enable }
begin { @["first"] = tseries(1, 1ms, 100); @["last"] = tseries(1, 1ms, 100); }
i:ms:20 { if (@n == 0) { @["middle"] = tseries(2, 1ms, 100); } if (@n == 2) { @["last"] = tseries(2, 1ms, 100); exit(); } @n++; }`;
    const { stdout } = tracelet(["-q", "-e", script]);
    expect([...stdout.matchAll(/^@\[(\w+)\]:$/gm)].map((match) => match[1])).toEqual(["first", "middle", "last"]);
  });

  test("frames have no source lines: debug information is not read (L7.20; spec/decisions/0005)", () => {
    const [source, binary] = [
      file("lines.c", WATCHED.replace("int main", "void leaf(void) {}\nint main").replace("watched = i", "leaf()")),
      join(folder, "lines"),
    ];
    execFileSync("gcc", ["-g", "-O0", "-o", binary, source]);
    const { stdout } = tracelet(["-q", "-e", `u:${binary}:leaf { print(ustack(1)); exit(); }`, "-c", binary]);
    expect(stdout).toBe("\n        leaf+0\n\n\n\n");
  });

  test("unwatch ends a watchpoint while the run goes on (L5.15)", () => {
    const [source, binary] = [file("watched.c", WATCHED), join(folder, "watched")];
    execFileSync("gcc", ["-O1", "-no-pie", "-o", binary, source]);
    const symbols = execFileSync("nm", [binary], { encoding: "utf8" });
    const address = `0x${/^0*([0-9a-f]+) \w watched$/m.exec(symbols)?.[1]}`;
    const hits = (body: string) => {
      const script = `watchpoint:${address}:4:w { @ = count(); ${body} }`;
      return Number(/@: (\d+)/.exec(tracelet(["-q", "-e", script, "-c", binary]).stdout)?.[1]);
    };
    expect(hits("")).toBeGreaterThanOrEqual(300);
    const some = hits(`unwatch(${address});`);
    expect(some).toBeGreaterThan(0);
    expect(some).toBeLessThan(300);
  });

  test("-o holds the program's output, stderr the rest; it is truncated (L8.21, L8.58, L7.106)", () => {
    const out = file("out.txt", "old text that is longer than the new one\n");
    expect(tracelet(["-o", out, "-e", "BEGIN { print(7); exit(); }"])).toEqual({
      stdout: "",
      stderr: "Attached 1 probe\n",
      status: 0,
    });
    expect(readFileSync(out, "utf8")).toBe("7\n\n\n");
    const { stderr, status } = tracelet(["-o", "/nosuch/F", "-e", "BEGIN { }"]);
    expect([stderr, status]).toEqual([
      'ERROR: Failed to open output file: "/nosuch/F": No such file or directory\n',
      1,
    ]);
  });

  test("-B none and line show events as they come, full at the end (L7.107, L8.22)", async () => {
    const program = ["-e", 'BEGIN { printf("now\\n"); } i:s:1 { exit(); }'];
    for (const mode of ["none", "line"]) {
      let seen = 0;
      const run = await interact(["-q", "-B", mode, ...program], "now\n", () => (seen = Date.now()));
      expect([run.stdout, Date.now() - seen > 500]).toEqual(["now\n\n\n", true]);
    }
    let late = 0;
    await interact(["-q", "-B", "full", ...program], "now\n", () => (late = Date.now()));
    expect(Date.now() - late).toBeLessThan(500);
  });

  test("program output is in order with what its commands print (L7.107, L7.108)", () => {
    const program = 'BEGIN { printf("a\\n"); system("echo b"); printf("c\\n"); }';
    for (const mode of ["line", "full", "none"])
      expect(tracelet(["-q", "-B", mode, "--unsafe", "-e", program]).stdout).toBe("a\nb\nc\n\n\n");
  });

  test("what a command prints is whole, though the traced one ends meanwhile", () => {
    const program = 'interval:ms:50 { system("sleep 0.5; echo whole"); exit(); }';
    const run = tracelet(["-q", "--unsafe", "-c", "sleep 0.2", "-e", program]);
    expect(run).toMatchObject({ status: 0, stdout: "whole\n\n\n", stderr: "" });
  });

  test("--unsafe allows what acts on the system (L8.19)", () => {
    const program = 'BEGIN { system("true"); }';
    expect(tracelet(["-e", program]).stderr).toContain("system() is an unsafe function being used in safe mode");
    expect(tracelet(["-q", "--unsafe", "-e", program])).toEqual({ stdout: "\n\n", stderr: "", status: 0 });
  });

  test("-v says more (L8.24)", () => {
    const lines = (words: readonly string[]) =>
      tracelet([...words, "-e", "BEGIN { @a[1] = 1; }"]).stderr.split("\n").length;
    expect(lines(["-v"])).toBeGreaterThan(lines([]));
  });

  test("-k warns of failed lookups, as -kk did; without it and with --no-warnings nothing is said (L8.28, L8.29, L9.138)", () => {
    const program = "begin { @a[1] = 1; print(@a[2]); }";
    for (const option of ["-k", "-kk"]) {
      const { stdout, stderr } = tracelet(["-q", option, "-e", program]);
      expect(stdout).toBe("0\n\n\n@a[1]: 1\n");
      expect(stderr).toContain("Can't lookup map element because it does not exist.");
    }
    expect(tracelet(["-q", "-e", program]).stderr).toBe("");
    const full = "config = { max_map_keys = 1 } begin { @[1] = 1; @[2] = 2; }";
    expect(tracelet(["-q", "-e", full]).stderr).toContain("Map full; can't update element.");
    expect(tracelet(["-q", "--no-warnings", "-e", full]).stderr).toBe("");
  });

  test("--dry-run attaches, prints nothing and ends with 0 (L8.32, L8.66)", () => {
    expect(tracelet(["-q", "--dry-run", "-e", "BEGIN { print(1); } i:s:1 { }"])).toEqual({
      stdout: "",
      stderr: "",
      status: 0,
    });
  });

  test("environment before config block before default (L8.44, L8.71, L8.50)", () => {
    const run = (config: string, env: Readonly<Record<string, string>>) =>
      tracelet(["-q", "-e", `${config} BEGIN { print("abcdefgh"); }`], { env });
    const short = { BPFTRACE_MAX_STRLEN: "4" };
    expect(run("", {}).stdout).toBe("abcdefgh\n\n\n");
    expect(run("config = { max_strlen = 4 }", {}).stderr).toContain("String is too long (over 4 bytes)");
    expect(run("", short).stderr).toContain("String is too long (over 4 bytes)");
    expect(run("config = { max_strlen = 64 }", short).stderr).toContain("String is too long (over 4 bytes)");
    expect(run("config = { max_strlen = 4 }", { BPFTRACE_MAX_STRLEN: "64" }).stdout).toBe("abcdefgh\n\n\n");
    expect(run("", { BPFTRACE_NO_USER_SYMBOLS: "1" }).stdout).toBe("abcdefgh\n\n\n");
  });

  test("what the host lacks is named with the script's line (L9.98, L9.119, L9.132, L3.66)", () => {
    const symbol = tracelet(["-e", 'BEGIN { print(kaddr("nosuch_sym")); }']);
    expect([symbol.status, symbol.stderr]).toEqual([
      1,
      expect.stringContaining("stdin:1:15-34: ERROR: Failed to resolve kernel symbol: nosuch_sym\n"),
    ]);
    const file = tracelet(["-e", "uprobe:/nope:f { }"]);
    expect([file.status, file.stderr]).toEqual([
      1,
      expect.stringContaining("ERROR: uprobe target file '/nope' does not exist or is not executable\n"),
    ]);
    const map = tracelet(["-e", "let @a = hash(4294967295); begin { @a[1] = 1; }"]);
    expect([map.status, map.stderr]).toEqual([
      3,
      expect.stringMatching(/ERROR: map @a with 4294967295 entries would take/),
    ]);
  });

  test("events that find no room are counted (L9.142, L7.96)", () => {
    const text = "x".repeat(60);
    const program = `config = { perf_rb_pages = 1 } begin { for ($i : 0..2000) { printf("%s\\n", "${text}"); } }`;
    const { stdout, stderr } = tracelet(["-q", "-e", program]);
    const shown = stdout.split("\n").filter((line) => line === text).length;
    const lost = [...stderr.matchAll(/^Lost (\d+) events$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
    expect([shown > 0, lost > 0, shown + lost]).toEqual([true, true, 2000]);
  });

  test("override() of a negative number compiles with --unsafe (L11.23); the object's licence is GPL (L3.61)", () => {
    const path = join(folder, "override.o");
    expect(tracelet(["--unsafe", "--emit-elf", path, "-e", "kprobe:vfs_read { override(-12); }"]).status).toBe(0);
    expect(readFileSync(path).includes("GPL\0")).toBe(true);
  });

  test("errors leave nothing behind: status 1, nothing on stdout, nothing attached (L9.4)", () => {
    const { stdout, stderr, status } = tracelet(["-e", 'BEGIN { printf("%d"); printf("x", 1); }']);
    expect([stdout, status, stderr.match(/ERROR/g)?.length]).toEqual(["", 1, 2]);
    expect(stderr).not.toContain("Attached");
    expect(existsSync(join(folder, "core"))).toBe(false);
  });
});

describe("lists (L8.12, L8.13)", () => {
  const list = (...words: readonly string[]) => tracelet(["--kernel", "6.12", ...words]);

  test("a pattern with any provider's short name, several with commas", () => {
    expect(list("-l", "t:syscalls:*openat").stdout).toBe(
      "tracepoint:syscalls:sys_enter_openat\ntracepoint:syscalls:sys_exit_openat\n",
    );
    expect(list("-l", "kprobe:vfs_read,fentry:vfs_read,rt:sched_switch,it:task,self:*,begin").stdout).toBe(
      "kprobe:vfs_read\nfentry:vmlinux:vfs_read\nrawtracepoint:vmlinux:sched_switch\niter:task\nself:signal:SIGUSR1\nbegin\n",
    );
    const any = list("-l", "*hrtimer_nanosleep*").stdout;
    expect(any).toContain("kprobe:hrtimer_nanosleep\n");
    expect(any).toContain("fentry:vmlinux:hrtimer_nanosleep\n");
  });

  test("software and hardware events with their aliases, one a line (L8.73, L3.56, L3.57)", () => {
    const software = list("-l", "software:*").stdout;
    for (const name of ["cpu", "cpu-clock", "cs", "context-switches", "faults", "page-faults", "dummy"])
      expect(software).toContain(`software:${name}:\n`);
    const hardware = list("-l", "hardware:*").stdout;
    for (const name of ["branches", "cache-misses", "cycles", "instructions", "ref-cycles"])
      expect(hardware).toContain(`hardware:${name}:\n`);
  });

  test("-lv adds arguments, four blanks deep (L8.14, L8.74)", () => {
    expect(list("-lv", "tracepoint:syscalls:sys_enter_nanosleep").stdout).toBe(
      "tracepoint:syscalls:sys_enter_nanosleep\n    int __syscall_nr\n    struct __kernel_timespec * rqtp\n    struct __kernel_timespec * rmtp\n",
    );
    expect(list("-lv", "fexit:vfs_read").stdout).toMatch(/^fexit:vmlinux:vfs_read\n(?: {4}.*\n)+ {4}ssize_t retval\n$/);
  });

  test("-lv of a struct, union or enum is C; wildcards work (L8.15)", () => {
    const { stdout } = list("-lv", "struct list_head");
    expect(stdout).toMatch(
      /^vmlinux: struct list_head \{\n\tstruct list_head \*next;\n\tstruct list_head \*prev;\n\};\n/,
    );
    expect(list("-lv", "enum pid_type").stdout).toContain("PIDTYPE_TGID");
    expect(list("-l", "struct list_lru*").stdout).toContain("struct list_lru_node");
  });

  test("a binary's functions and USDT probes (L3.34, L8.13)", () => {
    const { stdout } = list("-l", "uprobe:/bin/bash:readline*");
    expect(stdout).toContain("uprobe:/bin/bash:readline\n");
    expect(list("-l", "u:bash:readline").stdout).toMatch(/^uprobe:\/.*bash:readline\n$/);
  });

  test("the probes of a program or file (L8.12)", () => {
    expect(list("-l", "-e", "k:vfs_read,t:syscalls:sys_enter_ope* { } i:s:5 { }").stdout).toBe(
      "kprobe:vfs_read\ntracepoint:syscalls:sys_enter_open\ntracepoint:syscalls:sys_enter_open_by_handle_at\ntracepoint:syscalls:sys_enter_open_tree\ntracepoint:syscalls:sys_enter_openat\ntracepoint:syscalls:sys_enter_openat2\ni:s:5\n",
    );
    expect(list("-l", file("probes.bt", "BEGIN { }")).stdout).toBe("begin\n");
  });

  test("a file that is not there is a pattern, with a warning (L8.16)", () => {
    const { stderr, status } = list("-l", "zz.bt");
    expect(stderr).toContain(
      "It appears that 'zz.bt' is a filename but the file does not exist. Treating 'zz.bt' as a search pattern.",
    );
    expect(status).toBe(1);
  });

  test("typed kernel functions that can be traced are functions that can be traced (L3.32)", () => {
    const names = (provider: string) =>
      list("-l", `${provider}:vfs_*`)
        .stdout.trim()
        .split("\n")
        .map((line) => line.replace(/.*:/, ""));
    const all = new Set(names("kprobe"));
    expect(names("fentry").filter((name) => !all.has(name))).toEqual([]);
    expect(all.size).toBeGreaterThan(30);
  });
});
