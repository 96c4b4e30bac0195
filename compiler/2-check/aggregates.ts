/** `@m[k] = count()` and the other aggregations: literals checked, the map's value type settled (section 2.9). */
import type * as Ast from "../1-parse/ast.ts";
import { type Aggregation, aggregationRow } from "../lang/aggregations.ts";
import type { Span } from "../source/span.ts";
import { printType } from "../types/print.ts";
import { isIntegral } from "../types/relations.ts";
import type { AggregateType } from "../types/type.ts";
import { unreachable } from "../util/assert.ts";
import type { Context, MapSlot } from "./context.ts";
import { describe, integerLiteral, stringLiteral } from "./literals.ts";
import { widenValue } from "./maps.ts";
import { isError, isSigned, readAggregate, widen } from "./nodes.ts";
import { isTypeName } from "./type-names.ts";
import type * as Typed from "./typed.ts";

type Call = Ast.Expr & { readonly kind: "call" };

/** The statement, or none if something is wrong (reported). */
export function aggregateStmt(
  ctx: Context,
  slot: MapSlot,
  key: Typed.Expr | undefined,
  call: Call,
  span: Span,
): readonly Typed.Stmt[] {
  const row = aggregationRow(call.name);
  if (row === undefined) return [];
  const most = (row.sample ? 1 : 0) + row.literals.length;
  const least = most - row.optional;
  if (call.args.length < least || call.args.length > most) {
    ctx.report("argument-count", call.span, { name: row.name, least, most, got: call.args.length });
    return [];
  }
  const sample = row.sample ? sampleOf(ctx, row, call) : undefined;
  if (row.sample && sample === undefined) return [];
  const type = aggregateType(ctx, row, call, sample);
  if (type === undefined) return [];
  const settled = widenValue(ctx, slot, type, call.span);
  if (settled === undefined || settled.kind !== "aggregate") return [];
  return [{ kind: "aggregate", span, map: slot.id, key, fn: settled, arg: sample }];
}

function sampleOf(ctx: Context, row: Aggregation, call: Call): Typed.Expr | undefined {
  const [first] = call.args;
  if (first === undefined || isTypeName(first)) return undefined;
  const value = readAggregate(ctx.expr(first));
  if (isError(value)) return undefined;
  if (isIntegral(value.type)) return widen(value);
  ctx.report("argument-type", call.span, { name: row.name, kind: "integer", got: printType(value.type) });
  return undefined;
}

function aggregateType(
  ctx: Context,
  row: Aggregation,
  call: Call,
  sample: Typed.Expr | undefined,
): AggregateType | undefined {
  const signed = sample !== undefined && isSigned(sample.type);
  switch (row.name) {
    case "count":
      return { kind: "aggregate", fn: "count" };
    case "sum":
    case "min":
    case "max":
    case "avg":
    case "stats":
      return { kind: "aggregate", fn: row.name, signed };
    case "hist":
      return histType(ctx, call);
    case "lhist":
      return lhistType(ctx, call);
    case "tseries":
      return tseriesType(ctx, call, signed);
    default:
      return unreachable(row.name);
  }
}

function numberAt(ctx: Context, call: Call, index: number, what: string): bigint | undefined {
  const argument = call.args[index];
  const value = argument === undefined ? undefined : integerLiteral(ctx, argument);
  if (value !== undefined || argument === undefined) return value;
  ctx.report("argument-integer-literal", call.span, { name: call.name, what, got: describe(ctx, argument) });
  return undefined;
}

function histType(ctx: Context, call: Call): AggregateType | undefined {
  if (call.args.length < 2) return { kind: "aggregate", fn: "hist", bits: 0 };
  const bits = numberAt(ctx, call, 1, "bits");
  if (bits === undefined) return undefined;
  if (bits >= 0n && bits <= 5n) return { kind: "aggregate", fn: "hist", bits: Number(bits) };
  ctx.report("hist-bits", call.span, { bits: String(bits) });
  return undefined;
}

const MAX_BUCKETS = 1000n;

function lhistType(ctx: Context, call: Call): AggregateType | undefined {
  const min = numberAt(ctx, call, 1, "min");
  const max = numberAt(ctx, call, 2, "max");
  const step = numberAt(ctx, call, 3, "step");
  if (min === undefined || max === undefined || step === undefined) return undefined;
  const { span } = call;
  for (const [what, value] of [
    ["min", min],
    ["max", max],
  ] as const) {
    if (value >= 0n) continue;
    ctx.report("argument-negative", span, { name: "lhist()", what, value: String(value) });
    return undefined;
  }
  if (step < 1n) {
    ctx.report("lhist-step", span, { step: String(step) });
    return undefined;
  }
  if (min >= max) {
    ctx.report("lhist-range", span, { min: String(min), max: String(max) });
    return undefined;
  }
  if (step > max - min) {
    ctx.report("lhist-step-large", span, { step: String(step) });
    return undefined;
  }
  const buckets = (max - min) / step;
  if (buckets > MAX_BUCKETS) {
    ctx.report("lhist-buckets", span, { buckets: String(buckets) });
    return undefined;
  }
  return { kind: "aggregate", fn: "lhist", min: Number(min), max: Number(max), step: Number(step) };
}

const MAX_INTERVALS = 1_000_000n;

function tseriesType(ctx: Context, call: Call, signed: boolean): AggregateType | undefined {
  const { span } = call;
  const key = "unstable_tseries";
  if (ctx.settings.unstable.tseries === "error") {
    ctx.report("unstable-refused", span, { name: "tseries", key });
    return undefined;
  }
  if (ctx.settings.unstable.tseries === "warn") ctx.report("unstable-feature", undefined, { name: "tseries", key });
  const interval = numberAt(ctx, call, 1, "interval");
  const count = numberAt(ctx, call, 2, "number of intervals");
  if (interval === undefined || count === undefined) return undefined;
  if (interval < 1n) {
    ctx.report("tseries-interval", span, {});
    return undefined;
  }
  if (count < 1n || count >= MAX_INTERVALS) {
    ctx.report("tseries-count", span, { count: String(count) });
    return undefined;
  }
  const of = call.args[3] === undefined ? "last" : stringLiteral(ctx, call.args[3]);
  if (of !== "last" && of !== "avg" && of !== "max" && of !== "min" && of !== "sum") {
    ctx.report("tseries-aggregation", span, { name: of ?? "an expression" });
    return undefined;
  }
  return { kind: "aggregate", fn: "tseries", interval, count: Number(count), of, signed };
}
