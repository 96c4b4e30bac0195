/** Questions about expressions: do they change anything, do two of them say the same. */
import type { Expr } from "../../2-check/typed.ts";
import { builtinRow } from "../../lang/builtins.ts";
import { operandsOf } from "./walk.ts";

const EFFECTS: ReadonlySet<string> = new Set([
  "update-var",
  "update-map",
  "map-delete",
  "map-find",
  "call-fn",
  "block",
] satisfies Expr["kind"][]);

/** Whether evaluating it may change a variable or a map. */
export function hasEffects(expr: Expr): boolean {
  return EFFECTS.has(expr.kind) || operandsOf(expr).some(hasEffects);
}

/** The expression inside value-preserving or truncating casts. */
export function withoutCasts(expr: Expr): Expr {
  return expr.kind === "cast" ? withoutCasts(expr.operand) : expr;
}

/** Whether both surely give the same value when nothing changes between them; false when in doubt. */
export function sameValue(a: Expr, b: Expr): boolean {
  if (a === b) return !hasEffects(a) && isRepeatable(a);
  if (a.kind !== b.kind || !isRepeatable(a)) return false;
  switch (a.kind) {
    case "constant":
    case "string":
      return b.kind === a.kind && a.value === b.value;
    case "var":
      return b.kind === "var" && a.var === b.var;
    case "builtin":
      return b.kind === "builtin" && a.name === b.name;
    case "context":
      return b.kind === "context" && a.offset === b.offset && a.size === b.size;
    case "tuple":
      return (
        b.kind === "tuple" &&
        a.elements.length === b.elements.length &&
        a.elements.every((element, i) => {
          const other = b.elements[i];
          return other !== undefined && sameValue(element, other);
        })
      );
    case "cast":
      return b.kind === "cast" && a.type.kind === b.type.kind && sameValue(a.operand, b.operand);
    default:
      return false;
  }
}

/** Whether a second evaluation gives the same: no clocks, no random numbers, no memory of others. */
function isRepeatable(expr: Expr): boolean {
  switch (expr.kind) {
    case "constant":
    case "string":
    case "var":
    case "context":
      return true;
    case "builtin": {
      const recipe = builtinRow(expr.name)?.recipe;
      return (recipe?.kind === "helper" && recipe.pure) || (recipe?.kind === "custom" && recipe.name === "comm");
    }
    case "tuple":
    case "cast":
      return operandsOf(expr).every(isRepeatable);
    default:
      return false;
  }
}
