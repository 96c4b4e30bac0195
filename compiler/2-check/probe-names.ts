/** Names that only the traced host knows: of what a pattern matches there, of files that it finds. */
import type { Snapshot } from "../snapshot/snapshot.ts";
import { unreachable } from "../util/assert.ts";
import { expandTarget } from "./attach-patterns.ts";
import type { ResolveEnv, Target } from "./target.ts";

/**
 * Bytes of such a name with its NUL. What it costs to hash a key grows with them. In the kernel the longest match of the
 * snapshot has room, and others that are somewhat longer; in binaries a path and a symbol, of which those of C++ may be long.
 */
const KERNEL_NAME = { least: 64, spare: 16 };
const USER_NAME = 256;

/** Whether a program can ask which of its attach points fired: bpf_get_attach_cookie, of Linux 5.15. */
function hasCookies(snapshot: Snapshot): boolean {
  const [major, minor] = snapshot.version;
  return major > 5 || (major === 5 && minor >= 15);
}

/** So many programs with constants, which cost nothing per event, are better than one that asks. */
const MOST_CONSTANTS = 8;

/** Who knows the name of what fires: the host alone, it as well as we, or we alone (no cookie, or a text of ours). */
function knownBy(target: Target): "host" | "both" | "us" {
  const { attach, text } = target;
  switch (attach.kind) {
    case "kprobe":
    case "kretprobe": {
      if (target.pattern) return "host";
      const module = attach.module === undefined ? "" : `${attach.module}:`;
      return text === `${attach.kind}:${module}${attach.function}` ? "both" : "us";
    }
    case "tracepoint":
      return target.pattern ? "host" : "both";
    case "uprobe":
    case "uretprobe":
      if (target.pattern || !attach.path.includes("/")) return "host";
      return text === `${attach.kind}:${attach.path}:${attach.symbol}` ? "both" : "us";
    case "usdt":
      return target.pattern || attach.provider === undefined || !attach.path.includes("/") ? "host" : "both";
    case "begin":
    case "end":
    case "signal":
    case "fentry":
    case "fexit":
    case "rawtracepoint":
    case "profile":
    case "interval":
    case "software":
    case "hardware":
    case "watchpoint":
    case "iter":
      return "us";
    default:
      return unreachable(attach);
  }
}

/** Which of a probe's targets share programs that ask the host for the name, where the body wants it. */
export function namedByHost(targets: readonly Target[], snapshot: Snapshot): ReadonlySet<Target> {
  if (!hasCookies(snapshot)) return new Set();
  const many = targets.filter((target) => knownBy(target) === "both").length > MOST_CONSTANTS;
  return new Set(
    targets.filter((target) => {
      const known = knownBy(target);
      return known === "host" || (known === "both" && many);
    }),
  );
}

/** Bytes of the `probe` builtin's text in a program with these targets; 0: it is a constant. */
export function nameSize(group: readonly Target[], env: ResolveEnv): number {
  const [first] = group;
  if (!hasCookies(env.snapshot) || first === undefined) return 0;
  if (group.length === 1 && knownBy(first) !== "host") return 0;
  if (group.some((target) => target.row.space === "user")) return USER_NAME;
  let longest = 0;
  for (const target of group)
    for (const { text } of expandTarget(env, target)) longest = Math.max(longest, text.length);
  return Math.max(KERNEL_NAME.least, (longest + 1 + KERNEL_NAME.spare + 7) & ~7);
}
