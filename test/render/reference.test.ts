/**
 * The rows of text-rows.ts and json-rows.ts against a real bpftrace 0.27: Debian's newest, unpacked beside the system
 * (test/kernel/reference.sh), or the command that TRACELET_BPFTRACE names.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { available, ROOT, whyNoCommand, whyNoKernel } from "../runner/machine.ts";
import { JSON_ROWS } from "./json-rows.ts";
import { TEXT_ROWS } from "./text-rows.ts";

const named = process.env.TRACELET_BPFTRACE?.split(" ").filter((word) => word !== "");
const command = named ?? [join(ROOT, "test/kernel/reference.sh"), "bpftrace"];
const can = named !== undefined || available("comparing with bpftrace", whyNoKernel() ?? whyNoCommand("apt-get"));

/** A row's program: statements stand in a begin probe. */
function wholeProgram(program: string): string {
  return /^(begin|config|enum|struct)\b/.test(program) ? program : `begin { ${program} }`;
}

function run(program: string, ...flags: readonly string[]): string {
  const [file = "", ...first] = command;
  const { stdout } = spawnSync(file, [...first, "-q", "--unsafe", ...flags, "-e", wholeProgram(program)], {
    timeout: 30_000,
  });
  return stdout.toString("latin1");
}

describe.skipIf(!can)("the rows are bpftrace's own text", () => {
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
