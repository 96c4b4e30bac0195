/**
 * The cases and random programs before other kernels, in guests: what the model accepts for a kernel, that kernel accepts.
 * A case's own verdict is that of 6.18; older kernels may refuse more, and so must the model for them.
 *
 * So must it judge our own objects: the article's programs and a share of test/cases, compiled for that kernel.
 *
 * TRACELET_KERNELS names the kernels (default "6.1 6.12"), GUEST_COUNT the random programs for each (default 500),
 * GUEST_OBJECTS the cases (default 80).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Btf } from "../../compiler/btf/types.ts";
import { compile, defaultOptions } from "../../compiler/index.ts";
import { loadVerifier } from "../../compiler/verifier/module.ts";
import { profileOf } from "../../compiler/verifier/profiles/profile.ts";
import type { VerifierMap, VerifierProgram } from "../../compiler/verifier/program.ts";
import { verifyProgram } from "../../compiler/verifier/verify.ts";
import { splitCase } from "../runner/case-file.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { available, LOADER, ROOT, whyNoCommand } from "../runner/machine.ts";
import { caseOptions, compileCase } from "../runner/stages.ts";
import { type CaseVerdict, readCase } from "./case-file.ts";
import { compareVerdicts, differenceText } from "./compare.ts";
import { attachId, buildJudge, type KernelVerdict, readVerdicts, writeBatch } from "./kernel-judge.ts";
import { damagedProgram, FUZZ_MAPS, randomProgram } from "./random-program.ts";

const kernels = (process.env.TRACELET_KERNELS ?? "6.1 6.12").split(" ").filter((k) => k !== "");
const count = Number(process.env.GUEST_COUNT ?? 500);
const lack = whyNoCommand("qemu-system-x86_64") ?? whyNoCommand("busybox") ?? whyNoCommand("cc");
const can = available("the verifier model in guests", lack);
const objectCount = Number(process.env.GUEST_OBJECTS ?? 80);
const BATCH = 250;

type Batch = {
  readonly programs: readonly VerifierProgram[];
  readonly maps: readonly VerifierMap[];
  /** What a case states of 6.1. */
  readonly older: CaseVerdict | undefined;
};

/** Each case by itself, as it has maps of its own; then the random programs. Tracing ones need that kernel's types. */
function batches(btf: Btf | undefined): readonly Batch[] {
  const cases = ["accept", "reject"].flatMap((folder) =>
    readdirSync(join(import.meta.dirname, folder)).flatMap((name): Batch[] => {
      const { program, older } = readCase(name, readFileSync(join(import.meta.dirname, folder, name), "utf8"));
      const target = program.attach === undefined || (btf !== undefined && attachId(program, btf) !== 0);
      return target ? [{ programs: [program], maps: program.maps, older }] : [];
    }),
  );
  const random = Array.from({ length: Math.ceil(count / BATCH) }, (_, n): Batch => {
    const programs = Array.from({ length: BATCH }, (__, i) => {
      const seed = n * BATCH + i;
      return (seed % 4 === 3 ? damagedProgram : randomProgram)(seed, 5 + (seed % 30));
    });
    const judged = programs.filter((each) => each.attach === undefined || btf !== undefined);
    return { programs: judged, maps: FUZZ_MAPS, older: undefined };
  });
  return [...cases, ...random];
}

/** The kernel says what the case states. */
function isAs(found: KernelVerdict, stated: CaseVerdict): boolean {
  if (found.accepted !== (stated.verdict === "accepted")) return false;
  return stated.walked === undefined || stated.walked === found.processed;
}

/** Objects by name, compiled for the kernel of a snapshot; what that kernel's types do not allow is left out. */
function objectsFor(kernel: string): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const programs = join(ROOT, "test/programs");
  const options = defaultOptions(defaultSnapshot(kernel));
  for (const name of readdirSync(programs).filter((each) => each.endsWith(".bt"))) {
    const { object } = compile(readFileSync(join(programs, name), "utf8"), { ...options, name });
    if (object !== undefined) found.set(name, object);
  }
  const home = join(ROOT, "test/cases");
  const cases = readdirSync(home, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".case"));
  const step = Math.max(1, Math.floor(cases.length / Math.max(1, objectCount)));
  for (const name of cases.sort().filter((_, index) => index % step === 0)) {
    const file = splitCase(readFileSync(join(home, name), "utf8"));
    const { result } = compileCase(file, { ...caseOptions(file), kernel });
    if (result.object !== undefined) found.set(name.replaceAll("/", "-"), result.object);
  }
  return found;
}

describe.skipIf(!can)("the verifier model and kernels in guests", () => {
  test.each(kernels)("%s", { timeout: 900_000 }, async (kernel) => {
    const folder = mkdtempSync(join(tmpdir(), "tracelet-guest-"));
    const [input, output, objects] = [join(folder, "in"), join(folder, "out"), join(folder, "objects")];
    for (const each of [input, output, objects]) mkdirSync(each);
    try {
      const hasSnapshot = kernel === "6.1" || kernel === "6.12";
      const btf = hasSnapshot ? defaultSnapshot(kernel).btf : undefined;
      const all = batches(btf);
      all.forEach(({ programs, maps }, index) => {
        const list = programs.map((program) => ({
          program,
          attachId: btf === undefined ? 0 : attachId(program, btf),
        }));
        writeFileSync(join(input, `${index}`), writeBatch(list, maps, 4));
      });
      const judge = buildJudge(folder, ["-static"]);
      const own = hasSnapshot && existsSync(LOADER) ? objectsFor(kernel) : new Map<string, Uint8Array>();
      for (const [name, object] of own) writeFileSync(join(objects, name), object);
      const options = ["--kernel", kernel, "--file", `${judge}:/judge`, "--dir", `${input}:/in`, "--out", output];
      if (own.size > 0) options.push("--file", `${LOADER}:/tracelet-loader`, "--dir", `${objects}:/objects`);
      // a case whose maps this kernel lacks leaves nothing behind
      const script = `
        uname -r > /out/release
        for f in /in/*; do /judge < $f > /out/$(basename $f) 2>> /out/errors; done
        for f in /objects/*; do
          test -f $f || continue
          /tracelet-loader check $f > /out/$(basename $f).check 2> /out/$(basename $f).said
          echo $? > /out/$(basename $f).status
        done
        true`;
      const run = spawnSync(join(ROOT, "test/kernel/vm.sh"), [...options, "--timeout", "800", "--", script], {
        encoding: "utf8",
        maxBuffer: 1 << 28,
      });
      expect(run.status, run.stderr.slice(-2000)).toBe(0);

      const verifier = await loadVerifier();
      const release = readFileSync(join(output, "release"), "utf8").trim();
      const env = { profile: profileOf(release), btf, cpus: 1 };
      const falseAccepts: string[] = [];
      const falseRefusals: string[] = [];
      let same = 0;
      let unknown = 0;
      const misstated: string[] = [];
      all.forEach(({ programs, older }, index) => {
        const verdicts: readonly KernelVerdict[] = readVerdicts(readFileSync(join(output, `${index}`)));
        programs.forEach((program, i) => {
          const found = verdicts[i];
          if (kernel === "6.1" && older !== undefined && found !== undefined && !isAs(found, older)) {
            misstated.push(`${program.name}: ${found.processed} walked: ${found.log.slice(-300)}`);
          }
          const model = verifyProgram(verifier, program, env);
          if (model.verdict === "unknown") unknown++;
          if (found === undefined || model.verdict === "unknown") return;
          if ((model.verdict === "accepted") === found.accepted) same++;
          else if (model.verdict === "accepted") falseAccepts.push(`${program.name}: ${found.log.slice(-300)}`);
          else falseRefusals.push(`${program.name}: ${model.insn}: ${model.message}`);
        });
      });
      for (const [name, object] of own) {
        const text = (suffix: string): string => readFileSync(join(output, `${name}.${suffix}`), "utf8");
        const check = { status: Number(text("status")), stdout: text("check") };
        for (const each of compareVerdicts(verifier, env, object, check) ?? []) {
          if (each.model === "unknown") unknown++;
          else if (each.model === each.kernel) same++;
          else (each.model === "accepted" ? falseAccepts : falseRefusals).push(`${name}: ${differenceText(each)}`);
        }
      }
      const judged = same + falseAccepts.length + falseRefusals.length;
      console.log(
        `verifier model and ${release}: ${same} of ${judged} alike, ${falseAccepts.length} accepted by the model alone, ` +
          `${falseRefusals.length} by the kernel alone, ${unknown} without a verdict; ${own.size} objects of our own` +
          `${falseRefusals.map((each) => `\n  ${each}`).join("")}`,
      );
      expect(misstated).toEqual([]);
      expect(falseAccepts).toEqual([]);
      expect(falseRefusals.length / judged, falseRefusals.join("\n")).toBeLessThanOrEqual(0.01);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
