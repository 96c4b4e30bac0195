/** Flame graph and heat map: what is drawn, how wide, and what a stream without data is answered with. */
import { describe, expect, it } from "vitest";
import type { ValueType } from "../../compiler/5-object/manifest.ts";
import { createFlamegraphRenderer } from "../../compiler/render/flamegraph.ts";
import { createHeatmapRenderer } from "../../compiler/render/heatmap.ts";
import { RenderError, type Renderer, type Write } from "../../compiler/render/renderer.ts";
import type { StreamRecord, Value } from "../../compiler/stream/records.ts";
import { count, hist, histOf, keyed, scalar, stack, str, streamOf, tuple } from "./builders.ts";

function picture(create: (write: Write) => Renderer, records: readonly StreamRecord[]): string {
  let svg = "";
  const renderer = create((_, bytes) => {
    svg += new TextDecoder().decode(bytes);
  });
  for (const [i, record] of records.entries()) renderer.record(record, { seconds: 1_700_000_000 + i, nanoseconds: 0 });
  renderer.end();
  return svg;
}
const frame = (symbol: string): Value => ({ address: 1, symbol, offset: 7 });
/** Boxes as name, value and width. */
const boxes = (svg: string): string[] =>
  [...svg.matchAll(/data-w="([\d.]+)" data-d="(\d+)"><title>(.*?) \((\d+), /g)]
    .map(([, width, depth, name, n]) => `${depth} ${name} ${n} ${Math.round(Number(width))}`)
    .sort();

describe("flame graph", () => {
  it("stacks stand on their callers, as wide as their value", () => {
    const svg = picture(
      createFlamegraphRenderer,
      streamOf([
        keyed("@", stack(), count, [
          [[frame("read"), frame("main")], 3],
          [[frame("write"), frame("main")], 1],
          [[], 4],
        ]),
      ]),
    );
    expect(boxes(svg)).toEqual(["0 all 8 1180", "1 main 4 590", "2 read 3 443", "2 write 1 148"]);
    expect(svg).toMatch(/^<\?xml[\s\S]*<\/svg>\n$/);
  });

  it("other parts of the key are frames at the root, several maps too; only the last print counts; names are escaped", () => {
    const type: ValueType = tuple(str, stack(), stack("perf", true));
    const key: Value = ["a<b>&\u0001", [frame("k1")], [frame("u1"), { address: 255 }]];
    const svg = picture(
      createFlamegraphRenderer,
      streamOf([
        keyed("@x", type, count, [[key, 100]]),
        keyed("@x", type, count, [[key, 2]]),
        keyed("@y", stack(), hist(), [[[frame("f")], histOf([1, 1])]]),
      ]),
    );
    expect(boxes(svg)).toEqual([
      "0 all 4 1180",
      "1 @x 2 590",
      "1 @y 2 590",
      "2 a&lt;b&gt;&amp;? 2 590",
      "2 f 2 590",
      "3 k1 2 590",
      "4 0xff 2 590",
      "5 u1 2 590",
    ]);
  });

  it("takes stacks deeper than a call stack, and says what it needs when there are none", () => {
    const deep = Array.from({ length: 5000 }, (_, i) => frame(`f${i}`));
    expect(boxes(picture(createFlamegraphRenderer, streamOf([keyed("@", stack(), count, [[deep, 1]])])))).toHaveLength(
      2101,
    );
    expect(() => picture(createFlamegraphRenderer, streamOf([keyed("@", str, count, [["a", 1]])]))).toThrow(
      RenderError,
    );
  });
});

describe("heat map", () => {
  const cells = (svg: string): string[] =>
    [...svg.matchAll(/<title>(.*?)<\/title>/g)].map((match) => match[1] ?? "").sort();
  const clear: StreamRecord = { type: "clear", name: "@h" };

  it("has a column per print and a row per bucket, in the host's time", () => {
    const svg = picture(
      createHeatmapRenderer,
      streamOf([scalar("@h", hist(), histOf([1, 1, 4])), { record: clear }, scalar("@h", hist(), histOf([1]))], {
        utc_offset: 3600,
      }),
    );
    expect(cells(svg)).toEqual(["23:13:21 [1]: 2", "23:13:21 [4, 8): 1", "23:13:23 [1]: 1"]);
  });

  it("without clear a column is what was added; keys are added up; the final print does not count", () => {
    const print = (...samples: number[]) =>
      keyed("@h", str, hist(), [
        ["a", histOf(samples)],
        ["b", histOf([64])],
      ]);
    const svg = picture(
      createHeatmapRenderer,
      streamOf([print(1, 1, -3), print(1, 1, 1, -3), keyed("@h", str, hist(), [["a", histOf([1])]], { final: true })]),
    );
    expect(cells(svg)).toEqual(["22:13:21 (..., 0): 1", "22:13:21 [1]: 2", "22:13:21 [64, 128): 1", "22:13:22 [1]: 1"]);
    expect(svg.indexOf("[64, 128)")).toBeLessThan(svg.indexOf("(..., 0)"));
  });

  it("a final print alone is one column; without histograms it says what it needs", () => {
    expect(cells(picture(createHeatmapRenderer, streamOf([scalar("@h", hist(), histOf([9]), true)])))).toHaveLength(1);
    expect(() => picture(createHeatmapRenderer, streamOf([scalar("@c", count, 3)]))).toThrow(/interval:s:1/);
  });
});
