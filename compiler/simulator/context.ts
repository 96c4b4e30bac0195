/**
 * An event as a program receives it: registers, a tracepoint's record, an array of arguments, an iterator's struct, all
 * laid out by the snapshot's types.
 */
import { resolve } from "../btf/layout.ts";
import type { Btf, TypeId } from "../btf/types.ts";
import { type Arch, archOf } from "../lang/arch/index.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { branded } from "../util/brand.ts";
import type { EventPlace, Target } from "./attach.ts";
import { EventError, type EventValue, type SimulatedEvent } from "./event.ts";
import { bytesOfHex, integerOf, writeWord } from "./integers.ts";
import type { Block, Memory, Typed } from "./kernel-memory.ts";
import { CONTEXT_SIZE } from "./machine.ts";
import type { Symbols } from "./symbols.ts";
import { encodeRecord } from "./tracepoint-record.ts";

/** An event made ready: its values as words and bytes, and the memory that they point into. */
export type Occurrence = {
  readonly event: SimulatedEvent;
  readonly place: EventPlace;
  /** Words of the arguments, in order. */
  readonly args: readonly (number | bigint)[];
  readonly retval: number | bigint;
  /** Address of the function (0: none). */
  readonly address: bigint;
  /** A context without registers: a tracepoint's record, an iterator's struct; or the whole one as it was recorded. */
  readonly bytes: Uint8Array | undefined;
  readonly registers: readonly (readonly [number, number | bigint])[];
  readonly blocks: readonly Block[];
};

export type Contexts = {
  /** @throws EventError for arguments that the probe has not, or values that do not fit their types */
  readonly prepare: (event: SimulatedEvent, place: EventPlace) => Occurrence;
  /** Writes what a target's program gets. */
  readonly fill: (target: Target, occurrence: Occurrence, context: DataView) => void;
  /** Number of arguments of a function: for programs that ask the kernel for them by number. */
  readonly argumentCount: (occurrence: Occurrence) => number;
};

/** A function's parameters and result, or a raw tracepoint's arguments. */
type Prototype = {
  readonly params: readonly { readonly name: string; readonly typed: Typed }[];
  readonly returns: Typed | undefined;
  readonly index: ReadonlyMap<string, number>;
};

const none: readonly never[] = [];
/** Where a kernel thread's stack pointer stands: memory that only arguments beyond the registers fill. */
const KERNEL_STACK = 0xffffc9ff80003e00n;
const USER_STACK = 0x7ffd00000000n;
/** Arguments that an event may have where no type says how many. */
const MAX_ARGUMENTS = 16;
/** Bytes of the registers in a perf event's context, after which its period and address stand. */
const SEGMENTS: Readonly<
  Record<Arch["name"], { readonly size: number; readonly user: number; readonly kernel: number }>
> = { x86_64: { size: 168, user: 0x33, kernel: 0x10 }, aarch64: { size: 272, user: 0, kernel: 5 } };

export type ContextOptions = {
  readonly snapshot: Snapshot;
  readonly arch: Arch["name"];
  readonly memory: Memory;
  readonly kernel: Symbols;
  readonly user: Symbols;
  readonly enumerator: (name: string) => bigint | undefined;
};

/** Registers that hold a static probe's arguments, as the simulator tells its programs (`usdtArguments`). */
export function usdtRegister(arch: Arch, index: number): number {
  const registers = Object.values(arch.registers);
  const first = arch.fnArgs[index];
  if (first !== undefined) return arch.registers[first] ?? 0;
  const rest = Object.entries(arch.registers)
    .filter(
      ([name]) => !arch.fnArgs.includes(name) && name !== arch.sp && name !== arch.ip && name !== "pc" && name !== "cs",
    )
    .map(([, offset]) => offset);
  return rest[index - arch.fnArgs.length] ?? registers[0] ?? 0;
}

export function createContexts(options: ContextOptions): Contexts {
  const { snapshot, memory, kernel, user, enumerator } = options;
  const arch = archOf(options.arch);
  const offsetOf = (name: string): number => arch.registers[name] ?? 0;
  const argumentOffsets = arch.fnArgs.map(offsetOf);
  const { size: registersSize, user: userMode, kernel: kernelMode } = SEGMENTS[arch.name];
  const ipAt = offsetOf(arch.ip);
  const spAt = offsetOf(arch.sp);
  const retvalAt = offsetOf(arch.retval);
  const modeAt = offsetOf(arch.name === "x86_64" ? "cs" : "pstate");

  const prototypes = new Map<string, Prototype | undefined>();
  const prototypeOf = (place: EventPlace): Prototype | undefined => {
    if (!prototypes.has(place.key)) prototypes.set(place.key, findPrototype(snapshot, place));
    return prototypes.get(place.key);
  };

  const argumentsOf = (event: SimulatedEvent, place: EventPlace): readonly (number | bigint)[] => {
    const { args } = event;
    if (args === undefined) return none;
    const isUser = place.kind === "uenter" || place.kind === "ureturn" || place.kind === "usdt";
    const prototype = isUser ? undefined : prototypeOf(place);
    const words: (number | bigint)[] = [];
    const put = (index: number, name: string, value: EventValue): void => {
      while (words.length <= index) words.push(0);
      const param = prototype?.params[index];
      if (param !== undefined) words[index] = memory.word(param.typed, value, `${event.probe}: ${name}`);
      else words[index] = untyped(memory, snapshot.btf, value, isUser, `${event.probe}: ${name}`);
    };
    if (Array.isArray(args)) {
      const list: readonly EventValue[] = args;
      const room = prototype?.params.length ?? MAX_ARGUMENTS;
      if (list.length > room) throw new EventError(`${event.probe} has ${room} arguments, not ${list.length}`);
      for (const [i, value] of list.entries()) put(i, `argument ${i}`, value);
      return words;
    }
    for (const name in args) {
      const value: EventValue | undefined = (args as Readonly<Record<string, EventValue>>)[name];
      if (value === undefined) continue;
      const index = prototype?.index.get(name) ?? numbered(name);
      if (index === undefined)
        throw new EventError(`${event.probe} has no argument '${name}'`, 0, argumentHint(prototype));
      put(index, name, value);
    }
    return words;
  };

  const retvalOf = (event: SimulatedEvent, place: EventPlace): number | bigint => {
    if (event.retval === undefined) return 0;
    if (typeof event.retval === "number" && Number.isInteger(event.retval)) return event.retval;
    const isUser = place.kind === "ureturn" || place.kind === "uenter";
    const returns = isUser ? undefined : prototypeOf(place)?.returns;
    const where = `${event.probe}: retval`;
    return returns === undefined
      ? untyped(memory, snapshot.btf, event.retval, isUser, where)
      : memory.word(returns, event.retval, where);
  };

  const registersOf = (event: SimulatedEvent): readonly (readonly [number, number | bigint])[] => {
    if (event.registers === undefined) return none;
    return Object.entries(event.registers).map(([name, value]) => {
      const at = arch.registers[name];
      const word = typeof value === "string" && integerOf(value) === undefined ? kernel.place(value) : integerOf(value);
      if (at === undefined)
        throw new EventError(
          `there is no register '${name}'`,
          0,
          `registers are ${Object.keys(arch.registers).join(", ")}`,
        );
      if (word === undefined) throw new EventError(`register ${name}: this is no integer`);
      return [at, word] as const;
    });
  };

  const iterator = (event: SimulatedEvent, place: EventPlace): Uint8Array => {
    const type = snapshot.btf.find("struct", `bpf_iter__${place.name}`);
    if (type === undefined) throw new EventError(`${event.probe}: this kernel has no such iterator`);
    const context = snapshot.btf.type(type);
    const bytes = new Uint8Array(context.kind === "struct" ? context.size : 8);
    const { args = {} } = event;
    if (Array.isArray(args)) throw new EventError(`${event.probe}: give its arguments by name`);
    const value = args as { readonly [name: string]: EventValue };
    memory.encode(new DataView(bytes.buffer), 0, { btf: snapshot.btf, type }, value, event.probe);
    return bytes;
  };

  const bytesOf = (event: SimulatedEvent, place: EventPlace): Uint8Array | undefined => {
    if (place.kind === "tracepoint") {
      const tracepoint = snapshot.tracepoint(place.group, place.name);
      if (tracepoint === undefined) throw new EventError(`${event.probe}: this kernel has no such tracepoint`);
      return encodeRecord(snapshot, memory, tracepoint, event, enumerator);
    }
    return place.kind === "iter" ? iterator(event, place) : undefined;
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

  // kept from event to event, so that most make nothing anew: a view of the registers, where the last breakpoint ends
  let registers: Uint8Array = new Uint8Array();
  let behind = { address: 0n, next: 1n };
  const writeRegisters = (target: Target, occurrence: Occurrence, context: DataView): void => {
    const { event, place, args, address } = occurrence;
    if (registers.buffer !== context.buffer)
      registers = new Uint8Array(context.buffer, context.byteOffset, registersSize + 16);
    registers.fill(0);
    const { kind } = target.attach;
    const isUser =
      place.kind === "uenter" ||
      place.kind === "ureturn" ||
      place.kind === "usdt" ||
      (place.kind === "perf" && event.kstack === undefined && event.ustack !== undefined);
    writeWord(context, modeAt, isUser ? userMode : kernelMode);
    writeWord(context, spAt, isUser ? USER_STACK : KERNEL_STACK);
    if (place.kind === "return" || place.kind === "ureturn") {
      writeWord(context, retvalAt, occurrence.retval);
      const caller = (isUser ? event.ustack : event.kstack)?.[0];
      writeWord(context, ipAt, caller === undefined ? address : (isUser ? user : kernel).place(caller));
    } else if (place.kind === "usdt") {
      for (const [i, word] of args.entries()) writeWord(context, usdtRegister(arch, i), word);
      writeWord(context, ipAt, address);
    } else if (place.kind === "perf") {
      const frame = (isUser ? event.ustack : event.kstack)?.[0];
      if (frame !== undefined) writeWord(context, ipAt, (isUser ? user : kernel).place(frame));
      writeWord(context, registersSize, 1);
      if (args[0] !== undefined) writeWord(context, registersSize + 8, args[0]);
    } else {
      for (let i = 0; i < args.length && i < argumentOffsets.length; i++) {
        writeWord(context, argumentOffsets[i] ?? 0, args[i] ?? 0);
      }
      // A kprobe's breakpoint has one byte on x86, and the kernel passes the place behind it.
      if (kind === "kprobe" && arch.name === "x86_64") {
        if (behind.address !== address) behind = { address, next: address + 1n };
        writeWord(context, ipAt, behind.next);
      } else writeWord(context, ipAt, address);
    }
    if (occurrence.registers.length > 0) for (const [at, word] of occurrence.registers) writeWord(context, at, word);
  };

  const writeArray = (occurrence: Occurrence, context: DataView, withResult: boolean): void => {
    const count = Math.max(prototypeOf(occurrence.place)?.params.length ?? 0, occurrence.args.length);
    for (let i = 0; i < count; i++) writeWord(context, i * 8, occurrence.args[i] ?? 0);
    if (withResult) writeWord(context, count * 8, occurrence.retval);
  };

  return {
    prepare(event, place) {
      const bytes = event.context === undefined ? bytesOf(event, place) : recorded(event);
      const args = bytes === undefined ? argumentsOf(event, place) : none;
      if (args.length > argumentOffsets.length && (place.kind === "enter" || place.kind === "uenter")) {
        putOnStack(memory, args.slice(argumentOffsets.length), arch.stackArgs, place.kind === "uenter");
      }
      const retval = retvalOf(event, place);
      if (event.memory !== undefined) placeMemory(memory, event);
      return {
        event,
        place,
        args,
        retval,
        address: addressOf(place),
        bytes,
        registers: registersOf(event),
        blocks: memory.takeBlocks(),
      };
    },
    fill(target, occurrence, context) {
      const { kind } = target.attach;
      if (occurrence.bytes !== undefined) {
        new Uint8Array(context.buffer, context.byteOffset).set(occurrence.bytes);
        return;
      }
      if (kind === "fentry" || kind === "fexit") writeArray(occurrence, context, kind === "fexit");
      else if (kind === "rawtracepoint") writeArray(occurrence, context, false);
      else writeRegisters(target, occurrence, context);
    },
    argumentCount: (occurrence) => prototypeOf(occurrence.place)?.params.length ?? occurrence.args.length,
  };
}

/** Arguments beyond the registers, where a function finds them at its entry. */
function putOnStack(memory: Memory, words: readonly (number | bigint)[], skip: number, isUser: boolean): void {
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

function numbered(name: string): number | undefined {
  const match = /^arg(\d+)$/.exec(name);
  const index = match === null ? undefined : Number(match[1]);
  return index === undefined || index >= MAX_ARGUMENTS ? undefined : index;
}

function argumentHint(prototype: Prototype | undefined): string {
  if (prototype === undefined) return "this kernel's types do not tell its arguments: call them arg0, arg1 …";
  if (prototype.params.length === 0) return "it has none";
  return `its arguments are ${prototype.params.map((param) => param.name).join(", ")}`;
}

/** A value without a type: integers, texts and bytes of the process, symbols and objects (by "@type") of the kernel. */
function untyped(memory: Memory, btf: Btf, value: EventValue, isUser: boolean, where: string): number | bigint {
  const plain = integerOf(value);
  if (plain !== undefined) return plain;
  if (typeof value === "string" && isUser) return memory.text(value, "user");
  return memory.pointTo({ btf, type: branded<TypeId>(0) }, isUser ? "user" : "kernel", value, where);
}

function findPrototype(snapshot: Snapshot, place: EventPlace): Prototype | undefined {
  if (place.kind === "raw") return rawPrototype(snapshot, place.name);
  if (place.kind !== "enter" && place.kind !== "return") return undefined;
  const found = snapshot.functionType(place.name);
  if (found === undefined) return undefined;
  return prototype(found.btf, found.proto, 0);
}

/** Functions that the kernel makes for a tracepoint: parameters have names in one of them, behind the kernel's own. */
const RAW_PREFIXES = ["__bpf_trace_", "__probestub_", "__traceiter_"];

function rawPrototype(snapshot: Snapshot, name: string): Prototype | undefined {
  let unnamed: Prototype | undefined;
  for (const prefix of RAW_PREFIXES) {
    const found = snapshot.functionType(`${prefix}${name}`);
    const made = found === undefined ? undefined : prototype(found.btf, found.proto, 1);
    if (made === undefined) continue;
    if (made.params.every((param) => !/^arg\d+$/.test(param.name))) return made;
    unnamed ??= made;
  }
  if (unnamed !== undefined) return unnamed;
  for (const btf of [snapshot.btf, ...snapshot.modules.flatMap((module) => snapshot.moduleBtf(module) ?? [])]) {
    const typedef = btf.find("typedef", `btf_trace_${name}`);
    if (typedef === undefined) continue;
    const pointer = btf.type(resolve(btf, typedef));
    if (pointer.kind === "ptr") return prototype(btf, resolve(btf, pointer.type), 1);
  }
  return undefined;
}

function prototype(btf: Typed["btf"], id: TypeId, skip: number): Prototype | undefined {
  const type = btf.type(id);
  if (type.kind !== "func_proto") return undefined;
  const params = type.params.slice(skip).map(({ name, type: param }, i) => ({
    name: name === "" ? `arg${i}` : name,
    typed: { btf, type: param },
  }));
  const returns = type.returns === branded<TypeId>(0) ? undefined : { btf, type: type.returns };
  return { params, returns, index: new Map(params.map(({ name }, i) => [name, i])) };
}
