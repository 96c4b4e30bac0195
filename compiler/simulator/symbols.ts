/**
 * Names and addresses of code. Symbols get addresses when they are first named: a place by their name's hash, the next
 * free one where that is taken, so that a name has the same address in nearly every run. What an events file says of an
 * address (recordings do) goes before.
 */
import type { Frame } from "../stream/records.ts";
import { plainInteger } from "./decode-value.ts";
import { EventError, type EventFrame } from "./event.ts";

export type Place = { readonly symbol: string; readonly offset: bigint; readonly module: string | undefined };

/** One address space: the kernel's text, or that of all processes. */
export type Symbols = {
  /** Address of a symbol's first byte. */
  readonly address: (symbol: string, module?: string) => bigint;
  /** The symbol that an address is in. */
  readonly find: (address: bigint) => Place | undefined;
  /** Address of a frame as an event gives it. @throws EventError for a text that is none */
  readonly place: (frame: EventFrame) => bigint;
  /** Frame of the stream. */
  readonly frame: (address: bigint) => Frame;
};

/** Bytes that a symbol has for itself: no function is longer. */
const SLOT = 0x4000n;
const SLOTS = 49152;
/** No symbol spans this much: an address so far behind the nearest one is in none (loader/kallsyms.c). */
const REACH = 16n << 20n;

export const KERNEL_TEXT = 0xffffffff81000000n;
export const USER_TEXT = 0x555555554000n;

/** FNV-1a, 32 bits. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** @param fixed symbols whose addresses are known */
export function createSymbols(base: bigint, fixed: ReadonlyMap<string, bigint>): Symbols {
  const slots = new Map<number, Place>();
  const addresses = new Map<string, bigint>();
  /** Addresses that a recording names: whole frames, and symbols by their start. */
  const exact = new Map<bigint, Place>();
  const starts = new Map<bigint, Place>();
  let sorted: readonly bigint[] | undefined;
  const places = new Map<string, bigint>();

  const fix = (start: bigint, place: Place): void => {
    starts.set(start, place);
    sorted = undefined;
    addresses.set(keyOf(place.symbol, place.module), start);
  };
  for (const [symbol, address] of fixed) fix(address, { symbol, offset: 0n, module: undefined });

  const address = (symbol: string, module?: string): bigint => {
    const key = keyOf(symbol, module);
    const known = addresses.get(key);
    if (known !== undefined) return known;
    let slot = hashText(key) % SLOTS;
    for (let tries = 0; slots.has(slot); tries++) {
      if (tries > SLOTS) throw new EventError(`more than ${SLOTS} symbols: their addresses are used up`);
      slot = (slot + 1) % SLOTS;
    }
    const start = base + BigInt(slot) * SLOT;
    slots.set(slot, { symbol, offset: 0n, module });
    addresses.set(key, start);
    return start;
  };

  const find = (at: bigint): Place | undefined => {
    const known = exact.get(at);
    if (known !== undefined) return known;
    const below = at - base;
    if (below >= 0n && below < BigInt(SLOTS) * SLOT) {
      const place = slots.get(Number(below / SLOT));
      if (place !== undefined) return { ...place, offset: below % SLOT };
    }
    sorted ??= [...starts.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    let low = 0;
    for (let high = sorted.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] ?? 0n) <= at) low = middle + 1;
      else high = middle;
    }
    const start = sorted[low - 1];
    const place = start === undefined ? undefined : starts.get(start);
    if (start === undefined || place === undefined || at - start > REACH) return undefined;
    return { ...place, offset: at - start };
  };

  const placeOf = (frame: EventFrame): bigint => {
    if (typeof frame === "number" || typeof frame === "bigint") return BigInt.asUintN(64, BigInt(frame));
    if (typeof frame === "string") {
      const known = places.get(frame);
      if (known !== undefined) return known;
      const { symbol, offset, module, absolute } = parseFrame(frame);
      const found = absolute ?? address(symbol, module) + offset;
      if (places.size < 100_000) places.set(frame, found);
      return found;
    }
    const offset = BigInt(frame.offset ?? 0);
    if (frame.address !== undefined) {
      const at = BigInt.asUintN(64, BigInt(frame.address));
      if (frame.symbol !== undefined) exact.set(at, { symbol: frame.symbol, offset, module: frame.module });
      if (frame.symbol !== undefined && !starts.has(at - offset))
        fix(at - offset, { symbol: frame.symbol, offset: 0n, module: frame.module });
      return at;
    }
    if (frame.symbol === undefined) throw new EventError("a frame has neither a symbol nor an address");
    return address(frame.symbol, frame.module) + offset;
  };

  return {
    address,
    find,
    place: placeOf,
    frame(at) {
      const place = find(at);
      if (place === undefined) return { address: plainInteger(at) };
      const named = { address: plainInteger(at), symbol: place.symbol, offset: Number(place.offset) };
      return place.module === undefined ? named : { ...named, module: place.module };
    },
  };
}

function keyOf(symbol: string, module: string | undefined): string {
  return module === undefined ? symbol : `${symbol} [${module}]`;
}

type ParsedFrame = {
  readonly symbol: string;
  readonly offset: bigint;
  readonly module: string | undefined;
  readonly absolute: bigint | undefined;
};

/** "tcp_sendmsg", "tcp_sendmsg+0x1a", "main+5 (/usr/bin/cat)", "nf_hook [nf_tables]", "0xffffffff81000000". */
function parseFrame(text: string): ParsedFrame {
  const match = /^([^\s+()[\]]+)(?:\+(0x[0-9a-fA-F]+|\d+))?(?:\s*[([]([^)\]]+)[)\]])?$/.exec(text.trim());
  const [, symbol = "", offset = "0", module] = match ?? [];
  if (match === null || symbol === "")
    throw new EventError(
      `'${text}' is no frame of a stack`,
      0,
      "frames are SYMBOL, SYMBOL+OFFSET, SYMBOL+OFFSET (FILE) or an address such as 0xffffffff81234567",
    );
  const absolute = /^0x[0-9a-fA-F]+$/.test(symbol) ? BigInt.asUintN(64, BigInt(symbol)) : undefined;
  return { symbol, offset: BigInt(offset), module, absolute };
}
