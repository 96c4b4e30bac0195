/** Streams in, bpftrace's text out, byte for byte: one row per rule of section 7. */
import { describe, expect, it } from "vitest";
import { show, streamOf } from "./builders.ts";
import { TEXT_ROWS } from "./text-rows.ts";

describe("text of a run", () => {
  it.each(TEXT_ROWS.map((row) => [row.id, row.program, row] as const))("%s %s", (_, __, row) => {
    expect(show(streamOf(row.steps)).stdout).toBe(`${row.text}\n\n${row.final ?? ""}`);
  });
});
