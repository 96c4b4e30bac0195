/** Stacks: an id into a stack map or the overflow map beside it, which the loader resolves to frames. */
import type { Span } from "../../source/span.ts";
import type { Type } from "../../types/type.ts";
import { invariant } from "../../util/assert.ts";
import type { Bytes, CompareOp, ValueId } from "../ir.ts";
import { address } from "./access.ts";
import { type CustomCall, operand } from "./custom-call.ts";
import { FunctionBuilder } from "./function-builder.ts";
import type { Lowering } from "./lowering.ts";
import type { ModuleBuilder } from "./module-builder.ts";
import { countFailure } from "./sites.ts";

const BPF_F_USER_STACK = 256;
const BPF_F_USER_BUILD_ID = 2048;
const BPF_NOEXIST = 1;
const FRAMES_MAX = 127;
/** What the helper says where another stack has the bucket that this one hashes to. */
const EEXIST = 17;
/** The same of build ids, where all buckets are taken. */
const ENOMEM = 12;
/** What the helper says where there is no such stack: no kernel frame below a user's code, no user of a kernel thread. */
const EFAULT = 14;
/** Ids of the overflow map: negative as an s32, and below every -errno. */
const OVERFLOW_ID = 0x80000000n;
const OVERFLOW_RANDOM = 0x3fffffffn;
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
 * The helper's id, or one of the overflow map where another stack has the bucket. A stack that could not be kept is a
 * failure; one that is not there is empty (bpf_get_stackid in kernel/bpf/stackmap.c). All of it in cold code.
 */
function settled(cx: Lowering, span: Span, type: StackType, found: ValueId): ValueId {
  const { fn } = cx;
  const id = fn.local();
  fn.write(id, found);
  const [negative, taken, other, lost, onward] = [fn.block(), fn.block(), fn.block(), fn.block(), fn.block()];
  fn.branch("slt", found, fn.const(0), negative, onward, { unlikely: "then" });
  fn.enter(negative);
  const full = fn.block();
  fn.branch("eq", found, fn.const(-EEXIST), taken, full);
  fn.enter(full);
  fn.branch("eq", found, fn.const(-ENOMEM), taken, other);
  fn.enter(taken);
  const room = fn.const(cx.module.stackRoom(type, cx.program.index));
  const apart = fn.callFunction(keptApart(cx.module, type, span), [cx.context(), room]);
  fn.write(id, apart);
  // Ids of the overflow map are negative too, but below every -errno.
  fn.branch("sgt", apart, fn.const(LEAST_ERROR), lost, onward, { unlikely: "then" });
  fn.enter(other);
  fn.branch("ne", found, fn.const(-EFAULT), lost, onward, { unlikely: "then" });
  fn.enter(lost);
  countFailure(cx, { kind: "stack", helper: "get_stackid", span, warn: true }, fn.read(id));
  fn.jump(onward);
  fn.enter(onward);
  return fn.read(id);
}

/**
 * The function `id(context, room)` that keeps the stack of here and now in the overflow map, whose key is the frames
 * themselves, so that the kernel's own comparison tells stacks apart. The id is drawn at random and reserved in a map of
 * ids: no two stacks ever share one. It gives the id or -errno. One function for all that capture such stacks.
 */
function keptApart(module: ModuleBuilder, type: StackType, span: Span): string {
  const maps = module.stackOverflow(type);
  const name = `keep_${module.stackMap(type)}`;
  module.subprogram(name, () => {
    const fn = new FunctionBuilder(name, "subprogram", 2);
    fn.span = span;
    const [context, index] = [fn.argument(0), fn.argument(1)];
    const failIf = (op: CompareOp, left: ValueId, right: number, result: ValueId): void => {
      const [failing, next] = [fn.block(), fn.block()];
      fn.branch(op, left, fn.const(right), failing, next, { unlikely: "then" });
      fn.enter(failing);
      fn.return(result);
      fn.enter(next);
    };
    const room = fn.lookup(maps.room, key32(index));
    failIf("eq", room, 0, fn.const(-EEXIST));
    const frames: Bytes = { kind: "memory", base: room, offset: 0, size: maps.keySize };
    const flags = (type.user ? BPF_F_USER_STACK : 0) | (type.mode === "build_id" ? BPF_F_USER_BUILD_ID : 0);
    const args = [context, room, fn.const(maps.keySize), fn.const(flags)];
    const bytes = fn.call("get_stack", args, { writes: "map" });
    failIf("slt", bytes, 0, bytes);

    returnKnown();
    const random = fn.call("get_prandom_u32", []);
    const fresh = fn.binaryImm("or", fn.binaryImm("and", random, OVERFLOW_RANDOM), OVERFLOW_ID);
    const reserved = fn.update(maps.ids, key32(fresh), key32(fn.const(1)), BPF_NOEXIST);
    failIf("slt", reserved, 0, reserved);
    const stored = fn.update(maps.frames, frames, key32(fresh), BPF_NOEXIST);
    const refused = fn.block();
    const kept = fn.block();
    fn.branch("eq", stored, fn.const(0), kept, refused);
    fn.enter(kept);
    fn.return(fn.extend(32, true, fresh));
    // Another processor was first, or the map is full.
    fn.enter(refused);
    fn.delete(maps.ids, key32(fresh));
    returnKnown();
    fn.return(stored);
    return fn.finish();

    function returnKnown(): void {
      const [present, absent] = [fn.block(), fn.block()];
      const entry = fn.lookup(maps.frames, frames);
      fn.branch("ne", entry, fn.const(0), present, absent);
      fn.enter(present);
      fn.return(fn.load({ base: entry, offset: 0, memory: "map", align: 4 }, 4, true));
      fn.enter(absent);
    }
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
