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
  kill -INT $t; wait $t
}
${CASES.map(({ name, load }) => `run ${name} '${load}'`).join("\n")}
`;

describe.skipIf(!can)("recorded in a guest, simulated here", () => {
  const out = join(scratch, "out");
  const objects = new Map<string, Uint8Array>();
  const scriptOf = (name: string) => readFileSync(join(ROOT, "test/programs", `${name}.bt`), "utf8");
  beforeAll(() => {
    const programs = join(scratch, "p");
    mkdirSync(programs);
    mkdirSync(out);
    for (const { name } of CASES) {
      const object = compileToRecord(scriptOf(name), `${name}.bt`, defaultSnapshot("6.12"));
      objects.set(name, object);
      writeFileSync(join(programs, `${name}.o`), object);
    }
    const files: Record<string, string> = { "/tracelet-loader": LOADER, "/script.sh": join(scratch, "script.sh") };
    for (const name of ["tcp-send", "ping-pong"]) {
      execFileSync("gcc", ["-O2", "-static", "-o", join(scratch, name), join(ROOT, "test/workload", `${name}.c`)]);
      files[`/${name}`] = join(scratch, name);
    }
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

  for (const { name } of CASES) {
    test(name, async () => {
      const object = objects.get(name) ?? new Uint8Array();
      const stream = readFileSync(join(out, `${name}.stream`));
      const { text, events, lacks } = keep(stream, object, join(scratch, `${name}.jsonl`));
      expect(lacks).toBeUndefined();
      expect(events.split("\n").length).toBeGreaterThan(10);
      expect(await replay(scriptOf(name), `${name}.bt`, events, defaultSnapshot("6.12"))).toBe(text);
    }, 60_000);
  }
});
