/** Expressions and types in the standard layout, on one line. */
import { unreachable } from "../util/assert.ts";
import type * as Ast from "./ast.ts";
import { precedence } from "./precedence.ts";

/** What only print.ts can say: it knows comments, indentation and the source. */
export type PrintHooks = {
  /** A block inside an expression. */
  readonly block: (block: Ast.Block) => string;
  /** A length as written, which may be a name; undefined: print the number. */
  readonly length: (type: Ast.TypeName) => string | undefined;
};

export function printExpr(expr: Ast.Expr, hooks: PrintHooks): string {
  const print = (e: Ast.Expr): string => printExpr(e, hooks);
  switch (expr.kind) {
    case "integer":
    case "string":
      return expr.text;
    case "boolean":
      return String(expr.value);
    case "variable":
      return `$${expr.name}`;
    case "positional":
      return `$${expr.index}`;
    case "positional-count":
      return "$#";
    case "map":
      return `@${expr.name}`;
    case "map-access":
      return `@${expr.map}[${expr.keys.map(print).join(", ")}]`;
    case "identifier":
      return expr.name;
    case "call":
      return `${expr.name}(${expr.args.map((arg) => printOperand(arg, hooks)).join(", ")})`;
    case "unary":
      return `${expr.op}${gap(expr.op, operand(expr.operand, hooks))}`;
    case "update":
      return expr.prefix ? `${expr.op}${operand(expr.target, hooks)}` : `${primary(expr.target, hooks)}${expr.op}`;
    case "binary": {
      const level = precedence[expr.op];
      const left = binaryOperand(expr.left, level, hooks);
      return `${left} ${expr.op} ${binaryOperand(expr.right, level + 1, hooks)}`;
    }
    case "ternary": {
      const condition = expr.condition.kind === "ternary" ? `(${print(expr.condition)})` : print(expr.condition);
      if (expr.then === undefined) return `${condition} ?: ${print(expr.else)}`;
      return `${condition} ? ${print(expr.then)} : ${print(expr.else)}`;
    }
    case "if-expr": {
      const other = expr.else.kind === "block" ? hooks.block(expr.else) : print(expr.else);
      return `if ${print(expr.condition)} ${hooks.block(expr.then)} else ${other}`;
    }
    case "cast":
      return `(${printType(expr.type, hooks)})${operand(expr.operand, hooks)}`;
    case "field":
      return `${primary(expr.base, hooks)}${expr.arrow ? "->" : "."}${expr.name}`;
    case "tuple-field":
      return `${primary(expr.base, hooks)}.${expr.index}`;
    case "index":
      return `${primary(expr.base, hooks)}[${print(expr.index)}]`;
    case "tuple":
      return expr.elements.length === 1
        ? `(${expr.elements.map(print).join("")},)`
        : `(${expr.elements.map(print).join(", ")})`;
    case "record":
      return `(${expr.fields.map(({ name, value }) => `${name}=${print(value)}`).join(", ")})`;
    case "sizeof":
    case "typeof":
    case "typeinfo":
      return `${expr.kind}(${printOperand(expr.operand, hooks)})`;
    case "offsetof":
      return `offsetof(${printOperand(expr.operand, hooks)}, ${expr.path.join(".")})`;
    case "comptime":
      return `comptime ${operand(expr.operand, hooks)}`;
    case "block-expr":
      return hooks.block(expr.block);
    case "paren":
      return `(${print(expr.operand)})`;
    default:
      return unreachable(expr);
  }
}

/** An argument that may be a type. */
export function printOperand(value: Ast.Expr | Ast.TypeName, hooks: PrintHooks): string {
  switch (value.kind) {
    case "type-name":
    case "type-tag":
    case "type-pointer":
    case "type-array":
    case "type-of":
      return printType(value, hooks);
    default:
      return printExpr(value, hooks);
  }
}

export function printType(type: Ast.TypeName, hooks: PrintHooks): string {
  switch (type.kind) {
    case "type-name":
      return type.size === undefined ? type.name : `${type.name}[${hooks.length(type) ?? type.size}]`;
    case "type-tag":
      return `${type.tag} ${type.name}`;
    case "type-pointer": {
      const to = printType(type.to, hooks);
      return `${to}*`;
    }
    case "type-array":
      return `${printType(type.element, hooks)}[${hooks.length(type) ?? type.length ?? ""}]`;
    case "type-of":
      return `typeof(${printOperand(type.operand, hooks)})`;
    default:
      return unreachable(type);
  }
}

/** `- -x` and `& &x` must not become other operators. */
function gap(op: string, operandText: string): string {
  return (op === "-" || op === "+" || op === "&") && operandText.startsWith(op) ? ` ${operandText}` : operandText;
}

/** Trees that were built, not parsed, may lack the parentheses that their shape needs. */
function operand(expr: Ast.Expr, hooks: PrintHooks): string {
  const text = printExpr(expr, hooks);
  return expr.kind === "binary" || expr.kind === "ternary" ? `(${text})` : text;
}

function primary(expr: Ast.Expr, hooks: PrintHooks): string {
  const text = printExpr(expr, hooks);
  const wraps =
    ["binary", "ternary", "unary", "cast", "comptime"].includes(expr.kind) || (expr.kind === "update" && expr.prefix);
  return wraps ? `(${text})` : text;
}

function binaryOperand(expr: Ast.Expr, level: number, hooks: PrintHooks): string {
  const text = printExpr(expr, hooks);
  const wraps = expr.kind === "ternary" || (expr.kind === "binary" && precedence[expr.op] < level);
  return wraps ? `(${text})` : text;
}
