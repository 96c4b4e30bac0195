/** Streams in, bpftrace's JSON lines out: one row per rule of section 7.6. */
import { describe, expect, it } from "vitest";
import { hist, histOf, keyed, PLACE, printf, show, str, streamOf } from "./builders.ts";
import { JSON_ROWS } from "./json-rows.ts";

describe("JSON of a run", () => {
  it.each(JSON_ROWS.map((row) => [row.id, row.program, row] as const))("%s %s", (_, __, row) => {
    const shown = show(streamOf(row.steps), "json");
    expect(shown).toEqual({ stdout: row.json, stderr: "" });
    if (!/[\x80-\xff]/.test(row.json)) for (const line of row.json.trimEnd().split("\n")) JSON.parse(line);
  });

  it("L7.83 L7.96 L7.97 L7.98 L7.99: attached, lost, errorf, warnf, assert, helper and run-time errors", () => {
    const [header] = streamOf([printf("bad %d\n"), printf("careful"), printf("no")]);
    if (header === undefined) throw new Error("no header");
    const shown = show(
      [
        header,
        { type: "attached", count: 2, probes: ["begin", "end"] },
        { type: "lost", count: 49, cause: "buffer-full" },
        { type: "errorf", event: 0, format: "bad %d\n", args: [4] },
        { type: "warnf", event: 1, format: "careful", args: [] },
        { type: "assert", event: 2, format: "no", args: [] },
        { type: "warning", kind: "map-full", count: 1, probe: "begin", place: PLACE },
        { type: "warning", kind: "lookup-missing", count: 1, probe: "begin", place: PLACE },
        {
          type: "warning",
          kind: "read",
          helper: "probe_read_user_str",
          error: -14,
          count: 1,
          probe: "begin",
          place: PLACE,
        },
        { type: "warning", kind: "divide-by-zero", count: 1, probe: "begin", place: PLACE },
        { type: "detached", reason: "exit" },
      ],
      "json",
    );
    const where = '"filename": "stdin", "line": 1, "col": 9}';
    expect(shown.stdout.split("\n")).toEqual([
      '{"type": "attached_probes", "count": 2, "data": {"probes": 2}}',
      '{"type": "lost_events", "count": 49, "data": {"events": 49}}',
      `{"type": "errorf", "msg": "bad 4", ${where}`,
      `{"type": "warnf", "msg": "careful", ${where}`,
      `{"type": "errorf", "msg": "assert failed: no", ${where}`,
      `{"type": "helper_error", "msg": "Argument list too long", "helper": "map_update_elem", "retcode": -7, ${where}`,
      `{"type": "helper_error", "msg": "Success", "helper": "map_lookup_elem", "retcode": 0, ${where}`,
      `{"type": "helper_error", "msg": "Bad address", "helper": "probe_read_user_str", "retcode": -14, ${where}`,
      `{"type": "runtime_error", "msg": "Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.", ${where}`,
      "",
    ]);
    expect(shown.stderr).toBe("WARNING: Total lost event count: 49\n");
  });

  it("L7.89: a time series without its empty intervals, in UTC", () => {
    const shown = show(
      streamOf(
        [
          {
            map: "@a",
            value: { k: "tseries", interval: 200_000_000, count: 20, fn: "last", signed: true },
            final: true,
            entries: [
              [
                undefined,
                [
                  { time: 500_000_000, value: -3 },
                  { time: 1_792_835_622_200_000_000n, value: 9 },
                ],
              ],
            ],
          },
        ],
        { utc_offset: 3600 },
      ),
      "json",
    );
    expect(shown.stdout).toBe(
      '{"type": "tseries", "data": {"@a": [{"interval_start":"2026-10-24 09:53:42.200000000","value":9}]}}\n',
    );
  });

  it("sorts, cuts and divides like the text", () => {
    const map = keyed(
      "@h",
      str,
      hist(),
      [
        ["b", histOf([1, 1, 1, 1])],
        ["a", histOf([1, 1])],
      ],
      { top: 1, div: 2 },
    );
    expect(show(streamOf([map]), "json").stdout).toBe(
      '{"type": "hist", "data": {"@h": {"b": [{"min": 1, "max": 1, "count": 2}]}}}\n',
    );
  });
});
