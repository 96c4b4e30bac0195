/**
 * Reads a loader's stream (spec/stream.md) as it comes: chunks cut at any byte in, records out, each as soon as its last
 * byte is there. Holds no more than one unfinished record. Whatever is wrong ends in a StreamError that names the byte,
 * after every record before it was handed over.
 */
import { Unpackr } from "msgpackr/unpack";
import { StreamError } from "./error.ts";
import type { StreamRecord } from "./records.ts";
import { createScanner } from "./scan.ts";
import { explainShape } from "./validate.ts";

export { StreamError } from "./error.ts";

/** When the loader took the event: the Forward protocol's EventTime. */
export type EventTime = { readonly seconds: number; readonly nanoseconds: number };
export type StreamItem = { readonly time: EventTime; readonly record: StreamRecord };

export type DecoderOptions = {
  /** Largest record in bytes; a longer one is an error, not a reason to fill the memory. Default 256 MiB. */
  readonly maxRecordBytes?: number;
};

export type StreamDecoder = {
  /** Takes the next bytes (the caller may reuse them); hands complete records to the receiver. Throws StreamError. */
  push(chunk: Uint8Array): void;
  /** No more bytes come. Throws StreamError when the stream is empty, cut, or has no end record. */
  end(): void;
};

const TAG = "tracelet";
const NOT_OURS = "this is not a tracelet stream: give the output of tracelet-loader run or of tracelet run -f msgpack";

/** A decoder that calls `receive` for each record, in order. */
export function createStreamDecoder(receive: (item: StreamItem) => void, options: DecoderOptions = {}): StreamDecoder {
  const limit = options.maxRecordBytes ?? 256 * 1024 * 1024;
  const scanner = createScanner(limit);
  const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, copyBuffers: true, ...INT64_AUTO });
  /** Unread bytes are buffer[start .. end). `base`: offset in the stream of buffer[0]. */
  let buffer = new Uint8Array(0);
  let start = 0;
  let end = 0;
  let base = 0;
  /** Entries of the open message still to come; -1: between messages. */
  let entries = -1;
  /** The open message has an option map after its entries. */
  let option = false;
  let scanning = false;
  let headed = false;
  let finished = false;
  let broken = false;

  const fail = (message: string, at = start): never => {
    throw new StreamError(message, base + at);
  };

  /** Reads `[tag, [` at the buffer's start; false: more bytes are needed. */
  const openMessage = (): boolean => {
    const available = end - start;
    const outer = buffer[start];
    if (outer !== 0x92 && outer !== 0x93) fail(headed ? "the stream is damaged: no message begins here" : NOT_OURS);
    if (available < 2) return false;
    const first = buffer[start + 1] ?? 0;
    const size = first >= 0xa0 && first < 0xc0 ? first & 31 : first === 0xd9 ? buffer[start + 2] : -1;
    if (size === -1) fail(NOT_OURS, start + 1);
    const textAt = start + (first === 0xd9 ? 3 : 2);
    if (size === undefined || textAt + size >= end) return false;
    let tag = "";
    for (let i = 0; i < size; i++) tag += String.fromCharCode(buffer[textAt + i] ?? 0);
    if (tag !== TAG && !tag.startsWith(`${TAG}.`)) fail(`${NOT_OURS}; its tag is ${JSON.stringify(tag)}`, textAt);
    const at = textAt + size;
    const array = buffer[at] ?? 0;
    const width = array === 0xdc ? 2 : array === 0xdd ? 4 : 0;
    if (width === 0 && (array & 0xf0) !== 0x90) fail(`${NOT_OURS} (Forward mode, an array of entries)`, at);
    if (at + width >= end) return false;
    entries = width === 0 ? array & 15 : 0;
    for (let i = 1; i <= width; i++) entries = entries * 256 + (buffer[at + i] ?? 0);
    option = outer === 0x93;
    start = at + 1 + width;
    return true;
  };

  /** Decodes the complete entry buffer[start .. start + length): `[EventTime, record]`. */
  const readEntry = (length: number): void => {
    const view = buffer;
    const timeAt = view[start + 1] === 0xd7 ? start + 3 : start + 4;
    if (view[start] !== 0x92 || (view[start + 1] !== 0xd7 && view[start + 1] !== 0xc7)) {
      fail("an entry is not [EventTime, record]");
    }
    const time = { seconds: readU32(view, timeAt), nanoseconds: readU32(view, timeAt + 4) };
    const record = decodeRecord(unpackr, view, timeAt + 8, start + length, base + start);
    const wrong = explainShape(record);
    if (wrong !== undefined) fail(wrong);
    // explainShape has proved the fields that the type promises.
    const checked = record as StreamRecord;
    if (!headed && checked.type !== "header")
      fail(`the stream begins with the record "${checked.type}", not with its header`);
    headed = true;
    finished = checked.type === "end";
    start += length;
    receive({ time, record: checked });
  };

  const drain = (): void => {
    while (start < end) {
      if (entries === -1) {
        if (!openMessage()) return;
      } else if (entries > 0 || option) {
        if (!scanning) scanner.start(base + start);
        scanning = true;
        const length = scanner.scan(buffer, start, end);
        if (length === -1) return;
        scanning = false;
        if (entries > 0) {
          entries--;
          readEntry(length);
        } else {
          option = false;
          start += length;
        }
      }
      if (entries === 0 && !option) entries = -1;
    }
  };

  return {
    push(chunk) {
      if (broken) return;
      if (start === end) {
        base += end;
        buffer = chunk as Uint8Array<ArrayBuffer>;
        start = 0;
        end = chunk.length;
      } else {
        const rest = end - start;
        if (end + chunk.length > buffer.length) {
          // Twice the room when the unread part itself grows, so that many small chunks cost linear time.
          const grown = new Uint8Array(Math.max(rest + chunk.length, Math.min(rest * 2, limit + chunk.length)));
          grown.set(buffer.subarray(start, end));
          buffer = grown;
          base += start;
          start = 0;
          end = rest;
        }
        buffer.set(chunk, end);
        end += chunk.length;
      }
      try {
        drain();
      } catch (error) {
        broken = true;
        throw error;
      }
      // What is left of the caller's bytes becomes ours: the caller may reuse them.
      if (start < end && buffer === chunk) {
        buffer = chunk.slice(start, end);
        base += start;
        end -= start;
        start = 0;
      }
    },
    end() {
      if (broken) return;
      if (!headed && start === end && entries === -1) {
        fail(base + end === 0 ? "the stream is empty: the loader wrote nothing" : "the stream has no records");
      }
      if (start < end || entries !== -1)
        fail("the stream is cut in the middle of a message; everything before it was read", end);
      if (!finished) fail("the stream stops without its end record: the loader was killed or its output was cut", end);
    },
  };
}

/** All records of a whole stream in memory. Yields what came before an error, then throws StreamError. */
export function* decodeStream(bytes: Uint8Array, options: DecoderOptions = {}): Generator<StreamItem, void, undefined> {
  const items: StreamItem[] = [];
  const decoder = createStreamDecoder((item) => items.push(item), options);
  let failure: unknown;
  try {
    decoder.push(bytes);
    decoder.end();
  } catch (error) {
    failure = error;
  }
  yield* items;
  if (failure !== undefined) throw failure;
}

/** Records of a stream that comes in chunks (a pipe, a file, a fetch body). Yields what came before an error, then throws it. */
export async function* decodeChunks(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: DecoderOptions = {},
): AsyncGenerator<StreamItem, void, undefined> {
  let items: StreamItem[] = [];
  const decoder = createStreamDecoder((item) => items.push(item), options);
  let failure: unknown;
  for await (const chunk of chunks) {
    try {
      decoder.push(chunk);
    } catch (error) {
      failure = error;
    }
    const ready = items;
    items = [];
    yield* ready;
    if (failure !== undefined) throw failure;
  }
  decoder.end();
}

/** Exact integers: number up to 2^53, bigint beyond. msgpackr's type file does not name "auto". */
const INT64_AUTO = { int64AsType: "auto" } as unknown as { int64AsType: "bigint" };

function decodeRecord(unpackr: Unpackr, bytes: Uint8Array, from: number, to: number, offset: number): unknown {
  try {
    return unpackr.unpack(bytes, { start: from, end: to });
  } catch (error) {
    throw new StreamError(
      `a record cannot be decoded: ${error instanceof Error ? error.message : String(error)}`,
      offset,
    );
  }
}

function readU32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  );
}
