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
  readonly instantiate: (
    bytes: Uint8Array,
    imports: Imports,
  ) => Promise<{ readonly instance: { readonly exports: Readonly<Record<string, unknown>> } }>;
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
  readonly reserveRecord: (map: number, size: number) => number;
};
export type Runtime = { readonly exports: RuntimeExports; readonly all: Readonly<Record<string, unknown>> };

/** @param fail stops the run: it must throw */
export async function loadRuntime(memory: WasmMemory, fail: (reason: number, value: bigint) => void): Promise<Runtime> {
  const text = atob(RUNTIME);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const { instance } = await wasm().instantiate(bytes, { env: { memory }, host: { fail } });
  const all = instance.exports;
  return { exports: all as unknown as RuntimeExports, all }; // the exports of assembly/index.ts
}
