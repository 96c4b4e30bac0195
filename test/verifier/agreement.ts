/**
 * The model beside this machine's kernel on objects that tests load: per program the same verdict. Each comparison is
 * noted in build/verifier-agreement, and test/run-tests closes with the sum.
 */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { readBtf } from "../../compiler/btf/read.ts";
import { loadVerifier } from "../../compiler/verifier/module.ts";
import { verifyObject } from "../../compiler/verifier/object.ts";
import { readFacts } from "../../compiler/verifier/object-facts.ts";
import type { VerifyEnv } from "../../compiler/verifier/program.ts";
import { ROOT } from "../runner/machine.ts";
import { kernelBtf, kernelEnv } from "./kernel-judge.ts";

export const NOTES = join(ROOT, "build/verifier-agreement");
const verifier = await loadVerifier();

let known: VerifyEnv | undefined;
/** This kernel, its types read once per process; undefined: it shows none. */
function env(): VerifyEnv | undefined {
  if (known === undefined) {
    const bytes = kernelBtf();
    if (bytes !== undefined) known = kernelEnv(readBtf(bytes));
  }
  return known;
}

export type LoaderCheck = { readonly status: number | null; readonly stdout: string };

/**
 * Compares the verdict of `tracelet-loader check` on one of our objects with the model's. Returns what differs;
 * undefined: nothing does, or this kernel gave no verdict.
 */
export function compareObject(name: string, object: Uint8Array, check: LoaderCheck): string | undefined {
  const kernel = env();
  // 1: refused by the verifier; anything else is not its word
  if (kernel === undefined || (check.status !== 0 && check.status !== 1)) return undefined;
  const lines = check.stdout.split("\n").filter((line) => /^(accepted|refused) {2,}/.test(line));
  const { manifest, patched } = readFacts(object);
  if (manifest === undefined || lines.length !== manifest.programs.length) return undefined;
  const { programs } = verifyObject(verifier, object, {
    profile: kernel.profile,
    btf: kernel.btf,
    ...(kernel.cpus === undefined ? {} : { cpus: kernel.cpus }),
    patched,
  });
  const notes: string[] = [];
  const differences: string[] = [];
  manifest.programs.forEach((entry, index) => {
    const accepted = lines[index]?.startsWith("accepted") === true;
    const model = programs.find((each) => each.name === entry.name);
    if (model === undefined) throw new Error(`the model finds no program ${entry.name}`);
    const walked = Number(/(\d+) verified/.exec(lines[index] ?? "")?.[1] ?? 0);
    const word = model.verdict === "accepted" || model.verdict === "unknown" ? model.verdict : "refused";
    const why = word === "accepted" ? "" : `${model.reason}: ${model.message}`;
    notes.push(
      [name, entry.name, accepted ? "accepted" : "refused", word, walked, model.counts.processed, why].join("\t"),
    );
    if (word !== "unknown" && (word === "accepted") !== accepted) {
      differences.push(
        `${entry.name}: ${accepted ? "accepted" : "refused"} by the kernel, ${word} by the model ${why} (instruction ${model.insn})`,
      );
    }
  });
  note(notes);
  return differences.length === 0 ? undefined : differences.join("\n");
}

/** A comparison made elsewhere: whole objects of other compilers. */
export function noteVerdicts(
  name: string,
  kernel: "accepted" | "refused",
  model: "accepted" | "refused" | "unknown",
): void {
  note([[name, "", kernel, model, 0, 0, ""].join("\t")]);
}

function note(lines: readonly string[]): void {
  mkdirSync(NOTES, { recursive: true });
  appendFileSync(join(NOTES, `${process.pid}.tsv`), lines.map((line) => `${line.replaceAll("\n", " ")}\n`).join(""));
}
