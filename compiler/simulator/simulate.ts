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
/** How long a run without events and without an end of its own goes on. */
const DEFAULT_SPAN = 10 * SECOND;
/** Between two moments in which others may do something, milliseconds. */
const TURN = 40;

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
  yield* take(run);
  const given = options.until ?? run.setup.until;
  const until = given === undefined ? undefined : Number(given);
  let last = 0;
  let any = false;
  let turn = Date.now();
  const aborted = (): boolean => options.signal?.aborted === true;
  /** False: the run is over. */
  const happen = (event: SimulatedEvent): boolean => {
    const at = event.at === undefined ? last : Number(event.at);
    if (until !== undefined && at > until) return false;
    last = Math.max(last, at);
    any = true;
    run.advance(last);
    if (run.reason() !== undefined) return false;
    run.play(event);
    return run.reason() === undefined;
  };
  if (run.reason() === undefined && options.events !== undefined && !aborted()) {
    const { events } = options;
    let count = 0;
    if (Symbol.asyncIterator in events) {
      for await (const event of events) {
        const going = happen(event);
        yield* take(run);
        if (!going || aborted()) break;
      }
    } else {
      for (const event of events) {
        const going = happen(event);
        if (run.items.length > 0) yield* take(run);
        if (!going) break;
        if ((++count & 1023) !== 0 || Date.now() - turn < TURN) continue;
        await breathe();
        turn = Date.now();
        if (aborted()) break;
      }
    }
  }
  // Functions that were entered return; timers go on to the end of the span.
  const end = until ?? (any ? Math.max(last, run.busyUntil()) : run.idle ? 0 : DEFAULT_SPAN);
  for (let to = run.now(); run.reason() === undefined && !aborted() && to < end; ) {
    to = Math.min(end, to + SECOND / 10);
    run.advance(to);
    yield* take(run);
    if (Date.now() - turn < TURN) continue;
    await breathe();
    turn = Date.now();
  }
  run.finish(run.reason() ?? (aborted() ? "signal" : "finished"));
  yield* take(run);
}

function take(run: Run): readonly StreamItem[] {
  return run.items.splice(0);
}

/** Lets timers and messages of the surrounding program have their turn. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
