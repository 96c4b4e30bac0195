/** Calls of functions that the language itself says: macros of lang/library.ts, as if the script had them. */
import type * as Ast from "../1-parse/ast.ts";
import { LIBRARY } from "../lang/library.ts";
import type { Span } from "../source/span.ts";
import type { Call } from "./call-arguments.ts";
import type { Context } from "./context.ts";
import { expand } from "./macros.ts";
import { errorExpr } from "./nodes.ts";
import type * as Typed from "./typed.ts";

/** Expands the library's macro of a call's name; what is wrong in it is shown at the call. */
export function libraryCall(ctx: Context, call: Call): Typed.Expr {
  const text = LIBRARY[call.name];
  const macros = text === undefined ? [] : ctx.env.parseLibrary(text).filter((item) => item.kind === "macro");
  const macro = macros.find((one) => one.params.length === call.args.length);
  if (macro === undefined) {
    ctx.report("macro-arguments", call.span, { name: call.name });
    return errorExpr(call.span);
  }
  return expand(ctx, placedAt(macro, call.span), call.args, call.span);
}

/** A copy whose every node stands at one place. */
function placedAt(macro: Ast.Macro, span: Span): Ast.Macro {
  const copy = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(copy);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, key === "span" ? span : copy(value)]));
  };
  // A copy of all properties but the spans is of the same type.
  return copy(macro) as Ast.Macro;
}
