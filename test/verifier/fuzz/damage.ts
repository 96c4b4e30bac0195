/**
 * Damaged objects before the model: cut at every byte, and with bytes changed; ours and clang's. Each is judged or refused
 * in clear words; nothing throws anything else, and nothing takes long.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Btf } from "../../../compiler/btf/types.ts";
import { compile, defaultOptions } from "../../../compiler/index.ts";
import type { Snapshot } from "../../../compiler/snapshot/index.ts";
import type { Verifier } from "../../../compiler/verifier/module.ts";
import { VerifyObjectError, verifyObject } from "../../../compiler/verifier/object.ts";
import type { KernelProfile } from "../../../compiler/verifier/profiles/profile.ts";
import { mutate, randomBits } from "../../tools/mutate.ts";

export type SeedObject = { readonly name: string; readonly bytes: Uint8Array };

const CLANG = ["-g", "-O2", "-target", "bpf", "-mcpu=v3", "-D__TARGET_ARCH_x86", "-I/usr/include/x86_64-linux-gnu"];

/** The C programs of test/verifier/programs, compiled with clang into a folder. */
export function clangObjects(root: string, folder: string): readonly SeedObject[] {
  mkdirSync(folder, { recursive: true });
  const home = join(root, "test/verifier/programs");
  return readdirSync(home)
    .filter((name) => name.endsWith(".bpf.c"))
    .map((name) => {
      const out = join(folder, basename(name, ".c").replace(".bpf", ".bpf.o"));
      execFileSync("clang", [...CLANG, "-c", join(home, name), "-o", out], { stdio: "pipe" });
      return { name, bytes: new Uint8Array(readFileSync(out)) };
    });
}

/** The article's programs, compiled by ourselves. */
export function ownObjects(root: string, kernel: Snapshot): readonly SeedObject[] {
  const home = join(root, "test/programs");
  return readdirSync(home)
    .filter((name) => name.endsWith(".bt"))
    .map((name) => {
      const { object } = compile(readFileSync(join(home, name), "utf8"), { ...defaultOptions(kernel), name });
      if (object === undefined) throw new Error(`${name} does not compile`);
      return { name, bytes: object };
    });
}

export type DamageTally = {
  objects: number;
  cut: number;
  refused: number;
  judged: number;
  readonly failures: string[];
  slowest: { milliseconds: number; object: string };
};
export function emptyDamage(): DamageTally {
  return { objects: 0, cut: 0, refused: 0, judged: 0, failures: [], slowest: { milliseconds: 0, object: "" } };
}

/** The damaged object of a number: first every cut of the first objects, then changed bytes of all. */
export function damagedObject(
  objects: readonly SeedObject[],
  cuts: number,
  seed: number,
  number: number,
): SeedObject | undefined {
  let at = number;
  if (number < cuts) {
    for (const { name, bytes } of objects) {
      if (at < bytes.length) return { name: `${name} cut at byte ${at}`, bytes: bytes.subarray(0, at) };
      at -= bytes.length;
    }
  }
  const object = objects[number % objects.length];
  if (object === undefined) return undefined;
  const random = randomBits(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b));
  for (let i = 0; i < 4; i++) random();
  return { name: `${object.name}, seed ${seed}, damage ${number}`, bytes: mutate(object.bytes, random) };
}

export type DamageRun = {
  readonly seed: number;
  /** Numbers below this are cuts. */
  readonly cuts: number;
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly profile: KernelProfile;
  readonly btf: Btf | undefined;
  readonly progress?: (number: number) => void;
};

/** Nothing may take as long, in milliseconds: a million instructions are walked in less, on a machine that is busy too. */
const TOO_SLOW = 20_000;

export function judgeDamaged(verifier: Verifier, objects: readonly SeedObject[], run: DamageRun): DamageTally {
  const tally = emptyDamage();
  for (let number = run.from; number < run.to; number += run.step) {
    const damaged = damagedObject(objects, run.cuts, run.seed, number);
    if (damaged === undefined) break;
    run.progress?.(number);
    tally.objects++;
    if (number < run.cuts) tally.cut++;
    const start = performance.now();
    try {
      const { programs } = verifyObject(verifier, damaged.bytes, { profile: run.profile, btf: run.btf });
      tally.judged++;
      for (const found of programs) {
        if (found.reason === "model-failed") tally.failures.push(`${damaged.name}: ${found.message}`);
        else if (found.verdict !== "accepted" && (found.message ?? "") === "")
          tally.failures.push(`${damaged.name}: no words`);
      }
    } catch (error) {
      if (error instanceof VerifyObjectError && error.message !== "") tally.refused++;
      else tally.failures.push(`${damaged.name}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    const took = performance.now() - start;
    if (took > tally.slowest.milliseconds) tally.slowest = { milliseconds: took, object: damaged.name };
    if (took > TOO_SLOW) tally.failures.push(`${damaged.name}: ${took.toFixed(0)} ms`);
  }
  return tally;
}

export function addDamage(to: DamageTally, from: DamageTally): void {
  to.objects += from.objects;
  to.cut += from.cut;
  to.refused += from.refused;
  to.judged += from.judged;
  to.failures.push(...from.failures);
  if (from.slowest.milliseconds > to.slowest.milliseconds) to.slowest = from.slowest;
}
