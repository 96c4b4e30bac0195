/** One program for entries and returns (kprobe.session), where a guest's kernel has such links: what it gives is what two give. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Manifest } from "../../compiler/5-object/manifest.ts";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { guestKernels, runInGuest, whyNoGuest } from "../kernel/guest.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { available } from "../runner/machine.ts";
import { folder, loader, makeObject, manifest, place, type Rec, read, records, runLoader, whyNot } from "./objects.ts";

const objects = join(folder, "sessions");

const targets = (kind: "kprobe" | "kretprobe") => ({
  section: kind,
  probe: `${kind}:vfs_r*`,
  attach: [{ kind, function: "vfs_r*" }],
  place: place(1),
});
/** Hits by program: 1 at entries, 2 at returns, 3 in the session. */
const content = (sessions: Manifest["sessions"]): Manifest =>
  manifest({
    buffer: null,
    programs: [
      { name: "entered", ...targets("kprobe") },
      { name: "returned", ...targets("kretprobe") },
    ],
    ...(sessions === undefined ? {} : { sessions }),
    maps: [
      {
        name: "@hits",
        storage: "percpu_hash",
        symbol: "hits",
        keySize: 8,
        key: { k: "int", size: 8, signed: false },
        value: { k: "count" },
        valueSize: 8,
        maxEntries: 8,
        print: true,
      },
    ],
  });
const session = { name: "both", section: "kprobe", entry: 0, returns: 1 };

const SCRIPT = `kprobe:vfs_re* /pid == cpid/ { @in[func] = count(); @size[tid] = arg2; }
kretprobe:vfs_re* /pid == cpid/ { @out[func, @size[tid]] = sum(retval); delete(@size, tid); }`;

const script = `
cd /t
printf '#!/bin/sh\\nexec dd if=/proc/version of=/dev/null bs=5 count=7 2>/dev/null\\n' >load; chmod +x load
printf '#!/bin/sh\\ncat /proc/$PPID/fdinfo/* 2>/dev/null\\n' >links; chmod +x links
for name in good refused; do ./loader run $name.o -o /out/$name -c ./load; echo "$name $?"; done
./loader run script.o -o /out/one -c ./load; echo "one $?"
./loader run script.o --no-feature kprobe_session -o /out/two -c ./load; echo "two $?"
./loader run script.o -o /out/links -c ./links | grep -c link_type
./loader run script.o --no-feature kprobe_session -o /out/links -c ./links | grep -c link_type
`;

/** Linux 6.10 has kprobe.session. */
const hasSessions = (kernel: string): boolean => {
  const [major = 0, minor = 0] = kernel.split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 10);
};

describe.skipIf(whyNot() !== undefined || !available("guests", whyNoGuest())).each(guestKernels())(
  "kprobe.session under Linux %s",
  (kernel) => {
    const out = join(folder, `out-sessions-${kernel}`);
    let result = { stdout: "", stderr: "", status: 0 };
    const maps = (name: string): (readonly [name: unknown, entries: readonly string[]])[] =>
      records(read(join(out, name)))
        .filter((record): record is Rec & { entries: { key: unknown; value: unknown }[] } => record.type === "map")
        .map(({ name, entries }) => [name, entries.map(({ key, value }) => `${String(key)} ${String(value)}`).sort()]);
    const programs = (name: string) => maps(name).flatMap(([, entries]) => entries.map((entry) => entry.split(" ")[0]));

    beforeAll(() => {
      mkdirSync(objects, { recursive: true });
      for (const [name, defines] of [
        ["good", []],
        ["refused", ["-DREFUSED"]],
      ] as const)
        copyFileSync(makeObject("session.bpf.c", content([session]), defines), join(objects, `${name}.o`));
      const compiled = compile(SCRIPT, { ...defaultOptions(defaultSnapshot("6.12")), child: true });
      expect(compiled.diagnostics).toEqual([]);
      writeFileSync(join(objects, "script.o"), compiled.object ?? new Uint8Array());
      copyFileSync(loader, join(objects, "loader"));
      result = runInGuest({ kernel, directories: { "/t": objects }, out, command: script });
    });

    test("each run ends well, with one link where the kernel has sessions (L3.24, L8.36)", () => {
      const lines = result.stdout.trim().split("\n");
      expect(lines.slice(0, 4)).toEqual(["good 0", "refused 0", "one 0", "two 0"]);
      expect(result.stderr).not.toContain("ERROR");
      const [one, two] = lines.slice(4).map(Number);
      if (hasSessions(kernel)) expect([one, two]).toEqual([1, 2]);
      else expect(one).toBe(two);
    });

    test("the session's program runs in place of two, unless the kernel refuses it", () => {
      expect(programs("good")).toEqual(hasSessions(kernel) ? ["3"] : ["1", "2"]);
      expect(programs("refused")).toEqual(["1", "2"]);
    });

    test("what a script counts and says it attached to is the same either way", () => {
      expect(maps("one")).toEqual(maps("two"));
      const attached = (name: string) => records(read(join(out, name))).find(({ type }) => type === "attached");
      expect(attached("one")?.probes).toEqual(attached("two")?.probes);
      expect(maps("one").map(([name]) => name)).toEqual(["@in", "@out"]);
    });
  },
);

describe.skipIf(whyNot() !== undefined)("sessions in a manifest", () => {
  test.each([
    [[{ ...session, name: "nosuch" }], "names a program 'nosuch' that it does not hold"],
    [[{ ...session, entry: 7 }], "sessions[0].entry"],
    [[{ ...session, returns: 0 }], "sessions[0].returns is the program at the entry"],
    [[session, session], "sessions[1].entry is in another session too"],
    [[{ ...session, section: 3 }], "sessions[0].section"],
  ])("%j is refused", (sessions, message) => {
    const damaged = { ...content(undefined), sessions };
    const { status, stderr } = runLoader(["check", makeObject("session.bpf.c", damaged)]);
    expect(stderr).toContain(message);
    expect(status).toBe(1);
  });
});
