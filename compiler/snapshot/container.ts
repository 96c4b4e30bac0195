/**
 * The snapshot file as a container: a header, independently compressed blocks, a directory at the end.
 *
 *     0   8  magic 89 'T' 'L' 'S' 0d 0a 1a 0a   (the line ends betray a transfer as text)
 *     8   4  format version           12  4  length of the file
 *     16  4  offset of the directory  20  4  its length
 *     24  4  checksum of bytes 0–23 and the directory
 *
 * Knows nothing of what the blocks mean. Opening reads header and directory; a block is checked and inflated when it is
 * asked for, and kept. Every byte of a file is under some checksum.
 */
import { lazy, lazyList } from "./lazy.ts";
import { SnapshotError } from "./snapshot.ts";
import { BlockReader, BlockWriter } from "./varint.ts";

export const formatVersion = 1;
const magic = [0x89, 0x54, 0x4c, 0x53, 0x0d, 0x0a, 0x1a, 0x0a] as const;
const headerLength = 28;

/** Decompresses raw DEFLATE data of known unpacked size; throws anything on bad data. */
export type Inflate = (packed: Uint8Array, size: number) => Uint8Array;
export type Deflate = (bytes: Uint8Array) => Uint8Array;

/** What a section holds: `name` tells which table, `owner` of which module ("" = vmlinux); `count` of items in all. */
export type SectionKey = { readonly name: string; readonly owner: string };
export type NewSection = SectionKey & {
  readonly count: number;
  /** Items in each block but the last (0: the section decides otherwise). */
  readonly perBlock: number;
  readonly blocks: readonly Uint8Array[];
};
export type Section = SectionKey & {
  readonly count: number;
  readonly perBlock: number;
  readonly blockCount: number;
  /** Checked and unpacked, from the cache where it was asked for before. */
  block(index: number): BlockReader;
};
export type Container = {
  readonly release: string;
  readonly machine: string;
  readonly build: string;
  readonly sections: readonly Section[];
  section(name: string, owner?: string): Section | undefined;
};

/**
 * FNV-1a over little-endian 32-bit words (zeros pad the end). Every step is a bijection of the state, so a change of
 * one word always shows; others do but for one in 2^32. Four times fewer steps than a bytewise CRC.
 */
export function checksum(bytes: Uint8Array, seed = 0x811c9dc5): number {
  const words = bytes.length >>> 2;
  let hash = (seed ^ bytes.length) >>> 0;
  if (bytes.byteOffset % 4 === 0) {
    const all = new Uint32Array(bytes.buffer, bytes.byteOffset, words);
    for (let i = 0; i < words; i++) hash = Math.imul(hash ^ (all[i] ?? 0), 0x01000193);
  } else {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i < words; i++) hash = Math.imul(hash ^ view.getUint32(i * 4, true), 0x01000193);
  }
  let tail = 0;
  for (let i = words * 4; i < bytes.length; i++) tail |= (bytes[i] ?? 0) << ((i % 4) * 8);
  return Math.imul(hash ^ tail, 0x01000193) >>> 0;
}

/** The bytes of a snapshot file. */
export function writeContainer(
  kernel: { readonly release: string; readonly machine: string; readonly build: string },
  sections: readonly NewSection[],
  deflate: Deflate,
): Uint8Array {
  const directory = new BlockWriter();
  directory.text(kernel.release).text(kernel.machine).text(kernel.build).uint(sections.length);
  const stored: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let at = headerLength;
  for (const section of sections) {
    const entries = new BlockWriter();
    const start = at;
    for (const block of section.blocks) {
      const packed = deflate(block);
      // Whole words, so that the checksum reads words and covers the padding too.
      const padded = new Uint8Array(Math.ceil(packed.length / 4) * 4);
      padded.set(packed);
      const hash = checksum(padded);
      entries.uint(padded.length).uint(block.length);
      for (let shift = 0; shift < 32; shift += 8) entries.byte((hash >>> shift) & 0xff);
      stored.push({ at, bytes: padded });
      at += padded.length;
    }
    directory.text(section.name).text(section.owner).uint(section.count).uint(section.perBlock);
    directory
      .uint(section.blocks.length)
      .uint(at - start)
      .nested(entries);
  }
  const list = directory.finish();
  const file = new Uint8Array(at + list.length);
  const view = new DataView(file.buffer);
  file.set(magic);
  for (const [index, value] of [formatVersion, file.length, at, list.length].entries())
    view.setUint32(8 + index * 4, value, true);
  for (const block of stored) file.set(block.bytes, block.at);
  file.set(list, at);
  view.setUint32(24, checksum(list, checksum(file.slice(0, 24))), true);
  return file;
}

/** @throws SnapshotError if the bytes are not a snapshot, cut, damaged, or of another format version */
export function openContainer(bytes: Uint8Array, inflate: Inflate): Container {
  const start = magic.findIndex((value, index) => bytes[index] !== value);
  if (start !== -1 || bytes.length < headerLength) {
    if (start !== -1 && start < bytes.length)
      throw new SnapshotError("not a kernel snapshot: the file does not begin as one");
    throw new SnapshotError(`the snapshot is cut off: only ${bytes.length} bytes are left of it`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [version, length, at, size, hash] = [8, 12, 16, 20, 24].map((offset) => view.getUint32(offset, true)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (version !== formatVersion) {
    throw new SnapshotError(
      `the snapshot has format version ${version}; this tracelet reads version ${formatVersion}: make it again with \`tracelet snapshot\``,
    );
  }
  if (bytes.length < length)
    throw new SnapshotError(`the snapshot is cut off: ${bytes.length} of ${length} bytes are there`);
  if (bytes.length > length || at + size !== length || at < headerLength)
    throw new SnapshotError("the snapshot is damaged: its header does not fit its length");
  const list = bytes.subarray(at, at + size);
  if (checksum(list, checksum(bytes.subarray(0, 24))) !== hash)
    throw new SnapshotError("the snapshot is damaged: its directory has a wrong checksum");
  const directory = new BlockReader(list, "directory");
  const kernel = { release: directory.text(), machine: directory.text(), build: directory.text() };
  const sections: Section[] = [];
  let offset = headerLength;
  for (let left = directory.count(); left > 0; left--) {
    const key = {
      name: directory.text(),
      owner: directory.text(),
      count: directory.uint(),
      perBlock: directory.uint(),
    };
    const blockCount = directory.count();
    const length = directory.uint();
    sections.push(
      lazySection({ ...key, blockCount }, bytes.subarray(offset, offset + length), inflate, directory.nested(key.name)),
    );
    offset += length;
  }
  if (offset !== at) throw new SnapshotError("the snapshot is damaged: its blocks do not fill it");
  return {
    ...kernel,
    sections,
    section: (name, owner = "") => sections.find((s) => s.name === name && s.owner === owner),
  };
}

type Entry = { readonly at: number; readonly stored: number; readonly size: number; readonly hash: number };

function lazySection(
  about: Omit<Section, "block">,
  file: Uint8Array,
  inflate: Inflate,
  directory: BlockReader,
): Section {
  const entries = lazy((): readonly Entry[] => {
    let at = 0;
    return Array.from({ length: about.blockCount }, () => {
      const entry = { at, stored: directory.uint(), size: directory.uint(), hash: directory.uint32() };
      at += entry.stored;
      return entry;
    });
  });
  const { name, owner } = about;
  const describe = (index: number): string => `${name}${owner ? ` of ${owner}` : ""}, block ${index}`;
  const bytes = lazyList((index) => {
    const entry = entries()[index];
    if (!entry) throw new SnapshotError(`the snapshot is damaged: ${describe(index)} does not exist`);
    return unpack(file.subarray(entry.at, entry.at + entry.stored), entry, inflate, describe(index));
  });
  return { ...about, block: (index) => new BlockReader(bytes(index), describe(index)) };
}

function unpack(stored: Uint8Array, entry: Entry, inflate: Inflate, what: string): Uint8Array {
  if (checksum(stored) !== entry.hash) throw new SnapshotError(`the snapshot is damaged: ${what} has a wrong checksum`);
  let block: Uint8Array;
  try {
    block = inflate(stored, entry.size);
  } catch {
    throw new SnapshotError(`the snapshot is damaged: ${what} cannot be unpacked`);
  }
  if (block.length !== entry.size)
    throw new SnapshotError(
      `the snapshot is damaged: ${what} unpacks to ${block.length} bytes instead of ${entry.size}`,
    );
  return block;
}
