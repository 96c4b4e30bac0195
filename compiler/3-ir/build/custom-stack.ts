/** Stacks: an id into a stack map or the overflow map beside it, which the loader resolves to frames. */
import type { Span } from "../../source/span.ts";
import type { Type } from "../../types/type.ts";
import { invariant } from "../../util/assert.ts";
import type { Bytes, CompareOp, ValueId } from "../ir.ts";
import { address } from "./access.ts";
import { type CustomCall, operand } from "./custom-call.ts";
import type { Place } from "./draft.ts";
import { FunctionBuilder } from "./function-builder.ts";
import type { Lowering } from "./lowering.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import { countFailure } from "./sites.ts";

const BPF_F_USER_STACK = 256;
const BPF_F_USER_BUILD_ID = 2048;
const BPF_NOEXIST = 1;
const EEXIST = 17;
const FRAMES_MAX = 127;
/** What the helper says where there is no such stack: no kernel frame below a user's code, no user of a kernel thread. */
const EFAULT = 14;
/** Ids of the overflow map are below every -errno. */
const LEAST_ERROR = -4096;

type StackType = Type & { readonly kind: "stack" };

/** s32 id (or -errno) in the low half; of a user's stack, the process in the high half. */
export function stackCaptured(cx: Lowering, expr: CustomCall): ValueId {
  const { fn } = cx;
  const { type } = expr;
  invariant(type.kind === "stack", "3-ir", "a stack has a stack's type");
  const flags = type.user ? BPF_F_USER_STACK : 0;
  const found = fn.call("get_stackid", [cx.context(), fn.map(cx.module.stackMap(type)), fn.const(flags)], {
    reads: "any",
  });
  const id = settled(cx, expr.span, type, found);
  const low = fn.extend(32, false, id);
  if (!type.user) return low;
  const both = fn.call("get_current_pid_tgid", [], { pure: true });
  return fn.binary("or", fn.binaryImm("shl", fn.binaryImm("shr", both, 32), 32), low);
}

/**
 * The helper's id, or one of the overflow map where the stack found no place: another has its bucket. A stack that could
 * not be kept is a failure; one that is not there is empty (bpf_get_stackid in kernel/bpf/stackmap.c). All of it in cold
 * code.
 */
function settled(cx: Lowering, span: Span, type: StackType, found: ValueId): ValueId {
  const { fn } = cx;
  const id = fn.local();
  fn.write(id, found);
  const [negative, refused, kept, lost, onward] = [fn.block(), fn.block(), fn.block(), fn.block(), fn.block()];
  fn.branch("slt", found, fn.const(0), negative, onward, { unlikely: "then" });
  fn.enter(negative);
  fn.branch("ne", found, fn.const(-EFAULT), refused, onward);
  fn.enter(refused);
  const room = fn.const(cx.module.stackRoom(type, cx.program.index));
  const apart = fn.callFunction(keptApart(cx.module, type, span), [cx.context(), room]);
  fn.branch("sle", apart, fn.const(LEAST_ERROR), kept, lost);
  fn.enter(kept);
  fn.write(id, apart);
  fn.jump(onward);
  fn.enter(lost);
  countFailure(cx, { kind: "stack", helper: "get_stackid", span, warn: true }, apart);
  // Whatever it is, it is no id.
  fn.write(id, fn.const(-EEXIST));
  fn.jump(onward);
  fn.enter(onward);
  return fn.read(id);
}

/**
 * The function `id(context, room)` that keeps the stack of here and now in the overflow map, whose key is the frames
 * themselves, so that the kernel's own comparison tells stacks apart. Ids are counted, per processor and program from a
 * number that the loader writes behind the room for the frames: no two stacks ever share one. It gives the id or -errno.
 * One function for all that capture such stacks.
 */
function keptApart(module: ModuleBuilder, type: StackType, span: Span): string {
  const maps = module.stackOverflow(type);
  const name = `keep_${module.stackMap(type)}`;
  module.subprogram(name, () => {
    const fn = new FunctionBuilder(name, "subprogram", 2);
    fn.span = span;
    const [context, index] = [fn.argument(0), fn.argument(1)];
    const result = fn.local();
    const done = fn.block();
    /** Ends with `value` unless the comparison fails. */
    const endIf = (op: CompareOp, left: ValueId, right: number, value: ValueId): void => {
      const next = fn.block();
      fn.write(result, value);
      fn.branch(op, left, fn.const(right), done, next, { unlikely: "then" });
      fn.enter(next);
    };
    const room = fn.lookup(maps.room, key32(index));
    endIf("eq", room, 0, fn.const(-EEXIST));
    const frames: Bytes = { kind: "memory", base: room, offset: 0, size: maps.keySize };
    const flags = (type.user ? BPF_F_USER_STACK : 0) | (type.mode === "build_id" ? BPF_F_USER_BUILD_ID : 0);
    const args = [context, room, fn.const(maps.keySize), fn.const(flags)];
    const bytes = fn.call("get_stack", args, { writes: "map" });
    endIf("slt", bytes, 0, bytes);

    const entry = fn.lookup(maps.frames, frames);
    const [present, absent] = [fn.block(), fn.block()];
    fn.branch("ne", entry, fn.const(0), present, absent);
    fn.enter(present);
    fn.write(result, fn.load({ base: entry, offset: 0, memory: "map", align: 8 }, 8, false));
    fn.jump(done);
    fn.enter(absent);
    const counter: Place = { base: room, offset: maps.keySize, memory: "map", align: 8 };
    const fresh = fn.binaryImm("add", fn.load(counter, 8, false), 1);
    fn.store(counter, 8, fresh);
    const value: Bytes = { kind: "memory", base: room, offset: maps.keySize, size: 8 };
    // Refused where the map is full, or another processor was first with the very stack.
    const stored = fn.update(maps.frames, frames, value, BPF_NOEXIST);
    endIf("ne", stored, 0, stored);
    fn.write(result, fresh);
    fn.jump(done);
    fn.enter(done);
    fn.return(fn.read(result));
    return fn.finish();
  });
  return name;
}

function key32(value: ValueId): Bytes {
  return { kind: "scalars", size: 4, parts: [{ offset: 0, size: 4, value }] };
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
  // Not on the stack: kernels before 6.3 take it, in raw tracepoints, for memory to read.
  const frames = cx.temps.scratch(size);
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
