/** The guest harness itself: what goes in and what comes back, to the byte. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { available } from "../runner/machine.ts";
import { guestKernels, runInGuest, whyNoGuest } from "./guest.ts";

const work = mkdtempSync(join(tmpdir(), "tracelet-"));
afterAll(() => rmSync(work, { recursive: true }));

describe.skipIf(!available("guests", whyNoGuest())).each(guestKernels())("a guest with Linux %s", (kernel) => {
  test("takes files and trees, gives back output, status and /out", () => {
    const bytes = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7) & 0xff));
    writeFileSync(join(work, "bytes"), bytes);
    mkdirSync(join(work, "tree/deep"), { recursive: true });
    writeFileSync(join(work, "tree/deep/script"), "#!/bin/sh\necho from the tree: $1\n");
    chmodSync(join(work, "tree/deep/script"), 0o755);
    const out = join(work, `out-${kernel}`);
    const result = runInGuest({
      kernel,
      files: { "/data/bytes": join(work, "bytes") },
      directories: { "/t": join(work, "tree") },
      out,
      command:
        "uname -r; /t/deep/script 'a  b'; printf 'no newline' >&2; cp /data/bytes /out/copy; ls /sys/kernel/tracing/events/sched/sched_switch/format; exit 7",
    });
    const [release, ...lines] = result.stdout.split("\n");
    expect(release).toContain(kernel.replace(/\.x$/, ""));
    expect(lines).toEqual(["from the tree: a b", "/sys/kernel/tracing/events/sched/sched_switch/format", ""]);
    expect([result.stderr, result.status]).toEqual(["no newline", 7]);
    expect(Buffer.compare(readFileSync(join(out, "copy")), bytes)).toBe(0);
  });

  test("runs an argument vector as it is", () => {
    expect(runInGuest({ kernel, command: ["printf", "%s|", "a b", "it's", "$HOME", "*"] })).toEqual({
      stdout: "a b|it's|$HOME|*|",
      stderr: "",
      status: 0,
    });
  });

  test("ends a command that does not end", () => {
    expect(() => runInGuest({ kernel, command: "sleep 100", timeout: 8 })).toThrow("not done after 8 s");
  });
});
