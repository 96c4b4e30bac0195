/** Reads an events file: JSON Lines, integers exact, everything wrong told with its place. */
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { EventProblem, Setup, SimulatedEvent } from "./event.ts";

export type ParsedEvents = {
  /** Without those that a problem of severity error is about; in order of time. */
  readonly events: readonly SimulatedEvent[];
  /** From the file's first line, if that is a setup. */
  readonly setup: Partial<Setup>;
  readonly problems: readonly EventProblem[];
};

/** @param name shown in problems; @param snapshot whose functions, tracepoints and types the events must fit */
export function parseEvents(_text: string, _name: string, _snapshot: Snapshot): ParsedEvents {
  return { events: [], setup: {}, problems: [] };
}
