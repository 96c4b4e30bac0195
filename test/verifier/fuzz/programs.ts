/**
 * Random programs before the model and this machine's kernel. A program depends on nothing but its seed; of three in a
 * row one is damaged. What the model accepts and the kernel refuses is an error of the model's; the other way round it
 * is a loss.
 */
import type { Btf } from "../../../compiler/btf/types.ts";
import type { Verifier } from "../../../compiler/verifier/module.ts";
import type { VerifierProgram, VerifyEnv } from "../../../compiler/verifier/program.ts";
import { verifyProgram } from "../../../compiler/verifier/verify.ts";
import { attachId, type KernelJudge } from "../kernel-judge.ts";
import { damagedProgram, FUZZ_MAPS, randomProgram } from "../random-program.ts";

/** So few that the kernel, too, is done with them in seconds. */
const BATCH = 100;
/** Programs of one seed do not meet those of the next. */
const SEED_STRIDE = 1 << 22;

export type ProgramTally = {
  bothAccept: number;
  bothRefuse: number;
  unknown: number;
  /** Accepted by the model alone, and by the kernel alone. */
  readonly falseAccepts: string[];
  readonly falseRefusals: string[];
  /** Why there was no verdict, and how often. */
  readonly unknownReasons: Map<string, number>;
  /** Instructions that the model walked, milliseconds that it took; instructions that the kernel walked for the same. */
  insns: number;
  milliseconds: number;
  modelInsns: number;
  kernelInsns: number;
  slowest: { milliseconds: number; program: string };
};

export function emptyTally(): ProgramTally {
  return {
    bothAccept: 0,
    bothRefuse: 0,
    unknown: 0,
    falseAccepts: [],
    falseRefusals: [],
    unknownReasons: new Map(),
    insns: 0,
    milliseconds: 0,
    modelInsns: 0,
    kernelInsns: 0,
    slowest: { milliseconds: 0, program: "" },
  };
}

export function addTally(to: ProgramTally, from: ProgramTally): void {
  to.bothAccept += from.bothAccept;
  to.bothRefuse += from.bothRefuse;
  to.unknown += from.unknown;
  to.falseAccepts.push(...from.falseAccepts);
  to.falseRefusals.push(...from.falseRefusals);
  for (const [reason, n] of from.unknownReasons) {
    to.unknownReasons.set(reason, (to.unknownReasons.get(reason) ?? 0) + n);
  }
  to.insns += from.insns;
  to.milliseconds += from.milliseconds;
  to.modelInsns += from.modelInsns;
  to.kernelInsns += from.kernelInsns;
  if (from.slowest.milliseconds > to.slowest.milliseconds) to.slowest = from.slowest;
}

function programAt(seed: number, number: number): VerifierProgram {
  const at = seed * SEED_STRIDE + number;
  const make = number % 3 === 2 ? damagedProgram : randomProgram;
  return { ...make(at, 5 + (number % 40)), name: `seed ${seed}, program ${number}` };
}

export type ProgramRun = {
  readonly seed: number;
  /** Numbers of programs: from, to (exclusive), step. */
  readonly from: number;
  readonly to: number;
  readonly step: number;
  /** Told of each program before it is judged, so that one that hangs is known. */
  readonly progress?: (number: number) => void;
};

export function judgePrograms(
  verifier: Verifier,
  judge: KernelJudge,
  env: VerifyEnv & { readonly btf: Btf },
  run: ProgramRun,
): ProgramTally {
  const tally = emptyTally();
  const numbers: number[] = [];
  for (let n = run.from; n < run.to; n += run.step) numbers.push(n);
  for (let start = 0; start < numbers.length; start += BATCH) {
    const batch = numbers
      .slice(start, start + BATCH)
      .map((number) => ({ number, program: programAt(run.seed, number) }));
    const verdicts = judge.judge(
      batch.map(({ program }) => ({ program, attachId: attachId(program, env.btf) })),
      FUZZ_MAPS,
    );
    batch.forEach(({ number, program }, i) => {
      run.progress?.(number);
      const begin = performance.now();
      const model = verifyProgram(verifier, program, env);
      const took = performance.now() - begin;
      const kernel = verdicts[i];
      if (kernel === undefined) throw new Error("the judge left one out");
      tally.milliseconds += took;
      tally.insns += model.counts.processed;
      if (took > tally.slowest.milliseconds) tally.slowest = { milliseconds: took, program: program.name };
      const accepted = model.verdict === "accepted";
      if (accepted && kernel.accepted) {
        tally.modelInsns += model.counts.processed;
        tally.kernelInsns += kernel.processed;
      }
      if (model.verdict === "unknown") {
        tally.unknown++;
        const reason = model.reason ?? "";
        tally.unknownReasons.set(reason, (tally.unknownReasons.get(reason) ?? 0) + 1);
      } else if (accepted && kernel.accepted) tally.bothAccept++;
      else if (!accepted && !kernel.accepted) tally.bothRefuse++;
      else if (accepted) tally.falseAccepts.push(`${program.name}: ${kernel.log.slice(0, 300)}`);
      else tally.falseRefusals.push(`${program.name}: ${model.insn}: ${model.message}`);
    });
  }
  return tally;
}

export const judged = (tally: ProgramTally): number =>
  tally.bothAccept + tally.bothRefuse + tally.falseAccepts.length + tally.falseRefusals.length;

/** One line of figures. */
export function tallyText(tally: ProgramTally): string {
  const total = judged(tally);
  const share = (n: number): string => `${((100 * n) / Math.max(1, total)).toFixed(2)} %`;
  return (
    `${total} programs judged by both: ${tally.bothAccept} accepted, ${tally.bothRefuse} refused by both; ` +
    `${tally.falseAccepts.length} accepted by the model alone, ${tally.falseRefusals.length} by the kernel alone ` +
    `(${share(tally.falseRefusals.length)}); ${tally.unknown} without a verdict; ` +
    `${(tally.insns / Math.max(1, tally.milliseconds) / 1000).toFixed(2)} M instructions per second`
  );
}
