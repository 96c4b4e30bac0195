/** Whether what an event names exists in the simulated kernel. */
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { EventPlace } from "./attach.ts";
import { EventError } from "./event.ts";

/** @throws EventError for a function or tracepoint that the kernel lacks, with the nearest names */
export function checkExists(snapshot: Snapshot, place: EventPlace, probe: string): void {
  const lacks = (what: string, suggestions: readonly string[]): EventError =>
    new EventError(
      `${probe}: kernel ${snapshot.release} has no such ${what}`,
      0,
      suggestions.length === 0 ? undefined : `did you mean ${suggestions.join(", ")}?`,
    );
  if (place.kind === "enter" || place.kind === "return" || place.kind === "at") {
    if (/^0x[0-9a-fA-F]+$/.test(place.name)) return;
    if (!snapshot.isTraceable(place.name) && snapshot.functionType(place.name) === undefined)
      throw lacks("function", snapshot.suggest("function", place.name));
  } else if (place.kind === "tracepoint" && snapshot.tracepoint(place.group, place.name) === undefined)
    throw lacks("tracepoint", snapshot.suggest("tracepoint", `${place.group}:${place.name}`));
  else if (place.kind === "raw" && snapshot.rawTracepoints(place.name).length === 0)
    throw lacks("tracepoint", snapshot.suggest("rawtracepoint", place.name));
}
