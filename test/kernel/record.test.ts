/**
 * Recordings of real kernels: the article's programs, compiled to record, run in a 6.12 guest on a workload that triggers
 * them; the plain object of the same script, simulated on what was recorded, prints the same text.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultSnapshot } from "../runner/kernels.ts";
import { available, LOADER, ROOT, whyNoCommand, whyNoKernel } from "../runner/machine.ts";
import { compileToRecord, keep, replay } from "../simulator/recording.ts";
import { runInGuest, whyNoGuest } from "./guest.ts";

const CASES: readonly { readonly name: string; readonly load: string }[] = [
  { name: "01-size-hist", load: "/tcp-send 200 100; /tcp-send 30 5000" },
  { name: "04-size-by-process", load: "/tcp-send 50 100; /tcp-send 20 3000" },
  { name: "06-size-stats", load: "/tcp-send 50 100; sleep 1.5; /tcp-send 10 1000; sleep 1.5" },
  { name: "07-send-stacks", load: "/tcp-send 50 100" },
  { name: "08-send-latency", load: "/tcp-send 60 100" },
  { name: "09-timer-functions", load: "sleep 0.3" },
  { name: "10-profile-kernel", load: "/tcp-send 300 100; /ping-pong 300" },
  { name: "11-tcp-sends", load: "/tcp-send 3 100 2 4242; /tcp-send 2 70000 0 4343" },
  { name: "12-off-cpu", load: "/ping-pong 100" },
];

/** Kinds of probes that no program of the article has. */
const KINDS: readonly { readonly name: string; readonly script: string; readonly load: string }[] = [
  {
    name: "fentry",
    script: `fentry:tcp_sendmsg { printf("%s %d %d\\n", comm, args.size, args.sk->__sk_common.skc_num > 0); @f[func] = count(); }
fexit:tcp_sendmsg { @r[retval] = count(); @h = hist(args.size); }`,
    load: "/tcp-send 20 100; /tcp-send 5 3000",
  },
  {
    name: "tasks",
    script: 'iter:task { printf("%d %s %d\\n", ctx.task.pid, ctx.task.comm, ctx.meta.seq_num); @ = count(); }',
    load: "true",
  },
  { name: "files", script: 'iter:task_file { printf("%s %d\\n", ctx.task.comm, ctx.fd); }', load: "true" },
  {
    name: "usdt",
    script: `usdt:/probed:mine:one { printf("%d %s %d %d\\n", (int64)arg0, str(arg1), arg3, arg4); @u[ustack(2)] = count(); }
usdt:/probed:mine:guarded { printf("%d\\n", arg0); @guarded = count(); }`,
    load: "/probed",
  },
  {
    name: "tracepoint",
    script: `tracepoint:syscalls:sys_enter_openat { printf("%s %s\\n", comm, str(args.filename)); }
rawtracepoint:sched_process_exec { @[args.p->comm] = count(); }
tracepoint:sched:sched_process_exec { printf("%s\\n", args.filename); }`,
    load: "cat /proc/version >/dev/null; /probed",
  },
  {
    name: "software",
    script: "software:page-faults:1 { @[comm] = count(); }",
    load: "cat /proc/version >/dev/null",
  },
];

const lack = whyNoKernel() ?? whyNoCommand("gcc") ?? whyNoGuest();
const can = available("recordings in guests", lack);
const scratch = mkdtempSync(join(tmpdir(), "tracelet-record-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const GUEST = `
run() {
  /tracelet-loader run /p/$1.o >/out/$1.stream 2>/out/$1.err & t=$!
  n=0; while ! grep -q attached /out/$1.stream 2>/dev/null && kill -0 $t 2>/dev/null && [ $n -lt 600 ]; do usleep 50000; n=$((n+1)); done
  eval "$2"
  sleep 0.2
  kill -INT $t; wait $t; true
}
${[...CASES, ...KINDS].map(({ name, load }) => `run ${name} '${load}'`).join("\n")}
`;

describe.skipIf(!can)("recorded in a guest, simulated here", () => {
  const out = join(scratch, "out");
  const objects = new Map<string, Uint8Array>();
  const scriptOf = (name: string) =>
    KINDS.find((kind) => kind.name === name)?.script ?? readFileSync(join(ROOT, "test/programs", `${name}.bt`), "utf8");
  beforeAll(() => {
    const programs = join(scratch, "p");
    mkdirSync(programs);
    mkdirSync(out);
    for (const { name } of [...CASES, ...KINDS]) {
      const object = compileToRecord(scriptOf(name), `${name}.bt`, defaultSnapshot("6.12"));
      objects.set(name, object);
      writeFileSync(join(programs, `${name}.o`), object);
    }
    const files: Record<string, string> = { "/tracelet-loader": LOADER, "/script.sh": join(scratch, "script.sh") };
    for (const name of ["tcp-send", "ping-pong"]) {
      execFileSync("gcc", ["-O2", "-static", "-o", join(scratch, name), join(ROOT, "test/workload", `${name}.c`)]);
      files[`/${name}`] = join(scratch, name);
    }
    const probed = join(ROOT, "test/loader/static-probes.c");
    execFileSync("gcc", ["-O1", "-static", "-no-pie", "-o", join(scratch, "probed"), probed]);
    files["/probed"] = join(scratch, "probed");
    writeFileSync(join(scratch, "script.sh"), GUEST);
    const guest = runInGuest({
      kernel: "6.12",
      command: "sh /script.sh",
      files,
      directories: { "/p": programs },
      out,
      timeout: 400,
    });
    expect(guest.status, guest.stderr).toBe(0);
  }, 500_000);

  for (const { name } of [...CASES, ...KINDS]) {
    test(name, async () => {
      const object = objects.get(name) ?? new Uint8Array();
      const stream = readFileSync(join(out, `${name}.stream`));
      const { text, events, lacks } = keep(stream, object, join(scratch, `${name}.jsonl`));
      expect(lacks).toBeUndefined();
      expect(events.split("\n").length).toBeGreaterThan(CASES.some((each) => each.name === name) ? 10 : 5);
      expect(await replay(scriptOf(name), `${name}.bt`, events, defaultSnapshot("6.12"))).toBe(text);
    }, 60_000);
  }
});
