/** Variables: declaring, finding, widening. A variable lives to the end of the block that declares or first assigns it. */
import type { Span } from "../source/span.ts";
import { printType } from "../types/print.ts";
import { assignable, equal, join, settle } from "../types/relations.ts";
import type { Type } from "../types/type.ts";
import { branded } from "../util/brand.ts";
import type { Context, Scope, VarSlot } from "./context.ts";
import type * as Typed from "./typed.ts";

export function childScope(parent: Scope | undefined): Scope {
  return { vars: new Map(), parent };
}

/** Runs `body` in a new innermost scope. */
export function inScope<T>(ctx: Context, body: () => T): T {
  const outer = ctx.unit.scope;
  ctx.unit.scope = childScope(outer);
  try {
    return body();
  } finally {
    ctx.unit.scope = outer;
  }
}

export function findVar(scope: Scope | undefined, name: string): VarSlot | undefined {
  for (let at = scope; at !== undefined; at = at.parent) {
    const slot = at.vars.get(name);
    if (slot !== undefined) return slot;
  }
  return undefined;
}

/** A new variable in the innermost scope; its type, unless given, is what an earlier pass found. */
export function declareVar(ctx: Context, name: string, span: Span, given: Type | undefined): VarSlot {
  const { unit, program } = ctx;
  const slot = `${unit.key}#${unit.vars.length}`;
  const raw = program.varTypes.get(slot);
  const fixed = given === undefined || (isOpen(given) && raw !== undefined) ? undefined : given;
  const created: VarSlot = {
    id: branded<Typed.VarId>(unit.vars.length),
    name,
    span,
    slot,
    type: fixed ?? (raw === undefined ? undefined : settle(raw)),
    raw: fixed ?? raw,
    fixed: given !== undefined && !isOpen(given),
    assigned: false,
    addressTaken: false,
    depth: unit.loops.filter((loop) => loop.kind === "for").length,
  };
  unit.vars.push(created);
  unit.scope.vars.set(name, created);
  unit.declaredNames.add(name);
  return created;
}

/** A type whose name says less than its values need: what is assigned completes it. */
function isOpen(type: Type): boolean {
  return type.kind === "timestamp" && type.format === "";
}

/** Notes a use inside `for` bodies: those are functions of their own, outer variables are passed in. */
export function capture(ctx: Context, slot: VarSlot): void {
  const loops = ctx.unit.loops.filter((loop) => loop.kind === "for");
  for (const loop of loops.slice(slot.depth)) loop.captured.add(slot.id);
}

/** A number that is not known takes the type of the variable that was declared, with a warning (L2.15); a literal must fit. */
export function isConverted(from: Type, to: Type): boolean {
  return from.kind === "integer" && to.kind === "integer" && from.literal === undefined && !assignable(from, to);
}

/** The variable's type after receiving `type`; reports what does not fit. Undefined: it cannot. */
export function widenVar(ctx: Context, slot: VarSlot, type: Type, span: Span, literal = false): Type | undefined {
  if (type.kind === "error") return slot.type;
  slot.assigned = true;
  const current = slot.type;
  const raw = slot.raw;
  const joined =
    raw === undefined || current === undefined
      ? type
      : slot.fixed
        ? assignable(type, current) || (!literal && isConverted(type, current))
          ? current
          : undefined
        : join(raw, type);
  if (joined === undefined) {
    ctx.report("variable-type-mismatch", span, {
      name: slot.name,
      type: printType(type),
      existing: current === undefined ? "" : printType(current),
    });
    return undefined;
  }
  const next = settle(joined);
  slot.raw = joined;
  slot.type = next;
  ctx.program.varTypes.set(slot.slot, joined);
  if (current !== undefined && !equal(next, current)) ctx.program.dirty = true;
  return next;
}
