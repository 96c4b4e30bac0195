/** Where registers stand in a context, and which hold what: the architecture's table as offsets. */
import { type Arch, archOf } from "../lang/arch/index.ts";

export type Registers = {
  /** Bytes of them all; in a perf event's context its period and address stand behind. */
  readonly size: number;
  readonly arguments: readonly number[];
  readonly ip: number;
  readonly sp: number;
  readonly retval: number;
  /** The one that tells user from kernel mode, and what it holds. */
  readonly mode: { readonly at: number; readonly user: number; readonly kernel: number };
  /** What a breakpoint adds to the place that a kprobe's program is told. */
  readonly breakpoint: bigint;
  readonly named: Readonly<Record<string, number>>;
};

const MODES: Readonly<
  Record<
    Arch["name"],
    { readonly size: number; readonly register: string; readonly user: number; readonly kernel: number }
  >
> = {
  x86_64: { size: 168, register: "cs", user: 0x33, kernel: 0x10 },
  aarch64: { size: 272, register: "pstate", user: 0, kernel: 5 },
};

export function registersOf(name: Arch["name"]): Registers {
  const arch = archOf(name);
  const offsetOf = (register: string): number => arch.registers[register] ?? 0;
  const { size, register, user, kernel } = MODES[name];
  return {
    size,
    arguments: arch.fnArgs.map(offsetOf),
    ip: offsetOf(arch.ip),
    sp: offsetOf(arch.sp),
    retval: offsetOf(arch.retval),
    mode: { at: offsetOf(register), user, kernel },
    // it has one byte on x86, and the kernel passes the place behind it
    breakpoint: name === "x86_64" ? 1n : 0n,
    named: arch.registers,
  };
}

/** Registers that hold a static probe's arguments, as the simulator tells its programs (`usdtArguments`). */
export function usdtRegister(arch: Arch, index: number): number {
  const registers = Object.values(arch.registers);
  const first = arch.fnArgs[index];
  if (first !== undefined) return arch.registers[first] ?? 0;
  const rest = Object.entries(arch.registers)
    .filter(
      ([name]) => !arch.fnArgs.includes(name) && name !== arch.sp && name !== arch.ip && name !== "pc" && name !== "cs",
    )
    .map(([, offset]) => offset);
  return rest[index - arch.fnArgs.length] ?? registers[0] ?? 0;
}
