/**
 * Values of events as bytes: structs laid out by BTF, what pointers point to in memory of its own.
 *
 * Memory that a value needs is collected as blocks, which the run maps before the event's programs start. Objects with a
 * name ("@") keep their address for the whole run and stay mapped; all other blocks last as long as their event.
 */
import { resolve, sizeOf } from "../btf/layout.ts";
import type { Btf, TypeId } from "../btf/types.ts";
import {
  character,
  createMembers,
  describe,
  describeType,
  type Fields,
  fieldHint,
  isBigEndian,
  isCharacter,
  isFields,
  namedType,
  pointee,
  structText,
  type Typed,
  writeBits,
} from "./c-values.ts";
import { EventError, type EventValue } from "./event.ts";
import { integerOf, writeInteger } from "./integers.ts";
import { ipv4Bytes } from "./ip-address.ts";
import type { Symbols } from "./symbols.ts";

export type Space = "kernel" | "user";
export type Block = {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  readonly space: Space;
  /** Stays mapped after the event. */
  readonly lasting: boolean;
};

export type Memory = {
  /** Writes a value of the type; `where` names the field in messages. @throws EventError */
  readonly encode: (view: DataView, at: number, typed: Typed, value: EventValue, where: string) => void;
  /** What an 8-byte register or argument of the type holds. @throws EventError */
  readonly word: (typed: Typed, value: EventValue, where: string) => number | bigint;
  /** The address of what a value stands for, where a pointer to this type is meant. @throws EventError */
  readonly pointTo: (aimed: Typed, space: Space, value: EventValue, where: string) => number | bigint;
  /** Puts bytes into memory and returns where. */
  readonly allocate: (bytes: Uint8Array, space: Space) => bigint;
  /** Puts bytes at an address; `lasting`: for the rest of the run. */
  readonly place: (address: bigint, bytes: Uint8Array, space: Space, lasting?: boolean) => void;
  /** Address of a NUL-terminated text. */
  readonly text: (text: string, space: Space) => bigint;
  /** Blocks that were allocated since the last call. */
  readonly takeBlocks: () => readonly Block[];
};

/** Direct map of the kernel's memory, heap of a process. */
const KERNEL_HEAP = 0xffff888100000000n;
const KERNEL_OBJECTS = 0xffff888040000000n;
const USER_HEAP = 0x7f1000000000n;
const MAX_DEPTH = 48;
const MAX_BYTES = 1 << 20;

const encoder = new TextEncoder();

export function createMemory(symbols: Symbols, enumerator: (name: string) => bigint | undefined): Memory {
  let blocks: Block[] = [];
  const memberOf = createMembers();
  /** Inside of how many objects with a name: what they point to lasts as long as they. */
  let keeping = 0;
  const next = { kernel: KERNEL_HEAP, user: USER_HEAP, objects: KERNEL_OBJECTS };
  /** Objects by name: where they are and what they hold. */
  const objects = new Map<string, { readonly address: bigint; readonly bytes: Uint8Array }>();

  const bump = (area: keyof typeof next, size: number): bigint => {
    const address = next[area];
    next[area] += BigInt((size + 63) & ~63);
    return address;
  };
  const allocate = (bytes: Uint8Array, space: Space): bigint => {
    const address = bump(space, bytes.length);
    blocks.push({ address, bytes, space, lasting: keeping > 0 });
    return address;
  };
  const text = (value: string, space: Space): bigint => allocate(encoder.encode(`${value}\0`), space);

  const objectAddress = (name: string, typed: Typed, where: string): bigint => {
    const known = objects.get(name);
    if (known !== undefined) return known.address;
    const size = sizeOf(typed.btf, typed.type);
    if (size === undefined || size === 0)
      throw new EventError(`${where}: no object is called '@${name}'`, 0, "give it its fields where it is named first");
    const bytes = new Uint8Array(size);
    const address = bump("objects", size);
    objects.set(name, { address, bytes });
    blocks.push({ address, bytes, space: "kernel", lasting: true });
    return address;
  };

  /** A struct that something points to; with a name it is the one of that name, whose other fields stay as they are. */
  const structAddress = (typed: Typed, value: Fields, space: Space, where: string, depth: number): bigint => {
    const size = sizeOf(typed.btf, typed.type) ?? 0;
    const name = value["@"];
    if (typeof name !== "string") {
      const bytes = new Uint8Array(size);
      const address = bump(space, size);
      blocks.push({ address, bytes, space, lasting: keeping > 0 });
      encodeAt(viewOf(bytes), 0, typed, value, where, depth + 1);
      return address;
    }
    const address = objectAddress(name, typed, where);
    const bytes = objects.get(name)?.bytes ?? new Uint8Array(size);
    if (bytes.length < size)
      throw new EventError(`${where}: '@${name}' is an object of another type, of ${bytes.length} bytes`);
    keeping++;
    try {
      encodeAt(viewOf(bytes), 0, typed, value, where, depth + 1);
    } finally {
      keeping--;
    }
    blocks.push({ address, bytes, space: "kernel", lasting: true });
    return address;
  };

  const pointer = (typed: Typed, value: EventValue, where: string, depth: number): number | bigint => {
    const { target, user } = pointee(typed);
    return aim({ btf: typed.btf, type: target }, user ? "user" : "kernel", value, where, depth);
  };

  /** @param aimed what is pointed to; void is a type too */
  const aim = (aimed: Typed, space: Space, value: EventValue, where: string, depth: number): number | bigint => {
    if (typeof value !== "string") {
      const address = integerOf(value);
      if (address !== undefined) return address;
    } else if (/^0x[0-9a-fA-F]+$/.test(value)) return BigInt(value);
    const kind = aimed.btf.type(aimed.type);
    if (typeof value === "string") {
      if (isCharacter(kind) || (space === "user" && kind.kind === "void")) return text(value, space);
      if (value.startsWith("@")) return objectAddress(value.slice(1), aimed, where);
      return symbols.place(value);
    }
    if (value instanceof Uint8Array) return allocate(value.slice(), space);
    if (Array.isArray(value)) {
      const size = sizeOf(aimed.btf, aimed.type) ?? 1;
      const list: readonly EventValue[] = value;
      checkSize(size * (list.length + 1), where);
      // A zero behind the last: lists of pointers end with one.
      const bytes = new Uint8Array(size * (list.length + 1));
      const address = bump(space, bytes.length);
      blocks.push({ address, bytes, space, lasting: keeping > 0 });
      for (const [i, element] of list.entries())
        encodeAt(viewOf(bytes), i * size, aimed, element, `${where}[${i}]`, depth + 1);
      return address;
    }
    if (!isFields(value)) throw new EventError(`${where}: ${describe(value)} is no pointer`, 0, POINTER_HINT);
    const named = value["@type"];
    const whole = typeof named === "string" ? namedType(aimed.btf, named, where) : aimed;
    const resolved = whole.btf.type(whole.type);
    if (resolved.kind === "struct" || resolved.kind === "union")
      return structAddress(whole, value, space, where, depth);
    throw new EventError(
      `${where}: points to ${describeType(resolved)}, which has no fields`,
      0,
      'say what it points to with "@type": "NAME" among the fields',
    );
  };

  const encodeStruct = (
    view: DataView,
    at: number,
    typed: Typed,
    value: Fields,
    where: string,
    depth: number,
  ): void => {
    for (const [name, field] of Object.entries(value)) {
      if (name.startsWith("@")) continue;
      const found = memberOf(typed, name);
      const path = `${where}.${name}`;
      if (found === undefined) {
        const type = typed.btf.type(typed.type);
        throw new EventError(`${path}: ${describeType(type)} has no field '${name}'`, 0, fieldHint(type));
      }
      if (found.bitSize === 0) {
        encodeAt(view, at + found.bitOffset / 8, { btf: typed.btf, type: found.type }, field, path, depth + 1);
        continue;
      }
      const bits = integerOf(field) ?? enumeratorOf(typed.btf, found.type, field);
      if (bits === undefined) throw new EventError(`${path}: ${describe(field)} is no integer`);
      writeBits(view, at * 8 + found.bitOffset, found.bitSize, BigInt(bits));
    }
  };

  const enumeratorOf = (btf: Btf, type: TypeId, value: EventValue): bigint | undefined => {
    if (typeof value !== "string") return undefined;
    const resolved = btf.type(resolve(btf, type));
    const own =
      resolved.kind === "enum" || resolved.kind === "enum64"
        ? resolved.values.find((each) => each.name === value)?.value
        : undefined;
    return own ?? enumerator(value);
  };

  const encodeAt = (
    view: DataView,
    at: number,
    typed: Typed,
    value: EventValue,
    where: string,
    depth: number,
  ): void => {
    if (depth > MAX_DEPTH) throw new EventError(`${where}: nested too deep`);
    const id = resolve(typed.btf, typed.type);
    const type = typed.btf.type(id);
    switch (type.kind) {
      case "int":
      case "enum":
      case "enum64": {
        const plain = integerOf(value) ?? enumeratorOf(typed.btf, id, value) ?? character(type, value);
        if (plain !== undefined) {
          writeInteger(view, at, type.size, plain, isBigEndian(typed));
          return;
        }
        const address = typeof value === "string" && type.size === 4 ? ipv4Bytes(value) : undefined;
        if (address === undefined)
          throw new EventError(`${where}: ${describe(value)} is no value of ${describeType(type)}`, 0, INTEGER_HINT);
        for (const [i, byte] of address.entries()) view.setUint8(at + i, byte);
        return;
      }
      case "ptr":
        writeInteger(view, at, 8, pointer({ btf: typed.btf, type: id }, value, where, depth));
        return;
      case "float":
        if (typeof value !== "number") throw new EventError(`${where}: ${describe(value)} is no number`);
        if (type.size === 4) view.setFloat32(at, value, true);
        else view.setFloat64(at, value, true);
        return;
      case "array": {
        const size = sizeOf(typed.btf, type.type) ?? 0;
        if (typeof value === "string" || value instanceof Uint8Array) {
          const bytes = typeof value === "string" ? encoder.encode(value) : value;
          if (bytes.length > size * type.length)
            throw new EventError(`${where}: ${bytes.length} bytes for an array of ${size * type.length}`);
          for (const [i, byte] of bytes.entries()) view.setUint8(at + i, byte);
          return;
        }
        if (!Array.isArray(value)) throw new EventError(`${where}: ${describe(value)} is no list`);
        const list: readonly EventValue[] = value;
        if (list.length > type.length && type.length > 0)
          throw new EventError(`${where}: ${list.length} elements for an array of ${type.length}`);
        for (const [i, element] of list.entries()) {
          if (i >= type.length) break;
          encodeAt(view, at + i * size, { btf: typed.btf, type: type.type }, element, `${where}[${i}]`, depth + 1);
        }
        return;
      }
      case "struct":
      case "union": {
        if (isFields(value)) {
          encodeStruct(view, at, { btf: typed.btf, type: id }, value, where, depth);
          return;
        }
        const bytes = value instanceof Uint8Array ? value : structText(type, value);
        if (bytes === undefined || bytes.length > type.size)
          throw new EventError(
            `${where}: ${describe(value)} is no ${describeType(type)}`,
            0,
            "give its fields by name",
          );
        for (const [i, byte] of bytes.entries()) view.setUint8(at + i, byte);
        return;
      }
      default:
        throw new EventError(`${where}: ${describeType(type)} has no value`);
    }
  };

  const word = (typed: Typed, value: EventValue, where: string): number | bigint => {
    // Most arguments are plain numbers.
    if (typeof value === "number" && Number.isInteger(value)) return value;
    const id = resolve(typed.btf, typed.type);
    const type = typed.btf.type(id);
    if (type.kind === "ptr") return pointer({ btf: typed.btf, type: id }, value, where, 0);
    const plain = integerOf(value) ?? enumeratorOf(typed.btf, id, value);
    if (plain !== undefined) return plain;
    const bytes = new Uint8Array(8);
    if ((sizeOf(typed.btf, id) ?? 0) > 8)
      throw new EventError(`${where}: ${describeType(type)} does not fit a register`, 0, "use registers or memory");
    encodeAt(viewOf(bytes), 0, { btf: typed.btf, type: id }, value, where, 0);
    return viewOf(bytes).getBigUint64(0, true);
  };

  return {
    encode: (view, at, typed, value, where) => encodeAt(view, at, typed, value, where, 0),
    word,
    pointTo: (aimed, space, value, where) => aim(aimed, space, value, where, 0),
    allocate,
    place: (address, bytes, space, lasting = false) => {
      blocks.push({ address, bytes, space, lasting });
    },
    text,
    takeBlocks() {
      const taken = blocks;
      if (taken.length > 0) blocks = [];
      return taken;
    },
  };
}

const POINTER_HINT = 'a pointer is an address ("0xffff…"), a symbol, "@OBJECT", null, or what it points to';
const INTEGER_HINT = "a number, a text such as 0x1f, or the name of an enumerator";

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkSize(size: number, where: string): void {
  if (size > MAX_BYTES) throw new EventError(`${where}: ${size} bytes are more than an event may bring`);
}
