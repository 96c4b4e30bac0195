/** A tracepoint's record as its format file lays it out: what a tracepoint program finds in its context. */
import type { Btf, TypeId } from "../btf/types.ts";
import type { Snapshot, Tracepoint, TracepointField } from "../snapshot/snapshot.ts";
import { branded } from "../util/brand.ts";
import type { Typed } from "./c-values.ts";
import { EventError, type EventValue, type SimulatedEvent } from "./event.ts";
import { integerOf, isWhole, writeInteger } from "./integers.ts";
import type { Memory, Space } from "./kernel-memory.ts";

const encoder = new TextEncoder();

/** Bytes of the elements of C types that arrays in records have. */
const SIZES: Readonly<Record<string, number>> = {
  char: 1,
  u8: 1,
  __u8: 1,
  bool: 1,
  "unsigned char": 1,
  short: 2,
  u16: 2,
  __u16: 2,
  "unsigned short": 2,
  int: 4,
  u32: 4,
  __u32: 4,
  s32: 4,
  "unsigned int": 4,
};

/** A field of a record, its C type read once. */
type Field = {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** The C type as the format file has it; of data at the record's end, its elements'. */
  readonly type: string;
  readonly kind: "integer" | "pointer" | "array" | "struct" | "data" | "data-after";
  /** Elements of an array. */
  readonly count: number;
};

export type RecordOptions = {
  readonly snapshot: Snapshot;
  readonly memory: Memory;
  /** Looks a name up among the kernel's enumerators and constants. */
  readonly enumerator: (name: string) => bigint | undefined;
};

/** Contexts that are bytes. */
export type Records = {
  /** Good until the next event. @throws EventError for fields that the record has not, or values that do not fit */
  readonly of: (event: SimulatedEvent) => Uint8Array;
  /**
   * Where the fields are numbers, with the names of the event before: written to 32-bit halves from this index on. How many
   * words of 8 bytes; negative: they are something else.
   */
  readonly write: ((event: SimulatedEvent, to: Int32Array, at: number) => number) | undefined;
};

/** Makes a tracepoint's records. */
export function createRecords(tracepoint: Tracepoint, options: RecordOptions): Records {
  const fields = tracepoint.fields.map(readField);
  const byName = new Map(fields.map((field) => [field.name, field]));
  const about = `tracepoint:${tracepoint.category}:${tracepoint.event}`;
  const space: Space = tracepoint.category === "syscalls" ? "user" : "kernel";
  const size = fields.reduce((end, field) => Math.max(end, field.offset + field.size), 8);
  const record = new Uint8Array((size + 7) & ~7);
  const view = new DataView(record.buffer);
  const halves = new Int32Array(record.buffer);
  const common = byName.get("common_pid");
  /** Fields of the event before, in its order: the bytes of all others are zero. */
  const last: Field[] = [];

  const putCommon = (event: SimulatedEvent): void => {
    if (common !== undefined) writeInteger(view, common.offset, common.size, event.tid ?? event.pid ?? 0);
  };
  /** False: a field takes more than its own bytes, or is another than in the event before. */
  const putPlain = (args: { readonly [name: string]: EventValue }, event: SimulatedEvent): boolean => {
    putCommon(event);
    let n = 0;
    for (const name in args) {
      const field = last[n++];
      const value = args[name];
      if (field === undefined || field.name !== name || value === undefined || !isWhole(value)) return false;
      if (field.kind !== "integer" && field.kind !== "pointer") return false;
      writeInteger(view, field.offset, field.size, value);
    }
    return n === last.length;
  };
  const put = (event: SimulatedEvent): Uint8Array => {
    record.fill(0);
    last.length = 0;
    const given = fieldsOf(tracepoint, event, about);
    putCommon(event);
    for (const name of given.keys()) {
      const field = byName.get(name);
      if (field !== undefined) last.push(field);
    }
    const parts: Uint8Array[] = [];
    let length = record.length;
    for (const field of fields) {
      const value = given.get(field.name);
      if (value === undefined) continue;
      const where = `${about}: ${field.name}`;
      if (field.kind !== "data" && field.kind !== "data-after") {
        encodeField(options, view, field, value, where, space);
        continue;
      }
      const bytes = dynamicBytes(field.type, value, where);
      const from = field.kind === "data-after" ? length - (field.offset + field.size) : length;
      view.setUint32(field.offset, ((bytes.length << 16) | from) >>> 0, true);
      parts.push(bytes);
      length += bytes.length;
    }
    return parts.length === 0 ? record : joined([record, ...parts], length);
  };

  const isPlain = (event: SimulatedEvent): boolean => {
    const { args } = event;
    if (args === undefined || Array.isArray(args)) return false;
    // no list: isArray does not narrow readonly ones
    return putPlain(args as { readonly [name: string]: EventValue }, event);
  };
  return {
    of: (event) => (isPlain(event) ? record : put(event)),
    write(event, to, at) {
      if (!isPlain(event)) return -1;
      for (let i = 0; i < halves.length; i++) to[at + i] = halves[i] ?? 0;
      return halves.length >> 1;
    },
  };
}

function readField({ name, offset, size, type }: TracepointField): Field {
  const field = { name, offset, size, type, count: 1 };
  const dynamic = /^__(data|rel)_loc\s+(.*)\[\]$/.exec(type);
  if (dynamic !== null) return { ...field, type: dynamic[2] ?? "", kind: dynamic[1] === "rel" ? "data-after" : "data" };
  const array = /\s*\[(\d+)\]$/.exec(type);
  if (array !== null) return { ...field, kind: "array", count: Number(array[1]) || 1 };
  if (type.trimEnd().endsWith("*")) return { ...field, kind: "pointer" };
  return { ...field, kind: /^(?:struct|union)\s+\w+$/.test(type) ? "struct" : "integer" };
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Values by field; a list means the fields after the common ones, in order. @throws EventError for an unknown one */
function fieldsOf(tracepoint: Tracepoint, event: SimulatedEvent, about: string): ReadonlyMap<string, EventValue> {
  const { args = {} } = event;
  const own = tracepoint.fields.filter((field) => !field.name.startsWith("common_"));
  const hint = `its fields are ${own.map((field) => field.name).join(", ")}`;
  if (Array.isArray(args)) {
    const list: readonly EventValue[] = args;
    if (list.length > own.length)
      throw new EventError(`${about} has ${own.length} fields, not ${list.length}`, 0, hint);
    return new Map(list.map((value, i) => [own[i]?.name ?? "", value]));
  }
  for (const name of Object.keys(args)) {
    if (!tracepoint.fields.some((field) => field.name === name))
      throw new EventError(`${about} has no field '${name}'`, 0, hint);
  }
  return new Map(Object.entries(args));
}

function encodeField(
  { snapshot, memory, enumerator }: RecordOptions,
  view: DataView,
  field: Field,
  value: EventValue,
  where: string,
  space: Space,
): void {
  if (field.kind === "array") {
    const bytes = value instanceof Uint8Array ? value : typeof value === "string" ? encoder.encode(value) : undefined;
    if (bytes !== undefined) {
      if (bytes.length > field.size) throw new EventError(`${where}: ${bytes.length} bytes for ${field.size}`);
      new Uint8Array(view.buffer, view.byteOffset + field.offset).set(bytes);
      return;
    }
    if (!Array.isArray(value)) throw new EventError(`${where}: a list or a text is needed`);
    const list: readonly EventValue[] = value;
    const { count } = field;
    const size = field.size / count;
    if (list.length > count) throw new EventError(`${where}: ${list.length} elements for an array of ${count}`);
    for (const [i, element] of list.entries())
      writeInteger(view, field.offset + i * size, size, needInteger(element, where, enumerator));
    return;
  }
  if (field.kind === "pointer") {
    const address = pointer(snapshot.btf, memory, field.type, space, value, where);
    writeInteger(view, field.offset, field.size, address);
    return;
  }
  const name = field.kind === "struct" ? field.type.replace(/^\w+\s+/, "") : undefined;
  const struct = name === undefined ? undefined : snapshot.btf.find("struct", name);
  if (struct !== undefined && integerOf(value) === undefined) {
    memory.encode(view, field.offset, { btf: snapshot.btf, type: struct }, value, where);
    return;
  }
  writeInteger(view, field.offset, field.size, needInteger(value, where, enumerator));
}

function needInteger(
  value: EventValue,
  where: string,
  enumerator: (name: string) => bigint | undefined,
): number | bigint {
  const plain = integerOf(value) ?? (typeof value === "string" ? enumerator(value) : undefined);
  if (plain === undefined)
    throw new EventError(
      `${where}: ${typeof value === "string" ? `'${value}'` : "this"} is no integer`,
      0,
      "a number, a text such as 0x1f, or the name of a constant",
    );
  return plain;
}

/** The address that a pointer of this C type has for a value; a list for a pointer to pointers is an array that ends with 0. */
function pointer(
  btf: Btf,
  memory: Memory,
  type: string,
  space: Space,
  value: EventValue,
  where: string,
): number | bigint {
  const bare = pointeeText(type);
  if (!bare.endsWith("*") || !Array.isArray(value)) return memory.pointTo(pointeeOf(btf, type), space, value, where);
  const list: readonly EventValue[] = value;
  const bytes = new Uint8Array((list.length + 1) * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, one] of list.entries())
    writeInteger(view, i * 8, 8, pointer(btf, memory, bare, space, one, `${where}[${i}]`));
  return memory.allocate(bytes, space);
}

function pointeeText(type: string): string {
  return type
    .replace(/\*\s*(const)?\s*$/, "")
    .replace(/\b(const|volatile|__user)\b/g, "")
    .trim();
}

/** What a pointer of a format file points to: "const char *", "struct sock *"; void where the types do not tell. */
function pointeeOf(btf: Btf, text: string): Typed {
  const bare = pointeeText(text);
  const nothing = branded<TypeId>(0);
  if (bare.endsWith("*")) return { btf, type: nothing };
  const [, kind, name] = /^(struct|union)\s+(\w+)$/.exec(bare) ?? [];
  const found =
    kind === undefined
      ? (btf.find("int", bare) ?? btf.find("typedef", bare))
      : btf.find(kind === "union" ? "union" : "struct", name ?? "");
  return { btf, type: found ?? nothing };
}

/** Data at a record's end: a text with its NUL, bytes, or elements. */
function dynamicBytes(element: string, value: EventValue, where: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string") return encoder.encode(`${value}\0`);
  if (!Array.isArray(value)) throw new EventError(`${where}: a list or a text is needed`);
  const list: readonly EventValue[] = value;
  const size = SIZES[element.trim()] ?? 8;
  const bytes = new Uint8Array(size * list.length);
  const view = new DataView(bytes.buffer);
  for (const [i, one] of list.entries())
    writeInteger(
      view,
      i * size,
      size,
      needInteger(one, where, () => undefined),
    );
  return bytes;
}
