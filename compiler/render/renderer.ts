/** What every renderer offers, and the output it writes through. */
import type { EventTime } from "../stream/decode.ts";
import type { StreamRecord } from "../stream/records.ts";
import { type ByteString, toBytes } from "./byte-string.ts";

export type OutputStream = "stdout" | "stderr";
/** Takes whole pieces of output; the bytes are the receiver's to keep. */
export type Write = (stream: OutputStream, bytes: Uint8Array) => void;

/** The stream has nothing that this picture can show; the message says what it needs. */
export class RenderError extends Error {
  override readonly name = "RenderError";
}

export type Renderer = {
  /** Shows one record. Never throws on a record that the decoder let through. */
  record(record: StreamRecord, time?: EventTime): void;
  /** Hands over everything shown so far: after each chunk of a live stream. */
  flush(): void;
  /** The stream is over (or broken off): the rest is shown and handed over. A picture without data throws RenderError. */
  end(): void;
};

export type RenderOptions = {
  /** No attach line and no informational text (-q). */
  readonly quiet?: boolean;
  /** False: no warnings, from the run or from warnf (--no-warnings). */
  readonly warnings?: boolean;
  /** Colour what goes to stderr. */
  readonly color?: boolean;
};

export type Output = {
  out(text: ByteString): void;
  err(text: ByteString): void;
  flush(): void;
};

const BATCH = 1 << 15;

/** Collects stdout in batches; what was printed before a line on stderr is handed over before it. */
export function createOutput(write: Write): Output {
  let pending: ByteString = "";
  const flush = (): void => {
    if (pending === "") return;
    const bytes = toBytes(pending);
    pending = "";
    write("stdout", bytes);
  };
  return {
    out(text) {
      pending += text;
      if (pending.length >= BATCH) flush();
    },
    err(text) {
      flush();
      write("stderr", toBytes(text));
    },
    flush,
  };
}
