/**
 * The string section under construction: NUL-terminated, each text once, offset 0 is "". Order of first use.
 * A split blob's begins where its base's ends.
 */
import { ByteWriter, encodeUtf8 } from "../util/bytes.ts";

export class BtfStrings {
  #out = new ByteWriter("little", 1024);
  #offsets = new Map<string, number>([["", 0]]);
  #start: number;

  /** @param start the base blob's `stringsEnd`; 0 for a blob of its own */
  constructor(start = 0) {
    this.#start = start;
    if (start === 0) this.#out.u8(0);
  }

  /** Offset of the text; a NUL in it ends it, as BTF cannot say more. */
  add(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const end = text.indexOf("\0");
    const offset = end >= 0 ? this.add(text.slice(0, end)) : this.#append(text);
    this.#offsets.set(text, offset);
    return offset;
  }
  finish(): Uint8Array {
    return this.#out.finish();
  }

  #append(text: string): number {
    const offset = this.#start + this.#out.length;
    this.#out.raw(encodeUtf8(text)).u8(0);
    return offset;
  }
}
