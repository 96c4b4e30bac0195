/**
 * `make fuzz-verifier`: random programs and objects of made scripts through the model and this machine's kernel, then
 * damaged objects through the model. COUNT programs (20000) over SEEDS ("1 2 3 4"), OBJECTS of scripts (400), DAMAGED
 * objects (50000), JOBS threads; FIRST begins at that
 * program, so that a line of a report is repeated with SEEDS=s FIRST=n COUNT=1. Threads do the work, so that what hangs
 * is seen.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { inflateRawSync } from "node:zlib";
import { readBtf } from "../../../compiler/btf/read.ts";
import { openSnapshot, type Snapshot } from "../../../compiler/snapshot/index.ts";
import { loadVerifier } from "../../../compiler/verifier/module.ts";
import { profileOf } from "../../../compiler/verifier/profiles/profile.ts";
import { canJudge, kernelBtf, kernelEnv, kernelRelease, openJudge } from "../kernel-judge.ts";
import {
  addDamage,
  clangObjects,
  type DamageTally,
  damagedObject,
  emptyDamage,
  judgeDamaged,
  ownObjects,
  type SeedObject,
} from "./damage.ts";
import { addTally, emptyTally, judged, judgePrograms, type ProgramTally, tallyText } from "./programs.ts";
import { addScripts, emptyScripts, judgeScripts, type ScriptTally } from "./scripts.ts";

const root = process.env.TRACELET_ROOT ?? process.cwd();
/** A thread that moves on to nothing new for so long, in milliseconds, hangs. The kernel's time with a batch is in it. */
const HANG = 180_000;
const PROFILE = "6.18.44";

type Job = {
  readonly job: number;
  readonly jobs: number;
  readonly seeds: readonly number[];
  readonly first: number;
  /** Programs per seed. */
  readonly programs: number;
  readonly damaged: number;
  readonly cuts: number;
  /** Objects of scripts, per thread. */
  readonly scripts: number;
  readonly objects: readonly SeedObject[];
  /** Per job: what it is at; programs as seed index * 2^24 + number, objects below 0. */
  readonly at: Int32Array;
};
type Found = { readonly programs: ProgramTally; readonly scripts: ScriptTally; readonly damage: DamageTally };

if (isMainThread) await supervise();
else parentPort?.postMessage(await work(workerData as Job)); // what supervise() passed

async function work(job: Job): Promise<Found> {
  const verifier = await loadVerifier();
  const bytes = kernelBtf();
  const programs = emptyTally();
  const scripts = emptyScripts();
  const kernel = openKernel();
  if (bytes !== undefined && job.programs > 0) {
    const btf = readBtf(bytes);
    const seed = job.seeds[0] ?? 1;
    const progress = (number: number) => Atomics.store(job.at, job.job, -(1 << 30) - number);
    const run = { root, kernel, seed, objects: job.scripts, job: job.job, jobs: job.jobs, progress };
    addScripts(scripts, judgeScripts(verifier, kernelEnv(btf), run));
    const judge = openJudge();
    try {
      for (const [index, seed] of job.seeds.entries()) {
        const range = { from: job.first + job.job, to: job.first + job.programs, step: job.jobs };
        const progress = (number: number) => Atomics.store(job.at, job.job, (index << 24) + number + 1);
        addTally(programs, judgePrograms(verifier, judge, { ...kernelEnv(btf), btf }, { seed, ...range, progress }));
      }
    } finally {
      judge.close();
    }
  }
  const damage = judgeDamaged(verifier, job.objects, {
    seed: job.seeds[0] ?? 1,
    cuts: job.cuts,
    from: job.job,
    to: job.damaged,
    step: job.jobs,
    profile: profileOf(PROFILE),
    btf: kernel.btf,
    progress: (number) => Atomics.store(job.at, job.job, -1 - number),
  });
  return { programs, scripts, damage };
}

function openKernel(): Snapshot {
  const directory = join(root, "compiler/kernels");
  const file = readdirSync(directory).find((name) => name.includes("-6.12-"));
  if (file === undefined) throw new Error(`no embedded snapshot of 6.12 in ${directory}`);
  return openSnapshot(readFileSync(join(directory, file)), (block, size) =>
    inflateRawSync(block, { maxOutputLength: size }),
  );
}

function numberFrom(name: string, otherwise: number): number {
  const word = process.env[name];
  const value = word === undefined || word === "" ? otherwise : Number(word);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name}=${word} is no number: ${name}=${otherwise}`);
  return value;
}

async function supervise(): Promise<void> {
  const seeds = (process.env.SEEDS ?? "1 2 3 4")
    .split(" ")
    .filter((word) => word !== "")
    .map(Number);
  if (seeds.length === 0 || seeds.some((seed) => !Number.isSafeInteger(seed) || seed < 0))
    throw new Error(`SEEDS="${process.env.SEEDS}" are no numbers: SEEDS="1 2 3 4"`);
  const count = numberFrom("COUNT", 20_000);
  const damaged = numberFrom("DAMAGED", 50_000);
  const jobs = Math.max(1, numberFrom("JOBS", Math.min(2, availableParallelism())));
  const hasKernel = canJudge() && kernelBtf() !== undefined;
  if (!hasKernel && process.env.CI === "true")
    throw new Error("programs cannot be loaded; with CI=true this is required");
  const objects =
    damaged === 0 ? [] : [...ownObjects(root, openKernel()), ...clangObjects(root, join(root, "build/fuzz-verifier"))];
  // half are cuts: every byte of as many objects as fit
  const cuts = Math.min(
    Math.floor(damaged / 2),
    objects.reduce((sum, { bytes }) => sum + bytes.length, 0),
  );
  const started = Date.now();
  const at = new Int32Array(new SharedArrayBuffer(4 * jobs));
  const programs = hasKernel ? Math.ceil(count / seeds.length) : 0;
  const first = numberFrom("FIRST", 0);
  const hasLoader = hasKernel && existsSync(join(root, "build/tracelet-loader"));
  const scripts = hasLoader ? Math.ceil(numberFrom("OBJECTS", 400) / jobs) : 0;
  const found = await Promise.all(
    Array.from({ length: jobs }, (_, job) =>
      runJob({ job, jobs, seeds, first, programs, damaged, cuts, scripts, objects, at }),
    ),
  );
  report(found, { seeds, hasKernel, seconds: (Date.now() - started) / 1000, sources: objects.length });
}

function runJob(job: Job): Promise<Found> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: job });
    let last = 0;
    let since = Date.now();
    const watch = setInterval(() => {
      const now = Atomics.load(job.at, job.job);
      if (now !== last) {
        last = now;
        since = Date.now();
      } else if (Date.now() - since > HANG) {
        const what =
          now < -(1 << 30)
            ? `script ${-(1 << 30) - now} of seed ${job.seeds[0]}`
            : now < 0
              ? damagedObject(job.objects, job.cuts, job.seeds[0] ?? 1, -1 - now)?.name
              : `seed ${job.seeds[now >> 24]}, program ${(now & 0xffffff) - 1}`;
        console.log(`FAILED    ${what} hangs for more than ${HANG / 1000} s`);
        process.exit(1);
      }
    }, 1000);
    worker.on("message", (found: Found) => {
      clearInterval(watch);
      resolve(found);
    });
    worker.on("error", reject);
  });
}

type Run = {
  readonly seeds: readonly number[];
  readonly hasKernel: boolean;
  readonly seconds: number;
  readonly sources: number;
};

function report(found: readonly Found[], run: Run): void {
  const programs = emptyTally();
  const scripts = emptyScripts();
  const damage = emptyDamage();
  for (const each of found) {
    addTally(programs, each.programs);
    addScripts(scripts, each.scripts);
    addDamage(damage, each.damage);
  }
  const failures: string[] = [];
  if (run.hasKernel) {
    const total = judged(programs);
    console.log(`model and ${kernelRelease}, seeds ${run.seeds.join(" ")}: ${tallyText(programs)}`);
    console.log(
      `          of what both accept the kernel walked ${programs.kernelInsns} instructions, the model ${programs.modelInsns}; ` +
        `the slowest took the model ${programs.slowest.milliseconds.toFixed(1)} ms (${programs.slowest.program})`,
    );
    for (const [reason, n] of programs.unknownReasons) console.log(`no verdict ${n}: ${reason}`);
    for (const each of programs.falseRefusals) console.log(`by the kernel alone: ${each}`);
    for (const each of programs.falseAccepts) failures.push(`accepted by the model alone: ${each}`);
    if (programs.falseRefusals.length > total / 100) failures.push("more than 1 % are accepted by the kernel alone");
    if (total > 1000 && programs.bothAccept < total / 5)
      failures.push("fewer than a fifth are accepted: the generator is of no use");
    if (programs.unknown > total / 20) failures.push("more than a twentieth have no verdict");
  } else {
    console.log("no programs: this process cannot load them (root, BTF and a C compiler are needed)");
  }
  if (scripts.objects > 0) {
    console.log(
      `made scripts: ${scripts.programs} programs of ${scripts.objects} objects: ${scripts.same} judged alike, ` +
        `${scripts.falseAccepts.length} accepted by the model alone, ${scripts.falseRefusals.length} by the kernel alone, ` +
        `${scripts.unknown} without a verdict`,
    );
    for (const each of [...scripts.falseAccepts, ...scripts.falseRefusals]) failures.push(each);
    if (scripts.unknown > scripts.programs / 100)
      failures.push("more than 1 % of the scripts' programs have no verdict");
  }
  if (damage.objects > 0) {
    console.log(
      `damaged objects: ${damage.objects} (${damage.cut} cut, the rest with bytes changed) from ${run.sources}: ` +
        `${damage.refused} refused, ${damage.judged} judged, ${damage.failures.length} failures; ` +
        `the slowest took ${damage.slowest.milliseconds.toFixed(0)} ms (${damage.slowest.object})`,
    );
  }
  failures.push(...damage.failures);
  for (const each of failures) console.log(`FAILED    ${each}`);
  console.log(`${run.seconds.toFixed(0)} s`);
  process.exit(failures.length > 0 ? 1 : 0);
}
