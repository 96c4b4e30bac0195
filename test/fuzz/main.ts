/**
 * `make fuzz`: scripts from a grammar and damaged scripts of the corpus through the whole compiler; a sample of the objects
 * through this host's verifier. SEED, COUNT (inputs), OBJECTS (to load) and JOBS narrow or widen a run; an input depends on
 * nothing but seed and number. The work is done by threads, so that one that hangs is seen.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { whyNoKernel } from "../runner/machine.ts";
import { corpus } from "./corpus.ts";
import { examine, type Settings, SLOW, type Tally } from "./examine.ts";
import { inputAt } from "./input.ts";

const root = process.env.TRACELET_ROOT ?? process.cwd();
/** A thread that reports nothing for so long, in milliseconds, hangs. */
const HANG = 120_000;

if (isMainThread) await supervise();
else work(workerData as Settings); // what supervise() passed

function work(settings: Settings): void {
  parentPort?.postMessage({ done: examine(settings) });
}

function numberFrom(name: string, otherwise: number): number {
  const word = process.env[name];
  const value = word === undefined || word === "" ? otherwise : Number(word);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name}=${word} is no number: ${name}=${otherwise}`);
  return value;
}

async function supervise(): Promise<void> {
  const seed = numberFrom("SEED", 1);
  const count = numberFrom("COUNT", 100_000);
  const jobs = Math.max(1, numberFrom("JOBS", Math.min(2, availableParallelism())));
  const lack = whyNoKernel();
  if (lack !== undefined && process.env.CI === "true")
    throw new Error(`objects cannot be loaded: ${lack}; with CI=true this is required`);
  const objects = lack === undefined ? numberFrom("OBJECTS", Math.ceil(count / 40)) : 0;
  console.log(
    `seed ${seed}, ${count} inputs, ${jobs} threads; ${lack === undefined ? `${objects} objects for the verifier` : `no objects loaded: ${lack}`}`,
  );
  mkdirSync(join(root, "build/fuzz"), { recursive: true });
  const started = Date.now();
  const at = new Int32Array(new SharedArrayBuffer(4 * jobs));
  const parts = await Promise.all(
    Array.from({ length: jobs }, (_, job) => runJob({ root, seed, count, objects, jobs, job, at })),
  );
  report(parts, { seed, count, objects, seconds: (Date.now() - started) / 1000 });
}

function runJob(settings: Settings): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: settings });
    let last = -1;
    let since = Date.now();
    const watch = setInterval(() => {
      const now = Atomics.load(settings.at, settings.job);
      if (now !== last) {
        last = now;
        since = Date.now();
      } else if (Date.now() - since > HANG) {
        const file = join(root, `build/fuzz/hang-${settings.seed}-${now}.bt`);
        writeFileSync(file, inputAt(corpus(root), settings.seed, now).text);
        console.log(`FAILED: seed ${settings.seed}, input ${now} hangs for more than ${HANG / 1000} s: ${file}`);
        process.exit(1);
      }
    }, 1000);
    worker.on("message", ({ done }: { done: Tally }) => {
      clearInterval(watch);
      resolve(done);
    });
    worker.on("error", reject);
  });
}

type Run = { readonly seed: number; readonly count: number; readonly objects: number; readonly seconds: number };

function report(parts: readonly Tally[], run: Run): void {
  const sum = (of: (tally: Tally) => number) => parts.reduce((total, tally) => total + of(tally), 0);
  const slowest = parts.map((tally) => tally.slowest).sort((a, b) => b.milliseconds - a.milliseconds)[0];
  const loaded = sum((tally) => tally.loaded);
  const failures = parts.flatMap((tally) => tally.failures);
  console.log(
    `inputs    ${sum((tally) => tally.inputs)} (${sum((tally) => tally.fromGrammar)} from the grammar) in ${run.seconds.toFixed(0)} s`,
  );
  console.log(
    `accepted  ${sum((tally) => tally.accepted)} (${sum((tally) => tally.acceptedFromGrammar)} from the grammar)`,
  );
  console.log(`loaded    ${loaded} objects accepted by this kernel's verifier`);
  const reasons = new Map<string, number>();
  for (const [reason, n] of parts.flatMap((tally) => [...tally.leftOut]))
    reasons.set(reason, (reasons.get(reason) ?? 0) + n);
  for (const [reason, n] of reasons) console.log(`left out  ${n}: ${reason}`);
  console.log(`slowest   ${slowest?.milliseconds.toFixed(0)} ms (input ${slowest?.input}); allowed: ${SLOW} ms`);
  for (const { input, what, file } of failures)
    console.log(`FAILED    seed ${run.seed}, input ${input}: ${what}\n          ${file}`);
  if (loaded < run.objects) console.log(`FAILED    ${loaded} objects loaded of ${run.objects}`);
  process.exit(failures.length > 0 || loaded < run.objects ? 1 : 0);
}
