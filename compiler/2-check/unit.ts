/** What is walked with scopes of its own: a probe's body or a function; and the context that its walk is made in. */
import type * as Ast from "../1-parse/ast.ts";
import type { Note } from "../diagnostics/diagnostic.ts";
import { archOf } from "../lang/arch/index.ts";
import type { Source } from "../source/text.ts";
import type { Type } from "../types/type.ts";
import { typesIn } from "./binary-types.ts";
import type { CheckReport, Context, Program, Unit } from "./context.ts";
import type { CheckEnv } from "./env.ts";
import { checkExpr } from "./expressions.ts";
import { childScope } from "./scopes.ts";
import type { Settings } from "./settings.ts";
import { checkBlock } from "./statements.ts";
import type { Target } from "./target.ts";
import type { TypeTable } from "./type-table.ts";
import type * as Typed from "./typed.ts";

export type Base = {
  readonly ast: Ast.Program;
  readonly source: Source;
  readonly env: CheckEnv;
  readonly settings: Settings;
  readonly types: TypeTable;
  readonly macros: ReadonlyMap<string, readonly Ast.Macro[]>;
  readonly probes: readonly Ast.Probe[];
  readonly targets: readonly (readonly Target[])[];
};

export function makeUnit(
  kind: Unit["kind"],
  key: string,
  target: Target | undefined,
  returns: Type | undefined,
  nameSize = () => 0,
): Unit {
  return {
    kind,
    key,
    row: target?.row,
    target,
    nameSize,
    returns,
    vars: [],
    declaredNames: new Set(),
    loops: [],
    scope: childScope(undefined),
    frame: undefined,
    uses: new Set(),
  };
}

export function makeContext(base: Base, program: Program, unit: Unit, report: CheckReport): Context {
  const ctx: Context = {
    env: base.env,
    source: base.source,
    arch: archOf(base.env.arch),
    settings: base.settings,
    types: typesIn(base.types, base.env, unit),
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

export function reportUnassigned(unit: Unit, report: CheckReport): void {
  for (const slot of unit.vars) if (!slot.assigned) report("variable-never-assigned", slot.span, { name: slot.name });
}

export function finishVars(unit: Unit): readonly Typed.Var[] {
  return unit.vars.map((slot) => ({
    id: slot.id,
    name: slot.name,
    type: slot.type ?? { kind: "error" },
    addressTaken: slot.addressTaken,
  }));
}
