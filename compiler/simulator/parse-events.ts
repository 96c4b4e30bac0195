/** Reads an events file: JSON Lines, integers exact, everything wrong told with its place and the way out. */
import type { Snapshot } from "../snapshot/snapshot.ts";
import { closest } from "../util/text.ts";
import { parsePlace } from "./attach.ts";
import { createContexts, type Site } from "./context.ts";
import { EventError, type EventProblem, type Setup, type SimulatedEvent } from "./event.ts";
import { checkExists } from "./event-place.ts";
import { durationOf, integerOf } from "./integers.ts";
import { createMemory } from "./kernel-memory.ts";
import { type Json, JsonError, parseJson } from "./parse-json.ts";
import { addSetup, isMap, SetupError } from "./parse-setup.ts";
import { createSymbols, KERNEL_TEXT, USER_TEXT } from "./symbols.ts";

export type ParsedEvents = {
  /** Without those that a problem of severity error is about; in order of time. */
  readonly events: readonly SimulatedEvent[];
  /** From the file's setup lines. */
  readonly setup: Partial<Setup>;
  readonly problems: readonly EventProblem[];
};

/** After so many, the rest is of the same kind. */
const MOST_PROBLEMS = 50;

/** What each key of an event must be, in words. */
const SHAPES: Readonly<Record<string, readonly [(value: Json) => boolean, string]>> = (() => {
  const whole = (value: Json): boolean =>
    integerOf(value) !== undefined && value !== null && typeof value !== "boolean";
  const count = (value: Json): boolean => typeof value === "number" && Number.isInteger(value) && value >= 0;
  const text = (value: Json): boolean => typeof value === "string";
  const list = (value: Json): boolean => Array.isArray(value);
  const any = (): boolean => true;
  const time = (value: Json): boolean => durationOf(value) !== undefined;
  const id = [count, "a number that is not negative"] as const;
  return {
    probe: [text, "a text"],
    at: [time, 'nanoseconds since the start, or a text with a unit such as "1.5ms"'],
    took: [time, 'nanoseconds, or a text with a unit such as "20us"'],
    cpu: id,
    pid: id,
    tid: id,
    ppid: id,
    uid: id,
    gid: id,
    comm: [text, "a text"],
    cgroup: [whole, "an integer"],
    args: [(value) => list(value) || isMap(value), "a map of arguments by name, or a list"],
    retval: [any, ""],
    registers: [isMap, "a map of registers by name"],
    context: [text, "hexadecimal digits"],
    kstack: [list, "a list of frames, innermost first"],
    ustack: [list, "a list of frames, innermost first"],
    task: [any, ""],
    memory: [
      (value) => Array.isArray(value) && value.every((each) => isMap(each) && "address" in each && "bytes" in each),
      'a list of {"address": …, "bytes": "hexadecimal"}',
    ],
    program: [text, "a program's name"],
    results: [isMap, "a map of helpers' answers"],
    visits: [isMap, "a map of keys by map"],
    notes: [isMap, "a map of bytes by argument"],
    actions: [list, "a list of actions"],
  };
})();

/** @param name shown in problems; @param snapshot whose functions, tracepoints and types the events must fit */
export function parseEvents(text: string, name: string, snapshot: Snapshot): ParsedEvents {
  const problems: EventProblem[] = [];
  const events: { readonly event: SimulatedEvent; readonly at: number }[] = [];
  const setup: { -readonly [Key in keyof Setup]?: Setup[Key] } = {};
  const check = createCheck(snapshot);
  let last = 0;
  let number = 0;
  let sorted = true;
  for (const line of text.split("\n")) {
    number++;
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#") || trimmed.startsWith("//")) continue;
    if (problems.length >= MOST_PROBLEMS) {
      const hint = "the rest of the file was not read";
      problems.push({ severity: "error", name, line: number, column: 0, message: "too much is wrong", hint });
      break;
    }
    try {
      const value = parseJson(line);
      if (!isMap(value)) throw new EventError('an event is a map: {"probe": …}');
      if (value.setup !== undefined && value.probe === undefined) {
        addSetup(setup, value.setup);
        continue;
      }
      const event = toEvent(value, number);
      const at = event.at === undefined ? last : Number(event.at);
      events.push({ event: event.at === undefined ? { ...event, at } : event, at });
      sorted &&= at >= last;
      last = at;
      check(event, setup);
    } catch (error) {
      const wrong = problemOf(error, name, number);
      if (wrong === undefined) throw error;
      problems.push(wrong);
      if (events.at(-1)?.event.line === number) events.pop();
    }
  }
  // A stable sort: events of one moment keep their order. A recording's is the order of what was told, which its actions follow.
  if (!sorted && setup.actions !== "events") events.sort((a, b) => a.at - b.at);
  return { events: events.map(({ event }) => event), setup, problems };
}

function problemOf(error: unknown, name: string, line: number): EventProblem | undefined {
  const base = { severity: "error", name, line } as const;
  if (error instanceof JsonError) {
    const hint = "each line is one JSON object";
    return { ...base, column: error.column, message: `this line is no JSON: ${error.message}`, hint };
  }
  if (error instanceof EventError || error instanceof SetupError)
    return { ...base, column: 0, message: error.message, hint: error.hint };
  return undefined;
}

/** The line as an event, its keys and their kinds checked. @throws EventError */
function toEvent(value: { readonly [key: string]: Json }, line: number): SimulatedEvent {
  for (const key in value) {
    const each = value[key];
    const shape = Object.hasOwn(SHAPES, key) ? SHAPES[key] : undefined;
    if (shape === undefined || each === undefined) {
      const near = closest(key, Object.keys(SHAPES));
      const hint = near === undefined ? `an event has ${Object.keys(SHAPES).join(", ")}` : `did you mean '${near}'?`;
      throw new EventError(`an event has no '${key}'`, 0, hint);
    }
    if (!shape[0](each)) throw new EventError(`${key}: ${shape[1]} is needed`);
  }
  if (value.probe === undefined)
    throw new EventError("the event names no probe", 0, 'say what happens: "probe": "kprobe:tcp_sendmsg"');
  // The line's own object becomes the event: every key's kind was checked above.
  const event = value as { -readonly [Key in keyof SimulatedEvent]: SimulatedEvent[Key] };
  if (typeof value.at === "string") event.at = durationOf(value.at) ?? 0;
  if (typeof value.took === "string") event.took = durationOf(value.took) ?? 0;
  if (typeof value.cgroup === "string") event.cgroup = integerOf(value.cgroup) ?? 0;
  event.line = line;
  return event;
}

/** Lays an event out for nothing, so that what does not fit is told before the run. */
function createCheck(snapshot: Snapshot): (event: SimulatedEvent, setup: Partial<Setup>) => void {
  const kernel = createSymbols(KERNEL_TEXT, new Map());
  const user = createSymbols(USER_TEXT, new Map());
  const enumerators = new Map<string, bigint | undefined>();
  const enumerator = (name: string): bigint | undefined => {
    if (!enumerators.has(name))
      enumerators.set(name, snapshot.btf.findEnumerator(name)?.value ?? snapshot.constant(name));
    return enumerators.get(name);
  };
  const memory = createMemory(kernel, enumerator);
  const contexts = createContexts({
    snapshot,
    arch: snapshot.arch,
    memory,
    kernel,
    user,
    enumerator,
    wordNames: () => "any",
  });
  const sites = new Map<string, Site>();
  return (event, setup) => {
    let site = sites.get(event.probe);
    if (site === undefined) {
      // Recordings say themselves when begin and end programs run, and name a pattern where it stood for several.
      if (setup.actions === "events" && /^(begin|end)$|\*/i.test(event.probe)) return;
      const place = parsePlace(event.probe);
      // A recording's kernel may know functions that this one lacks; their contexts came with it.
      if (setup.actions !== "events") checkExists(snapshot, place, event.probe);
      site = contexts.siteOf(place);
      sites.set(event.probe, site);
    }
    if (site.place.kind !== "running") site.prepare(event);
    for (const frame of event.kstack ?? []) kernel.place(frame);
    for (const frame of event.ustack ?? []) user.place(frame);
  };
}
