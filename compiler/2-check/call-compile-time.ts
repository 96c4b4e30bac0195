/** Questions answered while compiling: sizes, offsets, kinds of types, parameters, what the kernel has. */

import type * as Ast from "../1-parse/ast.ts";
import { builtinRow } from "../lang/builtins.ts";
import { U64 } from "../lang/types.ts";
import type { Span } from "../source/span.ts";
import { sizeOf } from "../types/layout.ts";
import { printType } from "../types/print.ts";
import type { Type } from "../types/type.ts";
import { type Argument, type Call, literalArgument, type Row } from "./call-arguments.ts";
import type { Context } from "./context.ts";
import { macroArgument } from "./macros.ts";
import { memberNames, memberPath } from "./members.ts";
import { bool, cast, constant, errorExpr, isConstant } from "./nodes.ts";
import { namedOption } from "./params.ts";
import { similar } from "./similar.ts";
import { isTypeName, typeOf } from "./type-names.ts";
import type * as Typed from "./typed.ts";

/** A call of this family; undefined: of another. */
export function compileTimeCall(ctx: Context, call: Call, row: Row): Typed.Expr | undefined {
  const { span, args } = call;
  const [first] = args;
  switch (row.name) {
    case "getopt":
      return namedOption(ctx, args, span);
    case "is_array":
    case "is_integer":
    case "is_ptr":
    case "is_str":
    case "is_unsigned_integer": {
      if (first === undefined) return errorExpr(span);
      return bool(isKind(row.name, operandType(ctx, first)), span);
    }
    case "is_literal":
      return bool(first !== undefined && !isTypeName(first) && isConstant(ctx.expr(first)), span);
    case "kfunc_exist":
    case "kfunc_allowed": {
      const name = literalArgument(ctx, row.name, args, 0, span);
      if (name === undefined) return errorExpr(span);
      return bool(ctx.env.snapshot.functionType(name) !== undefined, span);
    }
    default:
      return undefined;
  }
}

/** Whether a bare name is a value here. */
function hasMeaning(ctx: Context, name: string): boolean {
  const { macros, defines } = ctx.program;
  if (macros.has(name) || defines.has(name) || macroArgument(ctx, name) !== undefined) return true;
  return builtinRow(name) !== undefined || ctx.types.enumerator(name) !== undefined;
}

/** Type of an operand that may be a type itself; expressions are not evaluated. */
function operandType(ctx: Context, operand: Argument): Type {
  // `sizeof(file)`: a tag without its keyword, where nothing else has the name.
  if (operand.kind === "identifier") {
    const tagged = hasMeaning(ctx, operand.name) ? undefined : ctx.types.tagged("struct", operand.name);
    if (tagged !== undefined) return tagged;
  }
  return typeOf(ctx, operand);
}

function isKind(
  question: "is_array" | "is_integer" | "is_ptr" | "is_str" | "is_unsigned_integer",
  type: Type,
): boolean {
  switch (question) {
    case "is_array":
      return type.kind === "array";
    case "is_integer":
      return type.kind === "integer";
    case "is_ptr":
      return type.kind === "pointer";
    case "is_str":
      return type.kind === "string";
    case "is_unsigned_integer":
      return type.kind === "integer" && !type.signed;
  }
}

/** `sizeof(type or expression)`. */
export function sizeOfOperand(ctx: Context, operand: Ast.Expr | Ast.TypeName, span: Span): Typed.Expr {
  const type = operandType(ctx, operand);
  if (type.kind === "error") return errorExpr(span);
  if (type.kind === "struct" && type.origin.kind === "opaque") {
    ctx.report("unknown-type", operand.span, {
      name: printType(type),
      similar: ctx.env.snapshot.suggest("struct", type.name),
    });
    return errorExpr(span);
  }
  return constant(BigInt(sizeOf(type)), U64, span);
}

/** `offsetof(type or expression, field.field)`. */
export function offsetOfField(
  ctx: Context,
  operand: Ast.Expr | Ast.TypeName,
  path: readonly string[],
  span: Span,
): Typed.Expr {
  let type = operandType(ctx, operand);
  if (type.kind === "error") return errorExpr(span);
  if (type.kind === "pointer") type = type.to;
  const root = type;
  const paths: Typed.MemberPath[] = [];
  for (const name of path) {
    if (type.kind !== "struct") {
      ctx.report("no-field", span, { field: name, type: printType(type) });
      return errorExpr(span);
    }
    if (type.origin.kind === "opaque") {
      ctx.report("unknown-struct", operand.span, {
        name: printType(type),
        similar: ctx.env.snapshot.suggest("struct", type.name),
      });
      return errorExpr(span);
    }
    const found = memberPath(type, name, "kernel");
    if (found === undefined) {
      ctx.report("unknown-field", span, {
        type: printType(type),
        field: name,
        similar: similar(name, memberNames(type)),
      });
      return errorExpr(span);
    }
    paths.push(found.path);
    type = found.path.type;
  }
  // Where a kernel type has its members, the kernel that runs the program decides; of a bit-field CO-RE tells another offset.
  const relocated = root.kind === "struct" && root.origin.kind === "kernel" && paths.every((p) => p.bitSize === 0);
  if (relocated) return relocatedOffset(paths, root, span);
  return constant(BigInt(paths.reduce((sum, p) => sum + p.offset, 0)), U64, span);
}

/** The address that the last member has in a struct at address 0. */
function relocatedOffset(paths: readonly Typed.MemberPath[], root: Type, span: Span): Typed.Expr {
  let pointer = constant(0n, { kind: "pointer", to: root, space: "kernel" }, span);
  for (const path of paths) {
    const type: Type = { kind: "pointer", to: path.type, space: "kernel" };
    pointer = { kind: "member-address", pointer, path, space: "kernel", direct: false, type, span };
  }
  return cast(pointer, U64);
}
