/**
 * Functions → program sections: which function stands where, the bytes, and the relocations still by name.
 *
 * Programs of one attach point share a section, one after the other, in the order of the script; callbacks and
 * subprograms go to `.text`, from where loaders append them to the programs that use them.
 */

import type { Code, CodeModule } from "../4-codegen/program.ts";
import type { SlotIndex } from "../ebpf/insn.ts";
import { type CoreRelocation, layout, type Relocation } from "../ebpf/layout.ts";
import type { Span } from "../source/span.ts";
import { invariant } from "../util/assert.ts";

export const TEXT = ".text";

export type PlacedFunction = {
  readonly code: Code;
  /** Where the function's first instruction comes from when it has no span: its probe. */
  readonly span: Span;
  /** Bytes from the section's start. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** Per element of code.insns: its slot in the function. */
  readonly slots: readonly SlotIndex[];
  readonly relocations: readonly Relocation[];
  readonly core: readonly CoreRelocation[];
};
export type ProgramSection = { readonly name: string; readonly functions: readonly PlacedFunction[] };

/** Sections in order of first use, `.text` last. */
export function placeFunctions(module: CodeModule): ProgramSection[] {
  const bySection = new Map<string, PlacedFunction[]>();
  const place = (section: string, code: Code, span: Span): void => {
    const functions = bySection.get(section) ?? [];
    bySection.set(section, functions);
    const last = functions.at(-1);
    const offset = last === undefined ? 0 : last.offset + last.bytes.length;
    functions.push({ code, span, offset, ...layout(code.insns) });
  };
  for (const program of module.programs) {
    const code = module.code.find(({ name }) => name === program.function);
    invariant(code !== undefined, "object", `program ${program.function} has no code`);
    invariant(program.section !== TEXT, "object", `program ${program.function} in ${TEXT}`);
    place(program.section, code, program.span);
  }
  for (const code of module.code) if (code.kind !== "program") place(TEXT, code, { start: 0, end: 0 });
  return [...bySection].map(([name, functions]) => ({ name, functions }));
}

/** The function of that name in `.text`. */
export function textFunction(sections: readonly ProgramSection[], name: string): PlacedFunction {
  const found = sections.find((s) => s.name === TEXT)?.functions.find(({ code }) => code.name === name);
  invariant(found !== undefined, "object", `call of ${name}, which is no subprogram or callback`);
  return found;
}
