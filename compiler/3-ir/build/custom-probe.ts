/** The name of the attach point that fired, where only the host knows it: an entry of the array that the loader fills. */

import type { Expr } from "../../2-check/typed.ts";
import { sizeOf } from "../../types/layout.ts";
import { copyBytes } from "./access.ts";
import { zerosPlace } from "./constants.ts";
import type { CustomCall } from "./custom-call.ts";
import type { Place } from "./draft.ts";
import type { Lowering, Writer } from "./lowering.ts";

/** Where the name stands, valid as long as the program runs: the links' cookies are indexes of the array. */
export function probeNamePlace(cx: Lowering, expr: Expr): Place {
  const { fn } = cx;
  const size = sizeOf(expr.type);
  const cookie = fn.call("get_attach_cookie", [cx.context()], { pure: true });
  const key = { kind: "scalars", size: 4, parts: [{ offset: 0, size: 4, value: cookie }] } as const;
  const found = fn.lookup(cx.module.names(size), key);
  const pointer = fn.local();
  const [missing, onward] = [fn.block(), fn.block()];
  fn.write(pointer, found);
  fn.branch("ne", found, fn.const(0), onward, missing, { unlikely: "else" });
  fn.enter(missing);
  fn.write(pointer, zerosPlace(cx, size).base);
  fn.jump(onward);
  fn.enter(onward);
  // Where there is no entry the zeros of .bss, which nothing writes: they are in no other memory's way.
  return { base: fn.read(pointer), offset: 0, memory: "map", align: 8 };
}

/** The name in memory. */
export function probeName(cx: Lowering, expr: CustomCall): Writer {
  const from = probeNamePlace(cx, expr);
  return (to) => copyBytes(cx.fn, to, from, sizeOf(expr.type));
}
