/**
 * What page and workers say to each other. Every message is plain data that structured clone takes.
 *
 * A request has an id; its answers carry the same. A request of a *lane* supersedes the unfinished one before it in that
 * lane: only the newest is answered, the others end as "superseded". Two workers serve the page: "language" answers while
 * somebody types, "run" does what may take long (verdicts, simulation, streams), so that neither waits for the other.
 */
import type { ChartData, CompileResult, Inspection, Stage, StreamRecord } from "../../compiler/index.ts";

/** A kernel by the page's name for it: a default snapshot's file name without ".tls", or "dropped:NAME". */
export type KernelId = string;

export type KernelInfo = {
  readonly id: KernelId;
  /** `uname -r`. */
  readonly release: string;
  readonly arch: string;
  readonly functions: number;
  readonly tracepoints: number;
  /** Bytes of the snapshot file. */
  readonly size: number;
};

/** What a script is compiled with; the CLI's options of the same names. */
export type ScriptOptions = {
  readonly unsafe: boolean;
  /** $1, $2 …; undefined: left open, as in an object made for many runs. */
  readonly positional: readonly string[] | undefined;
};

export type Script = {
  /** Shown in messages, and the object's name: "example.bt". */
  readonly name: string;
  readonly text: string;
  readonly kernel: KernelId;
  readonly options: ScriptOptions;
};

// ---- compile -----------------------------------------------------------------------------------------------------

/** Replace `from..to` of the script by `insert`. Offsets are UTF-16 units, as everywhere below. */
export type TextEdit = { readonly from: number; readonly to: number; readonly insert: string };

export type Fix = {
  readonly label: string;
  readonly edits: readonly TextEdit[];
  /** The way out is the page's option, not an edit. */
  readonly allowUnsafe: boolean;
};

/** A diagnostic whose place is in the editor's terms. */
export type Problem = {
  readonly code: string;
  readonly severity: CompileResult["diagnostics"][number]["severity"];
  readonly message: string;
  readonly hint: string | undefined;
  /** The whole input has from = to = 0 and `whole`. */
  readonly from: number;
  readonly to: number;
  readonly whole: boolean;
  /** 1-based, of `from`. */
  readonly line: number;
  readonly column: number;
  readonly notes: readonly {
    readonly text: string;
    readonly from: number | undefined;
    readonly to: number | undefined;
  }[];
  readonly fixes: readonly Fix[];
};

export type CompileAnswer = {
  readonly kind: "compile";
  readonly problems: readonly Problem[];
  /** undefined: there are errors. */
  readonly object: Uint8Array | undefined;
  /** Of `object`: instructions beside lines, maps, sections, manifest. */
  readonly inspection: Inspection | undefined;
  /** Milliseconds that the compiler took. */
  readonly took: number;
};

/** One stage's print of a script; a script with errors has the stages up to the one that found them. */
export type StageAnswer = {
  readonly kind: "stage";
  readonly stage: Stage;
  /** undefined: the compiler did not get that far. */
  readonly text: string | undefined;
};

// ---- verify ------------------------------------------------------------------------------------------------------

export type WalkLine = {
  /** Slot of the instruction. */
  readonly insn: number;
  /** Line of the script, if the object says so. */
  readonly line: number | undefined;
  readonly text: string;
};

export type ProgramVerdictView = {
  readonly name: string;
  readonly section: string;
  /** As in the script: "kprobe:vfs_read"; undefined: not one of ours. */
  readonly probe: string | undefined;
  readonly verdict: "accepted" | "refused" | "unknown" | "cannot-attach";
  readonly message: string | undefined;
  readonly explanation: string | undefined;
  readonly hint: string | undefined;
  readonly insn: number | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly instructions: number;
  readonly processed: number;
  readonly states: number;
  readonly peakStates: number;
  /** Bytes. */
  readonly stack: number;
  /** The walk, when it was asked for. */
  readonly walk: readonly WalkLine[];
};

/** One kernel's verdict on an object. */
export type KernelVerdict = {
  readonly kernel: KernelInfo;
  /** The worst of its programs and maps. */
  readonly verdict: ProgramVerdictView["verdict"];
  /** Where it is not accepted: the first later release that would take the whole object. */
  readonly since: string | undefined;
  /** Why, in the script's terms, with places. */
  readonly problems: readonly Problem[];
  readonly maps: readonly {
    readonly name: string;
    readonly type: string;
    readonly entries: number;
    readonly bytes: number;
  }[];
  readonly programs: readonly ProgramVerdictView[];
  /** Bytes of memory that the maps take on that kernel. */
  readonly mapBytes: number;
  /** Milliseconds. */
  readonly took: number;
};

/** Comes once per kernel as a "progress", then as the answer with all of them. */
export type VerifyAnswer = { readonly kind: "verify"; readonly kernels: readonly KernelVerdict[] };

// ---- simulate, render --------------------------------------------------------------------------------------------

/** Events that the seeded generator invents. */
export type GeneratedEvents = {
  readonly kind: "generated";
  /** The workload's text (spec/simulation.md); "": the usual one for the script's probes. */
  readonly spec: string;
  readonly seed: number;
  /** Factor on how often things happen. */
  readonly rate: number;
};

/** Which events a simulation runs on. */
export type EventChoice =
  | GeneratedEvents
  /** JSON Lines, as `tracelet run --record` writes them. */
  | { readonly kind: "given"; readonly name: string; readonly text: string };

export type OutputPiece = { readonly stream: "stdout" | "stderr"; readonly text: string };

/** Pictures as they stand; each update replaces the one before. */
export type Pictures = {
  readonly charts: readonly ChartData[];
  /** SVG document; undefined: no map has a stack in its key. */
  readonly flamegraph: string | undefined;
  /** SVG document; undefined: no histogram was printed more than once. */
  readonly heatmap: string | undefined;
};

/** Where an error of a run points: 1-based, in the script. */
export type RunProblem = {
  readonly message: string;
  readonly hint: string | undefined;
  readonly line: number | undefined;
  /** Of the events, if the mistake is there: 1-based line of the JSON Lines text. */
  readonly eventLine: number | undefined;
};

/** What came since the last progress message (`pieces`), and what is true now (the rest). */
export type OutputProgress = {
  readonly kind: "output";
  readonly pieces: readonly OutputPiece[];
  readonly pictures: Pictures | undefined;
  readonly probes: number;
  readonly events: number;
  /** Virtual seconds that the run has reached. */
  readonly seconds: number;
};

export type OutputAnswer = {
  readonly kind: "output";
  /** Events that were fed, of them handled by a program of the script. */
  readonly events: number;
  readonly seconds: number;
  /** Milliseconds of translation and of running. */
  readonly translated: number;
  readonly ran: number;
  readonly pictures: Pictures;
  readonly problems: readonly RunProblem[];
  readonly ledger: Extract<StreamRecord, { readonly type: "end" }>["ledger"] | undefined;
  /** Whether text was left out at the end because the run printed more than the page shows. */
  readonly cut: boolean;
};

export type EventsAnswer = {
  readonly kind: "sample-events";
  readonly text: string;
  readonly problems: readonly RunProblem[];
};

// ---- look into files ---------------------------------------------------------------------------------------------

export type InspectAnswer = {
  readonly kind: "inspect";
  /** undefined: an eBPF object of another compiler; only `outline` is known. */
  readonly inspection: Inspection | undefined;
  /** ELF sections as text. */
  readonly outline: string;
};

// ---- the kernel's names ------------------------------------------------------------------------------------------

export type SearchScope = "function" | "tracepoint" | "rawtracepoint" | "iterator" | "struct" | "constant";

export type SearchHit = {
  readonly scope: SearchScope;
  readonly name: string;
  /** What to put into a script: "kprobe:vfs_read", "struct sock". */
  readonly insert: string;
  /** Module, where it is not vmlinux. */
  readonly module: string | undefined;
};

export type SearchAnswer = {
  readonly kind: "search";
  readonly hits: readonly SearchHit[];
  /** How many there are of each kind, shown or not. */
  readonly totals: Readonly<Record<SearchScope, number>>;
};

/** A hit in full: arguments of a probe, definition of a struct. */
export type DetailAnswer = {
  readonly kind: "detail";
  /** C text: "struct sock * sk" lines, or a definition. */
  readonly lines: readonly string[];
  /** A program to start from: "kprobe:vfs_read { … }". */
  readonly example: string | undefined;
};

// ---- editor ------------------------------------------------------------------------------------------------------

export type CompletionKind =
  | "probe"
  | "builtin"
  | "function"
  | "aggregation"
  | "field"
  | "type"
  | "constant"
  | "variable"
  | "map"
  | "keyword"
  | "config";

export type CompletionItem = {
  readonly label: string;
  readonly kind: CompletionKind;
  /** Short, beside the label: a type or signature. */
  readonly detail: string | undefined;
  /** A sentence. */
  readonly doc: string | undefined;
  /** Text to insert where it is not the label; "$0" marks where the cursor goes. */
  readonly insert: string | undefined;
  /** Higher comes first. */
  readonly boost: number;
};

export type CompleteAnswer = {
  readonly kind: "complete";
  readonly from: number;
  readonly to: number;
  readonly items: readonly CompletionItem[];
  /** There is more: ask again with more letters. */
  readonly more: boolean;
};

export type HoverAnswer = {
  readonly kind: "hover";
  /** undefined: nothing to tell at that place. */
  readonly found:
    | {
        readonly from: number;
        readonly to: number;
        /** In code style: "fn str(address, [size])", "struct sock *sk". */
        readonly title: string;
        readonly doc: string | undefined;
        /** More code below: arguments of a probe, members of a struct. */
        readonly code: string | undefined;
      }
    | undefined;
};

// ---- envelope ----------------------------------------------------------------------------------------------------

/** Requests by kind, with the worker and lane that each belongs to (lanes: see client.ts). */
export type Request =
  /** `bytes` only for a dropped file; a default snapshot is fetched by the worker. */
  | { readonly kind: "load-kernel"; readonly kernel: KernelId; readonly bytes: Uint8Array | undefined }
  | { readonly kind: "compile"; readonly script: Script }
  | { readonly kind: "stage"; readonly script: Script; readonly stage: Stage }
  | { readonly kind: "complete"; readonly script: Script; readonly position: number; readonly explicit: boolean }
  | { readonly kind: "hover"; readonly script: Script; readonly position: number }
  | {
      readonly kind: "search";
      readonly kernel: KernelId;
      readonly query: string;
      readonly scopes: readonly SearchScope[];
      readonly limit: number;
    }
  | { readonly kind: "detail"; readonly kernel: KernelId; readonly hit: SearchHit }
  | { readonly kind: "format"; readonly text: string }
  | { readonly kind: "inspect"; readonly name: string; readonly bytes: Uint8Array }
  /** `walk`: name of the program whose walk is wanted, on the first kernel. */
  | {
      readonly kind: "verify";
      readonly object: Uint8Array;
      readonly kernels: readonly KernelId[];
      readonly walk: string | undefined;
    }
  | {
      readonly kind: "simulate";
      readonly object: Uint8Array;
      readonly kernel: KernelId;
      readonly events: EventChoice;
      readonly cpus: number;
      readonly positional: readonly string[] | undefined;
      /** Virtual seconds after which the run ends. */
      readonly seconds: number;
      /** Virtual seconds per second, so that one can watch; undefined: as fast as it goes. */
      readonly pace: number | undefined;
    }
  | {
      readonly kind: "sample-events";
      readonly object: Uint8Array;
      readonly kernel: KernelId;
      readonly events: GeneratedEvents;
      readonly count: number;
    }
  | { readonly kind: "render"; readonly name: string; readonly bytes: Uint8Array };

export type RequestKind = Request["kind"];
export type RequestOf<K extends RequestKind> = Extract<Request, { readonly kind: K }>;

export type FormatAnswer = { readonly kind: "format"; readonly text: string | undefined };
export type KernelAnswer = { readonly kind: "load-kernel"; readonly info: KernelInfo };

/** The answer to each kind of request. */
export type Answers = {
  readonly "load-kernel": KernelAnswer;
  readonly compile: CompileAnswer;
  readonly stage: StageAnswer;
  readonly complete: CompleteAnswer;
  readonly hover: HoverAnswer;
  readonly search: SearchAnswer;
  readonly detail: DetailAnswer;
  readonly format: FormatAnswer;
  readonly inspect: InspectAnswer;
  readonly verify: VerifyAnswer;
  readonly simulate: OutputAnswer;
  readonly "sample-events": EventsAnswer;
  readonly render: OutputAnswer;
};

/** What comes before the answer. */
export type Progresses = {
  readonly [K in RequestKind]: K extends "simulate" | "render"
    ? OutputProgress
    : K extends "verify"
      ? KernelVerdict
      : never;
};

/** How a request can end without an answer. */
export type Failure =
  /** A newer request of the lane came; nothing needs to be said. */
  | { readonly kind: "superseded" }
  /** What was given is at fault: a damaged file, an unknown kernel. To be shown as it is. */
  | { readonly kind: "refused"; readonly message: string; readonly hint: string | undefined }
  /** The worker took too long and was started anew. */
  | { readonly kind: "hung"; readonly message: string }
  /** Our own mistake. */
  | { readonly kind: "broken"; readonly message: string };

export type Outcome<K extends RequestKind> =
  | { readonly ok: true; readonly answer: Answers[K] }
  | { readonly ok: false; readonly failure: Failure };

/** page → worker. `cancel`: nobody waits for that id any longer. */
export type ToWorker =
  | { readonly type: "request"; readonly id: number; readonly request: Request }
  | { readonly type: "cancel"; readonly id: number };

/** worker → page. `alive` is sent now and then by long work, for the watchdog. */
export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "alive"; readonly id: number }
  | { readonly type: "progress"; readonly id: number; readonly progress: OutputProgress | KernelVerdict }
  | { readonly type: "answer"; readonly id: number; readonly answer: Answers[RequestKind] }
  | { readonly type: "failure"; readonly id: number; readonly failure: Failure };
