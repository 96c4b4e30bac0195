/**
 * The WebAssembly module: loading it, and its typed face. One instance judges one program at a time.
 *
 * WebAssembly's own types are stated here as far as they are used: neither the language's library nor Node's types
 * have them without a browser's.
 */
import { MODULE } from "./module.gen.ts";

/** What the module asks while it walks. Answers: see answer.ts. */
export type WalkHost = {
  readonly ctxAccess: (off: number, size: number, write: number) => bigint;
  readonly btfAccess: (btf: number, id: number, off: number, size: number) => bigint;
  readonly btfSize: (btf: number, id: number) => number;
  readonly btfMatches: (btf: number, id: number, off: number, helper: number, arg: number) => number;
  readonly formatFits: (map: number, off: number, count: number) => number;
  readonly log: (kind: number, insn: number, a: number, b: number) => void;
};

export type ModuleExports = {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly reset: () => void;
  readonly reserve: (size: number) => number;
  readonly run: (words: number) => number;
  readonly errorCode: () => number;
  readonly errorInsn: () => number;
  readonly errorArg: (n: number) => bigint;
  readonly insnsProcessed: () => number;
  readonly statesRecorded: () => number;
  readonly statesPeak: () => number;
  readonly functions: () => number;
  readonly startOf: (n: number) => number;
  readonly depthOf: (n: number) => number;
  readonly depthOfChain: () => number;
};

/** An instance, and the host that it asks: replaced from run to run. */
export type Verifier = {
  readonly exports: ModuleExports;
  readonly setHost: (host: WalkHost) => void;
};

type Engine = {
  readonly instantiate: (
    bytes: Uint8Array,
    imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  ) => Promise<{ readonly instance: { readonly exports: unknown } }>;
};

/** Instantiates the model; a few milliseconds, once per process. */
export async function loadVerifier(): Promise<Verifier> {
  const text = atob(MODULE);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly; // there in Node and browsers alike
  let host: WalkHost | undefined;
  const ask = (): WalkHost => {
    if (host === undefined) throw new Error("the verifier model was run without a host");
    return host;
  };
  const { instance } = await engine.instantiate(bytes, {
    host: {
      ctxAccess: (off: number, size: number, write: number) => ask().ctxAccess(off, size, write),
      btfAccess: (btf: number, id: number, off: number, size: number) => ask().btfAccess(btf, id, off, size),
      btfSize: (btf: number, id: number) => ask().btfSize(btf, id),
      btfMatches: (btf: number, id: number, off: number, helper: number, arg: number) =>
        ask().btfMatches(btf, id, off, helper, arg),
      formatFits: (map: number, off: number, count: number) => ask().formatFits(map, off, count),
      log: (kind: number, insn: number, a: number, b: number) => ask().log(kind, insn, a, b),
    },
  });
  return {
    exports: instance.exports as ModuleExports, // the exports of assembly/index.ts
    setHost: (next) => {
      host = next;
    },
  };
}
