/** Functions that act: formatted output, exit, join, time, signals (sections 5.1 and 5.6 of the language). */

import { signalNumber } from "../lang/texts.ts";
import { I8, I16, NONE, U64 } from "../lang/types.ts";
import { printType } from "../types/print.ts";
import { addressArgument, type Call, callNode, integerArgument, literalArgument, type Row } from "./call-arguments.ts";
import { action } from "./call-maps.ts";
import type { Context } from "./context.ts";
import { conversions, formatArguments } from "./formats.ts";
import { spaceOf } from "./integers.ts";
import { stringLiteral } from "./literals.ts";
import { cast, constant, constantValue, errorExpr, isConstant, isError } from "./nodes.ts";
import { condition } from "./operators.ts";
import { isTypeName } from "./type-names.ts";
import type * as Typed from "./typed.ts";

/** A call of this family; undefined: of another. */
export function actionCall(ctx: Context, call: Call, row: Row): Typed.Expr | undefined {
  const { span, args } = call;
  switch (row.name) {
    case "printf":
    case "errorf":
    case "warnf":
    case "cat":
    case "system": {
      const format = literalArgument(ctx, row.name, args, 0, span);
      if (format === undefined) return errorExpr(span);
      const values = formatArguments(ctx, format, args.slice(1), span);
      return values === undefined ? errorExpr(span) : action({ kind: row.name, format, args: values }, span);
    }
    case "exit":
      return exitCall(ctx, call);
    case "time": {
      const format = args.length === 0 ? "%H:%M:%S\n" : literalArgument(ctx, row.name, args, 0, span);
      return format === undefined ? errorExpr(span) : action({ kind: "time", format }, span);
    }
    case "join": {
      const pointers = addressArgument(ctx, row.name, args[0], span);
      const separator = args.length < 2 ? " " : literalArgument(ctx, row.name, args, 1, span);
      if (pointers === undefined || separator === undefined) return errorExpr(span);
      return action({ kind: "join", pointers, space: spaceOf(pointers.type) ?? "kernel", separator }, span);
    }
    case "assert": {
      const [first] = args;
      const test = first === undefined || isTypeName(first) ? errorExpr(span) : condition(ctx, ctx.expr(first));
      const message = literalArgument(ctx, row.name, args, 1, span);
      if (isError(test) || message === undefined) return errorExpr(span);
      return action({ kind: "assert", condition: test, message }, span);
    }
    case "fail":
      return failCall(ctx, call);
    case "static_assert": {
      const [first] = args;
      const test =
        first === undefined || isTypeName(first) ? undefined : constantValue(condition(ctx, ctx.expr(first)));
      const message = literalArgument(ctx, row.name, args, 1, span);
      if (test === undefined) ctx.report("comptime-unresolved", span, {});
      else if (test === 0n) ctx.report("assertion-failed", span, { message: message ?? "" });
      return { kind: "block", body: [], result: undefined, type: NONE, span };
    }
    case "signal":
    case "signal_thread":
      return signalCall(ctx, call, row.name);
    case "override": {
      const value = integerArgument(ctx, row.name, args[0], span);
      return value === undefined ? errorExpr(span) : callNode(row.name, [value], [], NONE, span);
    }
    case "debugf":
      return debugfCall(ctx, call);
    case "unwatch": {
      const address = addressArgument(ctx, row.name, args[0], span);
      return address === undefined ? errorExpr(span) : action({ kind: "unwatch", address: cast(address, U64) }, span);
    }
    case "skboutput":
      ctx.report("unsupported-function", span, { name: row.name, why: "the loader writes no capture files" });
      return errorExpr(span);
    default:
      return undefined;
  }
}

/** Registers that trace_printk has left for values. */
const DEBUGF_MAX = 3;
/** What the kernel's formats know (bpf_bprintf_prepare in kernel/trace/bpf_trace.c), in our lengths. */
const DEBUGF_CONVERSION = /%(?:%|[-+ 0]*\d*(hh|h|ll|l|L|j|z|t)?([diuxXcps]))/g;

/** The kernel formats the text itself, and knows less than printf. */
function debugfCall(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  ctx.report("debugf-production", span, {});
  const format = literalArgument(ctx, "debugf", args, 0, span);
  if (format === undefined) return errorExpr(span);
  const wanted = conversions(format);
  if (wanted.length > DEBUGF_MAX) {
    ctx.report("debugf-conversions", span, {});
    return errorExpr(span);
  }
  const values = formatArguments(ctx, format, args.slice(1), span);
  if (values === undefined) return errorExpr(span);
  const known = [...format.matchAll(DEBUGF_CONVERSION)].filter((match) => match[2] !== undefined);
  const odd = wanted.find((specifier, index) => known[index]?.[2] !== specifier);
  if (odd !== undefined) {
    ctx.report("format-unknown", span, { specifier: odd });
    return errorExpr(span);
  }
  const bad = values.find((value, index) => known[index]?.[2] === "s" && value.type.kind !== "string");
  if (bad !== undefined) {
    ctx.report("format-type", span, { type: printType(bad.type), specifier: "s" });
    return errorExpr(span);
  }
  const short = { hh: I8, h: I16 };
  const narrowed = values.map((value, index) => {
    const length = known[index]?.[1];
    return length === "hh" || length === "h" ? cast(value, short[length]) : value;
  });
  const plain = format.replace(DEBUGF_CONVERSION, (whole, length: string | undefined) =>
    length === undefined ? whole : whole.replace(length, length.startsWith("h") ? "" : "ll"),
  );
  return callNode("debugf", narrowed, [plain], NONE, span);
}

function exitCall(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  if (ctx.unit.loops.some((loop) => loop.kind === "for")) {
    ctx.report("misplaced-jump", span, { name: "return", place: "for-loop: exit() returns from the probe" });
    return errorExpr(span);
  }
  const code = args.length === 0 ? undefined : integerArgument(ctx, "exit", args[0], span);
  if (args.length > 0 && code === undefined) return errorExpr(span);
  return action({ kind: "exit", code }, span);
}

/** Reached by the compiler, it ends compilation: the message is formatted here. */
function failCall(ctx: Context, call: Call): Typed.Expr {
  const { span, args } = call;
  const format = literalArgument(ctx, "fail", args, 0, span);
  if (format === undefined) return errorExpr(span);
  const values = formatArguments(ctx, format, args.slice(1), span);
  if (values === undefined) return errorExpr(span);
  if (!values.every(isConstant)) {
    ctx.report("fail-literal", span, {});
    return errorExpr(span);
  }
  const texts = values.map((value) => (value.kind === "string" ? value.value : String(constantValue(value) ?? "")));
  const wanted = conversions(format);
  let next = 0;
  const message = format.replace(/%(%|[-+ #0]*\d*(?:\.\d+)?(?:hh|h|ll|l|j|z|t)?(?:rx|rh|gr|[a-zA-Z]))/g, (whole) => {
    if (whole === "%%") return "%";
    const specifier = wanted[next];
    const value = texts[next++] ?? "";
    return specifier === "x" || specifier === "p" ? BigInt(value === "" ? 0 : value).toString(16) : value;
  });
  ctx.report("user-fail", span, { message });
  return errorExpr(span);
}

/** Probes that fire in the task that the signal is for. */
const SIGNAL_PROBES: readonly string[] = [
  "kprobe",
  "kretprobe",
  "uprobe",
  "uretprobe",
  "usdt",
  "tracepoint",
  "profile",
  "fentry",
  "fexit",
  "rawtracepoint",
];

function signalCall(ctx: Context, call: Call, name: "signal" | "signal_thread"): Typed.Expr {
  const { span, args } = call;
  const provider = ctx.unit.row?.type ?? "fn";
  if (!SIGNAL_PROBES.includes(provider)) {
    ctx.report("signal-probe", span, { name, provider });
    return errorExpr(span);
  }
  const [first] = args;
  const word = first?.kind === "string" ? stringLiteral(ctx, first) : undefined;
  if (word !== undefined) {
    const number = signalNumber(word);
    if (number === undefined) {
      ctx.report("signal-name", span, { name: word });
      return errorExpr(span);
    }
    return callNode(name, [constant(BigInt(number), U64, span)], [], NONE, span);
  }
  const value = integerArgument(ctx, name, first, span);
  if (value === undefined) return errorExpr(span);
  const known = constantValue(value);
  if (known !== undefined && (known < 1n || known > 64n)) {
    ctx.report("signal-number", span, { value: String(known) });
    return errorExpr(span);
  }
  return callNode(name, [value], [], NONE, span);
}
