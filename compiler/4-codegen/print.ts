/** Generated code as text: what `--emit asm` shows. One listing per function, helpers by name. */
import { printInsns } from "../ebpf/print.ts";
import { helpers } from "../lang/helpers.ts";
import type { Code, CodeModule } from "./program.ts";

/** All functions, programs with their section. */
export function printCode(module: CodeModule): string {
  const sections = new Map(module.programs.map((program) => [program.function, program.section]));
  return module.code
    .map((code) => {
      const section = sections.get(code.name);
      const title = `${code.kind} ${code.name}${section === undefined ? "" : ` (${section})`}: ${slotsOf(code)} instructions, ${code.frame} bytes of stack`;
      return `; ${title}\n${printFunctionCode(code)}`;
    })
    .join("\n");
}

/** One function's instructions. */
export function printFunctionCode(code: Code): string {
  return printInsns(code.insns, { helperName: (id) => helpers.find((row) => row.id === id)?.name });
}

/** 8-byte instruction slots, as the kernel counts instructions. */
export function slotsOf(code: Code): number {
  return code.insns.reduce((sum, insn) => sum + (insn.kind === "label" ? 0 : insn.kind === "load64" ? 2 : 1), 0);
}
