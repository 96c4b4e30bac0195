/**
 * The numbers inside a snapshot's blocks: LEB128 varints, seven bits a byte, low bits first; signed ones zigzag.
 *
 * Numbers up to 2^53 are plain; 64-bit values have their own calls. The reader trusts nothing: a block that ends early
 * or a number that is too long is damage.
 */
import { SnapshotError } from "./snapshot.ts";

export class BlockWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }
  byte(value: number): this {
    if (this.#length === this.#bytes.length) {
      const bytes = new Uint8Array(this.#length * 2);
      bytes.set(this.#bytes);
      this.#bytes = bytes;
    }
    this.#bytes[this.#length++] = value;
    return this;
  }
  uint(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.byte(rest);
  }
  int(value: number): this {
    return this.uint(value < 0 ? -2 * value - 1 : 2 * value);
  }
  uint64(value: bigint): this {
    let rest = BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    return this.byte(Number(rest));
  }
  /** Any value of -2^63 to 2^64-1: zigzag needs 65 bits. */
  int65(value: bigint): this {
    let rest = value < 0n ? -2n * value - 1n : 2n * value;
    while (rest >= 0x80n) {
      this.byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    return this.byte(Number(rest));
  }
  raw(bytes: Uint8Array): this {
    for (const value of bytes) this.byte(value);
    return this;
  }
  /** UTF-8 with its length in bytes before it. */
  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    return this.uint(bytes.length).raw(bytes);
  }
  /** Another writer's bytes with their length before them. */
  nested(other: BlockWriter): this {
    const bytes = other.finish();
    return this.uint(bytes.length).raw(bytes);
  }
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

const decoder = new TextDecoder();

/** UTF-8 to text; short ASCII, which most names are, without a call into the engine. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > 48) return decoder.decode(bytes);
  let text = "";
  for (const byte of bytes) {
    if (byte >= 0x80) return decoder.decode(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}

export class BlockReader {
  readonly bytes: Uint8Array;
  /** Named in errors: "types of vmlinux, block 3". */
  readonly what: string;
  offset = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.bytes = bytes;
    this.what = what;
  }

  damaged(why: string): SnapshotError {
    return new SnapshotError(`the snapshot is damaged: ${this.what}: ${why}`);
  }
  byte(): number {
    const value = this.bytes[this.offset];
    if (value === undefined) throw this.damaged("it ends too early");
    this.offset++;
    return value;
  }
  uint(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let scale = 0x80;
    for (;;) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80) break;
      scale *= 0x80;
      if (scale > 2 ** 49) throw this.damaged("a number is too large");
    }
    return value;
  }
  int(): number {
    const value = this.uint();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }
  int65(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const next = this.byte();
      value |= BigInt(next & 0x7f) << shift;
      if (next < 0x80) break;
      if (shift > 63n) throw this.damaged("a number is too large");
    }
    return value & 1n ? -((value + 1n) >> 1n) : value >> 1n;
  }
  uint64(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const next = this.byte();
      value |= BigInt(next & 0x7f) << shift;
      if (next < 0x80) return BigInt.asUintN(64, value);
      if (shift > 63n) throw this.damaged("a number is too large");
    }
  }
  /** Four bytes, low byte first. */
  uint32(): number {
    return (this.byte() | (this.byte() << 8) | (this.byte() << 16) | (this.byte() << 24)) >>> 0;
  }
  /** A count of things that take at least one bit each: anything larger than the block is damage. */
  count(): number {
    const value = this.uint();
    if (value > this.bytes.length * 8) throw this.damaged("a count is too large");
    return value;
  }
  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.offset) throw this.damaged("it ends too early");
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }
  text(): string {
    return decodeText(this.take(this.uint()));
  }
  nested(what: string): BlockReader {
    return new BlockReader(this.take(this.uint()), `${this.what}, ${what}`);
  }
}
