/** Objects of scripts made from the grammar, as the loader gives them to this machine's kernel, and before the model. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { compile, defaultOptions } from "../../../compiler/index.ts";
import type { Snapshot } from "../../../compiler/snapshot/index.ts";
import type { Verifier } from "../../../compiler/verifier/module.ts";
import type { VerifyEnv } from "../../../compiler/verifier/program.ts";
import { script } from "../../fuzz/grammar.ts";
import { Random } from "../../fuzz/random.ts";
import { compareVerdicts, differenceText } from "../compare.ts";

export type ScriptTally = {
  objects: number;
  programs: number;
  same: number;
  unknown: number;
  readonly falseAccepts: string[];
  readonly falseRefusals: string[];
};
export function emptyScripts(): ScriptTally {
  return { objects: 0, programs: 0, same: 0, unknown: 0, falseAccepts: [], falseRefusals: [] };
}
export function addScripts(to: ScriptTally, from: ScriptTally): void {
  to.objects += from.objects;
  to.programs += from.programs;
  to.same += from.same;
  to.unknown += from.unknown;
  to.falseAccepts.push(...from.falseAccepts);
  to.falseRefusals.push(...from.falseRefusals);
}

export type ScriptRun = {
  readonly root: string;
  readonly kernel: Snapshot;
  readonly seed: number;
  /** Objects to judge, and which of every `jobs` inputs are this thread's. */
  readonly objects: number;
  readonly job: number;
  readonly jobs: number;
  readonly progress?: (number: number) => void;
};

/** Most scripts of the grammar do not compile for good reasons: so many are tried for one object. */
const TRIES = 40;

export function judgeScripts(verifier: Verifier, env: VerifyEnv, run: ScriptRun): ScriptTally {
  const tally = emptyScripts();
  for (let n = run.job; tally.objects < run.objects && n < run.objects * run.jobs * TRIES; n += run.jobs) {
    run.progress?.(n);
    const text = script(new Random(run.seed, n));
    const { object } = compile(text, defaultOptions(run.kernel));
    if (object === undefined) continue;
    const loader = join(run.root, "build/tracelet-loader");
    const check = spawnSync(loader, ["check", "-"], { input: object, encoding: "utf8", timeout: 60_000 });
    const compared = compareVerdicts(verifier, env, object, check);
    if (compared === undefined) continue;
    tally.objects++;
    for (const each of compared) {
      tally.programs++;
      if (each.model === "unknown") tally.unknown++;
      else if (each.model === each.kernel) tally.same++;
      else {
        const list = each.model === "accepted" ? tally.falseAccepts : tally.falseRefusals;
        list.push(`seed ${run.seed}, script ${n}: ${differenceText(each)}\n${text}`);
      }
    }
  }
  return tally;
}
