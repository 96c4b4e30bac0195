/** Files that are no snapshot, or no longer: each ends in a SnapshotError that says what is wrong, never in a wrong answer. */
import { deflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { TypeId } from "../../compiler/btf/types.ts";
import {
  type CaptureFile,
  openSnapshot,
  packCapture,
  packFiles,
  type Snapshot,
  SnapshotError,
} from "../../compiler/snapshot/index.ts";
import { inflate as inflateHere } from "../../compiler/snapshot/inflate.ts";
import { branded } from "../../compiler/util/brand.ts";
import { encodeUtf8 } from "../../compiler/util/bytes.ts";
import { mutate, randomBits } from "../tools/mutate.ts";
import { archiveOf, smallKernel } from "./small-kernel.ts";

const deflate = (bytes: Uint8Array): Uint8Array => deflateRawSync(bytes);
const pack = (files: readonly CaptureFile[]): Uint8Array =>
  packFiles(new Map(files.map((file) => [file.path, file.bytes])), { deflate });
const withFile = (path: string, text: string): readonly CaptureFile[] => [
  ...smallKernel().filter((file) => file.path !== path),
  { path, bytes: encodeUtf8(text) },
];
const small = pack(smallKernel());

/** Asks for everything a snapshot holds. */
function readAll(snapshot: Snapshot): unknown {
  const all: unknown[] = [
    snapshot.functions("*.*"),
    snapshot.functions("*"),
    snapshot.rawTracepoints("*"),
    snapshot.iterators(),
  ];
  for (const btf of [snapshot.btf, ...snapshot.modules.map((module) => snapshot.moduleBtf(module))]) {
    for (let id = 0; id < (btf?.count ?? 0); id++) {
      const type = btf?.type(branded<TypeId>(id));
      all.push(type, type && "name" in type ? type.name : "");
    }
    // Names that nobody has are looked for everywhere.
    for (const name of ["task_struct", "module_data", "nobody"])
      all.push(btf?.find("struct", name), btf?.find("func", name));
    all.push(btf?.findEnumerator("RED"), btf?.findEnumerator("NOBODY"));
  }
  for (const { category, event } of snapshot.tracepoints("*", "*")) all.push(snapshot.tracepoint(category, event));
  all.push(snapshot.constant("AF_INET"), snapshot.suggest("constant", "AF_INTE"));
  return all;
}

describe("a damaged file", () => {
  test("cut anywhere: says how much is left", () => {
    for (let length = 0; length < small.length; length++) {
      expect(() => openSnapshot(small.subarray(0, length))).toThrow(SnapshotError);
    }
    expect(() => openSnapshot(small.subarray(0, 1000))).toThrow(
      `the snapshot is cut off: 1000 of ${small.length} bytes are there`,
    );
    expect(() => openSnapshot(new Uint8Array())).toThrow("the snapshot is cut off: only 0 bytes are left of it");
  });

  test("a single byte changed: shows, at the latest when its block is read", () => {
    for (let at = 0; at < small.length; at += at < 64 ? 1 : 3) {
      const bytes = small.slice();
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      expect(() => readAll(openSnapshot(bytes)), `byte ${at}`).toThrow(SnapshotError);
    }
  });

  test("seeded damage of all sorts: shows too", () => {
    const random = randomBits(0x7e11);
    for (let round = 0; round < 500; round++) {
      const bytes = mutate(small, random);
      if (Buffer.compare(bytes, small) !== 0)
        expect(() => readAll(openSnapshot(bytes)), `round ${round}`).toThrow(SnapshotError);
    }
  });

  test("blocks that unpack to something else than was packed: an error or an answer, never a crash or an endless loop", () => {
    const random = randomBits(0xb10c);
    let refused = 0;
    for (let round = 0; round < 500; round++) {
      const inflate = (packed: Uint8Array, size: number): Uint8Array => {
        const bytes = inflateHere(packed, size);
        const changed = random() % 4 === 0 ? mutate(bytes, random) : bytes;
        const fitted = new Uint8Array(size);
        fitted.set(changed.subarray(0, size));
        return fitted;
      };
      try {
        readAll(openSnapshot(small, inflate));
      } catch (error) {
        expect(error).toBeInstanceOf(SnapshotError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(200);
  });

  test("a block that does not unpack is named", () => {
    const broken = (): Uint8Array => {
      throw new Error("incorrect data check");
    };
    expect(() => openSnapshot(small, broken).constant("AF_INET")).toThrow(
      "the snapshot is damaged: constants, block 0 cannot be unpacked",
    );
    expect(() => openSnapshot(small, () => new Uint8Array(1)).constant("AF_INET")).toThrow(
      /constants, block 0 unpacks to 1 bytes instead of \d+/,
    );
  });
});

describe("a foreign file", () => {
  test("something else", () => {
    expect(() => openSnapshot(encodeUtf8("#!/bin/sh\necho hello, I am quite another file\n"))).toThrow(
      "not a kernel snapshot: the file does not begin as one",
    );
    expect(() => openSnapshot(archiveOf(smallKernel()))).toThrow("not a kernel snapshot");
  });
  test("another format version is named, with the way out", () => {
    const bytes = small.slice();
    bytes[8] = 9;
    expect(() => openSnapshot(bytes)).toThrow(
      "the snapshot has format version 9; this tracelet reads version 1: make it again with `tracelet snapshot`",
    );
  });
  test("another machine is named", () => {
    const capture = withFile("capture", "tracelet-capture 1\nrelease 6.1.0\nmachine riscv64\n");
    expect(() => pack(capture)).toThrow("this kernel is of machine riscv64; tracelet compiles for x86_64 and aarch64");
  });
  test("aarch64 is ours", () => {
    expect(openSnapshot(pack(withFile("capture", "tracelet-capture 1\nrelease 6.1.0\nmachine aarch64\n"))).arch).toBe(
      "aarch64",
    );
  });
});

describe("a damaged capture", () => {
  const archive = archiveOf(smallKernel());
  const read = (bytes: Uint8Array): Uint8Array => packCapture(bytes, { deflate });

  test.each<readonly [string, () => Uint8Array, string]>([
    ["no archive", () => encodeUtf8("x".repeat(600)), "not a raw capture of a kernel"],
    ["cut inside a file", () => archive.subarray(0, 1600), "the capture is cut off inside btf/vmlinux"],
    ["cut between files", () => archive.subarray(0, 1024), "the capture is cut off after 1024 bytes"],
    [
      "a header with a wrong sum",
      () => archive.map((byte, at) => (at === 1024 + 3 ? byte + 1 : byte)),
      "the capture is damaged at byte 1024",
    ],
    [
      "gzip, cut",
      () => Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 5),
      "the capture is cut off or damaged: it cannot be decompressed",
    ],
  ])("%s", (_, make, message) => {
    expect(() => read(make())).toThrow(new SnapshotError(message));
  });

  test("what it lacks is named", () => {
    const without = (path: string): readonly CaptureFile[] => smallKernel().filter((file) => file.path !== path);
    expect(() => pack(without("capture"))).toThrow("it has no `capture` file");
    expect(() => pack(without("btf/vmlinux"))).toThrow("the capture lacks btf/vmlinux");
    expect(() => pack(withFile("capture", "tracelet-capture 2\n"))).toThrow(
      "the capture has version 2; this tracelet reads version 1",
    );
    expect(() => pack(withFile("constants", "A 1\nB = 2\n"))).toThrow(
      "constants, line 2: not a name and an integer: B = 2",
    );
    expect(() => pack(withFile("events/a/b/format", "name: b\n"))).toThrow("the capture's format of a:b has no fields");
  });
});
