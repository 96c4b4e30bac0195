/** What answers requests in a worker: a function per kind, and what it may use. */
import type { Snapshot } from "../../compiler/snapshot/index.ts";
import type { Answers, KernelId, KernelInfo, Progresses, RequestKind, RequestOf } from "./protocol.ts";

export type Context<K extends RequestKind> = {
  /** Opened once; fetched if it is one of the page's own. Throws Refusal for one that is not there or damaged. */
  readonly kernel: (id: KernelId) => Promise<Snapshot>;
  readonly kernelInfo: (id: KernelId) => Promise<KernelInfo>;
  readonly progress: (progress: Progresses[K]) => void;
  /** Tells the watchdog that work goes on. */
  readonly alive: () => void;
  /** Set when nobody waits for the answer any longer; seen only by handlers that give way (giveWay). */
  readonly signal: AbortSignal;
};

export type Handler<K extends RequestKind> = (
  request: RequestOf<K>,
  context: Context<K>,
) => Answers[K] | Promise<Answers[K]>;

export type Handlers<K extends RequestKind> = { readonly [Kind in K]: Handler<Kind> };

/** What was given is at fault; the message says what and the hint what to do. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Lets messages in, so that a cancel is heard. */
export function giveWay(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
