/** The default snapshots against the kernels that they are of: their types, and bpftrace's own listing in a guest. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TypeId } from "../../compiler/btf/types.ts";
import { listProbes } from "../../compiler/snapshot/index.ts";
import { branded } from "../../compiler/util/brand.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { available, ROOT } from "../runner/machine.ts";
import { readRawBtf } from "../snapshot/raw-btf.ts";
import { referenceTree, runInGuest, whyNoGuest } from "./guest.ts";

const work = mkdtempSync(join(tmpdir(), "tracelet-"));
afterAll(() => rmSync(work, { recursive: true }));
const can = available("snapshots in guests", whyNoGuest());
const isRoot = process.getuid?.() === 0;

describe.skipIf(!can).each(["6.1", "6.12"])("the default snapshot of Linux %s", (version) => {
  test("has every type of the kernel in Debian's package", () => {
    const directory = execFileSync(join(ROOT, "test/kernel/kernel.sh"), [version], { encoding: "utf8" }).trim();
    const snapshot = defaultSnapshot(version);
    expect(directory.endsWith(`/${snapshot.release}`), `${directory} is newer: run test/kernel/make-snapshots`).toBe(
      true,
    );
    const blob = join(work, `btf-${version}`);
    execFileSync("objcopy", ["-O", "binary", "-j", ".BTF", join(directory, "vmlinux"), blob]);
    const raw = readRawBtf(readFileSync(blob));
    expect(snapshot.btf.count).toBe(raw.types.length);
    const wrong = raw.types.flatMap((type, id) => {
      const read = { ...snapshot.btf.type(branded<TypeId>(id)) };
      // Cheaper than a deep comparison of a hundred thousand objects by the test runner.
      const text = (value: object): string =>
        JSON.stringify(Object.entries(value).sort(), (_, each: unknown) =>
          typeof each === "bigint" ? `${each}n` : each,
        );
      return text(read) === text(type) ? [] : [{ id, type, read }];
    });
    expect(wrong.slice(0, 3)).toEqual([]);
  });
});

/** Where bpftrace tells it deterministically; `-l` of everything differs in what can't be attached. */
const same: readonly (readonly [string, boolean])[] = [
  ["tracepoint:*", true],
  ["t:timer:hrtimer_start", true],
  ["t:syscalls:*open*", false],
  ["k:vfs_rea*", false],
  ["kprobe:vmlinux:vfs_rea*,t:timer:hrtimer_s*", false],
  ["kprobe:tcp_*", true],
  ["kretprobe:vfs_read", true],
  ["f:tcp_send*", true],
  ["fexit:vfs_r*", true],
  ["rt:sched_*", true],
  ["iter:*", true],
  ["software:*", false],
  ["hardware:*", false],
  ["interval:*", false],
  ["profile:*", false],
  ["self:*", false],
  ["struct list_*", true],
  ["struct list_*", false],
  ["struct sk_buff", true],
  ["struct task_struct", true],
  ["enum *hrtimer*", true],
  ["union sigval", true],
];

describe.skipIf(!can || !available("bpftrace's listing in a guest", isRoot ? undefined : "not root"))(
  "listing 6.12 as bpftrace does",
  () => {
    const out = join(work, "listed");
    beforeAll(() => {
      const commands = same.map(
        ([pattern, verbose], index) =>
          `chroot /newest /usr/bin/bpftrace ${verbose ? "-lv" : "-l"} '${pattern}' >/out/${index} 2>/out/${index}.err`,
      );
      const mounts = "for d in proc sys dev; do mount --rbind /$d /newest/$d; done";
      runInGuest({
        kernel: "6.12",
        directories: { "/newest": referenceTree() },
        out,
        timeout: 500,
        command: [mounts, ...commands].join("\n"),
      });
    }, 600_000);

    test.each(same.map(([pattern, verbose], index) => ({ index, pattern, verbose })))(
      "$pattern, verbose $verbose",
      ({ index, pattern, verbose }) => {
        const expected = readFileSync(join(out, String(index)), "utf8");
        expect(expected).not.toBe("");
        expect(listProbes(defaultSnapshot("6.12"), pattern, { verbose })).toBe(expected);
      },
    );
  },
);
