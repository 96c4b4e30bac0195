/**
 * Decompresses DEFLATE (RFC 1951) in plain JavaScript: what a reader uses where the host gives it nothing faster.
 *
 * Small on purpose, and without tables made at import. Codes of up to `fastBits` bits are looked up; longer ones are
 * decoded canonically, bit by bit: a code of length n is valid if it lies below first(n) + count(n).
 */

/** `fast`: by the next bits, symbol * 16 + length of its code; 0: a longer code. */
type Tree = { readonly counts: Uint16Array; readonly symbols: Uint16Array; readonly fast: Uint16Array };

const fastBits = 9;

const maxBits = 15;
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/**
 * @param size bytes to expect; undefined: unknown
 * @throws RangeError for data that is no DEFLATE stream, is cut, or gives more than `size` bytes
 */
export function inflate(packed: Uint8Array, size?: number): Uint8Array {
  return new Inflater(packed, size).run();
}

/** The data of a gzip member (RFC 1952); the checksum at its end is not looked at. @throws RangeError as `inflate` */
export function gunzip(bytes: Uint8Array): Uint8Array {
  const flags = bytes[3] ?? 0;
  let at = 10;
  if (flags & 4) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  // File name, then comment: texts that end in a zero.
  for (const flag of [8, 16]) if (flags & flag) at = bytes.indexOf(0, at) + 1;
  if (flags & 2) at += 2;
  return inflate(bytes.subarray(at));
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
}

class Inflater {
  #in: Uint8Array;
  #at = 0;
  #bits = 0;
  #held = 0;
  #out: Uint8Array;
  #length = 0;
  #fixedSize: boolean;

  constructor(packed: Uint8Array, size: number | undefined) {
    this.#in = packed;
    this.#fixedSize = size !== undefined;
    this.#out = new Uint8Array(size ?? packed.length * 4);
  }

  run(): Uint8Array {
    let last = false;
    while (!last) {
      last = this.#take(1) === 1;
      const kind = this.#take(2);
      if (kind === 0) this.#stored();
      else if (kind === 1) this.#codes(...fixedTrees());
      else if (kind === 2) this.#codes(...this.#readTrees());
      else throw new RangeError("no such DEFLATE block");
    }
    return this.#out.subarray(0, this.#length);
  }

  #take(count: number): number {
    while (this.#held < count) {
      const byte = this.#in[this.#at++];
      if (byte === undefined) throw new RangeError("DEFLATE data ends too early");
      this.#bits |= byte << this.#held;
      this.#held += 8;
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#held -= count;
    return value;
  }

  #room(count: number): void {
    if (this.#length + count <= this.#out.length) return;
    if (this.#fixedSize) throw new RangeError("DEFLATE data is longer than said");
    const out = new Uint8Array(Math.max(this.#length + count, this.#out.length * 2));
    out.set(this.#out);
    this.#out = out;
  }

  #stored(): void {
    // Stored blocks begin at a byte: what is held of the current one is dropped, whole bytes go back.
    this.#at -= this.#held >>> 3;
    this.#bits = 0;
    this.#held = 0;
    const length = this.#take(16);
    if ((this.#take(16) ^ length) !== 0xffff) throw new RangeError("a stored DEFLATE block has a wrong length");
    if (this.#at + length > this.#in.length) throw new RangeError("DEFLATE data ends too early");
    this.#room(length);
    this.#out.set(this.#in.subarray(this.#at, this.#at + length), this.#length);
    this.#at += length;
    this.#length += length;
  }

  #symbol(tree: Tree): number {
    while (this.#held < fastBits && this.#at < this.#in.length) {
      this.#bits |= (this.#in[this.#at++] ?? 0) << this.#held;
      this.#held += 8;
    }
    const entry = tree.fast[this.#bits & ((1 << fastBits) - 1)] ?? 0;
    const length = entry & 15;
    if (length > 0 && length <= this.#held) {
      this.#bits >>>= length;
      this.#held -= length;
      return entry >>> 4;
    }
    let code = 0;
    let first = 0;
    let index = 0;
    for (let bits = 1; bits <= maxBits; bits++) {
      code |= this.#take(1);
      const count = tree.counts[bits] ?? 0;
      if (code - count < first) return tree.symbols[index + code - first] ?? 0;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new RangeError("no such DEFLATE code");
  }

  #readTrees(): [Tree, Tree] {
    const literals = this.#take(5) + 257;
    const distances = this.#take(5) + 1;
    const codes = new Uint8Array(19);
    for (let left = this.#take(4) + 4, place = 0; place < left; place++)
      codes[codeLengthOrder[place] ?? 0] = this.#take(3);
    const tree = makeTree(codes);
    const lengths = new Uint8Array(literals + distances);
    for (let place = 0; place < lengths.length; ) {
      const symbol = this.#symbol(tree);
      if (symbol < 16) {
        lengths[place++] = symbol;
        continue;
      }
      if (symbol === 16 && place === 0) throw new RangeError("a DEFLATE tree repeats nothing");
      const value = symbol === 16 ? (lengths[place - 1] ?? 0) : 0;
      const repeat = symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (place + repeat > lengths.length) throw new RangeError("a DEFLATE tree is too long");
      lengths.fill(value, place, place + repeat);
      place += repeat;
    }
    return [makeTree(lengths.subarray(0, literals)), makeTree(lengths.subarray(literals))];
  }

  #codes(literals: Tree, distances: Tree): void {
    for (;;) {
      const symbol = this.#symbol(literals);
      if (symbol === 256) return;
      if (symbol < 256) {
        this.#room(1);
        this.#out[this.#length++] = symbol;
        continue;
      }
      const length = this.#lengthOf(symbol - 257);
      const distance = this.#distanceOf(this.#symbol(distances));
      if (distance > this.#length) throw new RangeError("a DEFLATE distance leads before the data");
      this.#room(length);
      // Byte by byte: a copy may overlap itself.
      for (let left = length; left > 0; left--) {
        this.#out[this.#length] = this.#out[this.#length - distance] ?? 0;
        this.#length++;
      }
    }
  }

  /** RFC 1951, 3.2.5: eight lengths without extra bits, then four for each number of extra bits; the last is 258. */
  #lengthOf(code: number): number {
    if (code < 8) return code + 3;
    if (code === 28) return 258;
    if (code > 28) throw new RangeError("no such DEFLATE length");
    const extra = (code >>> 2) - 1;
    return 3 + ((4 + (code & 3)) << extra) + this.#take(extra);
  }

  #distanceOf(code: number): number {
    if (code < 4) return code + 1;
    if (code > 29) throw new RangeError("no such DEFLATE distance");
    const extra = (code >>> 1) - 1;
    return 1 + ((2 + (code & 1)) << extra) + this.#take(extra);
  }
}

function makeTree(lengths: Uint8Array): Tree {
  const counts = new Uint16Array(maxBits + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  counts[0] = 0;
  const offsets = new Uint16Array(maxBits + 2);
  for (let bits = 1; bits <= maxBits; bits++) offsets[bits + 1] = (offsets[bits] ?? 0) + (counts[bits] ?? 0);
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const place = offsets[length] ?? 0;
    symbols[place] = symbol;
    offsets[length] = place + 1;
  }
  return { counts, symbols, fast: makeFast(counts, symbols) };
}

function makeFast(counts: Uint16Array, symbols: Uint16Array): Uint16Array {
  const fast = new Uint16Array(1 << fastBits);
  let code = 0;
  let place = 0;
  for (let bits = 1; bits <= fastBits; bits++) {
    for (let left = counts[bits] ?? 0; left > 0; left--) {
      // Codes come high bit first, the stream low bit first.
      let reversed = 0;
      for (let bit = 0; bit < bits; bit++) if (code & (1 << bit)) reversed |= 1 << (bits - 1 - bit);
      for (let index = reversed; index < fast.length; index += 1 << bits)
        fast[index] = (symbols[place] ?? 0) * 16 + bits;
      place++;
      code++;
    }
    code <<= 1;
  }
  return fast;
}

function fixedTrees(): [Tree, Tree] {
  const literals = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280);
  return [makeTree(literals), makeTree(new Uint8Array(30).fill(5))];
}
