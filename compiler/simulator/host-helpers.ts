/** Helpers that need more than linear memory: the host's signals, the kernel's types, formats. */
import type { HostHelper } from "./helpers.ts";
import type { MachineMemory, MachineOptions } from "./machine.ts";
import type { PlacedMap } from "./map-layout.ts";
import type { RuntimeExports } from "./runtime.ts";

export type HelperHost = {
  readonly memory: MachineMemory;
  readonly buffer: ArrayBuffer;
  readonly runtime: RuntimeExports;
  readonly maps: readonly PlacedMap[];
  readonly options: MachineOptions;
};
type Answer = (...args: bigint[]) => bigint;

export function hostHelpers({ options }: HelperHost): Readonly<Partial<Record<HostHelper, Answer>>> {
  const effect = options.onEffect ?? (() => {});
  return {
    send_signal: (signal = 0n) => {
      effect({ kind: "signal", signal: Number(BigInt.asIntN(32, signal)), thread: false });
      return 0n;
    },
    send_signal_thread: (signal = 0n) => {
      effect({ kind: "signal", signal: Number(BigInt.asIntN(32, signal)), thread: true });
      return 0n;
    },
    override_return: (_context = 0n, value = 0n) => {
      effect({ kind: "override", value: BigInt.asUintN(64, value) });
      return 0n;
    },
  };
}
