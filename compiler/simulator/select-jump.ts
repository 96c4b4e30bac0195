/** Conditions of jumps as WebAssembly's comparisons. */
import type { JumpOp } from "../ebpf/opcodes.ts";
import type { Emitter, Expr } from "./emitter.ts";

type Comparisons = Pick<
  Emitter["m"]["i64"],
  "eq" | "ne" | "gt_u" | "ge_u" | "lt_u" | "le_u" | "gt_s" | "ge_s" | "lt_s" | "le_s" | "and"
>;

/** A jump's condition, of either width. */
export function compare(int: Comparisons, op: JumpOp, left: Expr, right: Expr, zero: Expr): Expr {
  switch (op) {
    case "jeq":
      return int.eq(left, right);
    case "jne":
      return int.ne(left, right);
    case "jgt":
      return int.gt_u(left, right);
    case "jge":
      return int.ge_u(left, right);
    case "jlt":
      return int.lt_u(left, right);
    case "jle":
      return int.le_u(left, right);
    case "jsgt":
      return int.gt_s(left, right);
    case "jsge":
      return int.ge_s(left, right);
    case "jslt":
      return int.lt_s(left, right);
    case "jsle":
      return int.le_s(left, right);
    case "jset":
      return int.ne(int.and(left, right), zero);
  }
}
