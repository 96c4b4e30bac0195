/** Files that are dropped or chosen: what they are, by their first bytes and name, not by what they claim. */

export type FileKind = "snapshot" | "object" | "stream" | "events" | "script" | "unknown";

/** Larger files are not for a tab. */
export const MOST_FILE_BYTES = 200 * 1024 * 1024;

export function kindOfFile(name: string, bytes: Uint8Array): FileKind {
  const starts = (...head: readonly number[]): boolean => head.every((byte, at) => bytes[at] === byte);
  if (starts(0x7f, 0x45, 0x4c, 0x46)) return "object";
  if (/\.tls$/i.test(name)) return "snapshot";
  // An array of two or three, then the tag as a short text: Fluentd Forward.
  if ((bytes[0] === 0x92 || bytes[0] === 0x93) && ((bytes[1] ?? 0) & 0xe0) === 0xa0) return "stream";
  if (/\.(?:msgpack|mp|stream)$/i.test(name)) return "stream";
  if (/\.o$/i.test(name)) return "object";
  const text = textOf(bytes.subarray(0, 65_536));
  if (text === undefined) return "unknown";
  if (/\.(?:jsonl|ndjson)$/i.test(name) || /^\s*\{\s*"(?:probe|setup)"/.test(text)) return "events";
  return "script";
}

/** undefined: not UTF-8, or it holds what no text holds. A cut at the end is no fault. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Calls `take` for files that are dropped anywhere on the page; `over` says when something hovers. */
export function watchDrops(over: (on: boolean) => void, take: (files: readonly File[]) => void): void {
  let depth = 0;
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") === true;
  window.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth++;
    over(true);
  });
  window.addEventListener("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) over(false);
  });
  window.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  window.addEventListener(
    "drop",
    (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      depth = 0;
      over(false);
      take([...(event.dataTransfer?.files ?? [])]);
    },
    true,
  );
}
