/** C's integer operators on 64-bit values that wrap around. */
import { unreachable } from "../util/assert.ts";
import type { BinaryOp } from "./ast.ts";

/** The result; undefined: a division by zero. */
export function applyOperator(op: BinaryOp, a: bigint, b: bigint): bigint | undefined {
  const exact = apply(op, a, b);
  return exact === undefined ? undefined : BigInt.asIntN(64, exact);
}

function apply(op: BinaryOp, a: bigint, b: bigint): bigint | undefined {
  const flag = (value: boolean): bigint => (value ? 1n : 0n);
  switch (op) {
    case "||":
      return flag(a !== 0n || b !== 0n);
    case "&&":
      return flag(a !== 0n && b !== 0n);
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "&":
      return a & b;
    case "==":
      return flag(a === b);
    case "!=":
      return flag(a !== b);
    case "<":
      return flag(a < b);
    case ">":
      return flag(a > b);
    case "<=":
      return flag(a <= b);
    case ">=":
      return flag(a >= b);
    case "<<":
      return a << (b & 63n);
    case ">>":
      return a >> (b & 63n);
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0n ? undefined : a / b;
    case "%":
      return b === 0n ? undefined : a % b;
    default:
      return unreachable(op);
  }
}
