/**
 * Attach points: the target grammar of each provider, resolved against the snapshot. Kernel patterns stay patterns (the
 * loader expands them on its host) but must match something here; `expandTarget` gives their members where each needs
 * a program of its own.
 */
import type * as Ast from "../1-parse/ast.ts";
import type { Attach } from "../5-object/manifest.ts";
import { probeRow, probes, removedProbes } from "../lang/probes.ts";
import { unreachable } from "../util/assert.ts";
import { perfTarget, selfTarget, timerTarget, watchpointTarget } from "./attach-events.ts";
import { fentryTarget, iterTarget, kprobeTarget, rawTracepointTarget, tracepointTarget } from "./attach-kernel.ts";
import { uprobeTarget, usdtTarget } from "./attach-user.ts";
import { similar } from "./similar.ts";
import type { ProbeEnv, Target } from "./target.ts";

/** Targets of one attach point; none if it is wrong or, as `missing_probes` allows, absent. */
export function resolveTarget(env: ProbeEnv, point: Ast.AttachPoint): Target | undefined {
  const [provider, ...rest] = point.parts;
  if (provider === undefined) return undefined;
  const row = probeRow(provider.text);
  if (row === undefined) {
    const removed = removedProbes[provider.text.toLowerCase()];
    if (removed !== undefined) env.report("removed-provider", point.span, { text: removed });
    else
      env.report("invalid-provider", point.span, {
        name: provider.text,
        similar: similar(
          provider.text,
          probes.map((p) => p.name),
        ),
      });
    return undefined;
  }
  if (!row.wildcards && rest.some((part) => !part.quoted && part.text.includes("*"))) {
    env.report("wildcard-refused", point.span, { provider: row.name });
    return undefined;
  }
  const make = (attach: Attach, text: string, section = "", pattern = false): Target => {
    const full = text === "" ? row.name : `${row.name}:${text}`;
    return { row, attach, text: full, section, pattern, span: point.span, unmatched: undefined };
  };
  const parts = rest.length === 1 && rest[0]?.text === "" && !rest[0].quoted ? [] : rest;
  const point_ = { env, row, parts, span: point.span, make };
  switch (row.name) {
    case "begin":
    case "end":
      if (rest.length === 0) return make({ kind: row.name }, "");
      env.report("target-unexpected", point.span, {});
      return undefined;
    case "self":
      return selfTarget(point_);
    case "test":
    case "bench":
      env.report("unsupported-provider", point.span, { name: row.name, why: "programs are tested by running them" });
      return undefined;
    case "kprobe":
    case "kretprobe":
      return kprobeTarget(point_, row.name);
    case "fentry":
    case "fexit":
      return fentryTarget(point_, row.name);
    case "tracepoint":
      return tracepointTarget(point_);
    case "rawtracepoint":
      return rawTracepointTarget(point_);
    case "uprobe":
    case "uretprobe":
      return uprobeTarget(point_, row.name);
    case "usdt":
      return usdtTarget(point_);
    case "profile":
    case "interval":
      return timerTarget(point_, row.name);
    case "software":
    case "hardware":
      return perfTarget(point_, row.name);
    case "watchpoint":
      return watchpointTarget(point_);
    case "iter":
      return iterTarget(point_);
    default:
      return unreachable(row.name);
  }
}
