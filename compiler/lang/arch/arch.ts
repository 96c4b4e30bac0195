/** What a processor architecture contributes: where registers stand in the context, and the calling conventions. */

export type Arch = {
  readonly name: "x86_64" | "aarch64";
  /** Register name as scripts write it → byte offset in the context (struct pt_regs, or user_pt_regs). */
  readonly registers: Readonly<Record<string, number>>;
  /** Registers of a function's arguments, in order. */
  readonly fnArgs: readonly string[];
  /** Registers of a system call's arguments, in order. */
  readonly syscallArgs: readonly string[];
  readonly retval: string;
  readonly ip: string;
  readonly sp: string;
  /** Bytes above the stack pointer of the first argument on the stack, at function entry. */
  readonly stackArgs: number;
  /** Register and mask that tell user mode: `(register & mask) == value`. */
  readonly userMode: { readonly register: string; readonly mask: bigint; readonly value: bigint } | undefined;
  /** Prefixes of system call functions: "__x64_sys_". */
  readonly syscallPrefix: string;
};

/** Offsets of consecutive 8-byte registers. */
export function words(names: readonly string[], start = 0): Record<string, number> {
  return Object.fromEntries(names.map((name, index) => [name, start + index * 8]));
}
