/**
 * Finds where a MessagePack value ends without decoding it, across chunks cut at any byte.
 *
 * Guarantees to the decoder behind it: a value that was passed is complete, no deeper than MAX_DEPTH, no longer than the
 * limit, and holds neither floats, nor the never-used byte, nor extensions other than a Forward EventTime. So hostile
 * input cannot make the decoder allocate for bytes that never come, recurse without bound, or build foreign objects.
 * Source: MessagePack specification, "Formats".
 */
import { StreamError } from "./error.ts";

export const MAX_DEPTH = 48;

export type Scanner = {
  /** Begins a new value at `offset` (bytes from the stream's beginning, for messages). */
  start(offset: number): void;
  /**
   * Goes on over `bytes[from + what was scanned .. to)`, where `from` is the value's first byte.
   * Returns the value's length in bytes, or -1 while it is incomplete. Throws StreamError.
   */
  scan(bytes: Uint8Array, from: number, to: number): number;
};

/** How many bytes follow the tag byte: length fields are read apart. */
const FIXED: Readonly<Record<number, number>> = {
  192: 0,
  194: 0,
  195: 0,
  204: 1,
  205: 2,
  206: 4,
  207: 8,
  208: 1,
  209: 2,
  210: 4,
  211: 8,
};

/** A scanner for values of up to `limit` bytes. */
export function createScanner(limit: number): Scanner {
  /** Elements still to come at each open level; level 0 is the value itself. */
  const open: number[] = [];
  let begin = 0;
  let at = 0;

  const fail = (message: string): never => {
    throw new StreamError(message, begin + at);
  };
  const need = (bytes: number): void => {
    if (at + bytes > limit)
      fail(`a record is larger than ${limit} bytes: the stream is damaged, or not one of tracelet's`);
  };
  const enter = (elements: number): void => {
    if (elements > limit) fail("a collection claims more elements than a record can hold");
    if (open.length >= MAX_DEPTH) fail(`values are nested deeper than ${MAX_DEPTH} levels`);
    open.push(elements);
  };

  return {
    start(offset) {
      open.length = 0;
      open.push(1);
      begin = offset;
      at = 0;
    },
    scan(bytes, from, to) {
      const size = to - from;
      for (;;) {
        while (open.length > 0 && open[open.length - 1] === 0) open.pop();
        if (open.length === 0) return at;
        if (at >= size) {
          need(1);
          return -1;
        }
        const pos = from + at;
        const tag = bytes[pos] ?? 0;
        let head = 1;
        let body = 0;
        let children = -1;
        if (tag < 0x80 || tag >= 0xe0) body = 0;
        else if (tag < 0x90) children = (tag & 15) * 2;
        else if (tag < 0xa0) children = tag & 15;
        else if (tag < 0xc0) body = tag & 31;
        else {
          const fixed = FIXED[tag];
          if (fixed !== undefined) body = fixed;
          else {
            const width = lengthWidth(tag);
            if (width === 0) fail(`byte 0x${tag.toString(16)} begins no value of a tracelet stream`);
            head = 1 + width;
            if (at + head > size) {
              need(head);
              return -1;
            }
            const length = readLength(bytes, pos + 1, width);
            if (tag === 0xdc || tag === 0xdd) children = length;
            else if (tag === 0xde || tag === 0xdf) children = length * 2;
            else if (tag === 0xd7 || tag === 0xc7) {
              // EventTime only: fixext 8 or ext 8 of length 8, type 0.
              const type = tag === 0xd7 ? length : bytes[pos + 2];
              if (type !== 0 || (tag === 0xc7 && bytes[pos + 1] !== 8))
                fail("an extension value that is not an EventTime");
              body = 8;
            } else body = length;
          }
        }
        need(head + body);
        if (at + head + body > size) return -1;
        at += head + body;
        open[open.length - 1] = (open[open.length - 1] ?? 1) - 1;
        if (children >= 0) enter(children);
      }
    },
  };
}

/** Bytes of the length field after `tag`; for extensions the type byte counts in; 0: not allowed in a stream. */
function lengthWidth(tag: number): number {
  switch (tag) {
    case 0xc4:
    case 0xd9:
    case 0xd7:
      return 1;
    case 0xc5:
    case 0xda:
    case 0xdc:
    case 0xde:
    case 0xc7:
      return 2;
    case 0xc6:
    case 0xdb:
    case 0xdd:
    case 0xdf:
      return 4;
    default:
      return 0;
  }
}

function readLength(bytes: Uint8Array, at: number, width: number): number {
  let length = 0;
  for (let i = 0; i < width; i++) length = length * 256 + (bytes[at + i] ?? 0);
  return length;
}
