/**
 * The object that a panel shows: what the script makes, or a dropped file. A dropped object is inspected by the worker,
 * once per panel and file.
 */
import type { CompileAnswer, InspectAnswer } from "../worker/protocol.ts";
import { el } from "./dom.ts";
import type { DroppedFile, PanelHost, Workbench } from "./panel.ts";

export type Inspection = NonNullable<CompileAnswer["inspection"]>;

export type Subject =
  | {
      readonly kind: "object";
      /** "size.bt", or the dropped file's name. */
      readonly name: string;
      readonly bytes: Uint8Array;
      /** undefined: not one of ours. */
      readonly inspection: Inspection | undefined;
      /** ELF sections as text; of a dropped file. */
      readonly outline: string | undefined;
      readonly dropped: boolean;
      /** The script was changed since, or has errors now. */
      readonly old: boolean;
    }
  | { readonly kind: "nothing"; readonly why: string };

export type SubjectReader = (workbench: Workbench) => void;

/** @param show called with each new subject, at once for a script, later for a dropped file */
export function createSubjectReader(host: PanelHost, lane: string, show: (subject: Subject) => void): SubjectReader {
  let file: DroppedFile | undefined;
  let read: Subject | undefined;
  let before: CompileAnswer | undefined;
  return (workbench) => {
    const { dropped, compiled, script } = workbench;
    if (dropped !== file) {
      file = dropped;
      read = undefined;
      if (dropped?.kind === "object") void inspect(dropped);
    }
    if (dropped?.kind === "stream")
      return show({ kind: "nothing", why: `${dropped.name} is a stream of output, not an object` });
    if (dropped !== undefined) return show(read ?? { kind: "nothing", why: `reading ${dropped.name} …` });
    if (compiled === undefined) return show({ kind: "nothing", why: "compiling …" });
    if (compiled.object !== undefined) before = compiled;
    if (before?.object === undefined)
      return show({ kind: "nothing", why: "the script has errors: there is no object yet" });
    const old = compiled.object === undefined || workbench.pending;
    const { object, inspection } = before;
    show({ kind: "object", name: script.name, bytes: object, inspection, outline: undefined, dropped: false, old });
  };

  async function inspect(mine: DroppedFile): Promise<void> {
    const outcome = await host.ask({ kind: "inspect", name: mine.name, bytes: mine.bytes }, { lane });
    if (file !== mine) return;
    if (outcome.ok) read = subjectOf(mine, outcome.answer);
    else if (outcome.failure.kind === "superseded") return;
    else read = { kind: "nothing", why: outcome.failure.message };
    show(read);
  }
}

function subjectOf(file: DroppedFile, answer: InspectAnswer): Subject {
  const { inspection, outline } = answer;
  return { kind: "object", name: file.name, bytes: file.bytes, inspection, outline, dropped: true, old: false };
}

/** What stands in a panel that has nothing to show. */
export function emptyNote(why: string): HTMLElement {
  return el("p", { class: "p-empty" }, why);
}
