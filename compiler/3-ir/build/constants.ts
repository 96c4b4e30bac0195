/** Constants in memory: text and bytes of the script, kept in .rodata where an address is needed. */
import type { Expr } from "../../2-check/typed.ts";
import { sizeOf } from "../../types/layout.ts";
import type { Place } from "./draft.ts";
import type { Lowering } from "./lowering.ts";

/** Text as the checker holds it (a character per byte) as bytes, without a NUL. */
export function textBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The bytes of a literal that functions on text look at: those before its first NUL. */
export function bytesBeforeNul(text: string): Uint8Array {
  const bytes = textBytes(text);
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** The bytes of a literal, padded to its type's size. */
export function literalBytes(expr: Extract<Expr, { readonly kind: "string" | "bytes" }>): Uint8Array {
  const bytes = new Uint8Array(sizeOf(expr.type));
  const value = expr.kind === "string" ? textBytes(expr.value) : expr.value;
  bytes.set(value.subarray(0, bytes.length));
  return bytes;
}

/** A place in .rodata that holds the bytes. */
export function constantPlace(cx: Lowering, bytes: Uint8Array): Place {
  return { base: cx.fn.data(".rodata", cx.module.constant(bytes)), offset: 0, memory: "data", align: 8 };
}

/** A place that holds so many zeros. */
export function zerosPlace(cx: Lowering, size: number): Place {
  return { base: cx.fn.data(".bss", cx.module.zeros(size)), offset: 0, memory: "data", align: 8 };
}
