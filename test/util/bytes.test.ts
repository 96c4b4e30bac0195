import { describe, expect, test } from "vitest";
import { ByteReader, ByteWriter, equalBytes } from "../../compiler/util/bytes.ts";
import { decodeMsgpack, encodeMsgpack } from "../../compiler/util/msgpack.ts";
import { fuzz } from "../tools/mutate.ts";

class Damaged extends Error {}
const fail = (message: string): Damaged => new Damaged(message);

describe("ByteWriter → ByteReader", () => {
  test.each(["little", "big"] as const)("%s endian, growing from nothing", (endian) => {
    const out = new ByteWriter(endian, 0);
    for (let i = 0; i < 50; i++)
      out
        .u8(i)
        .u16(i + 0x1234)
        .u32(-i)
        .u64(BigInt(-i))
        .raw(new Uint8Array([1, 2, 3]));
    const bytes = out.align(64).finish();
    expect(bytes.length % 64).toBe(0);
    const reader = new ByteReader(bytes, fail, endian);
    for (let i = 0; i < 50; i++) {
      expect([reader.u8("a"), reader.u16("b"), reader.i32("c"), reader.i64("d")]).toEqual([
        i,
        i + 0x1234,
        0 - i,
        BigInt(-i),
      ]);
      expect(reader.take(3, "e")).toEqual(new Uint8Array([1, 2, 3]));
    }
  });
  test("a read past the end is the owner's error, and names what and where", () => {
    const reader = new ByteReader(new Uint8Array(3), fail);
    reader.u16("x");
    expect(() => reader.u16("the count")).toThrow(Damaged);
    expect(() => reader.u16("the count")).toThrow("the count needs 2 bytes at offset 2, but the input ends at 3");
    expect(() => reader.seek(4, "the table")).toThrow("the table at offset 4 lies outside the 3 bytes given");
    expect(() => reader.seek(-1, "the table")).toThrow(Damaged);
    expect(() => reader.take(-1, "text")).toThrow(Damaged);
  });
  test("equalBytes", () => {
    expect(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1, 2]))).toBe(true);
    expect(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1, 3]))).toBe(false);
    expect(equalBytes(new Uint8Array([1, 2]), new Uint8Array([1, 2, 0]))).toBe(false);
  });
});

describe("msgpack", () => {
  const values: readonly unknown[] = [
    null,
    true,
    false,
    0,
    127,
    128,
    255,
    256,
    65535,
    65536,
    2 ** 32 - 1,
    2 ** 32,
    Number.MAX_SAFE_INTEGER,
    2n ** 64n - 1n,
    -1,
    -32,
    -33,
    -128,
    -129,
    -32768,
    -32769,
    -(2 ** 31),
    -(2 ** 31) - 1,
    -(2n ** 63n),
    1.5,
    -0.1,
    "",
    "a",
    "ä".repeat(20),
    "x".repeat(300),
    "y".repeat(70000),
    new Uint8Array([1, 2]),
    new Uint8Array(300),
    [],
    [1, [2, ["x"]]],
    Array.from({ length: 20 }, (_, i) => i),
    {},
    { a: 1, b: { c: null } },
    Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, i])),
  ];
  test("encode → decode is the identity", () => {
    for (const value of values) expect(decodeMsgpack(encodeMsgpack(value), fail)).toEqual(value);
  });
  test("whole numbers are integers, in their shortest form", () => {
    expect(encodeMsgpack(10_000_000_000)).toEqual(new Uint8Array([0xcf, 0, 0, 0, 2, 0x54, 0x0b, 0xe4, 0]));
    expect(encodeMsgpack(5n)).toEqual(encodeMsgpack(5));
    expect(encodeMsgpack({ a: undefined, b: 1 })).toEqual(encodeMsgpack({ b: 1 }));
  });
  test.each<[string, readonly number[], string]>([
    ["cut", [0x92, 1], "an array of 2 values in 1 bytes"],
    ["trailing bytes", [1, 2], "1 bytes follow the value"],
    ["a key that is no string", [0x81, 1, 1], "a key that is no string"],
    ["an extension", [0xd4, 0, 0], "byte 0xd4"],
    ["nesting", Array.from({ length: 200 }, (_, i) => (i < 199 ? 0x91 : 1)), "nested too deep"],
    ["a claimed length", [0xdd, 0xff, 0xff, 0xff, 0xff], "an array of 4294967295 values"],
  ])("%s is refused", (_, bytes, message) => {
    expect(() => decodeMsgpack(new Uint8Array(bytes), fail)).toThrow(Damaged);
    expect(() => decodeMsgpack(new Uint8Array(bytes), fail)).toThrow(message);
  });
  test("what has no form is refused", () => {
    expect(() => encodeMsgpack(() => 1)).toThrow(TypeError);
    expect(() => encodeMsgpack(2n ** 64n)).toThrow(TypeError);
  });
  test("mutated messages are decoded or refused", () => {
    expect(fuzz(encodeMsgpack(values), Damaged, (bytes) => void decodeMsgpack(bytes, fail))).toBeGreaterThan(100);
  });
});
