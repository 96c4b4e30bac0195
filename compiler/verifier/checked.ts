/** What a check of an object says: a verdict per kernel and per program, why, and what the object will cost there. */
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Span } from "../source/span.ts";
import type { Source } from "../source/text.ts";
import type { LogLine } from "./log.ts";

/**
 * accepted: no known reason for a refusal. refused: the kernel's verifier, or its check of maps, refuses. cannot-attach:
 * the kernel lacks a function, tracepoint, member, type or kind of program that the object is about. unknown: there is
 * something that the model does not judge, never a guess.
 */
export type KernelVerdict = "accepted" | "refused" | "cannot-attach" | "unknown";

/** A kernel with its types and names, or the version of one of which nothing else is known ("5.15"). */
export type CheckedKernel = Snapshot | string;

export type CheckOptions = {
  readonly kernels: readonly CheckedKernel[];
  /** The script, joined with what it imports, as the compiler gave it; default: what the object itself says. */
  readonly source?: Source | undefined;
  /**
   * Types to go by for kernels of which only the version is known: a refusal that types have no part in stands, and
   * anything else stays unknown. Default: those of the newest snapshot among `kernels`.
   */
  readonly types?: Snapshot | undefined;
  /** CPUs of the hosts: for the memory of maps. Default 4. */
  readonly cpus?: number | undefined;
  /** Finds the expression that begins at a place of the script; default: the parser, which is loaded when it is needed. */
  readonly spanAt?: SpanFinder | undefined;
  /** Keep the walk: a line per instruction with what it changed, in the kernel's notation, source lines between. */
  readonly log?: boolean | undefined;
};

export type ObjectCheck = {
  /** What spans of diagnostics are places of; undefined: the object holds no script (another compiler's). */
  readonly source: Source | undefined;
  /** In the order asked. */
  readonly kernels: readonly KernelCheck[];
};

export type KernelCheck = {
  /** The release, or the version as it was asked. */
  readonly kernel: string;
  /** False: judged by version only; what depends on the kernel's types has no verdict. */
  readonly typesKnown: boolean;
  /** The worst of its programs and maps: refused, then cannot-attach, then unknown. */
  readonly verdict: KernelVerdict;
  /** Where it is refused or cannot attach: the first later version of the model's that would accept the whole object. */
  readonly since: string | undefined;
  readonly programs: readonly ProgramCheck[];
  readonly maps: readonly MapCheck[];
  /** Errors for what is refused or cannot attach; warnings for what is not known, or would be left out. */
  readonly diagnostics: readonly Diagnostic[];
};

export type ProgramCheck = {
  /** Its symbol, and name in the kernel. */
  readonly name: string;
  readonly section: string;
  /** As the script writes it ("kprobe:vfs_read"); another compiler's: the section. */
  readonly probe: string;
  readonly verdict: KernelVerdict;
  readonly since: string | undefined;
  /** The reason's stable name, where there is one: "invalid-mem". */
  readonly reason: string | undefined;
  /** The kernel's own line for a refusal. */
  readonly message: string | undefined;
  /** Slot of the instruction that is refused. */
  readonly insn: number | undefined;
  readonly budget: ProgramBudget;
  /** The walk, if it was asked for. */
  readonly log: readonly CheckedLine[];
};

/** All zero but `instructions` where the program was not walked. */
export type ProgramBudget = {
  /** 8-byte slots of the program with the functions it calls. */
  readonly instructions: number;
  /** Instructions that the verifier walks, over all paths; its limit is 1,000,000. */
  readonly verified: number;
  /** States put on record, and the most at one time. */
  readonly states: number;
  readonly peakStates: number;
  /** Bytes of stack: of the program's own frame, and of the deepest chain of calls. 512 is the limit. */
  readonly stack: number;
  readonly stackCombined: number;
};

export type MapCheck = {
  /** As in the script ("@size") or, of the compiler's own, the symbol or section. */
  readonly name: string;
  readonly type: string;
  readonly maxEntries: number;
  /** Kernel memory when every entry exists, for the CPUs that were asked. */
  readonly bytes: number;
};

/** A line of the walk. source: a line of the script, before the instructions that it became. */
export type CheckedLine =
  | ({ readonly kind: "walk" } & LogLine)
  | {
      readonly kind: "source";
      readonly insn: number;
      readonly file: string;
      readonly line: number;
      readonly text: string;
    };

/**
 * What a reader is shown for a place of the script: the expression that begins there, or for a refused loop the head of the
 * innermost loop around it; undefined: there is none.
 */
export type SpanFinder = (source: Source, offset: number, what: "expression" | "loop") => Span | undefined;

/** The bytes are no eBPF object, or a damaged one. */
export class CheckError extends Error {
  override readonly name = "CheckError";
}
