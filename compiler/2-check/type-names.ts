/** Types as a script writes them, resolved: the script's definitions, the language's names, C's spellings, BTF. */
import type * as Ast from "../1-parse/ast.ts";
import { scalarNames } from "../types/c-names.ts";
import type { AddressSpace, Type } from "../types/type.ts";
import { unreachable } from "../util/assert.ts";
import type { Context } from "./context.ts";
import { inCaller, macroArgument } from "./macros.ts";
import { ERROR_TYPE } from "./nodes.ts";
import { similar } from "./similar.ts";

export function isTypeName(node: Ast.Expr | Ast.TypeName): node is Ast.TypeName {
  switch (node.kind) {
    case "type-name":
    case "type-tag":
    case "type-pointer":
    case "type-array":
    case "type-of":
      return true;
    default:
      return false;
  }
}

/** Where pointers point that nothing else is known of. */
export function defaultSpace(ctx: Context): AddressSpace {
  return ctx.unit.row?.space ?? "kernel";
}

/** The type, or the error type (reported). Struct names that nothing defines stay opaque: only their fields are unknown. */
export function resolveType(ctx: Context, name: Ast.TypeName, space: AddressSpace = defaultSpace(ctx)): Type {
  switch (name.kind) {
    case "type-name":
      return resolveNamed(ctx, name, space);
    case "type-tag": {
      const found = ctx.types.tagged(name.tag, name.name);
      if (found !== undefined) return found;
      if (name.tag !== "enum")
        return { kind: "struct", tag: name.tag, name: name.name, size: 0, origin: { kind: "opaque" } };
      ctx.report("unknown-enum", name.span, { name: name.name });
      return ERROR_TYPE;
    }
    case "type-pointer": {
      const to = resolveType(ctx, name.to, space);
      return to.kind === "error" ? to : { kind: "pointer", to, space };
    }
    case "type-array": {
      const element = resolveType(ctx, name.element, space);
      if (element.kind === "error") return element;
      return { kind: "array", element, length: name.length ?? 0 };
    }
    case "type-of":
      return typeOf(ctx, name.operand, space);
    default:
      return unreachable(name);
  }
}

/** The type that is written, or the type of an expression; a macro's parameter may stand for either (L1.121). */
export function typeOf(ctx: Context, operand: Ast.Expr | Ast.TypeName, space: AddressSpace = defaultSpace(ctx)): Type {
  if (isTypeName(operand)) return resolveType(ctx, operand, space);
  if (operand.kind === "typeof" || operand.kind === "paren") return typeOf(ctx, operand.operand, space);
  const bound = operand.kind === "identifier" ? macroArgument(ctx, operand.name) : undefined;
  if (bound === undefined) return ctx.expr(operand).type;
  return inCaller(ctx, bound.frame, () => typeOf(ctx, bound.argument, space));
}

function resolveNamed(ctx: Context, name: Ast.TypeName & { kind: "type-name" }, space: AddressSpace): Type {
  const size = name.size;
  switch (name.name) {
    case "string":
      return { kind: "string", size: size ?? ctx.settings.maxStrlen };
    case "buffer":
      return { kind: "buffer", size: size ?? ctx.settings.maxStrlen };
    case "inet":
      return { kind: "inet" };
    default:
  }
  const special = SPECIAL[name.name];
  if (special !== undefined) return special;
  const found = ctx.types.named(name.name);
  if (found !== undefined && found.kind !== "opaque") return found;
  const argument = macroArgument(ctx, name.name);
  if (argument !== undefined) {
    const given = argument.argument;
    if (isTypeName(given) || given.kind === "typeof" || given.kind === "identifier")
      return inCaller(ctx, argument.frame, () => typeOf(ctx, given, space));
  }
  // `(file *)arg0`: a tag without its keyword, where no type has the name.
  const tagged = ctx.types.tagged("struct", name.name) ?? ctx.types.tagged("union", name.name);
  if (tagged !== undefined) return tagged;
  const near = similar(name.name, scalarNames);
  const suggestions = near.length > 0 ? near : ctx.env.snapshot.suggest("struct", name.name);
  ctx.report("unknown-type", name.span, { name: name.name, similar: suggestions });
  return ERROR_TYPE;
}

/** Names of the language's own value types (L1.115). Aggregations named as types stand for their integers' maps. */
const SPECIAL: Readonly<Record<string, Type>> = {
  username_t: { kind: "username" },
  timestamp: { kind: "timestamp", format: "" },
  macaddr_t: { kind: "mac" },
  mac_address: { kind: "mac" },
  cgroup_path_t: { kind: "cgroup_path", filter: "" },
  ksym_t: { kind: "ksym" },
  usym_t: { kind: "usym" },
  count_t: { kind: "aggregate", fn: "count" },
  sum_t: { kind: "aggregate", fn: "sum", signed: true },
  usum_t: { kind: "aggregate", fn: "sum", signed: false },
  min_t: { kind: "aggregate", fn: "min", signed: true },
  umin_t: { kind: "aggregate", fn: "min", signed: false },
  max_t: { kind: "aggregate", fn: "max", signed: true },
  umax_t: { kind: "aggregate", fn: "max", signed: false },
  avg_t: { kind: "aggregate", fn: "avg", signed: true },
  uavg_t: { kind: "aggregate", fn: "avg", signed: false },
  stats_t: { kind: "aggregate", fn: "stats", signed: true },
  ustats_t: { kind: "aggregate", fn: "stats", signed: false },
};
