/**
 * An object judged for several kernels: verdicts of the model, what the kernels' snapshots lack, and both explained in the
 * script's terms.
 */

import type { Snapshot } from "../snapshot/snapshot.ts";
import { checkKernel } from "./check-kernel.ts";
import { CheckError, type CheckedKernel, type CheckOptions, type KernelCheck, type ObjectCheck } from "./checked.ts";
import { loadVerifier, type Verifier } from "./module.ts";
import { openForVerify, VerifyObjectError } from "./object.ts";
import { readFacts } from "./object-facts.ts";
import { quotedSource, scriptOf } from "./object-source.ts";
import { compareVersions, profileOf } from "./profiles/profile.ts";

export const DEFAULT_CPUS = 4;

let loading: Promise<Verifier> | undefined;

/** As compiler/judge.ts has it. @throws CheckError (rejects) for bytes that are no eBPF object, or a damaged one */
export async function check(object: Uint8Array, options: CheckOptions): Promise<ObjectCheck> {
  loading ??= loadVerifier();
  const verifier = await loading;
  try {
    const facts = readFacts(object);
    const opened = openForVerify(object, facts.patched);
    const others = facts.patched.filter(({ holds }) => holds !== "parameter");
    const withDefaults = others.length === facts.patched.length ? undefined : openForVerify(object, others);
    if (opened.programs.length === 0) throw new CheckError("an eBPF object without a program");
    const standIn = options.types ?? newest(options.kernels);
    const script = options.source ?? scriptOf(facts);
    const source = script ?? quotedSource(opened.ext);
    const about = { ...settings(options), ...(script === undefined ? { spanAt: undefined } : {}) };
    const kernels = options.kernels.map((kernel): KernelCheck => {
      const { name, snapshot } = openKernel(kernel);
      // compiled for another machine: of that machine's kernel only the version is known
      const isOther = snapshot !== undefined && facts.manifest !== undefined && facts.manifest.arch !== snapshot.arch;
      const arch = facts.manifest?.arch ?? snapshot?.arch;
      const known = isOther ? { snapshot: undefined, standIn: snapshot } : { snapshot, standIn };
      return checkKernel({ verifier, object: opened, withDefaults, facts, source, name, arch, ...known, ...about });
    });
    return { source, kernels };
  } catch (error) {
    if (error instanceof VerifyObjectError) throw new CheckError(error.message);
    throw error;
  }
}

function settings(options: CheckOptions) {
  return { cpus: options.cpus ?? DEFAULT_CPUS, log: options.log === true, spanAt: options.spanAt };
}

function newest(kernels: readonly CheckedKernel[]): Snapshot | undefined {
  const snapshots = kernels.filter((kernel): kernel is Snapshot => typeof kernel !== "string");
  return snapshots.sort((a, b) => compareVersions(a.version.join("."), b.version.join("."))).at(-1);
}

/** @throws CheckError for a text that is no version */
function openKernel(kernel: CheckedKernel): { readonly name: string; readonly snapshot: Snapshot | undefined } {
  if (typeof kernel !== "string") return { name: kernel.release, snapshot: kernel };
  try {
    profileOf(kernel);
  } catch (error) {
    if (error instanceof RangeError) throw new CheckError(error.message);
    throw error;
  }
  return { name: kernel, snapshot: undefined };
}
