/** `tracelet show`: renders a stream that a loader wrote earlier or writes now. */
import { createReadStream } from "node:fs";
import {
  createFlamegraphRenderer,
  createHeatmapRenderer,
  createStreamDecoder,
  RenderError,
  StreamError,
} from "../index.ts";
import { CliError, EXIT, reason, writeOutput } from "./io.ts";
import { createPlayer } from "./play.ts";

type Args = {
  readonly stream: string;
  readonly f?: string | undefined;
  readonly o?: string | undefined;
  readonly q?: boolean | undefined;
};

export async function showCommand(args: Args): Promise<number> {
  const format = args.f ?? "text";
  const name = args.stream === "-" ? "stdin" : args.stream;
  if (format === "flamegraph" || format === "heatmap") return picture(format, name, args);
  if (format !== "text" && format !== "json")
    throw new CliError(EXIT.usage, `Invalid output format "${format}"`, "text, json, flamegraph or heatmap");
  const player = createPlayer({
    format,
    output: args.o,
    quiet: args.q === true,
    shown: true,
    warnings: true,
    verbose: false,
    buffering: "line",
    label: undefined,
  });
  await readChunks(args.stream, player.push, () => player.end());
  const { error } = player.end();
  if (error === undefined) return EXIT.ok;
  throw new CliError(EXIT.refused, `${name}: ${error}`);
}

/** An SVG of everything that came, even when the stream broke off; then the error. */
async function picture(format: "flamegraph" | "heatmap", name: string, args: Args): Promise<number> {
  const parts: Uint8Array[] = [];
  const write = (stream: "stdout" | "stderr", bytes: Uint8Array) => {
    if (stream === "stdout") parts.push(bytes);
    else process.stderr.write(bytes);
  };
  const renderer = format === "flamegraph" ? createFlamegraphRenderer(write) : createHeatmapRenderer(write);
  const decoder = createStreamDecoder(({ record, time }) => renderer.record(record, time));
  let failure: string | undefined;
  try {
    await readChunks(
      args.stream,
      (chunk) => decoder.push(chunk),
      () => {},
    );
    decoder.end();
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    failure = `${name}: ${error.message}`;
  }
  try {
    renderer.end();
  } catch (error) {
    if (error instanceof RenderError) throw new CliError(EXIT.refused, failure ?? error.message);
    throw error;
  }
  writeOutput(args.o ?? "-", Buffer.concat(parts));
  if (failure !== undefined) throw new CliError(EXIT.refused, failure);
  return EXIT.ok;
}

/** @throws CliError when the file cannot be read; what came before is kept */
async function readChunks(path: string, take: (chunk: Uint8Array) => void, broken: () => void): Promise<void> {
  const input = path === "-" ? process.stdin : createReadStream(path);
  try {
    for await (const chunk of input) take(chunk as Uint8Array);
  } catch (error) {
    if (error instanceof StreamError) throw error;
    broken();
    throw new CliError(EXIT.refused, `cannot read the stream '${path}': ${reason(error)}`);
  }
}
