/** Stacks: an id into a stack map, which the loader resolves to frames. */
import { invariant } from "../../util/assert.ts";
import type { ValueId } from "../ir.ts";
import { address } from "./access.ts";
import { type CustomCall, operand } from "./custom-call.ts";
import type { Lowering } from "./lowering.ts";
import { countFailure } from "./sites.ts";

const BPF_F_USER_STACK = 256;
const FRAMES_MAX = 127;
/** What the helper says where there is no such stack: no kernel frame below a user's code, no user of a kernel thread. */
const EFAULT = 14;

/** s32 id (or -errno) in the low half; of a user's stack, the process in the high half. */
export function stackCaptured(cx: Lowering, expr: CustomCall): ValueId {
  const { fn } = cx;
  const { type } = expr;
  invariant(type.kind === "stack", "3-ir", "a stack has a stack's type");
  const map = fn.map(cx.module.stackMap(type));
  const flags = fn.const(type.user ? BPF_F_USER_STACK : 0);
  const id = fn.call("get_stackid", [cx.context(), map, flags], { reads: "any" });
  countLost(cx, expr, id);
  const low = fn.extend(32, false, id);
  if (!type.user) return low;
  const both = fn.call("get_current_pid_tgid", [], { pure: true });
  return fn.binary("or", fn.binaryImm("shl", fn.binaryImm("shr", both, 32), 32), low);
}

/** A stack that could not be kept is a failure; one that is not there is empty (bpf_get_stackid in kernel/bpf/stackmap.c). */
function countLost(cx: Lowering, expr: CustomCall, id: ValueId): void {
  const { fn } = cx;
  const [negative, lost, onward] = [fn.block(), fn.block(), fn.block()];
  fn.branch("slt", id, fn.const(0), negative, onward, { unlikely: "then" });
  fn.enter(negative);
  fn.branch("ne", id, fn.const(-EFAULT), lost, onward, { unlikely: "then" });
  fn.enter(lost);
  countFailure(cx, { kind: "stack", helper: "get_stackid", span: expr.span, warn: false }, id);
  fn.jump(onward);
  fn.enter(onward);
}

/** Number of frames of the stack of here and now. */
export function stackLength(cx: Lowering, expr: CustomCall): ValueId {
  const { fn } = cx;
  const stack = operand(expr, 0);
  const { type } = stack;
  if ((stack.kind !== "call" && stack.kind !== "builtin") || type.kind !== "stack") {
    cx.module.report("unsupported-stack-length", expr.span, {});
    return fn.const(0);
  }
  const size = 8 * Math.min(type.limit, FRAMES_MAX);
  const frames = cx.temps.take(size, "frames");
  const flags = fn.const(type.user ? BPF_F_USER_STACK : 0);
  const bytes = fn.call("get_stack", [cx.context(), address(fn, frames), fn.const(size), flags], {
    writes: frames.memory,
  });
  const result = fn.local();
  fn.write(result, bytes);
  const [failed, onward] = [fn.block(), fn.block()];
  fn.branch("slt", bytes, fn.const(0), failed, onward, { unlikely: "then" });
  fn.enter(failed);
  fn.write(result, fn.const(0));
  fn.jump(onward);
  fn.enter(onward);
  return fn.binaryImm("shr", fn.read(result), 3);
}
