/**
 * Lowers a checked program to SSA: one function per BPF program and callback, the maps and global data they use, and the
 * manifest that tells a loader what the standard sections cannot. Relies on what typed.ts guarantees; guarantees functions
 * that pass the validator. Refuses only what exceeds a limit of the machine.
 */
import type { MapId, Program } from "../../2-check/typed.ts";
import type { MANIFEST_VERSION, ProgramEntry, SourceText } from "../../5-object/manifest.ts";
import type { Result } from "../../diagnostics/diagnostic.ts";
import { positionAt, type Source } from "../../source/text.ts";
import type { Function as Fn, Module, ProgramDef } from "../ir.ts";
import type { MapPlan } from "./lowering.ts";
import { planMap } from "./maps.ts";
import { type BuildEnv, EVENTS, ModuleBuilder, NAMES, SCRATCH } from "./module-builder.ts";
import { lowerProbe } from "./probe.ts";
import { buildSessions } from "./sessions.ts";

export type { BuildEnv } from "./module-builder.ts";

/** The manifest's version where a loader must know of names, or of addresses by the probed place; tsc holds it to the contract's. */
const VERSION: typeof MANIFEST_VERSION = 2;
/** Of all other objects. */
const FIRST_VERSION = 1;
/** Largest value of a per-CPU map (PCPU_MIN_UNIT_SIZE, include/linux/percpu.h). */
const SCRATCH_MAX = 32768;

function noteArguments(offsets: ReadonlyMap<number, number>): Pick<ProgramEntry, "usdtArguments"> {
  if (offsets.size === 0) return {};
  return { usdtArguments: [...offsets].map(([index, offset]) => ({ index, offset })) };
}

function sourceText(source: Source): SourceText {
  const { name, text } = source;
  const files = source.parts.slice(1).map((part) => ({ name: part.name, line: positionAt(source, part.start).line }));
  return files.length === 0 ? { name, text } : { name, text, files };
}

/** The program in SSA form, not yet optimised. */
export function build(program: Program, env: BuildEnv): Result<Module> {
  const module = new ModuleBuilder(env);
  const { config } = program;
  const maps = new Map<MapId, MapPlan>(program.maps.map((info, index) => [info.id, planMap(module, info, index)]));
  const functionsByName = new Map(program.functions.map((fn) => [fn.name, fn]));
  const functions: Fn[] = [];
  const programs: ProgramDef[] = [];
  const entries: ProgramEntry[] = [];
  let scratchSize = 0;
  for (const [index, probe] of program.probes.entries()) {
    const lowered = lowerProbe(probe, { module, config, maps, functions: functionsByName, index });
    functions.push(...lowered.functions);
    const { name, section, attach, span } = probe;
    programs.push({ function: name, program: probe.program, section, attach, span });
    const ledger = lowered.state.ledgerOffset;
    entries.push({
      name,
      section,
      probe: probe.probe,
      attach,
      place: module.place(span),
      ...(ledger === undefined ? {} : { ledger }),
      ...noteArguments(lowered.state.noteArguments),
      ...(probe.nameSize === 0 ? {} : { nameSize: probe.nameSize }),
      ...(probe.pidFilter ? { pidFilter: true } : {}),
    });
    const bytes = lowered.state.scratchSize;
    if (bytes > SCRATCH_MAX)
      module.report("scratch-too-large", span, { probe: probe.probe, bytes, limit: SCRATCH_MAX });
    scratchSize = Math.max(scratchSize, bytes);
  }
  const sessions = env.options.record ? [] : buildSessions(program.probes, functions, env.snapshot);
  functions.push(...sessions.map(({ fn }) => fn), ...module.subprograms);
  if (module.usesScratch) {
    module.addMap({
      symbol: SCRATCH,
      type: "percpu_array",
      keySize: 4,
      valueSize: scratchSize,
      maxEntries: program.probes.length,
      flags: 0,
      keyType: undefined,
      valueType: undefined,
    });
  }
  const value: Module = {
    programs: [...programs, ...sessions.map((session) => session.program)],
    functions,
    maps: module.maps,
    data: module.data,
    license: config.license,
    manifest: {
      version: module.usesNames || module.symbols.some(({ kind }) => kind === "user-mask") ? VERSION : FIRST_VERSION,
      tool: env.tool,
      source: sourceText(env.source),
      arch: env.arch,
      kernel: env.snapshot.release,
      buffer: module.usesEvents ? { kind: env.options.buffer, symbol: EVENTS } : null,
      config: {
        max_cat_bytes: config.maxCatBytes,
        max_probes: config.maxProbes,
        missing_probes: config.missingProbes,
        print_maps_on_exit: config.printMapsOnExit,
        str_trunc_trailer: config.strTruncTrailer,
        perf_rb_pages: config.perfRbPages,
        cpp_demangle: config.cppDemangle,
        cache_user_symbols: config.cacheUserSymbols,
        stack_mode: config.stackMode,
      },
      unsafe: program.unsafe,
      ...(module.usesNames ? { names: { symbol: NAMES } } : {}),
      programs: entries,
      ...(sessions.length > 0 ? { sessions: sessions.map(({ entry }) => entry) } : {}),
      maps: [...maps.values()].map((plan) => plan.entry),
      events: module.events,
      sites: module.sites,
      params: module.params,
      host: module.host,
      symbols: module.symbols,
    },
  };
  return { value, diagnostics: module.diagnostics };
}
