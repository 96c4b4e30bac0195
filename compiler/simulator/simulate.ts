/**
 * Plays the loader's part: reads an object, attaches its programs to what an events file or generator says happens, runs
 * them in WebAssembly by a virtual clock, and yields the records that a loader's stream would hold (spec/stream.md).
 *
 * Deterministic: the same object, snapshot, events and options give the same records. Relies on machine.ts for running
 * programs.
 */
import type { StreamItem } from "../stream/decode.ts";
import type { SimulatedEvent } from "./event.ts";
import type { SimulateOptions } from "./options.ts";
import { createRun, type Run } from "./run.ts";

const SECOND = 1_000_000_000;
/** Between two moments in which others may do something, milliseconds. */
const TURN = 40;
/** Events that are played until their records are handed on: the more they print, the fewer. */
const FIRST_BATCH = 64;
const BATCH = 1024;
const BATCH_ITEMS = 64;
const NO_ITEMS: readonly StreamItem[] = [];

/**
 * Runs an object on simulated events. Ends by the script's exit(), by the last event, by options.until or signal, or
 * where a program goes over its budget: then with a notice of severity error at the script's line and status 1.
 * @throws SimulatorError or ObjectError for an object that cannot be simulated, ParameterError for wrong parameters,
 *   EventError for an event that cannot happen (after the records before it)
 */
export async function* simulate(object: Uint8Array, options: SimulateOptions): AsyncGenerator<StreamItem> {
  if (options.setup?.actions === "events") {
    const { isRecordingOf, replay, withoutPrograms } = await import("./replay.ts");
    if (isRecordingOf(object, options.setup)) yield* replay(object, options);
    else yield* simulate(object, withoutPrograms(options));
    return;
  }
  const run = await createRun(object, options);
  run.start();
  for (const item of take(run)) yield item;
  const aborted = (): boolean => options.signal?.aborted === true;
  let turn = Date.now();
  if (!run.isOver() && options.events !== undefined && !aborted()) {
    const { events } = options;
    if (Symbol.asyncIterator in events) {
      for await (const event of events) {
        const going = run.happen(event) && run.settle();
        options.onProgress?.(run.happened(), run.now());
        for (const item of take(run)) yield item;
        if (!going || aborted()) break;
      }
    } else {
      const source = events[Symbol.iterator]();
      let batch = FIRST_BATCH;
      try {
        for (let going = true; going && !aborted(); ) {
          try {
            going = playSome(run, source, batch);
          } finally {
            batch = run.items.length > BATCH_ITEMS ? Math.ceil(batch / 4) : Math.min(BATCH, batch * 2);
            options.onProgress?.(run.happened(), run.now());
            // also what came before an event that cannot happen
            for (const item of take(run)) yield item;
          }
          if (Date.now() - turn < TURN) continue;
          await breathe();
          turn = Date.now();
        }
      } finally {
        source.return?.();
      }
    }
  }
  // Functions that were entered return; timers go on to the end of the span.
  const end = run.end();
  for (let to = run.now(); !run.isOver() && !aborted() && to < end; ) {
    to = Math.min(end, to + SECOND / 10);
    run.advance(to);
    for (const item of take(run)) yield item;
    if (Date.now() - turn < TURN) continue;
    await breathe();
    turn = Date.now();
  }
  run.finish(run.reason() ?? (aborted() ? "signal" : "finished"));
  for (const item of take(run)) yield item;
}

/** A function of its own, since engines make better code of it than of a generator. False: nothing more happens. */
function playSome(run: Run, events: Iterator<SimulatedEvent>, batch: number): boolean {
  let going = true;
  try {
    for (let count = 0; going && count < batch && run.items.length < BATCH_ITEMS; count++) {
      const next = events.next();
      going = next.done !== true && run.happen(next.value);
    }
  } finally {
    if (!run.settle()) going = false;
  }
  return going;
}

function take(run: Run): readonly StreamItem[] {
  return run.items.length === 0 ? NO_ITEMS : run.items.splice(0);
}

/** Lets timers and messages of the surrounding program have their turn. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
