/** Bare names that are values: builtins by their rows, and those that depend on the probe. */
import { type Builtin, type BuiltinName, builtinRow } from "../lang/builtins.ts";
import { BOOL, U8, U64 } from "../lang/types.ts";
import type { Span } from "../source/span.ts";
import { findTagged } from "../types/from-btf.ts";
import type { Type } from "../types/type.ts";
import { allArguments, numberedArgument, returnValue, stackArgument } from "./arguments.ts";
import type { Context } from "./context.ts";
import { contextWord, register } from "./context-words.ts";
import { fieldOf } from "./fields.ts";
import { cast, errorExpr, text } from "./nodes.ts";
import { stackValue } from "./stacks.ts";
import type * as Typed from "./typed.ts";

/** Value of a builtin by name; undefined: there is none of that name. */
export function readBuiltin(ctx: Context, name: string, span: Span): Typed.Expr | undefined {
  const numbered = /^(s?)arg(\d+)$/.exec(name);
  if (numbered !== null) {
    if (!allowedHere(ctx, name, true, span)) return errorExpr(span);
    const index = Number(numbered[2]);
    return numbered[1] === "s" ? stackArgument(ctx, name, index, span) : numberedArgument(ctx, name, index, span);
  }
  const row = builtinRow(name);
  if (row === undefined) return undefined;
  if (!allowedHere(ctx, name, row.context, span)) return errorExpr(span);
  return builtinValue(ctx, row, span);
}

/** Context builtins are not for `fn` bodies, nor for `for` bodies, which are functions of their own. */
export function allowedHere(ctx: Context, name: string, context: boolean, span: Span): boolean {
  if (!context) return true;
  if (ctx.unit.kind === "fn") {
    ctx.report("outside-probe", span, { name });
    return false;
  }
  if (ctx.unit.loops.some((loop) => loop.kind === "for")) {
    ctx.report("builtin-in-loop", span, { name });
    return false;
  }
  return true;
}

function builtinValue(ctx: Context, row: Builtin & { readonly name: BuiltinName }, span: Span): Typed.Expr {
  switch (row.name) {
    case "args":
      return allArguments(ctx, span);
    case "retval":
      return returnValue(ctx, span);
    case "ctx":
      return rawContext(ctx, span);
    case "curtask":
      return { kind: "builtin", name: "curtask", type: taskPointer(ctx), span };
    case "func":
      return tracedFunction(ctx, span);
    case "kstack":
    case "ustack":
      return stackValue(ctx, row.name, [], span);
    case "probe":
    case "probetype":
      return probeText(ctx, row.name, span);
    case "usermode":
      return userMode(ctx, span);
    case "ppid":
    case "pcomm":
    case "leader_tid":
    case "leader_comm":
      return relative(ctx, row.name, { kind: "builtin", name: "curtask", type: taskPointer(ctx), span }, span);
    default:
      return row.type === undefined ? errorExpr(span) : { kind: "builtin", name: row.name, type: row.type, span };
  }
}

/** `struct task_struct *` of the kernel. */
export function taskPointer(ctx: Context): Type {
  // The kernel's, whatever a traced binary calls so.
  const task = findTagged(ctx.types.source, "struct", "task_struct") ?? {
    kind: "struct",
    tag: "struct",
    name: "task_struct",
    size: 0,
    origin: { kind: "opaque" },
  };
  return { kind: "pointer", to: task, space: "kernel" };
}

/** Id or name of a task's parent or leader. */
export function relative(
  ctx: Context,
  name: "ppid" | "pcomm" | "leader_tid" | "leader_comm",
  task: Typed.Expr,
  span: Span,
): Typed.Expr {
  const other = fieldOf(ctx, task, name.startsWith("p") ? "real_parent" : "group_leader", span, span);
  switch (name) {
    case "ppid":
      return cast(fieldOf(ctx, other, "tgid", span, span), { kind: "integer", size: 4, signed: false });
    case "leader_tid":
      return cast(fieldOf(ctx, other, "pid", span, span), { kind: "integer", size: 4, signed: false });
    case "pcomm":
    case "leader_comm":
      return fieldOf(ctx, other, "comm", span, span);
  }
}

function rawContext(ctx: Context, span: Span): Typed.Expr {
  const row = ctx.unit.row;
  if (row?.name === "tracepoint") {
    ctx.report("ctx-tracepoint", span, {});
    return errorExpr(span);
  }
  const name =
    row?.context === "registers" ? (row.program === "perf_event" ? "bpf_perf_event_data" : "pt_regs") : undefined;
  const found = name === undefined ? undefined : findTagged(ctx.types.source, "struct", name);
  return { kind: "context-pointer", type: { kind: "pointer", to: found ?? { kind: "none" }, space: "kernel" }, span };
}

function probeText(ctx: Context, name: "probe" | "probetype", span: Span): Typed.Expr {
  const { target } = ctx.unit;
  if (target === undefined) {
    ctx.report("outside-probe", span, { name });
    return errorExpr(span);
  }
  if (name === "probetype") return text(target.row.type, span);
  ctx.unit.uses.add("probe");
  const size = ctx.unit.nameSize();
  if (size === 0) return text(target.text, span);
  return { kind: "builtin", name: "probe", type: { kind: "string", size }, span };
}

function tracedFunction(ctx: Context, span: Span): Typed.Expr {
  const row = ctx.unit.row;
  if (row === undefined) ctx.report("outside-probe", span, { name: "func" });
  else if (row.func === "none") ctx.report("func-builtin", span, { provider: row.name });
  if (row === undefined || row.func === "none") return errorExpr(span);
  switch (row.func) {
    case "ip":
      return cast(register(ctx, ctx.arch.ip, span) ?? errorExpr(span), { kind: "ksym" });
    case "helper":
      return { kind: "builtin", name: "func", type: { kind: "ksym" }, span };
    case "user":
      return {
        kind: "call",
        name: "usym",
        args: [probedAddress(ctx, span)],
        literals: [],
        type: { kind: "usym" },
        span,
      };
  }
}

/** Where the probed instruction is in the process; of a function that returns, where it began. */
export function probedAddress(ctx: Context, span: Span): Typed.Expr {
  if (ctx.unit.row?.retval !== "none") return { kind: "builtin", name: "func", type: U64, span };
  return register(ctx, ctx.arch.ip, span) ?? errorExpr(span);
}

/** Whether the interrupted code ran in user mode, by the saved registers. */
function userMode(ctx: Context, span: Span): Typed.Expr {
  const row = ctx.unit.row;
  const mode = ctx.arch.userMode;
  if (row?.context !== "registers") {
    ctx.report("probe-builtin", span, { name: "usermode", provider: row?.name ?? "fn" });
    return errorExpr(span);
  }
  const offset = mode === undefined ? undefined : ctx.arch.registers[mode.register];
  if (mode === undefined || offset === undefined) {
    ctx.report("usermode-arch", span, { arch: ctx.arch.name });
    return errorExpr(span);
  }
  const number = (value: bigint): Typed.Expr => ({ kind: "constant", value, type: U64, span });
  const masked: Typed.Expr = {
    kind: "binary",
    op: "&",
    left: contextWord(offset, "none", span),
    right: number(mode.mask),
    type: U64,
    span,
  };
  return cast(
    { kind: "compare", op: "==", signed: false, left: masked, right: number(mode.value), type: BOOL, span },
    U8,
  );
}
