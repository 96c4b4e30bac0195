/**
 * Collects what all programs of an object share while they are lowered: maps, global data, and the manifest's tables of
 * events, failure sites, parameters and host values. Everything is numbered in the order of first use, so that the same
 * script gives the same bytes.
 */
import type {
  EventEntry,
  HostValue,
  ParamEntry,
  SiteEntry,
  Place as SourcePlace,
  SymbolValue,
  ValueType,
} from "../../5-object/manifest.ts";
import { irCatalog } from "../../diagnostics/catalog/ir.ts";
import { collector, type Diagnostic, type Report } from "../../diagnostics/diagnostic.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { Span } from "../../source/span.ts";
import { positionAt, type Source } from "../../source/text.ts";
import { alignUp } from "../../types/layout.ts";
import type { StackMode } from "../../types/type.ts";
import { textOfUtf8Chars } from "../../util/text.ts";
import type { DataSection, DataVar, Function as Fn, MapDef } from "../ir.ts";

export type BuildEnv = {
  readonly snapshot: Snapshot;
  readonly arch: string;
  readonly source: Source;
  /** "tracelet 0.1.0" */
  readonly tool: string;
  readonly options: { readonly buffer: "ring" | "perf"; readonly readWarnings: boolean; readonly record: boolean };
};

type SiteKey = {
  readonly kind: SiteEntry["kind"];
  readonly span: Span;
  readonly program: number;
  readonly map?: number | undefined;
  readonly helper?: string | undefined;
  readonly warn: boolean;
};

export type EventShape = Omit<EventEntry, "id" | "place" | "program" | "format"> & { readonly format?: string };

/** Symbol of the buffer that events go to. */
export const EVENTS = "events";
/** Symbol of the array of names that the loader fills, by attach cookie. */
export const NAMES = "probe_names";
/** Symbol of the per-CPU map that holds values too large for the stack, one entry per program. */
export const SCRATCH = "scratch";

const RING_BYTES_MIN = 1 << 18;
const STACK_ENTRIES = 16384;
/** Stacks that collide in a map of that size, of 13,000 different ones. */
const STACK_OVERFLOW_ENTRIES = 4096;
/** kernel.perf_event_max_stack as kernels come: deeper stack maps are refused. */
const STACK_FRAMES_MAX = 127;
const BPF_F_STACK_BUILD_ID = 32;
/** struct bpf_stack_build_id: status, build id, offset. */
const BUILD_ID_FRAME = 32;

export class ModuleBuilder {
  readonly env: BuildEnv;
  readonly events: EventEntry[] = [];
  readonly sites: SiteEntry[] = [];
  readonly params: ParamEntry[] = [];
  readonly host: HostValue[] = [];
  readonly symbols: SymbolValue[] = [];
  usesScratch = false;
  readonly report: Report<typeof irCatalog>;
  readonly diagnostics: readonly Diagnostic[];
  readonly #maps = new Map<string, MapDef>();
  readonly #subprograms = new Map<string, Fn>();
  readonly #offsets = new Map<string, number>();
  readonly #bss: DataVar[] = [];
  readonly #rodata: DataVar[] = [];
  readonly #constants: { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  #bssSize = 0;
  #rodataSize = 0;
  #zeros = { offset: 0, size: 0 };

  constructor(env: BuildEnv) {
    this.env = env;
    const { report, diagnostics } = collector(irCatalog);
    this.report = report;
    this.diagnostics = diagnostics;
  }

  // ---- maps ----

  addMap(map: MapDef): void {
    this.#maps.set(map.symbol, map);
  }

  /** The map of stack traces of one kind and depth; its symbol. */
  stackMap(type: { readonly user: boolean; readonly limit: number; readonly mode: StackMode }): string {
    const frames = Math.min(type.limit, STACK_FRAMES_MAX);
    const ids = type.mode === "build_id";
    const symbol = `${type.user ? "ustack" : "kstack"}${ids ? "_id" : ""}_${frames}`;
    if (!this.#maps.has(symbol)) {
      this.addMap({
        symbol,
        type: "stack_trace",
        keySize: 4,
        valueSize: frames * (ids ? BUILD_ID_FRAME : 8),
        maxEntries: STACK_ENTRIES,
        flags: ids ? BPF_F_STACK_BUILD_ID : 0,
        keyType: undefined,
        valueType: undefined,
      });
    }
    return symbol;
  }

  /** A function that programs share, made on first use. */
  subprogram(name: string, make: () => Fn): void {
    if (!this.#subprograms.has(name)) this.#subprograms.set(name, make());
  }

  get subprograms(): readonly Fn[] {
    return [...this.#subprograms.values()];
  }

  /**
   * Maps for stacks that find their bucket taken: frames → id, and per-CPU room for the frames with a count of ids behind.
   * The bytes of a key are as bpf_get_stack leaves them.
   */
  stackOverflow(type: { readonly user: boolean; readonly limit: number; readonly mode: StackMode }): {
    readonly frames: string;
    readonly room: string;
    readonly keySize: number;
  } {
    const stacks = this.stackMap(type);
    const keySize = this.#maps.get(stacks)?.valueSize ?? 0;
    const [frames, room] = [`${stacks}_more`, `${stacks}_room`];
    if (!this.#maps.has(frames)) {
      const shape = { type: "hash", keySize, valueSize: 8, maxEntries: STACK_OVERFLOW_ENTRIES, flags: 0 } as const;
      this.addMap({ ...shape, symbol: frames, keyType: undefined, valueType: undefined });
    }
    return { frames, room, keySize };
  }
  stackRoom(type: Parameters<ModuleBuilder["stackOverflow"]>[0], program: number): number {
    const { room, keySize } = this.stackOverflow(type);
    return this.#once(`${room} ${program}`, () => {
      const index = this.#maps.get(room)?.maxEntries ?? 0;
      const shape = { symbol: room, type: "percpu_array", keySize: 4, valueSize: keySize + 8, flags: 0 } as const;
      this.addMap({ ...shape, maxEntries: index + 1, keyType: undefined, valueType: undefined });
      return index;
    });
  }

  /** The buffer that carries events; `pages` of 4 KiB, 0 for the default. Its symbol. */
  eventBuffer(pages: number): string {
    if (!this.#maps.has(EVENTS)) {
      const ring = this.env.options.buffer === "ring";
      const wanted = Math.max(pages * 4096, RING_BYTES_MIN);
      this.addMap({
        symbol: EVENTS,
        type: ring ? "ringbuf" : "perf_event_array",
        keySize: ring ? 0 : 4,
        valueSize: ring ? 0 : 4,
        // A ring's size is a power of two of bytes; a perf array's entries are the CPUs, which the loader knows.
        maxEntries: ring ? 2 ** Math.ceil(Math.log2(wanted)) : 0,
        flags: 0,
        keyType: undefined,
        valueType: undefined,
      });
    }
    return EVENTS;
  }

  /** The scratch map; its size is settled when all programs are known. Its symbol. */
  scratch(): string {
    this.usesScratch = true;
    return SCRATCH;
  }

  /** The array of names of attach points, for texts of up to so many bytes. Its symbol. */
  names(size: number): string {
    const valueSize = Math.max(size, this.#maps.get(NAMES)?.valueSize ?? 0);
    const shape = { symbol: NAMES, type: "array", keySize: 4, maxEntries: 1, flags: 0 } as const;
    this.addMap({ ...shape, valueSize, keyType: undefined, valueType: undefined });
    return NAMES;
  }

  get usesNames(): boolean {
    return this.#maps.has(NAMES);
  }

  get usesEvents(): boolean {
    return this.#maps.has(EVENTS);
  }

  get maps(): readonly MapDef[] {
    return [...this.#maps.values()];
  }

  // ---- data ----

  /** Room in .bss, zero at load; its offset. */
  bss(name: string, size: number, type?: ValueType): number {
    const offset = alignUp(this.#bssSize, 8);
    this.#bss.push({ name, offset, size, type });
    this.#bssSize = offset + size;
    return offset;
  }

  /** Bytes of .bss that nothing ever writes: offset of at least `size` zeros. */
  zeros(size: number): number {
    if (this.#zeros.size < size) this.#zeros = { offset: this.bss(`zeros_${size}`, size), size };
    return this.#zeros.offset;
  }

  /** A constant in .rodata, one for equal bytes; its offset. */
  constant(bytes: Uint8Array): number {
    let content = "";
    for (const byte of bytes) content += String.fromCharCode(byte);
    return this.#once(`constant ${content}`, () => {
      const offset = this.#rodataRoom(`constant_${this.#constants.length}`, bytes.length, 8);
      this.#constants.push({ offset, bytes });
      return offset;
    });
  }

  /** Offset in .rodata of a table that is always the same under its name. */
  table(name: string, make: () => Uint8Array): number {
    return this.#once(`table ${name}`, () => this.constant(make()));
  }

  /** Offset in .rodata of a word that the loader fills in from the host. */
  hostValue(kind: HostValue["kind"]): number {
    return this.#once(`host ${kind}`, () => {
      const offset = this.#rodataRoom(`host_${kind.replaceAll("-", "_")}`, 8, 8, U64);
      this.host.push({ kind, offset });
      return offset;
    });
  }

  /** Offset in .rodata of the eight words that say where a static probe of this program has its argument. */
  noteArgument(program: number, index: number): number {
    return this.#once(`note ${program} ${index}`, () => this.#rodataRoom(`note_${program}_${index}`, 64, 8));
  }

  /** Offset in .rodata of an address that the loader resolves. */
  symbol(value: Omit<SymbolValue, "offset" | "place">, span: Span): number {
    return this.#once(`symbol ${value.kind} ${value.symbol} ${value.path} ${value.program}`, () => {
      const offset = this.#rodataRoom(`symbol_${this.symbols.length}`, 8, 8, U64);
      this.symbols.push({ ...value, offset, place: this.place(span) });
      return offset;
    });
  }

  /** Offset in .rodata of a parameter that the loader fills in; `make` describes it. */
  param(key: string, size: number, make: (offset: number) => ParamEntry): number {
    return this.#once(`param ${key}`, () => {
      const offset = this.#rodataRoom(`param_${this.params.length}`, size, 8);
      this.params.push(make(offset));
      return offset;
    });
  }

  get data(): readonly DataSection[] {
    const sections: DataSection[] = [];
    if (this.#bssSize > 0) {
      sections.push({ name: ".bss", size: alignUp(this.#bssSize, 8), vars: this.#bss, bytes: undefined });
    }
    if (this.#rodataSize > 0) {
      const size = alignUp(this.#rodataSize, 8);
      const bytes = new Uint8Array(size);
      for (const constant of this.#constants) bytes.set(constant.bytes, constant.offset);
      sections.push({ name: ".rodata", size, vars: this.#rodata, bytes });
    }
    return sections;
  }

  // ---- the manifest's tables ----

  /** Registers a shape of record; its id. */
  event(shape: EventShape, program: number, span: Span): number {
    const id = this.events.length;
    // The compiler's strings are bytes, one char each; the manifest's are text.
    const format = shape.format === undefined ? {} : { format: textOfUtf8Chars(shape.format) };
    const { format: _, ...rest } = shape;
    this.events.push({ id, ...rest, ...format, place: this.place(span), program });
    return id;
  }

  /** Offset in .bss of the counter of one failure at one place. */
  site(key: SiteKey): number {
    const { kind, span, program, map, helper, warn } = key;
    return this.#once(`site ${kind} ${span.start} ${span.end} ${program} ${map} ${helper}`, () => {
      const offset = this.bss(`site_${this.sites.length}`, 16);
      const base = { kind, place: this.place(span), program, offset, warn };
      this.sites.push({ ...base, ...(map === undefined ? {} : { map }), ...(helper === undefined ? {} : { helper }) });
      return offset;
    });
  }

  place(span: Span): SourcePlace {
    const start = positionAt(this.env.source, span.start);
    const end = positionAt(this.env.source, span.end);
    return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
  }

  // ---- inside ----

  #once(key: string, make: () => number): number {
    const known = this.#offsets.get(key);
    if (known !== undefined) return known;
    const offset = make();
    this.#offsets.set(key, offset);
    return offset;
  }

  #rodataRoom(name: string, size: number, align: number, type?: ValueType): number {
    const offset = alignUp(this.#rodataSize, align);
    this.#rodata.push({ name, offset, size, type });
    this.#rodataSize = offset + size;
    return offset;
  }
}

const U64: ValueType = { k: "int", size: 8, signed: false };
