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
export function hasCookies(snapshot: Snapshot): boolean {
  const [major, minor] = snapshot.version;
  return major > 5 || (major === 5 && minor >= 15);
}

/** Whether the target stands for names of the host, and the kernel can give each of its links a cookie. */
export function isNamedByHost(target: Target): boolean {
  const { attach } = target;
  switch (attach.kind) {
    case "kprobe":
    case "kretprobe":
    case "tracepoint":
      return target.pattern;
    case "uprobe":
    case "uretprobe":
      return target.pattern || !attach.path.includes("/");
    case "usdt":
      return target.pattern || attach.provider === undefined || !attach.path.includes("/");
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
      return false;
    default:
      return unreachable(attach);
  }
}

/** Bytes of the `probe` builtin's text in a program with these targets; 0: it is a constant. */
export function nameSize(group: readonly Target[], env: ResolveEnv): number {
  if (!hasCookies(env.snapshot) || !group.some(isNamedByHost)) return 0;
  if (group.some((target) => target.row.space === "user")) return USER_NAME;
  let longest = 0;
  for (const target of group)
    for (const { text } of expandTarget(env, target)) longest = Math.max(longest, text.length);
  return Math.max(KERNEL_NAME.least, (longest + 1 + KERNEL_NAME.spare + 7) & ~7);
}
