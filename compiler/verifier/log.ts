/**
 * The walk as the kernel's log prints it: per instruction the registers and slots that changed, and the instruction.
 *
 * Kernel: print_verifier_state, print_insn_state in kernel/bpf/log.c.
 */
import type { ModuleExports } from "./module.ts";
import type { VerifierProgram } from "./program.ts";

export type LogLine = {
  /** Slot. */
  readonly insn: number;
  readonly text: string;
};
export type WalkLog = {
  readonly lines: readonly LogLine[];
  readonly note: (kind: number, insn: number, a: number, b: number) => void;
};

export function openLog(_exports: ModuleExports, _program: VerifierProgram, _on: boolean): WalkLog {
  const lines: LogLine[] = [];
  return { lines, note: () => undefined };
}
