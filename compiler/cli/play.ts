/** Renders a loader's stream as it arrives: text, JSON, or the messages as they are. */
import type { ChildProcess } from "node:child_process";
import { createJsonRenderer, createStreamDecoder, createTextRenderer, StreamError } from "../index.ts";
import { closeOutput, EXIT, openOutput, useColour, writeAll } from "./io.ts";
import type { Recorder } from "./record.ts";

export type Format = "text" | "json" | "msgpack";

export type PlayOptions = {
  readonly format: Format;
  /** File for the program's output; undefined: stdout. */
  readonly output: string | undefined;
  readonly quiet: boolean;
  readonly warnings: boolean;
  readonly verbose: boolean;
  readonly buffering: "line" | "full" | "none";
  /** Whether the program's output is shown: not for a run that only attaches. */
  readonly shown: boolean;
  /** Keeps the run for the simulator; undefined: it is not recorded. */
  readonly record?: Recorder | undefined;
  /** Put before every line, for runs on several hosts. */
  readonly label: string | undefined;
};

/** Takes chunks, gives the exit status that the stream's end record holds (undefined: the stream had no end). */
export type Player = {
  readonly push: (chunk: Uint8Array) => void;
  readonly end: () => { readonly status: number | undefined; readonly error: string | undefined };
};

/** @throws CliError when the output file cannot be opened */
export function createPlayer(options: PlayOptions): Player {
  const fd = options.output === undefined ? 1 : openOutput(options.output);
  const pending: Uint8Array[] = [];
  const write = (stream: "stdout" | "stderr", bytes: Uint8Array) => {
    if (stream === "stderr") writeAll(2, label(bytes, options.label));
    else if (!options.shown) return;
    else if (options.buffering === "full") pending.push(bytes);
    else writeAll(fd, label(bytes, options.label));
  };
  const flush = () => {
    if (pending.length === 0) return;
    writeAll(fd, label(Buffer.concat(pending), options.label));
    pending.length = 0;
  };
  const close = () => {
    flush();
    if (fd !== 1) closeOutput(fd);
  };
  if (options.format === "msgpack") {
    const { record: recorder } = options;
    const aside = recorder && createStreamDecoder(({ record }) => recorder.record(record));
    return {
      push: (chunk) => {
        aside?.push(chunk);
        writeAll(fd, chunk);
      },
      end: () => {
        endRecording(options);
        close();
        return { status: undefined, error: undefined };
      },
    };
  }
  const make = options.format === "json" ? createJsonRenderer : createTextRenderer;
  const renderer = make(write, { quiet: options.quiet, warnings: options.warnings, color: useColour(process.stderr) });
  let status: number | undefined;
  let failure: string | undefined;
  const decoder = createStreamDecoder(({ record, time }) => {
    if (options.record?.record(record) === true) return;
    if (record.type === "end") status = record.status;
    renderer.record(record, time);
  });
  const guarded = (work: () => void) => {
    if (failure !== undefined) return;
    try {
      work();
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      renderer.flush();
      failure = error.message;
    }
  };
  return {
    push: (chunk) =>
      guarded(() => {
        decoder.push(chunk);
        renderer.flush();
      }),
    end: () => {
      guarded(() => decoder.end());
      renderer.end();
      close();
      endRecording(options);
      return { status, error: failure };
    },
  };
}

/** Says what a recording lacks: a replay may differ there. */
function endRecording({ record }: PlayOptions): void {
  const lacks = record?.end();
  if (lacks !== undefined)
    process.stderr.write(`WARNING: the recording is not complete: ${lacks}\nHINT: a replay of it may differ\n`);
}

function label(bytes: Uint8Array, name: string | undefined): Uint8Array {
  if (name === undefined) return bytes;
  const text = Buffer.from(bytes)
    .toString("latin1")
    .replace(/^(?=.)/gm, `${name}: `);
  return Buffer.from(text, "latin1");
}

/** Plays a loader's stdout until it ends; forwards signals; resolves with the exit status. */
export function playLoader(child: ChildProcess, options: PlayOptions): Promise<number> {
  const player = createPlayer(options);
  const forward = (signal: NodeJS.Signals) => {
    child.kill(signal);
  };
  const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGUSR1", "SIGHUP"];
  for (const signal of signals) process.on(signal, forward);
  process.stdout.on("error", () => child.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.stdout?.on("data", (chunk: Uint8Array) => {
      try {
        player.push(chunk);
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EPIPE") {
          child.kill("SIGTERM");
          resolve(EXIT.ok);
        } else reject(error);
      }
    });
    child.once("close", (code, signal) => {
      for (const name of signals) process.off(name, forward);
      try {
        const { status, error } = player.end();
        // A loader that fails has told why; that its stream is then cut or empty is no news.
        if (error !== undefined && (code === null || code === 0)) process.stderr.write(`ERROR: ${error}\n`);
        if (code !== null && code !== 0) resolve(code);
        else if (error !== undefined) resolve(EXIT.refused);
        else if (signal !== null) {
          process.stderr.write(`ERROR: tracelet-loader was ended by ${signal}\n`);
          resolve(EXIT.host);
        } else resolve(status ?? EXIT.ok);
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EPIPE") resolve(EXIT.ok);
        else reject(error);
      }
    });
  });
}
