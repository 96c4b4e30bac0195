/**
 * An event as a program receives it: registers, a tracepoint's record, an array of arguments, an iterator's struct, all
 * laid out by the snapshot's types. What is the same for every event of a place is found once; an event then costs the
 * words that it brings.
 */
import { type Arch, archOf } from "../lang/arch/index.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { createArgumentWords, isUserPlace, untyped, type Word } from "./argument-words.ts";
import type { EventPlace, Target } from "./attach.ts";
import { EventError, type EventFrame, type EventValue, type SimulatedEvent } from "./event.ts";
import { bytesOfHex, integerOf, isWhole, writeWord } from "./integers.ts";
import type { Block, Memory } from "./kernel-memory.ts";
import { CONTEXT_SIZE } from "./machine.ts";
import { findPrototype, type Prototype } from "./prototype.ts";
import { registersOf, usdtRegister } from "./registers.ts";
import type { Symbols } from "./symbols.ts";
import { createRecords, type Records } from "./tracepoint-record.ts";

/** An event made ready: its values as words and bytes, and the memory that they point into. */
export type Occurrence = {
  readonly event: SimulatedEvent;
  /** Words of the arguments, in order. */
  readonly args: readonly Word[];
  readonly retval: Word;
  /** A context without registers: a tracepoint's record, an iterator's struct; or the whole one as it was recorded. */
  readonly bytes: Uint8Array | undefined;
  readonly registers: readonly (readonly [offset: number, word: Word])[];
  readonly blocks: readonly Block[];
};

/** A place where events happen. */
export type Site = {
  readonly place: EventPlace;
  /** Of the function (0: none). */
  readonly address: bigint;
  /** The stack of an event there that gives none. */
  readonly alone: readonly bigint[];
  /**
   * The same object for every event of this place: good until the next, unless it is kept (`keepOccurrence`).
   * @throws EventError for arguments that the probe has not, or values that do not fit their types
   */
  readonly prepare: (event: SimulatedEvent) => Occurrence;
  /**
   * Arguments, or a tracepoint's record, of an event that is like the one before and brings numbers only: written as words,
   * in halves, from this index on. How many words; negative: `prepare` must do it.
   */
  readonly write: (event: SimulatedEvent, to: Int32Array, at: number) => number;
  /** Words of the arguments of a function: for programs that ask the kernel for them by number. */
  readonly argumentCount: (occurrence: Occurrence) => number;
};

/**
 * How a context comes out of an event's words, where nothing else of the event counts: what is the same for every event,
 * and where which words go. `whole`: the occurrence's bytes are the context.
 */
export type ContextForm = {
  readonly whole: boolean;
  readonly constant: Uint8Array;
  readonly slots: readonly { readonly word: number; readonly offset: number }[];
  /** Words of arguments that an event may have; with more, the form does not hold. */
  readonly most: number;
};
/** An event's words by their numbers; arguments from the last on. */
export const WORD = { RETVAL: 0, CALLER: 1, ARGUMENTS: 2 } as const;

/** Writes what a program gets. */
export type FillContext = (occurrence: Occurrence) => void;

export type Contexts = {
  /** @throws EventError for a place that the kernel lacks */
  readonly siteOf: (place: EventPlace) => Site;
  readonly fillerFor: (target: Target, site: Site, context: DataView) => FillContext;
  /** What a filler does, as data; undefined: it takes more than words. */
  readonly formFor: (target: Target, site: Site) => ContextForm | undefined;
  /** Where a function that returns goes on, as far as the event says. */
  readonly callerOf: (event: SimulatedEvent, place: EventPlace) => bigint | undefined;
  /** Others have written to the context. */
  readonly forget: () => void;
  /** What begin and end programs get: zeros. */
  readonly fillBare: (context: DataView) => void;
};

export type ContextOptions = {
  readonly snapshot: Snapshot;
  readonly arch: Arch["name"];
  readonly memory: Memory;
  readonly kernel: Symbols;
  readonly user: Symbols;
  readonly enumerator: (name: string) => bigint | undefined;
  /** Names of the words that a function of a binary is given, as the object has them; "any": there is no object. */
  readonly wordNames: (place: EventPlace) => readonly string[] | "any";
};

const none: readonly never[] = [];
/** Where a kernel thread's stack pointer stands: memory that only arguments beyond the registers fill. */
const KERNEL_STACK = 0xffffc9ff80003e00n;
const USER_STACK = 0x7ffd00000000n;
/** More than a test run's context has. */
const BARE_SIZE = 256;

export function keepOccurrence(occurrence: Occurrence): Occurrence {
  return { ...occurrence, args: [...occurrence.args] };
}

export function createContexts(options: ContextOptions): Contexts {
  const { snapshot, memory, kernel, user, enumerator, wordNames } = options;
  const { btf } = snapshot;
  const arch = archOf(options.arch);
  const registers = registersOf(options.arch);

  const prototypes = new Map<string, Prototype | undefined>();
  const prototypeOf = (place: EventPlace): Prototype | undefined => {
    if (!prototypes.has(place.key)) prototypes.set(place.key, findPrototype(snapshot, place));
    return prototypes.get(place.key);
  };

  const retvalOf = (event: SimulatedEvent, place: EventPlace): Word => {
    const { retval } = event;
    if (retval === undefined) return 0;
    if (isWhole(retval)) return retval;
    const isUser = isUserPlace(place);
    const returns = isUser ? undefined : prototypeOf(place)?.returns;
    const where = `${event.probe}: retval`;
    return returns === undefined ? untyped(memory, btf, retval, isUser, where) : memory.word(returns, retval, where);
  };

  const givenRegisters = (given: { readonly [name: string]: EventValue }): readonly (readonly [number, Word])[] =>
    Object.entries(given).map(([name, value]) => {
      const at = registers.named[name];
      const word = typeof value === "string" && integerOf(value) === undefined ? kernel.place(value) : integerOf(value);
      const hint = `registers are ${Object.keys(registers.named).join(", ")}`;
      if (at === undefined) throw new EventError(`there is no register '${name}'`, 0, hint);
      if (word === undefined) throw new EventError(`register ${name}: this is no integer`);
      return [at, word] as const;
    });

  const iterator = (event: SimulatedEvent, place: EventPlace): Uint8Array => {
    const type = btf.find("struct", `bpf_iter__${place.name}`);
    if (type === undefined) throw new EventError(`${event.probe}: this kernel has no such iterator`);
    const context = btf.type(type);
    const bytes = new Uint8Array(context.kind === "struct" ? context.size : 8);
    const { args = {} } = event;
    if (Array.isArray(args)) throw new EventError(`${event.probe}: give its arguments by name`);
    const value = args as { readonly [name: string]: EventValue };
    memory.encode(new DataView(bytes.buffer), 0, { btf, type }, value, event.probe);
    return bytes;
  };

  /** What makes a place's contexts, where they are no registers or arguments. */
  const bytesFor = (place: EventPlace): Records | undefined => {
    if (place.kind === "iter") return { of: (event) => iterator(event, place), write: undefined };
    if (place.kind !== "tracepoint") return undefined;
    const tracepoint = snapshot.tracepoint(place.group, place.name);
    if (tracepoint === undefined) throw new EventError(`${place.key}: this kernel has no such tracepoint`);
    return createRecords(tracepoint, { snapshot, memory, enumerator });
  };

  const addressOf = (place: EventPlace): bigint => {
    switch (place.kind) {
      case "enter":
      case "return":
        return kernel.address(place.name);
      case "at":
        return kernel.place(place.key.slice(3));
      case "uenter":
      case "ureturn":
      case "usdt":
        return user.address(place.name, place.group === "" ? undefined : place.group);
      default:
        return 0n;
    }
  };

  /** Whose context stands there: its constant part need not be written again. */
  let current: FillContext | undefined;

  const placeOf = (frames: readonly EventFrame[] | undefined, symbols: Symbols): bigint | undefined =>
    frames?.[0] === undefined ? undefined : symbols.place(frames[0]);
  const callerOf = (event: SimulatedEvent, { kind }: EventPlace): bigint | undefined =>
    kind === "ureturn" ? placeOf(event.ustack, user) : placeOf(event.kstack, kernel);
  const isReturn = ({ kind }: EventPlace): boolean => kind === "return" || kind === "ureturn";
  const argumentsAt = (place: EventPlace): readonly number[] =>
    place.kind === "usdt" ? usdtOffsets(arch) : isReturn(place) || place.kind === "perf" ? none : registers.arguments;
  /** Registers that no event changes. */
  const writeBlank = (context: DataView, target: Target, { place, address }: Site, isUser: boolean): void => {
    const { mode, ip, sp } = registers;
    new Uint8Array(context.buffer, context.byteOffset, registers.size + 16).fill(0);
    writeWord(context, mode.at, isUser ? mode.user : mode.kernel);
    writeWord(context, sp, isUser ? USER_STACK : KERNEL_STACK);
    if (place.kind === "perf") return;
    writeWord(context, ip, target.attach.kind === "kprobe" ? address + registers.breakpoint : address);
  };

  const registerFiller = (target: Target, site: Site, context: DataView): FillContext => {
    const { place, address } = site;
    const { ip } = registers;
    const at = argumentsAt(place);
    /** Words of arguments that stand there. */
    let written = 0;
    const begin = (isUser: boolean): void => {
      writeBlank(context, target, site, isUser);
      written = 0;
    };
    const fill: FillContext = (occurrence) => {
      const { event, args } = occurrence;
      if (place.kind === "perf") {
        const isUser = event.kstack === undefined && event.ustack !== undefined;
        begin(isUser);
        writeWord(context, ip, placeOf(isUser ? event.ustack : event.kstack, isUser ? user : kernel) ?? 0);
        writeWord(context, registers.size, 1);
        if (args[0] !== undefined) writeWord(context, registers.size + 8, args[0]);
      } else if (current !== fill) begin(isUserPlace(place));
      if (isReturn(place)) {
        writeWord(context, registers.retval, occurrence.retval);
        writeWord(context, ip, callerOf(event, place) ?? address);
      }
      const count = Math.min(args.length, at.length);
      for (let i = 0; i < count; i++) writeWord(context, at[i] ?? 0, args[i] ?? 0);
      for (let i = count; i < written; i++) writeWord(context, at[i] ?? 0, 0);
      written = count;
      current = fill;
      if (occurrence.registers.length === 0) return;
      for (const [offset, word] of occurrence.registers) writeWord(context, offset, word);
      current = undefined;
    };
    return fill;
  };

  const arrayFiller = (target: Target, { place }: Site, context: DataView): FillContext => {
    const least = prototypeOf(place)?.words ?? 0;
    const withResult = target.attach.kind === "fexit";
    return ({ args, retval }) => {
      const count = Math.max(least, args.length);
      for (let i = 0; i < count; i++) writeWord(context, i * 8, args[i] ?? 0);
      if (withResult) writeWord(context, count * 8, retval);
      current = undefined;
    };
  };

  const arrayForm = (target: Target, place: EventPlace): ContextForm | undefined => {
    const count = prototypeOf(place)?.words;
    if (count === undefined) return undefined; // as many as the event brings
    const slots = Array.from({ length: count }, (_, i) => ({ word: WORD.ARGUMENTS + i, offset: i * 8 }));
    if (target.attach.kind === "fexit") slots.push({ word: WORD.RETVAL, offset: count * 8 });
    return { whole: false, constant: new Uint8Array(), slots, most: count };
  };

  return {
    siteOf(place) {
      const prototype = isUserPlace(place) ? undefined : prototypeOf(place);
      const bytesOf = bytesFor(place);
      const words = createArgumentWords(place, prototype, isUserPlace(place) ? wordNames(place) : none, memory, btf);
      const stackFrom = place.kind === "enter" || place.kind === "uenter" ? registers.arguments.length : Infinity;
      const made: { -readonly [Key in keyof Occurrence]: Occurrence[Key] } = {
        event: { probe: "running" },
        args: none,
        retval: 0,
        bytes: undefined,
        registers: none,
        blocks: none,
      };
      const address = addressOf(place);
      return {
        place,
        address,
        alone: [address],
        prepare(event) {
          made.event = event;
          made.bytes = event.context !== undefined ? recorded(event) : bytesOf?.of(event);
          made.args = made.bytes === undefined ? words.of(event) : none;
          if (made.args.length > stackFrom)
            putOnStack(memory, made.args.slice(stackFrom), arch.stackArgs, place.kind === "uenter");
          made.retval = retvalOf(event, place);
          if (event.memory !== undefined) placeMemory(memory, event);
          made.registers = event.registers === undefined ? none : givenRegisters(event.registers);
          made.blocks = memory.takeBlocks();
          return made;
        },
        write: (event, to, at) =>
          bytesOf === undefined ? words.write(event.args, to, at) : (bytesOf.write?.(event, to, at) ?? -1),
        argumentCount: (occurrence) => prototype?.words ?? occurrence.args.length,
      };
    },
    fillerFor(target, site, context) {
      const fill = (isArray(target) ? arrayFiller : registerFiller)(target, site, context);
      const whole = new Uint8Array(context.buffer, context.byteOffset, context.byteLength);
      return (occurrence) => {
        if (occurrence.bytes === undefined) return fill(occurrence);
        whole.set(occurrence.bytes);
        current = undefined;
      };
    },
    formFor(target, site) {
      const { place } = site;
      const nothing = new Uint8Array();
      if (place.kind === "tracepoint") return { whole: true, constant: nothing, slots: none, most: 0 };
      if (!BY_WORDS.has(place.kind)) return undefined;
      if (isArray(target)) return arrayForm(target, place);
      const constant = new Uint8Array(registers.size + 16);
      writeBlank(new DataView(constant.buffer), target, site, isUserPlace(place));
      const back = [
        { word: WORD.RETVAL, offset: registers.retval },
        { word: WORD.CALLER, offset: registers.ip },
      ];
      const given = argumentsAt(place).map((offset, i) => ({ word: WORD.ARGUMENTS + i, offset }));
      return { whole: false, constant, slots: isReturn(place) ? back : given, most: Number.POSITIVE_INFINITY };
    },
    callerOf,
    forget() {
      current = undefined;
    },
    fillBare(context) {
      new Uint8Array(context.buffer, context.byteOffset, BARE_SIZE).fill(0);
      current = undefined;
    },
  };
}

/** Programs that get an array of words, not registers. */
function isArray({ attach: { kind } }: Target): boolean {
  return kind === "fentry" || kind === "fexit" || kind === "rawtracepoint";
}

/** Places whose events bring words and nothing else. */
const BY_WORDS: ReadonlySet<EventPlace["kind"]> = new Set([
  "enter",
  "return",
  "at",
  "raw",
  "uenter",
  "ureturn",
  "usdt",
] as const);

/** Where a static probe's arguments stand, as many as one has (USDT's limit is 12). */
function usdtOffsets(arch: Arch): readonly number[] {
  return Array.from({ length: 16 }, (_, index) => usdtRegister(arch, index));
}

/** Arguments beyond the registers, where a function finds them at its entry. */
function putOnStack(memory: Memory, words: readonly Word[], skip: number, isUser: boolean): void {
  const bytes = new Uint8Array(skip + words.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) writeWord(view, skip + i * 8, word);
  memory.place(isUser ? USER_STACK : KERNEL_STACK, bytes, isUser ? "user" : "kernel");
}

/** Memory that an event brings as bytes. */
function placeMemory(memory: Memory, event: SimulatedEvent): void {
  for (const { address, bytes } of event.memory ?? []) {
    const at = integerOf(address);
    const content = typeof bytes === "string" ? bytesOfHex(bytes) : bytes;
    if (at === undefined) throw new EventError(`${event.probe}: memory: '${address}' is no address`);
    if (content === undefined)
      throw new EventError(`${event.probe}: memory: bytes are hexadecimal digits, two for each`);
    const whole = BigInt.asUintN(64, BigInt(at));
    memory.place(whole, content, whole >> 63n === 1n ? "kernel" : "user");
  }
}

function recorded(event: SimulatedEvent): Uint8Array {
  const bytes = typeof event.context === "string" ? bytesOfHex(event.context) : event.context;
  if (bytes === undefined) throw new EventError(`${event.probe}: the context is no text of hexadecimal digits`);
  if (bytes.length > CONTEXT_SIZE)
    throw new EventError(`${event.probe}: a context of ${bytes.length} bytes; ${CONTEXT_SIZE} are the most`);
  return bytes;
}
