/** Runs an object on generated or given events, as fast as it goes or paced for watching. */
import {
  EventError,
  type EventProblem,
  generateEvents,
  parseEvents,
  parseWorkload,
  printEvent,
  type SimulatedEvent,
  simulate,
} from "../../compiler/index.ts";
import type { Snapshot } from "../../compiler/snapshot/index.ts";
import { type Context, giveWay } from "./handler.ts";
import type { EventChoice, EventsAnswer, OutputAnswer, RequestOf, RunProblem } from "./protocol.ts";
import { createSink } from "./sink.ts";

/** Milliseconds between two messages of progress. */
const PROGRESS_MS = 60;
/** More prints than that are a flood: the page does not show their text anyway. */
const MOST_RECORDS = 200_000;
/** Bytes for a script's maps: the tab has 300 MB for everything. */
const MAP_MEMORY = 128 << 20;
/** Milliseconds after which a cancel is listened for. */
const TURN_MS = 30;
const SECOND = 1e9;

type Chosen = {
  readonly events: Iterable<SimulatedEvent>;
  readonly setup: ReturnType<typeof parseEvents>["setup"];
  readonly problems: readonly RunProblem[];
};

/** @throws EventError, SimulatorError … for what cannot be simulated */
function choose(object: Uint8Array, choice: EventChoice, snapshot: Snapshot, seconds: number, cpus: number): Chosen {
  if (choice.kind === "generated") {
    const { workload, problems } = parseWorkload(choice.spec, "workload");
    const { seed, rate } = choice;
    const options = { snapshot, seed, rate, duration: seconds * SECOND, cpus, workload };
    return { events: generateEvents(object, options), setup: {}, problems: problems.map(problemOf) };
  }
  const parsed = parseEvents(choice.text, choice.name, snapshot);
  return { events: parsed.events, setup: parsed.setup, problems: parsed.problems.map(problemOf) };
}

function problemOf({ message, hint, line }: EventProblem): RunProblem {
  return { message, hint, line: undefined, eventLine: line === 0 ? undefined : line };
}

export async function simulateObject(
  request: RequestOf<"simulate">,
  context: Context<"simulate">,
): Promise<OutputAnswer> {
  const { object, cpus, positional, seconds, pace, signal } = { ...request, signal: context.signal };
  const snapshot = await context.kernel(request.kernel);
  const chosen = choose(object, request.events, snapshot, seconds, cpus);
  const sink = createSink();
  const began = performance.now();
  let events = 0;
  let reached = 0;
  let probes = 0;
  let told = 0;
  let attached: number | undefined;
  const tell = (): void => {
    told = performance.now();
    const shared = { kind: "output", probes, events, seconds: reached / SECOND } as const;
    context.progress({ ...shared, pieces: sink.pieces(), pictures: sink.freshPictures() });
  };
  const onProgress = (happened: number, now: number): void => {
    events = happened;
    reached = Math.max(reached, now);
    if (performance.now() - told > PROGRESS_MS) tell();
  };
  /** Each event when its time has come, on a clock `pace` times as fast as ours. */
  async function* paced(speed: number): AsyncGenerator<SimulatedEvent> {
    let start: number | undefined;
    let turn = performance.now();
    for (const event of chosen.events) {
      start ??= performance.now();
      const due = start + (Number(event.at ?? reached) / SECOND / speed) * 1000;
      for (let wait = due - performance.now(); wait > 1 && !signal.aborted; wait = due - performance.now()) {
        tell();
        await sleep(Math.min(wait, PROGRESS_MS));
      }
      if (performance.now() - turn > TURN_MS) {
        await giveWay();
        turn = performance.now();
      }
      if (signal.aborted) return;
      yield event;
    }
  }

  const problems: RunProblem[] = [...chosen.problems];
  let first: number | undefined;
  try {
    const run = simulate(object, {
      snapshot,
      events: pace === undefined ? chosen.events : paced(pace),
      setup: chosen.setup,
      cpus,
      signal,
      onProgress,
      until: seconds * SECOND,
      maxRecords: MOST_RECORDS,
      mapMemory: MAP_MEMORY,
      ...(positional === undefined ? {} : { positional }),
    });
    for await (const item of run) {
      if (item.record.type === "attached") {
        attached ??= performance.now();
        probes = item.record.count;
      }
      const at = item.time.seconds * SECOND + item.time.nanoseconds;
      first ??= at;
      reached = Math.max(reached, at - first);
      sink.take(item);
      if (performance.now() - told <= PROGRESS_MS) continue;
      tell();
      await giveWay();
      signal.throwIfAborted();
    }
  } catch (error) {
    if (signal.aborted) throw error;
    if (!(error instanceof EventError)) throw error;
    const eventLine = error.line === 0 ? undefined : error.line;
    problems.push({ message: error.message, hint: error.hint, line: undefined, eventLine });
  }
  signal.throwIfAborted();
  tell();
  const ended = performance.now();
  return {
    kind: "output",
    events,
    seconds: reached / SECOND,
    translated: (attached ?? ended) - began,
    ran: ended - (attached ?? ended),
    pictures: sink.pictures(),
    problems: [...problems, ...sink.problems()],
    ledger: sink.ledger(),
    cut: sink.cut(),
  };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Generated events as the text of an events file: to start one's own from. */
export async function sampleEvents(
  request: RequestOf<"sample-events">,
  context: Context<"sample-events">,
): Promise<EventsAnswer> {
  const snapshot = await context.kernel(request.kernel);
  const lines: string[] = [];
  const { spec, seed, rate } = request.events;
  const { workload, problems } = parseWorkload(spec, "workload");
  for (const event of generateEvents(request.object, { snapshot, seed, rate, workload })) {
    if (lines.length >= request.count) break;
    lines.push(printEvent(event));
  }
  return {
    kind: "sample-events",
    text: lines.length === 0 ? "" : `${lines.join("\n")}\n`,
    problems: problems.map(problemOf),
  };
}
