/** The page's side of the workers, with workers of the test's own: who is answered, who is superseded, who is started anew. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Client, createClient } from "../../playground/worker/client.ts";
import type { FromWorker, RequestOf, ToWorker } from "../../playground/worker/protocol.ts";

class FakeWorker {
  static all: FakeWorker[] = [];
  readonly name: string;
  readonly heard: ToWorker[] = [];
  ended = false;
  private readonly listeners = new Map<string, (event: unknown) => void>();
  constructor(_: URL, options: { readonly name: string }) {
    this.name = options.name;
    FakeWorker.all.push(this);
  }
  addEventListener(type: string, hear: (event: unknown) => void): void {
    this.listeners.set(type, hear);
  }
  postMessage(message: ToWorker): void {
    this.heard.push(message);
  }
  terminate(): void {
    this.ended = true;
  }
  say(data: FromWorker): void {
    this.listeners.get("message")?.({ data });
  }
  crash(): void {
    this.listeners.get("error")?.({ preventDefault: () => undefined, message: "out of memory" });
  }
  /** Answers the newest request. */
  answer(text: string): void {
    const id = this.heard.findLast((message) => message.type === "request")?.id ?? 0;
    this.say({ type: "answer", id, answer: { kind: "format", text } });
  }
}

const living = (name: string): FakeWorker => {
  const found = FakeWorker.all.findLast((worker) => worker.name === name && !worker.ended);
  if (found === undefined) throw new Error(`no worker ${name}`);
  return found;
};
const format = (text: string): RequestOf<"format"> => ({ kind: "format", text });

let client: Client;
const notices: string[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Worker", FakeWorker);
  FakeWorker.all = [];
  notices.length = 0;
  client = createClient();
  client.onNotice((text) => notices.push(text));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("of many requests in a lane the first is posted and cancelled, the newest answered, the others never sent", async () => {
  const all = ["a", "b", "c"].map((text) => client.ask(format(text)));
  const worker = living("language");
  expect(worker.heard.map((message) => (message.type === "request" ? message.request : message.type))).toEqual([
    format("a"),
    "cancel",
  ]);
  expect(await all[0]).toEqual({ ok: false, failure: { kind: "superseded" } });
  expect(await all[1]).toEqual({ ok: false, failure: { kind: "superseded" } });
  worker.answer("old");
  expect(worker.heard.at(-1)).toMatchObject({ type: "request", request: format("c") });
  worker.answer("new");
  expect(await all[2]).toEqual({ ok: true, answer: { kind: "format", text: "new" } });
});

test("lanes and workers do not wait for each other", () => {
  void client.ask(format("a"), { lane: "one" });
  void client.ask(format("b"), { lane: "two" });
  void client.ask({ kind: "render", name: "x", bytes: new Uint8Array() });
  expect(living("language").heard).toHaveLength(2);
  expect(living("run").heard).toHaveLength(1);
});

test("progress comes before the answer, and not to those who are superseded", async () => {
  const seen: unknown[] = [];
  const request = { kind: "render", name: "x", bytes: new Uint8Array() } as const;
  const progress = { kind: "output", pieces: [], pictures: undefined, probes: 1, events: 2, seconds: 3 } as const;
  void client.ask(request, { progress: (part) => seen.push(part) });
  const worker = living("run");
  worker.say({ type: "progress", id: 1, progress });
  void client.ask(request);
  worker.say({ type: "progress", id: 1, progress });
  expect(seen).toEqual([progress]);
});

test("a worker that is silent for too long is ended, its work fails, and what waits is sent to a new one", async () => {
  const first = client.ask(format("hangs"));
  const other = client.ask(format("hangs too"), { lane: "other" });
  const before = living("language");
  vi.advanceTimersByTime(9_000);
  expect(before.ended).toBe(false);
  before.say({ type: "alive", id: 1 });
  vi.advanceTimersByTime(9_000);
  expect(before.ended).toBe(false);
  const next = client.ask(format("next"));
  vi.advanceTimersByTime(2_000);
  expect(before.ended).toBe(true);
  expect(await first).toEqual({ ok: false, failure: { kind: "superseded" } });
  expect(await other).toMatchObject({ ok: false, failure: { kind: "hung" } });
  expect(notices).toEqual(["The compiler took too long and was stopped."]);
  const after = living("language");
  expect(after).not.toBe(before);
  expect(after.heard).toMatchObject([{ type: "request", request: format("next") }]);
  after.answer("done");
  expect(await next).toMatchObject({ ok: true });
});

test("a worker without work may be silent", () => {
  const worker = living("language");
  vi.advanceTimersByTime(600_000);
  expect(worker.ended).toBe(false);
});

test("a new worker gets the kernels that were dropped", () => {
  const bytes = new Uint8Array([1]);
  client.addKernel("dropped:mine.tls", bytes);
  void client.ask(format("hangs"));
  living("language").crash();
  const request = { kind: "load-kernel", kernel: "dropped:mine.tls", bytes };
  expect(living("language").heard).toEqual([{ type: "request", id: 0, request }]);
  expect(living("run").heard).toEqual([{ type: "request", id: 0, request }]);
});

test("a worker that fails again and again is given up, and says so", async () => {
  for (let i = 0; i < 6; i++) living("language").crash();
  expect(notices).toEqual(["Part of the playground cannot be started: reload the page."]);
  expect(await client.ask(format("a"))).toMatchObject({ ok: false, failure: { kind: "broken" } });
  expect(FakeWorker.all.filter(({ name }) => name === "language")).toHaveLength(6);
});
