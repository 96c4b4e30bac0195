/** Custom lowerings of clocks, host values, addresses and the like. */

import type { HostValue, SymbolValue } from "../../5-object/manifest.ts";
import { sizeOf } from "../../types/layout.ts";
import { invariant } from "../../util/assert.ts";
import type { ValueId } from "../ir.ts";
import { address, zero } from "./access.ts";
import { textBytes } from "./constants.ts";
import { argumentOf, type CustomCall, literal, operand } from "./custom-call.ts";
import type { Lowering, Writer } from "./lowering.ts";
import { countFailure, countNegative } from "./sites.ts";
import { scalarShape } from "./storage.ts";

/** A u64 of .rodata. */
function rodataWord(cx: Lowering, offset: number): ValueId {
  return cx.fn.load({ base: cx.fn.data(".rodata", offset), offset: 0, memory: "data", align: 8 }, 8, false);
}

export function hostValue(cx: Lowering, kind: HostValue["kind"]): ValueId {
  return rodataWord(cx, cx.module.hostValue(kind));
}

export function byteSwapped(cx: Lowering, expr: CustomCall): ValueId {
  const value = cx.steps.scalar(cx, operand(expr, 0));
  switch (scalarShape(expr.type)?.size) {
    case 2:
      return cx.fn.swap(16, value);
    case 4:
      return cx.fn.swap(32, value);
    case 8:
      return cx.fn.swap(64, value);
    default:
      return cx.fn.extend(8, false, value);
  }
}

export function clockRead(cx: Lowering, expr: CustomCall): ValueId {
  const { fn } = cx;
  switch (literal(expr, 0)) {
    case "monotonic":
      return fn.call("ktime_get_ns", []);
    case "tai":
      return fn.call("ktime_get_tai_ns", []);
    case "sw_tai":
      return fn.binary("add", fn.call("ktime_get_boot_ns", []), hostValue(cx, "tai-offset"));
    default:
      return fn.call("ktime_get_boot_ns", []);
  }
}

export function elapsed(cx: Lowering): ValueId {
  return cx.fn.binary("sub", cx.fn.call("ktime_get_boot_ns", []), hostValue(cx, "start-ns"));
}

const HOST_WORDS: Readonly<Record<string, HostValue["kind"]>> = { cpid: "cpid", has_cpid: "has-cpid", ncpus: "ncpus" };

export function hostWord(cx: Lowering, expr: CustomCall): ValueId {
  const kind = HOST_WORDS[expr.name];
  invariant(kind !== undefined, "3-ir", `${expr.name} is no host value`);
  return hostValue(cx, kind);
}

/** pid or tid in the namespace that the loader names; in the initial one where it names none. */
export function namespaceId(cx: Lowering, expr: CustomCall): ValueId {
  const { fn } = cx;
  const wantsPid = literal(expr, 0) !== "tid";
  const result = fn.local();
  const [inside, outside, onward] = [fn.block(), fn.block(), fn.block()];
  const ino = hostValue(cx, "pidns-ino");
  fn.branch("ne", ino, fn.const(0), inside, outside);
  fn.enter(inside);
  const value = cx.temps.borrow(8, "pidns", (slot) => {
    fn.zero(slot, 8);
    const args = [hostValue(cx, "pidns-dev"), ino, address(fn, slot), fn.const(8)];
    fn.call("get_ns_current_pid_tgid", args, { writes: "stack" });
    // struct bpf_pidns_info: pid is the thread, tgid the process.
    return fn.load(wantsPid ? { ...slot, offset: 4 } : slot, 4, false);
  });
  fn.write(result, value);
  fn.jump(onward);
  fn.enter(outside);
  const both = fn.call("get_current_pid_tgid", [], { pure: true });
  fn.write(result, wantsPid ? fn.binaryImm("shr", both, 32) : fn.extend(32, false, both));
  fn.jump(onward);
  fn.enter(onward);
  return fn.read(result);
}

/** d_path(): the path's text behind zeros. */
export function pathOf(cx: Lowering, expr: CustomCall): Writer {
  const { fn } = cx;
  const pointer = cx.steps.scalar(cx, operand(expr, 0));
  const size = sizeOf(expr.type);
  return (to) => {
    zero(fn, to, size);
    const result = fn.call("d_path", [pointer, address(fn, to), fn.const(size)], { reads: "any", writes: to.memory });
    const [failed, onward] = [fn.block(), fn.block()];
    fn.branch("slt", result, fn.const(0), failed, onward, { unlikely: "then" });
    fn.enter(failed);
    countFailure(cx, { kind: "helper", helper: "d_path", span: expr.span, warn: true }, result);
    // The helper builds from the buffer's end and leaves its pieces there.
    zero(fn, to, size);
    fn.jump(onward);
    fn.enter(onward);
  };
}

/**
 * An address or cgroup id that the loader writes into .rodata. With an argument: eight bytes read at a variable of the
 * traced binary, cut to the variable's own width, which the loader knows.
 */
export function symbolAddress(cx: Lowering, expr: CustomCall): ValueId {
  const { fn } = cx;
  const kind = literal(expr, 0);
  const symbol = String(literal(expr, 1) ?? "");
  const path = literal(expr, 2);
  const wordOf = (kind: SymbolValue["kind"], program?: number) => {
    const value = { kind, symbol, ...(typeof path === "string" ? { path } : {}) };
    return rodataWord(cx, cx.module.symbol(program === undefined ? value : { ...value, program }, expr.span));
  };
  switch (kind) {
    case "user": {
      const { index } = cx.program;
      const place = cx.steps.scalar(cx, operand(expr, 0));
      return fn.binary("add", wordOf("user", index), fn.binary("and", place, wordOf("user-mask", index)));
    }
    case "user-spare": {
      const value = cx.steps.scalar(cx, operand(expr, 0));
      const spare = wordOf("user-spare");
      return fn.binary("sar", fn.binary("shl", value, spare), spare);
    }
    case "cgroup":
      return wordOf("cgroup");
    default:
      return wordOf("kernel");
  }
}

/** An address with the process whose it is. */
export function userSymbol(cx: Lowering, expr: CustomCall): Writer {
  const { fn } = cx;
  const pointer = cx.steps.scalar(cx, operand(expr, 0));
  return (to) => {
    fn.store(to, 8, pointer);
    const both = fn.call("get_current_pid_tgid", [], { pure: true });
    fn.store({ ...to, offset: to.offset + 8 }, 8, fn.binaryImm("shr", both, 32));
  };
}

/** debugf(): text for the kernel's trace pipe, which the helper formats. */
export function tracePrinted(cx: Lowering, expr: CustomCall): ValueId {
  const { fn, module } = cx;
  const format = textBytes(`${String(literal(expr, 0) ?? "")}\0`);
  const values = [0, 1, 2].map((index) => {
    const arg = argumentOf(expr, index);
    if (arg === undefined) return fn.const(0);
    return scalarShape(arg.type) === undefined ? address(fn, cx.steps.memory(cx, arg)) : cx.steps.scalar(cx, arg);
  });
  const text = fn.data(".rodata", module.constant(format));
  const result = fn.call("trace_printk", [text, fn.const(format.length), ...values], { reads: "any" });
  countNegative(cx, { kind: "helper", helper: "trace_printk", span: expr.span, warn: true }, result);
  return fn.const(0);
}
