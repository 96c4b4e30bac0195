/** One thread's share of the inputs: compile each, watch for exceptions and time, have the kernel judge a sample. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, defaultOptions } from "../../compiler/index.ts";
import type { Snapshot } from "../../compiler/snapshot/index.ts";
import { corpus } from "./corpus.ts";
import { inputAt } from "./input.ts";
import { judge } from "./judge.ts";
import { openKernel } from "./kernel.ts";
import { minimise } from "./minimise.ts";

export type Settings = {
  readonly root: string;
  readonly seed: number;
  readonly count: number;
  readonly objects: number;
  readonly jobs: number;
  readonly job: number;
  /** Number of the input at work, per thread. */
  readonly at: Int32Array<SharedArrayBuffer>;
};
export type Failure = { readonly input: number; readonly what: string; readonly file: string };
export type Tally = {
  inputs: number;
  fromGrammar: number;
  accepted: number;
  acceptedFromGrammar: number;
  loaded: number;
  readonly leftOut: Map<string, number>;
  slowest: { milliseconds: number; input: number };
  readonly failures: Failure[];
};

/** Milliseconds that one input may take. */
export const SLOW = 2000;
/** After so many different failures a thread stops. */
const ENOUGH = 12;

type Outcome =
  | { readonly kind: "done"; readonly object: Uint8Array | undefined; readonly milliseconds: number }
  | { readonly kind: "threw"; readonly message: string; readonly where: string };

function attempt(text: string, snapshot: Snapshot): Outcome {
  const start = performance.now();
  try {
    const { object } = compile(text, defaultOptions(snapshot));
    return { kind: "done", object, milliseconds: performance.now() - start };
  } catch (error) {
    const frames = error instanceof Error ? (error.stack ?? "").split("\n") : [];
    return { kind: "threw", message: String(error), where: frames.find((line) => line.includes(" at "))?.trim() ?? "" };
  }
}

export function examine(settings: Settings): Tally {
  const { root, seed, count, jobs, job } = settings;
  const snapshot = openKernel(root);
  const texts = corpus(root);
  const tally: Tally = {
    inputs: 0,
    fromGrammar: 0,
    accepted: 0,
    acceptedFromGrammar: 0,
    loaded: 0,
    leftOut: new Map(),
    slowest: { milliseconds: 0, input: 0 },
    failures: [],
  };
  const seen = new Set<string>();
  const quota = Math.ceil(settings.objects / jobs);
  /** Saves the smallest text that fails in the same way; a way already seen is not told twice. */
  const fail = (input: number, text: string, key: string, what: string, fails: (text: string) => boolean): void => {
    if (seen.has(key)) return;
    seen.add(key);
    const file = join(root, `build/fuzz/${seed}-${input}.bt`);
    const small = minimise(text, fails);
    writeFileSync(file, small);
    console.log(`FAILED seed ${seed}, input ${input}: ${what}\n--- ${file}\n${small}\n---`);
    tally.failures.push({ input, what: what.split("\n")[0] ?? what, file });
  };

  for (let input = job; input < count && tally.failures.length < ENOUGH; input += jobs) {
    Atomics.store(settings.at, job, input);
    const { text, grammar } = inputAt(texts, seed, input);
    tally.inputs++;
    if (grammar) tally.fromGrammar++;
    if (tally.inputs % 5000 === 0)
      console.log(`  ${job}: ${tally.inputs} inputs, ${tally.accepted} accepted, ${tally.loaded} loaded`);
    let outcome = attempt(text, snapshot);
    // Another process may have had the CPU: slow means slow twice.
    if (outcome.kind === "done" && outcome.milliseconds > SLOW) outcome = attempt(text, snapshot);
    if (outcome.kind === "threw") {
      const { message, where } = outcome;
      const same = (smaller: string) => {
        const again = attempt(smaller, snapshot);
        return again.kind === "threw" && again.where === where;
      };
      fail(input, text, where, `${message} ${where}`, same);
      continue;
    }
    if (outcome.milliseconds > tally.slowest.milliseconds)
      tally.slowest = { milliseconds: outcome.milliseconds, input };
    if (outcome.milliseconds > SLOW) {
      const slow = (smaller: string) => {
        const again = attempt(smaller, snapshot);
        return again.kind === "done" && again.milliseconds > SLOW;
      };
      fail(input, text, `slow ${input}`, `${outcome.milliseconds.toFixed(0)} ms`, slow);
    }
    if (outcome.object === undefined) continue;
    tally.accepted++;
    if (grammar) tally.acceptedFromGrammar++;
    // The sample is spread over the run: as many as its share so far.
    if (tally.loaded >= quota || tally.loaded > (quota * tally.inputs * jobs * 1.2) / count) continue;
    const verdict = judge(root, outcome.object, text);
    if (verdict.kind === "accepted") tally.loaded++;
    else if (verdict.kind === "left-out")
      tally.leftOut.set(verdict.reason, (tally.leftOut.get(verdict.reason) ?? 0) + 1);
    else {
      const refused = (smaller: string) => {
        const again = attempt(smaller, snapshot);
        return (
          again.kind === "done" && again.object !== undefined && judge(root, again.object, smaller).kind === "refused"
        );
      };
      fail(input, text, refusal(verdict.message), `refused by the verifier: ${verdict.message}`, refused);
    }
  }
  return tally;
}

/** The refusal without its numbers: like ones are one defect. */
function refusal(message: string): string {
  return (message.split("\n").find((line) => line.includes("error")) ?? message).replace(/\d+|'[^']*'/g, "N");
}
