/**
 * Binaries on this machine and their debug information: of the file itself, or of the one that it was split off into, by build
 * id or by name. Loaded only when a script asks for it.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as zlib from "node:zlib";
import { crc32, inflateSync, type ZlibOptions } from "node:zlib";
import { type BinaryProblem, type BinaryResolver, type BinaryTypes, type ReadAt, readBinary } from "../index.ts";
import { pathsOf } from "./find-binary.ts";
import { codeOf, reason } from "./io.ts";

/** Where debug information that was split off lies, unless --debuginfo says more. */
const FOLDERS = ["/usr/lib/debug"];

type Wanted = {
  readonly buildId: string | undefined;
  readonly link: { readonly name: string; readonly crc: number } | undefined;
};

/** Reads each binary once. `folders`: of --debuginfo, looked into first. */
export function createBinaryResolver(folders: readonly string[]): BinaryResolver {
  const known = new Map<string, BinaryTypes | BinaryProblem>();
  return (path) => {
    const found = known.get(path) ?? readAtPath(path, [...folders, ...FOLDERS]);
    known.set(path, found);
    return found;
  };
}

function readAtPath(target: string, folders: readonly string[]): BinaryTypes | BinaryProblem {
  const paths = target.includes("*") ? [] : pathsOf(target);
  // Of a library's name, libc.so may be a text for the linker.
  const path = paths.find(isElf) ?? paths[0];
  if (path === undefined) return { problem: "missing", name: target, why: "" };
  try {
    const readAt = openFile(path);
    if (readAt === undefined) return { problem: "unreadable", name: path, why: "it is no file" };
    return readBinary({ path, readAt, inflate, findDebugFile: (wanted) => debugFile(path, wanted, folders) });
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return { problem: "unreadable", name: path, why: reason(error) };
  }
}

/** undefined: it is no regular file. The descriptor stays open for as long as the command runs. */
function openFile(path: string): ReadAt | undefined {
  const file = openSync(path, "r");
  if (!fstatSync(file).isFile()) {
    closeSync(file);
    return undefined;
  }
  const { size } = fstatSync(file);
  return (offset, length) => {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)));
    let read = 0;
    while (read < bytes.length) {
      const got = readSync(file, bytes, read, bytes.length - read, offset + read);
      if (got === 0) break;
      read += got;
    }
    return bytes.subarray(0, read);
  };
}

function isElf(path: string): boolean {
  try {
    const [a, b, c, d] = openFile(path)?.(0, 4) ?? [];
    return a === 0x7f && b === 0x45 && c === 0x4c && d === 0x46;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    return false;
  }
}

/** As GDB looks: by the build id, then by the name that the binary gives, beside it and below the folders. */
function debugFile(binary: string, { buildId, link }: Wanted, folders: readonly string[]): ReadAt | undefined {
  if (buildId !== undefined && buildId.length > 2) {
    for (const folder of folders) {
      const path = join(folder, ".build-id", buildId.slice(0, 2), `${buildId.slice(2)}.debug`);
      if (isFile(path)) return openFile(path);
    }
  }
  if (link === undefined || basename(link.name) !== link.name) return undefined;
  const home = dirname(binary);
  const places = [home, join(home, ".debug"), ...folders.map((folder) => join(folder, home)), ...folders];
  for (const place of places) {
    const path = join(place, link.name);
    if (path === binary || !isFile(path)) continue;
    const readAt = openFile(path);
    if (readAt !== undefined && checksum(readAt) === link.crc) return readAt;
  }
  return undefined;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function checksum(readAt: ReadAt): number {
  const step = 1 << 20;
  let value = 0;
  for (let at = 0; ; at += step) {
    const bytes = readAt(at, step);
    value = crc32(bytes, value);
    if (bytes.length < step) return value;
  }
}

function inflate(bytes: Uint8Array, size: number, format: "zlib" | "zstd"): Uint8Array {
  if (format === "zlib") return inflateSync(bytes, { maxOutputLength: Math.max(1, size) });
  // Node has it since 22.15.
  const unpack: unknown = "zstdDecompressSync" in zlib ? zlib.zstdDecompressSync : undefined;
  if (typeof unpack !== "function") throw new Error("it is packed by zstd, which Node unpacks since 22.15");
  return (unpack as (bytes: Uint8Array, options: ZlibOptions) => Uint8Array)(bytes, { maxOutputLength: size }); // by its documentation
}
