/** A map of numbers as horizontal bars, greatest first, and a time series as a line. */
import type { ChartData } from "../../compiler/index.ts";
import { axisTitles, type Box, CHAR, chartName, figure, leftAxis, shortNumber, valueTicks } from "./chart-axes.ts";
import { svg } from "./dom.ts";

export type BarsChart = Extract<ChartData, { readonly kind: "bars" }>;
export type SeriesChart = Extract<ChartData, { readonly kind: "series" }>;

/** More bars than that are a wall; the text has all of them. */
const MOST_BARS = 24;
const ROW = 22;
const SERIES_HEIGHT = 220;

export function drawBars(chart: BarsChart, width: number): HTMLElement {
  const rows = [...chart.rows].sort((a, b) => b.value - a.value).slice(0, MOST_BARS);
  const low = Math.min(0, ...rows.map((row) => row.value));
  const high = Math.max(low + 1, 0, ...rows.map((row) => row.value));
  const labelRoom = Math.min(width * 0.4, Math.max(...rows.map((row) => row.label.length), 1) * CHAR + 10);
  const valueRoom = Math.max(...rows.map((row) => row.text.length), 1) * CHAR + 10;
  const plot = Math.max(20, width - labelRoom - valueRoom);
  const at = (value: number): number => labelRoom + ((value - low) / (high - low)) * plot;
  const fits = Math.max(3, Math.floor((labelRoom - 10) / CHAR + 0.01));
  const shapes = rows.map((row, index) => {
    const y = index * ROW + 4;
    const [from, to] = row.value < 0 ? [at(row.value), at(0)] : [at(0), at(row.value)];
    const bar = svg("rect", { class: "p-bar", x: from, y, width: Math.max(1, to - from), height: ROW - 6, rx: 1.5 });
    const label = svg(
      "text",
      { class: "p-tick", x: labelRoom - 6, y: y + 12, "text-anchor": "end" },
      shorten(row.label, fits),
    );
    const value = svg("text", { class: "p-tick p-value", x: Math.max(to, at(0)) + 5, y: y + 12 }, row.text);
    return svg("g", {}, svg("title", {}, `${row.label}: ${row.text}`), bar, label, value);
  });
  const left = chart.rows.length - rows.length;
  const title = left > 0 ? `${chart.map}, the greatest ${rows.length} of ${chart.rows.length}` : chart.map;
  const first = rows[0];
  const summary = `bars of ${chart.map}: ${chart.rows.length} keys${first ? `, the greatest ${first.label} with ${first.text}` : ""}`;
  return figure(title, summary, width, rows.length * ROW + 8, shapes);
}

/** One line of text; what is cut ends in "…". */
export function shorten(text: string, room: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= room ? line : `${line.slice(0, room - 1)}…`;
}

export function drawSeries(chart: SeriesChart, width: number): HTMLElement {
  const { rows } = chart;
  const values = rows.map((row) => row.value);
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) [low, high] = [low - 1, high + 1];
  const ticks = valueTicks(low, high, 5);
  const margin = 30 + Math.max(1, ...ticks.map((tick) => shortNumber(tick).length)) * CHAR;
  const plot: Box = { x: margin, y: 10, width: width - margin - 24, height: SERIES_HEIGHT - 56 };
  const [start, end] = [rows[0]?.time ?? 0, rows[rows.length - 1]?.time ?? 1];
  const x = (time: number): number => plot.x + (end === start ? 0.5 : (time - start) / (end - start)) * plot.width;
  const y = (value: number): number => plot.y + (1 - (value - low) / (high - low)) * plot.height;
  const points = rows.map((row) => `${x(row.time).toFixed(1)},${y(row.value).toFixed(1)}`).join(" ");
  const shapes: Node[] = [
    ...leftAxis(
      plot,
      ticks.map((tick) => ({ y: y(tick), text: shortNumber(tick) })),
    ),
  ];
  shapes.push(svg("polyline", { class: "p-line", points, fill: "none" }));
  for (const row of rows) {
    const tip = svg("title", {}, `${clock(row.time)}: ${row.value}`);
    shapes.push(
      svg("circle", { class: "p-dot", cx: x(row.time), cy: y(row.value), r: rows.length > 80 ? 1.5 : 3 }, tip),
    );
  }
  const every = Math.max(1, Math.ceil((rows.length * 64) / plot.width));
  rows.forEach((row, at) => {
    if (at % every !== 0) return;
    const text = svg(
      "text",
      { class: "p-tick", x: x(row.time), y: plot.y + plot.height + 16, "text-anchor": "middle" },
      clock(row.time),
    );
    shapes.push(text);
  });
  shapes.push(...axisTitles(plot, "time (UTC)", "value"));
  const summary = `time series of ${chartName(chart)}: ${rows.length} intervals, from ${low} to ${high}`;
  return figure(chartName(chart), summary, width, SERIES_HEIGHT, shapes);
}

/** HH:MM:SS in UTC: the run's own clock, the same for everybody who opens a link. */
function clock(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(11, 19);
}
