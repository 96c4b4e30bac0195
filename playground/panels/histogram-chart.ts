/**
 * A histogram as columns. Ticks stand at the edges of the buckets, read from the labels that the text shows: "[4, 8)" has
 * its column between 4 and 8. Columns are equally wide, in a power-of-two histogram too: its axis is logarithmic.
 */
import type { ChartData } from "../../compiler/index.ts";
import { axisTitles, type Box, CHAR, chartName, countTicks, figure, leftAxis, shortNumber } from "./chart-axes.ts";
import { groupDigits, svg } from "./dom.ts";

export type HistogramChart = Extract<ChartData, { readonly kind: "histogram" }>;

const HEIGHT = 240;
const WIDEST_COLUMN = 56;

export type Edges = { readonly low: string | undefined; readonly high: string | undefined };

/** The edges that a label names; "[7]" has one, "(..., 0)" and "[100, ...)" lack the open side. */
export function edgesOf(label: string): Edges {
  const open = /^\(\.\.\., (.+)\)$/.exec(label);
  if (open) return { low: undefined, high: open[1] };
  const last = /^\[(.+), \.\.\.\)$/.exec(label);
  if (last) return { low: last[1], high: undefined };
  const both = /^\[(.+), (.+)\)$/.exec(label);
  if (both) return { low: both[1], high: both[2] };
  const single = /^\[(.+)\]$/.exec(label);
  return { low: single?.[1] ?? label, high: undefined };
}

export type HistogramLayout = {
  readonly plot: Box;
  readonly columns: readonly (Box & { readonly label: string; readonly count: number })[];
  readonly left: readonly { readonly y: number; readonly text: string }[];
  readonly bottom: readonly { readonly x: number; readonly text: string }[];
};

/** Where everything stands in a picture of `width` × `height` pixels. */
export function layoutHistogram(rows: HistogramChart["rows"], width: number, height: number): HistogramLayout {
  const most = Math.max(1, ...rows.map((row) => row.count));
  const ticks = countTicks(most, 5);
  const top = ticks[ticks.length - 1] ?? most;
  const margin = 30 + Math.max(...ticks.map((tick) => shortNumber(tick).length)) * CHAR;
  const room = width - margin - 16;
  const column = Math.min(WIDEST_COLUMN, room / Math.max(1, rows.length));
  const plot: Box = { x: margin, y: 10, width: column * rows.length, height: height - 56 };
  const columns = rows.map((row, at) => {
    // what is there is seen: at least one pixel
    const tall = row.count === 0 ? 0 : Math.max(1, (row.count / top) * plot.height);
    const gap = Math.min(2, column / 6);
    return {
      x: plot.x + at * column + gap / 2,
      y: plot.y + plot.height - tall,
      width: column - gap,
      height: tall,
      label: row.label,
      count: row.count,
    };
  });
  const left = ticks.map((tick) => ({ y: plot.y + plot.height * (1 - tick / top), text: shortNumber(tick) }));
  return { plot, columns, left, bottom: edgeTicks(rows, plot, column) };
}

/** As many edges as fit beside each other, the first always. */
function edgeTicks(rows: HistogramChart["rows"], plot: Box, column: number): HistogramLayout["bottom"] {
  const edges = rows.map((row) => edgesOf(row.label));
  const texts = [...edges.map((edge, at) => edge.low ?? (at === 0 ? "−∞" : "")), edges[edges.length - 1]?.high ?? ""];
  const widest = Math.max(...texts.map((text) => text.length)) * CHAR + 10;
  const every = Math.max(1, Math.ceil(widest / column));
  return texts
    .map((text, at) => ({ x: plot.x + at * column, text, at }))
    .filter(({ text, at }) => text !== "" && at % every === 0)
    .map(({ x, text }) => ({ x, text }));
}

export function drawHistogram(chart: HistogramChart, width: number): HTMLElement {
  const { plot, columns, left, bottom } = layoutHistogram(chart.rows, width, HEIGHT);
  const floor = plot.y + plot.height;
  const shapes: Node[] = [...leftAxis(plot, left)];
  for (const each of columns) {
    const tip = svg("title", {}, `${each.label}: ${groupDigits(each.count)}`);
    const { x, y, width: wide, height: tall } = each;
    // the whole column takes the pointer, so that a low one can be asked as well
    const reach = svg("rect", { class: "p-reach", x, y: plot.y, width: wide, height: plot.height });
    const bar = svg("rect", { class: "p-bar", x, y, width: wide, height: tall, rx: 1.5 });
    shapes.push(svg("g", {}, tip, reach, bar));
  }
  shapes.push(svg("line", { class: "p-floor", x1: plot.x, x2: plot.x + plot.width, y1: floor, y2: floor }));
  for (const { x, text } of bottom) {
    shapes.push(
      svg("line", { class: "p-floor", x1: x, x2: x, y1: floor, y2: floor + 4 }),
      svg("text", { class: "p-tick", x, y: floor + 16, "text-anchor": "middle" }, text),
    );
  }
  const scale = chart.scale === "log2" ? "value, power-of-two buckets" : "value, linear buckets";
  shapes.push(...axisTitles(plot, scale, "count"));
  return figure(chartName(chart), summaryOf(chart), width, HEIGHT, shapes);
}

/** What a listener needs first: how much there is, and where most of it lies. The text of the run has every row. */
export function summaryOf(chart: HistogramChart): string {
  const total = chart.rows.reduce((sum, row) => sum + row.count, 0);
  const mode = chart.rows.reduce((best, row) => (row.count > best.count ? row : best), { label: "", count: 0 });
  const where = mode.count === 0 ? "" : `, most of them (${groupDigits(mode.count)}) in ${mode.label}`;
  return `histogram of ${chartName(chart)}: ${groupDigits(total)} values in ${chart.rows.length} buckets${where}`;
}
