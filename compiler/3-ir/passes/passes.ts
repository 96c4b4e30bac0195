/**
 * The passes in the order in which they run: one row each, with what must have run before and why it is there.
 * optimize.ts runs the table; a test proves that every `after` names an earlier row.
 */
import type { Function as Fn } from "../ir.ts";
import { keySlots } from "./key-slots.ts";

export type Pass = {
  readonly name: string;
  readonly run: (fn: Fn) => Fn;
  /** Needed for code generation; all others only make the program better. */
  readonly required: boolean;
  /** Names of passes that must stand earlier. */
  readonly after: readonly string[];
  readonly why: string;
};

export const passes: readonly Pass[] = [
  { name: "key-slots", run: keySlots, required: true, after: [], why: "helpers read keys and values from memory" },
];
