/** The small parts of a snapshot: wildcards, edit distance, DEFLATE, declarations of tracepoint fields. */
import { deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { matcher } from "../../compiler/snapshot/glob.ts";
import { gunzip, inflate } from "../../compiler/snapshot/inflate.ts";
import { parseFunctions, parseRelease, splitDeclaration } from "../../compiler/snapshot/parse-text.ts";
import { editDistance, nearest } from "../../compiler/snapshot/suggest.ts";
import { mutate, randomBits } from "../tools/mutate.ts";

describe("wildcards", () => {
  test.each([
    ["*ab", "abab", true],
    ["ab*ab", "ab", false],
    ["ab*ab", "abab", true],
    ["a*b*c", "abbc", true],
    ["a*b*c", "acb", false],
    ["*", "", true],
    ["", "", true],
    ["", "a", false],
    ["a.b", "axb", false],
    ["[ab]", "a", false],
    ["**", "anything", true],
    ["a**c", "abc", true],
    ["*b*", "abc", true],
    ["ab*", "b", false],
    ["x?", "xy", false],
  ] as const)("%s on %s: %s", (pattern, name, expected) => {
    expect(matcher(pattern)(name)).toBe(expected);
  });
  test("a pattern of many stars takes no time", () => {
    expect(matcher("*a".repeat(40))(`${"a".repeat(39)}b`)).toBe(false);
  });
});

describe("did you mean", () => {
  test.each([
    ["kitten", "sitting", 3],
    ["ab", "ba", 1],
    ["", "abc", 3],
    ["same", "same", 0],
  ] as const)("%s and %s: %d", (a, b, distance) => {
    expect(editDistance(a, b, 9)).toBe(distance);
    expect(editDistance(b, a, 9)).toBe(distance);
  });
  test("stops at its limit", () => expect(editDistance("aaaaaaaa", "bbbbbbbb", 2)).toBe(3));
  test("the nearest three, never the word itself", () => {
    expect(nearest("vfs_read", ["vfs_readv", "vfs_read", "vfs_write", "vfs_rea", "vfs_head", "other"])).toEqual([
      "vfs_head",
      "vfs_rea",
      "vfs_readv",
    ]);
  });
});

describe("DEFLATE", () => {
  const random = randomBits(7);
  const texts: readonly Uint8Array[] = [
    new Uint8Array(),
    Buffer.from("a"),
    Buffer.from("abc".repeat(9999)),
    Uint8Array.from({ length: 70_000 }, () => random() & 0xff),
    Uint8Array.from({ length: 50_000 }, (_, index) => (index * index) >>> 5),
  ];
  test.each([0, 1, 6, 9])("what level %d packs", (level) => {
    for (const bytes of texts) {
      expect(Buffer.compare(inflate(deflateRawSync(bytes, { level }), bytes.length), bytes)).toBe(0);
      expect(Buffer.compare(inflate(deflateRawSync(bytes, { level })), bytes)).toBe(0);
      expect(Buffer.compare(gunzip(gzipSync(bytes, { level })), bytes)).toBe(0);
    }
  });
  test("damaged data ends in a RangeError or in other data, within the size that was said", () => {
    const packed = deflateRawSync(Buffer.from("the quick brown fox ".repeat(50)), { level: 9 });
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      try {
        expect(inflate(mutate(packed, random), 1000).length).toBeLessThanOrEqual(1000);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(500);
  });
});

test.each([
  ["int dfd", "int", "dfd"],
  ["const char * filename", "const char *", "filename"],
  ["char comm[16]", "char[16]", "comm"],
  ["__data_loc char[] name", "__data_loc char[]", "name"],
  ["__u8 saddr[sizeof(struct sockaddr_in6)]", "__u8[sizeof(struct sockaddr_in6)]", "saddr"],
  ["unsigned long args[6]", "unsigned long[6]", "args"],
  ["void (*function)(struct timer_list *)", "void (*)(struct timer_list *)", "function"],
  ["struct hrtimer *timer", "struct hrtimer *", "timer"],
])("declaration %s", (declaration, type, name) => {
  expect(splitDeclaration(declaration)).toEqual({ name, type });
});

test("functions by module", () => {
  const functions = parseFunctions("vfs_read\nf [m]\nvfs_read\n__ftrace_invalid_address___16\ng\t[m]\n");
  expect([...functions].map(([module, names]) => [module, [...names]])).toEqual([
    ["", ["vfs_read"]],
    ["m", ["f", "g"]],
  ]);
});

test.each([
  ["6.12.107+deb13-cloud-amd64", [6, 12, 107]],
  ["5.10.0-32-cloud-amd64", [5, 10, 0]],
  ["7.3-rc1", [7, 3, 0]],
  ["weird", [0, 0, 0]],
] as const)("release %s", (release, version) => {
  expect(parseRelease(release)).toEqual(version);
});
