/** A place in a section, moved by reading. Never leaves the section: damaged input ends in a DwarfError. */
import { DwarfError } from "./error.ts";

export class Cursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u8(): number {
    const value = this.bytes[this.at];
    if (value === undefined || this.at < 0) throw new DwarfError(`the section ends at ${this.bytes.length}`);
    this.at += 1;
    return value;
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }
  u24(): number {
    const low = this.u16();
    return low | (this.u8() << 16);
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }
  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }
  /** An offset or length of 4 or 8 bytes, as a number: one beyond 2^53 is beyond every file, too. */
  offset(size: 4 | 8): number {
    return size === 4 ? this.u32() : Number(this.u64());
  }
  /** An unsigned number of seven bits a byte; beyond 2^53 only its size is right. */
  uleb(): number {
    const first = this.u8();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let unit = 128;
    for (let count = 1; count < 16; count++) {
      const byte = this.u8();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
      unit *= 128;
    }
    throw new DwarfError("a number without end");
  }
  ulebExact(): bigint {
    return this.#leb(false);
  }
  sleb(): bigint {
    return this.#leb(true);
  }
  #leb(signed: boolean): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 112n; shift += 7n) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      return signed && (byte & 0x40) !== 0 ? value - (1n << (shift + 7n)) : value;
    }
    throw new DwarfError("a number without end");
  }
  skip(length: number): void {
    if (!(length >= 0) || length > this.bytes.length - this.at)
      throw new DwarfError(`${length} bytes at ${this.at} leave a section of ${this.bytes.length}`);
    this.at += length;
  }
  skipLeb(): void {
    while (this.u8() >= 0x80);
  }
  skipText(): void {
    const end = this.bytes.indexOf(0, this.at);
    if (end < 0) throw new DwarfError("a text without end");
    this.at = end + 1;
  }
  #take(length: number): number {
    const start = this.at;
    this.skip(length);
    return start;
  }
}
