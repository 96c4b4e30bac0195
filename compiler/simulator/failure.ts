/** Why a run was stopped, in words, and where: the instruction in its section, and its line. */
import type { LineInfo } from "../btf/ext.ts";
import { STOP } from "./layout.ts";
import type { MachinePlace, RunFailure } from "./machine.ts";

/** Where a linked program's instructions come from. */
export type LinkedPlaces = {
  readonly name: string;
  /** Functions in order: first slot in the program, section, first slot there. */
  readonly functions: readonly { readonly start: number; readonly section: string; readonly offset: number }[];
  readonly lines: ReadonlyMap<number, LineInfo>;
  /** What instructions need and the kernel lacks, by slot. */
  readonly absent: ReadonlyMap<number, string>;
};

export function placeOf(program: LinkedPlaces, slot: number): MachinePlace {
  const home = program.functions.findLast(({ start }) => start <= slot);
  const start = home?.start ?? 0;
  let line: LineInfo | undefined;
  for (let at = slot; at >= start && line === undefined; at--) line = program.lines.get(at);
  return { program: program.name, section: home?.section ?? "", insn: slot - start + (home?.offset ?? 0), line };
}

/** @param called slot of the last helper call; `trap` the engine's own words, if it was the engine that stopped */
export function failureOf(
  program: LinkedPlaces,
  stopped: { readonly reason: number; readonly value: bigint },
  called: number,
  trap: string | undefined,
  budget: number,
): RunFailure {
  const address = `0x${stopped.value.toString(16)}`;
  const here = (slot: number, reason: RunFailure["reason"], message: string): RunFailure => ({
    reason,
    message,
    place: placeOf(program, slot),
  });
  if (trap !== undefined) return here(called, "memory", `the engine stopped the program: ${trap}`);
  const own = Number(stopped.value & 0xffffffffn);
  switch (stopped.reason) {
    case STOP.BUDGET:
      return here(own, "budget", `the program ran ${budget} instructions and did not end`);
    case STOP.STACK:
      return here(own, "stack", "calls go deeper than the 8 frames that a program has");
    case STOP.ABSENT:
      return here(
        own,
        "helper",
        `${program.absent.get(own) ?? "what this instruction needs"} does not exist in the simulated kernel`,
      );
    case STOP.STORE:
      return here(called, "memory", `the program writes at ${address}, which is not its own memory`);
    case STOP.POINTER:
      return here(called, "memory", `a helper is to read at ${address}, which is not the program's memory`);
    case STOP.CALLBACK:
      return here(called, "helper", `${address} is no function that a helper can call`);
    case STOP.NO_BUFFER:
    case STOP.MAP:
      return here(called, "helper", `${address} is no map or record for this helper`);
    default:
      return here(called, "helper", "the program was stopped");
  }
}
