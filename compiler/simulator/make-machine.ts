/** Puts a machine together. */
import { type Machine, type MachineOptions, SimulatorError } from "./machine.ts";

export async function makeMachine(_object: Uint8Array, _options: MachineOptions): Promise<Machine> {
  throw new SimulatorError("programs can't be translated yet");
}
