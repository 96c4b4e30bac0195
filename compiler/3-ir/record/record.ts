/**
 * Makes an optimised module record what its programs learn from outside, besides what they do anyway, so that their runs
 * can be repeated elsewhere (spec/simulation.md): a "hit" as a program begins, a "seen" for each answer of a helper and each
 * read of memory, in the order of the program. They go to the event buffer; one that finds no room is counted.
 *
 * Relies on optimize: it runs last, so that what is recorded is what the same script does without being recorded.
 * Guarantees: nothing the programs do changes, and every source of what they cannot know is recorded or refused.
 */
import type { EventEntry, Manifest, SiteEntry } from "../../5-object/manifest.ts";
import { irCatalog } from "../../diagnostics/catalog/ir.ts";
import { collector, type Result } from "../../diagnostics/diagnostic.ts";
import type { Arch, Snapshot } from "../../snapshot/snapshot.ts";
import { alignUp } from "../../types/layout.ts";
import { definitions } from "../edit.ts";
import type { DataSection, DataVar, Function as Fn, MapDef, Module } from "../ir.ts";
import { contextSize } from "./context-size.ts";
import { learns, type Recording, recordFunction } from "./record-function.ts";

export type RecordEnv = { readonly snapshot: Snapshot; readonly arch: Arch };

const EVENTS = "events";
/** A recording's buffer: some tens of thousands of records between two looks of the loader's. */
const PAGES_MIN = 4096;
/** As the object says it: a loader makes it as large as the manifest wants. */
const RING_BYTES = 1 << 18;
/** u64 how often, s64 unused: as every site's counter. */
const SITE_SIZE = 16;

/** The module with recording programs. Reports what cannot be recorded. */
export function record(module: Module, env: RecordEnv): Result<Module> {
  const { report, diagnostics } = collector(irCatalog);
  const { manifest } = module;
  const events: EventEntry[] = [...manifest.events];
  const sites: SiteEntry[] = [...manifest.sites];
  const bss: DataVar[] = [];
  const old = module.data.find((section) => section.name === ".bss");
  let bssSize = alignUp(old?.size ?? 0, 8);
  const symbol = manifest.buffer?.symbol ?? EVENTS;
  const [first] = module.programs;
  if (manifest.buffer?.kind === "perf" && first !== undefined)
    report("unrecordable", first.span, {
      what: "a run with perf buffers",
      why: "it needs the ring buffer of Linux 5.8",
    });

  const made = new Map<string, Fn>();
  const subprograms = recordingSubprograms(module.functions);
  const walked = walkedMaps(module);
  for (const [index, program] of module.programs.entries()) {
    const entry = manifest.programs[index];
    const fn = module.functions.find((one) => one.name === program.function);
    if (entry === undefined || fn === undefined) continue;
    const lost = bssSize;
    bss.push({ name: `recording_${index}`, offset: lost, size: SITE_SIZE, type: undefined });
    bssSize += SITE_SIZE;
    sites.push({ kind: "recording", place: entry.place, program: index, offset: lost, warn: true });
    const recording: Recording = {
      buffer: symbol,
      lost,
      context: contextSize(program, fn, env.snapshot, env.arch),
      registersOnly: program.program === "perf_event",
      notes: (entry.usdtArguments ?? []).map((argument) => argument.offset),
      maps: module.maps,
      recording: subprograms,
      event: (shape) => {
        const id = events.length;
        events.push({ id, ...shape, place: entry.place, program: index });
        return id;
      },
      refuse: (span, what, why) => report("unrecordable", span ?? program.span, { what, why }),
    };
    const shared = fn.slots.find((slot) => slot.name === "shared");
    made.set(fn.name, recordFunction(fn, recording, shared?.size));
    for (const callback of module.functions) {
      if (callback.kind === "callback" && callback.name.startsWith(`${fn.name}_cb`))
        made.set(callback.name, recordFunction(callback, recording, shared?.size, walked.get(callback.name)));
    }
    // Programs share subprograms: what is seen there says by its hit whose it is.
    for (const each of module.functions) {
      if (subprograms.has(each.name) && !made.has(each.name))
        made.set(each.name, recordFunction(each, recording, undefined));
    }
  }
  const value: Module = {
    ...module,
    functions: module.functions.map((fn) => made.get(fn.name) ?? fn),
    maps: withBuffer(module.maps, symbol),
    data: withBss(module.data, { name: ".bss", size: bssSize, vars: [...(old?.vars ?? []), ...bss], bytes: undefined }),
    manifest: {
      ...manifest,
      buffer: { kind: "ring", symbol },
      config: { ...manifest.config, perf_rb_pages: Math.max(manifest.config.perf_rb_pages, PAGES_MIN) },
      events,
      sites,
    } satisfies Omit<Manifest, "tracepointFields" | "fieldUses">,
  };
  return { value, diagnostics };
}

/** Callback → the map that it is called for each element of. */
function walkedMaps(module: Module): ReadonlyMap<string, MapDef> {
  const found = new Map<string, MapDef>();
  for (const fn of module.functions) {
    const define = definitions(fn);
    for (const block of fn.blocks.values()) {
      for (const inst of block.insts) {
        if (inst.kind !== "call" || inst.helper !== "for_each_map_elem") continue;
        const [map, callback] = inst.args.map((arg) => define[arg]);
        if (map?.kind !== "map" || callback?.kind !== "function") continue;
        const shape = module.maps.find((one) => one.symbol === map.map);
        if (shape !== undefined) found.set(callback.name, shape);
      }
    }
  }
  return found;
}

/** Names of subprograms that learn something, or call one that does. */
function recordingSubprograms(functions: readonly Fn[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const fn of functions) if (fn.kind === "subprogram" && learns(fn, found)) found.add(fn.name);
  }
  return found;
}

function withBuffer(maps: readonly MapDef[], symbol: string): readonly MapDef[] {
  if (maps.some((map) => map.symbol === symbol)) return maps;
  const ring: MapDef = {
    symbol,
    type: "ringbuf",
    keySize: 0,
    valueSize: 0,
    maxEntries: RING_BYTES,
    flags: 0,
    keyType: undefined,
    valueType: undefined,
  };
  return [...maps, ring];
}

function withBss(data: readonly DataSection[], bss: DataSection): readonly DataSection[] {
  return [bss, ...data.filter((section) => section.name !== ".bss")];
}
