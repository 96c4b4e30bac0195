/**
 * Checks a script against a kernel: names, types, calls, attach points → Typed.Program.
 *
 * The whole program is walked until the types of its maps and variables stand still; they only widen, so a few walks
 * settle them and mostly one does. The last walk's diagnostics are the result. A probe's body becomes one program per
 * group of attach points that it cannot tell apart.
 */
import type * as Ast from "../1-parse/ast.ts";
import { checkCatalog } from "../diagnostics/catalog/check.ts";
import { collector, type Diagnostic, type Result } from "../diagnostics/diagnostic.ts";
import { sortDiagnostics } from "../diagnostics/sort.ts";
import type { Source } from "../source/text.ts";
import type { Type } from "../types/type.ts";
import { resolveTarget } from "./attach-points.ts";
import type { CheckReport, MapSlot, Program } from "./context.ts";
import type { CheckEnv } from "./env.ts";
import { collectMacros } from "./macros.ts";
import { declaredMaps, finishMaps } from "./map-info.ts";
import { resolveSettings, type Settings } from "./settings.ts";
import type { Target } from "./target.ts";
import { makeTypeTable } from "./type-table.ts";
import type * as Typed from "./typed.ts";
import type { Base } from "./unit.ts";
import { walkFunctions } from "./walk-functions.ts";
import { groupTargets, walkProbe, walkUnattached } from "./walk-probe.ts";

/** Types widen at most from int8 to int64 and a few capacities: far fewer walks than this. */
const MAX_WALKS = 20;

/** @returns the typed program; useful only if no diagnostic is an error */
export function check(ast: Ast.Program, source: Source, env: CheckEnv): Result<Typed.Program> {
  const first = collector(checkCatalog);
  const settings = resolveSettings(ast.config, env.options.environment, first.report);
  const types = makeTypeTable(ast.definitions, env.snapshot);
  for (const item of ast.imports) first.report("unsupported-import", item.span, { path: item.path });
  const macros = collectMacros(ast.items, first.report);
  const probes = ast.items.filter((item) => item.kind === "probe");
  const targets = resolveProbes(probes, env, settings, first.report);
  const base = { ast, source, env, settings, types, macros, probes, targets };

  const maps = declaredMaps(ast.items, first.report);
  const varTypes = new Map<string, Type>();
  let walked = walk(base, maps, varTypes, false);
  for (let count = 1; count < MAX_WALKS; count++) {
    if (walked.program.dirty) walked = walk(base, maps, varTypes, false);
    // A walk that guesses is never the last one.
    else if (!unsettled(maps) || !walk(base, maps, varTypes, true).program.dirty) break;
    else walked = walk(base, maps, varTypes, false);
  }

  const diagnostics = [...first.diagnostics, ...walked.diagnostics];
  return { value: walked.value, diagnostics: sortDiagnostics(diagnostics) };
}

/** Whether something reads a map that has no type. */
function unsettled(maps: ReadonlyMap<string, MapSlot>): boolean {
  return [...maps.values()].some((slot) => slot.askedEarly && slot.value === undefined);
}

/** Targets of each probe; a probe without any is reported and left out. */
function resolveProbes(
  probes: readonly Ast.Probe[],
  env: CheckEnv,
  settings: Settings,
  report: CheckReport,
): readonly (readonly Target[])[] {
  const resolveEnv = { snapshot: env.snapshot, settings, unsafe: env.options.unsafe, report };
  let failed = false;
  const all = probes.map((probe) => {
    const listed = probe.attachPoints.length > 1;
    const found = probe.attachPoints.map((point) => resolveTarget({ ...resolveEnv, listed }, point));
    if (found.includes(undefined)) failed = true;
    const targets = found.filter((target) => target !== undefined);
    // A pattern without a match is left to the host where one program has other targets too.
    const matched = targets.filter((target) => target.unmatched === undefined);
    for (const { unmatched, span } of targets) {
      if (unmatched !== undefined) report(matched.length > 0 ? "no-match-warning" : "no-match", span, unmatched);
    }
    if (matched.length === 0 && targets.length > 0) failed = true;
    return targets.filter(
      (target) => target.unmatched === undefined || matched.some((other) => other.row.program === target.row.program),
    );
  });
  if (probes.length === 0 || (!failed && all.every((targets) => targets.length === 0)))
    report("no-probes", undefined, {});
  const iterator = all.flat().find((target) => target.row.name === "iter");
  if (iterator !== undefined && all.flat().length > 1) report("iter-mixed", iterator.span, {});
  return all;
}

type Walked = { readonly value: Typed.Program; readonly program: Program; readonly diagnostics: readonly Diagnostic[] };

/** One walk over everything. */
function walk(base: Base, maps: Map<string, MapSlot>, varTypes: Map<string, Type>, guessing: boolean): Walked {
  const { ast, env, settings } = base;
  const { report, diagnostics } = collector(checkCatalog);
  for (const slot of maps.values()) slot.askedEarly = false;
  const program: Program = {
    maps,
    varTypes,
    fns: new Map(),
    macros: base.macros,
    defines: new Map(ast.defines.map((define) => [define.name, define])),
    includes: ast.includes.map((include) => include.path),
    params: new Map(),
    options: new Map(),
    dirty: false,
    guessing,
  };
  const functions = walkFunctions(base, program, report);
  const names = new Set<string>();
  const probes: Typed.Probe[] = [];
  base.probes.forEach((probe, index) => {
    if (base.targets[index]?.length === 0) walkUnattached(base, program, probe, index);
  });
  const groups = base.probes.map((probe, index) =>
    groupTargets(base, program, probe, index, base.targets[index] ?? [], report),
  );
  checkLimits(groups.flat(), settings, report);
  // More than may be are not made: one of each kind has all that can be said of the script.
  const most = groups.flat().length > settings.maxBpfProgs ? 1 : Number.POSITIVE_INFINITY;
  base.probes.forEach((probe, index) => {
    for (const group of groups[index]?.slice(0, most) ?? []) {
      const walked = walkProbe(base, program, probe, `p${index}.${probes.length}`, group, names, report);
      if (walked !== undefined) probes.push(walked);
    }
  });
  if (probes.length === 0 && groups.flat().length > 0) report("no-probes", undefined, {});
  checkOptions(env, program, report);
  const infos = finishMaps(maps, settings, program, report);
  const { unstable: _, ...config } = settings;
  const value: Typed.Program = {
    kind: "typed",
    probes,
    functions,
    maps: infos,
    params: [...program.params.values()],
    config,
    unsafe: env.options.unsafe,
  };
  return { value, program, diagnostics };
}

/** `programs`: what each is attached to. */
function checkLimits(programs: readonly (readonly Target[])[], settings: Settings, report: CheckReport): void {
  const attached = programs.reduce((sum, targets) => sum + targets.length, 0);
  if (attached > settings.maxProbes)
    report("too-many-probes", undefined, { count: attached, limit: settings.maxProbes });
  if (programs.length > settings.maxBpfProgs)
    report("too-many-programs", undefined, { count: programs.length, limit: settings.maxBpfProgs });
}

function checkOptions(env: CheckEnv, program: Program, report: CheckReport): void {
  for (const name of Object.keys(env.options.named)) {
    if (!program.options.has(name)) report("option-unknown", undefined, { name, known: [...program.options.keys()] });
  }
}
