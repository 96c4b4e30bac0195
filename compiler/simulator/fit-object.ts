/** What a loader fits to its host before it loads: offsets of tracepoints' fields, the size of the ring buffer. */
import type { Manifest } from "../5-object/manifest.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { type MachineOptions, SimulatorError } from "./machine.ts";

const PAGE = 4096;
const BUSY_BYTES = 16 << 20;
const CALM_BYTES = 512 << 10;
const MOST_BYTES = 2 ** 30;

/** Bytes, a power of two: what the script says, else by what can fill it (loader/object.c). */
export function bufferSize(manifest: Manifest): number {
  let want = manifest.config.perf_rb_pages * PAGE;
  if (want === 0) {
    const calm = new Set(["begin", "end", "signal", "interval"]);
    const busy = manifest.events.some(({ program }) =>
      (manifest.programs[program]?.attach ?? []).some((attach) => !calm.has(attach.kind)),
    );
    want = busy ? BUSY_BYTES : CALM_BYTES;
  }
  for (const event of manifest.events) want = Math.max(want, 4 * event.size);
  let size = PAGE;
  while (size < want && size < MOST_BYTES) size *= 2;
  return size;
}

/**
 * Tracepoint fields that stand elsewhere in this kernel's records than where the object was compiled.
 * @throws SimulatorError where one is missing or has another size, as a loader refuses it
 */
export function fieldMoves(manifest: Manifest, snapshot: Snapshot): NonNullable<MachineOptions["moves"]> {
  const moves: { section: string; insn: number; by: number }[] = [];
  for (const use of manifest.tracepointFields) {
    const { category, event, field, offset, size, section, insn, place } = use;
    const where = `${manifest.source.name}:${place.line}:${place.column}`;
    let found: { readonly offset: number; readonly size: number } | undefined;
    for (const each of snapshot.tracepoints(category, event)) {
      const own = snapshot.tracepoint(each.category, each.event)?.fields.find((candidate) => candidate.name === field);
      if (own === undefined)
        throw new SimulatorError(
          `${where}: on this kernel, tracepoint ${each.category}:${each.event} has no field '${field}'`,
        );
      if (found !== undefined && (found.offset !== own.offset || found.size !== own.size))
        throw new SimulatorError(
          `${where}: field '${field}' stands elsewhere in ${each.category}:${each.event} than in other events that the pattern matches`,
        );
      found = own;
    }
    if (found === undefined) continue;
    if (found.size !== size)
      throw new SimulatorError(
        `${where}: field '${field}' of tracepoint ${category}:${event} has ${found.size} bytes on this kernel, the object expects ${size}`,
      );
    if (found.offset !== offset) moves.push({ section, insn, by: found.offset - offset });
  }
  return moves;
}
