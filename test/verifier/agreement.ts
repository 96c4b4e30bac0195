/**
 * The model beside this machine's kernel on objects that tests load: per program the same verdict. Each comparison is
 * noted in build/verifier-agreement, and test/run-tests closes with the sum.
 */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { readBtf } from "../../compiler/btf/read.ts";
import { loadVerifier } from "../../compiler/verifier/module.ts";
import type { VerifyEnv } from "../../compiler/verifier/program.ts";
import { ROOT } from "../runner/machine.ts";
import { compareVerdicts, differenceText, differs, type LoaderCheck } from "./compare.ts";
import { kernelBtf, kernelEnv } from "./kernel-judge.ts";

const NOTES = join(ROOT, "build/verifier-agreement");
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

/**
 * Compares the verdict of `tracelet-loader check` on one of our objects with the model's. Returns what differs;
 * undefined: nothing does, or this kernel gave no verdict.
 */
export function compareObject(name: string, object: Uint8Array, check: LoaderCheck): string | undefined {
  const kernel = env();
  const compared = kernel === undefined ? undefined : compareVerdicts(verifier, kernel, object, check);
  if (compared === undefined) return undefined;
  note(
    compared.map((each) =>
      [name, each.program, each.kernel, each.model, each.kernelInsns, each.modelInsns, each.why].join("\t"),
    ),
  );
  const differences = compared.filter(differs);
  return differences.length === 0 ? undefined : differences.map(differenceText).join("\n");
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
