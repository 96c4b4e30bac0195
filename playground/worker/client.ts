/**
 * The page's side of the two workers: who answers what, what a newer request does to an older one, and the watchdog.
 *
 * In each lane at most one request is with the worker and at most one waits; a newer one takes the waiting one's place,
 * and what is superseded ends at once, so that typing never builds a queue. A worker from which nothing is heard for too
 * long while it has work is ended and started anew: whatever a script makes the compiler or the simulator do, the page
 * goes on.
 */
import type {
  Failure,
  FromWorker,
  KernelId,
  Outcome,
  Progresses,
  RequestKind,
  RequestOf,
  ToWorker,
} from "./protocol.ts";

type Seat = "language" | "run";

/** load-kernel goes to both. */
const seats: Readonly<Record<RequestKind, Seat>> = {
  "load-kernel": "language",
  compile: "language",
  stage: "language",
  complete: "language",
  hover: "language",
  search: "language",
  detail: "language",
  format: "language",
  inspect: "language",
  verify: "run",
  simulate: "run",
  "sample-events": "run",
  render: "run",
};

const TICK_MS = 500;
/** Ticks without a word before a worker counts as hung. A machine that sleeps does not tick. */
const PATIENCE: Readonly<Record<Seat, number>> = { language: 20, run: 40 };
/** A worker that cannot be started is not started for ever. */
const MOST_CRASHES = 5;

export type AskOptions<K extends RequestKind> = {
  readonly lane?: string;
  readonly progress?: (progress: Progresses[K]) => void;
};
export type Ask = <K extends RequestKind>(request: RequestOf<K>, options?: AskOptions<K>) => Promise<Outcome<K>>;

export type Client = {
  readonly ask: Ask;
  /** Gives both workers a snapshot of the user's, now and after each restart. */
  readonly addKernel: (kernel: KernelId, bytes: Uint8Array) => void;
  /** `hear` is told in words when a worker had to be started anew. */
  readonly onNotice: (hear: (text: string) => void) => void;
};

type Job = {
  readonly id: number;
  readonly lane: string;
  readonly message: ToWorker;
  readonly settle: (
    outcome: { readonly ok: true; readonly answer: never } | { readonly ok: false; readonly failure: Failure },
  ) => void;
  readonly progress: (progress: never) => void;
  /** Superseded: the worker may still be at it, but nobody listens. */
  dead: boolean;
};

type Desk = {
  worker: Worker;
  silentTicks: number;
  crashes: number;
  readonly running: Map<number, Job>;
  readonly waiting: Map<string, Job>;
};

export function createClient(): Client {
  let notice: (text: string) => void = () => undefined;
  const dropped = new Map<KernelId, Uint8Array>();
  let lastId = 0;

  const start = (seat: Seat): Worker => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: seat });
    worker.addEventListener("message", (event: MessageEvent<FromWorker>) => hear(seat, event.data));
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      restart(seat, { kind: "broken", message: event.message || "the worker could not be started" });
    });
    for (const [kernel, bytes] of dropped) {
      const request = { kind: "load-kernel", kernel, bytes } as const;
      worker.postMessage({ type: "request", id: 0, request } satisfies ToWorker);
    }
    return worker;
  };
  const makeDesk = (seat: Seat): Desk => ({
    worker: start(seat),
    silentTicks: 0,
    crashes: 0,
    running: new Map(),
    waiting: new Map(),
  });
  const desks: Readonly<Record<Seat, Desk>> = { language: makeDesk("language"), run: makeDesk("run") };

  const hear = (seat: Seat, message: FromWorker): void => {
    const desk = desks[seat];
    desk.silentTicks = 0;
    if (message.type === "ready" || message.type === "alive") return;
    const job = desk.running.get(message.id);
    if (job === undefined) return;
    if (message.type === "progress") {
      // A worker answers in the kind that it was asked in: the envelope loses that tie.
      if (!job.dead) job.progress(message.progress as never);
      return;
    }
    desk.running.delete(job.id);
    desk.crashes = 0;
    if (!job.dead) {
      job.settle(
        message.type === "answer"
          ? { ok: true, answer: message.answer as never }
          : { ok: false, failure: message.failure },
      );
    }
    next(desk, job.lane);
  };

  const next = (desk: Desk, lane: string): void => {
    const job = desk.waiting.get(lane);
    if (job === undefined) return;
    desk.waiting.delete(lane);
    post(desk, job);
  };
  const post = (desk: Desk, job: Job): void => {
    if (desk.running.size === 0) desk.silentTicks = 0;
    desk.running.set(job.id, job);
    desk.worker.postMessage(job.message);
  };
  const supersede = (job: Job): void => {
    if (job.dead) return;
    job.dead = true;
    job.settle({ ok: false, failure: { kind: "superseded" } });
  };

  const restart = (seat: Seat, failure: Failure): void => {
    const desk = desks[seat];
    desk.worker.terminate();
    const lost = [...desk.running.values()];
    desk.running.clear();
    desk.crashes++;
    for (const job of lost) if (!job.dead) job.settle({ ok: false, failure });
    const waiting = [...desk.waiting.keys()];
    if (desk.crashes > MOST_CRASHES) {
      for (const job of desk.waiting.values()) job.settle({ ok: false, failure });
      desk.waiting.clear();
      notice("Part of the playground cannot be started: reload the page.");
      return;
    }
    desk.worker = start(seat);
    desk.silentTicks = 0;
    for (const lane of waiting) next(desk, lane);
    if (lost.length > 0) {
      notice(
        failure.kind === "hung"
          ? `${seat === "language" ? "The compiler" : "The run"} took too long and was stopped.`
          : "A part of the playground failed and was started anew.",
      );
    }
  };

  setInterval(() => {
    for (const seat of ["language", "run"] as const) {
      const desk = desks[seat];
      if (desk.running.size === 0) continue;
      desk.silentTicks++;
      if (desk.silentTicks < PATIENCE[seat]) continue;
      const seconds = (PATIENCE[seat] * TICK_MS) / 1000;
      restart(seat, { kind: "hung", message: `no answer within ${seconds} s: the work was stopped` });
    }
  }, TICK_MS);

  const ask: Ask = (request, options = {}) =>
    new Promise((resolve) => {
      const desk = desks[seats[request.kind]];
      const lane = options.lane ?? request.kind;
      const id = ++lastId;
      const job: Job = {
        id,
        lane,
        message: { type: "request", id, request },
        settle: resolve,
        progress: options.progress ?? (() => undefined),
        dead: false,
      };
      if (desk.crashes > MOST_CRASHES) {
        resolve({ ok: false, failure: { kind: "broken", message: "a part of the playground cannot be started" } });
        return;
      }
      const before = [...desk.running.values()].find((each) => each.lane === lane);
      if (before === undefined) {
        post(desk, job);
        return;
      }
      if (!before.dead) desk.worker.postMessage({ type: "cancel", id: before.id } satisfies ToWorker);
      supersede(before);
      const queued = desk.waiting.get(lane);
      if (queued !== undefined) supersede(queued);
      desk.waiting.set(lane, job);
    });

  return {
    ask,
    onNotice(hear) {
      notice = hear;
    },
    addKernel(kernel, bytes) {
      dropped.set(kernel, bytes);
      const request = { kind: "load-kernel", kernel, bytes } as const;
      desks.run.worker.postMessage({ type: "request", id: 0, request } satisfies ToWorker);
    },
  };
}
