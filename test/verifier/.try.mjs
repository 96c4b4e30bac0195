// test/verifier/.try.ts
import { readFileSync as readFileSync2 } from "node:fs";

// compiler/util/brand.ts
function branded(value) {
  return value;
}

// compiler/util/bytes.ts
var ByteReader = class {
  bytes;
  endian;
  #view;
  #fail;
  #at = 0;
  constructor(bytes, fail2, endian = "little") {
    this.bytes = bytes;
    this.endian = endian;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fail = fail2;
  }
  get length() {
    return this.bytes.length;
  }
  /** Offset of the next read, in bytes. */
  get offset() {
    return this.#at;
  }
  get remaining() {
    return this.bytes.length - this.#at;
  }
  /** Moves to an absolute offset; the end itself is allowed. */
  seek(offset, what) {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset > this.bytes.length) {
      throw this.#fail(`${what} at offset ${offset} lies outside the ${this.bytes.length} bytes given`);
    }
    this.#at = offset;
    return this;
  }
  u8(what) {
    return this.#view.getUint8(this.#take(1, what));
  }
  u16(what) {
    return this.#view.getUint16(this.#take(2, what), this.endian === "little");
  }
  u32(what) {
    return this.#view.getUint32(this.#take(4, what), this.endian === "little");
  }
  i16(what) {
    return this.#view.getInt16(this.#take(2, what), this.endian === "little");
  }
  i32(what) {
    return this.#view.getInt32(this.#take(4, what), this.endian === "little");
  }
  u64(what) {
    return this.#view.getBigUint64(this.#take(8, what), this.endian === "little");
  }
  i64(what) {
    return this.#view.getBigInt64(this.#take(8, what), this.endian === "little");
  }
  /** A 64-bit offset or size that has to fit the file, as a number. */
  size64(what) {
    const value = this.u64(what);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.#fail(`${what} is ${value}: beyond any file`);
    return Number(value);
  }
  /** The next `length` bytes, as a view on the input. */
  take(length, what) {
    const start = this.#take(length, what);
    return this.bytes.subarray(start, start + length);
  }
  #take(length, what) {
    const start = this.#at;
    if (!Number.isSafeInteger(length) || length < 0 || length > this.bytes.length - start) {
      throw this.#fail(`${what} needs ${length} bytes at offset ${start}, but the input ends at ${this.bytes.length}`);
    }
    this.#at = start + length;
    return start;
  }
};
var ByteWriter = class {
  endian;
  #bytes;
  #view;
  #length = 0;
  constructor(endian = "little", capacity = 256) {
    this.endian = endian;
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }
  /** Bytes written so far: the offset of the next write. */
  get length() {
    return this.#length;
  }
  u8(value) {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }
  u16(value) {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, this.endian === "little");
    return this;
  }
  /** Also for signed values: the low 32 bits are written. */
  u32(value) {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, this.endian === "little");
    return this;
  }
  /** Also for signed values: the low 64 bits are written. */
  u64(value) {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, BigInt.asUintN(64, value), this.endian === "little");
    return this;
  }
  raw(bytes) {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }
  zeros(count) {
    const start = this.#grow(count);
    this.#bytes.fill(0, start, start + count);
    return this;
  }
  /** Zeros up to the next multiple of `alignment`. */
  align(alignment) {
    return this.zeros((alignment - this.#length % alignment) % alignment);
  }
  /** Overwrites four bytes written before. */
  patchU32(offset, value) {
    if (offset < 0 || offset + 4 > this.#length)
      throw new RangeError(`patch at ${offset} outside ${this.#length} bytes`);
    this.#view.setUint32(offset, value, this.endian === "little");
    return this;
  }
  /** A copy of what was written. */
  finish() {
    return this.#bytes.slice(0, this.#length);
  }
  /** Makes room and returns its offset. Call it before touching #bytes or #view, which it may replace. */
  #grow(count) {
    const start = this.#length;
    const end = start + count;
    if (end > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      bytes.set(this.#bytes.subarray(0, start));
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer);
    }
    this.#length = end;
    return start;
  }
};
var encoder = new TextEncoder();
var decoder = new TextDecoder();
function encodeUtf8(text) {
  return encoder.encode(text);
}
function decodeUtf8(bytes) {
  return decoder.decode(bytes);
}

// compiler/btf/error.ts
var BtfError = class extends Error {
  name = "BtfError";
};

// compiler/util/assert.ts
var InvariantError = class extends Error {
  name = "InvariantError";
};
function invariant(condition, stage, message) {
  if (!condition) throw new InvariantError(`${stage}: ${message}`);
}
function unreachable(value) {
  throw new InvariantError(`unreachable: ${JSON.stringify(value)}`);
}

// compiler/btf/wire.ts
var BTF_MAGIC = 60319;
var BTF_HEADER_SIZE = 24;
var RECORD_SIZE = 12;
var KINDS = [
  "void",
  "int",
  "ptr",
  "array",
  "struct",
  "union",
  "enum",
  "fwd",
  "typedef",
  "volatile",
  "const",
  "restrict",
  "func",
  "func_proto",
  "var",
  "datasec",
  "float",
  "decl_tag",
  "type_tag",
  "enum64"
];
var LINKAGE = ["static", "global", "extern"];
var SIGNED = 1;
var CHAR = 2;
var BOOL = 4;
function trailingSize(kind, vlen) {
  switch (KINDS[kind]) {
    case "int":
    case "var":
    case "decl_tag":
      return 4;
    case "array":
      return 12;
    case "struct":
    case "union":
    case "datasec":
    case "enum64":
      return 12 * vlen;
    case "enum":
    case "func_proto":
      return 8 * vlen;
    case "ptr":
    case "fwd":
    case "typedef":
    case "volatile":
    case "const":
    case "restrict":
    case "func":
    case "float":
    case "type_tag":
      return 0;
    default:
      return void 0;
  }
}
function writeType(out, type, string) {
  const head = (name, vlen, flag, sizeOrType) => {
    if (vlen > 65535) throw new BtfError(`${type.kind} ${name}: ${vlen} members do not fit its record`);
    const kind = KINDS.indexOf(type.kind);
    return out.u32(string(name)).u32(((flag ? 2147483648 : 0) | kind << 24 | vlen) >>> 0).u32(sizeOrType);
  };
  switch (type.kind) {
    case "void":
      throw new BtfError("void has no record: it is type 0 of every blob");
    case "int": {
      const encoding = (type.signed ? SIGNED : 0) | (type.encoding === "char" ? CHAR : type.encoding === "bool" ? BOOL : 0);
      head(type.name, 0, false, type.size).u32(encoding << 24 | type.bitOffset << 16 | type.bits);
      return;
    }
    case "ptr":
    case "volatile":
    case "const":
    case "restrict":
      head("", 0, false, type.type);
      return;
    case "typedef":
    case "type_tag":
      head(type.name, 0, false, type.type);
      return;
    case "array":
      head("", 0, false, 0).u32(type.type).u32(type.indexType).u32(type.length);
      return;
    case "struct":
    case "union": {
      const bitFields = type.members.some((m) => m.bitSize !== 0);
      head(type.name, type.members.length, bitFields, type.size);
      for (const member of type.members) {
        out.u32(string(member.name)).u32(member.type);
        out.u32(bitFields ? (member.bitSize << 24 | member.bitOffset) >>> 0 : member.bitOffset);
      }
      return;
    }
    case "enum":
      head(type.name, type.values.length, type.signed, type.size);
      for (const { name, value } of type.values) out.u32(string(name)).u32(Number(BigInt.asIntN(32, value)));
      return;
    case "enum64":
      head(type.name, type.values.length, type.signed, type.size);
      for (const { name, value } of type.values) {
        out.u32(string(name)).u32(Number(BigInt.asIntN(32, value))).u32(Number(BigInt.asIntN(32, value >> 32n)));
      }
      return;
    case "fwd":
      head(type.name, 0, type.union, 0);
      return;
    case "func":
      head(type.name, LINKAGE.indexOf(type.linkage), false, type.type);
      return;
    case "func_proto": {
      head("", type.params.length + (type.variadic ? 1 : 0), false, type.returns);
      for (const param of type.params) out.u32(string(param.name)).u32(param.type);
      if (type.variadic) out.u32(0).u32(0);
      return;
    }
    case "var":
      head(type.name, 0, false, type.type).u32(LINKAGE.indexOf(type.linkage));
      return;
    case "datasec":
      head(type.name, type.vars.length, false, type.size);
      for (const variable of type.vars) out.u32(variable.type).u32(variable.offset).u32(variable.size);
      return;
    case "float":
      head(type.name, 0, false, type.size);
      return;
    case "decl_tag":
      head(type.name, 0, false, type.type).u32(type.component);
      return;
    default:
      unreachable(type);
  }
}
function readType(reader, id, { string, count }) {
  const nameOffset = reader.u32("type name");
  const info = reader.u32("type info");
  const sizeOrType = reader.u32("type size");
  const kind = KINDS[info >>> 24 & 31];
  const vlen = info & 65535;
  const flag = info >>> 31 === 1;
  const fail2 = (message) => new BtfError(`type ${id} (${kind ?? "unknown"}): ${message}`);
  const ref = (value) => {
    if (value >= count) throw fail2(`refers to type ${value} of ${count}`);
    return branded(value);
  };
  const refHere = () => ref(reader.u32("type reference"));
  const each = (f) => Array.from({ length: vlen }, (_, index) => f(index));
  const linkage = (value) => {
    const found = LINKAGE[value];
    if (found === void 0) throw fail2(`has linkage ${value}`);
    return found;
  };
  const name = string(nameOffset);
  switch (kind) {
    case "int": {
      const data = reader.u32("int data");
      const encoding = data >>> 24 & 15;
      return {
        kind,
        name,
        size: sizeOrType,
        bits: data & 255,
        bitOffset: data >>> 16 & 255,
        signed: (encoding & SIGNED) !== 0,
        encoding: (encoding & BOOL) !== 0 ? "bool" : (encoding & CHAR) !== 0 ? "char" : "none"
      };
    }
    case "ptr":
    case "volatile":
    case "const":
    case "restrict":
      return { kind, type: ref(sizeOrType) };
    case "typedef":
    case "type_tag":
      return { kind, name, type: ref(sizeOrType) };
    case "array":
      return { kind, type: refHere(), indexType: refHere(), length: reader.u32("array length") };
    case "struct":
    case "union":
      return {
        kind,
        name,
        size: sizeOrType,
        members: each(() => {
          const memberName = string(reader.u32("member name"));
          const type = refHere();
          const offset = reader.u32("member offset");
          return flag ? { name: memberName, type, bitOffset: offset & 16777215, bitSize: offset >>> 24 } : { name: memberName, type, bitOffset: offset, bitSize: 0 };
        })
      };
    case "enum":
      return {
        kind,
        name,
        size: sizeOrType,
        signed: flag,
        values: each(() => {
          const valueName = string(reader.u32("enumerator name"));
          return { name: valueName, value: BigInt(flag ? reader.i32("value") : reader.u32("value")) };
        })
      };
    case "enum64":
      return {
        kind,
        name,
        size: sizeOrType,
        signed: flag,
        values: each(() => {
          const valueName = string(reader.u32("enumerator name"));
          const low = BigInt(reader.u32("value"));
          const value = BigInt(reader.u32("value")) << 32n | low;
          return { name: valueName, value: flag ? BigInt.asIntN(64, value) : value };
        })
      };
    case "fwd":
      return { kind, name, union: flag };
    case "func":
      return { kind, name, type: ref(sizeOrType), linkage: linkage(vlen) };
    case "func_proto": {
      const params = each(() => ({ name: string(reader.u32("parameter name")), type: refHere() }));
      const last = params.at(-1);
      const variadic = last !== void 0 && last.name === "" && last.type === 0;
      return { kind, returns: ref(sizeOrType), params: variadic ? params.slice(0, -1) : params, variadic };
    }
    case "var":
      return { kind, name, type: ref(sizeOrType), linkage: linkage(reader.u32("linkage")) };
    case "datasec":
      return {
        kind,
        name,
        size: sizeOrType,
        vars: each(() => ({
          type: refHere(),
          offset: reader.u32("variable offset"),
          size: reader.u32("variable size")
        }))
      };
    case "float":
      return { kind, name, size: sizeOrType };
    case "decl_tag":
      return { kind, name, type: ref(sizeOrType), component: reader.i32("component") };
    default:
      throw fail2(`unknown kind ${info >>> 24 & 31}`);
  }
}

// compiler/btf/read.ts
var fail = (message) => new BtfError(message);
function readBtf(bytes, base) {
  return new BlobBtf(bytes, base);
}
var BlobBtf = class {
  pointerSize = 8;
  firstId;
  count;
  stringsEnd;
  #base;
  #types;
  #strings;
  #stringsStart;
  /** Byte offset in #types per type of this blob. */
  #offsets;
  #names;
  #enumerators;
  constructor(bytes, base) {
    const { types, strings } = splitBlob(bytes);
    this.#base = base;
    this.#types = types;
    this.#strings = strings;
    this.#stringsStart = base?.stringsEnd ?? 0;
    this.stringsEnd = this.#stringsStart + strings.length;
    if (strings.length > 0 && strings[strings.length - 1] !== 0) throw fail("the string section has no end");
    if (base === void 0 && strings[0] !== 0)
      throw fail('the string section does not begin with "": split BTF without its base?');
    this.firstId = base?.count ?? 1;
    this.#offsets = scan(types, this.firstId);
    this.count = this.firstId + this.#offsets.length;
  }
  type(id) {
    if (id === 0) return { kind: "void" };
    if (this.#base !== void 0 && id < this.firstId) return this.#base.type(id);
    const offset = this.#offsets[id - this.firstId];
    if (offset === void 0) throw new RangeError(`no type ${id} in BTF of ${this.count} types`);
    const reader = new ByteReader(this.#types, fail).seek(offset, "type");
    return readType(reader, id, { string: (at) => this.string(at), count: this.count });
  }
  find(kind, name) {
    const found = this.#base?.find(kind, name);
    if (found !== void 0) return found;
    this.#names ??= this.#indexNames();
    return this.#names.get(kind)?.get(name);
  }
  findEnumerator(name) {
    const found = this.#base?.findEnumerator(name);
    if (found !== void 0) return found;
    this.#enumerators ??= this.#indexEnumerators();
    return this.#enumerators.get(name);
  }
  string(offset) {
    if (offset < this.#stringsStart && this.#base !== void 0) return this.#base.string(offset);
    const at = offset - this.#stringsStart;
    if (offset === 0 && this.#strings.length === 0) return "";
    const end = at < this.#strings.length ? this.#strings.indexOf(0, at) : -1;
    if (end < 0) throw fail(`no string at offset ${offset}: the strings end at ${this.stringsEnd}`);
    return ascii(this.#strings, at, end);
  }
  #eachOwn(f) {
    const view = new DataView(this.#types.buffer, this.#types.byteOffset, this.#types.byteLength);
    this.#offsets.forEach((offset, index) => {
      const kind = KINDS[view.getUint32(offset + 4, true) >>> 24 & 31];
      if (kind !== void 0) f(branded(this.firstId + index), kind, view.getUint32(offset, true));
    });
  }
  #indexNames() {
    const index = /* @__PURE__ */ new Map();
    this.#eachOwn((id, kind, nameOffset) => {
      const named = namedKind(kind);
      if (named === void 0 || nameOffset === 0) return;
      const names2 = index.get(named) ?? /* @__PURE__ */ new Map();
      index.set(named, names2);
      const name = this.string(nameOffset);
      if (!names2.has(name)) names2.set(name, id);
    });
    return index;
  }
  #indexEnumerators() {
    const index = /* @__PURE__ */ new Map();
    this.#eachOwn((id, kind) => {
      if (kind !== "enum" && kind !== "enum64") return;
      const type = this.type(id);
      if (type.kind !== "enum" && type.kind !== "enum64") return;
      for (const { name, value } of type.values) if (!index.has(name)) index.set(name, { type: id, value });
    });
    return index;
  }
};
function namedKind(kind) {
  switch (kind) {
    case "int":
    case "struct":
    case "union":
    case "enum":
    case "typedef":
    case "func":
    case "var":
    case "fwd":
      return kind;
    case "float":
      return "int";
    case "enum64":
      return "enum";
    default:
      return void 0;
  }
}
function splitBlob(bytes) {
  const reader = new ByteReader(bytes, (message) => fail(`truncated BTF: ${message}`));
  const magic = reader.u16("magic");
  if (magic === 40939) throw fail("big-endian BTF: only little-endian is supported");
  if (magic !== BTF_MAGIC)
    throw fail(`not BTF: it begins with 0x${magic.toString(16)}, not 0x${BTF_MAGIC.toString(16)}`);
  const version = reader.u8("version");
  if (version !== 1) throw fail(`BTF version ${version}: only version 1 is supported`);
  reader.u8("flags");
  const headerSize = reader.u32("header size");
  if (headerSize < BTF_HEADER_SIZE) throw fail(`a BTF header of ${headerSize} bytes is too short`);
  const typeOffset = reader.u32("type section offset");
  const typeSize = reader.u32("type section size");
  const stringOffset = reader.u32("string section offset");
  const stringSize = reader.u32("string section size");
  const section = (offset, size, what) => reader.seek(headerSize + offset, what).take(size, what);
  if (typeOffset % 4 !== 0) throw fail(`the type section's offset ${typeOffset} is not aligned`);
  return {
    types: section(typeOffset, typeSize, "type section"),
    strings: section(stringOffset, stringSize, "string section")
  };
}
function scan(types, firstId) {
  const view = new DataView(types.buffer, types.byteOffset, types.byteLength);
  const offsets = [];
  let at = 0;
  while (at < types.length) {
    const id = firstId + offsets.length;
    if (at + RECORD_SIZE > types.length) throw fail(`type ${id} is cut off at the end of the type section`);
    const info = view.getUint32(at + 4, true);
    const kind = info >>> 24 & 31;
    const trailing = trailingSize(kind, info & 65535);
    if (trailing === void 0) throw fail(`type ${id} is of unknown kind ${kind}`);
    const end = at + RECORD_SIZE + trailing;
    if (end > types.length) throw fail(`type ${id} (${KINDS[kind]}) is cut off at the end of the type section`);
    offsets.push(at);
    at = end;
  }
  return offsets;
}
function ascii(bytes, start, end) {
  let text = "";
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 128) return decodeUtf8(bytes.subarray(start, end));
    text += String.fromCharCode(byte);
  }
  return text;
}

// compiler/verifier/module.gen.ts
var MODULE = "AGFzbQEAAAABlwImYAF/AX9gAn9/AGACf38Bf2ABfwBgAAF/YAN/f38AYAN/f38Bf2AFf39/f38Bf2AEf39/fwF/YAR+fn5+AGAEf39/fwBgBn9/f39/fwF/YAJ+fgF/YAJ/fgBgAABgA39+fgF/YAd/f39/f39/AX9gAn5/AX5gBX9/f39/AGADfn5/AGAEfn5+fgF+YAN/f38BfmAHf35+fn5+fgF/YAN/f34AYAh/f39/f39/fwF/YAF+AX9gAn5+AGAHf39/f35/fwF/YAN/fn4AYAR+fn5+AX9gA35+fgF+YAl/f39/f39/f38Bf2AGf35/fn9/AX9gCH9/fn5+fn5+AGACf38BfmABfwF+YAR/f39/AX5gBn9/f39/fwACQAQEaG9zdANsb2cACgRob3N0CWN0eEFjY2VzcwAVBGhvc3QKYnRmTWF0Y2hlcwAHBGhvc3QJYnRmQWNjZXNzACQD2wHZARYDDQ8ABQEDAQIXCQMBAAMDAQICAwACGAEZAAUCAwIQAxECGgkDAwAKAgEABAMAAAACAAEMAAAJAwoBAQYCBgMLAgAAAAcbABwDAwEDEgACEwkTHQkeBgMCAQASAQAfCwIBAQMCAgUEAwEBCg0gAAAAAgcIBw0CAAAAAAAGACEAIgMGDwIGBQUDAQwBAREMFBQBCgwBAQ4CAAABCwsHEAICAQAIAggGAQIAAAsEBAAADgAABAQEBAQjBAAECAIAFQgHAAQADgQEJQgCAAACAAEDAwMFAQEFBgUFAwEAIAbSAkN/AUEAC38BQQALfgFCAAt+AUIAC34BQgALfwFBAAt/AUEAC38BQQALfwFBAAt/AUEAC38BQQALfwFBfwt/AUEAC38BQQALfwFBAAt/AUEAC38BQQALfwFBAAt/AUEAC38BQQALfwFBAAt/AUEAC38BQQALfwFBAAt/AUEAC38BQQALfwFBAAt/AUEAC38BQQALfwFBAAt/AUF/C38BQQALfwFBAAt/AUEAC38BQQALfwFBAAt/AUF/C38BQQALfwFBAAt+AUIAC34BQgALfwFBAAt/AUEAC38BQQALfgFCAAt/AUEAC34BQn8LfwFBAAt/AUEAC38BQQALfwFBAAt/AUEAC38BQQALfwFBAAt/AUEAC38BQQALfwFBwIQ9C38BQQALfwFBAAt/AUEAC38BQQALfwFBfwt/AUEAC34BQgALfwFBAAt/AUEAC38BQQALB9UBEQVyZXNldAC0AQdyZXNlcnZlALUBA3J1bgCzAQllcnJvckNvZGUAuwEJZXJyb3JJbnNuALoBCGVycm9yQXJnALwBDmluc25zUHJvY2Vzc2VkALgBDnN0YXRlc1JlY29yZGVkALABCnN0YXRlc1BlYWsAsQEJZnVuY3Rpb25zALkBB3N0YXJ0T2YAsgEHZGVwdGhPZgC+AQxkZXB0aE9mQ2hhaW4AvQEJaXNSZWFjaGVkALYBC2N1cnJlbnRJbnNuAL8BBWlzR3BsALcBBm1lbW9yeQIACAKaAQrVxgLZAR0AIw1FBEBBASAAIAEgAiADIAQgBSAGEIIBC0EAC1AAIABBATYCACAAQQA2AgQgAEEANgIIIABBADYCDCAAQQA2AlAgAEEANgJUIABCADcDECAAQn83AxggAEEANgJYIABBADYCXCAAEBggABAQC0gAIAAgATcDECAAQgA3AxggACABNwMgIAAgATcDKCAAIAE3AzAgACABNwM4IAAgAT4CQCAAIAE+AkQgACABPgJIIAAgAT4CTAsdACMNRQRAQQIgACABIAJCAEIAQgBCABCCAQtBAAt9AQJ/IABBD2pBBHYiAEGAEEkEQCMZIABBAnRqKAIAIgEEQCMZIAAgASgCABAJIAEPCwsjIiMiIABBBHRqJCI/ACIAIyJB//8DakEQdiICSARAIAIgAGsiAiAAQQJ1IgAgACACSBtAAEEASAR/IAJAAEEASAVBAAsEQAALCwsPACAAIAFBAnRqIAI2AgALEwAgABAFIABCABAGIAAgATYCAAueAQECfiAAEBMgABAkIAAQUCMCQgGDpwRAIAAQUAsjAkICg0IAUgRAIAAQUAsgACkDMCAAKQM4ECcgACkDECAAKQMYIwMjBBAoIwMhASMEIQIgADUCSCAANQJMECcgAUL/////D4MgAkL/////D4MjAyMEECggACMDIAFCgICAgHCDhDcDECAAIwQgAkKAgICAcIOENwMYIAAQEyAAECQLFgAgACgCIBAqIAAoAiAgARARIAAQQwsjACAAKAIAQQFGBH8gAQR/IAApAxinRQUgACkDGFALBUEACwsPACAAIAFBA3RqIAI3AwALJgAgACACfCIAIAAgASADfHyFIAGEIAOEIgFCf4UgAIMkAyABJAQLJgAgAEGAgICAeDYCQCAAQf////8HNgJEIABBADYCSCAAQX82AkwLGQAjBiAAIwYgAEECdGooAgBBASABdHIQCQsQACMUIABqLQAAQRBxQQBHC30BBH8gACAAKAJAIgIgACkDEKciASAAKQMYpyIDQYCAgIB4cXIiBCACIARKGzYCQCAAIAAoAkQiAiABIANB/////wdxciIEIAIgBEgbNgJEIAAgACgCSCICIAEgASACSRs2AkggACAAKAJMIgAgASADciIBIAAgAUkbNgJMC/ABAQF/IAApAzAgACkDOFYiAUUEQCAAKQMgIAApAyhVIQELIAFFBEAgACgCSCAAKAJMSyEBCyABRQRAIAAoAkAgACgCREohAQsgAQR+QgEFIAApAxgLUARAIAApAzAgACkDEFIEf0EBBSAAKQM4IAApAxBSCwR/QQEFIAApAyAgACkDEFILBH9BAQUgACkDKCAAKQMQUgshAQsgAQR/QQEFIAApAxinCwR/IAEFIAApAxCnIgEgACgCSEcEf0EBBSAAKAJMIAFHCwR/QQEFIAAoAkAgAUcLBH9BAQUgACgCRCABRwsLBEAgABAYIAAQEAsLMAAgAEUgAUEPakEEdiIBQYAQT3IEQA8LIAAjGSABQQJ0aigCADYCACMZIAEgABAJCyAAIAAgARAXBH8gACgCACABQfAAbGooAgBBAUYFQQALCxQAIAAoAgAgAUHwAGxqLQBnQQFGCzAAIABCgICAgICAgICAfzcDICAAQv///////////wA3AyggAEIANwMwIABCfzcDOAsWACMGIwVBAnRqKAIAQQEgAHRxQQBHC1YAIAFBCkoEQEHTACABrEIAQgBCAEIAQgAQBBpBAA8LIAAgACgCIEECdGooAgBBMGogAUHgAGxqKAIARQRAQT4gAaxCAEIAQgBCAEIAEAQaQQAPC0EBC5IIAgF+A38CQAJ/QQFBASAGIAAgACgCIEECdGooAgBBMGoiBiABQeAAbGoiCSgCAEH/AXEiCkEGRhtFIANBAUZyDQAaIAkpAxAgCSkDGCACIAkoAgRqrEIAEA8gA0EBa6wjAyMEhINCAFIEQEE7IAqsIAkpAxAgCSkDGCAJNAIEIAKsIAOsEAQaQQAMAQtBAQtFDQAgBiAFQeAAbGpBACAERSAFQQBOcRshCiACIAkoAgRqIQsCQAJAAkACQAJAAkACQAJAAkACQCAJKAIAQf8BcSIGQQRHBEAgBkEFRg0BIAZBCEYgBkEKRnINAgJAIAZBAmsOCgQHAAAFBgAAAAgACwwICyAJKAIAQYACcQ0JIAkgCyADIAQQdwR/IAEgCSALIANBABBJBUEAC0UNCiAKRQ0IIwwgCSgCCEEFdGohACAJKQMQIAusfCEIIAkpAxhQBH8gACgCFAVBAAsEfyAAKAIQQYABcQVBAAsEfyAIpyAAKAIUIAAoAghqaiECQQAhAQJ/A0AgASADSARAQQAgASACai0AAA0CGiABQQFqIQEMAQsLQQELBUEACwRAIAAoAhQgCKdqIQAgA0EBRgR+IAAxAAAFIANBAkYEfiAAMwEABSADQQRGBH4gADUCAAUgACkDAAsLCyEIIAcEQCAKEAUgCiAIQcAAIANBA3RrIgCshiAArIcQBgUgChAFIAogCBAGCwUgChAFCwwICyAJKAIAQYACcQ0IIAQEQEEqIAGsQgBCAEIAQgBCABAEGgwKCyABIAkgCyADQQAQeEUNCSAKBEAgChAFCwwHCyAJKAIAQYACcQ0HIAQEfyAJKAIAQYAEcQVBAAsEQEE4IAGsIAk0AgBCAEIAQgBCABAEGgwJCyAJKAIAQYDAAHEEf0EBBSABIAkgCyADQQAQdgtFDQggCgRAIAoQBQsMBgsCf0EAIAEgCRB1RQ0AGiACIAkoAgRqIgAgAyAERUUQASIIQv//A4OnIgFFBEBBFiAArCADrCAIQiCHQgBCAEIAEAQaQQAMAQsgAUH//wNGBEBB8ABCAEIAEAcaQQAMAQsgBEUgCkEAR3EEQCAKIAgQeQtBAQtFDQcMBQsgACABIAkgCyADIAQQY0UNBiAAIAEgCSALIAMgBCAFEKIBRQ0GDAQLIAEgCSACIAMgBCAKEK8BRQ0FDAMLIAQEf0ExIAGsQgBCAEIAQgBCABAEBUHwAEIAQgAQBwsaDAQLQfAAQgBCABAHGgwDC0EkIAGsIAk0AgAgCTQCCCAJNAIMQgBCABAEGgwCCyADQQhIQQAgChsEfyAKKAIAQQFGBUEACwRAIAcEQCAKIAMQjQEFIAogAxBPCwtBAQ8LQSQgAawgCTQCAEIAQgBCAEIAEAQaQQAPC0EACxQAIxQgAGoiACAALQAAIAFyOgAACxUAIABC/////wdXIABCgICAgHhZcQsiACAAKAIAQQFGBH4gACkDEAVCAQtQBH4gACkDGAVCAQtQC4oBAQJ/A0AgACABQQJ0aigCACIDKAIAIAJB8ABsaigCaEECcQR/QQAFIAMoAigLRQRADwsgACgCJCIABH8gASAAKAIgSgVBAQsEQA8LIAIgACABQQJ0aigCACIDKAIETgRADwsgAygCACACQfAAbGoiAygCaCIEQQFxRQRAIAMgBEEBcjYCaAwBCwsLigEBAn8gAEEARyABQQBHRwRAQQAPCyAARQRAQQEPCwNAIAIjFUgEQCAAIAJBAnQiAyNCaigCAEYEQCABIzMgA2ooAgBGDwsgASMzIAJBAnRqKAIARgRAQQAPCyACQQFqIQIMAQsLIxVB2ARGBEBBAA8LI0IjFSAAEAkjMyMVIAEQCSMVQQFqJBVBAQsZACMGIwUjBiMFQQJ0aigCAEF+IAB3cRAJC0oAIAFBCkoEQEHTACABrEIAQgBCAEIAQgAQBBpBAA8LIABBMGogAUHgAGxqKAIARQRAQT4gAaxCAEIAQgBCAEIAEAQaQQAPC0EBC+kCAQJ/AkACQAJAAkACQAJAIAAgACgCIEECdGooAgBBMGogAUHgAGxqIgcoAgBB/wFxIghBBEcEQCAIQQVGDQEgCEEIRiAIQQpGcg0CIAhBBkYNAyAIQQdGDQQMBQsgBygCAEGAAnENBCAHIAcoAgQgAiAEEHcEfyABIAcgBygCBCACIAMQSQVBAAsPCyAEDQQgASAHIAcoAgQgAiADEHgPCyAHKAIAQYACcQ0CIAQEfyAHKAIAQYAEcQVBAAsNAyABIAcgBygCBCACIAMQdg8LIAAgASAHIAcoAgQgAiADIAQgBUEBEGJFBEBBAA8LIytBAEpBACAFGwRAIAEkQCMrJEELQQEPCyAAIAFBACACIARBf0EAQQAQGw8LIAJBASADGwR/QQAFIAcQHgsEQEEBDwtBBCABrCAHNAIAIAasIAc0AgggBzQCDEIAEAQaQQAPC0E4IAGsIAc0AgBCAEIAQgBCABAEGkEAC5ACAQR+IAAgACkDICIBIAApAxAgACkDGEKAgICAgICAgIB/g4QiAiABIAJVGzcDICAAIAApAygiASAAKQMQIAApAxhC////////////AIOEIgIgASACUxs3AyggACAAKQMwIgEgACkDECICIAEgAlYbNwMwIAAgACkDOCIBIAApAxAgACkDGIQiAiABIAJUGzcDOCMCQoCAgASDQgBSBEAgACkDECIBIAApAxgiAyAAKQMwIgQQWSECIAQgA0J/hYMgAVEEQCACIAApAzhWBEAgACAEEAYLBSACIAEgA4RRBEAgACACEAYFIAIgACkDOFgEfyABIAMgAhBZIAApAzhWBUEACwRAIAAgAhAGCwsLCwsbACAAp8CsIACnwawgAMQgAUECRhsgAUEBRhsLPgECfyAAQez///8DSwRAAAsgAEEQahBSIgNBBGsiAkEANgIEIAJBADYCCCACIAE2AgwgAiAANgIQIANBEGoLNwEBf0HAACAAIAGFeadrIgJBP0sEQEIAJANCfyQEDwsgAEIBIAKthkIBfSIAQn+FgyQDIAAkBAsYACAAIAKEIAEgA4MiAEJ/hYMkAyAAJAQLTgAgACgCAEEBRwR+QgAFIAApAxgLUARADwsgACgCUEGAgICAeHEEQCAAQQA2AgQgAEEANgJQCyAAKAJQRQRAIwhBAWokCCAAIwg2AlALCywBAX8DQCABQQhIBEAjBiABQQAQCSMKIAFCABAOIAFBAWohAQwBCwsgACQFCxAAIxQgAGotAABBCHFBAEcLkgoCAX8CfgJAAkACQAJAAkACQAJAAkAgAkEBRwRAIAJBBUYNASACQQRGIAJBf0ZyDQICQCACQQprDgQFBAcGAAsMBwsgAwRAIAEgACgCSCICIAEoAkgiAyACIANLGyICNgJIIAAgAjYCSCABIAAoAkwiAiABKAJMIgMgAiADSRsiAjYCTCAAIAI2AkwgASAAKAJAIgIgASgCQCIDIAIgA0obIgI2AkAgACACNgJAIAEgACgCRCICIAEoAkQiAyACIANIGyICNgJEIAAgAjYCRCAAKQMQQv////8PgyAAKQMYQv////8PgyABKQMQQv////8PgyABKQMYQv////8PgxAoIAAjAyMEEEwgASMDIwQQTAUgASAAKQMwIgUgASkDMCIGIAUgBlYbIgU3AzAgACAFNwMwIAEgACkDOCIFIAEpAzgiBiAFIAZUGyIFNwM4IAAgBTcDOCABIAApAyAiBSABKQMgIgYgBSAGVRsiBTcDICAAIAU3AyAgASAAKQMoIgUgASkDKCIGIAUgBlMbIgU3AyggACAFNwMoIAApAxAgACkDGCABKQMQIAEpAxgQKCAAEE0gARBNCwwHCyABIAMQDUUEQCAAIAEhACEBCyMCQsAAg0IAUkEAIAEgAxANG0UNBiADBEAgASkDEKciASAAKAJIRgRAIAAgACgCSEEBajYCSAsgASAAKAJMRgRAIAAgACgCTEEBazYCTAsgASAAKAJARgRAIAAgACgCQEEBajYCQAsgASAAKAJERgRAIAAgACgCREEBazYCRAsFIAEpAxAiBSAAKQMwUQRAIAAgACkDMEIBfDcDMAsgBSAAKQM4UQRAIAAgACkDOEIBfTcDOAsgBSAAKQMgUQRAIAAgACkDIEIBfDcDIAsgBSAAKQMoUQRAIAAgACkDKEIBfTcDKAsLDAYLIAEgAxANRQRAIAAgASEAIQELIAEgAxANRQ0FIAEgAxCEASEFIAJBBEYEQCAFe0IBUg0GIAApAxAgACkDGCAFQgAQVQUjAkKAAYNCAFIEQCAAEBggABAQCyAAKQMQIAApAxggBUJ/hUIAEFgLIAMEQCAAIwMjBBBMBSAAEE0LDAULIAMEQCAAIAAoAkwiAiABKAJMIgMgAiADSRs2AkwgASAAKAJIIgAgASgCSCIBIAAgAUsbNgJIBSAAIAApAzgiBSABKQM4IgYgBSAGVBs3AzggASAAKQMwIgUgASkDMCIGIAUgBlYbNwMwCwwECyADBEAgACAAKAJMIgIgASgCTEEBayIDIAIgA0kbNgJMIAEgACgCSEEBaiIAIAEoAkgiASAAIAFLGzYCSAUgACAAKQM4IgUgASkDOEIBfSIGIAUgBlQbNwM4IAEgACkDMEIBfCIFIAEpAzAiBiAFIAZWGzcDMAsMAwsgAwRAIAAgACgCRCICIAEoAkQiAyACIANIGzYCRCABIAAoAkAiACABKAJAIgEgACABShs2AkAFIAAgACkDKCIFIAEpAygiBiAFIAZTGzcDKCABIAApAyAiBSABKQMgIgYgBSAGVRs3AyALDAILIAMEQCAAIAAoAkQiAiABKAJEQQFrIgMgAiADSBs2AkQgASAAKAJAQQFqIgAgASgCQCIBIAAgAUobNgJABSAAIAApAygiBSABKQMoQgF9IgYgBSAGUxs3AyggASAAKQMgQgF8IgUgASkDICIGIAUgBlUbNwMgCwwBCyABIAAgAhCDASADECwLCxAAIAAoAkQgAUEDdGooAgALGgAjCiAAIwogAEEDdGopAwBCASABrIaEEA4LoAEBAn8jPCIBBEAgAQ8LIAAoAjwgACgCQEYEQCAAKAJABH8gACgCQEEBdAVBCAsiAUEwbBAIIgIgACgCOCAAKAI8QTBs/AoAACAAKAI4IAAoAkBBMGwQFSAAIAI2AjggACABNgJACyAAKAI4IAAoAjxBMGxqIQEgACAAKAI8QQFqNgI8IAFBAEEw/AsAIAEjADYCACABIz02AgQgASQ8IAELOgEBfwNAIAAjBUwEQCMKIABBA3RqKQMAIwYgAEECdGo1AgCEQgBSBEBBAA8LIABBAWohAAwBCwtBAQuzAQEEf0EAECogACgCJCEAA0AgAARAQQAhAgNAIAIgACgCIEwEQCAAIAJBAnRqKAIAIQNBACEBA0AgAUEKSARAIANBMGogAUHgAGxqIgQoAgBBAUYEQCAEQQE2AlwLIAFBAWohAQwBCwtBACEBA0AgASADKAIESARAIAMgARAWBEAgAygCACABQfAAbGpBATYCXAsgAUEBaiEBDAELCyACQQFqIQIMAQsLIAAoAiQhAAwBCwsLPgAgAEEKSgRAQdMAIACsQgBCAEIAQgBCABAEGkEADwsgAEEKRgRAQRtCAEIAQgBCAEIAQgAQBBpBAA8LQQELMgECfyAAQQFqIQEjASAAQQN0aiICLQAAQQZGBH8gAigCBAUjASAAQQN0ai4BAgsgAWoLLgEBfwNAIAEjD0gEQCAAIwkgAUECdGooAgBGBEAgAQ8LIAFBAWohAQwBCwtBfwsQACAAQQRqIAFBAnRqKAIACzABAn8DQCABIzZIBEAgACM1IAFBMGxqIgIoAgBGBEAgAg8LIAFBAWohAQwBCwtBAAvJAgIEfwF+A0AgAiMQSARAIAAjIyACQQJ0aigCACIDQQh1QQJ0aigCACEEIANBgAFxBH8gBCgCACADQf8AcUHwAGxqBSAEQTBqIANB/wBxQeAAbGoLIgQgAUYEf0EBBSAEKAIAQQFHCwR/QQEFIAQoAlBB/////wdxIAEoAlBB/////wdxRwtFBEAgBCgCUEGAgICAeHEEf0EBBSABKAJQQYCAgIB4cQsEfyAEKAIEIAEoAgRGBUEBCwRAIAQgAUHgAPwKAAAFIAQ0AgQgATQCBH0hBiAEKAIEIQMgBCgCUCEFQcAJEAVBwAkgBhAGIAQgAUHgAPwKAAAgBCADNgIEIAQgBTYCUCAEQcAJEJkBIARBwAkQmAEgBCkDECAEKQMYQdAJKQMAQdgJKQMAEA8gBCMDNwMQIAQjBDcDGAsLIAJBAWohAgwBCwsLSQAgAVAgAFByBEBBAA8LIABCgICAgICAgICAf1EgAUJ/UXEgAUKAgICAgICAgIB/USAAQn9RcXIEQEEBDwsgACABfiABfyAAUgsnAQF/IABB/////wBLBEAACyAAQQJ0IgBBBxAmIgFBACAA/AsAIAELJwEBfyAAQf////8ASwRAAAsgAEECdCIAQQYQJiIBQQAgAPwLACABCyYAIAAgAn0iACABfCAAIAN9hSABhCADhCIBQn+FIACDJAMgASQEC00BAX8DQCABIAAoAiBMBEAgACABQQJ0aigCABBbIAFBAWohAQwBCwsgACgCOCAAKAJAQTBsEBUgACgCRCAAKAJMQQN0EBUgAEHsABAVC5sBAQF/IAAoAgAgAUHwAGxqIAJB4AD8CgAAIANBCEYEQCAAIAEQYAtBByECA0AgAkEHIANrSgRAIAAoAgAgAUHwAGxqQeAAaiACakEBOgAAIAJBAWshAgwBCwsDQCACQQBOBEAgACgCACABQfAAbGpB4ABqIAJqIgMtAAAiBEEARyAEQQNHcQRAIANBAjoAAAsgAkEBayECDAELCws9AQJ/A0AgAkEISARAIAAoAgAgAUHwAGxqQeAAaiACaiIDLQAAQQFGBEAgA0ECOgAACyACQQFqIQIMAQsLCxMAIAAoAgAgAUHwAGxqQQA2AgALogIBBX8gACgCICABKAIgRwR/QQEFIAAoAkggASgCSEcLBEBBAA8LA0AgBSAAKAIgTARAIAVBAnQiByAAaigCACIGKAIMIAEgB2ooAgAiBygCDEcEf0EBBSAGKAIYIAcoAhhHCwRAQQAPCyAFQQFqIQUMAQsLQQAkFUGAgICAfyQWA0AgAyAAKAJISARAIAAgAxAtIAEgAxAtECBFBEBBAA8LIANBAWohAwwBCwsDQCAEIAAoAiBMBEAgBEECdCIDIABqKAIAIAEgA2ooAgAgBCAAKAIgRgR/IAAoAiwFIAAgBEEBakECdGooAgAoAgwLIgMgA0EBaiAEIAAoAiBGBH9BAQUgAxArCxsgAhCpAUUEQEEADwsgBEEBaiEEDAELC0EBCy0AIAAgARCjAQR/IAAoAlAgASgCUBAgBUEACwR/IAAoAlQgASgCVBAgBUEACwu3AwEBfwJAIAJBAkYNACAAKAIARQRAQQEPCyAAKAIAIAEoAgBHBEBBAA8LAkACQCAAKAIAQf8BcSIDQQFHBEAgA0EFRiADQQRGciADQQhGIANBCkZycg0BIANBBkYNAwwCCyAAKAJcIAJyRQRAQQEPCyAAKAJQQYCAgIB4cSABKAJQQYCAgIB4cUcEQEEADwsgACgCUEGAgICAeHEEfyAAKAIEIAEoAgRHBUEACwRAQQAPCyAAIAEQZAR/IAApAxAgACkDGCABKQMQIAEpAxgQVwVBAAsEfyABKAJQIQEgACgCUCIABH8gAAUjFkEBaiQWIxYLIAEEfyABBSMWQQFqJBYjFgsQIAVBAAsPCyAAKAIAIAEoAgBGBH8gACgCBCABKAIERgVBAAsEfyAAKAIIIAEoAghGBUEACwR/IAAoAgwgASgCDEYFQQALBH8gACABEGQFQQALBH8gACkDECAAKQMYIAEpAxAgASkDGBBXBUEACwR/IAAoAlAgASgCUBAgBUEACwR/IAAoAlQgASgCVBAgBUEACw8LIAAgARBBDwsgACABEEEEfyAAKAJYIAEoAlhGBUEACwumBQIIfwF+EDAEQA8LIAAiBCgCMCECIwAhA0F/IQFBASEGA0ACQCAEKAI8IQUgA0EASARAIAQoAiBFBEAgBCgCACEBQQEhAANAIABBBUwEQCAAEBkEfyABQTBqIABB4ABsaigCAEEBRgVBAAsEQCABQTBqIABB4ABsakEBNgJcCyAAQQFqIQAMAQsLC0EAECoPCwNAAkAgBgRAQQAhBgUgAyABIAVBAEoEfyADIAQoAjggBUEBa0EwbGooAgBGBUEACwR/IAQoAjggBUEBa0EwbGoFQQALEKoBRQRAIAAQMQ8LCxAwBEAPCyADIgEgBCgCMEYEfyAFBH8gBUEBRgR/IAEgBCgCOCgCAEYFQQALBUEBCwVBAAsNACAFQQBKBH8gASAEKAI4IAVBAWtBMGxqKAIARgVBAAsEfyAEKAI4IAVBAWsiBUEwbGooAgQFIAFBAWsLIgNBAE4NASAAEDEPCwsgBCgCJCIERQ0AIwUhAQNAIAFBAE4EQCABIAQoAiBKBEAgABAxDwsgAUECdCIDIARqKAIAIQcjBiADaigCACEFQQAhAwNAIANBC0gEQCAFQQEgA3RxBEAgB0EwaiADQeAAbGoiCCgCAEEBRwR/QQEFIAgoAlwLBEAjBiABIwYgAUECdGooAgBBfiADd3EQCQUgCEEBNgJcCwsgA0EBaiEDDAELCyMKIAFBA3RqKQMAIQkDQCAJQgBSBEAgCXqnIQMgCSAJQgF9gyEJIAMgBygCBE4Ef0EABSAHIAMQFgsEfyAHKAIAIANB8ABsaigCXAVBAQsEQCABIAMQbgUgBygCACADQfAAbGpBATYCXAsMAQsLIAFBAWshAQwBCwsQMARADwUgAiEBIAQoAjQhAyAEKAIwIQIMAgsACwsQMEUEQCAAEDELC4cKAgh+An8gBSkDGFAiDyAFKQM4IgogBSkDMCIGUiAFKQMgIgsgBSkDKCIMUnJxIAsgDFVyIAYgClZyBEAgAxAFQQEPCwJAIAFFBEAgAEEBRgRAIAMQBUEBDwtBwQAgAqxCAEIAQgBCAEIAEAQaDAELIAQoAgBBgAJxBEBBxwAgAqwgBDQCACAENAIIIAQ0AgxCAEIAEAQaDAELIAQoAgBB/wFxIg5BCEYEfyAEKAIAQYDAAHEFQQALBEBBAQ8LIA5BAkYiAUUEQCAOQQRGIQELIAFFBEAgDkEFRiEBCyABRQRAIA5BBkYhAQsgAUUEQCAOQQdGIQELIAFFBEAgDkEIRiEBCyABRQRAIA5BCkYhAQsgAUUEQCAOQQlGIQELIAEEfyABBSAARSALQgEgDkEDRiAPcRtQcQtFBEBByQAgAqwgBDQCACAENAIIIAQ0AgxCAEIAEAQaDAELIAUpAxAhByAFKQMYIQhBgAsgBEHgAPwKAAAgBUGACygCABBFBH9BgAtBgAsoAgAQRQVBAAtFDQAgAyAFRiEBIANBgAsoAgA2AgAgA0HQCygCADYCUCADEBACQAJAAkACQCAABEAgAEEBRg0BIABBBUYgAEEERnIgAEEKRnINAgwDCyAPQYQLNAIAIAt8IgkgCcRRcQRAIANBoAspAwA3AyAgA0GoCykDADcDKCADQbALKQMANwMwIANBuAspAwA3AzggA0GQCykDADcDECADQZgLKQMANwMYIAMgCT4CBAwECyAMQagLKQMAfCENIAtBoAspAwB8IglBoAspAwCFIAkgC4WDQgBTBH9BAQUgDUGoCykDAIUgDCANhYNCAFMLBEAgA0KAgICAgICAgIB/NwMgIANC////////////ADcDKAUgAyAJNwMgIAMgDTcDKAsgCkG4CykDAHwiCSAKVCAGQbALKQMAfCIKIAZUcgRAIANCADcDMCADQn83AzgFIAMgCjcDMCADIAk3AzgLQZALKQMAQZgLKQMAIAcgCBAPIAMjAzcDECADIwQ3AxggA0GECygCADYCBAwDCyABBEBBzAAgAqxCAEIAQgBCAEIAEAQaDAQLIA5BBkYEQEHNACACrEIAQgBCAEIAQgAQBBoMBAsgD0GECzQCACALfSIJIAnEUXEEQCADQaALKQMANwMgIANBqAspAwA3AyggA0GwCykDADcDMCADQbgLKQMANwM4IANBkAspAwA3AxAgA0GYCykDADcDGCADIAk+AgQMAwtBqAspAwAgC30hCSAMQaALKQMAhUGgCykDACAMfSIMQaALKQMAhYNCAFMEf0EBBSALQagLKQMAhSAJQagLKQMAhYNCAFMLBEAgA0KAgICAgICAgIB/NwMgIANC////////////ADcDKAUgAyAMNwMgIAMgCTcDKAsgCkGwCykDAFYEQCADQgA3AzAgA0J/NwM4BSADQbALKQMAIAp9NwMwIANBuAspAwAgBn03AzgLQZALKQMAQZgLKQMAIAcgCBA7IAMjAzcDECADIwQ3AxggA0GECygCADYCBAwCC0HCACACrCAArEIAQgBCAEIAEAQaDAILQcgAIAKsIACsQgBCAEIAQgAQBBoMAQsgA0GICygCADYCCCADQYwLKAIANgIMIANB1AsoAgA2AlQgA0HYCygCADYCWCADQQA2AlwgA0GACygCABBFRQ0AIAMQCyADEBRBAQ8LQQALiAIAIAApAxhQBH8gACkDEEKAgICAAlkEf0EBBSAAKQMQQoCAgIB+VwsFQQALBEBBzwAgAawgACkDEEGICzQCAEGMCzQCAEIAQgAQBBpBAA8LIAA0AgRCgICAgAJZBH9BAQUgADQCBEKAgICAflcLBEBBwwAgAawgADQCBEGICzQCAEGMCzQCAEIAQgAQBBpBAA8LIAApAyBCgICAgICAgICAf1EEQEHOACABrEIAQYgLNAIAQYwLNAIAQgBCABAEGkEADwsgACkDIEKAgICAAlkEf0EBBSAAKQMgQoCAgIB+VwsEQEHLACABrCAAKQMgQYgLNAIAQYwLNAIAQgBCABAEGkEADwtBAQskACAAQQN1QQNxIgAEf0ECQQFBCCAAQQJGGyAAQQFGGwVBBAsLVAECfyM7IwBBAnRqIgIoAgAiAUUEQCACIAA2AgBBAQ8LIAAgAUcEfyAAEHIEf0EBBSABEHILBUEACwRAQcQAQgBCAEIAQgBCAEIAEAQaQQAPC0EBCz4AIABBCkoEQEHTACAArEIAQgBCAEIAQgAQBBpBAA8LIABBCkYEf0EbQgBCAEIAQgBCAEIAEAQaQQAFQQELCzYBAX8jDCABKAIIQQV0aiIFKAIcBEBBM0IAQgAQBxpBAA8LIAAgASACIAMgBTQCCCAEQQAQSgvWAQEBfiABKQMgIAKsfCEHIAEpAyBCAFMEfyABKQMgQoCAgICAgICAgH9RIAcgB8RSciAHQgBTcgVBAAsEQEE5IACsQgBCAEIAQgBCABAEGkEADwsgACABKQMgIAKsfCADIAQgBSAGEHFFBEBBOiAArEIAQgBCAEIAQgAQBBpBAA8LIAEpAzhCgICAgAJaBEBB7wAgAKxCAEIAQgBCAEIAEAQaQQAPCyAAIAEpAzggAqx8IAMgBCAFIAYQcUUEQEE1IACsQgBCAEIAQgBCABAEGkEADwtBAQsQACMUIABqLQAAQQRxQQBHCzgAIAAgACkDEEKAgICAcIMgAUL/////D4OENwMQIAAgACkDGEKAgICAcIMgAkL/////D4OENwMYCxAAIAAjBDcDGCAAIwM3AxALLwECfwNAIAFBBUwEQCAAQTBqIAFB4ABsaiICEAUgAkEANgIAIAFBAWohAQwBCwsLkAEBAn4gAEIBIAFBA3SshkIBfSICIAApAxCDNwMQIAAgACkDGCACgzcDGCACQn+FIgMgACkDMIMgACkDOCADg1EEQCAAIAApAzAgAoM3AzAgACAAKQM4IAKDNwM4BSAAQgA3AzAgACACNwM4CyAAIAApAzA3AyAgACAAKQM4NwMoIAFBBEgEQCAAEBALIAAQCwsRACAAENYBIAAQ1QEgABDUAQu+AwIBfgF/IAMEQCABIAEpAxBCgICAgHCDIAEpAxAiBUL/////D4OENwMQIAEgASkDGEKAgICAcIM3AxggASAFPgJAIAEgBT4CRCABIAU+AkggASAFPgJMBSABKQMQpyIDIAEpAxinciEGIABBBUYEQCABIAM2AkggAigCTCABKAJMSQRAIAEgAigCTDYCTAsFIABBBEYEQCACKAJIIAEoAkhLBEAgASACKAJINgJICwUgASADNgJICyABIAY2AkwLIAEoAkggASgCTEwEQCABIAEoAkg2AkAgASABKAJMNgJEBSABQYCAgIB4NgJAIAFB/////wc2AkQLCyAEBEAgASABKQMQEAYPCyABKQMQIAEpAxiEIQUgAEEFRgRAIAEgASkDEDcDMCACKQM4IAEpAzhUBEAgASACKQM4NwM4CwUgAEEERgRAIAIpAzAgASkDMFYEQCABIAIpAzA3AzALBSABIAEpAxA3AzALIAEgBTcDOAsgASkDMCABKQM4VwRAIAEgASkDMDcDICABIAEpAzg3AygFIAFCgICAgICAgICAfzcDICABQv///////////wA3AygLIAEQEyABECQLdwEEfyAAQfz///8DSwRAAAsjJUEEaiIBIABBE2pBcHFBBGsiAmoiAD8AIgNBEHRBD2pBcHEiBEsEQCADIAAgBGtB//8DakGAgHxxQRB2IgQgAyAEShtAAEEASARAIARAAEEASARAAAsLCyMlIAAkJSACNgIAIAELogEBAn8jDkGAwABOBEBBFSMOrEIAQgBCAEIAQgAQBBpBAA8LIw4jIUYEQCMhQQF0QcAAIyEbIgJBDGwQCCIDIyAjDkEMbPwKAAAjICMhQQxsEBUgAyQgIAIkIQsgABBeIgIgABBdIyAjDkEMbGoiAyACNgIAIAMgATYCBCADIwA2AggjDkEBaiQOIAAoAiQiAARAIAAgACgCKEEBajYCKAsgAgsSACAAIAKtiCQDIAEgAq2IJAQLGAAgACAChCIAJAMgASADhCAAQn+FgyQECxIAIAAgAq2GJAMgASACrYYkBAseACADIAFCf4WDQgBSBEBBAA8LIAAgAiABQn+Fg1ELIAEBfiAAIAKDIgQkAyAAIAGEIAIgA4SDIARCf4WDJAQLWQIBfwF+IAAgAYQiBCACWARAIAQPCyAAIAJWBEAgAA8LQcAAIAFCf4UiBCACIAB9IgKDeadrIQMgACACQn9CASADrYZCAX0gA0HAAEYbhCAEhEIBfCABg4QLYAEBf0HQCBAIIgNBAEHQCPwLACADIAA2AgwgAyABNgIUIAMgAjYCECADQQE2AiRBACEAA0AgAEELSARAIANBMGogAEHgAGxqIgEQBSABQQA2AgAgAEEBaiEADAELCyADCxkAIAAoAgAgACgCCEHwAGwQFSAAQdAIEBULVwEBfwNAIAIgACgCSEgEQCAAIAIQLSABRgRAIAAoAkQgAkEDdGogACgCRCAAKAJIQQFrIgFBA3RqKQMANwMAIAAgATYCSEEBDwsgAkEBaiECDAELC0EAC0YAIAAgASgCPDYCPCAAIAEoAjw2AkAgACABKAI8BH8gASgCPEEwbBAIBUEACzYCOCAAKAI4IAEoAjggASgCPEEwbPwKAAAL2QEBBn9B7AAQCCIBIABB7AD8CgAAA0AgAiAAKAIgTARAIAJBAnQiAyABaiAAIANqKAIAIQZB0AgQCCIFIAZB0Aj8CgAAIAUgBigCBDYCCCAFIAYoAgRB8ABsIgMEfyADEAgFQQALNgIAIAUoAgAgBigCACAD/AoAACAFNgIAIAJBAWohAgwBCwsgAUEANgI4IAFBADYCPCABQQA2AkAgASAAKAJINgJMIAEgACgCSAR/IAAoAkhBA3QQCAVBAAs2AkQgASgCRCAAKAJEIAAoAkhBA3T8CgAAIAELnQEBBH8gACABQQJ0aigCACEHIAIhBQNAIAMgBUoEQCAHKAIAQX8gBWsiCEEDdUHwAGxqQeAAaiAIQQdxai0AAEEDRgRAIAZBAWohBiAFQQFqIQUMAgsLC0EAIANrQQN1IQUDQCAFQX8gAmtBA3VMBEAgACABIAUQHyAFQQFqIQUMAQsLIAYgAyACa0YEQCAEEAUgBEIAEAYFIAQQBQsLGwAgACgCACABQfAAbGoiACAAKAJoQQJyNgJoCx4AQQFBACMCQoAEg0IAUiAAGyAAQQNGIABBAkZyGwv/AgEDf0EAJCsgBCAFckUEQEH0AEIAQgBCAEIAQgBCABAEGkEADwsgACABIAIgAyAEIAZBASMCQoCAgCCDQgBSQQEgCBsbIgoQY0UEQEEADwsgACACKAJYQQJ0aigCACEIIAIpAxhQBH8gAikDECADrHynIgYFQQAhByACKQMoIAOsfKchBiACKQMgIAOsfKcLIQUgBwRAIAQkK0EBDwsgBSEDA0AgAyAEIAZqSARAIAgoAgBBfyADayIJQQN1IgdB8ABsakHgAGogCUEHcWoiCy0AACIJQQJHBEBBAUEAIwJCgASDQgBSIAkbIAlBA0YbBEAgCgRAIAtBAjoAAAsFIAggBxAXBEAgCgRAIAgoAgAgB0HwAGxqEAUgCCAHED4LBSACKQMYUAR/Qd4AIAGsIAWsIAMgBWusIASsQgBCABAEBUHfACABrCACKQMQIAIpAxggAyAFa6wgBKxCABAECxpBAA8LCwsgACACKAJYIAcQHyADQQFqIQMMAQsLQQELqgIBAn4gACACKAJYQQJ0aigCACEAIAIpAxhQBH4gAikDECADrHwiBiAErHwFIAIpAyhCgICAgAJZBH9BAQUgAikDIEKAgICAflcLBEBB4wAgBUVFrSABrEIAQgBCAEIAEAQaQQAPCyACKQMgIAOsfCEGIASsIAIpAyggA6x8fAshB0EBIwJCgASDQgBSIAUbBH5CgHwFQgAgADQCBEIDhn0LIAZVIAZCAFlyIAdCAFVyIARBAEhyBEAgAikDGFAEQEHhACAFRUWtIAGsIAYgBKxCAEIAEAQaQQAPC0HkACAFRUWtIAGsIAIpAxAgAikDGCADrCAErBAEGkEADwsgAEIAIAZ9pyIBEJ4BIAEjHCAAKAIQIgBBAnRqKAIASgRAIxwgACABEAkLQQELhAEAIAApAzAgASkDMFgEfyAAKQM4IAEpAzhaBUEACwR/IAApAyAgASkDIFcFQQALBH8gACkDKCABKQMoWQVBAAsEfyAAKAJIIAEoAkhNBUEACwR/IAAoAkwgASgCTE8FQQALBH8gACgCQCABKAJATAVBAAsEfyAAKAJEIAEoAkROBUEACwtCACAAKAIAQQFHBH9BAQUgASgCAEEBRwsEf0EBBSAAKAJcCwR/QQEFIAEoAlwLBH9BAQUgACABEEELBEAPCyABEAULDwAjHyAAQQJ0aiABNgIACy0AIAAoAiQhAANAIAAEfyAAKAJUBUEBC0UEQCAAQQE2AlQgACgCJCEADAELCwtSAQF+IAAoAgAgAUHwAGxqKQNgIgJCgYKEiJCgwIABUQR/IAAgARAWBUEACwRAIAAoAgAgAUHwAGxqDwsgAkKChIiQoMCAgQJRBEBB4AgPC0EACxAAIABBGGogAUECdGooAgALIQAgABAvIgAgACgCCEEBcjYCCCAAIAE2AgwgACACNgIQCyQAIwVFBEBBAA8LIwYjBUEAEAkjCiMFQgAQDiMFQQFrJAVBAQvDAQEEfyAABH8gACgCFAVBAAtFBEAPCwNAIAFFIAIgACgCFEhxBEAgACACEGkiAUEIdSEEAn8gAUGAAXEEQCMKIARBA3RqKQMAQgEgAUH/AHGshoNCAFIMAQsjBiAEQQJ0aigCAEEBIAF0cUEARwshASACQQFqIQIMAQsLIAFFBEAPCwNAIAMgACgCFEgEQCAAIAMQaSIBQYABcQRAIAFBCHUgAUH/AHEQLgUgAUEIdSABQf8AcRARCyADQQFqIQMMAQsLC9EBAQR/IAFB/////wdxIQQgACgCICEBA0AgAUEATgRAIAAgAUECdGooAgAhA0EAIQIDQCACQQtIBEAgA0EwaiACQeAAbGoiBSgCAEEBRgR/IAQgBSgCUEH/////B3FGBUEACwRAIAFBACACIAUQbwsgAkEBaiECDAELC0EAIQIDQCACIAMoAgRIBEAgAyACEBYEQCAEIAMoAgAgAkHwAGxqIgUoAlBB/////wdxRgRAIAFBASACIAUQbwsLIAJBAWohAgwBCwsgAUEBayEBDAELCwsaACMKIAAjCiAAQQN0aikDAEJ+IAGsiYMQDgteACAAQQh0QYABQQAgARtyIAJyIQFBACEAA0AgACMQSARAIAEjIyAAQQJ0aigCAEYEQA8LIABBAWohAAwBCwsjEEEGRgRAIANBADYCUA8LIyMjECABEAkjEEEBaiQQCxIAIAAQBSAAIAEQBiAAIAEQBgtNACABIAKsfCADV0EAQQFBACAEIAIbIAJBAEobQQAgAUIAWRsbBEBBAQ8LQSlBNyAFQQFGG0EvIAUbIAMgASACrCAArEIAQgAQBBpBAAsZACAAQf8BcSIAQQdGIABBAkZyIABBC0ZyCxMAIABB/wFxIgBBC0cgAEECR3ELlwIBBX8jASMAQQN0aiIELQABQQ9xIQEgBC0AACIDQQdxQQNGIgIEfyAEKAIEBSMBIwBBA3RqLQABQQR2CwRAQecAIAKtQgBCAEIAQgBCABAEGkEADwsgAgR/IAAjASMAQQN0ai0AAUEEdhAaBUEBC0UEQEEADwsgACABEBpFBEBBAA8LIAAgACgCIEECdGooAgBBMGogAUHgAGxqKAIAIQQgAgR/IwEjAEEDdGotAAFBBHYFQX8LIQUjAkKAgIAIg0IAUkEBQQAgBEH/AXFBAkYgAhsbRQRAQeYAIAGsIASsQgBCAEIAQgAQBBpBAA8LIAAgASMBIwBBA3RqLgECIAMQRkEBIAVBAEEAEBtFBEBBAA8LIAQQRwuWAQAgASgCBEEASARAQcYAIACsIAE0AgQgATQCACABNAIIIAE0AgxCABAEGkEADwsgASgCBARAQcUAIACsIAE0AgQgATQCACABNAIIIAE0AgxCABAEGkEADwsgASkDGFAEfyABKQMQQgBSBUEBCwRAQdAAIAEpAxAgASkDGCABNAIAIAE0AgggATQCDEIAEAQaQQAPC0EBCxUAIAAgASACIAMgATQCCCAEQQIQSgt4AgF/AX4jDCAAKAIIQQV0aiEEIAApAyAgAax8IQUgAwR/IAQoAhBBgAFxBUEACwRAQTIgBDQCCCAFIAKsQgBCAEIAEAQaQQAPCyADBH9BAAUgBCgCEEGAAnELBEBBNCAENAIIIAUgAqxCAEIAQgAQBBpBAA8LQQELHgAgACABIAIgAyMMIAEoAghBBXRqNAIEIARBARBKCzgBAX8gAUL//wODpyICQQFGBEAgABAFDwsgACACEAogACABQiCHPgIIIAAgAUIQh0L//wODPgIMC3oBAn9B7AAQCCICQQBB7AD8CwAgAkF/QQAgABBaIgM2AgAgAxCFASABBEAgAyABEM4BRQRAQQAPCwUgA0GQAWpBAhAKCyACIwkgAEECdGooAgAiADYCMCMHQQJ0IgEQCCQfIx9BACAB/AsAIxEkMSMYJDIgAiAAEJsBCxAAIxQgAGotAABBAnFBAEcLPwECfyMBIABBA3RqLQAAIgFBB3EiAkEGRiACQQVGciABQYUBR3EgAUGVAUdxIAFBjQFHcQR/IAAQEgVBAQtFCyQAIwEgAEEDdGoiAC0AAEGFAUYEfyAALQABQQR2QQFGBUEACwsjACMBIABBA3RqIgAtAABBGEYEfyAALQABQQR2QQRGBUEACwsdACAAQQFqIgAjD0gEfyMJIABBAnRqKAIABSMHCwubAgEDfyACQQhKBEBBEyACrEIAQgBCAEIAQgAQBBpBAA8LIAFBASMcIABBAnRqKAIAIgEgAUEATBtBD2pBcHFqIgUjKkoEQCAFJCoLIAVBgARKBH8jEkEIcUEAIwJCgIDAAINCAFIbBUEBC0UEQEHdACACrCAFrEIAQgBCAEIAEAQaQQAPCyAAEH8hBCMJIABBAnRqKAIAIQEDQCABIARIBEACQCABEBIEf0EABSABEH0Ef0EBBSABEH4LC0UNACABIwEgAUEDdGooAgRqQQFqEDQiA0EASA0AIAEkACAAIANGBEBB0QAgAqxCAEIAQgBCAEIAEAQaQQAPCyADIAUgAkEBahCAAUUEQEEADwsLIAFBAWohAQwBCwtBAQu+AQEBfyAAQQBIIAAjB05yBH9BAQUgABASCwRAQQggAKxCAEIAQgBCAEIAEAQaQQAPCwNAIAEjD0gEQCAAIwkgAUECdGooAgBGBEBBAQ8LIAFBAWohAQwBCwsjD0GAAkYEQEETQoACQgAQBxpBAA8LIw8hAQNAIAFBAEoEfyAAIwkgAUEBa0ECdGooAgBIBUEACwRAIwkgASMJIAFBAWsiAUECdGooAgAQCQwBCwsjCSABIAAQCSMPQQFqJA9BAQs+ACAAJA0gASQ5IwAkOiMTQQAgAhAOIxNBASADEA4jE0ECIAQQDiMTQQMgBRAOIxNBBCAGEA4jE0EFIAcQDgtLAAJAAkACQAJAAkACQAJAAkACQCAAQQJrDgwBAAgIAwIICAUEBwYIC0ELDwtBCg8LQQ0PC0EMDwtBAw8LQQIPC0EHDwtBBg8LIAALGQAgAQR+IAApAxBC/////w+DBSAAKQMQCwsaAQF/IABB8AdqIgFBBhAKIAEgACgCFDYCWAuTAgECfyAAIwkgAUECdGooAgAQUyIDRQRAQQAPCyADIAMoAiBBAnRqKAIAIQQgAyMAIAEQiQEiAUUEQEEADwsgAgRAIAFBMGoiAkHgAGoQBSACQcABaiAEQdACakHgAPwKAAAFIAFBMGoiAkHgAGogBEEwaiIEQeAAakHgAPwKAAAgAkHAAWpBBRAKIAIgBCgCaDYCyAEgAkGgAmpBBBAKIAIgBCgCaDYCqAIgAkGAA2ogBEGgAmpB4AD8CgAACyABQQE2AhggAUEANgIgIAFBATYCJCADIAMoAlBBAWo2AlAgAyADKAIgQQFrQQJ0aigCACIBIAEoAhxBAWo2AhwgACAAKAIgQQJ0aigCAEEANgIcQQELGAAgACkDICABWQR/IAApAyggAlcFQQALCxAAIABBFGogAUECdGooAgALXwAgACgCIEEBakEITgRAQRMgACgCIEECaqxCAEIAQgBCAEIAEAQaQQAPCyABIAAoAiBBAWogAhBaIQEgACAAKAIgQQFqNgIgIAAgACgCIEECdGogATYCACABEIUBIAELywEBA38gACAAKAIgQQJ0aigCAEEwaiABQeAAbGoiASgCUCEDIAJBACABKAJUBH8gAyABKAJURgVBAAsbBEAgACADEFwaCwNAIAUgACgCIEwEQCAAIAVBAnRqKAIAIQRBACEBA0AgAUELSARAIARBMGogAUHgAGxqIAMgAhCLASABQQFqIQEMAQsLQQAhAQNAIAEgBCgCBEgEQCAEIAEQFwRAIAQoAgAgAUHwAGxqIAMgAhCLAQsgAUEBaiEBDAELCyAFQQFqIQUMAQsLC0kAIAAoAgBBgAJxBH8gASAAKAJQRwVBAQsEQA8LIAIEQCAAEAUgAEIAEAYgAEEBNgIABSAAIAAoAgBB/31xNgIAIABBADYCUAsLeAAgACAAKQMQQv////8PgzcDECAAIAApAxhC/////w+DNwMYIAAgADUCSDcDMCAAIAA1Akw3AzggACgCQEEATgR/IAAoAkRBAE4FQQALBEAgACAANAJANwMgIAAgADQCRDcDKAUgAEIANwMgIABC/////w83AygLC94CAgN+AX8gACkDGFAEQCAAIAApAxAgARAlIgI3AxAgACACNwMoIAAgAjcDICAAIAI3AzggACACNwMwIAAgAqciATYCRCAAIAE2AkAgACACpyIBNgJMIAAgATYCSA8LIAApAyggAUEDdCIFrIggACkDICAFrIhRBEAgACkDKCABECUiAyAAKQMgIAEQJSIEIAMgBFUbIgJCAFkgAyAEIAMgBFMbIgNCAFlGBEAgACADNwMgIAAgAjcDKCAAIAM3AzAgACACNwM4IAAgAz4CQCAAIAI+AkQgACADPgJIIAAgAj4CTCADIAIQJyAAIwM3AxAgACMENwMYDwsLIABCgH9CgIB+QoCAgIB4IAFBAkYbIAFBAUYbIgI3AyAgAEJ/IAJ9IgM3AyggAEIANwMwIABCfzcDOCAAIAI+AkAgACADPgJEIABBADYCSCAAQX82AkwgAEIANwMQIABCfzcDGAsTACAAIAGFIAAgACABfYWDQgBTC74BAQF/IAApAyAgASkDKBCOAQR/QQEFIAApAyggASkDIBCOAQsEQCAAQoCAgICAgICAgH83AyAgAEL///////////8ANwMoBSAAIAApAyAgASkDKH03AyAgACAAKQMoIAEpAyB9NwMoCyAAKQMwIAEpAzhUIgIgACkDOCABKQMwWnEgAiMCQgSDQgBSGwRAIABCADcDMCAAQn83AzgFIAAgACkDMCABKQM4fTcDMCAAIAApAzggASkDMH03AzgLC6oBAgJ+AX8gADQCRCABNAJAfSECIAA0AkAgATQCRH0iAxAdBH8gAhAdBUEACwRAIAAgAz4CQCAAIAI+AkQFIABBgICAgHg2AkAgAEH/////BzYCRAsgACgCSCABKAJMSSIEIAAoAkwgASgCSE9xIAQjAkIEg0IAUhsEQCAAQQA2AkggAEF/NgJMBSAAIAAoAkggASgCTGs2AkggACAAKAJMIAEoAkhrNgJMCwtLACAAQgiIQv+B/Ifwn8D/AIMgAEL/gfyH8J/A/wCDQgiGhCIAQhCIQv//g4Dw/z+DIABC//+DgPD/P4NCEIaEQiCKQsAAIAGsfYgLFQAgAEIAUgR/IAFCfyAAgFYFQQALCyAAIAAgASAAIAFTGyIAIAIgAyACIANTGyIBIAAgAVMbCyAAIAAgASAAIAFVGyIAIAIgAyACIANVGyIBIAAgAVUbC14AIABBgICAgHg2AkAgAEH/////BzYCRCABQR9LBH9BAQUgADUCTEIBQh8gAa19hlYLBEAgAEEANgJIIABBfzYCTAUgACAAKAJIIAF0NgJIIAAgACgCTCABdDYCTAsL+AgCAn8HfiAAIAMgARDbAUUEQCACEAUPCyACKQMYp0UiBARAIAMpAxinRSEECyACKQMYUCIFBEAgAykDGFAhBQsgBQR/IAIpAzAgAikDEFEFQQALBH8gAikDOCACKQMQUQVBAAsEfyADKQMwIAMpAxBRBUEACwR/IAMpAzggAykDEFEFQQALBEAgAikDECEGIAMpAxAhByACAn4CQAJAAkACQAJAAkACQAJAAkACQCAADgsAAQMJBQQHCAIJBgkLIAYgB3wMCQsgBiAHfQwIC0IAIAZ9DAcLIAYgB34MBgsgBiAHgwwFCyAGIAeEDAQLIAYgB4UMAwsgBiAHhgwCCyAGQv////8PgyAHiCAGIAeIIAEbDAELIAbEIAeHIAYgB4cgARsLIgZC/////w+DIAYgARsQBg8LAkACQAJAAkACQAJAAkACQAJAAkACQAJAIAAODQECBAAGBQgJAwAHAAoACwALIAIgAxCZASACIAMQmAEgAikDECACKQMYIAMpAxAgAykDGBAPIAIjAzcDECACIwQ3AxgMCQsgAiADEJABIAIgAxCPASACKQMQIAIpAxggAykDECADKQMYEDsgAiMDNwMQIAIjBDcDGAwIC0HACSACQeAA/AoAACACQgAQBiACQcAJEJABIAJBwAkQjwFCAEIAQdAJKQMAQdgJKQMAEDsgAiMDNwMQIAIjBDcDGAwHCyMCQhCDQgBSBEAgAikDECEIIAIpAxghCSADKQMQIQsgAykDGCEKA0AgCCAJhEIAUgRAIAhCAYOnBH4gBiAHIAsgChAPIwQhByMDBSAJQgGDpwR+IAYgByALIAoQDyMEIwMiDCAGhSAHhIQhByAGIAyDIAdCf4WDJAMgByQEIwQhByMDBSAGCwshBiAIQgGIIQggCUIBiCEJIAtCAYYhCyAKQgGGIQoMAQsLIAYkAyAHJAQFIAIpAxghCCADKQMYIQkgAikDECIHIAMpAxAiC34DQCAHIAiEQgBSBEAgB0IBg6cEfiAKIAZCACAJEA8jAyEKIwQFIAhCAYOnBH4gCiAGQgAgCSALhBAPIwMhCiMEBSAGCwshBiAHQgGIIQcgCEIBiCEIIAtCAYYhCyAJQgGGIQkMAQsLQgAgCiAGEA8LIAIjAzcDECACIwQ3AxggAiADENkBIAIgAxDYAQwGCyACKQMQIAIpAxggAykDECADKQMYEFggAiMDNwMQIAIjBDcDGCAAIAIgAyAEIAUQUQwFCyACKQMQIAIpAxggAykDECADKQMYEFUgAiMDNwMQIAIjBDcDGCAAIAIgAyAEIAUQUQwECyACKQMYIAMpAxiEIgZCf4UgAikDECADKQMQhYMkAyAGJAQgAiMDNwMQIAIjBDcDGCAAIAIgAyAEIAUQUQwDCyACIAEEfyADKAJIBSADKQMwpwsgARDaAQwCCyACIAEEfyADKAJIBSADKQMwpwsgARDXAQwBCyACIAEEfyADKAJIBSADKQMwpwsgARDcAQsgAQRAIAIQjAELIAIQCyACEBQLFQAgACAAIAF8IgCFIAAgAYWDQgBTC8QBAgF/An4gACkDICABKQMgEJcBBH9BAQUgACkDKCABKQMoEJcBCwRAIABCgICAgICAgICAfzcDICAAQv///////////wA3AygFIAAgACkDICABKQMgfDcDICAAIAApAyggASkDKHw3AygLIAApAzggASkDOHwiAyAAKQM4VCICIAApAzAgASkDMHwiBCAAKQMwVCIBRXEgASACciMCQgSDQgBSGwRAIABCADcDMCAAQn83AzgFIAAgBDcDMCAAIAM3AzgLC7ABAgJ+AX8gADQCRCABNAJEfCECIAA0AkAgATQCQHwiAxAdBH8gAhAdBUEACwRAIAAgAz4CQCAAIAI+AkQFIABBgICAgHg2AkAgAEH/////BzYCRAsgADUCTCABNQJMfCICQv////8PViIEIAA1AkggATUCSHwiA0L/////D1YiAUVxIAEgBHIjAkIEg0IAUhsEQCAAQQA2AkggAEF/NgJMBSAAIAM+AkggACACPgJMCwt0AQF/QawNJCVBgMAAQQQQJiIAQQBBgMAA/AsAIAAkGUEAJA1BMEEFECYiAEEAQTD8CwAgACQTQYACEDokCUGAAhA6JBxBCBA5JAZBwABBCBAmIgBBAEHAAPwLACAAJApBBhA6JCNB2AQQOSRCQdgEEDkkMwukAwECf0EAJCBBACQOQQAkISAAIQJBfyQkA0AgASMHTgR/QQEFIAEQEgsEQEHAAEIAQgBCAEIAQgBCABAEGkEADwsgASQAIykgAWpBAToAAEEAJDwjJCQ9IxFBAWokESMRIzhLBEBB7AAjOEEBaq1CAEIAQgBCAEIAEAQaQQAPCyMUIAFqLQAAQQFxBH9BAQUgARBLCwR/IAIQpgEiAEEASARAQQAPCyAAQQFGBH8jEkEBcQRAQQEgASACQQAQAAtBAQVBAAsFQQALIgBFBEAgARB7BEAgAhAvGgsjEkEBcQRAQQAgASACIAIoAiAQAAsgAhCcASEDIw0gA0F/RnIEQEEADwsgA0F+RgRAQQEhAAUgASQkIAMhAQsLIAAEQCACKAIkIQADQCAABEACQCAAIAAoAihBAWs2AiggACgCKEEASg0AIAAoAiQgACgCaARAIAAQPAshAAwCCwsLIAIQPCMORQRAQQEPCyMOQQFrJA4jICMOQQxsaiIAKAIAIQIgACgCBCEBIAAoAggkJCMSQQFxBEBBAiMkIAEgAhAACwsMAAsAC6YFAQZ/AkACQAJAAkACQCMBIwBBA3RqLQAAIgFBB3EiA0EERiADQQdGckUEQAJAIANBAWsOAwIDBAALIANBBUYgA0EGRnINBAwFCyMAQQFqQX8gABCtARsPCyMBIwBBA3RqIgEtAAAhBSABLQABIgFBD3EhAwJAIAAgAUEEdiIEEBoEfyADEEgFQQALRQ0AIAAgACgCIEECdGooAgBBMGoiBiAEQeAAbGooAgAgACAEIwEjAEEDdGouAQIgBRBGQQAgA0EAIAVBBXZBBEYQG0UNACAGIANB4ABsahAUEEchAgsjAEEBakF/IAIbDwsgABB0BH8jAEEBagVBfwsPCyABQQV2QQZGBH8gABCuAQUgABB0CyEAIwBBAWpBfyAAGw8LIxhBAWokGCABQYUBRgRAIwEjAEEDdGouAQIEf0EBBSMBIwBBA3RqLQABQQ9xCwRAQRRCAEIAQgBCAEIAQgAQBBpBfw8LIAAQ0AEPCyABQZUBRgRAIwEjAEEDdGooAgQEf0EBBSMBIwBBA3RqLQABQQR2CwR/QQEFIwEjAEEDdGotAAFBD3ELBEBBGUIAQgBCAEIAQgBCABAEGkF/DwsgABDPAQ8LIAFBBkYgAUEFRnIEQCMBIwBBA3RqLQABQQR2BH9BAQUjASMAQQN0ai0AAUEPcQsEf0EBBSABQQVGBH8jASMAQQN0aigCBAUjASMAQQN0ai4BAgsLBEBBHUIAQgBCAEIAQgBCABAEGkF/DwsgAUEFRgR/IwEjAEEDdGouAQIFIwEjAEEDdGooAgQLIwBBAWpqDwsgABDSAQ8LIAFBGEYEQCMAQQJqQX8gABCdARsPCyABQQV2IgBBAkYgAEEBRnIEf0EtQgBCABAHBUHAACABrEIAQgBCAEIAQgAQBAsaQX8L1AIBA38jASMAQQN0aiICLQABQQR2IQECQAJAIAIuAQINACACLQABQQ9xEDJFBEBBAA8LIAAgACgCIEECdGooAgBBMGojASMAQQN0aiIALQABQQ9xQeAAbGohAiAAKAIEIQAjASMAQQFqQQN0aigCBCEDAkACQAJAAkACQAJAIAEOBwABAgUDBQQFCyACIwEjAEEDdGo1AgQjASMAQQFqQQN0ajUCBEIghoQQcEEBDwsgAkEDEAogAiAANgIIQQEPCyACQQQQCiACIAA2AgggAiADNgIEQQEPCyMCQoCABINQDQIjACAAakEBahA0IgBBAEgNAiACQQkQCiACIAA2AghBAQ8LIAJCABBwIAJBBxAKIAIgADYCCCACIAM2AgwgAiACKAIAQYAEcjYCAAwCCwwBC0HzAEIAQgBCAEIAQgBCABAEGkEADwtB8ABCAEIAEAcaQQAL4QEBAn8gAUEHakEDdSICIAAoAgRMBEAPCyACIAAoAghKBEAgAiAAKAIIQQF0IgFKBEAgAiEBCyACQcAATCABQcAASnEEQEHAACEBCyABQfAAbBAIIgMgACgCACAAKAIEQfAAbPwKAAAgACgCACAAKAIIQfAAbBAVIAAgAzYCACAAIAE2AggLIAAoAgQhAQNAIAEgAkgEQCAAKAIAIAFB8ABsaiIDEAUgA0EANgIAIAAoAgAgAUHwAGxqQgA3A2AgACgCACABQfAAbGpCADcDaCABQQFqIQEMAQsLIAAgAjYCBAv2AgEFfyAAIAEoAlhBAnRqKAIAIQogASkDICACrHynIQkgASkDKCACrHynIANqIQYgBEEASCICBEAjASMAQQN0ai0AAEEHcUECRiECCyAFQQBHIgEEQCAFEB4hAQsgAUUEQCACBH8jASMAQQN0aigCBAVBAQtFIQELA0AgBiAJSgRAAkAgCigCAEF/IAlrIgNBA3UiB0HwAGxqQeAAaiADQQdxai0AACIFQQFGQQAgARsEfyAKIAcQFgVBAAsEQCAKKAIAIAdB8ABsaiICKQMYUAR+IAIpAxAFQgELUARAQQEhCAwCCwsgCiAHED8jAkKAgIACg0IAUgRAIAogBxA+C0EBIwJCgASDQgBSIAUbRQRAQeUAIwCsIAmsQgBCAEIAQgAQBBpBAA8LIAVBA0ZBACABGwRAQQEhCAwBCyAKKAIAIAdB8ABsakHgAGogA0EHcWpBAjoAAAsgCUEBaiEJDAELCyAEQQBOIAhxBEAgACAEEAwLQQELgwQCBX8BfiAAIAFBAnRqKAIAIQhBfyACayIKQQN1IQcgBEEASCIGBEAjASMAQQN0ai0AAEEHcUECRiEGC0EBIQkgAkEHcUUiAkEAIAUbBH8gBSgCAEEBRgVBAAsEfyADQQhGIwJCgAiDQgBScgVBAAsEQEHAACAFKQM4eadrIANBA3RNIgIjAkKAgIAQg0IAUnEEQCAFECkLIAggByAFIAMQPSACRQRAIAgoAgAgB0HwAGxqQQA2AlALBSACIAVFcSAGcSMCQoAgg0IAUnEEQCMBIwBBA3RqNAIEIQtBgAgQBUGACCALEAYgCCAHQYAIIAMQPQUgBQR/IAUoAgBBAUcFQQALBEAgA0EIRwRAQdwAQgBCAEIAQgBCAEIAEAQaQQAPCyABIAAoAiBHBH8gBSgCAEH/AXFBBkYFQQALBEBB2wBCAEIAQgBCAEIAQgAQBBpBAA8LIAggByAFIAMQPQUgCCAHED8gCCAHED4gA0EIRgRAIAggBxBgCyAFBH8gBRAeBUEACwR/QQAFIAYEfyMBIwBBA3RqKAIEBUEBCwsEf0ECBSAEQQBOBEAgACAEEAwLQQMLIQRBACECA0AgAiADSARAIAgoAgAgB0HwAGxqQeAAaiAKIAJrQQdxaiAEOgAAIAJBAWohAgwBCwtBACEJCwsLIAkEQCAAIAEgBxBqC0EBC+QEAQl/QQEhCSAAIAFBAnRqKAIAIghBfyACayILQQN1IgcQFwRAQQEhBkEHIQUDQCAFQQBKBH8gBSAIKAIAIAdB8ABsamotAF9BAUYFQQALBEAgBkEBaiEGIAVBAWshBQwBCwsgCCgCACAHQfAAbGohBSAGQQhHIANBCEdyBEAgBSgCAEEBRwRAQRpCAEIAQgBCAEIAQgAQBBpBAA8LIAAgASAHEB8gBEUEQEEBDwsgAkEHcUUgAyAGTHEgAyAGRiMCQoAQg0IAUnJxBEAgBCAFQeAA/AoAAEHAACAFKQM4eadrIANBA3RLBEAgBEEANgJQCwVBACEGA0AgAyAGSgRAAkAgCCgCACAHQfAAbGpB4ABqIAsgBmtBB3FqLQAAIg1BAUYEQCAMQQFqIQwMAQsgDRBhRQRAQeIAIAKsIAasIAOsQgBCAEIAEAQaQQAPCyAKQQFqIAogDUEDRhshCgsgBkEBaiEGDAELCyADIAxGBH4gBSkDGAVCAQtQBH4gBSkDEAVCAQtQIwJCgBCDQgBScQRAIAQQBSAEQgAQBgUgAyAKRiMCQoAQg0IAUnEEQCAEEAUgBEIAEAYFIAQQBQtBACEJCwsFIAAgASAHEB8gBARAIAQgBUHgAPwKAAALCwUDQCADIAVKBEAgCCgCACAHQfAAbGpB4ABqIAsgBWtBB3FqLQAAEGFFBEBB4gAgAqwgBawgA6xCAEIAQgAQBBpBAA8LIAVBAWohBQwBCwsgACABIAcQHyAEBEAgACABIAIgAiADaiAEEF8LQQAhCQsgBEEARyAJcQRAIAAgASAHEGoLQQELjgIBA38gACAAKAIgQQJ0aigCACEHIAUEQCAHQTBqIAZB4ABsakEAIAZBAE4bIQEgAikDGFAEQCAAIAIoAlggAyACKQMQp2ogBCAGIAEQoAEPCyAAIAIgAyAEIAYgARCfAQ8LIAIpAxhQBEAgACACKAJYIAMgAikDEKdqIAQgB0EwaiAGQeAAbGpBACAGQQBOGxChAQ8LIAZBAEgEQEHgACABrCACKQMQIAIpAxhCAEIAQgAQBBpBAA8LIAIpAyAgA6x8pyEIIAIpAyggA6x8pyAEaiEJIAIoAlghBSAAIAEgAiADIARBAEEAQQBBABBiRQRAQQAPCyAAIAUgCCAJIAdBMGogBkHgAGxqEF9BAQvUAQEEf0HQACECAkAgACABRg0AIABBB3EgAUEHcUYEQANAIABBB3EEQEEAIQMgAkUNAyAALQAAIgQgAS0AACIFayEDIAQgBUcNAyACQQFrIQIgAEEBaiEAIAFBAWohAQwBCwsDQCACQQhPBEAgACkDACABKQMAUQRAIABBCGohACABQQhqIQEgAkEIayECDAILCwsLA0AgAiIDQQFrIQIgAwRAIAAtAAAiBCABLQAAIgVrIQMgBCAFRw0CIABBAWohACABQQFqIQEMAQsLQQAhAwsgA0UL1AEBBH9B2AAhAgJAIAAgAUYNACAAQQdxIAFBB3FGBEADQCAAQQdxBEBBACEDIAJFDQMgAC0AACIEIAEtAAAiBWshAyAEIAVHDQMgAkEBayECIABBAWohACABQQFqIQEMAQsLA0AgAkEITwRAIAApAwAgASkDAFEEQCAAQQhqIQAgAUEIaiEBIAJBCGshAgwCCwsLCwNAIAIiA0EBayECIAMEQCAALQAAIgQgAS0AACIFayEDIAQgBUcNAiAAQQFqIQAgAUEBaiEBDAELC0EAIQMLIANFC8IBAQV/QQAkFSAAKAIgIQMDQCADQQBOBEAgA0ECdCICIABqKAIAIQQgASACaigCACEFQQAhAgNAIAJBC0gEQCACQeAAbCIGIARBMGpqIAYgBUEwamoQZSACQQFqIQIMAQsLQQAhAgNAIAIgBCgCBEgEfyACIAUoAgRIBUEACwRAIAQgAhAWBH8gBSACEBYFQQALBEAgAkHwAGwiBiAEKAIAaiAGIAUoAgBqEGULIAJBAWohAgwBCwsgA0EBayEDDAELCwu0CQELfyMAEEsiA0UEQCAAKAI8QShKIQMLQQEgAyMRIzFrQQhPIxgjMmtBAk9xGyEIIAAjPTYCNCAAIwA2AiwjHyMAQQJ0aigCACEBA0AgAQRAIAEoAlghAkEAIQkgASgCKEEASgRAIwAQKwRAIAEgAEEBEEAEfyAAEGdBAQVBAAshCQUCf0EAIAEoAiAgACgCIEcNABogASABKAIgQQJ0aigCACEGIAAgACgCIEECdGooAgAhBUEAIQoDQCAKQQtIBEBBACAKQeAAbCIHIAZBMGpqIAcgBUEwamoQpAFFDQIaIApBAWohCgwBCwtBAQsEfyABIABBAhBABUEACwR/IAEoAlAgACgCUEYFQQALBEBBIiMArEIAQgBCAEIAQgAQBBpBfw8LC0EAIAggAyAJckUjGCMya0EUSXEjESMxa0HkAElxGyEIBSABKAJURQRAAkBBACEGIAEoAmQNACABQQE2AmQDQCAGIAEoAiBMBEAgASAGQQJ0aigCACEFQQAhCgNAIAogBSgCBEgEQCAFKAIAIApB8ABsaigCaEEBcUUEQCAFIAoQPyAFKAIAIApB8ABsakIANwNgCyAKQQFqIQoMAQsLIAZBAWohBgwBCwsLCyABIAAgASgCVEVFEEAEQEEBIQkgASgCVARAIAAQZwsLCyAJBEAgASABKAJcQQFqNgJcQQAhCgNAIAogASgCIEwEQCAKQQJ0IgIgAWooAgAhAyAAIAJqKAIAIQJBACELA0AgCyADKAIESAR/IAsgAigCBEgFQQALBEAgAygCACALQfAAbGooAmhBAXEEQCAAIAogCxAfCyALQQFqIQsMAQsLIApBAWohCgwBCwsjABB7BEAgABAvGgsgASAAEKsBQQEPCyAIBEAgASABKAJgQQFqNgJgCyABKAJgQcAAQQMjABBLBH8gASgCKEEASgVBAAsbIgUgBSABKAJcbGpKBEAgBARAIAQgAjYCWAUjACACEGYLIxdBAWskFyABKAIoBEAgAUEBNgJoBSABEDwLBSABIQQLIAIhAQwBCwsgCEUEQEEADwsjESQxIxgkMgNAIAsgACgCIEwEQCAAIAtBAnRqKAIAIQJBACEBA0AgAUEKSARAIAJBMGogAUHgAGxqQQA2AlwgAUEBaiEBDAELC0EAIQEDQCABIAIoAgRIBEAgAigCACABQfAAbGpBADYCXCABQQFqIQEMAQsLIAtBAWohCwwBCwsgABBeIgMgABBdIAMjADYCLCADQQE2AiggA0EANgJcIANBADYCYCADQQA2AmQgA0EANgJoIANBADYCVCADIx8jAEECdGooAgA2AlgjACADEGYjL0EBaiQvIxdBAWokFyMXIzBKBEAjFyQwCyAAIAM2AiQgACMANgIwIABBADYCPEEAIQQDQCAEIAAoAiBMBEAgACAEQQJ0aigCACIBQQE2AihBACELA0AgCyABKAIESARAIAEoAgAgC0HwAGxqQQA2AmggC0EBaiELDAELCyADIARBAnRqKAIAIQJBACELA0AgCyACKAIESARAIAIoAgAgC0HwAGxqIgEgASgCaEF+cTYCaCALQQFqIQsMAQsLIARBAWohBAwBCwtBAAvRAgIEfwF+IAIgASgCBEghBCACQfAAbCIGIAAoAgBqKQNgIQggA0ECRgR/IAQEfyAIIAYgASgCAGopA2BSBUEBCwVBAAsEQEEADwsgCFAEQEEBDwsgCEKChIiQoMCAgQJRIwJCgASDQgBScQRAQQEPCyADQQJHIARxBEAgASACEGgiBkEAIAAgAhBoIgcbBEAgByAGIAMQQg8LCwNAIAVBCEgEQAJAIAAoAgAgAkHwAGxqQeAAaiAFai0AACIGBH8gBkECRiMCQoAEg0IAUnEFQQELDQAgBEUEQEEADwsgASgCACACQfAAbGpB4ABqIAVqLQAAIgdBA0YgBkECRnENACAGIAdHBEBBAA8LCyAFQQFqIQUMAQsLIAAgAhAXBH8gBAR/IAEgAhAXBUEACwR/IAJB8ABsIgIgACgCAGogAiABKAIAaiADEEIFQQALBUEBCwuzAQECfyMfIAFBAnRqKAIAIQEDQCABBEAgASgCKEEASgR/IAEoAiAgACgCIEYFQQALBEBBASECQQAhAwNAIAMgASgCIEwEQCACQQAgA0ECdCICIAFqKAIAKAIMIAAgAmooAgAoAgxGGyECIANBAWohAwwBCwsgAgR/IAEgASgCIEECdGooAgAoAhwgACAAKAIgQQJ0aigCACgCHEgFQQALBEAgAQ8LCyABKAJYIQEMAQsLQQALowEBAn8jGyACQQF0ai8BACEEQQAhAgNAIAJBC0gEQCAEQQEgAnRxBH8gAkHgAGwiBSAAQTBqaiAFIAFBMGpqIAMQQgVBAQtFBEBBAA8LIAJBAWohAgwBCwtBACECA0AgAiAAKAIESARAIAAgASACIAMQpwFFBEBBAA8LIAJBAWohAgwBCwsgA0ECRgR/IAAoAgQgASgCBEoFQQALBEBBAA8LQQELigYBBH8CQAJAIwEgAEEDdGoiBC0AACIDRQ0AIAQtAAEiBUEPcSEEIAVBBHYhBSACEGwgA0EHcSIGQQdGIAZBBEZyBEAgBBAZRQ0BIANBBHYiAEELRgRAIAQQISAFQQpHQQAgA0EIcRsEQCMFIAUQEQsFIAVBCkdBACADQQhxQQAgAEEIRyAAQQ1HcRsbBEAjBSAFEBELCwUgBkEBRgRAIAQQGUUNAiAEECEgAgR/IAIoAghBAXEFQQALRQ0CIAIoAgwgAigCEBAuBSAGQQNGIAZBAkZyBEAgBBAZDQQgAgR/IAIoAghBAXEFQQALRQ0DIwogAigCDEEDdGopAwBCASACNAIQhoNQDQMgAigCDCACKAIQEG4gBkEDRgRAIwUgBRARCwUgBkEGRiAGQQVGcgRAIANBhQFGBEAgBUEBRgRAIAAjASAAQQN0aigCBGpBAWoQNgRAIwYjBUECdGooAgBBPnENCEEAECEMBwsjBiMFQQJ0aigCACIAQUFxBH9BAQUjCiMFQQN0aikDAEIAUgsNBxBrRQ0HIwYjBSAAIwYjBUECdGooAgByEAkMBgsgACABQQFrR0EAIAUEf0EABSAAECsLGwRAIwYjBUECdGooAgBBQXEEf0EBBSMKIwVBA3RqKQMAQgBSCw0HEGsPC0EAECEjBiMFQQJ0aigCAEE+cQ0GBSADQZUBRgRAIAFBAE4EfyABECsFQQALBEAjBiMFIwYjBUECdGooAgBBQXEQCQsjBiMFQQJ0aigCAEE+cQ0HIAFBAEoiAARAIwEgAUEBa0EDdGotAABBhQFGIQALIAAEQCMBIAFBAWtBA3RqLQABQQR2QQFGIQALIAAEQEEAEBkhAAtBABAhIwVBB0YEf0EABSMFQQFqJAVBAQtFDQcgAARAIwVBABARCwwGBSADQY0BR0EAIANBCHEbBEAgBBAZBH9BAQUgBRAZC0UNByMFIAUQESMFIAQQEQsLCwUgBkUEQCAEEBlFDQUgBBAhIANBGEcNBgsLCwsLIAIQbEEBDwtBAQ8LQQALygEBBH8gASgCIBAqA0AgAyAAKAIgTARAIAAgA0ECdGooAgAhBEEAIQIDQCACQQpIBEAgBEEwaiACQeAAbGoiBSgCAEEBRgR/IAUoAlwFQQALBEAgAyACEBELIAJBAWohAgwBCwtBACECA0AgAiAEKAIESARAIAQgAhAXBH8gBCgCACACQfAAbGooAgBBAUYFQQALBH8gBCgCACACQfAAbGooAlwFQQALBEAgAyACEC4LIAJBAWohAgwBCwsgA0EBaiEDDAELCyABEEMLwQQCBH8BfiMBIwBBA3RqIgIuAQIhAwJAIAItAABBCHFBAEciBARAIANFIgJFBEAjAkKAwACDQgBSBH9BASABQQAgA0EgRhsgA0EQRiADQQhGchsFQQALIQILIANBAUZBACABGwR/IwEjAEEDdGooAgQFQQALBEBB8ABCAEIAEAcaQQAPC0EAIAIjASMAQQN0aiICKAIEG0UNASAAIAItAAFBBHYQIkUEQEEADwsFQQEgAyMBIwBBA3RqLQABQQR2Gw0BCyMBIwBBA3RqLQABQQ9xEDJFBEBBAA8LIABBMGojASMAQQN0aiIFLQABQQ9xQeAAbGohAiAERQRAIAEEfiAFNAIEBSMBIwBBA3RqNQIECyEGIAIQBSACIAYQBkEBDwsgAEEwaiMBIwBBA3RqLQABQQR2QeAAbGohACADQQEgARtFBEAgABApIAIgAEHgAPwKAABBAQ8LIAAoAgBBAUcEQCACEAUFIAEEQCAAKQM4QgEgA0EBa6yGVCIEBEAgABApCyACIABB4AD8CgAAIARFBEAgAkEANgJQCyACIANBA3UQjQEFIAMEQCAAKQM4QgEgA0EBa6yGVCIEBEAgABApCyACIABB4AD8CgAAIARFBEAgAkEANgJQCyACIANBA3UQ0wEFQcAAIAApAzh5p2tBIE0iAwRAIAAQKQsgAiAAQeAA/AoAACADRQRAIAJBADYCUAsLCwsgAUUEQCACEIwBIAIQCwsgAhAUQQEPC0E8QgBCAEIAQgBCAEIAEAQaQQALpwoCCH8BfiMBIwBBA3RqIgItAAAiB0EEdiEFIAdBB3FBB0YhASAAIAAoAiBBAnRqKAIAIQggAi0AAUEPcSEEIAVBC0YEQCAIIAEQrAEPCwJAAkAgBUEIRiICIAVBDUZyBEAgAgRAIAdBCHEEf0EBBSMBIwBBA3RqLQABQQR2CwR/QQEFIwEjAEEDdGouAQILBH9BAQUjASMAQQN0aigCBAsEQEE9QgBCAEIAQgBCAEIAEAQaDAQLBSMBIwBBA3RqIgAoAgQhAiAALQABQQR2BH9BAQUjASMAQQN0ai4BAgsEf0EBBSACQSBHIAJBEEdxIAJBwABHcQsgAQR/QQAjAkKAwACDQgBSIAdBCHEbBUEBC0VyDQILIAggBBAiBH8gBBAyBUEAC0UNAiAIQTBqIARB4ABsaiEAIwJCgAKDQgBSIQIgBUEIRgR/IAAoAgBBAUYFQQALIAJxBEBBCCABRSAAIAAQlgEgAEEANgJQBSMCQoCAgAGDQgBSIQIgBUENRgR/IAAoAgBBAUYFQQALIAJxBEAgB0EIcUEARyABciIBIwEjAEEDdGooAgQiAkHAAEhyBEAgAEEANgJQCyABBEAgACAAKQMQIAIQkQE3AxAgACAAKQMYIAIQkQE3AxggABAYIAAQEAsgAkHAAEgEQCAAIAJBA3UQTwUgABALCyAAEBQFIAAQBQsLQQEPCyAFQQ1LBEBBAiAHrEIAQgBCAEIAQgAQBBoMAgsjASMAQQN0ai4BAiEGIAVBA0YiAkUEQCAFQQlGIQILIAZBAEciAwRAIAIgBkEBRnEjAkKAwACDQgBScUUhAwsgB0EIcUEARyIGBH9BASADIwEjAEEDdGooAgQbBUEBIAMjASMAQQN0ai0AAUEEdhsLBEBBA0IAQgBCAEIAQgBCABAEGgwCCyAGBH8gCCMBIwBBA3RqLQABQQR2ECIFQQELRQ0BIAggBBAiRQ0BIAZBASACGwR/QQEFIwEjAEEDdGooAgQLRQRAQRdCAEIAQgBCAEIAQgAQBBoMAgsgBkUgBUEHRiAFQQZGciAFQQxGcnEEQCMBIwBBA3RqKAIEIgJBAEggAkHAAEEgIAEbTnIEQEHXACACrEIAQgBCAEIAQgAQBBoMAwsLIAQQMkUNASAIQTBqIgMgBEHgAGxqIQdBoAohAiAGBEAjASMAQQN0ai0AAUEEdkHgAGwgA2oiAigCAEEBRwRAIAcoAgBBAUcEQCAFQQFGBEAgBxAFQQEPC0HKACAErCAFrEIAQgBCAEIAEAQaDAQLIAAgBBAMIAUgASAEIAcgAiAHEEQPCyAHKAIAQQFHBEAgACMBIwBBA3RqLQABQQR2EAwgBSABIAQgByAHIAIQRA8LIAcoAlwEQCAAIwEjAEEDdGotAAFBBHYQDAsFIwEjAEEDdGo0AgQhCUGgChAFQaAKIAkQBiAHKAIAQQFHBEAgBSABIAQgByAHQaAKEEQPCwsgAikDECEJIAVFIgAEQCABIQALIAAEQCACKQMYUCEACyAABEAgBygCUEEARyEACyAFIAFFIAcgAiAHRgR/QaAKIAJB4AD8CgAAQaAKBSACCxCWASMCQoCAAYNCAFJBACAAGwR/IAcoAlBBgICAgHhxBUEBC0UgCUL/////B1hxBEAgByAHKAJQQYCAgIB4cjYCUCAHIAk+AgQFIwJCgIABg0IAUkEAIAAbBEAgB0EANgIECyAHQQA2AlALQQEPC0EYQgBCAEIAQgBCAEIAEAQaQQAPC0EAC9AEAQd/IwEjAEEDdGoiAigCBCEEIAItAAEiA0EPcSEBIANBBHYhBSACLQAAEEYhAiAAIAAoAiBBAnRqKAIAIQYCQCAEQZACRiIDIARBgAJGIgdyBEAgAwR/IAAgBRAaBUEBC0UNASAAIAUgASAHGyIDEBpFDQEgBEGAAkYEfyABEEgFQQELRQ0BIAZBMGogA0HgAGxqKAIAIgYQc0UEQEEGIAOsIAasQgBCAEIAQgAQBBpBAA8LIAAgAyMBIwBBA3RqLgECIAIgBEGQAkYgASAFIARBgAJGG0EBQQAQG0UNASAGEEcPCyAEQfEBRyAEQeEBR3EgBEF+cSIDQQBHcSADQcAAR3EgA0HQAEdxIANBoAFHcQRAQQUgBKxCAEIAQgBCAEIAEAQaQQAPCyACQQRIBEBBB0IAQgBCAEIAQgBCABAEGkEADwsgACAFEBoEfyAAIAEQGgVBAAtFDQAgBEHxAUYEfyAAQQAQGgVBAQtFDQAgBkEwaiABQeAAbGooAgAiAxBzRQRAQQYgAawgA6xCAEIAQgBCABAEGkEADwsgBUF/IARBAXEbQQAgBEHxAUcbIgRBAE4EfyAEEEgFQQELRQ0AIAAgASMBIwBBA3RqLgECIAJBAEF/QQFBABAbRQ0AIARBAE4EQCAAIAEjASMAQQN0ai4BAiACQQAgBEEBQQAQG0UNASADQf8BcUEGRgRAIAZBMGogBEHgAGxqIgMQBSACQQhIBEAgAyACEE8LCwsgACABIwEjAEEDdGouAQIgAkEBQX9BAUEAEBsPC0EAC9sCAQF+AkAgASgCAEGAAnEEQEEkIACsIAE0AgAgATQCCCABNAIMQgBCABAEGgwBCyACIAEoAgRqIgJBAEgEQEEJIACsIAE0AgggATQCDCACrEIAQgAQBBoMAQsgASkDGFAEfyABKQMQQgBSBUEBCwRAQQ0gAKwgATQCCCABNAIMIAKsIAEpAxAgASkDGBAEGgwBCyABKAIAQYAQcQRAQQwgAKwgATQCCCABNAIMIAKsQgBCABAEGgwBCyABKAIAQYAgcQRAQQogAKwgATQCCCABNAIMIAKsQgBCABAEGgwBCyAEBEBBDkIAQgBCAEIAQgBCABAEGgwBCyABKAIMIAEoAgggAiADEAMiBkL//wODpyIARQRAQQsgATQCCCACrCADrCABNAIMIAZCIIdCABAEGgwBCyAAQf//A0YEQEHwAEIAQgAQBxoMAQsgBQRAIAUgBhB5C0EBDwtBAAsEACMvCwQAIzALDQAjCSAAQQJ0aigCAAueAgECfyAAKQMAJAIgACgCCCQBIAAoAgwkByAAKAIQJAwgACgCFBogACgCGCQaIAAoAhwkJiAAKAIgJDUgACgCJCQ2IAAoAigkEiAAKAIsJDggACkDMCQnIAApAzgkKCAAKAJAJDdBACQNQQAkOUF/JDpBACQIQQAkEUEAJBhBACQvQQAkMEEAJBdB4AgQBUEBJAhBASQWIwdFBEBB7QBCAEIAQgBCAEIAQgAQBBojDQ8LEMcBRQRAIw0PCxDJAUEAIQADQCAAIzZIBEAjNSAAQTBsaiIBKAIAEDQiAkEASgR/IAIgARB6BUEBC0UEQCMNDwsgAEEBaiEADAELC0EAQQAQekUEQCMNDwtBACQAQQAkKkEAQQBBARCAARojDQs3AQF/IzRFBEBBEBBSQR9qQXBxJDQLIzQkIgNAIABBgBBIBEAjGSAAQQAQCSAAQQFqIQAMAQsLCxYAIABBD2pBcHEgACAAQfD/AUsbEAgLDAAjKSAAai0AAEVFCwcAIxJBAnELBAAjEQsEACMPCwQAIzoLCQAjOUEAIw0bCyMBAX8gACMTIgFBFGsoAhBBA3ZPBEAACyABIABBA3RqKQMACwQAIyoLDQAjHCAAQQJ0aigCAAsEACMAC4IFAgF+AX8gAUEwaiEBAkACQAJAAkACQAJAAkACQAJAIAIoAhgiBQ4LAQMHAAAAAAAAAAIACyAFQQNGIAVBBEZyDQMgBUEFRg0EIAVBBkYNBQwHCyABEAUMBQsgARAFIzcEQCABQgA3AzAgASM3QQFrIgCtIgQ3AzggAUIANwMgIAEgBDcDKCABQQA2AkggASAANgJMIAFBADYCQCABIAA2AkQgARALCwwECyABEAUgASMsNwMoIAEjLD4CRCABQoFgNwMgIAFBgWA2AkAgARALDAMLIwtBAEgEQEE/QgBCAEIAQgBCAEIAEAQaQQAPCyMMIwtBBXRqIgAoAhwEQEEzQgBCABAHGkEADwtBACACKAIYQQRGIANBAUYjLkIAWXEEfyMuIAA1AgxTBUEACxsgACgCGEEATgRAIAFBAxAKIAEgACgCGDYCCAUgAUEEEAogASMLNgIICyABIz42AgwEQCABIAEoAgBBgAJyNgIAIwhBAWokCCABIwg2AlAgACgCGEEATgRAIwhBAWokCCABIwg2AgwLCwwCCyABQYgKEAogASM/PgIIIwhBAWokCCABIwg2AlAgASABKAJQNgJUIAEoAlAhASAAKAJIIAAoAkxGBEAgACgCTAR/IAAoAkxBAXQFQQILIgJBA3QQCCIDIAAoAkQgACgCSEEDdPwKAAAgACgCRCAAKAJMQQN0EBUgACADNgJEIAAgAjYCTAsgACgCRCAAKAJIQQN0aiABNgIAIAAoAkQgACgCSEEDdGojADYCBCAAIAAoAkhBAWo2AkgMAQsgAUGHgAEQCiABIAIoAhw2AgggASACKAIgNgIMC0EBDwtBISADrEIAEAcaQQALxwEBBH8gACABEFxFBEBB8gAjLaxCAEIAQgBCAEIAEAQaQQAPCwNAIAQgACgCIEwEQCAAIARBAnRqKAIAIQNBACECA0AgAkELSARAIAEgA0EwaiACQeAAbGoiBSgCVEYEQCAFEAULIAJBAWohAgwBCwtBACECA0AgAiADKAIESARAIAMgAhAXBH8gASADKAIAIAJB8ABsaigCVEYFQQALBEAgAygCACACQfAAbGoQBQsgAkEBaiECDAELCyAEQQFqIQQMAQsLQQELvwQBBH8CQCMBIwBBA3RqKAIEIgJBAEggAiMmTnIEQEEfIAKsQgBCAEIAQgBCABAEGgwBCyMaIAJBMGxqIgMoAgBBAkYEQEEgIAKsQgBCAEIAQgBCABAEGgwBCyADKAIAQQNGBH9BAAUjEkECcUEBIAMoAiQbC0UEQEEeIAKsQgBCAEIAQgBCABAEGgwBCyADKAIAQQFHBEAgAygCAAR/QSEgAqxCABAHBUEfIAKsQgBCAEIAQgBCABAECxoMAQtBfyQLQQAkPkIAJD9CACQsQQAkHUEAJC1BACRAQQAkQUF/JB5CfyQuIAAgACgCIEECdGooAgAhBEEBIQEDQCABQQVMBEAgACABIAMgAUEBaxA1IAFBAUoEfyADIAFBAmsQNQVBAAsgAhDFAUUNAiABQQFqIQEMAQsLIwtBAE4EQCADKQMoIwwjC0EFdGooAgAiAayIQgGDUARAIx5BAE4Ef0EPIAGsQgBCAEIAQgBCABAEBUEwIAGsIAKsQgBCAEIAQgAQBAsaDAILC0EAIQEDQCABI0FIBEAgACNAIAFBAUEBQX9BAEEAEBtFDQIgAUEBaiEBDAELCyMdQQAjLRsEfyAAIx0QwQEFQQELRQ0AIx5BAE4EQCACQbUBRgRAIAQoApABQQFHBEBBISACrEIAEAcaDAMLIABBARAMIAQpA8gBIAQ0AhxWBEAgACMeQQEQhgFFDQMFIARBADYCHAsFIAAjHkEAEIYBRQ0CCwsgBBBOIAAgBCADIAIQwAEPC0EAC6kCAQV/IAEoAgBBBkcEfkIBBSABKQMYC1BFBEBCfw8LQX8gASgCBCABKQMQp2prIgNBA3UhBSADQQdxIQQgBSAAIAEoAlhBAnRqKAIAIgYoAgROBEBCfw8LIAQhAwNAIANBAE4EfyAGKAIAIAVB8ABsakHgAGogA2otAABBA0YFQQALBEAgB0EBaiEHIANBAWshAwwBCwsgAiAHTARAQgAPCyAGIAUQFkUEQEJ/DwtBACEDA0AgBEEATgR/IAYoAgAgBUHwAGxqQeAAaiAEai0AAEEBRgVBAAsEQCADQQFqIQMgBEEBayEEDAELCyACIANHBEBCfw8LIAYoAgAgBUHwAGxqIgIpAxhQRQRAQn8PCyABKAJYIAAoAiAQKiAFEC4gABBDIAIpAxALgAIBAX8gACAAKAIgQQJ0aigCAEEwaiABQeAAbGoiBCgCAEEBRwRAQQQgAawgBDQCACACrCAENAIIIAQ0AgxCABAEGkEADwsgBCkDOCQsIAQpAyBCAFMEQEHYACABrEIAQgBCAEIAQgAQBBpBAA8LIAJB/wFxQQpGIgJFIAQpAzBQcQRAQdoAIAGsIAQpAzAgBCkDOEIAQgBCABAEGkEADwsgBCkDOEKAgICAAloEQEHZACABrEIAQgBCAEIAQgAQBBpBAA8LIAAgAUEBayAEKQM4pyACIANB/wFxQQdGIgIgAgR/IAQpAxhQBSACCyADECNFBEBBAA8LIAAgARAMQQEL6QoCBn8BfgJAAkACQAJAIAJB/wFxIgdFDQAgACAAKAIgQQJ0aigCAEEwaiABQeAAbGoiBigCAEUEQEE+IAGsQgBCAEIAQgBCABAEGgwECyAHQQFGDQAgBigCAEH/AXEhCCACQYACcUEARyIFBEAgBhAeIQULIAVFBEACfwJAAkACQAJAAkACQAJAAkAgB0ECRwRAIAdBA0YNASAHQQRGIAdBBUZyIAdBCEYgB0EGRnJyIAdBB0YgB0EPRnJyDQIgB0EJRiAHQQpGcg0DAkAgB0ELaw4HBQcICQAEBgALDAwLIAYoAgBBAkYMCAsgBigCAEEDRgwHCyAGKAIAIgRB/31xIAQgAkGAAnEbIgRB/3txIAQgAkGABHEbIQogAkH/AXEiCUEERiIERQRAIAlBBUYhBAsgBEUEQCAJQQhGIQQLAn9BASAKQQRGIApBBkZyIApBBUZyDQAaQQAjAkKAgBCDQgBSQQEgBBtFDQAaIApBiAhGIApBCEZyIApBCkZyIApBh4ABRnILDAYLIAYoAgBBAUYMBQsgBigCAEGICEYMBAsgBigCAEEERgwDCyAGKAIAQQlGDAILIAYoAgBBBkYMAQsgCEEHRwR/QQAFIAYoAgBBgMIAcQR/QQAFIAYoAgwgBigCCCAGKAIEIAQgARACIglBAEgNBSAJQQFGCwsLRQRAQQQgAawgBjQCACACrCAGNAIIIAY0AgxCABAEGgwFCyAHQQtGBEAgBigCBAR+QgEFIAYpAxgLUAR/IAYpAxBCAFIFQQELBEBB1AAgAaxCAEIAQgBCAEIAEAQaDAYLBSAIQQNGIAhBAkZyIAhBCUZyBEAgASAGEHVFDQYLCwsgB0ELRgRAIAYoAlQEf0EBBSAGEB4LRQRAQfIAIAGsQgBCAEIAQgBCABAEGgwFCyABJC0LIAYoAlQEQCMdBEBB7gAgAawgBjUCVCMdrUIAQgBCABAEGgwFCyAGKAJUJB0LIAdBBkdBACAFGw0AAkACQAJAAkACQAJAAkACQCAHQQNHBEAgB0EERg0BIAdBBUYgB0EIRnINAiAHQQ9GDQMgB0EJRiAHQQpGcg0EAkAgB0EMaw4GBwAAAAYIAAsMCAsgBigCCCQLIAYoAgwkPgwICyMLQQBIDQkgACABIwwjC0EFdGooAgRBAEEAQQAgAhAjRQ0KIwJCgIAIg0IAUgRAIwwjC0EFdGoiASgCACICQQZGIAJBAkZyBEAgACAGIAEoAgQQwwEkLgsLDAcLIwtBAEgNCCMMIwtBBXRqKAIcBEBBM0IAQgAQBxoMCgsgACABIwwjC0EFdGooAghBACAHQQhGIgAgACACECMPCyAGKAIEQQdxBH9BAQUgBikDECAGKQMYhEIHg0IAUgsEQEE7IAisIAYpAxAgBikDGCAGNAIEQgBCCBAEGgwJCyAAIAFBCEEAQQFBASACECMPCyAAIAEgAiADEMQBDwsgBikDGFBFBEBBASABrEIAQgBCAEIAQgAQBBoMBwsgBikDECQ/IAAgARAMDAMLIAYoAggkHgwCCyMMIAYoAghBBXRqIgIoAhBBgAFxBH8gAigCFAVBAAtFBEBB6gAgAaxCAEIAQgBCAEIAEAQaDAULIAYpAxhQRQRAQekAIAGsQgBCAEIAQgBCABAEGgwFCyABIAYgBigCBCACKAIIIAYpAxAgBjQCBHwiC6drQQAQSUUNBCALpyEAA0AgACACKAIISARAIAAgAigCFGotAABFDQMgAEEBaiEADAELC0HoAEIAQgBCAEIAQgBCABAEGgwEC0EBDwtBAQ8LQSEgBKxCABAHGgwBC0E/QgBCAEIAQgBCAEIAEAQaQQAPC0EAC68DAQR/QQEjASAAQQN0aiICLQABIgNBD3F0IQFBASADQQR2dCEDAkACQAJAAkACQAJAAkAgAi0AACICQQdxIgQOBAEGAgMACyAEQQRGIARBB0ZyDQMMBAtB/48EIAFBEHQgAkEYRxsPCyABDwsgAkEFdkEGRwRAIAEgA3IPCyMBIABBA3RqKAIEIgBBgAJGDQIgAEGQAkYEQCABIANyDwsgAEHxAUYEQCABQQFyIANyQYCABHIPCyABIANyIANBEHRBACAAQQFxG3IPCyADQQAgAkEEdiIAQQ1HQQAgAkEIcRsbIAFBACAAQQtHG3IgAUEQdHIPCyACQQZGIAJBBUZyBEBBAA8LIAJBlQFGBEBBAQ8LIAJBhQFGBEBBPiEBIwEgAEEDdGoiAC0AAUEEdkUEQCAAKAIEIgIjJkggAkEATnEEfyMaIAJBMGxqKAIAQQFGBUEACwRAQQAhAUEAIQADQCAAQQVIBEAgAUECIAB0ciABIxogAkEwbGogABA1GyEBIABBAWohAAwBCwsLCyABQYCA/AFyDwsgASADQQAgAkEIcRtyDwsgAyABQRB0cgvTAwEDfyMHEAgkFCMUQQAjB/wLACMHEAgkKSMpQQAjB/wLACMHQQF0IgEQCCQbIxtBACAB/AsAIwdBAnQiARAIJDsjO0EAIAH8CwBBACQPA0AgAEGAAkgEQCMcIABBABAJIABBAWohAAwBCwtBACEAA0AgACMHSARAAkAjASAAQQN0ai0AAEEYRgRAIABBAWoiAEEQEBwMAQsgACQAIwEgAEEDdGotAAAiAUEFdiECIAFBB3FBAUYEfyACQQNHBH8gAkEERiMCQoDAAINCAFJxBUEBCwR/IwEgAEEDdGooAgQFQQELBUEACwRAQS5CAEIAQgBCAEIAQgAQBBpBAA8LIwEgAEEDdGoiAS0AABDIAUUEQEHAACABMQAAQgBCAEIAQgBCABAEGkEADwsjASAAQQN0aiIBLQAAQYUBRgR/IAEtAAFBBHZBAkYFQQALBEBBKyMBIABBA3RqNAIEQgAQBxpBAA8LCyAAQQFqIQAMAQsLQQAQgQEaQQAhAANAIAAjB0gEQCAAEBJFBEAgACQAIAAQfQR/QQEFIAAQfgsEQCAAIwEgAEEDdGooAgRqQQFqEIEBRQRAQQAPCwsLIABBAWohAAwBCwsQygEEfxDLAQVBAAsLvgIBAX8gAEEEdSEBAkACQAJAAkACQAJAAkACQCAAQQdxDggAAQIDBAYHBQcLIABBIEYgAEEYRnIgAEEoRnIgAEEwRnIgAEHAAEZyIABByABGciAAQdAARnIPCyAAQQV1IgFBBEYgAEGZAUdxIAFBA0ZyDwsgAEEFdUEDRg8LIABBBXUiAEEGRiAAQQNGcg8LIABBCHFBACABQQhGG0UgAUENRiABQQ1IGw8LIAFBDUgEfyAAQQhxQQAgAUEIRhtFBSAAQdcBRiMCQoDAAINCAFJxCw8LIABBhQFGIABBBUZyIABBjQFGciAAQZUBRnIgAEHlAUZyBEBBAQ8LIAFBDUwgAUEASnEgAUEIR3EgAUEJR3EPCyAAQQZGBEAjAkKAwACDQgBSDwsgAUENTCABQQBKcSABQQhHcSABQQlHcQvPAQEEf0EBIQADQCAABEBBACEAIwdBAWshAQNAIAFBAE4EQCABEBJFBEAgAUECaiABQQFqIwEgAUEDdGotAAAiAkEYRhshAyACQQVHIAJBlQFHcSACQQZHcSADIwdIcQR/IxsgA0EBdGovAQAFQQALIQIgARB8BH8gAiMbIAEQM0EBdGovAQByBSACCyABEMYBIgJBEHZBf3NxIAJB//8DcXIiAiMbIAFBAXRqIgMvAQBHBEAgAyACOwEAQQEhAAsLIAFBAWshAQwBCwsMAQsLC+oBAQV/A0AgASMPSARAIAEQfyECIwkgAUECdGooAgAiAyEAA0AgACACSARAIAAkACMBIABBA3RqLQAAQY0BRgR/IAAQEgVBAQtFBEBBEkIAQgAQBxpBAA8LIAAQfARAIAMgABAzIgRKIAIgBExyBEBBKCAArCAErEIAQgBCAEIAEAQaQQAPCwsgACACQQFrRgRAIwEgAEEDdGotAAAhBCAAEBIEf0EBBSAEQQVHIARBlQFHcSAEQQZHcQsEQEEsQgBCAEIAQgBCAEIAEAQaQQAPCwsgAEEBaiEADAELCyABQQFqIQEMAQsLQQEL+wUBC38jB0EIakEDdBAIIQgjBxAIIglBACMH/AsAA0AgByMPSARAIAdBAEoEfyMJIAdBAnRqKAIAEDYFQQELBEAgCCAAQQJ0aiMJIAdBAnRqKAIANgIAIABBAWohAANAIABBAEoEQCAJIAggAEEBayIAQQJ0aigCACIBaiICLQAADQEgASQAIAJBAToAACMBIAFBA3RqIgItAAAiBUEHcSEKIAFBAWohBEF/IQYgBUEYRgRAIAFBAmohBCACLQABQQR2QQRGBH8gASACKAIEakEBagVBfwshBgUgBUGVAUYEQEF/IQQFIAVBhQFGBEAjASABQQN0aiICLQABQQR2QQFGBEAgAUEBEBwgBEEDEBwgASACKAIEakEBaiIGQQMQHAUjASABQQN0ai0AAUEEdgRAQQAhAgVBACECAkAjASABQQN0ai0AAEGFAUcEf0EBBSMBIAFBA3RqLQABQQR2Cw0AIwEgAUEDdGooAgQiCkEASCAKIyZOcgR/QQEFIxogCkEwbGooAgBBAUcLDQBBACEFA0AgBUEFSARAQQEhAiMaIApBMGxqIAUQNUH/AXFBDEYNAiAFQQFqIQUMAQsLQQAhAgsLIAIEQCABQQ0QHAsLBSAFQQZGIAVBBUZyBEAgARAzIgRBAxAcBSAKQQZGIApBBUZyBEAgBUEEdkEORgRAQTZCAEIAEAcaQQAPCyABEDMhBiABQQEQHCAGQQMQHAsLCwsLIAZBAE4EQCAIIABBAnRqIAY2AgAgAEEBaiEACyAEQQBOBH8gBCAJai0AAAVBAQtFBEAgCCAAQQJ0aiAENgIAIABBAWohAAsMAQsLCyAHQQFqIQcMAQsLA0AgAyMHSARAIAMkACADIAlqLQAARQRAQfEAIAOsQgBCAEIAQgBCABAEGkEADwsjASADQQN0ai0AAEEYRgR/IAMQEgVBAQsEfyADBSAJIANBAWpqLQAABEBBJyADrEIAQgBCAEIAQgAQBBpBAA8LIANBAWoLQQFqIQMMAQsLQQELnwIAIAIoAgBBAUcEf0EBBSADKAIAQQFHCwRADwsjAkLAAINCAFIEf0EBBSACIAUQDQsEf0EBBSADIAUQDQtFBEBBASAEQQVHIARBAUdxIAUbBEAPCyAEQQFGBEAgACABQQFBABAsBSACIANBAUEAECwLIAAQCyABEAsgAhALIAMQCw8LIAIgAwJ/AkACQAJAAkACQAJAAkACQAJAAkACQAJAIARBAWsODQADAgoBBQQLCwcGCQgLC0EFDAsLQQEMCgtBCgwJC0ELDAgLQQwMBwtBDQwGC0ECDAULQQMMBAtBBgwDC0EHDAILQX8MAQtBBAsgBRAsIAIQCyADEAsgACABIAQgBRAsIAAQCyABEAsgABAUIAEQFCACEBQgAxAUC/8FAQx+IwJCwACDQgBSBH9BAQUgACADEA0LBH9BAQUgASADEA0LRQRAQX8PCyADBH4gADUCSAUgACkDMAshCSADBH4gADUCTAUgACkDOAshCiADBH4gADQCQAUgACkDIAshCyADBH4gADQCRAUgACkDKAshDCADBH4gATUCSAUgASkDMAshDSADBH4gATUCTAUgASkDOAshBCADBH4gATQCQAUgASkDIAshBSADBH4gATQCRAUgASkDKAshBkL/////D0J/IAMbIQ4CQAJAAkACQAJAAkACQAJAAkACQCACQQFGIAJBBUZyRQRAIAJBAmsODAIDAQoGBwoKBAUICQoLIAJBAUchAiAOIAApAxCDIQ8gDiABKQMQgyEHIA4gASkDGIMiCCAOIAApAxiDIg6EUARAQQEgAmsgAiAHIA9RGw8LIwJCIINCAFIEfyAPIA5Cf4UgCEJ/hYMiD4MgByAPg1EFQQELRQRAIAIPCyAIUCAOUCMCQsAAg0IAUnJyBEAgCiANVCAEIAlUcgRAIAIPCyAGIAtTIAUgDFVyBEAgAg8LCyADRSMCQsAAg0IAUnEEQCAAKAJIIAEoAkxLBH9BAQUgACgCTCABKAJISQsEQCACDwsgACgCQCABKAJESgR/QQEFIAAoAkQgASgCQEgLBEAgAg8LC0F/DwsgACECIAEgAxANRQRAIAEhAiAAIQELIAEgAxANRQRAQX8PCyAOIAEpAxCDIgQgDiACKQMQgyIFIA4gAikDGIMiBkJ/hYODQgBSBEBBAQ8LIAUgBoQgBINQBEBBAA8LQX8PC0EBQX9BACAKIA1WGyAEIAlUGw8LQQFBf0EAIAogDVobIAQgCVgbDwtBAUF/QQAgBCAJVhsgCiANVBsPC0EBQX9BACAEIAlaGyAKIA1YGw8LQQFBf0EAIAUgDFMbIAYgC1MbDwtBAUF/QQAgBSAMVxsgBiALVxsPC0EBQX9BACAGIAtVGyAFIAxVGw8LQQFBf0EAIAYgC1kbIAUgDFkbDwtBfwulAQEEf0EBIQIDQCACQQVMBEAgASACQQJ0aigCACIDBEAgAEEwaiACQeAAbGohBCADQQFGBEAgBBAFBSADQQJGBEAgBEECEAoFIANBA0YiBSADQQRGcgRAIARBCEGIAiADQQNHGxAKIAQgASACEIgBNgIIIAUEQCMIQQFqJAggBCMINgJQCwVBHCACrCADrBAHGkEADwsLCwsgAkEBaiECDAELC0EBC7YEAQV/IAAgACgCIEECdGooAgAiAkEwaiEDAkAgACgCIEUEQAJ/IAAoAkhBAEoEQEHSACAAQQAQLa0gACgCRDQCBEIAQgBCAEIAEAQaQQAMAQtBAQtFDQEgAigCEEEASgR/IwkgAigCEEECdGooAgAQNgVBAAsiAQR/IAEoAiwFQQALBEBBfg8LIAMoAgBFBEBBPkIAQgBCAEIAQgBCABAEGgwCCyABBEAgAygCAEEBRwRAQesAIAM0AgBCAEIAQgBCAEIAEAQaDAMLQX4PCyMSQQRxBEAgAygCAEEBRwRAQdUAQgBCAEIBIycjKCADNAIAEAQaDAMLIwJCgIAgg0IAUgRAIABBABAMCyADIycjKBCHAUUEQEHVACADKQMgIAMpAyhCACMnIyhCABAEGgwDCwtBfg8LIAMoAgBB/wFxQQZGBEBB1gBCAEIAQgBCAEIAQgAQBBoMAQsgACAAKAIgQQFrQQJ0aigCACEEIAIoAgwhBSACKAIYQQBHIgEEQCADKAIAQQFHBEBBEUE+IAMoAgAbQgBCAEIAQgBCAEIAEAQaDAILIABBABAMIAMgAjQCICACNAIkEIcBRQRAQRAgAykDICADKQMoIAI0AiAgAjQCJEIAQgAQBBoMAgsgBRArRQRAQQ9CAEIAEAcaDAILBSAEQTBqIANB4AD8CgAACyACEFsgACAAKAIgQQFrNgIgIAFFBEAgBUEBag8LIAAgBRCoASIBBEAgASAAEKUBCyAFDwtBfwvGAQEEfyMBIwBBA3RqLQABQQR2IgFFBEAgABDCAQR/IwBBAWoFQX8LDwsgAUEBRwRAQRRCAEIAQgBCAEIAQgAQBBpBfw8LIwAjASMAQQN0aigCBGpBAWoiAhA2IgEEQCAAIAEQ0QEPCyAAIAAoAiBBAnRqKAIAIQMgACMAIAIQNBCJASIERQRAQX8PC0EBIQADQCAAQQVMBEAgAEHgAGwiASAEQTBqaiABIANBMGpqQeAA/AoAACAAQQFqIQAMAQsLIAMQTiACC/0CAQZ/IAAgACgCIEECdGooAgAhBUEBIQQCQANAIARBBUwEQAJAIAEgBEECdGooAgAiAkUNACAFQTBqIARB4ABsaiIDKAIARQRAQT4gBKxCAEIAQgBCAEIAEAQaQX8PCyACQQFGBEAgAygCAEEBRw0EBSACQQJGBEAgAygCAEECRwR/QQEFIAMoAgQLBH9BAQUgAykDGEIAUgsEf0EBBSADKQMQQgBSCw0FBSACQQRGIgYgAkEDRnIEQCAGBH8gAxAeBH9BAQUgAygCAEGAAnELBUEACw0GIAMQHg0DIAMoAgAhByADIAMoAgBB/31xNgIAIAAgBCABIAQQiAEiBkEBQQBBAEEAECMiAgRAIAAgBCAGQQFBAUEAQQAQIyECCyADIAc2AgAgAkUEQEF/DwsFQRwgBKwgAqwQBxpBfw8LCwsLIARBAWohBAwBCwsgBRBOIAEoAixFBEAgBUEwahAFCyMAQQFqDwtBHCAErCACrEIAQgBCAEIAEAQaQX8LywkCDn8BfiMBIwBBA3RqIgEtAAAiA0EEdiEGIAAgACgCIEECdGooAgAhDSABLQABIgFBD3EhCSAGRSAGQQ1LcgRAQSUgA6xCAEIAQgBCAEIAEAQaQX8PCyANIAkQIkUEQEF/DwsgAUEEdiEKIANBCHFBAEciCAR/IwEjAEEDdGooAgQFIAoLBEBBJkIAQgBCAEIAQgBCABAEGkF/DwsgCAR/IA0gChAiBUEBC0UEQEF/DwsgDUEwaiIBIAlB4ABsaiEEQeALIQIgCARAIApB4ABsIAFqIQIFIwEjAEEDdGo0AgQhD0HgCxAFQeALIA8QBiMBIwBBA3RqNAIEIQ9BwAwQBUHADCAPEAYLIANBB3FBBkYhCyMBIwBBA3RqLgECIwBBAWpqIQcgBiEFAkAgBCIBKAIAQQFGBH8gAigCAEEBRgVBAAsEQCABIAIgBSALEM0BIQ4MAQtBfyEOIAIgCxANBEAgAiEDBSAFEIMBIQUgASEDIAIhAQsgAyALEA0EfyABKAIAQQFGBUEBCwR/QQAFAn9BACABKAIAQYACcQ0AGkEBIAEoAgBB/wFxIgxBBUYgDEEERnIgDEELRnINABogDEEHRgRAIwJCgIACg0IAUgR/IAEoAlQEf0EBBSABKAIAQYCAA3ELBUEACwR/IAEoAgBBgMAAcQVBAQtFDAELIAxBCEYEQCMCQoCAAoNCAFIEfyABKAIAQYDAAHEFQQELRQwBCyAMQQNGIwJCgIACg0IAUnELC0UNACADIAsQhAFCAFINAEEBQX8gBUEFRhtBACAFQQFHGyEOCyAOQQBOBEAgBCgCAEEBRgRAIAAgCRAMCyAIBH8gAigCAEEBRgVBAAsEQCAAIAoQDAsgByMAQQFqIA5BAUYbDwtBACQQIAgEfyACKAIAQQFGBUEACwR/IAIoAlAFQQALBEAgACACKAJQEG0LIAQoAgBBAUYEfyAEKAJQBUEACwRAIAAgBCgCUBBtCyMQQQJOBEAgABAvIgUjEDYCFEEAIQEDQCABIxBIBEAgAUECdCIDIAVBGGpqIyMgA2ooAgA2AgAgAUEBaiEBDAELCwsgACAHEFMiB0UEQEF/DwsgByAHKAIgQQJ0aigCACIFQTBqIgEgCUHgAGxqIgMgASAKQeAAbGpBwAwgCBsiASAEIAIgBiALEMwBIAgEfyACKAIAQQFGBUEACwR/IAIoAlAFQQALBH8gAigCUCABKAJQRgVBAAsEQCAAIAIQNyAHIAEQNwsgBCgCAEEBRgR/IAQoAlAFQQALBH8gBCgCUCADKAJQRgVBAAsEQCAAIAQQNyAHIAMQNwsgBkEFRyAGQQFHcSALcgRAIwBBAWoPCyAIBH8gBCgCAEEBRwVBAAsEfyACKAIAQQFHBUEACwRAIAQoAgBBgAJxQQBHIgEgAigCAEGAAnFBAEdHIwJCgIACg0IAUnEEfyAEKAIAQf8BcUEHRwVBAAsEfyACKAIAQf8BcUEHRwVBAAsEQCAFIA0gBkEBRhtBMGogCSAKIAEbQeAAbGoiASABKAIAQf99cTYCAAsLIAhBASAEKAIAQYACcRsEf0EBBSMBIwBBA3RqKAIEC0UEQCAAIAkgBkEFRhCKASAHIAkgBkEBRhCKAQsjAEEBaguQAgIDfwF+IAApAxhQBEAgACAAKQMQIAEQJSIFNwMQIAAgBaciATYCRCAAIAE2AkAgACAFpyIBNgJMIAAgATYCSA8LIAAoAkQgAUEDdCICdiAAKAJAIAJ2RgRAIAA0AkQgARAlpyIDIAA0AkAgARAlpyIEIAMgBEobIgJBAE4gAyAEIAMgBEgbIgNBAE5GBEAgACADNgJAIAAgAjYCRCAAIAM2AkggACACNgJMIAOsIAKsECcgACMDQv////8PgzcDECAAIwRC/////w+DNwMYDwsLIABBgH9BgIB+IAFBAUYbIgE2AkAgAEF/IAFrNgJEIABBADYCSCAAQX82AkwgAEIANwMQIABC/////w83AxgLpwIBAn4jAkIBg1AEQA8LIAAgACkDMCIBIAA1AkggACkDMEKAgICAcIOEIgIgASACVhs3AzAgACAAKQM4IgEgADUCTCAAKQM4QoCAgIBwg4QiAiABIAJUGzcDOCAAIAApAyAiASAANQJIIAApAyBCgICAgHCDhCICIAEgAlUbNwMgIAAgACkDKCIBIAA1AkwgACkDKEKAgICAcIOEIgIgASACUxs3AyggACgCQEEATgR/IAApAyBCgICAgHhZBUEACwR/IAApAyhC/////wdXBUEACwRAIAAgADQCQDcDICAAIAA0AkQ3AyggACAANAJANwMwIAAgADQCRDcDOCAAKQMgIAApAygQJyAAKQMQIAApAxgjAyMEECggACMDNwMQIAAjBDcDGAsL8wEBAn4gACkDMCAAKQM4VwRAIAAgACkDICIBIAApAzAiAiABIAJVGzcDICAAIAApAygiASAAKQM4IgIgASACUxs3AygLIAApAyAgACkDKFgEQCAAIAApAyAiASAAKQMwIgIgASACVhs3AzAgACAAKQMoIgEgACkDOCICIAEgAlQbNwM4BSMCQgKDQgBSBEAgACkDOCAAKQMgVARAIAAgACkDMDcDICAAIAApAzgiASAAKQMoIgIgASACVBs3AzgFIAApAyggACkDMFQEQCAAIAApAzg3AyggACAAKQMwIgEgACkDICICIAEgAlYbNwMwCwsLCwv/BAECfyMCQgGDpwRAIAApAzBCIIggACkDOEIgiFEEQCAAIAAoAkgiASAAKQMwpyICIAEgAksbNgJIIAAgACgCTCIBIAApAzinIgIgASACSRs2AkwgACkDMKciASAAKQM4p0wEQCAAIAAoAkAiAiABIAEgAkgbNgJAIAAgACgCRCIBIAApAzinIgIgASACSBs2AkQLCyAAKQMgQiCHIAApAyhCIIdRBEAgACkDIKciASAAKQMop00EQCAAIAAoAkgiAiABIAEgAkkbNgJIIAAgACgCTCIBIAApAyinIgIgASACSRs2AkwLIAApAyCnIgEgACkDKKdMBEAgACAAKAJAIgIgASABIAJIGzYCQCAAIAAoAkQiASAAKQMopyICIAEgAkgbNgJECwsgACkDOEIgiKcgACkDMEIgiKdBAWpGBH8gACkDMKdBAEgFQQALBH8gACkDOKdBAE4FQQALBEAgACAAKAJAIgEgACkDMKciAiABIAJKGzYCQCAAIAAoAkQiASAAKQM4pyICIAEgAkgbNgJECyAAKQMoQiCHpyAAKQMgQiCHp0EBakYEfyAAKQMgp0EASAVBAAsEfyAAKQMop0EATgVBAAsEQCAAIAAoAkAiASAAKQMgpyICIAEgAkobNgJAIAAgACgCRCIBIAApAyinIgIgASACSBs2AkQLCyAAKAJIIAAoAkxMBEAgACAAKAJAIgEgACgCSCICIAEgAkobNgJAIAAgACgCRCIBIAAoAkwiAiABIAJIGzYCRAsgACgCQCAAKAJETQRAIAAgACgCQCIBIAAoAkgiAiABIAJLGzYCSCAAIAAoAkQiASAAKAJMIgAgACABSxs2AkwLC84BACACBEAgAEGAgICAeDYCQCAAQf////8HNgJEIAApAxBC/////w+DIAApAxhC/////w+DIAEQVCAAIwM3AxAgACMENwMYIAAgACgCSCABdjYCSCAAIAAoAkwgAXY2AkwgABAYIAAQEw8LIABCgICAgICAgICAfzcDICAAQv///////////wA3AyggACkDECAAKQMYIAEQVCAAIwM3AxAgACMENwMYIAAgACkDMCABrYg3AzAgACAAKQM4IAGtiDcDOCAAEBAgABATIAAQJAu9AwEEfiMCQgiDUARAIAEpAyBCAFMEf0EBBSAAKQMgQgBTCwR/QQEFIAEpAzhC/////w9WCwR/QQEFIAApAzhC/////w9WCwRAIAAQGA8LIAAgACkDMCABKQMwfjcDMCAAIAApAzggASkDOH43AzggACkDOEL///////////8AVgRAIABCgICAgICAgICAfzcDICAAQv///////////wA3AygFIAAgACkDMDcDICAAIAApAzg3AygLDwsgACkDOCABKQM4EJIBBH9BAQUgACkDMCABKQMwEJIBCwRAIABCADcDMCAAQn83AzgFIAAgACkDMCABKQMwfjcDMCAAIAApAzggASkDOH43AzgLIAApAyAgASkDIBA4BH9BAQUgACkDICABKQMoEDgLBH9BAQUgACkDKCABKQMgEDgLBH9BAQUgACkDKCABKQMoEDgLBEAgAEKAgICAgICAgIB/NwMgIABC////////////ADcDKAUgACAAKQMgIAEpAyB+IgIgACkDICABKQMofiIDIAApAyggASkDIH4iBCAAKQMoIAEpAyh+IgUQkwE3AyAgACACIAMgBCAFEJQBNwMoCwv5AgEGfiMCQgiDUARAIAEoAkBBAEgEf0EBBSAAKAJAQQBICwR/QQEFIAEoAkxB//8DSwsEf0EBBSAAKAJMQf//A0sLBEAgABAQDwsgACAAKAJIIAEoAkhsNgJIIAAgACgCTCABKAJMbDYCTCAAKAJMQf////8HSwRAIABBgICAgHg2AkAgAEH/////BzYCRAUgACAAKAJINgJAIAAgACgCTDYCRAsPCyAANQJIIAE1Akh+IgJC/////w9WIAA1AkwgATUCTH4iA0L/////D1ZyBEAgAEEANgJIIABBfzYCTAUgACACPgJIIAAgAz4CTAsgADQCQCICIAE0AkQiA34hBCAANAJEIgYgATQCQCIHfiEFIAMgBn4hAyACIAd+IgIQHQR/IAQQHQVBAAsEfyAFEB0FQQALBH8gAxAdBUEACwRAIAAgAiAEIAUgAxCTAT4CQCAAIAIgBCAFIAMQlAE+AkQFIABBgICAgHg2AkAgAEH/////BzYCRAsLlQIAIAIEQCAAIAEQlQEgACkDEEL/////D4MgACkDGEL/////D4MgARBWIAAjA0L/////D4M3AxAgACMEQv////8PgzcDGCAAEBggABATDwsgACABQSBGBH8gACgCREEATgVBAAsEfiAANAJEQiCGBUL///////////8ACzcDKCAAIAFBIEYEfyAAKAJAQQBOBUEACwR+IAA0AkBCIIYFQoCAgICAgICAgH8LNwMgIAApAzhCAUI/IAGtfYZWBEAgAEIANwMwIABCfzcDOAUgACAAKQMwIAGthjcDMCAAIAApAzggAa2GNwM4CyAAIAEQlQEgACkDECAAKQMYIAEQViAAIwM3AxAgACMENwMYIAAQEyAAECQLrAEAIABBB0YgAEEGRnIgAEEMRnIEQCACBH8gASkDGKdFIgAEQCABKAJIIAEoAkxGIQALIAAEfyABKAJAIAEoAkRGBSAACwUgASkDGFAEfyABKQMwIAEpAzhRBUEACwR/IAEpAyAgASkDKFEFQQALCwR/IAEpAzhCIELAACACG1QFQQALDwsgAEUgAEEBRnIgAEEIRnIgAEEFRnIgAEEERnIgAEEKRnIgAEECRnILyAEBAX4gAgRAIAAgACgCQCABdTYCQCAAIAAoAkQgAXU2AkQgACkDGEL/////D4OnIAF1rSAAKQMQQv////8Pg6cgAXWtJAMkBCAAIwM3AxAgACMENwMYIABBADYCSCAAQX82AkwgABAYIAAQEw8LIAAgACkDICABrYc3AyAgACAAKQMoIAGthzcDKCAAKQMYIAGthyAAKQMQIAGthyQDJAQgACMDNwMQIAAjBDcDGCAAQgA3AzAgAEJ/NwM4IAAQECAAEBMgABAkCw==";

// compiler/verifier/module.ts
async function loadVerifier() {
  const text = atob(MODULE);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const engine = globalThis.WebAssembly;
  let host;
  const ask = () => {
    if (host === void 0) throw new Error("the verifier model was run without a host");
    return host;
  };
  const { instance } = await engine.instantiate(bytes, {
    host: {
      ctxAccess: (off, size, write) => ask().ctxAccess(off, size, write),
      btfAccess: (btf, id, off, size) => ask().btfAccess(btf, id, off, size),
      btfSize: (btf, id) => ask().btfSize(btf, id),
      btfMatches: (btf, id, off, helper2, arg) => ask().btfMatches(btf, id, off, helper2, arg),
      log: (kind, insn, a, b2) => ask().log(kind, insn, a, b2)
    }
  });
  return {
    exports: instance.exports,
    // the exports of assembly/index.ts
    setHost: (next) => {
      host = next;
    }
  };
}

// compiler/verifier/codes.ts
var VERDICT = { ACCEPTED: 0, REFUSED: 1, UNKNOWN: 2 };
var TYPE = {
  NONE: 0,
  SCALAR: 1,
  CTX: 2,
  MAP: 3,
  VALUE: 4,
  KEY: 5,
  STACK: 6,
  BTF: 7,
  MEM: 8,
  FUNC: 9,
  BUF: 10,
  SOCKET: 11
};
var FLAG = {
  MAYBE_NULL: 256,
  RDONLY: 512,
  RINGBUF: 1024,
  USER: 2048,
  PERCPU: 4096,
  UNTRUSTED: 8192,
  TRUSTED: 16384,
  RCU: 32768
};
var ALU_OP = {
  ADD: 0,
  SUB: 1,
  MUL: 2,
  DIV: 3,
  OR: 4,
  AND: 5,
  LSH: 6,
  RSH: 7,
  NEG: 8,
  MOD: 9,
  XOR: 10,
  MOV: 11,
  ARSH: 12,
  END: 13
};
var ARG = {
  NONE: 0,
  ANYTHING: 1,
  CTX: 2,
  MAP: 3,
  KEY: 4,
  VALUE: 5,
  MEM: 6,
  MEM_UNINIT: 7,
  VALUE_UNINIT: 8,
  SIZE: 9,
  SIZE_ZERO: 10,
  RINGBUF: 11,
  FUNCTION: 12,
  STACK_OR_NULL: 13,
  BTF: 14,
  LONG: 15,
  ALLOC_SIZE: 16,
  CONST_STRING: 17,
  UNKNOWN: 255
};
var ARG_FLAG = { MAYBE_NULL: 256, RDONLY: 512 };
var RETURNS = {
  INTEGER: 0,
  LENGTH: 1,
  VOID: 2,
  MAP_VALUE: 3,
  MAP_VALUE_OR_NULL: 4,
  RINGBUF: 5,
  BTF: 6,
  MEM: 7,
  MEM_OR_NULL: 8,
  UNKNOWN: 9,
  CPU: 10
};
var HELPER_STATUS = { MISSING: 0, OK: 1, NOT_HERE: 2, GPL_ONLY: 3, UNKNOWN: 4 };
var OPTION = { LOG: 1, GPL: 2, RETVAL: 4, PRIVATE_STACK: 8 };
var ROW = { MAP: 32, HELPER: 48, SUB: 48 };
var FEATURES = [
  "BOUNDS_BOTH",
  "BOUNDS_CROSS",
  "ADD_WRAP",
  "MUL_SIGNED",
  "TNUM_UNION",
  "TNUM_OVERLAP",
  "REFINE_BOTH",
  "JSET_FORGET",
  "NEG",
  "UNINIT_STACK",
  "NARROW_SPILL",
  "NARROW_FILL",
  "ST_SPILL",
  "MOVSX",
  "LINK_ADD",
  "TRUSTED",
  "CALLBACK",
  "ARRAY_NONNULL",
  "MEM_KEY",
  "RETVAL_PRECISE",
  "PRIVATE_STACK",
  "BSWAP",
  "VAR_SCRUB",
  "TNUM_SINGLE",
  "ST_CTX",
  "SPILL_ID",
  "HELPER_READS"
];

// compiler/verifier/profiles/profile.ts
var SINCE = {
  BOUNDS_BOTH: "6.8",
  BOUNDS_CROSS: "6.17",
  ADD_WRAP: "6.17",
  MUL_SIGNED: "6.15",
  TNUM_UNION: "6.18",
  TNUM_OVERLAP: "6.18",
  REFINE_BOTH: "6.8",
  JSET_FORGET: "0.0",
  NEG: "6.18",
  UNINIT_STACK: "6.1",
  NARROW_SPILL: "5.16",
  NARROW_FILL: "6.8",
  ST_SPILL: "6.1",
  MOVSX: "6.6",
  LINK_ADD: "6.11",
  TRUSTED: "6.2",
  CALLBACK: "5.13",
  ARRAY_NONNULL: "6.15",
  MEM_KEY: "6.1",
  RETVAL_PRECISE: "6.8",
  PRIVATE_STACK: "6.13",
  BSWAP: "6.18",
  VAR_SCRUB: "6.12",
  TNUM_SINGLE: "6.18",
  ST_CTX: "6.4",
  SPILL_ID: "6.8",
  HELPER_READS: "6.14"
};
function compareVersions(a, b2) {
  const left = a.split(".").map(Number);
  const right = b2.split(".").map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}
function isSince(profile, version) {
  return compareVersions(profile.version, version) >= 0;
}
function profileOf(release2) {
  const version = /^(\d+\.\d+)/.exec(release2)?.[1];
  if (version === void 0) throw new RangeError(`"${release2}" is no kernel version`);
  return {
    version,
    features: new Set(FEATURES.filter((name) => compareVersions(version, SINCE[name]) >= 0))
  };
}

// compiler/verifier/answer.ts
function refused(reason = 2) {
  return BigInt(reason) << 32n;
}
var NOT_KNOWN = 0xffffn;
var NUMBER = 1n;
function pointerTo(type, aux, btf = 0) {
  return BigInt(aux) << 32n | BigInt(btf) << 16n | BigInt(type);
}

// compiler/btf/layout.ts
var MAX_DEPTH = 128;
function resolve(btf, id) {
  let at = id;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = btf.type(at);
    switch (type.kind) {
      case "typedef":
      case "const":
      case "volatile":
      case "restrict":
      case "type_tag":
        at = type.type;
        break;
      default:
        return at;
    }
  }
  throw new BtfError(`type ${id}: modifiers in a circle`);
}
function resolveType(btf, id) {
  return btf.type(resolve(btf, id));
}
function sizeOf(btf, id) {
  let count = 1;
  let at = id;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const type = resolveType(btf, at);
    switch (type.kind) {
      case "int":
      case "struct":
      case "union":
      case "enum":
      case "enum64":
      case "float":
      case "datasec":
        return type.size * count;
      case "ptr":
        return btf.pointerSize * count;
      case "array":
        count *= type.length;
        at = type.type;
        break;
      case "var":
        at = type.type;
        break;
      default:
        return void 0;
    }
  }
  throw new BtfError(`type ${id}: arrays nested too deep`);
}

// compiler/verifier/btf-access.ts
var MAX_DEPTH2 = 32;
var NULLABLE = [
  ["mm_struct", "exe_file", "6.4"],
  ["sk_buff", "sk", "6.4"],
  ["request_sock", "sk", "6.4"],
  ["socket", "sk", "6.4"],
  ["vm_area_struct", "vm_mm", "6.13"],
  ["vm_area_struct", "vm_file", "6.13"]
];
function openBtfWalk(btf, since) {
  const cache = /* @__PURE__ */ new Map();
  return {
    access(id, off, size) {
      const key = `${id}:${off}:${size}`;
      const known = cache.get(key);
      if (known !== void 0) return known;
      const answer = walk(btf, branded(id), off, size, since);
      cache.set(key, answer);
      return answer;
    }
  };
}
function walk(btf, id, off, size, since) {
  let type = resolveType(btf, id);
  for (let depth = 0; depth < MAX_DEPTH2; depth++) {
    if (type.kind !== "struct" && type.kind !== "union") return refused(2);
    if (off + size > type.size) return lastArray(btf, type, off, size) ? NOT_KNOWN : refused(1);
    const inner = step(btf, type, off, size, since);
    if (typeof inner === "bigint") return inner;
    off = inner.off;
    type = inner.type;
  }
  return NOT_KNOWN;
}
function lastArray(btf, type, off, size) {
  const last = type.members.at(-1);
  if (last === void 0 || off + size < type.size) return false;
  return resolveType(btf, last.type).kind === "array";
}
function step(btf, type, off, size, since) {
  const inUnion = type.kind === "union" && type.members.length !== 1;
  for (const member of type.members) {
    let at = Math.floor(member.bitOffset / 8);
    if (off + size <= at) break;
    if (member.bitSize !== 0) {
      const end = Math.ceil((member.bitOffset + member.bitSize) / 8);
      if (off <= at && end <= off + size) return NUMBER;
      continue;
    }
    if (off < at) break;
    let id = member.type;
    let bytes = sizeOf(btf, id);
    if (bytes === void 0 || off >= at + bytes) continue;
    let own = resolveType(btf, id);
    if (own.kind === "array") {
      if (bytes === 0) continue;
      while (own.kind === "array") {
        id = own.type;
        own = resolveType(btf, id);
      }
      bytes = sizeOf(btf, id) ?? 0;
      if (bytes === 0) return NOT_KNOWN;
      at += Math.floor((off - at) / bytes) * bytes;
    }
    if (own.kind === "struct" || own.kind === "union") return { type: own, off: off - at };
    if (own.kind === "ptr") {
      if (bytes !== size || off !== at) return refused(2);
      return pointee(btf, own.type, inUnion, nullable(type, member.name, since), since);
    }
    if (off + size > at + bytes) return refused(2);
    return NUMBER;
  }
  return refused(2);
}
function nullable(type, member, since) {
  return NULLABLE.some(([struct, name, version]) => struct === type.name && name === member && since(version));
}
function pointee(btf, id, inUnion, mayBeNull, since) {
  let tags = 0;
  let at = id;
  for (let depth = 0; depth < MAX_DEPTH2; depth++) {
    const type = btf.type(at);
    if (type.kind === "type_tag") {
      if (type.name === "user") tags |= FLAG.USER;
      if (type.name === "percpu") tags |= FLAG.PERCPU;
      if (type.name === "rcu") tags |= FLAG.RCU | FLAG.MAYBE_NULL;
      at = type.type;
    } else if (type.kind === "const" || type.kind === "volatile" || type.kind === "restrict" || type.kind === "typedef") {
      at = type.type;
    } else {
      break;
    }
  }
  const target = btf.type(at);
  if (target.kind === "struct" || target.kind === "union") {
    const flags = tags | (inUnion && since("6.2") ? FLAG.UNTRUSTED : 0) | (mayBeNull ? FLAG.RCU | FLAG.MAYBE_NULL : 0);
    return pointerTo(TYPE.BTF | flags, resolve(btf, at));
  }
  return since("6.17") && target.kind !== "fwd" && target.kind !== "func_proto" ? pointerTo(TYPE.MEM | FLAG.RDONLY | FLAG.UNTRUSTED, 0) : NUMBER;
}
function structSize(btf, id) {
  return sizeOf(btf, branded(id)) ?? 0;
}

// compiler/verifier/profiles/nullable-arguments.ts
var NULL_ARGUMENTS = [
  [
    [0],
    "afs_protocol_error amdgpu_vm_bo_map amdgpu_vm_bo_unmap cachefiles_io_error cachefiles_lookup cachefiles_mark_active cachefiles_mark_failed cachefiles_mark_inactive cachefiles_ondemand_close cachefiles_ondemand_copen cachefiles_ondemand_cread cachefiles_ondemand_fd_release cachefiles_ondemand_fd_write cachefiles_ondemand_open cachefiles_ondemand_read cachefiles_prep_read cachefiles_rename cachefiles_unlink cachefiles_vfs_error mm_collapse_huge_page_isolate mm_page_alloc mm_page_alloc_zone_locked mm_page_pcpu_drain netfs_folioq nfs4_setup_sequence nfsd_dirent nfsd_file_cons_err nfsd_file_insert_err rxrpc_client rxrpc_recvdata tmigr_update_events xfs_blockgc_flush_all xfs_blockgc_start xfs_blockgc_stop xfs_blockgc_worker xfs_defer_add_item xfs_defer_cancel_item xfs_defer_cancel_list xfs_defer_create_intent xfs_defer_finish_item xfs_defer_isolate_paused xfs_defer_item_pause xfs_defer_item_unpause xfs_defer_pending_abort xfs_defer_pending_finish xfs_defer_relog_intent xfs_fs_sync_fs xfs_inodegc_flush xfs_inodegc_push xfs_inodegc_queue xfs_inodegc_start xfs_inodegc_stop xfs_inodegc_throttle xs_stream_read_data"
  ],
  [[0, 1], "cfg80211_scan_done tcp_send_reset"],
  [[0, 3], "nfsd_file_acquire"],
  [
    [1],
    "afs_flock_ev afs_make_fs_call afs_make_fs_call1 afs_make_fs_call2 afs_make_fs_calli break_lease_block break_lease_noblock break_lease_unblock coda_dec_pic_done coda_dec_pic_run device_pm_callback_start ext4_mballoc_discard ext4_mballoc_free fcntl_setlk flock_lock_inode folio_wait_writeback generic_delete_lease hugetlbfs_alloc_inode locks_remove_posix mm_khugepaged_collapse_file mm_khugepaged_scan_file mm_khugepaged_scan_pmd neigh_update netfs_failure posix_lock_inode rdev_set_coalesce rxrpc_resend rxrpc_tq sched_pi_setprio spufs_context time_out_leases wiphy_work_cancel wiphy_work_flush wiphy_work_queue wiphy_work_run writeback_dirty_folio xchk_nlinks_live_update xfs_blockgc_free_space xfs_ioc_free_eofblocks xprt_get_cong xprt_put_cong xprt_release_cong xprt_reserve_cong"
  ],
  [
    [2],
    "amdtp_packet binder_transaction btree_path_free cfg80211_inform_bss_frame cfg80211_report_wowlan_wakeup dpu_crtc_setup_mixer fib_table_lookup kvm_page_fault_enter sched_stick_numa sched_swap_numa tcp_sendmsg_locked tegra_dma_tx_status xchk_metapath_lookup xfs_btree_overlapped_query_range xfs_btree_updkeys"
  ],
  [[3], "hfi1_sdma_progress iptfs_ingress_postq_event kfree_skb qdisc_dequeue xfs_iomap_alloc xfs_iomap_found"],
  [
    [4],
    "cfg80211_michael_mic_failure host1x_cdma_push_gather pnfs_mds_fallback_pg_get_mirror_count pnfs_mds_fallback_pg_init_read pnfs_mds_fallback_pg_init_write pnfs_mds_fallback_read_done pnfs_mds_fallback_read_pagelist pnfs_mds_fallback_write_done pnfs_mds_fallback_write_pagelist pnfs_update_layout xfs_map_blocks_alloc xfs_map_blocks_found"
  ]
];
var ERROR_ARGUMENTS = [
  [[2], "nfs4_inode_callback_event nfs4_inode_stateid_callback_event"],
  [[3], "mr_integ_alloc"],
  [[2], "cachefiles_lookup"]
];
var names = (rows, tracepoint, argument) => rows.some(([numbers, list]) => numbers.includes(argument) && ` ${list} `.includes(` ${tracepoint} `));
function nullableArgument(tracepoint, argument) {
  if (names(ERROR_ARGUMENTS, tracepoint, argument)) return "error";
  return names(NULL_ARGUMENTS, tracepoint, argument) ? "null" : "no";
}

// compiler/verifier/contexts.ts
var PT_REGS = 168;
var MAX_RECORD = 8192;
var MAX_ARGUMENTS = 12;
function contextOf(program, env2) {
  switch (program.type) {
    case "kprobe":
      return (off, size, write) => {
        if (off < 0 || off >= PT_REGS || off % size !== 0 || off + size > PT_REGS) return refused();
        return write && !isSince(env2.profile, "6.19") ? refused() : NUMBER;
      };
    case "tracepoint":
      return (off, size, write) => write || off >= 0 && off < 8 || off >= (isSince(env2.profile, "6.9") ? MAX_RECORD : 2048) || off % size !== 0 ? refused() : NUMBER;
    case "perf_event":
      return perfEvent;
    case "raw_tracepoint":
      return (off, size, write) => write || off < 0 || off >= 8 * MAX_ARGUMENTS || off % size !== 0 ? refused() : NUMBER;
    case "raw_tracepoint_writable":
      return () => NOT_KNOWN;
    case "tracing":
      return tracing(program.attach, env2);
    case "socket_filter":
      return socketBuffer;
  }
}
function perfEvent(off, size, write) {
  if (write || off < 0 || off >= PT_REGS + 16 || off % size !== 0) return refused();
  if (off >= PT_REGS) return NUMBER;
  return size === 8 ? NUMBER : refused();
}
var SKB = {
  cb: [48, 68],
  tcClassid: [72, 76],
  data: [76, 80],
  dataEnd: [80, 84],
  napiId: [84, 88],
  family: [88, 136],
  dataMeta: [140, 144],
  flowKeys: [144, 152],
  tstamp: [152, 160],
  wireLength: [160, 164],
  gsoSegments: [164, 168],
  sk: [168, 176],
  gsoSize: [176, 180],
  hwtstamp: [184, 192],
  end: 192
};
function socketBuffer(off, size, write) {
  const inside = ([from, to]) => off >= from && off < to;
  if (off < 0 || off >= SKB.end || off % size !== 0) return refused();
  const hidden = [SKB.tcClassid, SKB.data, SKB.dataEnd, SKB.family, SKB.dataMeta, SKB.flowKeys, SKB.tstamp];
  if (hidden.some(inside) || inside(SKB.wireLength) || inside(SKB.hwtstamp)) return refused();
  if (inside(SKB.sk)) return off === SKB.sk[0] && size === 8 && !write ? NOT_KNOWN : refused();
  if (off >= 180 && off < 184) return refused();
  if (inside(SKB.cb)) return off + size <= SKB.cb[1] ? NUMBER : refused();
  if (write) return refused();
  return size <= 4 ? NUMBER : refused();
}
function tracing(attach, env2) {
  const { btf } = env2;
  const unknown = () => NOT_KNOWN;
  if (attach === void 0 || btf === void 0) return unknown;
  const found = prototypeOf(attach, btf);
  if (found === void 0) return unknown;
  const { params, returns } = found;
  return (off, size, write) => {
    if (write || off < 0 || off >= 8 * MAX_ARGUMENTS || off % size !== 0 || off % 8 !== 0) return refused();
    const index = off / 8;
    let id = params[index];
    if (index === params.length && attach.kind === "fexit") id = returns;
    if (id === void 0) return refused();
    const type = resolveType(btf, id);
    if (type.kind === "struct" || type.kind === "union") return NOT_KNOWN;
    if (type.kind === "int" || type.kind === "enum" || type.kind === "enum64") return NUMBER;
    if (type.kind !== "ptr" || size !== 8) return refused();
    return argumentPointer(btf, type, attach, index, env2);
  };
}
function argumentPointer(btf, type, attach, index, env2) {
  const target = resolve(btf, type.type);
  const struct = btf.type(target);
  if (struct.kind === "void" || struct.kind === "int") return NUMBER;
  if (struct.kind !== "struct" && struct.kind !== "union") return isSince(env2.profile, "6.18") ? NUMBER : NOT_KNOWN;
  let flags = 0;
  const tag = btf.type(type.type);
  if (tag.kind === "type_tag" && tag.name === "user") flags |= FLAG.USER;
  if (tag.kind === "type_tag" && tag.name === "percpu") flags |= FLAG.PERCPU;
  const trusts = isSince(env2.profile, "6.2");
  if (attach.kind === "tp_btf") {
    if (trusts) flags |= FLAG.TRUSTED;
    const nullable2 = isSince(env2.profile, "6.13") ? nullableArgument(attach.name, index) : "no";
    if (nullable2 === "error") return NUMBER;
    if (nullable2 === "null") flags |= FLAG.MAYBE_NULL;
  } else if (attach.kind === "iter") {
    if (trusts) flags |= FLAG.TRUSTED;
    if (index > 0) {
      if (attach.name !== "task") return NOT_KNOWN;
      flags |= FLAG.MAYBE_NULL;
    }
  }
  return pointerTo(TYPE.BTF | flags, target);
}
function prototypeOf(attach, btf) {
  const proto = (id) => {
    const type = id === void 0 ? void 0 : resolveType(btf, id);
    return type?.kind === "func_proto" ? type : void 0;
  };
  const ofFunction = (name) => {
    const id = btf.find("func", name);
    const type = id === void 0 ? void 0 : btf.type(id);
    return type?.kind === "func" ? proto(type.type) : void 0;
  };
  switch (attach.kind) {
    case "tp_btf": {
      const id = btf.find("typedef", `btf_trace_${attach.name}`);
      const type = id === void 0 ? void 0 : resolveType(btf, id);
      const found = type?.kind === "ptr" ? proto(type.type) : void 0;
      return found && { params: found.params.slice(1).map((param) => param.type), returns: found.returns };
    }
    case "iter":
    case "fentry":
    case "fexit": {
      const found = ofFunction(attach.kind === "iter" ? `bpf_iter_${attach.name}` : attach.function);
      return found && { params: found.params.map((param) => param.type), returns: found.returns };
    }
  }
}

// compiler/lang/helpers.ts
function helper(name, id, args, returns, since, programs) {
  return { name, id, args, returns, since, programs };
}
var ROWS = [
  helper("map_lookup_elem", 1, ["const-map", "map-key"], "map-value-or-null", "3.19"),
  helper("map_update_elem", 2, ["const-map", "map-key", "map-value", "anything"], "integer", "3.19"),
  helper("map_delete_elem", 3, ["const-map", "map-key"], "integer", "3.19"),
  helper("probe_read", 4, ["mem-uninit", "size-or-zero", "anything"], "integer", "4.1"),
  helper("ktime_get_ns", 5, [], "integer", "4.1"),
  helper("trace_printk", 6, ["mem", "size", "anything", "anything", "anything"], "integer", "4.1"),
  helper("get_prandom_u32", 7, [], "integer", "4.1"),
  helper("get_smp_processor_id", 8, [], "integer", "4.1"),
  helper("get_current_pid_tgid", 14, [], "integer", "4.2"),
  helper("get_current_uid_gid", 15, [], "integer", "4.2"),
  helper("get_current_comm", 16, ["mem-uninit", "size"], "integer", "4.2"),
  helper("perf_event_output", 25, ["context", "const-map", "anything", "mem", "size-or-zero"], "integer", "4.4"),
  helper("get_stackid", 27, ["context", "const-map", "anything"], "integer", "4.6"),
  helper("get_current_task", 35, [], "integer", "4.8"),
  helper("probe_write_user", 36, ["anything", "mem", "size"], "integer", "4.8"),
  helper("get_numa_node_id", 42, [], "integer", "4.10"),
  helper("probe_read_str", 45, ["mem-uninit", "size-or-zero", "anything"], "integer", "4.11"),
  helper("get_socket_cookie", 46, ["btf-object"], "integer", "5.12", ["tracing"]),
  helper("perf_event_read_value", 55, ["const-map", "anything", "mem-uninit", "size"], "integer", "4.15"),
  helper("override_return", 58, ["context", "anything"], "integer", "4.16", ["kprobe"]),
  helper("get_stack", 67, ["context", "mem-uninit", "size-or-zero", "anything"], "integer", "4.18"),
  helper("get_current_cgroup_id", 80, [], "integer", "4.18"),
  helper("strtol", 105, ["mem", "size", "anything", "long-pointer"], "integer", "5.2"),
  helper("strtoul", 106, ["mem", "size", "anything", "long-pointer"], "integer", "5.2"),
  helper("send_signal", 109, ["anything"], "integer", "5.3"),
  helper("skb_output", 111, ["btf-object", "const-map", "anything", "mem", "size-or-zero"], "integer", "5.5", [
    "tracing"
  ]),
  helper("probe_read_user", 112, ["mem-uninit", "size-or-zero", "anything"], "integer", "5.5"),
  helper("probe_read_kernel", 113, ["mem-uninit", "size-or-zero", "anything"], "integer", "5.5"),
  helper("probe_read_user_str", 114, ["mem-uninit", "size-or-zero", "anything"], "integer", "5.5"),
  helper("probe_read_kernel_str", 115, ["mem-uninit", "size-or-zero", "anything"], "integer", "5.5"),
  helper("send_signal_thread", 117, ["anything"], "integer", "5.6"),
  helper("jiffies64", 118, [], "integer", "5.6"),
  helper("get_ns_current_pid_tgid", 120, ["anything", "anything", "mem-uninit", "size"], "integer", "5.7"),
  helper("ktime_get_boot_ns", 125, [], "integer", "5.8"),
  helper("seq_printf", 126, ["btf-object", "mem", "size", "mem", "size-or-zero"], "integer", "5.7", ["tracing"]),
  helper("seq_write", 127, ["btf-object", "mem", "size-or-zero"], "integer", "5.7", ["tracing"]),
  helper("ringbuf_output", 130, ["const-map", "mem", "size-or-zero", "anything"], "integer", "5.8"),
  helper("ringbuf_reserve", 131, ["const-map", "anything", "anything"], "reserved-or-null", "5.8"),
  helper("ringbuf_submit", 132, ["reserved", "anything"], "void", "5.8"),
  helper("ringbuf_discard", 133, ["reserved", "anything"], "void", "5.8"),
  helper("d_path", 147, ["btf-object", "mem-uninit", "size-or-zero"], "integer", "5.10", ["tracing"]),
  helper("per_cpu_ptr", 153, ["percpu-btf", "anything"], "mem-or-null", "5.10"),
  helper("this_cpu_ptr", 154, ["percpu-btf"], "mem", "5.10"),
  helper("get_current_task_btf", 158, [], "btf-object", "5.11"),
  helper("for_each_map_elem", 164, ["const-map", "function", "stack-or-null", "anything"], "integer", "5.13"),
  helper("snprintf", 165, ["mem-uninit", "size-or-zero", "const-string", "mem", "size-or-zero"], "integer", "5.13"),
  helper("get_func_ip", 173, ["context"], "integer", "5.15", ["kprobe", "tracing"]),
  helper("get_attach_cookie", 174, ["context"], "integer", "5.15", ["kprobe", "tracepoint", "perf_event", "tracing"]),
  helper("trace_vprintk", 177, ["mem", "size", "mem", "size-or-zero"], "integer", "5.16"),
  helper("loop", 181, ["anything", "function", "stack-or-null", "anything"], "integer", "5.17"),
  helper("strncmp", 182, ["mem", "size", "const-string"], "integer", "5.17"),
  helper("get_func_arg", 183, ["context", "anything", "long-pointer"], "integer", "5.17", ["tracing"]),
  helper("get_func_ret", 184, ["context", "long-pointer"], "integer", "5.17", ["tracing"]),
  helper("map_lookup_percpu_elem", 195, ["const-map", "map-key", "anything"], "map-value-or-null", "5.19"),
  helper("ktime_get_tai_ns", 208, [], "integer", "6.1")
];
var helpers = ROWS;

// compiler/verifier/profiles/maps.ts
function map(name, number, since, helpers2 = "plain", walkable) {
  return { name, number, since, helpers: helpers2, walkable };
}
var LOOKUP = 1;
var MAP_KINDS = [
  map("hash", 1, "3.19", "plain", "5.13"),
  map("array", 2, "3.19", "plain", "5.13"),
  map("prog_array", 3, "4.2", [12]),
  map("perf_event_array", 4, "4.3", [22, 25, 55, 111, 121]),
  map("percpu_hash", 5, "4.6", "plain", "5.13"),
  map("percpu_array", 6, "4.6", "plain", "5.13"),
  map("stack_trace", 7, "4.6", [27]),
  map("cgroup_array", 8, "4.8", [34, 37]),
  map("lru_hash", 9, "4.10", "plain", "5.13"),
  map("lru_percpu_hash", 10, "4.10", "plain", "5.13"),
  map("lpm_trie", 11, "4.11"),
  map("array_of_maps", 12, "4.12", [LOOKUP]),
  map("hash_of_maps", 13, "4.12", [LOOKUP]),
  map("queue", 22, "4.20", [87, 88, 89]),
  map("stack", 23, "4.20", [87, 88, 89]),
  map("ringbuf", 27, "5.8", [130, 131, 132, 133, 134])
];
var PLAIN = /* @__PURE__ */ new Set([1, 2, 3]);
function mapMask(helper2, since) {
  let mask = 0n;
  for (const kind of MAP_KINDS) {
    const bit = 1n << BigInt(kind.number);
    if (kind.helpers !== "plain") {
      if (kind.helpers.includes(helper2)) mask |= bit;
    } else if (PLAIN.has(helper2)) {
      mask |= bit;
    } else if (helper2 === 164 && kind.walkable !== void 0 && since(kind.walkable)) {
      mask |= bit;
    } else if (helper2 === 195 && (kind.number === 5 || kind.number === 6 || kind.number === 10)) {
      mask |= bit;
    }
  }
  return mask;
}
function mapKindName(number) {
  return MAP_KINDS.find((kind) => kind.number === number)?.name ?? `${number}`;
}

// compiler/verifier/helper-rows.ts
var COUNTS = [
  ["6.1", 211],
  ["6.0", 208],
  ["5.19", 203],
  ["5.15", 176],
  ["5.10", 155]
];
var LAST_HELPER = 211;
var NOT_HERE = { status: HELPER_STATUS.NOT_HERE, args: [], returns: 0, returnId: 0, maps: 0n };
var ARGS = {
  anything: ARG.ANYTHING,
  context: ARG.CTX,
  "const-map": ARG.MAP,
  "map-key": ARG.KEY,
  "map-value": ARG.VALUE,
  mem: ARG.MEM | ARG_FLAG.RDONLY,
  "mem-uninit": ARG.MEM_UNINIT,
  size: ARG.SIZE,
  "size-or-zero": ARG.SIZE_ZERO,
  reserved: ARG.RINGBUF,
  function: ARG.FUNCTION,
  "stack-or-null": ARG.STACK_OR_NULL | ARG_FLAG.MAYBE_NULL,
  "btf-object": ARG.BTF,
  "percpu-btf": ARG.UNKNOWN,
  "const-string": ARG.CONST_STRING,
  "long-pointer": ARG.LONG
};
var RESULTS = {
  integer: RETURNS.INTEGER,
  void: RETURNS.VOID,
  "map-value-or-null": RETURNS.MAP_VALUE_OR_NULL,
  "reserved-or-null": RETURNS.RINGBUF,
  "btf-object": RETURNS.BTF,
  "mem-or-null": RETURNS.UNKNOWN,
  mem: RETURNS.UNKNOWN
};
var LENGTHS = /* @__PURE__ */ new Set([45, 67, 114, 115]);
var CPU_ID = 8;
var RESERVE = 131;
var CURRENT_TASK_BTF = 158;
var UNSURE = /* @__PURE__ */ new Set([126, 127, 147, 165]);
var NULLABLE_MEM = /* @__PURE__ */ new Set(["177:3"]);
var TRAMPOLINE_ONLY = /* @__PURE__ */ new Set([183, 184]);
var SOCKET = /* @__PURE__ */ new Map([
  [1, "3.19"],
  [2, "3.19"],
  [3, "3.19"],
  [5, "4.1"],
  [6, "4.1"],
  [7, "4.1"],
  [8, "4.1"],
  [42, "4.10"],
  [113, "5.8"],
  [115, "5.8"],
  [35, "5.8"],
  [118, "5.6"],
  [125, "5.8"],
  [130, "5.8"],
  [131, "5.8"],
  [132, "5.8"],
  [133, "5.8"],
  [164, "5.13"],
  [181, "5.17"],
  [182, "5.17"]
]);
var NOT_GPL = /* @__PURE__ */ new Set([
  1,
  2,
  3,
  5,
  7,
  8,
  14,
  15,
  16,
  35,
  42,
  80,
  118,
  125,
  130,
  131,
  132,
  133,
  158,
  164,
  181,
  182,
  195,
  208
]);
var made = /* @__PURE__ */ new WeakMap();
function helperEntries(program, env2) {
  const key = `${program.type} ${program.attach?.kind ?? ""} ${program.gpl} ${env2.btf === void 0 ? 0 : env2.btf.count}`;
  const known = made.get(env2.profile) ?? /* @__PURE__ */ new Map();
  made.set(env2.profile, known);
  const entries = known.get(key) ?? makeEntries(program, env2);
  known.set(key, entries);
  return entries;
}
function makeEntries(program, env2) {
  const since = (version) => isSince(env2.profile, version);
  const last = COUNTS.find(([version]) => since(version))?.[1] ?? 155;
  const entries = Array.from(
    { length: LAST_HELPER + 1 },
    (_, id) => id === 0 ? NOT_HERE : id <= last ? { status: HELPER_STATUS.UNKNOWN, args: [], returns: 0, returnId: 0, maps: 0n } : void 0
  );
  const task = env2.btf?.find("struct", "task_struct");
  for (const row2 of helpers) {
    if (!since(row2.since)) {
      entries[row2.id] = row2.id > last ? void 0 : NOT_HERE;
      continue;
    }
    entries[row2.id] = {
      status: statusOf(row2, program, since, task !== void 0),
      args: row2.args.map((arg, index) => argOf(row2.id, arg, index)),
      returns: returnsOf(row2, since),
      returnId: row2.id === CURRENT_TASK_BTF ? task ?? 0 : 0,
      maps: mapMask(row2.id, since)
    };
  }
  return entries;
}
function returnsOf(row2, since) {
  if (LENGTHS.has(row2.id)) return RETURNS.LENGTH;
  return row2.id === CPU_ID && since("6.2") ? RETURNS.CPU : RESULTS[row2.returns];
}
function argOf(id, arg, index) {
  if (id === RESERVE && index === 1) return ARG.ALLOC_SIZE;
  const kind = ARGS[arg];
  return NULLABLE_MEM.has(`${id}:${index + 1}`) ? kind | ARG_FLAG.MAYBE_NULL : kind;
}
function statusOf(row2, program, since, hasTask) {
  const { OK, NOT_HERE: NOT_HERE2, GPL_ONLY, UNKNOWN } = HELPER_STATUS;
  if (UNSURE.has(row2.id)) return UNKNOWN;
  if (row2.id === CURRENT_TASK_BTF && !hasTask) return UNKNOWN;
  if (program.type === "socket_filter") {
    const first = SOCKET.get(row2.id);
    if (first === void 0) return UNKNOWN;
    if (!since(first)) return NOT_HERE2;
  } else {
    const { attach } = program;
    if (row2.programs !== void 0 && !row2.programs.includes(program.type)) return NOT_HERE2;
    if (TRAMPOLINE_ONLY.has(row2.id) && attach?.kind !== "fentry" && attach?.kind !== "fexit") return NOT_HERE2;
    if (row2.id === 173 && program.type === "tracing" && attach?.kind !== "fentry" && attach?.kind !== "fexit")
      return NOT_HERE2;
  }
  return program.gpl || NOT_GPL.has(row2.id) ? OK : GPL_ONLY;
}
function helperName(id) {
  return helpers.find((row2) => row2.id === id)?.name ?? (id === 0 ? "unspec" : "unknown");
}

// compiler/verifier/image.ts
var WORDS = 80;
var INSN_LIMIT = 1e6;
function returnRange(attach) {
  switch (attach?.kind) {
    case "fentry":
    case "fexit":
      return [0n, 0n];
    case "iter":
      return [0n, 1n];
    default:
      return void 0;
  }
}
function writeImage(exports, program, env2, log) {
  exports.reset();
  const helpers2 = helperEntries(program, env2);
  const words = exports.reserve(WORDS);
  const code = exports.reserve(Math.max(16, program.code.length));
  const maps = exports.reserve(Math.max(16, program.maps.length * ROW.MAP));
  const rows = exports.reserve(helpers2.length * ROW.HELPER);
  const globals = exports.reserve(Math.max(16, program.globals.length * ROW.SUB));
  const frozen = program.maps.map(
    (map2) => map2.frozen === void 0 ? 0 : exports.reserve(map2.frozen.length * 2 + 16)
  );
  const { buffer } = exports.memory;
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  bytes.set(program.code, code);
  program.maps.forEach((map2, index) => {
    const at = maps + index * ROW.MAP;
    const data = frozen[index] ?? 0;
    if (map2.frozen !== void 0) {
      bytes.set(map2.frozen, data);
      bytes.fill(0, data + map2.frozen.length, data + 2 * map2.frozen.length);
      if (map2.unknownBytes !== void 0) bytes.set(map2.unknownBytes, data + map2.frozen.length);
    }
    view.setInt32(at, map2.type, true);
    view.setInt32(at + 4, map2.keySize, true);
    view.setInt32(at + 8, map2.valueSize, true);
    view.setUint32(at + 12, map2.maxEntries, true);
    view.setUint32(at + 16, map2.flags, true);
    view.setUint32(at + 20, data, true);
    view.setInt32(at + 24, map2.inner ?? -1, true);
    view.setInt32(at + 28, map2.special ? 1 : 0, true);
  });
  helpers2.forEach((entry, id) => {
    const at = rows + id * ROW.HELPER;
    bytes.fill(0, at, at + ROW.HELPER);
    if (entry === void 0) return;
    view.setInt32(at, entry.status, true);
    entry.args.forEach((arg, n) => {
      view.setInt32(at + 4 + n * 4, arg, true);
    });
    view.setInt32(at + 24, entry.returns, true);
    view.setInt32(at + 28, entry.returnId, true);
    view.setBigUint64(at + 40, entry.maps, true);
  });
  program.globals.forEach((fn, index) => {
    const at = globals + index * ROW.SUB;
    bytes.fill(0, at, at + ROW.SUB);
    view.setInt32(at, fn.start, true);
    fn.args.forEach((arg, n) => {
      view.setInt32(at + 4 + n * 4, arg.kind, true);
      view.setInt32(at + 24 + n * 4, arg.size, true);
    });
    view.setInt32(at + 44, fn.isVoid ? 1 : 0, true);
  });
  let features = 0n;
  FEATURES.forEach((name, bit) => {
    if (env2.profile.features.has(name)) features |= 1n << BigInt(bit);
  });
  const range = returnRange(program.attach);
  const privateStack = isSince(env2.profile, "6.13") && program.type !== "socket_filter";
  view.setBigUint64(words, features, true);
  view.setUint32(words + 8, code, true);
  view.setInt32(words + 12, program.code.length / 8, true);
  view.setUint32(words + 16, maps, true);
  view.setInt32(words + 20, program.maps.length, true);
  view.setUint32(words + 24, rows, true);
  view.setInt32(words + 28, helpers2.length, true);
  view.setUint32(words + 32, globals, true);
  view.setInt32(words + 36, program.globals.length, true);
  let options = log ? OPTION.LOG : 0;
  if (program.gpl) options |= OPTION.GPL;
  if (range !== void 0) options |= OPTION.RETVAL;
  if (privateStack) options |= OPTION.PRIVATE_STACK;
  view.setInt32(words + 40, options, true);
  view.setUint32(words + 44, INSN_LIMIT, true);
  view.setBigInt64(words + 48, range?.[0] ?? 0n, true);
  view.setBigInt64(words + 56, range?.[1] ?? 0n, true);
  view.setUint32(words + 64, env2.cpus ?? 0, true);
  return words;
}

// compiler/verifier/log.ts
function openLog(_exports, _program, _on) {
  const lines = [];
  return { lines, note: () => void 0 };
}

// compiler/verifier/names.ts
var BASE = {
  [TYPE.NONE]: "?",
  [TYPE.SCALAR]: "scalar",
  [TYPE.CTX]: "ctx",
  [TYPE.MAP]: "map_ptr",
  [TYPE.VALUE]: "map_value",
  [TYPE.KEY]: "map_key",
  [TYPE.STACK]: "fp",
  [TYPE.BTF]: "ptr_",
  [TYPE.MEM]: "mem",
  [TYPE.FUNC]: "func",
  [TYPE.BUF]: "buf",
  [TYPE.SOCKET]: "sock"
};
function typeName(type) {
  const has = (flag) => (type & flag) !== 0;
  const base = type & 255;
  const prefix = (has(FLAG.RDONLY) ? "rdonly_" : "") + (has(FLAG.RINGBUF) ? "ringbuf_" : "") + (has(FLAG.USER) ? "user_" : "") + (has(FLAG.PERCPU) ? "percpu_" : "") + (has(FLAG.RCU) ? "rcu_" : "") + (has(FLAG.UNTRUSTED) ? "untrusted_" : "") + (has(FLAG.TRUSTED) ? "trusted_" : "");
  const suffix = has(FLAG.MAYBE_NULL) ? base === TYPE.BTF ? "or_null_" : "_or_null" : "";
  return `${prefix}${BASE[base] ?? `type ${base}`}${suffix}`;
}
function tnumText(value, mask) {
  const hex = (n) => `0x${BigInt.asUintN(64, n).toString(16)}`;
  if (mask === 0n) return value === 0n ? "0" : hex(value);
  return `(${hex(value)}; ${hex(mask)})`;
}
var OPERATORS = {
  [ALU_OP.ADD]: "+=",
  [ALU_OP.SUB]: "-=",
  [ALU_OP.MUL]: "*=",
  [ALU_OP.DIV]: "/=",
  [ALU_OP.OR]: "|=",
  [ALU_OP.AND]: "&=",
  [ALU_OP.LSH]: "<<=",
  [ALU_OP.RSH]: ">>=",
  [ALU_OP.NEG]: "neg",
  [ALU_OP.MOD]: "%=",
  [ALU_OP.XOR]: "^=",
  [ALU_OP.MOV]: "=",
  [ALU_OP.ARSH]: "s>>=",
  [ALU_OP.END]: "endian"
};
function operatorText(op) {
  return OPERATORS[op] ?? `op ${op}`;
}
var MEMORY = "fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_";
var EXPECTED = {
  [ARG.CTX]: "ctx",
  [ARG.MAP]: "map_ptr",
  [ARG.KEY]: MEMORY,
  [ARG.VALUE]: MEMORY,
  [ARG.VALUE_UNINIT]: MEMORY,
  [ARG.MEM]: MEMORY,
  [ARG.MEM_UNINIT]: MEMORY,
  [ARG.LONG]: "fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf",
  [ARG.SIZE]: "scalar",
  [ARG.SIZE_ZERO]: "scalar",
  [ARG.ALLOC_SIZE]: "scalar",
  [ARG.RINGBUF]: "ringbuf_mem",
  [ARG.FUNCTION]: "func",
  [ARG.CONST_STRING]: "map_value",
  [ARG.STACK_OR_NULL]: "fp",
  [ARG.BTF]: "ptr_, trusted_ptr_, rcu_ptr_"
};
function expectedText(arg) {
  return EXPECTED[arg & 255] ?? "fp";
}

// compiler/verifier/messages.ts
function row(kernel, explanation, hint) {
  return {
    kernel: typeof kernel === "string" ? () => kernel : kernel,
    explanation: typeof explanation === "string" ? () => explanation : explanation,
    hint
  };
}
var big = (f, i) => f.args[i] ?? 0n;
var tnum = (f, i) => tnumText(big(f, i), big(f, i + 1));
var BOUND_HINT = "mask the value (x & 0x3f) or compare it with a constant before it is used as an offset or size";
var CHECK_HINT = "check the value for null (if ($x != 0) { \u2026 }) before it is used";
var MALFORMED = "the object is damaged or its compiler made an instruction that this kernel does not know";
var MESSAGES = {
  ALLOC_SIZE: row((n) => `R${n(0)} is not a known constant'`, "the size to reserve must be a constant"),
  ALU_OPCODE: row((n) => `invalid BPF_ALU opcode ${n(0).toString(16)}`, MALFORMED),
  ALU_RESERVED: row("BPF_ALU uses reserved fields", MALFORMED),
  ARG_TYPE: row(
    (n) => `R${n(0)} type=${typeName(n(1))} expected=${expectedText(n(2))}`,
    (n, f) => `argument ${n(0)} of this call must be ${describeExpected(n(2))}, and here it is ${describeType(n(1), f, n(3), n(4))}`,
    CHECK_HINT
  ),
  ATOMIC_OP: row(
    (n) => `BPF_ATOMIC uses invalid atomic opcode ${(n(0) & 255).toString(16).padStart(2, "0")}`,
    MALFORMED
  ),
  ATOMIC_PTR: row(
    (n) => `BPF_ATOMIC stores into R${n(0)} ${typeName(n(1))} is not allowed`,
    "an atomic update reaches memory that cannot be updated so"
  ),
  ATOMIC_SIZE: row("invalid atomic operand size", "atomic updates are of 4 or 8 bytes"),
  BAD_CALL_TARGET: row("invalid subprog", MALFORMED),
  BTF_NEGATIVE: row(
    (n, f) => `R${n(0)} is ptr_${f.struct(n(1), n(2))} invalid negative access: off=${n(3)}`,
    (n, f) => `a read before the beginning of struct ${f.struct(n(1), n(2))}`
  ),
  BTF_PERCPU: row(
    (n, f) => `R${n(0)} is ptr_${f.struct(n(1), n(2))} access percpu memory: off=${n(3)}`,
    (n, f) => `struct ${f.struct(n(1), n(2))} is per-CPU here: it cannot be read directly`
  ),
  BTF_REFUSED: row(
    (n, f) => n(4) === 1 ? `access beyond struct ${f.struct(n(0), n(3))} at off ${n(1)} size ${n(2)}` : `access beyond the end of member of struct ${f.struct(n(0), n(3))} at off ${n(1)} size ${n(2)}`,
    (n, f) => `struct ${f.struct(n(0), n(3))} has no member of ${n(2)} bytes at byte ${n(1)} in this kernel`
  ),
  BTF_USER: row(
    (n, f) => `R${n(0)} is ptr_${f.struct(n(1), n(2))} access user memory: off=${n(3)}`,
    "this pointer leads into a process: it cannot be read directly",
    "read it with uptr() or str()"
  ),
  BTF_VAR: row(
    (n, f) => `R${n(0)} is ptr_${f.struct(n(1), n(2))} invalid variable offset: off=${n(3)}, var_off=${tnum(f, 4)}`,
    (n, f) => `struct ${f.struct(n(1), n(2))} is read at an offset that is not constant`
  ),
  BTF_WRITE: row("only read is supported", "a program may not write into the kernel's own structures"),
  CALLBACK_MAP: row("callback function not allowed for map", "this kind of map cannot be walked"),
  CALLBACK_RETURN: row(
    (n, f) => `At callback return the register R0 has smin=${big(f, 0)} smax=${big(f, 1)} should have been in [${n(2)}, ${n(3)}]`,
    "the body of the walk must return 0 (go on) or 1 (stop)"
  ),
  CALLBACK_SCALAR: row("R0 not a scalar value", "the body of the walk must return a number"),
  CALLX: row(
    "callx is not known to the model",
    "the object calls a function by address, which the model does not judge"
  ),
  CALL_DEPTH: row((n) => `the call stack of ${n(0)} frames is too deep`, "functions call each other more than 8 deep"),
  CALL_RESERVED: row("BPF_CALL uses reserved fields", MALFORMED),
  COMPLEX: row(
    (n) => `The sequence of ${n(0)} jumps is too complex.`,
    "too many branches wait to be walked: the verifier gives up",
    "make loops shorter or split the probe"
  ),
  CTX: row(
    (n) => `invalid bpf_context access off=${n(0)} size=${n(1)}`,
    (n) => `this probe's context has nothing of ${n(1)} bytes at byte ${n(0)} that the program may reach`,
    "use the probe's own arguments (arg0, args.NAME, retval)"
  ),
  DIV_ZERO: row("div by zero", "a division by the constant 0"),
  END_RESERVED: row("BPF_END uses reserved fields", MALFORMED),
  EXIT_RESERVED: row("BPF_EXIT uses reserved fields", MALFORMED),
  FILL_SIZE: row("invalid size of register fill", "part of a saved pointer is read as if it were a number"),
  FRAME_POINTER: row("frame pointer is read only", MALFORMED),
  GLOBAL_ARG: row(
    (n) => n(1) === 1 ? `R${n(0)} is not a scalar` : `arg#${n(0) - 1} is expected to be non-NULL`,
    (n) => `argument ${n(0)} of a call does not fit the function's prototype`
  ),
  GOTO_RESERVED: row("BPF_JA uses reserved fields", MALFORMED),
  HELPER_GPL: row(
    "cannot call GPL-restricted function from non-GPL compatible program",
    (n, f) => `the helper ${f.helper(n(0))} is for programs under the GPL only`,
    "keep the licence that the compiler writes"
  ),
  HELPER_ID: row(
    (n, f) => `invalid func ${f.kernelHelper(n(0))}#${n(0)}`,
    (n, f) => `this kernel has no helper ${f.helper(n(0))}`,
    "use an older way to the same value, or a newer kernel"
  ),
  HELPER_PROGRAM: row(
    (n, f) => `program of this type cannot use helper ${f.kernelHelper(n(0))}#${n(0)}`,
    (n, f) => `the helper ${f.helper(n(0))} is not there for probes of this kind`,
    "move the expression to a probe of another kind"
  ),
  HELPER_UNKNOWN: row(
    (n, f) => `helper ${f.helper(n(0))} is not known to the model`,
    (n, f) => `the model does not know what the helper ${f.helper(n(0))} asks of its arguments`
  ),
  INFINITE_LOOP: row(
    (n) => `infinite loop detected at insn ${n(0)}`,
    "this loop comes back with nothing changed: the verifier cannot see that it ends",
    "count with a variable and a constant bound, or use unroll()"
  ),
  INSN_CLASS: row((n) => `unknown insn class ${n(0) & 7}`, MALFORMED),
  INVALID_MEM: row(
    (n) => `R${n(0)} invalid mem access '${typeName(n(1))}'`,
    (n, f) => `memory is reached through ${describeType(n(1), f, n(2), n(3))}`,
    "check for null first; read other memory of the kernel with a cast and a field access"
  ),
  JMP_OPCODE: row((n) => `invalid BPF_JMP/JMP32 opcode ${n(0).toString(16)}`, MALFORMED),
  JMP_RESERVED: row("BPF_JMP/JMP32 uses reserved fields", MALFORMED),
  JUMP_MIDDLE: row((n) => `jump into the middle of ldimm64 insn ${n(0)}`, MALFORMED),
  JUMP_RANGE: row((n) => `jump out of range from insn ${n(0)} to ${n(1)}`, MALFORMED),
  KEY_ACCESS: row(
    (n, f) => `invalid access to map key, key_size=${n(0)} off=${big(f, 1)} size=${n(2)}`,
    (n, f) => `${n(2)} bytes at byte ${big(f, 1)} of a map's key, which has ${n(0)} bytes`
  ),
  KEY_WRITE: row((n) => `write to change key R${n(0)} not allowed`, "the key of a map's entry is not for writing"),
  KFUNC: row(
    (n) => `kernel function ${n(0)} is not known to the model`,
    "the program calls a kernel function, which the model does not judge"
  ),
  LAST_INSN: row("last insn is not an exit or jmp", MALFORMED),
  LD_LEGACY: row(
    "packet loads are not known to the model",
    "the program reads packets the old way, which the model does not judge"
  ),
  LOAD_RESERVED: row("BPF_LDX uses reserved fields", MALFORMED),
  MAP_ACCESS: row(
    (n, f) => `invalid access to map value, value_size=${n(0)} off=${big(f, 1)} size=${n(2)}`,
    (n, f) => `${n(2)} bytes at byte ${big(f, 1)} of a map's value, which has ${n(0)} bytes`,
    BOUND_HINT
  ),
  MAP_HELPER: row(
    (n, f) => `cannot pass map_type ${n(0)} into func ${f.kernelHelper(n(1))}#${n(1)}`,
    (n, f) => `${f.helper(n(1))} does not work on a map of type ${f.mapType(n(0))}`
  ),
  MAP_PTR: row((n) => `write to map_ptr R${n(0)} is forbidden`, "a program may not write into a map's own description"),
  MAP_READ_ONLY: row(
    (n, f) => `write into map forbidden, value_size=${n(0)} off=${big(f, 1)} size=${n(2)}`,
    "a write into constant data"
  ),
  MAP_SPECIAL: row(
    "map values with locks, timers or kernel pointers are not known to the model",
    "a map's value holds a lock, timer or kernel pointer, which the model does not judge"
  ),
  MAP_WRITE_ONLY: row(
    (n, f) => `read from map forbidden, value_size=${n(0)} off=${big(f, 1)} size=${n(2)}`,
    "a read from a map that programs may only write"
  ),
  MAX_OUTSIDE: row(
    (n) => `R${n(0)} max value is outside of the allowed memory range`,
    "the largest offset that is possible here lies outside of the memory",
    BOUND_HINT
  ),
  MAY_GOTO: row(
    "may_goto is not known to the model",
    "the program has a may_goto loop, which the model does not judge"
  ),
  MEM_ACCESS: row(
    (n, f) => `invalid access to memory, mem_size=${n(0)} off=${big(f, 1)} size=${n(2)}`,
    (n, f) => `${n(2)} bytes at byte ${big(f, 1)} of memory that has ${n(0)} bytes`,
    BOUND_HINT
  ),
  MEM_READ_ONLY: row(
    (n) => `R${n(0)} cannot write into ${typeName(n(1))}`,
    "a write into memory that programs may only read"
  ),
  MIN_NEGATIVE: row(
    (n) => `R${n(0)} min value is negative, either use unsigned index or do a if (index >=0) check.`,
    "an offset may be negative here",
    "cast it to an unsigned type, or check that it is not below 0"
  ),
  MIN_OUTSIDE: row(
    (n) => `R${n(0)} min value is outside of the allowed memory range`,
    "even the smallest offset that is possible here lies outside of the memory",
    BOUND_HINT
  ),
  MISALIGNED: row(
    (n, f) => {
      const text = n(0) === 6 ? "stack " : n(0) === 4 || n(0) === 5 ? "value " : "";
      return `misaligned ${text}access off ${tnum(f, 1)}+${n(3)}+${n(4)} size ${n(5)}`;
    },
    (n) => `${n(5)} bytes are reached at an address that is no multiple of ${n(5)}`
  ),
  MOV_RESERVED: row("BPF_MOV uses reserved fields", MALFORMED),
  NEG_RESERVED: row("BPF_NEG uses reserved fields", MALFORMED),
  NOT_READABLE: row(
    (n) => `R${n(0)} !read_ok`,
    (n) => `register r${n(0)} is used and has no value on this way through the program`
  ),
  NO_MAP: row("invalid map_ptr to access map->key", "a map's key is given without a map"),
  OPCODE: row((n) => `unknown opcode ${n(0).toString(16).padStart(2, "0")}`, MALFORMED),
  PTR_32: row((n) => `R${n(0)} 32-bit pointer arithmetic prohibited`, "32-bit arithmetic on an address"),
  PTR_BITWISE: row(
    (n) => `R${n(0)} bitwise operator ${operatorText(n(1))} on pointer prohibited`,
    "bits of an address are masked: the result is no address the verifier could follow"
  ),
  PTR_FIXED_RANGE: row(
    (n) => `${typeName(n(0))} pointer offset ${n(1)} is not allowed`,
    (n) => `an address is moved by ${n(1)} bytes: beyond any memory`
  ),
  PTR_MISMATCH: row(
    "same insn cannot be used with different pointers",
    "one instruction reaches different kinds of memory on different ways: the kernel cannot translate it for both"
  ),
  PTR_MODIFIED: row(
    (n) => `dereference of modified ${typeName(n(2))} ptr R${n(0)} off=${n(1)} disallowed`,
    "an address that must be used as it was given was moved"
  ),
  PTR_NEGATIVE: row(
    (n) => `negative offset ${typeName(n(2))} ptr R${n(0)} off=${n(1)} disallowed`,
    "an address that must be used as it was given was moved"
  ),
  PTR_NULLABLE: row(
    (n) => `R${n(0)} pointer arithmetic on ${typeName(n(1))} prohibited, null-check it first`,
    "an address that may be null is moved",
    CHECK_HINT
  ),
  PTR_OPERATOR: row(
    (n) => `R${n(0)} pointer arithmetic with ${operatorText(n(1))} operator prohibited`,
    (n) => `an address takes part in ${operatorText(n(1))}: only + and - leave an address`
  ),
  PTR_PROHIBITED: row(
    (n) => `R${n(0)} pointer arithmetic on ${typeName(n(1))} prohibited`,
    (n, f) => `${describeType(n(1), f, n(2), n(3))} may not be moved`
  ),
  PTR_PTR: row(
    (n) => `R${n(0)} pointer ${operatorText(n(1))} pointer prohibited`,
    "two addresses are combined: only their difference is allowed"
  ),
  PTR_RANGE: row(
    (n, f) => `value ${big(f, 1)} makes ${typeName(n(0))} pointer be out of bounds`,
    "an address may be moved beyond any memory",
    BOUND_HINT
  ),
  PTR_SUB_SCALAR: row(
    (n) => `R${n(0)} tried to subtract pointer from scalar`,
    "an address is subtracted from a number"
  ),
  PTR_SUB_STACK: row(
    (n) => `R${n(0)} subtraction from stack pointer prohibited`,
    "a number is subtracted from an address on the stack"
  ),
  PTR_UNBOUNDED: row(
    (n) => `math between ${typeName(n(0))} pointer and register with unbounded min value is not allowed`,
    "an address is moved by a number of which nothing is known",
    BOUND_HINT
  ),
  PTR_VALUE: row(
    (n, f) => `math between ${typeName(n(0))} pointer and ${big(f, 1)} is not allowed`,
    (_, f) => `an address is moved by ${big(f, 1)} bytes: beyond any memory`
  ),
  PTR_VAR: row(
    (n, f) => `variable ${typeName(n(2))} access var_off=${tnum(f, 0)} disallowed`,
    "the context is reached at an offset that is not constant",
    "use constant numbers of arguments"
  ),
  RECURSION: row("recursive call", "a function calls itself"),
  REF_LEAK: row(
    (n) => `Unreleased reference id=${n(0)} alloc_insn=${n(1)}`,
    "a record reserved in the ring buffer is neither sent nor discarded on this way out"
  ),
  REG_INVALID: row((n) => `R${n(0)} is invalid`, MALFORMED),
  RELEASE_OFFSET: row(
    (n) => `R${n(0)} must have zero offset when passed to release func or trusted arg to kfunc`,
    "the record to send was moved from its beginning"
  ),
  RETURN_RANGE: row(
    (n, f) => {
      const unknown = n(2) === 1 || big(f, 0) === -(2n ** 63n) && big(f, 1) === 2n ** 63n - 1n;
      const had = unknown ? "unknown scalar value" : `smin=${big(f, 0)} smax=${big(f, 1)}`;
      return `At program exit the register R0 has ${had} should have been in [${n(3)}, ${n(4)}]`;
    },
    (n) => `a probe of this kind must return a number from ${n(3)} to ${n(4)}`
  ),
  RETURN_STACK: row("cannot return stack pointer to the caller", "a function returns the address of its own memory"),
  SHIFT: row(
    (n) => `invalid shift ${n(0)}`,
    (n) => `a shift by ${n(0)} bits: beyond the width of the number`
  ),
  SIZE_NEGATIVE: row(
    (n) => `R${n(0)} min value is negative, either use unsigned or 'var &= const'`,
    "a size may be negative here",
    BOUND_HINT
  ),
  SIZE_UNBOUNDED: row(
    (n) => `R${n(0)} unbounded memory access, use 'var &= const' or 'if (var < const)'`,
    "a size has no upper bound here",
    BOUND_HINT
  ),
  SIZE_ZERO: row(
    (n, f) => `R${n(0)} invalid zero-sized read: u64=[${big(f, 1)},${big(f, 2)}]`,
    "a size may be 0 here, which this helper does not take"
  ),
  SPILL_CALLER: row(
    "cannot spill pointers to stack into stack frame of the caller",
    "the address of a function's own memory is kept in its caller's"
  ),
  SPILL_SIZE: row("invalid size of register spill", "part of an address is stored"),
  STACK_COMBINED: row(
    (n) => `combined stack size of ${n(0)} calls is ${n(1)}. Too large`,
    (n) => `the program and the functions it calls need ${n(1)} bytes of stack together; 512 is the limit`,
    "use fewer or smaller variables; strings and stacks take the most"
  ),
  STACK_INDIRECT: row(
    (n) => `invalid read from stack R${n(0)} off ${n(1)}+${n(2)} size ${n(3)}`,
    (n) => `of ${n(3)} bytes given to a helper, byte ${n(2)} was never written`
  ),
  STACK_INDIRECT_VAR: row(
    (n, f) => `invalid read from stack R${n(0)} var_off ${tnum(f, 1)}+${n(3)} size ${n(4)}`,
    "memory given to a helper was never written"
  ),
  STACK_LEAK: row(
    (n, f) => `variable offset stack pointer cannot be passed into helper function; var_off=${tnum(f, 1)} off=${n(0)}`,
    "memory on the stack is updated at an offset that is not constant"
  ),
  STACK_OFF: row(
    (n) => `invalid${n(0) === 1 ? " write to" : " read from"} stack R${n(1)} off=${n(2)} size=${n(3)}`,
    (n) => `${n(3)} bytes at ${n(2)} of a stack frame of 512 bytes`,
    "use fewer or smaller variables; strings and stacks take the most"
  ),
  STACK_READ: row(
    (n) => `invalid read from stack off ${n(0)}+${n(1)} size ${n(2)}`,
    "a variable is read that has no value on this way through the program"
  ),
  STACK_UNBOUNDED: row(
    (n) => `invalid unbounded variable-offset${n(0) === 1 ? " write to" : " read from"} stack R${n(1)}`,
    "the stack is reached at an offset of which nothing is known",
    BOUND_HINT
  ),
  STACK_VAR_OFF: row(
    (n, f) => `invalid variable-offset${n(0) === 1 ? " write to" : " read from"} stack R${n(1)} var_off=${tnum(f, 2)} off=${n(4)} size=${n(5)}`,
    "the largest or smallest offset that is possible here lies outside of the stack frame",
    BOUND_HINT
  ),
  STACK_VAR_UNINIT: row(
    (n) => `uninit stack in range of var-offset write prohibited for !root; insn ${n(0)}, off: ${n(1)}`,
    "memory that was never written is written at an offset that is not constant"
  ),
  STORE_CTX: row(
    (n) => `BPF_ST stores into R${n(0)} ${typeName(n(1))} is not allowed`,
    "this kernel does not take a constant stored into the context"
  ),
  STORE_RESERVED: row((n) => `BPF_ST${n(0) === 1 ? "X" : ""} uses reserved fields`, MALFORMED),
  STRING_END: row("string is not zero-terminated", "a constant string has no end"),
  STRING_VARIABLE: row(
    (n) => `R${n(0)} is not a constant address'`,
    "the address of a constant string is not constant"
  ),
  STRING_WRITABLE: row(
    (n) => `R${n(0)} does not point to a readonly map'`,
    "a constant string is asked, and this one may change"
  ),
  SUB_RETURN: row(
    (n) => `At subprogram exit the register R0 is not a scalar value (${typeName(n(0))})`,
    "a global function must return a number"
  ),
  TOO_LARGE: row(
    (n) => `BPF program is too large. Processed ${n(0)} insn`,
    "the verifier walked a million instructions and was not done: the program is too large or its loops too long",
    "make loops shorter, or split the work over several probes"
  ),
  TRAP: row("the program is empty", MALFORMED),
  TWO_REFS: row(
    (n) => `more than one arg with ref_obj_id R${n(0)} ${n(1)} ${n(2)}`,
    "two reserved records in one call"
  ),
  UNBOUNDED: row(
    (n) => `R${n(0)} unbounded memory access, make sure to bounds check any such access`,
    "an offset has no upper bound here",
    BOUND_HINT
  ),
  UNKNOWN_ACCESS: row(
    "access of a kind that the model does not know",
    "the program reaches memory of a kind that the model does not judge"
  ),
  UNREACHABLE: row((n) => `unreachable insn ${n(0)}`, MALFORMED),
  UNREFERENCED: row(
    (n) => `R${n(0)} must be referenced when passed to release function`,
    "a record is sent that was not reserved, or was sent already"
  ),
  WIDE_RESERVED: row("invalid BPF_LD_IMM insn", MALFORMED),
  ZERO_READ: row("invalid zero-sized read", "a size of 0, which this helper does not take")
};
var MESSAGE_NAMES = Object.keys(MESSAGES);
function describeType(type, f, id, btf) {
  const nullable2 = (type & 256) !== 0 ? ", which may be null" : "";
  switch (type & 255) {
    case 0:
      return "nothing: it has no value here";
    case 1:
      return "a number, not an address that the kernel vouches for";
    case 2:
      return `the probe's context${nullable2}`;
    case 3:
      return `a map${nullable2}`;
    case 4:
      return `a map's value${nullable2}`;
    case 5:
      return `a map's key${nullable2}`;
    case 6:
      return "an address on the stack";
    case 7:
      return `a pointer to struct ${f.struct(id, btf)}${nullable2}`;
    case 8:
      return `memory${nullable2}`;
    case 9:
      return "the address of a function";
    default:
      return `${typeName(type)}${nullable2}`;
  }
}
function describeExpected(arg) {
  switch (arg & 255) {
    case 2:
      return "the probe's context";
    case 3:
      return "a map";
    case 9:
    case 10:
    case 16:
      return "a number";
    case 11:
      return "a record reserved in a ring buffer";
    case 12:
      return "a function";
    case 14:
      return "a pointer to a kernel structure";
    default:
      return "memory of the program's own";
  }
}

// compiler/verifier/verify.ts
var NO_COUNTS = { processed: 0, states: 0, peakStates: 0, stack: 0, stackCombined: 0 };
function verifyProgram(verifier, program, env2, options = {}) {
  const shape = checkShape(program, env2);
  if (shape !== void 0) return shape;
  const { exports } = verifier;
  const since = (version) => isSince(env2.profile, version);
  const context = contextOf(program, env2);
  const walk2 = env2.btf === void 0 ? void 0 : openBtfWalk(env2.btf, since);
  const log = openLog(exports, program, options.log === true);
  verifier.setHost({
    ctxAccess: (off, size, write) => context(off, size, write !== 0),
    btfAccess: (_, id, off, size) => walk2?.access(id, off, size) ?? NOT_KNOWN,
    btfSize: (_, id) => env2.btf === void 0 ? 0 : structSize(env2.btf, id),
    btfMatches: () => -1,
    log: log.note
  });
  try {
    const outcome = exports.run(writeImage(exports, program, env2, options.log === true));
    return report(outcome, verifier, program, env2, log.lines);
  } catch (error) {
    return none("unknown", "model-failed", `the model failed: ${error instanceof Error ? error.message : "trap"}`);
  }
}
function none(verdict, reason, message, insn) {
  const text = { reason, message, explanation: message, hint: void 0 };
  return { verdict, insn, ...text, counts: NO_COUNTS, log: [] };
}
function checkShape(program, env2) {
  const { code, attach } = program;
  const slots = code.length / 8;
  if (!Number.isInteger(slots) || slots === 0 || slots > 1e6) {
    return none(
      "refused",
      "bad-size",
      `a program of ${code.length} bytes is no whole number of 1 to 1000000 instructions`
    );
  }
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  for (let i = 0; i < slots; i++) {
    if (view.getUint8(i * 8) !== 24) continue;
    const bad = checkWide(view, i, slots, program);
    if (bad !== void 0) return bad;
    i++;
  }
  if (attach !== void 0 && env2.btf !== void 0 && prototypeOf(attach, env2.btf) === void 0) {
    const name = "function" in attach ? attach.function : attach.name;
    return none("cannot-attach", "no-such-target", `this kernel has no ${attach.kind} target ${name}`);
  }
  return void 0;
}
function checkWide(view, slot, slots, program) {
  const at = slot * 8;
  const broken = slot + 1 >= slots || view.getUint32(at + 8, true) !== 0;
  if (broken) return none("refused", "bad-wide-load", "invalid bpf_ld_imm64 insn", slot);
  const source = view.getUint8(at + 1) >> 4;
  const low = view.getInt32(at + 4, true);
  const high = view.getInt32(at + 12, true);
  if (source > 6 || source !== 0 && source !== 2 && high !== 0) {
    return none("refused", "bad-wide-load", "unrecognized bpf_ld_imm64 insn", slot);
  }
  if (source === 1 || source === 2) {
    const map2 = program.maps[low];
    if (map2 === void 0) return none("refused", "bad-map", `fd ${low} is not pointing to valid bpf_map`, slot);
    if (source === 2 && !isDirect(map2, high)) {
      const text = `invalid access to map value pointer, value_size=${map2.valueSize} off=${high}`;
      return none("refused", "bad-map-address", text, slot);
    }
  }
  if (source === 4 && !program.funcInfo) return none("refused", "no-func-info", "missing btf func_info", slot);
  return void 0;
}
function isDirect(map2, off) {
  return map2.type === 2 && map2.maxEntries === 1 && off >= 0 && off < map2.valueSize;
}
function report(outcome, verifier, program, env2, log) {
  const { exports } = verifier;
  const counts = {
    processed: exports.insnsProcessed(),
    states: exports.statesRecorded(),
    peakStates: exports.statesPeak(),
    stack: exports.functions() > 0 ? exports.depthOf(0) : 0,
    stackCombined: exports.depthOfChain()
  };
  if (outcome === VERDICT.ACCEPTED) {
    const nothing = { insn: void 0, reason: void 0, message: void 0, explanation: void 0, hint: void 0 };
    return { verdict: "accepted", ...nothing, counts, log };
  }
  const name = MESSAGE_NAMES[exports.errorCode() - 1] ?? "OPCODE";
  const failure = {
    insn: exports.errorInsn(),
    args: Array.from({ length: 6 }, (_, i) => exports.errorArg(i)),
    helper: helperName,
    kernelHelper: (id) => helperName(id) === "unknown" ? "unknown" : `bpf_${helperName(id)}`,
    mapType: mapKindName,
    struct: (id) => structName(env2.btf, id)
  };
  const row2 = MESSAGES[name];
  const n = (i) => Number(failure.args[i] ?? 0n);
  const insn = failure.insn >= 0 && failure.insn < program.code.length / 8 ? failure.insn : void 0;
  return {
    verdict: outcome === VERDICT.REFUSED ? "refused" : "unknown",
    insn,
    reason: name.toLowerCase().replaceAll("_", "-"),
    message: row2.kernel(n, failure),
    explanation: row2.explanation(n, failure),
    hint: row2.hint,
    counts,
    log
  };
}
function structName(btf, id) {
  if (btf === void 0 || id <= 0 || id >= btf.count) return "";
  const type = btf.type(branded(id));
  return "name" in type ? type.name : "";
}

// compiler/ebpf/error.ts
var EbpfError = class extends Error {
  name = "EbpfError";
};

// compiler/ebpf/opcodes.ts
var CLASS = {
  ld: 0,
  ldx: 1,
  st: 2,
  stx: 3,
  alu: 4,
  jmp: 5,
  jmp32: 6,
  alu64: 7
};
var SOURCE = { k: 0, x: 8 };
var MODE = { imm: 0, mem: 96, memsx: 128, atomic: 192 };
var SIZE_BITS = { 4: 0, 2: 8, 1: 16, 8: 24 };
var ALU = {
  add: { code: 0, off: 0, isa: "v1", text: "{dst} += {operand}" },
  sub: { code: 16, off: 0, isa: "v1", text: "{dst} -= {operand}" },
  mul: { code: 32, off: 0, isa: "v1", text: "{dst} *= {operand}" },
  div: { code: 48, off: 0, isa: "v1", text: "{dst} /= {operand}" },
  sdiv: { code: 48, off: 1, isa: "v4", text: "{dst} s/= {operand}" },
  or: { code: 64, off: 0, isa: "v1", text: "{dst} |= {operand}" },
  and: { code: 80, off: 0, isa: "v1", text: "{dst} &= {operand}" },
  lsh: { code: 96, off: 0, isa: "v1", text: "{dst} <<= {operand}" },
  rsh: { code: 112, off: 0, isa: "v1", text: "{dst} >>= {operand}" },
  mod: { code: 144, off: 0, isa: "v1", text: "{dst} %= {operand}" },
  smod: { code: 144, off: 1, isa: "v4", text: "{dst} s%= {operand}" },
  xor: { code: 160, off: 0, isa: "v1", text: "{dst} ^= {operand}" },
  mov: { code: 176, off: 0, isa: "v1", text: "{dst} = {operand}" },
  arsh: { code: 192, off: 0, isa: "v1", text: "{dst} s>>= {operand}" }
};
var NEG = { code: 128, isa: "v1", text: "{dst} = -{dst}" };
var MOVSX = { code: 176, isa: "v4", text: "{dst} = ({s}){src}" };
var SWAP_CODE = 208;
var SWAP = {
  le: { class: CLASS.alu, source: SOURCE.k, isa: "v1", text: "{dst} = le{bits} {dst}" },
  be: { class: CLASS.alu, source: SOURCE.x, isa: "v1", text: "{dst} = be{bits} {dst}" },
  bswap: { class: CLASS.alu64, source: SOURCE.k, isa: "v4", text: "{dst} = bswap{bits} {dst}" }
};
var JUMP = {
  jeq: { code: 16, isa: "v1", text: "if {dst} == {operand} goto {target}" },
  jgt: { code: 32, isa: "v1", text: "if {dst} > {operand} goto {target}" },
  jge: { code: 48, isa: "v1", text: "if {dst} >= {operand} goto {target}" },
  jset: { code: 64, isa: "v1", text: "if {dst} & {operand} goto {target}" },
  jne: { code: 80, isa: "v1", text: "if {dst} != {operand} goto {target}" },
  jsgt: { code: 96, isa: "v1", text: "if {dst} s> {operand} goto {target}" },
  jsge: { code: 112, isa: "v1", text: "if {dst} s>= {operand} goto {target}" },
  jlt: { code: 160, isa: "v2", text: "if {dst} < {operand} goto {target}" },
  jle: { code: 176, isa: "v2", text: "if {dst} <= {operand} goto {target}" },
  jslt: { code: 192, isa: "v2", text: "if {dst} s< {operand} goto {target}" },
  jsle: { code: 208, isa: "v2", text: "if {dst} s<= {operand} goto {target}" }
};
var CONTROL = {
  goto: { opcode: CLASS.jmp, isa: "v1", text: "goto {target}" },
  gotol: { opcode: CLASS.jmp32, isa: "v4", text: "gotol {target}" },
  mayGoto: { opcode: 224 | CLASS.jmp, isa: "v4", text: "may_goto {target}" },
  call: { opcode: 128 | CLASS.jmp, isa: "v1", text: "call {callee}" },
  callx: { opcode: 128 | SOURCE.x | CLASS.jmp, isa: "v1", text: "callx {dst}" },
  exit: { opcode: 144 | CLASS.jmp, isa: "v1", text: "exit" }
};
var CALL_SOURCE = { helper: 0, function: 1, kfunc: 2 };
var MEMORY2 = {
  load: { mode: MODE.mem, class: CLASS.ldx, isa: "v1", text: "{dst} = *({u} *)({mem})" },
  loadSigned: { mode: MODE.memsx, class: CLASS.ldx, isa: "v4", text: "{dst} = *({s} *)({mem})" },
  store: { mode: MODE.mem, class: CLASS.stx, isa: "v1", text: "*({u} *)({mem}) = {src}" },
  storeImm: { mode: MODE.mem, class: CLASS.st, isa: "v1", text: "*({u} *)({mem}) = {imm}" },
  loadAcquire: { mode: MODE.atomic, class: CLASS.stx, isa: "v4", text: "{dst} = load_acquire(({u} *)({mem}))" },
  storeRelease: { mode: MODE.atomic, class: CLASS.stx, isa: "v4", text: "store_release(({u} *)({mem}), {src})" }
};
var ORDERED_IMM = { loadAcquire: 256, storeRelease: 272 };
var ATOMIC = {
  add: { imm: 0, isa: "v1", text: "lock *({u} *)({mem}) += {src}" },
  or: { imm: 64, isa: "v3", text: "lock *({u} *)({mem}) |= {src}" },
  and: { imm: 80, isa: "v3", text: "lock *({u} *)({mem}) &= {src}" },
  xor: { imm: 160, isa: "v3", text: "lock *({u} *)({mem}) ^= {src}" },
  fetch_add: { imm: 1, isa: "v3", text: "{src} = atomic_fetch_add(({u} *)({mem}), {src})" },
  fetch_or: { imm: 65, isa: "v3", text: "{src} = atomic_fetch_or(({u} *)({mem}), {src})" },
  fetch_and: { imm: 81, isa: "v3", text: "{src} = atomic_fetch_and(({u} *)({mem}), {src})" },
  fetch_xor: { imm: 161, isa: "v3", text: "{src} = atomic_fetch_xor(({u} *)({mem}), {src})" },
  xchg: { imm: 225, isa: "v3", text: "{src} = xchg{x}_{bits}({mem}, {src})" },
  cmpxchg: { imm: 241, isa: "v3", text: "{r0} = cmpxchg{x}_{bits}({mem}, {r0}, {src})" }
};
var WIDE = { opcode: CLASS.ld | MODE.imm | 24, isa: "v1", text: "{dst} = {wide} ll" };
var WIDE_SOURCE = { imm: 0, map: 1, mapValue: 2, ksym: 3, function: 4 };

// compiler/ebpf/encode.ts
function slotCount(insn) {
  return insn.kind === "label" ? 0 : insn.kind === "load64" ? 2 : 1;
}
function encodeInsn(out, insn, displacement) {
  switch (insn.kind) {
    case "label":
      return out;
    case "alu": {
      const row2 = ALU[insn.op];
      const code = row2.code | sourceBit(insn.src) | (insn.width === 64 ? CLASS.alu64 : CLASS.alu);
      return put(out, code, insn.dst, regOf(insn.src), row2.off, immOf(insn.src, insn.width === 32));
    }
    case "neg":
      return put(out, NEG.code | (insn.width === 64 ? CLASS.alu64 : CLASS.alu), insn.dst, 0, 0, 0);
    case "movsx": {
      if (insn.bits === 32 && insn.width === 32) throw new EbpfError("a 32-bit sign extension has no 32-bit form");
      const code = MOVSX.code | SOURCE.x | (insn.width === 64 ? CLASS.alu64 : CLASS.alu);
      return put(out, code, insn.dst, insn.src, insn.bits, 0);
    }
    case "swap": {
      const row2 = SWAP[insn.op];
      return put(out, SWAP_CODE | row2.source | row2.class, insn.dst, 0, 0, insn.bits);
    }
    case "load": {
      if (insn.signed && insn.size === 8) throw new EbpfError("an 8-byte load has no sign-extending form");
      const row2 = insn.signed ? MEMORY2.loadSigned : MEMORY2.load;
      return put(out, row2.mode | SIZE_BITS[insn.size] | row2.class, insn.dst, insn.base, insn.off, 0);
    }
    case "store": {
      const row2 = insn.src.kind === "reg" ? MEMORY2.store : MEMORY2.storeImm;
      const code = row2.mode | SIZE_BITS[insn.size] | row2.class;
      return put(out, code, insn.base, regOf(insn.src), insn.off, immOf(insn.src, insn.size < 8));
    }
    case "atomic":
      return put(out, atomicCode(insn.size), insn.base, insn.src, insn.off, ATOMIC[insn.op].imm);
    case "load-acquire":
      return put(out, atomicCode(insn.size), insn.dst, insn.base, insn.off, ORDERED_IMM.loadAcquire);
    case "store-release":
      return put(out, atomicCode(insn.size), insn.base, insn.src, insn.off, ORDERED_IMM.storeRelease);
    case "load64":
      return putWide(out, insn.dst, insn.value, displacement);
    case "jump": {
      const code = JUMP[insn.op].code | sourceBit(insn.right) | (insn.width === 64 ? CLASS.jmp : CLASS.jmp32);
      return put(out, code, insn.left, regOf(insn.right), displacement ?? 0, immOf(insn.right, insn.width === 32));
    }
    case "goto":
      return insn.long ? put(out, CONTROL.gotol.opcode, 0, 0, 0, displacement ?? 0) : put(out, CONTROL.goto.opcode, 0, 0, displacement ?? 0, 0);
    case "may-goto":
      return put(out, CONTROL.mayGoto.opcode, 0, 0, displacement ?? 0, 0);
    case "call":
      switch (insn.target.kind) {
        case "helper":
          return put(out, CONTROL.call.opcode, 0, CALL_SOURCE.helper, 0, insn.target.id);
        case "function":
        case "kfunc":
          return put(out, CONTROL.call.opcode, 0, CALL_SOURCE.function, 0, displacement ?? -1);
        case "register":
          return put(out, CONTROL.callx.opcode, insn.target.reg, 0, 0, 0);
        default:
          return unreachable(insn.target);
      }
    case "exit":
      return put(out, CONTROL.exit.opcode, 0, 0, 0, 0);
    default:
      return unreachable(insn);
  }
}
function putWide(out, dst, value, displacement) {
  let low = 0;
  let high = 0;
  let source = WIDE_SOURCE.imm;
  switch (value.kind) {
    case "imm": {
      const bits = BigInt.asUintN(64, value.value);
      low = Number(BigInt.asIntN(32, bits));
      high = Number(BigInt.asIntN(32, bits >> 32n));
      break;
    }
    case "map-value":
      low = value.offset;
      break;
    case "function":
      if (displacement !== void 0) {
        source = WIDE_SOURCE.function;
        low = displacement;
      }
      break;
    case "map":
    case "ksym":
      break;
    default:
      unreachable(value);
  }
  put(out, WIDE.opcode, dst, source, 0, low);
  return put(out, 0, 0, 0, 0, high);
}
function put(out, opcode, dst, src, off, imm) {
  if (!Number.isInteger(off) || off < -32768 || off > 32767) {
    throw new EbpfError(`offset ${off} does not fit the 16 bits of an instruction's offset`);
  }
  return out.u8(opcode).u8(src << 4 | dst).u16(off & 65535).u32(imm);
}
function sourceBit(operand2) {
  return operand2.kind === "reg" ? SOURCE.x : SOURCE.k;
}
function regOf(operand2) {
  return operand2.kind === "reg" ? operand2.reg : 0;
}
function immOf(operand2, narrow) {
  if (operand2.kind === "reg") return 0;
  const { value } = operand2;
  if (!Number.isInteger(value) || value < -2147483648 || value > (narrow ? 4294967295 : 2147483647)) {
    throw new EbpfError(`immediate ${value} does not fit the 32 bits of an instruction's immediate`);
  }
  return value;
}
function atomicCode(size) {
  return MODE.atomic | SIZE_BITS[size] | CLASS.stx;
}

// compiler/ebpf/layout.ts
function layout(insns) {
  const slots = [];
  const labels = /* @__PURE__ */ new Map();
  let slot = 0;
  for (const insn of insns) {
    slots.push(branded(slot));
    if (insn.kind === "label") {
      if (labels.has(insn.name)) throw new EbpfError(`label ${insn.name} is defined twice`);
      labels.set(insn.name, slot);
    }
    slot += slotCount(insn);
  }
  const out = new ByteWriter("little", slot * 8);
  const relocations = [];
  const core = [];
  insns.forEach((insn, index) => {
    const at = slots[index] ?? branded(0);
    const external = relocationOf(insn, labels);
    if (external !== void 0) relocations.push({ slot: at, target: external });
    if (insn.meta.core !== void 0) core.push({ slot: at, reference: insn.meta.core });
    encodeInsn(out, insn, displacementOf(insn, at, slot, labels));
  });
  return { bytes: out.finish(), slots, relocations, core };
}
function displacementOf(insn, at, end, labels) {
  switch (insn.kind) {
    case "jump":
    case "goto":
    case "may-goto": {
      const target = labels.get(insn.target);
      if (target === void 0) throw new EbpfError(`jump at slot ${at}: no label ${insn.target} in this function`);
      if (target >= end)
        throw new EbpfError(`jump at slot ${at}: label ${insn.target} stands after the last instruction`);
      const displacement = target - at - 1;
      const long = insn.kind === "goto" && insn.long;
      if (!long && (displacement < -32768 || displacement > 32767)) {
        throw new EbpfError(
          `jump at slot ${at}: ${insn.target} is ${displacement} slots away, beyond the 16 bits of a jump's offset`
        );
      }
      return displacement;
    }
    case "call": {
      const target = insn.target.kind === "function" ? labels.get(insn.target.name) : void 0;
      return target === void 0 ? void 0 : target - at - 1;
    }
    case "load64": {
      const target = insn.value.kind === "function" ? labels.get(insn.value.name) : void 0;
      return target === void 0 ? void 0 : target - at - 1;
    }
    default:
      return void 0;
  }
}
function relocationOf(insn, labels) {
  if (insn.kind === "load64") {
    switch (insn.value.kind) {
      case "map":
      case "map-value":
      case "ksym":
        return insn.value;
      case "function":
        return labels.has(insn.value.name) ? void 0 : { kind: "function-address", name: insn.value.name };
      case "imm":
        return void 0;
    }
  }
  if (insn.kind === "call") {
    const { target } = insn;
    if (target.kind === "kfunc") return { kind: "kfunc", name: target.name };
    if (target.kind === "function" && !labels.has(target.name)) return { kind: "call", name: target.name };
  }
  return void 0;
}

// compiler/ebpf/insn.ts
var NO_META = { span: void 0, core: void 0, comment: void 0 };
function aluMaker(op, width) {
  return {
    reg: (dst, src) => ({ kind: "alu", op, width, dst, src: { kind: "reg", reg: src }, meta: NO_META }),
    imm: (dst, value) => ({ kind: "alu", op, width, dst, src: { kind: "imm", value }, meta: NO_META })
  };
}
function jumpMaker(op, width) {
  return {
    reg: (left, right, target) => ({
      kind: "jump",
      op,
      width,
      left,
      right: { kind: "reg", reg: right },
      target,
      meta: NO_META
    }),
    imm: (left, right, target) => ({
      kind: "jump",
      op,
      width,
      left,
      right: { kind: "imm", value: right },
      target,
      meta: NO_META
    })
  };
}
var mov = aluMaker("mov", 64);
var add = aluMaker("add", 64);
var sub = aluMaker("sub", 64);
var mul = aluMaker("mul", 64);
var div = aluMaker("div", 64);
var sdiv = aluMaker("sdiv", 64);
var mod = aluMaker("mod", 64);
var smod = aluMaker("smod", 64);
var or = aluMaker("or", 64);
var and = aluMaker("and", 64);
var xor = aluMaker("xor", 64);
var lsh = aluMaker("lsh", 64);
var rsh = aluMaker("rsh", 64);
var arsh = aluMaker("arsh", 64);
var mov32 = aluMaker("mov", 32);
var add32 = aluMaker("add", 32);
var sub32 = aluMaker("sub", 32);
var mul32 = aluMaker("mul", 32);
var div32 = aluMaker("div", 32);
var sdiv32 = aluMaker("sdiv", 32);
var mod32 = aluMaker("mod", 32);
var smod32 = aluMaker("smod", 32);
var or32 = aluMaker("or", 32);
var and32 = aluMaker("and", 32);
var xor32 = aluMaker("xor", 32);
var lsh32 = aluMaker("lsh", 32);
var rsh32 = aluMaker("rsh", 32);
var arsh32 = aluMaker("arsh", 32);
var jeq = jumpMaker("jeq", 64);
var jne = jumpMaker("jne", 64);
var jgt = jumpMaker("jgt", 64);
var jge = jumpMaker("jge", 64);
var jlt = jumpMaker("jlt", 64);
var jle = jumpMaker("jle", 64);
var jsgt = jumpMaker("jsgt", 64);
var jsge = jumpMaker("jsge", 64);
var jslt = jumpMaker("jslt", 64);
var jsle = jumpMaker("jsle", 64);
var jset = jumpMaker("jset", 64);
var jeq32 = jumpMaker("jeq", 32);
var jne32 = jumpMaker("jne", 32);
var jgt32 = jumpMaker("jgt", 32);
var jge32 = jumpMaker("jge", 32);
var jlt32 = jumpMaker("jlt", 32);
var jle32 = jumpMaker("jle", 32);
var jsgt32 = jumpMaker("jsgt", 32);
var jsge32 = jumpMaker("jsge", 32);
var jslt32 = jumpMaker("jslt", 32);
var jsle32 = jumpMaker("jsle", 32);
var jset32 = jumpMaker("jset", 32);

// compiler/ebpf/parse.ts
var PLACEHOLDER = {
  dst: "[rw]\\d+",
  src: "[rw]\\d+",
  r0: "[rw]0",
  operand: "[rw]\\d+|[-+]?(?:0x[0-9a-f]+|\\d+)",
  imm: "[-+]?(?:0x[0-9a-f]+|\\d+)",
  mem: "r\\d+ *[-+] *(?:0x[0-9a-f]+|\\d+)",
  u: "u(?:8|16|32|64)",
  s: "s(?:8|16|32)",
  bits: "16|32|64",
  x: "(?:32)?",
  target: "[A-Za-z_.$][\\w.$]*",
  callee: "[^ ]+",
  wide: "[^ ]+"
};
function parseInsns(text) {
  const patterns = allPatterns();
  const insns = [];
  text.split("\n").forEach((whole, index) => {
    const line = whole.replace(/(;|\/\/).*/, "").trim();
    if (line === "") return;
    const found = parseLine(line, patterns, `line ${index + 1}`);
    insns.push(found);
  });
  return insns;
}
function parseLine(line, patterns, place2) {
  const label = /^([A-Za-z_.$][\w.$]*):$/.exec(line)?.[1];
  if (label !== void 0) return { kind: "label", name: label, meta: NO_META };
  for (const { regex, make } of patterns) {
    const match = regex.exec(line);
    if (match === null) continue;
    try {
      return make(match.groups ?? {});
    } catch (error) {
      if (error instanceof EbpfError) throw new EbpfError(`${place2}: ${error.message} in "${line}"`);
      throw error;
    }
  }
  throw new EbpfError(`${place2}: "${line}" is no eBPF instruction`);
}
function pattern(template, make) {
  const seen = /* @__PURE__ */ new Set();
  const source = template.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === void 0) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/ /g, " *");
    if (seen.has(name)) return `\\k<${name}>`;
    seen.add(name);
    return `(?<${name}>${PLACEHOLDER[name] ?? ""})`;
  });
  return { regex: new RegExp(`^${source.join("")}$`), make };
}
function allPatterns() {
  const meta = NO_META;
  return [
    ...keys(ALU).map(
      (op) => pattern(ALU[op].text, (f) => {
        const width = widthOf(f, "dst", "operand");
        return { kind: "alu", op, width, dst: reg(f, "dst"), src: operand(f, "operand"), meta };
      })
    ),
    pattern(NEG.text, (f) => ({ kind: "neg", width: widthOf(f, "dst"), dst: reg(f, "dst"), meta })),
    pattern(MOVSX.text, (f) => ({
      kind: "movsx",
      bits: oneOf(Number(field(f, "s").slice(1)), [8, 16, 32], "width"),
      width: widthOf(f, "dst", "src"),
      dst: reg(f, "dst"),
      src: reg(f, "src"),
      meta
    })),
    ...keys(SWAP).map(
      (op) => pattern(SWAP[op].text, (f) => ({
        kind: "swap",
        op,
        bits: oneOf(Number(f.bits), [16, 32, 64], "width"),
        dst: reg64(f, "dst"),
        meta
      }))
    ),
    pattern(MEMORY2.load.text, (f) => load(f, "u", false)),
    pattern(MEMORY2.loadSigned.text, (f) => load(f, "s", true)),
    pattern(MEMORY2.store.text, (f) => ({
      kind: "store",
      ...memory(f),
      src: { kind: "reg", reg: reg(f, "src") },
      meta
    })),
    pattern(MEMORY2.storeImm.text, (f) => ({
      kind: "store",
      ...memory(f),
      src: { kind: "imm", value: integer(field(f, "imm")) },
      meta
    })),
    pattern(MEMORY2.loadAcquire.text, (f) => ({ kind: "load-acquire", dst: reg64(f, "dst"), ...memory(f), meta })),
    pattern(MEMORY2.storeRelease.text, (f) => ({ kind: "store-release", ...memory(f), src: reg64(f, "src"), meta })),
    ...keys(ATOMIC).map(
      (op) => pattern(ATOMIC[op].text, (f) => {
        const width = widthOf(f, "src", ..."r0" in f ? ["r0"] : []);
        const size = width === 32 ? 4 : 8;
        const said = f.u === void 0 ? Number(f.bits) : Number(f.u.slice(1));
        if (said !== width && !(f.u === "u32" && !op.startsWith("fetch"))) {
          throw new EbpfError(`a ${said}-bit access with the ${width}-bit register ${f.src}`);
        }
        const { base, off } = place(f);
        return { kind: "atomic", op, size: said === 32 ? 4 : size, base, off, src: reg(f, "src"), meta };
      })
    ),
    pattern(WIDE.text, (f) => ({ kind: "load64", dst: reg64(f, "dst"), value: wideValue(field(f, "wide")), meta })),
    ...keys(JUMP).map(
      (op) => pattern(JUMP[op].text, (f) => ({
        kind: "jump",
        op,
        width: widthOf(f, "dst", "operand"),
        left: reg(f, "dst"),
        right: operand(f, "operand"),
        target: field(f, "target"),
        meta
      }))
    ),
    pattern(CONTROL.goto.text, (f) => ({ kind: "goto", target: field(f, "target"), long: false, meta })),
    pattern(CONTROL.gotol.text, (f) => ({ kind: "goto", target: field(f, "target"), long: true, meta })),
    pattern(CONTROL.mayGoto.text, (f) => ({ kind: "may-goto", target: field(f, "target"), meta })),
    pattern(CONTROL.callx.text, (f) => ({ kind: "call", target: { kind: "register", reg: reg64(f, "dst") }, meta })),
    pattern(CONTROL.call.text, (f) => ({ kind: "call", target: callee(field(f, "callee")), meta })),
    pattern(CONTROL.exit.text, () => ({ kind: "exit", meta }))
  ];
}
function load(f, key, signed) {
  const size = sizeOf2(field(f, key));
  return { kind: "load", size, signed, dst: reg64(f, "dst"), ...place(f), meta: NO_META };
}
function memory(f) {
  return { size: sizeOf2(field(f, "u")), ...place(f) };
}
function place(f) {
  const [, base = "", sign = "", off = ""] = /^(r\d+) *([-+]) *(\w+)$/.exec(field(f, "mem")) ?? [];
  return { base: register(base), off: integer(off) * (sign === "-" ? -1 : 1) + 0 };
}
function sizeOf2(text) {
  return oneOf(Number(text.slice(1)) / 8, [1, 2, 4, 8], "access size");
}
function wideValue(text) {
  if (/^[-+]?(0x[0-9a-f]+|\d+)$/.test(text)) {
    const magnitude = BigInt(text.replace(/^[-+]/, ""));
    return { kind: "imm", value: BigInt.asIntN(64, text.startsWith("-") ? -magnitude : magnitude) };
  }
  const [, kind, name = "", offset] = /^(map|value|function|ksym)\[([^\]]+)\](?:\+(\d+))?$/.exec(text) ?? [];
  if (kind === "value") return { kind: "map-value", name, offset: Number(offset ?? 0) };
  if (offset === void 0) {
    if (kind === "map" || kind === "function" || kind === "ksym") return { kind, name };
  }
  throw new EbpfError(`"${text}" is neither a number nor map[\u2026], value[\u2026]+N, function[\u2026] or ksym[\u2026]`);
}
function callee(text) {
  const helper2 = /^(?:\w+#)?(\d+)$/.exec(text)?.[1];
  if (helper2 !== void 0) return { kind: "helper", id: Number(helper2) };
  const [, kind, name = ""] = /^(function|kfunc)\[([^\]]+)\]$/.exec(text) ?? [];
  if (kind === "function" || kind === "kfunc") return { kind, name };
  throw new EbpfError(`"${text}" is neither a helper's number nor function[\u2026] or kfunc[\u2026]`);
}
function widthOf(f, ...names2) {
  const letters = new Set(names2.map((name) => field(f, name)[0]).filter((letter) => letter === "r" || letter === "w"));
  if (letters.size !== 1) throw new EbpfError("32-bit and 64-bit registers mixed");
  return letters.has("w") ? 32 : 64;
}
function operand(f, name) {
  const text = field(f, name);
  return /^[rw]/.test(text) ? { kind: "reg", reg: register(text) } : { kind: "imm", value: integer(text) };
}
function reg(f, name) {
  return register(field(f, name));
}
function reg64(f, name) {
  if (field(f, name).startsWith("w")) throw new EbpfError(`${field(f, name)} must be a 64-bit register`);
  return reg(f, name);
}
function register(text) {
  return oneOf(Number(text.slice(1)), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "register");
}
function integer(text) {
  const magnitude = Number(text.replace(/^[-+]/, ""));
  return text.startsWith("-") ? -magnitude : magnitude;
}
function oneOf(value, allowed, what) {
  const found = allowed.find((candidate) => candidate === value);
  if (found === void 0) throw new EbpfError(`no ${what} ${value}`);
  return found;
}
function field(f, name) {
  return f[name] ?? "";
}
function keys(table) {
  return Object.keys(table);
}

// test/verifier/case-file.ts
function readCase(name, text) {
  const [head = "", ...sections] = text.split(/^=== /m);
  const lines = head.split("\n").map((line) => line.trim());
  const intent = lines.find((line) => line.startsWith("#"))?.slice(1).trim() ?? "";
  if (intent === "") throw new Error(`${name}: no line says what the case shows`);
  const maps = [];
  let type = "raw_tracepoint";
  let attach;
  for (const line of lines) {
    const [word, ...rest] = line.split(/\s+/);
    if (word === "type") {
      type = rest[0] ?? "";
      attach = rest[1] === void 0 ? void 0 : readAttach(rest[1]);
    } else if (word === "map") {
      maps.push(readMap(rest));
    }
  }
  const section = (title) => {
    const found = sections.find((each) => each.split("\n")[0]?.trim() === title);
    return found?.slice(found.indexOf("\n") + 1);
  };
  const source = section("program");
  if (source === void 0) throw new Error(`${name}: no program`);
  const refused2 = section("refuse");
  if (refused2 === void 0 && section("accept") === void 0) throw new Error(`${name}: no verdict`);
  return {
    intent,
    program: { name, type, attach, code: assemble(source, maps), maps, globals: [], gpl: true, funcInfo: true },
    verdict: refused2 === void 0 ? "accepted" : "refused",
    message: (refused2 ?? "").trim()
  };
}
function readAttach(text) {
  const [kind, name = ""] = text.split(":");
  if (kind === "tp_btf" || kind === "iter") return { kind, name };
  if (kind === "fentry" || kind === "fexit") return { kind, function: name };
  throw new Error(`no way to attach: ${text}`);
}
function readMap(words) {
  const [name = "", kindName = "", ...rest] = words;
  const kind = MAP_KINDS.find((each) => each.name === kindName);
  if (kind === void 0) throw new Error(`no map type ${kindName}`);
  const fields = new Map(rest.map((word) => word.split("=")).map(([key = "", value = ""]) => [key, value]));
  const number = (key, otherwise) => Number(fields.get(key) ?? otherwise);
  const hex = fields.get("bytes");
  return {
    name,
    type: kind.number,
    keySize: number("key", 4),
    valueSize: number("value", 8),
    maxEntries: number("entries", 4),
    flags: number("flags", 0),
    frozen: hex === void 0 ? void 0 : Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
    unknownBytes: void 0,
    inner: void 0,
    special: false
  };
}
function assemble(source, maps) {
  if (/^\s*raw /m.test(source)) {
    const slots = [...source.matchAll(/^\s*raw\s+([0-9a-f ]+)/gm)].map(([, hex = ""]) => hex.replaceAll(" ", ""));
    return Uint8Array.from(slots.join("").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  }
  const { bytes, relocations } = layout(parseInsns(source));
  const code = bytes.slice();
  const view = new DataView(code.buffer);
  for (const { slot, target } of relocations) {
    if (target.kind !== "map" && target.kind !== "map-value")
      throw new Error(`${target.kind} ${target.name} is not resolved`);
    const index = maps.findIndex((map2) => map2.name === target.name);
    if (index < 0) throw new Error(`no map ${target.name}`);
    view.setUint8(slot * 8 + 1, view.getUint8(slot * 8 + 1) & 15 | (target.kind === "map" ? 16 : 32));
    view.setInt32(slot * 8 + 4, index, true);
    if (target.kind === "map-value") view.setInt32(slot * 8 + 12, target.offset, true);
  }
  for (let slot = 0; slot < code.length / 8; slot++) {
    if (view.getUint8(slot * 8) === 24) slot++;
  }
  return code;
}

// test/verifier/kernel-judge.ts
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { release, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// compiler/btf/strings.ts
var BtfStrings = class {
  #out = new ByteWriter("little", 1024);
  #offsets = /* @__PURE__ */ new Map([["", 0]]);
  #start;
  /** @param start the base blob's `stringsEnd`; 0 for a blob of its own */
  constructor(start = 0) {
    this.#start = start;
    if (start === 0) this.#out.u8(0);
  }
  /** Offset of the text; a NUL in it ends it, as BTF cannot say more. */
  add(text) {
    const known = this.#offsets.get(text);
    if (known !== void 0) return known;
    const end = text.indexOf("\0");
    const offset = end >= 0 ? this.add(text.slice(0, end)) : this.#append(text);
    this.#offsets.set(text, offset);
    return offset;
  }
  finish() {
    return this.#out.finish();
  }
  #append(text) {
    const offset = this.#start + this.#out.length;
    this.#out.raw(encodeUtf8(text)).u8(0);
    return offset;
  }
};

// compiler/btf/write.ts
function writeBtf(types, strings = new BtfStrings()) {
  const records = new ByteWriter("little", 4096);
  for (const type of types) writeType(records, type, (text) => strings.add(text));
  const typeBytes = records.finish();
  const stringBytes = strings.finish();
  return new ByteWriter("little", BTF_HEADER_SIZE + typeBytes.length + stringBytes.length).u16(BTF_MAGIC).u8(1).u8(0).u32(BTF_HEADER_SIZE).u32(0).u32(typeBytes.length).u32(typeBytes.length).u32(stringBytes.length).raw(typeBytes).raw(stringBytes).finish();
}

// compiler/btf/build.ts
var VOID = branded(0);
var BtfBuilder = class {
  #types = [];
  #known = /* @__PURE__ */ new Map();
  #strings = new BtfStrings();
  /** Number of types, void included. */
  get count() {
    return this.#types.length + 1;
  }
  /** The id of this type: that of an equal one added before, or the next. */
  add(type) {
    if (type.kind === "void") return VOID;
    const key = keyOf(type);
    const known = this.#known.get(key);
    if (known !== void 0) return known;
    this.#types.push(type);
    const id = branded(this.#types.length);
    this.#known.set(key, id);
    return id;
  }
  /** An id to refer to before its type is known. */
  reserve() {
    this.#types.push(void 0);
    return branded(this.#types.length);
  }
  define(id, type) {
    invariant(this.#types[id - 1] === void 0 && id < this.count, "btf build", `type ${id} is not reserved`);
    this.#types[id - 1] = type;
  }
  /** The type as added. */
  type(id) {
    if (id === 0) return { kind: "void" };
    const type = this.#types[id - 1];
    invariant(type !== void 0, "btf build", `type ${id} is not defined`);
    return type;
  }
  /** The common cases, by what C calls them. */
  int(name, size, signed, encoding = "none") {
    return this.add({ kind: "int", name, size, bits: size * 8, bitOffset: 0, signed, encoding });
  }
  pointer(type) {
    return this.add({ kind: "ptr", type });
  }
  array(type, length) {
    return this.add({ kind: "array", type, indexType: this.int("__ARRAY_SIZE_TYPE__", 4, false), length });
  }
  /** Offset of a text in the string section, for .BTF.ext. */
  string(text) {
    return this.#strings.add(text);
  }
  /** The .BTF blob. Strings added later are not in it. */
  finish() {
    return writeBtf(
      this.#types.map((_, index) => this.type(branded(index + 1))),
      this.#strings
    );
  }
};
function keyOf(type) {
  const { kind } = type;
  switch (kind) {
    case "void":
      return kind;
    case "int":
      return `${kind} ${type.name} ${type.size} ${type.bits} ${type.bitOffset} ${type.signed} ${type.encoding}`;
    case "ptr":
    case "volatile":
    case "const":
    case "restrict":
      return `${kind} ${type.type}`;
    case "typedef":
    case "type_tag":
      return `${kind} ${type.type} ${type.name}`;
    case "array":
      return `${kind} ${type.type} ${type.indexType} ${type.length}`;
    case "struct":
    case "union":
      return `${kind} ${type.name} ${type.size} ${type.members.map(memberKey).join(",")}`;
    case "enum":
    case "enum64":
      return `${kind} ${type.name} ${type.size} ${type.signed} ${type.values.map((v2) => `${v2.name}=${v2.value}`).join(",")}`;
    case "fwd":
      return `${kind} ${type.name} ${type.union}`;
    case "func":
    case "var":
      return `${kind} ${type.name} ${type.type} ${type.linkage}`;
    case "func_proto":
      return `${kind} ${type.returns} ${type.variadic} ${type.params.map((p) => `${p.name}:${p.type}`).join(",")}`;
    case "datasec":
      return `${kind} ${type.name} ${type.size} ${type.vars.map((v2) => `${v2.type}+${v2.offset}:${v2.size}`).join(",")}`;
    case "float":
      return `${kind} ${type.name} ${type.size}`;
    case "decl_tag":
      return `${kind} ${type.name} ${type.type} ${type.component}`;
    default:
      return unreachable(type);
  }
}
function memberKey({ name, type, bitOffset, bitSize }) {
  return `${name}:${type}+${bitOffset}:${bitSize}`;
}

// test/tools/external.ts
var inCi = process.env.CI === "true";

// test/verifier/kernel-judge.ts
var PROGRAM_TYPE = {
  socket_filter: 1,
  kprobe: 2,
  tracepoint: 5,
  perf_event: 7,
  raw_tracepoint: 17,
  raw_tracepoint_writable: 24,
  tracing: 26
};
var ATTACH = { tp_btf: 23, fentry: 24, fexit: 25, iter: 28 };
var kernelRelease = release();
function buildJudge(folder, flags) {
  const binary = join(folder, "judge");
  const source = fileURLToPath(new URL("judge.c", import.meta.url));
  execFileSync("cc", ["-O1", "-Wall", "-Werror", ...flags, "-o", binary, source]);
  return binary;
}
function openJudge() {
  const folder = mkdtempSync(join(tmpdir(), "tracelet-judge-"));
  const binary = buildJudge(folder, []);
  return {
    judge(programs, maps, logLevel = 4) {
      const run = spawnSync(binary, { input: writeBatch(programs, maps, logLevel), maxBuffer: 1 << 30 });
      if (run.status !== 0) throw new Error(`the judge failed: ${run.stderr.toString()}`);
      return readVerdicts(run.stdout);
    },
    close: () => rmSync(folder, { recursive: true })
  };
}
function writeBatch(programs, maps, logLevel) {
  const out = new ByteWriter("little", 1 << 16);
  out.u32(maps.length);
  for (const map2 of maps) {
    out.u32(map2.type).u32(map2.keySize).u32(map2.valueSize).u32(map2.maxEntries).u32(map2.flags);
    out.u32(map2.frozen?.length ?? 0);
    if (map2.frozen !== void 0) out.raw(map2.frozen);
  }
  const types = functionTypes();
  out.u32(types.blob.length).raw(types.blob);
  out.u32(programs.length);
  for (const { program, attachId } of programs) {
    out.u32(PROGRAM_TYPE[program.type]).u32(program.attach === void 0 ? 0 : ATTACH[program.attach.kind]);
    const functions = functionStarts(program.code);
    out.u32(attachId).u32(logLevel).u32(functions.length);
    for (const start of functions) out.u32(start).u32(types.fn);
    out.u32(program.code.length / 8).raw(program.code);
  }
  return out.finish();
}
function functionTypes() {
  const builder = new BtfBuilder();
  const returns = builder.int("int", 4, true);
  const proto = builder.add({ kind: "func_proto", returns, params: [], variadic: false });
  const fn = builder.add({ kind: "func", name: "fn", type: proto, linkage: "static" });
  return { blob: builder.finish(), fn };
}
function functionStarts(code) {
  const starts = /* @__PURE__ */ new Set();
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
  for (let slot = 0; slot < code.length / 8; slot++) {
    const opcode = view.getUint8(slot * 8);
    const source = view.getUint8(slot * 8 + 1) >> 4;
    const target = slot + 1 + view.getInt32(slot * 8 + 4, true);
    if (opcode === 133 && source === 1 || opcode === 24 && source === 4) starts.add(target);
    if (opcode === 24) slot++;
  }
  return starts.size === 0 ? [] : [0, ...[...starts].filter((start) => start > 0).sort((a, b2) => a - b2)];
}
function readVerdicts(output) {
  const verdicts = [];
  let at = 0;
  while (at < output.length) {
    const end = output.indexOf(10, at);
    const [errno = 0, length = 0] = output.toString("utf8", at, end).split(" ").map(Number);
    const text = output.toString("utf8", end + 1, end + 1 + length);
    at = end + 1 + length + 1;
    const processed = Number(/processed (\d+) insns/.exec(text)?.[1] ?? 0);
    verdicts.push({ accepted: errno === 0, errno, log: text.replace(/\n?processed \d+ insns[\s\S]*$/, ""), processed });
  }
  return verdicts;
}
function kernelBtf() {
  const path = "/sys/kernel/btf/vmlinux";
  return existsSync(path) ? new Uint8Array(readFileSync(path)) : void 0;
}

// test/verifier/.try.ts
var v = await loadVerifier();
var b = kernelBtf();
var env = { profile: profileOf("6.18"), btf: b && readBtf(b) };
var judge = openJudge();
for (const f of process.argv.slice(2)) {
  const c = readCase(f, readFileSync2(f, "utf8"));
  const r = verifyProgram(v, c.program, env);
  const [k] = judge.judge([{ program: c.program, attachId: 0 }], c.program.maps, Number(process.env.LEVEL ?? 4));
  if (process.env.QUIET === void 0 || r.verdict === "unknown" || r.verdict === "accepted" !== k?.accepted) console.log(f, r.verdict, r.insn, r.message, r.counts, "\nKERNEL", k?.accepted, k?.errno, k?.log, k?.processed);
}
judge.close();
