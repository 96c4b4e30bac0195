/**
 * One worker: takes requests, opens kernels, answers. The page starts it twice, by name: "language" and "run". What
 * answers is in modules that are loaded when first needed: nobody waits for the simulator to see a diagnostic.
 */
import { openSnapshot, type Snapshot } from "../../compiler/snapshot/index.ts";
import { type Context, type Handlers, Refusal } from "./handler.ts";
import { defaultKernels } from "./kernels.ts";
import type { Answers, Failure, FromWorker, KernelId, KernelInfo, RequestKind, ToWorker } from "./protocol.ts";

/** What a dedicated worker's global object has of use here; the DOM's types know only the window's. */
type Scope = {
  readonly name: string;
  readonly postMessage: (message: FromWorker) => void;
  readonly addEventListener: (type: "message", hear: (event: MessageEvent<ToWorker>) => void) => void;
};
const scope = self as unknown as Scope;

type Opened = { readonly snapshot: Snapshot; readonly size: number };
const opened = new Map<KernelId, Promise<Opened>>();
const running = new Map<number, AbortController>();

type LanguageKind = Exclude<RequestKind, RunKind | "load-kernel">;
type RunKind = "verify" | "simulate" | "sample-events" | "render";

const language = (): Promise<Handlers<LanguageKind>> => import("./language.ts").then((module) => module.handlers);
const run = (): Promise<Handlers<RunKind>> => import("./run.ts").then((module) => module.handlers);

function open(id: KernelId): Promise<Opened> {
  const known = opened.get(id);
  if (known !== undefined) return known;
  const row = defaultKernels.find((kernel) => kernel.id === id);
  if (row === undefined) return Promise.reject(new Refusal(`there is no kernel ${id} here`, "choose another one"));
  const promise = fetchKernel(row.url, row.label);
  opened.set(id, promise);
  promise.catch(() => opened.delete(id));
  return promise;
}

async function fetchKernel(url: string, label: string): Promise<Opened> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    throw new Refusal(`the types of ${label} cannot be fetched`, "check the connection and choose the kernel again");
  }
  if (!response.ok) throw new Refusal(`the types of ${label} cannot be fetched: status ${response.status}`);
  return read(new Uint8Array(await response.arrayBuffer()));
}

function read(bytes: Uint8Array): Opened {
  return { snapshot: openSnapshot(bytes), size: bytes.length };
}

async function kernelInfo(id: KernelId): Promise<KernelInfo> {
  const { snapshot, size } = await open(id);
  return {
    id,
    release: snapshot.release,
    arch: snapshot.arch,
    functions: snapshot.functions("*").length,
    tracepoints: snapshot.tracepoints("*", "*").length,
    size,
  };
}

async function answer(id: number, request: Extract<ToWorker, { type: "request" }>["request"]): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  const context: Context<RequestKind> = {
    kernel: async (kernel) => (await open(kernel)).snapshot,
    kernelInfo,
    progress: (progress) => scope.postMessage({ type: "progress", id, progress }),
    alive: () => scope.postMessage({ type: "alive", id }),
    signal: controller.signal,
  };
  const done = (found: Answers[RequestKind]) => scope.postMessage({ type: "answer", id, answer: found });
  try {
    switch (request.kind) {
      case "load-kernel": {
        const { kernel, bytes } = request;
        if (bytes !== undefined) opened.set(kernel, Promise.resolve(read(bytes)));
        done({ kind: "load-kernel", info: await kernelInfo(kernel) });
        break;
      }
      case "verify":
        done(await (await run()).verify(request, context));
        break;
      case "simulate":
        done(await (await run()).simulate(request, context));
        break;
      case "sample-events":
        done(await (await run())["sample-events"](request, context));
        break;
      case "render":
        done(await (await run()).render(request, context));
        break;
      default:
        done(await answerLanguage(request, context));
    }
  } catch (error) {
    scope.postMessage({ type: "failure", id, failure: failureOf(error, controller.signal) });
  } finally {
    running.delete(id);
  }
}

async function answerLanguage(
  request: Extract<Extract<ToWorker, { type: "request" }>["request"], { kind: LanguageKind }>,
  context: Context<RequestKind>,
): Promise<Answers[LanguageKind]> {
  const handlers = await language();
  switch (request.kind) {
    case "compile":
      return handlers.compile(request, context);
    case "stage":
      return handlers.stage(request, context);
    case "complete":
      return handlers.complete(request, context);
    case "hover":
      return handlers.hover(request, context);
    case "search":
      return handlers.search(request, context);
    case "detail":
      return handlers.detail(request, context);
    case "format":
      return handlers.format(request, context);
    case "inspect":
      return handlers.inspect(request, context);
  }
}

/** Errors with these names are about what was given, and say so in words for its author. */
const aboutInput = new Set([
  "Refusal",
  "SnapshotError",
  "ObjectError",
  "StreamError",
  "RenderError",
  "CheckError",
  "ParameterError",
  "SimulatorError",
  "EventError",
  "ElfError",
  "BtfError",
]);

function failureOf(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return { kind: "superseded" };
  if (!(error instanceof Error)) return { kind: "broken", message: String(error) };
  if (!aboutInput.has(error.name)) return { kind: "broken", message: error.message };
  const hint = "hint" in error && typeof error.hint === "string" ? error.hint : undefined;
  return { kind: "refused", message: error.message, hint };
}

scope.addEventListener("message", ({ data }) => {
  if (data.type === "cancel") running.get(data.id)?.abort();
  else void answer(data.id, data.request);
});

// What this worker is for, it will be asked at once; and mostly about the first kernel.
const [first] = defaultKernels;
if (scope.name === "language" && first !== undefined) void open(first.id).catch(() => undefined);
void (scope.name === "run" ? run() : language()).catch(() => undefined);
scope.postMessage({ type: "ready" });
