/**
 * The cases and random programs before other kernels, in guests: what the model accepts for a kernel, that kernel accepts.
 * A case's own verdict is that of 6.18; older kernels may refuse more, and so must the model for them.
 *
 * TRACELET_KERNELS names the kernels (default "6.1 6.12"), GUEST_COUNT the random programs for each (default 500).
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Btf } from "../../compiler/btf/types.ts";
import { loadVerifier } from "../../compiler/verifier/module.ts";
import { profileOf } from "../../compiler/verifier/profiles/profile.ts";
import type { VerifierMap, VerifierProgram } from "../../compiler/verifier/program.ts";
import { verifyProgram } from "../../compiler/verifier/verify.ts";
import { defaultSnapshot } from "../runner/kernels.ts";
import { available, ROOT, whyNoCommand } from "../runner/machine.ts";
import { readCase } from "./case-file.ts";
import { attachId, buildJudge, type KernelVerdict, readVerdicts, writeBatch } from "./kernel-judge.ts";
import { damagedProgram, FUZZ_MAPS, randomProgram } from "./random-program.ts";

const kernels = (process.env.TRACELET_KERNELS ?? "6.1 6.12").split(" ").filter((k) => k !== "");
const count = Number(process.env.GUEST_COUNT ?? 500);
const lack = whyNoCommand("qemu-system-x86_64") ?? whyNoCommand("busybox") ?? whyNoCommand("cc");
const can = available("the verifier model in guests", lack);
const BATCH = 250;

type Batch = { readonly programs: readonly VerifierProgram[]; readonly maps: readonly VerifierMap[] };

/** Each case by itself, as it has maps of its own; then the random programs. Tracing ones need that kernel's types. */
function batches(btf: Btf | undefined): readonly Batch[] {
  const cases = ["accept", "reject"].flatMap((folder) =>
    readdirSync(join(import.meta.dirname, folder)).flatMap((name): Batch[] => {
      const { program } = readCase(name, readFileSync(join(import.meta.dirname, folder, name), "utf8"));
      const target = program.attach === undefined || (btf !== undefined && attachId(program, btf) !== 0);
      return target ? [{ programs: [program], maps: program.maps }] : [];
    }),
  );
  const random = Array.from({ length: Math.ceil(count / BATCH) }, (_, n): Batch => {
    const programs = Array.from({ length: BATCH }, (__, i) => {
      const seed = n * BATCH + i;
      return (seed % 4 === 3 ? damagedProgram : randomProgram)(seed, 5 + (seed % 30));
    });
    return { programs, maps: FUZZ_MAPS };
  });
  return [...cases, ...random];
}

describe.skipIf(!can)("the verifier model and kernels in guests", () => {
  test.each(kernels)("%s", { timeout: 900_000 }, async (kernel) => {
    const folder = mkdtempSync(join(tmpdir(), "tracelet-guest-"));
    const [input, output] = [join(folder, "in"), join(folder, "out")];
    mkdirSync(input);
    mkdirSync(output);
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
      // a case whose maps this kernel lacks leaves nothing behind
      const script =
        "uname -r > /out/release; for f in /in/*; do /judge < $f > /out/$(basename $f) 2>> /out/errors; done; true";
      const options = ["--kernel", kernel, "--file", `${judge}:/judge`, "--dir", `${input}:/in`, "--out", output];
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
      all.forEach(({ programs }, index) => {
        const verdicts: readonly KernelVerdict[] = readVerdicts(readFileSync(join(output, `${index}`)));
        programs.forEach((program, i) => {
          const found = verdicts[i];
          const model = verifyProgram(verifier, program, env);
          if (found === undefined || model.verdict === "unknown") return;
          if ((model.verdict === "accepted") === found.accepted) same++;
          else if (model.verdict === "accepted") falseAccepts.push(`${program.name}: ${found.log.slice(-300)}`);
          else falseRefusals.push(`${program.name}: ${model.insn}: ${model.message}`);
        });
      });
      const judged = same + falseAccepts.length + falseRefusals.length;
      console.log(
        `verifier model and ${release}: ${same} of ${judged} alike, ${falseAccepts.length} accepted by the model alone, ` +
          `${falseRefusals.length} by the kernel alone${falseRefusals.map((each) => `\n  ${each}`).join("")}`,
      );
      expect(falseAccepts).toEqual([]);
      expect(falseRefusals.length / judged, falseRefusals.join("\n")).toBeLessThanOrEqual(0.01);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
