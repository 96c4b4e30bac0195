/** What .BTF.ext and the manifest say of instructions: line info, CO-RE relocations, tracepoint fields, field uses. */
import type { CoreRelo, LineInfo } from "../btf/ext.ts";
import type { Btf } from "../btf/types.ts";
import { CORE_KINDS } from "../ebpf/insn.ts";
import { lineText, type Source } from "../source/text.ts";
import { type CoreTypes, describeReference } from "./core-types.ts";
import type { FieldUse, TracepointField } from "./manifest.ts";
import { placeOf } from "./places.ts";
import type { PlacedFunction, ProgramSection } from "./sections.ts";

/**
 * One record where the place in the script changes. The kernel wants one at each function's first instruction, and
 * ascending offsets (check_btf_line in kernel/bpf/verifier.c).
 */
export function lineInfo(section: ProgramSection, source: Source): LineInfo[] {
  return section.functions.flatMap((fn) => {
    const lines: LineInfo[] = [];
    const at = (span: { readonly start: number; readonly end: number }, slot: number): void => {
      const { line, column } = placeOf(source, span);
      const last = lines.at(-1);
      if (last !== undefined && last.line === line && last.column === column) return;
      lines.push({ offset: fn.offset + slot * 8, file: source.name, text: lineText(source, line), line, column });
    };
    fn.code.insns.forEach((insn, index) => {
      if (insn.kind === "label") return;
      const span = insn.meta.span ?? (lines.length === 0 ? fn.span : undefined);
      if (span !== undefined) at(span, fn.slots[index] ?? 0);
    });
    return lines;
  });
}

export function coreRelos(section: ProgramSection, types: CoreTypes): CoreRelo[] {
  return section.functions.flatMap((fn) =>
    fn.core.map(({ slot, reference }) => ({
      offset: fn.offset + slot * 8,
      ...types.localize(reference),
      kind: CORE_KINDS.indexOf(reference.kind),
    })),
  );
}

/** Slots count from the section's start, as the manifest wants them. */
export function fieldUses(section: ProgramSection, kernel: Btf, source: Source): FieldUse[] {
  return section.functions.flatMap((fn) =>
    fn.code.insns.flatMap((insn, index): FieldUse[] => {
      const { core, span } = insn.meta;
      if (core === undefined) return [];
      const place = placeOf(source, span ?? fn.span);
      return [{ section: section.name, insn: slotInSection(fn, index), ...describeReference(kernel, core), place }];
    }),
  );
}

export function tracepointFields(section: ProgramSection, source: Source): TracepointField[] {
  return section.functions.flatMap((fn) =>
    fn.code.tracepoints.map(({ insn, use, span }) => ({
      section: section.name,
      insn: slotInSection(fn, insn),
      ...use,
      place: placeOf(source, span ?? fn.span),
    })),
  );
}

function slotInSection(fn: PlacedFunction, index: number): number {
  return fn.offset / 8 + (fn.slots[index] ?? 0);
}
