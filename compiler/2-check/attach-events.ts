/** Timers, perf events, watchpoints and signals. */
import { hardwareEvents, softwareEvents } from "../lang/probes.ts";
import { nanoseconds, parseDuration, parseInteger, timerUnits } from "../lang/units.ts";
import { missing, type Point, type Target, wrongShape } from "./target.ts";

export function selfTarget(point: Point): Target | undefined {
  const [kind, signal] = point.parts;
  if (point.parts.length !== 2 || kind?.text !== "signal" || signal === undefined) return wrongShape(point);
  if (signal.text !== "SIGUSR1") {
    point.env.report("signal-unsupported", point.span, { name: signal.text });
    return undefined;
  }
  return point.make({ kind: "signal", signal: signal.text }, "signal:SIGUSR1");
}

export function timerTarget(point: Point, kind: "profile" | "interval"): Target | undefined {
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
    return point.make({ kind, ns: Number(ns) }, `us:${ns / 1000n}`);
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
    env.report(code, span, { provider: kind, written: parts[1]?.text ?? "" });
    return undefined;
  }
}

export function perfTarget(point: Point, kind: "software" | "hardware"): Target | undefined {
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

export function watchpointTarget(point: Point): Target | undefined {
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
