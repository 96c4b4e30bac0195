/** A dropped stream as the page shows a run: all records up to its end, or to where it is damaged. */
import { createStreamDecoder, StreamError } from "../../compiler/index.ts";
import { type Context, giveWay } from "./handler.ts";
import type { OutputAnswer, RequestOf, RunProblem } from "./protocol.ts";
import { createSink } from "./sink.ts";

const CHUNK = 1 << 18;

export async function render(request: RequestOf<"render">, context: Context<"render">): Promise<OutputAnswer> {
  const sink = createSink();
  const began = performance.now();
  const problems: RunProblem[] = [];
  let events = 0;
  let probes = 0;
  let first: number | undefined;
  let seconds = 0;
  const decoder = createStreamDecoder((item) => {
    events++;
    const at = item.time.seconds + item.time.nanoseconds / 1e9;
    first ??= at;
    seconds = Math.max(seconds, at - first);
    if (item.record.type === "attached") probes = item.record.count;
    sink.take(item);
  });
  try {
    for (let at = 0; at < request.bytes.length; at += CHUNK) {
      decoder.push(request.bytes.subarray(at, at + CHUNK));
      context.progress({ kind: "output", pieces: sink.pieces(), pictures: undefined, probes, events, seconds });
      await giveWay();
      context.signal.throwIfAborted();
    }
    decoder.end();
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    const hint = events === 0 ? undefined : "what came before is shown";
    problems.push({ message: `${request.name}: ${error.message}`, hint, line: undefined, eventLine: undefined });
  }
  const pieces = sink.pieces();
  context.progress({ kind: "output", pieces, pictures: undefined, probes, events, seconds });
  return {
    kind: "output",
    events,
    seconds,
    translated: 0,
    ran: performance.now() - began,
    pictures: sink.pictures(),
    problems: [...problems, ...sink.problems()],
    ledger: sink.ledger(),
    cut: sink.cut(),
  };
}
