/**
 * A stack as text (L7.16–L7.19): a newline, then one line per frame. An empty stack (or a failed capture) is the newline
 * alone.
 */
import type { Value } from "../stream/records.ts";
import { type ByteString, fromText } from "./byte-string.ts";
import { fieldOf, hexadecimal, type Integer, isInteger } from "./integer.ts";

export type StackMode = { readonly user: boolean; readonly mode: string };

export function stackText(value: Value, { user, mode }: StackMode): ByteString {
  let text = "\n";
  if (!Array.isArray(value)) return text;
  for (const frame of value) {
    const address = addressOf(frame);
    if (mode === "raw") text += bare(address);
    else if (mode === "perf") text += `\t${bare(address)} ${frameName(frame)}${user ? ` (${moduleOf(frame)})` : ""}`;
    else if (mode === "build_id") text += buildId(frame, address);
    else text += `        ${frameName(frame)}`;
    text += "\n";
  }
  return text;
}

/** `symbol+offset`, or the address when it has no symbol. */
export function frameName(frame: Value): ByteString {
  const symbol = fieldOf(frame, "symbol");
  if (typeof symbol !== "string") return hexadecimal(addressOf(frame));
  const offset = fieldOf(frame, "offset");
  return isInteger(offset) ? `${fromText(symbol)}+${offset}` : fromText(symbol);
}

export function addressOf(frame: Value): Integer {
  const address = isInteger(frame) ? frame : fieldOf(frame, "address");
  return isInteger(address) ? address : 0;
}

function bare(address: Integer): string {
  return hexadecimal(address).slice(2);
}

function moduleOf(frame: Value): ByteString {
  const module = fieldOf(frame, "module");
  return typeof module === "string" ? fromText(module) : "[unknown]";
}

/** The symbol field holds the build id in hexadecimal, the offset is into the file. */
function buildId(frame: Value, address: Integer): ByteString {
  const id = fieldOf(frame, "symbol");
  const offset = fieldOf(frame, "offset");
  return typeof id === "string" && isInteger(offset) ? `${fromText(id)} ${hexadecimal(offset)}` : bare(address);
}
