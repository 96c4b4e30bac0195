import { readFileSync, writeFileSync } from "node:fs";

/** Writes `text` to `file` unless that is what the file holds: it keeps its time then, and nothing is built again for it. */
export function writeChanged(file, text) {
  if (readFileSync(file, { encoding: "utf8", flag: "a+" }) !== text) writeFileSync(file, text);
}
