/**
 * An event's arguments as words: what registers, and a context that is an array of arguments, hold.
 *
 * Most events of a place give the same names in the same order: then nothing is looked up, and nothing is made anew.
 */
import type { Btf, TypeId } from "../btf/types.ts";
import { branded } from "../util/brand.ts";
import type { EventPlace } from "./attach.ts";
import type { Typed } from "./c-values.ts";
import { EventError, type EventValue, type SimulatedEvent } from "./event.ts";
import { integerOf, isExact, isWhole } from "./integers.ts";
import type { Memory } from "./kernel-memory.ts";
import type { Parameter, Prototype } from "./prototype.ts";

export type Word = number | bigint;
/** Where an argument goes; without a type its words are one. */
type Slot = { readonly at: number; readonly words: number; readonly typed: Typed | undefined };

/** Words that an event may have where no type says how many. */
const MAX_WORDS = 16;

/** Whether what happens there happens in a process's code. */
export function isUserPlace({ kind }: EventPlace): boolean {
  return kind === "uenter" || kind === "ureturn" || kind === "usdt";
}

/** An event's arguments as words. */
export type ArgumentWords = {
  /**
   * In an array that is the same for every event: it is good until the next.
   * @throws EventError for arguments that the probe has not, or values that do not fit their types
   */
  readonly of: (event: SimulatedEvent) => readonly Word[];
  /**
   * Where they are numbers with the names of the event before: written to 32-bit halves from this index on. How many words;
   * negative: they are something else, and nothing is said of what was written.
   */
  readonly write: (args: SimulatedEvent["args"], to: Int32Array, at: number) => number;
};

/** @param known names of words that have no types: a function's of a binary; "any": they are not known, and all will do */
export function createArgumentWords(
  place: EventPlace,
  prototype: Prototype | undefined,
  known: readonly string[] | "any",
  memory: Memory,
  btf: Btf,
): ArgumentWords {
  const isUser = isUserPlace(place);
  const words: Word[] = [];
  /** The names of the event before, in their order, and where each goes. */
  const names: string[] = [];
  const slots: Slot[] = [];
  /** The same for `write`, if `isNoted`. */
  const places: number[] = [];
  const gaps: number[] = [];
  let isNoted = false;

  const slotOf = (name: string, event: SimulatedEvent): Slot => {
    const found = prototype?.byName.get(name) ?? slotAt(prototype, numbered(name) ?? wordOf(known, name));
    if (found !== undefined) return found;
    const hint =
      known.length > 0 && known !== "any" ? listed(known.filter((one) => one !== "")) : argumentHint(prototype);
    throw new EventError(`${event.probe} has no argument '${name}'`, 0, hint);
  };
  const put = (slot: Slot, value: EventValue, name: string, event: SimulatedEvent): void => {
    const { at, typed } = slot;
    const where = `${event.probe}: ${name}`;
    if (slot.words === 0)
      throw new EventError(
        `${where}: a struct of more than 16 bytes stands on the stack`,
        0,
        "use registers and memory",
      );
    if (slot.words > 1 && typed !== undefined) {
      const view = new DataView(new ArrayBuffer(slot.words * 8));
      memory.encode(view, 0, typed, value, where);
      for (let i = 0; i < slot.words; i++) words[at + i] = view.getBigUint64(i * 8, true);
    } else
      words[at] = typed === undefined ? untyped(memory, btf, value, isUser, where) : memory.word(typed, value, where);
  };
  /** Forgets the names from the n-th on, and what stood where they go. */
  const forget = (n: number): void => {
    isNoted = false;
    for (let i = n; i < slots.length; i++) words.fill(0, slots[i]?.at, (slots[i]?.at ?? 0) + (slots[i]?.words ?? 0));
    slots.length = n;
    names.length = n;
    words.length = slots.reduce((end, { at, words: count }) => Math.max(end, at + count), 0);
  };
  /** Finds out what `write` goes by: where names that have one word go, and words that no name has. */
  const note = (): void => {
    isNoted = true;
    places.length = 0;
    gaps.length = 0;
    for (const { at, words: count } of slots) if (count === 1) places.push(at);
    // an argument of several words is not for `write`: the number of names tells it
    if (places.length < slots.length || names.length < slots.length) places.length = 0;
    for (let at = 0; at < words.length; at++) if (!places.includes(at)) gaps.push(at);
  };
  const learn = (name: string, slot: Slot): void => {
    isNoted = false;
    names.push(name);
    slots.push(slot);
    while (words.length < slot.at + slot.words) words.push(0);
  };

  const inOrder = (list: readonly EventValue[], event: SimulatedEvent): void => {
    const room = prototype?.params.length ?? MAX_WORDS;
    if (list.length > room) throw new EventError(`${event.probe} has ${room} arguments, not ${list.length}`);
    forget(0);
    for (const [i, value] of list.entries()) {
      const slot = prototype?.params[i] ?? { at: i, words: 1, typed: undefined };
      learn("", slot);
      put(slot, value, `argument ${i}`, event);
    }
    names.length = 0; // the next event by names learns anew
  };

  const of = (event: SimulatedEvent): readonly Word[] => {
    const { args } = event;
    if (args === undefined) {
      if (slots.length > 0) forget(0);
      return words;
    }
    if (Array.isArray(args)) {
      inOrder(args, event);
      return words;
    }
    const fields = args as { readonly [name: string]: EventValue }; // no list: isArray does not narrow readonly ones
    let n = 0;
    for (const name in fields) {
      const value = fields[name];
      if (value === undefined) continue;
      if (name !== names[n]) {
        forget(n);
        learn(name, slotOf(name, event));
      }
      const slot = slots[n++];
      if (slot === undefined) continue;
      // Most are plain numbers, whatever the type.
      if (isWhole(value) && slot.words === 1) words[slot.at] = value;
      else put(slot, value, name, event);
    }
    if (n < slots.length) forget(n);
    return words;
  };
  const write: ArgumentWords["write"] = (args, to, at) => {
    if (args === undefined || Array.isArray(args)) return args === undefined && names.length === 0 ? 0 : -1;
    const fields = args as { readonly [name: string]: EventValue }; // as above
    if (!isNoted) note();
    for (let i = 0; i < gaps.length; i++) {
      const gap = at + 2 * (gaps[i] ?? 0);
      to[gap] = 0;
      to[gap + 1] = 0;
    }
    let n = 0;
    for (const name in fields) {
      const value = fields[name];
      if (name !== names[n] || !isExact(value)) return -1;
      const half = at + 2 * (places[n] ?? 0);
      to[half] = value;
      to[half + 1] = value >= 0 && value <= 0xffff_ffff ? 0 : Math.floor(value / 2 ** 32);
      n++;
    }
    return n === places.length ? words.length : -1;
  };
  return { of, write };
}

function slotAt(prototype: Prototype | undefined, word: number | undefined): Slot | undefined {
  if (word === undefined) return undefined;
  const found: Parameter | undefined = prototype?.params.find(({ at }) => at === word);
  return found ?? { at: word, words: 1, typed: undefined };
}

function numbered(name: string): number | undefined {
  const match = /^arg(\d+)$/.exec(name);
  const index = match === null ? undefined : Number(match[1]);
  return index === undefined || index >= MAX_WORDS ? undefined : index;
}

function wordOf(known: readonly string[] | "any", name: string): number | undefined {
  if (known === "any") return 0;
  const index = known.indexOf(name);
  return name === "" || index < 0 ? undefined : index;
}

function argumentHint(prototype: Prototype | undefined): string {
  if (prototype === undefined) return "this kernel's types do not tell its arguments: call them arg0, arg1 …";
  if (prototype.params.length === 0) return "it has none";
  return listed(prototype.params.map((param) => param.name));
}

function listed(names: readonly string[]): string {
  return `its arguments are ${names.join(", ")}`;
}

/** A value without a type: integers, texts and bytes of the process, symbols and objects (by "@type") of the kernel. */
export function untyped(memory: Memory, btf: Btf, value: EventValue, isUser: boolean, where: string): Word {
  const plain = integerOf(value);
  if (plain !== undefined) return plain;
  if (typeof value === "string" && isUser) return memory.text(value, "user");
  return memory.pointTo({ btf, type: branded<TypeId>(0) }, isUser ? "user" : "kernel", value, where);
}
