/**
 * The article's programs on real kernels: compiled here against the 6.12 snapshot, run from the same object in 6.1 and
 * 6.12 guests on a workload that triggers them; where the output is deterministic, bpftrace itself traces the same
 * events beside them and must print the same text.
 *
 * TRACELET_KERNELS names other kernels (make test-matrix). bpftrace 0.27 stands in 6.1 and later.
 */
import { execFileSync, spawnSync } from "node:child_process";
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
  type StreamRecord,
} from "../../compiler/index.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { available, LOADER, ROOT, whyNoCommand, whyNoKernel } from "../runner/machine.ts";

type Case = {
  readonly name: string;
  /** Run in the guest once everything is attached. */
  readonly load: string;
  /** Whether bpftrace's text must be the same. */
  readonly same: boolean;
  /** Kinds of spots that may have been hit: what the program does there is part of its plan. */
  readonly spots?: readonly string[];
};

const CASES: readonly Case[] = [
  { name: "01-size-hist", load: "/tcp-send 200 100; /tcp-send 30 5000", same: true },
  { name: "02-retval-errors", load: "/tcp-send 40 100 5", same: true },
  { name: "03-large-sends", load: "/tcp-send 4 100; /tcp-send 3 9000; /tcp-send 2 20000", same: true },
  { name: "04-size-by-process", load: "/tcp-send 50 100; /tcp-send 20 3000", same: true },
  { name: "05-return-counts", load: "/tcp-send 40 100 5; /tcp-send 7 4096", same: true },
  { name: "06-size-stats", load: "/tcp-send 50 100; sleep 1.5; /tcp-send 10 1000; sleep 1.5", same: false },
  { name: "07-send-stacks", load: "/tcp-send 50 100", same: true },
  { name: "07b-send-stacks-3", load: "/tcp-send 50 100", same: true },
  { name: "08-send-latency", load: "/tcp-send 60 100", same: false },
  { name: "09-timer-functions", load: "sleep 0.5", same: false },
  { name: "10-profile-kernel", load: "/tcp-send 3000 100; /ping-pong 3000", same: false },
  { name: "11-tcp-sends", load: "/tcp-send 3 100 2 4242; /tcp-send 2 70000 0 4343", same: true },
  // A thread that went off the CPU before the run began has no waker to delete; two stacks may meet in one bucket.
  { name: "12-off-cpu", load: "/ping-pong 500", same: false, spots: ["delete-missing", "stack", "map-full"] },
];

const kernels = (process.env.TRACELET_KERNELS ?? "6.1 6.12").split(" ").filter((k) => k !== "");
const lack = whyNoKernel() ?? whyNoCommand("qemu-system-x86_64") ?? whyNoCommand("busybox");
const can = available("programs in guests", lack);

/** busybox sh in the guest; the host reads /out. */
function guestScript(withReference: boolean): string {
  const steps = CASES.map(
    ({ name, load, same }) => `run ${name} ${same && withReference ? "both" : "ours"} '${load}'`,
  ).join("\n");
  return `
[ -d /newest ] && { mkdir -p /newest/p; cp /p/*.bt /newest/p/; for d in proc sys dev; do mount --rbind /$d /newest/$d; done; }
attached() { # file word pid
  n=0
  while ! grep -q "$2" $1 2>/dev/null && kill -0 $3 2>/dev/null && [ $n -lt 600 ]; do usleep 50000; n=$((n+1)); done
}
finish() { n=0; kill -INT $1 2>/dev/null; while kill -0 $1 2>/dev/null && [ $n -lt 200 ]; do usleep 50000; n=$((n+1)); done; kill -9 $1 2>/dev/null; wait $1; }
run() {
  r=
  if [ $2 = both ]; then chroot /newest /usr/bin/bpftrace /p/$1.bt >/out/$1.ref 2>/out/$1.referr & r=$!; attached /out/$1.referr '^Attached' $r; fi
  /tracelet-loader run /p/$1.o >/out/$1.stream 2>/out/$1.err & t=$!
  attached /out/$1.stream attached $t
  eval "$3"
  sleep 0.2
  finish $t; echo $? >/out/$1.status
  [ -z "$r" ] || finish $r
}
${steps}
`;
}

const scratch = mkdtempSync(join(tmpdir(), "tracelet-programs-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function compileAll(directory: string): void {
  mkdirSync(directory, { recursive: true });
  for (const { name } of CASES) {
    const text = readFileSync(join(ROOT, "test/programs", `${name}.bt`), "utf8");
    const result = compile(text, { ...defaultOptions(defaultSnapshot("6.12")), name: `${name}.bt` });
    if (result.object === undefined)
      throw new Error(renderDiagnostics(result.diagnostics, result.source, { color: false }));
    writeFileSync(join(directory, `${name}.o`), result.object);
    // The reference has no kernel headers in the guest, and lacks constants that headers define.
    writeFileSync(join(directory, `${name}.bt`), text.replace(/^#include .*\n/gm, "").replaceAll("AF_INET", "2"));
  }
}

type Seen = {
  readonly records: readonly StreamRecord[];
  readonly text: string;
  readonly errors: string;
  readonly status: number;
  readonly reference: string | undefined;
};

function decode(out: string, name: string): Seen {
  const records: StreamRecord[] = [];
  const chunks: Buffer[] = [];
  const errors: Buffer[] = [];
  const renderer = createTextRenderer(
    (stream, bytes) => (stream === "stdout" ? chunks : errors).push(Buffer.from(bytes)),
    {},
  );
  const decoder = createStreamDecoder(({ record, time }) => {
    records.push(record);
    renderer.record(record, time);
  });
  decoder.push(readFileSync(join(out, `${name}.stream`)));
  decoder.end();
  renderer.end();
  let reference: string | undefined;
  try {
    reference = readFileSync(join(out, `${name}.ref`), "utf8");
  } catch {
    reference = undefined;
  }
  return {
    records,
    text: Buffer.concat(chunks).toString("utf8"),
    errors: Buffer.concat(errors).toString("utf8") + readFileSync(join(out, `${name}.err`), "utf8"),
    status: Number(readFileSync(join(out, `${name}.status`), "utf8")),
    reference,
  };
}

describe.skipIf(!can)("the article's programs", () => {
  for (const kernel of kernels) {
    describe(`kernel ${kernel}`, () => {
      const withReference = kernel !== "5.10";
      const out = join(scratch, kernel, "out");
      beforeAll(() => {
        const programs = join(scratch, kernel, "p");
        compileAll(programs);
        mkdirSync(out, { recursive: true });
        const files: string[] = ["--file", `${LOADER}:/tracelet-loader`, "--dir", `${programs}:/p`];
        for (const name of ["tcp-send", "ping-pong"]) {
          execFileSync("gcc", ["-O2", "-static", "-o", join(scratch, name), join(ROOT, "test/workload", `${name}.c`)]);
          files.push("--file", `${join(scratch, name)}:/${name}`);
        }
        if (withReference) {
          const tree = execFileSync(join(ROOT, "test/kernel/reference.sh"), ["--root"], { encoding: "utf8" }).trim();
          files.push("--dir", `${tree}:/newest`);
        }
        writeFileSync(join(scratch, kernel, "script.sh"), guestScript(withReference));
        files.push("--file", `${join(scratch, kernel, "script.sh")}:/script.sh`);
        const guest = spawnSync(
          join(ROOT, "test/kernel/vm.sh"),
          ["--kernel", kernel, "--timeout", "600", ...files, "--out", out, "--", "sh /script.sh"],
          { encoding: "utf8" },
        );
        if (guest.status !== 0)
          throw new Error(`the guest ended with ${guest.status}\n${guest.stdout}\n${guest.stderr}`);
      }, 900_000);

      for (const { name, same, spots = [] } of CASES) {
        test(name, () => {
          const seen = decode(out, name);
          expect(seen.status, seen.errors).toBe(0);
          if (spots.length === 0) expect(seen.errors).toMatch(/^Attached \d+ probes?\n$/);
          if (same && withReference) expect(seen.text).toBe(seen.reference);
          const end = seen.records.at(-1);
          if (end?.type !== "end") throw new Error("the stream does not end with its ledger");
          expect(end.ledger.submitted).toBe(end.ledger.delivered);
          if (spots.length === 0) expect(end.ledger.dropped).toBe(0);
          expect(end.ledger.sites.filter((site) => site.count > 0 && !spots.includes(site.kind))).toEqual([]);
          expectations[name]?.(seen);
        });
      }
    });
  }
});

/** What must be in the output whatever the timing. */
const expectations: Readonly<Record<string, (seen: Seen) => void>> = {
  "01-size-hist": ({ text }) => {
    expect(text).toMatch(/^\[64, 128\) {11,}200 \|@{52}\|$/m);
    expect(text).toMatch(/^\[4K, 8K\) {12,}30 \|@{7} +\|$/m);
  },
  // retval is unsigned, so an error is greater than 0 as well: all 45 calls count as 0.
  "02-retval-errors": ({ text }) => expect(text).toContain("@retvals[0]: 45\n"),
  "05-return-counts": ({ text }) => {
    // An int function leaves the upper half of the register zero: -32 is 2^32 - 32 in the 64 bits of retval.
    expect(text).toContain("@return[4294967264]: 5\n");
    expect(text).toContain("@return[100]: 40\n");
  },
  "03-large-sends": ({ text }) => {
    expect(text.match(/^PID \d+: 9000 bytes$/gm)?.length).toBe(3);
    expect(text.match(/^PID \d+: 20000 bytes$/gm)?.length).toBe(2);
  },
  "06-size-stats": ({ records }) => {
    const totals = records.flatMap((r) =>
      r.type === "map" ? r.entries.map((e) => e.value) : [],
    ) as unknown as readonly { readonly count: number; readonly total: number }[];
    expect(totals.reduce((sum, value) => sum + Number(value.count), 0)).toBe(60);
    expect(totals.reduce((sum, value) => sum + Number(value.total), 0)).toBe(15_000);
  },
  "07-send-stacks": ({ text }) => {
    expect(text).toMatch(/@\[\n {8}tcp_sendmsg\+\d+\n(?: {8}\S+\n)+\]: 50\n/);
    expect(text).toContain("__sys_sendto+");
  },
  "07b-send-stacks-3": ({ text }) => expect(text).toMatch(/@\[\n {8}tcp_sendmsg\+\d+\n {8}\S+\n {8}\S+\n\]: 50\n/),
  "08-send-latency": ({ records, text }) => {
    const hist = records.flatMap((r) =>
      r.type === "map" && r.name === "@ns" ? r.entries.map((e) => e.value) : [],
    ) as unknown as readonly (readonly { readonly count: number }[])[];
    expect(hist.flat().reduce((sum, bucket) => sum + Number(bucket.count), 0)).toBe(60);
    expect(text).not.toContain("@ts");
  },
  "09-timer-functions": ({ text }) => expect(text).toMatch(/^@\[(tick_\w+|hrtimer_wakeup)\]: \d+$/m),
  "10-profile-kernel": ({ text }) => expect(text).toMatch(/^@\[\n( {8}\S+\+\d+\n)+\]: \d+$/m),
  "11-tcp-sends": ({ text }) => {
    expect(text.match(/^127\.0\.0\.1 +\d+ +-> 127\.0\.0\.1 +4242 +100 +100$/gm)?.length).toBe(3);
    expect(text.match(/^127\.0\.0\.1 +\d+ +-> 127\.0\.0\.1 +4242 +100 +-32$/gm)?.length).toBe(2);
    expect(text.match(/^127\.0\.0\.1 +\d+ +-> 127\.0\.0\.1 +4343 +70000 +70000$/gm)?.length).toBe(2);
  },
  // Which threads wait for which depends on the machine's load: the banner, and keys with stacks in them.
  "12-off-cpu": ({ text }) => {
    expect(text).toContain("Tracing time off CPU with wakers. Ctrl-C ends.\n");
    expect(text).toContain("@us[");
  },
};
