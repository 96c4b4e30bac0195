/** checkObject and `tracelet check`: verdicts, budgets, JSON, SARIF, statuses, other compilers' objects, bad input, speed. */
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  CheckError,
  type CheckedKernel,
  checkObject,
  createSource,
  type KernelCheck,
  type ObjectCheck,
  renderDiagnostics,
  renderSarif,
} from "../../compiler/index.ts";
import { mapMemory } from "../../compiler/verifier/map-memory.ts";
import { folder, tracelet } from "../cli/support.ts";
import { splitCase } from "../runner/case-file.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { available, LOADER, ROOT, whyNoCommand, whyNoKernel } from "../runner/machine.ts";
import { clangObject, hasClang, objectOf } from "./support.ts";

const both = (): readonly CheckedKernel[] => [defaultSnapshot("6.1"), defaultSnapshot("6.12")];

async function checkOne(object: Uint8Array, kernel: CheckedKernel): Promise<KernelCheck> {
  const { kernels } = await checkObject(object, { kernels: [kernel], types: defaultSnapshot("6.12") });
  const [found] = kernels;
  if (found === undefined) throw new Error("no answer");
  return found;
}
function textOf(check: ObjectCheck): string {
  const source = check.source ?? createSource("", "");
  return check.kernels.map(({ diagnostics }) => renderDiagnostics(diagnostics, source)).join("");
}

describe("verdicts", () => {
  test.each(readdirSync(join(ROOT, "test/programs")))("%s is accepted by both embedded kernels", async (name) => {
    const object = objectOf(readFileSync(join(ROOT, "test/programs", name), "utf8"));
    const check = await checkObject(object, { kernels: both() });
    expect(
      check.kernels.map(({ verdict }) => verdict),
      textOf(check),
    ).toEqual(["accepted", "accepted"]);
    for (const { programs, maps } of check.kernels) {
      for (const { budget } of programs) {
        expect(budget.instructions).toBeGreaterThan(0);
        expect(budget.verified).toBeGreaterThan(0);
        expect(budget.stackCombined).toBeLessThanOrEqual(512);
      }
      expect(maps.length).toBeGreaterThan(0);
      for (const { bytes } of maps) expect(bytes).toBeGreaterThan(0);
    }
  });

  test("what a host writes into an object before it loads it is not known: every parameter passes", async () => {
    const object = objectOf("kprobe:vfs_read { if (arg2 > $1) { @[str($2)] = count(); } }");
    expect((await checkOne(object, defaultSnapshot("6.12"))).verdict).toBe("accepted");
  });

  test("a version alone: the compiler's own helpers are judged, kernel structures are not", async () => {
    const plain = objectOf("kprobe:vfs_read { @[pid] = count(); }");
    const types = objectOf("kprobe:vfs_read { @[curtask.pid] = count(); }");
    for (const version of ["5.10", "5.15", "6.1", "6.6", "6.12", "6.18"]) {
      expect(await checkOne(plain, version)).toMatchObject({ kernel: version, typesKnown: false, verdict: "accepted" });
      expect((await checkOne(types, version)).verdict).toBe("unknown");
    }
  });

  test("a refusal on a way that only the assumed types open is none: the program asks what the kernel has", async () => {
    // comm reads the task where the kernel has bpf_get_current_task_btf, and asks the helper where it has not: 5.10 takes it
    const object = objectOf("kprobe:vfs_write { @[comm] = sum(arg2); }");
    expect((await checkOne(object, "5.10")).verdict).not.toBe("refused");
  });

  test("an object for another machine: registers and types of that machine are not known", async () => {
    const script =
      "kprobe:vfs_read { @ = sum(arg2); } profile:hz:99 { @a = count(); } fentry:vfs_read { @b = args.count; }";
    const object = objectOf(script, "6.12", { arch: "aarch64" });
    const found = await checkOne(object, defaultSnapshot("6.12"));
    expect(found).toMatchObject({ typesKnown: false, verdict: "unknown" });
    expect(found.programs.map(({ verdict }) => verdict)).toEqual(["accepted", "unknown", "unknown"]);
    const older = await checkOne(object, "5.15");
    expect(older.diagnostics.map(({ code }) => code)).toContain("probe-kind-absent");
  });

  test("a module's functions are looked up in the module", async () => {
    const [name] = defaultSnapshot("6.12")
      .functions("*", "ext4")
      .map((each) => each.name);
    if (name === undefined) return;
    const object = objectOf(`kprobe:ext4:${name} { @ = count(); }`);
    expect((await checkOne(object, defaultSnapshot("6.12"))).verdict).toBe("accepted");
  });

  test("the first version that would accept is the last of those that its programs need", async () => {
    const object = objectOf(
      "kprobe:vfs_read { for ($i : 0..10000) { @[$i] = count(); } } kprobe:vfs_write { @b = count(); }",
    );
    const check = await checkOne(object, "5.15");
    expect(check).toMatchObject({ verdict: "refused", since: "6.1" });
    expect(check.programs.map(({ verdict, since }) => [verdict, since])).toEqual([
      ["refused", "6.1"],
      ["accepted", undefined],
    ]);
  });

  test("the walk: an opcode and a state per instruction, lines of the script between", async () => {
    const object = objectOf("kprobe:vfs_read\n{\n\t@[pid] = count();\n}");
    const { kernels } = await checkObject(object, { kernels: [defaultSnapshot("6.12")], log: true });
    const lines = kernels[0]?.programs[0]?.log ?? [];
    const walk = lines.filter(({ kind }) => kind === "walk").map(({ text }) => text);
    expect(walk[0]).toMatch(/^0: \([0-9a-f]{2}\) /);
    expect(walk.some((text) => /call bpf_get_current_pid_tgid#14 +; R0=scalar\(/.test(text))).toBe(true);
    expect(lines.filter(({ kind }) => kind === "source")).toContainEqual(
      expect.objectContaining({ file: "stdin", line: 3, text: "@[pid] = count();" }),
    );
  });
});

describe.skipIf(!hasClang)("objects of clang", () => {
  test("a refusal names the C file's line and what the value is", async () => {
    const object = clangObject(
      'SEC("kprobe/vfs_read") int probe(unsigned long *ctx)\n{\n\tunsigned char *p = (void *)ctx[14];\n\n\treturn *p;\n}',
    );
    const check = await checkObject(object, { kernels: both() });
    expect(check.kernels.map(({ verdict }) => verdict)).toEqual(["refused", "refused"]);
    const text = textOf(check);
    expect(text).toMatch(/^\.\/probe\.bpf\.c:8:9-10: ERROR: Linux 6\.1\S* refuses kprobe\/vfs_read: memory is reached/);
    expect(text).toMatch(/probe\.bpf\.c:6:\d+-\d+: NOTE: .*any number\n/);
  });

  test("what the model does not judge is unknown, never accepted", async () => {
    for (const section of ["xdp", "tc", "lsm/file_open", "fentry.s/vfs_read", "struct_ops/x", "nosuch"]) {
      const check = await checkOne(
        clangObject(`SEC("${section}") int probe(void *ctx) { return 0; }`),
        defaultSnapshot("6.12"),
      );
      expect(check.verdict, section).toBe("unknown");
    }
  });

  test("an object without a program is none to judge", async () => {
    await expect(checkObject(clangObject("int nothing;"), { kernels: both() })).rejects.toThrow(/without a program/);
  });

  test("a function, tracepoint or event that the section's name asks for and the kernel lacks", async () => {
    for (const section of [
      "kprobe/vfs_raed",
      "tracepoint/sched/sched_swich",
      "raw_tp/nosuch",
      "fentry/nosuch",
      "iter/nosuch",
    ]) {
      const check = await checkOne(
        clangObject(`SEC("${section}") int probe(void *ctx) { return 0; }`),
        defaultSnapshot("6.12"),
      );
      expect(check.verdict, section).toBe("cannot-attach");
      expect(
        check.diagnostics.map(({ code }) => code),
        section,
      ).toContain("target-absent");
    }
  });
});

describe("bad input", () => {
  test("objects cut anywhere and damaged anywhere: a reason, or a verdict; nothing else", async () => {
    const whole = objectOf(
      'kprobe:vfs_read { @[comm, kstack(3)] = hist(arg2); if (arg2 > $1) { printf("%d", pid); } }',
    );
    const kernels = [defaultSnapshot("6.12"), "5.10"];
    const refused: string[] = [];
    const examine = async (bytes: Uint8Array): Promise<void> => {
      await checkObject(bytes, { kernels }).then(textOf, (error: unknown) => {
        if (!(error instanceof CheckError)) throw error;
        refused.push(error.message);
      });
    };
    for (let size = 0; size < whole.length; size += 41) await examine(whole.subarray(0, size));
    expect(refused.length).toBeGreaterThan(50);
    expect(refused.every((text) => text.length > 10)).toBe(true);
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return seed % below;
    };
    for (let n = 0; n < 300; n++) {
      const bytes = whole.slice();
      for (let i = 0; i <= n % 3; i++) bytes[random(bytes.length)] = random(256);
      await examine(bytes);
    }
  });

  test("a kernel that is no version, bytes that are no object", async () => {
    const object = objectOf("begin { exit(); }");
    await expect(checkObject(object, { kernels: ["newest"] })).rejects.toThrow(/"newest" is no kernel version/);
    await expect(checkObject(new Uint8Array([1, 2, 3]), { kernels: ["6.12"] })).rejects.toThrow(CheckError);
  });
});

describe("speed", () => {
  test("a one-liner, once the module is warm", async () => {
    const object = objectOf("kprobe:tcp_sendmsg { @[pid] = hist(arg2); }");
    const options = { kernels: [defaultSnapshot("6.12")] };
    const times: number[] = [];
    for (let n = 0; n < 40; n++) {
      const start = performance.now();
      await checkObject(object, options);
      times.push(performance.now() - start);
    }
    const best = Math.min(...times);
    console.log(`check of a one-liner: ${best.toFixed(2)} ms`);
    expect(best).toBeLessThan(2);
  });
});

/** What the schema of SARIF 2.1.0 requires, and code hosts on top of it. */
function expectSarif(log: unknown): readonly { readonly ruleId: string; readonly level: string }[] {
  const region = expect.objectContaining({ startLine: expect.any(Number), startColumn: expect.any(Number) });
  const { runs, version, $schema } = log as { runs: Run[]; version: string; $schema: string }; // checked below
  type Run = {
    tool: { driver: { name: string; rules: { id: string }[] } };
    results: { ruleId: string; ruleIndex: number; level: string; message: { text: string }; locations: unknown[] }[];
  };
  expect(version).toBe("2.1.0");
  expect($schema).toMatch(/sarif-schema-2\.1\.0\.json$/);
  expect(runs).toHaveLength(1);
  const [run] = runs;
  if (run === undefined) throw new Error("no run");
  expect(run.tool.driver.name).toBe("tracelet");
  for (const rule of run.tool.driver.rules) {
    expect(rule).toMatchObject({ shortDescription: { text: expect.any(String) }, help: { text: expect.any(String) } });
  }
  for (const result of run.results) {
    expect(run.tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId);
    expect(["error", "warning"]).toContain(result.level);
    expect(result.message.text).not.toBe("");
    expect(result.locations).toHaveLength(1);
    const [location] = result.locations as {
      physicalLocation: { artifactLocation: { uri: string }; region?: unknown };
    }[];
    expect(location?.physicalLocation.artifactLocation.uri).not.toBe("");
    if (location?.physicalLocation.region !== undefined) expect(location.physicalLocation.region).toEqual(region);
  }
  return run.results;
}

describe("tracelet check", () => {
  const script = join(folder, "a b.bt");
  writeFileSync(script, "kprobe:vfs_read\n{\n\t@[curtask.mm_cid] = count();\n}\n");

  test("--json says everything per kernel, and the status is 1 where one refuses", () => {
    const run = tracelet(["check", script, "--kernel", "6.1", "--kernel", "6.12", "--json", "--cpus", "16"]);
    expect(run).toMatchObject({ status: 1, stderr: "" });
    const json: unknown = JSON.parse(run.stdout);
    expect(json).toMatchObject({
      version: 1,
      input: script,
      cpus: 16,
      verdict: "refused",
      kernels: [
        {
          verdict: "cannot-attach",
          typesKnown: true,
          diagnostics: [{ code: "member-absent", range: { start: { line: 3, column: 4 } } }],
        },
        {
          verdict: "accepted",
          programs: [{ probe: "kprobe:vfs_read", verdict: "accepted", budget: { stack: expect.any(Number) } }],
          maps: [{ name: "@", type: "percpu_hash" }, { name: ".bss" }],
          diagnostics: [],
        },
      ],
    });
  });

  test("--sarif is what code hosts take", () => {
    const run = tracelet(["check", "a b.bt", "--kernel", "6.1", "--kernel", "6.12", "--sarif"]);
    expect(run.status).toBe(1);
    const results = expectSarif(JSON.parse(run.stdout));
    expect(results).toMatchObject([
      {
        ruleId: "member-absent",
        level: "error",
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: "a%20b.bt" },
              region: { startLine: 3, startColumn: 4, endLine: 3, endColumn: 18, snippet: { text: "curtask.mm_cid" } },
            },
          },
        ],
        properties: { kernels: [expect.stringMatching(/^6\.1\./)] },
      },
    ]);
    const sound = tracelet(["check", "-e", "begin { exit(); }", "--sarif"]);
    expect(sound.status).toBe(0);
    expect(expectSarif(JSON.parse(sound.stdout))).toEqual([]);
    const near = tracelet(["check", "-e", "kprobe:vfs_read { @ = curtask.pidd; }", "--sarif"]);
    expect(expectSarif(JSON.parse(near.stdout))).toMatchObject([
      {
        ruleId: "unknown-field",
        fixes: [
          {
            artifactChanges: [
              { replacements: [{ deletedRegion: { startColumn: 31 }, insertedContent: { text: "pid" } }] },
            ],
          },
        ],
      },
    ]);
    const wrong = tracelet(["check", "-e", "begin { $x }}", "--sarif"]);
    expect(expectSarif(JSON.parse(wrong.stdout)).length).toBeGreaterThan(0);
  });

  test("SARIF of an object without places names the object", () => {
    const diagnostics = [
      { code: "map-memory", severity: "warning", message: "m", hint: "h", span: undefined, notes: [] },
    ] as const;
    const groups = [{ kernel: "6.12", source: undefined, diagnostics }];
    const results = expectSarif(renderSarif({ version: "0", input: "/x/y.o", groups, page: () => undefined }));
    expect(results).toMatchObject([
      { locations: [{ physicalLocation: { artifactLocation: { uri: "file:///x/y.o" } } }] },
    ]);
  });

  test("objects are checked as scripts are, and standard input as files are", () => {
    const object = join(folder, "x.bpf.o");
    writeFileSync(object, objectOf("kprobe:vfs_read { @ = count(); }"));
    const run = tracelet(["check", object]);
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(
      run.stdout.split("\n").filter((line) => line.endsWith("accepted: no known reason for a refusal")),
    ).toHaveLength(2);
    expect(tracelet(["check", "-"], { input: "begin { exit(); }" }).status).toBe(0);
  });

  test("--strict counts what is not known as a refusal; --log prints the walk", () => {
    const words = ["check", "-e", "kprobe:vfs_read { @[curtask.pid] = count(); }", "--kernel", "5.10"];
    expect(tracelet(words).status).toBe(0);
    expect(tracelet([...words, "--strict"]).status).toBe(1);
    const { stdout } = tracelet([...words, "--log"]);
    expect(stdout).toMatch(/\n0: \([0-9a-f]{2}\) .*\n/);
    expect(stdout).toMatch(/processed \d+ insns \(limit 1000000\)/);
  });

  test("words that mean nothing are refused with the way out", () => {
    const cases: readonly (readonly [readonly string[], number, string])[] = [
      [["--kernel", "nosuch.tls"], 1, "cannot read the kernel snapshot 'nosuch.tls'"],
      [["--kernel", "4.19"], 2, "kernels before 5.10 are not known"],
      [["--kernel", script], 1, "a b.bt"],
      [["--cpus", "0"], 2, "--cpus takes a number from 1"],
      [["--cpus", "many"], 2, "not 'many'"],
      [["--json", "--sarif"], 2, "choose one of --json and --sarif"],
    ];
    for (const [words, status, text] of cases) {
      const run = tracelet(["check", "-e", "begin { exit(); }", ...words]);
      expect(run.status, words.join(" ")).toBe(status);
      expect(run.stderr).toContain(text);
      expect(run.stdout).toBe("");
    }
    expect(tracelet(["check"]).status).toBe(2);
    expect(tracelet(["check", "nosuch.bt"]).status).toBe(1);
  });
});

describe.skipIf(!available("memory of maps beside this kernel's account", whyNoKernel() ?? whyNoCommand("cc")))(
  "memory of maps",
  () => {
    test("is what this kernel counts, within 3 %", () => {
      const binary = join(folder, "map-memory");
      execFileSync("cc", ["-O1", "-Wall", "-Werror", "-o", binary, join(import.meta.dirname, "map-memory.c")]);
      const [cpus = 0, ...rows] = execFileSync(binary, { encoding: "utf8" }).trim().split("\n");
      expect(rows.length).toBeGreaterThan(10);
      for (const row of rows) {
        const [type = 0, keySize = 0, valueSize = 0, maxEntries = 0, counted = 0] = row.split(" ").map(Number);
        const map = { name: "", type, keySize, valueSize, maxEntries, flags: 0 };
        const nothing = { frozen: undefined, unknownBytes: undefined, inner: undefined, special: [] };
        const { bytes } = mapMemory({ ...map, ...nothing }, Number(cpus));
        expect(Math.abs(bytes - counted) / counted, `${row}: ${bytes} here`).toBeLessThan(0.03);
      }
    });
  },
);

describe.skipIf(!available("verdicts beside this machine's kernel", whyNoKernel()))("this machine's kernel", () => {
  test("refuses what is refused of the scripts that are wrong on purpose, and accepts their repairs", () => {
    const cases = join(import.meta.dirname, "cases");
    const verdicts = [
      "unbounded-loop",
      "too-many-instructions",
      "too-many-branches",
      "pointer-may-be-null",
      "pointer-checked",
      "helper-absent",
    ].map((name) => {
      const { sections } = splitCase(readFileSync(join(cases, `${name}.case`), "utf8"));
      const object = objectOf(sections.find((section) => section.name === "program")?.text ?? "");
      const run = spawnSync(LOADER, ["check", "-"], { input: object, encoding: "utf8", timeout: 60_000 });
      return [name, run.status];
    });
    expect(verdicts).toEqual([
      ["unbounded-loop", 1],
      ["too-many-instructions", 1],
      ["too-many-branches", 1],
      ["pointer-may-be-null", 1],
      ["pointer-checked", 0],
      ["helper-absent", 0],
    ]);
  });
});
