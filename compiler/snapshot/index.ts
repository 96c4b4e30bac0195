/** Snapshots: a kernel as data. Node-free; `openSnapshot` brings a decompressor of its own unless it is given one. */
import { inflateSync } from "fflate";
import type { Inflate } from "./container.ts";
import { readSnapshot } from "./read.ts";
import type { Snapshot } from "./snapshot.ts";

export { type Capture, type CaptureFile, readArchive, readCapture } from "./capture.ts";
export { formatVersion, type Inflate } from "./container.ts";
export type { Arch, KernelFunction, Snapshot, Tracepoint, TracepointField } from "./snapshot.ts";
export { SnapshotError } from "./snapshot.ts";
export { type PackOptions, packSnapshot } from "./write.ts";

const portableInflate: Inflate = (packed, size) => inflateSync(packed, { out: new Uint8Array(size) });

/**
 * Opens a snapshot file; see readSnapshot.
 * @param inflate raw DEFLATE; default: pure JavaScript (in Node, zlib.inflateRawSync is faster)
 */
export function openSnapshot(bytes: Uint8Array, inflate: Inflate = portableInflate): Snapshot {
  return readSnapshot(bytes, inflate);
}
