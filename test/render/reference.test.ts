/**
 * The rows of text-rows.ts and json-rows.ts against a real bpftrace 0.27. TRACELET_BPFTRACE is the command (and its first
 * arguments) that runs it as root; without it this file is skipped: the rows' texts are what it printed.
 */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { JSON_ROWS } from "./json-rows.ts";
import { TEXT_ROWS } from "./text-rows.ts";

const command = process.env.TRACELET_BPFTRACE?.split(" ").filter((word) => word !== "") ?? [];

/** A row's program: statements stand in a begin probe. */
export function wholeProgram(program: string): string {
  return /^(begin|config|enum|struct)\b/.test(program) ? program : `begin { ${program} }`;
}

function run(program: string, ...flags: readonly string[]): string {
  const [file = "", ...first] = command;
  const { stdout } = spawnSync(file, [...first, "-q", "--unsafe", ...flags, "-e", wholeProgram(program)], {
    timeout: 30_000,
  });
  return stdout.toString("latin1");
}

describe.skipIf(command.length === 0)("the rows are bpftrace's own text", () => {
  it.each(TEXT_ROWS.filter((row) => row.differs === undefined).map((row) => [row.id, row.program, row] as const))(
    "%s %s",
    { timeout: 40_000 },
    (_, __, row) => {
      expect(run(row.program)).toBe(`${row.text}\n\n${row.final ?? ""}`);
    },
  );

  it.each(JSON_ROWS.filter((row) => row.differs === undefined).map((row) => [row.id, row.program, row] as const))(
    "%s %s (JSON)",
    { timeout: 40_000 },
    (_, __, row) => {
      expect(run(row.program, "-f", "json")).toBe(row.json);
    },
  );
});
