/**
 * A few random programs before the model and this machine's kernel, as in every run of the tests; make fuzz-verifier runs
 * many. What the model accepts, the kernel must accept; the other way few may differ.
 */
import { expect, test } from "vitest";
import { readBtf } from "../../compiler/btf/read.ts";
import { loadVerifier } from "../../compiler/verifier/module.ts";
import { judged, judgePrograms, tallyText } from "./fuzz/programs.ts";
import { canJudge, kernelBtf, kernelEnv, openJudge } from "./kernel-judge.ts";

const COUNT = 600;
const bytes = kernelBtf();

test.skipIf(!canJudge() || bytes === undefined)(
  `${COUNT} random programs are judged as by this kernel`,
  { timeout: 120_000 },
  async () => {
    if (bytes === undefined) throw new Error("no BTF");
    const btf = readBtf(bytes);
    const judge = openJudge();
    try {
      const run = { seed: 0, from: 0, to: COUNT, step: 1 };
      const tally = judgePrograms(await loadVerifier(), judge, { ...kernelEnv(btf), btf }, run);
      console.log(`verifier model and kernel: ${tallyText(tally)}`);
      expect(tally.falseAccepts).toEqual([]);
      expect(tally.falseRefusals.length / judged(tally), tally.falseRefusals.join("\n")).toBeLessThanOrEqual(0.01);
      expect(tally.bothAccept / judged(tally)).toBeGreaterThan(0.2);
      expect(tally.unknown / COUNT).toBeLessThan(0.05);
    } finally {
      judge.close();
    }
  },
);
