/** The result of `make test-scripts` as text: a line per tool, then what did not work and why. */
import type { Tool } from "./tools.ts";

/** undefined: not tried. */
export type Row = {
  readonly tool: Tool;
  compiled: boolean;
  accepted: boolean | undefined;
  /** It ran and ended in order. */
  started: boolean | undefined;
  /** Something of what it traces was there. */
  attached: boolean | undefined;
  same: boolean | undefined;
  readonly reasons: string[];
};

const STEPS = ["compiled", "accepted", "started", "attached", "same"] as const;

export function printTable(rows: readonly Row[]): string {
  const mark = (done: boolean | undefined): string => (done === undefined ? "" : done ? "yes" : "no");
  const lines = ["", line("tool", "version", ["compiled", "accepted", "started", "attached", "same text"], "")];
  for (const row of rows) {
    const marks = STEPS.map((step) => mark(row[step]));
    lines.push(line(row.tool.name, row.tool.version, marks, row.reasons.join("; ")));
  }
  for (const version of ["0.17", "0.27"]) {
    const own = rows.filter((row) => row.tool.version === version);
    if (own.length === 0) continue;
    const counts = STEPS.map((step) => String(own.filter((row) => row[step] === true).length));
    lines.push(line(`${own.length} tools`, version, counts, ""));
  }
  return lines.join("\n");
}

function line(name: string, version: string, cells: readonly string[], why: string): string {
  return `${name.padEnd(16)}${version.padEnd(9)}${cells.map((cell) => cell.padEnd(11)).join("")}${why}`.trimEnd();
}
