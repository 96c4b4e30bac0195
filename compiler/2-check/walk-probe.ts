/** Probes: which of their attach points share a program, and what becomes of each group. */
import type * as Ast from "../1-parse/ast.ts";
import { probeRow } from "../lang/probes.ts";
import { expandTarget } from "./attach-patterns.ts";
import { boundToBinary, expandBinary } from "./binary-types.ts";
import { bodyOf } from "./bodies.ts";
import type { CheckReport, Program, Unit } from "./context.ts";
import { condition } from "./operators.ts";
import { namedByHost, nameSize } from "./probe-names.ts";
import { programName } from "./program-names.ts";
import type { ResolveEnv, Target } from "./target.ts";
import type * as Typed from "./typed.ts";
import { type Base, finishVars, makeContext, makeUnit, reportUnassigned } from "./unit.ts";

/**
 * Attach points that may share one program. What the body asks for decides: typed arguments and return values make programs
 * of their own; typed programs are always bound to one target each. So does the probe's text, unless the host knows better.
 */
export function groupTargets(
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
  const byHost = namedByHost(targets, base.env.snapshot);
  for (const target of targets) {
    let used = uses.get(target.row.name);
    if (used === undefined) {
      used = usesOf(base, program, probe, index, target);
      uses.set(target.row.name, used);
    }
    const ofBinary = target.row.args === "dwarf" && used.has("args");
    const bound = used.has("binary") || used.has("probed-place") || ofBinary;
    const typed = (target.row.program === "tracepoint" && used.has("args")) || bound;
    const named = used.has("probe");
    const told = named && byHost.has(target);
    const apart = (named && !told) || typed || needsOwn(target);
    if (named && !told && target.pattern && target.row.space === "user") {
      report("unsupported-wildcard", target.span, {
        provider: target.row.name,
        why: `only the traced host knows the name of each match, and Linux ${base.env.snapshot.version.slice(0, 2).join(".")} cannot tell it to a program (5.15 or newer can)`,
      });
    }
    const expand = () => (ofBinary ? expandBinary(base.env, target) : expandTarget(resolveEnvOf(base), target));
    const members = apart ? expand() : [target];
    for (const member of members) {
      const key = apart ? `${member.text}#${groups.size}` : `${target.row.program}${told ? " told" : ""}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [member]);
      else group.push(member);
    }
  }
  return [...groups.values()];
}

/** To look up what patterns stand for; their targets were reported when they were resolved. */
function resolveEnvOf(base: Base): ResolveEnv {
  const { snapshot, options } = base.env;
  return { snapshot, settings: base.settings, unsafe: options.unsafe, report: () => {} };
}

/** A walk for the sake of what the body uses; its diagnostics are dropped, its types are kept. */
function usesOf(base: Base, program: Program, probe: Ast.Probe, index: number, target: Target): ReadonlySet<string> {
  const [representative = target] = expandTarget(resolveEnvOf(base), target);
  const unit = makeUnit("probe", `p${index}?${target.row.name}`, representative, undefined);
  const trial = { ...program, params: new Map() };
  const ctx = makeContext(base, trial, unit, () => {});
  if (probe.predicate !== undefined) ctx.expr(probe.predicate);
  bodyOf(ctx, probe.body);
  program.dirty = trial.dirty;
  return unit.uses;
}

/** A probe whose attach points are wrong still assigns maps: what else reads them is not to be blamed. */
export function walkUnattached(base: Base, program: Program, probe: Ast.Probe, index: number): void {
  const row = probeRow(probe.attachPoints[0]?.parts[0]?.text ?? "");
  const unit: Unit = { ...makeUnit("probe", `p${index}!`, undefined, undefined), row };
  const ctx = makeContext(base, program, unit, () => {});
  if (probe.predicate !== undefined) ctx.expr(probe.predicate);
  bodyOf(ctx, probe.body);
}

/** undefined: it asks for arguments that this kernel cannot tell of, where `missing_probes` lets that pass. */
export function walkProbe(
  base: Base,
  program: Program,
  probe: Ast.Probe,
  key: string,
  group: readonly Target[],
  names: Set<string>,
  report: CheckReport,
): Typed.Probe | undefined {
  const [target] = group;
  let size: number | undefined;
  const unit = makeUnit("probe", key, target, undefined, () => {
    size ??= nameSize(group, resolveEnvOf(base));
    return size;
  });
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
    nameSize: unit.uses.has("probe") ? unit.nameSize() : 0,
    attach: group.map((one) => (unit.uses.has("binary") ? boundToBinary(ctx, one.attach) : one.attach)),
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
