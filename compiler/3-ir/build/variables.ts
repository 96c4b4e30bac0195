/** Scratch variables: SSA locals where possible, memory where a callback or a pointer must reach them. */
import type { Fn, Probe, Stmt, VarId } from "../../2-check/typed.ts";
import { sizeOf } from "../../types/layout.ts";
import type { Type } from "../../types/type.ts";
import { invariant } from "../../util/assert.ts";
import type { ValueId } from "../ir.ts";
import { address, loadScalar, storeScalar } from "./access.ts";
import type { Place } from "./draft.ts";
import type { Lowering, Storage } from "./lowering.ts";
import type { ProgramState } from "./program-state.ts";
import { isShortRange } from "./ranges.ts";
import { at, scalarShape } from "./storage.ts";
import { eachStatement, eachStatementIn } from "./walk.ts";

/** Bytes of stack for variables that live in memory; the rest of them goes to scratch. */
const VARIABLE_BUDGET = 128;

/** Decides for all variables of a program where they live. To be called before anything is lowered. */
export function placeVariables(program: ProgramState, probe: Probe, functions: readonly Fn[], limit: number): void {
  const captured = new Set<VarId>();
  const capture = (stmt: Stmt) => {
    if (stmt.kind !== "for-map" && (stmt.kind !== "for-range" || isShortRange(stmt))) return;
    for (const id of stmt.captured) captured.add(id);
  };
  if (probe.predicate !== undefined) eachStatementIn(probe.predicate, capture);
  for (const { body } of [probe, ...functions]) eachStatement(body, capture);
  let budget = VARIABLE_BUDGET;
  for (const variable of [...probe.vars, ...functions.flatMap((fn) => [...fn.params, ...fn.vars])]) {
    if (program.places.has(variable.id)) continue;
    const { id, type, name } = variable;
    const size = Math.max(8, sizeOf(type));
    if (scalarShape(type) !== undefined) {
      if (captured.has(id)) program.places.set(id, { kind: "capture", offset: program.capture() });
      else program.places.set(id, variable.addressTaken ? { kind: "slot", size: 8, name } : { kind: "local" });
    } else if (!captured.has(id) && size <= limit && size <= budget) {
      budget -= Math.ceil(size / 8) * 8;
      program.places.set(id, { kind: "slot", size, name });
    } else {
      program.places.set(id, { kind: "scratch", offset: program.scratchTemp(size) });
    }
  }
}

/** Where the variable lives in the function being lowered. */
export function storageOf(cx: Lowering, id: VarId): Storage {
  const known = cx.variables.get(id);
  if (known !== undefined) return known;
  const storage = makeStorage(cx, id);
  cx.variables.set(id, storage);
  return storage;
}

function makeStorage(cx: Lowering, id: VarId): Storage {
  const where = cx.program.places.get(id) ?? { kind: "local" };
  switch (where.kind) {
    case "local":
      return { kind: "local", local: cx.fn.local() };
    case "capture":
      return { kind: "memory", place: () => at(cx.captures(), where.offset) };
    case "slot":
      return { kind: "memory", place: cx.temps.keep(where.size, where.name) };
    case "scratch":
      return { kind: "memory", place: () => cx.temps.scratchAt(where.offset) };
  }
}

export function readVariable(cx: Lowering, id: VarId, type: Type): ValueId {
  const storage = storageOf(cx, id);
  if (storage.kind === "local") return cx.fn.read(storage.local);
  return loadScalar(cx.fn, storage.place(), type);
}

export function writeVariable(cx: Lowering, id: VarId, type: Type, value: ValueId): void {
  const storage = storageOf(cx, id);
  if (storage.kind === "local") cx.fn.write(storage.local, value);
  else storeScalar(cx.fn, storage.place(), type, value);
}

/** Memory of a variable that lives there. */
export function variablePlace(cx: Lowering, id: VarId): Place {
  const storage = storageOf(cx, id);
  invariant(storage.kind === "memory", "3-ir", `variable ${id} is a register`);
  return storage.place();
}

export function variableAddress(cx: Lowering, id: VarId): ValueId {
  return address(cx.fn, variablePlace(cx, id));
}
