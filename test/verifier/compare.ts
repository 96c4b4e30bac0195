/** One of our objects before a kernel's `tracelet-loader check` and before the model: per program the same verdict. */
import type { Verifier } from "../../compiler/verifier/module.ts";
import { verifyObject } from "../../compiler/verifier/object.ts";
import { readFacts } from "../../compiler/verifier/object-facts.ts";
import type { VerifyEnv } from "../../compiler/verifier/program.ts";

export type LoaderCheck = { readonly status: number | null; readonly stdout: string };
export type ComparedProgram = {
  readonly program: string;
  readonly kernel: "accepted" | "refused";
  readonly model: "accepted" | "refused" | "unknown";
  /** Instructions that each walked; 0: not told. */
  readonly kernelInsns: number;
  readonly modelInsns: number;
  /** The model's reason, where it accepts not. */
  readonly why: string;
};

/** undefined: the kernel gave no verdict (the loader had other reasons to stop). */
export function compareVerdicts(
  verifier: Verifier,
  env: VerifyEnv,
  object: Uint8Array,
  check: LoaderCheck,
): readonly ComparedProgram[] | undefined {
  // 1: refused by the verifier; anything else is not its word
  if (check.status !== 0 && check.status !== 1) return undefined;
  const lines = check.stdout.split("\n").filter((line) => /^(accepted|refused) {2,}/.test(line));
  const { manifest, patched } = readFacts(object);
  if (manifest === undefined || lines.length !== manifest.programs.length) return undefined;
  const { programs } = verifyObject(verifier, object, {
    profile: env.profile,
    btf: env.btf,
    ...(env.cpus === undefined ? {} : { cpus: env.cpus }),
    patched,
  });
  return manifest.programs.map(({ name }, index): ComparedProgram => {
    const model = programs.find((each) => each.name === name);
    if (model === undefined) throw new Error(`the model finds no program ${name}`);
    const line = lines[index] ?? "";
    return {
      program: name,
      kernel: line.startsWith("accepted") ? "accepted" : "refused",
      model: model.verdict === "accepted" || model.verdict === "unknown" ? model.verdict : "refused",
      kernelInsns: Number(/(\d+) verified/.exec(line)?.[1] ?? 0),
      modelInsns: model.counts.processed,
      why: model.verdict === "accepted" ? "" : `${model.reason}: ${model.message} (instruction ${model.insn})`,
    };
  });
}

export function differs({ kernel, model }: ComparedProgram): boolean {
  return model !== "unknown" && model !== kernel;
}
export function differenceText({ program, kernel, model, why }: ComparedProgram): string {
  return `${program}: ${kernel} by the kernel, ${model} by the model ${why}`;
}
