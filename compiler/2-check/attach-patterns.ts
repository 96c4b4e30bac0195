/** Members of kernel patterns, where each needs a program of its own. */
import { rawTracepointType } from "../snapshot/raw-tracepoint.ts";
import type { ResolveEnv, Target } from "./target.ts";

/** Members of a pattern, each with a program of its own; an exact target alone. */
export function expandTarget(env: ResolveEnv, target: Target): readonly Target[] {
  const { attach } = target;
  if (!target.pattern) return [target];
  switch (attach.kind) {
    case "kprobe":
    case "kretprobe":
    case "fentry":
    case "fexit":
      return env.snapshot
        .functions(attach.function, attach.module)
        .filter((fn) => !fn.name.includes(".") || attach.function.includes("."))
        .filter(
          (fn) =>
            (attach.kind !== "fentry" && attach.kind !== "fexit") ||
            env.snapshot.functionType(fn.name, fn.module) !== undefined,
        )
        .map((fn) => {
          const module = fn.module === undefined ? {} : { module: fn.module };
          const shown =
            target.row.args === "btf"
              ? `${fn.module ?? "vmlinux"}:${fn.name}`
              : attach.module === undefined && !target.text.startsWith(`${target.row.name}:vmlinux:`)
                ? fn.name
                : `${fn.module ?? "vmlinux"}:${fn.name}`;
          return {
            ...target,
            attach: { kind: attach.kind, function: fn.name, ...module, pattern: true },
            text: `${target.row.name}:${shown}`,
            section: fn.name,
            pattern: false,
          };
        });
    case "tracepoint":
      return env.snapshot.tracepoints(attach.category, attach.event).map(({ category, event }) => ({
        ...target,
        attach: { kind: "tracepoint", category, event, pattern: true },
        text: `tracepoint:${category}:${event}`,
        section: `${category}/${event}`,
        pattern: false,
      }));
    case "rawtracepoint":
      return env.snapshot.rawTracepoints(attach.event).map((event) => ({
        ...target,
        attach: { kind: "rawtracepoint", event, pattern: true },
        text: `rawtracepoint:${attach.module ?? rawTracepointType(env.snapshot, event)?.module ?? "vmlinux"}:${event}`,
        section: event,
        pattern: false,
      }));
    default:
      return [target];
  }
}
