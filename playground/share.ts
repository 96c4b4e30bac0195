/**
 * The link that holds a script: everything stands in the URL's hash, so nothing leaves the browser until somebody sends
 * the link, and no server ever sees it.
 *
 *     #1.BASE64URL      1: version of this format. The bytes: u32 FNV-1a of the rest, then DEFLATE of JSON.
 *
 * A link is a stranger's input: its size is limited before and while it is unpacked, its sum tells a cut one, and each
 * field is checked. What does not fit is a note, never an exception.
 */
import { deflateSync, Inflate } from "fflate";
import { LEAST_RATE, MOST_RATE } from "./state.ts";
import type { EventChoice, KernelId } from "./worker/protocol.ts";

export type Shared = {
  readonly name: string;
  readonly text: string;
  readonly kernel: KernelId | undefined;
  readonly unsafe: boolean;
  readonly positional: readonly string[] | undefined;
  readonly events: EventChoice | undefined;
  readonly panel: string | undefined;
};

/** kind "none": the hash holds no script at all. */
export type ReadShare =
  | { readonly kind: "none" }
  | { readonly kind: "shared"; readonly shared: Shared }
  | { readonly kind: "bad"; readonly note: string };

const VERSION = "1";
/** Longest hash that is read or made: what chat programs and browsers still pass on. */
const MOST_CHARACTERS = 60_000;
const MOST_BYTES = 400_000;
const MOST_NAME = 120;
const MOST_ARGUMENTS = 64;
/** Compressed bytes that are unpacked at a time, so that a bomb is noticed early: at most 1032 bytes come of each. */
const PIECE = 256;

/** The hash with its "#", or undefined if the script is too long for a link. */
export function writeShare(shared: Shared): string | undefined {
  const json = JSON.stringify({
    n: shared.name,
    t: shared.text,
    k: shared.kernel,
    u: shared.unsafe || undefined,
    a: shared.positional,
    e: shared.events,
    p: shared.panel,
  });
  const bytes = new TextEncoder().encode(json);
  if (bytes.length > MOST_BYTES) return undefined;
  const packed = deflateSync(bytes, { level: 9 });
  const whole = new Uint8Array(4 + packed.length);
  new DataView(whole.buffer).setUint32(0, sum(packed));
  whole.set(packed, 4);
  const hash = `#${VERSION}.${toBase64Url(whole)}`;
  return hash.length > MOST_CHARACTERS ? undefined : hash;
}

export function readShare(hash: string): ReadShare {
  const text = hash.replace(/^#/, "");
  if (text === "") return { kind: "none" };
  const bad = (note: string): ReadShare => ({ kind: "bad", note });
  const match = /^(\d{1,4})\.(.*)$/s.exec(text);
  if (match === null) return bad("This link holds no script that the playground can read.");
  if (match[1] !== VERSION) return bad("This link was made by a newer playground: reload the page and open it again.");
  if (text.length > MOST_CHARACTERS) return bad("This link is longer than the playground makes them.");
  const whole = fromBase64Url(match[2] ?? "");
  if (whole === undefined || whole.length < 5) return bad("This link is damaged or cut off.");
  const packed = whole.subarray(4);
  if (new DataView(whole.buffer, whole.byteOffset).getUint32(0) !== sum(packed)) {
    return bad("This link is damaged or cut off.");
  }
  const json = unpack(packed);
  const shared = json === undefined ? undefined : validate(json);
  return shared === undefined
    ? bad("This link holds no script that the playground can read.")
    : { kind: "shared", shared };
}

/** undefined: no DEFLATE, or more than a script would be. */
function unpack(packed: Uint8Array): unknown {
  const parts: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  const inflate = new Inflate((chunk, final) => {
    size += chunk.length;
    if (size <= MOST_BYTES) parts.push(chunk);
    ended = final;
  });
  try {
    for (let at = 0; at < packed.length && size <= MOST_BYTES; at += PIECE) {
      inflate.push(packed.subarray(at, at + PIECE), at + PIECE >= packed.length);
    }
    if (!ended || size > MOST_BYTES) return undefined;
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function validate(json: unknown): Shared | undefined {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  // From here on every field is looked at before it is used.
  const { n, t, k, u, a, e, p } = json as Readonly<Record<string, unknown>>;
  if (typeof n !== "string" || typeof t !== "string" || n.length > MOST_NAME) return undefined;
  if (k !== undefined && (typeof k !== "string" || k.length > MOST_NAME)) return undefined;
  if (u !== undefined && typeof u !== "boolean") return undefined;
  if (p !== undefined && (typeof p !== "string" || p.length > 20)) return undefined;
  const positional = a === undefined ? undefined : textsOf(a);
  if (a !== undefined && positional === undefined) return undefined;
  const events = e === undefined ? undefined : eventsOf(e);
  if (e !== undefined && events === undefined) return undefined;
  return { name: n, text: t, kernel: k, unsafe: u === true, positional, events, panel: p };
}

function textsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length > MOST_ARGUMENTS) return undefined;
  return value.every((each): each is string => typeof each === "string") ? value : undefined;
}

function eventsOf(value: unknown): EventChoice | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, spec, seed, rate = 1, name, text } = value as Readonly<Record<string, unknown>>;
  if (
    kind === "generated" &&
    typeof spec === "string" &&
    typeof seed === "number" &&
    Number.isSafeInteger(seed) &&
    typeof rate === "number" &&
    rate >= LEAST_RATE &&
    rate <= MOST_RATE
  ) {
    return { kind, spec, seed, rate };
  }
  if (kind === "given" && typeof name === "string" && name.length <= MOST_NAME && typeof text === "string") {
    return { kind, name, text };
  }
  return undefined;
}

/** FNV-1a of 32 bits: against accidents, not against intent. */
function sum(bytes: Uint8Array): number {
  let hash = 2166136261;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16777619);
  return hash >>> 0;
}

function toBase64Url(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
