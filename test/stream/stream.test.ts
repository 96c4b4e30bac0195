/** The decoder against every cut, damage and foreign input; the encoder as its partner. */
import { Packr } from "msgpackr";
import { describe, expect, it } from "vitest";
import {
  createStreamDecoder,
  decodeChunks,
  decodeStream,
  StreamError,
  type StreamItem,
} from "../../compiler/stream/decode.ts";
import { encodeMessage, encodeValue } from "../../compiler/stream/encode.ts";
import type { StreamRecord } from "../../compiler/stream/records.ts";

const PLACE = { line: 1, column: 9, endLine: 1, endColumn: 20 };
const HEADER: StreamRecord = {
  type: "header",
  version: 1,
  tool: "tracelet 0.1.0",
  host: "h",
  kernel: "6.12",
  arch: "x86_64",
  source: { name: "stdin", text: "begin { }" },
  utc_offset: 0,
  str_trunc_trailer: "..",
  events: [{ id: 0, kind: "printf", format: "%d\n", args: [{ k: "int", size: 8, signed: true }], place: PLACE }],
  maps: [{ name: "@", key: { k: "tuple", size: 0, fields: [] }, value: { k: "count" } }],
};
const END: StreamRecord = {
  type: "end",
  status: 0,
  ledger: { submitted: 1, delivered: 1, dropped: 0, programs: [], sites: [] },
};
const RECORDS: readonly StreamRecord[] = [
  HEADER,
  { type: "attached", count: 2, probes: ["begin", "kprobe:vfs_read"] },
  { type: "printf", event: 0, format: "%d\n", args: [1] },
  {
    type: "printf",
    event: 0,
    format: "%d\n",
    args: [18446744073709551615n, -9223372036854775808n, -5, 70000, "é", new Uint8Array([255, 0])],
  },
  { type: "map", name: "@", map: 0, final: true, entries: [{ key: [1, "a"], value: 3 }] },
  { type: "cat", path: "/x", data: "x".repeat(70000) },
  { type: "detached", reason: "exit" },
  END,
];
const items = (records: readonly StreamRecord[]): StreamItem[] =>
  records.map((record, i) => ({ time: { seconds: 1_700_000_000 + i, nanoseconds: 123 + i }, record }));
const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** Records that came, and the error that ended it. */
function read(bytes: Uint8Array, chunk = bytes.length): { items: StreamItem[]; error: StreamError | undefined } {
  const got: StreamItem[] = [];
  const decoder = createStreamDecoder((item) => got.push(item));
  try {
    for (let at = 0; at < bytes.length; at += chunk) {
      const piece = bytes.slice(at, at + chunk);
      decoder.push(piece);
      piece.fill(0xc1); // the caller may reuse its bytes
    }
    decoder.end();
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    return { items: got, error };
  }
  return { items: got, error: undefined };
}

describe("decoding", () => {
  it("gives back what was encoded, exact to 64 bits", () => {
    expect([...decodeStream(encodeMessage(items(RECORDS)))]).toEqual(items(RECORDS));
  });

  it("does not care where chunks are cut or how records are spread over messages", () => {
    const bytes = joined(...items(RECORDS.filter((r) => r.type !== "cat")).map((item) => encodeMessage([item])));
    const want = items(RECORDS)
      .filter((item) => item.record.type !== "cat")
      .map((item) => item.record);
    for (const chunk of [1, 2, 3, 7, 64, bytes.length]) {
      const { items: got, error } = read(bytes, chunk);
      expect(error).toBeUndefined();
      expect(got.map((item) => item.record)).toEqual(want);
    }
    const whole = encodeMessage(items(RECORDS));
    expect(read(whole, 1000).items).toEqual(items(RECORDS));
  });

  it("gives each record as soon as its last byte is there, even inside an open message", () => {
    const bytes = encodeMessage(items(RECORDS));
    const got: StreamItem[] = [];
    const decoder = createStreamDecoder((item) => got.push(item));
    const first = encodeMessage(items(RECORDS).slice(0, 1)).length;
    decoder.push(bytes.slice(0, first));
    expect(got).toHaveLength(1);
  });

  it("reads any producer's MessagePack: Packr's maps, str32 keys, ext8 times, an option map", () => {
    const packed = new Packr({ useRecords: false }).pack(HEADER);
    const time = [0xc7, 8, 0, 0, 0, 0, 1, 0, 0, 0, 2];
    const bytes = joined(
      new Uint8Array([0x93, 0xd9, 8]),
      new TextEncoder().encode("tracelet"),
      new Uint8Array([0xdd, 0, 0, 0, 2, 0x92, ...time]),
      packed,
      new Uint8Array([0x92, ...time]),
      encodeValue(END),
      encodeValue({ size: 2 }),
    );
    for (const chunk of [1, bytes.length]) {
      const { items: got, error } = read(bytes, chunk);
      expect(error).toBeUndefined();
      expect(got.map((item) => item.record)).toEqual([HEADER, END]);
      expect(got[0]?.time).toEqual({ seconds: 1, nanoseconds: 2 });
    }
  });

  it("takes two runs in one file, one after the other", () => {
    const run = encodeMessage(items([HEADER, END]));
    expect(read(joined(run, run)).items).toHaveLength(4);
  });

  it("yields from async chunks what came before the cut, then throws", async () => {
    const bytes = encodeMessage(items(RECORDS)).slice(0, -3);
    const got: string[] = [];
    const run = async (): Promise<void> => {
      for await (const item of decodeChunks([bytes.slice(0, 50), bytes.slice(50)])) got.push(item.record.type);
    };
    await expect(run()).rejects.toThrow(/cut in the middle of a message.*\(byte \d+\)/);
    expect(got).toHaveLength(RECORDS.length - 1);
  });
});

describe("bad streams end in a StreamError that says what and where", () => {
  const bytes = encodeMessage(items(RECORDS.filter((r) => r.type !== "cat")));

  it("cut at every byte: all complete records, then the offset of the cut", () => {
    let last = 0;
    for (let cut = 0; cut < bytes.length; cut++) {
      const { items: got, error } = read(bytes.slice(0, cut), 100);
      expect(error?.offset).toBe(cut);
      expect(got.length).toBeGreaterThanOrEqual(last);
      last = got.length;
    }
    expect(last).toBe(RECORDS.length - 2);
  });

  it.each<readonly [string, Uint8Array, RegExp]>([
    ["nothing at all", new Uint8Array(0), /stream is empty/],
    ["text", new TextEncoder().encode("Attaching 1 probe...\n"), /not a tracelet stream/],
    ["JSON", new TextEncoder().encode('{"type": "map"}'), /not a tracelet stream/],
    ["an ELF object", new Uint8Array([0x7f, 0x45, 0x4c, 0x46]), /not a tracelet stream/],
    ["another tag", joined(new Uint8Array([0x92]), encodeValue("fluent"), encodeValue([])), /its tag is "fluent"/],
    ["message mode", joined(new Uint8Array([0x93]), encodeValue("tracelet"), encodeValue(5)), /array of entries/],
    ["no header first", encodeMessage(items([END])), /begins with the record "end"/],
    [
      "another version",
      joined(
        new Uint8Array([0x92]),
        encodeValue("tracelet"),
        new Uint8Array([0x91, 0x92, 0xd7, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        encodeValue({ ...HEADER, version: 2 }),
      ),
      /version 2/,
    ],
    ["no end record", encodeMessage(items([HEADER])), /without its end record/],
    [
      "a deep nest",
      joined(new Uint8Array([0x92]), encodeValue("tracelet"), new Uint8Array(5000).fill(0x91)),
      /nested deeper/,
    ],
    [
      "a string of 4 GiB",
      joined(new Uint8Array([0x92]), encodeValue("tracelet"), new Uint8Array([0x91, 0xdb, 255, 255, 255, 255])),
      /larger than/,
    ],
    [
      "an array of 4 billion",
      joined(new Uint8Array([0x92]), encodeValue("tracelet"), new Uint8Array([0x91, 0xdd, 255, 255, 255, 255])),
      /more elements/,
    ],
    [
      "a float",
      joined(
        new Uint8Array([0x92]),
        encodeValue("tracelet"),
        new Uint8Array([0x91, 0x92, 0xcb, 0, 0, 0, 0, 0, 0, 0, 0]),
      ),
      /0xcb begins no value/,
    ],
    [
      "a foreign extension",
      joined(
        new Uint8Array([0x92]),
        encodeValue("tracelet"),
        new Uint8Array([0x91, 0xd7, 0x72, 0, 0, 0, 0, 0, 0, 0, 0]),
      ),
      /not an EventTime/,
    ],
  ])("%s", (_, input, message) => {
    for (const chunk of [1, input.length || 1]) {
      const { error } = read(input, chunk);
      expect(error?.message).toMatch(message);
    }
  });

  it.each<readonly [string, unknown, RegExp]>([
    ["not a map", 5, /not a map/],
    ["no type", { a: 1 }, /no type/],
    ["an unknown type", { type: "later" }, /unknown type "later"/],
    ["a name of Object.prototype", { type: "constructor" }, /unknown type/],
    ["a missing field", { type: "printf", event: 0, format: "x" }, /args must be an array/],
    ["a wrong field", { type: "lost", count: "many", cause: "x" }, /count must be an integer/],
    [
      "a wrong nested field",
      { ...HEADER, maps: [{ name: "@", value: { k: "array", length: 1, stride: 1, element: { k: "zz" } } }] },
      /unknown kind "zz"/,
    ],
    [
      "an entry without value",
      { type: "map", name: "@", map: 0, final: true, entries: [{ key: 1 }] },
      /entries \[0\] value is missing/,
    ],
  ])("a record that is %s", (_, record, message) => {
    const bytes = joined(
      encodeMessage(items([HEADER])),
      new Uint8Array([0x92]),
      encodeValue("tracelet"),
      new Uint8Array([0x91, 0x92, 0xd7, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
      encodeValue(record),
    );
    const { items: got, error } = read(bytes);
    expect(got).toHaveLength(1);
    expect(error?.message).toMatch(message);
  });

  it("a record beyond the limit, however it comes", () => {
    const big = encodeMessage(items([HEADER, { type: "cat", path: "/x", data: "y".repeat(5000) }, END]));
    const decoder = createStreamDecoder(() => undefined, { maxRecordBytes: 2000 });
    expect(() => {
      for (const byte of big) decoder.push(new Uint8Array([byte]));
    }).toThrow(/larger than 2000 bytes/);
  });

  it("random damage: records or a StreamError, nothing else", () => {
    const random = lcg(7);
    for (let round = 0; round < 3000; round++) {
      const broken = bytes.slice();
      for (let n = 0; n <= random(4); n++) broken[random(broken.length)] = random(256);
      read(broken, 1 + random(200)); // anything but a StreamError is rethrown
    }
  });
});

/** Seeded numbers below n. */
function lcg(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
