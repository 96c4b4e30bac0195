/**
 * Attach points: the target grammar of each provider, resolved against the snapshot. Kernel patterns stay patterns (the
 * loader expands them on its host) but must match something here; `expandTarget` gives their members where each needs
 * a program of its own.
 */

import type * as Ast from "../1-parse/ast.ts";
import type { Attach } from "../5-object/manifest.ts";
import { hardwareEvents, type ProbeRow, probeRow, probes, removedProbes, softwareEvents } from "../lang/probes.ts";
import { nanoseconds, parseDuration, parseInteger, timerUnits } from "../lang/units.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Span } from "../source/span.ts";
import { unreachable } from "../util/assert.ts";
import type { CheckReport } from "./context.ts";
import type { Settings } from "./settings.ts";
import { similar } from "./similar.ts";

export type Target = {
  readonly row: ProbeRow;
  readonly attach: Attach;
  /** Text of the `probe` builtin. */
  readonly text: string;
  /** What follows the provider in an ELF section name; "" for none. */
  readonly section: string;
  /** Holds a `*`. */
  readonly pattern: boolean;
  readonly span: Span;
};

export type ResolveEnv = {
  readonly snapshot: Snapshot;
  readonly settings: Settings;
  readonly unsafe: boolean;
  readonly report: CheckReport;
};

type Part = Ast.AttachPoint["parts"][number];

/** Targets of one attach point; none if it is wrong or, as `missing_probes` allows, absent. */
export function resolveTarget(env: ResolveEnv, point: Ast.AttachPoint): Target | undefined {
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
    return { row, attach, text: full, section, pattern, span: point.span };
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
              : attach.module === undefined
                ? fn.name
                : `${fn.module ?? "vmlinux"}:${fn.name}`;
          return {
            ...target,
            attach: { kind: attach.kind, function: fn.name, ...module },
            text: `${target.row.name}:${shown}`,
            section: fn.name,
            pattern: false,
          };
        });
    case "tracepoint":
      return env.snapshot.tracepoints(attach.category, attach.event).map(({ category, event }) => ({
        ...target,
        attach: { kind: "tracepoint", category, event },
        text: `tracepoint:${category}:${event}`,
        section: `${category}/${event}`,
        pattern: false,
      }));
    case "rawtracepoint":
      return env.snapshot.rawTracepoints(attach.event).map((event) => ({
        ...target,
        attach: { kind: "rawtracepoint", event },
        text: `rawtracepoint:${event}`,
        section: event,
        pattern: false,
      }));
    default:
      return [target];
  }
}

type Point = {
  readonly env: ResolveEnv;
  readonly row: ProbeRow;
  readonly parts: readonly Part[];
  readonly span: Span;
  readonly make: (attach: Attach, text: string, section?: string, pattern?: boolean) => Target;
};

function isPattern(text: string): boolean {
  return text.includes("*");
}

function wrongShape(point: Point): undefined {
  point.env.report("target-parts", point.span, { provider: point.row.name, shape: point.row.target });
  return undefined;
}

function missing(point: Point, text: string): undefined {
  point.env.report("target-missing", point.span, { text });
  return undefined;
}

/** Reports an absent target as `missing_probes` says; the target is kept unless that is an error: the host may have it. */
function absent(point: Point, shown: string, names: readonly string[], target: Target): Target | undefined {
  const params = { provider: point.row.name, target: shown, similar: names };
  switch (point.env.settings.missingProbes) {
    case "error":
      point.env.report("no-match", point.span, params);
      return undefined;
    case "warn":
      point.env.report("no-match-warning", point.span, params);
      return target;
    case "ignore":
      return target;
    default:
      return unreachable(point.env.settings.missingProbes);
  }
}

function selfTarget(point: Point): Target | undefined {
  const [kind, signal] = point.parts;
  if (point.parts.length !== 2 || kind?.text !== "signal" || signal === undefined) return wrongShape(point);
  if (signal.text !== "SIGUSR1") {
    point.env.report("signal-unsupported", point.span, { name: signal.text });
    return undefined;
  }
  return point.make({ kind: "signal", signal: signal.text }, "signal:SIGUSR1");
}

/** "name+0x10" → name and offset. */
function splitOffset(
  point: Point,
  text: string,
): { readonly name: string; readonly offset: number | undefined } | undefined {
  const plus = text.lastIndexOf("+");
  if (plus < 0) return { name: text, offset: undefined };
  const offset = parseInteger(text.slice(plus + 1));
  if (offset === undefined || offset < 0n || offset > 0xffff_ffffn) {
    point.env.report("offset-invalid", point.span, { text });
    return undefined;
  }
  return { name: text.slice(0, plus), offset: Number(offset) };
}

function kprobeTarget(point: Point, kind: "kprobe" | "kretprobe"): Target | undefined {
  const { env, parts } = point;
  if (parts.length === 0) return missing(point, `${kind}s should be attached to a function or an address`);
  if (parts.length > 2) return wrongShape(point);
  const module = parts.length === 2 ? parts[0]?.text : undefined;
  const written = parts[parts.length - 1]?.text ?? "";
  if (written === "") return missing(point, `${kind}s should be attached to a function or an address`);
  if (/^0x[0-9a-f]+$/i.test(written)) {
    if (kind === "kretprobe") return missing(point, "kretprobes should be attached to a function");
    if (!env.unsafe) env.report("address-unsafe", point.span, { provider: kind });
    return point.make({ kind, function: "", address: written.toLowerCase() }, written);
  }
  const split = splitOffset(point, written);
  if (split === undefined) return undefined;
  const { name, offset } = split;
  if (kind === "kretprobe" && offset !== undefined) {
    env.report("offset-refused", point.span, { provider: kind });
    return undefined;
  }
  const pattern = isPattern(name) || (module !== undefined && isPattern(module));
  const moduleName = module === "vmlinux" ? undefined : module;
  const attach: Attach = {
    kind,
    function: name,
    ...(moduleName === undefined ? {} : { module: moduleName }),
    ...(offset === undefined ? {} : { offset }),
  };
  const text = module === undefined ? written : `${module}:${written}`;
  const target = point.make(attach, text, pattern || offset !== undefined ? "" : name, pattern);
  if (pattern) {
    return env.snapshot.functions(name, moduleName).length > 0
      ? target
      : absent(point, text, suggestFunctions(env.snapshot, name), target);
  }
  if (moduleName !== undefined && !env.snapshot.modules.includes(moduleName))
    return missingModule(point, moduleName, target);
  if (env.snapshot.isTraceable(name, moduleName)) return target;
  return untraceable(point, name, target);
}

/** A function that BTF knows may still be probed; one that nothing knows is a mistake, or another kernel's. */
function untraceable(point: Point, name: string, target: Target): Target | undefined {
  const { env } = point;
  const names = suggestFunctions(env.snapshot, name);
  const known = env.snapshot.functionType(name) !== undefined && env.snapshot.functions(`${name}.*`).length === 0;
  if (env.settings.missingProbes === "ignore") return target;
  if (known || env.settings.missingProbes === "warn") {
    env.report("function-untraceable", point.span, { name, similar: names });
    return target;
  }
  env.report("function-missing", point.span, { provider: point.row.name, name, similar: names });
  return undefined;
}

/** Clones with a suffix (`f.isra.0`) come first, as the pattern that matches them. */
function suggestFunctions(snapshot: Snapshot, name: string): readonly string[] {
  if (!isPattern(name) && snapshot.functions(`${name}.*`).length > 0) return [`${name}*`];
  return snapshot.suggest("function", name.replaceAll("*", "")).slice(0, 2);
}

function missingModule(point: Point, module: string, target: Target): Target | undefined {
  const { env } = point;
  if (env.settings.missingProbes !== "error") return absent(point, target.text, [], target);
  env.report("module-missing", point.span, { module, probe: target.text });
  return undefined;
}

function fentryTarget(point: Point, kind: "fentry" | "fexit"): Target | undefined {
  const { env, parts } = point;
  if (parts.length === 0) return missing(point, `${kind} should specify a function`);
  if (parts[0]?.text === "bpf" && parts.length > 1) {
    env.report("unsupported-bpf-target", point.span, { provider: kind });
    return undefined;
  }
  if (parts.length > 2) return wrongShape(point);
  const module = parts.length === 2 ? parts[0]?.text : undefined;
  const name = parts[parts.length - 1]?.text ?? "";
  const moduleName = module === "vmlinux" ? undefined : module;
  const pattern = isPattern(name) || (module !== undefined && isPattern(module));
  const attach = (owner: string | undefined): Attach => ({
    kind,
    function: name,
    ...(owner === undefined ? {} : { module: owner }),
  });
  if (pattern) {
    const target = point.make(attach(moduleName), `${module ?? "vmlinux"}:${name}`, "", true);
    return expandTarget(env, target).length > 0
      ? target
      : absent(point, name, suggestFunctions(env.snapshot, name), target);
  }
  const type = env.snapshot.functionType(name, moduleName);
  const owner = type?.module ?? moduleName;
  const target = point.make(attach(owner), `${owner ?? "vmlinux"}:${name}`, name, false);
  if (moduleName !== undefined && !env.snapshot.modules.includes(moduleName))
    return missingModule(point, moduleName, target);
  if (type === undefined) {
    if (env.snapshot.isTraceable(name, moduleName)) {
      env.report("function-no-btf", point.span, { name, provider: kind });
      return undefined;
    }
    return untraceable(point, name, target);
  }
  return env.snapshot.isTraceable(name, owner) ? target : untraceable(point, name, target);
}

function tracepointTarget(point: Point): Target | undefined {
  const { env, parts } = point;
  if (parts.length < 2 || parts.some((part) => part.text === ""))
    return missing(point, "tracepoint probe must have a target: tracepoint:CATEGORY:EVENT");
  if (parts.length > 2) return wrongShape(point);
  const category = parts[0]?.text ?? "";
  const event = parts[1]?.text ?? "";
  const pattern = isPattern(category) || isPattern(event);
  const target = point.make(
    { kind: "tracepoint", category, event },
    `${category}:${event}`,
    pattern ? "" : `${category}/${event}`,
    pattern,
  );
  const found = pattern
    ? env.snapshot.tracepoints(category, event).length > 0
    : env.snapshot.tracepoint(category, event) !== undefined;
  if (found) return target;
  return absent(point, `${category}:${event}`, env.snapshot.suggest("tracepoint", `${category}:${event}`), target);
}

function rawTracepointTarget(point: Point): Target | undefined {
  const { env, parts } = point;
  if (parts.length === 0 || parts.some((part) => part.text === ""))
    return missing(point, "rawtracepoint should be attached to a function");
  if (parts.length > 2) return wrongShape(point);
  const module = parts.length === 2 && parts[0]?.text !== "vmlinux" ? parts[0]?.text : undefined;
  const event = parts[parts.length - 1]?.text ?? "";
  const pattern = isPattern(event);
  const attach: Attach = { kind: "rawtracepoint", event, ...(module === undefined ? {} : { module }) };
  const target = point.make(attach, event, pattern ? "" : event, pattern);
  if (env.snapshot.rawTracepoints(event).length > 0) return target;
  return absent(point, event, env.snapshot.suggest("rawtracepoint", event), target);
}

function uprobeTarget(point: Point, kind: "uprobe" | "uretprobe"): Target | undefined {
  const { env, parts } = point;
  if (parts.length < 2) return missing(point, `${kind} should have a target: ${kind}:${point.row.target}`);
  const path = parts[0]?.text ?? "";
  const cpp = parts[1]?.text === "cpp" && parts.length === 3;
  const last = parts[parts.length - 1];
  if (parts.length > (cpp ? 3 : 2) || path === "" || last === undefined || last.text === "") return wrongShape(point);
  if (/^[^/]*@.*:\d+$/.test(last.text) || path.includes("@")) {
    env.report("unsupported-source-line", point.span, {});
    return undefined;
  }
  const text = parts.map((part) => part.text).join(":");
  if (/^0x[0-9a-f]+$/i.test(last.text)) return point.make({ kind, path, address: last.text.toLowerCase() }, text);
  const split = last.quoted ? { name: last.text, offset: undefined } : splitOffset(point, last.text);
  if (split === undefined) return undefined;
  if (kind === "uretprobe" && split.offset !== undefined) {
    env.report("offset-refused", point.span, { provider: kind });
    return undefined;
  }
  const attach: Attach = {
    kind,
    path,
    symbol: split.name,
    ...(split.offset === undefined ? {} : { offset: split.offset }),
  };
  return point.make(attach, text, "", isPattern(split.name) || isPattern(path));
}

function usdtTarget(point: Point): Target | undefined {
  const { parts } = point;
  if (parts.length < 2) return missing(point, "usdt probe must specify at least path or pid to probe");
  if (parts.length > 3 || parts.some((part) => part.text === "")) return wrongShape(point);
  const path = parts[0]?.text ?? "";
  const name = parts[parts.length - 1]?.text ?? "";
  const provider = parts.length === 3 ? parts[1]?.text : undefined;
  const attach: Attach = { kind: "usdt", path, ...(provider === undefined ? {} : { provider }), name };
  return point.make(
    attach,
    parts.map((part) => part.text).join(":"),
    "",
    parts.some((part) => isPattern(part.text)),
  );
}

function timerTarget(point: Point, kind: "profile" | "interval"): Target | undefined {
  const { env, parts, span } = point;
  const first = parts[0]?.text ?? "";
  if (parts.length === 0 || first === "") return fail("timer-missing-unit");
  if (parts.length === 1) {
    const ns = parseDuration(first) ?? parseInteger(first);
    if (ns === undefined) {
      if (timerUnits.includes(first)) return fail("timer-missing-unit");
      env.report("timer-unit", span, { unit: first });
      return undefined;
    }
    if (ns <= 0n) return fail("timer-positive");
    if (ns < 1000n) return fail("timer-minimum");
    return point.make({ kind, ns: Number(ns) }, first);
  }
  if (parts.length > 2) return wrongShape(point);
  if (!timerUnits.includes(first)) {
    env.report("timer-unit", span, { unit: first });
    return undefined;
  }
  const written = parts[1]?.text ?? "";
  const count = parseInteger(written);
  if (count === undefined) return fail(written === "" ? "timer-missing-unit" : "timer-integer");
  if (count <= 0n) return fail("timer-positive");
  const text = `${first}:${written}`;
  return first === "hz"
    ? point.make({ kind, hz: Number(count) }, text)
    : point.make({ kind, ns: Number(count * (nanoseconds[first] ?? 1n)) }, text);

  function fail(code: "timer-missing-unit" | "timer-integer" | "timer-positive" | "timer-minimum"): undefined {
    env.report(code, span, { provider: kind });
    return undefined;
  }
}

function perfTarget(point: Point, kind: "software" | "hardware"): Target | undefined {
  const { env, parts, span } = point;
  const events = kind === "software" ? softwareEvents : hardwareEvents;
  const name = parts[0]?.text ?? "";
  if (name === "") return missing(point, `${kind} probe must have a ${kind} event name`);
  if (parts.length > 2) return wrongShape(point);
  const row = events.find((event) => event.name === name || event.alias === name);
  if (row === undefined) {
    env.report("perf-event", span, { name, provider: kind, known: events.map((event) => event.name) });
    return undefined;
  }
  const written = parts[1]?.text ?? "";
  const count = written === "" ? BigInt(row.count) : (parseInteger(written) ?? parseDuration(written));
  if (count === undefined || count <= 0n) {
    env.report("perf-count", span, { provider: kind });
    return undefined;
  }
  return point.make(
    { kind, event: name, config: row.config, count: Number(count) },
    written === "" ? name : `${name}:${written}`,
  );
}

function watchpointTarget(point: Point): Target | undefined {
  const { env, parts, span } = point;
  const [address, length, mode] = parts.map((part) => part.text);
  if (address === undefined || length === undefined || mode === undefined || parts.length > 3) return wrongShape(point);
  const at = parseInteger(address);
  if (at === undefined) {
    env.report("removed-provider", span, {
      text: "watchpoints at a function's argument were removed from the language; use watchpoint:ADDRESS:LENGTH:MODE",
    });
    return undefined;
  }
  if (at === 0n) env.report("watchpoint-address", span, {});
  const bytes = Number(length);
  if (![1, 2, 4, 8].includes(bytes)) env.report("watchpoint-length", span, {});
  if (!/^[rwx]+$/.test(mode)) env.report("watchpoint-mode", span, {});
  else if (new Set(mode).size !== mode.length) env.report("watchpoint-mode-twice", span, {});
  return point.make(
    { kind: "watchpoint", address: `0x${at.toString(16)}`, length: bytes, mode },
    parts.map((part) => part.text).join(":"),
  );
}

function iterTarget(point: Point): Target | undefined {
  const { env, parts, span } = point;
  const name = parts[0]?.text ?? "";
  if (name === "") return missing(point, "iter should specify a iterator name");
  if (parts.length > 2) return wrongShape(point);
  const known = env.snapshot.iterators();
  if (!known.includes(name)) {
    env.report("iter-missing", span, { name, known });
    return undefined;
  }
  const pin = parts[1]?.text;
  return point.make(
    { kind: "iter", target: name, ...(pin === undefined || pin === "" ? {} : { pin }) },
    parts.map((part) => part.text).join(":"),
    name,
  );
}
