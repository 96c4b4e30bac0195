/**
 * The runtime's instance: loading it, and its typed face. WebAssembly's own types are stated as far as they are used:
 * neither the language's library nor Node's types have them without a browser's.
 */
import { RUNTIME } from "./runtime.gen.ts";

export type WasmMemory = { readonly buffer: ArrayBuffer };
export type WasmTable = {
  readonly length: number;
  readonly grow: (delta: number) => number;
  readonly set: (index: number, value: unknown) => void;
};
type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Engine = {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: Imports) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (limits: { readonly initial: number; readonly maximum: number }) => WasmMemory;
  readonly RuntimeError: new () => Error;
};
export const wasm = (): Engine => (globalThis as unknown as { WebAssembly: Engine }).WebAssembly; // in Node and browsers alike

/** What the host calls; helpers are called by translated programs and stand beside these by their kernel names. */
export type RuntimeExports = {
  readonly table: WasmTable;
  readonly init: (end: number) => void;
  readonly recover: () => void;
  readonly makePage: (address: bigint) => number;
  readonly pageAt: (address: bigint) => number;
  readonly keepPages: () => void;
  readonly clearPages: () => void;
  readonly hashFind: (map: number, key: number) => number;
  readonly hashInsert: (map: number, key: number) => number;
  readonly hashDelete: (map: number, key: number) => number;
  readonly hashNext: (map: number, index: number) => number;
  readonly nextRecord: (map: number) => number;
  /** False: stopped before the end (assembly/batch.ts). */
  readonly playBatch: () => number;
  readonly reserveRecord: (map: number, size: number) => number;
};
export type Runtime = { readonly exports: RuntimeExports; readonly all: Readonly<Record<string, unknown>> };

/** At once: the modules are small, and engines compile functions when they are first called. */
export function instantiate(bytes: Uint8Array, imports: Imports): Readonly<Record<string, unknown>> {
  const engine = wasm();
  return new engine.Instance(new engine.Module(bytes), imports).exports;
}

/** @param fail stops the run: it must throw */
export function loadRuntime(memory: WasmMemory, fail: (reason: number, value: bigint) => void): Runtime {
  const text = atob(RUNTIME);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const all = instantiate(bytes, { env: { memory }, host: { fail } });
  return { exports: all as unknown as RuntimeExports, all }; // the exports of assembly/index.ts
}
