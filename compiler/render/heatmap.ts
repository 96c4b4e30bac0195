/**
 * A heat map, as one SVG file: one column per print of a histogram map over time, one row per bucket, darker for more.
 * A map that is printed without being cleared grows: then a column is the difference to the print before. Keys of a
 * keyed map are added up.
 */
import type { EventTime } from "../stream/decode.ts";
import type { StreamRecord } from "../stream/records.ts";
import { type HistogramRow, type HistogramType, histogramRows, isHistogram, rowLabel } from "./histogram.ts";
import { toNumber } from "./integer.ts";
import { RenderError, type Renderer, type Write } from "./renderer.ts";
import { readHeader } from "./run-header.ts";
import { strftime } from "./strftime.ts";
import { escapeXml, svgDocument } from "./svg.ts";

type MapRecord = Extract<StreamRecord, { readonly type: "map" }>;
/** Bucket → count; a bucket is known by its lower bound, the first by "below". */
type Counts = ReadonlyMap<string, number>;
type Column = { readonly time: EventTime | undefined; readonly counts: Counts };
type Series = {
  readonly type: HistogramType;
  readonly columns: Column[];
  readonly rows: Map<string, HistogramRow>;
  last: Counts;
  cleared: boolean;
  final: Column | undefined;
};

const LABEL = 150;
const CELL_HEIGHT = 18;
const PLOT = 1000;

/** Collects the histograms of a stream; the picture of the map with most prints is written to stdout at the end. */
export function createHeatmapRenderer(write: Write): Renderer {
  const maps = new Map<string, Series>();
  let run = readHeader(undefined);
  return {
    record(record, time) {
      if (record.type === "header") run = readHeader(record);
      else if (record.type === "clear" || record.type === "zero") {
        const series = maps.get(record.name);
        if (series !== undefined) series.cleared = true;
      } else if (record.type === "map") {
        const type = run.mapTypes(record.name).value;
        if (!isHistogram(type)) return;
        let series = maps.get(record.name);
        if (series === undefined) {
          series = { type, columns: [], rows: new Map(), last: new Map(), cleared: true, final: undefined };
          maps.set(record.name, series);
        }
        addPrint(series, record, time);
      }
    },
    flush() {},
    end() {
      let best: readonly [string, Series] | undefined;
      for (const entry of maps)
        if (entry[1].rows.size > 0 && (best === undefined || entry[1].columns.length > best[1].columns.length))
          best = entry;
      if (best === undefined) {
        throw new RenderError(
          "no histogram with data in this stream: a heat map needs one printed over time, such as interval:s:1 { print(@h); clear(@h); }",
        );
      }
      write("stdout", new TextEncoder().encode(draw(best[0], best[1], run.style.utcOffset)));
    },
  };
}

function addPrint(series: Series, record: MapRecord, time: EventTime | undefined): void {
  const counts = new Map<string, number>();
  for (const entry of record.entries) {
    for (const row of histogramRows(entry.value, series.type, 0)) {
      const bucket = row.min === undefined ? "below" : String(row.min);
      series.rows.set(bucket, row);
      counts.set(bucket, (counts.get(bucket) ?? 0) + toNumber(row.count));
    }
  }
  const before = series.cleared ? new Map<string, number>() : series.last;
  const grown = new Map([...counts].map(([bucket, n]) => [bucket, Math.max(0, n - (before.get(bucket) ?? 0))]));
  series.last = counts;
  series.cleared = false;
  if (record.final) series.final = { time, counts: grown };
  else series.columns.push({ time, counts: grown });
}

function draw(name: string, series: Series, utcOffset: number): string {
  // What came after the last interval's print is no full interval; alone it is all there is.
  const columns = series.columns.length > 0 || series.final === undefined ? series.columns : [series.final];
  const lowest = (bucket: string): bigint => (bucket === "below" ? -(1n << 70n) : BigInt(bucket));
  const ordered = [...series.rows].sort(([a], [b]) => (lowest(a) < lowest(b) ? 1 : -1));
  let most = 1;
  for (const column of columns) for (const count of column.counts.values()) most = Math.max(most, count);
  const cell = Math.max(2, Math.min(40, PLOT / Math.max(1, columns.length)));
  const height = 40 + ordered.length * CELL_HEIGHT + 40;
  const width = Math.ceil(LABEL + cell * columns.length + 20);

  let body = `<text x="${LABEL}" y="22" font-size="15">${escapeXml(name)}</text>\n`;
  ordered.forEach(([bucket, row], y) => {
    const top = 40 + y * CELL_HEIGHT;
    const label = escapeXml(rowLabel(row, series.type));
    body += `<text x="${LABEL - 8}" y="${top + 13}" text-anchor="end">${label}</text>\n`;
    columns.forEach((column, x) => {
      const count = column.counts.get(bucket) ?? 0;
      if (count === 0) return;
      const title = `${clock(column.time, utcOffset)} ${label}: ${count}`;
      body +=
        `<rect x="${(LABEL + x * cell).toFixed(1)}" y="${top}" width="${cell.toFixed(1)}" height="${CELL_HEIGHT}" fill="${shade(count / most)}">` +
        `<title>${title}</title></rect>\n`;
    });
  });
  const step = Math.max(1, Math.ceil(80 / cell));
  for (let x = 0; x < columns.length; x += step) {
    body += `<text x="${(LABEL + x * cell).toFixed(1)}" y="${height - 20}">${clock(columns[x]?.time, utcOffset)}</text>\n`;
  }
  return svgDocument(width, height, body);
}

function clock(time: EventTime | undefined, utcOffset: number): string {
  if (time === undefined) return "";
  return strftime("%H:%M:%S", BigInt(time.seconds) * 1_000_000_000n, { utcOffset, fractions: false });
}

/** Light yellow to dark red; the square root keeps rare values visible. */
function shade(share: number): string {
  const depth = Math.sqrt(share);
  return `hsl(${Math.round(50 - 50 * depth)},90%,${Math.round(85 - 50 * depth)}%)`;
}
