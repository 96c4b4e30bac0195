/**
 * The shapes of a recording's records: what stands where in the buffer, and as which types the loader decodes it. Each
 * begins with the event's id; a "seen" goes on with the number of its hit, then what its kind needs (manifest.ts, Seen).
 */
import type { Argument, ValueType } from "../../5-object/manifest.ts";
import { alignUp } from "../../types/layout.ts";

const U64: ValueType = { k: "int", size: 8, signed: false };
const S64: ValueType = { k: "int", size: 8, signed: true };
const U32: ValueType = { k: "int", size: 4, signed: false };
const POINTER: ValueType = { k: "pointer" };

export type Layout = { readonly size: number; readonly args: readonly Argument[] };

/** Where a hit's parts stand. The context's bytes are 8-byte aligned. */
export const HIT = { number: 8, at: 16, thread: 24, user: 32, comm: 40, cpu: 56, address: 64, context: 76 } as const;
export const COMM_SIZE = 16;
export const NOTE_SIZE = 64;

/** A buffer's bytes, behind its length. */
export const bytesAt = (buffer: number): number => buffer + 4;

/** A hit with so many bytes of context, and the notes of so many arguments of a static probe. */
export function hitLayout(context: number, notes: number): Layout & { readonly notes: readonly number[] } {
  const args: Argument[] = [
    { offset: HIT.number, type: U64 },
    { offset: HIT.at, type: U64 },
    { offset: HIT.thread, type: U64 },
    { offset: HIT.user, type: U64 },
    { offset: HIT.comm, type: { k: "string", size: COMM_SIZE } },
    { offset: HIT.cpu, type: U32 },
    { offset: HIT.address, type: POINTER },
    { offset: HIT.context, type: { k: "buffer", size: context } },
  ];
  let end = bytesAt(HIT.context) + context;
  const places: number[] = [];
  for (let i = 0; i < notes; i++) {
    const offset = alignUp(end, 4);
    args.push({ offset, type: { k: "buffer", size: NOTE_SIZE } });
    places.push(offset);
    end = bytesAt(offset) + NOTE_SIZE;
  }
  return { size: alignUp(end, 8), args, notes: places };
}

/** Where a seen's parts stand: its hit; what a helper returned, or a load's address; the second word; a buffer. */
export const SEEN = { hit: 8, first: 16, second: 24, bytes: 32 } as const;

/** A seen of `size` bytes: its hit, then what its kind has. */
function seenLayout(size: number, args: readonly Argument[]): Layout {
  return { size, args: [{ offset: SEEN.hit, type: U64 }, ...args] };
}

export function resultLayout(): Layout {
  return seenLayout(SEEN.second, [{ offset: SEEN.first, type: S64 }]);
}

export function loadLayout(): Layout {
  return seenLayout(SEEN.bytes, [
    { offset: SEEN.first, type: POINTER },
    { offset: SEEN.second, type: U64 },
  ]);
}

/** With room for so many bytes; what was read, from where, and the helper's result. */
export function readLayout(room: number): Layout {
  return seenLayout(alignUp(bytesAt(SEEN.bytes) + room, 8), [
    { offset: SEEN.first, type: S64 },
    { offset: SEEN.second, type: POINTER },
    { offset: SEEN.bytes, type: { k: "buffer", size: room } },
  ]);
}

export function stackLayout(stack: ValueType): Layout {
  return seenLayout(SEEN.bytes, [
    { offset: SEEN.first, type: S64 },
    { offset: SEEN.second, type: stack },
  ]);
}
