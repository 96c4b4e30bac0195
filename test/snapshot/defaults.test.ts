/** The default snapshots: what they say of Debian's 6.1 and 6.12 kernels, how large they are, how fast they answer. */
import { execFileSync } from "node:child_process";
import { constants as fileConstants, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { constants as osConstants, tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { describe, expect, test } from "vitest";
import { defaultSnapshot } from "../runner/kernels.ts";
import { ROOT } from "../runner/machine.ts";

const directory = join(ROOT, "compiler/kernels");

test("there are two, each at most 1.5 MB", () => {
  const files = readdirSync(directory).filter((file) => file.endsWith(".tls"));
  expect(files.sort()).toEqual(["debian-6.1-amd64.tls", "debian-6.12-amd64.tls"]);
  for (const file of files) expect(statSync(join(directory, file)).size).toBeLessThanOrEqual(1_500_000);
});

describe.each(["6.1", "6.12"])("Linux %s", (version) => {
  const snapshot = defaultSnapshot(version);

  test("is what its name says", () => {
    expect(snapshot.release).toMatch(new RegExp(`^${version.replace(".", "\\.")}\\..*-cloud-amd64$`));
    expect(snapshot.version.slice(0, 2)).toEqual(version.split(".").map(Number));
    expect([snapshot.arch, snapshot.modules]).toEqual(["x86_64", []]);
  });

  test("types of a traced function", () => {
    const found = snapshot.functionType("tcp_sendmsg");
    const proto = found?.btf.type(found.proto);
    expect(proto).toMatchObject({ kind: "func_proto", variadic: false });
    expect(proto?.kind === "func_proto" && proto.params.map((param) => param.name)).toEqual(["sk", "msg", "size"]);
    expect(snapshot.isTraceable("tcp_sendmsg")).toBe(true);
    expect(snapshot.isTraceable("asm_exc_page_fault")).toBe(false);
  });

  test("structs by name, with members in order and at rising offsets", () => {
    const id = snapshot.btf.find("struct", "sock_common");
    const sock = id === undefined ? undefined : snapshot.btf.type(id);
    const members = sock?.kind === "struct" ? sock.members : [];
    const names = members.map((member) => member.name);
    expect(names).toContain("skc_family");
    const offsets = members.map((member) => member.bitOffset);
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    // skc_daddr and skc_rcv_saddr begin it, in a union without a name.
    expect(members[0]).toMatchObject({ name: "", bitOffset: 0 });
  });

  test("enumerators", () => {
    expect(snapshot.btf.findEnumerator("TCP_ESTABLISHED")?.value).toBe(1n);
    expect(snapshot.btf.findEnumerator("BPF_MAP_TYPE_HASH")?.value).toBe(1n);
    expect(snapshot.btf.findEnumerator("NO_SUCH_ENUMERATOR")).toBe(undefined);
  });

  test("a tracepoint's fields", () => {
    const fields = snapshot.tracepoint("syscalls", "sys_enter_openat")?.fields ?? [];
    expect(
      fields
        .filter((field) => !field.name.startsWith("common_"))
        .map((field) => `${field.type} ${field.name} ${field.offset} ${field.size}`),
    ).toEqual([
      "int __syscall_nr 8 4",
      "int dfd 16 8",
      "const char * filename 24 8",
      "int flags 32 8",
      "umode_t mode 40 8",
    ]);
    expect(snapshot.tracepoint("ftrace", "function")).toBe(undefined);
  });

  test("constants agree with this machine's C library, through Node", () => {
    const mine = { ...osConstants.errno, ...osConstants.signals, ...fileConstants };
    // The library's own numbering, or not the kernel's at all.
    const foreign =
      /^(UV_|COPYFILE|EXTENSIONLESS|[FRWX]_OK$|O_LARGEFILE|SIG(IOT|CLD|POLL|RTMIN|RTMAX)$|E(OPNOTSUPP|NOTSUP|WOULDBLOCK|DEADLOCK)$)/;
    const compared = Object.entries(mine).filter(
      ([name]) => /^(E[A-Z0-9]+|SIG[A-Z0-9]+|O_[A-Z]+|S_I[A-Z]+)$/.test(name) && !foreign.test(name),
    );
    expect(compared.length).toBeGreaterThan(100);
    const wrong = compared.filter(([name, value]) => snapshot.constant(name) !== BigInt(value));
    expect(wrong).toEqual([]);
  });

  test.each([
    ["AF_INET", 2n],
    ["AF_INET6", 10n],
    ["IPPROTO_TCP", 6n],
    ["IPPROTO_UDP", 17n],
    ["ETH_P_IP", 0x800n],
    ["CAP_SYS_ADMIN", 21n],
    ["CLONE_VM", 0x100n],
    ["MAP_SHARED", 1n],
    ["PROT_READ", 1n],
    ["RLIMIT_NOFILE", 7n],
    ["POLLIN", 1n],
    ["EPOLLIN", 1n],
    ["PF_KTHREAD", 0x200000n],
    ["TASK_INTERRUPTIBLE", 1n],
    ["TASK_UNINTERRUPTIBLE", 2n],
    ["NSEC_PER_SEC", 1_000_000_000n],
    ["PAGE_SIZE", 4096n],
    ["HZ", 250n],
    ["MINORBITS", 20n],
    ["ULLONG_MAX", 0xffffffffffffffffn],
    ["INT_MIN", -2147483648n],
  ] as const)("constant %s", (name, value) => {
    expect(snapshot.constant(name)).toBe(value);
  });

  test("a wildcard means what the plain definition says", () => {
    const all = snapshot.functions("*").map((fn) => fn.name);
    expect(all.length).toBeGreaterThan(30_000);
    expect(all).toEqual([...all].sort());
    for (const pattern of ["vfs_*", "*_sendmsg", "*tcp*send*", "tcp_*msg*", "*", "tcp_sendmsg"]) {
      const plain = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
      expect(snapshot.functions(pattern).map((fn) => fn.name)).toEqual(all.filter((name) => plain.test(name)));
    }
    expect(snapshot.functions("tcp_sendmsg", "vmlinux")).toHaveLength(1);
    expect(snapshot.functions("tcp_sendmsg", "nope")).toEqual([]);
    expect(all.some((name) => name.includes(".part.") || name.startsWith("rcu_"))).toBe(false);
    expect(snapshot.functions("rcu_*").length).toBeGreaterThan(100);
    expect(snapshot.functions("finish_task_switch*").map((fn) => fn.name)).toEqual(["finish_task_switch.isra.0"]);
  });

  test("did you mean", () => {
    expect(snapshot.suggest("function", "tcp_sendmgs")[0]).toBe("tcp_sendmsg");
    expect(snapshot.suggest("tracepoint", "timer:hrtimer_strt")[0]).toBe("timer:hrtimer_start");
    expect(snapshot.suggest("tracepoint", "hrtimer_strt")[0]).toBe("hrtimer_start");
    expect(snapshot.suggest("struct", "task_strct")[0]).toBe("task_struct");
    expect(snapshot.suggest("constant", "AF_INET7")).toContain("AF_INET");
    expect(snapshot.suggest("rawtracepoint", "sched_swich")[0]).toBe("sched_switch");
    expect(snapshot.suggest("function", "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq")).toEqual([]);
  });

  test("iterators and raw tracepoints", () => {
    expect(snapshot.iterators()).toEqual(expect.arrayContaining(["task", "task_file", "bpf_map", "tcp"]));
    expect(snapshot.rawTracepoints("sched_sw*")).toContain("sched_switch");
  });
});

test("in a fresh process a full 6.12 snapshot opens, and answers a one-liner's questions, within 40 ms", () => {
  const work = mkdtempSync(join(tmpdir(), "tracelet-"));
  try {
    const script = join(work, "time.mjs");
    buildSync({
      entryPoints: [join(import.meta.dirname, "time-open.ts")],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile: script,
    });
    const runs = Array.from(
      { length: 5 },
      () =>
        JSON.parse(
          execFileSync(process.execPath, [script, join(directory, "debian-6.12-amd64.tls")], { encoding: "utf8" }),
        ) as Timing,
    );
    // The best of five: others may be using this machine.
    const best = (pick: (run: Timing) => number): number => Math.min(...runs.map(pick));
    expect(best((run) => run.open)).toBeLessThan(10);
    expect(best((run) => run.total)).toBeLessThan(40);
  } finally {
    rmSync(work, { recursive: true });
  }
});
type Timing = { readonly open: number; readonly total: number };
