/**
 * Which programs an event runs: the manifest's attach points resolved against the snapshot, as a loader resolves them on
 * a host, and events' probes brought to the same keys.
 */
import type { Attach, Manifest, ProgramEntry } from "../5-object/manifest.ts";
import { probeRow } from "../lang/probes.ts";
import { hasWildcard, matcher } from "../snapshot/glob.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { EventError } from "./event.ts";
import { SimulatorError } from "./machine.ts";

/** A program at one place. */
export type Target = {
  /** Index into the manifest's programs. */
  readonly program: number;
  readonly attach: Attach;
  /** As a loader shows it: "kprobe:tcp_sendmsg". */
  readonly text: string;
  /** What happens there: see probeKey. Patterns of user probes have one key for all their matches. */
  readonly key: string;
  /** Of user probes: whether this binary and symbol are meant. */
  readonly accepts: ((path: string, symbol: string) => boolean) | undefined;
};

/** Kinds of probes that the kernel fires for one process only, where a loader asks so. */
export function isOfProcess({ attach }: Target): boolean {
  return ["uprobe", "uretprobe", "usdt", "profile", "software", "hardware", "watchpoint"].includes(attach.kind);
}

export type Plan = {
  readonly targets: readonly Target[];
  /** Things to tell before the run: probes that were left out. */
  readonly warnings: readonly { readonly program: number; readonly text: string }[];
  /** Targets by key. */
  readonly byKey: ReadonlyMap<string, readonly Target[]>;
};

/** What an event is about. */
export type EventPlace = {
  readonly kind:
    | "enter"
    | "return"
    | "at"
    | "tracepoint"
    | "raw"
    | "uenter"
    | "ureturn"
    | "usdt"
    | "perf"
    | "iter"
    | "signal"
    | "running";
  readonly key: string;
  /** Function, event, iterator or symbol; the probe's text for perf events. */
  readonly name: string;
  /** Tracepoint's category, or the binary of a user probe ("" if the event does not say). */
  readonly group: string;
  /** A static probe's, if the event says. */
  readonly provider?: string;
};

const running: EventPlace = { kind: "running", key: "running", name: "running", group: "" };

/**
 * A probe's text as an event has it. "running" is no probe: it says what a processor does from now on.
 * @throws EventError for what is no probe, and for those that the simulator itself runs
 */
export function parsePlace(probe: string): EventPlace {
  if (probe === "running") return running;
  const [word = "", ...rest] = probe.split(":");
  const row = probeRow(word);
  const last = rest.at(-1) ?? "";
  if (row === undefined)
    throw new EventError(
      `'${word}' is no kind of probe`,
      0,
      "an event's probe is what a script would trace: kprobe:tcp_sendmsg",
    );
  const need = (name: string): string => {
    if (name !== "" && !hasWildcard(name)) return name;
    throw new EventError(
      `'${probe}' does not say what happens`,
      0,
      `write ${row.name}:${row.target}, without wildcards`,
    );
  };
  switch (row.name) {
    case "kprobe":
    case "fentry": {
      const name = need(last);
      const [symbol = "", offset] = name.split("+");
      return offset === undefined || Number(offset) === 0
        ? { kind: "enter", key: `enter:${symbol}`, name: symbol, group: "" }
        : { kind: "at", key: `at:${symbol}+${Number(offset)}`, name: symbol, group: "" };
    }
    case "kretprobe":
    case "fexit":
      return { kind: "return", key: `return:${need(last)}`, name: last, group: "" };
    case "tracepoint": {
      const [category = "", event = ""] = rest;
      need(category);
      return { kind: "tracepoint", key: `tracepoint:${category}:${need(event)}`, name: event, group: category };
    }
    case "rawtracepoint":
      return { kind: "raw", key: `raw:${need(last)}`, name: last, group: "" };
    case "uprobe":
    case "uretprobe": {
      const kind = row.name === "uprobe" ? "uenter" : "ureturn";
      return { kind, key: kind, name: need(last), group: rest.slice(0, -1).join(":") };
    }
    case "usdt": {
      const provider = rest.length > 2 ? { provider: rest.at(-2) ?? "" } : {};
      const group = rest[0] === last ? "" : (rest[0] ?? "");
      return { kind: "usdt", key: "usdt", name: need(last), group, ...provider };
    }
    case "profile":
    case "interval":
    case "software":
    case "hardware":
    case "watchpoint": {
      const text = [row.name, ...rest].join(":");
      return { kind: "perf", key: `perf:${text}`, name: text, group: row.name };
    }
    case "iter":
      return { kind: "iter", key: `iter:${need(rest[0] ?? "")}`, name: rest[0] ?? "", group: "" };
    case "self":
      return { kind: "signal", key: `signal:${last}`, name: last, group: "" };
    default:
      throw new EventError(`${row.name} is no event: the simulator runs such programs itself`, 0, "leave the line out");
  }
}

/** The key of an attach point without wildcards. */
function keyOf(attach: Attach, program: ProgramEntry): string {
  switch (attach.kind) {
    case "begin":
    case "end":
      return attach.kind;
    case "signal":
      return `signal:${attach.signal}`;
    case "kprobe":
      if (attach.address !== undefined) return `at:${attach.address}`;
      return attach.offset ? `at:${attach.function}+${attach.offset}` : `enter:${attach.function}`;
    case "fentry":
      return `enter:${attach.function}`;
    case "kretprobe":
    case "fexit":
      return `return:${attach.function}`;
    case "tracepoint":
      return `tracepoint:${attach.category}:${attach.event}`;
    case "rawtracepoint":
      return `raw:${attach.event}`;
    case "uprobe":
      return "uenter";
    case "uretprobe":
      return "ureturn";
    case "usdt":
      return "usdt";
    case "iter":
      return `iter:${attach.target}`;
    default:
      return `perf:${program.probe}`;
  }
}

/**
 * Resolves every attach point.
 * @throws SimulatorError for one that this kernel lacks, unless the script's missing_probes says otherwise
 */
export function makePlan(manifest: Manifest, snapshot: Snapshot): Plan {
  const targets: Target[] = [];
  const warnings: { program: number; text: string }[] = [];
  const { config, programs, source } = manifest;
  const missing = (program: number, text: string): undefined => {
    const entry = programs[program];
    const only = entry?.attach.length === 1 ? entry.attach[0] : undefined;
    if ((only !== undefined && "pattern" in only && only.pattern === true) || config.missing_probes === "ignore")
      return;
    if (config.missing_probes === "warn") warnings.push({ program, text: `${text}; the probe is left out` });
    else throw new SimulatorError(`${source.name}:${entry?.place.line}:${entry?.place.column}: ${text}`);
  };
  for (const [program, entry] of programs.entries()) {
    const before = targets.length;
    for (const attach of entry.attach) expand(snapshot, entry, program, attach, targets, missing);
    if (entry.attach.length > 1 && targets.length === before)
      missing(program, "no matches for any of the probe's attach points");
  }
  if (targets.length === 0) throw new SimulatorError("no probes to attach: nothing is left of the script");
  if (targets.length > config.max_probes)
    throw new SimulatorError(
      `cannot attach to ${targets.length} probes because it exceeds the current limit of ${config.max_probes} probes`,
    );
  const byKey = new Map<string, Target[]>();
  for (const target of targets) {
    const known = byKey.get(target.key);
    if (known === undefined) byKey.set(target.key, [target]);
    else known.push(target);
  }
  return { targets, warnings, byKey };
}

function expand(
  snapshot: Snapshot,
  entry: ProgramEntry,
  program: number,
  attach: Attach,
  targets: Target[],
  missing: (program: number, text: string) => undefined,
): undefined {
  const add = (text: string, key = keyOf(attach, entry), accepts: Target["accepts"] = undefined): undefined => {
    targets.push({ program, attach, text, key, accepts });
  };
  const single = entry.attach.length === 1;
  switch (attach.kind) {
    case "kprobe":
    case "kretprobe": {
      if (attach.address !== undefined) return add(entry.probe);
      const { kind, module } = attach;
      const group = (found: string | undefined): string => (module === undefined ? "" : `${found ?? "vmlinux"}:`);
      if (!hasWildcard(attach.function) && !hasWildcard(module ?? "")) {
        if (!snapshot.isTraceable(attach.function) && snapshot.functionType(attach.function) === undefined)
          return missing(program, `${kind}:${attach.function}: this kernel has no such function`);
        const offset = attach.offset ? `+${attach.offset}` : "";
        return add(`${kind}:${group(module)}${attach.function}${offset}`);
      }
      const names = new Map(snapshot.functions(attach.function, module).map((found) => [found.name, found.module]));
      if (names.size === 0 && single) missing(program, `no matches for ${kind}:${group(module)}${attach.function}`);
      const start = kind === "kprobe" ? "enter" : "return";
      for (const [name, found] of names) add(`${kind}:${group(found)}${name}`, `${start}:${name}`);
      return;
    }
    case "fentry":
    case "fexit": {
      if (snapshot.functionType(attach.function, attach.module) === undefined)
        return missing(program, `${attach.kind}:${attach.function}: this kernel has no such function`);
      const module = attach.module === undefined ? "" : `${attach.module}:`;
      return add(`${attach.kind}:${module}${attach.function}`);
    }
    case "tracepoint": {
      const found = snapshot.tracepoints(attach.category, attach.event);
      const text = `tracepoint:${attach.category}:${attach.event}`;
      const pattern = hasWildcard(attach.category) || hasWildcard(attach.event);
      if (found.length === 0 && (single || !pattern))
        missing(program, pattern ? `no matches for ${text}` : `${text}: this kernel has no such tracepoint`);
      for (const { category, event } of found)
        add(`tracepoint:${category}:${event}`, `tracepoint:${category}:${event}`);
      return;
    }
    case "rawtracepoint":
      if (snapshot.rawTracepoints(attach.event).length === 0)
        return missing(program, `rawtracepoint:${attach.event}: this kernel has no such tracepoint`);
      return add(entry.probe);
    case "uprobe":
    case "uretprobe": {
      const symbol = matcher(attach.symbol ?? "");
      return add(entry.probe, keyOf(attach, entry), (path, name) => symbol(name) && isBinary(attach.path, path));
    }
    case "usdt": {
      const name = matcher(attach.name);
      return add(entry.probe, "usdt", (path, given) => name(given) && isBinary(attach.path, path));
    }
    default:
      return add(entry.probe);
  }
}

/** Whether a script's binary ("libc", "bash", "/usr/lib/lib*.so") is the one at an event's path ("": any). */
function isBinary(wanted: string, path: string): boolean {
  if (path === "" || wanted === "*" || wanted === path || matcher(wanted)(path)) return true;
  const base = (name: string): string => name.slice(name.lastIndexOf("/") + 1);
  if (wanted.includes("/") && path.includes("/")) return false;
  const [a, b] = [base(wanted), base(path)];
  return a === b || a.startsWith(`${b}.so`) || b.startsWith(`${a}.so`);
}

/** Targets of an event, in the order in which their programs run. */
export function targetsOf(plan: Plan, place: EventPlace): readonly Target[] {
  const { key, name, group, kind } = place;
  if (kind === "perf") return perfTargets(plan, place);
  const known = plan.byKey.get(key) ?? [];
  if (kind !== "uenter" && kind !== "ureturn" && kind !== "usdt") return known;
  return known.filter((target) => target.accepts?.(group, name) === true);
}

/** Names of the words that a function of a binary is given, as far as a program that reads them knows. */
export function wordNamesOf(plan: Plan, place: EventPlace): readonly string[] {
  for (const { attach } of targetsOf(plan, place))
    if (attach.kind === "uprobe" && attach.argumentNames !== undefined) return attach.argumentNames;
  return [];
}

/** "profile" alone means every profile probe, "profile:hz:99" the one of this text. */
function perfTargets(plan: Plan, place: EventPlace): readonly Target[] {
  const exact = plan.byKey.get(place.key);
  if (exact !== undefined) return exact;
  if (place.name !== place.group) return [];
  return plan.targets.filter(({ attach }) => attach.kind === place.group);
}
