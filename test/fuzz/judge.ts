/** The kernel's verdict on objects of accepted scripts, and what is left out of it, with reasons. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

export type Verdict =
  | { readonly kind: "accepted" }
  | { readonly kind: "left-out"; readonly reason: string }
  | { readonly kind: "refused"; readonly message: string };

/** Exit statuses of `tracelet-loader check`. */
const HOST = 3;

/** Refusals that are this host's: what the message must say, and why it is no defect. */
const LEFT_OUT: readonly { readonly says: RegExp; readonly reason: string }[] = [
  { says: /kallsyms|kernel symbol/, reason: "this host lists no such kernel symbol" },
  { says: /this host's .* has no|has no '\w+' on this kernel/, reason: "this host's structs differ from 6.12's" },
  { says: /could not resolve symbol: /, reason: "this host's binaries have no such symbol" },
  { says: /Failed to get `cgroupid` for path/, reason: "this host has no such cgroup" },
];

/** Probe kinds that this host's kernel does not load: their trampolines are missing from it. */
const REFUSED_KIND = /\b(fentry|fexit|kfunc|kretfunc):/;

export function judge(root: string, object: Uint8Array, script: string): Verdict {
  if (REFUSED_KIND.test(script))
    return { kind: "left-out", reason: "fentry and fexit need a kernel with ftrace trampolines" };
  const run = spawnSync(join(root, "build/tracelet-loader"), ["check", "-", "-v"], {
    input: object,
    encoding: "utf8",
    timeout: 60_000,
  });
  if (run.status === 0) return { kind: "accepted" };
  const message = `status ${run.status ?? run.signal}: ${run.stderr.slice(-3000)}`;
  if (run.status === HOST) return { kind: "left-out", reason: `this host: ${firstError(run.stderr)}` };
  const known = LEFT_OUT.find(({ says }) => says.test(run.stderr));
  return known === undefined ? { kind: "refused", message } : { kind: "left-out", reason: known.reason };
}

/** Without names and numbers, so that like reasons are counted together. */
function firstError(text: string): string {
  const line = text.split("\n").find((each) => each.includes("error")) ?? text.split("\n")[0] ?? "";
  return line
    .replace(/'[^']*'/g, "'…'")
    .replace(/\d+/g, "N")
    .slice(0, 120);
}
