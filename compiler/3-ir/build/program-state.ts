/**
 * What the functions made for one program share: its number, where its variables live, its scratch memory, its ledger,
 * its callbacks.
 */
import type { VarId } from "../../2-check/typed.ts";
import type { Function as IrFunction } from "../ir.ts";
import type { ModuleBuilder } from "./module-builder.ts";

/**
 * local: a register. slot: the stack of the one function that uses it. capture: a word that callbacks share. scratch: the
 * program's entry of the scratch map, which every function of it can look up.
 */
export type VariablePlace =
  | { readonly kind: "local" }
  | { readonly kind: "slot"; readonly size: number; readonly name: string }
  | { readonly kind: "capture"; readonly offset: number }
  | { readonly kind: "scratch"; readonly offset: number };

export class ProgramState {
  /** In the manifest's `programs`. */
  readonly index: number;
  readonly name: string;
  readonly places = new Map<VarId, VariablePlace>();
  /** Functions called back from this program, in the order of their making. */
  readonly callbacks: IrFunction[] = [];
  /** Names of the script's functions that are being expanded. */
  readonly expanding = new Set<string>();
  /** Next free byte of scratch for temporary values. */
  scratchTop = 0;
  /** Bytes of scratch that the program needs. */
  scratchSize = 0;
  /** Arguments of a static probe that the program reads: number → offset in .rodata. */
  readonly noteArguments = new Map<number, number>();
  readonly #module: ModuleBuilder;
  #ledger: number | undefined;
  #callbackCount = 0;
  #captures = 0;
  #context: number | undefined;
  #leave: number | undefined;

  constructor(module: ModuleBuilder, index: number, name: string) {
    this.#module = module;
    this.index = index;
    this.name = name;
  }

  /** .bss offset of u64 dropped; made when the program first emits. */
  ledger(): number {
    this.#ledger ??= this.#module.bss(`ledger_${this.index}`, 8);
    return this.#ledger;
  }

  /** .rodata offset of what says where the static probe has this argument. */
  noteArgument(index: number): number {
    const offset = this.#module.noteArgument(this.index, index);
    this.noteArguments.set(index, offset);
    return offset;
  }

  /** undefined: emits nothing. */
  get ledgerOffset(): number | undefined {
    return this.#ledger;
  }

  /** Scratch memory above what is taken; given back by lowering `scratchTop` again. */
  scratchTemp(size: number): number {
    const offset = this.scratchTop;
    this.scratchTop = Math.ceil((offset + size) / 8) * 8;
    this.scratchSize = Math.max(this.scratchSize, this.scratchTop);
    return offset;
  }

  /** A name for a further callback: a C identifier, unique in the object. */
  callbackName(): string {
    return `${this.name}_cb${this.#callbackCount++}`;
  }

  /** Offset of a further word in the memory that callbacks share with the program. */
  capture(): number {
    return 8 * this.#captures++;
  }

  /** The shared word that holds the program's context for callbacks. */
  contextWord(): number {
    this.#context ??= this.capture();
    return this.#context;
  }

  /** The shared word that tells the program to return after a callback. */
  leaveWord(): number {
    this.#leave ??= this.capture();
    return this.#leave;
  }

  /** Whether any callback made so far may tell it to. */
  get leaves(): boolean {
    return this.#leave !== undefined;
  }

  get captureSize(): number {
    return 8 * this.#captures;
  }
}
