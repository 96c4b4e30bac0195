/**
 * Checks a script against a kernel: names, types, calls, attach points → Typed.Program.
 *
 * The whole program is walked until the types of its maps and variables stand still; they only widen, so a few walks
 * settle them and mostly one does. The last walk's diagnostics are the result. A probe's body becomes one program per
 * group of attach points that it cannot tell apart.
 */
import type * as Ast from "../1-parse/ast.ts";
import { checkCatalog } from "../diagnostics/catalog/check.ts";
import { collector, type Diagnostic, type Note, type Result } from "../diagnostics/diagnostic.ts";
import { sortDiagnostics } from "../diagnostics/sort.ts";
import { archOf } from "../lang/arch/index.ts";
import { probeRow } from "../lang/probes.ts";
import type { Source } from "../source/text.ts";
import type { Type } from "../types/type.ts";
import { expandTarget } from "./attach-patterns.ts";
import { resolveTarget } from "./attach-points.ts";
import { bodyOf } from "./bodies.ts";
import type { CheckReport, Context, MapSlot, Program, Unit } from "./context.ts";
import type { CheckEnv } from "./env.ts";
import { checkExpr } from "./expressions.ts";
import { collectMacros } from "./macros.ts";
import { declaredMaps, finishMaps } from "./map-info.ts";
import { condition } from "./operators.ts";
import { programName } from "./program-names.ts";
import { childScope, declareVar } from "./scopes.ts";
import { resolveSettings, type Settings } from "./settings.ts";
import { checkBlock } from "./statements.ts";
import type { Target } from "./target.ts";
import { resolveType } from "./type-names.ts";
import { makeTypeTable, type TypeTable } from "./type-table.ts";
import type * as Typed from "./typed.ts";

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

type Base = {
  readonly ast: Ast.Program;
  readonly source: Source;
  readonly env: CheckEnv;
  readonly settings: Settings;
  readonly types: TypeTable;
  readonly macros: ReadonlyMap<string, readonly Ast.Macro[]>;
  readonly probes: readonly Ast.Probe[];
  readonly targets: readonly (readonly Target[])[];
};

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

// --- Units ----------------------------------------------------------------------------------------------------------

function makeUnit(kind: Unit["kind"], key: string, target: Target | undefined, returns: Type | undefined): Unit {
  return {
    kind,
    key,
    row: target?.row,
    target,
    returns,
    vars: [],
    declaredNames: new Set(),
    loops: [],
    scope: childScope(undefined),
    frame: undefined,
    uses: new Set(),
  };
}

function makeContext(base: Base, program: Program, unit: Unit, report: CheckReport): Context {
  const ctx: Context = {
    env: base.env,
    source: base.source,
    arch: archOf(base.env.arch),
    settings: base.settings,
    types: base.types,
    program,
    report: (code, span, params, notes = []) => report(code, span, params, [...notes, ...expansions(unit)]),
    unit,
    trusted: new WeakSet(),
    expanding: new Set(),
    expr: (ast) => checkExpr(ctx, ast),
    stmts: (block) => checkBlock(ctx, block),
  };
  return ctx;
}

/** Where the macros were called that the place being walked is in. */
function expansions(unit: Unit): readonly Note[] {
  const notes: Note[] = [];
  for (let frame = unit.frame; frame !== undefined; frame = frame.caller)
    notes.push({ text: "expanded from", span: frame.callSpan });
  return notes;
}

/**
 * Attach points that may share one program. What the body asks for decides: its probe's text, typed arguments and return
 * values make programs of their own; typed programs are always bound to one target each.
 */
function groupTargets(
  base: Base,
  program: Program,
  probe: Ast.Probe,
  index: number,
  targets: readonly Target[],
  report: CheckReport,
): readonly (readonly Target[])[] {
  const needsOwn = (target: Target): boolean =>
    target.row.program === "fentry" ||
    target.row.program === "fexit" ||
    target.row.program === "tp_btf" ||
    target.row.program === "iter" ||
    target.row.name === "begin" ||
    target.row.name === "end";
  const [only] = targets;
  if (targets.length === 0 || only === undefined) return [];
  if (targets.length === 1 && !only.pattern) return [targets];
  const groups = new Map<string, Target[]>();
  const uses = new Map<string, ReadonlySet<string>>();
  for (const target of targets) {
    let used = uses.get(target.row.name);
    if (used === undefined) {
      used = usesOf(base, program, probe, index, target);
      uses.set(target.row.name, used);
    }
    const typed = target.row.program === "tracepoint" && used.has("args");
    const apart = used.has("probe") || typed || needsOwn(target);
    if (
      apart &&
      target.pattern &&
      (target.row.name === "uprobe" || target.row.name === "uretprobe" || target.row.name === "usdt")
    ) {
      report("unsupported-wildcard", target.span, {
        provider: target.row.name,
        why: "the probe builtin needs each match's name, which only its host knows",
      });
    }
    const resolveEnv = {
      snapshot: base.env.snapshot,
      settings: base.settings,
      unsafe: base.env.options.unsafe,
      report,
    };
    const members = apart ? expandTarget(resolveEnv, target) : [target];
    for (const member of members) {
      const key = apart ? `${member.text}#${groups.size}` : target.row.program;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [member]);
      else group.push(member);
    }
  }
  return [...groups.values()];
}

/** A walk for the sake of what the body uses; its diagnostics are dropped, its types are kept. */
function usesOf(base: Base, program: Program, probe: Ast.Probe, index: number, target: Target): ReadonlySet<string> {
  const resolveEnv = {
    snapshot: base.env.snapshot,
    settings: base.settings,
    unsafe: base.env.options.unsafe,
    report: () => {},
  };
  const [representative = target] = expandTarget(resolveEnv, target);
  const unit = makeUnit("probe", `p${index}?${target.row.name}`, representative, undefined);
  const trial = { ...program, params: new Map() };
  const ctx = makeContext(base, trial, unit, () => {});
  if (probe.predicate !== undefined) ctx.expr(probe.predicate);
  bodyOf(ctx, probe.body);
  program.dirty = trial.dirty;
  return unit.uses;
}

/** A probe whose attach points are wrong still assigns maps: what else reads them is not to be blamed. */
function walkUnattached(base: Base, program: Program, probe: Ast.Probe, index: number): void {
  const row = probeRow(probe.attachPoints[0]?.parts[0]?.text ?? "");
  const unit: Unit = { ...makeUnit("probe", `p${index}!`, undefined, undefined), row };
  const ctx = makeContext(base, program, unit, () => {});
  if (probe.predicate !== undefined) ctx.expr(probe.predicate);
  bodyOf(ctx, probe.body);
}

/** undefined: it asks for arguments that this kernel cannot tell of, where `missing_probes` lets that pass. */
function walkProbe(
  base: Base,
  program: Program,
  probe: Ast.Probe,
  key: string,
  group: readonly Target[],
  names: Set<string>,
  report: CheckReport,
): Typed.Probe | undefined {
  const [target] = group;
  const unit = makeUnit("probe", key, target, undefined);
  const ctx = makeContext(base, program, unit, report);
  const predicate = probe.predicate === undefined ? undefined : condition(ctx, ctx.expr(probe.predicate));
  const body = bodyOf(ctx, probe.body);
  if (unit.uses.has("arguments-elsewhere")) return undefined;
  reportUnassigned(unit, report);
  const row = target?.row;
  const single = group.length === 1 && target !== undefined && target.section !== "" && target.row.sectionTarget;
  const kind = row?.program ?? "raw_tp_run";
  return {
    name: programName(target?.text ?? "probe", names),
    program: kind,
    section: single ? `${sectionOf(kind)}/${target.section}` : sectionOf(kind),
    probe: target?.text ?? "",
    attach: group.map((one) => one.attach),
    predicate,
    body,
    vars: finishVars(unit),
    defaultReturn: row?.defaultReturn ?? 0,
    pidFilter: base.env.options.pidFilter && row?.pidFilter === true,
    span: probe.span,
  };
}

/** libbpf's name of a program's section. */
function sectionOf(kind: Typed.ProgramKind): string {
  return kind === "raw_tp_run" ? "raw_tp" : kind;
}

function reportUnassigned(unit: Unit, report: CheckReport): void {
  for (const slot of unit.vars) if (!slot.assigned) report("variable-never-assigned", slot.span, { name: slot.name });
}

function finishVars(unit: Unit): readonly Typed.Var[] {
  return unit.vars.map((slot) => ({
    id: slot.id,
    name: slot.name,
    type: slot.type ?? { kind: "error" },
    addressTaken: slot.addressTaken,
  }));
}

// --- Functions ------------------------------------------------------------------------------------------------------

/** User functions: all signatures first, so that order does not matter, then the bodies. */
function walkFunctions(base: Base, program: Program, report: CheckReport): readonly Typed.Fn[] {
  const fns = base.ast.items.filter((item) => item.kind === "fn");
  if (fns.length === 0) return [];
  const signatures = new Map<
    string,
    { readonly ast: Ast.Fn; readonly params: readonly Type[]; readonly returns: Type }
  >();
  const outside = makeContext(base, program, makeUnit("fn", "", undefined, undefined), report);
  for (const fn of fns) {
    if (signatures.has(fn.name)) report("fn-duplicate", fn.span, { name: fn.name });
    const params = fn.params.map((param) => resolveType(outside, param.type));
    signatures.set(fn.name, { ast: fn, params, returns: resolveType(outside, fn.returns) });
  }
  program.fns = signatures;
  return fns.map((fn) =>
    walkFn(base, program, fn, signatures.get(fn.name)?.params ?? [], signatures.get(fn.name)?.returns, report),
  );
}

function walkFn(
  base: Base,
  program: Program,
  fn: Ast.Fn,
  params: readonly Type[],
  returns: Type | undefined,
  report: CheckReport,
): Typed.Fn {
  const unit = makeUnit("fn", fn.name, undefined, returns);
  let failed = false;
  const noting: CheckReport = (code, span, params, notes) => {
    failed ||= checkCatalog[code].severity === "error";
    report(code, span, params, notes);
  };
  const ctx = makeContext(base, program, unit, noting);
  fn.params.forEach((param, i) => {
    declareVar(ctx, param.name, param.span, params[i]).assigned = true;
  });
  const body = bodyOf(ctx, fn.body);
  // A statement that is wrong leaves no trace: whether it was the return is not known.
  if (!failed && returns !== undefined && returns.kind !== "none" && !alwaysReturns(body))
    report("fn-no-return", fn.span, { name: fn.name });
  const vars = finishVars(unit);
  return {
    name: fn.name,
    params: vars.slice(0, fn.params.length),
    returns: returns ?? { kind: "none" },
    body,
    vars,
    span: fn.span,
  };
}

function alwaysReturns(body: readonly Typed.Stmt[]): boolean {
  const last = body[body.length - 1];
  if (last === undefined) return false;
  if (last.kind === "return") return true;
  return last.kind === "if" && alwaysReturns(last.then) && alwaysReturns(last.else);
}
