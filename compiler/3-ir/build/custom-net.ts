/** ntop(): an internet address with its family. */
import { sizeOf } from "../../types/layout.ts";
import { copyBytes } from "./access.ts";
import { type CustomCall, operand, spaceOf } from "./custom-call.ts";
import { readBytes } from "./kernel-memory.ts";
import type { Lowering, Writer } from "./lowering.ts";
import { at, scalarShape } from "./storage.ts";

/** u32 family, 16 bytes of address, of which IPv4 uses four. */
export function internetAddress(cx: Lowering, expr: CustomCall): Writer {
  const { fn } = cx;
  const family = cx.steps.scalar(cx, operand(expr, 0));
  const source = operand(expr, 1);
  if (scalarShape(source.type) !== undefined && source.type.kind !== "pointer") {
    const value = cx.steps.scalar(cx, source);
    return (to, fill) => {
      fn.store(to, 4, family);
      fn.store(at(to, 4), 4, value);
      if (fill !== "record") fn.zero(at(to, 8), 12);
    };
  }
  if (source.type.kind === "pointer") {
    const pointer = cx.steps.scalar(cx, source);
    return (to) => {
      fn.store(to, 4, family);
      readBytes(cx, spaceOf(source.type), at(to, 4), fn.const(16), pointer, expr.span);
    };
  }
  const size = Math.min(16, sizeOf(source.type));
  const from = cx.steps.prepare(cx, source);
  return (to, fill) => {
    fn.store(to, 4, family);
    if (sizeOf(source.type) <= 16) {
      from(at(to, 4), fill);
    } else {
      cx.temps.borrow(sizeOf(source.type), "address", (whole) => {
        from(whole, fill);
        copyBytes(fn, at(to, 4), whole, size);
      });
    }
    if (fill !== "record") fn.zero(at(to, 4 + size), 16 - size);
  };
}
