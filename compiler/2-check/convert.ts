/** Values brought to the exact type of the place they are stored in, once the relation of the types was checked. */

import { isMemory } from "../types/layout.ts";
import { equal } from "../types/relations.ts";
import type { Type } from "../types/type.ts";
import { cast, isError, readAggregate } from "./nodes.ts";
import type * as Typed from "./typed.ts";

/** `expr` as a value of type `to`. Relies on join(expr.type, to) being `to`. */
export function convert(expr: Typed.Expr, to: Type): Typed.Expr {
  if (isError(expr) || to.kind === "error") return expr;
  if (expr.type.kind === "aggregate" && to.kind !== "aggregate") return convert(readAggregate(expr), to);
  if (equal(expr.type, to)) return expr.kind === "constant" || expr.kind === "string" ? { ...expr, type: to } : expr;
  if (expr.kind === "string" && to.kind === "string") return { ...expr, type: to };
  if (expr.kind === "tuple" && to.kind === "tuple") {
    return {
      ...expr,
      elements: expr.elements.map((element, i) => convert(element, to.fields[i] ?? element.type)),
      type: to,
    };
  }
  if (expr.kind === "tuple" && to.kind === "record" && expr.type.kind === "record") {
    const names = expr.type.fields.map((field) => field.name);
    const ordered = names.every((name, i) => to.fields[i]?.name === name);
    if (ordered)
      return {
        ...expr,
        elements: expr.elements.map((element, i) => convert(element, to.fields[i]?.type ?? element.type)),
        type: to,
      };
  }
  if (!isMemory(expr.type) && !isMemory(to)) return cast(expr, to);
  return { kind: "convert", operand: expr, type: to, span: expr.span };
}
