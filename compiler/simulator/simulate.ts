/**
 * Plays the loader's part: reads an object, attaches its programs to what an events file or generator says happens, runs
 * them in WebAssembly by a virtual clock, and yields the records that a loader's stream would hold (spec/stream.md).
 *
 * Deterministic: the same object, snapshot, events and options give the same records. Relies on machine.ts for running
 * programs.
 */
import type { StreamItem } from "../stream/decode.ts";
import type { SimulateOptions } from "./options.ts";

/**
 * Runs an object on simulated events. Ends by the script's exit(), by the last event, by options.until or signal, or
 * where a program goes over its budget: then with a notice of severity error at the script's line and status 1.
 * @throws SimulatorError for an object that cannot be simulated, EventError for an event that cannot happen
 */
// biome-ignore lint/correctness/useYield: the run is being built on the machine
export async function* simulate(_object: Uint8Array, _options: SimulateOptions): AsyncGenerator<StreamItem> {
  throw new Error("the simulator is not complete yet");
}
