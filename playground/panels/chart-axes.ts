/** What every chart needs: round ticks, short numbers, and a frame with a title that screen readers get too. */
import { el, svg } from "./dom.ts";

export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Pixels of a character of the axes' 11-pixel type, on the wide side. */
export const CHAR = 6.6;

/** From 0 to at least `most`, in steps of 1, 2 or 5 times a power of ten; `room`: how many fit. Whole numbers only. */
export function countTicks(most: number, room: number): readonly number[] {
  const rough = Math.max(1, most) / Math.max(1, room);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? 10 * power);
  const ticks: number[] = [];
  for (let at = 0; at < most + step; at += step) ticks.push(at);
  return ticks;
}

/** Between two values, both inside or on the edge. */
export function valueTicks(low: number, high: number, room: number): readonly number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / Math.max(1, room);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? 10 * power;
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step) * step + 0; at <= high + step * 1e-9; at += step) ticks.push(at);
  return ticks;
}

/** 950, 1.2k, 34k, 5.6M: decimal thousands, for counts. */
export function shortNumber(n: number): string {
  const sign = n < 0 ? "−" : "";
  let value = Math.abs(n);
  const units = ["", "k", "M", "G", "T", "P", "E"];
  let at = 0;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at++;
  }
  const digits = at === 0 ? (Number.isInteger(value) ? 0 : 2) : value < 10 ? 1 : 0;
  return `${sign}${value.toFixed(digits).replace(/\.0+$/, "")}${units[at]}`;
}

/** A figure with its caption; the picture is one image to screen readers, told by `summary`. */
export function figure(
  title: string,
  summary: string,
  width: number,
  height: number,
  shapes: readonly Node[],
): HTMLElement {
  const picture = svg(
    "svg",
    { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": summary, class: "p-chart" },
    ...shapes,
  );
  return el("figure", { class: "p-figure" }, el("figcaption", {}, title), picture);
}

/** Horizontal lines with their numbers at the left of the box. */
export function leftAxis(box: Box, ticks: readonly { readonly y: number; readonly text: string }[]): readonly Node[] {
  return ticks.flatMap(({ y, text }) => [
    svg("line", { class: "p-grid", x1: box.x, x2: box.x + box.width, y1: y, y2: y }),
    svg("text", { class: "p-tick", x: box.x - 6, y: y + 4, "text-anchor": "end" }, text),
  ]);
}

/** What the axes measure. */
export function axisTitles(box: Box, bottom: string, left: string): readonly Node[] {
  const middle = box.y + box.height / 2;
  return [
    svg(
      "text",
      { class: "p-axis", x: box.x + box.width / 2, y: box.y + box.height + 34, "text-anchor": "middle" },
      bottom,
    ),
    svg(
      "text",
      { class: "p-axis", x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})` },
      left,
    ),
  ];
}

/** "@size[42]" of a chart. */
export function chartName(chart: { readonly map: string; readonly key?: string | undefined }): string {
  return chart.key === undefined ? chart.map : `${chart.map}[${chart.key}]`;
}
