/** What code generation hands to the object writer: instructions still symbolic, everything else as 3-ir left it. */

import type { DataSection, MapDef, Module, ProgramDef, TracepointUse } from "../3-ir/ir.ts";
import type { Btf } from "../btf/types.ts";
import type { Insn, InsnIndex } from "../ebpf/insn.ts";
import type { Span } from "../source/span.ts";

/** One function. CO-RE references are in the instructions' meta. */
export type Code = {
  readonly name: string;
  readonly kind: "program" | "callback" | "subprogram";
  readonly arguments: number;
  readonly insns: readonly Insn[];
  /** Bytes of stack used, at most 512. */
  readonly frame: number;
  /** Loads at tracepoint field offsets, for the loader to check and patch. */
  readonly tracepoints: readonly {
    readonly insn: InsnIndex;
    readonly use: TracepointUse;
    readonly span: Span | undefined;
  }[];
};

export type CodeModule = {
  readonly programs: readonly ProgramDef[];
  readonly code: readonly Code[];
  readonly maps: readonly MapDef[];
  readonly data: readonly DataSection[];
  readonly license: string;
  readonly manifest: Module["manifest"];
  /** Types that CO-RE references name. */
  readonly btf: Btf;
  /** Script, for line info. */
  readonly source: { readonly name: string; readonly text: string };
};
