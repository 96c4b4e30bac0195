/**
 * Output is bytes, not text: a traced string may be any bytes and passes through unchanged, and widths count bytes as C
 * does. While it is put together it is a string with one character per byte (0–255), which V8 stores in one byte each
 * and concatenates cheaply.
 */

/** A string whose characters are bytes, 0 to 255. */
export type ByteString = string;

const BEYOND_ASCII = /[\u0080-\uffff]/;

/** UTF-8 of `text`. Plain ASCII is returned as it is. */
export function fromText(text: string): ByteString {
  return BEYOND_ASCII.test(text) ? fromBytes(new TextEncoder().encode(text)) : text;
}

export function fromBytes(bytes: Uint8Array): ByteString {
  if (bytes.length < 4096) return String.fromCharCode(...bytes);
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}

/** A str or bin value of a stream. */
export function fromOctets(value: string | Uint8Array): ByteString {
  return typeof value === "string" ? fromText(value) : fromBytes(value);
}

export function toBytes(text: ByteString): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
