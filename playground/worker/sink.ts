/** Takes a run's records and makes of them what the page shows: text as the renderer writes it, charts, pictures. */
import {
  createChartCollector,
  createFlamegraphRenderer,
  createHeatmapRenderer,
  createTextRenderer,
  RenderError,
  type Renderer,
  type StreamItem,
} from "../../compiler/index.ts";
import type { OutputAnswer, OutputPiece, Pictures, RunProblem } from "./protocol.ts";

/** Characters that the page shows of one run; the rest is counted, not kept. */
const MOST_TEXT = 1_000_000;

export type Sink = {
  readonly take: (item: StreamItem) => void;
  /** Text since the last call. */
  readonly pieces: () => readonly OutputPiece[];
  /** undefined: no map was printed since the last call. */
  readonly freshPictures: () => Pictures | undefined;
  readonly pictures: () => Pictures;
  readonly problems: () => readonly RunProblem[];
  readonly ledger: () => OutputAnswer["ledger"];
  readonly cut: () => boolean;
};

export function createSink(): Sink {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  let pieces: { stream: OutputPiece["stream"]; text: string }[] = [];
  let length = 0;
  let cut = false;
  let printed = false;
  let ledger: OutputAnswer["ledger"];
  const problems: RunProblem[] = [];

  const put = (stream: OutputPiece["stream"], bytes: Uint8Array): void => {
    if (length >= MOST_TEXT) {
      cut = true;
      return;
    }
    const text = decoders[stream].decode(bytes, { stream: true });
    length += text.length;
    const last = pieces.at(-1);
    if (last?.stream === stream) last.text += text;
    else pieces.push({ stream, text });
  };
  const text = createTextRenderer(put);
  const charts = createChartCollector();
  let picture = "";
  const paint = (_: string, bytes: Uint8Array): void => {
    picture = new TextDecoder().decode(bytes);
  };
  const flames = createFlamegraphRenderer(paint);
  const heat = createHeatmapRenderer(paint);
  let prints = 0;

  const draw = (renderer: Renderer): string | undefined => {
    try {
      renderer.end();
      return picture;
    } catch (error) {
      // Nothing in this stream is for such a picture.
      if (error instanceof RenderError) return undefined;
      throw error;
    }
  };
  const pictures = (): Pictures => ({
    charts: charts.charts(),
    flamegraph: draw(flames),
    heatmap: prints > 1 ? draw(heat) : undefined,
  });

  return {
    take({ record, time }) {
      text.record(record, time);
      charts.record(record);
      flames.record(record, time);
      heat.record(record, time);
      if (record.type === "map") {
        printed = true;
        prints++;
      } else if (record.type === "end") ledger = record.ledger;
      else if (record.type === "notice" && record.severity === "error") {
        problems.push({ message: record.text, hint: record.hint, line: record.place?.line, eventLine: undefined });
      }
    },
    pieces() {
      text.flush();
      const now = pieces;
      pieces = [];
      return now;
    },
    freshPictures() {
      if (!printed) return undefined;
      printed = false;
      return pictures();
    },
    pictures,
    problems: () => problems,
    ledger: () => ledger,
    cut: () => cut,
  };
}
