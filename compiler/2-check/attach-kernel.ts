/** Targets in the kernel: functions, tracepoints, raw tracepoints, iterators, resolved against the snapshot. */
import type { Attach } from "../5-object/manifest.ts";
import { rawTracepointType } from "../snapshot/raw-tracepoint.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { expandTarget } from "./attach-patterns.ts";
import { splitOffset } from "./attach-user.ts";
import { absent, isPattern, missing, type Point, type Target, wrongShape } from "./target.ts";

export function kprobeTarget(point: Point, kind: "kprobe" | "kretprobe"): Target | undefined {
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
  // A pattern's matches are named as they were asked for, "vmlinux:" included.
  const owner = pattern ? module : moduleName;
  const attach: Attach = {
    kind,
    function: name,
    ...(owner === undefined ? {} : { module: owner }),
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
  if (env.settings.missingProbes === "ignore") return target;
  const names = suggestFunctions(env.snapshot, name);
  const known = env.snapshot.functionType(name) !== undefined && env.snapshot.functions(`${name}.*`).length === 0;
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

/** A kernel without types has only void. */
function hasBtf(snapshot: Snapshot): boolean {
  return snapshot.btf.count > 1;
}

function lacksBtf({ env, span }: Point, what: string): boolean {
  if (hasBtf(env.snapshot)) return false;
  env.report("kernel-btf", span, { what });
  return true;
}

export function fentryTarget(point: Point, kind: "fentry" | "fexit"): Target | undefined {
  const { env, parts } = point;
  if (parts.length === 0) return missing(point, `${kind} should specify a function`);
  if (lacksBtf(point, `${kind} probes`)) return undefined;
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

export function tracepointTarget(point: Point): Target | undefined {
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

export function rawTracepointTarget(point: Point): Target | undefined {
  const { env, parts } = point;
  if (parts.length === 0 || parts.some((part) => part.text === ""))
    return missing(point, "rawtracepoint should be attached to a function");
  if (parts.length > 2) return wrongShape(point);
  if (!hasBtf(env.snapshot)) {
    env.report("rawtracepoint-btf", point.span, {});
    return undefined;
  }
  const module = parts.length === 2 && parts[0]?.text !== "vmlinux" ? parts[0]?.text : undefined;
  const event = parts[parts.length - 1]?.text ?? "";
  const pattern = isPattern(event);
  const attach: Attach = { kind: "rawtracepoint", event, ...(module === undefined ? {} : { module }) };
  const text = `${module ?? (pattern ? undefined : rawTracepointType(env.snapshot, event)?.module) ?? "vmlinux"}:${event}`;
  const target = point.make(attach, text, pattern ? "" : event, pattern);
  if (env.snapshot.rawTracepoints(event).length > 0) return target;
  return absent(point, event, env.snapshot.suggest("rawtracepoint", event), target);
}

export function iterTarget(point: Point): Target | undefined {
  const { env, parts, span } = point;
  const name = parts[0]?.text ?? "";
  if (name === "") return missing(point, "iter should specify a iterator name");
  if (lacksBtf(point, "iter probes")) return undefined;
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
