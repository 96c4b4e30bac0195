/**
 * A raw capture (spec/snapshot.md, "Raw capture"): the files of one kernel as the loader streams them, uninterpreted.
 *
 * Here the ustar archive is taken apart and the files are named; what they say is read by write.ts and its parsers.
 */
import { decodeUtf8 } from "../util/bytes.ts";
import { compareNames } from "./names.ts";
import { SnapshotError } from "./snapshot.ts";

export type CaptureFile = { readonly path: string; readonly bytes: Uint8Array };

export type Capture = {
  readonly release: string;
  readonly machine: string;
  /** uname's version text; "" where the capture does not say. */
  readonly build: string;
  readonly vmlinux: Uint8Array;
  /** Sorted by name. */
  readonly modules: readonly { readonly name: string; readonly btf: Uint8Array }[];
  /** Sorted by category, event. */
  readonly formats: readonly { readonly category: string; readonly event: string; readonly text: string }[];
  readonly functions: string;
  readonly blacklist: string;
  readonly constants: string;
};

const blockSize = 512;
const captureVersion = "1";

/** Files of a ustar archive. @throws SnapshotError if it is no archive, or cut, or damaged */
export function readArchive(archive: Uint8Array): readonly CaptureFile[] {
  const files: CaptureFile[] = [];
  let at = 0;
  for (;;) {
    const header = archive.subarray(at, at + blockSize);
    if (header.length < blockSize) throw new SnapshotError(`the capture is cut off after ${archive.length} bytes`);
    if (header.every((byte) => byte === 0)) return files;
    const { path, size, type } = readHeader(header, at);
    at += blockSize;
    if (at + size > archive.length) throw new SnapshotError(`the capture is cut off inside ${path}`);
    if (type === "0" || type === "\0") files.push({ path, bytes: archive.subarray(at, at + size) });
    else if (type !== "5") throw new SnapshotError(`the capture has an entry that is not a file: ${path}`);
    at += Math.ceil(size / blockSize) * blockSize;
  }
}

/** Field offsets: POSIX.1-1988, ustar. */
function readHeader(
  header: Uint8Array,
  at: number,
): { readonly path: string; readonly size: number; readonly type: string } {
  const text = (offset: number, length: number): string => {
    const field = header.subarray(offset, offset + length);
    const end = field.indexOf(0);
    return decodeUtf8(end === -1 ? field : field.subarray(0, end));
  };
  const number = (offset: number, length: number): number => Number.parseInt(text(offset, length).trim() || "0", 8);
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  if (text(257, 5) !== "ustar" || number(148, 8) !== sum) {
    throw new SnapshotError(at === 0 ? "not a raw capture of a kernel" : `the capture is damaged at byte ${at}`);
  }
  const size = number(124, 12);
  if (!Number.isSafeInteger(size) || size < 0) throw new SnapshotError(`the capture is damaged at byte ${at}`);
  const prefix = text(345, 155);
  const path = `${prefix === "" ? "" : `${prefix}/`}${text(0, 100)}`.replace(/^\.\//, "");
  return { path, size, type: String.fromCharCode(header[156] ?? 0) };
}

/**
 * The kernel that the files describe; paths that it doesn't know are passed over.
 * @throws SnapshotError if there is no `capture` file, its version is not known, or the kernel's types are missing
 */
export function readCapture(files: readonly CaptureFile[]): Capture {
  const byPath = new Map(files.map((file) => [file.path, file.bytes]));
  const text = (path: string): string => decodeUtf8(byPath.get(path) ?? new Uint8Array());
  const about = new Map(
    text("capture")
      .split("\n")
      .map((line) => [line.split(" ", 1)[0] ?? "", line.slice(line.indexOf(" ") + 1)]),
  );
  const version = about.get("tracelet-capture");
  if (version === undefined)
    throw new SnapshotError(
      "not a raw capture of a kernel: it has no `capture` file that begins with tracelet-capture",
    );
  if (version !== captureVersion)
    throw new SnapshotError(`the capture has version ${version}; this tracelet reads version ${captureVersion}`);
  const vmlinux = byPath.get("btf/vmlinux");
  if (!vmlinux)
    throw new SnapshotError("the capture lacks btf/vmlinux: was the kernel built without CONFIG_DEBUG_INFO_BTF?");
  const modules = files
    .filter((file) => /^btf\/[^/]+$/.test(file.path) && file.path !== "btf/vmlinux")
    .map((file) => ({ name: file.path.slice("btf/".length), btf: file.bytes }));
  const formats = files.flatMap((file) => {
    const [, category, event] = /^events\/([^/]+)\/([^/]+)\/format$/.exec(file.path) ?? [];
    return category && event ? [{ category, event, text: decodeUtf8(file.bytes) }] : [];
  });
  return {
    release: about.get("release") ?? "",
    machine: about.get("machine") ?? "",
    build: about.get("version") ?? "",
    vmlinux,
    modules: modules.sort((a, b) => compareNames(a.name, b.name)),
    formats: formats.sort((a, b) => compareNames(a.category, b.category) || compareNames(a.event, b.event)),
    functions: text("available_filter_functions"),
    blacklist: text("kprobe_blacklist"),
    constants: text("constants"),
  };
}
