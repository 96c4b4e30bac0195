/** What goes to stderr, and what surrounds a run: attach line, warnings with the script's line, losses, notices. */
import { describe, expect, it } from "vitest";
import { createTextRenderer } from "../../compiler/render/text.ts";
import type { StreamRecord } from "../../compiler/stream/records.ts";
import { i8, PLACE, print, printf, show, streamOf } from "./builders.ts";

const SCRIPT = {
  name: "t.bt",
  text: "begin {\n@a[1] = 1; print(@a[2]);\n \t$z=0; print(1/$z);\n\tprint(\n@a[2]); caf\u00e9 }\n",
};
type Warning = Extract<StreamRecord, { type: "warning" }>;
const warning = (kind: string, more: Partial<Warning> = {}): Warning => ({
  type: "warning",
  kind,
  count: 1,
  probe: "begin",
  place: { line: 2, column: 18, endLine: 2, endColumn: 23 },
  ...more,
});
const stderr = (records: readonly StreamRecord[], options = {}): string =>
  show([...streamOf([], { source: SCRIPT }).slice(0, 1), ...records], "text", options).stderr;
const EXCERPT = "@a[1] = 1; print(@a[2]);\n                 ~~~~~\n";

describe("warnings as bpftrace shows them", () => {
  it.each<readonly [string, Warning, string]>([
    [
      "L9.136",
      warning("map-full"),
      "Map full; can't update element. Try increasing max_map_keys config or manually setting the max entries in a map declaration e.g. `let @a = hash(5000)`\nAdditional Info - helper: map_update_elem, retcode: -7",
    ],
    [
      "L9.137",
      warning("delete-missing"),
      "Can't delete map element because it does not exist.\nAdditional Info - helper: map_delete_elem, retcode: -2",
    ],
    [
      "L9.138",
      warning("lookup-missing"),
      "Can't lookup map element because it does not exist.\nAdditional Info - helper: map_lookup_elem, retcode: 0",
    ],
    [
      "L9.139",
      warning("read", { helper: "probe_read_user", error: -14 }),
      "Bad address\nAdditional Info - helper: probe_read_user, retcode: -14",
    ],
    [
      "L9.139",
      warning("read", { helper: "probe_read_kernel", error: 34 }),
      "Numerical result out of range\nAdditional Info - helper: probe_read_kernel, retcode: -34",
    ],
    [
      "L9.140",
      warning("divide-by-zero"),
      "Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.",
    ],
    ["L9.141", warning("out-of-bounds"), "Array access out of bounds. This can lead to unexpected results."],
    ["L9.143", warning("no-child"), "No child command (`-c`); cpid is zero"],
    ["L5.44", warning("stack"), "Error reading kstack."],
    [
      "helper",
      warning("helper", { helper: "send_signal", error: -1 }),
      "Operation not permitted\nAdditional Info - helper: send_signal, retcode: -1",
    ],
    ["a kind of a newer loader", warning("later", { error: -22 }), "Invalid argument"],
  ])("%s", (_, record, text) => {
    expect(stderr([record])).toBe(`t.bt:2:18-23: WARNING: ${text}\n${EXCERPT}`);
    expect(stderr([record], { warnings: false })).toBe("");
  });

  it("tells how often, once", () => {
    expect(stderr([warning("divide-by-zero", { count: 3 })])).toContain("as the result. (3 times)\n");
  });

  it("shows tabs as four spaces and marks below them", () => {
    const place = { line: 3, column: 15, endLine: 3, endColumn: 19 };
    expect(stderr([warning("out-of-bounds", { place })])).toBe(
      "t.bt:3:15-19: WARNING: Array access out of bounds. This can lead to unexpected results.\n     $z=0; print(1/$z);\n                 ~~~~\n",
    );
  });

  it("names several lines by their range, without an excerpt; a line that is not there has none", () => {
    const text = "Array access out of bounds. This can lead to unexpected results.\n";
    expect(stderr([warning("out-of-bounds", { place: { line: 4, column: 2, endLine: 5, endColumn: 7 } })])).toBe(
      `t.bt:4-5: WARNING: ${text}`,
    );
    expect(stderr([warning("out-of-bounds", { place: { line: 99, column: 2, endLine: 99, endColumn: 7 } })])).toBe(
      `t.bt:99:2-7: WARNING: ${text}`,
    );
  });

  it("L5.5 L5.86 L5.88: errorf, warnf, assert", () => {
    const [header] = streamOf([printf("bad %d"), printf("careful"), printf("no")]);
    if (header === undefined) throw new Error("no header");
    const shown = show([
      header,
      { type: "errorf", event: 0, format: "bad %d\n", args: [4] },
      { type: "warnf", event: 1, format: "careful", args: [] },
      { type: "assert", event: 2, format: "no", args: [] },
    ]);
    expect(shown).toEqual({
      stdout: "",
      stderr: "stdin:1:9-20: ERROR: bad 4\nstdin:1:9-20: WARNING: careful\nstdin:1:9-20: ERROR: assert failed: no\n",
    });
  });

  it("L7.109: colour ends before the excerpt", () => {
    expect(stderr([warning("divide-by-zero")], { color: true })).toBe(
      `\x1b[33mt.bt:2:18-23: WARNING: Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.\x1b[0m\n${EXCERPT}`,
    );
  });

  it("notices carry place and hint", () => {
    expect(
      stderr([
        {
          type: "notice",
          severity: "error",
          text: "no kprobe for zz",
          place: { line: 2, column: 18, endLine: 2, endColumn: 23 },
          hint: "use missing_probes",
        },
      ]),
    ).toBe(`t.bt:2:18-23: ERROR: no kprobe for zz\n${EXCERPT}HINT: use missing_probes\n`);
    expect(stderr([{ type: "notice", severity: "warning", text: "w" }])).toBe("WARNING: w\n");
  });
});

describe("a run's beginning and end", () => {
  it("L7.43: the attach line", () => {
    expect(stderr([{ type: "attached", count: 1, probes: ["begin"] }])).toBe("Attached 1 probe\n");
    expect(stderr([{ type: "attached", count: 0, probes: [] }])).toBe("Attached 0 probes\n");
    expect(stderr([{ type: "attached", count: 2, probes: ["begin", "end"] }], { quiet: true })).toBe("");
  });

  it("L7.45: losses, and their total before the run's two newlines", () => {
    const lost: StreamRecord = { type: "lost", count: 49, cause: "buffer-full" };
    expect(stderr([lost, lost, { type: "detached", reason: "signal" }])).toBe(
      "Lost 49 events\nLost 49 events\nWARNING: Total lost event count: 98\n",
    );
  });

  it("missed runs are told from the ledger", () => {
    const end: StreamRecord = {
      type: "end",
      status: 0,
      ledger: {
        submitted: 0,
        delivered: 0,
        dropped: 0,
        sites: [],
        programs: [{ probe: "kprobe:f", submitted: 0, dropped: 0, missed: 7 }],
      },
    };
    expect(stderr([end])).toBe("WARNING: kprobe:f missed 7 runs: it was already running on that CPU\n");
  });

  it("what was printed before a warning is handed over before it", () => {
    const order: string[] = [];
    const renderer = createTextRenderer((stream, bytes) =>
      order.push(`${stream}: ${new TextDecoder().decode(bytes).split("\n")[0]}`),
    );
    for (const r of streamOf([print(i8, 1), { record: warning("divide-by-zero", { place: PLACE }) }, print(i8, 2)]))
      renderer.record(r);
    expect(order).toHaveLength(2);
    renderer.flush();
    renderer.end();
    expect(order.map((piece) => piece.slice(0, 16))).toEqual(["stdout: 1", "stderr: stdin:1:", "stdout: 2"]);
  });

  it("L7.105: JSON mode prints no newlines at the end", () => {
    expect(show(streamOf([]), "json").stdout).toBe("");
  });

  it("a second header begins a new run with its own formats and places", () => {
    const first = streamOf([printf("%d\n", [i8, 1])]);
    const second = streamOf([printf("x%s\n", [i8, 2])]);
    expect(show([...first, ...second]).stdout).toBe("1\n\n\nx2\n\n\n");
  });

  it("records without a header are shown by their shape", () => {
    expect(
      show([
        { type: "value", event: 3, value: [1, "a", { b: null }] },
        {
          type: "map",
          name: "@",
          map: 0,
          final: false,
          entries: [
            { key: "k", value: 2 },
            { key: "j", value: 1 },
          ],
        },
      ]).stdout,
    ).toBe("[1,a,{ .b = null }]\n@[j]: 1\n@[k]: 2\n");
  });
});
