/**
 * What a panel is to the page, and the page to a panel.
 *
 * panels/index.ts lists the panels in order (`panelRows`); the page builds tabs from it and loads a panel's module when
 * it is first shown. A panel owns the element that it is mounted in and nothing else; it asks the workers through `host`.
 *
 * The page's Content-Security-Policy allows no inline styles and scripts: no style= in HTML text (element.style is fine), no
 * <style> or <script> in SVG that is put into the document; images may be blob: or data:. Colours, spaces and fonts are the custom
 * properties of style/tokens.css; a panel's own rules go to style/panels.css.
 */
import type {
  Answers,
  CompileAnswer,
  EventChoice,
  KernelId,
  KernelInfo,
  Outcome,
  Progresses,
  RequestKind,
  RequestOf,
  Script,
} from "../worker/protocol.ts";

export type PanelId = "output" | "assembly" | "verifier" | "object" | "probes" | "stages";

/** A file that was dropped on the page, or chosen: shown instead of what the script makes, until it is closed. */
export type DroppedFile =
  | { readonly kind: "object"; readonly name: string; readonly bytes: Uint8Array }
  | { readonly kind: "stream"; readonly name: string; readonly bytes: Uint8Array };

/** Everything that a panel shows is derived from this value. A new one is made for each change; compare by identity. */
export type Workbench = {
  readonly script: Script;
  /** undefined: the snapshot is still loading. */
  readonly kernel: KernelInfo | undefined;
  /** Kernels that can be asked about, loaded or not. */
  readonly kernels: readonly { readonly id: KernelId; readonly label: string }[];
  /** Of `script`, or of the text before the last keystrokes while `pending`. */
  readonly compiled: CompileAnswer | undefined;
  /** A newer text is being compiled. */
  readonly pending: boolean;
  /** True once typing has stopped for 300 ms: time for what is dear (simulation, verdicts). */
  readonly settled: boolean;
  readonly events: EventChoice;
  readonly cpus: number;
  readonly dropped: DroppedFile | undefined;
};

/** A place that editor and panels point at together. Lines and columns are 1-based. */
export type Focus = {
  readonly line: number;
  /** Instruction, by program and slot, when the focus came from one. */
  readonly program: string | undefined;
  readonly slot: number | undefined;
  /** Who set it; a panel need not follow its own. */
  readonly from: PanelId | "editor";
};

export type PanelHost = {
  readonly workbench: () => Workbench;
  /**
   * Asks a worker. A request of the same kind and lane that is unfinished ends as superseded; `lane` defaults to the
   * kind. Never rejects.
   */
  readonly ask: <K extends RequestKind>(
    request: RequestOf<K>,
    options?: { readonly lane?: string; readonly progress?: (progress: Progresses[K]) => void },
  ) => Promise<Outcome<K>>;
  /** Points everybody at a place; undefined: at nothing. */
  readonly focus: (focus: Focus | undefined) => void;
  /** Moves the editor's cursor there and gives it the keyboard. */
  readonly goTo: (line: number, column: number) => void;
  /** Adds a program of its own at the script's end, or puts text where the cursor is. */
  readonly insert: (text: string, where: "end" | "cursor") => void;
  readonly setEvents: (events: EventChoice) => void;
  readonly setCpus: (cpus: number) => void;
  /** Shows what a file holds: kind by its bytes. */
  readonly open: (name: string, bytes: Uint8Array) => void;
  readonly closeDropped: () => void;
  /** Hands a file to the browser's downloads. */
  readonly download: (name: string, bytes: Uint8Array | string, type: string) => void;
  /** Puts text on the clipboard and says so. */
  readonly copy: (text: string, what: string) => void;
  /** Says to screen readers what can be seen anyway. */
  readonly announce: (text: string) => void;
};

export type Panel = {
  /**
   * The workbench changed. Called after mounting and then at each change while the panel is shown; a hidden panel gets one call
   * when it is shown again. Must be quick: ask workers for anything dear.
   */
  readonly update: (workbench: Workbench) => void;
  /** A place to mark (and scroll to, if it came from elsewhere). */
  readonly focus: (focus: Focus | undefined) => void;
  /** The panel is hidden or the page goes: stop timers. */
  readonly hide: () => void;
};

/** Builds the panel inside `root`, an empty element of its own with role=tabpanel. */
export type MountPanel = (root: HTMLElement, host: PanelHost) => Panel;

export type PanelRow = {
  readonly id: PanelId;
  /** The tab's text. */
  readonly title: string;
  /** One sentence, for the tab's tooltip. */
  readonly doc: string;
  readonly load: () => Promise<{ readonly mount: MountPanel }>;
};

/** The answer of a request, or undefined if it ended otherwise: for callers that only go on with an answer. */
export function answerOf<K extends RequestKind>(outcome: Outcome<K>): Answers[K] | undefined {
  return outcome.ok ? outcome.answer : undefined;
}
