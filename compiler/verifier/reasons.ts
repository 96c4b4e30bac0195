/** The reasons of messages.ts (its names in kebab-case) by what they mean for a script's author, and for kernels without types. */

export type RefusalCode =
  | "loop-endless"
  | "walk-too-long"
  | "helper-absent"
  | "helper-misplaced"
  | "pointer-unchecked"
  | "bound-unknown"
  | "stack-exceeded"
  | "instruction-unknown"
  | "program-refused";

/** Codes of diagnostics/catalog/verifier.ts; what is not here is program-refused. */
const CODES: Readonly<Record<string, RefusalCode>> = {
  "infinite-loop": "loop-endless",
  "too-large": "walk-too-long",
  complex: "walk-too-long",
  "helper-id": "helper-absent",
  "helper-program": "helper-misplaced",
  "ptr-nullable": "pointer-unchecked",
  "stack-off": "stack-exceeded",
  "stack-combined": "stack-exceeded",
  unbounded: "bound-unknown",
  "ptr-unbounded": "bound-unknown",
  "ptr-range": "bound-unknown",
  "ptr-value": "bound-unknown",
  "size-negative": "bound-unknown",
  "size-unbounded": "bound-unknown",
  "size-zero": "bound-unknown",
  "max-outside": "bound-unknown",
  "min-outside": "bound-unknown",
  "min-negative": "bound-unknown",
  "map-access": "bound-unknown",
  "mem-access": "bound-unknown",
  "key-access": "bound-unknown",
  "stack-var-off": "bound-unknown",
  "stack-unbounded": "bound-unknown",
};
/** An instruction's form: of a damaged object, or newer than the kernel. */
const FORMS = new Set([
  "alu-opcode",
  "alu-reserved",
  "atomic-op",
  "bad-wide-load",
  "call-reserved",
  "end-reserved",
  "goto-reserved",
  "insn-class",
  "jmp-opcode",
  "jmp-reserved",
  "load-reserved",
  "mov-reserved",
  "neg-reserved",
  "opcode",
  "store-reserved",
  "wide-reserved",
]);
const LOOPS = new Set(["infinite-loop", "too-large", "complex"]);
const WITHOUT_TYPES = new Set([
  ...FORMS,
  ...LOOPS,
  "helper-id",
  "helper-program",
  "helper-gpl",
  "map-helper",
  "map-type",
  "stack-off",
  "stack-combined",
]);

export function refusalCode(
  reason = "",
  message = "",
  about: {
    /** The helper it is about came after this kernel. */
    readonly helperIsNewer: boolean;
    /** Some later kernel takes the program. */
    readonly laterAccepts: boolean;
  },
): RefusalCode {
  if ((reason === "invalid-mem" || reason === "arg-type") && message.includes("or_null")) return "pointer-unchecked";
  if (reason === "helper-program" && about.helperIsNewer) return "helper-absent";
  if (FORMS.has(reason) && about.laterAccepts) return "instruction-unknown";
  return CODES[reason] ?? "program-refused";
}

/** Refusals that are about a loop as a whole, wherever in it the walk ended. */
export function isAboutLoop(reason: string | undefined): boolean {
  return LOOPS.has(reason ?? "");
}

/**
 * Refusals that hold whatever the kernel's types are: what a program lacks to be safe by its own instructions is no matter
 * of where members lie.
 */
export function holdsWithoutTypes(reason = "", message = ""): boolean {
  const code = refusalCode(reason, message, { helperIsNewer: false, laterAccepts: false });
  return WITHOUT_TYPES.has(reason) || code === "pointer-unchecked" || code === "bound-unknown";
}
