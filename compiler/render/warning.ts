/** Run-time warnings: their texts (section 9.7) and the script's line below them, as bpftrace shows both. */
import type { HeaderRecord, Place, StreamRecord } from "../stream/records.ts";
import { type ByteString, fromText } from "./byte-string.ts";
import { errorText } from "./error-text.ts";

type WarningRecord = Extract<StreamRecord, { readonly type: "warning" }>;
export type Source = HeaderRecord["source"];

/** Helper that a kind of site fails in when the record names none, and its result. */
const DEFAULTS: Readonly<Record<string, { readonly helper: string; readonly error: number }>> = {
  "map-full": { helper: "map_update_elem", error: -7 },
  "delete-missing": { helper: "map_delete_elem", error: -2 },
  "lookup-missing": { helper: "map_lookup_elem", error: 0 },
  read: { helper: "probe_read_kernel", error: -14 },
  helper: { helper: "unknown", error: -22 },
};

/** The helper whose failure a warning reports; undefined: it is no helper's failure. */
export function failedHelper(record: WarningRecord): { readonly name: string; readonly error: number } | undefined {
  const known = Object.hasOwn(DEFAULTS, record.kind) ? DEFAULTS[record.kind] : undefined;
  if (known === undefined) return undefined;
  // A missed lookup has no error of its own.
  const error = record.kind === "lookup-missing" ? 0 : -Math.abs(record.error ?? known.error);
  return { name: record.helper ?? known.helper, error: error + 0 };
}

/** The message without place or helper. */
export function warningText(record: WarningRecord, source: Source): string {
  switch (record.kind) {
    case "map-full":
      return "Map full; can't update element. Try increasing max_map_keys config or manually setting the max entries in a map declaration e.g. `let @a = hash(5000)`";
    case "delete-missing":
      return "Can't delete map element because it does not exist.";
    case "lookup-missing":
      return "Can't lookup map element because it does not exist.";
    case "divide-by-zero":
      return "Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.";
    case "out-of-bounds":
      return "Array access out of bounds. This can lead to unexpected results.";
    case "no-child":
      return "No child command (`-c`); cpid is zero";
    case "stack":
      return `Error reading ${scriptText(record.place, source).includes("ustack") ? "ustack" : "kstack"}.`;
    default:
      return errorText(failedHelper(record)?.error ?? record.error ?? 0);
  }
}

/** A warning with its place and the script's line; `count` > 1 says how often it happened since the last time. */
export function showWarning(record: WarningRecord, source: Source, color: boolean): ByteString {
  const helper = failedHelper(record);
  let text = warningText(record, source);
  if (record.count > 1) text += ` (${record.count} times)`;
  if (helper !== undefined) text += `\nAdditional Info - helper: ${helper.name}, retcode: ${helper.error}`;
  return showMessage("WARNING", text, record.place, source, color) + excerpt(record.place, source);
}

/** `file:line:columns: WARNING: text`; several lines of script are named by their range. */
export function showMessage(
  severity: "ERROR" | "WARNING",
  text: ByteString,
  place: Place | undefined,
  source: Source,
  color: boolean,
): ByteString {
  let where = "";
  if (place !== undefined && place.line > 0) {
    const { name, line } = fileOf(place, source);
    const range =
      place.endLine > place.line
        ? `${line}-${line + place.endLine - place.line}`
        : `${line}:${place.column}-${place.endColumn}`;
    where = `${fromText(name)}:${range}: `;
  }
  const message = `${where}${severity}: ${text}`;
  return color ? `\x1b[${severity === "ERROR" ? 31 : 33}m${message}\x1b[0m\n` : `${message}\n`;
}

/** The file that a place is in, and its line there: places count the lines of the script and all that it imports. */
export function fileOf(place: Place, source: Source): { readonly name: string; readonly line: number } {
  const file = source.files?.findLast(({ line }) => line <= place.line);
  return file === undefined
    ? { name: source.name, line: place.line }
    : { name: file.name, line: place.line - file.line + 1 };
}

/** The line and a row of tildes below what is meant; tabs become four spaces. Nothing for a place of several lines. */
export function excerpt(place: Place, source: Source): ByteString {
  if (place.endLine > place.line) return "";
  const line = sourceLine(place.line, source);
  if (line === undefined || line === "") return "";
  let shown = "";
  let marks = "";
  for (let i = 0; i < line.length; i++) {
    const piece = line[i] === "\t" ? "    " : (line[i] ?? "");
    shown += piece;
    if (i < place.endColumn - 1) marks += (i < place.column - 1 ? " " : "~").repeat(piece.length);
  }
  return `${shown}\n${marks}\n`;
}

function sourceLine(line: number, source: Source): ByteString | undefined {
  const text = source.text.split("\n")[line - 1];
  return text === undefined ? undefined : fromText(text);
}

function scriptText(place: Place, source: Source): string {
  return (sourceLine(place.line, source) ?? "").slice(
    place.column - 1,
    place.line === place.endLine ? place.endColumn - 1 : undefined,
  );
}
