/**
 * Whole objects before the model: C programs compiled with clang, and those of the project's own compiler. The kernel at
 * hand loads or refuses each as its first line says, and so does the model; damaged objects end in a clear error.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readBtf } from "../../compiler/btf/read.ts";
import type { Btf } from "../../compiler/btf/types.ts";
import { loadVerifier, type Verifier } from "../../compiler/verifier/module.ts";
import { VerifyObjectError, verifyObject } from "../../compiler/verifier/object.ts";
import { profileOf } from "../../compiler/verifier/profiles/profile.ts";
import { available, canLoad } from "../tools/external.ts";
import { mutate, randomBits } from "../tools/mutate.ts";
import { noteVerdicts } from "./agreement.ts";
import { kernelBtf, kernelEnv } from "./kernel-judge.ts";

const programs = join(import.meta.dirname, "programs");
const sources = readdirSync(programs).filter((name) => name.endsWith(".bpf.c"));
const hasClang = available("clang") && existsSync("/usr/include/bpf/bpf_helpers.h");
const bytes = kernelBtf();
const loads = canLoad() && bytes !== undefined;
const DAMAGED = Number(process.env.DAMAGED_COUNT ?? 3000);

describe.skipIf(!hasClang)("objects", () => {
  const folder = mkdtempSync(join(tmpdir(), "tracelet-verifier-"));
  const objects = new Map<string, Uint8Array>();
  let verifier: Verifier;
  beforeAll(async () => {
    verifier = await loadVerifier();
    for (const source of sources) {
      const out = join(folder, basename(source, ".c").replace(".bpf", ".bpf.o"));
      const include = "/usr/include/x86_64-linux-gnu";
      const flags = ["-g", "-O2", "-target", "bpf", "-mcpu=v3", "-D__TARGET_ARCH_x86", `-I${include}`];
      execFileSync("clang", [...flags, "-c", join(programs, source), "-o", out], { stdio: "pipe" });
      objects.set(source, new Uint8Array(readFileSync(out)));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const judge = (source: string, btf: Btf | undefined) => {
    const env = btf === undefined ? { profile: profileOf("6.18.44"), btf } : kernelEnv(btf);
    return verifyObject(verifier, objects.get(source) ?? new Uint8Array(), env);
  };

  test.skipIf(!loads)("the kernel and the model judge each as it says", () => {
    if (bytes === undefined) throw new Error("no BTF");
    const btf = readBtf(bytes);
    const bpf = join(folder, "bpf");
    mkdirSync(bpf);
    execFileSync("mount", ["-t", "bpf", "bpf", bpf]);
    const wrong: string[] = [];
    try {
      for (const source of sources) {
        const expected = /^\/\* (accepted|refused): /.exec(readFileSync(join(programs, source), "utf8"))?.[1];
        const file = join(folder, source.replace(".bpf.c", ".bpf.o"));
        const pins = join(bpf, source.replace(/\W/g, "_"));
        const load = spawnSync("bpftool", ["prog", "loadall", file, pins], { encoding: "utf8" });
        if (load.status === 0) rmSync(pins, { recursive: true, force: true });
        const found = judge(source, btf).programs;
        const bad = found.find((each) => each.verdict !== "accepted");
        const model = bad === undefined ? "accepted" : bad.verdict === "unknown" ? "unknown" : "refused";
        const kernel = load.status === 0 ? "accepted" : "refused";
        noteVerdicts(`clang ${source}`, kernel, model);
        if (kernel !== expected || model !== expected) {
          wrong.push(
            `${source}: expected ${expected}, kernel ${kernel}, model ${model}: ${bad?.message}\n${load.stderr.slice(-800)}`,
          );
        }
        if (bad !== undefined && bad.insn !== undefined && bad.place === undefined) wrong.push(`${source}: no line`);
      }
    } finally {
      execFileSync("umount", [bpf]);
    }
    expect(sources.length).toBeGreaterThanOrEqual(20);
    expect(wrong).toEqual([]);
  });

  test("a refusal names the line of the source", () => {
    const [found] = judge("histogram-unbounded.bpf.c", undefined).programs;
    expect(found?.verdict).toBe("refused");
    expect(found?.place?.text).toContain("__sync_fetch_and_add(&hist->slots[slot], 1)");
    expect(found?.hint).toBeDefined();
  });

  test("maps have their memory stated", () => {
    const { maps } = judge("count.bpf.c", undefined);
    expect(maps.map((map) => map.name)).toEqual(["counts"]);
    expect(maps[0]?.bytes).toBeGreaterThan(1024 * 16);
  });

  test("a walk is shown when asked", () => {
    const object = objects.get("count.bpf.c") ?? new Uint8Array();
    const [found] = verifyObject(verifier, object, { profile: profileOf("6.18.44"), log: true }).programs;
    expect(found?.log.some((line) => line.text.includes("call bpf_map_lookup_elem#1"))).toBe(true);
    expect(found?.log.some((line) => line.text.startsWith("from "))).toBe(true);
  });

  test(`${DAMAGED} damaged objects are refused or judged, in bounded time`, { timeout: 30_000 + DAMAGED * 20 }, () => {
    const random = randomBits(0x7e57);
    const seeds = [...objects.values()];
    let refused = 0;
    for (let i = 0; i < DAMAGED; i++) {
      const object = seeds[i % seeds.length] ?? new Uint8Array();
      const damaged = i % 3 === 0 ? object.subarray(0, random() % object.length) : mutate(object, random);
      const start = performance.now();
      try {
        for (const found of verifyObject(verifier, damaged, { profile: profileOf("6.18.44") }).programs) {
          expect(found.reason).not.toBe("model-failed");
        }
      } catch (error) {
        if (!(error instanceof VerifyObjectError)) throw error;
        refused++;
      }
      expect(performance.now() - start).toBeLessThan(10_000);
    }
    expect(refused).toBeGreaterThan(DAMAGED / 4);
  });
});
