/**
 * Random programs before the model and this machine's kernel: what the model accepts, the kernel must accept; the other
 * way few may differ. FUZZ_COUNT programs (default 600) from FUZZ_SEED on (default 0); every third is damaged.
 */
import { expect, test } from "vitest";
import { readBtf } from "../../compiler/btf/read.ts";
import { loadVerifier } from "../../compiler/verifier/module.ts";
import { verifyProgram } from "../../compiler/verifier/verify.ts";
import { canJudge, kernelBtf, kernelEnv, openJudge } from "./kernel-judge.ts";
import { damagedProgram, FUZZ_MAPS, randomProgram } from "./random-program.ts";

const count = Number(process.env.FUZZ_COUNT ?? 600);
const first = Number(process.env.FUZZ_SEED ?? 0);
const BATCH = 300;
const bytes = kernelBtf();

test.skipIf(!canJudge() || bytes === undefined)(
  `${count} random programs are judged as by this kernel`,
  { timeout: 60_000 + count * 60 },
  async () => {
    if (bytes === undefined) throw new Error("no BTF");
    const verifier = await loadVerifier();
    const env = kernelEnv(readBtf(bytes));
    const judge = openJudge();
    const tally = { bothAccept: 0, bothRefuse: 0, unknown: 0 };
    const falseAccepts: string[] = [];
    const falseRefusals: string[] = [];
    let insns = 0;
    let milliseconds = 0;
    try {
      for (let seed = first; seed < first + count; seed += BATCH) {
        const programs = Array.from({ length: Math.min(BATCH, first + count - seed) }, (_, i) => {
          const make = (seed + i) % 3 === 2 ? damagedProgram : randomProgram;
          return make(seed + i, 5 + ((seed + i) % 40));
        });
        const verdicts = judge.judge(
          programs.map((program) => ({ program, attachId: 0 })),
          FUZZ_MAPS,
        );
        programs.forEach((program, i) => {
          const start = performance.now();
          const model = verifyProgram(verifier, program, env);
          milliseconds += performance.now() - start;
          insns += model.counts.processed;
          const kernel = verdicts[i];
          if (kernel === undefined) throw new Error("the judge left one out");
          if (model.verdict === "unknown") tally.unknown++;
          else if (model.verdict === "accepted" && kernel.accepted) tally.bothAccept++;
          else if (model.verdict !== "accepted" && !kernel.accepted) tally.bothRefuse++;
          else if (model.verdict === "accepted") falseAccepts.push(`${program.name}: ${kernel.log.slice(0, 300)}`);
          else falseRefusals.push(`${program.name}: ${model.insn}: ${model.message}`);
        });
      }
    } finally {
      judge.close();
    }
    const judged = tally.bothAccept + tally.bothRefuse + falseAccepts.length + falseRefusals.length;
    console.log(
      `verifier model and kernel on ${count} programs: ${tally.bothAccept} accepted and ${tally.bothRefuse} refused by both, ` +
        `${falseAccepts.length} accepted by the model alone, ${falseRefusals.length} by the kernel alone, ${tally.unknown} without a verdict; ` +
        `${(insns / milliseconds / 1000).toFixed(2)} M instructions per second`,
    );
    expect(falseAccepts).toEqual([]);
    expect(falseRefusals.length / judged, falseRefusals.join("\n")).toBeLessThanOrEqual(0.01);
    expect(tally.bothAccept / judged).toBeGreaterThan(0.2);
    expect(tally.unknown / count).toBeLessThan(0.05);
  },
);
