/**
 * Reads what is to happen as text (spec/simulation.md, Workloads): processes, events, and where their values come from.
 *
 *     process nginx pid 1021 threads 4 uid 33 weight 5
 *     kprobe:tcp_sendmsg
 *       rate: 400
 *       size: lognormal(1400, 1.1)
 *       retval: choice(size 97, -11 3)
 *       took: lognormal(12us, 0.8)
 */
import { parsePlace } from "./attach.ts";
import { EventError, type EventProblem } from "./event.ts";
import type { Generated, Workload, WorkloadEvent, WorkloadProcess } from "./options.ts";

export type ParsedWorkload = { readonly workload: Workload; readonly problems: readonly EventProblem[] };

class WorkloadError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

type Draft = { -readonly [Key in keyof WorkloadEvent]: WorkloadEvent[Key] };

/** @param name shown in problems */
export function parseWorkload(text: string, name: string): ParsedWorkload {
  const processes: WorkloadProcess[] = [];
  const events: Draft[] = [];
  const problems: EventProblem[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const bare = line.replace(/(^|\s)#.*$/, "").trimEnd();
    if (bare.trim() === "") continue;
    try {
      const draft = events.at(-1);
      if (!/^\s/.test(bare)) {
        const first = bare.split(/\s+/)[0];
        if (first === "process") processes.push(parseProcess(bare, processes.length));
        else events.push(startEvent(bare));
      } else if (draft === undefined) throw new WorkloadError("a value stands before the first event");
      else setField(draft, bare.trim());
    } catch (error) {
      if (!(error instanceof WorkloadError)) throw error;
      const { message, hint } = error;
      problems.push({ severity: "error", name, line: index + 1, column: 0, message, hint });
    }
  }
  return { workload: { processes, events }, problems };
}

const PROCESS_WORDS = ["pid", "threads", "uid", "weight"] as const;

function parseProcess(line: string, before: number): WorkloadProcess {
  const [, comm = "", ...words] = line.trim().split(/\s+/);
  if (comm === "") throw new WorkloadError("a process needs a name", "process NAME pid N threads N uid N weight N");
  const given = new Map<string, number>();
  for (let i = 0; i < words.length; i += 2) {
    const word = words[i] ?? "";
    const value = Number(words[i + 1]);
    if (!PROCESS_WORDS.some((known) => known === word) || !(value >= 0))
      throw new WorkloadError(
        `'${word} ${words[i + 1] ?? ""}' says nothing of a process`,
        `known are ${PROCESS_WORDS.join(", ")}, each with a number`,
      );
    given.set(word, value);
  }
  return {
    comm,
    pid: given.get("pid") ?? 1000 + before * 100,
    threads: Math.max(1, given.get("threads") ?? 1),
    uid: given.get("uid") ?? 1000,
    weight: given.get("weight") ?? 1,
  };
}

function startEvent(line: string): Draft {
  const probe = line.trim().replace(/:$/, "");
  if (/\s/.test(probe))
    throw new WorkloadError(
      `'${probe}' is no probe`,
      "values stand on lines of their own below, indented: NAME: VALUE",
    );
  try {
    parsePlace(probe);
  } catch (error) {
    if (error instanceof EventError) throw new WorkloadError(error.message, error.hint);
    throw error;
  }
  return {
    probe,
    rate: 100,
    args: {},
    retval: undefined,
    took: undefined,
    kstack: undefined,
    ustack: undefined,
    processes: [],
  };
}

function setField(draft: Draft, line: string): void {
  const [, name = "", text = ""] = /^([A-Za-z_][\w.]*)\s*:\s*(.*)$/.exec(line) ?? [];
  if (name === "" || text === "") throw new WorkloadError(`'${line}' is no value`, "write NAME: VALUE");
  switch (name) {
    case "rate": {
      const value = parseValue(text);
      if (value.kind !== "constant" || Number(value.value) < 0)
        throw new WorkloadError("rate: a number of times a second is needed");
      draft.rate = Number(value.value);
      break;
    }
    case "process":
    case "processes":
      draft.processes = text.split(",").map((each) => each.trim());
      break;
    case "retval":
      draft.retval = parseValue(text);
      break;
    case "took":
      draft.took = parseValue(text);
      break;
    case "kstack":
      draft.kstack = parseValue(text);
      break;
    case "ustack":
      draft.ustack = parseValue(text);
      break;
    default:
      draft.args = { ...draft.args, [name.replace(/^args\./, "")]: parseValue(text) };
  }
}

type Token = { readonly kind: "number" | "word" | "text" | "mark"; readonly text: string };

/** One value. @throws WorkloadError */
function parseValue(text: string): Generated {
  const tokens: Token[] = [];
  const pattern =
    /\s*(?:("(?:[^"\\]|\\.)*")|(-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?)(?:ns|us|ms|s|K|M|G)?(?![\w.]))|([A-Za-z_@][\w.]*)|([(){}[\],:]))/y;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) {
      if (text.slice(at).trim() === "") break;
      throw new WorkloadError(`'${text.slice(at).trim()}' is no part of a value`);
    }
    if (match[1] !== undefined) tokens.push({ kind: "text", text: match[1].slice(1, -1).replace(/\\(.)/g, "$1") });
    else if (match[2] !== undefined) tokens.push({ kind: "number", text: match[2] });
    else if (match[3] !== undefined) tokens.push({ kind: "word", text: match[3] });
    else tokens.push({ kind: "mark", text: match[4] ?? "" });
  }
  const reader = { tokens, at: 0 };
  const value = readValue(reader, 0);
  const left = tokens[reader.at];
  if (left !== undefined) throw new WorkloadError(`'${left.text}' stands behind the value`);
  return value;
}

type Reader = { readonly tokens: readonly Token[]; at: number };

function accept(reader: Reader, mark: string): boolean {
  const token = reader.tokens[reader.at];
  if (token?.kind !== "mark" || token.text !== mark) return false;
  reader.at++;
  return true;
}

function expectMark(reader: Reader, mark: string): void {
  if (!accept(reader, mark))
    throw new WorkloadError(
      `'${mark}' is missing${reader.tokens[reader.at] === undefined ? " at the end" : ` before '${reader.tokens[reader.at]?.text}'`}`,
    );
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  ms: 1e6,
  s: 1e9,
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
};

function numberOf(text: string): number | bigint {
  const match = /^(-?)(0x[0-9a-fA-F]+|[\d.]+)(ns|us|ms|s|K|M|G)?$/.exec(text);
  const digits = match?.[2] ?? "0";
  if (digits.startsWith("0x")) {
    const whole = BigInt(digits);
    return match?.[1] === "-" ? -whole : Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  }
  return Number(`${match?.[1] ?? ""}${digits}`) * (UNITS[match?.[3] ?? ""] ?? 1);
}

function readValue(reader: Reader, depth: number): Generated {
  const token = reader.tokens[reader.at++];
  if (token === undefined) throw new WorkloadError("a value is missing");
  if (depth > 16) throw new WorkloadError("values nested too deep");
  if (token.kind === "number") return { kind: "constant", value: numberOf(token.text) };
  if (token.kind === "text") return { kind: "text", text: token.text };
  if (token.kind === "mark") {
    if (token.text === "[") return { kind: "list", elements: readList(reader, "]", depth) };
    if (token.text === "{") return { kind: "fields", fields: readFields(reader, depth) };
    throw new WorkloadError(`'${token.text}' begins no value`);
  }
  if (!accept(reader, "(")) return { kind: "same", name: token.text };
  if (token.text === "choice") return { kind: "choice", options: readOptions(reader, depth) };
  return call(token.text, readList(reader, ")", depth));
}

function readList(reader: Reader, close: string, depth: number): readonly Generated[] {
  const elements: Generated[] = [];
  if (accept(reader, close)) return elements;
  do elements.push(readValue(reader, depth + 1));
  while (accept(reader, ","));
  expectMark(reader, close);
  return elements;
}

function readFields(reader: Reader, depth: number): Readonly<Record<string, Generated>> {
  const fields: Record<string, Generated> = {};
  if (accept(reader, "}")) return fields;
  do {
    const name = reader.tokens[reader.at++];
    if (name?.kind !== "word" && name?.kind !== "text") throw new WorkloadError("a field's name is missing");
    expectMark(reader, ":");
    fields[name.text] = readValue(reader, depth + 1);
  } while (accept(reader, ","));
  expectMark(reader, "}");
  return fields;
}

/** VALUE [WEIGHT], … */
function readOptions(reader: Reader, depth: number): { weight: number; value: Generated }[] {
  const options: { weight: number; value: Generated }[] = [];
  do {
    const value = readValue(reader, depth + 1);
    const weight = reader.tokens[reader.at];
    if (weight?.kind === "number") reader.at++;
    options.push({ value, weight: weight?.kind === "number" ? Number(numberOf(weight.text)) : 1 });
  } while (accept(reader, ","));
  expectMark(reader, ")");
  return options;
}

const DISTRIBUTIONS =
  "constant numbers, uniform(min, max), normal(mean, deviation), lognormal(median, sigma), exponential(mean), pareto(least, shape), choice(value weight, …), socket(), task(), file()";

function call(name: string, args: readonly Generated[]): Generated {
  const number = (index: number, what: string): number => {
    const arg = args[index];
    if (arg?.kind !== "constant") throw new WorkloadError(`${name}: ${what} is missing, or no number`);
    return Number(arg.value);
  };
  switch (name) {
    case "uniform":
      return { kind: "uniform", min: number(0, "the least value"), max: number(1, "the greatest value") };
    case "normal":
      return { kind: "normal", mean: number(0, "the mean"), deviation: number(1, "the deviation") };
    case "lognormal":
      return { kind: "lognormal", median: number(0, "the median"), sigma: number(1, "sigma") };
    case "exponential":
      return { kind: "exponential", mean: number(0, "the mean") };
    case "pareto":
      return { kind: "pareto", least: number(0, "the least value"), shape: number(1, "the shape") };
    case "socket":
    case "task":
    case "file":
      return { kind: "thing", thing: name };
    default:
      throw new WorkloadError(`'${name}' is no distribution`, `there are ${DISTRIBUTIONS}`);
  }
}
