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
import { createRecords } from "./tracepoint-record.ts";

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
  /**
   * The same object for every event of this place: good until the next, unless it is kept (`keepOccurrence`).
   * @throws EventError for arguments that the probe has not, or values that do not fit their types
   */
  readonly prepare: (event: SimulatedEvent) => Occurrence;
  /** Words of the arguments of a function: for programs that ask the kernel for them by number. */
  readonly argumentCount: (occurrence: Occurrence) => number;
};

/** Writes what a program gets. */
export type FillContext = (occurrence: Occurrence) => void;

export type Contexts = {
  /** @throws EventError for a place that the kernel lacks */
  readonly siteOf: (place: EventPlace) => Site;
  readonly fillerFor: (target: Target, site: Site, context: DataView) => FillContext;
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
  const { snapshot, memory, kernel, user, enumerator } = options;
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
  const bytesFor = (place: EventPlace): ((event: SimulatedEvent) => Uint8Array) | undefined => {
    if (place.kind === "iter") return (event) => iterator(event, place);
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

  const registerFiller = (target: Target, { place, address }: Site, context: DataView): FillContext => {
    const all = new Uint8Array(context.buffer, context.byteOffset, registers.size + 16);
    const { mode, ip, sp } = registers;
    const isReturn = place.kind === "return" || place.kind === "ureturn";
    const at =
      place.kind === "usdt" ? usdtOffsets(arch) : isReturn || place.kind === "perf" ? none : registers.arguments;
    const start = target.attach.kind === "kprobe" ? address + registers.breakpoint : address;
    /** Words of arguments that stand there. */
    let written = 0;
    const begin = (isUser: boolean): void => {
      all.fill(0);
      writeWord(context, mode.at, isUser ? mode.user : mode.kernel);
      writeWord(context, sp, isUser ? USER_STACK : KERNEL_STACK);
      if (place.kind !== "perf") writeWord(context, ip, start);
      written = 0;
    };
    const placeOf = (frames: readonly EventFrame[] | undefined, symbols: Symbols): bigint | undefined =>
      frames?.[0] === undefined ? undefined : symbols.place(frames[0]);
    const fill: FillContext = (occurrence) => {
      const { event, args } = occurrence;
      if (place.kind === "perf") {
        const isUser = event.kstack === undefined && event.ustack !== undefined;
        begin(isUser);
        writeWord(context, ip, placeOf(isUser ? event.ustack : event.kstack, isUser ? user : kernel) ?? 0);
        writeWord(context, registers.size, 1);
        if (args[0] !== undefined) writeWord(context, registers.size + 8, args[0]);
      } else if (current !== fill) begin(isUserPlace(place));
      if (isReturn) {
        const caller = place.kind === "ureturn" ? placeOf(event.ustack, user) : placeOf(event.kstack, kernel);
        writeWord(context, registers.retval, occurrence.retval);
        writeWord(context, ip, caller ?? address);
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

  return {
    siteOf(place) {
      const prototype = isUserPlace(place) ? undefined : prototypeOf(place);
      const bytesOf = bytesFor(place);
      const words = createArgumentWords(place, prototype, memory, btf);
      const stackFrom = place.kind === "enter" || place.kind === "uenter" ? registers.arguments.length : Infinity;
      const made: { -readonly [Key in keyof Occurrence]: Occurrence[Key] } = {
        event: { probe: "running" },
        args: none,
        retval: 0,
        bytes: undefined,
        registers: none,
        blocks: none,
      };
      return {
        place,
        address: addressOf(place),
        prepare(event) {
          made.event = event;
          made.bytes = event.context !== undefined ? recorded(event) : bytesOf?.(event);
          made.args = made.bytes === undefined ? words(event) : none;
          if (made.args.length > stackFrom)
            putOnStack(memory, made.args.slice(stackFrom), arch.stackArgs, place.kind === "uenter");
          made.retval = retvalOf(event, place);
          if (event.memory !== undefined) placeMemory(memory, event);
          made.registers = event.registers === undefined ? none : givenRegisters(event.registers);
          made.blocks = memory.takeBlocks();
          return made;
        },
        argumentCount: (occurrence) => prototype?.words ?? occurrence.args.length,
      };
    },
    fillerFor(target, site, context) {
      const { kind } = target.attach;
      const isArray = kind === "fentry" || kind === "fexit" || kind === "rawtracepoint";
      const fill = (isArray ? arrayFiller : registerFiller)(target, site, context);
      const whole = new Uint8Array(context.buffer, context.byteOffset, context.byteLength);
      return (occurrence) => {
        if (occurrence.bytes === undefined) return fill(occurrence);
        whole.set(occurrence.bytes);
        current = undefined;
      };
    },
    fillBare(context) {
      new Uint8Array(context.buffer, context.byteOffset, BARE_SIZE).fill(0);
      current = undefined;
    },
  };
}

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
