/** ELF section names → program types and attach points, as libbpf reads them (section_defs in src/libbpf.c). */
import type { ProgramType, TracingAttach } from "./program.ts";

export type SectionMeaning =
  | { readonly kind: "program"; readonly type: ProgramType; readonly attach: TracingAttach | undefined }
  /** A program that the model does not judge: of another type, or one that may sleep. */
  | { readonly kind: "unknown"; readonly what: string };

type Rule = readonly [prefixes: readonly string[], type: ProgramType];
const RULES: readonly Rule[] = [
  [
    [
      "kprobe",
      "kretprobe",
      "kprobe.multi",
      "kretprobe.multi",
      "uprobe",
      "uretprobe",
      "uprobe.multi",
      "uretprobe.multi",
      "usdt",
      "ksyscall",
      "kretsyscall",
    ],
    "kprobe",
  ],
  [["tracepoint", "tp"], "tracepoint"],
  [["raw_tracepoint", "raw_tp"], "raw_tracepoint"],
  [["perf_event"], "perf_event"],
  [["socket"], "socket_filter"],
];

export function meaningOf(section: string): SectionMeaning {
  const slash = section.indexOf("/");
  const head = slash < 0 ? section : section.slice(0, slash);
  const rest = slash < 0 ? "" : section.slice(slash + 1);
  for (const [prefixes, type] of RULES)
    if (prefixes.includes(head)) return { kind: "program", type, attach: undefined };
  if ((head === "fentry" || head === "fexit") && rest !== "") {
    return { kind: "program", type: "tracing", attach: { kind: head, function: rest } };
  }
  if (head === "tp_btf" && rest !== "")
    return { kind: "program", type: "tracing", attach: { kind: "tp_btf", name: rest } };
  if (head === "iter" && rest !== "") return { kind: "program", type: "tracing", attach: { kind: "iter", name: rest } };
  return { kind: "unknown", what: `programs of section ${section}` };
}
