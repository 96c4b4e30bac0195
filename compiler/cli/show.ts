/** `tracelet show`: renders a stream that a loader wrote earlier or writes now. */
import { createReadStream } from "node:fs";
import { createStreamDecoder, renderFlameGraph, renderHeatMap, StreamError, type StreamItem } from "../index.ts";
import { CliError, EXIT, reason, writeOutput } from "./io.ts";
import { createPlayer } from "./play.ts";

type Args = { readonly stream: string; readonly f?: string | undefined; readonly o?: string | undefined; readonly q?: boolean | undefined };

export async function showCommand(args: Args): Promise<number> {
  const format = args.f ?? "text";
  const input = args.stream === "-" ? process.stdin : createReadStream(args.stream);
  if (format === "flamegraph" || format === "heatmap") return picture(format, input, args);
  if (format !== "text" && format !== "json") throw new CliError(EXIT.usage, `Invalid output format "${format}"`, "text, json, flamegraph or heatmap");
  const player = createPlayer({ format, output: args.o, quiet: args.q === true, warnings: true, verbose: false, buffering: "line", label: undefined });
  try {
    for await (const chunk of input) player.push(chunk as Uint8Array);
  } catch (error) {
    player.end();
    throw new CliError(EXIT.refused, `cannot read the stream '${args.stream}': ${reason(error)}`);
  }
  const { error } = player.end();
  if (error === undefined) return EXIT.ok;
  throw new CliError(EXIT.refused, `${args.stream === "-" ? "stdin" : args.stream}: ${error}`);
}

async function picture(format: "flamegraph" | "heatmap", input: AsyncIterable<unknown>, args: Args): Promise<number> {
  const records: StreamItem[] = [];
  const decoder = createStreamDecoder((item) => records.push(item));
  let failure: string | undefined;
  try {
    for await (const chunk of input) decoder.push(chunk as Uint8Array);
    decoder.end();
  } catch (error) {
    if (!(error instanceof StreamError)) throw new CliError(EXIT.refused, `cannot read the stream '${args.stream}': ${reason(error)}`);
    failure = error.message;
  }
  const svg = format === "flamegraph" ? renderFlameGraph(records) : renderHeatMap(records);
  if (svg === undefined) {
    throw new CliError(EXIT.refused, failure ?? `the stream holds nothing for a ${format}`, format === "flamegraph" ? "a flame graph needs a map with a stack in its key, such as @[kstack] = count()" : "a heat map needs a histogram that is printed again and again, such as interval:s:1 { print(@h); clear(@h); }");
  }
  writeOutput(args.o ?? "-", svg);
  if (failure !== undefined) throw new CliError(EXIT.refused, failure);
  return EXIT.ok;
}
