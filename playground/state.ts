/** The workbench: one value that everything on the page is derived from, and who is told when a new one is there. */
import type { DroppedFile, Workbench } from "./panels/panel.ts";
import type {
  CompileAnswer,
  EventChoice,
  GeneratedEvents,
  KernelId,
  KernelInfo,
  ScriptOptions,
} from "./worker/protocol.ts";

export type Change = {
  readonly text?: string;
  readonly name?: string;
  readonly kernelId?: KernelId;
  readonly kernel?: KernelInfo | undefined;
  readonly kernels?: Workbench["kernels"];
  readonly options?: ScriptOptions;
  readonly compiled?: CompileAnswer | undefined;
  readonly pending?: boolean;
  readonly settled?: boolean;
  readonly events?: EventChoice;
  readonly cpus?: number;
  readonly dropped?: DroppedFile | undefined;
};

export type Store = {
  readonly get: () => Workbench;
  /** Makes the next workbench and tells everybody, once. */
  readonly change: (change: Change) => void;
  readonly subscribe: (hear: (now: Workbench, before: Workbench) => void) => void;
};

/** Bounds of a generator's rate. */
export const LEAST_RATE = 0.01;
export const MOST_RATE = 100;

export const defaultEvents: GeneratedEvents = {
  kind: "generated",
  spec: "",
  seed: 1,
  rate: 1,
};

/** Both run alike. */
export function sameChoice(a: EventChoice, b: EventChoice): boolean {
  if (a.kind === "generated")
    return b.kind === "generated" && a.spec === b.spec && a.seed === b.seed && a.rate === b.rate;
  return b.kind === "given" && a.name === b.name && a.text === b.text;
}

export function createStore(first: Workbench): Store {
  let now = first;
  const listeners: ((now: Workbench, before: Workbench) => void)[] = [];
  return {
    get: () => now,
    subscribe: (hear) => listeners.push(hear),
    change(change) {
      const before = now;
      const { text, name, kernelId, options, ...rest } = change;
      const script =
        text === undefined && name === undefined && kernelId === undefined && options === undefined
          ? before.script
          : {
              name: name ?? before.script.name,
              text: text ?? before.script.text,
              kernel: kernelId ?? before.script.kernel,
              options: options ?? before.script.options,
            };
      now = { ...before, ...rest, script };
      for (const hear of listeners) hear(now, before);
    },
  };
}
