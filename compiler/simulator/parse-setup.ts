/** The host of an events file: its `setup` lines, each of which adds to those before. */
import type { RecordedScript, Setup } from "./event.ts";
import { durationOf, integerOf } from "./integers.ts";
import type { Json } from "./parse-json.ts";

export class SetupError extends Error {
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

type Map_ = { readonly [key: string]: Json };

export function isMap(value: Json | undefined): value is Map_ {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Draft = { -readonly [Key in keyof Setup]?: Setup[Key] };

const WORDS: Readonly<Record<string, (draft: Draft, value: Json, key: string) => void>> = {
  host: (draft, value, key) => {
    draft.host = text(value, key);
  },
  cpus: (draft, value, key) => {
    const cpus = Number(integer(value, key));
    if (cpus < 1 || cpus > 256) throw new SetupError(`setup: cpus is ${cpus}, which must be 1 to 256`);
    draft.cpus = cpus;
  },
  boot: (draft, value, key) => {
    draft.boot = BigInt(time(value, key));
  },
  epoch: (draft, value, key) => {
    const date = typeof value === "string" && /^\d{4}-/.test(value) ? Date.parse(value) : undefined;
    if (date !== undefined && Number.isNaN(date)) throw new SetupError(`setup: epoch: '${String(value)}' is no date`);
    draft.epoch = date === undefined ? BigInt(time(value, key)) : BigInt(date) * 1_000_000n;
  },
  utcOffset: (draft, value, key) => {
    draft.utcOffset = Number(integer(value, key));
  },
  timers: (draft, value, key) => {
    draft.timers = oneOf(value, key, ["clock", "events"]);
  },
  actions: (draft, value, key) => {
    draft.actions = oneOf(value, key, ["at once", "events"]);
  },
  until: (draft, value, key) => {
    draft.until = BigInt(time(value, key));
  },
  childPid: (draft, value, key) => {
    draft.childPid = Number(integer(value, key));
  },
  users: (draft, value, key) => {
    draft.users = merge(draft.users, value, key, (name) => Number(integer(name, key)), text);
  },
  cgroups: (draft, value, key) => {
    draft.cgroups = merge(draft.cgroups, value, key, (id) => BigInt(integer(id, key)), text);
  },
  symbols: (draft, value, key) => {
    draft.symbols = merge(draft.symbols, value, key, same, (each) => BigInt.asUintN(64, BigInt(integer(each, key))));
  },
  words: (draft, value, key) => {
    draft.words = merge(draft.words, value, key, same, (each) => BigInt(integer(each, key)));
  },
  names: (draft, value, key) => {
    draft.names = merge(draft.names, value, key, same, text);
  },
  files: (draft, value, key) => {
    draft.files = merge(draft.files, value, key, same, text);
  },
  commands: (draft, value, key) => {
    draft.commands = merge(draft.commands, value, key, same, text);
  },
  script: (draft, value) => {
    draft.script = script(value);
  },
};

export const SETUP_KEYS: readonly string[] = Object.keys(WORDS);

/** Adds one setup line to what is known. @throws SetupError for keys or values that mean nothing */
export function addSetup(draft: Draft, value: Json): void {
  if (!isMap(value)) throw new SetupError("setup: a map of settings is needed");
  for (const [key, each] of Object.entries(value)) {
    const word = Object.hasOwn(WORDS, key) ? WORDS[key] : undefined;
    if (word === undefined) throw new SetupError(`setup has no '${key}'`, `known are ${SETUP_KEYS.join(", ")}`);
    word(draft, each, key);
  }
}

function text(value: Json | undefined, key: string): string {
  if (typeof value === "string") return value;
  throw new SetupError(`setup: ${key}: a text is needed`);
}

function integer(value: Json | undefined, key: string): number | bigint {
  const found =
    typeof value === "number" || typeof value === "bigint" || typeof value === "string" ? integerOf(value) : undefined;
  if (found === undefined) throw new SetupError(`setup: ${key}: an integer is needed`);
  return found;
}

function time(value: Json, key: string): number | bigint {
  const whole = typeof value === "string" ? integerOf(value) : undefined;
  const found = whole ?? durationOf(value);
  if (found === undefined)
    throw new SetupError(`setup: ${key}: a time is needed`, 'nanoseconds, or a text with a unit such as "10s"');
  return found;
}

function oneOf<T extends string>(value: Json, key: string, words: readonly T[]): T {
  const found = words.find((word) => word === value);
  if (found === undefined)
    throw new SetupError(`setup: ${key} must be ${words.map((word) => `"${word}"`).join(" or ")}`);
  return found;
}

const same = (key: string): string => key;

function merge<K, V>(
  before: ReadonlyMap<K, V> | undefined,
  value: Json,
  key: string,
  readKey: (key: string) => K,
  readValue: (value: Json, key: string) => V,
): ReadonlyMap<K, V> {
  if (!isMap(value)) throw new SetupError(`setup: ${key}: a map is needed`);
  const merged = new Map(before ?? []);
  for (const [name, each] of Object.entries(value)) merged.set(readKey(name), readValue(each, key));
  return merged;
}

function script(value: Json): RecordedScript {
  if (!isMap(value)) throw new SetupError("setup: script: a map is needed");
  const flag = (key: string): boolean => value[key] === true;
  const { positional = [], named = {} } = value;
  return {
    name: text(value.name, "script.name"),
    text: text(value.text, "script.text"),
    positional: Array.isArray(positional) ? positional.map(String) : [],
    named: new Map(isMap(named) ? Object.entries(named).map(([key, each]) => [key, String(each)]) : []),
    unsafe: flag("unsafe"),
    pidFilter: flag("pidFilter"),
    child: flag("child"),
    readWarnings: flag("readWarnings"),
    kernel: text(value.kernel, "script.kernel"),
    release: text(value.release, "script.release"),
  };
}
