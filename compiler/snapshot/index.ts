/**
 * Snapshots: a kernel as data. Free of Node and of any library, so that importing it costs nothing: whoever has a faster
 * decompressor (node:zlib) gives it, whoever packs brings a compressor.
 */
import { type CaptureFile, readArchive, readCapture } from "./capture.ts";
import { openConstants } from "./constant-table.ts";
import { type Inflate, openContainer } from "./container.ts";
import { gunzip, inflate as inflateHere, isGzip } from "./inflate.ts";
import { readSnapshot } from "./read.ts";
import { type Snapshot, SnapshotError } from "./snapshot.ts";
import { type PackOptions, packSnapshot } from "./write.ts";

export { type Capture, type CaptureFile, readArchive, readCapture } from "./capture.ts";
export { type Deflate, formatVersion, type Inflate } from "./container.ts";
export { findProbes, type ListedProbe, type ListOptions, listProbes } from "./list.ts";
export type { Arch, KernelFunction, Snapshot, Tracepoint, TracepointField } from "./snapshot.ts";
export { SnapshotError } from "./snapshot.ts";
export { type PackOptions, packSnapshot } from "./write.ts";

/**
 * Opens a snapshot file: reads its directory, and each table when it is asked.
 * @param inflate raw DEFLATE to bytes of known size; default: plain JavaScript
 * @throws SnapshotError if the bytes are no snapshot, cut, damaged, or of a version or machine that is not known
 */
export function openSnapshot(bytes: Uint8Array, inflate: Inflate = inflateHere): Snapshot {
  return readSnapshot(bytes, inflate);
}

/** Packs a raw capture as the loader streams it, gzipped or not. @throws SnapshotError, BtfError */
export function packCapture(archive: Uint8Array, options: PackOptions): Uint8Array {
  let bytes = archive;
  if (isGzip(archive)) {
    try {
      bytes = gunzip(archive);
    } catch {
      throw new SnapshotError("the capture is cut off or damaged: it cannot be decompressed");
    }
  }
  return packSnapshot(readCapture(readArchive(bytes)), options);
}

/** Packs a raw capture that is unpacked in a folder: bytes by path. @throws SnapshotError, BtfError */
export function packFiles(files: ReadonlyMap<string, Uint8Array>, options: PackOptions): Uint8Array {
  const list: CaptureFile[] = [...files].map(([path, bytes]) => ({ path, bytes }));
  return packSnapshot(readCapture(list), options);
}

/** All constants of a snapshot: for packing a capture of a kindred kernel, whose host has no headers. @throws SnapshotError */
export function constantsOf(bytes: Uint8Array, inflate: Inflate = inflateHere): ReadonlyMap<string, bigint> {
  const table = openConstants(openContainer(bytes, inflate));
  return new Map(table.names.all().map((name) => [name, table.get(name) ?? 0n]));
}
