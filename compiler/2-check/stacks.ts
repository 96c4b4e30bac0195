/** `kstack`, `ustack`: mode and limit, both known at compile time. */
import type * as Ast from "../1-parse/ast.ts";
import type { Span } from "../source/span.ts";
import type { StackMode, Type } from "../types/type.ts";
import type { Context } from "./context.ts";
import { constantValue, errorExpr } from "./nodes.ts";
import { isTypeName } from "./type-names.ts";
import type * as Typed from "./typed.ts";

const MODES: readonly StackMode[] = ["bpftrace", "perf", "raw", "build_id"];
const DEFAULT_LIMIT = 127;
const MAX_LIMIT = 1024;

/** Forms: no argument, (limit), (mode), (mode, limit). */
export function stackValue(
  ctx: Context,
  name: "kstack" | "ustack",
  args: readonly (Ast.Expr | Ast.TypeName)[],
  span: Span,
): Typed.Expr {
  if (ctx.unit.kind === "fn") {
    ctx.report("outside-probe", span, { name });
    return errorExpr(span);
  }
  let mode: StackMode = ctx.settings.stackMode;
  if (mode === "build_id" && name === "kstack") mode = "bpftrace";
  let limit = DEFAULT_LIMIT;
  const word = args.length > 0 ? modeWord(args[0]) : undefined;
  if (word !== undefined) {
    const found = MODES.find((one) => one === word);
    if (found === undefined || (found === "build_id" && name === "kstack")) {
      ctx.report("stack-mode", span, { name: word });
      return errorExpr(span);
    }
    mode = found;
  }
  const rest = word === undefined ? args : args.slice(1);
  if (rest.length > 1) {
    ctx.report("stack-mode-first", span, {});
    return errorExpr(span);
  }
  const [written] = rest;
  if (written !== undefined) {
    const value = isTypeName(written) ? undefined : constantValue(ctx.expr(written));
    if (value === undefined || value < 1n) {
      ctx.report("stack-limit-invalid", span, { fn: name });
      return errorExpr(span);
    }
    if (value > BigInt(MAX_LIMIT)) {
      ctx.report("stack-limit", span, { fn: name, limit: String(value) });
      return errorExpr(span);
    }
    limit = Number(value);
  }
  const type: Type = { kind: "stack", user: name === "ustack", mode, limit };
  return { kind: "call", name, args: [], literals: [], type, span };
}

/** A bare word that is a mode by form: lower-case letters that are no literal. */
function modeWord(argument: Ast.Expr | Ast.TypeName | undefined): string | undefined {
  if (argument?.kind === "identifier" && !/^[A-Z]/.test(argument.name)) return argument.name;
  if (argument?.kind === "type-name") return argument.name;
  return undefined;
}
