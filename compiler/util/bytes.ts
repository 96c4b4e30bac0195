/**
 * Bytes in and out: a bounds-checked reader and a growing writer, of either byte order.
 *
 * The reader never reads past its end and never returns a wrong number silently: it throws the error its owner makes,
 * so that a damaged ELF file ends in an ElfError and damaged BTF in a BtfError. Both are free of Node.
 */

export type Endian = "little" | "big";

/** Makes the error of a failed read; the message says what was read, where, and how long the input is. */
export type FailRead = (message: string) => Error;

export class ByteReader {
  readonly bytes: Uint8Array;
  readonly endian: Endian;
  #view: DataView;
  #fail: FailRead;
  #at = 0;

  constructor(bytes: Uint8Array, fail: FailRead, endian: Endian = "little") {
    this.bytes = bytes;
    this.endian = endian;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#fail = fail;
  }

  get length(): number {
    return this.bytes.length;
  }
  /** Offset of the next read, in bytes. */
  get offset(): number {
    return this.#at;
  }
  get remaining(): number {
    return this.bytes.length - this.#at;
  }

  /** Moves to an absolute offset; the end itself is allowed. */
  seek(offset: number, what: string): this {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset > this.bytes.length) {
      throw this.#fail(`${what} at offset ${offset} lies outside the ${this.bytes.length} bytes given`);
    }
    this.#at = offset;
    return this;
  }

  u8(what: string): number {
    return this.#view.getUint8(this.#take(1, what));
  }
  u16(what: string): number {
    return this.#view.getUint16(this.#take(2, what), this.endian === "little");
  }
  u32(what: string): number {
    return this.#view.getUint32(this.#take(4, what), this.endian === "little");
  }
  i16(what: string): number {
    return this.#view.getInt16(this.#take(2, what), this.endian === "little");
  }
  i32(what: string): number {
    return this.#view.getInt32(this.#take(4, what), this.endian === "little");
  }
  u64(what: string): bigint {
    return this.#view.getBigUint64(this.#take(8, what), this.endian === "little");
  }
  i64(what: string): bigint {
    return this.#view.getBigInt64(this.#take(8, what), this.endian === "little");
  }
  /** A 64-bit offset or size that has to fit the file, as a number. */
  size64(what: string): number {
    const value = this.u64(what);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw this.#fail(`${what} is ${value}: beyond any file`);
    return Number(value);
  }
  /** The next `length` bytes, as a view on the input. */
  take(length: number, what: string): Uint8Array {
    const start = this.#take(length, what);
    return this.bytes.subarray(start, start + length);
  }

  #take(length: number, what: string): number {
    const start = this.#at;
    if (!Number.isSafeInteger(length) || length < 0 || length > this.bytes.length - start) {
      throw this.#fail(`${what} needs ${length} bytes at offset ${start}, but the input ends at ${this.bytes.length}`);
    }
    this.#at = start + length;
    return start;
  }
}

export class ByteWriter {
  readonly endian: Endian;
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(endian: Endian = "little", capacity = 256) {
    this.endian = endian;
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far: the offset of the next write. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }
  u16(value: number): this {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, this.endian === "little");
    return this;
  }
  /** Also for signed values: the low 32 bits are written. */
  u32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, this.endian === "little");
    return this;
  }
  /** Also for signed values: the low 64 bits are written. */
  u64(value: bigint): this {
    const at = this.#grow(8);
    this.#view.setBigUint64(at, BigInt.asUintN(64, value), this.endian === "little");
    return this;
  }
  raw(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }
  zeros(count: number): this {
    const start = this.#grow(count);
    this.#bytes.fill(0, start, start + count);
    return this;
  }
  /** Zeros up to the next multiple of `alignment`. */
  align(alignment: number): this {
    return this.zeros((alignment - (this.#length % alignment)) % alignment);
  }
  /** Overwrites four bytes written before. */
  patchU32(offset: number, value: number): this {
    if (offset < 0 || offset + 4 > this.#length)
      throw new RangeError(`patch at ${offset} outside ${this.#length} bytes`);
    this.#view.setUint32(offset, value, this.endian === "little");
    return this;
  }
  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Makes room and returns its offset. Call it before touching #bytes or #view, which it may replace. */
  #grow(count: number): number {
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
}

/** Text as UTF-8, and back: ill-formed bytes become U+FFFD. */
const encoder = new TextEncoder();
const decoder = new TextDecoder();
export function encodeUtf8(text: string): Uint8Array {
  // Names are short and ASCII: the encoder's call would cost more than their bytes.
  if (text.length > 48) return encoder.encode(text);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return encoder.encode(text);
    bytes[i] = code;
  }
  return bytes;
}
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** True if both hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
