/**
 * Which kernel to compile for: a snapshot file, one of the embedded ones by version, or this host's, made once by the
 * loader and kept in the user's cache.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, release } from "node:os";
import { join } from "node:path";
import {
  constantsOf,
  openSnapshot,
  type PackOptions,
  packCapture,
  type Snapshot,
  SnapshotError,
} from "../snapshot/index.ts";
import { CliError, EXIT, progress, reason } from "./io.ts";
import { findLoader, installDirectory } from "./loader.ts";

/** Asks for zlib when the first block is unpacked: a script that names nothing of a kernel does without. */
const inflate = (block: Uint8Array, size: number): Uint8Array =>
  process.getBuiltinModule("node:zlib").inflateRawSync(block, { maxOutputLength: size });

/** Embedded snapshots, newest kernel last. */
function embedded(): readonly { readonly version: string; readonly path: string }[] {
  const directory = join(installDirectory(), "kernels");
  return readdirSync(directory)
    .filter((file) => file.endsWith(".tls"))
    .map((file) => ({ version: /(\d+\.\d+)/.exec(file)?.[1] ?? file, path: join(directory, file) }))
    .sort((a, b) => compareVersions(a.version, b.version));
}

function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split(".").map(Number);
  const [bMajor = 0, bMinor = 0] = b.split(".").map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}

/** @throws CliError when the file is missing, damaged, or no snapshot */
function openSnapshotFile(path: string): Snapshot {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new CliError(
      EXIT.refused,
      `cannot read the kernel snapshot '${path}': ${reason(error)}`,
      `embedded kernels: ${embedded()
        .map((k) => k.version)
        .join(", ")}; or make one with 'tracelet-loader snapshot' and 'tracelet snapshot'`,
    );
  }
  try {
    return openSnapshot(bytes, inflate);
  } catch (error) {
    if (error instanceof SnapshotError) throw new CliError(EXIT.refused, `${path}: ${error.message}`);
    throw error;
  }
}

/** The snapshot that `--kernel WORD` means: a version such as 6.1, "host", or a file. Without a word: the newest embedded. */
export function chooseSnapshot(word: string | undefined): Snapshot {
  const kernels = embedded();
  if (word === undefined) {
    const newest = kernels.at(-1);
    if (newest === undefined)
      throw new CliError(EXIT.host, "this installation has no embedded kernel snapshot", "name one with --kernel FILE");
    return openSnapshotFile(newest.path);
  }
  if (word === "host") return hostSnapshot(true);
  const known = kernels.find((kernel) => kernel.version === word);
  return openSnapshotFile(known?.path ?? word);
}

/** The kernel of that release, if it is an embedded one or this host's. */
export function snapshotOfRelease(wanted: string): Snapshot | undefined {
  const version = /^\d+\.\d+/.exec(wanted)?.[0];
  const near = embedded().find((kernel) => kernel.version === version);
  const snapshot = near === undefined ? undefined : openSnapshotFile(near.path);
  if (snapshot?.release === wanted) return snapshot;
  return wanted === release() ? hostSnapshot(false) : undefined;
}

/** Words for every embedded kernel, oldest first: what a check is about unless told otherwise. */
export function allKernels(): readonly string[] {
  return embedded().map(({ version }) => version);
}

/** As chooseSnapshot; a version that is not embedded ("5.10") stands for a kernel of which only the version is known. */
export function chooseKernel(word: string): Snapshot | string {
  const known = embedded().some(({ version }) => version === word);
  if (known || !/^\d+\.\d+(?:\.\d+)?$/.test(word) || existsSync(word)) return chooseSnapshot(word);
  if (compareVersions(word, OLDEST) < 0)
    throw new CliError(
      EXIT.usage,
      `kernels before ${OLDEST} are not known: '${word}'`,
      `versions from ${OLDEST} on, embedded kernels (${allKernels().join(", ")}), snapshot files, or host`,
    );
  return word;
}
/** The first kernel that the verifier model has a profile of. */
const OLDEST = "5.10";

/** For a run on this machine: its own snapshot when the cache has one, else the newest embedded kernel that is not newer. */
export function nearestSnapshot(): Snapshot {
  const cached = cachePath();
  if (existsSync(cached)) {
    try {
      return openSnapshotFile(cached);
    } catch {
      // A damaged cache is made again when it is needed.
    }
  }
  const running = release();
  const kernels = embedded();
  const best = kernels.filter((kernel) => compareVersions(kernel.version, running) <= 0).at(-1) ?? kernels[0];
  return best === undefined ? chooseSnapshot(undefined) : openSnapshotFile(best.path);
}

/** This host's snapshot out of the cache, or made now. `must`: a failure is an error, else undefined is turned into one by the caller. */
export function hostSnapshot(must: true): Snapshot;
export function hostSnapshot(must: false): Snapshot | undefined;
export function hostSnapshot(must: boolean): Snapshot | undefined {
  const path = cachePath();
  if (existsSync(path)) {
    try {
      return openSnapshotFile(path);
    } catch {
      // fall through: made again below
    }
  }
  const bar = progress(`reading the types of kernel ${release()}`);
  try {
    const { spawnSync } = process.getBuiltinModule("node:child_process");
    const capture = spawnSync(findLoader(), ["snapshot"], { maxBuffer: 1 << 30 });
    if (capture.status !== 0) {
      if (!must) return undefined;
      throw new CliError(
        EXIT.host,
        `cannot read this kernel: ${capture.stderr.toString().trim() || reason(capture.error)}`,
      );
    }
    const packed = packCapture(capture.stdout, packOptions());
    try {
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, packed);
    } catch {
      // Without a cache the next run makes it again.
    }
    return openSnapshot(packed, inflate);
  } finally {
    bar.done();
  }
}

function cachePath(): string {
  const base = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return join(base, "tracelet", `${release()}.tls`);
}

/** How a host's kernel is packed: fast compression, and the constants of the newest embedded kernel, as a host has no headers. */
export function packOptions(): PackOptions {
  const newest = embedded().at(-1);
  const deflate = (bytes: Uint8Array) => process.getBuiltinModule("node:zlib").deflateRawSync(bytes, { level: 6 });
  return newest === undefined ? { deflate } : { deflate, constants: constantsOf(readFileSync(newest.path)) };
}
